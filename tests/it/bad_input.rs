//! Bad input gets a clear error and changes nothing.

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};

on_both!(
    wrong_content_is_refused_by_field,
    wrong_content_is_refused_by_field
);
on_both!(wrong_days_are_refused, wrong_days_are_refused);
on_both!(
    wrong_ids_and_versions_are_refused,
    wrong_ids_and_versions_are_refused
);
on_both!(other_tenants_see_nothing, other_tenants_see_nothing);

struct Cast {
    server: TestServer,
    hospital: User,
    company: User,
    organiser: User,
    _smtp: SmtpServer,
}

async fn cast(database: &TestDatabase) -> Cast {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(database, &smtp).await;
    let hospital = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let organiser = server
        .organisation(OrganisationKind::Organiser, "o@organiser.example")
        .await;
    Cast {
        server,
        hospital,
        company,
        organiser,
        _smtp: smtp,
    }
}

/// Path and code of the first user error, which has a message in both languages.
fn said(error: &Value) -> (String, String) {
    assert!(
        error["messageKo"]
            .as_str()
            .unwrap()
            .chars()
            .any(|c| ('가'..='힣').contains(&c)),
        "{error}"
    );
    let english = error["message"].as_str().unwrap();
    assert!(english.starts_with(|c: char| c.is_ascii()), "{error}");
    let path: Vec<_> = error["path"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    (path.join("."), error["code"].as_str().unwrap().to_owned())
}

async fn wrong_content_is_refused_by_field(database: TestDatabase) {
    let cast = cast(&database).await;
    let count = |code: &str, n: i64| json!([{ "code": code, "count": n, "asOf": "2026-01", "basis": "MEASURED" }]);
    let cases = [
        (json!({ "title": {} }), "title", "REQUIRED"),
        (
            json!({ "title": { "ko": "가".repeat(201) } }),
            "title.ko",
            "TOO_LONG",
        ),
        (
            json!({ "conditions": ["C34", "폐암"] }),
            "conditions.1",
            "UNKNOWN_CODE",
        ),
        (
            json!({ "conditions": ["U99"] }),
            "conditions.0",
            "UNKNOWN_CODE",
        ),
        (
            json!({ "dataKinds": ["imaging.xyz"] }),
            "dataKinds.0",
            "UNKNOWN_CODE",
        ),
        (
            json!({ "counts": count("C34", -1) }),
            "counts.0.count",
            "OUT_OF_RANGE",
        ),
        (
            json!({ "counts": count("QQQ", 1) }),
            "counts.0.code",
            "UNKNOWN_CODE",
        ),
        (
            json!({ "period": { "start": "2024-01", "end": "2023-12" } }),
            "period.end",
            "NOT_ORDERED",
        ),
        (
            json!({ "population": { "ageMin": 50, "ageMax": 20 } }),
            "population.ageMax",
            "NOT_ORDERED",
        ),
        (
            json!({ "completenessPercent": 101 }),
            "completenessPercent",
            "OUT_OF_RANGE",
        ),
        (
            json!({ "usePolicies": [{ "permission": "DS" }] }),
            "usePolicies.0.permissionConditions",
            "REQUIRED",
        ),
        (
            json!({ "usePolicies": [{ "permission": "HMB", "permissionConditions": ["C34"] }] }),
            "usePolicies.0.permissionConditions",
            "INVALID",
        ),
        (
            json!({ "counts": [{ "code": "C34", "count": 5, "asOf": "2026-12", "basis": "MEASURED" }] }),
            "counts.0.asOf",
            "OUT_OF_RANGE",
        ),
        (
            json!({ "population": { "size": 5, "sizeAsOf": "2099-01" } }),
            "population.sizeAsOf",
            "OUT_OF_RANGE",
        ),
        (
            json!({ "conditions": vec!["C34"; 10_000] }),
            "conditions",
            "TOO_LONG",
        ),
    ];
    for (change, path, code) in cases {
        let mut content = json!({ "title": { "ko": "자료" } });
        content
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let error = cast
            .server
            .refused(&cast.hospital, "createOffer", json!({ "content": content }))
            .await;
        assert_eq!(said(&error), (path.to_owned(), code.to_owned()), "{error}");
    }
    let listed = cast
        .server
        .data(
            &cast.hospital,
            "query { offers { edges { node { id } } } }",
            json!({}),
        )
        .await;
    assert_eq!(listed["offers"]["edges"], json!([]), "nothing was kept");
    let content = json!({ "content": { "title": { "ko": "x" }, "subjectsMin": -5, "budget": -1 } });
    let error = cast
        .server
        .refused(&cast.company, "createDemand", content)
        .await;
    assert_eq!(
        said(&error),
        ("subjectsMin".to_owned(), "OUT_OF_RANGE".to_owned())
    );
    // 10 MB and bytes that are no text are cut off before anything reads them.
    let http = reqwest::Client::new();
    let post = |body: Vec<u8>| {
        http.post(format!("{}/graphql", cast.server.url))
            .header("content-type", "application/json")
            .body(body)
            .send()
    };
    let large = json!({ "query": "query { viewer { email } }", "variables": { "x": "a".repeat(10_000_000) } });
    assert_eq!(
        post(large.to_string().into_bytes()).await.unwrap().status(),
        413
    );
    assert_eq!(
        post(b"{\"query\":\"query { \xff\xfe }\"}".to_vec())
            .await
            .unwrap()
            .status(),
        400
    );
}

fn plan(change: Value) -> Value {
    let mut plan = json!({
        "title": { "en": "Day" }, "tables": ["A"],
        "sessions": [{ "date": "2026-12-10", "starts": "10:00", "ends": "12:00", "slotMinutes": 30 }],
        "registrationWindow": { "opensAt": "2026-11-01T00:00:00Z", "closesAt": "2026-12-01T00:00:00Z" },
        "requestWindow": { "opensAt": "2026-11-01T00:00:00Z", "closesAt": "2026-12-05T00:00:00Z" },
    });
    plan.as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    plan
}

async fn wrong_days_are_refused(database: TestDatabase) {
    let Cast {
        server, organiser, ..
    } = &cast(&database).await;
    let session = |date: &str, starts: &str, ends: &str| json!({ "sessions": [{ "date": date, "starts": starts, "ends": ends, "slotMinutes": 30 }] });
    let mut clocks = session("2027-03-28", "01:00", "04:00");
    clocks["zone"] = json!("Europe/Berlin");
    let window = json!({ "opensAt": "2026-12-02T00:00:00Z", "closesAt": "2026-12-01T00:00:00Z" });
    let cases = [
        (
            session("2026-12-10", "23:30", "00:30"),
            "sessions.0.ends",
            "NOT_ORDERED",
        ),
        (clocks, "sessions.0.date", "INVALID"),
        (
            session("2026-12-10", "10:00", "10:10"),
            "sessions.0.slotMinutes",
            "OUT_OF_RANGE",
        ),
        (
            json!({ "registrationWindow": window }),
            "registration.closesAt",
            "NOT_ORDERED",
        ),
        (json!({ "tables": [] }), "tables", "REQUIRED"),
        (json!({ "tables": ["A", "A"] }), "tables.1", "DUPLICATE"),
        (json!({ "sessions": [] }), "sessions", "REQUIRED"),
    ];
    for (change, path, code) in cases {
        let error = server
            .refused(organiser, "createMatchingDay", plan(change))
            .await;
        assert_eq!(said(&error), (path.to_owned(), code.to_owned()), "{error}");
    }
    let made = server
        .mutate(
            organiser,
            "createMatchingDay",
            plan(json!({})),
            "matchingDay { id version }",
        )
        .await;
    let id = &made["matchingDay"]["id"];
    // A step that is not the next one, and a registration outside its window.
    let skip = json!({ "id": id, "version": 1, "to": "RUNNING" });
    assert_eq!(
        server.refused(organiser, "advanceMatchingDay", skip).await["code"],
        "WRONG_STATE"
    );
    let step = json!({ "id": id, "version": 1, "to": "REGISTRATION" });
    server
        .mutate(
            organiser,
            "advanceMatchingDay",
            step,
            "matchingDay { state }",
        )
        .await;
    server.clock.advance(chrono::TimeDelta::days(20));
    let opened = server
        .organisation(OrganisationKind::Company, "late@company.example")
        .await;
    let person = server
        .data(&opened, "query { viewer { person { id } } }", json!({}))
        .await["viewer"]["person"]["id"]
        .clone();
    let input = json!({ "matchingDayId": id, "delegates": [{ "personId": person }] });
    assert_eq!(
        server
            .refused(&opened, "registerForMatchingDay", input)
            .await["code"],
        "WINDOW_CLOSED"
    );
}

async fn wrong_ids_and_versions_are_refused(database: TestDatabase) {
    let Cast {
        server,
        hospital,
        company,
        ..
    } = &cast(&database).await;
    let content = json!({ "content": { "title": { "ko": "자료" } }, "idempotencyKey": "k" });
    let made = server
        .mutate(hospital, "createOffer", content, "offer { id }")
        .await;
    let id = made["offer"]["id"].clone();
    let other = json!({ "content": { "title": { "ko": "다른 자료" } }, "idempotencyKey": "k" });
    assert_eq!(
        server.refused(hospital, "createOffer", other).await["code"],
        "KEY_REUSED"
    );
    let step = |id: &Value, version: i32| json!({ "id": id, "version": version, "step": "LIST" });
    assert_eq!(
        server.refused(hospital, "moveOffer", step(&id, 7)).await["code"],
        "STALE"
    );
    let unknown = json!("offer:01890a5d-ac96-774b-bcce-b302099a8057");
    assert_eq!(
        server
            .refused(hospital, "moveOffer", step(&unknown, 1))
            .await["code"],
        "NOT_FOUND"
    );
    assert_eq!(
        server
            .refused(hospital, "moveOffer", step(&json!("nonsense"), 1))
            .await["code"],
        "NOT_FOUND"
    );
    let demand = server
        .mutate(
            company,
            "createDemand",
            json!({ "content": { "title": { "ko": "x" } } }),
            "demand { id }",
        )
        .await;
    let wrong = server
        .refused(hospital, "moveOffer", step(&demand["demand"]["id"], 1))
        .await;
    assert_eq!(
        said(&wrong),
        ("id".to_owned(), "INVALID".to_owned()),
        "an id of the wrong type"
    );
    let nodes = server
        .data(
            hospital,
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": [id, "nope"] }),
        )
        .await;
    assert_eq!(nodes["nodes"], json!([{ "id": id }, null]));
}

async fn other_tenants_see_nothing(database: TestDatabase) {
    let Cast {
        server,
        hospital,
        company,
        organiser,
        ..
    } = &cast(&database).await;
    let rival = server
        .organisation(OrganisationKind::Hospital, "r@rival.example")
        .await;
    let made = server
        .mutate(
            hospital,
            "createOffer",
            json!({ "content": { "title": { "ko": "비밀" } } }),
            "offer { id }",
        )
        .await;
    let id = &made["offer"]["id"];
    for user in [&rival, company, organiser] {
        let seen = server
            .data(
                user,
                "query($id: ID!) { node(id: $id) { id } }",
                json!({ "id": id }),
            )
            .await;
        assert_eq!(
            seen["node"],
            Value::Null,
            "a draft is its owner's alone: {}",
            user.email
        );
        let step = json!({ "id": id, "version": 1, "step": "LIST" });
        assert_eq!(
            server.refused(user, "moveOffer", step).await["code"],
            "NOT_FOUND",
            "{}",
            user.email
        );
    }
    // An excluded hospital cannot tell that the demand exists.
    let excluded = server
        .data(
            &rival,
            "query { viewer { organisation { id } } }",
            json!({}),
        )
        .await;
    let content = json!({ "content": { "title": { "ko": "수요" }, "excludedOrganisations": [excluded["viewer"]["organisation"]["id"]] } });
    let demand = server
        .mutate(company, "createDemand", content, "demand { id }")
        .await["demand"]["id"]
        .clone();
    server
        .mutate(
            company,
            "moveDemand",
            json!({ "id": demand, "version": 1, "step": "OPEN" }),
            "demand { state }",
        )
        .await;
    let query = "query($id: ID!) { node(id: $id) { id ... on Demand { excludedOrganisations { id } } } demands { edges { node { id } } } }";
    let seen = server.data(hospital, query, json!({ "id": demand })).await;
    assert_eq!(
        seen["node"],
        json!({ "id": demand, "excludedOrganisations": [] })
    );
    let hidden = server.data(&rival, query, json!({ "id": demand })).await;
    assert_eq!(hidden, json!({ "node": null, "demands": { "edges": [] } }));
}
