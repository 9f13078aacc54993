#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn everywhere(slots: usize) -> SlotSet {
    (0..slots).collect()
}

fn day(slots: usize, tables: usize) -> Problem {
    let slot = |i: usize| {
        let starts_minute = 30 * i64::try_from(i).unwrap();
        Slot {
            starts_minute,
            ends_minute: starts_minute + 25,
            follows_break: false,
        }
    };
    Problem {
        slots: (0..slots).map(slot).collect(),
        tables: vec![Table::default(); tables],
        ..Problem::default()
    }
}

fn participant(available: SlotSet, seats: usize, cap: u32) -> Participant {
    Participant {
        seats: vec![Seat { available }; seats],
        cap,
        ..Participant::default()
    }
}

fn request(demander: usize, provider: usize, score: u32) -> Request {
    Request {
        demander,
        provider,
        class: PriorityClass::DemandSide,
        must: false,
        score,
        received: 0,
        remote: false,
        slots: None,
    }
}

fn run(problem: &Problem, seed: u64, iterations: u64) -> Arrangement {
    arrange(
        problem,
        &Policy::default(),
        &Options { seed, iterations },
        &mut |_| ControlFlow::Continue(()),
    )
    .unwrap()
}

fn level(arrangement: &Arrangement, name: LevelName) -> Level {
    *arrangement
        .levels
        .iter()
        .find(|level| level.name == name)
        .unwrap()
}

/// Random small days with sparse availability, caps, parallel seats, musts and remote meetings.
fn small() -> impl Strategy<Value = Problem> {
    let sizes = (1..4_usize, 1..4_usize, 1..4_usize, 1..3_usize);
    sizes.prop_flat_map(|(demanders, providers, slots, tables)| {
        let who = proptest::collection::vec(
            (1_u64..(1 << slots), 1..3_usize, 1..4_u32),
            demanders + providers,
        );
        let wishes = proptest::collection::vec(
            (0..3_u8, 0..1_000_u32, any::<bool>(), any::<bool>()),
            demanders * providers,
        );
        (who, wishes).prop_map(move |(who, wishes)| {
            let mut problem = day(slots, tables);
            for (mask, seats, cap) in who {
                let available = (0..slots).filter(|slot| mask >> slot & 1 == 1).collect();
                problem
                    .participants
                    .push(participant(available, seats, cap));
            }
            for (i, (kind, score, must, remote)) in wishes.into_iter().enumerate() {
                if kind > 0 {
                    let (d, p) = (i / providers, demanders + i % providers);
                    let remote = remote && kind == 2;
                    problem.requests.push(Request {
                        must: must && kind == 2,
                        remote,
                        ..request(d, p, score)
                    });
                }
            }
            problem
        })
    })
}

/// Best coverage and weight of all timetables, by trying every slot for every request.
fn brute_force(problem: &Problem, weights: &[i64]) -> (i64, i64) {
    fn go(
        problem: &Problem,
        weights: &[i64],
        slots: &mut Vec<Option<usize>>,
        best: &mut (i64, i64),
    ) {
        let i = slots.len();
        if i == problem.requests.len() {
            let placed: Vec<bool> = slots.iter().map(Option::is_some).collect();
            *best = (*best).max(bound::value(problem, weights, &placed));
            return;
        }
        slots.push(None);
        go(problem, weights, slots, best);
        slots.pop();
        for slot in 0..problem.slots.len() {
            slots.push(Some(slot));
            if possible(problem, slots) {
                go(problem, weights, slots, best);
            }
            slots.pop();
        }
    }
    let mut best = (0, 0);
    go(problem, weights, &mut Vec::new(), &mut best);
    best
}

