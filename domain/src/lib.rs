//! What the marketplace means: types, rules, decisions, scoring, scheduling.
//!
//! Pure and deterministic: no async, no input or output, no clock. Time and randomness come in as values.

pub mod catalogue;
pub mod demand;
pub mod evaluation;
mod flow;
pub mod id;
pub mod identity;
pub mod invitation;
pub mod json_faults;
pub mod matching;
pub mod matching_day;
pub mod notice;
pub mod organisation;
pub mod page;
pub mod policy;
pub mod privacy;
pub mod problem;
pub mod scheduling;
pub mod suggested_code;
pub mod terminology;
pub mod text;
pub mod time;
pub mod use_conditions;
pub mod vocabulary;
