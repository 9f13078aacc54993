//! The timetables as good as one that is known, as clauses: our own problem, with what [`Proved`] says of all of them.
//!
//! `x(r, t)`: request r meets in slot t. `u(p, t)`: participant p meets in t. Seats, caps, rests, tables, resources, groups
//! and floors are the rows of the time-indexed [`Program`], each with what is used of it at least and at most. Requests
//! that all have take place, those that none has are left out; what is left to choose need not weigh enough, which
//! [`super::fewest`] sees to. A literal for a break may hold without one, never the other way round.

use super::super::lagrange::Proved;
use super::super::program::Program;
use super::super::shape::{Shape, bit, bits};
use super::encoding::{Clauses, any, count_breaks, hosts, in_one_run};

/// The variables that are read back.
pub(super) struct Ours {
    /// Slot and literal of each request.
    pub(super) place: Vec<Vec<(usize, i32)>>,
    /// Whether a request takes place, where that is open.
    pub(super) take: Vec<Option<i32>>,
    /// For each participant: literal `k` holds if it has more than `k` breaks.
    pub(super) breaks: Vec<Vec<i32>>,
}

/// Writes the timetables as good.
pub(super) fn encode(shape: &Shape<'_>, proved: &Proved, to: &mut Clauses<'_>) -> Ours {
    let mut place: Vec<Vec<(usize, i32)>> = Vec::new();
    let mut take = Vec::new();
    for (request, window) in proved.windows.iter().enumerate() {
        let x: Vec<(usize, i32)> = bits(*window).map(|slot| (slot, to.variable())).collect();
        let literals: Vec<i32> = x.iter().map(|x| x.1).collect();
        to.at_most_one(&literals);
        let needed = proved.needed[request];
        if needed {
            to.add(&literals);
        }
        take.push(if needed { None } else { any(&literals, to) });
        place.push(x);
    }
    let mut used = vec![vec![None; shape.slots]; shape.cap.len()];
    let mut breaks = Vec::new();
    for (p, used) in used.iter_mut().enumerate() {
        let own = &shape.requests_of[p];
        for slot in bits(shape.there[p]) {
            let here = in_slot(own, slot, &place);
            if shape.seats(p, slot) == 1 {
                to.at_most_one(&here);
            }
            used[slot] = any(&here, to);
        }
        for slot in bits(shape.there[p]) {
            let near = shape.near(p, slot) & (bit(slot) - 1);
            for other in bits(near) {
                if let (Some(a), Some(b)) = (used[slot], used[other]) {
                    to.add(&[-a, -b]);
                }
            }
        }
        breaks.push(breaks_of(shape, proved, p, used, to));
    }
    tables(shape, proved, &place, &used, to);
    rows(shape, proved, &place, &take, to);
    Ours {
        place,
        take,
        breaks,
    }
}

/// The literals of these requests in a slot.
fn in_slot(requests: &[usize], slot: usize, place: &[Vec<(usize, i32)>]) -> Vec<i32> {
    let place = requests.iter().flat_map(|r| &place[*r]);
    place.filter(|x| x.0 == slot).map(|x| x.1).collect()
}

/// Unary count of the breaks of a participant.
fn breaks_of(
    shape: &Shape<'_>,
    proved: &Proved,
    p: usize,
    used: &[Option<i32>],
    to: &mut Clauses<'_>,
) -> Vec<i32> {
    let own = shape.requests_of[p].iter();
    let own: Vec<usize> = own.copied().filter(|r| proved.windows[*r] != 0).collect();
    let there: Vec<Vec<Option<i32>>> = (shape.stretches.iter())
        .map(|all| bits(all & shape.there[p]).map(|slot| used[slot]).collect())
        .filter(|there: &Vec<Option<i32>>| there.iter().any(Option::is_some))
        .collect();
    if shape.rest[p] > 0 {
        return breaks_beyond_rest(shape, p, used, to);
    }
    let single = bits(shape.there[p]).all(|slot| shape.seats(p, slot) == 1);
    if let [there] = there.as_slice()
        && single
        && own.iter().all(|r| proved.needed[*r])
    {
        let breaks = count_breaks(there, own.len(), to);
        if let Some(any) = breaks.first() {
            in_one_run(there, own.len(), *any, to);
        }
        return breaks;
    }
    let mut begins = Vec::new();
    for there in &there {
        begins.extend(breaks_in(there, to));
    }
    to.count(&begins, own.len().saturating_sub(1), false)
}

/// The breaks within a stretch: literals that hold where a participant meets again.
fn breaks_in(there: &[Option<i32>], to: &mut Clauses<'_>) -> Vec<i32> {
    // It has met in this slot or before; it meets in this slot or behind.
    let begun = running(there.iter(), to);
    let mut goes_on = running(there.iter().rev(), to);
    goes_on.reverse();
    let mut breaks: Vec<(usize, i32)> = Vec::new();
    for at in 1..there.len() {
        let (Some(now), Some(begun)) = (there[at], begun[at - 1]) else {
            continue;
        };
        let again = to.variable();
        let mut clause = vec![again, -now, -begun];
        clause.extend(there[at - 1]);
        to.add(&clause);
        breaks.push((at, again));
    }
    let all: Vec<i32> = breaks.iter().map(|again| again.1).collect();
    // Implied: without a break it meets wherever it has begun and goes on.
    if let Some(some) = any(&all, to) {
        for (at, now) in there.iter().enumerate() {
            if let (Some(begun), Some(goes_on)) = (begun[at], goes_on[at]) {
                let mut clause = vec![some, -begun, -goes_on];
                clause.extend(*now);
                to.add(&clause);
            }
        }
    }
    all
}

