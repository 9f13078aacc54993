//! Matching: how well an offer serves a demand, and a demand suits a hospital, with every reason told.
//!
//! The gate of [`crate::use_conditions`] says whether a pair is allowed; here it is scored, and never the one offset by
//! the other. [`DemandSubject`] and [`OfferSubject`] hold what scoring needs of each side, prepared once; `criteria` has
//! a file for each criterion; [`Scorer`] weighs them into a [`Match`] with its [`Explanation`]; [`MatchIndex`] finds the
//! pairs worth scoring. A score depends on the two records, the weights, the text model and the day, on nothing else: in
//! whatever order and from whichever side it is computed, the bits are the same.
//!
//! An event may have weights of its own: [`reweigh`] applies them to stored scores, [`suggestion`] makes lists of them
//! with the floor of [`exposure`], and [`feedback`] proposes better ones from what people decide.

mod bag;
pub mod criteria;
mod explain;
pub mod exposure;
mod facts;
mod feasibility;
pub mod feedback;
mod index;
pub mod report;
mod reweigh;
mod score;
mod subject;
pub mod suggestion;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
mod text_model;
mod tokens;
mod weights;

pub use explain::{
    Cap, Contribution, CriterionState, Evidence, Explanation, Fact, MissingFact, Need,
    SideExplanation, Whose,
};
pub use feasibility::{Feasibility, Reach};
pub use index::{Keepers, Kept, MatchIndex, MatchList, Plan, Record, Renewal};
pub use reweigh::{Criteria, Place, Scores, reweigh};
pub use score::{Match, NEAR_MISS_FLOOR, RELEVANCE_FLOOR, RankKey, STORED_MATCHES, Scorer, score};
pub use subject::{DemandSubject, OfferSubject, is_excluded};
pub use text_model::TextModel;
pub use weights::{Criterion, HospitalWeights, Weights};
