//! A timetable under construction: slots of requests, with what a move costs known at once.

use super::{Problem, bound};

/// Figures of a timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub coverage: i64,
    pub weight: i64,
    pub breaks: i64,
    pub idle_slots: i64,
}

/// Which request meets in which slot; never more in a slot than seats and tables allow.
#[derive(Clone)]
pub(super) struct Timetable<'a> {
    pub problem: &'a Problem,
    pub weights: &'a [i64],
    /// The slot of each request that is placed.
    pub slot_of: Vec<Option<usize>>,
    /// Requests that must not be moved.
    pub locked: Vec<bool>,
    /// Requests of each participant.
    pub requests_of: Vec<Vec<usize>>,
    /// Meetings of each participant in each slot.
    held: Vec<Vec<u16>>,
    seats: Vec<Vec<u16>>,
    meetings: Vec<u32>,
    tables_used: Vec<usize>,
    tables: Vec<usize>,
    /// Breaks and idle slots of each participant.
    gaps: Vec<(i64, i64)>,
    gap_cost: i64,
}

impl<'a> Timetable<'a> {
    /// With the locked meetings in their slots.
    pub(super) fn new(problem: &'a Problem, weights: &'a [i64]) -> Self {
        let (n, slots) = (problem.participants.len(), problem.slots.len());
        let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let mut requests_of = vec![Vec::new(); n];
        for (i, request) in problem.requests.iter().enumerate() {
            requests_of[request.demander].push(i);
            requests_of[request.provider].push(i);
        }
        let mut this = Self {
            problem,
            weights,
            slot_of: vec![None; problem.requests.len()],
            locked: vec![false; problem.requests.len()],
            requests_of,
            held: vec![vec![0; slots]; n],
            seats: (0..n)
                .map(|p| (0..slots).map(|s| count(problem.seats_in(p, s))).collect())
                .collect(),
            meetings: vec![0; n],
            tables_used: vec![0; slots],
            tables: (0..slots).map(|slot| problem.tables_in(slot)).collect(),
            gaps: vec![(0, 0); n],
            gap_cost: 0,
        };
        for lock in &problem.locks {
            this.place(lock.request, lock.slot);
            this.locked[lock.request] = true;
        }
        this
    }

    /// Whether a request's own wishes allow a slot, whoever else meets then.
    pub(super) fn allows(&self, request: usize, slot: usize) -> bool {
        let request = &self.problem.requests[request];
        self.seats[request.demander][slot] > 0
            && self.seats[request.provider][slot] > 0
            && request
                .slots
                .as_ref()
                .is_none_or(|slots| slots.contains(slot))
    }

    /// Whether a participant has a seat left in a slot.
    pub(super) fn has_seat(&self, participant: usize, slot: usize) -> bool {
        self.held[participant][slot] < self.seats[participant][slot]
    }

    /// Whether a participant may have another meeting.
    pub(super) fn below_cap(&self, participant: usize) -> bool {
        self.meetings[participant] < self.problem.participants[participant].cap
    }

    /// Meetings of a participant.
    pub(super) fn meetings(&self, participant: usize) -> u32 {
        self.meetings[participant]
    }

    /// Whether a table is left in a slot.
    pub(super) fn has_table(&self, slot: usize) -> bool {
        self.tables_used[slot] < self.tables[slot]
    }

    /// Tables left in a slot.
    pub(super) fn tables_left(&self, slot: usize) -> usize {
        self.tables[slot].saturating_sub(self.tables_used[slot])
    }

    /// Whether a request could be placed in a slot as things are.
    pub(super) fn fits(&self, request: usize, slot: usize) -> bool {
        let r = &self.problem.requests[request];
        self.allows(request, slot)
            && self.has_seat(r.demander, slot)
            && self.has_seat(r.provider, slot)
            && (r.remote || self.has_table(slot))
    }

    /// Places a request; the caller has made sure that it fits, or will make it fit.
    pub(super) fn place(&mut self, request: usize, slot: usize) {
        let r = &self.problem.requests[request];
        self.slot_of[request] = Some(slot);
        self.tables_used[slot] += usize::from(!r.remote);
        for p in [r.demander, r.provider] {
            self.held[p][slot] += 1;
            self.meetings[p] += 1;
            self.recount(p);
        }
    }

    /// Takes a request out; tells where it was.
    pub(super) fn remove(&mut self, request: usize) -> Option<usize> {
        let slot = self.slot_of[request].take()?;
        let r = &self.problem.requests[request];
        self.tables_used[slot] -= usize::from(!r.remote);
        for p in [r.demander, r.provider] {
            self.held[p][slot] -= 1;
            self.meetings[p] -= 1;
            self.recount(p);
        }
        Some(slot)
    }

    /// More meetings in a slot than a participant has seats.
    pub(super) fn is_over(&self, participant: usize, slot: usize) -> bool {
        self.held[participant][slot] > self.seats[participant][slot]
    }

    /// More meetings in a slot than tables.
    pub(super) fn tables_over(&self, slot: usize) -> bool {
        self.tables_used[slot] > self.tables[slot]
    }

    /// Breaks and idle slots of a participant. A planned break between two slots interrupts nothing.
    fn count_gaps(&self, participant: usize) -> (i64, i64) {
        let (mut breaks, mut idle, mut waiting, mut begun) = (0, 0, 0, false);
        for (slot, held) in self.held[participant].iter().enumerate() {
            if self.problem.slots[slot].follows_break {
                // Waiting up to a planned break ends with it: the span begins anew after it.
                waiting = 0;
                begun = false;
            }
            if *held > 0 {
                if begun && waiting > 0 {
                    breaks += 1;
                    idle += waiting;
                }
                waiting = 0;
                begun = true;
            } else {
                waiting += 1;
            }
        }
        (breaks, idle)
    }

    fn recount(&mut self, participant: usize) {
        let cost = |gaps: (i64, i64)| gaps.0 * 100 + gaps.1;
        let gaps = self.count_gaps(participant);
        self.gap_cost += cost(gaps) - cost(self.gaps[participant]);
        self.gaps[participant] = gaps;
    }

    /// What all gaps cost: a break as much as a hundred idle slots.
    pub(super) fn total_gap_cost(&self) -> i64 {
        self.gap_cost
    }

    pub(super) fn figures(&self) -> Figures {
        let placed: Vec<bool> = self.slot_of.iter().map(Option::is_some).collect();
        let (coverage, weight) = bound::value(self.problem, self.weights, &placed);
        Figures {
            coverage,
            weight,
            breaks: self.gaps.iter().map(|gaps| gaps.0).sum(),
            idle_slots: self.gaps.iter().map(|gaps| gaps.1).sum(),
        }
    }
}
