//! Tables and delegates for meetings that have their slots: locks first, then those who stay seated keep their
//! table from slot to slot.

use super::Placed;
use super::timetable::Timetable;
use std::collections::BTreeMap;

/// The meetings with tables and seats, by slot and request, and the table changes of those who stay seated.
pub(super) fn seat(timetable: &Timetable<'_>) -> (Vec<Placed>, i64) {
    let problem = timetable.shape.problem;
    let mut placed = Vec::new();
    // Where each seat of those who stay seated sat last: one table for each delegate.
    let mut home: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut moves = 0;
    for slot in 0..problem.slots.len() {
        let here: Vec<usize> = (0..problem.requests.len())
            .filter(|request| timetable.slot_of(*request) == Some(slot))
            .collect();
        let seats = delegates(timetable, slot, &here);
        let mut tables = vec![None; here.len()];
        let mut free: Vec<bool> = problem
            .tables
            .iter()
            .map(|table| !table.closed.contains(slot))
            .collect();
        let take =
            |i: usize, table: usize, tables: &mut Vec<Option<usize>>, free: &mut Vec<bool>| {
                free[table] = false;
                tables[i] = Some(table);
            };
        let lock_of = |request: usize| problem.locks.iter().find(|lock| lock.request == request);
        let needs: Vec<bool> = here
            .iter()
            .map(|request| !problem.requests[*request].remote)
            .collect();
        for (i, request) in here.iter().enumerate() {
            if let Some(table) = lock_of(*request).and_then(|lock| lock.table) {
                take(i, table, &mut tables, &mut free);
            }
        }
        let sitter = |i: usize| {
            let request = &problem.requests[here[i]];
            let (demander_seat, provider_seat) = seats[i];
            [
                (request.provider, provider_seat),
                (request.demander, demander_seat),
            ]
            .into_iter()
            .find(|(participant, _)| problem.participants[*participant].keeps_table)
        };
        for i in 0..here.len() {
            let table = sitter(i).and_then(|sitter| home.get(&sitter)).copied();
            if let (true, None, Some(table)) = (needs[i], tables[i], table)
                && free[table]
            {
                take(i, table, &mut tables, &mut free);
            }
        }
        for i in 0..here.len() {
            if !needs[i] || tables[i].is_some() {
                continue;
            }
            // A table that is nobody's home yet, so that nobody has to give way later.
            let unclaimed =
                (0..free.len()).find(|t| free[*t] && !home.values().any(|home| home == t));
            if let Some(table) = unclaimed.or_else(|| free.iter().position(|free| *free)) {
                take(i, table, &mut tables, &mut free);
            }
        }
        for (i, request) in here.iter().enumerate() {
            if let (Some(sitter), Some(table)) = (sitter(i), tables[i])
                && home
                    .insert(sitter, table)
                    .is_some_and(|before| before != table)
            {
                moves += 1;
            }
            let (demander_seat, provider_seat) = seats[i];
            placed.push(Placed {
                request: *request,
                slot,
                table: tables[i],
                demander_seat,
                provider_seat,
            });
        }
    }
    (placed, moves)
}

/// Seats of both sides for the meetings of a slot. Every seat that is available fits every meeting, so after the
/// locked ones any order does.
fn delegates(timetable: &Timetable<'_>, slot: usize, here: &[usize]) -> Vec<(usize, usize)> {
    let problem = timetable.shape.problem;
    let mut free: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for request in here {
        let r = &problem.requests[*request];
        for participant in [r.demander, r.provider] {
            free.entry(participant).or_insert_with(|| {
                let seats = &problem.participants[participant].seats;
                (0..seats.len())
                    .filter(|seat| seats[*seat].available.contains(slot))
                    .collect()
            });
        }
    }
    let mut chosen: Vec<(Option<usize>, Option<usize>)> = here
        .iter()
        .map(|request| {
            let lock = problem.locks.iter().find(|lock| lock.request == *request);
            lock.map_or((None, None), |lock| {
                (lock.demander_seat, lock.provider_seat)
            })
        })
        .collect();
    for (request, (demander, provider)) in here.iter().zip(&chosen) {
        let r = &problem.requests[*request];
        for (participant, seat) in [(r.demander, demander), (r.provider, provider)] {
            if let (Some(free), Some(seat)) = (free.get_mut(&participant), seat) {
                free.retain(|free| free != seat);
            }
        }
    }
    let mut next = |participant: usize| {
        let seats = free.get_mut(&participant).filter(|seats| !seats.is_empty());
        // The timetable never holds more meetings in a slot than seats; the checker would refuse a doubled one.
        seats.map_or(0, |seats| seats.remove(0))
    };
    for (request, seats) in here.iter().zip(&mut chosen) {
        let r = &problem.requests[*request];
        seats.0.get_or_insert_with(|| next(r.demander));
        seats.1.get_or_insert_with(|| next(r.provider));
    }
    chosen
        .into_iter()
        .map(|(demander, provider)| (demander.unwrap_or(0), provider.unwrap_or(0)))
        .collect()
}
