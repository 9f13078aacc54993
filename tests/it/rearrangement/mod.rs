//! What changes once the timetable is out: it is re-arranged with few changes, and only those concerned hear of it.

mod refusals;
mod scene;

use matchday_tests::{TestDatabase, on_both};
use scene::{Pair, Place, Scene};
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both!(few_are_moved_and_only_they_hear, few_are_moved);
on_both!(what_has_begun_stays, what_has_begun_stays);
on_both!(what_is_taken_back_is_called_off, taken_back);

/// Those whose meeting is elsewhere, and those that are gone.
fn differences(
    before: &BTreeMap<Pair, Place>,
    after: &BTreeMap<Pair, Place>,
) -> (Vec<Pair>, Vec<Pair>) {
    let changed = before
        .iter()
        .filter(|(pair, place)| after.get(*pair) != Some(*place));
    changed
        .map(|(pair, _)| *pair)
        .partition(|pair| after.contains_key(pair))
}

async fn few_are_moved(database: TestDatabase) {
    let (scene, first) = Scene::published(&database).await;
    let before = scene.timetable().await;

    // The hospital cancels: its meetings are off at once.
    let hospital =
        json!({ "matchingDayId": scene.day, "registrationId": scene.hospitals[2].1, "version": 1 });
    let selection = "registration { withdrawn version }";
    let gone = scene
        .server
        .mutate(
            &scene.organiser,
            "withdrawRegistration",
            hospital,
            selection,
        )
        .await;
    assert_eq!(
        gone["registration"],
        json!({ "withdrawn": true, "version": 2 })
    );
    let cancelled: Vec<_> = (0..3).map(|c| ((c, 2), "CANCEL", 1)).collect();
    scene.mailed(&cancelled).await;
    let mut standing = before.clone();
    standing.retain(|pair, _| pair.1 != 2);
    assert_eq!(scene.timetable().await, standing);

    // A company comes late, and a table is lost under two others. Neither moves anybody by itself.
    let late = standing.iter().find(|(pair, _)| pair.0 == 0).unwrap();
    let (late, missed) = (*late.0, late.1.0);
    scene.absent(&scene.companies[0].0, 0, &[missed]).await;
    let on_table = standing.iter().find(|(pair, _)| pair.0 == 1).unwrap();
    let (slot, table) = (on_table.1.0, on_table.1.1.clone());
    scene.lose(&table, &[slot]).await;
    scene.mailed(&[]).await;
    assert_eq!(scene.timetable().await, standing);

    // Nobody is moved: who can stay in the slot stays.
    let fixed = scene
        .run(json!({ "changes": { "moveNobody": true } }))
        .await;
    assert_eq!(
        (&fixed["movesNobody"], &fixed["priceOfChange"]),
        (&json!(true), &Value::Null)
    );
    let after = scene.places(&fixed["meetings"]);
    for (pair, place) in standing.iter().filter(|(pair, _)| **pair != late) {
        assert_eq!(after[pair].0, place.0, "{pair:?} was moved");
    }

    // At the usual price.
    let wish = json!({ "changes": {}, "idempotencyKey": "on the day" });
    let run = scene.run(wish.clone()).await;
    assert_eq!(run["repairedFrom"]["id"], first);
    assert_eq!(
        (&run["priceOfChange"], &run["movesNobody"]),
        (&json!(30), &json!(false))
    );
    assert_eq!(run["iterations"], 200_000);
    let after = scene.places(&run["meetings"]);
    assert_eq!(after.len(), 6, "{run:#}");
    assert!(after.iter().all(|(pair, place)| {
        pair.1 != 2 && (pair.0 != 0 || place.0 != missed) && (place.0, &place.1) != (slot, &table)
    }));
    let count = |name: &str| run["changes"][name].as_i64().unwrap();
    let moved: Vec<Pair> = (standing.iter())
        .filter(|(pair, place)| after[*pair].0 != place.0)
        .map(|(pair, _)| *pair)
        .collect();
    assert!(moved.contains(&late) && moved.len() <= 3, "{moved:?}");
    let (changed, lost) = differences(&standing, &after);
    assert_eq!(lost, []);
    let unmoved = i64::try_from(changed.len() - moved.len()).unwrap();
    assert_eq!(count("moved"), i64::try_from(moved.len()).unwrap());
    assert_eq!(
        (count("reseated"), count("kept")),
        (unmoved, 6 - count("moved") - unmoved)
    );
    assert_eq!((count("givenUp"), count("added")), (0, 0));
    let levels = run["levels"].as_array().unwrap();
    let level = |name: &str| levels.iter().find(|level| level["name"] == name).unwrap();
    assert_eq!(level("CHANGES")["value"], run["changes"]["moved"]);
    let weight = |name: &str| level(name)["value"].as_i64().unwrap();
    assert_eq!(
        weight("WEIGHT") - weight("WEIGHT_LESS_CHANGES"),
        count("moved") * 300_000
    );

    // The same again: the same run by its key, the same timetable by its input.
    let same = scene.run(wish).await;
    assert_eq!(same["id"], run["id"]);
    let again = scene
        .run(json!({ "changes": { "priceOfChange": 30 } }))
        .await;
    assert_ne!(again["id"], run["id"]);
    assert_eq!(again["meetings"], run["meetings"]);

    // Publishing tells those whose meeting is elsewhere, and nobody else.
    scene.publish(&run["id"]).await;
    let updates: Vec<_> = changed.iter().map(|pair| (*pair, "REQUEST", 1)).collect();
    assert!(updates.len() < 6, "{updates:?}");
    scene.mailed(&updates).await;
    assert_eq!(scene.timetable().await, after);

    // The company leaves altogether: its meetings are given up, all others stay.
    scene.absent(&scene.organiser, 0, &[0, 1, 2, 3, 4]).await;
    let last = scene
        .run(json!({ "changes": { "priceOfChange": 5 } }))
        .await;
    assert_eq!(last["repairedFrom"]["id"], run["id"]);
    assert_eq!(
        last["changes"],
        json!({ "kept": 4, "reseated": 0, "moved": 0, "givenUp": 2, "added": 0 })
    );
    let reason = &last["leftOut"][0]["reason"];
    assert!(reason["ko"].is_string() && reason["en"].is_string());
    scene.publish(&last["id"]).await;
    let dropped: Vec<_> = (0..2)
        .map(|h| {
            let sequence = if changed.contains(&(0, h)) { 2 } else { 1 };
            ((0, h), "CANCEL", sequence)
        })
        .collect();
    scene.mailed(&dropped).await;

    a_page_of_runs_costs_the_same(&scene).await;
}

