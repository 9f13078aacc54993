//! A world in which every field has something to show, and somebody of every role.

use chrono::NaiveDate;
use matchday_api::app::organisation::ColleaguePlan;
use matchday_domain::catalogue::Country;
use matchday_domain::id::{ConsortiumId, OrganisationId};
use matchday_domain::organisation::{
    Consortium, ConsortiumMember, ConsortiumRole, FirmSize, HospitalTier, LegalForm,
    OrganisationKind, Profile, Region, Role,
};
use matchday_domain::text::{Language, Text};
use matchday_tests::{IdProvider, SmtpServer, TestDatabase, TestServer, User};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Somebody who tries.
pub struct Actor {
    /// `guest`, `newcomer`, `pending`, `kind.tenant.role`, or `kind.tenant.key.scope`.
    pub label: String,
    pub user: Option<User>,
    /// His or her own person and organisation; ids that lead nowhere where there is none.
    pub own: BTreeMap<&'static str, String>,
}

pub struct World {
    pub server: TestServer,
    pub actors: Vec<Actor>,
    /// Sample → global id.
    pub ids: BTreeMap<String, String>,
    _smtp: SmtpServer,
}

const KINDS: [(OrganisationKind, &str); 5] = [
    (OrganisationKind::Company, "company"),
    (OrganisationKind::ResearchInstitute, "institute"),
    (OrganisationKind::Hospital, "hospital"),
    (OrganisationKind::Organiser, "organiser"),
    (OrganisationKind::Observer, "observer"),
];
const ROLES: [(Role, &str); 3] = [
    (Role::Administrator, "administrator"),
    (Role::Member, "member"),
    (Role::Reviewer, "reviewer"),
];

fn profile(kind: OrganisationKind, name: &str) -> Profile {
    Profile {
        kind,
        name: Text::new(Some(&format!("{name} 기관")), Some(name)),
        region: Some(Region::Busan),
        country: Country::korea(),
        firm_size: Some(FirmSize::Small),
        legal_form: Some(LegalForm::ForProfit),
        foreign_parent: Some(false),
        tier: Some(HospitalTier::General),
        beds: Some(700),
        designated: kind == OrganisationKind::Hospital,
    }
}

fn offer() -> Value {
    json!({
        "title": { "ko": "폐암 흉부 CT 코호트", "en": "Lung cancer CT" }, "abstract": { "ko": "당뇨병 환자의 CT" },
        "keywords": ["CT"], "contactOffice": "data@hospital.example", "library": "CANCER_CLINICAL", "opensOn": "2026-01-01",
        "conditions": ["C34"], "counts": [{ "code": "C34", "count": 1200, "asOf": "2026-06", "basis": "MEASURED" }],
        "population": { "size": 5000, "sex": "ALL", "ageMin": 20, "ageMax": 90, "sizeAsOf": "2026-06", "sizeBasis": "MEASURED" },
        "period": { "start": "2015-01", "end": "2025-12" }, "refresh": "MONTHLY", "timeLagMonths": 2,
        "dataKinds": ["imaging.ct"], "variables": ["stage"], "standards": ["DICOM"], "codingSystems": ["KCD-8"],
        "completenessPercent": 95, "accessModes": ["CLOSED_REMOTE"], "approvals": ["IRB"],
        "review": { "cutoffDay": 10, "meetingDays": [20] }, "leadTime": "ONE_TO_TWO_WEEKS",
        "cost": { "model": "FIXED", "amount": 1_000_000 }, "linkableTo": ["DEATH"], "smallCountThreshold": 10,
        "preferences": { "capacityPerYear": 5, "collaboration": true, "partners": ["COMPANY"], "purposes": ["METHOD"], "returnOfResults": true },
        "usePolicies": [{ "permission": "HMB", "modifiers": ["COMMERCIAL_OK", "IRB"] }],
    })
}

