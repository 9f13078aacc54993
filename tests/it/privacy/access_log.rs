//! Who looked at what: one line a request, a kind and an owner, for those whom it concerns.

use matchday_domain::organisation::{OrganisationKind, Role};
use matchday_tests::{FixedClock, SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};

on_both!(
    who_looked_is_told_to_the_owner,
    who_looked_is_told_to_the_owner
);
on_both!(
    organisers_read_the_log_of_their_day,
    organisers_read_the_log_of_their_day
);
on_both!(old_lines_go, old_lines_go);

const LOG: &str = "query($id: ID!, $f: AccessLogFilterInput) { node(id: $id) { ... on Organisation { accessLog(first: 50, filter: $f) { edges { cursor node {
    id at by { name } byOrganisation { name { en } } network owner { id } resource deed operation objectIds matchingDay { id } } } pageInfo { hasNextPage } } } } }";

async fn own_id(server: &TestServer, user: &User) -> Value {
    let viewer = server
        .data(user, "{ viewer { organisation { id } } }", json!({}))
        .await;
    viewer["viewer"]["organisation"]["id"].clone()
}

async fn log(server: &TestServer, user: &User, of: &Value, filter: Value) -> Value {
    server
        .data(user, LOG, json!({ "id": of, "f": filter }))
        .await["node"]["accessLog"]
        .clone()
}

