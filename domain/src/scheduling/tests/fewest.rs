//! The fewest breaks and their bounds, against brute force.

use super::small::{every_timetable, meets, slots_of, small, worth};
use super::*;
use crate::scheduling::prove::{
    CONFLICTS, Certificate, Effort, End, Fewest, Solver, fewest_breaks,
};
use std::cell::Cell;

/// Days on which a table or two are scarce, waits are likely and there are ties to choose from.
fn scarce() -> impl Strategy<Value = Problem> {
    let sizes = (2..4_usize, 2..4_usize, 3..6_usize, 1..3_usize);
    sizes.prop_flat_map(|(demanders, providers, slots, tables)| {
        let n = demanders + providers;
        let all = 1_u64 << slots;
        let free = proptest::collection::vec((any::<u64>(), any::<u64>(), 1..4_u32), n);
        let pairs = proptest::collection::vec((0..demanders, 0..providers, 0..2_u32), 3..7);
        (free, pairs, 0..2 * slots).prop_map(move |(free, pairs, planned)| {
            let mut problem = day(slots, tables);
            if let Some(slot) = problem.slots.get_mut(planned) {
                slot.follows_break = true;
            }
            for (one, other, cap) in free {
                let mask = (one | other) & (all - 1);
                let free = (0..slots).filter(|slot| mask >> slot & 1 == 1).collect();
                problem.participants.push(participant(free, 1, cap + 1));
            }
            for (d, p, score) in pairs {
                let known = |r: &Request| (r.demander, r.provider) == (d, demanders + p);
                if !problem.requests.iter().any(known) {
                    problem.requests.push(request(d, demanders + p, score));
                }
            }
            problem
        })
    })
}

/// Breaks in all, slot by slot.
fn breaks(problem: &Problem, slots: &[Option<usize>]) -> i64 {
    let of = |p: usize| {
        let meets = |slot: usize| {
            let mut all = problem.requests.iter().zip(slots);
            all.any(|(r, at)| *at == Some(slot) && meets(p, r))
        };
        i64::from(gaps_by_hand(problem, p, meets).0)
    };
    (0..problem.participants.len()).map(of).sum()
}

fn seek(problem: &Problem, found: Arrangement, solver: Solver, stop: &dyn Fn() -> bool) -> Fewest {
    let effort = Effort {
        solver,
        conflicts: CONFLICTS,
        stop,
        certify: Some(stop),
    };
    fewest_breaks(problem, &Policy::default(), found, &effort, &mut |_| {}).unwrap()
}

/// Decides as brute force does, from a timetable in which breaks were not yet looked at.
fn is_true(problem: &Problem) -> Result<i64, TestCaseError> {
    // Nothing to place: no timetable.
    let Ok(found) = try_run(problem, 1, 0) else {
        return Ok(0);
    };
    let weights = weights(problem, &Policy::default()).unwrap();
    let reached = worth(problem, &weights, &slots_of(problem, &found.meetings));
    let mut fewest = i64::MAX;
    every_timetable(problem, &mut |slots| {
        let other = worth(problem, &weights, slots);
        if other.0 >= reached.0 && other.1 >= reached.1 {
            fewest = fewest.min(breaks(problem, slots));
        }
    });
    let of = |arrangement: &Arrangement| level(arrangement, LevelName::Breaks);
    // What is summed up behind every search.
    prop_assert!(of(&found).bound.is_none_or(|bound| bound <= fewest));
    let before = of(&found).value;
    for solver in [Solver::default(), Solver::Batsat] {
        let proved = seek(problem, found.clone(), solver, &|| false);
        prop_assert_eq!(proved.end, End::Decided);
        let Level { value, bound, .. } = of(&proved.arrangement);
        prop_assert_eq!((value, bound), (fewest, Some(fewest)));
        prop_assert_eq!(proved.fewer, before - fewest);
        prop_assert_eq!(verify(problem, &proved.arrangement.meetings), vec![]);
        let slots = slots_of(problem, &proved.arrangement.meetings);
        prop_assert_eq!(breaks(problem, &slots), fewest);
        let now = worth(problem, &weights, &slots);
        prop_assert!(now.0 >= reached.0 && now.1 >= reached.1);
        let checked = matches!(proved.certificate, Some(Certificate::Checked { .. }));
        prop_assert_eq!(checked, fewest > 0, "{:?}", proved.certificate);
    }
    Ok(fewest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn fewest_as_by_force_with_every_constraint(problem in small()) {
        is_true(&problem)?;
    }

    #[test]
    fn fewest_as_by_force_where_tables_are_scarce(problem in scarce()) {
        is_true(&problem)?;
    }

    #[test]
    fn a_stop_leaves_true_bounds(problem in scarce(), after in 0..40_u32) {
        let Ok(found) = try_run(&problem, 1, 0) else { return Ok(()) };
        let weights = weights(&problem, &Policy::default()).unwrap();
        let asked = Cell::new(0);
        let stop = || { asked.set(asked.get() + 1); asked.get() > after };
        let proved = seek(&problem, found.clone(), Solver::Batsat, &stop);
        let reached = worth(&problem, &weights, &slots_of(&problem, &found.meetings));
        let mut fewest = i64::MAX;
        every_timetable(&problem, &mut |slots| {
            let other = worth(&problem, &weights, slots);
            if other.0 >= reached.0 && other.1 >= reached.1 {
                fewest = fewest.min(breaks(&problem, slots));
            }
        });
        let Level { value, bound, .. } = level(&proved.arrangement, LevelName::Breaks);
        prop_assert!(bound.is_none_or(|bound| bound <= fewest) && value >= fewest);
        prop_assert!(value <= level(&found, LevelName::Breaks).value);
        let wrong = matches!(proved.certificate, Some(Certificate::Better { .. } | Certificate::Refused(_)));
        prop_assert!(!wrong, "{:?}", proved.certificate);
    }
}

/// One hospital, there all day, and two companies that are there before and after it could be idle.
fn one_wait() -> Problem {
    let mut problem = day(3, 1);
    for free in [vec![0, 1, 2], vec![0], vec![2]] {
        problem
            .participants
            .push(participant(free.into_iter().collect(), 1, 2));
    }
    problem.requests = vec![request(0, 1, 50), request(0, 2, 60)];
    problem
}

#[test]
fn a_check_that_is_stopped_says_so() {
    let problem = one_wait();
    let found = run(&problem, 1, 100);
    assert_eq!(level(&found, LevelName::Breaks).bound, Some(1));
    let stopped = seek(&problem, found.clone(), Solver::Batsat, &|| true);
    assert_eq!(stopped.certificate, Some(Certificate::Stopped));
    let checked = seek(&problem, found, Solver::Batsat, &|| false);
    assert!(matches!(
        checked.certificate,
        Some(Certificate::Checked { .. })
    ));
}