/// The runs that a page names are read together.
async fn a_page_of_runs_costs_the_same(scene: &Scene) {
    let query = "query($id: ID!, $n: Int!) { node(id: $id) { ... on MatchingDay { arrangements(last: $n) { edges { node {
        number priceOfChange movesNobody changes { kept moved } repairedFrom { number } } } } } } }";
    let mut costs = Vec::new();
    for n in [1, 4] {
        let mut best = u64::MAX;
        // The worker polls now and then: the cheapest of a few tries is the page alone.
        for _ in 0..6 {
            let before = scene.server.service.app.store().statements();
            let variables = json!({ "id": scene.day, "n": n });
            let data = scene.server.data(&scene.organiser, query, variables).await;
            best = best.min(scene.server.service.app.store().statements() - before);
            let edges = data["node"]["arrangements"]["edges"].as_array().unwrap();
            assert_eq!(edges.len(), n);
            assert!(
                edges
                    .iter()
                    .all(|edge| edge["node"]["changes"]["kept"].is_number())
            );
        }
        costs.push(best);
    }
    assert_eq!(costs[0], costs[1]);
}

async fn what_has_begun_stays(database: TestDatabase) {
    let (scene, _) = Scene::published(&database).await;
    scene.advance("RUNNING").await;
    let before = scene.timetable().await;
    let last = before.values().map(|place| place.0).max().unwrap();
    // All but the last slot with meetings has begun.
    scene.begin(last);
    let begun: BTreeMap<_, _> = (before.iter())
        .filter(|(_, place)| place.0 < last)
        .map(|(pair, place)| (*pair, place.clone()))
        .collect();
    let leaving = *before.iter().find(|(_, place)| place.0 == last).unwrap().0;
    assert!(!begun.is_empty() && begun.keys().any(|pair| pair.0 == leaving.0));
    let earlier = |run: &Value| {
        let mut places = scene.places(&run["meetings"]);
        places.retain(|_, place| place.0 < last);
        places
    };

    // What happens now changes nothing of what has happened: neither in a repair nor in a run anew.
    scene
        .absent(&scene.organiser, leaving.0, &[0, 1, 2, 3, 4])
        .await;
    scene.lose(&json!(1), &[0, 1, 2, 3, 4]).await;
    let withdrawn = (leaving.1 + 1) % 3;
    let hospital = json!({ "matchingDayId": scene.day, "version": 1 });
    let user = &scene.hospitals[withdrawn].0;
    scene
        .server
        .mutate(
            user,
            "withdrawRegistration",
            hospital,
            "registration { id }",
        )
        .await;
    let off: Vec<_> = (before.iter())
        .filter(|(pair, place)| pair.1 == withdrawn && place.0 == last)
        .map(|(pair, _)| (*pair, "CANCEL", 1))
        .collect();
    scene.mailed(&off).await;
    let anew = scene.run(json!({ "seed": 9, "keepLocks": false })).await;
    let nobody = scene
        .run(json!({ "changes": { "moveNobody": true } }))
        .await;
    let free = scene
        .run(json!({ "seed": 3, "changes": { "priceOfChange": 0 } }))
        .await;
    for run in [&anew, &nobody, &free] {
        assert_eq!(earlier(run), begun, "{run:#}");
        let places = scene.places(&run["meetings"]);
        let later = places.iter().filter(|(_, place)| place.0 >= last);
        for (pair, place) in later {
            assert!(pair.0 != leaving.0 && pair.1 != withdrawn, "{pair:?}");
            assert_ne!(place.1, 1, "{pair:?} is at the lost table");
        }
    }
    assert_eq!(
        (&anew["repairedFrom"], &anew["changes"]),
        (&Value::Null, &Value::Null)
    );
    assert_ne!(nobody["changes"]["givenUp"], 0);

    // While nobody published it, the next slot begins: what it would change there has begun by now.
    scene.begin(last + 1);
    for run in [&anew, &nobody] {
        let refused = scene
            .server
            .refused(
                &scene.organiser,
                "publishArrangement",
                json!({ "id": run["id"] }),
            )
            .await;
        assert_eq!(
            (&refused["code"], &refused["path"]),
            (&json!("WRONG_STATE"), &json!(["id"]))
        );
        assert!(
            refused["messageKo"]
                .as_str()
                .unwrap()
                .contains("이미 시작된")
        );
    }
    scene.mailed(&[]).await;
    // Nor is anybody sent into a slot that is over.
    let present = before.keys().find(|pair| pair.0 != leaving.0).unwrap();
    let mut to = scene.meeting(*present).await;
    (to["slot"], to["table"]) = (json!(0), json!(2));
    let error = (scene.server)
        .refused(&scene.organiser, "moveMeeting", to)
        .await;
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("WRONG_STATE"), &json!(["slot"]))
    );
    // Arranged once more, it leaves that slot as well, and publishing it tells nobody of the past.
    let run = scene.run(json!({ "changes": {} })).await;
    let standing = scene.timetable().await;
    scene.publish(&run["id"]).await;
    assert_eq!(scene.timetable().await, standing);
    scene.mailed(&[]).await;
}

