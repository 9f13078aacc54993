//! Rules that are none, that contradict what the parties say, that exclude each other, or that come from somebody else.

use super::scene::{RUN, Scene};
use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{TestDatabase, User, on_both};
use serde_json::{Value, json};

on_both!(
    rules_are_checked_and_the_organisers,
    rules_are_checked_and_the_organisers
);
on_both!(
    contradictions_are_refused_with_reasons,
    contradictions_are_refused_with_reasons
);

impl Scene {
    /// Path, joined by dots, and code of a refusal, which has a message in both languages.
    async fn refusal(&self, user: &User, name: &str, input: Value) -> (String, String) {
        let error = self.server.refused(user, name, input).await;
        assert_ne!(error["message"], error["messageKo"], "{error}");
        let path = error["path"].as_array().unwrap().iter();
        let path: Vec<&str> = path.map(|part| part.as_str().unwrap()).collect();
        (path.join("."), error["code"].as_str().unwrap().to_owned())
    }

    async fn needs(&self, user: &User, request: &Value, version: i64, resources: Value) -> Value {
        let input = json!({ "id": request["id"], "version": version, "resources": resources });
        let selection = "meetingRequest { id version resources { number name { ko } } }";
        let set = self
            .server
            .mutate(user, "setRequestResources", input, selection)
            .await;
        set["meetingRequest"].clone()
    }
}

