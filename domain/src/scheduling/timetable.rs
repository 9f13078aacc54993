//! A timetable under construction: which request meets in which slot, with all figures kept up to date.

use super::aim::Strain;
use super::random::Random;
use super::shape::{Mask, NOBODY, Shape, bit, bits};

/// Not placed.
const NOWHERE: u8 = u8::MAX;

/// Figures of a timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub coverage: i64,
    pub weight: i64,
    pub changes: i64,
    pub breaks: i64,
    pub idle_slots: i64,
    pub unwished: i64,
}

/// Which request meets in which slot.
#[derive(Clone)]
pub(super) struct Timetable<'a> {
    pub shape: &'a Shape<'a>,
    slot: Vec<u8>,
    /// The requests of each participant in each slot: see [`Shape::cells`].
    cell: Vec<u32>,
    held: Vec<u16>,
    /// The requests in each slot, and where each stands in that list.
    in_slot: Vec<Vec<u32>>,
    position: Vec<u32>,
    /// Slots in which a participant meets, and in which it has a seat left.
    pub occupied: Vec<Mask>,
    free: Vec<Mask>,
    meetings: Vec<u32>,
    /// Units taken of each pool in each slot, like [`Shape::units`].
    used: Vec<i32>,
    /// Slots in which a pool has a unit left.
    open: Vec<Mask>,
    /// Slots in which a participant rests.
    blocked: Vec<Mask>,
    /// Meetings of each group.
    in_group: Vec<u32>,
    /// Published requests that are not where they were published.
    changes: i64,
    coverage: i64,
    weight: i64,
    /// What each participant bears and what that costs, and both for all.
    strain: Vec<Strain>,
    cost: Vec<i64>,
    strains: Strain,
    costs: i64,
    /// Those whom it costs something, and where each stands in that list.
    strained: Vec<u32>,
    strained_at: Vec<u32>,
}

impl<'a> Timetable<'a> {
    /// With the locked meetings in their slots.
    pub(super) fn new(shape: &'a Shape<'a>) -> Self {
        let n = shape.cap.len();
        let set = |mut mask: Mask, slot: usize, yes: bool| {
            mask |= if yes { bit(slot) } else { 0 };
            mask
        };
        let last = shape.cells.last();
        let cells = last.map_or(0, |(begin, width)| begin + width * shape.slots);
        let mut this = Self {
            shape,
            slot: vec![NOWHERE; shape.ends.len()],
            cell: vec![NOBODY; cells],
            held: vec![0; n * shape.slots],
            in_slot: vec![Vec::new(); shape.slots],
            position: vec![0; shape.ends.len()],
            occupied: vec![0; n],
            free: (0..n)
                .map(|p| {
                    (0..shape.slots).fold(0, |mask, slot| set(mask, slot, shape.seats(p, slot) > 0))
                })
                .collect(),
            meetings: vec![0; n],
            used: vec![0; shape.units.len()],
            open: (shape.units.chunks(shape.slots))
                .map(|units| {
                    (0..shape.slots).fold(0, |mask, slot| set(mask, slot, units[slot] > 0))
                })
                .collect(),
            blocked: vec![0; n],
            in_group: vec![0; shape.group_cap.len()],
            changes: (shape.published.iter().flatten()).fold(0, |sum, _| sum + 1),
            coverage: 0,
            weight: 0,
            strain: vec![Strain::default(); n],
            cost: vec![0; n],
            strains: Strain::default(),
            costs: 0,
            strained: Vec::new(),
            strained_at: vec![NOBODY; n],
        };
        for lock in &shape.problem.locks {
            this.place(lock.request, lock.slot);
        }
        this
    }

    /// The slot of a request that is placed.
    pub(super) fn slot_of(&self, request: usize) -> Option<usize> {
        let slot = self.slot[request];
        (slot != NOWHERE).then_some(usize::from(slot))
    }

    /// Slots of all requests, to come back to with [`Self::restore`].
    pub(super) fn snapshot(&self) -> Vec<u8> {
        self.slot.clone()
    }

