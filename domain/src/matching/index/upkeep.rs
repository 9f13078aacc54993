//! Which pairs are stored: those among the best of either side, kept true as records come, change and go.
//!
//! A stored pair says which of its sides keep it, and a record has a floor: its last match, once it has all that it may
//! keep. A pair of a changed record that goes before the floor of the other side may enter its list, and pushes
//! the last one out; a record whose list loses a pair has its list found anew. Its floor cannot fall otherwise, so that
//! whatever is not stored stays below it.

use super::MatchIndex;
use super::best::{Found, MatchList};
use crate::id::{DemandId, OfferId};
use crate::matching::Match;
use crate::matching::score::{NEAR_MISS_FLOOR, RankKey, STORED_MATCHES};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Near-misses kept for each demand and each offer.
const KEPT_NEAR_MISSES: usize = 10;

/// A record of either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Record {
    /// An open demand.
    Demand(DemandId),
    /// A listed offer.
    Offer(OfferId),
}

type Pair = (DemandId, OfferId);

impl Record {
    fn is_in(self, (demand, offer): Pair) -> bool {
        self == Self::Demand(demand) || self == Self::Offer(offer)
    }

    /// The other side of a pair of this record.
    fn other(self, (demand, offer): Pair) -> Self {
        match self {
            Self::Demand(_) => Self::Offer(offer),
            Self::Offer(_) => Self::Demand(demand),
        }
    }
}

/// Which sides keep a pair among their best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keepers {
    /// The demand does.
    pub demand: bool,
    /// The offer does.
    pub offer: bool,
}

impl Keepers {
    fn has(self, record: Record) -> bool {
        match record {
            Record::Demand(_) => self.demand,
            Record::Offer(_) => self.offer,
        }
    }

    fn set(&mut self, record: Record, keeps: bool) {
        match record {
            Record::Demand(_) => self.demand = keeps,
            Record::Offer(_) => self.offer = keeps,
        }
    }
}

/// A pair as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The pair and its place in the order of matches.
    pub key: RankKey,
    /// Who keeps it.
    pub keepers: Keepers,
}

/// What a change of a record does to the stored pairs, as far as its own pairs tell.
#[derive(Debug)]
pub struct Renewal {
    record: Record,
    found: Found,
    own: Vec<Kept>,
    /// Records whose lists change, and whether one loses a pair.
    others: BTreeMap<Record, bool>,
}

impl Renewal {
    /// The records whose stored pairs [`MatchIndex::settle`] has to know.
    pub fn others(&self) -> impl Iterator<Item = Record> {
        self.others.keys().copied()
    }
}

/// What is to be stored.
#[derive(Debug, Default)]
pub struct Plan {
    /// New pairs, and those computed anew.
    pub put: Vec<(Match, Keepers)>,
    /// Stored pairs that only change keepers.
    pub keep: Vec<(DemandId, OfferId, Keepers)>,
    /// Stored pairs that nobody keeps any more.
    pub drop: Vec<(DemandId, OfferId)>,
    /// The floors of records whose lists changed; none where there is room for any match.
    pub floors: Vec<(Record, Option<RankKey>)>,
}

/// Leaves what a record keeps of its relevant pairs, best first, and tells its floor: the first [`STORED_MATCHES`] that
/// the gate does not deny, and the first denied ones that would be among them if they were allowed.
pub(super) fn keep(keys: &mut Vec<RankKey>) -> Option<RankKey> {
    keys.sort_unstable();
    let open = keys.partition_point(|key| !key.is_denied());
    let last = keys[..open].get(STORED_MATCHES - 1).copied();
    let mut place = 0;
    keys.retain(|key| {
        place += 1;
        if key.is_denied() {
            key.score() >= NEAR_MISS_FLOOR
                && place <= open + KEPT_NEAR_MISSES
                && last.is_none_or(|last| key.if_allowed() < last)
        } else {
            place <= STORED_MATCHES
        }
    });
    last
}

impl MatchList {
    fn into_matches(self) -> impl Iterator<Item = Match> {
        self.matches.into_iter().chain(self.near_misses)
    }

    /// See [`keep`].
    fn floor(&self) -> Option<RankKey> {
        self.matches.get(STORED_MATCHES - 1).map(Match::rank)
    }
}

