//! The service on a port of its own, and its users.

use crate::inputs;
use crate::{FixedClock, SmtpServer, TestDatabase};
use matchday_api::app::SeededRandomness;
use matchday_api::app::organisation::ColleaguePlan;
use matchday_api::config::{Config, Layer};
use matchday_api::lifecycle::Shutdown;
use matchday_api::server::Service;
use matchday_domain::catalogue::Country;
use matchday_domain::organisation::{Membership, OrganisationKind, Person, Profile, Role};
use matchday_domain::text::{Language, Text};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Today, in tests.
pub const NOW: &str = "2026-11-15T01:00:00Z";

/// The service on a port of its own.
pub struct TestServer {
    pub url: String,
    pub clock: FixedClock,
    pub service: Arc<Service>,
    shutdown: Shutdown,
    http: reqwest::Client,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct User {
    pub email: String,
    pub token: String,
}

impl TestServer {
    /// Serves and works on a database, mailing to a server.
    pub async fn start(database: &TestDatabase, smtp: &SmtpServer) -> Self {
        Self::start_at(database, smtp, FixedClock::at(NOW), 1).await
    }

    /// The same with a clock, and randomness of its own.
    pub async fn start_at(
        database: &TestDatabase,
        smtp: &SmtpServer,
        clock: FixedClock,
        seed: u64,
    ) -> Self {
        Self::start_with(database, smtp, clock, seed, &[]).await
    }

