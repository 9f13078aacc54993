//! Whether a problem is sound.

use super::problem::{Group, Lock, MOST_SLOTS, PairRule, Problem, Request};
use std::collections::{BTreeMap, BTreeSet};

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
    /// A resource without its units for each slot.
    #[error("resource {0} has not one number of units for each slot")]
    Units(usize),
    /// A group of a participant that does not exist, or twice of the same.
    #[error("group {0} names an unknown participant, or one twice")]
    Members(usize),
    /// A group with a floor above its cap.
    #[error("group {0} has a floor above its cap")]
    GroupFloorAboveCap(usize),
    /// A request for a resource that does not exist, or twice for the same.
    #[error("request {0} names an unknown resource, or one twice")]
    UnknownResource(usize),
    /// Weights of which the sums would not fit into the numbers of the search.
    #[error("weights, floors and requests are too large together")]
    TooHeavy,
    /// A request of a participant to itself.
    #[error("request {0} pairs a participant with itself")]
    SelfPair(usize),
    /// Two requests for the same pair, whichever of the two asks.
    #[error("request {0} repeats a pair")]
    RepeatedPair(usize),
    /// A floor above the cap.
    #[error("participant {0} has a floor above its cap")]
    FloorAboveCap(usize),
    /// A lock that names something that does not exist.
    #[error("lock {0} names an unknown request, slot, table or seat")]
    UnknownInLock(usize),
    /// A lock of a pair that must not meet.
    #[error("lock {0} is of a request that is forbidden")]
    LockForbidden(usize),
    /// A lock with a table though the meeting is remote.
    #[error("lock {0} gives a table to a request that needs none")]
    LockRemoteTable(usize),
    /// A lock at a table that is closed then, or in a slot in which all are.
    #[error("lock {0} has no open table in its slot")]
    LockTableClosed(usize),
    /// A lock in a slot in which a resource that it needs has no unit.
    #[error("lock {0} needs a resource that has no unit in its slot")]
    LockNoUnit(usize),
    /// A lock of a participant or group that may have no meeting.
    #[error("lock {0} is of a participant or group of which the cap is 0")]
    LockCapZero(usize),
    /// A lock outside the availability of its pair or seats.
    #[error("lock {0} lies outside the availability of its pair")]
    LockUnavailable(usize),
    /// A lock that needs what another lock holds.
    #[error("lock {0} conflicts with another lock")]
    LockConflict(usize),
}

impl ProblemError {
    /// The lock that it is about.
    pub(super) fn lock(&mut self) -> Option<&mut usize> {
        match self {
            Self::UnknownInLock(i)
            | Self::LockForbidden(i)
            | Self::LockRemoteTable(i)
            | Self::LockTableClosed(i)
            | Self::LockNoUnit(i)
            | Self::LockCapZero(i)
            | Self::LockUnavailable(i)
            | Self::LockConflict(i) => Some(i),
            _ => None,
        }
    }
}

impl Problem {
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
        for (i, resource) in self.resources.iter().enumerate() {
            if resource.units.len() != self.slots.len() {
                errors.push(ProblemError::Units(i));
            }
        }
        for (i, group) in self.groups.iter().enumerate() {
            let mut seen = BTreeSet::new();
            let known = |p: &usize| *p < self.participants.len();
            if !group.members.iter().all(|p| known(p) && seen.insert(*p)) {
                errors.push(ProblemError::Members(i));
            }
            if group.cap.is_some_and(|cap| group.floor > cap) {
                errors.push(ProblemError::GroupFloorAboveCap(i));
            }
        }
        let mut pairs = BTreeSet::new();
        for (i, request) in self.requests.iter().enumerate() {
            let last = request.demander.max(request.provider);
            if last >= self.participants.len() {
                errors.push(ProblemError::UnknownParticipant(i));
            } else if request.demander == request.provider {
                errors.push(ProblemError::SelfPair(i));
            } else if !pairs.insert((request.demander.min(request.provider), last)) {
                errors.push(ProblemError::RepeatedPair(i));
            }
            let mut seen = BTreeSet::new();
            let known = |resource: &usize| *resource < self.resources.len();
            if !(request.resources.iter()).all(|r| known(r) && seen.insert(*r)) {
                errors.push(ProblemError::UnknownResource(i));
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
        let mut in_slot = BTreeMap::<(usize, usize), usize>::new();
        let mut in_all = vec![0_u32; self.participants.len()];
        let mut tables_used = vec![0_usize; self.slots.len()];
        let mut units_used = BTreeMap::<(usize, usize), u32>::new();
        let groups_of = self.groups_of();
        let mut in_groups = vec![0_u32; self.groups.len()];
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
            let table_exists = lock.table.is_none_or(|table| table < self.tables.len());
            if lock.slot >= self.slots.len() || !table_exists || !seats.iter().all(seat_exists) {
                errors.push(ProblemError::UnknownInLock(i));
                continue;
            }
            if let Some(error) = self.lock_alone(i, request, lock, &seats) {
                errors.push(error);
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
            for resource in &request.resources {
                let used = units_used.entry((*resource, lock.slot)).or_default();
                *used += 1;
                free &= *used <= self.units_in(*resource, lock.slot);
            }
            for group in groups_of[lock.request].iter().map(|group| *group as usize) {
                in_groups[group] += 1;
                let cap = self.groups[group].cap;
                free &= cap.is_none_or(|cap| in_groups[group] <= cap);
            }
            for (participant, _) in seats {
                let mut around = self.rest_around(participant, lock.slot);
                free &= !around.any(|slot| in_slot.contains_key(&(participant, slot)));
            }
            if !free {
                errors.push(ProblemError::LockConflict(i));
            }
        }
    }
    /// What is wrong with a lock whatever else is locked.
    fn lock_alone(
        &self,
        i: usize,
        request: &Request,
        lock: &Lock,
        seats: &[(usize, Option<usize>)],
    ) -> Option<ProblemError> {
        let slot = lock.slot;
        let closed = |table: usize| self.tables[table].closed.contains(slot);
        let seat_there = |(p, seat): &(usize, Option<usize>)| {
            let seats = &self.participants[*p].seats;
            seat.is_none_or(|seat| seats[seat].available.contains(slot))
        };
        let member = |group: &&Group| {
            let sides = [request.demander, request.provider];
            sides.iter().any(|p| group.members.contains(p))
        };
        let no_meeting = |(p, _): &(usize, Option<usize>)| self.participants[*p].cap == 0;
        let mut none = self.groups.iter().filter(|group| group.cap == Some(0));
        let mut resources = request.resources.iter();
        if request.rule == PairRule::Forbidden {
            Some(ProblemError::LockForbidden(i))
        } else if request.remote && lock.table.is_some() {
            Some(ProblemError::LockRemoteTable(i))
        } else if lock.table.is_some_and(closed) || !request.remote && self.tables_in(slot) == 0 {
            Some(ProblemError::LockTableClosed(i))
        } else if resources.any(|resource| self.units_in(*resource, slot) == 0) {
            Some(ProblemError::LockNoUnit(i))
        } else if !self.could_meet(request, slot) || !seats.iter().all(seat_there) {
            Some(ProblemError::LockUnavailable(i))
        } else if seats.iter().any(no_meeting) || none.any(|group| member(&group)) {
            Some(ProblemError::LockCapZero(i))
        } else {
            None
        }
    }
}
