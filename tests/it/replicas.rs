//! Two servers on one PostgreSQL serve the same users.

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::server::NOW;
use matchday_tests::{FixedClock, SmtpServer, Socket, TestDatabase, TestServer};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_a_subscription_and_a_race_across_two_servers() {
    let Some(database) = TestDatabase::postgres() else {
        return;
    };
    let smtp = SmtpServer::start().await;
    let one = TestServer::start(&database, &smtp).await;
    let two = TestServer::start_at(&database, &smtp, FixedClock::at(NOW), 2).await;
    let hospital = one
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    let company = two
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    // Signed in on one, served by the other; what happens on one is heard on the other.
    let mut heard = Socket::subscribe(
        &two,
        &hospital,
        "subscription { matchFound { offer { id } } }",
        json!({}),
    )
    .await;
    let content = json!({ "content": { "title": { "ko": "폐암" }, "conditions": ["C34"], "dataKinds": ["imaging.ct"] } });
    let offer = one
        .mutate(&hospital, "createOffer", content, "offer { id }")
        .await["offer"]["id"]
        .clone();
    one.mutate(
        &hospital,
        "moveOffer",
        json!({ "id": offer, "version": 1, "step": "LIST" }),
        "offer { id }",
    )
    .await;
    let content = json!({ "content": { "title": { "ko": "폐암" }, "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"] } });
    let demand = one
        .mutate(&company, "createDemand", content, "demand { id }")
        .await["demand"]["id"]
        .clone();
    one.mutate(
        &company,
        "moveDemand",
        json!({ "id": demand, "version": 1, "step": "OPEN" }),
        "demand { id }",
    )
    .await;
    assert_eq!(
        heard.next().await.unwrap()["matchFound"]["offer"]["id"],
        offer
    );

    // The same key at the same time on both makes one thing; the same version is taken by one of them.
    let tries = (0..10).map(|i| {
        let server = if i % 2 == 0 { &one } else { &two };
        let input = json!({ "i": { "id": offer, "version": 2, "content": { "keywords": [format!("w{i}")] } } });
        let query = "mutation($i: UpdateOfferInput!) { updateOffer(input: $i) { offer { version } userErrors { code } } }";
        server.data(&hospital, query, input)
    });
    let answers = futures_util::future::join_all(tries).await;
    let won = answers
        .iter()
        .filter(|answer| answer["updateOffer"]["offer"]["version"] == 3)
        .count();
    let codes: BTreeSet<_> = answers
        .iter()
        .filter_map(|answer| answer["updateOffer"]["userErrors"][0]["code"].as_str())
        .collect();
    assert_eq!((won, codes), (1, BTreeSet::from(["STALE"])), "{answers:#?}");
    let tries = (0..10).map(|i| {
        let server = if i % 2 == 0 { &one } else { &two };
        let input = json!({ "i": { "content": { "title": { "ko": "한 번만" } }, "idempotencyKey": "once" } });
        let query = "mutation($i: CreateOfferInput!) { createOffer(input: $i) { offer { id } userErrors { code } } }";
        server.data(&hospital, query, input)
    });
    let answers = futures_util::future::join_all(tries).await;
    let made: BTreeSet<_> = answers
        .iter()
        .map(|answer| &answer["createOffer"]["offer"]["id"])
        .filter(|id| **id != Value::Null)
        .map(Value::to_string)
        .collect();
    assert_eq!(made.len(), 1, "{answers:#?}");
    let offers = two
        .data(
            &hospital,
            "query { offers { edges { node { title { ko } } } } }",
            json!({}),
        )
        .await;
    assert_eq!(offers["offers"]["edges"].as_array().unwrap().len(), 2);
}
