//! The organiser tunes what matches count by; suggestions follow, show every offer fairly, and teach better weights.

mod exposure;

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};

on_both!(
    weights_change_the_order_of_suggestions,
    weights_change_the_order_of_suggestions
);
const WEIGHTS: &str = "version origin reason weights { criterion weight } setBy { name } setAt";
const SUGGESTIONS: &str = "query($id: ID!, $n: Int!) { node(id: $id) { ... on MatchingDay { suggestions(first: $n) { rank moved { ko en } probability
    registration { id organisation { id } } bestMatch { score demanderSide scorerVersion offer { id }
    explanation { demander { points contributions { criterion weight points } cap { points } } } } } } } }";
const LEARNED: &str =
    "learnedWeights { decisions reasonNotReady { ko en } weights { criterion weight }
    uncertainty { criterion deviation } logLoss baselineLogLoss better calibrated }";

struct Scene {
    server: TestServer,
    organiser: User,
    day: Value,
    _smtp: SmtpServer,
}

impl Scene {
    async fn new(database: &TestDatabase) -> Self {
        let smtp = SmtpServer::start().await;
        let server = TestServer::start(database, &smtp).await;
        let organiser = server
            .organisation(OrganisationKind::Organiser, "o@organiser.example")
            .await;
        let window =
            json!({ "opensAt": "2026-11-01T00:00:00Z", "closesAt": "2026-12-01T00:00:00Z" });
        let input = json!({
            "title": { "ko": "매칭데이" }, "tables": ["A1"],
            "sessions": [{ "date": "2026-12-10", "starts": "10:00", "ends": "12:00", "slotMinutes": 30 }],
            "registrationWindow": window, "requestWindow": window,
        });
        let made = server
            .mutate(&organiser, "createMatchingDay", input, "matchingDay { id }")
            .await;
        let day = made["matchingDay"]["id"].clone();
        let scene = Self {
            server,
            organiser,
            day,
            _smtp: smtp,
        };
        scene.advance(1, "REGISTRATION").await;
        scene
    }

    async fn advance(&self, version: i32, to: &str) {
        let input = json!({ "id": self.day, "version": version, "to": to });
        self.server
            .mutate(
                &self.organiser,
                "advanceMatchingDay",
                input,
                "matchingDay { state }",
            )
            .await;
    }

    /// An organisation that takes part, with an offer or a demand of this content.
    async fn member(&self, kind: OrganisationKind, email: &str, content: Value) -> (User, Value) {
        let user = self.server.organisation(kind, email).await;
        let (what, step) = match kind {
            OrganisationKind::Hospital => ("Offer", "LIST"),
            _ => ("Demand", "OPEN"),
        };
        let field = what.to_lowercase();
        let selection = format!("{field} {{ id version }}");
        let create = format!("create{what}");
        let made = self
            .server
            .mutate(&user, &create, json!({ "content": content }), &selection)
            .await;
        let id = made[&field]["id"].clone();
        let input = json!({ "id": id, "version": 1, "step": step });
        self.server
            .mutate(&user, &format!("move{what}"), input, &selection)
            .await;
        let viewer = self
            .server
            .data(&user, "query { viewer { person { id } } }", json!({}))
            .await;
        let person = viewer["viewer"]["person"]["id"].clone();
        let input = json!({ "matchingDayId": self.day, "delegates": [{ "personId": person }] });
        self.server
            .mutate(
                &user,
                "registerForMatchingDay",
                input,
                "registration { id }",
            )
            .await;
        (user, id)
    }

    /// Fields of the matching day, as somebody sees them.
    async fn day(&self, user: &User, fields: &str) -> Value {
        let query =
            format!("query($id: ID!) {{ node(id: $id) {{ ... on MatchingDay {{ {fields} }} }} }}");
        self.server
            .data(user, &query, json!({ "id": self.day }))
            .await["node"]
            .clone()
    }

