//! What a search and the coding of a text answer.

use super::TermKind;
use crate::text::Message;
use serde::{Deserialize, Serialize};

/// A term that a picker shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What it stands for.
    pub kind: TermKind,
    /// The code: of a condition (or range), data kind, standard, use condition or access mode.
    pub code: String,
    /// Its name.
    pub label: Message,
    /// The word or code that matched.
    pub matched: String,
}

/// A stretch of a text with the codes it suggests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodedTerm {
    /// What the codes stand for.
    pub kind: TermKind,
    /// The codes, most usual first.
    pub codes: Vec<String>,
    /// The words of the text that matched.
    pub matched: String,
}
