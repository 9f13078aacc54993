//! A problem as the search reads it: slots as bits, endpoints and limits in flat lists.

use super::{Problem, SlotSet, bound};

/// A set of slots: bit t is slot t. [`super::problem::MOST_SLOTS`] fit.
pub(super) type Mask = u128;

/// No request in a cell.
pub(super) const NOBODY: u32 = u32::MAX;

/// What does not change while a timetable is sought.
pub(super) struct Shape<'a> {
    pub problem: &'a Problem,
    pub weights: &'a [i64],
    /// Number of slots.
    pub slots: usize,
    /// Demander and provider of each request.
    pub ends: Vec<[usize; 2]>,
    /// Slots in which a request could meet if nothing else took place.
    pub allowed: Vec<Mask>,
    pub needs_table: Vec<bool>,
    /// Requests that must not be moved.
    pub locked: Vec<bool>,
    /// Requests without which there is no full coverage: musts and locks.
    pub must: Vec<bool>,
    pub requests_of: Vec<Vec<usize>>,
    /// Slots in which a participant has a seat.
    pub there: Vec<Mask>,
    /// Seats of participant p in slot t, at `p * slots + t`.
    pub seats: Vec<u16>,
    /// Where the cells of a participant begin, and how many it has for each slot.
    pub cells: Vec<(usize, usize)>,
    pub cap: Vec<u32>,
    /// Meetings that count for coverage.
    pub covering: Vec<u32>,
    /// What a must counts for coverage.
    pub must_units: i64,
    /// Tables in each slot.
    pub tables: Vec<i32>,
    /// Stretches of slots without a planned break inside.
    pub stretches: Vec<Mask>,
}

impl<'a> Shape<'a> {
    pub(super) fn new(problem: &'a Problem, weights: &'a [i64]) -> Self {
        let (n, slots) = (problem.participants.len(), problem.slots.len());
        let mask = |set: &SlotSet| {
            (0..slots)
                .filter(|slot| set.contains(*slot))
                .fold(0, |mask, slot| mask | bit(slot))
        };
        let mut seats = vec![0_u16; n * slots];
        let mut there = vec![0; n];
        let mut cells = Vec::with_capacity(n);
        let mut end = 0;
        for (p, participant) in problem.participants.iter().enumerate() {
            for seat in &participant.seats {
                let available = mask(&seat.available);
                there[p] |= available;
                for slot in bits(available) {
                    seats[p * slots + slot] = seats[p * slots + slot].saturating_add(1);
                }
            }
            let width = seats[p * slots..(p + 1) * slots].iter().max();
            let width = usize::from(width.copied().unwrap_or(0));
            cells.push((end, width));
            end += width * slots;
        }
        let tables: Vec<i32> = (0..slots)
            .map(|slot| i32::try_from(problem.tables_in(slot)).unwrap_or(i32::MAX))
            .collect();
        let open = (0..slots)
            .filter(|slot| tables[*slot] > 0)
            .fold(0, |mask, slot| mask | bit(slot));
        let mut requests_of = vec![Vec::new(); n];
        let mut allowed = Vec::with_capacity(problem.requests.len());
        for (i, request) in problem.requests.iter().enumerate() {
            requests_of[request.demander].push(i);
            requests_of[request.provider].push(i);
            let wished = request.slots.as_ref().map_or(Mask::MAX, mask);
            let tables = if request.remote { Mask::MAX } else { open };
            allowed.push(there[request.demander] & there[request.provider] & wished & tables);
        }
        let mut locked = vec![false; problem.requests.len()];
        for lock in &problem.locks {
            locked[lock.request] = true;
        }
        let covering = (0..n).map(|p| {
            let units = bound::covering_units(problem, p);
            u32::try_from(units).unwrap_or(u32::MAX)
        });
        let firsts = (0..slots)
            .filter(|slot| *slot == 0 || problem.slots[*slot].follows_break)
            .fold(0, |mask, slot| mask | bit(slot));
        let mut stretches: Vec<Mask> = Vec::new();
        for slot in 0..slots {
            match stretches.last_mut() {
                Some(last) if firsts & bit(slot) == 0 => *last |= bit(slot),
                _ => stretches.push(bit(slot)),
            }
        }
        Self {
            problem,
            weights,
            slots,
            ends: problem
                .requests
                .iter()
                .map(|request| [request.demander, request.provider])
                .collect(),
            allowed,
            needs_table: problem.requests.iter().map(|r| !r.remote).collect(),
            must: problem
                .requests
                .iter()
                .zip(&locked)
                .map(|(request, locked)| request.must || *locked)
                .collect(),
            locked,
            requests_of,
            there,
            seats,
            cells,
            cap: problem.participants.iter().map(|p| p.cap).collect(),
            covering: covering.collect(),
            must_units: bound::must_units(problem),
            tables,
            stretches,
        }
    }

    /// Seats of a participant in a slot.
    pub(super) fn seats(&self, participant: usize, slot: usize) -> u16 {
        self.seats[participant * self.slots + slot]
    }

    /// Breaks and idle slots of a participant who meets in these slots.
    ///
    /// A break is a wait between two meetings: at least one slot in which the participant is there and does not meet. A
    /// planned break and slots in which it is not there interrupt nothing by themselves.
    pub(super) fn gaps(&self, participant: usize, occupied: Mask) -> (u32, u32) {
        let there = self.there[participant];
        let waits = there & !occupied;
        let away = !there;
        // A wait reaches the next slot in which the participant is there: the carry of an addition runs through
        // the slots in between.
        let reached = waits << 1;
        let beyond = away.wrapping_add(reached & away) & !away;
        let after_wait = occupied & (reached | beyond);
        let (mut breaks, mut idle) = (0, 0);
        for stretch in &self.stretches {
            let own = occupied & stretch;
            let later = own & own.wrapping_sub(1);
            let ends = after_wait & later;
            if ends != 0 {
                breaks += ends.count_ones();
                let first = own.trailing_zeros();
                let last = Mask::BITS - 1 - own.leading_zeros();
                let span = (Mask::MAX << first) & (Mask::MAX >> (Mask::BITS - 1 - last));
                idle += (waits & span).count_ones();
            }
        }
        (breaks, idle)
    }
}

/// A slot as a set.
pub(super) fn bit(slot: usize) -> Mask {
    1 << slot
}

/// The slots of a set, ascending.
pub(super) fn bits(mut mask: Mask) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let slot = mask.trailing_zeros();
        (mask != 0).then(|| {
            mask &= mask - 1;
            slot as usize
        })
    })
}
