use super::*;
use crate::id::{ArrangementId, DelegateId, MeetingId};
use crate::matching_day::arrangement::{Changes, Repair, RunInput};
use crate::matching_day::situation::tests::{World, id};
use crate::matching_day::{Answer, EventTable, MeetingState, PairScore};
use crate::scheduling::{ChangePrice, Options, Policy};
use proptest::prelude::*;
use std::ops::ControlFlow;
use uuid::Uuid;

/// The companies 1 and 2 and the hospitals 3 and 4 want to meet each other in four slots at two tables.
pub(in crate::matching_day) fn world() -> World {
    let mut world = World::new();
    let slot = world.day.slots[2].clone();
    let later = slot.starts_at + chrono::TimeDelta::minutes(30);
    world.day.slots.push(crate::matching_day::TimeSlot {
        index: 3,
        starts_at: later,
        ends_at: later + chrono::TimeDelta::minutes(25),
        ..slot
    });
    world.day.tables.push(EventTable {
        number: 2,
        name: "B".into(),
        closed: Vec::new(),
    });
    world.registrations[0].rest_slots = 0;
    for (demander, provider) in [(1, 3), (1, 4), (2, 3), (2, 4)] {
        world.ask(demander, provider, Answer::Accepted);
    }
    world
}

pub(in crate::matching_day) fn input(
    world: &World,
    ground: Ground<'_>,
    price: Option<ChangePrice>,
) -> RunInput {
    let (problem, keys) = world.problem_on(ground).unwrap();
    RunInput {
        past: ground.past,
        published: ground.stood(&problem, &keys),
        repair: price.map(|price| Repair {
            from: ArrangementId(Uuid::from_u128(1)),
            price,
            called_off: ground.called_off.into_iter().flatten().copied().collect(),
        }),
        problem,
        policy: Policy::default(),
        options: Options {
            seed: 7,
            iterations: 500,
        },
        keys,
    }
}

/// The timetable of a run, and what it made of the published one.
fn arranged(input: &RunInput) -> (Vec<Meeting>, Option<Changes>) {
    let done = input.arrange(&mut |_| ControlFlow::Continue(())).unwrap();
    let (run, event) = (
        ArrangementId(Uuid::from_u128(2)),
        crate::id::MatchingDayId(Uuid::from_u128(1)),
    );
    let mut next = 0;
    let meetings = input.meetings(run, event, &done.meetings, || {
        next += 1;
        MeetingId(Uuid::from_u128(next))
    });
    (meetings, input.changes(&done.meetings))
}

pub(in crate::matching_day) fn first(world: &World) -> Vec<Meeting> {
    let (mut meetings, changes) = arranged(&input(world, Ground::default(), None));
    assert_eq!((meetings.len(), changes), (4, None));
    for meeting in &mut meetings {
        meeting.state = MeetingState::Scheduled;
        // As the store reads them.
        meeting.delegates.sort();
    }
    meetings
}

fn places(meetings: &[Meeting]) -> BTreeMap<Two, i32> {
    meetings.iter().map(|m| (two(m), m.slot)).collect()
}

#[test]
fn a_repair_begins_with_what_stands_and_leaves_off_what_was_called_off() {
    let mut world = world();
    let mut published = first(&world);
    published[1].cancel(1).unwrap();
    let off = called_off(&published, &[]);
    assert_eq!(
        off.iter().copied().collect::<Vec<_>>(),
        [two(&published[1])]
    );
    // Nobody asks for it any more, and no score proposes it: what was published is still there.
    let gone = published[0].request;
    world.requests.retain(|request| Some(request.id) != gone);
    let ground = Ground {
        past: 0,
        published: &published,
        called_off: Some(&off),
    };
    for price in [ChangePrice::of_points(30), ChangePrice::Forbidden] {
        let input = input(&world, ground, Some(price));
        let (meetings, changes) = arranged(&input);
        let standing: Vec<Meeting> = published.iter().filter(|m| m.stands()).cloned().collect();
        assert_eq!(places(&meetings), places(&standing));
        let kept = Changes {
            kept: 3,
            ..Changes::default()
        };
        assert_eq!(changes, Some(kept));
        // Kept as JSON and read again, it gives the same.
        let again = serde_json::from_value(serde_json::to_value(&input).unwrap()).unwrap();
        assert_eq!(input, again);
        assert_eq!(arranged(&again).0, meetings);
    }
    // Arranged anew, it is proposed again.
    let anew = Ground {
        called_off: None,
        ..ground
    };
    assert!(places(&arranged(&input(&world, anew, None)).0).contains_key(&two(&published[1])));
}

