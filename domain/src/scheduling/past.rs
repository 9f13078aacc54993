//! What is past: meetings that have taken place, whatever has changed since.

use super::{Lock, PairRule, Placed, Problem, Seat, SlotSet, Table, Violation};
use std::collections::{BTreeMap, BTreeSet};

/// The problem made to fit its past: of these meetings those in the first `past` slots took place. See [`freeze`].
pub fn as_it_was(problem: &Problem, past: usize, meetings: &[Placed]) -> Problem {
    let mut now = problem.clone();
    let met = meetings.iter().map(|meeting| Lock {
        request: meeting.request,
        slot: meeting.slot,
        table: meeting.table,
        demander_seat: Some(meeting.demander_seat),
        provider_seat: Some(meeting.provider_seat),
    });
    freeze(&mut now, past, &met.collect::<Vec<_>>());
    now
}

/// Fixes the past: the meetings of `met` in the first `past` slots took place, so that they had delegates, tables and
/// whatever else it took, at their table and with their delegates as far as the problem still has these; caps, rests and
/// rules allow what was. No other request meets then. What is no meeting of the problem, or the second of a request, is
/// passed over.
pub fn freeze(problem: &mut Problem, past: usize, met: &[Lock]) {
    let (past, slots) = (past.min(problem.slots.len()), problem.slots.len());
    if past == 0 {
        return;
    }
    let mut seen = BTreeSet::new();
    let mut met: Vec<Lock> = (met.iter())
        .filter(|lock| lock.slot < past && lock.request < problem.requests.len())
        .filter(|lock| seen.insert(lock.request))
        .cloned()
        .collect();
    make_room(problem, &met);
    let mut taken = BTreeSet::new();
    for lock in &mut met {
        let request = &problem.requests[lock.request];
        let slot = lock.slot;
        let mut keep = |thing: Option<usize>, kind: usize, there: usize| {
            thing.filter(|thing| *thing < there && taken.insert((kind, *thing, slot)))
        };
        let seats = |p: usize| problem.participants[p].seats.len();
        lock.table = keep(
            lock.table.filter(|_| !request.remote),
            0,
            problem.tables.len(),
        );
        let (d, p) = (request.demander, request.provider);
        lock.demander_seat = keep(lock.demander_seat, 1 + d, seats(d));
        lock.provider_seat = keep(lock.provider_seat, 1 + p, seats(p));
    }
    open(problem, &met);
    allow(problem, &met);
    for (i, request) in problem.requests.iter_mut().enumerate() {
        if !seen.contains(&i) {
            let wished =
                |slot: &usize| request.slots.as_ref().is_none_or(|own| own.contains(*slot));
            request.slots = Some((past..slots).filter(wished).collect());
        }
    }
    for lock in met {
        match problem
            .locks
            .iter_mut()
            .find(|own| own.request == lock.request)
        {
            Some(own) => *own = lock,
            None => problem.locks.push(lock),
        }
    }
}

/// Meetings of each participant in each slot, and the same of those at tables.
fn crowds(
    problem: &Problem,
    met: &[Lock],
) -> (BTreeMap<(usize, usize), usize>, BTreeMap<usize, usize>) {
    let (mut seats, mut tables) = (BTreeMap::new(), BTreeMap::new());
    for lock in met {
        let request = &problem.requests[lock.request];
        for p in [request.demander, request.provider] {
            *seats.entry((p, lock.slot)).or_default() += 1;
        }
        if !request.remote {
            *tables.entry(lock.slot).or_default() += 1;
        }
    }
    (seats, tables)
}

/// As many delegates and tables as met at once; those that are new are there at no other time.
fn make_room(problem: &mut Problem, met: &[Lock]) {
    let (seats, tables) = crowds(problem, met);
    for ((p, _), most) in seats {
        let own = &mut problem.participants[p].seats;
        own.resize(own.len().max(most), Seat::default());
    }
    let most = tables.into_values().max().unwrap_or(0);
    let never = Table {
        closed: (0..problem.slots.len()).collect(),
    };
    let all = &mut problem.tables;
    all.resize(all.len().max(most), never);
}

