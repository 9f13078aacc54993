//! Readers of problems: text in, the problem or everything that is wrong with it out.
//!
//! [`dzn`] reads the published instances in which all meetings take place, [`mm`] a compact text of our own problem,
//! [`json`] our own problem in full. Nothing is allocated that the text does not pay for, and no input panics.

pub mod dzn;
pub mod json;
pub mod mm;
pub mod objects;
mod place;

#[cfg(test)]
mod tests;

use crate::message;
use crate::text::{Language, Message};
use std::fmt;

pub use super::problem::MOST_SLOTS;

/// Most participants of a problem.
pub const MOST_PARTICIPANTS: usize = 50_000;
/// Most requests or meetings of a problem.
pub const MOST_REQUESTS: usize = 200_000;

/// Most groups or resources of a problem.
pub const MOST_KINDS: usize = 1_000;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// The field, as the format names it.
    pub field: String,
    /// What is wrong with it.
    pub reason: Message,
}

impl Fault {
    fn new(line: usize, field: impl Into<String>, reason: Message) -> Self {
        Self {
            line,
            field: field.into(),
            reason,
        }
    }

    /// Line, field and reason in a sentence.
    pub fn message(&self) -> Message {
        let Self {
            line,
            field,
            reason,
        } = self;
        Message::new(
            format!("{line}행, {field}: {}", reason.ko),
            format!("line {line}, {field}: {}", reason.en),
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().get(Language::En))
    }
}

impl std::error::Error for Fault {}

/// Faults told at most; a broken file has thousands for one cause.
const MOST_FAULTS: usize = 20;

fn missing() -> Message {
    Message::new("빠져 있습니다", "missing")
}

fn negative() -> Message {
    Message::new("음수입니다", "a negative number")
}

fn not_within(
    number: impl fmt::Display,
    least: impl fmt::Display,
    most: impl fmt::Display,
) -> Message {
    message!(
        "{number}: {least}에서 {most} 사이여야 합니다",
        "{number} is not within {least} to {most}"
    )
}

/// The beginning of a word that is quoted.
fn quoted(word: &str) -> String {
    let escaped: String = word.escape_default().take(21).collect();
    if escaped.len() > 20 {
        format!("`{escaped:.20}…`")
    } else {
        format!("`{escaped}`")
    }
}
