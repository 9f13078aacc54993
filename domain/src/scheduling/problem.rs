//! What is to be arranged.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most slots of a problem.
pub const MOST_SLOTS: usize = 128;

/// A set of slots, written as the list of their indexes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SlotSet(Vec<u64>);

impl SlotSet {
    /// Whether a slot is in the set.
    pub fn contains(&self, slot: usize) -> bool {
        self.0
            .get(slot / 64)
            .is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// The slots, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|slot| self.contains(*slot))
    }
}

impl FromIterator<usize> for SlotSet {
    fn from_iter<I: IntoIterator<Item = usize>>(slots: I) -> Self {
        let mut words = Vec::new();
        for slot in slots {
            if words.len() <= slot / 64 {
                words.resize(slot / 64 + 1, 0);
            }
            words[slot / 64] |= 1 << (slot % 64);
        }
        Self(words)
    }
}

impl Serialize for SlotSet {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for SlotSet {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let slots = Vec::<u16>::deserialize(d)?;
        // A place costs its own size in memory, whatever else is in the set.
        if slots.iter().any(|slot| *slot >= 1024) {
            return Err(serde::de::Error::custom("a slot must be below 1024"));
        }
        Ok(slots.into_iter().map(usize::from).collect())
    }
}

/// A stretch of time in which meetings take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Beginning, in minutes since any epoch.
    pub starts_minute: i64,
    /// End, later than the beginning.
    pub ends_minute: i64,
    /// A planned break lies before it: waiting over it is no break of a participant.
    pub follows_break: bool,
}

/// A table: one meeting a slot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Slots in which it is not there.
    pub closed: SlotSet,
}

/// A delegate: one meeting a slot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seat {
    /// Slots in which he or she can meet.
    pub available: SlotSet,
}

/// An organisation; it holds as many meetings in a slot as it has seats that are available then.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Participant {
    /// Its delegates.
    pub seats: Vec<Seat>,
    /// Most meetings.
    pub cap: u32,
    /// Meetings it should have at least; not more than `cap`.
    pub floor: u32,
    /// It stays seated while others come to it.
    pub keeps_table: bool,
}

/// How a pair came to be proposed, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorityClass {
    /// Both sides want to meet.
    Mutual,
    /// The demand side asked.
    DemandSide,
    /// The supply side asked.
    SupplySide,
    /// Nobody asked; the match score proposes it.
    Suggested,
}

/// A pair that may meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The demand side, an index of `participants`.
    pub demander: usize,
    /// The supply side, an index of `participants`.
    pub provider: usize,
    /// How it came to be proposed.
    pub class: PriorityClass,
    /// Both sides insist on it.
    pub must: bool,
    /// Match score, 0 to 10000.
    pub score: u32,
    /// Order of arrival: the earlier wins a tie.
    pub received: u64,
    /// Needs no table.
    pub remote: bool,
    /// Only these slots; any if absent.
    pub slots: Option<SlotSet>,
}

/// A meeting that stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The request.
    pub request: usize,
    /// The slot.
    pub slot: usize,
    /// The table, if that is locked too.
    pub table: Option<usize>,
    /// The demander's seat, if that is locked too.
    pub demander_seat: Option<usize>,
    /// The provider's seat, if that is locked too.
    pub provider_seat: Option<usize>,
}

/// A matching day in indexes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Problem {
    /// Slots in order of time.
    pub slots: Vec<Slot>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Organisations.
    pub participants: Vec<Participant>,
    /// Pairs that may meet.
    pub requests: Vec<Request>,
    /// Meetings that stay where they are.
    pub locks: Vec<Lock>,
}

/// What weighs how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Weight of a mutual request.
    pub mutual: i64,
    /// Weight of the demand side's request.
    pub demand_side: i64,
    /// Weight of the supply side's request.
    pub supply_side: i64,
    /// Weight of a suggestion.
    pub suggested: i64,
}

impl Default for Policy {
    /// Each class outweighs a few of the next; within a class the match score decides.
    fn default() -> Self {
        Self {
            mutual: 400_000,
            demand_side: 200_000,
            supply_side: 100_000,
            suggested: 20_000,
        }
    }
}

impl Policy {
    /// The weight of a request, above 0: its class, its score, and as the last tie-break the order of arrival.
    pub(super) fn weight(&self, problem: &Problem, request: &Request) -> i64 {
        let class = match request.class {
            PriorityClass::Mutual => self.mutual,
            PriorityClass::DemandSide => self.demand_side,
            PriorityClass::SupplySide => self.supply_side,
            PriorityClass::Suggested => self.suggested,
        };
        let all = u64::try_from(problem.requests.len()).unwrap_or(u64::MAX);
        let early = all.saturating_sub(request.received).min(99);
        ((class + i64::from(request.score)) * 100 + i64::try_from(early).unwrap_or(0)).max(1)
    }
}

/// Seed and budget.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Options {
    /// The same seed gives the same timetable.
    pub seed: u64,
    /// Moves that the search may try.
    pub iterations: u64,
}

