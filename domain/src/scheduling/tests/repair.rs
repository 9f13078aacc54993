//! Re-arrangement of random small days, and of a usual one.

use super::small::{every_timetable, slots_of, small, worth};
use super::*;
use proptest::prelude::*;

fn repaired(problem: &Problem, published: &Published<'_>) -> Result<Arrangement, ArrangeError> {
    let options = Options {
        seed: 3,
        iterations: 4_000,
    };
    super::super::repair(
        problem,
        &Policy::default(),
        &options,
        published,
        &mut |_| ControlFlow::Continue(()),
    )
}

/// The day as it has become: some tables close, some participants leave or come late, some requests are cancelled.
fn changed(problem: &Problem, tables: u64, late: u64, cancelled: u64) -> Problem {
    let mut now = problem.clone();
    let bit = |mask: u64, i: usize| mask >> (2 * i % 64) & 3 == 3;
    for (i, table) in now
        .tables
        .iter_mut()
        .enumerate()
        .filter(|(i, _)| bit(tables, *i))
    {
        table.closed = table
            .closed
            .iter()
            .chain([i % problem.slots.len()])
            .collect();
    }
    for (_, participant) in now
        .participants
        .iter_mut()
        .enumerate()
        .filter(|(i, _)| bit(late, *i))
    {
        for seat in &mut participant.seats {
            seat.available = seat.available.iter().filter(|slot| *slot > 0).collect();
        }
    }
    for (_, request) in now
        .requests
        .iter_mut()
        .enumerate()
        .filter(|(i, _)| bit(cancelled, *i))
    {
        request.rule = PairRule::Forbidden;
    }
    now
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn repairs_are_valid_and_priced(
        problem in small(), tables in any::<u64>(), late in any::<u64>(), cancelled in any::<u64>(),
        price in 0..5_000_u32, past in 0..3_usize,
    ) {
        let Ok(before) = try_run(&problem, 1, 500) else { return Ok(()) };
        let now = changed(&problem, tables, late, cancelled);
        let past = past.min(problem.slots.len());
        let was = slots_of(&problem, &before.meetings);
        for price in [ChangePrice::Score(price), ChangePrice::Forbidden] {
            let published = Published { meetings: &before.meetings, price, past };
            let after = match repaired(&now, &published) {
                Err(ArrangeError::Infeasible(_)) => continue,
                after => after.unwrap(),
            };
            let then = as_it_was(&now, past, &before.meetings);
            prop_assert_eq!(verify(&then, &after.meetings), vec![]);
            // What has taken place stays, whatever has changed since.
            prop_assert_eq!(changed_past(past, &before.meetings, &after.meetings), vec![]);
            let policy = Policy::default();
            let counted = figures(&then, &policy, &after.meetings, Some((&before.meetings, None)));
            for (name, value) in counted {
                prop_assert_eq!(level(&after, name).value, value, "{:?}", name);
            }
            prop_assert_eq!(repaired(&now, &published).unwrap(), after.clone());
            let is = slots_of(&now, &after.meetings);
            for (was, is) in was.iter().zip(&is) {
                prop_assert!(is.is_none_or(|slot| slot >= past || *was == Some(slot)));
            }
            let changes = was.iter().zip(&is).filter(|(was, is)| was.is_some() && was != is).count();
            prop_assert_eq!(level(&after, LevelName::Changes).value, i64::try_from(changes).unwrap());
            match price {
                ChangePrice::Forbidden => nobody_moves(&then, &was, &is)?,
                ChangePrice::Score(points) if past == 0 => none_is_worth_more(&now, &was, &after, points)?,
                ChangePrice::Score(_) => {}
            }
        }
    }

    #[test]
    fn without_a_change_nothing_changes(problem in small()) {
        let Ok(before) = try_run(&problem, 1, 4_000) else { return Ok(()) };
        let published = Published { meetings: &before.meetings, price: ChangePrice::Score(100_000_000), past: 0 };
        let after = repaired(&problem, &published).unwrap();
        prop_assert_eq!(slots_of(&problem, &after.meetings), slots_of(&problem, &before.meetings));
    }
}

/// No timetable of the coverage exceeds the bounds on weight, with and without what changes cost.
fn none_is_worth_more(
    now: &Problem,
    was: &[Option<usize>],
    after: &Arrangement,
    points: u32,
) -> Result<(), TestCaseError> {
    let weights = weights(now, &Policy::default()).unwrap();
    let price = 100 * i64::from(points);
    let paid = |slots: &[Option<usize>]| {
        let changes = (was.iter().zip(slots)).filter(|(was, is)| was.is_some() && was != is);
        let (coverage, weight) = worth(now, &weights, slots);
        (
            coverage,
            weight,
            weight - price * i64::try_from(changes.count()).unwrap(),
        )
    };
    let (coverage, weight, less) = paid(&slots_of(now, &after.meetings));
    let value = level(after, LevelName::Weight);
    let mut levels = after.levels.iter();
    let priced = levels.find(|level| level.name == LevelName::WeightLessChanges);
    prop_assert_eq!(value.value, weight);
    prop_assert_eq!(
        priced.map(|level| level.value),
        (points > 0).then_some(less)
    );
    every_timetable(now, &mut |slots| {
        let other = paid(slots);
        if other.0 >= coverage {
            assert!(value.bound.is_none_or(|bound| bound >= other.1));
            let bound = priced.and_then(|level| level.bound);
            assert!(
                bound.is_none_or(|bound| bound >= other.2),
                "{slots:?} {other:?} {priced:?}"
            );
        }
    });
    Ok(())
}

