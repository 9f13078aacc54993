//! Every offer is seen now and then; and a matching day's decisions become weights.

use super::{LEARNED, Scene, WEIGHTS, by_disease, by_kinds, demand, offers};
use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{TestDatabase, User, on_both};
use serde_json::{Value, json};

on_both!(
    offers_out_of_sight_are_moved_up_and_decisions_teach,
    offers_out_of_sight_are_moved_up_and_decisions_teach
);

async fn offers_out_of_sight_are_moved_up_and_decisions_teach(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    let mut hospitals = Vec::new();
    for h in 0..12 {
        let content = if h % 2 == 0 { by_disease() } else { by_kinds() };
        let email = format!("h{h:02}@hospital.example");
        hospitals.push(
            scene
                .member(OrganisationKind::Hospital, &email, content)
                .await,
        );
    }
    let mut companies = Vec::new();
    for c in 0..2 {
        let mut content = demand("폐암");
        content["confidentiality"] = json!("NAMED");
        let email = format!("c{c}@company.example");
        companies.push(
            scene
                .member(OrganisationKind::Company, &email, content)
                .await
                .0,
        );
    }
    scene.server.settle().await;
    let lists = [
        scene.suggestions(&companies[0], 20).await,
        scene.suggestions(&companies[1], 20).await,
    ];
    let mut lifted = 0;
    for list in &lists {
        assert_eq!(list.len(), 12);
        assert_eq!(list[0]["moved"], Value::Null, "the best stays");
        for two in list.windows(2) {
            let score = |of: &Value| of["bestMatch"]["score"].as_f64().unwrap();
            assert!(score(&two[0]) >= score(&two[1]) - 3.0);
        }
        let up = |suggestion: &&Value| {
            suggestion["moved"]["en"]
                .as_str()
                .is_some_and(|why| why.starts_with("Moved up for fair exposure"))
        };
        for moved in list.iter().filter(up) {
            lifted += 1;
            assert!(moved["rank"].as_i64().unwrap() <= 10, "{moved}");
            assert!(
                moved["moved"]["ko"]
                    .as_str()
                    .unwrap()
                    .contains("공정한 노출")
            );
        }
    }
    // Two of twelve would be out of sight on both lists.
    assert_eq!(lifted, 2, "{lists:#?}");
    for (_, offer) in &hospitals {
        let in_sight = lists
            .iter()
            .filter(|list| offers(&list[..10]).contains(&offer))
            .count();
        assert!(in_sight >= 1, "{offer} is on no list");
    }
    // A named demand suggests its company to the hospitals.
    let of_hospital = scene.suggestions(&hospitals[0].0, 20).await;
    assert_eq!(of_hospital.len(), 2);

    decisions_teach(&scene, &hospitals, &companies, &lists).await;
}