    async fn suggestions(&self, user: &User, n: usize) -> Vec<Value> {
        let variables = json!({ "id": self.day, "n": n });
        let data = self.server.data(user, SUGGESTIONS, variables).await;
        data["node"]["suggestions"].as_array().unwrap().clone()
    }

    fn set(&self, version: i32, weights: Value) -> Value {
        json!({ "matchingDayId": self.day, "version": version, "weights": weights, "reason": "질환을 먼저" })
    }

    /// Path and code of a refusal, which has a message in both languages.
    async fn refusal(&self, user: &User, name: &str, input: Value) -> (Value, Value) {
        let error = self.server.refused(user, name, input).await;
        assert_ne!(error["message"], error["messageKo"], "{error}");
        (error["path"].clone(), error["code"].clone())
    }
}

fn offers(suggestions: &[Value]) -> Vec<&Value> {
    let offer = |suggestion: &Value| suggestion["bestMatch"]["offer"]["id"].is_string();
    assert!(suggestions.iter().all(offer), "{suggestions:#?}");
    suggestions
        .iter()
        .map(|suggestion| &suggestion["bestMatch"]["offer"]["id"])
        .collect()
}

fn demand(title: &str) -> Value {
    json!({ "title": { "ko": title }, "conditions": ["C34"],
        "dataKindsWished": ["imaging.ct", "imaging.mri", "biosignal.ecg", "structured.laboratory"] })
}

/// The very disease and half of the kinds.
fn by_disease() -> Value {
    json!({ "title": { "ko": "폐 자료" }, "conditions": ["C34"], "dataKinds": ["imaging.ct", "imaging.mri"] })
}

/// A broader disease and all kinds.
fn by_kinds() -> Value {
    json!({ "title": { "ko": "폐 자료" }, "conditions": ["C30-C39"],
        "dataKinds": ["imaging.ct", "imaging.mri", "biosignal.ecg", "structured.laboratory"] })
}