impl MatchIndex<'_> {
    /// Finds the matches of a record that changed, came or went, given its stored pairs. The first of two steps: behind it
    /// [`Self::settle`] needs the stored pairs of [`Renewal::others`].
    pub fn renew(&self, record: Record, own: Vec<Kept>, today: NaiveDate) -> Renewal {
        let found = self.found(record, true, today);
        let listed = found.list.matches.iter().chain(&found.list.near_misses);
        let now: BTreeMap<Pair, RankKey> = listed
            .map(Match::rank)
            .chain(found.entering.iter().copied())
            .map(|key| (key.pair(), key))
            .collect();
        let mut others = BTreeMap::new();
        for key in now.values() {
            let other = record.other(key.pair());
            let enters = |last: RankKey| {
                if key.is_denied() {
                    key.if_allowed() < last
                } else {
                    *key < last
                }
            };
            if self.floor(other).is_none_or(enters) {
                others.insert(other, false);
            }
        }
        for Kept { key, keepers } in &own {
            let other = record.other(key.pair());
            if keepers.has(other) {
                let now = now.get(&key.pair());
                let loses = if key.is_denied() {
                    now != Some(key)
                } else {
                    // What goes before the last one, or no later than before, leaves the last one in its place.
                    let stays = |last| now.is_some_and(|now| *now <= *key || *now < last);
                    self.floor(other).is_some_and(|last| !stays(last))
                };
                *others.entry(other).or_default() |= loses;
            }
        }
        Renewal {
            record,
            found,
            own,
            others,
        }
    }

    /// What is to be stored after a change, given the stored pairs of the other records concerned.
    pub fn settle(&self, renewal: Renewal, stored: &[Kept], today: NaiveDate) -> Plan {
        let Renewal {
            record,
            found,
            own,
            others,
        } = renewal;
        let mut plan = Plan::default();
        plan.floors.push((record, found.list.floor()));
        let before: BTreeMap<Pair, Kept> = own
            .iter()
            .chain(stored)
            .map(|kept| (kept.key.pair(), *kept))
            .collect();
        let mut after: BTreeMap<Pair, Keepers> = before
            .iter()
            .filter(|(pair, _)| !record.is_in(**pair))
            .map(|(pair, kept)| (*pair, kept.keepers))
            .collect();
        let mut keys = found.entering;
        let mut matches: BTreeMap<Pair, Match> = BTreeMap::new();
        for found in found.list.into_matches() {
            let key = found.rank();
            keys.push(key);
            after.entry(key.pair()).or_default().set(record, true);
            matches.insert(key.pair(), found);
        }
        // What the others keep of what is not the record's.
        let mut lists: BTreeMap<Record, Vec<RankKey>> = others
            .keys()
            .map(|other| (*other, Vec::with_capacity(STORED_MATCHES)))
            .collect();
        for (pair, keepers) in &mut after {
            for side in [Record::Demand(pair.0), Record::Offer(pair.1)] {
                if keepers.has(side)
                    && let Some(list) = lists.get_mut(&side)
                    && let Some(kept) = before.get(pair)
                {
                    list.push(kept.key);
                    keepers.set(side, false);
                }
            }
        }
        for key in keys {
            if let Some(list) = lists.get_mut(&record.other(key.pair())) {
                list.push(key);
            }
        }
        for (other, mut list) in lists {
            if others.get(&other) == Some(&true) {
                let anew = self.found(other, false, today).list;
                plan.floors.push((other, anew.floor()));
                list.clear();
                for found in anew.into_matches() {
                    let key = found.rank();
                    list.push(key);
                    if before.get(&key.pair()).is_none_or(|kept| kept.key != key) {
                        matches.entry(key.pair()).or_insert(found);
                    }
                }
            } else {
                plan.floors.push((other, keep(&mut list)));
            }
            for pair in list.into_iter().map(RankKey::pair) {
                after.entry(pair).or_default().set(other, true);
                if record.is_in(pair)
                    && !matches.contains_key(&pair)
                    && let Some(found) = self.match_of(pair, today)
                {
                    matches.insert(pair, found);
                }
            }
        }
        plan.write(&before, after, matches);
        plan
    }

    /// Finds the matches of a record anew, whatever is stored of it, and leaves to the other sides what they keep: for
    /// when all records are gone through.
    pub fn restate(&self, record: Record, own: &[Kept], today: NaiveDate) -> Plan {
        let mut plan = Plan::default();
        let list = self.found(record, false, today).list;
        plan.floors.push((record, list.floor()));
        let before: BTreeMap<Pair, Kept> =
            own.iter().map(|kept| (kept.key.pair(), *kept)).collect();
        let mut after: BTreeMap<Pair, Keepers> = before
            .iter()
            .map(|(pair, kept)| {
                let mut keepers = kept.keepers;
                keepers.set(record, false);
                (*pair, keepers)
            })
            .collect();
        let mut matches = BTreeMap::new();
        for found in list.into_matches() {
            let pair = found.rank().pair();
            after.entry(pair).or_default().set(record, true);
            matches.insert(pair, found);
        }
        plan.write(&before, after, matches);
        plan
    }
}

impl Plan {
    /// Whatever has a match is put, where it is kept.
    fn write(
        &mut self,
        before: &BTreeMap<Pair, Kept>,
        after: BTreeMap<Pair, Keepers>,
        mut matches: BTreeMap<Pair, Match>,
    ) {
        for pair in before.keys() {
            if after.get(pair).copied().unwrap_or_default() == Keepers::default() {
                self.drop.push(*pair);
            }
        }
        for (pair, keepers) in after {
            if keepers == Keepers::default() {
                continue;
            }
            if let Some(found) = matches.remove(&pair) {
                self.put.push((found, keepers));
            } else if before
                .get(&pair)
                .is_some_and(|kept| kept.keepers != keepers)
            {
                self.keep.push((pair.0, pair.1, keepers));
            }
        }
    }
}
