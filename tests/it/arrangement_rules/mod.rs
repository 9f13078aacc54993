//! What an organiser rules about the timetable is kept, told, and refused where it contradicts itself.

mod refusals;

use matchday_api::app::organisation::ColleaguePlan;
use matchday_domain::catalogue::Country;
use matchday_domain::id::{ConsortiumId, OrganisationId};
use matchday_domain::organisation::{
    Consortium, ConsortiumMember, ConsortiumRole, FirmSize, OrganisationKind, Profile, Region, Role,
};
use matchday_domain::text::{Language, Text};
use matchday_tests::{SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

on_both!(the_timetable_keeps_the_rules, the_timetable_keeps_the_rules);

const RUN: &str = "query($id: ID!) { node(id: $id) { ... on Arrangement { state failure failureReasons { ko en }
    groups { name { ko en } cap floor meetings } levels { name value bound }
    leftOut { demander { id } provider { id } reason { ko en } }
    meetings { id version slot { index } table { number } demander { id } provider { id } meetingRequest { id } state } } } }";

/// Four companies and four hospitals, three slots, five tables. The hospitals 0 and 1 are a consortium, hospital 3 is
/// in Busan. The companies 1 and 2 speak English only, all others Korean only. The companies 0 to 2 ask every hospital,
/// and the hospitals 0 to 2 accept; company 3 asks nobody.
struct Scene {
    server: TestServer,
    organiser: User,
    day: Value,
    consortium: String,
    /// User and registration.
    companies: Vec<(User, Value)>,
    hospitals: Vec<(User, Value)>,
    _smtp: SmtpServer,
}

impl Scene {
    async fn new(database: &TestDatabase) -> Self {
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
    async fn member(&self, kind: OrganisationKind, i: usize, language: &str) -> (User, Value) {
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
        let input = json!({ "matchingDayId": self.day, "delegates": delegates });
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
    async fn unite(&mut self) {
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

    async fn ask(&self, c: usize, h: usize, resources: Value) -> Value {
        let input = json!({ "matchingDayId": self.day, "toId": self.hospitals[h].1, "priority": "LIKE", "resources": resources });
        let user = &self.companies[c].0;
        let selection = "meetingRequest { id version resources { number } }";
        let sent = self
            .server
            .mutate(user, "sendMeetingRequest", input, selection)
            .await;
        sent["meetingRequest"].clone()
    }

    async fn answer(&self, h: usize, request: &Value, accept: bool) {
        let input = json!({ "id": request["id"], "version": request["version"], "accept": accept });
        let user = &self.hospitals[h].0;
        self.server
            .mutate(user, "answerMeetingRequest", input, "meetingRequest { id }")
            .await;
    }

    async fn advance(&self, to: &str) {
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
    async fn seen(&self, user: &User, fields: &str) -> Value {
        let query =
            format!("query($id: ID!) {{ node(id: $id) {{ ... on MatchingDay {{ {fields} }} }} }}");
        let data = self
            .server
            .data(user, &query, json!({ "id": self.day }))
            .await;
        data["node"].clone()
    }

    fn rules(&self, version: i32, rules: Value) -> Value {
        let mut input = rules;
        input["matchingDayId"] = self.day.clone();
        input["version"] = json!(version);
        input["reason"] = json!("운영위원회 결정");
        input
    }

    async fn set(&self, version: i32, rules: Value) -> Value {
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

    fn pair(&self, c: usize, h: usize, rule: &str) -> Value {
        json!({ "matchingDayId": self.day, "registrationId": self.hospitals[h].1, "otherId": self.companies[c].1,
            "rule": rule, "reason": "지난 행사에서 이미 상담" })
    }

    async fn rule(&self, c: usize, h: usize, rule: &str) {
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

    async fn run(&self) -> Value {
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

    fn company(&self, id: &Value) -> usize {
        self.companies
            .iter()
            .position(|(_, own)| own == id)
            .unwrap()
    }

    fn hospital(&self, id: &Value) -> usize {
        self.hospitals
            .iter()
            .position(|(_, own)| own == id)
            .unwrap()
    }

    /// The meetings that stand: company, hospital, slot.
    fn meetings(&self, run: &Value) -> Vec<(usize, usize, i64)> {
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
    fn why_not(&self, run: &Value, c: usize, h: usize) -> (String, String) {
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
    fn shares(&self, busan: i32) -> Value {
        json!({
            "groups": [{ "consortiumId": self.consortium, "cap": 2 }, { "region": "BUSAN", "floor": busan }],
            "resources": [{ "name": { "ko": "통역사", "en": "Interpreter" }, "units": 1,
                "otherUnits": [{ "slot": 2, "units": 0 }], "languages": ["KO", "EN"] }],
        })
    }
}

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
        .set(3, json!({ "restSlots": 1, "smallFirmPercent": 30 }))
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

impl Scene {
    /// [`Self::shares`] once the interpreter has its number.
    fn shares_known(&self, busan: i32) -> Value {
        let mut shares = self.shares(busan);
        shares["resources"][0]["number"] = json!(1);
        shares
    }
}
