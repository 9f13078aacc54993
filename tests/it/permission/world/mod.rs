//! A world in which every field has something to show, and somebody of every role.

mod catalogue;
mod matching_day;

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
use serde_json::json;
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
}
