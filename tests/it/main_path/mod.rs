//! The main path, as three people go it: a company's demand becomes a meeting with a hospital.

mod invitations;

use invitations::invitations_follow_the_meeting;
use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{SmtpServer, Socket, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};

on_both!(a_demand_becomes_a_meeting, a_demand_becomes_a_meeting);

pub(crate) struct Cast {
    pub(crate) server: TestServer,
    pub(crate) smtp: SmtpServer,
    pub(crate) organiser: User,
    pub(crate) company: User,
    pub(crate) hospital: User,
}

async fn a_demand_becomes_a_meeting(database: TestDatabase) {
    let (cast, _, run) = arranged(&database).await;
    invitations_follow_the_meeting(&cast, &run).await;
}

/// The path up to a timetable that is not published yet: the people, the day, the run.
pub(crate) async fn arranged(database: &TestDatabase) -> (Cast, Value, Value) {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start(database, &smtp).await;
    let organiser = server
        .organisation(OrganisationKind::Organiser, "day@organiser.example")
        .await;
    let company = server.sign_in(&smtp, "kim@company.example").await;
    let hospital = server.sign_in(&smtp, "lee@hospital.example").await;
    let cast = Cast {
        server,
        smtp,
        organiser,
        company,
        hospital,
    };
    organisations_apply_and_are_verified(&cast).await;
    let demand = a_match_is_found(&cast).await;
    let day = a_matching_day_is_announced(&cast).await;
    the_two_want_to_meet(&cast, &day, &demand).await;
    let run = a_timetable_is_made(&cast, &day).await;
    (cast, day, run)
}

async fn organisations_apply_and_are_verified(cast: &Cast) {
    let Cast {
        server,
        smtp,
        organiser,
        company,
        hospital,
    } = cast;
    for (user, kind, name) in [
        (company, "COMPANY", "가온바이오"),
        (hospital, "HOSPITAL", "누리병원"),
    ] {
        let input = json!({ "kind": kind, "name": { "ko": name }, "legalForm": "FOR_PROFIT", "foreignParent": false });
        let made = server
            .mutate(
                user,
                "registerOrganisation",
                input,
                "organisation { id version verification }",
            )
            .await;
        assert_eq!(made["organisation"]["verification"], "PENDING");
        // It cannot act before the organiser has verified it.
        let content = json!({ "content": { "title": { "ko": "x" } } });
        let name = if kind == "COMPANY" {
            "createDemand"
        } else {
            "createOffer"
        };
        assert_eq!(
            server.refused(user, name, content).await["code"],
            "NOT_VERIFIED"
        );
        let id = made["organisation"]["id"].clone();
        let input = json!({ "id": id, "version": 1, "verification": "VERIFIED" });
        assert_eq!(
            server
                .refused(user, "verifyOrganisation", input.clone())
                .await["code"],
            "NOT_VERIFIED"
        );
        server
            .mutate(
                organiser,
                "verifyOrganisation",
                input,
                "organisation { verification }",
            )
            .await;
    }
    smtp.wait_for("the verification", |mail| {
        mail.to == hospital.email && mail.text().contains("누리병원")
    })
    .await;
}

