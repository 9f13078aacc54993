//! The best of many pairs without finishing most of them.
//!
//! Candidates come in tiers, each with a bound of what its pairs can come to, and every candidate has a bound of its own;
//! a pair is scored in full only where its bound reaches the scores found so far (the threshold algorithm: Fagin, Lotem,
//! Naor, PODS 2001), some hundred candidates at a time, of these the most promising first. What is found is what scoring
//! every pair finds.

use super::IndexedDemand;
use super::side::Tier;
use super::upkeep::keep;
use crate::matching::score::{
    NEAR_MISS_FLOOR, RELEVANCE_FLOOR, RankKey, STORED_MATCHES, Scorer, Weighed,
};
use crate::matching::{Match, OfferSubject, is_excluded};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

/// Candidates weighed before the scores found so far are looked at anew.
const AT_ONCE: usize = 4_096;
/// Glances, and records, that are fetched together, so that memory is waited for once for all of them.
const GLANCES: usize = 16;
const RECORDS: usize = 8;

/// The matches of one record, best first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatchList {
    /// What the gate does not deny, at most [`STORED_MATCHES`].
    pub matches: Vec<Match>,
    /// What it denies although it would fit well.
    pub near_misses: Vec<Match>,
}

/// What there is to find for a record.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    pub(super) list: MatchList,
    /// Pairs that are not in the list and may be among the best of the other side.
    pub(super) entering: Vec<Scored<'a>>,
}

pub(super) type Pair<'a> = (&'a IndexedDemand, &'a OfferSubject);

/// A pair with its score, still to be put into words.
#[derive(Debug)]
pub(super) struct Scored<'a> {
    pub(super) key: RankKey,
    pair: Pair<'a>,
    weighed: Box<Weighed<'a>>,
}

impl<'a> Scored<'a> {
    pub(super) fn told(self, scorer: &Scorer<'a>) -> Match {
        let (demand, offer) = self.pair;
        scorer.told_of(&demand.subject, offer, &demand.text, *self.weighed)
    }
}

/// The candidates of a record by their places.
pub(super) struct Search<'a, 'c, At, Bound, Floor, Glance, Fetch> {
    pub(super) scorer: &'c Scorer<'a>,
    /// The largest bound first.
    pub(super) tiers: Vec<Tier>,
    /// The pair with a candidate.
    pub(super) pair: At,
    /// No less than the score of the pair; `None` where it is below the given one or the pair is irrelevant.
    pub(super) bound: Bound,
    /// The score from which the pair may be among the best of the candidate.
    pub(super) floor: Floor,
    /// Reads here and there in what the bound needs, and in what the score needs.
    pub(super) fetch_glance: Glance,
    pub(super) fetch_record: Fetch,
}

impl<'a, At, Bound, Floor, Glance, Fetch> Search<'a, '_, At, Bound, Floor, Glance, Fetch>
where
    At: Fn(u32) -> Option<Pair<'a>>,
    Bound: Fn(u32, i32) -> Option<i32>,
    Floor: Fn(u32) -> i32,
    Glance: Fn(u32) -> u64,
    Fetch: Fn(u32) -> u64,
{
    pub(super) fn run(self) -> Found<'a> {
        let scored = self.gather();
        let mut kept: Vec<RankKey> = scored.iter().map(|(scored, _)| scored.key).collect();
        keep(&mut kept);
        let mut found = Found::default();
        for (scored, place) in scored {
            if kept.binary_search(&scored.key).is_err() {
                if scored.key.score() >= (self.floor)(place) {
                    found.entering.push(scored);
                }
            } else if scored.key.is_denied() {
                found.list.near_misses.push(scored.told(self.scorer));
            } else {
                found.list.matches.push(scored.told(self.scorer));
            }
        }
        found.list.matches.sort_by_key(Match::rank);
        found.list.near_misses.sort_by_key(Match::rank);
        found
    }

    /// All relevant pairs that either side may keep, and some more, with the places of their candidates.
    fn gather(&self) -> Vec<(Scored<'a>, u32)> {
        let mut scored = Vec::new();
        // The best scores of what the gate does not deny.
        let mut top: BinaryHeap<Reverse<i32>> = BinaryHeap::with_capacity(STORED_MATCHES + 1);
        let needed = |top: &BinaryHeap<Reverse<i32>>, place| {
            let own = match top.peek() {
                Some(Reverse(last)) if top.len() >= STORED_MATCHES => *last,
                _ => RELEVANCE_FLOOR,
            };
            own.min((self.floor)(place)).max(RELEVANCE_FLOOR)
        };
        let mut some: Vec<(i32, u32)> = Vec::new();
        let mut near: Vec<u32> = Vec::with_capacity(GLANCES);
        for tier in &self.tiers {
            let mut places = tier.places.iter();
            loop {
                some.clear();
                while some.len() < AT_ONCE {
                    near.clear();
                    let good = |place: &u32| tier.bound >= needed(&top, *place);
                    near.extend(places.by_ref().filter(good).take(GLANCES));
                    if near.is_empty() {
                        break;
                    }
                    let fetched = near.iter().map(|place| (self.fetch_glance)(*place));
                    black_box(fetched.fold(0, u64::wrapping_add));
                    some.extend(near.iter().filter_map(|&place| {
                        let bound = (self.bound)(place, needed(&top, place))?;
                        Some((bound, place))
                    }));
                }
                if some.is_empty() {
                    break;
                }
                some.sort_unstable_by_key(|(bound, _)| Reverse(*bound));
                for some in some.chunks(RECORDS) {
                    let good = |(bound, place): &&(i32, u32)| *bound >= needed(&top, *place);
                    let fetched = some.iter().filter(good);
                    let fetched = fetched.map(|(_, place)| (self.fetch_record)(*place));
                    black_box(fetched.fold(0, u64::wrapping_add));
                    for &(bound, place) in some {
                        let least = needed(&top, place);
                        if bound < least {
                            continue;
                        }
                        if let Some(found) = self.score(place, least) {
                            if !found.key.is_denied() {
                                top.push(Reverse(found.key.score()));
                                if top.len() > STORED_MATCHES {
                                    top.pop();
                                }
                            }
                            scored.push((found, place));
                        }
                    }
                }
            }
        }
        scored
    }

    /// The place of a pair in the order; `None` where it is excluded, irrelevant, scores less, or is denied without being
    /// a near-miss.
    fn score(&self, place: u32, least: i32) -> Option<Scored<'a>> {
        let pair @ (demand, offer) = (self.pair)(place)?;
        let subject = &demand.subject;
        if is_excluded(subject, offer) {
            return None;
        }
        let numbers = self.scorer.numbers_of(subject, offer, &demand.text);
        if numbers.score < least || !numbers.is_relevant() {
            return None;
        }
        let gate = self.scorer.gate(subject, offer);
        let ids = (subject.id, offer.id);
        let key = RankKey::new(ids, gate.decision(), numbers.score, numbers.uncapped);
        (!key.is_denied() || key.score() >= NEAR_MISS_FLOOR).then(|| Scored {
            key,
            pair,
            weighed: Box::new(Weighed { numbers, gate }),
        })
    }
}
