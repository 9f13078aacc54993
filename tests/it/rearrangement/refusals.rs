//! What a re-arrangement, and what is said for it on the day, is refused for.

use super::scene::Scene;
use matchday_domain::organisation::{OrganisationKind, Role};
use matchday_tests::{TestDatabase, on_both};
use serde_json::{Value, json};

on_both!(what_cannot_be_has_its_reason, refusals);

async fn refusals(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    let (server, organiser) = (&scene.server, &scene.organiser);
    let refused = async |wish: Value| {
        let wish = scene.wish(wish);
        server.refused(organiser, "startArrangement", wish).await
    };
    let told = |error: &Value| (error["code"].clone(), error["path"].clone());

    // There is nothing to begin with.
    let error = refused(json!({ "changes": {} })).await;
    assert_eq!(told(&error), (json!("WRONG_STATE"), json!(["changes"])));
    assert!(
        error["messageKo"]
            .as_str()
            .unwrap()
            .contains("공개된 일정표가 없어")
    );
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("no published timetable")
    );
    let path = json!(["changes", "priceOfChange"]);
    for points in [-1, 1_001] {
        let error = refused(json!({ "changes": { "priceOfChange": points } })).await;
        assert_eq!(told(&error), (json!("OUT_OF_RANGE"), path.clone()));
    }
    let both = json!({ "changes": { "priceOfChange": 30, "moveNobody": true } });
    assert_eq!(told(&refused(both).await), (json!("INVALID"), path));
    let run = scene.run(json!({ "seed": 7, "iterations": 20_000 })).await;
    assert_eq!(
        (
            &run["repairedFrom"],
            &run["priceOfChange"],
            &run["movesNobody"],
            &run["changes"]
        ),
        (&Value::Null, &Value::Null, &json!(false), &Value::Null)
    );

    // Registration is opened again, and somebody else comes than the draft seats.
    scene.advance("REQUESTS").await;
    let (company, registration) = &scene.companies[1];
    let colleague = server
        .colleague(company, "colleague@company.example", "C", Role::Member)
        .await;
    let own = server.data(&colleague, "{ viewer { person { id } } }", json!({}));
    let person = own.await["viewer"]["person"]["id"].clone();
    let query = "query($id: ID!) { node(id: $id) { ... on Registration { version } } }";
    let read = server
        .data(company, query, json!({ "id": registration }))
        .await;
    let input = json!({ "matchingDayId": scene.day, "version": read["node"]["version"],
        "delegates": [{ "personId": person }] });
    server
        .mutate(
            company,
            "registerForMatchingDay",
            input,
            "registration { id }",
        )
        .await;
    scene.advance("ARRANGING").await;
    let error = server
        .refused(organiser, "publishArrangement", json!({ "id": run["id"] }))
        .await;
    assert_eq!(told(&error), (json!("WRONG_STATE"), json!(["id"])));
    assert!(
        error["message"].as_str().unwrap().contains("3 meeting"),
        "{error}"
    );
    let run = scene.run(json!({ "seed": 7, "iterations": 20_000 })).await;
    scene.publish(&run["id"]).await;

    // A locked meeting that cannot stay is named before the run begins.
    let (pair, place) = scene.timetable().await.into_iter().next().unwrap();
    let mut lock = scene.meeting(pair).await;
    lock["locked"] = json!(true);
    server
        .mutate(organiser, "lockMeeting", lock, "meeting { locked }")
        .await;
    scene
        .absent(&scene.companies[pair.0].0, pair.0, &[place.0])
        .await;
    let error = refused(json!({ "changes": {} })).await;
    assert_eq!(error["code"], "WRONG_STATE");
    let name = &scene.companies[pair.0].0.email;
    let (ko, en) = (
        error["messageKo"].as_str().unwrap(),
        error["message"].as_str().unwrap(),
    );
    assert!(ko.contains(name) && ko.contains("고정을 풀어"), "{error}");
    assert!(en.contains(name) && en.contains("unlock it"), "{error}");
    let run = scene
        .run(json!({ "changes": {}, "keepLocks": false }))
        .await;
    assert_ne!(run["changes"]["moved"], 0, "{run:#}");

    // Who comes late says so in time and of its own.
    let own = scene.absence(&scene.companies[0].1, &[5]).await;
    let error = server
        .refused(&scene.companies[0].0, "changeAvailability", own.clone())
        .await;
    assert_eq!(
        told(&error),
        (
            json!("NOT_FOUND"),
            json!(["delegates", "0", "unavailableSlots", "0"])
        )
    );
    let stranger = server
        .organisation(OrganisationKind::Company, "x@company.example")
        .await;
    for user in [&stranger, &scene.hospitals[0].0] {
        let error = server
            .refused(user, "changeAvailability", own.clone())
            .await;
        assert_eq!(
            told(&error),
            (json!("NOT_FOUND"), json!(["registrationId"]))
        );
    }
    let mut stale = own;
    stale["version"] = json!(99);
    let error = server.refused(organiser, "changeAvailability", stale).await;
    assert_eq!(error["code"], "STALE");
    let version = scene.day("version").await["version"].clone();
    let table =
        json!({ "matchingDayId": scene.day, "version": version, "table": 4, "closedSlots": [9] });
    let error = server.refused(organiser, "closeTable", table.clone()).await;
    assert_eq!(
        told(&error),
        (json!("NOT_FOUND"), json!(["closedSlots", "0"]))
    );
    let error = server
        .refused(&scene.companies[0].0, "closeTable", table)
        .await;
    assert_eq!(error["code"], "FORBIDDEN");
    // Nobody is moved by hand to a table that is lost.
    scene.lose(&json!(1), &[4]).await;
    let mut to = scene.meeting(pair).await;
    (to["slot"], to["table"]) = (json!(4), json!(1));
    let error = server.refused(organiser, "moveMeeting", to).await;
    assert_eq!(told(&error), (json!("TAKEN"), json!(["table"])));

    // Once the day is over nothing of it changes.
    scene.advance("RUNNING").await;
    scene.advance("CLOSED").await;
    let late = scene.absence(&scene.companies[0].1, &[1]).await;
    let error = server
        .refused(&scene.companies[0].0, "changeAvailability", late)
        .await;
    assert_eq!(error["code"], "WRONG_STATE");
    let back = json!({ "matchingDayId": scene.day, "version": 1 });
    let error = server
        .refused(&scene.hospitals[0].0, "withdrawRegistration", back)
        .await;
    assert_eq!(error["code"], "WRONG_STATE");
}
