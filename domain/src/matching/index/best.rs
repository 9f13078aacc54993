//! The best of many pairs without finishing most of them.
//!
//! Every candidate gets an upper bound of its score from the criteria that are cheap; pairs are then scored in full from
//! the largest bound on, until no bound left reaches the scores found (the threshold algorithm: Fagin, Lotem, Naor,
//! PODS 2001). The order is that of scoring every pair.

use super::{IndexedDemand, MatchList};
use crate::id::{DemandId, OfferId};
use crate::matching::score::{NEAR_MISS_FLOOR, Numbers, RELEVANCE_FLOOR, STORED_MATCHES, Scorer};
use crate::matching::{Match, OfferSubject, is_excluded};
use crate::use_conditions::Decision;
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
    pair: (&'a IndexedDemand, &'a OfferSubject),
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

/// Relevant pairs, the largest score first, then the largest without caps, then the ids.
struct Descending<'a, 's> {
    scorer: &'s Scorer<'a>,
    pairs: Vec<(&'a IndexedDemand, &'a OfferSubject)>,
    bounded: BinaryHeap<Bounded>,
    scored: BinaryHeap<Scored<'a>>,
}

impl<'a, 's> Descending<'a, 's> {
    fn new(
        scorer: &'s Scorer<'a>,
        pairs: impl Iterator<Item = (&'a IndexedDemand, &'a OfferSubject)>,
    ) -> Self {
        let (mut kept, mut bounded) = (Vec::new(), Vec::new());
        for (demand, offer) in pairs {
            if is_excluded(&demand.subject, offer) {
                continue;
            }
            let bound = scorer.bound(&demand.subject, offer);
            if bound >= RELEVANCE_FLOOR {
                bounded.push(Bounded(bound, Reverse(kept.len())));
                kept.push((demand, offer));
            }
        }
        Self {
            scorer,
            pairs: kept,
            bounded: BinaryHeap::from(bounded),
            scored: BinaryHeap::new(),
        }
    }
}

impl<'a> Iterator for Descending<'a, '_> {
    type Item = Scored<'a>;

    fn next(&mut self) -> Option<Scored<'a>> {
        while let Some(Bounded(bound, _)) = self.bounded.peek() {
            if self.scored.peek().is_some_and(|best| best.order.0 > *bound) {
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
    pairs: impl Iterator<Item = (&'a IndexedDemand, &'a OfferSubject)>,
) -> MatchList {
    let mut list = MatchList::default();
    for Scored { numbers, pair, .. } in Descending::new(scorer, pairs) {
        let (demand, offer) = pair;
        let score = numbers.score;
        // At equal score a pass goes before an ask, so one may still come after fifty.
        let full = better(&list.matches, score, Decision::Pass) >= STORED_MATCHES;
        let misses = list.near_misses.len() >= KEPT_NEAR_MISSES || score < NEAR_MISS_FLOOR;
        if full && misses {
            break;
        }
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
