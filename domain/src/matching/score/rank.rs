//! The order of matches, and the number that the store sorts by.

use super::Match;
use crate::id::{DemandId, OfferId};
use crate::use_conditions::Decision;
use std::cmp::Reverse;

/// One more than the largest score.
const UNCAPPED_RADIX: i32 = 10_001;
/// Added to the number of what the gate does not deny.
const OPEN: i32 = 300_000_000;

/// The order of matches, best first: what the gate does not deny; the score; pass before ask; the score without caps;
/// then the ids. A total order: two different pairs are never equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RankKey {
    denied: bool,
    score: Reverse<i32>,
    decision: Decision,
    uncapped: Reverse<i32>,
    demand: DemandId,
    offer: OfferId,
}

impl RankKey {
    /// The place of a pair by what is stored of it: scores in hundredths of a point.
    pub fn new(pair: (DemandId, OfferId), decision: Decision, score: i32, uncapped: i32) -> Self {
        Self {
            denied: decision == Decision::Deny,
            score: Reverse(score),
            decision,
            uncapped: Reverse(uncapped),
            demand: pair.0,
            offer: pair.1,
        }
    }

    /// The place of a pair by its [`Match::rank_key`].
    pub fn of_stored(pair: (DemandId, OfferId), rank_key: i32) -> Self {
        let (open, rest) = (rank_key / OPEN, rank_key % OPEN);
        let (score, uncapped) = (rest / UNCAPPED_RADIX, rest % UNCAPPED_RADIX);
        let decision = match (open, score % 2) {
            (0, _) => Decision::Deny,
            (_, 0) => Decision::Ask,
            _ => Decision::Pass,
        };
        Self::new(pair, decision, score / 2, uncapped)
    }

    /// The order in one number, the larger the better, but for the ids: for the store to sort by.
    ///
    /// The last of its mixed-radix digits is [`Match::uncapped`], see [`Match::uncapped_of`].
    pub fn stored(self) -> i32 {
        let pass = i32::from(self.decision == Decision::Pass);
        let open = if self.denied { 0 } else { OPEN };
        open + (2 * self.score.0 + pass) * UNCAPPED_RADIX + self.uncapped.0
    }

    /// The pair.
    pub fn pair(self) -> (DemandId, OfferId) {
        (self.demand, self.offer)
    }

    /// What the gate says of it.
    pub fn decision(self) -> Decision {
        self.decision
    }

    /// Its score, hundredths of a point.
    pub fn score(self) -> i32 {
        self.score.0
    }

    /// Whether the gate denies it.
    pub fn is_denied(self) -> bool {
        self.denied
    }

    /// Where it would stand if the gate let it pass.
    pub(in crate::matching) fn if_allowed(self) -> Self {
        Self {
            denied: false,
            decision: Decision::Pass,
            ..self
        }
    }
}

impl Match {
    /// Its place in the order of matches: the smaller, the better.
    pub fn rank(&self) -> RankKey {
        let pair = (self.demand, self.offer);
        RankKey::new(pair, self.decision, self.score, self.uncapped)
    }

    /// See [`RankKey::stored`].
    pub fn rank_key(&self) -> i32 {
        self.rank().stored()
    }

    /// The score without caps behind a [`Self::rank_key`].
    pub fn uncapped_of(rank_key: i32) -> i32 {
        (rank_key % OPEN) % UNCAPPED_RADIX
    }
}
