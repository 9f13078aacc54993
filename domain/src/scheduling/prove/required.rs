//! Whether the pinned meetings, those required or locked, can all take place: written as clauses, with a literal for
//! each condition, so that conditions that exclude each other can be named.

use super::super::{PairRule, Problem};
use super::encoding::Clauses;
use super::solver::Solver;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A condition of required meetings. Numbers are indexes; told to a person they begin with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "condition", rename_all = "snake_case")]
pub enum Clash {
    /// The request must be met, in one of its own slots.
    Required {
        /// The request.
        request: usize,
    },
    /// The request is locked.
    Locked {
        /// The request.
        request: usize,
    },
    /// The delegates of a participant: so many meetings at a time.
    Delegates {
        /// The participant.
        participant: usize,
    },
    /// The cap of a participant.
    Cap {
        /// The participant.
        participant: usize,
    },
    /// The rest of a participant.
    Rest {
        /// The participant.
        participant: usize,
    },
    /// The cap of a group.
    GroupCap {
        /// The group.
        group: usize,
    },
    /// The number of tables.
    Tables,
    /// The units of a resource.
    Resource {
        /// The resource.
        resource: usize,
    },
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(1).en)
    }
}

/// Conflicts that are spent on the whole, and on whether a condition can be spared.
const WHOLE: u32 = 1_000_000;
const SPARE: u32 = 5_000;

/// What is known of the pinned meetings.
pub(in super::super) enum Pinned {
    /// They can all take place: request and slot.
    Placed(Vec<(usize, usize)>),
    /// They exclude each other: conditions of which none can be spared.
    Clash(Vec<Clash>),
    /// The solver gave up.
    Unknown,
}

/// Places all pinned meetings, or says why that cannot be.
pub(in super::super) fn place(problem: &Problem) -> Pinned {
    let mut clauses = Clauses::new(Solver::default().open(&|| false));
    let (places, mut conditions) = encode(problem, &mut clauses);
    let literals = |conditions: &[(i32, Clash)]| -> Vec<i32> {
        conditions.iter().map(|(literal, _)| *literal).collect()
    };
    match clauses.sat.solve(&literals(&conditions), Some(WHOLE)) {
        Some(true) => {
            let holding = places.iter().filter(|(_, _, x)| clauses.sat.holds(*x));
            return Pinned::Placed(
                holding
                    .map(|(request, slot, _)| (*request, *slot))
                    .collect(),
            );
        }
        Some(false) => {}
        None => return Pinned::Unknown,
    }
    conditions.retain(|(literal, _)| clauses.sat.failed(*literal));
    let mut kept = 0;
    while kept < conditions.len() {
        let tried = conditions.remove(kept);
        if clauses.sat.solve(&literals(&conditions), Some(SPARE)) == Some(false) {
            conditions.retain(|(literal, _)| clauses.sat.failed(*literal));
            kept = kept.min(conditions.len());
        } else {
            conditions.insert(kept, tried);
            kept += 1;
        }
    }
    Pinned::Clash(conditions.into_iter().map(|(_, clash)| clash).collect())
}

type Places = Vec<(usize, usize, i32)>;

