//! What the marketplace means: types, rules, decisions, scoring, scheduling.
//!
//! Pure and deterministic: no async, no input or output, no clock. Time and randomness come in as values.

pub mod scheduling;
pub mod text;
