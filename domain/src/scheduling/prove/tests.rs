#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on must stop here

use super::*;
use crate::scheduling::SlotSet;
use proptest::prelude::*;

/// The solvers of this build.
fn solvers() -> Vec<Solver> {
    let mut solvers = vec![Solver::Batsat];
    if Solver::default() != Solver::Batsat {
        solvers.push(Solver::default());
    }
    solvers
}

fn wish(fairness: usize, solver: Solver) -> Wish<'static> {
    Wish {
        fairness,
        solver,
        stop: &|| false,
    }
}

/// The fewest breaks by trying every timetable.
fn by_force(problem: &AllMeet, fairness: usize) -> Option<usize> {
    let (meetings, slots) = (problem.meetings.len(), problem.slots());
    let all = slots.pow(u32::try_from(meetings).unwrap());
    (0..all)
        .filter_map(|mut number| {
            let mut places = Vec::new();
            for _ in 0..meetings {
                places.push(number % slots);
                number /= slots;
            }
            let breaks = check(problem, &places, Some(fairness)).ok()?;
            Some(breaks.iter().sum())
        })
        .min()
}

fn set(slots: usize) -> impl Strategy<Value = SlotSet> {
    proptest::collection::vec(prop::bool::weighted(0.75), slots)
        .prop_map(|bits| (0..bits.len()).filter(|slot| bits[*slot]).collect())
}

prop_compose! {
    fn small()(participants in 2..5_usize, slots in 2..6_usize, meetings in 1..6_usize)(
        sides in proptest::collection::vec((0..participants, 1..participants), meetings),
        windows in proptest::collection::vec(proptest::option::of(set(slots)), meetings),
        fixed in proptest::collection::vec(prop::option::weighted(0.15, 0..slots), meetings),
        open in proptest::collection::vec(set(slots), participants),
        precedences in proptest::collection::vec((0..meetings, 0..meetings), 0..2),
        tables in proptest::collection::vec(0..3_usize, slots),
        participants in Just(participants),
        slots in Just(slots),
    ) -> AllMeet {
        AllMeet {
            participants,
            tables,
            meetings: sides.into_iter().zip(windows).zip(fixed).map(|((side, window), fixed)| Meeting {
                sides: [side.0, (side.0 + side.1) % participants],
                window,
                fixed,
            }).collect(),
            forbidden: open.iter().map(|open| (0..slots).filter(|slot| !open.contains(*slot)).collect()).collect(),
            precedences: precedences.into_iter().filter(|(a, b)| a != b).collect(),
        }
    }
}

/// The problem with only some of its conditions.
fn only(problem: &AllMeet, conditions: &[Condition]) -> AllMeet {
    let mut less = problem.clone();
    for (meeting, of) in less.meetings.iter_mut().enumerate() {
        of.window = of
            .window
            .take()
            .filter(|_| conditions.contains(&Condition::Window { meeting }));
        of.fixed = of
            .fixed
            .filter(|_| conditions.contains(&Condition::Fixed { meeting }));
    }
    for (participant, forbidden) in less.forbidden.iter_mut().enumerate() {
        if !conditions.contains(&Condition::Forbidden { participant }) {
            *forbidden = SlotSet::default();
        }
    }
    less.precedences.retain(|(first, second)| {
        conditions.contains(&Condition::Precedence {
            first: *first,
            second: *second,
        })
    });
    if !conditions.contains(&Condition::Tables) {
        less.tables = vec![less.meetings.len(); less.tables.len()];
    }
    less
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn optimal_as_by_force(problem in small(), fairness in 0..3_usize) {
        let expected = by_force(&problem, fairness);
        for solver in solvers() {
            let outcome = prove(&problem, &wish(fairness, solver), &mut |_| {}).unwrap();
            match (&outcome, expected) {
                (Outcome::Optimal { slots, breaks }, Some(expected)) => {
                    prop_assert_eq!(*breaks, expected);
                    prop_assert!(check(&problem, slots, Some(fairness)).is_ok());
                }
                (Outcome::Infeasible, None) => {}
                _ => prop_assert!(false, "{:?} {:?}, expected {:?}", solver, outcome, expected),
            }
        }
    }

    #[test]
    fn refutations_are_checked_and_what_is_better_is_found(problem in small(), fairness in 0..3_usize) {
        let least = by_force(&problem, fairness);
        let certified = |fewer_than| certify(&problem, fairness, fewer_than, &|| false).unwrap();
        let refuted = certified(least);
        prop_assert!(matches!(refuted, Certificate::Checked { .. }), "{:?}", refuted);
        if let Some(least) = least {
            for asked in [Some(least + 1), None] {
                let Certificate::Better { slots, breaks } = certified(asked) else {
                    return Err(TestCaseError::fail("a timetable exists"));
                };
                prop_assert!(asked.is_none_or(|asked| breaks < asked));
                let own = check(&problem, &slots, Some(fairness)).unwrap();
                prop_assert_eq!(own.iter().sum::<usize>(), breaks);
            }
        }
    }

    #[test]
    fn reasons_exclude_a_timetable_and_none_can_be_spared(problem in small(), fairness in 0..2_usize) {
        let all = problem.meetings.len() * problem.slots();
        for solver in solvers() {
            let conditions = reason(&problem, &wish(fairness, solver), &mut |_| {}).unwrap();
            prop_assert_eq!(conditions.is_none(), by_force(&problem, fairness).is_some());
            let Some(conditions) = conditions else { continue };
            if conditions == [Condition::Fairness] {
                prop_assert!(by_force(&problem, all).is_some());
                continue;
            }
            prop_assert_eq!(by_force(&only(&problem, &conditions), all), None);
            for spared in 0..conditions.len() {
                let mut fewer = conditions.clone();
                fewer.remove(spared);
                prop_assert!(by_force(&only(&problem, &fewer), all).is_some(), "{:?}", conditions);
            }
        }
    }
}

