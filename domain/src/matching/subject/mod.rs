//! What a scorer needs of each side, prepared once: codes, kinds, words, as numbers and bits.

mod demand;
mod offer;

pub use demand::DemandSubject;
pub use offer::OfferSubject;

use super::bag::concept_number;
use super::tokens::{each_piece, has_hangul};
use crate::terminology::{ConditionCode, Terminology};
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

/// What says nothing behind the word of a variable: whether, value, figure, result, the sign of the plural.
const EMPTY: &[&str] = &["여부", "유무", "값", "수치", "결과", "s"];

impl Variable {
    /// A word of what data say counts as its concept, in either language, and not as it is written.
    fn of(name: &str, terminology: &Terminology) -> Self {
        let mut tokens: SmallVec<[u64; 4]> = SmallVec::new();
        let mut rest = name.to_owned();
        terminology.mentions(
            name,
            |_| (),
            |concept, matched| {
                tokens.push(concept_number(concept));
                rest = rest.replacen(matched, " ", 1);
            },
        );
        let named = !tokens.is_empty();
        if named {
            let told = rest.split_whitespace().filter(|word| !EMPTY.contains(word));
            rest = told.collect::<Vec<_>>().join(" ");
        }
        each_piece(&rest, |piece| {
            if !(named && piece.asks) {
                tokens.push(piece.number);
            }
        });
        tokens.sort_unstable();
        tokens.dedup();
        Self {
            tokens,
            korean: has_hangul(&rest),
            // Acronyms (`HER2`, `PD-L1 TPS`) are the same in both languages.
            english: rest
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase())),
        }
    }
}

/// What was gathered, without the room left behind it: an allocator may leave a block at its size when it shrinks.
fn exact<T>(gathered: Vec<T>) -> Box<[T]> {
    let mut exact = Vec::with_capacity(gathered.len());
    exact.extend(gathered);
    exact.into()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_of_known_words_has_no_language() {
        let of = |name: &str| Variable::of(name, Terminology::standard());
        assert_eq!(of("결절 크기"), of("nodule size"));
        assert_eq!(of("재발 여부"), of("recurrence"));
        assert_eq!(of("체세포 변이"), of("somatic variants"));
        let part = of("결절의 농도");
        assert!(part.korean && part.tokens.len() > 1);
        assert!(!of("PD-L1 TPS").korean && of("fibrosis").english);
    }
}