async fn rules_are_checked_and_the_organisers(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    let organiser = &scene.organiser;
    let stranger = scene
        .server
        .organisation(OrganisationKind::Organiser, "other@organiser.example")
        .await;
    let (company, hospital) = (&scene.companies[3].0, &scene.hospitals[0].0);

    // All that is wrong is told at its place, and nothing is kept.
    let consortium = &scene.consortium;
    let unknown = "consortium:01890a5d-ac96-774b-bcce-b302099a8057";
    for (rules, path, code) in [
        (
            json!({ "groups": [{ "region": "BUSAN", "cap": 1, "floor": 2 }] }),
            "groups.0.floor",
            "NOT_ORDERED",
        ),
        (
            json!({ "groups": [{ "region": "BUSAN", "cap": -1 }] }),
            "groups.0.cap",
            "OUT_OF_RANGE",
        ),
        (json!({ "groups": [{ "cap": 1 }] }), "groups.0", "INVALID"),
        (
            json!({ "groups": [{ "region": "BUSAN", "firmSize": "SMALL" }] }),
            "groups.0",
            "INVALID",
        ),
        (
            json!({ "groups": [{ "consortiumId": unknown }] }),
            "groups.0.consortiumId",
            "NOT_FOUND",
        ),
        (
            json!({ "groups": [{ "consortiumId": consortium }, { "consortiumId": consortium }] }),
            "groups.1",
            "DUPLICATE",
        ),
        (
            json!({ "resources": [{ "name": {}, "units": 1 }] }),
            "resources.0.name",
            "REQUIRED",
        ),
        (
            json!({ "resources": [{ "name": { "ko": "통역" }, "units": 501 }] }),
            "resources.0.units",
            "OUT_OF_RANGE",
        ),
        (
            json!({ "resources": [{ "name": { "ko": "통역" }, "units": 1, "otherUnits": [{ "slot": 3, "units": 0 }] }] }),
            "resources.0.otherUnits.0.slot",
            "NOT_FOUND",
        ),
        (
            json!({ "resources": [{ "name": { "ko": "통역" }, "units": 1, "languages": ["KO"] }] }),
            "resources.0.languages",
            "INVALID",
        ),
        (
            json!({ "resources": [{ "name": { "ko": "통역" }, "units": 1, "number": 7 }] }),
            "resources.0.number",
            "NOT_FOUND",
        ),
        (json!({ "restSlots": 11 }), "restSlots", "OUT_OF_RANGE"),
        (
            json!({ "smallFirmPercent": 101 }),
            "smallFirmPercent",
            "OUT_OF_RANGE",
        ),
    ] {
        let told = scene
            .refusal(
                organiser,
                "setArrangementRules",
                scene.rules(1, rules.clone()),
            )
            .await;
        assert_eq!(told, (path.to_owned(), code.to_owned()), "{rules}");
    }
    let stale = scene
        .refusal(organiser, "setArrangementRules", scene.rules(7, json!({})))
        .await;
    assert_eq!(stale, ("version".to_owned(), "STALE".to_owned()));

    // Only who runs the day rules, and sees the rules.
    for user in [company, hospital, &stranger] {
        for (name, input) in [
            (
                "setArrangementRules",
                scene.rules(1, json!({ "restSlots": 1 })),
            ),
            ("setPairRule", scene.pair(0, 0, "FORBIDDEN")),
        ] {
            assert_eq!(scene.refusal(user, name, input).await.1, "FORBIDDEN");
        }
    }
    let set = scene
        .set(
            1,
            json!({ "resources": [{ "name": { "ko": "화면" }, "units": 2 }] }),
        )
        .await;
    assert_eq!(set["resources"][0]["number"], 1);
    scene.rule(1, 1, "FORBIDDEN").await;
    let fields = "arrangementRules { version } arrangementRulesHistory { version } ruledPairs { rule reason } resources { number units }";
    let own = scene.seen(organiser, fields).await;
    assert_eq!(own["arrangementRules"]["version"], 2);
    assert_eq!(own["ruledPairs"].as_array().unwrap().len(), 1);
    let resources = json!([{ "number": 1, "units": [2, 2, 2] }]);
    for (user, sees) in [(company, true), (hospital, true), (&stranger, false)] {
        let seen = scene.seen(user, fields).await;
        assert_eq!(seen["arrangementRules"], Value::Null);
        assert_eq!(seen["arrangementRulesHistory"], json!([]));
        assert_eq!(seen["ruledPairs"], json!([]));
        let wanted = if sees { resources.clone() } else { json!([]) };
        assert_eq!(seen["resources"], wanted);
    }

    // Both sides say what their meeting needs; what is needed cannot be taken out of the rules.
    let unknown = json!({ "matchingDayId": scene.day, "toId": scene.hospitals[0].1, "priority": "LIKE", "resources": [1, 2] });
    let told = scene.refusal(company, "sendMeetingRequest", unknown).await;
    assert_eq!(told, ("resources.1".to_owned(), "NOT_FOUND".to_owned()));
    let request = scene.ask(3, 0, json!([1])).await;
    assert_eq!(request["resources"], json!([{ "number": 1 }]));
    let gone = scene.rules(
        2,
        json!({ "resources": [{ "name": { "ko": "통역" }, "units": 1 }] }),
    );
    let told = scene
        .refusal(organiser, "setArrangementRules", gone.clone())
        .await;
    assert_eq!(told, ("resources".to_owned(), "WRONG_STATE".to_owned()));
    let input = json!({ "id": request["id"], "version": 1, "resources": [] });
    let told = scene
        .refusal(&scene.hospitals[1].0, "setRequestResources", input)
        .await;
    assert_eq!(told.1, "NOT_FOUND", "not of the pair");
    let cleared = scene.needs(hospital, &request, 1, json!([])).await;
    assert_eq!(
        (&cleared["version"], &cleared["resources"]),
        (&json!(2), &json!([]))
    );
    let again = scene.needs(organiser, &request, 2, json!([1])).await;
    assert_eq!(again["resources"][0]["name"]["ko"], "화면");
    scene.needs(organiser, &request, 3, json!([])).await;
    let next = scene
        .set(
            2,
            json!({ "resources": [{ "name": { "ko": "통역" }, "units": 1 }] }),
        )
        .await;
    assert_eq!(
        next["resources"][0]["number"], 2,
        "a number is not given twice"
    );

    // A pair: two sides, a reason, both of them there.
    let mut same = scene.pair(0, 0, "REQUIRED");
    same["otherId"] = scene.hospitals[1].1.clone();
    let told = scene.refusal(organiser, "setPairRule", same).await;
    assert_eq!(told, ("otherId".to_owned(), "INVALID".to_owned()));
    let mut silent = scene.pair(0, 0, "REQUIRED");
    silent["reason"] = json!(" ");
    let told = scene.refusal(organiser, "setPairRule", silent).await;
    assert_eq!(told, ("reason".to_owned(), "REQUIRED".to_owned()));
    scene.rule(1, 1, "FREE").await;
    assert_eq!(
        scene.seen(organiser, "ruledPairs { rule }").await["ruledPairs"],
        json!([])
    );

    // Once it is over, nothing is ruled any more.
    scene.advance("CANCELLED").await;
    for (name, input) in [
        (
            "setArrangementRules",
            scene.rules(3, json!({ "restSlots": 1 })),
        ),
        ("setPairRule", scene.pair(0, 0, "FORBIDDEN")),
    ] {
        assert_eq!(scene.refusal(organiser, name, input).await.1, "WRONG_STATE");
    }
}

