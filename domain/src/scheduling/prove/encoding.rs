//! The clauses, after Bofill et al. (JAIR 74, 2022).
//!
//! `x(m, t)`: meeting m lies in slot t. `u(p, t)`: participant p meets in t. `s(p, t)`: a run of p begins in t. The
//! breaks of p are its runs less one, counted in unary; fairness compares the unary counts. Implied constraints that
//! let the solver see more: a participant uses as many slots as it has meetings; twice as many participants meet in a
//! slot as meetings take place there; what the other slots cannot hold must lie in a slot.

use super::AllMeet;
use super::solver::Sat;

/// Clauses with a count of variables.
pub(super) struct Clauses<'a> {
    pub(super) sat: Box<dyn Sat + 'a>,
    variables: i32,
}

impl<'a> Clauses<'a> {
    pub(super) fn new(sat: Box<dyn Sat + 'a>) -> Self {
        Self { sat, variables: 0 }
    }

    pub(super) fn variable(&mut self) -> i32 {
        self.variables += 1;
        self.variables
    }

    pub(super) fn add(&mut self, clause: &[i32]) {
        self.sat.add(clause);
    }

    /// At most one holds.
    pub(super) fn at_most_one(&mut self, literals: &[i32]) {
        for (i, a) in literals.iter().enumerate() {
            for b in &literals[..i] {
                self.add(&[-a, -b]);
            }
        }
    }

    /// Unary count of literals (totalizer, Bailleux and Boufkhad 2003): output `i` holds exactly if more than `i`
    /// literals do; no output beyond `most`.
    pub(super) fn count(&mut self, literals: &[i32], most: usize) -> Vec<i32> {
        if literals.len() < 2 || most == 0 {
            return literals[..literals.len().min(most)].to_vec();
        }
        let (left, right) = literals.split_at(literals.len() / 2);
        let (left, right) = (self.count(left, most), self.count(right, most));
        let out: Vec<i32> = (0..literals.len().min(most))
            .map(|_| self.variable())
            .collect();
        for i in 0..=left.len() {
            for j in 0..=right.len() {
                // i on the left and j on the right make i + j.
                if i + j > 0 {
                    let mut clause = vec![out[(i + j).min(out.len()) - 1]];
                    clause.extend(i.checked_sub(1).map(|i| -left[i]));
                    clause.extend(j.checked_sub(1).map(|j| -right[j]));
                    self.add(&clause);
                }
                // At most i on the left and j on the right make no more than i + j.
                if i + j < out.len() {
                    let mut clause = vec![-out[i + j]];
                    clause.extend(left.get(i));
                    clause.extend(right.get(j));
                    self.add(&clause);
                }
            }
        }
        out
    }

    /// At most `most` hold.
    pub(super) fn at_most(&mut self, literals: &[i32], most: usize) {
        if most < literals.len() {
            let count = self.count(literals, most + 1);
            self.add(&[-count[most]]);
        }
    }
}

/// The variables that are read back.
pub(super) struct Encoding {
    /// `x(m, t)` of each meeting: slot and literal.
    pub(super) place: Vec<Vec<(usize, i32)>>,
    /// For each participant: literal `k` holds if it has more than `k` breaks.
    pub(super) breaks: Vec<Vec<i32>>,
}