/// Who could stay beside all others that stay is where it was.
fn nobody_moves(
    now: &Problem,
    was: &[Option<usize>],
    is: &[Option<usize>],
) -> Result<(), TestCaseError> {
    let stays: Vec<bool> = was
        .iter()
        .zip(is)
        .map(|(was, is)| was.is_some() && was == is)
        .collect();
    for moved in (0..was.len()).filter(|r| was[*r].is_some() && !stays[*r]) {
        // Another timetable in which the same stay and this one too: then it was moved without need.
        let mut needless = false;
        every_timetable(now, &mut |slots| {
            let same = (0..was.len()).all(|r| slots[r] == if stays[r] { was[r] } else { None });
            let with = (0..was.len())
                .all(|r| slots[r] == if stays[r] || r == moved { was[r] } else { None });
            needless |= with && !same;
        });
        let required = now
            .requests
            .iter()
            .any(|request| request.rule == PairRule::Required);
        prop_assert!(!needless || required, "{moved} of {was:?} {is:?}");
    }
    Ok(())
}

#[test]
fn a_lost_meeting_moves_few_others() {
    let problem = usual(5);
    let before = run(&problem, 1, 60_000);
    let mut now = problem.clone();
    for table in now.tables.iter_mut().take(4) {
        table.closed = [3].into_iter().collect();
    }
    for (price, most) in [(ChangePrice::Score(3_000), 4), (ChangePrice::Forbidden, 0)] {
        let published = Published {
            meetings: &before.meetings,
            price,
            past: 0,
        };
        let options = Options {
            seed: 1,
            iterations: 50_000,
        };
        let after =
            super::super::repair(&now, &Policy::default(), &options, &published, &mut |_| {
                ControlFlow::Continue(())
            });
        let after = after.unwrap();
        let (was, is) = (
            slots_of(&now, &before.meetings),
            slots_of(&now, &after.meetings),
        );
        // Kept meetings that moved, beyond the four that lost their tables.
        let moved = was
            .iter()
            .zip(&is)
            .filter(|(was, is)| was.is_some() && is.is_some() && was != is);
        assert!(moved.count() <= most + 4, "{:?}", after.levels);
        let kept = was
            .iter()
            .zip(&is)
            .filter(|(was, is)| was.is_some() && was == is)
            .count();
        assert!(kept + most + 4 >= before.meetings.len(), "{kept}");
    }
}

#[test]
fn the_past_stays_and_a_lock_against_it_is_told() {
    let mut problem = day(3, 1);
    problem.participants = vec![participant(everywhere(3), 1, 2); 3];
    problem.requests = vec![request(1, 0, 10), request(2, 0, 10)];
    let at = |request, slot| Placed {
        request,
        slot,
        table: Some(0),
        demander_seat: 0,
        provider_seat: 0,
    };
    let was = [at(0, 0), at(1, 1)];
    // The first is called off, both have left, the table is gone and a rest is wished that was not kept.
    problem.requests[0].rule = PairRule::Forbidden;
    problem.participants[0].cap = 1;
    problem.participants[0].rest = u32::MAX;
    for p in 0..3 {
        problem.participants[p].seats.clear();
    }
    problem.tables.clear();
    problem.tables.push(Table {
        closed: everywhere(3),
    });
    for price in [ChangePrice::Score(10), ChangePrice::Forbidden] {
        let published = Published {
            meetings: &was,
            price,
            past: 2,
        };
        let after = repaired(&problem, &published).unwrap();
        assert_eq!(after.meetings, was);
        assert_eq!(verify(&as_it_was(&problem, 2, &was), &was), vec![]);
        let vanished = changed_past(2, &was, &was[1..]);
        assert_eq!(vanished, vec![Violation::Past(0)]);
    }
    // A day as it was, but for a lock in a slot that is past.
    let mut locked = day(3, 1);
    locked.participants = vec![participant(everywhere(3), 1, 2); 3];
    locked.requests = problem.requests.clone();
    locked.locks = vec![Lock {
        request: 1,
        slot: 0,
        table: None,
        demander_seat: None,
        provider_seat: None,
    }];
    let published = Published {
        meetings: &was[..1],
        price: ChangePrice::Score(10),
        past: 1,
    };
    let refused = repaired(&locked, &published);
    let told = ArrangeError::Problem(vec![ProblemError::LockUnavailable(0)]);
    assert_eq!(refused, Err(told));
}