async fn taken_back(database: TestDatabase) {
    let (scene, _) = Scene::published(&database).await;
    let before = scene.timetable().await;
    let draft = scene.run(json!({ "changes": {} })).await;
    assert_eq!(
        draft["changes"],
        json!({ "kept": 9, "reseated": 0, "moved": 0, "givenUp": 0, "added": 0 })
    );

    // A table that is lost, or somebody who cannot come, makes the draft one of another day.
    let refused = async || {
        let input = json!({ "id": draft["id"] });
        let publish = scene
            .server
            .refused(&scene.organiser, "publishArrangement", input);
        let refused = publish.await;
        assert_eq!(refused["code"], "WRONG_STATE");
        assert!(
            refused["message"].as_str().unwrap().contains("1 meeting"),
            "{refused}"
        );
    };
    let (pair, place) = before.iter().next().unwrap();
    scene.lose(&place.1, &[place.0]).await;
    refused().await;
    scene.lose(&place.1, &[]).await;
    let company = &scene.companies[pair.0].0;
    scene.absent(company, pair.0, &[place.0]).await;
    refused().await;
    scene.absent(company, pair.0, &[]).await;

    // A company takes its request back: the meeting is off, and a timetable that still has it is not published.
    let query = "query($id: ID!) { node(id: $id) { ... on MatchingDay { meetingRequests { edges { node { id version provider { id } } } } } } }";
    let (company, own) = (&scene.companies[1].0, json!({ "id": scene.day }));
    let data = scene.server.data(company, query, own).await;
    let all = data["node"]["meetingRequests"]["edges"]
        .as_array()
        .unwrap()
        .clone();
    let mut all = all.iter().map(|edge| &edge["node"]);
    let request = all
        .find(|node| node["provider"]["id"] == scene.hospitals[1].1)
        .unwrap();
    let input = json!({ "id": request["id"], "version": request["version"] });
    let selection = "meetingRequest { answer }";
    let taken = scene
        .server
        .mutate(company, "withdrawMeetingRequest", input, selection)
        .await;
    assert_eq!(taken["meetingRequest"]["answer"], "WITHDRAWN");
    scene.mailed(&[((1, 1), "CANCEL", 1)]).await;
    refused().await;

    // What the organiser calls off stays off in a repair, and in the repair of that, but not anew.
    let input = scene.meeting((2, 2)).await;
    scene
        .server
        .mutate(&scene.organiser, "cancelMeeting", input, "meeting { id }")
        .await;
    scene.mailed(&[((2, 2), "CANCEL", 1)]).await;
    let mut standing = before.clone();
    standing.retain(|pair, _| ![(1, 1), (2, 2)].contains(pair));
    for _ in 0..2 {
        let run = scene.run(json!({ "changes": {}, "seed": 5 })).await;
        assert_eq!(scene.places(&run["meetings"]), standing);
        scene.publish(&run["id"]).await;
        scene.mailed(&[]).await;
    }
    let run = scene
        .run(json!({ "changes": { "moveNobody": true } }))
        .await;
    let left = run["leftOut"].as_array().unwrap();
    let off = left
        .iter()
        .find(|left| left["demander"]["id"] == scene.companies[2].1)
        .unwrap();
    assert!(
        off["reason"]["ko"].as_str().unwrap().contains("취소"),
        "{off}"
    );
    assert!(
        off["reason"]["en"].as_str().unwrap().contains("called off"),
        "{off}"
    );
    let anew = scene.run(json!({ "seed": 5, "iterations": 20_000 })).await;
    let pairs: Vec<Pair> = scene.places(&anew["meetings"]).into_keys().collect();
    assert!(
        pairs.contains(&(2, 2)) && !pairs.contains(&(1, 1)),
        "{pairs:?}"
    );
    // A pair that must meet is taken up again; its calendar entry is a new one.
    let rule = json!({ "matchingDayId": scene.day, "registrationId": scene.companies[2].1,
        "otherId": scene.hospitals[2].1, "rule": "REQUIRED", "reason": "다시 만나기로" });
    scene
        .server
        .mutate(&scene.organiser, "setPairRule", rule, "ruledPair { rule }")
        .await;
    let run = scene.run(json!({ "changes": {} })).await;
    assert_eq!(
        run["changes"],
        json!({ "kept": 7, "reseated": 0, "moved": 0, "givenUp": 0, "added": 1 })
    );
    scene.publish(&run["id"]).await;
    scene.mailed(&[((2, 2), "REQUEST", 0)]).await;
}