async fn a_match_is_found(cast: &Cast) -> Value {
    let Cast {
        server,
        company,
        hospital,
        ..
    } = cast;
    let terms = server
        .data(
            company,
            "query { searchTerms(words: \"폐암\") { kind code label { en } } }",
            json!({}),
        )
        .await;
    assert_eq!(terms["searchTerms"][0]["code"], "C34", "{terms:#}");

    let mut found = Socket::subscribe(
        server,
        hospital,
        "subscription { matchFound { score decision demand { title { ko } organisation { id } } offer { id } } }",
        json!({}),
    )
    .await;
    let content = json!({ "content": {
        "title": { "ko": "폐암 흉부 CT 코호트" }, "conditions": ["C34"], "dataKinds": ["imaging.ct"],
        "counts": [{ "code": "C34", "count": 1200, "asOf": "2026-06", "basis": "MEASURED" }],
        "period": { "start": "2015-01", "end": "2025-12" }, "accessModes": ["CLOSED_REMOTE"],
        "usePolicies": [{ "permission": "HMB", "modifiers": ["COMMERCIAL_OK", "IRB"] }],
    } });
    let offer = server
        .mutate(
            hospital,
            "createOffer",
            content,
            "offer { id version state }",
        )
        .await["offer"]
        .clone();
    assert_eq!(offer["state"], "DRAFT");
    let step = json!({ "id": offer["id"], "version": 1, "step": "LIST" });
    server
        .mutate(hospital, "moveOffer", step, "offer { state }")
        .await;

    let content = json!({ "content": {
        "title": { "ko": "폐결절 판독 보조" }, "aim": { "ko": "폐암 CT로 결절을 찾는 모형" },
        "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"], "subjectsMin": 500, "commercial": true,
        "methodsDevelopment": true, "duoPurpose": "DS", "accessModes": ["CLOSED_REMOTE"],
        "usesGenotype": false, "ancestryResearch": false, "clinicalCare": false,
        "viewerCountries": ["KR"], "processingCountries": ["KR"], "budget": 160000000, "neededBy": "2027-09-30",
    } });
    let demand = server
        .mutate(
            company,
            "createDemand",
            content,
            "demand { id version budget }",
        )
        .await["demand"]
        .clone();
    assert_eq!(demand["budget"], 160_000_000);
    let step = json!({ "id": demand["id"], "version": 1, "step": "OPEN" });
    server
        .mutate(company, "moveDemand", step, "demand { state }")
        .await;

    let event = found.next().await.unwrap()["matchFound"].clone();
    assert_eq!(event["offer"]["id"], offer["id"]);
    // Nobody said that the demand is named: the hospital does not see who asks.
    assert_eq!(event["demand"]["organisation"], Value::Null);
    let query = "query($id: ID!) { node(id: $id) { ... on Demand { matches(first: 5) { edges { node {
        score decision demanderSide explanation { demander { points contributions { criterion value points sentence { ko en } } cap { points } } duties { code }
        findings { rule decision sentence { local } } } offer { title { ko } organisation { name { ko } } } } } } } } }";
    let matches = server
        .data(company, query, json!({ "id": demand["id"] }))
        .await;
    let best = &matches["node"]["matches"]["edges"][0]["node"];
    assert_eq!(best["decision"], "PASS", "{best:#}");
    let points: f64 = best["explanation"]["demander"]["contributions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["points"].as_f64().unwrap())
        .sum();
    assert!(
        (points - best["demanderSide"].as_f64().unwrap()).abs() < 0.01,
        "{best:#}"
    );
    assert_eq!(best["explanation"]["duties"][0]["code"], "IRB");
    demand["id"].clone()
}

