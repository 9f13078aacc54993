//! A small matching day at which every rule bites.

use matchday_api::app::organisation::ColleaguePlan;
use matchday_domain::catalogue::Country;
use matchday_domain::id::{ConsortiumId, OrganisationId};
use matchday_domain::organisation::{
    Consortium, ConsortiumMember, ConsortiumRole, FirmSize, OrganisationKind, Profile, Region, Role,
};
use matchday_domain::text::{Language, Text};
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) const RUN: &str = "query($id: ID!) { node(id: $id) { ... on Arrangement { state failure failureReasons { ko en }
    groups { name { ko en } cap floor meetings } levels { name value bound }
    leftOut { demander { id } provider { id } reason { ko en } }
    meetings { id version slot { index } table { number } demander { id } provider { id } meetingRequest { id } state } } } }";

/// Four companies and four hospitals, three slots, five tables. The hospitals 0 and 1 are a consortium, hospital 3 is
/// in Busan. The companies 1 and 2 speak English only, all others Korean only. The companies 0 to 2 ask every hospital,
/// and the hospitals 0 to 2 accept; company 3 asks nobody.
pub(super) struct Scene {
    pub(super) server: TestServer,
    pub(super) organiser: User,
    pub(super) day: Value,
    pub(super) consortium: String,
    /// User and registration.
    pub(super) companies: Vec<(User, Value)>,
    pub(super) hospitals: Vec<(User, Value)>,
    _smtp: SmtpServer,
}

impl Scene {
    pub(super) async fn new(database: &TestDatabase) -> Self {
        let smtp = SmtpServer::start().await;
        let server = TestServer::start(database, &smtp).await;
        let organiser = server
            .organisation(OrganisationKind::Organiser, "day@organiser.example")
            .await;
        let window =
            |closes: &str| json!({ "opensAt": "2026-11-01T00:00:00Z", "closesAt": closes });
        let input = json!({
            "title": { "ko": "매칭데이" }, "tables": ["A", "B", "C", "D", "E"],
            "sessions": [{ "date": "2026-12-10", "starts": "10:00", "ends": "11:30", "slotMinutes": 25, "gapMinutes": 5 }],
            "registrationWindow": window("2026-12-01T00:00:00Z"), "requestWindow": window("2026-12-05T00:00:00Z"),
        });
        let made = server
            .mutate(&organiser, "createMatchingDay", input, "matchingDay { id }")
            .await;
        let mut scene = Self {
            day: made["matchingDay"]["id"].clone(),
            consortium: String::new(),
            server,
            organiser,
            companies: Vec::new(),
            hospitals: Vec::new(),
            _smtp: smtp,
        };
        scene.advance("REGISTRATION").await;
        for i in 0..4 {
            let language = if i == 1 || i == 2 { "EN" } else { "KO" };
            let company = scene.member(OrganisationKind::Company, i, language).await;
            scene.companies.push(company);
            let hospital = scene.member(OrganisationKind::Hospital, i, "KO").await;
            scene.hospitals.push(hospital);
        }
        scene.unite().await;
        scene.advance("REQUESTS").await;
        for c in 0..3 {
            for h in 0..4 {
                let request = scene.ask(c, h, json!([])).await;
                if h < 3 {
                    scene.answer(h, &request, true).await;
                }
            }
        }
        scene
    }

