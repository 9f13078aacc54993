//! The lanes of the outbox: what is quick does not wait for what is long, and nothing is done by two.

use crate::arrangement::{busy_day, start};
use futures_util::future::join_all;
use matchday_api::app::SeededRandomness;
use matchday_api::config::{Config, Layer};
use matchday_api::server::Service;
use matchday_domain::notice::{Notice, Recipient};
use matchday_domain::organisation::OrganisationKind;
use matchday_domain::text::Language;
use matchday_infra::import;
use matchday_infra::store::{Job, Lane};
use matchday_tests::server::NOW;
use matchday_tests::{FixedClock, SmtpServer, Socket, TestDatabase, TestServer, on_both};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

on_both!(nobody_waits_for_an_arrangement, nobody_waits);
on_both!(a_job_is_leased_in_its_lane_and_once, leased_once);
on_both!(
    what_is_fresh_has_its_turn_while_all_is_matched_anew,
    fresh_between
);

async fn nobody_waits(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let organiser = server
        .organisation(OrganisationKind::Organiser, "day@organiser.example")
        .await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let hospital = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    let day = busy_day(&server, &organiser).await;
    server.settle().await;
    let found = "subscription { matchFound { offer { title { ko } } } }";
    let mut found = Socket::subscribe(&server, &company, found, json!({})).await;

    let wish = json!({ "matchingDayId": day, "seed": 7, "iterations": 100_000_000 });
    let run = start(&server, &organiser, wish).await;
    let progress = "subscription($id: ID!) { arrangementProgress(id: $id) { state iteration } }";
    let mut progress = Socket::subscribe(&server, &organiser, progress, json!({ "id": run })).await;
    while progress.next().await.unwrap()["arrangementProgress"]["state"] != "RUNNING" {}

    // Somebody signs in with the code that comes by mail, and a match is found.
    server.sign_in(&smtp, "new@hospital.example").await;
    for (user, kind, content, step) in [
        (
            &hospital,
            "Offer",
            json!({ "title": { "ko": "폐암 CT" }, "conditions": ["C34"], "dataKinds": ["imaging.ct"] }),
            "LIST",
        ),
        (
            &company,
            "Demand",
            json!({ "title": { "ko": "폐암" }, "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"] }),
            "OPEN",
        ),
    ] {
        let field = kind.to_lowercase();
        let selection = format!("{field} {{ id }}");
        let content = json!({ "content": content });
        let made = server
            .mutate(user, &format!("create{kind}"), content, &selection)
            .await;
        let input = json!({ "id": made[&field]["id"], "version": 1, "step": step });
        server
            .mutate(user, &format!("move{kind}"), input, &selection)
            .await;
    }
    let event = found.next().await.unwrap();
    assert_eq!(event["matchFound"]["offer"]["title"]["ko"], "폐암 CT");

    let state = "query($id: ID!) { node(id: $id) { ... on Arrangement { state } } }";
    let state = server.data(&organiser, state, json!({ "id": run })).await;
    assert_eq!(state["node"]["state"], "RUNNING", "it was not in the way");
    let cancelled = json!({ "id": run });
    server
        .mutate(
            &organiser,
            "cancelArrangement",
            cancelled,
            "arrangement { state }",
        )
        .await;
    server.settle().await;
}

/// A service in which nobody works but the test.
async fn idle(database: &TestDatabase, seed: u64) -> Service {
    let settings = [
        ("database.url", database.url.as_str()),
        ("database.acquire_timeout_ms", "30000"),
        ("mail.url", "smtp://127.0.0.1:1"),
    ];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let config = Config::merge(vec![Layer::flags(settings)]).unwrap();
    let clock = Arc::new(FixedClock::at(NOW));
    let chance = Arc::new(SeededRandomness::new(seed));
    let service = Service::open_with(config, true, clock, chance).await;
    service.unwrap()
}

