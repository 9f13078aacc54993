//! A small matching day with a published timetable, on its own morning.

use chrono::TimeDelta;
use matchday_domain::organisation::OrganisationKind;
use matchday_tests::{FixedClock, SmtpServer, TestDatabase, TestServer, User};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const RUN: &str = "query($id: ID!) { node(id: $id) { ... on Arrangement { state failure iterations
    repairedFrom { id } priceOfChange movesNobody changes { kept reseated moved givenUp added }
    levels { name value bound } leftOut { demander { id } provider { id } reason { ko en } }
    meetings { slot { index } table { number } delegates { id } demander { id } provider { id } } } } }";

/// Minutes from the beginning of the story to the first slot, and from slot to slot.
const UNTIL_THE_FIRST: i64 = 120;
const EACH: i64 = 30;

/// Where a meeting is: slot, table, delegates.
pub(super) type Place = (i64, Value, BTreeSet<String>);
/// Company and hospital, by number.
pub(super) type Pair = (usize, usize);

/// Three companies and three hospitals that all want to meet, five slots, three tables: nine meetings in fifteen places.
pub(super) struct Scene {
    pub(super) server: TestServer,
    pub(super) smtp: SmtpServer,
    pub(super) organiser: User,
    pub(super) day: Value,
    /// User and registration.
    pub(super) companies: Vec<(User, Value)>,
    pub(super) hospitals: Vec<(User, Value)>,
}

impl Scene {
    /// Two hours before the first slot, the timetable is not made yet.
    pub(super) async fn new(database: &TestDatabase) -> Self {
        let smtp = SmtpServer::start().await;
        let clock = FixedClock::at("2026-12-09T23:00:00Z");
        let server = TestServer::start_at(database, &smtp, clock, 1).await;
        let organiser = server
            .organisation(OrganisationKind::Organiser, "day@organiser.example")
            .await;
        let window =
            json!({ "opensAt": "2026-11-01T00:00:00Z", "closesAt": "2026-12-09T23:30:00Z" });
        let input = json!({
            "title": { "ko": "매칭데이" }, "tables": ["A", "B", "C"],
            "sessions": [{ "date": "2026-12-10", "starts": "10:00", "ends": "12:30", "slotMinutes": 25, "gapMinutes": 5 }],
            "registrationWindow": window, "requestWindow": window,
        });
        let made = server
            .mutate(&organiser, "createMatchingDay", input, "matchingDay { id }")
            .await;
        let mut scene = Self {
            day: made["matchingDay"]["id"].clone(),
            server,
            smtp,
            organiser,
            companies: Vec::new(),
            hospitals: Vec::new(),
        };
        scene.advance("REGISTRATION").await;
        for i in 0..3 {
            let company = scene.member(OrganisationKind::Company, i).await;
            scene.companies.push(company);
            let hospital = scene.member(OrganisationKind::Hospital, i).await;
            scene.hospitals.push(hospital);
        }
        scene.advance("REQUESTS").await;
        for (company, _) in &scene.companies {
            for (_, hospital) in &scene.hospitals {
                let input =
                    json!({ "matchingDayId": scene.day, "toId": hospital, "priority": "LIKE" });
                scene
                    .server
                    .mutate(
                        company,
                        "sendMeetingRequest",
                        input,
                        "meetingRequest { id }",
                    )
                    .await;
            }
        }
        scene.advance("ARRANGING").await;
        scene
    }

    /// The same with a published timetable, all mails forgotten.
    pub(super) async fn published(database: &TestDatabase) -> (Self, Value) {
        let scene = Self::new(database).await;
        let run = scene.run(json!({ "seed": 7, "iterations": 20_000 })).await;
        scene.publish(&run["id"]).await;
        let scene = scene.silent().await;
        assert_eq!(scene.timetable().await.len(), 9);
        (scene, run["id"].clone())
    }

    async fn silent(self) -> Self {
        self.server.settle().await;
        self.smtp.clear();
        self
    }