    /// Goes back to a snapshot.
    pub(super) fn restore(&mut self, snapshot: &[u8]) {
        for (request, slot) in snapshot.iter().enumerate() {
            if self.slot[request] != *slot {
                self.remove(request);
            }
        }
        for (request, slot) in snapshot.iter().enumerate() {
            if self.slot[request] != *slot {
                self.place(request, usize::from(*slot));
            }
        }
    }

    /// Whether a participant has a seat left in a slot.
    pub(super) fn has_seat(&self, participant: usize, slot: usize) -> bool {
        self.free[participant] & bit(slot) != 0
    }

    /// Whether a participant may have another meeting.
    pub(super) fn below_cap(&self, participant: usize) -> bool {
        self.meetings[participant] < self.shape.cap[participant]
    }

    /// Meetings of a participant.
    pub(super) fn meetings(&self, participant: usize) -> u32 {
        self.meetings[participant]
    }

    /// Whether a request may be added as far as the caps of its participants and groups go.
    pub(super) fn may_add(&self, request: usize) -> bool {
        let shape = self.shape;
        shape.ends[request].iter().all(|p| self.below_cap(*p))
            && (shape.groups_of[request].iter()).all(|group| !self.group_full(*group as usize))
    }

    /// Whether a group has reached its cap.
    pub(super) fn group_full(&self, group: usize) -> bool {
        self.in_group[group] >= self.shape.group_cap[group]
    }

    /// Meetings of a group.
    pub(super) fn in_group(&self, group: usize) -> u32 {
        self.in_group[group]
    }

    /// Units of a pool left in a slot.
    pub(super) fn left(&self, pool: u16, slot: usize) -> i32 {
        let at = usize::from(pool) * self.shape.slots + slot;
        self.shape.units[at] - self.used[at]
    }

    /// Units left in a slot of what a request needs, of the scarcest.
    pub(super) fn left_for(&self, request: usize, slot: usize) -> i32 {
        let pools = self.shape.pools[request].iter();
        pools
            .map(|pool| self.left(*pool, slot))
            .min()
            .unwrap_or(i32::MAX)
    }

    /// Slots that have, together with this one, a unit left of everything a request needs: whatever changes places
    /// between the two, no other makes room.
    pub(super) fn with_room_beside(&self, request: usize, slot: usize) -> Mask {
        let seats = self.shape.ends[request].iter().map(|p| self.free[*p]);
        let pools = self.shape.pools[request].iter();
        let units = pools.map(|pool| self.open[usize::from(*pool)]);
        let day = Mask::MAX >> (Mask::BITS as usize - self.shape.slots);
        seats
            .chain(units)
            .filter(|room| room & bit(slot) == 0)
            .fold(day & !bit(slot), |both, room| both & room)
    }

    /// Whether a participant does not rest in a slot.
    pub(super) fn rested(&self, participant: usize, slot: usize) -> bool {
        self.blocked[participant] & bit(slot) == 0
    }

    /// The requests in a slot.
    pub(super) fn in_slot(&self, slot: usize) -> &[u32] {
        &self.in_slot[slot]
    }

    /// Meetings of a participant in a slot.
    pub(super) fn held(&self, participant: usize, slot: usize) -> u16 {
        self.held[participant * self.shape.slots + slot]
    }

    /// The cells of a participant in a slot; some may hold [`NOBODY`].
    pub(super) fn cells(&self, participant: usize, slot: usize) -> &[u32] {
        let (begin, width) = self.shape.cells[participant];
        &self.cell[begin + slot * width..begin + (slot + 1) * width]
    }

    /// Slots in which a request fits as things are.
    pub(super) fn fitting(&self, request: usize) -> Mask {
        let [a, b] = self.shape.ends[request];
        let room = |p: usize| self.free[p] & !self.blocked[p];
        let pools = self.shape.pools[request].iter();
        let open = pools.fold(Mask::MAX, |open, pool| open & self.open[usize::from(*pool)]);
        self.shape.allowed[request] & room(a) & room(b) & open
    }