fn possible(problem: &Problem, slots: &[Option<usize>]) -> bool {
    let meets = |p: usize, request: &Request| request.demander == p || request.provider == p;
    let placed: Vec<(&Request, usize)> = problem
        .requests
        .iter()
        .zip(slots)
        .filter_map(|(r, slot)| slot.map(|slot| (r, slot)))
        .collect();
    placed.iter().all(|(r, slot)| problem.could_meet(r, *slot))
        && (0..problem.participants.len()).all(|p| {
            let own = placed.iter().filter(|(r, _)| meets(p, r)).count();
            own <= usize::try_from(problem.participants[p].cap).unwrap()
                && (0..problem.slots.len()).all(|slot| {
                    placed
                        .iter()
                        .filter(|(r, s)| *s == slot && meets(p, r))
                        .count()
                        <= problem.seats_in(p, slot)
                })
        })
        && (0..problem.slots.len()).all(|slot| {
            placed
                .iter()
                .filter(|(r, s)| *s == slot && !r.remote)
                .count()
                <= problem.tables_in(slot)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_proved_figure_is_the_best_there_is(problem in small()) {
        prop_assume!(problem.requests.len() <= 6);
        let arrangement = run(&problem, 1, 2_000);
        prop_assert_eq!(verify(&problem, &arrangement.meetings), vec![]);
        let policy = Policy::default();
        let weights: Vec<i64> = problem.requests.iter().map(|r| policy.weight(&problem, r)).collect();
        let (coverage, weight) = brute_force(&problem, &weights);
        let reached = (level(&arrangement, LevelName::Coverage), level(&arrangement, LevelName::Weight));
        prop_assert!(reached.0.bound.unwrap() >= coverage);
        prop_assert!((reached.0.value, reached.1.value) <= (coverage, weight));
        if reached.0.bound == Some(reached.0.value) {
            prop_assert_eq!(reached.0.value, coverage);
            prop_assert!(reached.1.bound.unwrap() >= weight);
        }
    }

    #[test]
    fn every_reason_is_true(problem in small()) {
        let problem = &problem;
        let arrangement = run(problem, 2, 500);
        for left in &arrangement.left_out {
            let r = &problem.requests[left.request];
            let common: Vec<usize> = (0..problem.slots.len()).filter(|s| problem.could_meet(r, *s)).collect();
            let of = |p: usize| arrangement.meetings.iter().filter(|m| {
                let r = &problem.requests[m.request];
                r.demander == p || r.provider == p
            }).count();
            let free = |p: usize, slot: usize| arrangement.meetings.iter().filter(|m| {
                let r = &problem.requests[m.request];
                m.slot == slot && (r.demander == p || r.provider == p)
            }).count() < problem.seats_in(p, slot);
            match &left.reason {
                Reason::NoCommonSlot => prop_assert!(common.is_empty()),
                Reason::CapReached { participant, by } => {
                    prop_assert_eq!(of(*participant), usize::try_from(problem.participants[*participant].cap).unwrap());
                    prop_assert_eq!(by.len(), of(*participant));
                }
                Reason::NoFreeDelegate { participant, .. } => {
                    prop_assert!(common.iter().all(|slot| !free(*participant, *slot)));
                }
                Reason::NoTable { slots } => for slot in slots {
                    let used = arrangement.meetings.iter().filter(|m| m.slot == *slot && m.table.is_some()).count();
                    prop_assert_eq!(used, problem.tables_in(*slot));
                    prop_assert!(!r.remote && free(r.demander, *slot) && free(r.provider, *slot));
                },
                Reason::Displaced { .. } => {
                    prop_assert!(common.iter().all(|slot| !(free(r.demander, *slot) && free(r.provider, *slot))));
                }
            }
        }
        prop_assert_eq!(arrangement.left_out.len() + arrangement.meetings.len(), problem.requests.len());
    }

    #[test]
    fn the_same_seed_gives_the_same_timetable(problem in small(), seed in any::<u64>()) {
        prop_assert_eq!(run(&problem, seed, 1_000), run(&problem, seed, 1_000));
    }
}

/// Breaks and idle slots of one participant, slot by slot.
fn gaps_by_hand(
    problem: &Problem,
    participant: usize,
    meets: impl Fn(usize) -> bool,
) -> (u32, u32) {
    let (mut breaks, mut idle, mut waiting, mut begun) = (0, 0, 0, false);
    for slot in 0..problem.slots.len() {
        if problem.slots[slot].follows_break {
            (waiting, begun) = (0, false);
        }
        if meets(slot) {
            if begun && waiting > 0 {
                breaks += 1;
                idle += waiting;
            }
            (waiting, begun) = (0, true);
        } else if problem.seats_in(participant, slot) > 0 {
            waiting += 1;
        }
    }
    (breaks, idle)
}

proptest! {
    #[test]
    fn gaps_are_counted_as_by_hand(
        slots in 1..=MOST_SLOTS,
        there in any::<u128>(),
        absent in any::<u128>(),
        meets in any::<u128>(),
        free in any::<u128>(),
        planned in any::<u128>(),
        rare in any::<u128>(),
    ) {
        let all = u128::MAX >> (MOST_SLOTS - slots);
        let there = (there | absent) & all;
        let occupied = meets & !free & there;
        let mut problem = day(slots, 1);
        for slot in 0..slots {
            problem.slots[slot].follows_break = planned & rare & (1 << slot) != 0;
        }
        problem.participants.push(participant(shape::bits(there).collect(), 1, 1));
        let by_hand = gaps_by_hand(&problem, 0, |slot| occupied & (1 << slot) != 0);
        prop_assert_eq!(Shape::new(&problem, &[]).gaps(0, occupied), by_hand);
    }

    #[test]
    fn figures_are_those_of_the_meetings(problem in small()) {
        let arrangement = run(&problem, 5, 3_000);
        let (mut breaks, mut idle) = (0, 0);
        for p in 0..problem.participants.len() {
            let own = gaps_by_hand(&problem, p, |slot| arrangement.meetings.iter().any(|meeting| {
                let r = &problem.requests[meeting.request];
                meeting.slot == slot && (r.demander == p || r.provider == p)
            }));
            breaks += i64::from(own.0);
            idle += i64::from(own.1);
        }
        let mut placed = vec![false; problem.requests.len()];
        arrangement.meetings.iter().for_each(|meeting| placed[meeting.request] = true);
        let worth = bound::value(&problem, &weights(&problem, &Policy::default()), &placed);
        let value = |name| level(&arrangement, name).value;
        prop_assert_eq!((value(LevelName::Coverage), value(LevelName::Weight)), worth);
        prop_assert_eq!((value(LevelName::Breaks), value(LevelName::IdleSlots)), (breaks, idle));
    }

    #[test]
    fn no_timetable_exceeds_the_bound_of_the_slots(problem in small()) {
        prop_assume!(problem.requests.len() <= 6);
        let weights = weights(&problem, &Policy::default());
        let (coverage, weight) = brute_force(&problem, &weights);
        let shape = Shape::new(&problem, &weights);
        prop_assert!(lagrange::weight_bound(&shape, coverage, weight / 2) >= weight);
        prop_assert!(lagrange::weight_bound(&shape, coverage, weight) >= weight);
    }
}

/// A day of the usual size: 12 slots, 20 tables, 41 hospitals and 60 companies.
fn usual(seed: u64) -> Problem {
    let mut problem = day(12, 20);
    let mut random = random::Random::new(seed);
    for i in 0..101 {
        problem.participants.push(Participant {
            keeps_table: i >= 60,
            ..participant(everywhere(12), 1, 12)
        });
    }
    for demander in 0..60 {
        let mut hospitals: Vec<usize> = (60..101).collect();
        for _ in 0..6 {
            let provider = hospitals.swap_remove(random.below(hospitals.len()));
            let score = u32::try_from(random.below(10_000)).unwrap();
            problem.requests.push(request(demander, provider, score));
        }
    }
    problem
}

#[test]
fn a_usual_day_reaches_its_bounds() {
    let arrangement = run(&usual(7), 1, 60_000);
    let coverage = level(&arrangement, LevelName::Coverage);
    let weight = level(&arrangement, LevelName::Weight);
    assert_eq!(Some(coverage.value), coverage.bound);
    assert_eq!(Some(weight.value), weight.bound);
    assert_eq!(arrangement.meetings.len(), 240);
    // Without the search it is over a hundred.
    assert!(
        level(&arrangement, LevelName::Breaks).value < 40,
        "{:?}",
        arrangement.levels
    );
}

#[test]
fn locks_stay_and_conflicts_are_named() {
    let mut problem = usual(3);
    let lock = Lock {
        request: 5,
        slot: 9,
        table: Some(17),
        demander_seat: Some(0),
        provider_seat: None,
    };
    problem.locks.push(lock.clone());
    let arrangement = run(&problem, 1, 5_000);
    let meeting = arrangement
        .meetings
        .iter()
        .find(|meeting| meeting.request == 5)
        .unwrap();
    assert_eq!((meeting.slot, meeting.table), (9, Some(17)));
    // Request 4 is of the same company.
    problem.locks.push(Lock {
        request: 4,
        table: None,
        ..lock
    });
    let refused = arrange(
        &problem,
        &Policy::default(),
        &Options::default(),
        &mut |_| ControlFlow::Continue(()),
    );
    assert_eq!(
        refused,
        Err(ArrangeError::Problem(vec![ProblemError::LockConflict(1)]))
    );
}

#[test]
fn a_run_that_is_stopped_is_still_valid() {
    let problem = usual(4);
    let options = Options {
        seed: 1,
        iterations: 1_000_000,
    };
    let stopped = arrange(&problem, &Policy::default(), &options, &mut |_| {
        ControlFlow::Break(())
    })
    .unwrap();
    assert!(stopped.stopped_early);
    assert_eq!(verify(&problem, &stopped.meetings), vec![]);
}

#[test]
fn a_run_that_was_stopped_can_be_repeated() {
    let problem = usual(4);
    let options = Options {
        seed: 1,
        iterations: 1_000_000,
    };
    let stop_at = |iteration| {
        arrange(&problem, &Policy::default(), &options, &mut |progress| {
            if progress.iteration >= iteration {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap()
    };
    let stopped = stop_at(10_000);
    assert!(stopped.iterations >= 10_000);
    assert_eq!(stop_at(stopped.iterations), stopped);
}

#[test]
fn impossible_problems_are_refused() {
    let mut problem = day(2, 0);
    problem.participants = vec![
        participant(everywhere(2), 1, 2),
        participant(everywhere(2), 1, 2),
    ];
    problem.requests = vec![
        request(0, 1, 1),
        request(0, 1, 1),
        request(0, 0, 1),
        request(0, 9, 1),
    ];
    problem.slots[1].starts_minute = 10;
    let errors = problem.check().unwrap_err();
    use ProblemError::{NoTable, RepeatedPair, SelfPair, SlotOrder, UnknownParticipant};
    assert_eq!(
        errors,
        [
            NoTable,
            SlotOrder(1),
            RepeatedPair(1),
            SelfPair(2),
            UnknownParticipant(3)
        ]
    );
}