fn encode(problem: &Problem, to: &mut Clauses<'_>) -> (Places, Vec<(i32, Clash)>) {
    let slots = problem.slots.len();
    let (mut places, mut conditions): (Places, _) = (Vec::new(), Vec::new());
    let mut lock_of = vec![None; problem.requests.len()];
    for lock in &problem.locks {
        lock_of[lock.request] = Some(lock.slot);
    }
    for (i, request) in problem.requests.iter().enumerate() {
        let lock = lock_of[i];
        if lock.is_none() && request.rule != PairRule::Required {
            continue;
        }
        let open = (0..slots).filter(|slot| problem.could_meet(request, *slot));
        let open = open.filter(|slot| lock.is_none_or(|lock| lock == *slot));
        let own: Places = open.map(|slot| (i, slot, to.variable())).collect();
        let literals: Vec<i32> = own.iter().map(|place| place.2).collect();
        to.at_most_one(&literals);
        let holds = to.variable();
        conditions.push((
            holds,
            if lock.is_some() {
                Clash::Locked { request: i }
            } else {
                Clash::Required { request: i }
            },
        ));
        to.add(&literals.into_iter().chain([-holds]).collect::<Vec<_>>());
        places.extend(own);
    }
    let mut limit =
        |conditions: &mut Vec<(i32, Clash)>, clash: Clash, limits: &[(Vec<i32>, usize)]| {
            let tight = limits
                .iter()
                .filter(|(literals, most)| *most < literals.len());
            let tight: Vec<_> = tight.collect();
            if tight.is_empty() {
                return;
            }
            let holds = to.variable();
            conditions.push((holds, clash));
            for (literals, most) in tight {
                if *most == 0 {
                    literals.iter().for_each(|x| to.add(&[-holds, -x]));
                } else {
                    let count = to.count(literals, most + 1, false);
                    to.add(&[-holds, -count[*most]]);
                }
            }
        };
    let with = |keep: &dyn Fn(usize, usize) -> bool| -> Vec<i32> {
        let kept = places
            .iter()
            .filter(|(request, slot, _)| keep(*request, *slot));
        kept.map(|place| place.2).collect()
    };
    let of = |r: usize, p: usize| {
        let request = &problem.requests[r];
        request.demander == p || request.provider == p
    };
    let whole = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let mut involved: Vec<usize> = (places.iter())
        .flat_map(|(r, ..)| [problem.requests[*r].demander, problem.requests[*r].provider])
        .collect();
    involved.sort_unstable();
    involved.dedup();
    for p in involved {
        let own: Vec<Vec<i32>> = (0..slots)
            .map(|slot| with(&|r, s| s == slot && of(r, p)))
            .collect();
        let seats = own.iter().enumerate();
        let seats: Vec<_> = seats
            .map(|(slot, x)| (x.clone(), problem.seats_in(p, slot)))
            .collect();
        limit(&mut conditions, Clash::Delegates { participant: p }, &seats);
        // A meeting has one place, so that places may be counted.
        let all = (with(&|r, _| of(r, p)), whole(problem.participants[p].cap));
        limit(&mut conditions, Clash::Cap { participant: p }, &[all]);
        let mut apart = Vec::new();
        for slot in 0..slots {
            for near in problem.rest_around(p, slot).filter(|near| *near > slot) {
                for a in &own[slot] {
                    apart.extend(own[near].iter().map(|b| (vec![*a, *b], 1)));
                }
            }
        }
        limit(&mut conditions, Clash::Rest { participant: p }, &apart);
    }
    let groups_of = problem.groups_of();
    for (group, of) in problem.groups.iter().enumerate() {
        let Some(cap) = of.cap else { continue };
        let own = |r: usize| groups_of[r].iter().any(|own| *own as usize == group);
        let all = (with(&|r, _| own(r)), whole(cap));
        limit(&mut conditions, Clash::GroupCap { group }, &[all]);
    }
    let in_slot = |keep: &dyn Fn(usize) -> bool, slot: usize| with(&|r, s| s == slot && keep(r));
    let tables: Vec<_> = (0..slots)
        .map(|slot| {
            (
                in_slot(&|r| !problem.requests[r].remote, slot),
                problem.tables_in(slot),
            )
        })
        .collect();
    limit(&mut conditions, Clash::Tables, &tables);
    for resource in 0..problem.resources.len() {
        let needs = |r: usize| problem.requests[r].resources.contains(&resource);
        let units: Vec<_> = (0..slots)
            .map(|slot| {
                (
                    in_slot(&needs, slot),
                    whole(problem.units_in(resource, slot)),
                )
            })
            .collect();
        limit(&mut conditions, Clash::Resource { resource }, &units);
    }
    (places, conditions)
}
