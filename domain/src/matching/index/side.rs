//! The records of one side, and where each condition and data kind is named.

use crate::matching::criteria::disease::POPULATION_SHARE;
use crate::matching::score::{RankKey, Scorer, UNKNOWN_CREDIT};
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::hash::Hash;

/// Records by id and by place; the place of a removed record goes to a later one.
#[derive(Debug, Clone)]
pub(super) struct Side<Id, Record, Glance, Condition> {
    places: FxHashMap<Id, u32>,
    records: Vec<Option<Box<Record>>>,
    /// What bounds their scores, some together, so that they are never moved.
    glances: Vec<Vec<Option<Glance>>>,
    /// The last match of a record that keeps all that it may.
    floors: Vec<Option<RankKey>>,
    /// Its score; 0 where there is none.
    floor_scores: Vec<i32>,
    free: Vec<u32>,
    /// Every place taken.
    all: RoaringBitmap,
    /// Places by condition named.
    conditions: FxHashMap<Condition, RoaringBitmap>,
    /// Places by the bit of each data kind that is named, for offers, or touched, for demands.
    kinds: Vec<RoaringBitmap>,
    /// The same of kinds that touch a must-have.
    musts: Vec<RoaringBitmap>,
    /// Names no condition.
    no_condition: RoaringBitmap,
    /// Names no kind.
    no_kind: RoaringBitmap,
    /// Names no kind that must be there.
    no_must: RoaringBitmap,
}

/// Data kinds as bits: of an offer those that it names, of a demand those that touch one that it names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinds {
    pub(super) all: u64,
    /// Of a demand those that touch one that must be there.
    pub(super) musts: u64,
}

/// Candidates that have a bound in common.
#[derive(Debug, Clone)]
pub(super) struct Tier {
    /// No less than any score among them, hundredths of a point.
    pub(super) bound: i32,
    pub(super) places: RoaringBitmap,
}

/// Places of records that may be relevant.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    /// Those with a condition that serves fully.
    same: RoaringBitmap,
    /// Those with one that serves in part.
    part: RoaringBitmap,
    /// Those that name no condition.
    silent: RoaringBitmap,
    /// Those that name one, where the record itself names none.
    other: RoaringBitmap,
    /// Those whose conditions or kinds are so far off that a must-have fails.
    far: RoaringBitmap,
}

/// The most that the disease criterion can come to with this value of the conditions, 0 to 1.
fn with_people(topic: f64) -> f64 {
    POPULATION_SHARE + (1.0 - POPULATION_SHARE) * topic
}

impl Candidates {
    /// The tiers, the largest bound first. `silent` and `other` tell whether a record of these is one that the demand asks
    /// for a condition although the offer names none.
    pub(super) fn tiers(self, scorer: &Scorer<'_>, silent: bool, other: bool) -> Vec<Tier> {
        let unknown = |is: bool| if is { with_people(UNKNOWN_CREDIT) } else { 1.0 };
        let mut tiers: Vec<Tier> = [
            (1.0, false, self.same),
            (with_people(PART), false, self.part),
            (unknown(silent), false, self.silent),
            (unknown(other), false, self.other),
            (1.0, true, self.far),
        ]
        .into_iter()
        .map(|(disease, failed, places)| Tier {
            bound: scorer.bound_of(disease, failed),
            places,
        })
        .collect();
        tiers.sort_by_key(|tier| Reverse(tier.bound));
        tiers
    }
}

/// Places of some, and of all these kinds.
fn union(some: &RoaringBitmap, by_kind: &[RoaringBitmap], kinds: u64) -> RoaringBitmap {
    let mut all = some.clone();
    for kind in bits(kinds) {
        all |= &by_kind[kind];
    }
    all
}

/// Thousandths of credit under which the best condition leaves the must-have failed.
const ENOUGH: u16 = 500;
/// Thousandths of full credit, and the most below it, 0 to 1.
const FULL: u16 = 1_000;
const PART: f64 = 0.7;

/// Glances that lie together.
const TOGETHER: usize = 1 << 10;

fn glance_place(place: u32) -> (usize, usize) {
    let place = place as usize;
    (place / TOGETHER, place % TOGETHER)
}

/// The places of the bits that are set.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(place)
    })
}

/// Adds a place, which is mostly the last one.
fn add(places: &mut RoaringBitmap, place: u32) {
    if places.try_push(place).is_err() {
        places.insert(place);
    }
}

