#![allow(clippy::unwrap_used)]

mod aims;
mod fewest;
mod repair;
mod small;

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
        resources: Vec::new(),
        rule: PairRule::Free,
    }
}

fn try_run(problem: &Problem, seed: u64, iterations: u64) -> Result<Arrangement, ArrangeError> {
    arrange(
        problem,
        &Policy::default(),
        &Options { seed, iterations },
        &mut |_| ControlFlow::Continue(()),
    )
}

fn run(problem: &Problem, seed: u64, iterations: u64) -> Arrangement {
    try_run(problem, seed, iterations).unwrap()
}

fn level(arrangement: &Arrangement, name: LevelName) -> Level {
    *arrangement
        .levels
        .iter()
        .find(|level| level.name == name)
        .unwrap()
}

/// Breaks and idle slots of one participant, slot by slot.
fn gaps_by_hand(
    problem: &Problem,
    participant: usize,
    meets: impl Fn(usize) -> bool,
) -> (u32, u32) {
    let (mut breaks, mut idle, mut waiting, mut begun) = (0, 0, 0, false);
    let rest = problem.participants[participant].rest;
    for slot in 0..problem.slots.len() {
        if problem.slots[slot].follows_break {
            (waiting, begun) = (0, false);
        }
        if meets(slot) {
            if begun && waiting > rest {
                breaks += 1;
                idle += waiting - rest;
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
        prop_assert_eq!(Shape::new(&problem, &[], &[]).gaps(0, occupied), by_hand);
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

#[test]
fn the_usual_budget_grows_with_the_day() {
    let usual = [0, 1, 200, 300, 10_000, 20_000, usize::MAX].map(Options::usual);
    let wanted = [
        0,
        100_000,
        20_000_000,
        21_800_000,
        80_000_000,
        100_000_000,
        100_000_000,
    ];
    assert_eq!(usual, wanted);
}
