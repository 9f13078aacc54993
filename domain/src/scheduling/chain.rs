//! Kempe chains: the meetings that change places between two slots when one of them moves.
//!
//! The meetings of two slots form a graph on the participants. With one seat each, its components are paths and
//! cycles, and a component whose meetings all change slots leaves everything else as it was (Kempe, 1879; König, 1916:
//! why the meetings of a bipartite graph always find slots). Only the ends of a path gain and lose a slot, so that a
//! long chain costs no more in breaks than a short one. With several seats a participant passes on only what is too
//! much.

use super::random::Random;
use super::shape::{Mask, NOBODY, Shape, bit, bits};
use super::timetable::Timetable;

/// Longest chain.
const LONGEST: usize = 400;

/// A chain between two slots, found but not yet made.
pub(super) struct Chain {
    slots: [usize; 2],
    /// Requests, and whether each goes to the second slot.
    members: Vec<(usize, bool)>,
    /// Participants and how many meetings each gains in either slot.
    touched: Vec<usize>,
    gain: Vec<[i16; 2]>,
    seen_request: Vec<u32>,
    seen_participant: Vec<u32>,
    epoch: u32,
    /// Units of each pool that either slot needs more, and the pools of which that is asked.
    more: Vec<[i32; 2]>,
    drawn: Vec<u16>,
}

impl Chain {
    pub(super) fn new(shape: &Shape<'_>) -> Self {
        let (requests, participants) = (shape.ends.len(), shape.cap.len());
        Self {
            slots: [0; 2],
            members: Vec::new(),
            touched: Vec::new(),
            gain: vec![[0; 2]; participants],
            seen_request: vec![0; requests],
            seen_participant: vec![0; participants],
            epoch: 0,
            more: vec![[0; 2]; shape.pool_count()],
            drawn: Vec::new(),
        }
    }

