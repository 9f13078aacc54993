//! Which pairs are stored: those among the best of either side, kept true as records come, change and go.
//!
//! A stored pair says which of its sides keep it, and a record has a floor: its last match, once it has all that it may
//! keep. A pair of a changed record that goes before the floor of the other side may enter its list, and pushes
//! the last one out; a record whose list loses a pair has its list found anew. Its floor cannot fall otherwise, so that
//! whatever is not stored stays below it.

use super::MatchIndex;
use super::best::{Found, MatchList, Scored};
use crate::id::{DemandId, OfferId};
use crate::matching::Match;
use crate::matching::score::{NEAR_MISS_FLOOR, RankKey, STORED_MATCHES};
use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
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
pub struct Renewal<'a> {
    record: Record,
    found: Found<'a>,
    own: Vec<Kept>,
    /// Records whose lists change, and whether one loses a pair. All are of the other side.
    others: BTreeMap<Record, bool>,
}

impl Renewal<'_> {
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

/// Leaves what a record keeps of its relevant pairs, best first: the first [`STORED_MATCHES`] that the gate does not deny,
/// and the first denied ones that would be among them if they were allowed. Tells its floor, and the rest.
pub(super) fn keep(keys: &mut Vec<RankKey>) -> (Option<RankKey>, Vec<RankKey>) {
    keys.sort_unstable();
    let open = keys.partition_point(|key| !key.is_denied());
    let last = keys[..open].get(STORED_MATCHES - 1).copied();
    let mut place = 0;
    let rest = keys.extract_if(.., |key| {
        place += 1;
        if key.is_denied() {
            key.score() < NEAR_MISS_FLOOR
                || place > open + KEPT_NEAR_MISSES
                || last.is_some_and(|last| key.if_allowed() >= last)
        } else {
            place > STORED_MATCHES
        }
    });
    let rest = rest.collect();
    (last, rest)
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
    pub fn renew(&self, record: Record, own: Vec<Kept>, today: NaiveDate) -> Renewal<'_> {
        let found = self.found(record, true, today);
        let listed = found.list.matches.iter().chain(&found.list.near_misses);
        let now: BTreeMap<Pair, RankKey> = listed
            .map(Match::rank)
            .chain(found.entering.iter().map(|scored| scored.key))
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
    ///
    /// Each of these has pairs of its own, of which one at most is the changed record's, so that one is dealt with after
    /// the other.
    pub fn settle(&self, renewal: Renewal<'_>, stored: &[Kept], today: NaiveDate) -> Plan {
        let Renewal {
            record,
            found,
            own,
            others,
        } = renewal;
        let scorer = self.scorer(today);
        let mut plan = Plan::default();
        plan.floors.push((record, found.list.floor()));
        // The record's pairs by the other side of them.
        let mut listed: FxHashMap<Record, Match> = found
            .list
            .into_matches()
            .map(|found| (record.other(found.rank().pair()), found))
            .collect();
        let mut entering: FxHashMap<Record, Scored<'_>> = found
            .entering
            .into_iter()
            .map(|scored| (record.other(scored.key.pair()), scored))
            .collect();
        let room = || Vec::with_capacity(STORED_MATCHES + KEPT_NEAR_MISSES + 1);
        let mut held: FxHashMap<Record, Vec<Kept>> =
            others.keys().map(|other| (*other, room())).collect();
        for kept in stored.iter().filter(|kept| !record.is_in(kept.key.pair())) {
            if let Some(held) = held.get_mut(&record.other(kept.key.pair())) {
                held.push(*kept);
            }
        }
        let mut still: FxHashSet<Record> = FxHashSet::default();
        let mut put = |plan: &mut Plan, other: Record, found: Match, keeps: bool, kept: bool| {
            let mut keepers = Keepers::default();
            keepers.set(record, keeps);
            keepers.set(other, kept);
            still.insert(other);
            plan.put.push((found, keepers));
        };
        for (other, loses) in others {
            let held = held.remove(&other).unwrap_or_default();
            let (mut own, entering) = (listed.remove(&other), entering.remove(&other));
            let keeps_own = own.is_some();
            let key = own.as_ref().map(Match::rank);
            let key = key.or(entering.as_ref().map(|scored| scored.key));
            let (floor, kept) = if loses {
                let anew = self.found(other, false, today).list;
                let floor = anew.floor();
                let mut keys = Vec::with_capacity(held.len() + 1);
                for found in anew.into_matches() {
                    let key = found.rank();
                    keys.push(key);
                    if record.is_in(key.pair()) {
                        own = Some(found);
                        continue;
                    }
                    let before = held.iter().find(|kept| kept.key.pair() == key.pair());
                    if before.is_none_or(|kept| kept.key != key) {
                        let mut keepers = before.map(|kept| kept.keepers).unwrap_or_default();
                        keepers.set(other, true);
                        plan.put.push((found, keepers));
                    }
                }
                keys.sort_unstable_by_key(|key| key.pair());
                let has = |pair: Pair| keys.binary_search_by_key(&pair, |key| key.pair()).ok();
                for kept in held {
                    let at = has(kept.key.pair());
                    // One that was found anew with another score is put already.
                    if at.is_none_or(|at| keys[at] == kept.key) {
                        plan.keeps(kept, other, at.is_some());
                    }
                }
                (floor, keys.iter().any(|key| record.is_in(key.pair())))
            } else {
                let of_other = held.iter().filter(|kept| kept.keepers.has(other));
                let mut keys: Vec<RankKey> = of_other.map(|kept| kept.key).collect();
                keys.extend(key);
                let (floor, rest) = keep(&mut keys);
                for kept in held.iter().filter(|kept| rest.contains(&kept.key)) {
                    plan.keeps(*kept, other, false);
                }
                (floor, key.is_some_and(|key| !rest.contains(&key)))
            };
            plan.floors.push((other, floor));
            if let Some(found) = own.or_else(|| Some(entering.filter(|_| kept)?.told(&scorer))) {
                put(&mut plan, other, found, keeps_own, kept);
            }
        }
        for (other, found) in listed {
            put(&mut plan, other, found, true, false);
        }
        let gone = own.iter().map(|kept| kept.key.pair());
        plan.drop
            .extend(gone.filter(|pair| !still.contains(&record.other(*pair))));
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
    /// A stored pair of which a side keeps, or lets go, what it kept or did not keep.
    fn keeps(&mut self, kept: Kept, side: Record, keeps: bool) {
        let Kept { key, mut keepers } = kept;
        if keepers.has(side) == keeps {
            return;
        }
        keepers.set(side, keeps);
        let (demand, offer) = key.pair();
        if keepers == Keepers::default() {
            self.drop.push((demand, offer));
        } else {
            self.keep.push((demand, offer, keepers));
        }
    }

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
