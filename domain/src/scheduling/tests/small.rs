//! Random small days with every kind of constraint, against brute force.

use super::*;
use crate::scheduling::coverage;
use proptest::prelude::*;

/// Slots, tables, participants on either side, and how many requests at most.
const MOST_REQUESTS: usize = 6;

/// Random small days: sparse availability, caps, floors, parallel seats, rests, planned breaks, closed tables, remote
/// meetings, resources, overlapping groups, musts, required and forbidden pairs, people on both sides.
pub(super) fn small() -> impl Strategy<Value = Problem> {
    let sizes = (2..4_usize, 1..4_usize, 1..5_usize, 1..3_usize, 0..5_u8);
    sizes.prop_flat_map(|(demanders, providers, slots, tables, mixed)| {
        let n = demanders + providers;
        let all = 1_u64 << slots;
        let who = proptest::collection::vec(
            (
                1..all,
                1..3_usize,
                1..4_u32,
                0..3_u32,
                (0..6_u32, 0..30_u32),
            ),
            n,
        );
        let wish = (
            (0..n, 0..n),
            0..1_000_u32,
            (0..4_u8, 0..4_u8, 0..9_u8),
            0..5_usize,
            (0..3_u8, 1..all),
        );
        let wishes = proptest::collection::vec(wish, 1..=MOST_REQUESTS);
        let group = (1_u64..(1 << n), (any::<bool>(), 0..4_u32), 0..3_u32);
        let groups = proptest::collection::vec(group, 0..3);
        let units = proptest::collection::vec(proptest::collection::vec(0..3_u32, slots), 2);
        let closed = proptest::collection::vec((0..3_u8, 0..all), tables);
        (who, wishes, groups, units, closed, 0..2 * slots).prop_map(
            move |(who, wishes, groups, units, closed, planned)| {
                let set =
                    |mask: u64| -> SlotSet { (0..slots).filter(|s| mask >> s & 1 == 1).collect() };
                let mut problem = day(slots, 0);
                if let Some(slot) = problem.slots.get_mut(planned) {
                    slot.follows_break = true;
                }
                for (often, mask) in closed {
                    let closed = set(if often == 0 { mask } else { 0 });
                    problem.tables.push(Table { closed });
                }
                for (mask, seats, cap, floor, (rest, equity_percent)) in who {
                    problem.participants.push(Participant {
                        floor: floor.min(cap),
                        rest: rest.saturating_sub(3),
                        equity_percent,
                        ..participant(set(mask), seats, cap)
                    });
                }
                for (mask, (capped, cap), floor) in groups {
                    problem.groups.push(Group {
                        members: (0..n).filter(|p| mask >> p & 1 == 1).collect(),
                        cap: capped.then_some(cap),
                        floor: if capped { floor.min(cap) } else { floor },
                    });
                }
                problem.resources = units.into_iter().map(|units| Resource { units }).collect();
                for ((a, b), score, (must, remote, rule), resource, (window, mask)) in wishes {
                    let (d, p) = if mixed == 0 {
                        (a, b)
                    } else {
                        (a % demanders, demanders + b % providers)
                    };
                    let known = problem
                        .requests
                        .iter()
                        .any(|r| [(d, p), (p, d)].contains(&(r.demander, r.provider)));
                    if d == p || known {
                        continue;
                    }
                    problem.requests.push(Request {
                        must: must == 0,
                        remote: remote == 0,
                        rule: match rule {
                            0 => PairRule::Required,
                            1 => PairRule::Forbidden,
                            _ => PairRule::Free,
                        },
                        resources: match resource {
                            0 => vec![0],
                            1 => vec![1, 0],
                            _ => Vec::new(),
                        },
                        slots: (window == 0).then(|| set(mask)),
                        ..request(d, p, score)
                    });
                }
                problem
            },
        )
    })
}

pub(super) fn meets(p: usize, request: &Request) -> bool {
    request.demander == p || request.provider == p
}

/// Every way to give slots to requests that keeps all rules, told to `hear`.
pub(super) fn every_timetable(problem: &Problem, hear: &mut dyn FnMut(&[Option<usize>])) {
    fn go(
        problem: &Problem,
        slots: &mut Vec<Option<usize>>,
        hear: &mut dyn FnMut(&[Option<usize>]),
    ) {
        let i = slots.len();
        if i == problem.requests.len() {
            hear(slots);
            return;
        }
        if problem.requests[i].rule != PairRule::Required {
            slots.push(None);
            go(problem, slots, hear);
            slots.pop();
        }
        for slot in 0..problem.slots.len() {
            slots.push(Some(slot));
            if possible(problem, slots, &|_| true) {
                go(problem, slots, hear);
            }
            slots.pop();
        }
    }
    go(problem, &mut Vec::new(), hear);
}