    /// Forgets what it held; the next chains run between these slots.
    pub(super) fn begin(&mut self, a: usize, b: usize) {
        self.slots = [a, b];
        self.members.clear();
        self.touched.clear();
        for pool in self.drawn.drain(..) {
            self.more[usize::from(pool)] = [0; 2];
        }
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.seen_request.fill(0);
            self.seen_participant.fill(0);
            self.epoch = 1;
        }
    }

    fn gain(&mut self, participant: usize) -> &mut [i16; 2] {
        if self.seen_participant[participant] != self.epoch {
            self.seen_participant[participant] = self.epoch;
            self.gain[participant] = [0; 2];
            self.touched.push(participant);
        }
        &mut self.gain[participant]
    }

    fn add(&mut self, timetable: &Timetable<'_>, request: usize) -> bool {
        let shape = timetable.shape;
        let from = timetable.slot_of(request);
        let to_second = from == Some(self.slots[0]);
        let to = self.slots[usize::from(to_second)];
        if shape.locked[request]
            || shape.allowed[request] & bit(to) == 0
            || self.members.len() >= LONGEST
        {
            return false;
        }
        self.seen_request[request] = self.epoch;
        self.members.push((request, to_second));
        // One that comes from nowhere leaves no seat and no table behind.
        let leaves = i16::from(from.is_some());
        for pool in &shape.pools[request] {
            let more = &mut self.more[usize::from(*pool)];
            if *more == [0; 2] {
                self.drawn.push(*pool);
            }
            more[usize::from(to_second)] += 1;
            more[usize::from(!to_second)] -= i32::from(leaves);
        }
        for p in shape.ends[request] {
            let gain = self.gain(p);
            gain[usize::from(to_second)] += 1;
            gain[usize::from(!to_second)] -= leaves;
        }
        true
    }

    /// Lets a meeting change slots, and all that must change with it; false if something cannot.
    pub(super) fn grow(
        &mut self,
        timetable: &Timetable<'_>,
        request: usize,
        random: &mut Random,
    ) -> bool {
        if !self.add(timetable, request) {
            return false;
        }
        self.settle(timetable, self.members.len() - 1, random)
    }

    /// A request without a slot comes to the first of the two, and all that must change with it.
    pub(super) fn bring(
        &mut self,
        timetable: &Timetable<'_>,
        request: usize,
        random: &mut Random,
    ) -> bool {
        self.add(timetable, request) && self.settle(timetable, 0, random)
    }

    fn settle(&mut self, timetable: &Timetable<'_>, mut next: usize, random: &mut Random) -> bool {
        let shape = timetable.shape;
        while let Some((request, to_second)) = self.members.get(next).copied() {
            next += 1;
            let to = self.slots[usize::from(to_second)];
            for p in shape.ends[request] {
                loop {
                    let held = i32::from(timetable.held(p, to))
                        + i32::from(self.gain[p][usize::from(to_second)]);
                    if held <= i32::from(shape.seats(p, to)) {
                        break;
                    }
                    let cells = timetable.cells(p, to);
                    let start = if cells.len() > 1 {
                        random.below(cells.len())
                    } else {
                        0
                    };
                    let (before, after) = cells.split_at(start);
                    let out = after
                        .iter()
                        .chain(before)
                        .map(|cell| *cell as usize)
                        .find(|r| {
                            *r != NOBODY as usize
                                && self.seen_request[*r] != self.epoch
                                && !shape.locked[*r]
                        });
                    if !out.is_some_and(|out| self.add(timetable, out)) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Whether a request is part of it.
    pub(super) fn holds(&self, request: usize) -> bool {
        self.seen_request[request] == self.epoch
    }

    /// A pool and a slot that would give more than it has, if any.
    pub(super) fn short_of(&self, timetable: &Timetable<'_>) -> Option<(u16, usize)> {
        self.drawn.iter().find_map(|pool| {
            let more = self.more[usize::from(*pool)];
            let mut both = self.slots.into_iter().zip(more);
            let short = both.find(|(slot, more)| *more > 0 && *more > timetable.left(*pool, *slot));
            short.map(|(slot, _)| (*pool, slot))
        })
    }

    /// Adds other chains between the two slots, by chance, until tables and resources suffice; false if it does not
    /// come to that, or if somebody would miss its rest.
    pub(super) fn balance(
        &mut self,
        timetable: &Timetable<'_>,
        tries: usize,
        random: &mut Random,
    ) -> bool {
        for _ in 0..tries {
            let Some((pool, slot)) = self.short_of(timetable) else {
                return self.rests(timetable);
            };
            let there = timetable.in_slot(slot);
            if there.is_empty() {
                return false;
            }
            let request = there[random.below(there.len())] as usize;
            if self.holds(request) || !timetable.shape.pools[request].contains(&pool) {
                continue;
            }
            if !self.grow(timetable, request, random) {
                return false;
            }
        }
        self.short_of(timetable).is_none() && self.rests(timetable)
    }

    /// Slots in which a participant would meet after the change.
    fn occupied(&self, timetable: &Timetable<'_>, participant: usize) -> Mask {
        let mut after = timetable.occupied[participant];
        for (slot, gain) in self.slots.into_iter().zip(self.gain[participant]) {
            if gain != 0 {
                let held = i32::from(timetable.held(participant, slot)) + i32::from(gain);
                if held > 0 {
                    after |= bit(slot);
                } else {
                    after &= !bit(slot);
                }
            }
        }
        after
    }

    /// Whether everybody would have its rest after the change.
    fn rests(&self, timetable: &Timetable<'_>) -> bool {
        let shape = timetable.shape;
        self.touched.iter().all(|p| {
            let after = || self.occupied(timetable, *p);
            shape.rest[*p] == 0 || bits(after()).all(|slot| after() & shape.near(*p, slot) == 0)
        })
    }

    /// What the change costs.
    pub(super) fn cost(&self, timetable: &Timetable<'_>) -> i64 {
        let mut cost = 0;
        for p in &self.touched {
            let after = self.occupied(timetable, *p);
            if after != timetable.occupied[*p] {
                cost += timetable.cost_of(*p, after);
            }
        }
        cost
    }

    /// How many more of the published requests would not be where they were published.
    pub(super) fn changes(&self, timetable: &Timetable<'_>) -> i64 {
        let published = &timetable.shape.published;
        (self.members.iter())
            .map(|(request, to_second)| {
                let to = self.slots[usize::from(*to_second)];
                let before = published[*request].is_some()
                    && timetable.slot_of(*request) == published[*request];
                i64::from(before) - i64::from(published[*request] == Some(to))
            })
            .sum()
    }

    /// Makes the change. A request that [`Self::bring`] brought is in its slot then; the caller has it counted.
    pub(super) fn apply(&self, timetable: &mut Timetable<'_>) {
        for (request, to_second) in &self.members {
            let from = self.slots[usize::from(!*to_second)];
            if timetable.slot_of(*request).is_some() {
                timetable.lift(*request, from);
            }
        }
        for (request, to_second) in &self.members {
            timetable.put(*request, self.slots[usize::from(*to_second)]);
        }
        for p in &self.touched {
            timetable.recount(*p);
        }
    }
}
