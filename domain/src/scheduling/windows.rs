//! Sets of slots of a participant that hold fewer meetings than are chosen for them.
//!
//! The chosen requests of a participant find different seats unless some of them can meet only in slots with too few
//! seats (Hall, 1935). Such a set of slots is found where an augmenting path fails, and becomes a capacity of the flow,
//! a cutting plane. The sets of a participant are kept disjoint or nested, so that the flow stays a flow.

use super::Problem;
use super::shape::{Mask, bit, bits};

/// Sets of slots of each participant, the larger first.
pub(super) struct Windows {
    pub of: Vec<Vec<Mask>>,
    /// Slots in which each request can meet.
    pub allowed: Vec<Mask>,
    seats: Vec<Vec<usize>>,
}

impl Windows {
    pub(super) fn new(problem: &Problem, pinned_to: &[Option<usize>]) -> Self {
        let slots = problem.slots.len();
        let allowed = problem
            .requests
            .iter()
            .zip(pinned_to)
            .map(|(request, lock)| {
                let mut open = (0..slots).filter(|slot| problem.could_meet(request, *slot));
                match lock {
                    Some(slot) => bit(*slot),
                    None => open.by_ref().fold(0, |mask, slot| mask | bit(slot)),
                }
            });
        let participants = 0..problem.participants.len();
        let seats = |p: usize| (0..slots).map(|slot| problem.seats_in(p, slot)).collect();
        Self {
            allowed: allowed.collect(),
            of: vec![Vec::new(); participants.len()],
            seats: participants.map(seats).collect(),
        }
    }

    /// Seats of a participant in a set of slots.
    pub(super) fn capacity(&self, participant: usize, window: Mask) -> usize {
        bits(window).map(|slot| self.seats[participant][slot]).sum()
    }

    /// Adds the sets that are too small for the chosen requests; tells whether there are any.
    pub(super) fn tighten(&mut self, problem: &Problem, chosen: &[bool]) -> bool {
        let mut own = vec![Vec::new(); self.of.len()];
        for (i, request) in (problem.requests.iter().enumerate()).filter(|(i, _)| chosen[*i]) {
            own[request.demander].push(i);
            own[request.provider].push(i);
        }
        let mut found = false;
        for (p, own) in own.iter().enumerate() {
            for window in self.too_small(p, own) {
                let apart = |other: &Mask| {
                    let both = other & window;
                    both == 0 || both == window || both == *other
                };
                if self.of[p].iter().all(apart) && !self.of[p].contains(&window) {
                    self.of[p].push(window);
                    found = true;
                }
            }
            self.of[p].sort_by_key(|window| std::cmp::Reverse(window.count_ones()));
        }
        found
    }

    /// Where augmenting paths fail.
    fn too_small(&self, participant: usize, own: &[usize]) -> Vec<Mask> {
        let mut held = vec![Vec::new(); self.seats[participant].len()];
        let mut found = Vec::new();
        for request in own {
            let mut seen = 0;
            if !self.augment(participant, *request, &mut seen, &mut held) {
                found.push(seen);
            }
        }
        found
    }

    fn augment(
        &self,
        participant: usize,
        request: usize,
        seen: &mut Mask,
        held: &mut [Vec<usize>],
    ) -> bool {
        for slot in bits(self.allowed[request]) {
            if *seen & bit(slot) != 0 {
                continue;
            }
            *seen |= bit(slot);
            if held[slot].len() < self.seats[participant][slot] {
                held[slot].push(request);
                return true;
            }
            for at in 0..held[slot].len() {
                if self.augment(participant, held[slot][at], seen, held) {
                    held[slot][at] = request;
                    return true;
                }
            }
        }
        false
    }
}