async fn fresh_between(database: TestDatabase) {
    let service = idle(&database, 0).await;
    let (app, worker) = (&service.app, &service.worker);
    let bring = async |records: Vec<Value>| {
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        let reading = import::read(import::Format::Ndjson, lines.join("\n").as_bytes());
        let report = app.import(reading, |_| {}).await.unwrap();
        assert_eq!(report.new, records.len(), "{report:?}");
    };
    let organisation = |name: &str, kind: &str| {
        let content =
            json!({ "kind": kind, "name": { "ko": name }, "region": "seoul", "country": "KR" });
        json!({ "type": "organisation", "ref": name, "content": content })
    };
    let demand = |name: &str| {
        let content = json!({ "title": { "ko": "폐암" }, "conditions": ["C34"], "data_kinds_required": ["imaging.ct"] });
        json!({ "type": "demand", "ref": name, "organisation": "C", "content": content })
    };
    let offers = (0..200).map(|i| {
        let content = json!({ "title": { "ko": "폐암 CT" }, "conditions": ["C34"], "data_kinds": ["imaging.ct"] });
        json!({ "type": "offer", "ref": i.to_string(), "organisation": "H", "content": content })
    });
    let mut records = vec![
        organisation("H", "hospital"),
        organisation("C", "company"),
        demand("first"),
    ];
    records.extend(offers);
    bring(records).await;
    while worker.work().await.unwrap() > 0 {}

    let tx = app.store().begin().await.unwrap();
    tx.post(&[Job::MatchAll], app.now()).await.unwrap();
    tx.commit().await.unwrap();
    // One after the other, each while all are matched anew.
    let ended = Mutex::new(Vec::new());
    let end = |what| ended.lock().unwrap().push(what);
    let all = async {
        assert_eq!(worker.work_in(Lane::MatchAll).await.unwrap(), 1);
        end("all");
    };
    let fresh = async {
        for name in ["one", "two", "three", "four"] {
            bring(vec![demand(name)]).await;
            assert_eq!(worker.work_in(Lane::Match).await.unwrap(), 1);
            end(name);
        }
    };
    tokio::join!(all, fresh);
    let ended = ended.into_inner().unwrap();
    assert_eq!(ended, ["one", "two", "three", "four", "all"]);
    assert_eq!(app.store().job_counts().await.unwrap().failed, 0);
}

async fn leased_once(database: TestDatabase) {
    let replicas = [idle(&database, 0).await, idle(&database, 1).await];
    let app = &replicas[0].app;
    let mail = Job::Mail {
        to: Recipient {
            email: "h@hospital.example".parse().unwrap(),
            name: "H".to_owned(),
            language: Language::Ko,
        },
        notice: Box::new(Notice::SignInCode {
            code: "12345678".to_owned(),
            link: "https://matchday.example/sign-in".to_owned(),
            valid_minutes: 10,
        }),
    };
    let mut jobs = vec![Job::MatchAll; 7];
    jobs.extend(vec![mail; 60]);
    let tx = app.store().begin().await.unwrap();
    tx.post(&jobs, app.now()).await.unwrap();
    tx.commit().await.unwrap();

    let lasting = chrono::TimeDelta::minutes(1);
    let lease = async |lane, now| {
        let some = (0..6).map(|i| {
            let store = replicas[i % 2].app.store();
            store.lease_jobs(lane, 16, now, lasting)
        });
        let some = join_all(some).await;
        let some: Vec<_> = some.into_iter().flat_map(Result::unwrap).collect();
        assert!(some.iter().all(|leased| leased.job.lane() == lane));
        let ids: BTreeSet<_> = some.iter().map(|leased| leased.id).collect();
        assert_eq!(ids.len(), some.len(), "{lane:?}: a job is leased twice");
        some
    };
    // Who comes to a row that another one is about to lease goes on without it: the next look finds it.
    let mut mails = lease(Lane::Mail, app.now()).await;
    mails.extend(lease(Lane::Mail, app.now()).await);
    assert_eq!(mails.len(), 60);
    let matches = lease(Lane::MatchAll, app.now()).await;
    assert_eq!(matches.len(), 7);
    for lane in [Lane::Match, Lane::Arrange] {
        assert_eq!(lease(lane, app.now()).await, []);
    }
    assert_eq!(lease(Lane::Mail, app.now()).await, []);
    // What its worker does not finish in time is another one's; the first one can no longer say that it is done.
    let later = app.now() + lasting;
    let again = lease(Lane::MatchAll, later).await;
    assert_eq!(again.len(), 7);
    assert!(!app.store().finish_job(&matches[0], later).await.unwrap());
    assert!(app.store().finish_job(&again[0], later).await.unwrap());
}
