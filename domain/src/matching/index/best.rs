//! The best of many pairs without finishing most of them.
//!
//! Every candidate gets an upper bound of its score from the criteria that are cheap; pairs are then scored in full from
//! the largest bound on, until no bound left reaches the scores found (the threshold algorithm: Fagin, Lotem, Naor,
//! PODS 2001). Candidates that are far off have a common bound, since a failed must-have caps them, and are looked at
//! only where it is reached. The order is that of scoring every pair.

use super::side::Candidates;
use super::{IndexedDemand, MatchList};
use crate::id::{DemandId, OfferId};
use crate::matching::score::{NEAR_MISS_FLOOR, Numbers, RELEVANCE_FLOOR, STORED_MATCHES, Scorer};
use crate::matching::{Criterion, Match, OfferSubject, is_excluded};
use crate::use_conditions::Decision;
use roaring::RoaringBitmap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Near-misses kept for each demand and each offer.
const KEPT_NEAR_MISSES: usize = 10;

/// A pair by its upper bound, hundredths of a point.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Bounded(i32, Reverse<usize>);

/// A pair by its order among those scored.
type Order = (i32, i32, Reverse<(DemandId, OfferId)>);

struct Scored<'a> {
    order: Order,
    numbers: Numbers,
    pair: Pair<'a>,
}

impl PartialEq for Scored<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}
impl Eq for Scored<'_> {}
impl PartialOrd for Scored<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Scored<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

type Pair<'a> = (&'a IndexedDemand, &'a OfferSubject);

/// Relevant pairs, the largest score first, then the largest without caps, then the ids.
struct Descending<'a, 'c, F> {
    scorer: &'c Scorer<'a>,
    candidates: &'c Candidates,
    pair: F,
    pairs: Vec<Pair<'a>>,
    bounded: BinaryHeap<Bounded>,
    scored: BinaryHeap<Scored<'a>>,
    /// Candidates that are far off have not been looked at yet, and none of them exceeds this.
    far: Option<i32>,
}

impl<'a, 'c, F: Fn(u32) -> Option<Pair<'a>>> Descending<'a, 'c, F> {
    fn new(scorer: &'c Scorer<'a>, candidates: &'c Candidates, pair: F) -> Self {
        let mut this = Self {
            scorer,
            candidates,
            pair,
            pairs: Vec::new(),
            bounded: BinaryHeap::new(),
            scored: BinaryHeap::new(),
            far: [Criterion::Disease, Criterion::DataKinds]
                .map(|failed| scorer.bound_of_failed(failed))
                .into_iter()
                .max(),
        };
        this.look_at(&candidates.near);
        this
    }

    fn look_at(&mut self, places: &RoaringBitmap) {
        let mut bounded = std::mem::take(&mut self.bounded).into_vec();
        for (demand, offer) in places.iter().filter_map(&self.pair) {
            if is_excluded(&demand.subject, offer) {
                continue;
            }
            let bound = self.scorer.bound(&demand.subject, offer);
            if bound >= RELEVANCE_FLOOR {
                bounded.push(Bounded(bound, Reverse(self.pairs.len())));
                self.pairs.push((demand, offer));
            }
        }
        self.bounded = BinaryHeap::from(bounded);
    }

    /// The largest bound of what is not scored yet.
    fn next_bound(&mut self) -> Option<i32> {
        let next = self.bounded.peek().map(|Bounded(bound, _)| *bound);
        let Some(far) = self.far.filter(|far| next.is_none_or(|next| next <= *far)) else {
            return next;
        };
        if self.scored.peek().is_some_and(|best| best.order.0 > far) {
            return Some(far);
        }
        self.far = None;
        let candidates = self.candidates;
        self.look_at(&candidates.far);
        self.bounded.peek().map(|Bounded(bound, _)| *bound)
    }
}

impl<'a, F: Fn(u32) -> Option<Pair<'a>>> Iterator for Descending<'a, '_, F> {
    type Item = Scored<'a>;

    fn next(&mut self) -> Option<Scored<'a>> {
        while let Some(bound) = self.next_bound() {
            if self.scored.peek().is_some_and(|best| best.order.0 > bound) {
                break;
            }
            let Some(Bounded(_, Reverse(place))) = self.bounded.pop() else {
                break;
            };
            let pair = self.pairs[place];
            let (demand, offer) = pair;
            let numbers = self.scorer.numbers_of(&demand.subject, offer, &demand.text);
            if numbers.is_relevant() {
                let ids = Reverse((demand.subject.id, offer.id));
                self.scored.push(Scored {
                    order: (numbers.score, numbers.uncapped, ids),
                    numbers,
                    pair,
                });
            }
        }
        self.scored.pop()
    }
}

/// How many of the matches kept so far go before one with a score and a decision.
fn better(matches: &[Match], score: i32, decision: Decision) -> usize {
    matches
        .iter()
        .filter(|kept| kept.score > score || kept.decision <= decision)
        .count()
}

/// Asks the gate from the best pair on until enough is found.
pub(super) fn best<'a>(
    scorer: &Scorer<'a>,
    candidates: &Candidates,
    pair: impl Fn(u32) -> Option<Pair<'a>>,
) -> MatchList {
    let mut list = MatchList::default();
    for Scored { numbers, pair, .. } in Descending::new(scorer, candidates, pair) {
        let (demand, offer) = pair;
        let score = numbers.score;
        // At equal score a pass goes before an ask, so one may still come after fifty.
        let full = better(&list.matches, score, Decision::Pass) >= STORED_MATCHES;
        // A denied pair that would not be among the fifty if it were allowed is no near-miss.
        if full {
            break;
        }
        let misses = list.near_misses.len() >= KEPT_NEAR_MISSES || score < NEAR_MISS_FLOOR;
        let gate = scorer.gate(&demand.subject, offer);
        let denied = gate.decision == Decision::Deny;
        let enough = if denied {
            misses
        } else {
            better(&list.matches, score, gate.decision) >= STORED_MATCHES
        };
        if enough {
            continue;
        }
        let found = scorer.match_of(&demand.subject, offer, &demand.text, &numbers, gate);
        if denied {
            list.near_misses.push(found);
        } else {
            list.matches.push(found);
        }
    }
    list.matches.sort_by_key(Match::rank);
    list.matches.truncate(STORED_MATCHES);
    list
}
