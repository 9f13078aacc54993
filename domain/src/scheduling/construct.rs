//! Slots for the chosen meetings: the hardest to place first, the emptiest slot first, and where none is left a
//! chain of moves between two slots makes room (the alternating paths of König's edge colouring theorem, 1916).

use super::random::Random;
use super::timetable::Timetable;

/// Longest chain of moves that is tried to make room.
const LONGEST_CHAIN: usize = 64;

/// Places the chosen requests as far as they go, then fills what is free with the others, the heaviest first.
pub(super) fn construct(timetable: &mut Timetable<'_>, chosen: &[bool], seed: u64) {
    let mut random = Random::new(seed);
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    let problem = timetable.problem;
    let choices = |request: usize| {
        (0..problem.slots.len())
            .filter(|slot| problem.could_meet(&problem.requests[request], *slot))
            .count()
    };
    let musts = |request: &usize| !problem.requests[*request].must;
    let weights = timetable.weights;
    order.sort_by_cached_key(|i| (!chosen[*i], musts(i), choices(*i), -weights[*i], *i));
    for request in order.iter().copied().filter(|request| chosen[*request]) {
        insert(timetable, request, &mut random);
    }
    order.sort_by_key(|i| (musts(i), -weights[*i], *i));
    for request in order {
        insert(timetable, request, &mut random);
    }
}

/// Places a request where it fits or can be made to fit; tells whether it did.
pub(super) fn insert(timetable: &mut Timetable<'_>, request: usize, random: &mut Random) -> bool {
    let r = &timetable.problem.requests[request];
    if timetable.slot_of[request].is_some()
        || !timetable.below_cap(r.demander)
        || !timetable.below_cap(r.provider)
    {
        return false;
    }
    let slots: Vec<usize> = (0..timetable.problem.slots.len())
        .filter(|slot| timetable.allows(request, *slot))
        .collect();
    let best = slots
        .iter()
        .copied()
        .filter(|slot| timetable.fits(request, *slot));
    if let Some(slot) = best.max_by_key(|slot| (timetable.tables_left(*slot), usize::MAX - slot)) {
        timetable.place(request, slot);
        return true;
    }
    for slot in &slots {
        for other in 0..timetable.problem.slots.len() {
            if other != *slot && make_room(timetable, request, *slot, other, random) {
                return true;
            }
        }
    }
    false
}

/// Places `request` in `slot` and moves what is in its way between `slot` and `other`, or changes nothing.
fn make_room(
    timetable: &mut Timetable<'_>,
    request: usize,
    slot: usize,
    other: usize,
    random: &mut Random,
) -> bool {
    timetable.place(request, slot);
    let mut moves = Vec::new();
    if settle(timetable, slot, other, Some(request), &mut moves, random) {
        return true;
    }
    undo(timetable, &moves);
    timetable.remove(request);
    false
}

/// Puts moved requests back, the last first.
pub(super) fn undo(timetable: &mut Timetable<'_>, moves: &[(usize, usize)]) {
    for (request, slot) in moves.iter().rev() {
        timetable.remove(*request);
        timetable.place(*request, *slot);
    }
}

/// Moves meetings between two slots until no seat and no table is over-used in either; `fixed` stays. Every move is
/// noted with the slot it came from; on failure the caller undoes them.
pub(super) fn settle(
    timetable: &mut Timetable<'_>,
    a: usize,
    b: usize,
    fixed: Option<usize>,
    moves: &mut Vec<(usize, usize)>,
    random: &mut Random,
) -> bool {
    let problem = timetable.problem;
    let mut suspects: Vec<(usize, usize)> = Vec::new();
    let watch = |suspects: &mut Vec<(usize, usize)>, request: usize, slot: usize| {
        let r = &problem.requests[request];
        suspects.push((r.demander, slot));
        suspects.push((r.provider, slot));
    };
    for (request, from) in moves.iter() {
        watch(&mut suspects, *request, if *from == a { b } else { a });
    }
    if let Some(request) = fixed {
        watch(
            &mut suspects,
            request,
            timetable.slot_of[request].unwrap_or(a),
        );
    }
    loop {
        while let Some((participant, slot)) = suspects.pop() {
            while timetable.is_over(participant, slot) {
                let to = if slot == a { b } else { a };
                let movable: Vec<usize> = timetable.requests_of[participant]
                    .iter()
                    .copied()
                    .filter(|r| can_go(timetable, *r, slot, to, fixed, moves))
                    .collect();
                if movable.is_empty() || moves.len() >= LONGEST_CHAIN {
                    return false;
                }
                let request = movable[random.below(movable.len())];
                shift(timetable, request, to, moves);
                watch(&mut suspects, request, to);
            }
        }
        let Some(slot) = [a, b].into_iter().find(|slot| timetable.tables_over(*slot)) else {
            return true;
        };
        let to = if slot == a { b } else { a };
        let movable: Vec<usize> = (0..problem.requests.len())
            .filter(|r| {
                !problem.requests[*r].remote && can_go(timetable, *r, slot, to, fixed, moves)
            })
            .filter(|r| timetable.fits(*r, to))
            .collect();
        if movable.is_empty() || moves.len() >= LONGEST_CHAIN {
            return false;
        }
        let request = movable[random.below(movable.len())];
        shift(timetable, request, to, moves);
    }
}

fn can_go(
    timetable: &Timetable<'_>,
    request: usize,
    from: usize,
    to: usize,
    fixed: Option<usize>,
    moves: &[(usize, usize)],
) -> bool {
    timetable.slot_of[request] == Some(from)
        && Some(request) != fixed
        && !timetable.locked[request]
        && timetable.allows(request, to)
        && moves.iter().all(|(moved, _)| *moved != request)
}

pub(super) fn shift(
    timetable: &mut Timetable<'_>,
    request: usize,
    to: usize,
    moves: &mut Vec<(usize, usize)>,
) {
    if let Some(from) = timetable.remove(request) {
        moves.push((request, from));
    }
    timetable.place(request, to);
}
