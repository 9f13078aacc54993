//! A matching day from its announcement to its meetings.

use super::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl World {
    async fn day(&mut self, sample: &str) {
        let window = |opens: &str, closes: &str| json!({ "opensAt": opens, "closesAt": closes });
        let input = json!({
            "title": { "ko": "데이터 활용 매칭데이", "en": "Matching day" }, "venue": { "ko": "서울" },
            "sessions": [{ "date": "2026-12-10", "starts": "10:00", "ends": "12:00", "slotMinutes": 25, "gapMinutes": 5 }],
            "tables": ["A1", "A2"],
            "registrationWindow": window("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            "requestWindow": window("2026-11-01T00:00:00Z", "2026-12-05T00:00:00Z"),
        });
        let organiser = self.user("organiser.own.member").clone();
        let made = self
            .server
            .mutate(&organiser, "createMatchingDay", input, "matchingDay { id }")
            .await;
        let id = made["matchingDay"]["id"].as_str().unwrap().to_owned();
        self.ids.insert(sample.to_owned(), id);
    }

    async fn advance(&self, to: &str) {
        let organiser = self.user("organiser.own.member");
        let query = "query($id: ID!) { node(id: $id) { ... on MatchingDay { version } } }";
        let id = &self.ids["day"];
        let read = self
            .server
            .data(organiser, query, json!({ "id": id }))
            .await;
        let input = json!({ "id": id, "version": read["node"]["version"], "to": to });
        self.server
            .mutate(
                organiser,
                "advanceMatchingDay",
                input,
                "matchingDay { state }",
            )
            .await;
    }

    /// A run that is done: anew, or from what was published.
    async fn run(&mut self, sample: &str, changes: Value) {
        let organiser = self.user("organiser.own.member").clone();
        let input = json!({ "matchingDayId": self.ids["day"], "seed": 7, "iterations": 500, "changes": changes });
        let made = self
            .server
            .mutate(&organiser, "startArrangement", input, "arrangement { id }")
            .await;
        let id = made["arrangement"]["id"].as_str().unwrap().to_owned();
        self.ids.insert(sample.to_owned(), id);
        self.server.settle().await;
    }

    pub(super) async fn matching_day(&mut self) {
        self.day("day-draft").await;
        self.day("day").await;
        self.advance("REGISTRATION").await;
        let organiser = self.user("organiser.own.member").clone();
        let weights = json!({
            "matchingDayId": self.ids["day"], "version": 1, "weights": { "disease": 30.0 }, "reason": "암 중심",
        });
        self.server
            .mutate(
                &organiser,
                "setMatchingWeights",
                weights,
                "matchingWeights { version }",
            )
            .await;
        let rules = json!({
            "matchingDayId": self.ids["day"], "version": 1, "reason": "고르게",
            "groups": [{ "consortiumId": self.ids["consortium"], "cap": 10 }],
            "resources": [{ "name": { "ko": "통역" }, "units": 1 }],
        });
        self.server
            .mutate(
                &organiser,
                "setArrangementRules",
                rules,
                "arrangementRules { version }",
            )
            .await;
        for (sample, label) in [
            ("registration", "company.own.member"),
            ("registration-hospital", "hospital.own.member"),
            ("registration-other", "hospital.other.member"),
            ("registration-institute", "institute.own.member"),
        ] {
            let actor = self.actors.iter().find(|a| a.label == label).unwrap();
            // The other hospital is free when the company is not: it will be left out.
            let unavailable = match sample {
                "registration-other" => [1, 2, 3].as_slice(),
                _ => [0].as_slice(),
            };
            let delegate = json!({ "personId": actor.own["me"], "fields": "영상", "unavailableSlots": unavailable });
            let input = json!({ "matchingDayId": self.ids["day"], "delegates": [delegate], "meetingsMin": 0, "meetingsMax": 3, "preferredHalf": "MORNING" });
            let user = actor.user.clone().unwrap();
            let selection = "registration { id delegates { id } }";
            let made = self
                .server
                .mutate(&user, "registerForMatchingDay", input, selection)
                .await["registration"]
                .clone();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            self.ids.insert(sample.to_owned(), text(&made["id"]));
            if sample == "registration" {
                let delegate = text(&made["delegates"][0]["id"]);
                self.ids.insert("delegate".to_owned(), delegate);
            }
        }
        self.advance("REQUESTS").await;
        let pair = json!({
            "matchingDayId": self.ids["day"], "registrationId": self.ids["registration-institute"],
            "otherId": self.ids["registration-other"], "rule": "FORBIDDEN", "reason": "이미 만남",
        });
        self.server
            .mutate(&organiser, "setPairRule", pair, "ruledPair { rule }")
            .await;
        self.request().await;
        self.advance("ARRANGING").await;
        self.run("arrangement", json!(null)).await;
        let input = json!({ "id": self.ids["arrangement"] });
        self.server
            .mutate(
                &organiser,
                "publishArrangement",
                input,
                "arrangement { id }",
            )
            .await;
        self.run("arrangement-draft", json!({ "priceOfChange": 5 }))
            .await;
        for (sample, run) in [
            ("meeting", "arrangement"),
            ("meeting-draft", "arrangement-draft"),
        ] {
            let query =
                "query($id: ID!) { node(id: $id) { ... on Arrangement { meetings { id } } } }";
            let data = self
                .server
                .data(&organiser, query, json!({ "id": self.ids[run] }))
                .await;
            let id = data["node"]["meetings"][0]["id"].as_str().expect(sample);
            self.ids.insert(sample.to_owned(), id.to_owned());
        }
    }

    /// The company asks the hospital, which accepts; the other hospital asks the company, which does not answer; the
    /// hospital says silently that it does not want to meet the institute.
    async fn request(&mut self) {
        let ids = &self.ids;
        let ask = |from: &str, to: &str, priority: &str| json!({ "matchingDayId": ids["day"], "toId": ids[to], "priority": priority, "message": format!("{from} 드림") });
        let mut first = ask("company", "registration-hospital", "MUST");
        first["demandId"] = json!(ids["demand-met"]);
        first["offerId"] = json!(ids["offer"]);
        first["resources"] = json!([1]);
        let second = ask("hospital", "registration", "LIKE");
        let (company, hospital, other) = (
            self.user("company.own.member").clone(),
            self.user("hospital.own.member").clone(),
            self.user("hospital.other.member").clone(),
        );
        let silent = ask("hospital", "registration-institute", "NO_THANKS");
        let mut made = BTreeMap::new();
        for (sample, user, input) in [
            ("request", &company, first),
            ("request-open", &other, second),
            ("request-silent", &hospital, silent),
        ] {
            let sent = self
                .server
                .mutate(
                    user,
                    "sendMeetingRequest",
                    input,
                    "meetingRequest { id version }",
                )
                .await["meetingRequest"]
                .clone();
            made.insert(sample.to_owned(), sent["id"].as_str().unwrap().to_owned());
        }
        self.ids.extend(made);
        let answer = json!({ "id": self.ids["request"], "version": 1, "accept": true });
        self.server
            .mutate(
                &hospital,
                "answerMeetingRequest",
                answer,
                "meetingRequest { answer }",
            )
            .await;
    }
}
