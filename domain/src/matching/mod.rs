//! How well an offer serves a demand, seen from both sides, and why.
//!
//! The gate of [`crate::use_conditions`] decides whether a pair may come together at all and is never offset by a
//! score. [`criteria`] judge what fits, each in [0, 1], unknown, or not asked; [`score`] adds them up so that a missing
//! fact is neither free nor fatal; [`explain`] keeps every part of the sum with its evidence; [`index`] finds the pairs
//! worth scoring and gives the same bits from either direction and in any order.

mod access;
mod criteria;
mod explain;
mod index;
mod score;
mod subject;
mod words;

pub use explain::{Contribution, Criterion, Explanation, SideScore};
pub use index::MatchIndex;
pub use score::{Match, SCORER_VERSION, Weights, score};
pub use subject::{DemandSubject, OfferSubject};

#[cfg(test)]
mod tests;