async fn a_matching_day_is_announced(cast: &Cast) -> Value {
    let Cast {
        server,
        organiser,
        company,
        ..
    } = cast;
    let window = |opens: &str, closes: &str| json!({ "opensAt": opens, "closesAt": closes });
    let input = json!({
        "title": { "ko": "데이터 활용 매칭데이", "en": "Matching day" }, "venue": { "ko": "서울" },
        "sessions": [
            { "date": "2026-12-10", "starts": "10:00", "ends": "12:00", "slotMinutes": 25, "gapMinutes": 5 },
            { "date": "2026-12-10", "starts": "13:00", "ends": "15:00", "slotMinutes": 25, "gapMinutes": 5 },
        ],
        "tables": ["A1", "A2"],
        "registrationWindow": window("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        "requestWindow": window("2026-11-01T00:00:00Z", "2026-12-05T00:00:00Z"),
        "idempotencyKey": "day-1",
    });
    assert_eq!(
        server
            .refused(company, "createMatchingDay", input.clone())
            .await["code"],
        "FORBIDDEN"
    );
    let selection = "matchingDay { id version slots { startsAt followsBreak } }";
    let made = server
        .mutate(organiser, "createMatchingDay", input.clone(), selection)
        .await["matchingDay"]
        .clone();
    let again = server
        .mutate(organiser, "createMatchingDay", input, selection)
        .await["matchingDay"]
        .clone();
    assert_eq!(made, again, "the same key makes one matching day");
    assert_eq!(made["slots"].as_array().unwrap().len(), 8);
    assert_eq!(made["slots"][0]["startsAt"], "2026-12-10T01:00:00+00:00");
    advance(cast, &made["id"], "REGISTRATION").await;
    made["id"].clone()
}

async fn advance(cast: &Cast, day: &Value, to: &str) {
    let query = "query($id: ID!) { node(id: $id) { ... on MatchingDay { version } } }";
    let version = cast
        .server
        .data(&cast.organiser, query, json!({ "id": day }))
        .await["node"]["version"]
        .clone();
    let input = json!({ "id": day, "version": version, "to": to });
    cast.server
        .mutate(
            &cast.organiser,
            "advanceMatchingDay",
            input,
            "matchingDay { state }",
        )
        .await;
}

async fn own_person(server: &TestServer, user: &User) -> Value {
    server
        .data(user, "query { viewer { person { id } } }", json!({}))
        .await["viewer"]["person"]["id"]
        .clone()
}

async fn the_two_want_to_meet(cast: &Cast, day: &Value, demand: &Value) {
    let Cast {
        server,
        smtp,
        organiser,
        company,
        hospital,
    } = cast;
    for user in [company, hospital] {
        let person = own_person(server, user).await;
        let input = json!({ "matchingDayId": day, "delegates": [{ "personId": person, "unavailableSlots": [0] }] });
        server
            .mutate(user, "registerForMatchingDay", input, "registration { id }")
            .await;
    }
    let input = json!({ "matchingDayId": day, "delegates": [{ "personId": own_person(server, company).await }] });
    let refused = server
        .refused(hospital, "registerForMatchingDay", input)
        .await;
    assert_eq!(
        refused["code"], "NOT_FOUND",
        "a delegate of another organisation: {refused}"
    );
    advance(cast, day, "REQUESTS").await;

    let query = "query($id: ID!) { node(id: $id) { ... on MatchingDay {
        suggestions { registration { id organisation { name { ko } } } bestMatch { score } } } } }";
    let suggested =
        server.data(company, query, json!({ "id": day })).await["node"]["suggestions"].clone();
    assert_eq!(
        suggested[0]["registration"]["organisation"]["name"]["ko"], "누리병원",
        "{suggested:#}"
    );
    let mut watching = Socket::subscribe(
        server,
        hospital,
        "subscription { meetingRequestChanged { id version answer message } }",
        json!({}),
    )
    .await;
    let input = json!({
        "matchingDayId": day, "toId": suggested[0]["registration"]["id"], "priority": "MUST", "demandId": demand,
        "message": "CT 자료를 의논하고 싶습니다",
    });
    server
        .mutate(
            company,
            "sendMeetingRequest",
            input.clone(),
            "meetingRequest { id }",
        )
        .await;
    assert_eq!(
        server.refused(company, "sendMeetingRequest", input).await["code"],
        "DUPLICATE"
    );
    let request = watching.next().await.unwrap()["meetingRequestChanged"].clone();
    assert_eq!(request["answer"], "PENDING");
    smtp.wait_for("the request", |mail| {
        mail.to == hospital.email && mail.text().contains("CT 자료를")
    })
    .await;
    let answer = json!({ "id": request["id"], "version": request["version"], "accept": true });
    assert_eq!(
        server
            .refused(company, "answerMeetingRequest", answer.clone())
            .await["code"],
        "FORBIDDEN"
    );
    assert_eq!(
        server
            .refused(organiser, "answerMeetingRequest", answer.clone())
            .await["code"],
        "FORBIDDEN"
    );
    server
        .mutate(
            hospital,
            "answerMeetingRequest",
            answer,
            "meetingRequest { answer }",
        )
        .await;
    advance(cast, day, "ARRANGING").await;
}

async fn a_timetable_is_made(cast: &Cast, day: &Value) -> Value {
    let Cast {
        server,
        organiser,
        company,
        ..
    } = cast;
    let input = json!({ "matchingDayId": day, "seed": 7, "iterations": 2000 });
    assert_eq!(
        server
            .refused(company, "startArrangement", input.clone())
            .await["code"],
        "FORBIDDEN"
    );
    let started = server
        .mutate(organiser, "startArrangement", input, "arrangement { id }")
        .await;
    let run = started["arrangement"]["id"].clone();
    let query = "subscription($id: ID!) { arrangementProgress(id: $id) { state levels { name value bound } } }";
    let mut progress = Socket::subscribe(server, organiser, query, json!({ "id": run })).await;
    let mut last = Value::Null;
    while let Some(event) = progress.next().await {
        last = event["arrangementProgress"].clone();
    }
    assert_eq!(last["state"], "DONE");
    assert_eq!(
        last["levels"][1]["value"], last["levels"][1]["bound"],
        "the weight is proved: {last:#}"
    );
    // A draft is the organiser's alone.
    let query = "query($id: ID!) { node(id: $id) { id ... on Arrangement { meetings { id version slot { index } table { number } } leftOut { reason { en } } } } }";
    assert_eq!(
        server.data(company, query, json!({ "id": run })).await["node"],
        Value::Null
    );
    let draft = server.data(organiser, query, json!({ "id": run })).await["node"].clone();
    assert_eq!(draft["meetings"].as_array().unwrap().len(), 1);
    assert_ne!(
        draft["meetings"][0]["slot"]["index"], 0,
        "nobody is free in the first slot"
    );
    run
}
