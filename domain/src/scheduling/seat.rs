//! Tables and delegates for meetings that have their slots: locks first, then what was published, then those who stay
//! seated keep their table from slot to slot.
//!
//! Tables are the colours of an interval-like graph: two who stay seated and meet in the same slot cannot share one. A
//! newcomer takes the table at which it will be in the way least often (greedy colouring).

use super::Placed;
use super::shape::{Mask, bit};
use super::timetable::Timetable;
use std::collections::BTreeMap;

/// A delegate of one who stays seated.
type Sitter = (usize, usize);

/// The meetings with tables and seats, by slot and request, and the table changes of those who stay seated. A meeting
/// that is in the slot in which it was published keeps its table and delegates if it can.
pub(super) fn seat(timetable: &Timetable<'_>, published: &[Placed]) -> (Vec<Placed>, i64) {
    let shape = timetable.shape;
    let problem = shape.problem;
    let mut wishes: Vec<Option<Wish>> = vec![None; problem.requests.len()];
    for was in published {
        let stays = timetable.slot_of(was.request) == Some(was.slot);
        wishes[was.request] = stays.then_some(Wish {
            bound: false,
            table: was.table,
            seats: [Some(was.demander_seat), Some(was.provider_seat)],
        });
    }
    for lock in &problem.locks {
        wishes[lock.request] = Some(Wish {
            bound: true,
            table: lock.table,
            seats: [lock.demander_seat, lock.provider_seat],
        });
    }
    let mut placed = Vec::new();
    let mut homes = Homes {
        of: BTreeMap::new(),
        busy: vec![0; problem.tables.len()],
    };
    let mut moves = 0;
    for slot in 0..problem.slots.len() {
        let mut here: Vec<usize> = timetable
            .in_slot(slot)
            .iter()
            .map(|r| *r as usize)
            .collect();
        here.sort_unstable();
        let seats = delegates(timetable, slot, &here, &wishes);
        let sitters: Vec<Option<Sitter>> = (here.iter().zip(&seats))
            .map(|(request, seats)| {
                let request = &problem.requests[*request];
                let both = [(request.provider, seats[1]), (request.demander, seats[0])];
                both.into_iter()
                    .find(|(p, _)| problem.participants[*p].keeps_table)
            })
            .collect();
        let tables = tables(timetable, slot, &here, &wishes, &sitters, &mut homes);
        for (i, request) in here.iter().enumerate() {
            if let (Some(sitter), Some(table)) = (sitters[i], tables[i]) {
                homes.busy[table] |= timetable.occupied[sitter.0];
                let before = homes.of.insert(sitter, table);
                moves += i64::from(before.is_some_and(|before| before != table));
            }
            placed.push(Placed {
                request: *request,
                slot,
                table: tables[i],
                demander_seat: seats[i][0],
                provider_seat: seats[i][1],
            });
        }
    }
    (placed, moves)
}

/// Where a meeting should sit, or has to.
#[derive(Clone, Copy)]
struct Wish {
    bound: bool,
    table: Option<usize>,
    /// Of the demander and of the provider.
    seats: [Option<usize>; 2],
}

/// Where those who stay seated sat last, and when those of each table meet.
struct Homes {
    of: BTreeMap<Sitter, usize>,
    busy: Vec<Mask>,
}

/// Tables for the meetings of a slot.
fn tables(
    timetable: &Timetable<'_>,
    slot: usize,
    here: &[usize],
    wishes: &[Option<Wish>],
    sitters: &[Option<Sitter>],
    homes: &mut Homes,
) -> Vec<Option<usize>> {
    let problem = timetable.shape.problem;
    let mut tables = vec![None; here.len()];
    let closed = |table: &super::Table| table.closed.contains(slot);
    let mut free: Vec<bool> = problem.tables.iter().map(|table| !closed(table)).collect();
    let needs = |i: usize| !problem.requests[here[i]].remote;
    let wished = |i: usize, bound: bool| {
        let wish = wishes[here[i]].filter(|wish| wish.bound == bound);
        wish.and_then(|wish| wish.table)
    };
    let home = |i: usize| sitters[i].and_then(|sitter| homes.of.get(&sitter)).copied();
    let ways: [&dyn Fn(usize) -> Option<usize>; 3] =
        [&|i| wished(i, true), &|i| wished(i, false), &home];
    for way in ways {
        for (i, own) in tables.iter_mut().enumerate() {
            if let (true, None, Some(table)) = (needs(i), *own, way(i))
                && free.get(table) == Some(&true)
            {
                free[table] = false;
                *own = Some(table);
            }
        }
    }
    let later = Mask::MAX << slot;
    for i in (0..here.len()).filter(|i| needs(*i)) {
        if tables[i].is_some() {
            continue;
        }
        // Who does not stay seated needs a table now only.
        let when = sitters[i].map_or(bit(slot), |sitter| timetable.occupied[sitter.0]) & later;
        let in_the_way = |table: &usize| (homes.busy[*table] & when).count_ones();
        let best = (0..free.len())
            .filter(|table| free[*table])
            .min_by_key(in_the_way);
        if let Some(table) = best {
            free[table] = false;
            tables[i] = best;
            homes.busy[table] |= sitters[i].map_or(0, |sitter| timetable.occupied[sitter.0]);
        }
    }
    tables
}

/// Seats of demander and provider for the meetings of a slot. Every seat that is available fits every meeting, so after
/// the locked ones any order does.
fn delegates(
    timetable: &Timetable<'_>,
    slot: usize,
    here: &[usize],
    wishes: &[Option<Wish>],
) -> Vec<[usize; 2]> {
    let problem = timetable.shape.problem;
    let mut free: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for p in here
        .iter()
        .flat_map(|request| timetable.shape.ends[*request])
    {
        free.entry(p).or_insert_with(|| {
            let seats = problem.participants[p].seats.iter().enumerate();
            let there = seats.filter(|(_, seat)| seat.available.contains(slot));
            there.map(|(seat, _)| seat).collect()
        });
    }
    let mut chosen = vec![[None; 2]; here.len()];
    for bound in [true, false] {
        for (request, chosen) in here.iter().zip(&mut chosen) {
            let Some(wish) = wishes[*request].filter(|wish| wish.bound == bound) else {
                continue;
            };
            let ends = timetable.shape.ends[*request];
            for ((p, wished), chosen) in ends.iter().zip(wish.seats).zip(chosen) {
                let free = free.entry(*p).or_default();
                if let Some(at) = free.iter().position(|seat| Some(*seat) == wished) {
                    *chosen = Some(free.remove(at));
                }
            }
        }
    }
    let mut next = |p: usize| {
        let seats = free.get_mut(&p).filter(|seats| !seats.is_empty());
        // The timetable never holds more meetings in a slot than seats; the checker would refuse a doubled one.
        seats.map_or(0, |seats| seats.remove(0))
    };
    (here.iter().zip(chosen))
        .map(|(request, [demander, provider])| {
            let [d, p] = timetable.shape.ends[*request];
            [
                demander.unwrap_or_else(|| next(d)),
                provider.unwrap_or_else(|| next(p)),
            ]
        })
        .collect()
}
