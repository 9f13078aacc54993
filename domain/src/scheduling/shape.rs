//! A problem as the search reads it: slots as bits, endpoints and limits in flat lists.

use super::aim::{Aim, Costs};
use super::{PairRule, Problem, SlotSet, bound, coverage};
use smallvec::SmallVec;

/// A set of slots: bit t is slot t. [`super::problem::MOST_SLOTS`] fit.
pub(super) type Mask = u128;

/// Between two slots that lie so far apart, in minutes, a new day begins.
const NIGHT_MINUTES: i64 = 6 * 60;

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
    /// What a meeting takes a unit of: pool 0 holds the tables, pool i + 1 resource i.
    pub pools: Vec<SmallVec<[u16; 2]>>,
    /// Units of pool i in slot t, at `i * slots + t`.
    pub units: Vec<i32>,
    /// Requests that must not be moved.
    pub locked: Vec<bool>,
    /// Requests that must not be left out: locked or required.
    pub pinned: Vec<bool>,
    /// Requests without which there is no full coverage: musts.
    pub must: Vec<bool>,
    /// The groups in which a request counts.
    pub groups_of: Vec<SmallVec<[u32; 2]>>,
    pub requests_of_group: Vec<Vec<usize>>,
    pub group_cap: Vec<u32>,
    pub group_floor: Vec<u32>,
    /// Slots that a participant needs free between its meetings.
    pub rest: Vec<u32>,
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
    /// Stretches of slots without a planned break inside.
    pub stretches: Vec<Mask>,
    /// Slots of each day.
    pub days: Vec<Mask>,
    /// Slots in which a participant would rather meet.
    pub preferred: Vec<Mask>,
    /// Who would rather be done early.
    pub finishes_early: Vec<bool>,
    /// What is sought behind coverage and weight, in order, and what it costs in the search.
    pub order: Vec<Aim>,
    pub costs: Costs,
    /// The slot in which each request was published, and what a change of it costs; no price: nothing was published.
    pub published: Vec<Option<usize>>,
    pub price: Option<i64>,
}