    /// Coverage, and weight less what changes cost.
    pub(super) fn worth(&self) -> (i64, i64) {
        (
            self.coverage,
            self.weight - self.shape.price.unwrap_or(0) * self.changes,
        )
    }

    /// What all bear, and what that costs.
    pub(super) fn strains(&self) -> (Strain, i64) {
        (self.strains, self.costs)
    }

    /// Those who bear something that costs.
    pub(super) fn strained(&self) -> &[u32] {
        &self.strained
    }

    /// What a participant bears.
    pub(super) fn strain(&self, participant: usize) -> Strain {
        self.strain[participant]
    }

    /// What it would cost if a participant met in these slots, less what it costs now.
    pub(super) fn cost_of(&self, participant: usize, occupied: Mask) -> i64 {
        let strain = self.shape.strain(participant, occupied);
        self.shape.costs.of(&strain) - self.cost[participant]
    }

    /// What another meeting in a slot would cost a participant.
    pub(super) fn cost_with(&self, participant: usize, slot: usize) -> i64 {
        self.cost_of(participant, self.occupied[participant] | bit(slot))
    }

    /// Places a request that fits.
    pub(super) fn place(&mut self, request: usize, slot: usize) {
        self.put(request, slot);
        self.count(request);
    }

    /// Places a request in a slot if it has none and fits there; tells whether it did.
    pub(super) fn place_if_fits(&mut self, request: usize, slot: usize) -> bool {
        let fits = self.slot_of(request).is_none()
            && self.may_add(request)
            && self.fitting(request) & bit(slot) != 0;
        if fits {
            self.place(request, slot);
        }
        fits
    }

    /// Counts a request that was put into a slot as placed.
    pub(super) fn count(&mut self, request: usize) {
        self.weight += self.shape.weights[request];
        self.coverage += self.must(request);
        for p in self.shape.ends[request] {
            self.meetings[p] += 1;
            self.coverage += i64::from(self.meetings[p] <= self.shape.covering[p]);
            self.recount(p);
        }
        for group in &self.shape.groups_of[request] {
            let group = *group as usize;
            self.in_group[group] += 1;
            self.coverage += i64::from(self.in_group[group] <= self.shape.group_floor[group]);
        }
    }

    /// Takes a request out; tells where it was.
    pub(super) fn remove(&mut self, request: usize) -> Option<usize> {
        let slot = self.slot_of(request)?;
        self.lift(request, slot);
        self.weight -= self.shape.weights[request];
        self.coverage -= self.must(request);
        for p in self.shape.ends[request] {
            self.coverage -= i64::from(self.meetings[p] <= self.shape.covering[p]);
            self.meetings[p] -= 1;
            self.recount(p);
        }
        for group in &self.shape.groups_of[request] {
            let group = *group as usize;
            self.coverage -= i64::from(self.in_group[group] <= self.shape.group_floor[group]);
            self.in_group[group] -= 1;
        }
        Some(slot)
    }

    fn must(&self, request: usize) -> i64 {
        if self.shape.must[request] {
            self.shape.must_units
        } else {
            0
        }
    }

    /// Takes a request out of its slot for a while; what it costs is not recounted.
    pub(super) fn lift(&mut self, request: usize, slot: usize) {
        let shape = self.shape;
        self.slot[request] = NOWHERE;
        self.changes += i64::from(shape.published[request] == Some(slot));
        let position = self.position[request];
        let there = &mut self.in_slot[slot];
        there.swap_remove(position as usize);
        if let Some(moved) = there.get(position as usize) {
            self.position[*moved as usize] = position;
        }
        for p in shape.ends[request] {
            let (begin, width) = shape.cells[p];
            let cells = &mut self.cell[begin + slot * width..begin + (slot + 1) * width];
            if let Some(cell) = cells.iter_mut().find(|cell| **cell as usize == request) {
                *cell = NOBODY;
            }
            let held = &mut self.held[p * shape.slots + slot];
            *held -= 1;
            if *held == 0 {
                self.occupied[p] &= !bit(slot);
                if shape.rest[p] > 0 {
                    let all = bits(self.occupied[p]);
                    self.blocked[p] = all.fold(0, |mask, slot| mask | shape.near(p, slot));
                }
            }
            self.free[p] |= bit(slot);
        }
        for pool in &shape.pools[request] {
            let pool = usize::from(*pool);
            self.used[pool * shape.slots + slot] -= 1;
            self.open[pool] |= bit(slot);
        }
    }