/// Writes the problem without its objective.
pub(super) fn encode(problem: &AllMeet, fairness: usize, to: &mut Clauses<'_>) -> Encoding {
    let slots = problem.slots();
    let mut place = Vec::with_capacity(problem.meetings.len());
    for meeting in &problem.meetings {
        let allowed = |slot: &usize| {
            meeting.window.as_ref().is_none_or(|w| w.contains(*slot))
                && meeting.fixed.is_none_or(|fixed| fixed == *slot)
                && meeting
                    .sides
                    .iter()
                    .all(|side| !problem.forbidden[*side].contains(*slot))
                && problem.tables[*slot] > 0
        };
        let x: Vec<(usize, i32)> = (0..slots)
            .filter(allowed)
            .map(|slot| (slot, to.variable()))
            .collect();
        let literals: Vec<i32> = x.iter().map(|(_, literal)| *literal).collect();
        to.add(&literals);
        to.at_most_one(&literals);
        place.push(x);
    }
    for (first, second) in &problem.precedences {
        order(&place[*first], &place[*second], to);
    }
    let meetings_of = problem.meetings_of();
    let mut used = vec![vec![None; slots]; problem.participants];
    let mut breaks = Vec::with_capacity(problem.participants);
    for (participant, meetings) in meetings_of.iter().enumerate() {
        for (slot, used) in used[participant].iter_mut().enumerate() {
            *used = one_at_a_time(meetings, slot, &place, to);
        }
        let used = &used[participant];
        let literals: Vec<i32> = used.iter().copied().flatten().collect();
        let count = to.count(&literals, meetings.len());
        if let Some(all) = meetings.len().checked_sub(1) {
            match count.get(all) {
                Some(all) => to.add(&[*all]),
                None => to.add(&[]),
            }
        }
        breaks.push(count_breaks(used, meetings.len(), to));
    }
    let meet: Vec<Vec<i32>> = (0..slots)
        .map(|slot| used.iter().filter_map(|used| used[slot]).collect())
        .collect();
    let holds: Vec<usize> = (0..slots)
        .map(|slot| problem.tables[slot].min(meet[slot].len() / 2))
        .collect();
    let all: usize = holds.iter().sum();
    for (meeting, holds) in meet.iter().zip(&holds) {
        let most = holds * 2;
        let least = problem.meetings.len().saturating_sub(all - holds) * 2;
        if least > 0 {
            let count = to.count(meeting, most + 1);
            if let Some(above) = count.get(most) {
                to.add(&[-above]);
            }
            match count.get(least - 1) {
                Some(least) => to.add(&[*least]),
                None => to.add(&[]),
            }
        } else {
            to.at_most(meeting, most);
        }
    }
    fair(&breaks, fairness, to);
    Encoding { place, breaks }
}

/// The first lies strictly before the second.
fn order(first: &[(usize, i32)], second: &[(usize, i32)], to: &mut Clauses<'_>) {
    for (slot, literal) in second {
        let mut clause = vec![-literal];
        clause.extend(first.iter().filter(|f| f.0 < *slot).map(|f| f.1));
        to.add(&clause);
    }
    for (slot, literal) in first {
        let mut clause = vec![-literal];
        clause.extend(second.iter().filter(|s| s.0 > *slot).map(|s| s.1));
        to.add(&clause);
    }
}

/// At most one of these meetings in a slot; the literal that holds exactly if there is one.
fn one_at_a_time(
    meetings: &[usize],
    slot: usize,
    place: &[Vec<(usize, i32)>],
    to: &mut Clauses<'_>,
) -> Option<i32> {
    let here: Vec<i32> = meetings
        .iter()
        .filter_map(|m| place[*m].iter().find(|x| x.0 == slot))
        .map(|x| x.1)
        .collect();
    match here.as_slice() {
        [] => None,
        [only] => Some(*only),
        _ => {
            to.at_most_one(&here);
            let used = to.variable();
            for literal in &here {
                to.add(&[-literal, used]);
            }
            let mut clause = here;
            clause.push(-used);
            to.add(&clause);
            Some(used)
        }
    }
}

/// Unary count of the breaks of one participant.
fn count_breaks(used: &[Option<i32>], meetings: usize, to: &mut Clauses<'_>) -> Vec<i32> {
    let mut starts = Vec::new();
    let mut before = None;
    for now in used {
        if let Some(now) = now {
            starts.push(match before {
                None => *now,
                Some(before) => {
                    let start: i32 = to.variable();
                    to.add(&[-now, before, start]);
                    to.add(&[-start, *now]);
                    to.add(&[-start, -before]);
                    start
                }
            });
        }
        before = *now;
    }
    if meetings < 2 {
        return Vec::new();
    }
    let mut runs = to.count(&starts, meetings);
    // The first run is no break.
    if !runs.is_empty() {
        runs.remove(0);
    }
    runs
}

/// The breaks of no two participants differ by more than `most`.
fn fair(breaks: &[Vec<i32>], most: usize, to: &mut Clauses<'_>) {
    let least = breaks.iter().map(Vec::len).min().unwrap_or(0);
    // Literal k: everybody has more than k breaks.
    let everybody: Vec<i32> = (0..least)
        .map(|k| {
            let all = to.variable();
            for breaks in breaks {
                to.add(&[-all, breaks[k]]);
            }
            all
        })
        .collect();
    for breaks in breaks {
        for (k, above) in breaks.iter().enumerate().skip(most) {
            match everybody.get(k - most) {
                Some(everybody) => to.add(&[-above, *everybody]),
                None => to.add(&[-above]),
            }
        }
    }
}
