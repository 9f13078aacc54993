//! A hidden count is not had from what is shown beside it, nor from the next version.

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};

on_both!(
    a_total_does_not_tell_its_small_part,
    a_total_does_not_tell_its_small_part
);

const SEEN: &str = "query($id: ID!) { node(id: $id) { ... on Offer { version counts { condition { code } count { value shown } } population { size { value shown } } } } }";

async fn seen(server: &TestServer, user: &User, id: &Value) -> (Vec<String>, String, Value) {
    let node = server.data(user, SEEN, json!({ "id": id })).await["node"].clone();
    let shown = |count: &Value| count["shown"].as_str().unwrap().to_owned();
    let counts = node["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| shown(&c["count"]))
        .collect();
    (counts, shown(&node["population"]["size"]), node)
}

fn counts(numbers: &[(&str, i64)]) -> Value {
    let count = |(code, count): &(&str, i64)| json!({ "code": code, "count": count, "asOf": "2026-06", "basis": "MEASURED" });
    numbers.iter().map(count).collect()
}

async fn a_total_does_not_tell_its_small_part(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let hospital = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let organiser = server
        .organisation(OrganisationKind::Organiser, "o@organiser.example")
        .await;
    let content = json!({ "title": { "ko": "폐암" }, "population": { "size": 1000 },
        "counts": counts(&[("C34", 117), ("C34.0", 50), ("C34.1", 7), ("C34.2", 60)]) });
    let made = server
        .mutate(
            &hospital,
            "createOffer",
            json!({ "content": content }),
            "offer { id }",
        )
        .await;
    let id = made["offer"]["id"].clone();
    let list = json!({ "id": id, "version": 1, "step": "LIST" });
    server
        .mutate(&hospital, "moveOffer", list, "offer { version }")
        .await;
    for other in [&company, &organiser] {
        let (counts, size, node) = seen(&server, other, &id).await;
        assert_eq!(counts, ["≥110", "50", "<10", "60"]);
        assert_eq!(node["counts"][0]["count"]["value"], Value::Null);
        assert_eq!(size, "1000");
    }
    assert_eq!(
        seen(&server, &hospital, &id).await.0,
        ["117", "50", "7", "60"]
    );
    // What remains of the whole, known from before, would be the new small count; the new part is held back.
    let update = json!({ "id": id, "version": 2, "content": {
        "counts": counts(&[("C34", 117), ("C34.0", 50), ("C34.1", 7), ("C34.2", 60), ("C50", 876), ("I21", 7)]) } });
    server
        .mutate(&hospital, "updateOffer", update, "offer { version }")
        .await;
    let (counts, size, _) = seen(&server, &company, &id).await;
    assert_eq!(counts, ["≥110", "50", "<10", "60", "≥10", "<10"]);
    assert_eq!(size, "1000");
}