async fn contradictions_are_refused_with_reasons(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    let (server, organiser) = (&scene.server, &scene.organiser);
    let wish = json!({ "matchingDayId": scene.day, "seed": 7, "iterations": 1_000 });

    // A party's no stands: before the rule, and after it.
    let declined = scene.ask(3, 3, json!([])).await;
    scene.answer(3, &declined, false).await;
    let told = scene
        .refusal(organiser, "setPairRule", scene.pair(3, 3, "REQUIRED"))
        .await;
    assert_eq!(told, ("rule".to_owned(), "WRONG_STATE".to_owned()));
    scene.rule(3, 0, "REQUIRED").await;
    let late = scene.ask(3, 0, json!([])).await;
    scene.answer(0, &late, false).await;
    scene.advance("ARRANGING").await;
    let error = server
        .refused(organiser, "startArrangement", wish.clone())
        .await;
    assert_eq!(error["code"], "WRONG_STATE");
    for (said, language) in [
        ("Company 3 – Hospital 0", "message"),
        ("기업 3 – 병원 0", "messageKo"),
    ] {
        assert!(error[language].as_str().unwrap().contains(said), "{error}");
    }
    scene.rule(3, 0, "FREE").await;

    // More required meetings than the consortium may have: no timetable, and the conditions of which none can be spared.
    scene
        .set(
            1,
            json!({ "groups": [{ "consortiumId": scene.consortium, "cap": 1 }] }),
        )
        .await;
    scene.rule(0, 0, "REQUIRED").await;
    scene.rule(1, 1, "REQUIRED").await;
    scene.rule(2, 2, "REQUIRED").await;
    let failed = scene.run().await;
    assert_eq!(
        (&failed["state"], &failed["meetings"]),
        (&json!("FAILED"), &json!([])),
        "{failed:#}"
    );
    let reasons = failed["failureReasons"].as_array().unwrap();
    assert_eq!(reasons.len(), 3, "{reasons:#?}");
    for (ko, en) in [
        (
            "기업 0 – 병원 0: 반드시 상담해야 합니다.",
            "Company 0 – Hospital 0: they must meet.",
        ),
        (
            "기업 1 – 병원 1: 반드시 상담해야 합니다.",
            "Company 1 – Hospital 1: they must meet.",
        ),
        (
            "그룹 ‘하나 컨소시엄’: 상담은 최대 1건입니다.",
            "The group “Hana consortium”: at most 1 meeting(s).",
        ),
    ] {
        assert!(
            reasons.contains(&json!({ "ko": ko, "en": en })),
            "{reasons:#?}"
        );
    }

    // One of them is changed, and all is well.
    scene.rule(1, 1, "FREE").await;
    let run = scene.run().await;
    let meetings = scene.meetings(&run);
    assert!(
        meetings.iter().any(|m| (m.0, m.1) == (0, 0))
            && meetings.iter().any(|m| (m.0, m.1) == (2, 2))
    );
    assert_eq!(run["failureReasons"], json!([]));

    // A meeting that is locked cannot be forbidden and stay; a cap below what is locked is told as well.
    let own = run["meetings"].as_array().unwrap().iter();
    let locked = own.into_iter().find(|m| {
        m["demander"]["id"] == scene.companies[0].1 && m["provider"]["id"] == scene.hospitals[0].1
    });
    let locked = locked.unwrap();
    let lock = json!({ "id": locked["id"], "version": locked["version"], "locked": true });
    server
        .mutate(organiser, "lockMeeting", lock, "meeting { id }")
        .await;
    scene.rule(0, 0, "FORBIDDEN").await;
    let error = server
        .refused(organiser, "startArrangement", wish.clone())
        .await;
    assert_eq!(error["code"], "WRONG_STATE");
    assert!(
        error["message"].as_str().unwrap().contains("locked"),
        "{error}"
    );
    scene.rule(0, 0, "FREE").await;
    scene
        .set(
            2,
            json!({ "groups": [{ "consortiumId": scene.consortium, "cap": 0 }] }),
        )
        .await;
    let error = server
        .refused(organiser, "startArrangement", wish.clone())
        .await;
    assert!(
        error["messageKo"].as_str().unwrap().contains("고정된 상담"),
        "{error}"
    );
    let mut without = wish;
    without["keepLocks"] = json!(false);
    let started = server
        .mutate(organiser, "startArrangement", without, "arrangement { id }")
        .await;
    server.settle().await;
    let id = &started["arrangement"]["id"];
    let run = server.data(organiser, RUN, json!({ "id": id })).await["node"].clone();
    assert!(scene.meetings(&run).iter().all(|m| m.1 > 1), "{run:#}");
}