fn demand(confidentiality: &str, excluded: Value) -> Value {
    json!({
        "title": { "ko": "폐결절 판독 보조" }, "aim": { "ko": "당뇨병 환자의 폐결절을 찾는 모형" }, "conditionsText": { "ko": "유방암" },
        "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"], "dataKindsWished": ["imaging.mri"],
        "dataKindsAnyOf": ["imaging.ct", "imaging.mri"], "variablesRequired": ["stage"], "variablesWished": ["smoking"],
        "population": { "sex": "ALL", "ageMin": 20, "ageMax": 80, "inclusion": { "ko": "수술 전" } },
        "period": { "start": "2018-01", "end": "2024-12" }, "standards": ["DICOM"], "subjectsMin": 500, "subjectsWished": 900,
        "purpose": "METHOD", "duoPurpose": "DS", "commercial": true, "methodsDevelopment": true, "usesGenotype": false,
        "ancestryResearch": false, "clinicalCare": false, "deidentification": "PSEUDONYMISED", "linkage": ["DEATH"],
        "accessModes": ["CLOSED_REMOTE"], "viewerCountries": ["KR"], "processingCountries": ["KR"], "irbStatus": "APPROVED",
        "willingToCollaborate": true, "willingToPublish": true, "willingToReturnResults": true, "publishBy": "2028-01-01",
        "useMonths": 12, "budget": 160_000_000, "budgetClass": "OWN", "ownShare": 10_000_000, "neededBy": "2027-09-30",
        "confidentiality": confidentiality, "excludedOrganisations": excluded,
    })
}

impl World {
    /// Fills a database.
    pub async fn build(database: &TestDatabase) -> Self {
        let smtp = SmtpServer::start().await;
        let server = TestServer::start(database, &smtp).await;
        let mut world = Self {
            server,
            actors: Vec::new(),
            ids: BTreeMap::new(),
            _smtp: smtp,
        };
        world.people().await;
        world.ways_in().await;
        world.consortium().await;
        world.catalogue().await;
        world.matching_day().await;
        world.server.settle().await;
        // What the company itself changed stands in its log, with who did it.
        let administrator = world.user("company.own.administrator").clone();
        let query = "{ viewer { organisation { accessLog(first: 1, filter: { deed: CHANGE, resource: DEMAND }) { edges { node { id } } } } } }";
        let read = world.server.data(&administrator, query, json!({})).await;
        let line = &read["viewer"]["organisation"]["accessLog"]["edges"][0]["node"]["id"];
        let line = line.as_str().expect("a line of the access log").to_owned();
        world.ids.insert("log-line".to_owned(), line);
        // And the organiser sees what is done at the day.
        let query = "query($id: ID!) { node(id: $id) { ... on MatchingDay { accessLog(first: 1, filter: { resource: REGISTRATION }) { edges { node { id } } } } } }";
        let organiser = world.user("organiser.own.member").clone();
        let day = json!({ "id": world.ids["day"] });
        let read = world.server.data(&organiser, query, day).await;
        let line = &read["node"]["accessLog"]["edges"][0]["node"]["id"];
        let line = line.as_str().expect("a line about the day").to_owned();
        world.ids.insert("log-line-day".to_owned(), line);
        world
    }

    fn user(&self, label: &str) -> &User {
        let actor = self.actors.iter().find(|actor| actor.label == label);
        actor.and_then(|actor| actor.user.as_ref()).expect(label)
    }

    /// Who somebody is, by his or her own word.
    async fn actor(&self, label: &str, user: Option<User>) -> Actor {
        let none = Uuid::nil();
        let mut own = BTreeMap::from([
            ("me", format!("person:{none}")),
            ("mine", format!("organisation:{none}")),
        ]);
        if let Some(user) = &user {
            let query = "{ viewer { person { id } organisation { id } } }";
            let viewer = self.server.data(user, query, json!({})).await["viewer"].clone();
            for (name, id) in [
                ("me", &viewer["person"]["id"]),
                ("mine", &viewer["organisation"]["id"]),
            ] {
                if let Some(id) = id.as_str() {
                    own.insert(name, id.to_owned());
                }
            }
        }
        Actor {
            label: label.to_owned(),
            user,
            own,
        }
    }

    async fn session(&self, email: &str) -> User {
        let opened = self
            .server
            .service
            .app
            .open_session_for(&email.parse().unwrap())
            .await
            .unwrap();
        User {
            email: email.to_owned(),
            token: opened.token,
        }
    }