#[test]
fn what_is_off_stays_off_until_it_is_taken_up_again() {
    let world = world();
    let mut published = first(&world);
    published[0].cancel(1).unwrap();
    let before = [two(&published[2]), (id(1), id(9))];
    let off = called_off(&published, &before);
    assert_eq!(off, BTreeSet::from([two(&published[0]), (id(1), id(9))]));
}

#[test]
fn inputs_kept_before_there_were_repairs_are_read() {
    let old = input(&world(), Ground::default(), None);
    let mut kept = serde_json::to_value(&old).unwrap();
    for field in ["past", "published", "repair"] {
        assert!(kept.as_object_mut().unwrap().remove(field).is_some());
    }
    let read: RunInput = serde_json::from_value(kept).unwrap();
    assert_eq!(read, old);
}

#[test]
fn a_lock_where_somebody_is_missing_has_its_reason_before_the_run_begins() {
    let mut world = world();
    let mut published = first(&world);
    published[0].lock(1, true).unwrap();
    world.locked = published.clone();
    let slot = published[0].slot;
    let late = published[0].delegates[0];
    let delegate = world.delegates.iter_mut().find(|d| d.id == late).unwrap();
    delegate.unavailable_slots = vec![slot];
    let off = BTreeSet::new();
    let ground = Ground {
        past: 0,
        published: &published,
        called_off: Some(&off),
    };
    let problems = world.problem_on(ground).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let message = &problems[0].message;
    assert!(message.ko.contains("고정을 풀어 주십시오"), "{message:?}");
    assert!(message.en.contains("Org") && message.en.contains("unlock it"));
    // Once it has begun it is not asked any more whether it could take place.
    let begun = Ground {
        past: usize::try_from(slot).unwrap() + 1,
        ..ground
    };
    assert!(world.problem_on(begun).is_ok());
}

#[test]
fn who_met_and_no_longer_comes_has_met() {
    let mut world = world();
    let second = DelegateId(Uuid::from_u128(50));
    let mut more = world.delegates[2].clone();
    (more.id, more.person.0) = (second, second.0);
    world.delegates.push(more);
    let mut published = first(&world);
    // Both delegates of the hospital meet in the first slot.
    let mut of_hospital: Vec<&mut Meeting> = published
        .iter_mut()
        .filter(|m| m.provider == id(3))
        .collect();
    assert_eq!(of_hospital.len(), 2);
    for (i, meeting) in of_hospital.iter_mut().enumerate() {
        let own = [world.delegates[2].id, second][i];
        let other = if meeting.demander == id(1) { 1 } else { 2 };
        meeting.delegates = vec![DelegateId(Uuid::from_u128(other)), own];
        meeting.delegates.sort();
        (meeting.slot, meeting.table) = (0, Some(i32::try_from(i).unwrap() + 1));
    }
    published.retain(|meeting| meeting.provider == id(3));
    // One of them is taken off the list since.
    world.delegates.pop();
    for called_off in [None, Some(&BTreeSet::new())] {
        let ground = Ground {
            past: 1,
            published: &published,
            called_off,
        };
        let price = called_off.map(|_| ChangePrice::of_points(30));
        let (meetings, _) = arranged(&input(&world, ground, price));
        assert!(ground.is_kept_by(&meetings), "{meetings:#?}");
        assert_eq!(meetings.len(), 4);
    }
}

#[test]
fn a_second_delegate_stays_where_the_meeting_stays() {
    let mut world = world();
    let second = DelegateId(Uuid::from_u128(50));
    let mut more = world.delegates[0].clone();
    (more.id, more.person.0) = (second, second.0);
    more.unavailable_slots = (0..4).collect();
    world.delegates.push(more);
    let mut published = first(&world);
    let at = published.iter().position(|m| m.demander == id(1)).unwrap();
    // Taken along by hand; he or she can, after all.
    published[at].delegates.push(second);
    let off = BTreeSet::new();
    let ground = Ground {
        past: 0,
        published: &published,
        called_off: Some(&off),
    };
    let seated = |world: &World| {
        let (meetings, _) = arranged(&input(world, ground, Some(ChangePrice::of_points(30))));
        let mut meetings = meetings.into_iter();
        let meeting = meetings.find(|m| two(m) == two(&published[at])).unwrap();
        meeting.delegates.contains(&second)
    };
    assert!(!seated(&world));
    world
        .delegates
        .last_mut()
        .unwrap()
        .unavailable_slots
        .clear();
    assert!(seated(&world));
}

