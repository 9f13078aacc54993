//! What a scorer needs of each side, prepared once: codes, kinds, words, as numbers and bits.

mod demand;
mod offer;

pub use demand::DemandSubject;
pub use offer::OfferSubject;

use super::tokens::{each_piece, has_hangul};
use crate::terminology::ConditionCode;
use smallvec::SmallVec;

/// A variable that a demand names, as tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) tokens: SmallVec<[u64; 4]>,
    /// Written in Korean words.
    pub(super) korean: bool,
    /// Written in English words, not only in acronyms.
    pub(super) english: bool,
}

impl Variable {
    fn of(name: &str) -> Self {
        let mut tokens: SmallVec<[u64; 4]> = SmallVec::new();
        each_piece(name, |piece| tokens.push(piece.number));
        tokens.sort_unstable();
        tokens.dedup();
        Self {
            tokens,
            korean: has_hangul(name),
            // Acronyms (`HER2`, `PD-L1 TPS`) are the same in both languages.
            english: name
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase())),
        }
    }
}

fn sorted(mut codes: Vec<ConditionCode>) -> Vec<ConditionCode> {
    codes.sort();
    codes.dedup();
    codes
}

/// Whether the demand must not be seen by the hospital; such a pair is never scored, and nobody can tell.
pub fn is_excluded(demand: &DemandSubject, offer: &OfferSubject) -> bool {
    demand
        .content
        .excluded_organisations
        .contains(&offer.hospital)
}