    async fn people(&mut self) {
        let guest = self.actor("guest", None).await;
        self.actors.push(guest);
        for (kind, name) in KINDS {
            for tenant in ["own", "other"] {
                let email = |role: &str| format!("{role}@{tenant}-{name}.example");
                let people = ROLES.map(|(role, title)| ColleaguePlan {
                    email: email(title).parse().unwrap(),
                    name: format!("{title} of {tenant} {name}"),
                    role,
                    language: Language::En,
                });
                let profile = profile(kind, &format!("{tenant} {name}"));
                let app = &self.server.service.app;
                let made = app
                    .found_organisation(profile, None, people.into())
                    .await
                    .unwrap();
                self.ids
                    .insert(format!("{name}-{tenant}"), made.id.to_string());
                for (_, title) in ROLES {
                    let user = self.session(&email(title)).await;
                    let actor = self
                        .actor(&format!("{name}.{tenant}.{title}"), Some(user))
                        .await;
                    self.actors.push(actor);
                }
            }
        }
        let person = self.actors.iter().find(|a| a.label == "company.own.member");
        let person = person.unwrap().own["me"].clone();
        self.ids.insert("colleague".to_owned(), person);
        // Two who have only just come.
        let smtp = &self._smtp;
        let newcomer = self.server.sign_in(smtp, "newcomer@example.com").await;
        let pending = self.server.sign_in(smtp, "pending@example.com").await;
        let input = json!({ "kind": "COMPANY", "name": { "ko": "대기" } });
        let made = self
            .server
            .mutate(
                &pending,
                "registerOrganisation",
                input,
                "organisation { id }",
            )
            .await;
        self.ids.insert(
            "unverified".to_owned(),
            made["organisation"]["id"].as_str().unwrap().to_owned(),
        );
        for (label, user) in [("newcomer", newcomer), ("pending", pending)] {
            let actor = self.actor(label, Some(user)).await;
            self.actors.push(actor);
        }
    }

    /// API keys of the company and the hospital, of each scope one, as actors; an invitation, an identity provider and a
    /// mail domain of the company.
    async fn ways_in(&mut self) {
        for (kind, tenant) in [
            ("company", "own"),
            ("company", "other"),
            ("hospital", "own"),
        ] {
            let administrator = self.user(&format!("{kind}.{tenant}.administrator")).clone();
            for scope in ["READ", "CATALOGUE", "DEMANDS", "MATCHING_DAY"] {
                let input = json!({ "name": scope, "scopes": [scope], "expiresAt": "2026-12-31T00:00:00Z" });
                let made = self
                    .server
                    .mutate(&administrator, "createApiKey", input, "token apiKey { id }")
                    .await;
                let user = User {
                    email: String::new(),
                    token: made["token"].as_str().unwrap().to_owned(),
                };
                let label = format!("{kind}.{tenant}.key.{}", scope.to_lowercase());
                let actor = self.actor(&label, Some(user)).await;
                self.actors.push(actor);
                self.ids.insert(
                    "key".to_owned(),
                    made["apiKey"]["id"].as_str().unwrap().to_owned(),
                );
            }
        }
        let administrator = self.user("company.own.administrator").clone();
        let invitation = json!({ "email": "invited@example.com", "name": "새", "role": "MEMBER" });
        let domain = json!({ "domain": "own-company.example" });
        let email = "somebody@own-company.example";
        let provider = IdProvider::start(&self.server.clock, email).await;
        self.ids
            .insert("issuer".to_owned(), provider.issuer.clone());
        let issuer = json!({ "issuer": provider.issuer, "clientId": provider.client_id });
        for (sample, name, input, field) in [
            ("invitation", "inviteColleague", invitation, "invitation"),
            ("domain", "claimMailDomain", domain, "mailDomain"),
        ] {
            let selection = format!("{field} {{ id }}");
            let made = self
                .server
                .mutate(&administrator, name, input, &selection)
                .await;
            let id = made[field]["id"].as_str().unwrap().to_owned();
            self.ids.insert(sample.to_owned(), id);
        }
        self.server
            .mutate(
                &administrator,
                "setIdentityProvider",
                issuer,
                "identityProvider { issuer }",
            )
            .await;
        // Another session of the same person.
        self.session(&administrator.email).await;
        let query = "{ viewer { organisation { members { id role } } sessions(first: 5) { edges { node { id current } } } } }";
        let read = self.server.data(&administrator, query, json!({})).await["viewer"].clone();
        let members = read["organisation"]["members"].as_array().unwrap();
        let member = members
            .iter()
            .find(|member| member["role"] == "MEMBER")
            .unwrap();
        let sessions = read["sessions"]["edges"].as_array().unwrap();
        let session = sessions
            .iter()
            .find(|edge| edge["node"]["current"] == false)
            .unwrap();
        for (sample, id) in [
            ("place", &member["id"]),
            ("session", &session["node"]["id"]),
        ] {
            self.ids
                .insert(sample.to_owned(), id.as_str().unwrap().to_owned());
        }
    }