/// Whether slots of the first requests keep the rules that `holds` names.
fn possible(problem: &Problem, slots: &[Option<usize>], holds: &dyn Fn(Clash) -> bool) -> bool {
    let placed: Vec<(usize, usize)> = (slots.iter().enumerate())
        .filter_map(|(r, slot)| slot.map(|slot| (r, slot)))
        .collect();
    let all = 0..problem.slots.len();
    let request = |r: usize| &problem.requests[r];
    let count =
        |keep: &dyn Fn(usize, usize) -> bool| placed.iter().filter(|(r, s)| keep(*r, *s)).count();
    let whole = |n: u32| usize::try_from(n).unwrap();
    placed
        .iter()
        .all(|(r, slot)| problem.could_meet(request(*r), *slot))
        && (0..problem.participants.len()).all(|p| {
            let own = |r: usize| meets(p, request(r));
            let own_slots: Vec<usize> = placed
                .iter()
                .filter(|(r, _)| own(*r))
                .map(|m| m.1)
                .collect();
            let rest = whole(problem.participants[p].rest);
            let apart = |a: usize, b: usize| {
                b <= a || b - a > rest || (a + 1..=b).any(|slot| problem.slots[slot].follows_break)
            };
            (!holds(Clash::Cap { participant: p })
                || own_slots.len() <= whole(problem.participants[p].cap))
                && (!holds(Clash::Delegates { participant: p })
                    || all.clone().all(|slot| {
                        count(&|r, s| s == slot && own(r)) <= problem.seats_in(p, slot)
                    }))
                && (!holds(Clash::Rest { participant: p })
                    || own_slots
                        .iter()
                        .all(|a| own_slots.iter().all(|b| apart(*a, *b))))
        })
        && (!holds(Clash::Tables)
            || all.clone().all(|slot| {
                count(&|r, s| s == slot && !request(r).remote) <= problem.tables_in(slot)
            }))
        && (0..problem.resources.len()).all(|resource| {
            !holds(Clash::Resource { resource })
                || all.clone().all(|slot| {
                    let used = count(&|r, s| s == slot && request(r).resources.contains(&resource));
                    used <= whole(problem.units_in(resource, slot))
                })
        })
        && (0..problem.groups.len()).all(|group| {
            let members = &problem.groups[group].members;
            let own = |r: usize| members.iter().any(|p| meets(*p, request(r)));
            !holds(Clash::GroupCap { group })
                || problem.groups[group]
                    .cap
                    .is_none_or(|cap| count(&|r, _| own(r)) <= whole(cap))
        })
}

/// Whether the required meetings that are named can take place under the other conditions that are named.
fn agree(problem: &Problem, conditions: &[Clash]) -> bool {
    fn go(problem: &Problem, conditions: &[Clash], slots: &mut Vec<Option<usize>>) -> bool {
        let i = slots.len();
        if i == problem.requests.len() {
            return true;
        }
        if !conditions.contains(&Clash::Required { request: i }) {
            slots.push(None);
            let good = go(problem, conditions, slots);
            slots.pop();
            return good;
        }
        (0..problem.slots.len()).any(|slot| {
            slots.push(Some(slot));
            let good = possible(problem, slots, &|clash| conditions.contains(&clash))
                && go(problem, conditions, slots);
            slots.pop();
            good
        })
    }
    go(problem, conditions, &mut Vec::new())
}

pub(super) fn worth(problem: &Problem, weights: &[i64], slots: &[Option<usize>]) -> (i64, i64) {
    let placed: Vec<bool> = slots.iter().map(Option::is_some).collect();
    coverage::value(problem, weights, &placed)
}

/// Breaks and idle slots of a timetable.
fn gaps(problem: &Problem, slots: &[Option<usize>]) -> Vec<(u32, u32)> {
    (0..problem.participants.len())
        .map(|p| {
            gaps_by_hand(problem, p, |slot| {
                let mut own = problem.requests.iter().zip(slots);
                own.any(|(r, at)| *at == Some(slot) && meets(p, r))
            })
        })
        .collect()
}

