use super::*;
use crate::matching_day::rules::tests::day;

fn session(date: &str, starts: &str, ends: &str) -> SessionPlan {
    SessionPlan {
        date: date.parse().unwrap(),
        starts: starts.parse().unwrap(),
        ends: ends.parse().unwrap(),
        slot_minutes: 25,
        gap_minutes: 5,
    }
}

#[test]
fn sessions_become_slots_with_breaks_between() {
    let plan = [
        session("2027-06-10", "10:00:00", "12:00:00"),
        session("2027-06-10", "13:00:00", "14:25:00"),
    ];
    let slots = plan_slots(&plan, chrono_tz::Asia::Seoul).unwrap();
    assert_eq!(slots.len(), 7);
    assert_eq!(slots[0].starts_at.to_rfc3339(), "2027-06-10T01:00:00+00:00");
    let breaks: Vec<_> = slots
        .iter()
        .filter(|s| s.follows_break)
        .map(|s| s.index)
        .collect();
    assert_eq!(breaks, [4]);
}

#[test]
fn midnight_clock_changes_and_overlaps_are_refused() {
    let refused = |sessions: &[SessionPlan], zone| plan_slots(sessions, zone).unwrap_err()[0].code;
    let seoul = chrono_tz::Asia::Seoul;
    assert_eq!(
        refused(&[session("2027-06-10", "23:30:00", "00:30:00")], seoul),
        Code::NotOrdered
    );
    // In Berlin the clock jumps from 02:00 to 03:00 on 28 March 2027.
    assert_eq!(
        refused(
            &[session("2027-03-28", "01:00:00", "04:00:00")],
            chrono_tz::Europe::Berlin
        ),
        Code::Invalid
    );
    assert_eq!(
        refused(
            &[session("2027-03-28", "02:30:00", "04:00:00")],
            chrono_tz::Europe::Berlin
        ),
        Code::Invalid
    );
    let overlap = [
        session("2027-06-10", "10:00:00", "12:00:00"),
        session("2027-06-10", "11:00:00", "13:00:00"),
    ];
    assert_eq!(refused(&overlap, seoul), Code::NotOrdered);
    assert_eq!(refused(&[], seoul), Code::Required);
    assert_eq!(
        refused(&[session("2027-06-10", "10:00:00", "10:10:00")], seoul),
        Code::OutOfRange
    );
}

#[test]
fn a_slot_has_begun_from_its_first_minute_on() {
    let day = day(3);
    let first = day.slots[0].starts_at;
    let begun = |after: i64| day.begun(first + minutes(after));
    assert_eq!([-1, 0, 29, 30, 1_000].map(begun), [0, 1, 1, 2, 3]);
}

#[test]
fn what_may_be_taken_back_and_closed_when() {
    use EventState::{
        Arranging, Cancelled, Closed, Draft, Published, Registration, Requests, Running,
    };
    let all = [
        Draft,
        Registration,
        Requests,
        Arranging,
        Published,
        Running,
        Closed,
        Cancelled,
    ];
    let allowed = |may: &dyn Fn(&mut MatchingDay) -> bool| -> Vec<EventState> {
        let tried = all.into_iter().filter(|state| {
            may(&mut MatchingDay {
                state: *state,
                ..day(2)
            })
        });
        tried.collect()
    };
    let withdraw = allowed(&|day| day.expect_withdrawal().is_ok());
    assert_eq!(
        withdraw,
        [Registration, Requests, Arranging, Published, Running]
    );
    let arrange = allowed(&|day| day.expect_arranging().is_ok());
    assert_eq!(arrange, [Arranging, Published, Running]);
    let close = allowed(&|day| day.close_table(1, 1, &[1]).is_ok());
    assert_eq!(
        close,
        [Draft, Registration, Requests, Arranging, Published, Running]
    );
}

#[test]
fn a_lost_table_is_closed_in_slots_of_the_day() {
    let mut day = day(4);
    day.close_table(1, 1, &[3, 1, 3]).unwrap();
    assert_eq!((&*day.tables[0].closed, day.version), (&[1, 3][..], 2));
    // What is said again changes nothing; what is said anew replaces it.
    day.close_table(2, 1, &[1, 3]).unwrap();
    assert_eq!(day.version, 2);
    day.close_table(2, 1, &[]).unwrap();
    assert_eq!((&*day.tables[0].closed, day.version), (&[][..], 3));
    let refused = |version, number, slots: &[i32]| {
        let problems = day.clone().close_table(version, number, slots).unwrap_err();
        (problems[0].code, problems[0].path.join("."))
    };
    assert_eq!(refused(2, 1, &[]).0, Code::Stale);
    assert_eq!(refused(3, 7, &[]), (Code::NotFound, "table".to_owned()));
    assert_eq!(
        refused(3, 1, &[0, 4]),
        (Code::NotFound, "closedSlots.1".to_owned())
    );
}

#[test]
fn a_table_kept_before_tables_could_be_lost_is_read() {
    let table: EventTable = serde_json::from_str(r#"{"number":1,"name":"A"}"#).unwrap();
    assert_eq!(table.closed, [0_i32; 0]);
}
