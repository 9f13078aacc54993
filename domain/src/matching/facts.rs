//! What is compared of a record, as numbers and bits, so that a hundred thousand of them can be gone through.

use crate::catalogue::{CountBasis, CountObservation, DataKind};
use crate::terminology::Span;
use crate::time::Month;
use smallvec::SmallVec;

/// A demanded kind of data, with the kinds that serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DemandedKind {
    /// Demanded.
    pub(super) kind: DataKind,
    /// Kinds that serve it fully, as bits.
    fully: u64,
    /// Kinds that serve it by half, as bits.
    half: u64,
}

impl DemandedKind {
    /// The same, or a sub-kind of the demanded category, serves fully; a category that may hold the demanded sub-kind, by
    /// half.
    pub(super) fn of(kind: DataKind) -> Self {
        let (mut fully, mut half) = (0, 0);
        for offered in DataKind::all().filter(|offered| offered.category() == kind.category()) {
            if kind == offered || kind.is_category() {
                fully |= offered.bit();
            } else if offered.is_category() {
                half |= offered.bit();
            }
        }
        Self { kind, fully, half }
    }

    /// Kinds that serve it, at least in part, as bits.
    pub(super) fn touching(self) -> u64 {
        self.fully | self.half
    }

    /// How well offered kinds serve it: 1, ½ or 0.
    pub(super) fn credit(self, offered: u64) -> f64 {
        if offered & self.fully != 0 {
            1.0
        } else if offered & self.half != 0 {
            0.5
        } else {
            0.0
        }
    }
}

/// The latest count of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// Of what.
    pub(super) span: Span,
    /// Persons.
    pub(super) count: i64,
    /// When.
    pub(super) as_of: Month,
    /// How.
    pub(super) basis: CountBasis,
}

/// The latest count of every code, by code; of two of a month the larger, where it is more than `small`, the largest
/// number that is not shown.
pub(super) fn latest(counts: &[CountObservation], small: i64) -> SmallVec<[Count; 2]> {
    let seen = |count: &CountObservation| (count.as_of, count.count.max(small), count.basis);
    let mut counts: SmallVec<[&CountObservation; 8]> = counts.iter().collect();
    counts.sort_by(|a, b| (&a.code, seen(b)).cmp(&(&b.code, seen(a))));
    counts.dedup_by(|a, b| a.code == b.code);
    counts
        .into_iter()
        .map(|count| Count {
            span: Span::of(&count.code),
            count: count.count,
            as_of: count.as_of,
            basis: count.basis,
        })
        .collect()
}

/// A set of tokens of which it can be told at a glance that most others are not in it (B. H. Bloom, CACM 1970, with one
/// hash: a token is a hash already).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signature([u64; 8]);

impl Signature {
    pub(super) fn of(tokens: impl Iterator<Item = u64>) -> Self {
        let mut words = [0; 8];
        for token in tokens {
            let (word, bit) = Self::place(Self::spot(token));
            words[word] |= bit;
        }
        Self(words)
    }

    /// Where a token stands in every signature.
    pub(super) fn spot(token: u64) -> u16 {
        // The low bits of FNV are the well mixed ones.
        (token & 511) as u16
    }

    fn place(spot: u16) -> (usize, u64) {
        (usize::from(spot & 7), 1 << (spot >> 3 & 63))
    }

    /// Whether the token may be in the set; a no is certain.
    pub(super) fn may_have(&self, token: u64) -> bool {
        self.may_have_at(Self::spot(token))
    }

    /// The same of the tokens of a spot.
    pub(super) fn may_have_at(&self, spot: u16) -> bool {
        let (word, bit) = Self::place(spot);
        self.0[word] & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_set_is_never_denied() {
        let tokens: Vec<u64> = (0..80_u64)
            .map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            .collect();
        let set = Signature::of(tokens.iter().copied());
        assert!(tokens.iter().all(|token| set.may_have(*token)));
        let others = (1_000..2_000_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        assert!(others.filter(|token| set.may_have(*token)).count() < 300);
    }
}
