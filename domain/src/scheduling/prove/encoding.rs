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

    /// Unary count of literals (totalizer, Bailleux and Boufkhad 2003): output `i` holds if more than `i` literals do,
    /// and, if `exact`, only then; no output beyond `most`.
    pub(super) fn count(&mut self, literals: &[i32], most: usize, exact: bool) -> Vec<i32> {
        if literals.len() < 2 || most == 0 {
            return literals[..literals.len().min(most)].to_vec();
        }
        let (left, right) = literals.split_at(literals.len() / 2);
        let (left, right) = (
            self.count(left, most, exact),
            self.count(right, most, exact),
        );
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
                if exact && i + j < out.len() {
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
            let count = self.count(literals, most + 1, false);
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
            let count = to.count(meeting, most + 1, true);
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

/// Unary count of the breaks of one participant, which uses exactly as many slots as it has meetings.
///
/// `done(t, j)`: at least j of its meetings lie in slots up to t, a sequential counter. It waits in t if it has begun,
/// does not meet in t and has not done all; a break begins where it waits and has just met. Written so, no break means
/// by unit propagation alone that whoever has begun and has not done all must meet.
fn count_breaks(used: &[Option<i32>], meetings: usize, to: &mut Clauses<'_>) -> Vec<i32> {
    if meetings == 0 {
        return Vec::new();
    }
    let mut done: Vec<Option<i32>> = vec![None; meetings];
    let mut breaks = Vec::new();
    // It met, or waited, in the slot before.
    let (mut met, mut waited): (Option<i32>, Option<i32>) = (None, None);
    for now in used {
        let before = done.clone();
        if let Some(now) = *now {
            // Nothing is left to do.
            if let Some(all) = before[meetings - 1] {
                to.add(&[-now, -all]);
            }
            for j in 0..meetings {
                let one_less = if j == 0 {
                    Some(None)
                } else {
                    before[j - 1].map(Some)
                };
                let Some(one_less) = one_less else { break };
                let after = to.variable();
                // after = before or (one less and now)
                let mut raised = vec![after, -now];
                let mut kept = vec![-after, now];
                let mut source = vec![-after];
                raised.extend(one_less.map(|l: i32| -l));
                kept.extend(before[j]);
                source.extend(one_less);
                source.extend(before[j]);
                to.add(&raised);
                to.add(&kept);
                if one_less.is_some() {
                    to.add(&source);
                }
                if let Some(before) = before[j] {
                    to.add(&[-before, after]);
                }
                done[j] = Some(after);
            }
        }
        let waits = before[0].map(|begun| {
            let waits = to.variable();
            let mut clause = vec![waits, -begun];
            clause.extend(*now);
            clause.extend(done[meetings - 1]);
            to.add(&clause);
            to.add(&[-waits, begun]);
            if let Some(now) = now {
                to.add(&[-waits, -now]);
            }
            if let Some(all) = done[meetings - 1] {
                to.add(&[-waits, -all]);
            }
            waits
        });
        if let (Some(waits), Some(met)) = (waits, met) {
            let begins = to.variable();
            to.add(&[begins, -waits, -met]);
            to.add(&[-begins, waits]);
            to.add(&[-begins, met]);
            breaks.push(begins);
            // Who waits has just met or waited before.
            let mut clause = vec![-waits, begins];
            clause.extend(waited);
            to.add(&clause);
        }
        met = *now;
        waited = waits;
    }
    match done[meetings - 1] {
        Some(all) => to.add(&[all]),
        None => to.add(&[]),
    }
    to.count(&breaks, meetings - 1, true)
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