async fn weights_change_the_order_of_suggestions(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    let organiser = &scene.organiser;
    let (company, demand_id) = scene
        .member(
            OrganisationKind::Company,
            "c@company.example",
            demand("폐암"),
        )
        .await;
    let (hospital, kinds) = scene
        .member(OrganisationKind::Hospital, "k@hospital.example", by_kinds())
        .await;
    let (_, disease) = scene
        .member(
            OrganisationKind::Hospital,
            "d@hospital.example",
            by_disease(),
        )
        .await;
    scene.server.settle().await;

    let before = scene.suggestions(&company, 10).await;
    assert_eq!(offers(&before), [&kinds, &disease]);
    // The demand is blind: to suggest its company to a hospital would tell who asks.
    assert_eq!(scene.suggestions(&hospital, 10).await, Vec::<Value>::new());

    let fields =
        format!("matchingWeights {{ {WEIGHTS} }} matchingWeightsHistory {{ version }} {LEARNED}");
    let first = scene.day(organiser, &fields).await;
    assert_eq!(first["matchingWeights"]["version"], 1);
    assert_eq!(first["matchingWeights"]["origin"], "DEFAULT");
    assert_eq!(
        first["matchingWeights"]["weights"][0],
        json!({ "criterion": "DISEASE", "weight": 3.0 })
    );
    assert_eq!(first["learnedWeights"]["decisions"], 0);
    let reason = &first["learnedWeights"]["reasonNotReady"];
    assert!(reason["en"].as_str().unwrap().contains("30"), "{reason}");
    assert!(reason["ko"].as_str().unwrap().contains("30건"), "{reason}");
    assert_eq!(first["learnedWeights"]["weights"], Value::Null);
    for other in [&company, &hospital] {
        let seen = scene.day(other, &fields).await;
        assert_eq!(seen["matchingWeights"], Value::Null);
        assert_eq!(seen["matchingWeightsHistory"], json!([]));
        assert_eq!(seen["learnedWeights"], Value::Null);
    }

    a_preview_changes_nothing(&scene, &company, &demand_id, [&disease, &kinds]).await;
    wrong_weights_are_refused(&scene, &company).await;

    let wanted = json!({ "disease": 8.0, "dataKinds": 1.0 });
    let selection = format!("matchingWeights {{ {WEIGHTS} }}");
    let input = scene.set(1, wanted.clone());
    let set = scene
        .server
        .mutate(organiser, "setMatchingWeights", input, &selection)
        .await["matchingWeights"]
        .clone();
    assert_eq!(
        (&set["version"], &set["origin"]),
        (&json!(2), &json!("ORGANISER"))
    );
    assert_eq!(set["setBy"]["name"], "o@organiser.example");
    assert_eq!(set["setAt"], "2026-11-15T01:00:00+00:00");
    let stale = scene
        .refusal(organiser, "setMatchingWeights", scene.set(1, wanted))
        .await;
    assert_eq!(stale, (json!(["version"]), json!("STALE")));

    let after = scene.suggestions(&company, 10).await;
    assert_eq!(offers(&after), [&disease, &kinds]);
    for suggestion in &after {
        let best = &suggestion["bestMatch"];
        assert!(
            best["scorerVersion"].as_str().unwrap().contains(".w2."),
            "{best}"
        );
        let side = &best["explanation"]["demander"];
        let parts = side["contributions"].as_array().unwrap();
        let sum: f64 = parts
            .iter()
            .map(|part| part["points"].as_f64().unwrap())
            .sum();
        assert!(
            (sum - side["points"].as_f64().unwrap()).abs() < 1e-6,
            "{side}"
        );
        assert!(
            (sum - best["demanderSide"].as_f64().unwrap()).abs() < 0.01,
            "{best}"
        );
        assert_eq!(parts[0]["weight"], 8.0);
    }
    let history = scene
        .day(organiser, "matchingWeightsHistory { version reason }")
        .await["matchingWeightsHistory"]
        .clone();
    assert_eq!(
        history,
        json!([{ "version": 2, "reason": "질환을 먼저" }, { "version": 1, "reason": "" }])
    );
    a_list_costs_the_same_however_long(&scene, &company).await;
    a_request_after_a_suggestion_is_a_decision(&scene, &company, &hospital, &after).await;
}

async fn a_preview_changes_nothing(
    scene: &Scene,
    company: &User,
    demand: &Value,
    [disease, kinds]: [&Value; 2],
) {
    let preview = |weights: &str| {
        format!(
            "previewMatchingWeights(weights: {weights}) {{ demands topTensChanged pairs swappedPairs userErrors {{ path code }}
            changes {{ demand {{ id }} topTenChanges swappedPairs changes {{ oldRank newRank oldScore newScore offer {{ id }} }} }} }}"
        )
    };
    let wanted = preview("{ disease: 8, dataKinds: 1 }");
    let seen = scene.day(company, &wanted).await;
    assert_eq!(seen["previewMatchingWeights"], Value::Null);
    let told = scene.day(&scene.organiser, &wanted).await["previewMatchingWeights"].clone();
    let counts = ["demands", "topTensChanged", "pairs", "swappedPairs"].map(|field| &told[field]);
    assert_eq!(counts, [1, 1, 1, 1], "{told:#}");
    let change = &told["changes"][0];
    assert_eq!(&change["demand"]["id"], demand);
    let moved: Vec<_> = change["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|moved| (&moved["offer"]["id"], &moved["oldRank"], &moved["newRank"]))
        .collect();
    let (one, two) = (json!(1), json!(2));
    assert_eq!(moved, [(disease, &two, &one), (kinds, &one, &two)]);
    let score = |field: &str| change["changes"][0][field].as_f64().unwrap();
    assert!(score("newScore") > score("oldScore"), "{change}");
    let same = scene
        .day(&scene.organiser, &preview("{ disease: 3 }"))
        .await;
    assert_eq!(same["previewMatchingWeights"]["swappedPairs"], 0);
    let wrong = scene
        .day(&scene.organiser, &preview("{ dataKinds: -1 }"))
        .await;
    assert_eq!(
        wrong["previewMatchingWeights"]["userErrors"],
        json!([{ "path": ["weights", "dataKinds"], "code": "OUT_OF_RANGE" }])
    );
    let unchanged = scene.suggestions(company, 10).await;
    assert_eq!(offers(&unchanged), [kinds, disease]);
}