impl<'a> Shape<'a> {
    pub(super) fn new(problem: &'a Problem, weights: &'a [i64], order: &[Aim]) -> Self {
        let order = Aim::in_order(order);
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
        let tables = (0..slots).map(|slot| i32::try_from(problem.tables_in(slot)));
        let resources = problem.resources.iter();
        let resources =
            resources.flat_map(|resource| resource.units.iter().map(|n| i32::try_from(*n)));
        let units: Vec<i32> = tables
            .chain(resources)
            .map(|n| n.unwrap_or(i32::MAX))
            .collect();
        let open = |pool: u16| {
            let units = &units[usize::from(pool) * slots..];
            let there = (0..slots).filter(|slot| units[*slot] > 0);
            there.fold(0, |mask, slot| mask | bit(slot))
        };
        let pools: Vec<SmallVec<[u16; 2]>> = (problem.requests.iter())
            .map(|request| {
                let table = (!request.remote).then_some(0);
                let resources = request.resources.iter();
                // There are fewer resources than that: the reader and the checker see to it.
                let resources = resources.map(|r| u16::try_from(r + 1).unwrap_or(u16::MAX));
                table.into_iter().chain(resources).collect()
            })
            .collect();
        let mut requests_of = vec![Vec::new(); n];
        let mut allowed = Vec::with_capacity(problem.requests.len());
        for (i, request) in problem.requests.iter().enumerate() {
            requests_of[request.demander].push(i);
            requests_of[request.provider].push(i);
            let wished = request.slots.as_ref().map_or(Mask::MAX, mask);
            let there = there[request.demander] & there[request.provider];
            let all = pools[i]
                .iter()
                .fold(there & wished, |all, pool| all & open(*pool));
            allowed.push(if request.rule == PairRule::Forbidden {
                0
            } else {
                all
            });
        }
        let mut locked = vec![false; problem.requests.len()];
        for lock in &problem.locks {
            locked[lock.request] = true;
            allowed[lock.request] = bit(lock.slot);
        }
        let groups_of = problem.groups_of();
        let mut requests_of_group = vec![Vec::new(); problem.groups.len()];
        for (request, groups) in groups_of.iter().enumerate() {
            for group in groups {
                requests_of_group[*group as usize].push(request);
            }
        }
        let covering = (0..n).map(|p| {
            let units = coverage::covering_units(problem, p);
            u32::try_from(units).unwrap_or(u32::MAX)
        });
        let firsts = (0..slots)
            .filter(|slot| *slot == 0 || problem.slots[*slot].follows_break)
            .fold(0, |mask, slot| mask | bit(slot));
        let dawns = (1..slots)
            .filter(|slot| {
                let [before, after] = [&problem.slots[slot - 1], &problem.slots[*slot]];
                after.starts_minute - before.ends_minute >= NIGHT_MINUTES
            })
            .fold(0, |mask, slot| mask | bit(slot));
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
            pools,
            units,
            must: problem
                .requests
                .iter()
                .map(|request| request.must)
                .collect(),
            pinned: bound::pinned(problem),
            locked,
            groups_of,
            requests_of_group,
            group_cap: (problem.groups.iter())
                .map(|g| g.cap.unwrap_or(u32::MAX))
                .collect(),
            group_floor: problem.groups.iter().map(|g| g.floor).collect(),
            rest: problem.participants.iter().map(|p| p.rest).collect(),
            requests_of,
            there,
            seats,
            cells,
            cap: problem.participants.iter().map(|p| p.cap).collect(),
            covering: covering.collect(),
            must_units: coverage::must_units(problem),
            stretches: split(slots, firsts),
            days: split(slots, dawns),
            preferred: (problem.participants.iter())
                .map(|p| p.preferred.as_ref().map_or(Mask::MAX, mask))
                .collect(),
            finishes_early: (problem.participants.iter())
                .map(|p| p.finishes_early)
                .collect(),
            costs: Costs::new(&order),
            order,
            published: vec![None; problem.requests.len()],
            price: None,
        }
    }

    /// Number of pools.
    pub(super) fn pool_count(&self) -> usize {
        self.units.len() / self.slots
    }

    /// Slots around a slot in which a participant rests if it meets in it.
    pub(super) fn near(&self, participant: usize, slot: usize) -> Mask {
        let rest = self.rest[participant].min(Mask::BITS - 1) as usize;
        if rest == 0 {
            return 0;
        }
        let before = Mask::MAX << slot.saturating_sub(rest);
        let after = Mask::MAX >> (Mask::BITS as usize - 1).saturating_sub(slot + rest);
        let own = self.stretches.iter().find(|all| **all & bit(slot) != 0);
        before & after & own.copied().unwrap_or(0) & !bit(slot)
    }

    /// Seats of a participant in a slot.
    pub(super) fn seats(&self, participant: usize, slot: usize) -> u16 {
        self.seats[participant * self.slots + slot]
    }

    /// Breaks and idle slots of a participant who meets in these slots.
    ///
    /// A break is a wait between two meetings: at least one slot in which the participant is there and does not meet. A
    /// planned break and slots in which it is not there interrupt nothing by themselves. A rest that it asked for is no
    /// wait: only what goes beyond it.
    pub(super) fn gaps(&self, participant: usize, occupied: Mask) -> (u32, u32) {
        if self.rest[participant] > 0 {
            return self.gaps_beyond_rest(participant, occupied);
        }
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

    fn gaps_beyond_rest(&self, participant: usize, occupied: Mask) -> (u32, u32) {
        let (mut breaks, mut idle) = (0, 0);
        for stretch in &self.stretches {
            let mut last = None;
            for slot in bits(occupied & stretch) {
                if let Some(last) = last.replace(slot) {
                    let between = (Mask::MAX << last << 1) & (bit(slot) - 1);
                    let waits = (self.there[participant] & between).count_ones();
                    let beyond = waits.saturating_sub(self.rest[participant]);
                    breaks += u32::from(beyond > 0);
                    idle += beyond;
                }
            }
        }
        (breaks, idle)
    }
}

/// All slots, cut before those given.
fn split(slots: usize, firsts: Mask) -> Vec<Mask> {
    let mut parts: Vec<Mask> = Vec::new();
    for slot in 0..slots {
        match parts.last_mut() {
            Some(last) if firsts & bit(slot) == 0 => *last |= bit(slot),
            _ => parts.push(bit(slot)),
        }
    }
    parts
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