/// The slots of the requests in a list of meetings.
pub(super) fn slots_of(problem: &Problem, meetings: &[Placed]) -> Vec<Option<usize>> {
    let mut slots = vec![None; problem.requests.len()];
    meetings
        .iter()
        .for_each(|m| slots[m.request] = Some(m.slot));
    slots
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_figure_and_bound_is_true(problem in small()) {
        let weights = weights(&problem, &Policy::default()).unwrap();
        let mut best: Option<(i64, i64)> = None;
        every_timetable(&problem, &mut |slots| {
            best = best.max(Some(worth(&problem, &weights, slots)));
        });
        let outcome = try_run(&problem, 1, 3_000);
        let Some(best) = best else {
            let Err(ArrangeError::Infeasible(clash)) = outcome else {
                return Err(TestCaseError::fail(format!("{outcome:?}")));
            };
            prop_assert!(!agree(&problem, &clash), "{clash:?}");
            for spared in 0..clash.len() {
                let mut fewer = clash.clone();
                fewer.remove(spared);
                prop_assert!(agree(&problem, &fewer), "{clash:?} without {spared}");
            }
            return Ok(());
        };
        let arrangement = outcome.unwrap();
        prop_assert_eq!(verify(&problem, &arrangement.meetings), vec![]);
        let slots = slots_of(&problem, &arrangement.meetings);
        prop_assert!(possible(&problem, &slots, &|_| true));
        let value = |name| level(&arrangement, name).value;
        let bound = |name| level(&arrangement, name).bound;
        // Figures are those of the meetings.
        let reached = worth(&problem, &weights, &slots);
        prop_assert_eq!((value(LevelName::Coverage), value(LevelName::Weight)), reached);
        let own = gaps(&problem, &slots);
        let breaks: u32 = own.iter().map(|gap| gap.0).sum();
        let idle: u32 = own.iter().map(|gap| gap.1).sum();
        let spread = own.iter().map(|gap| gap.0).max().unwrap() - own.iter().map(|gap| gap.0).min().unwrap();
        prop_assert_eq!(value(LevelName::Breaks), i64::from(breaks));
        prop_assert_eq!(value(LevelName::IdleSlots), i64::from(idle));
        prop_assert_eq!(value(LevelName::BreakSpread), i64::from(spread));
        // Bounds hold for every timetable that is as good on the levels before.
        prop_assert!(reached <= best);
        prop_assert!(bound(LevelName::Coverage).unwrap() >= best.0);
        if bound(LevelName::Coverage) == Some(reached.0) {
            prop_assert_eq!(reached.0, best.0);
        }
        let mut heaviest = 0;
        let (mut fewest, mut least_idle, mut least_spread) = (u32::MAX, u32::MAX, u32::MAX);
        every_timetable(&problem, &mut |slots| {
            let other = worth(&problem, &weights, slots);
            if other.0 >= reached.0 {
                heaviest = heaviest.max(other.1);
            }
            if other.0 >= reached.0 && other.1 >= reached.1 {
                let own = gaps(&problem, slots);
                let other: u32 = own.iter().map(|gap| gap.0).sum();
                fewest = fewest.min(other);
                if other == breaks {
                    least_idle = least_idle.min(own.iter().map(|gap| gap.1).sum());
                    let most = own.iter().map(|gap| gap.0).max().unwrap();
                    least_spread = least_spread.min(most - own.iter().map(|gap| gap.0).min().unwrap());
                }
            }
        });
        prop_assert!(bound(LevelName::Weight).is_none_or(|bound| bound >= heaviest));
        prop_assert!(bound(LevelName::Breaks).is_none_or(|bound| bound <= i64::from(fewest)));
        prop_assert!(bound(LevelName::IdleSlots).is_none_or(|bound| bound <= i64::from(least_idle)));
        prop_assert!(bound(LevelName::BreakSpread).is_none_or(|bound| bound <= i64::from(least_spread)));
        prop_assert_eq!(arrangement.left_out.len() + arrangement.meetings.len(), problem.requests.len());
        for left in &arrangement.left_out {
            is_true(&problem, &arrangement.meetings, left)?;
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_timetable(problem in small(), seed in any::<u64>()) {
        prop_assert_eq!(try_run(&problem, seed, 1_000), try_run(&problem, seed, 1_000));
    }

    #[test]
    fn no_timetable_exceeds_the_bounds_of_the_slots(problem in small()) {
        let weights = weights(&problem, &Policy::default()).unwrap();
        let mut best: Option<(i64, i64)> = None;
        every_timetable(&problem, &mut |slots| {
            best = best.max(Some(worth(&problem, &weights, slots)));
        });
        let Some((coverage, weight)) = best else { return Ok(()) };
        let shape = Shape::new(&problem, &weights, &[]);
        prop_assert!(lagrange::coverage_bound(&shape, coverage) >= coverage);
        prop_assert!(lagrange::weight_bound(&shape, coverage, weight / 2).weight >= weight);
        let proved = lagrange::weight_bound(&shape, coverage, weight);
        prop_assert!(proved.weight >= weight);
        every_timetable(&problem, &mut |slots| {
            if worth(&problem, &weights, slots) == (coverage, weight) {
                for (r, slot) in slots.iter().enumerate() {
                    assert!(slot.is_some() || !proved.needed[r]);
                    assert!(slot.is_none_or(|slot| proved.windows[r] >> slot & 1 == 1));
                }
            }
        });
    }
}

/// Whether a reason says the truth, and whether the request could not simply be added.
fn is_true(problem: &Problem, meetings: &[Placed], left: &LeftOut) -> Result<(), TestCaseError> {
    let r = &problem.requests[left.request];
    let slots = slots_of(problem, meetings);
    for slot in 0..problem.slots.len() {
        let mut with = slots.clone();
        with[left.request] = Some(slot);
        prop_assert!(
            !possible(problem, &with, &|_| true),
            "{left:?} fits into {slot}"
        );
    }
    let common: Vec<usize> = (0..problem.slots.len())
        .filter(|s| problem.could_meet(r, *s))
        .collect();
    // Whether it would fit into a slot if only these rules held.
    let fits = |slot: usize, rule: &dyn Fn(Clash) -> bool| {
        let mut with = slots.clone();
        with[left.request] = Some(slot);
        possible(problem, &with, rule)
    };
    let of = |p: usize| {
        meetings
            .iter()
            .filter(|m| meets(p, &problem.requests[m.request]))
            .count()
    };
    let both = |clash: Clash| matches!(clash, Clash::Delegates { .. } | Clash::Rest { .. });
    match &left.reason {
        Reason::Forbidden => prop_assert_eq!(r.rule, PairRule::Forbidden),
        Reason::NoCommonSlot => prop_assert!(common.is_empty() && r.rule != PairRule::Forbidden),
        Reason::CapReached { participant, by } => {
            prop_assert_eq!(
                of(*participant),
                usize::try_from(problem.participants[*participant].cap).unwrap()
            );
            prop_assert_eq!(by.len(), of(*participant));
        }
        Reason::GroupCapReached { group, by } => {
            let members = &problem.groups[*group].members;
            let own = |r: &Request| members.iter().any(|p| meets(*p, r));
            prop_assert!(
                own(r)
                    && by
                        .iter()
                        .all(|r| own(&problem.requests[*r]) && slots[*r].is_some())
            );
            prop_assert_eq!(problem.groups[*group].cap, u32::try_from(by.len()).ok());
        }
        Reason::NoFreeDelegate { participant, by } => {
            for slot in &common {
                let clash = Clash::Delegates {
                    participant: *participant,
                };
                prop_assert!(!fits(*slot, &|rule| rule == clash));
            }
            prop_assert!(
                by.iter()
                    .all(|r| meets(*participant, &problem.requests[*r]))
            );
        }
        Reason::Rest { participant, by } => {
            let own = [
                Clash::Delegates {
                    participant: *participant,
                },
                Clash::Rest {
                    participant: *participant,
                },
            ];
            for slot in &common {
                prop_assert!(!fits(*slot, &|rule| own.contains(&rule)));
            }
            prop_assert!(
                !by.is_empty()
                    && by
                        .iter()
                        .all(|r| meets(*participant, &problem.requests[*r]))
            );
        }
        Reason::NoTable { slots: named } => {
            prop_assert!(!named.is_empty());
            // With one more table it fits into each of them.
            let mut more = problem.clone();
            more.tables.push(Table::default());
            for slot in named {
                prop_assert!(!fits(*slot, &|rule| rule == Clash::Tables));
                prop_assert!(fits(*slot, &both));
                if r.resources.is_empty() {
                    let mut with = slots.clone();
                    with[left.request] = Some(*slot);
                    prop_assert!(possible(&more, &with, &|_| true));
                }
            }
        }
        Reason::NoResource {
            resource,
            slots: named,
        } => {
            prop_assert!(!named.is_empty() && r.resources.contains(resource));
            for slot in named {
                let clash = Clash::Resource {
                    resource: *resource,
                };
                prop_assert!(!fits(*slot, &|rule| rule == clash));
                prop_assert!(fits(*slot, &both));
            }
        }
        Reason::Displaced { by } => {
            prop_assert!(!by.is_empty());
            // Without those named it would fit.
            let mut without = slots.clone();
            by.iter().for_each(|r| without[*r] = None);
            let fits = common.iter().any(|slot| {
                without[left.request] = Some(*slot);
                possible(problem, &without, &|_| true)
            });
            prop_assert!(fits);
        }
    }
    Ok(())
}