    /// Puts a request into a slot; what it costs is not recounted.
    pub(super) fn put(&mut self, request: usize, slot: usize) {
        let shape = self.shape;
        self.slot[request] = u8::try_from(slot).unwrap_or(NOWHERE);
        self.changes -= i64::from(shape.published[request] == Some(slot));
        let number = |n: usize| u32::try_from(n).unwrap_or(NOBODY);
        self.position[request] = number(self.in_slot[slot].len());
        self.in_slot[slot].push(number(request));
        for p in shape.ends[request] {
            let (begin, width) = shape.cells[p];
            let cells = &mut self.cell[begin + slot * width..begin + (slot + 1) * width];
            if let Some(cell) = cells.iter_mut().find(|cell| **cell == NOBODY) {
                *cell = number(request);
            }
            let held = &mut self.held[p * shape.slots + slot];
            *held += 1;
            self.occupied[p] |= bit(slot);
            self.blocked[p] |= shape.near(p, slot);
            if *held >= shape.seats(p, slot) {
                self.free[p] &= !bit(slot);
            }
        }
        for pool in &shape.pools[request] {
            let pool = usize::from(*pool);
            let at = pool * shape.slots + slot;
            self.used[at] += 1;
            if self.used[at] >= shape.units[at] {
                self.open[pool] &= !bit(slot);
            }
        }
    }

    /// Counts anew what a participant bears.
    pub(super) fn recount(&mut self, participant: usize) {
        let strain = self.shape.strain(participant, self.occupied[participant]);
        let was = std::mem::replace(&mut self.strain[participant], strain);
        if strain == was {
            return;
        }
        self.strains.breaks += strain.breaks - was.breaks;
        self.strains.idle += strain.idle - was.idle;
        self.strains.unwished += strain.unwished - was.unwished;
        let cost = self.shape.costs.of(&strain);
        let before = std::mem::replace(&mut self.cost[participant], cost);
        self.costs += cost - before;
        if before == 0 {
            let number = |n: usize| u32::try_from(n).unwrap_or(NOBODY);
            self.strained_at[participant] = number(self.strained.len());
            self.strained.push(number(participant));
        } else if cost == 0 {
            let at = self.strained_at[participant];
            self.strained.swap_remove(at as usize);
            if let Some(moved) = self.strained.get(at as usize) {
                self.strained_at[*moved as usize] = at;
            }
        }
    }

    pub(super) fn figures(&self) -> Figures {
        Figures {
            coverage: self.coverage,
            weight: self.weight,
            changes: self.changes,
            breaks: self.strains.breaks,
            idle_slots: self.strains.idle,
            unwished: self.strains.unwished,
        }
    }

    /// One of a participant's meetings in a slot that is not among those fixed, by chance.
    pub(super) fn one_of(
        &self,
        participant: usize,
        slot: usize,
        fixed: &[bool],
        random: &mut Random,
    ) -> Option<usize> {
        let cells = self.cells(participant, slot);
        let from = if cells.len() > 1 {
            random.below(cells.len())
        } else {
            0
        };
        let (before, after) = cells.split_at(from);
        let mut all = after.iter().chain(before).filter(|cell| **cell != NOBODY);
        all.find(|cell| !fixed[**cell as usize])
            .map(|cell| *cell as usize)
    }
}
