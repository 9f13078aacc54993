//! Reads what an evaluation compares with: texts with queries, cases of the gate, lay terms, graded pairs.
//!
//! Every reader refuses a file with the first line, field and reason that is wrong: a figure over a part of a set would
//! mislead.

pub mod gate_cases;
pub mod judgements;
pub mod lay_terms;
pub mod texts;

use serde::de::DeserializeOwned;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", .line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct Unusable {
    /// The line, from 1; none where it is the file or a record without lines.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl Unusable {
    fn at(line: usize, reason: impl ToString) -> Self {
        Self {
            line: Some(line),
            reason: reason.to_string(),
        }
    }

    fn whole(reason: impl ToString) -> Self {
        Self {
            line: None,
            reason: reason.to_string(),
        }
    }
}

/// The file as text, without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, Unusable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unusable::whole("this is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// One JSON value a line; blank lines are skipped.
fn lines<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, Unusable> {
    let lines = text(bytes)?.lines().enumerate();
    let filled = lines.filter(|(_, line)| !line.trim().is_empty());
    let read = filled.map(|(i, line)| {
        serde_json::from_str(line).map_err(|error| {
            let said = error.to_string();
            Unusable::at(i + 1, said.split(" at line ").next().unwrap_or_default())
        })
    });
    not_empty(read.collect::<Result<_, _>>()?)
}

/// One JSON document.
fn document<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unusable> {
    let text = text(bytes)?;
    if text.trim().is_empty() {
        return Err(Unusable::whole("the file is empty"));
    }
    serde_json::from_str(text).map_err(|error| Unusable::at(error.line(), error))
}

/// The rows of tab-separated values, without the header: their line and their cells, of which there are at least `cells`.
fn table(bytes: &[u8], cells: usize) -> Result<Vec<(usize, Vec<&str>)>, Unusable> {
    let rows = text(bytes)?.lines().enumerate().skip(1);
    let filled = rows.filter(|(_, line)| !line.trim().is_empty());
    let read = filled.map(|(i, line)| {
        let row: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
        if row.len() < cells {
            let reason = format!("{} cells instead of {cells}", row.len());
            return Err(Unusable::at(i + 1, reason));
        }
        Ok((i + 1, row))
    });
    not_empty(read.collect::<Result<_, _>>()?)
}

fn not_empty<T>(found: Vec<T>) -> Result<Vec<T>, Unusable> {
    if found.is_empty() {
        return Err(Unusable::whole("the file has no records"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