    /// The same with further settings; they win.
    pub async fn start_with(
        database: &TestDatabase,
        smtp: &SmtpServer,
        clock: FixedClock,
        seed: u64,
        further: &[(&str, &str)],
    ) -> Self {
        let settings = [
            ("database.url", database.url.as_str()),
            ("http.listen", "127.0.0.1:0"),
            ("http.development", "true"),
            ("mail.url", smtp.url.as_str()),
            // A busy machine is no failure.
            ("database.acquire_timeout_ms", "30000"),
            // Long: what happens is pushed, and a test that counts statements is not disturbed.
            ("worker.poll_ms", "10000"),
            // All tests come from one address; those of the rates set their own.
            ("limits.requests_per_address", "1000000"),
            ("limits.sign_ins_per_address", "1000000"),
            ("limits.operations_per_user", "1000000"),
            ("limits.mass_actions_per_user", "1000000"),
        ];
        let layer = |settings: &[(&str, &str)]| {
            let pairs = settings.iter();
            Layer::flags(pairs.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())))
        };
        let config = Config::merge(vec![layer(&settings), layer(further)]).unwrap();
        let randomness = Arc::new(SeededRandomness::new(seed));
        let service = Service::open_with(config, true, Arc::new(clock.clone()), randomness)
            .await
            .unwrap();
        let service = Arc::new(service);
        let listener = service.listen().await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shutdown = Shutdown::new();
        service.start_work(&shutdown);
        let (serving, stop) = (service.clone(), shutdown.clone());
        tokio::spawn(async move { serving.serve(listener, &stop).await });
        Self {
            url,
            clock,
            service,
            shutdown,
            http: reqwest::Client::new(),
        }
    }

    /// Posts an operation; the whole answer.
    pub async fn post(&self, user: Option<&User>, query: &str, variables: Value) -> Value {
        let mut request = self
            .http
            .post(format!("{}/graphql", self.url))
            .header("accept", "application/json")
            .header("accept-language", "en")
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(user) = user {
            request = request.bearer_auth(&user.token);
        }
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Posts an operation that must succeed; its data.
    pub async fn data(&self, user: &User, query: &str, variables: Value) -> Value {
        let answer = self.post(Some(user), query, variables).await;
        assert!(answer["errors"].is_null(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// A mutation that must succeed: its payload. `selection` is what is wanted of the payload.
    pub async fn mutate(&self, user: &User, name: &str, input: Value, selection: &str) -> Value {
        let payload = self.try_mutate(user, name, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}: {payload:#}");
        payload
    }

    /// A mutation that must be refused: its first user error.
    pub async fn refused(&self, user: &User, name: &str, input: Value) -> Value {
        let payload = self.try_mutate(user, name, input, "clientMutationId").await;
        assert_ne!(payload["userErrors"], json!([]), "{name} was not refused");
        for error in payload["userErrors"].as_array().unwrap() {
            let path = error["path"].as_array().unwrap().iter();
            let path: Vec<_> = path.filter_map(Value::as_str).collect();
            assert!(
                inputs::has(&input_type(name), &path),
                "{name} has no such field: {error:#}"
            );
        }
        payload["userErrors"][0].clone()
    }

    async fn try_mutate(&self, user: &User, name: &str, input: Value, selection: &str) -> Value {
        let typ = input_type(name);
        let query = format!(
            "mutation($i: {typ}!) {{ {name}(input: $i) {{ {selection} userErrors {{ path code message messageKo }} }} }}"
        );
        self.data(user, &query, json!({ "i": input })).await[name].clone()
    }

    /// Signs somebody in with the code that comes by mail.
    pub async fn sign_in(&self, smtp: &SmtpServer, email: &str) -> User {
        let asked = self
            .post(
                None,
                "mutation($i: RequestSignInInput!) { requestSignIn(input: $i) { email userErrors { code } } }",
                json!({ "i": { "email": email } }),
            )
            .await;
        assert_eq!(asked["data"]["requestSignIn"]["email"], email, "{asked:#}");
        let mail = smtp
            .wait_for("the sign-in code", |mail| mail.to == email)
            .await;
        let text = mail.text();
        let digits = text
            .split(|c: char| !c.is_ascii_digit())
            .find(|word| word.len() == 8);
        let code = digits.unwrap_or_else(|| panic!("no code in {text}"));
        let opened = self
            .post(
                None,
                "mutation($i: SignInInput!) { signIn(input: $i) { token userErrors { code } } }",
                json!({ "i": { "email": email, "code": code } }),
            )
            .await;
        let token = opened["data"]["signIn"]["token"]
            .as_str()
            .unwrap_or_else(|| panic!("{opened:#}"))
            .to_owned();
        User {
            email: email.to_owned(),
            token,
        }
    }

    /// An organisation that the operator has set up, with somebody signed in as its administrator.
    pub async fn organisation(&self, kind: OrganisationKind, email: &str) -> User {
        let profile = Profile {
            kind,
            name: Text::new(
                Some(&format!("{email} 기관")),
                Some(&format!("Organisation of {email}")),
            ),
            region: None,
            country: Country::korea(),
            firm_size: None,
            legal_form: None,
            foreign_parent: Some(false),
            tier: None,
            beds: None,
            designated: kind == OrganisationKind::Hospital,
        };
        let person = ColleaguePlan {
            email: email.parse().unwrap(),
            name: email.to_owned(),
            role: Role::Administrator,
            language: Language::En,
        };
        self.service
            .app
            .found_organisation(profile, None, vec![person])
            .await
            .unwrap();
        let opened = self
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

    /// Somebody signed in with a place in the organisation for which `of` acts, as if invited and accepted.
    pub async fn colleague(&self, of: &User, email: &str, name: &str, role: Role) -> User {
        let query = "{ viewer { organisation { id } } }";
        let own = self.data(of, query, json!({})).await["viewer"]["organisation"]["id"].clone();
        let app = &self.service.app;
        let person = Person {
            id: Uuid::now_v7().into(),
            email: email.parse().unwrap(),
            name: name.to_owned(),
            language: Language::En,
            created_at: app.now(),
        };
        let place = Membership {
            id: Uuid::now_v7().into(),
            person: person.id,
            organisation: own.as_str().unwrap().parse().unwrap(),
            role,
        };
        let tx = app.store().begin().await.unwrap();
        tx.insert_person(&person).await.unwrap();
        tx.insert_membership(&place).await.unwrap();
        tx.commit().await.unwrap();
        let opened = app.open_session_for(&person.email).await.unwrap();
        User {
            email: email.to_owned(),
            token: opened.token,
        }
    }

    /// Waits until the outbox is empty.
    pub async fn settle(&self) {
        for _ in 0..600 {
            if self.service.app.store().job_counts().await.unwrap().pending == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "jobs are left: {:?}",
            self.service.app.store().job_counts().await
        );
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.shutdown.cut();
    }
}

/// The type of a mutation's input.
fn input_type(mutation: &str) -> String {
    match mutation {
        "cancelArrangement" | "publishArrangement" => "ArrangementInput".to_owned(),
        "issueCalendarFeed" | "revokeCalendarFeed" => "CalendarFeedInput".to_owned(),
        "answerDemandCodes" | "answerOfferCodes" => "AnswerCodesInput".to_owned(),
        _ => format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]),
    }
}
