//! What the mails of a published meeting carry, as it is moved and cancelled.

use super::Cast;
use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty};
use chrono::TimeDelta;
use matchday_tests::{Socket, User};
use serde_json::{Value, json};

pub(super) async fn invitations_follow_the_meeting(cast: &Cast, run: &Value) {
    let Cast {
        server,
        smtp,
        organiser,
        company,
        hospital,
    } = cast;
    server.settle().await;
    smtp.clear();
    let mut watching = Socket::subscribe(
        server,
        company,
        "subscription { matchingDayChanged { state timetable { id } } }",
        json!({}),
    )
    .await;
    server
        .mutate(
            organiser,
            "publishArrangement",
            json!({ "id": run }),
            "arrangement { publishedAt }",
        )
        .await;
    let changed = watching.next().await.unwrap()["matchingDayChanged"].clone();
    assert_eq!(
        (
            &changed["state"],
            changed["timetable"].as_array().unwrap().len()
        ),
        (&json!("PUBLISHED"), 1)
    );

    let invited = |user: &User| {
        let email = user.email.clone();
        async move {
            let mail = smtp
                .wait_for("the invitation", |mail| {
                    mail.to == email && mail.calendar().is_some()
                })
                .await;
            Event::of(&mail.calendar().unwrap())
        }
    };
    let (first, other) = (invited(company).await, invited(hospital).await);
    assert_eq!((first.method.as_str(), first.sequence), ("REQUEST", 0));
    assert_ne!(first.uid, other.uid);
    let feed = smtp
        .wait_for("the agenda", |mail| {
            mail.to == company.email && mail.text().contains(".ics")
        })
        .await
        .text();

    let agenda = server
        .data(
            company,
            "query { myAgenda { meetings { id version slot { index startsAt } } } }",
            json!({}),
        )
        .await;
    let meeting = agenda["myAgenda"][0]["meetings"][0].clone();
    assert_eq!(first.start, meeting["slot"]["startsAt"].as_str().unwrap());

    // Moving sends an update of the same entry.
    server.settle().await;
    smtp.clear();
    let slot = if meeting["slot"]["index"] == 5 { 6 } else { 5 };
    let to =
        json!({ "id": meeting["id"], "version": meeting["version"], "slot": slot, "table": 2 });
    assert_eq!(
        server.refused(company, "moveMeeting", to.clone()).await["code"],
        "NOT_FOUND"
    );
    let moved = server
        .mutate(
            organiser,
            "moveMeeting",
            to,
            "meeting { id version state locked }",
        )
        .await["meeting"]
        .clone();
    assert_eq!(
        (&moved["state"], &moved["locked"]),
        (&json!("RESCHEDULED"), &json!(true))
    );
    let second = invited(company).await;
    assert_eq!(
        (second.uid.as_str(), second.sequence),
        (first.uid.as_str(), 1)
    );
    assert_ne!(second.start, first.start);

    // The live calendar shows it, until it is revoked.
    let address = feed
        .split_whitespace()
        .find(|word| word.ends_with(".ics"))
        .unwrap();
    let path = &address[address.find("/calendar/").unwrap()..];
    let get = || async { reqwest::get(format!("{}{path}", server.url)).await.unwrap() };
    let live = get().await.text().await.unwrap();
    assert_eq!(Event::of(&live).uid, first.uid);
    server
        .mutate(company, "revokeCalendarFeed", json!({}), "revoked")
        .await;
    assert_eq!(get().await.status(), 404);

    // Cancelling takes it out of the calendar, and off the agenda.
    server.settle().await;
    smtp.clear();
    let gone = json!({ "id": moved["id"], "version": moved["version"] });
    server
        .mutate(
            organiser,
            "cancelMeeting",
            gone.clone(),
            "meeting { state }",
        )
        .await;
    let last = invited(company).await;
    assert_eq!(
        (last.method.as_str(), last.sequence, last.uid.as_str()),
        ("CANCEL", 2, first.uid.as_str())
    );
    let agenda = server
        .data(company, "query { myAgenda { meetings { id } } }", json!({}))
        .await;
    assert_eq!(agenda["myAgenda"][0]["meetings"], json!([]));
    assert_eq!(
        server.refused(organiser, "cancelMeeting", gone).await["code"],
        "STALE"
    );

    // A session ends with the sign-out, at once and everywhere.
    server.clock.advance(TimeDelta::minutes(1));
    server
        .mutate(company, "signOut", json!({}), "signedOut")
        .await;
    let after = server
        .post(Some(company), "query { viewer { email } }", json!({}))
        .await;
    assert_eq!(
        after["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
        "{after:#}"
    );
}

/// An event of a calendar part, as a parser that is not the writer's reads it.
struct Event {
    uid: String,
    sequence: i64,
    method: String,
    start: String,
}

impl Event {
    fn of(text: &str) -> Self {
        let calendar = ICalendar::parse(text).unwrap();
        let event = calendar
            .components
            .iter()
            .find(|c| c.component_type == ICalendarComponentType::VEvent)
            .unwrap();
        let value = |name: &ICalendarProperty| {
            event
                .property(name)
                .and_then(|entry| entry.values.first())
                .unwrap()
        };
        let start = value(&ICalendarProperty::Dtstart)
            .as_partial_date_time()
            .unwrap();
        let at = |n: Option<u16>| n.unwrap();
        let small = |n: Option<u8>| n.unwrap();
        let start = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00",
            at(start.year),
            small(start.month),
            small(start.day),
            small(start.hour),
            small(start.minute),
            small(start.second)
        );
        let method = text
            .lines()
            .find_map(|line| line.strip_prefix("METHOD:"))
            .unwrap_or_default();
        Self {
            uid: value(&ICalendarProperty::Uid).as_text().unwrap().to_owned(),
            sequence: value(&ICalendarProperty::Sequence).as_integer().unwrap(),
            method: method.trim().to_owned(),
            start,
        }
    }
}