impl<Id: Ord + Hash + Copy, Record, Glance, Condition: Hash + Eq + Copy>
    Side<Id, Record, Glance, Condition>
{
    pub(super) fn new() -> Self {
        Self {
            places: FxHashMap::default(),
            records: Vec::new(),
            glances: Vec::new(),
            floors: Vec::new(),
            floor_scores: Vec::new(),
            free: Vec::new(),
            all: RoaringBitmap::new(),
            conditions: FxHashMap::default(),
            kinds: vec![RoaringBitmap::new(); 64],
            musts: vec![RoaringBitmap::new(); 64],
            no_condition: RoaringBitmap::new(),
            no_kind: RoaringBitmap::new(),
            no_must: RoaringBitmap::new(),
        }
    }

    /// Adds a record whose id is not there yet.
    pub(super) fn insert(
        &mut self,
        id: Id,
        record: Record,
        glance: Glance,
        conditions: &[Condition],
        kinds: Kinds,
    ) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.records.push(None);
            if self
                .glances
                .last()
                .is_none_or(|last| last.len() == TOGETHER)
            {
                self.glances.push(Vec::with_capacity(TOGETHER));
            }
            if let Some(last) = self.glances.last_mut() {
                last.push(None);
            }
            self.floors.push(None);
            self.floor_scores.push(0);
            // Memory ends long before places do.
            u32::try_from(self.records.len() - 1).unwrap_or(u32::MAX)
        });
        self.records[place as usize] = Some(Box::new(record));
        let (some, at) = glance_place(place);
        self.glances[some][at] = Some(glance);
        // Room for any match, until its list is known.
        self.places.insert(id, place);
        self.set_floor(id, None);
        add(&mut self.all, place);
        for condition in conditions {
            add(self.conditions.entry(*condition).or_default(), place);
        }
        for kind in bits(kinds.all) {
            add(&mut self.kinds[kind], place);
        }
        for kind in bits(kinds.musts) {
            add(&mut self.musts[kind], place);
        }
        if conditions.is_empty() {
            add(&mut self.no_condition, place);
        }
        if kinds.all == 0 {
            add(&mut self.no_kind, place);
        }
        if kinds.musts == 0 {
            add(&mut self.no_must, place);
        }
    }

    /// Removes a record, given what it names; whether it was there.
    pub(super) fn remove(
        &mut self,
        id: Id,
        names: impl FnOnce(&Record) -> (&[Condition], Kinds),
    ) -> bool {
        let Some(place) = self.places.remove(&id) else {
            return false;
        };
        if let Some(record) = self.records.get_mut(place as usize).and_then(Option::take) {
            let (conditions, kinds) = names(&record);
            for condition in conditions {
                if let Some(places) = self.conditions.get_mut(condition) {
                    places.remove(place);
                    if places.is_empty() {
                        self.conditions.remove(condition);
                    }
                }
            }
            for kind in bits(kinds.all) {
                self.kinds[kind].remove(place);
            }
            for kind in bits(kinds.musts) {
                self.musts[kind].remove(place);
            }
        }
        let (some, at) = glance_place(place);
        self.glances[some][at] = None;
        self.no_condition.remove(place);
        self.no_kind.remove(place);
        self.no_must.remove(place);
        self.all.remove(place);
        self.free.push(place);
        true
    }

    pub(super) fn get(&self, id: Id) -> Option<&Record> {
        self.at(*self.places.get(&id)?)
    }

    pub(super) fn at(&self, place: u32) -> Option<&Record> {
        self.records.get(place as usize)?.as_deref()
    }

    pub(super) fn glance(&self, place: u32) -> Option<&Glance> {
        let (some, at) = glance_place(place);
        self.glances.get(some)?.get(at)?.as_ref()
    }

    pub(super) fn glance_of(&self, id: Id) -> Option<&Glance> {
        self.glance(*self.places.get(&id)?)
    }

    pub(super) fn floor(&self, id: Id) -> Option<RankKey> {
        let place = *self.places.get(&id)?;
        self.floors.get(place as usize).copied().flatten()
    }

    /// The score of a floor; 0 where there is room for any match.
    pub(super) fn floor_score(&self, place: u32) -> i32 {
        self.floor_scores.get(place as usize).copied().unwrap_or(0)
    }

    pub(super) fn set_floor(&mut self, id: Id, floor: Option<RankKey>) {
        if let Some(place) = self.places.get(&id) {
            self.floors[*place as usize] = floor;
            self.floor_scores[*place as usize] = floor.map_or(0, RankKey::score);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().flatten().map(Box::as_ref)
    }

    /// In their order.
    pub(super) fn ids(&self) -> impl Iterator<Item = Id> {
        let mut ids: Vec<Id> = self.places.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// The places of all that may be relevant to a record of the other side: both name a related condition or one of
    /// them names none, and the same of kinds. `related` tells the best credit of a condition for the record, in
    /// thousandths.
    pub(super) fn candidates(
        &self,
        names_condition: bool,
        related: impl Fn(&Condition) -> u16,
        kinds: Kinds,
    ) -> Candidates {
        let mut found = Candidates {
            silent: self.no_condition.clone(),
            ..Candidates::default()
        };
        if names_condition {
            for (condition, places) in &self.conditions {
                match related(condition) {
                    0 => {}
                    FULL.. => found.same |= places,
                    ENOUGH.. => found.part |= places,
                    _ => found.far |= places,
                }
            }
            found.part -= &found.same;
            found.far -= &found.same;
            found.far -= &found.part;
        } else {
            found.other = &self.all - &found.silent;
        }
        let Candidates {
            same,
            part,
            silent,
            other,
            far,
        } = &mut found;
        if kinds.all != 0 {
            let touching = union(&self.no_kind, &self.kinds, kinds.all);
            for places in [&mut *same, &mut *part, &mut *silent, &mut *other, &mut *far] {
                *places &= &touching;
            }
        }
        if kinds.musts != 0 {
            let served = union(&self.no_must, &self.musts, kinds.musts);
            for places in [same, part, silent, other] {
                *far |= &*places - &served;
                *places &= &served;
            }
        }
        found
    }
}