    /// An organisation that takes part.
    pub(super) async fn member(
        &self,
        kind: OrganisationKind,
        i: usize,
        language: &str,
    ) -> (User, Value) {
        let hospital = kind == OrganisationKind::Hospital;
        let email = format!(
            "{i}@{}.example",
            if hospital { "hospital" } else { "company" }
        );
        let region = if hospital && i == 3 {
            Region::Busan
        } else {
            Region::Seoul
        };
        let (ko, en) = if hospital {
            ("병원", "Hospital")
        } else {
            ("기업", "Company")
        };
        let profile = Profile {
            kind,
            name: Text::new(Some(&format!("{ko} {i}")), Some(&format!("{en} {i}"))),
            region: Some(region),
            country: Country::korea(),
            firm_size: (!hospital).then_some(FirmSize::Small),
            legal_form: None,
            foreign_parent: None,
            tier: None,
            beds: None,
            designated: hospital,
        };
        // Hospital 2 never lacks a delegate.
        let size = if hospital && i == 2 { 3 } else { 1 };
        let people = (0..size).map(|n| ColleaguePlan {
            email: if n == 0 {
                email.clone()
            } else {
                format!("{n}.{email}")
            }
            .parse()
            .unwrap(),
            name: format!("{n} {email}"),
            role: Role::Administrator,
            language: Language::En,
        });
        let app = &self.server.service.app;
        app.found_organisation(profile, None, people.collect())
            .await
            .unwrap();
        let token = app
            .open_session_for(&email.parse().unwrap())
            .await
            .unwrap()
            .token;
        let user = User { email, token };
        let query = "{ viewer { organisation { members { person { id } } } } }";
        let read = self.server.data(&user, query, json!({})).await;
        let members = read["viewer"]["organisation"]["members"]
            .as_array()
            .unwrap()
            .iter();
        let delegate =
            |m: &Value| json!({ "personId": m["person"]["id"], "languages": [language] });
        let delegates: Vec<Value> = members.map(delegate).collect();
        assert_eq!(delegates.len(), size);
        // All slots lie before noon: what company 0 wishes cannot be had.
        let half = (!hospital && i == 0).then_some("AFTERNOON");
        let input =
            json!({ "matchingDayId": self.day, "delegates": delegates, "preferredHalf": half });
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

    /// The hospitals 0 and 1 become a consortium, and hospital 2 had been in it until the day before.
    pub(super) async fn unite(&mut self) {
        let id = ConsortiumId(Uuid::now_v7());
        let tx = self.server.service.app.store().begin().await.unwrap();
        let name = Text::new(Some("하나 컨소시엄"), Some("Hana consortium"));
        tx.insert_consortium(&Consortium { id, name })
            .await
            .unwrap();
        for (i, (user, _)) in self.hospitals.iter().enumerate().take(3) {
            let query = "{ viewer { organisation { id } } }";
            let own = self.server.data(user, query, json!({})).await;
            let own = own["viewer"]["organisation"]["id"]
                .as_str()
                .unwrap()
                .to_owned();
            let part = ConsortiumMember {
                consortium: id,
                organisation: own.parse::<OrganisationId>().unwrap(),
                role: ConsortiumRole::Member,
                from: "2025-01-01".parse().unwrap(),
                until: (i == 2).then(|| "2026-12-10".parse().unwrap()),
            };
            tx.insert_consortium_member(Uuid::now_v7(), &part)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        self.consortium = id.to_string();
    }

    pub(super) async fn ask(&self, c: usize, h: usize, resources: Value) -> Value {
        let input = json!({ "matchingDayId": self.day, "toId": self.hospitals[h].1, "priority": "LIKE", "resources": resources });
        let user = &self.companies[c].0;
        let selection = "meetingRequest { id version resources { number } }";
        let sent = self
            .server
            .mutate(user, "sendMeetingRequest", input, selection)
            .await;
        sent["meetingRequest"].clone()
    }

    pub(super) async fn answer(&self, h: usize, request: &Value, accept: bool) {
        let input = json!({ "id": request["id"], "version": request["version"], "accept": accept });
        let user = &self.hospitals[h].0;
        self.server
            .mutate(user, "answerMeetingRequest", input, "meetingRequest { id }")
            .await;
    }

    pub(super) async fn advance(&self, to: &str) {
        let version = self.seen(&self.organiser, "version").await["version"].clone();
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

    /// Fields of the matching day, as somebody sees them.
    pub(super) async fn seen(&self, user: &User, fields: &str) -> Value {
        let query =
            format!("query($id: ID!) {{ node(id: $id) {{ ... on MatchingDay {{ {fields} }} }} }}");
        let data = self
            .server
            .data(user, &query, json!({ "id": self.day }))
            .await;
        data["node"].clone()
    }

    pub(super) fn rules(&self, version: i32, rules: Value) -> Value {
        let mut input = rules;
        input["matchingDayId"] = self.day.clone();
        input["version"] = json!(version);
        input["reason"] = json!("운영위원회 결정");
        input
    }

    pub(super) async fn set(&self, version: i32, rules: Value) -> Value {
        let input = self.rules(version, rules);
        let selection = "arrangementRules { version reason restSlots outsideCapitalPercent smallFirmPercent setBy { name } setAt
            groups { consortium { name { ko } } region outsideCapital firmSize legalForm cap floor }
            resources { number name { ko en } units languages } }";
        let set = self
            .server
            .mutate(&self.organiser, "setArrangementRules", input, selection)
            .await;
        set["arrangementRules"].clone()
    }

    pub(super) fn pair(&self, c: usize, h: usize, rule: &str) -> Value {
        json!({ "matchingDayId": self.day, "registrationId": self.hospitals[h].1, "otherId": self.companies[c].1,
            "rule": rule, "reason": "지난 행사에서 이미 상담" })
    }

    pub(super) async fn rule(&self, c: usize, h: usize, rule: &str) {
        let selection =
            "ruledPair { rule reason demander { id } provider { id } setBy { name } setAt }";
        let input = self.pair(c, h, rule);
        let set = self
            .server
            .mutate(&self.organiser, "setPairRule", input, selection)
            .await;
        let pair = &set["ruledPair"];
        assert_eq!(pair["rule"], rule);
        assert_eq!(
            (&pair["demander"]["id"], &pair["provider"]["id"]),
            (&self.companies[c].1, &self.hospitals[h].1)
        );
    }

    pub(super) async fn run(&self) -> Value {
        let wish = json!({ "matchingDayId": self.day, "seed": 7, "iterations": 20_000 });
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
        let id = &started["arrangement"]["id"];
        let data = self
            .server
            .data(&self.organiser, RUN, json!({ "id": id }))
            .await;
        let mut run = data["node"].clone();
        run["id"] = id.clone();
        run
    }

    pub(super) fn company(&self, id: &Value) -> usize {
        self.companies
            .iter()
            .position(|(_, own)| own == id)
            .unwrap()
    }

    pub(super) fn hospital(&self, id: &Value) -> usize {
        self.hospitals
            .iter()
            .position(|(_, own)| own == id)
            .unwrap()
    }

    /// The meetings that stand: company, hospital, slot.
    pub(super) fn meetings(&self, run: &Value) -> Vec<(usize, usize, i64)> {
        assert_eq!(run["state"], "DONE", "{run:#}");
        let meetings = run["meetings"].as_array().unwrap().iter();
        meetings
            .filter(|meeting| meeting["state"] != "CANCELLED")
            .map(|meeting| {
                (
                    self.company(&meeting["demander"]["id"]),
                    self.hospital(&meeting["provider"]["id"]),
                    meeting["slot"]["index"].as_i64().unwrap(),
                )
            })
            .collect()
    }

    /// Why a pair was left out.
    pub(super) fn why_not(&self, run: &Value, c: usize, h: usize) -> (String, String) {
        let left = run["leftOut"].as_array().unwrap().iter();
        let mut of_pair = left.filter(|left| {
            left["demander"]["id"] == self.companies[c].1
                && left["provider"]["id"] == self.hospitals[h].1
        });
        let left = of_pair
            .next()
            .unwrap_or_else(|| panic!("{c} and {h} are not left out: {run:#}"));
        let reason = |language: &str| left["reason"][language].as_str().unwrap().to_owned();
        (reason("ko"), reason("en"))
    }

    /// The rules of the story: the consortium at most twice, Busan as often at least, an interpreter in two slots.
    pub(super) fn shares(&self, busan: i32) -> Value {
        json!({
            "groups": [{ "consortiumId": self.consortium, "cap": 2 }, { "region": "BUSAN", "floor": busan }],
            "resources": [{ "name": { "ko": "통역사", "en": "Interpreter" }, "units": 1,
                "otherUnits": [{ "slot": 2, "units": 0 }], "languages": ["KO", "EN"] }],
        })
    }

    /// [`Self::shares`] once the interpreter has its number.
    pub(super) fn shares_known(&self, busan: i32) -> Value {
        let mut shares = self.shares(busan);
        shares["resources"][0]["number"] = json!(1);
        shares
    }
}
