//! More weight where the choice of the flow does not fit into the slots: a request comes in, what is in its way goes
//! to another slot or out, and annealing decides whether that was worth it (ejection chains; Glover, 1996).

use super::anneal::Annealing;
use super::chain::Chain;
use super::random::Random;
use super::shape::{NOBODY, bit, bits};
use super::timetable::Timetable;

/// Steps between two coolings.
const ROUND: u64 = 1_024;

/// Temperatures at the beginning and at the end, in parts of the heaviest weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heat {
    /// With steps enough to cool in time.
    hot: f64,
    /// Otherwise.
    warm: f64,
    cold: f64,
}

/// From scratch.
pub(super) const SEARCH: Heat = Heat {
    hot: 0.05,
    warm: 0.02,
    cold: 0.002,
};
/// From a timetable that is nearly the best.
pub(super) const TOUCH_UP: Heat = Heat {
    hot: 0.004,
    warm: 0.004,
    cold: 0.001,
};
/// Steps for each request from which on the search begins hot.
const AMPLE: u64 = 30_000;
/// One in so many may be missing.
const FEW: usize = 30;

/// What has been changed, for going back.
type Changes = Vec<(usize, Option<usize>)>;

/// Seeks coverage and weight until `goal` is reached or the budget is used. Returns the steps done. `tell` hears of
/// every round and may stop it.
pub(super) fn fill(
    timetable: &mut Timetable<'_>,
    chain: &mut Chain,
    goal: (i64, i64),
    (budget, heat): (u64, Heat),
    random: &mut Random,
    tell: &mut dyn FnMut(u64, &Timetable<'_>) -> bool,
) -> u64 {
    let shape = timetable.shape;
    let heaviest = shape.weights.iter().copied().max().unwrap_or(0);
    let mut best = timetable.snapshot();
    let mut best_worth = timetable.worth();
    // A unit of coverage counts as much as the three heaviest requests while a step is judged; the best timetable is
    // kept by coverage first.
    let unit = 3 * heaviest;
    let energy = |(coverage, weight): (i64, i64)| -(coverage * unit + weight);
    #[allow(clippy::cast_precision_loss)] // a scale
    let scale = heaviest as f64;
    let ample = budget / AMPLE >= shape.ends.len() as u64;
    let hot = if ample { heat.hot } else { heat.warm };
    let mut annealing = Annealing::new(scale * hot, scale * heat.cold, budget / ROUND);
    let (mut changes, mut done) = (Changes::new(), 0);
    let mut left: Vec<usize> = Vec::new();
    while done < budget && best_worth < goal {
        left.clear();
        left.extend(
            (0..shape.ends.len())
                .filter(|r| timetable.slot_of(*r).is_none() && shape.allowed[*r] != 0),
        );
        if left.is_empty() {
            break;
        }
        let round = ROUND.min(budget - done);
        for _ in 0..round {
            if random.below(4) == 0 {
                drift(timetable, chain, random);
                continue;
            }
            let at = random.below(left.len());
            let request = left[at];
            if timetable.slot_of(request).is_some() {
                left.swap_remove(at);
                if left.is_empty() {
                    break;
                }
                continue;
            }
            let before = energy(timetable.worth());
            changes.clear();
            if !force(timetable, request, &mut changes, random)
                || energy(timetable.worth()) - before > annealing.threshold(random)
            {
                undo(timetable, &changes);
                continue;
            }
            left.swap_remove(at);
            left.extend(
                changes
                    .iter()
                    .map(|change| change.0)
                    .filter(|r| timetable.slot_of(*r).is_none()),
            );
            if timetable.worth() > best_worth {
                best_worth = timetable.worth();
                best = timetable.snapshot();
            }
            if left.is_empty() {
                break;
            }
        }
        done += round;
        annealing.cool();
        if tell(done, timetable) {
            break;
        }
    }
    timetable.restore(&best);
    done
}

/// Places the chosen requests for which construction found no slot, where there are few: chains by chance move the
/// others about until a place opens.
pub(super) fn complete(
    timetable: &mut Timetable<'_>,
    chain: &mut Chain,
    chosen: &[bool],
    budget: u64,
    random: &mut Random,
) {
    let shape = timetable.shape;
    let all = chosen.iter().filter(|chosen| **chosen).count();
    let mut missing: Vec<usize> = (0..chosen.len())
        .filter(|r| chosen[*r] && timetable.slot_of(*r).is_none())
        .collect();
    let mut done = 0;
    while done < budget && !missing.is_empty() && missing.len() * FEW <= all {
        done += 1;
        if random.below(4) > 0 {
            drift(timetable, chain, random);
            continue;
        }
        let at = random.below(missing.len());
        let request = missing[at];
        if !timetable.may_add(request) {
            missing.swap_remove(at);
            continue;
        }
        let allowed = shape.allowed[request];
        let slot = bits(allowed).nth(random.below(allowed.count_ones() as usize));
        let other = random.below(shape.slots);
        let Some(slot) = slot.filter(|slot| *slot != other) else {
            continue;
        };
        chain.begin(slot, other);
        if chain.bring(timetable, request, random) && chain.balance(timetable, 4, random) {
            chain.apply(timetable);
            timetable.count(request);
            missing.swap_remove(at);
        }
    }
}

/// Another timetable of the same worth: a chain between two slots by chance.
fn drift(timetable: &mut Timetable<'_>, chain: &mut Chain, random: &mut Random) {
    let shape = timetable.shape;
    let request = random.below(shape.ends.len());
    let Some(from) = timetable.slot_of(request) else {
        return;
    };
    let to = random.below(shape.slots);
    if to == from {
        return;
    }
    chain.begin(from, to);
    if chain.grow(timetable, request, random)
        && chain.balance(timetable, 2, random)
        && (shape.price.is_none() || chain.changes(timetable) <= 0)
    {
        chain.apply(timetable);
    }
}

/// Puts a request into a slot by chance; what is in its way goes elsewhere if it fits there, or out. False if
/// something in the way is locked; the caller undoes the changes.
fn force(
    timetable: &mut Timetable<'_>,
    request: usize,
    changes: &mut Changes,
    random: &mut Random,
) -> bool {
    let shape = timetable.shape;
    let ends = shape.ends[request];
    let fitting = timetable.fitting(request);
    let all = if fitting != 0 {
        fitting
    } else {
        shape.allowed[request]
    };
    let nth = random.below(all.count_ones() as usize);
    let Some(slot) = bits(all).nth(nth) else {
        return false;
    };
    let mut out = Vec::new();
    for p in ends {
        if !timetable.has_seat(p, slot) {
            let Some(other) = timetable.one_of(p, slot, &shape.pinned, random) else {
                return false;
            };
            out.push(other);
        }
        for other in bits(timetable.occupied[p] & shape.near(p, slot)) {
            let there = timetable
                .cells(p, other)
                .iter()
                .filter(|cell| **cell != NOBODY);
            out.extend(there.map(|cell| *cell as usize));
        }
    }
    // One may stand in the way of both.
    out.sort_unstable();
    out.dedup();
    for p in ends {
        let leaving = out.iter().filter(|r| shape.ends[**r].contains(&p)).count();
        let stays = u64::from(timetable.meetings(p)) - leaving as u64;
        // One more than it may have; the one in the slot may come back elsewhere only if there is room for it.
        if stays >= u64::from(shape.cap[p])
            && !add_one(timetable, &shape.requests_of[p], &mut out, random)
        {
            return false;
        }
    }
    for group in &shape.groups_of[request] {
        let group = *group as usize;
        let leaving = out
            .iter()
            .filter(|r| shape.groups_of[**r].contains(&(group as u32)))
            .count();
        let stays = u64::from(timetable.in_group(group)) - leaving as u64;
        if stays >= u64::from(shape.group_cap[group])
            && !add_one(timetable, &shape.requests_of_group[group], &mut out, random)
        {
            return false;
        }
    }
    for pool in &shape.pools[request] {
        let gives =
            |r: &usize| timetable.slot_of(*r) == Some(slot) && shape.pools[*r].contains(pool);
        if timetable.left(*pool, slot) <= 0 && !out.iter().any(gives) {
            let there = timetable.in_slot(slot);
            let other = there[random.below(there.len())] as usize;
            if !shape.pools[other].contains(pool) {
                return false;
            }
            out.push(other);
        }
    }
    if out.iter().any(|other| shape.pinned[*other]) {
        return false;
    }
    for other in &out {
        changes.push((*other, timetable.remove(*other)));
    }
    if timetable.fitting(request) & bit(slot) == 0 || !timetable.may_add(request) {
        return false;
    }
    timetable.place(request, slot);
    changes.push((request, None));
    for other in out {
        reinsert(timetable, other, changes, random);
    }
    true
}

/// Adds one that is placed to those that go out, by chance; false if there is none.
fn add_one(
    timetable: &Timetable<'_>,
    of: &[usize],
    out: &mut Vec<usize>,
    random: &mut Random,
) -> bool {
    let (before, after) = of.split_at(random.below(of.len()));
    let placed = |r: &&usize| {
        timetable.slot_of(**r).is_some() && !timetable.shape.pinned[**r] && !out.contains(r)
    };
    let other = after.iter().chain(before).find(placed).copied();
    out.extend(other);
    other.is_some()
}

fn reinsert(
    timetable: &mut Timetable<'_>,
    request: usize,
    changes: &mut Changes,
    random: &mut Random,
) {
    let [a, b] = timetable.shape.ends[request];
    if !timetable.may_add(request) {
        return;
    }
    let fitting = timetable.fitting(request);
    if fitting != 0 {
        let nth = random.below(fitting.count_ones() as usize);
        if let Some(slot) = bits(fitting).nth(nth) {
            timetable.place(request, slot);
            changes.push((request, None));
        }
        return;
    }
    // Where only the one side is taken, the one in the way may have another slot.
    let shape = timetable.shape;
    let start = random.below(shape.slots);
    let turned = bits(shape.allowed[request] >> start << start)
        .chain(bits(shape.allowed[request] & (bit(start) - 1)));
    for slot in turned {
        if timetable.left_for(request, slot) <= 0 {
            continue;
        }
        let taken = match (timetable.has_seat(a, slot), timetable.has_seat(b, slot)) {
            (false, true) => a,
            (true, false) => b,
            _ => continue,
        };
        let Some(other) = timetable.one_of(taken, slot, &shape.locked, random) else {
            continue;
        };
        if let Some(elsewhere) = bits(timetable.fitting(other)).next() {
            changes.push((other, timetable.remove(other)));
            timetable.place(other, elsewhere);
            changes.push((other, None));
            if timetable.fitting(request) & bit(slot) != 0 {
                timetable.place(request, slot);
                changes.push((request, None));
            }
            return;
        }
    }
}

/// Goes back, the last change first.
fn undo(timetable: &mut Timetable<'_>, changes: &Changes) {
    for (request, before) in changes.iter().rev() {
        match before {
            Some(slot) => timetable.place(*request, *slot),
            None => {
                timetable.remove(*request);
            }
        }
    }
}