async fn wrong_weights_are_refused(scene: &Scene, company: &User) {
    let organiser = &scene.organiser;
    let name = "setMatchingWeights";
    let good = scene.set(1, json!({ "disease": 1.0 }));
    assert_eq!(scene.refusal(company, name, good).await.1, "FORBIDDEN");
    let nothing = json!({ "disease": 0.0, "dataKinds": 0.0, "variables": 0.0, "standard": 0.0, "cohortSize": 0.0,
        "period": 0.0, "access": 0.0, "text": 0.0 });
    for (weights, path, code) in [
        (
            json!({ "disease": 101.0 }),
            json!(["weights", "disease"]),
            "OUT_OF_RANGE",
        ),
        (
            json!({ "cohortSize": -0.1 }),
            json!(["weights", "cohortSize"]),
            "OUT_OF_RANGE",
        ),
        (nothing, json!(["weights"]), "INVALID"),
    ] {
        let refusal = scene.refusal(organiser, name, scene.set(1, weights)).await;
        assert_eq!(refusal, (path, json!(code)));
    }
    let stale = scene.set(7, json!({ "disease": 1.0 }));
    assert_eq!(scene.refusal(organiser, name, stale).await.1, "STALE");
    let mut silent = scene.set(1, json!({ "disease": 1.0 }));
    silent["reason"] = json!(" ");
    let refusal = scene.refusal(organiser, name, silent).await;
    assert_eq!(refusal, (json!(["reason"]), json!("REQUIRED")));
    let adopt = json!({ "matchingDayId": scene.day, "version": 1, "reason": "학습" });
    let name = "adoptLearnedWeights";
    assert_eq!(
        scene.refusal(organiser, name, adopt.clone()).await.1,
        "WRONG_STATE"
    );
    assert_eq!(scene.refusal(company, name, adopt).await.1, "FORBIDDEN");
    let weights = scene.day(organiser, "matchingWeights { version }").await;
    assert_eq!(weights["matchingWeights"]["version"], 1);
}

async fn a_list_costs_the_same_however_long(scene: &Scene, company: &User) {
    let mut costs = [u64::MAX; 2];
    for (cost, n) in costs.iter_mut().zip([1, 2]) {
        // The worker polls now and then: the cheapest of a few tries is the list alone.
        for _ in 0..8 {
            let before = scene.server.service.app.store().statements();
            assert_eq!(scene.suggestions(company, n).await.len(), n);
            *cost = (*cost).min(scene.server.service.app.store().statements() - before);
        }
    }
    assert_eq!(costs[0], costs[1]);
}

async fn a_request_after_a_suggestion_is_a_decision(
    scene: &Scene,
    company: &User,
    hospital: &User,
    suggested: &[Value],
) {
    scene.advance(2, "REQUESTS").await;
    let to = &suggested[1]["registration"]["id"];
    let input = json!({ "matchingDayId": scene.day, "toId": to, "priority": "LIKE" });
    let sent = scene
        .server
        .mutate(
            company,
            "sendMeetingRequest",
            input,
            "meetingRequest { id version }",
        )
        .await["meetingRequest"]
        .clone();
    let decisions =
        async || scene.day(&scene.organiser, LEARNED).await["learnedWeights"]["decisions"].clone();
    // No answer is no decision.
    assert_eq!(decisions().await, 1);
    let answer = json!({ "id": sent["id"], "version": sent["version"], "accept": false });
    scene
        .server
        .mutate(
            hospital,
            "answerMeetingRequest",
            answer,
            "meetingRequest { answer }",
        )
        .await;
    assert_eq!(decisions().await, 2);
}