/// Literals that hold from the first of these that does.
fn running<'a>(
    all: impl Iterator<Item = &'a Option<i32>>,
    to: &mut Clauses<'_>,
) -> Vec<Option<i32>> {
    let mut before: Option<i32> = None;
    let next = |now: &Option<i32>| {
        let both: Vec<i32> = before.into_iter().chain(*now).collect();
        before = any(&both, to);
        before
    };
    all.map(next).collect()
}

/// The breaks of one who rests: two meetings in a row with more slots in which it is there between them than it rests.
fn breaks_beyond_rest(
    shape: &Shape<'_>,
    p: usize,
    used: &[Option<i32>],
    to: &mut Clauses<'_>,
) -> Vec<i32> {
    let mut breaks = Vec::new();
    for stretch in &shape.stretches {
        let own: Vec<(usize, i32)> = bits(*stretch)
            .filter_map(|slot| Some((slot, used[slot]?)))
            .collect();
        for (at, (slot, now)) in own.iter().enumerate() {
            let mut again = None;
            for from in 0..at {
                let between = bits(shape.there[p] & (bit(*slot) - 1));
                let waits = between.filter(|other| *other > own[from].0);
                if waits.count() <= shape.rest[p] as usize {
                    continue;
                }
                let again = *again.get_or_insert_with(|| to.variable());
                let mut clause = vec![again, -now, -own[from].1];
                clause.extend(own[from + 1..at].iter().map(|own| own.1));
                to.add(&clause);
            }
            breaks.extend(again);
        }
    }
    let most = breaks.len();
    to.count(&breaks, most, false)
}

/// The tables of each slot, counted by hosts.
fn tables(
    shape: &Shape<'_>,
    proved: &Proved,
    place: &[Vec<(usize, i32)>],
    used: &[Vec<Option<i32>>],
    to: &mut Clauses<'_>,
) {
    let at_table = |r: &usize| shape.pools[*r].contains(&0) && !place[*r].is_empty();
    let of = |p: usize| -> Vec<usize> {
        let own = shape.requests_of[p].iter();
        own.copied().filter(at_table).collect()
    };
    let requests_of: Vec<Vec<usize>> = (0..shape.cap.len()).map(of).collect();
    let hosts = hosts(place.len(), &requests_of);
    let uses = |p: usize, slot: usize| used[p][slot];
    for slot in 0..shape.slots {
        let mut host = Vec::new();
        for (p, own) in &hosts {
            let all = in_slot(&shape.requests_of[*p], slot, place);
            let own = in_slot(own, slot, place);
            if shape.seats(*p, slot) > 1 {
                host.extend(own);
            } else if own.len() == all.len() {
                // Who hosts all its meetings hosts whenever it meets.
                host.extend(uses(*p, slot));
            } else {
                host.extend(any(&own, to));
            }
        }
        let (least, most) = proved.units[Program::table_row(shape, slot)];
        between(&host, least, most, to);
    }
}

/// Every row but those of tables and of single seats, as far as it binds.
fn rows(
    shape: &Shape<'_>,
    proved: &Proved,
    place: &[Vec<(usize, i32)>],
    take: &[Option<i32>],
    to: &mut Clauses<'_>,
) {
    let program = Program::new(shape, shape.weights, 1);
    let mut used: Vec<Vec<i32>> = vec![Vec::new(); program.stocks.len()];
    // Units that are used for sure.
    let mut sure = vec![0_i64; program.stocks.len()];
    for (request, column) in program.columns.iter().enumerate() {
        for choice in &program.choices[column.choices.clone()] {
            let own = place[request].iter().find(|x| x.0 == choice.slot);
            for row in program.rows(choice) {
                used[*row as usize].extend(own.map(|x| x.1));
            }
        }
        for row in column.pays.iter().chain(&column.earns) {
            used[*row as usize].extend(take[request]);
            sure[*row as usize] += i64::from(proved.needed[request]);
        }
    }
    let tables = Program::table_row(shape, 0)..Program::table_row(shape, shape.slots);
    for (row, literals) in used
        .iter()
        .enumerate()
        .filter(|(row, _)| !tables.contains(row))
    {
        let (least, most) = proved.units[row];
        let owner = row / shape.slots;
        if owner < shape.cap.len() && shape.rest[owner] == 0 && most <= 1 {
            if least > 0 {
                to.add(literals);
            }
            continue;
        }
        between(
            literals,
            least - sure[row],
            most.saturating_sub(sure[row]),
            to,
        );
    }
}

/// At least and at most so many hold.
fn between(literals: &[i32], least: i64, most: i64, to: &mut Clauses<'_>) {
    let Ok(most) = usize::try_from(most) else {
        return to.add(&[]);
    };
    let least = usize::try_from(least).unwrap_or(0);
    to.between(literals, least, most.min(literals.len()));
}
