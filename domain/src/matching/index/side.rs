//! The records of one side, and where each condition and data kind is named.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::hash::Hash;

/// Records by id and by place; the place of a removed record goes to a later one.
#[derive(Debug, Clone)]
pub(super) struct Side<Id, Record, Condition> {
    places: BTreeMap<Id, u32>,
    records: Vec<Option<Record>>,
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

/// Places of records that may be relevant.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    /// Those that may serve well.
    pub(super) near: RoaringBitmap,
    /// Those whose conditions or kinds are so far off that a must-have fails.
    pub(super) far: RoaringBitmap,
}

/// Places of some, and of all these kinds.
fn union(some: &RoaringBitmap, by_kind: &[RoaringBitmap], kinds: u64) -> RoaringBitmap {
    bits(kinds).fold(some.clone(), |all, kind| all | &by_kind[kind])
}

/// Thousandths of credit under which the best condition leaves the must-have failed.
const ENOUGH: u16 = 500;

/// The places of the bits that are set.
fn bits(set: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |place| set >> place & 1 == 1)
}

impl<Id: Ord + Copy, Record, Condition: Hash + Eq + Copy> Side<Id, Record, Condition> {
    pub(super) fn new() -> Self {
        Self {
            places: BTreeMap::new(),
            records: Vec::new(),
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
        conditions: &[Condition],
        kinds: Kinds,
    ) {
        let place = self.free.pop().unwrap_or_else(|| {
            self.records.push(None);
            // Memory ends long before places do.
            u32::try_from(self.records.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(slot) = self.records.get_mut(place as usize) {
            *slot = Some(record);
        }
        self.places.insert(id, place);
        self.all.insert(place);
        for condition in conditions {
            self.conditions.entry(*condition).or_default().insert(place);
        }
        for kind in bits(kinds.all) {
            self.kinds[kind].insert(place);
        }
        for kind in bits(kinds.musts) {
            self.musts[kind].insert(place);
        }
        if conditions.is_empty() {
            self.no_condition.insert(place);
        }
        if kinds.all == 0 {
            self.no_kind.insert(place);
        }
        if kinds.musts == 0 {
            self.no_must.insert(place);
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
        self.records.get(place as usize)?.as_ref()
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().flatten()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = Id> {
        self.places.keys().copied()
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
        let mut found = Candidates::default();
        if names_condition {
            found.near = self.no_condition.clone();
            for (condition, places) in &self.conditions {
                match related(condition) {
                    0 => {}
                    credit if credit < ENOUGH => found.far |= places,
                    _ => found.near |= places,
                }
            }
            found.far -= &found.near;
        } else {
            found.near = self.all.clone();
        }
        if kinds.all != 0 {
            let touching = union(&self.no_kind, &self.kinds, kinds.all);
            found.near &= &touching;
            found.far &= &touching;
        }
        if kinds.musts != 0 {
            let served = union(&self.no_must, &self.musts, kinds.musts);
            found.far |= &found.near - &served;
            found.near &= &served;
        }
        found
    }
}
