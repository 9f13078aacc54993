use super::*;
use crate::matching_day::arrangement::Stood;
use crate::matching_day::ground::tests::{first, input, world};
use crate::matching_day::situation::tests::id;
use crate::matching_day::{EventResource, Ground};
use crate::scheduling::{Placed, verify};
use crate::text::Text;
use proptest::prelude::*;

/// What a day asks of its places.
#[derive(Debug, Clone)]
struct Asked {
    rests: Vec<i32>,
    rest: i32,
    absent: Vec<Vec<i32>>,
    closed: Vec<Vec<i32>>,
    interpreters: Vec<i32>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let slots = || prop::collection::vec(0..4_i32, 0..2);
    (
        prop::collection::vec(0..3_i32, 4),
        0..2_i32,
        prop::collection::vec(slots(), 4),
        prop::collection::vec(slots(), 2),
        prop::collection::vec(0..3_i32, 4),
    )
        .prop_map(|(rests, rest, absent, closed, interpreters)| Asked {
            rests,
            rest,
            absent,
            closed,
            interpreters,
        })
}

fn placed(input: &RunInput, meeting: &Meeting) -> Placed {
    let request = input.request_of(meeting).unwrap();
    let stood = Stood {
        request: (input.problem.requests.iter())
            .position(|r| std::ptr::eq(r, request))
            .unwrap(),
        slot: usize::try_from(meeting.slot).unwrap(),
        table: meeting.table,
        delegates: meeting.delegates.clone(),
        locked: false,
    };
    input.keys.placed(&input.problem, &stood)
}

proptest! {
    /// Whatever is moved by hand without a fault is a timetable to the checker, too, and nothing else is.
    #[test]
    fn no_fault_is_what_the_checker_accepts(asked in asked()) {
        let mut world = world();
        for (registration, rest) in world.registrations.iter_mut().zip(&asked.rests) {
            registration.rest_slots = *rest;
        }
        for (delegate, slots) in world.delegates.iter_mut().zip(&asked.absent) {
            delegate.unavailable_slots = slots.clone();
        }
        for (table, slots) in world.day.tables.iter_mut().zip(&asked.closed) {
            table.closed = slots.clone();
        }
        world.rules.rest_slots = asked.rest;
        world.rules.resources = vec![EventResource {
            number: 1,
            name: Text::new(Some("통역사"), Some("Interpreter")),
            units: asked.interpreters.clone(),
            languages: vec![Language::Ko, Language::En],
        }];
        let input = input(&world, Ground::default(), None);
        let done = input.arrange(&mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        let mut next = 0;
        let meetings = input.meetings(
            crate::id::ArrangementId(uuid::Uuid::nil()),
            world.day.id,
            &done.meetings,
            || { next += 1; crate::id::MeetingId(uuid::Uuid::from_u128(next)) },
        );
        for (i, meeting) in meetings.iter().enumerate() {
            for (slot, table) in (0..5).flat_map(|slot| [1, 2, 3].map(|table| (slot, table))) {
                let place = Place { slot, table: Some(table), delegates: None };
                let mut faults = place.faults(meeting, &world.day, &world.delegates);
                faults.extend(input.faults(meeting, &meetings, slot));
                if slot == 4 || table == 3 {
                    prop_assert!(faults.iter().any(|fault| fault.code == Code::NotFound));
                    continue;
                }
                // Who or what is taken the store tells.
                let taken = meetings.iter().enumerate().any(|(j, other)| {
                    let shared = other.delegates.iter().any(|d| meeting.delegates.contains(d));
                    i != j && other.slot == slot && (other.table == Some(table) || shared)
                });
                let mut moved = meetings.clone();
                moved[i].relocate(1, place).unwrap();
                let moved: Vec<Placed> = moved.iter().map(|m| placed(&input, m)).collect();
                let wrong = verify(&input.problem, &moved);
                prop_assert_eq!(wrong.is_empty(), faults.is_empty() && !taken, "{:?} {:?}", wrong, faults);
            }
        }
    }
}

#[test]
fn each_side_and_each_field_is_named() {
    let mut world = world();
    let meeting = first(&world).swap_remove(0);
    assert!(
        Place::of(&meeting)
            .faults(&meeting, &world.day, &world.delegates)
            .is_empty()
    );
    let nobody = Place {
        slot: 9,
        table: Some(9),
        delegates: Some(vec![meeting.delegates[0]]),
    };
    let paths = |faults: Problems| -> Vec<String> {
        faults.into_iter().flat_map(|fault| fault.path).collect()
    };
    let faults = nobody.faults(&meeting, &world.day, &world.delegates);
    assert_eq!(paths(faults), ["slot", "table", "delegateIds"]);

    // The supply side rests after each of its meetings.
    world.registrations[2].rest_slots = 1;
    let input = input(&world, Ground::default(), None);
    let with = |demander: u128, number: u128, slot| Meeting {
        id: crate::id::MeetingId(uuid::Uuid::from_u128(number)),
        demander: id(demander),
        provider: id(3),
        slot,
        ..meeting.clone()
    };
    let (one, other) = (with(1, 1, 0), with(2, 2, 3));
    assert!(
        input
            .faults(&one, std::slice::from_ref(&other), 1)
            .is_empty()
    );
    let faults = input.faults(&one, std::slice::from_ref(&other), 2);
    assert_eq!(faults.len(), 1);
    assert_eq!(
        faults[0].message.en,
        "The supply side keeps 1 slot(s) free between its meetings."
    );
    // One that was called off is in nobody's way.
    let off = Meeting {
        state: crate::matching_day::MeetingState::Cancelled,
        ..other
    };
    assert!(input.faults(&one, &[off], 2).is_empty());

    let over = world.day.slots[0].ends_at;
    assert!(Place::of(&one).is_over(&world.day, over).is_some());
    assert!(
        Place::of(&one)
            .is_over(&world.day, over - chrono::TimeDelta::seconds(1))
            .is_none()
    );
}