    async fn member(&self, kind: OrganisationKind, i: usize) -> (User, Value) {
        let email = format!("{i}@{kind:?}.example").to_lowercase();
        let user = self.server.organisation(kind, &email).await;
        let query = "{ viewer { person { id } } }";
        let own = self.server.data(&user, query, json!({})).await;
        let delegate = json!({ "personId": own["viewer"]["person"]["id"] });
        let input = json!({ "matchingDayId": self.day, "delegates": [delegate] });
        let made = self
            .server
            .mutate(
                &user,
                "registerForMatchingDay",
                input,
                "registration { id }",
            )
            .await;
        (user, made["registration"]["id"].clone())
    }

    /// Moves the clock on: so many slots have begun.
    pub(super) fn begin(&self, slots: i64) {
        let now = matchday_domain::time::Clock::now(&self.server.clock);
        let first: chrono::DateTime<chrono::Utc> = "2026-12-10T01:00:00Z".parse().unwrap();
        assert!(first - now <= TimeDelta::minutes(UNTIL_THE_FIRST));
        let then = first + TimeDelta::minutes(EACH * (slots - 1) + 1);
        self.server.clock.advance(then - now);
    }

    pub(super) async fn advance(&self, to: &str) {
        let version = self.day("version").await["version"].clone();
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

    /// Fields of the matching day, as the organiser sees them.
    pub(super) async fn day(&self, fields: &str) -> Value {
        let query =
            format!("query($id: ID!) {{ node(id: $id) {{ ... on MatchingDay {{ {fields} }} }} }}");
        let id = json!({ "id": self.day });
        self.server.data(&self.organiser, &query, id).await["node"].clone()
    }

    pub(super) fn wish(&self, wish: Value) -> Value {
        let mut wish = wish;
        wish["matchingDayId"] = self.day.clone();
        wish
    }

    /// A run that has ended, with its id.
    pub(super) async fn run(&self, wish: Value) -> Value {
        let wish = self.wish(wish);
        let started = self
            .server
            .mutate(
                &self.organiser,
                "startArrangement",
                wish,
                "arrangement { id }",
            )
            .await;
        self.server.settle().await;
        let id = started["arrangement"]["id"].clone();
        let read = self.server.data(&self.organiser, RUN, json!({ "id": id }));
        let mut run = read.await["node"].clone();
        assert_eq!(run["state"], "DONE", "{run:#}");
        run["id"] = id;
        run
    }

    /// Publishes a minute later.
    pub(super) async fn publish(&self, run: &Value) {
        self.server.clock.advance(TimeDelta::minutes(1));
        self.server
            .mutate(
                &self.organiser,
                "publishArrangement",
                json!({ "id": run }),
                "arrangement { id }",
            )
            .await;
        self.server.settle().await;
    }

    /// The meetings that are published and stand.
    pub(super) async fn timetable(&self) -> BTreeMap<Pair, Place> {
        let read = self
            .day("timetable { state slot { index } table { number } delegates { id } demander { id } provider { id } }")
            .await;
        let all = read["timetable"].as_array().unwrap().clone();
        let standing: Vec<Value> = (all.into_iter())
            .filter(|meeting| meeting["state"] != "CANCELLED")
            .collect();
        self.places(&json!(standing))
    }

    /// Where the meetings of a run are.
    pub(super) fn places(&self, meetings: &Value) -> BTreeMap<Pair, Place> {
        let at = |list: &[(User, Value)], id: &Value| {
            list.iter().position(|(_, own)| own == id).unwrap()
        };
        let meetings = meetings.as_array().unwrap().iter();
        meetings
            .map(|meeting| {
                let delegates = meeting["delegates"].as_array().unwrap().iter();
                let pair = (
                    at(&self.companies, &meeting["demander"]["id"]),
                    at(&self.hospitals, &meeting["provider"]["id"]),
                );
                let place = (
                    meeting["slot"]["index"].as_i64().unwrap(),
                    meeting["table"]["number"].clone(),
                    delegates.map(|d| d["id"].to_string()).collect(),
                );
                (pair, place)
            })
            .collect()
    }

    /// A published meeting: its id and version.
    pub(super) async fn meeting(&self, pair: Pair) -> Value {
        let read = self
            .day("timetable { id version demander { id } provider { id } }")
            .await;
        let all = read["timetable"].as_array().unwrap();
        let mut found = all.iter().filter(|meeting| {
            meeting["demander"]["id"] == self.companies[pair.0].1
                && meeting["provider"]["id"] == self.hospitals[pair.1].1
        });
        let found = found.next().unwrap();
        json!({ "id": found["id"], "version": found["version"] })
    }

    /// What `changeAvailability` is to be told.
    pub(super) async fn absence(&self, registration: &Value, slots: &[i64]) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on Registration { version delegates { id } } } }";
        let id = json!({ "id": registration });
        let read = self.server.data(&self.organiser, query, id).await["node"].clone();
        let delegate =
            json!({ "delegateId": read["delegates"][0]["id"], "unavailableSlots": slots });
        json!({ "registrationId": registration, "version": read["version"], "delegates": [delegate] })
    }

    /// Somebody says that a company cannot meet in these slots.
    pub(super) async fn absent(&self, by: &User, company: usize, slots: &[i64]) {
        let input = self.absence(&self.companies[company].1, slots).await;
        let selection = "registration { version delegates { unavailableSlots } }";
        let changed = self
            .server
            .mutate(by, "changeAvailability", input.clone(), selection)
            .await["registration"]
            .clone();
        assert_eq!(changed["delegates"][0]["unavailableSlots"], json!(slots));
        assert_ne!(changed["version"], input["version"]);
    }

    /// The organiser loses a table in these slots.
    pub(super) async fn lose(&self, table: &Value, slots: &[i64]) {
        let version = self.day("version").await["version"].clone();
        let input = json!({ "matchingDayId": self.day, "version": version, "table": table, "closedSlots": slots });
        let selection = "matchingDay { tables { number closedSlots } }";
        let closed = self
            .server
            .mutate(&self.organiser, "closeTable", input, selection)
            .await;
        let tables = closed["matchingDay"]["tables"].as_array().unwrap().clone();
        let of = tables.iter().find(|of| of["number"] == *table).unwrap();
        assert_eq!(of["closedSlots"], json!(slots));
    }

    fn email(&self, pair: Pair) -> [String; 2] {
        [
            self.companies[pair.0].0.email.clone(),
            self.hospitals[pair.1].0.email.clone(),
        ]
    }

    /// The mails since the last time: exactly these messages of calendars, to both sides of each pair, and an agenda to
    /// everybody of them and nobody else.
    pub(super) async fn mailed(&self, wanted: &[(Pair, &str, u32)]) {
        self.server.settle().await;
        let mails = self.smtp.mails();
        self.smtp.clear();
        let line = |text: &str, name: &str| {
            let mut lines = text.lines();
            let found = lines.find_map(|line| line.strip_prefix(name));
            found.unwrap_or_default().trim().to_owned()
        };
        let mut told = Vec::new();
        let mut agendas = BTreeSet::new();
        for mail in &mails {
            match mail.calendar() {
                Some(text) => {
                    told.push((
                        mail.to.clone(),
                        line(&text, "METHOD:"),
                        line(&text, "SEQUENCE:"),
                    ));
                }
                None => assert!(
                    agendas.insert(mail.to.clone()),
                    "two agendas to {}",
                    mail.to
                ),
            }
        }
        let mut expected = Vec::new();
        for (pair, method, sequence) in wanted {
            for to in self.email(*pair) {
                expected.push((to, (*method).to_owned(), sequence.to_string()));
            }
        }
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
        let touched: BTreeSet<String> = expected.into_iter().map(|(to, ..)| to).collect();
        assert_eq!(agendas, touched);
    }
}