fn lines(log: &Value) -> Vec<&Value> {
    log["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| &edge["node"])
        .collect()
}

async fn who_looked_is_told_to_the_owner(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(&database, &smtp).await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let hospital = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    let organiser = server
        .organisation(OrganisationKind::Organiser, "o@organiser.example")
        .await;
    let (company_id, hospital_id) = (
        own_id(&server, &company).await,
        own_id(&server, &hospital).await,
    );
    let mut demands = Vec::new();
    for _ in 0..3 {
        let content = json!({ "title": { "ko": "폐암" }, "budget": 1000 });
        let made = server
            .mutate(
                &company,
                "createDemand",
                json!({ "content": content }),
                "demand { id }",
            )
            .await["demand"]["id"]
            .clone();
        server
            .mutate(
                &company,
                "moveDemand",
                json!({ "id": made, "version": 1, "step": "OPEN" }),
                "demand { id }",
            )
            .await;
        demands.push(made);
    }
    // Its own changes, each with who made it.
    let changes = log(&server, &company, &company_id, json!({ "deed": "CHANGE" })).await;
    let changes = lines(&changes);
    assert_eq!(changes.len(), 6, "{changes:#?}");
    assert_eq!(changes[0]["operation"], "createDemand");
    assert_eq!(changes[0]["by"]["name"], "c@company.example");
    assert_eq!(changes[0]["network"], "127.0.0.0/24");
    assert_eq!(changes[0]["objectIds"], json!([demands[0]]));

    // Reading what is public, or one's own, is nobody's business.
    let public =
        "{ demands(first: 10) { edges { node { title { ko } organisation { id } budget } } } }";
    server.data(&hospital, public, json!({})).await;
    server.data(&company, public, json!({})).await;
    assert_eq!(
        lines(&log(&server, &company, &company_id, json!({ "deed": "READ" })).await).len(),
        0
    );
    // The organiser sees who asks: one line for the page and the owner, however many fields.
    server.data(&organiser, public, json!({})).await;
    let reads = log(&server, &company, &company_id, json!({ "deed": "READ" })).await;
    let reads = lines(&reads);
    assert_eq!(reads.len(), 1, "{reads:#?}");
    assert_eq!(reads[0]["resource"], "DEMAND");
    assert_eq!(reads[0]["operation"], "demands");
    assert_eq!(
        reads[0]["by"],
        Value::Null,
        "the person is nobody's but the organiser's"
    );
    assert_eq!(
        reads[0]["byOrganisation"]["name"]["en"],
        "Organisation of o@organiser.example"
    );
    let mut named: Vec<_> = reads[0]["objectIds"].as_array().unwrap().clone();
    named.sort_by_key(|id| demands.iter().position(|demand| demand == id));
    assert_eq!(named, demands);
    // A contact is written down for its hospital, and a line can be fetched again by those whom it concerns only.
    let content =
        json!({ "content": { "title": { "ko": "폐암" }, "contactOffice": "02-123-4567" } });
    let offer = server
        .mutate(&hospital, "createOffer", content, "offer { id }")
        .await["offer"]["id"]
        .clone();
    server
        .mutate(
            &hospital,
            "moveOffer",
            json!({ "id": offer, "version": 1, "step": "LIST" }),
            "offer { id }",
        )
        .await;
    let contact =
        "query($id: ID!) { node(id: $id) { ... on Offer { title { ko } contactOffice } } }";
    server
        .data(&organiser, contact, json!({ "id": offer }))
        .await;
    let reads = log(
        &server,
        &hospital,
        &hospital_id,
        json!({ "deed": "READ", "resource": "OFFER" }),
    )
    .await;
    let line = lines(&reads)[0].clone();
    assert_eq!(
        (lines(&reads).len(), &line["objectIds"]),
        (1, &json!([offer]))
    );
    let again = "query($id: ID!) { node(id: $id) { id ... on AccessLogEntry { operation } } }";
    let found = server
        .data(&hospital, again, json!({ "id": line["id"] }))
        .await;
    assert_eq!(
        found["node"],
        json!({ "id": line["id"], "operation": "node" })
    );
    for other in [&company, &organiser] {
        assert_eq!(
            server.data(other, again, json!({ "id": line["id"] })).await["node"],
            Value::Null
        );
        assert_eq!(
            log(&server, other, &hospital_id, Value::Null).await,
            Value::Null
        );
    }
    // Nor do colleagues who do not administer.
    let member = server
        .colleague(&hospital, "m@hospital.example", "M", Role::Member)
        .await;
    assert_eq!(
        log(&server, &member, &hospital_id, Value::Null).await,
        Value::Null
    );
    // Pages go on where they ended.
    let page = "query($id: ID!, $after: String) { node(id: $id) { ... on Organisation { accessLog(first: 4, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage } } } } }";
    let first = server
        .data(&company, page, json!({ "id": company_id }))
        .await["node"]["accessLog"]
        .clone();
    let cursor = first["edges"][3]["cursor"].clone();
    let second = server
        .data(&company, page, json!({ "id": company_id, "after": cursor }))
        .await["node"]["accessLog"]
        .clone();
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    assert_eq!(second["edges"].as_array().unwrap().len(), 3);
}

async fn organisers_read_the_log_of_their_day(database: TestDatabase) {
    let (cast, day, _) = crate::main_path::arranged(&database).await;
    let (server, organiser, hospital) = (&cast.server, &cast.organiser, &cast.hospital);
    let page = "query($id: ID!) { node(id: $id) { ... on MatchingDay { registrations { edges { node { organisation { name { ko } } delegates { person { name } } } } }
        meetingRequests { edges { node { message } } } } } }";
    server.data(organiser, page, json!({ "id": day })).await;
    server.data(hospital, page, json!({ "id": day })).await;
    let log = "query($id: ID!) { node(id: $id) { ... on MatchingDay { accessLog(first: 100) { edges { node { by { name } byOrganisation { id } owner { name { ko } } resource deed operation } } } } } }";
    let read = server.data(organiser, log, json!({ "id": day })).await;
    let told: Vec<_> = lines(&read["node"]["accessLog"])
        .into_iter()
        .filter(|line| line["deed"] == "READ" && line["operation"] == "node")
        .cloned()
        .collect();
    let of = |resource: &str, owner: &str| {
        told.iter()
            .filter(|line| line["resource"] == resource && line["owner"]["name"]["ko"] == owner)
            .count()
    };
    // By the organiser; and by the hospital of the company.
    // The company had looked at its suggestions, too.
    assert_eq!(of("REGISTRATION", "누리병원"), 2, "{told:#?}");
    assert_eq!(of("REGISTRATION", "가온바이오"), 2, "{told:#?}");
    assert_eq!(of("DELEGATE", "가온바이오"), 2, "{told:#?}");
    // The two of a request read what is theirs.
    assert_eq!(of("MEETING_REQUEST", "가온바이오"), 1, "{told:#?}");
    assert!(told.iter().all(|line| line["by"]["name"].is_string()));
    let operations: Vec<_> = lines(&read["node"]["accessLog"])
        .into_iter()
        .filter(|line| line["deed"] == "CHANGE")
        .map(|line| line["operation"].as_str().unwrap().to_owned())
        .collect();
    for operation in [
        "createMatchingDay",
        "registerForMatchingDay",
        "sendMeetingRequest",
        "answerMeetingRequest",
        "startArrangement",
    ] {
        assert!(
            operations.iter().any(|found| found == operation),
            "{operation}: {operations:?}"
        );
    }
    assert_eq!(
        server.data(hospital, log, json!({ "id": day })).await["node"]["accessLog"],
        Value::Null
    );
}

async fn old_lines_go(database: TestDatabase) {
    let smtp = SmtpServer::start().await;
    let clock = FixedClock::at(matchday_tests::server::NOW);
    let server = TestServer::start_at(&database, &smtp, clock, 3).await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let id = own_id(&server, &company).await;
    server
        .mutate(
            &company,
            "createDemand",
            json!({ "content": { "title": { "ko": "폐암" } } }),
            "demand { id }",
        )
        .await;
    let app = &server.service.app;
    server.clock.advance(chrono::TimeDelta::days(2 * 365 - 1));
    assert_eq!(app.purge_access_log().await.unwrap().1, 0);
    server.clock.advance(chrono::TimeDelta::days(3));
    // The worker may have been first.
    let (retention, _) = app.purge_access_log().await.unwrap();
    assert_eq!(retention.years(), 2);
    let again = app
        .open_session_for(&company.email.parse().unwrap())
        .await
        .unwrap();
    let company = User {
        token: again.token,
        ..company
    };
    assert_eq!(
        lines(&log(&server, &company, &id, Value::Null).await).len(),
        0
    );
}
