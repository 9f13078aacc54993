//! Slots for the chosen meetings: the hardest to place first, the emptiest slot first, and where none is left a
//! chain of moves between two slots makes room (the alternating paths of König's edge colouring theorem, 1916).

use super::chain::Chain;
use super::random::Random;
use super::shape::bits;
use super::timetable::Timetable;

/// Chains that may be added to one so that the tables suffice.
const BALANCING: usize = 8;

/// Places the chosen requests as far as they go.
pub(super) fn construct(
    timetable: &mut Timetable<'_>,
    chain: &mut Chain,
    chosen: &[bool],
    random: &mut Random,
) {
    let shape = timetable.shape;
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    order.sort_by_cached_key(|i| {
        let choices = shape.allowed[*i].count_ones();
        (
            !chosen[*i],
            !shape.pinned[*i],
            !shape.must[*i],
            choices,
            -shape.weights[*i],
            *i,
        )
    });
    for request in order.iter().copied().filter(|request| chosen[*request]) {
        insert(timetable, chain, request, random);
    }
}

/// Fills what is free with requests that are left out, the heaviest first.
pub(super) fn fill_up(timetable: &mut Timetable<'_>, chain: &mut Chain, random: &mut Random) {
    let shape = timetable.shape;
    let mut left: Vec<usize> = (0..shape.ends.len())
        .filter(|request| timetable.slot_of(*request).is_none())
        .collect();
    left.sort_by_key(|i| (!shape.pinned[*i], !shape.must[*i], -shape.weights[*i], *i));
    for request in left {
        insert(timetable, chain, request, random);
    }
}

/// Places a request where it fits or can be made to fit; tells whether it did.
pub(super) fn insert(
    timetable: &mut Timetable<'_>,
    chain: &mut Chain,
    request: usize,
    random: &mut Random,
) -> bool {
    let shape = timetable.shape;
    if timetable.slot_of(request).is_some() || !timetable.may_add(request) {
        return false;
    }
    let emptiest = bits(timetable.fitting(request))
        .max_by_key(|slot| (timetable.left_for(request, *slot), shape.slots - slot));
    if let Some(slot) = emptiest {
        timetable.place(request, slot);
        return true;
    }
    for slot in bits(shape.allowed[request]) {
        for other in bits(timetable.with_room_beside(request, slot)) {
            chain.begin(slot, other);
            if chain.bring(timetable, request, random)
                && chain.balance(timetable, BALANCING, random)
            {
                chain.apply(timetable);
                timetable.count(request);
                return true;
            }
        }
    }
    false
}
