//! How people and programs come in, and how they are kept out.

mod api_keys;
mod browser;
mod colleagues;
mod provider_set_up;
mod provider_sign_in;
mod provider_tokens;
mod sessions;
mod sign_in;
mod sign_in_log;

use matchday_domain::organisation::OrganisationKind;
use matchday_domain::time::Clock;
use matchday_tests::server::NOW;
use matchday_tests::{FixedClock, IdProvider, SmtpServer, TestDatabase, TestServer, User};
use serde_json::{Value, json};

/// A server with a hospital, a company and an organiser.
struct Cast {
    server: TestServer,
    smtp: SmtpServer,
    hospital: User,
    company: User,
    organiser: User,
}

async fn cast(database: &TestDatabase) -> Cast {
    cast_with(database, &[]).await
}

async fn cast_with(database: &TestDatabase, settings: &[(&str, &str)]) -> Cast {
    let smtp = SmtpServer::start().await;
    let clock = FixedClock::at(NOW);
    let server = TestServer::start_with(database, &smtp, clock, 1, settings).await;
    let hospital = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    let company = server
        .organisation(OrganisationKind::Company, "c@company.example")
        .await;
    let organiser = server
        .organisation(OrganisationKind::Organiser, "o@organiser.example")
        .await;
    Cast {
        server,
        smtp,
        hospital,
        company,
        organiser,
    }
}

/// What a provider says instead of the truth.
type Lie = Box<dyn Fn(&mut Value) + Send + Sync>;

/// How many rows of a table hold a secret in the clear.
async fn kept(database: &TestDatabase, table: &str, column: &str, secret: &str) -> i64 {
    use sea_orm::{ConnectionTrait, Database, Statement};
    let connection = Database::connect(&database.url).await.unwrap();
    let sql =
        format!("SELECT count(*) AS n FROM {table} WHERE CAST({column} AS text) LIKE '%{secret}%'");
    let ask = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(ask).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

/// Somebody who sends this token.
fn bearer(token: &str) -> User {
    User {
        email: String::new(),
        token: token.to_owned(),
    }
}

impl Cast {
    /// The code of the first error of an operation that must fail.
    async fn error(&self, user: &User, query: &str) -> String {
        let answer = self.server.post(Some(user), query, json!({})).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("{query}\n{answer:#}"))
            .to_owned()
    }

    /// The code of the first user error of a mutation that must be refused.
    async fn refusal(&self, user: &User, name: &str, input: Value) -> String {
        let error = self.server.refused(user, name, input).await;
        let korean = error["messageKo"].as_str().unwrap();
        assert!(
            korean.chars().any(|c| ('가'..='힣').contains(&c)),
            "{error}"
        );
        error["code"].as_str().unwrap().to_owned()
    }

    async fn viewer(&self, user: &User) -> Value {
        let query = "query { viewer { email role organisation { id members { id email role } }
            memberships { role organisation { id } } } }";
        self.server.data(user, query, json!({})).await["viewer"].clone()
    }

    async fn organisation_id(&self, user: &User) -> Value {
        self.viewer(user).await["organisation"]["id"].clone()
    }

    /// The place that somebody holds in the organisation of `user`.
    async fn place(&self, user: &User, email: &str) -> Value {
        let viewer = self.viewer(user).await;
        let members = viewer["organisation"]["members"].as_array().unwrap().iter();
        let mut found = members.filter(|member| member["email"] == email);
        found.next().unwrap_or_else(|| panic!("no {email}"))["id"].clone()
    }

    /// The token of the invitation that was mailed last to an address.
    async fn invitation_token(&self, email: &str) -> String {
        let mail = self
            .smtp
            .wait_for("an invitation", |mail| {
                mail.to == email && mail.text().contains("/invitation?token=")
            })
            .await;
        let text = mail.text();
        let rest = text.split("/invitation?token=").nth(1).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// Has an administrator invite somebody who says yes and signs in.
    async fn colleague(&self, administrator: &User, email: &str, role: &str) -> User {
        let input = json!({ "email": email, "name": "새 동료", "role": role, "language": "EN" });
        self.server
            .mutate(administrator, "inviteColleague", input, "invitation { id }")
            .await;
        let token = self.invitation_token(email).await;
        let answer = self.answer_invitation(&token, true).await;
        assert_eq!(answer["state"], "ACCEPTED", "{answer:#}");
        self.smtp.clear();
        self.server.sign_in(&self.smtp, email).await
    }

    /// Answers an invitation, signed in as nobody; the payload.
    async fn answer_invitation(&self, token: &str, accept: bool) -> Value {
        let query = "mutation($i: AnswerInvitationInput!) { answerInvitation(input: $i) { state userErrors { code } } }";
        let input = json!({ "i": { "token": token, "accept": accept } });
        self.server.post(None, query, input).await["data"]["answerInvitation"].clone()
    }

    /// A provider for the hospital, which has one mail domain approved.
    async fn provider(&self, input: Value) -> IdProvider {
        let provider = IdProvider::start(&self.server.clock, "kim@hospital.example").await;
        let mut plan = json!({ "issuer": provider.issuer, "clientId": provider.client_id });
        plan.as_object_mut()
            .unwrap()
            .extend(input.as_object().unwrap().clone());
        self.server
            .mutate(
                &self.hospital,
                "setIdentityProvider",
                plan,
                "identityProvider { version }",
            )
            .await;
        self.approve(&self.hospital, "hospital.example").await;
        provider
    }

    /// Claims a mail domain for an organisation and has it approved.
    async fn approve(&self, owner: &User, domain: &str) -> Value {
        let claim = self
            .server
            .mutate(
                owner,
                "claimMailDomain",
                json!({ "domain": domain }),
                "mailDomain { id state }",
            )
            .await["mailDomain"]
            .clone();
        assert_eq!(claim["state"], "CLAIMED");
        let decision = json!({ "id": claim["id"], "approve": true });
        let decided = self
            .server
            .mutate(
                &self.organiser,
                "decideMailDomain",
                decision,
                "mailDomain { state }",
            )
            .await;
        assert_eq!(decided["mailDomain"]["state"], "APPROVED");
        claim["id"].clone()
    }
}
