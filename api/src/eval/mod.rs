//! `matchday eval`: how good the gate, the score, the text criterion and the thesaurus are on a set of anybody's.
//!
//! A file each: read the set, run what the service runs, measure. Nothing here knows a database.

pub mod gate;
pub mod matches;
pub mod terms;
pub mod text;

use crate::output::{columns, padded};
use matchday_domain::text::Language;
use std::fmt;

/// What was measured, for print; `Display` is in English.
pub trait Figures {
    /// Writes it as a table.
    ///
    /// # Errors
    /// The formatter's own.
    fn write(&self, f: &mut fmt::Formatter<'_>, language: Language) -> fmt::Result;
}

/// Figures in a language.
#[derive(Debug, Clone, Copy)]
pub struct In<'a, F>(pub &'a F, pub Language);

impl<F: Figures> fmt::Display for In<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, self.1)
    }
}

/// A set and what was measured on it.
struct Line<'a>(&'a str, String);

fn table(f: &mut fmt::Formatter<'_>, lines: &[Line<'_>]) -> fmt::Result {
    let width = lines.iter().map(|line| columns(line.0)).max().unwrap_or(0);
    for Line(name, figure) in lines {
        writeln!(f, "{}  {figure}", padded(name, width))?;
    }
    Ok(())
}

/// A part of a whole.
fn part(part: usize, of: usize, language: Language) -> String {
    match language {
        Language::Ko => format!("{of} 가운데 {part}"),
        Language::En => format!("{part} of {of}"),
    }
}

/// A figure between 0 and 1 as it is printed and reported.
fn rounded(figure: f64) -> f64 {
    // Never -0.
    (figure * 10_000.0).round() / 10_000.0 + 0.0
}
