//! What an organiser rules about the timetable is kept, told, and refused where it contradicts itself.

mod refusals;
mod scene;

use matchday_tests::{TestDatabase, on_both};
use scene::{RUN, Scene};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

on_both!(the_timetable_keeps_the_rules, the_timetable_keeps_the_rules);

/// Whether a meeting needs the interpreter.
fn interpreted(c: usize) -> bool {
    c == 1 || c == 2
}

async fn the_timetable_keeps_the_rules(database: TestDatabase) {
    let scene = Scene::new(&database).await;
    let (server, organiser) = (&scene.server, &scene.organiser);
    scene.advance("ARRANGING").await;

    // Without rules, each asks the most of the day.
    let free = scene.run().await;
    let consortium = |meetings: &[(usize, usize, i64)]| meetings.iter().filter(|m| m.1 < 2).count();
    assert!(consortium(&scene.meetings(&free)) > 2, "{free:#}");
    assert_eq!(free["groups"], json!([]));

    let set = scene.set(1, scene.shares(1)).await;
    assert_eq!((&set["version"], &set["restSlots"]), (&json!(2), &json!(0)));
    assert_eq!(
        set["groups"][0]["consortium"]["name"]["ko"],
        "하나 컨소시엄"
    );
    assert_eq!(set["groups"][1]["region"], "BUSAN");
    assert_eq!(set["resources"][0]["units"], json!([1, 1, 0]));
    assert!(set["setBy"]["name"].is_string() && set["setAt"].is_string());
    scene.rule(0, 2, "FORBIDDEN").await;
    scene.rule(3, 2, "REQUIRED").await;

    let check = |run: &Value, busan: usize| {
        let meetings = scene.meetings(run);
        assert!(consortium(&meetings) <= 2, "{run:#}");
        assert_eq!(
            meetings.iter().filter(|m| m.1 == 3).count(),
            busan,
            "{run:#}"
        );
        assert!(meetings.iter().any(|m| (m.0, m.1) == (3, 2)), "{run:#}");
        assert!(meetings.iter().all(|m| (m.0, m.1) != (0, 2)), "{run:#}");
        let mut interpreters = BTreeMap::new();
        for (c, _, slot) in meetings.iter().filter(|m| interpreted(m.0)) {
            assert_ne!(*slot, 2, "company {c} has no interpreter");
            *interpreters.entry(slot).or_insert(0) += 1;
        }
        assert!(interpreters.values().all(|used| *used == 1), "{run:#}");
        let groups = &run["groups"];
        assert_eq!(groups[0]["cap"], 2);
        assert_eq!(groups[0]["meetings"], consortium(&meetings));
        assert_eq!(
            (&groups[1]["floor"], &groups[1]["meetings"]),
            (&json!(busan), &json!(busan))
        );
        assert_eq!(groups[0]["name"]["en"], "Hana consortium");
    };
    let first = scene.run().await;
    check(&first, 1);
    // A floor goes before weight: nobody at Busan has accepted, and still it gets a second meeting.
    scene.set(2, scene.shares_known(2)).await;
    let second = scene.run().await;
    check(&second, 2);
    let must = |run: &Value| {
        let meetings = run["meetings"].as_array().unwrap().clone();
        meetings
            .into_iter()
            .find(|m| m["demander"]["id"] == scene.companies[3].1)
    };
    assert!(
        must(&second).unwrap()["meetingRequest"].is_null(),
        "nobody asked"
    );

    // Why not, in both languages, with the names of the rules.
    let (ko, en) = scene.why_not(&second, 0, 2);
    assert!(
        ko.contains("만나지 않도록 정한") && en.contains("the two do not meet"),
        "{ko} {en}"
    );
    let reasons: Vec<(String, String)> = (1..3)
        .flat_map(|c| (0..2).map(move |h| (c, h)))
        .filter(|(c, h)| {
            !scene
                .meetings(&second)
                .iter()
                .any(|m| (m.0, m.1) == (*c, *h))
        })
        .map(|(c, h)| scene.why_not(&second, c, h))
        .collect();
    assert!(
        reasons
            .iter()
            .any(|(ko, en)| ko.contains("하나 컨소시엄") && en.contains("Hana consortium")),
        "{reasons:?}"
    );
    // Of the two who need the interpreter one got Busan: for hospital 2, whoever is free then, no interpreter is left.
    let busan = scene
        .meetings(&second)
        .into_iter()
        .find(|m| m.1 == 3 && interpreted(m.0));
    let (ko, en) = scene.why_not(&second, busan.unwrap().0, 2);
    assert!(
        ko.contains("‘통역사’") && en.contains("“Interpreter” is all taken"),
        "{ko} {en}"
    );

    // The same again, to the last seat.
    let again = scene.run().await;
    let timetable = |run: &Value| {
        let meetings = run["meetings"].as_array().unwrap().iter();
        let place = |m: &Value| json!([m["slot"], m["table"], m["demander"], m["provider"]]);
        meetings.map(place).collect::<Vec<_>>()
    };
    assert_eq!(timetable(&again), timetable(&second));

    // Where another meeting has the interpreter, one that needs it cannot be moved by hand.
    let meetings = again["meetings"].as_array().unwrap();
    let mut with: Vec<&Value> = meetings
        .iter()
        .filter(|m| interpreted(scene.company(&m["demander"]["id"])))
        .collect();
    with.sort_by_key(|m| m["slot"]["index"].as_i64());
    let to = |slot: &Value| json!({ "id": with[0]["id"], "version": with[0]["version"], "slot": slot, "table": 5 });
    for slot in [&with[1]["slot"]["index"], &json!(2)] {
        let error = server.refused(organiser, "moveMeeting", to(slot)).await;
        assert_eq!(
            (&error["code"], &error["path"]),
            (&json!("TAKEN"), &json!(["slot"])),
            "{error}"
        );
        assert!(
            error["messageKo"].as_str().unwrap().contains("통역사"),
            "{error}"
        );
    }

    // After publishing one meeting is called off: what is locked stays, and the rules hold for what is arranged anew.
    let publish = json!({ "id": again["id"] });
    server
        .mutate(
            organiser,
            "publishArrangement",
            publish,
            "arrangement { id }",
        )
        .await;
    let data = server
        .data(organiser, RUN, json!({ "id": again["id"] }))
        .await;
    let published = data["node"]["meetings"].as_array().unwrap().clone();
    for meeting in &published[1..] {
        let input = json!({ "id": meeting["id"], "version": meeting["version"], "locked": true });
        server
            .mutate(organiser, "lockMeeting", input, "meeting { id }")
            .await;
    }
    let input = json!({ "id": published[0]["id"], "version": published[0]["version"] });
    server
        .mutate(organiser, "cancelMeeting", input, "meeting { id }")
        .await;
    let repaired = scene.run().await;
    check(&repaired, 2);
    let kept: BTreeSet<_> = scene.meetings(&repaired).into_iter().collect();
    for meeting in &published[1..] {
        let place = (
            scene.company(&meeting["demander"]["id"]),
            scene.hospital(&meeting["provider"]["id"]),
            meeting["slot"]["index"].as_i64().unwrap(),
        );
        assert!(kept.contains(&place), "{place:?} was moved: {repaired:#}");
    }

    // A rest of a slot between two meetings of everybody.
    let input =
        json!({ "matchingDayId": scene.day, "seed": 7, "iterations": 20_000, "keepLocks": false });
    let rules = scene
        .set(
            3,
            json!({ "restSlots": 1, "smallFirmPercent": 30, "aims": ["PREFERENCES"] }),
        )
        .await;
    assert_eq!(
        rules["groups"].as_array().unwrap().len(),
        2,
        "what is left out stays"
    );
    let started = server
        .mutate(organiser, "startArrangement", input, "arrangement { id }")
        .await;
    server.settle().await;
    let rested = server
        .data(
            organiser,
            RUN,
            json!({ "id": started["arrangement"]["id"] }),
        )
        .await["node"]
        .clone();
    // The organiser put wishes first; every meeting of company 0 is against its wish.
    let levels = rested["levels"].as_array().unwrap();
    let level = |name: &str| levels.iter().position(|level| level["name"] == name);
    assert!(level("PREFERENCES") < level("BREAKS"), "{levels:?}");
    let against = scene.meetings(&rested).iter().filter(|m| m.0 == 0).count();
    let wishes = &levels[level("PREFERENCES").unwrap()];
    assert_eq!(wishes["value"], json!(against), "{levels:?}");
    let mut slots: BTreeMap<(bool, usize), Vec<i64>> = BTreeMap::new();
    for (c, h, slot) in scene.meetings(&rested) {
        slots.entry((true, c)).or_default().push(slot);
        slots.entry((false, h)).or_default().push(slot);
    }
    assert!(slots.values().any(|own| own.len() > 1), "{rested:#}");
    for own in slots.values_mut() {
        own.sort_unstable();
        assert!(own.windows(2).all(|two| two[1] - two[0] > 1), "{rested:#}");
    }
    // Nor is one moved by hand into the rest after another.
    let meetings = rested["meetings"].as_array().unwrap();
    let two = meetings
        .iter()
        .flat_map(|one| meetings.iter().map(move |other| (one, other)));
    let (one, other) = two
        .filter(|(one, other)| {
            one["demander"] == other["demander"] && one["provider"] != other["provider"]
        })
        .max_by_key(|(_, other)| other["slot"]["index"].as_i64())
        .unwrap();
    let near = other["slot"]["index"].as_i64().unwrap() - 1;
    let to = json!({ "id": one["id"], "version": one["version"], "slot": near, "table": one["table"]["number"] });
    let error = server.refused(organiser, "moveMeeting", to).await;
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("TAKEN"), &json!(["slot"])),
        "{error}"
    );
    assert!(
        error["messageKo"]
            .as_str()
            .unwrap()
            .contains("1개 시간을 비워 둡니다"),
        "{error}"
    );
    let history = scene
        .seen(
            organiser,
            "arrangementRulesHistory { version reason restSlots }",
        )
        .await;
    let versions = history["arrangementRulesHistory"].as_array().unwrap();
    let numbers: Vec<_> = versions
        .iter()
        .map(|v| v["version"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
}
