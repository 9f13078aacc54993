//! Readers of problems: text in, the problem or everything that is wrong with it out.
//!
//! [`dzn`] reads the published instances in which all meetings take place, [`mm`] a compact text of our own problem,
//! [`json`] our own problem in full. Nothing is allocated that the text does not pay for, and no input panics.

pub mod dzn;
pub mod json;
pub mod mm;

#[cfg(test)]
mod tests;

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
    pub reason: String,
}

impl Fault {
    fn new(line: usize, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            line,
            field: field.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.field, self.reason)
    }
}

impl std::error::Error for Fault {}

/// Faults told at most; a broken file has thousands for one cause.
const MOST_FAULTS: usize = 20;