/// Companies ask all; the hospitals that have all kinds accept, those that only have the disease decline.
async fn decisions_teach(
    scene: &Scene,
    hospitals: &[(User, Value)],
    companies: &[User],
    lists: &[Vec<Value>; 2],
) {
    let server = &scene.server;
    scene.advance(2, "REQUESTS").await;
    let mut declined = None;
    for (company, list) in companies.iter().zip(lists) {
        for suggestion in list {
            let to = &suggestion["registration"]["id"];
            let input = json!({ "matchingDayId": scene.day, "toId": to, "priority": "LIKE" });
            let selection = "meetingRequest { id version }";
            let sent = server
                .mutate(company, "sendMeetingRequest", input, selection)
                .await;
            let offer = &suggestion["bestMatch"]["offer"]["id"];
            let h = hospitals.iter().position(|(_, own)| own == offer).unwrap();
            let request = &sent["meetingRequest"];
            let answer =
                json!({ "id": request["id"], "version": request["version"], "accept": h % 2 == 1 });
            let hospital = &hospitals[h].0;
            let answered = server
                .mutate(
                    hospital,
                    "answerMeetingRequest",
                    answer,
                    "meetingRequest { id version }",
                )
                .await;
            if h % 2 == 0 {
                declined = Some((company, hospital, answered["meetingRequest"].clone()));
            }
        }
    }
    let learned = scene.day(&scene.organiser, LEARNED).await["learnedWeights"].clone();
    assert_eq!(learned["decisions"], 48);
    assert_eq!(learned["reasonNotReady"], Value::Null);
    said_for_use_conditions(scene, declined.unwrap()).await;
    let weight = |weights: &Value, criterion: &str| {
        let mut all = weights.as_array().unwrap().iter();
        all.find(|row| row["criterion"] == criterion).unwrap()["weight"]
            .as_f64()
            .unwrap()
    };
    let (disease, kinds) = (
        weight(&learned["weights"], "DISEASE"),
        weight(&learned["weights"], "DATA_KINDS"),
    );
    assert!(
        (1.5..3.0).contains(&disease) && (2.0..=4.0).contains(&kinds),
        "{learned:#}"
    );
    let loss = |field: &str| learned[field].as_f64().unwrap();
    assert!(loss("logLoss") < loss("baselineLogLoss"), "{learned:#}");
    assert_eq!(
        (&learned["better"], &learned["calibrated"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(learned["uncertainty"].as_array().unwrap().len(), 13);
    // A shadow: nothing changes until the organiser adopts it.
    let current = scene
        .day(&scene.organiser, "matchingWeights { version }")
        .await;
    assert_eq!(current["matchingWeights"]["version"], 1);

    let input = |version: i32| json!({ "matchingDayId": scene.day, "version": version, "reason": "결정에서 학습" });
    let stale = scene
        .refusal(&scene.organiser, "adoptLearnedWeights", input(2))
        .await;
    assert_eq!(stale.1, "STALE");
    let selection = format!("matchingWeights {{ {WEIGHTS} }}");
    let adopted = server
        .mutate(
            &scene.organiser,
            "adoptLearnedWeights",
            input(1),
            &selection,
        )
        .await["matchingWeights"]
        .clone();
    assert_eq!(
        (&adopted["version"], &adopted["origin"]),
        (&json!(2), &json!("LEARNED"))
    );
    assert_eq!(adopted["weights"], learned["weights"]);
    let list = scene.suggestions(&companies[0], 20).await;
    let by_kinds = |suggestion: &&Value| {
        let offer = &suggestion["bestMatch"]["offer"]["id"];
        hospitals.iter().position(|(_, own)| own == offer).unwrap() % 2 == 1
    };
    assert_eq!(
        list[..6].iter().filter(by_kinds).count(),
        6,
        "those with all kinds come first"
    );
    assert_eq!(
        list[0]["probability"],
        Value::Null,
        "not called a probability yet"
    );
}

/// A no for use conditions is read by the sender, and teaches nothing.
async fn said_for_use_conditions(scene: &Scene, declined: (&User, &User, Value)) {
    let (company, hospital, request) = declined;
    let server = &scene.server;
    let answer = |accept: bool, version: &Value| json!({ "id": request["id"], "version": version, "accept": accept, "declineReason": "USE_CONDITIONS" });
    let refused = server
        .refused(
            hospital,
            "answerMeetingRequest",
            answer(true, &request["version"]),
        )
        .await;
    assert_eq!(
        (&refused["code"], &refused["path"]),
        (&json!("INVALID"), &json!(["declineReason"]))
    );
    let selection = "meetingRequest { version declineReason }";
    let no = server
        .mutate(
            hospital,
            "answerMeetingRequest",
            answer(false, &request["version"]),
            selection,
        )
        .await;
    assert_eq!(no["meetingRequest"]["declineReason"], "USE_CONDITIONS");
    let query =
        "query($id: ID!) { node(id: $id) { ... on MeetingRequest { answer declineReason } } }";
    let read = server
        .data(company, query, json!({ "id": request["id"] }))
        .await;
    assert_eq!(
        read["node"],
        json!({ "answer": "DECLINED", "declineReason": "USE_CONDITIONS" })
    );
    let learned = scene.day(&scene.organiser, LEARNED).await["learnedWeights"].clone();
    assert_eq!(learned["decisions"], 47);
    // Without a reason it counts again.
    let plain =
        json!({ "id": request["id"], "version": no["meetingRequest"]["version"], "accept": false });
    let no = server
        .mutate(hospital, "answerMeetingRequest", plain, selection)
        .await;
    assert_eq!(no["meetingRequest"]["declineReason"], Value::Null);
}