/// What is wrong with a problem. Numbers are indexes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemError {
    /// There is no slot.
    #[error("there is no slot")]
    NoSlot,
    /// More than [`MOST_SLOTS`] slots.
    #[error("there are {0} slots; at most {MOST_SLOTS} can be arranged")]
    TooManySlots(usize),
    /// Meetings need a table and there is none.
    #[error("there is no table")]
    NoTable,
    /// A slot ends before it begins, or begins before the one before it has ended.
    #[error("slot {0} is out of order")]
    SlotOrder(usize),
    /// A request names a participant that does not exist.
    #[error("request {0} names an unknown participant")]
    UnknownParticipant(usize),
    /// A request of a participant to itself.
    #[error("request {0} pairs a participant with itself")]
    SelfPair(usize),
    /// Two requests for the same pair.
    #[error("request {0} repeats a pair")]
    RepeatedPair(usize),
    /// A floor above the cap.
    #[error("participant {0} has a floor above its cap")]
    FloorAboveCap(usize),
    /// A lock that names something that does not exist.
    #[error("lock {0} names an unknown request, slot, table or seat")]
    UnknownInLock(usize),
    /// A lock outside the availability of its pair, seats or table.
    #[error("lock {0} lies outside the availability of its pair")]
    LockUnavailable(usize),
    /// A lock that needs what another lock holds.
    #[error("lock {0} conflicts with another lock")]
    LockConflict(usize),
}

impl Problem {
    /// Seats of a participant that are available in a slot.
    pub fn seats_in(&self, participant: usize, slot: usize) -> usize {
        self.participants[participant]
            .seats
            .iter()
            .filter(|seat| seat.available.contains(slot))
            .count()
    }

    /// Tables that are there in a slot.
    pub fn tables_in(&self, slot: usize) -> usize {
        self.tables
            .iter()
            .filter(|table| !table.closed.contains(slot))
            .count()
    }

    /// Whether both sides of a request could meet in a slot if nothing else took place.
    pub fn could_meet(&self, request: &Request, slot: usize) -> bool {
        slot < self.slots.len()
            && request
                .slots
                .as_ref()
                .is_none_or(|slots| slots.contains(slot))
            && self.seats_in(request.demander, slot) > 0
            && self.seats_in(request.provider, slot) > 0
            && (request.remote || self.tables_in(slot) > 0)
    }

    /// Checks that indexes exist and locks agree with each other and with the availability.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self) -> Result<(), Vec<ProblemError>> {
        let mut errors = Vec::new();
        if self.slots.is_empty() {
            errors.push(ProblemError::NoSlot);
        }
        if self.slots.len() > MOST_SLOTS {
            errors.push(ProblemError::TooManySlots(self.slots.len()));
        }
        if self.tables.is_empty() && self.requests.iter().any(|request| !request.remote) {
            errors.push(ProblemError::NoTable);
        }
        for (i, slot) in self.slots.iter().enumerate() {
            let after = i
                .checked_sub(1)
                .is_none_or(|before| self.slots[before].ends_minute <= slot.starts_minute);
            if slot.ends_minute <= slot.starts_minute || !after {
                errors.push(ProblemError::SlotOrder(i));
            }
        }
        for (i, participant) in self.participants.iter().enumerate() {
            if participant.floor > participant.cap {
                errors.push(ProblemError::FloorAboveCap(i));
            }
        }
        let mut pairs = BTreeSet::new();
        for (i, request) in self.requests.iter().enumerate() {
            let last = request.demander.max(request.provider);
            if last >= self.participants.len() {
                errors.push(ProblemError::UnknownParticipant(i));
            } else if request.demander == request.provider {
                errors.push(ProblemError::SelfPair(i));
            } else if !pairs.insert((request.demander, request.provider)) {
                errors.push(ProblemError::RepeatedPair(i));
            }
        }
        if errors.is_empty() {
            self.check_locks(&mut errors);
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    fn check_locks(&self, errors: &mut Vec<ProblemError>) {
        let mut held = BTreeSet::new();
        let mut in_slot = std::collections::BTreeMap::<(usize, usize), usize>::new();
        let mut in_all = vec![0_u32; self.participants.len()];
        let mut tables_used = vec![0_usize; self.slots.len()];
        for (i, lock) in self.locks.iter().enumerate() {
            let Some(request) = self.requests.get(lock.request) else {
                errors.push(ProblemError::UnknownInLock(i));
                continue;
            };
            let seats = [
                (request.demander, lock.demander_seat),
                (request.provider, lock.provider_seat),
            ];
            let seat_exists = |(p, seat): &(usize, Option<usize>)| {
                seat.is_none_or(|seat| seat < self.participants[*p].seats.len())
            };
            let table_exists = lock
                .table
                .is_none_or(|table| table < self.tables.len() && !request.remote);
            if lock.slot >= self.slots.len() || !table_exists || !seats.iter().all(seat_exists) {
                errors.push(ProblemError::UnknownInLock(i));
                continue;
            }
            let seat_there = |(p, seat): &(usize, Option<usize>)| {
                seat.is_none_or(|seat| {
                    self.participants[*p].seats[seat]
                        .available
                        .contains(lock.slot)
                })
            };
            let table_there = lock
                .table
                .is_none_or(|table| !self.tables[table].closed.contains(lock.slot));
            if !self.could_meet(request, lock.slot) || !seats.iter().all(seat_there) || !table_there
            {
                errors.push(ProblemError::LockUnavailable(i));
                continue;
            }
            let mut free = held.insert((0, lock.request, 0, 0));
            if let Some(table) = lock.table {
                free &= held.insert((1, table, lock.slot, 0));
            }
            for (participant, seat) in seats {
                if let Some(seat) = seat {
                    free &= held.insert((2, participant, seat, lock.slot));
                }
                let used = in_slot.entry((participant, lock.slot)).or_default();
                *used += 1;
                in_all[participant] += 1;
                free &= *used <= self.seats_in(participant, lock.slot)
                    && in_all[participant] <= self.participants[participant].cap;
            }
            if !request.remote {
                tables_used[lock.slot] += 1;
                free &= tables_used[lock.slot] <= self.tables_in(lock.slot);
            }
            if !free {
                errors.push(ProblemError::LockConflict(i));
            }
        }
    }
}
