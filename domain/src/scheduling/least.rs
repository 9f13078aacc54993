//! A lower bound on breaks: what requests that every timetable as good has cost a participant alone.
//!
//! Participants' breaks add up, so the sum of each one's least is a bound. A participant's least is found by dynamic
//! programming over its slots and the set of its needed requests that have met (Held and Karp, 1962); its other requests
//! may fill any slot of theirs.

use super::lagrange::Proved;
use super::shape::{Mask, Shape, bit, bits};

/// Most needed requests of a participant that are looked at; the bound holds for any of them.
const MOST: usize = 7;

/// No timetable that is as good has fewer breaks.
pub(super) fn breaks(shape: &Shape<'_>, proved: &Proved) -> i64 {
    let participants = 0..shape.cap.len();
    participants
        .map(|p| i64::from(least_of(shape, proved, p)))
        .sum()
}

/// How a participant stands after a slot, within a stretch.
const NOT_BEGUN: usize = 0;
const MEETS: usize = 1;
const WAITS: usize = 2;

fn least_of(shape: &Shape<'_>, proved: &Proved, participant: usize) -> u32 {
    let widest = (0..shape.slots)
        .map(|slot| shape.seats(participant, slot))
        .max();
    // Parallel meetings and rests are left out: 0 is a bound too.
    if shape.rest[participant] > 0 || widest.is_none_or(|seats| seats != 1) {
        return 0;
    }
    let own = &shape.requests_of[participant];
    let mut needed: Vec<usize> = own.iter().copied().filter(|r| proved.needed[*r]).collect();
    needed.sort_by_key(|r| (proved.windows[*r].count_ones(), *r));
    needed.truncate(MOST);
    let windows: Vec<Mask> = needed.iter().map(|r| proved.windows[*r]).collect();
    let others = own.iter().filter(|r| !needed.contains(r));
    let filling = others.fold(0, |all, r| all | proved.windows[*r]);
    let sets = 1_usize << needed.len();
    // Fewest breaks with a set of requests met, and how it stands.
    let mut fewest = vec![[u32::MAX; 3]; sets];
    fewest[0][NOT_BEGUN] = 0;
    for slot in bits(shape.there[participant]) {
        let begins = shape.stretches.iter().any(|all| {
            let own = all & shape.there[participant];
            own & bit(slot) != 0 && own & (bit(slot) - 1) == 0
        });
        if begins {
            for state in &mut fewest {
                let least = state.iter().copied().min().unwrap_or(u32::MAX);
                *state = [least, u32::MAX, u32::MAX];
            }
        }
        let mut next = vec![[u32::MAX; 3]; sets];
        for (set, state) in fewest.iter().enumerate() {
            for (stands, breaks) in state
                .iter()
                .copied()
                .enumerate()
                .filter(|(_, b)| *b < u32::MAX)
            {
                let mut reach = |set: usize, stands: usize, breaks: u32| {
                    let known = &mut next[set][stands];
                    *known = (*known).min(breaks);
                };
                reach(
                    set,
                    if stands == NOT_BEGUN {
                        NOT_BEGUN
                    } else {
                        WAITS
                    },
                    breaks,
                );
                let met = breaks + u32::from(stands == WAITS);
                if filling & bit(slot) != 0 {
                    reach(set, MEETS, met);
                }
                for (i, window) in windows.iter().enumerate() {
                    if set & (1 << i) == 0 && window & bit(slot) != 0 {
                        reach(set | 1 << i, MEETS, met);
                    }
                }
            }
        }
        fewest = next;
    }
    let least = fewest[sets - 1].iter().copied().min().unwrap_or(u32::MAX);
    // No way to meet all of them: then there is no timetable as good, and any bound is true.
    if least == u32::MAX { 0 } else { least }
}