#[test]
fn the_checker_refuses() {
    let problem = AllMeet {
        participants: 3,
        tables: vec![1, 1, 1, 1],
        meetings: [([0, 1], None), ([0, 2], Some(2)), ([1, 2], None)]
            .map(|(sides, fixed)| Meeting {
                sides,
                window: Some([0, 1, 2].into_iter().collect()),
                fixed,
            })
            .to_vec(),
        forbidden: vec![
            SlotSet::default(),
            [1].into_iter().collect(),
            SlotSet::default(),
        ],
        precedences: vec![(0, 1)],
    };
    let refused = |slots: &[usize], d| check(&problem, slots, Some(d)).unwrap_err();
    assert_eq!(refused(&[0, 2], 9), [Broken::Length(2, 3)]);
    assert_eq!(refused(&[0, 2, 9], 9), [Broken::NoSuchSlot(2)]);
    assert_eq!(refused(&[0, 2, 3], 9), [Broken::Window(2)]);
    assert!(refused(&[0, 1, 2], 9).contains(&Broken::Fixed(1)));
    assert_eq!(refused(&[0, 2, 1], 9), [Broken::Forbidden(1, 1)]);
    assert!(refused(&[0, 2, 0], 9).contains(&Broken::Twice(1, 0)));
    assert!(refused(&[0, 2, 0], 9).contains(&Broken::Tables(0, 2, 1)));
    assert!(refused(&[2, 2, 0], 9).contains(&Broken::Precedence(0, 1)));
    let mut free = problem;
    free.meetings.truncate(2);
    assert_eq!(check(&free, &[0, 2], Some(1)), Ok(vec![1, 0, 0]));
    assert_eq!(
        check(&free, &[0, 2], Some(0)),
        Err(vec![Broken::Fairness(1, 0)])
    );
}

#[test]
fn a_stop_keeps_what_is_known() {
    let meeting = |a, b| Meeting {
        sides: [a, b],
        window: None,
        fixed: None,
    };
    let problem = AllMeet {
        participants: 12,
        tables: vec![6; 14],
        meetings: (0..12)
            .flat_map(|a| (0..a).map(move |b| meeting(a, b)))
            .collect(),
        forbidden: vec![SlotSet::default(); 12],
        precedences: Vec::new(),
    };
    for solver in solvers() {
        let stopped = Wish {
            stop: &|| true,
            ..wish(2, solver)
        };
        match prove(&problem, &stopped, &mut |_| {}).unwrap() {
            Outcome::Stopped {
                slots,
                breaks,
                bound,
            } => {
                assert_eq!(slots.is_some(), breaks.is_some());
                assert!(breaks.is_none_or(|breaks| bound < breaks));
            }
            // A solver may be done before it asks.
            Outcome::Optimal { .. } => {}
            Outcome::Infeasible => panic!("a timetable exists"),
        }
    }
}