    async fn consortium(&mut self) {
        let id = ConsortiumId(Uuid::now_v7());
        let tx = self.server.service.app.store().begin().await.unwrap();
        let name = Text::new(Some("하나"), None);
        tx.insert_consortium(&Consortium { id, name })
            .await
            .unwrap();
        for tenant in ["own", "other"] {
            let organisation = self.ids[&format!("hospital-{tenant}")].parse::<OrganisationId>();
            let part = ConsortiumMember {
                consortium: id,
                organisation: organisation.unwrap(),
                role: ConsortiumRole::Member,
                from: "2025-01-01".parse::<NaiveDate>().unwrap(),
                until: None,
            };
            tx.insert_consortium_member(Uuid::now_v7(), &part)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        self.ids.insert("consortium".to_owned(), id.to_string());
        self.ids
            .insert("no-place".to_owned(), format!("membership:{}", Uuid::nil()));
    }

    /// Creates an offer or a demand, and lets it be seen if there is a step for it.
    async fn publish(&mut self, sample: &str, owner: &str, step: &str, content: Value) {
        let what = if owner.starts_with("hospital") {
            "Offer"
        } else {
            "Demand"
        };
        let field = what.to_lowercase();
        let selection = format!("{field} {{ id }}");
        let input = json!({ "content": content });
        let user = self.user(owner).clone();
        let made = self
            .server
            .mutate(&user, &format!("create{what}"), input, &selection)
            .await;
        let id = made[&field]["id"].as_str().unwrap().to_owned();
        if !step.is_empty() {
            let input = json!({ "id": id, "version": 1, "step": step });
            self.server
                .mutate(&user, &format!("move{what}"), input, &selection)
                .await;
        }
        self.ids.insert(sample.to_owned(), id);
    }

    async fn catalogue(&mut self) {
        let (company, hospital) = ("company.own.member", "hospital.own.member");
        let other = self.ids["hospital-other"].clone();
        self.publish("offer", hospital, "LIST", offer()).await;
        self.publish("offer-draft", hospital, "", offer()).await;
        // One change of this hospital's conditions would open it to companies.
        let mut closed = offer();
        closed["usePolicies"] = json!([{ "permission": "HMB", "modifiers": ["NCU"] }]);
        self.publish("offer-closed", hospital, "LIST", closed).await;
        let open = json!([]);
        self.publish("demand", company, "OPEN", demand("NAMED", json!([other])))
            .await;
        self.publish(
            "demand-blind",
            company,
            "OPEN",
            demand("BLIND", open.clone()),
        )
        .await;
        self.publish("demand-met", company, "OPEN", demand("BLIND", open.clone()))
            .await;
        self.publish("demand-draft", company, "", demand("NAMED", open))
            .await;
        self.server.settle().await;
        for (sample, of) in [("match", "demand"), ("match-blind", "demand-blind")] {
            let query = "query($id: ID!) { node(id: $id) { ... on Demand { matches(first: 1) { edges { node { id } } } } } }";
            let data = self
                .server
                .data(self.user(company), query, json!({ "id": self.ids[of] }))
                .await;
            let id = &data["node"]["matches"]["edges"][0]["node"]["id"];
            self.ids
                .insert(sample.to_owned(), id.as_str().expect(sample).to_owned());
        }
    }

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

    async fn matching_day(&mut self) {
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
            let input = json!({ "matchingDayId": self.ids["day"], "delegates": [delegate], "meetingsMin": 0, "meetingsMax": 3 });
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
        for sample in ["arrangement-draft", "arrangement"] {
            let input = json!({ "matchingDayId": self.ids["day"], "seed": 7, "iterations": 500 });
            let made = self
                .server
                .mutate(&organiser, "startArrangement", input, "arrangement { id }")
                .await;
            let id = made["arrangement"]["id"].as_str().unwrap().to_owned();
            self.ids.insert(sample.to_owned(), id);
            self.server.settle().await;
        }
        let input = json!({ "id": self.ids["arrangement"] });
        self.server
            .mutate(
                &organiser,
                "publishArrangement",
                input,
                "arrangement { id }",
            )
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