/// What may have changed since the timetable was published.
#[derive(Debug, Clone)]
struct Since {
    withdrawn: Vec<bool>,
    absent: Vec<Vec<i32>>,
    cap: Option<i32>,
    rest: i32,
    closed: Vec<i32>,
    forbidden: Vec<bool>,
    refused: Vec<bool>,
    cancelled: Vec<bool>,
}

fn since() -> impl Strategy<Value = Since> {
    let flags = || prop::collection::vec(prop::bool::weighted(0.3), 4);
    let slots = || prop::collection::vec(0..4_i32, 0..4);
    (
        (flags(), prop::collection::vec(slots(), 4)),
        (prop::option::of(0..2_i32), 0..3_i32, slots()),
        (flags(), flags(), flags()),
    )
        .prop_map(
            |((withdrawn, absent), (cap, rest, closed), (forbidden, refused, cancelled))| Since {
                withdrawn,
                absent,
                cap,
                rest,
                closed,
                forbidden,
                refused,
                cancelled,
            },
        )
}

proptest! {
    /// Whatever has changed since: what was published in slots that have begun stays as it was, to the last seat, nothing
    /// is added there, and there is always a timetable.
    #[test]
    fn the_past_is_kept(since in since(), past in 0..5_usize) {
        let mut world = world();
        let mut published = first(&world);
        for (meeting, cancelled) in published.iter_mut().zip(&since.cancelled) {
            if *cancelled {
                meeting.cancel(1).unwrap();
                meeting.delegates.clear();
            }
        }
        for (registration, withdrawn) in world.registrations.iter_mut().zip(&since.withdrawn) {
            registration.withdrawn = *withdrawn;
            registration.meetings_max = since.cap;
            registration.rest_slots = since.rest;
        }
        for (delegate, absent) in world.delegates.iter_mut().zip(&since.absent) {
            delegate.unavailable_slots.clone_from(absent);
        }
        world.day.tables[0].closed.clone_from(&since.closed);
        let pairs = [(1, 3), (1, 4), (2, 3), (2, 4)];
        for ((demander, provider), _) in pairs.iter().zip(&since.forbidden).filter(|(_, f)| **f) {
            world.rule(*demander, *provider, PairRule::Forbidden);
        }
        for (request, refused) in world.requests.iter_mut().zip(&since.refused) {
            if *refused {
                request.answer = Answer::Withdrawn;
            }
        }
        world.scores = vec![PairScore { demander: id(1), provider: id(4), score: 9_000 }];
        let off = called_off(&published, &[]);
        for price in [None, Some(ChangePrice::of_points(30)), Some(ChangePrice::Forbidden)] {
            let ground = Ground {
                past,
                published: &published,
                called_off: price.map(|_| &off),
            };
            let input = input(&world, ground, price);
            let (meetings, changes) = arranged(&input);
            prop_assert!(ground.is_kept_by(&meetings), "{meetings:#?}");
            // Those who have taken it back do not meet later.
            for meeting in meetings.iter().filter(|m| !ground.is_past(m)) {
                for side in [meeting.demander, meeting.provider] {
                    let of = world.registrations.iter().find(|r| r.id == side);
                    prop_assert!(!of.unwrap().withdrawn, "{meeting:#?}");
                }
                let pair = two(meeting);
                let mut ruled = world.pairs.iter();
                prop_assert!(!ruled.any(|rule| (rule.demander, rule.provider) == pair));
                prop_assert!(price.is_none() || !off.contains(&pair), "{meeting:#?}");
            }
            // Whoever can stay is not moved.
            let can_stay = since.rest == 0
                && since.cap.is_none()
                && since.closed.is_empty()
                && since.absent.iter().all(Vec::is_empty);
            if let (Some(changes), Some(ChangePrice::Forbidden), true) = (changes, price, can_stay) {
                prop_assert_eq!(changes.moved, 0);
            }
        }
    }
}