/// Delegates and tables are there when they were needed: those that are known, and all where that is not enough.
fn open(problem: &mut Problem, met: &[Lock]) {
    for lock in met {
        let request = &problem.requests[lock.request];
        let sides = [
            (request.demander, lock.demander_seat),
            (request.provider, lock.provider_seat),
        ];
        for (p, seat) in sides {
            if let Some(seat) = seat {
                add(
                    &mut problem.participants[p].seats[seat].available,
                    lock.slot,
                );
            }
        }
        if let Some(table) = lock.table {
            remove(&mut problem.tables[table].closed, lock.slot);
        }
    }
    let (seats, tables) = crowds(problem, met);
    for ((p, slot), needed) in seats {
        if problem.seats_in(p, slot) < needed {
            let own = problem.participants[p].seats.iter_mut();
            own.for_each(|seat| add(&mut seat.available, slot));
        }
    }
    for (slot, needed) in tables {
        if problem.tables_in(slot) < needed {
            let all = problem.tables.iter_mut();
            all.for_each(|table| remove(&mut table.closed, slot));
        }
    }
}

fn add(set: &mut SlotSet, slot: usize) {
    if !set.contains(slot) {
        *set = set.iter().chain([slot]).collect();
    }
}

fn remove(set: &mut SlotSet, slot: usize) {
    if set.contains(slot) {
        *set = set.iter().filter(|other| *other != slot).collect();
    }
}

/// Caps, rests, resources and rules allow what took place.
fn allow(problem: &mut Problem, met: &[Lock]) {
    let mut meets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut used: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    let mut in_groups = vec![0_u32; problem.groups.len()];
    let groups_of = problem.groups_of();
    for lock in met {
        for group in &groups_of[lock.request] {
            in_groups[*group as usize] += 1;
        }
        let request = &mut problem.requests[lock.request];
        for p in [request.demander, request.provider] {
            meets.entry(p).or_default().push(lock.slot);
        }
        for resource in &request.resources {
            *used.entry((*resource, lock.slot)).or_default() += 1;
        }
        request.rule = PairRule::Free;
        request.slots.take_if(|slots| !slots.contains(lock.slot));
    }
    for (p, then) in &meets {
        let cap = &mut problem.participants[*p].cap;
        *cap = (*cap).max(u32::try_from(then.len()).unwrap_or(u32::MAX));
        rest_less(problem, *p, then);
    }
    for (group, had) in problem.groups.iter_mut().zip(in_groups) {
        group.cap = group.cap.map(|cap| cap.max(had));
    }
    for ((resource, slot), used) in used {
        let units = &mut problem.resources[resource].units[slot];
        *units = (*units).max(used);
    }
}

/// A rest that was not kept is not asked any more: only as much as was.
fn rest_less(problem: &mut Problem, participant: usize, meets: &[usize]) {
    let too_near = |problem: &Problem| {
        let near = |slot: &usize| {
            let mut around = problem.rest_around(participant, *slot);
            around.any(|other| meets.contains(&other))
        };
        meets.iter().any(near)
    };
    while problem.participants[participant].rest > 0 && too_near(problem) {
        // More than the day has slots is no more than that.
        let most = u32::try_from(problem.slots.len()).unwrap_or(u32::MAX);
        let rest = &mut problem.participants[participant].rest;
        *rest = (*rest).min(most) - 1;
    }
}

/// The requests that are not in the first `past` slots as they were published there: new, moved or vanished.
pub fn changed_past(past: usize, published: &[Placed], meetings: &[Placed]) -> Vec<Violation> {
    let then = |all: &[Placed]| -> BTreeSet<(usize, usize)> {
        let then = all.iter().filter(|meeting| meeting.slot < past);
        then.map(|meeting| (meeting.request, meeting.slot))
            .collect()
    };
    let (was, is) = (then(published), then(meetings));
    let changed: BTreeSet<usize> = was.symmetric_difference(&is).map(|(r, _)| *r).collect();
    changed.into_iter().map(Violation::Past).collect()
}
