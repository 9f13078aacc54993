//! Reads what an evaluation compares with: texts with queries, cases of the gate, lay terms, graded pairs.
//!
//! Every reader refuses a file with the first line, field and reason that is wrong: a figure over a part of a set would
//! mislead.

pub mod gate_cases;
pub mod judgements;
pub mod lay_terms;
pub mod texts;

use matchday_domain::json_faults;
use matchday_domain::message;
use matchday_domain::text::Message;
use serde::de::DeserializeOwned;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message().en)]
pub struct Unusable {
    /// The line, from 1; none where it is the file or a record without lines.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: Message,
}

impl Unusable {
    fn at(line: usize, reason: Message) -> Self {
        let line = Some(line);
        Self { line, reason }
    }

    fn whole(reason: Message) -> Self {
        Self { line: None, reason }
    }

    /// Line and reason in a sentence.
    pub fn message(&self) -> Message {
        let Message { ko, en } = &self.reason;
        match self.line {
            Some(line) => message!("{line}행: {ko}", "line {line}: {en}"),
            None => self.reason.clone(),
        }
    }
}

/// The file as text, without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, Unusable> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        let reason = Message::new("UTF-8이 아닙니다", "this is not UTF-8");
        Unusable::whole(reason)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// One JSON value a line; blank lines are skipped.
fn lines<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, Unusable> {
    let lines = text(bytes)?.lines().enumerate();
    let filled = lines.filter(|(_, line)| !line.trim().is_empty());
    let read = filled.map(|(i, line)| {
        serde_json::from_str(line).map_err(|error| Unusable::at(i + 1, json_faults::told(&error)))
    });
    not_empty(read.collect::<Result<_, _>>()?)
}

/// One JSON document.
fn document<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unusable> {
    let text = text(bytes)?;
    if text.trim().is_empty() {
        let reason = Message::new("파일이 비어 있습니다", "the file is empty");
        return Err(Unusable::whole(reason));
    }
    serde_json::from_str(text)
        .map_err(|error| Unusable::at(error.line(), json_faults::told(&error)))
}

/// The rows of tab-separated values, without the header: their line and their cells, of which there are at least `cells`.
fn table(bytes: &[u8], cells: usize) -> Result<Vec<(usize, Vec<&str>)>, Unusable> {
    let rows = text(bytes)?.lines().enumerate().skip(1);
    let filled = rows.filter(|(_, line)| !line.trim().is_empty());
    let read = filled.map(|(i, line)| {
        let row: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
        if row.len() < cells {
            let reason = message!(
                "칸이 {cells}개가 아니라 {0}개입니다",
                "{0} cells instead of {cells}",
                row.len()
            );
            return Err(Unusable::at(i + 1, reason));
        }
        Ok((i + 1, row))
    });
    not_empty(read.collect::<Result<_, _>>()?)
}

/// The reason of a record, with its name.
fn of(record: &str, reason: &Message) -> Message {
    let Message { ko, en } = reason;
    message!("{record}: {ko}", "{record}: {en}")
}

fn not_empty<T>(found: Vec<T>) -> Result<Vec<T>, Unusable> {
    if found.is_empty() {
        let reason = Message::new("파일에 자료가 없습니다", "the file has no records");
        return Err(Unusable::whole(reason));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
