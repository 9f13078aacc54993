//! Preferences and the order of the aims, against brute force.

use super::small::{every_timetable, meets, slots_of, small};
use super::*;
use crate::scheduling::coverage;

/// What is against the preferences of a participant, slot by slot.
fn unwished(problem: &Problem, participant: usize, slots: &[Option<usize>]) -> i64 {
    let who = &problem.participants[participant];
    let own: Vec<usize> = (0..problem.slots.len())
        .filter(|slot| {
            let mut all = problem.requests.iter().zip(slots);
            all.any(|(r, at)| *at == Some(*slot) && meets(participant, r))
        })
        .collect();
    let preferred = |slot: &&usize| who.preferred.as_ref().is_some_and(|p| !p.contains(**slot));
    let outside = own.iter().filter(preferred).count();
    // The slots of these days follow each other within an hour, or after a night.
    let day = |slot: usize| problem.slots[slot].starts_minute / 1_440;
    let waits = |slot: &usize| {
        !own.contains(slot)
            && problem.seats_in(participant, *slot) > 0
            && own
                .iter()
                .any(|later| later > slot && day(*later) == day(*slot))
    };
    let early = (0..problem.slots.len()).filter(waits).count();
    let early = if who.finishes_early { early } else { 0 };
    i64::try_from(outside + early).unwrap()
}

/// How far a timetable misses an aim.
fn misses(problem: &Problem, aim: Aim, slots: &[Option<usize>]) -> i64 {
    let everybody = 0..problem.participants.len();
    let meets_in = |p: usize, slot: usize| {
        let mut all = problem.requests.iter().zip(slots);
        all.any(|(r, at)| *at == Some(slot) && meets(p, r))
    };
    let gaps: Vec<(u32, u32)> = (everybody.clone())
        .map(|p| gaps_by_hand(problem, p, |slot| meets_in(p, slot)))
        .collect();
    let breaks = gaps.iter().map(|gap| i64::from(gap.0));
    let shares = everybody.clone().filter_map(|p| {
        let asked = problem
            .requests
            .iter()
            .zip(slots)
            .filter(|(r, _)| meets(p, r));
        let (all, placed) = asked.fold((0, 0), |(all, placed), (_, slot)| {
            (all + 1, placed + i64::from(slot.is_some()))
        });
        (all > 0).then(|| placed * 1_000 / all)
    });
    match aim {
        Aim::Breaks => breaks.sum(),
        Aim::IdleSlots => gaps.iter().map(|gap| i64::from(gap.1)).sum(),
        Aim::BreakSpread => breaks.clone().max().unwrap() - breaks.min().unwrap(),
        Aim::SatisfactionSpread => {
            let shares: Vec<i64> = shares.collect();
            shares.iter().max().unwrap_or(&0) - shares.iter().min().unwrap_or(&0)
        }
        Aim::Preferences => everybody.map(|p| unwished(problem, p, slots)).sum(),
    }
}

/// Small days with preferences, and an order of aims; some of the days have a night in the middle.
fn wishful() -> impl Strategy<Value = (Problem, Vec<Aim>)> {
    let wishes = proptest::collection::vec((0..3_u8, 0_u64..16, any::<bool>()), 6);
    let order = proptest::sample::subsequence(Aim::ALL.to_vec(), 0..=5).prop_shuffle();
    (small(), wishes, order, 0..6_usize).prop_map(|(mut problem, wishes, order, night)| {
        for (participant, (often, mask, early)) in problem.participants.iter_mut().zip(wishes) {
            participant.preferred =
                (often > 0).then(|| (0..4).filter(|slot| mask >> slot & 1 == 1).collect());
            participant.finishes_early = early;
        }
        for slot in problem.slots.iter_mut().skip(night.max(1)) {
            slot.starts_minute += 1_440;
            slot.ends_minute += 1_440;
        }
        (problem, order)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn figures_are_true_in_any_order_of_the_aims((problem, order) in wishful()) {
        let policy = Policy { order, ..Policy::default() };
        let options = Options { seed: 1, iterations: 3_000 };
        let arranged = arrange(&problem, &policy, &options, &mut |_| ControlFlow::Continue(()));
        let Ok(arrangement) = arranged else { return Ok(()) };
        prop_assert_eq!(verify(&problem, &arrangement.meetings), vec![]);
        let slots = slots_of(&problem, &arrangement.meetings);
        let weights = weights(&problem, &policy).unwrap();
        let worth = |slots: &[Option<usize>]| {
            let placed: Vec<bool> = slots.iter().map(Option::is_some).collect();
            coverage::value(&problem, &weights, &placed)
        };
        let aims = Aim::in_order(&policy.order);
        let told = |aim: &Aim| level(&arrangement, aim.level());
        let reached: Vec<i64> = aims.iter().map(|aim| told(aim).value).collect();
        let by_hand: Vec<i64> = aims.iter().map(|aim| misses(&problem, *aim, &slots)).collect();
        prop_assert_eq!(&reached, &by_hand);
        // The levels stand in the order of the policy.
        let names: Vec<LevelName> = (arrangement.levels.iter().map(|level| level.name))
            .filter(|name| aims.iter().any(|aim| aim.level() == *name))
            .collect();
        prop_assert_eq!(names, aims.iter().map(|aim| aim.level()).collect::<Vec<_>>());
        // A bound holds for all that reach the same before it.
        every_timetable(&problem, &mut |other| {
            if worth(other) != worth(&slots) {
                return;
            }
            for (i, aim) in aims.iter().enumerate() {
                let missed = misses(&problem, *aim, other);
                let bound = told(aim).bound;
                assert!(bound.is_none_or(|bound| bound <= missed), "{aim:?}: {bound:?} > {missed}");
                if missed != reached[i] {
                    return;
                }
            }
        });
    }
}

/// A company that would rather meet two hospitals late than one after the other: what comes first decides.
#[test]
fn the_order_decides_what_gives_way() {
    let mut problem = day(4, 2);
    problem.participants = vec![
        Participant {
            preferred: Some([0, 3].into_iter().collect()),
            ..participant(everywhere(4), 1, 2)
        },
        participant(everywhere(4), 1, 1),
        participant(everywhere(4), 1, 1),
    ];
    problem.requests = vec![request(0, 1, 10), request(0, 2, 10)];
    let arranged = |order: &[Aim]| {
        let policy = Policy {
            order: order.to_vec(),
            ..Policy::default()
        };
        let options = Options {
            seed: 1,
            iterations: 20_000,
        };
        let arrangement = arrange(&problem, &policy, &options, &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap();
        [Aim::Breaks, Aim::Preferences].map(|aim| level(&arrangement, aim.level()).value)
    };
    assert_eq!(arranged(&[]), [0, 1]);
    assert_eq!(arranged(&[Aim::Preferences]), [1, 0]);
}

/// Who would be done early is done first.
#[test]
fn an_early_end_is_kept() {
    let mut problem = day(3, 1);
    problem.participants = vec![participant(everywhere(3), 1, 1); 6];
    problem.participants[4].finishes_early = true;
    problem.requests = (0..3).map(|i| request(i, 3 + i, 10)).collect();
    let arrangement = run(&problem, 1, 20_000);
    let of = arrangement
        .meetings
        .iter()
        .find(|m| m.request == 1)
        .unwrap();
    assert_eq!(of.slot, 0);
    let preferences = level(&arrangement, LevelName::Preferences);
    assert_eq!((preferences.value, preferences.bound), (0, Some(0)));
}
