//! Less to bear at the same worth, fewer breaks before all: annealing over Kempe chains and over exchanges of requests that weigh the same.
//!
//! A step makes a participant meet where it did not before, mostly beside a run of its meetings; everything that is in
//! the way changes places along the chain, so that the timetable stays valid at every step. An exchange takes one
//! meeting out and another of the same weight in, where that gives away no coverage. What costs is said by the order of
//! the aims, and the best is kept by it.

use super::aim::Aim;
use super::anneal::Annealing;
use super::chain::Chain;
use super::levels;
use super::random::Random;
use super::shape::{Mask, Shape, bits};
use super::timetable::Timetable;
use std::collections::BTreeMap;

/// Steps between two coolings, and two reports.
const ROUND: u64 = 4_096;
/// Chains that may be added to one so that the tables suffice.
const BALANCING: usize = 3;
/// Temperatures at the beginning and at the end, in the unit of [`super::aim::Costs`].
const HOT: f64 = 60.0;
const COLD: f64 = 30.0;

/// Improves until the budget is used, nothing is left to improve, or `tell` says stop. Returns the steps done.
pub(super) fn improve(
    timetable: &mut Timetable<'_>,
    chain: &mut Chain,
    budget: u64,
    random: &mut Random,
    tell: &mut dyn FnMut(u64, &Timetable<'_>) -> bool,
) -> u64 {
    let alike = Alike::new(timetable.shape);
    let mut annealing = Annealing::new(HOT, COLD, budget / ROUND);
    let mut best = timetable.snapshot();
    let mut best_figures = Reached::of(timetable);
    let (mut done, mut exchanged) = (0, false);
    while done < budget && best_figures.strained {
        let round = ROUND.min(budget - done);
        for _ in 0..round {
            let threshold = annealing.threshold(random);
            let exchanging = random.below(8) == 0;
            let changed = if exchanging {
                exchange(timetable, &alike, threshold, random)
            } else {
                step(timetable, chain, threshold, random)
            };
            if !changed {
                continue;
            }
            exchanged |= exchanging;
            if best_figures.is_worse_than(timetable, &mut exchanged) {
                best_figures = Reached::of(timetable);
                best = timetable.snapshot();
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

/// What a timetable reaches: its worth, and how far it misses each aim.
struct Reached {
    worth: (i64, i64),
    misses: Vec<i64>,
    /// Whether anybody bears anything.
    strained: bool,
}

impl Reached {
    fn of(timetable: &Timetable<'_>) -> Self {
        let order = timetable.shape.order.iter();
        Self {
            worth: timetable.worth(),
            misses: order.map(|aim| levels::reach(timetable, *aim)).collect(),
            strained: !timetable.strained().is_empty(),
        }
    }

    /// Whether a timetable is better, by the aims in their order. Shares of what was asked change by exchanges alone:
    /// they are looked at once behind each.
    fn is_worse_than(&self, timetable: &Timetable<'_>, exchanged: &mut bool) -> bool {
        let worth = timetable.worth();
        if worth != self.worth {
            return worth > self.worth;
        }
        let aims = timetable.shape.order.iter().zip(&self.misses);
        for (aim, before) in aims {
            if *aim == Aim::SatisfactionSpread && !std::mem::take(exchanged) {
                continue;
            }
            let now = levels::reach(timetable, *aim);
            if now != *before {
                return now < *before;
            }
        }
        false
    }
}

fn pick(mask: Mask, random: &mut Random) -> Option<usize> {
    let nth = random.below(mask.count_ones() as usize);
    bits(mask).nth(nth)
}

/// Tries a chain; tells whether it was made.
fn step(
    timetable: &mut Timetable<'_>,
    chain: &mut Chain,
    threshold: i64,
    random: &mut Random,
) -> bool {
    let shape = timetable.shape;
    let strained = timetable.strained();
    let participant = if !strained.is_empty() && random.below(2) == 0 {
        strained[random.below(strained.len())] as usize
    } else {
        shape.ends[random.below(shape.ends.len())][random.below(2)]
    };
    let occupied = timetable.occupied[participant];
    let empty = shape.there[participant] & !occupied;
    let beside = (occupied << 1 | occupied >> 1) & empty;
    let wished = shape.preferred[participant];
    let to =
        if wished & shape.there[participant] != shape.there[participant] && random.below(2) == 0 {
            pick(wished & empty, random)
        } else if beside != 0 && random.below(4) > 0 {
            pick(beside, random)
        } else {
            pick(empty, random)
        };
    let (Some(from), Some(to)) = (pick(occupied, random), to) else {
        return false;
    };
    let Some(request) = timetable.one_of(participant, from, &shape.locked, random) else {
        return false;
    };
    chain.begin(from, to);
    if chain.grow(timetable, request, random)
        && chain.balance(timetable, BALANCING, random)
        && chain.cost(timetable) <= threshold
        && (shape.price.is_none() || chain.changes(timetable) <= 0)
    {
        chain.apply(timetable);
        return true;
    }
    false
}

/// Requests that weigh the same.
struct Alike {
    /// All of a weight.
    groups: Vec<Vec<usize>>,
    group_of: Vec<usize>,
    /// Those that share a participant.
    beside: Vec<Vec<usize>>,
}

impl Alike {
    fn new(shape: &Shape<'_>) -> Self {
        let mut numbers: BTreeMap<i64, usize> = BTreeMap::new();
        let (mut groups, mut group_of) = (Vec::<Vec<usize>>::new(), Vec::new());
        for (i, weight) in shape.weights.iter().enumerate() {
            let next = groups.len();
            let group = *numbers.entry(*weight).or_insert(next);
            if group == next {
                groups.push(Vec::new());
            }
            groups[group].push(i);
            group_of.push(group);
        }
        let beside = (0..group_of.len()).map(|i| {
            let own = shape.ends[i].iter().flat_map(|p| &shape.requests_of[*p]);
            own.copied()
                .filter(|other| *other != i && group_of[*other] == group_of[i])
                .collect()
        });
        Self {
            beside: beside.collect(),
            groups,
            group_of,
        }
    }
}

/// Tries to replace a meeting by one of the same weight; tells whether it did.
fn exchange(
    timetable: &mut Timetable<'_>,
    alike: &Alike,
    threshold: i64,
    random: &mut Random,
) -> bool {
    let shape = timetable.shape;
    let out = random.below(shape.ends.len());
    if shape.pinned[out] {
        return false;
    }
    let from = if alike.beside[out].is_empty() || random.below(4) == 0 {
        &alike.groups[alike.group_of[out]]
    } else {
        &alike.beside[out]
    };
    let request = from[random.below(from.len())];
    if timetable.slot_of(request).is_some() {
        return false;
    }
    let (worth, (_, costs)) = (timetable.worth(), timetable.strains());
    let Some(slot) = timetable.remove(out) else {
        return false;
    };
    let [a, b] = shape.ends[request];
    if timetable.may_add(request) {
        let cheapest = bits(timetable.fitting(request)).min_by_key(|slot| {
            (
                timetable.cost_with(a, *slot) + timetable.cost_with(b, *slot),
                *slot,
            )
        });
        if let Some(to) = cheapest {
            timetable.place(request, to);
            if timetable.worth() >= worth && timetable.strains().1 - costs <= threshold {
                return true;
            }
            timetable.remove(request);
        }
    }
    timetable.place(out, slot);
    false
}
