//! A page of nested objects costs a constant number of SQL statements.

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};

on_both!(
    a_page_costs_the_same_however_long,
    a_page_costs_the_same_however_long
);

const PAGE: &str = "query($n: Int!) { demands(first: $n) { edges { node { title { ko } organisation { name { ko } }
    matches(first: 3) { edges { node { score offer { title { ko } organisation { name { ko } region } } } } } } } } }";

async fn a_page_costs_the_same_however_long(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let organiser = server
        .organisation(OrganisationKind::Organiser, "o@organiser.example")
        .await;
    for h in 0..4 {
        let hospital = server
            .organisation(
                OrganisationKind::Hospital,
                &format!("h{h}@hospital.example"),
            )
            .await;
        publish(&server, &hospital, "Offer", "LIST", json!({ "title": { "ko": "폐암 CT" }, "conditions": ["C34"], "dataKinds": ["imaging.ct"] })).await;
    }
    for c in 0..5 {
        let company = server
            .organisation(OrganisationKind::Company, &format!("c{c}@company.example"))
            .await;
        for _ in 0..10 {
            let content = json!({ "title": { "ko": "폐암" }, "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"] });
            publish(&server, &company, "Demand", "OPEN", content).await;
        }
    }
    server.settle().await;
    let few = cost(&server, &organiser, 5).await;
    let many = cost(&server, &organiser, 50).await;
    assert_eq!(few.0, many.0, "statements for 5 and for 50 demands");
    let edges = many.1["demands"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 50);
    for edge in edges {
        let matches = edge["node"]["matches"]["edges"].as_array().unwrap();
        assert_eq!(matches.len(), 3, "{edge:#}");
        assert!(matches[0]["node"]["offer"]["organisation"]["name"]["ko"].is_string());
    }
}

async fn publish(server: &TestServer, user: &User, what: &str, step: &str, content: Value) {
    let field = what.to_lowercase();
    let selection = format!("{field} {{ id version }}");
    let made = server
        .mutate(
            user,
            &format!("create{what}"),
            json!({ "content": content }),
            &selection,
        )
        .await;
    let input = json!({ "id": made[&field]["id"], "version": 1, "step": step });
    server
        .mutate(user, &format!("move{what}"), input, &selection)
        .await;
}

/// Statements of a page, without those of the worker that go on beside it.
async fn cost(server: &TestServer, user: &User, n: usize) -> (u64, Value) {
    // The worker polls now and then: the cheapest of a few tries is the page alone.
    let mut best = (u64::MAX, Value::Null);
    for _ in 0..8 {
        let before = server.service.app.store().statements();
        let data = server.data(user, PAGE, json!({ "n": n })).await;
        let statements = server.service.app.store().statements() - before;
        if statements < best.0 {
            best = (statements, data);
        }
    }
    best
}
