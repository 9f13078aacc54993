//! Reads what an evaluation compares with: texts with queries, cases of the gate, lay terms, graded pairs.
//!
//! Every reader refuses a file with the first line, field and reason that is wrong: a figure over a part of a set would
//! mislead.

pub mod gate_cases;
pub mod judgements;
pub mod lay_terms;
mod record;
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

/// One JSON value a line, with the number of the line; blank lines are skipped.
fn lines<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<(usize, T)>, Unusable> {
    let lines = text(bytes)?.lines().enumerate();
    let filled = lines.filter(|(_, line)| !line.trim().is_empty());
    let read = filled.map(|(i, line)| {
        let value = serde_json::from_str(line);
        let value = value.map_err(|error| Unusable::at(i + 1, json_faults::told(&error)))?;
        Ok((i + 1, value))
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

/// A row of a table.
struct Row<'a, const N: usize, const M: usize> {
    /// Its line, from 1.
    line: usize,
    /// The cells of the needed columns; none is empty.
    cells: [&'a str; N],
    /// Those of the others; empty where there is no such column.
    others: [&'a str; M],
}

/// The rows of tab-separated values: cells by the names that the header gives to their columns, trimmed.
fn table<'a, const N: usize, const M: usize>(
    bytes: &'a [u8],
    needed: [&str; N],
    others: [&str; M],
) -> Result<Vec<Row<'a, N, M>>, Unusable> {
    let mut filled = text(bytes)?
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(i, line)| (i + 1, line.split('\t').map(str::trim).collect::<Vec<_>>()));
    let Some((line, header)) = filled.next() else {
        return not_empty(Vec::new());
    };
    let column = |name: &str| header.iter().position(|cell| *cell == name);
    if let Some(missing) = needed.iter().find(|name| column(name).is_none()) {
        let wanted = needed.join(", ");
        let reason = message!(
            "머리글에 `{missing}` 열이 없습니다. 탭으로 나눈 첫 행에 열 이름이 있어야 합니다: {wanted}",
            "the header has no column `{missing}`; the first line names the columns, separated by tabs: {wanted}"
        );
        return Err(Unusable::at(line, reason));
    }
    let (needed_at, others_at) = (needed.map(column), others.map(column));
    let read = filled.map(|(line, row)| {
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).copied().unwrap_or_default();
        let cells = needed_at.map(cell);
        if let Some(empty) = cells.iter().position(|cell| cell.is_empty()) {
            let name = needed[empty];
            let reason = message!("{name}: 칸이 비어 있습니다", "{name}: the cell is empty");
            return Err(Unusable::at(line, reason));
        }
        let others = others_at.map(cell);
        Ok(Row {
            line,
            cells,
            others,
        })
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
