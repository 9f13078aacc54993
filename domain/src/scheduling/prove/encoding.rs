//! The clauses, after Bofill et al. (JAIR 74, 2022).
//!
//! `x(m, t)`: meeting m lies in slot t. `u(p, t)`: participant p meets in t. `done(p, t, j)`: at least j of its meetings
//! lie in slots up to t. The breaks of p are counted in unary; fairness compares the unary counts. Tables are counted
//! by [`hosts`]. Implied constraints that let the solver see more: a participant uses as many slots as it has meetings,
//! in one run if it has no break; at most twice as many participants meet in a slot as it has tables; what the other
//! slots cannot hold must lie in a slot.

use super::AllMeet;
use super::solver::Sat;

/// Clauses with a count of variables.
pub(super) struct Clauses<'a> {
    pub(super) sat: Box<dyn Sat + 'a>,
    /// A copy of what was added, if wanted.
    pub(super) written: Option<Vec<Vec<i32>>>,
    variables: i32,
}

impl<'a> Clauses<'a> {
    pub(super) fn new(sat: Box<dyn Sat + 'a>) -> Self {
        Self {
            sat,
            written: None,
            variables: 0,
        }
    }

    /// Keeps a copy of what is added.
    pub(super) fn written(sat: Box<dyn Sat + 'a>) -> Self {
        Self {
            written: Some(Vec::new()),
            ..Self::new(sat)
        }
    }

    pub(super) fn variable(&mut self) -> i32 {
        self.variables += 1;
        self.variables
    }

    pub(super) fn add(&mut self, clause: &[i32]) {
        if let Some(written) = &mut self.written {
            written.push(clause.to_vec());
        }
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

    /// At least `least` and at most `most` hold.
    pub(super) fn between(&mut self, literals: &[i32], least: usize, most: usize) {
        if least == 0 {
            return self.at_most(literals, most);
        }
        let count = self.count(literals, most + 1, true);
        if let Some(above) = count.get(most) {
            self.add(&[-above]);
        }
        match count.get(least - 1) {
            Some(least) => self.add(&[*least]),
            None => self.add(&[]),
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
            let here = in_slot(meetings, slot, &place);
            to.at_most_one(&here);
            *used = any(&here, to);
        }
        let used = &used[participant];
        let own = count_breaks(used, meetings.len(), to);
        if let Some(any) = own.first() {
            in_one_run(used, meetings.len(), *any, to);
        }
        breaks.push(own);
    }
    let hosts = hosts(problem.meetings.len(), &meetings_of);
    let mut at = Vec::with_capacity(slots);
    for (slot, tables) in problem.tables.iter().enumerate() {
        let meet: Vec<i32> = used.iter().filter_map(|used| used[slot]).collect();
        let mut host = Vec::new();
        for (participant, own) in &hosts {
            // Who hosts all its meetings hosts whenever it meets.
            if own.len() == meetings_of[*participant].len() {
                host.extend(used[*participant][slot]);
            } else {
                host.extend(any(&in_slot(own, slot, &place), to));
            }
        }
        at.push((*tables.min(&host.len()).min(&(meet.len() / 2)), meet, host));
    }
    let all: usize = at.iter().map(|at| at.0).sum();
    for (most, meet, host) in at {
        let least = problem.meetings.len().saturating_sub(all - most);
        to.between(&host, least, most);
        to.at_most(&meet, most * 2);
    }
    fair(&breaks, fairness, to);
    Encoding { place, breaks }
}

/// Hosts: participants who between them have every meeting, and for each the meetings that count as its own.
///
/// A slot takes place at the tables of those who host in it, whoever it is that they meet: known to be full as soon
/// as they are known to meet. The fewer hosts there are, the sooner; so who has most meetings takes them first.
pub(super) fn hosts(meetings: usize, meetings_of: &[Vec<usize>]) -> Vec<(usize, Vec<usize>)> {
    let mut free = vec![true; meetings];
    let mut hosts = Vec::new();
    loop {
        let left = |of: &[usize]| of.iter().filter(|m| free[**m]).count();
        let all = meetings_of.iter().enumerate();
        let most = all.map(|(p, of)| (left(of), of.len(), p)).max();
        let Some((1.., _, host)) = most else {
            return hosts;
        };
        let mut own = meetings_of[host].clone();
        own.retain(|meeting| std::mem::take(&mut free[*meeting]));
        hosts.push((host, own));
    }
}

/// The literals of these meetings in a slot.
fn in_slot(meetings: &[usize], slot: usize, place: &[Vec<(usize, i32)>]) -> Vec<i32> {
    let place = meetings.iter().flat_map(|m| &place[*m]);
    place.filter(|x| x.0 == slot).map(|x| x.1).collect()
}

/// A literal that holds exactly if one of these does; none if there are none.
pub(super) fn any(literals: &[i32], to: &mut Clauses<'_>) -> Option<i32> {
    if let [] | [_] = literals {
        return literals.first().copied();
    }
    let any = to.variable();
    for literal in literals {
        to.add(&[-literal, any]);
    }
    let mut clause = literals.to_vec();
    clause.push(-any);
    to.add(&clause);
    Some(any)
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

/// Unary count of the breaks of one participant, which uses exactly as many slots as it has meetings.
///
/// `done(t, j)`: at least j of its meetings lie in slots up to t, a sequential counter. It waits in t if it has begun,
/// does not meet in t and has not done all; a break begins where it waits and has just met. Written so, no break means
/// by unit propagation alone that whoever has begun and has not done all must meet.
pub(super) fn count_breaks(
    used: &[Option<i32>],
    meetings: usize,
    to: &mut Clauses<'_>,
) -> Vec<i32> {
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

/// Implied: unless there is `any` break, the meetings of a participant are one run.
///
/// `y(p, t)`: the run begins in t, where all its slots can be used. The counter sees only forward that a run does not fit;
/// so the solver sees at once in which slots a participant without a break can meet at all.
pub(super) fn in_one_run(used: &[Option<i32>], meetings: usize, any: i32, to: &mut Clauses<'_>) {
    let fits = |begin: &usize| used[*begin..begin + meetings].iter().all(Option::is_some);
    let begins: Vec<(usize, i32)> = (0..=used.len().saturating_sub(meetings))
        .filter(|begin| begin + meetings <= used.len() && fits(begin))
        .map(|begin| (begin, to.variable()))
        .collect();
    let literals: Vec<i32> = begins.iter().map(|begin| begin.1).collect();
    to.at_most_one(&literals);
    let mut somewhere = literals;
    somewhere.push(any);
    to.add(&somewhere);
    for (slot, used) in used.iter().enumerate() {
        let Some(used) = *used else { continue };
        let (mut covers, mut misses) = (vec![any, -used], Vec::new());
        for (begin, literal) in &begins {
            if (*begin..begin + meetings).contains(&slot) {
                covers.push(*literal);
                to.add(&[-literal, used]);
            } else {
                misses.push(*literal);
            }
        }
        to.add(&covers);
        for literal in misses {
            to.add(&[-literal, -used]);
        }
    }
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
