//! `matchday eval`: how good the gate, the score, the text criterion and the thesaurus are on a set of anybody's.
//!
//! A file each: read the set, run what the service runs, measure. Nothing here knows a database.

pub mod gate;
pub mod matches;
pub mod terms;
pub mod text;

use std::fmt;

/// A set and what was measured on it, for print.
struct Line<'a>(&'a str, String);

fn table(f: &mut fmt::Formatter<'_>, lines: &[Line<'_>]) -> fmt::Result {
    let width = lines.iter().map(|line| line.0.chars().count()).max();
    for Line(name, figure) in lines {
        writeln!(f, "{name:<width$}  {figure}", width = width.unwrap_or(0))?;
    }
    Ok(())
}

/// A figure between 0 and 1 as it is printed and reported.
fn rounded(figure: f64) -> f64 {
    (figure * 10_000.0).round() / 10_000.0
}
