//! Runs of the arrangement as jobs: one at a time, watched, cancelled, and the same when repeated.

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{SmtpServer, Socket, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};

on_both!(
    a_run_is_repeatable_and_can_be_cancelled,
    a_run_is_repeatable_and_can_be_cancelled
);

const RUN: &str = "query($id: ID!) { node(id: $id) { ... on Arrangement { state seed iterations leftOut { reason { ko en } }
    levels { name value bound } meetings { slot { index } table { number } delegates { id } demander { id } provider { id } } } } }";

async fn a_run_is_repeatable_and_can_be_cancelled(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let organiser = server
        .organisation(OrganisationKind::Organiser, "day@organiser.example")
        .await;
    let day = busy_day(&server, &organiser).await;

    // Repeated, it gives the same timetable, to the last seat.
    let wish = json!({ "matchingDayId": day, "seed": 7, "iterations": 20_000 });
    let first = finished(&server, &organiser, wish.clone()).await;
    let second = finished(&server, &organiser, wish).await;
    assert_eq!(first, second);
    assert_eq!(first["state"], "DONE");
    assert_eq!(first["meetings"].as_array().unwrap().len(), 12);
    assert_eq!(first["leftOut"].as_array().unwrap().len(), 4);
    for left in first["leftOut"].as_array().unwrap() {
        assert!(left["reason"]["ko"].is_string() && left["reason"]["en"].is_string());
    }

    // One at a time for a day; a long one is seen at work, and cancelled.
    let wish = json!({ "matchingDayId": day, "seed": 7, "iterations": 100_000_000 });
    let run = start(&server, &organiser, wish.clone()).await;
    let refused = server.refused(&organiser, "startArrangement", wish).await;
    assert_eq!(refused["code"], "TAKEN");
    let query = "subscription($id: ID!) { arrangementProgress(id: $id) { state iteration levels { name value bound } } }";
    let mut progress = Socket::subscribe(&server, &organiser, query, json!({ "id": run })).await;
    loop {
        let event = progress.next().await.unwrap()["arrangementProgress"].clone();
        assert_ne!(
            event["state"], "DONE",
            "it ended before it could be cancelled"
        );
        if event["levels"][1]["value"].is_number() {
            assert_eq!(event["levels"][1]["name"], "WEIGHT");
            break;
        }
    }
    server
        .mutate(
            &organiser,
            "cancelArrangement",
            json!({ "id": run }),
            "arrangement { state }",
        )
        .await;
    let mut last = Value::Null;
    while let Some(event) = progress.next().await {
        last = event["arrangementProgress"]["state"].clone();
    }
    assert_eq!(last, "CANCELLED");
    server.settle().await;
    let left = server.data(&organiser, RUN, json!({ "id": run })).await["node"].clone();
    assert_eq!(
        (&left["state"], &left["meetings"]),
        (&json!("CANCELLED"), &json!([]))
    );
    let again = server
        .refused(&organiser, "cancelArrangement", json!({ "id": run }))
        .await;
    assert_eq!(again["code"], "WRONG_STATE");

    // The next one may begin.
    let wish = json!({ "matchingDayId": day, "seed": 8, "iterations": 1_000 });
    let next = finished(&server, &organiser, wish).await;
    assert_eq!(next["state"], "DONE");
}

pub(crate) async fn start(server: &TestServer, organiser: &User, wish: Value) -> Value {
    let started = server
        .mutate(organiser, "startArrangement", wish, "arrangement { id }")
        .await;
    started["arrangement"]["id"].clone()
}

/// A run that has ended.
async fn finished(server: &TestServer, organiser: &User, wish: Value) -> Value {
    let run = start(server, organiser, wish).await;
    server.settle().await;
    server.data(organiser, RUN, json!({ "id": run })).await["node"].clone()
}

/// Four companies and four hospitals that all want to meet, six slots, two tables: room for twelve of sixteen meetings.
pub(crate) async fn busy_day(server: &TestServer, organiser: &User) -> Value {
    let window = |closes: &str| json!({ "opensAt": "2026-11-01T00:00:00Z", "closesAt": closes });
    let input = json!({
        "title": { "ko": "매칭데이" }, "tables": ["A", "B"],
        "sessions": [{ "date": "2026-12-10", "starts": "10:00", "ends": "13:00", "slotMinutes": 25, "gapMinutes": 5 }],
        "registrationWindow": window("2026-12-01T00:00:00Z"), "requestWindow": window("2026-12-05T00:00:00Z"),
    });
    let made = server
        .mutate(organiser, "createMatchingDay", input, "matchingDay { id }")
        .await;
    let day = made["matchingDay"]["id"].clone();
    advance(server, organiser, &day, "REGISTRATION").await;
    let (mut companies, mut hospitals) = (Vec::new(), Vec::new());
    for i in 0..4 {
        for (kind, list) in [
            (OrganisationKind::Company, &mut companies),
            (OrganisationKind::Hospital, &mut hospitals),
        ] {
            let user = server
                .organisation(kind, &format!("{i}@{kind:?}.example").to_lowercase())
                .await;
            let person = server
                .data(&user, "{ viewer { person { id } } }", json!({}))
                .await["viewer"]["person"]["id"]
                .clone();
            let input = json!({ "matchingDayId": day, "delegates": [{ "personId": person }] });
            let made = server
                .mutate(
                    &user,
                    "registerForMatchingDay",
                    input,
                    "registration { id }",
                )
                .await;
            list.push((user, made["registration"]["id"].clone()));
        }
    }
    advance(server, organiser, &day, "REQUESTS").await;
    for (company, _) in &companies {
        for (_, hospital) in &hospitals {
            let input = json!({ "matchingDayId": day, "toId": hospital, "priority": "LIKE" });
            server
                .mutate(
                    company,
                    "sendMeetingRequest",
                    input,
                    "meetingRequest { id }",
                )
                .await;
        }
    }
    advance(server, organiser, &day, "ARRANGING").await;
    day
}

async fn advance(server: &TestServer, organiser: &User, day: &Value, to: &str) {
    let query = "query($id: ID!) { node(id: $id) { ... on MatchingDay { version } } }";
    let read = server.data(organiser, query, json!({ "id": day })).await;
    let input = json!({ "id": day, "version": read["node"]["version"], "to": to });
    server
        .mutate(
            organiser,
            "advanceMatchingDay",
            input,
            "matchingDay { state }",
        )
        .await;
}
