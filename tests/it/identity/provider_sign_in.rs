//! Signing in at an organisation's identity provider, over real sockets, and every way to cheat at it.

use super::*;
use matchday_tests::on_both;
use matchday_tests::provider::Signing;

on_both!(people_sign_in_at_their_organisation, people_sign_in);
on_both!(
    a_token_that_is_not_right_in_every_point_opens_nothing,
    attacks
);
on_both!(
    a_provider_is_set_up_by_administrators_and_domains_by_the_organiser,
    set_up
);
on_both!(a_client_secret_is_kept_and_never_shown, client_secret);

const SECRET_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A browser: it keeps cookies and follows no link by itself.
struct Browser {
    http: reqwest::Client,
    base: String,
    cookies: std::collections::BTreeMap<String, String>,
}

impl Browser {
    fn new(cast: &Cast) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            base: cast.server.url.clone(),
            cookies: std::collections::BTreeMap::new(),
        }
    }

    /// Asks the service; the status, and where it points to.
    async fn get(&mut self, path: &str) -> (u16, String) {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let request = self.http.get(format!("{}{path}", self.base));
        let answer = request
            .header("cookie", cookies.join("; "))
            .send()
            .await
            .unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            assert!(text.contains("; HttpOnly; SameSite=Lax; Path=/"), "{text}");
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let to = answer
            .headers()
            .get("location")
            .map(|v| v.to_str().unwrap().to_owned());
        (answer.status().as_u16(), to.unwrap_or_default())
    }

    /// Begins at the service, signs in at the provider; the path at which the service is called back.
    async fn at_provider(&mut self, organisation: &Value) -> String {
        let (status, to) = self.get(&start(organisation)).await;
        assert_eq!(status, 303, "{to}");
        let answer = self.http.get(&to).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{to}");
        let back = answer.headers()["location"].to_str().unwrap();
        let at = back.find("/sign-in/provider/callback").unwrap();
        back[at..].to_owned()
    }

    /// The whole way; whether it opened a session.
    async fn sign_in(&mut self, organisation: &Value) -> bool {
        let back = self.at_provider(organisation).await;
        self.back(&back).await
    }

    async fn back(&mut self, path: &str) -> bool {
        let (status, to) = self.get(path).await;
        match status {
            303 => {
                assert_eq!(to, "/");
                self.cookies.contains_key("matchday_session")
            }
            403 => {
                assert!(!self.cookies.contains_key("matchday_session"));
                false
            }
            _ => panic!("{status}"),
        }
    }

    /// Who is signed in.
    fn user(&self) -> User {
        bearer(&self.cookies["matchday_session"])
    }
}

fn start(organisation: &Value) -> String {
    let id = organisation.as_str().unwrap().split_once(':').unwrap().1;
    format!("/sign-in/provider/{id}")
}

async fn people_sign_in(database: TestDatabase) {
    let cast = cast(&database).await;
    let own = cast.organisation_id(&cast.hospital).await;
    let provider = cast.provider(json!({ "defaultRole": "REVIEWER" })).await;
    let ask = "query($e: String!) { signInProviderUrl(emailAddress: $e) }";
    let url = cast
        .server
        .post(None, ask, json!({ "e": "anybody@hospital.example" }))
        .await;
    let url = url["data"]["signInProviderUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(url.ends_with(&start(&own)), "{url}");
    let none = cast
        .server
        .post(None, ask, json!({ "e": "a@company.example" }))
        .await;
    assert_eq!(none["data"]["signInProviderUrl"], Value::Null);
    // The first time makes a colleague, with the role that was set; the second time finds him or her.
    let mut browser = Browser::new(&cast);
    assert!(browser.sign_in(&own).await);
    let viewer = cast.viewer(&browser.user()).await;
    assert_eq!(
        (&viewer["email"], &viewer["role"]),
        (&json!("kim@hospital.example"), &json!("REVIEWER"))
    );
    assert_eq!(viewer["organisation"]["id"], own);
    let mut again = Browser::new(&cast);
    assert!(again.sign_in(&own).await);
    assert_eq!(
        cast.viewer(&again.user()).await["organisation"]["members"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    // Somebody who has a place already keeps the role.
    provider.set_email("h@hospital.example");
    assert!(again.sign_in(&own).await);
    assert_eq!(cast.viewer(&again.user()).await["role"], "ADMINISTRATOR");
    // It is a session like any other: listed and ended.
    let sessions = "query { viewer { sessions { edges { node { id current network } } } } }";
    let listed = cast.server.data(&browser.user(), sessions, json!({})).await;
    assert_eq!(
        listed["viewer"]["sessions"]["edges"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    // Keys rotate: the new one is found, though anybody can make up names of keys.
    provider.set_email("kim@hospital.example");
    provider.rotate();
    assert!(!browser_at(&cast, &own).await, "asked a moment ago");
    cast.server.clock.advance(chrono::TimeDelta::seconds(31));
    let asked = provider.key_requests();
    assert!(browser_at(&cast, &own).await);
    assert_eq!(provider.key_requests(), asked + 1);
    assert!(browser_at(&cast, &own).await);
    assert_eq!(provider.key_requests(), asked + 1, "kept");
    // Who was removed is not brought back by the provider, but by an invitation.
    let place = cast.place(&cast.hospital, "kim@hospital.example").await;
    cast.server
        .mutate(
            &cast.hospital,
            "removeMember",
            json!({ "membershipId": place }),
            "membershipId",
        )
        .await;
    assert!(!browser_at(&cast, &own).await);
    cast.colleague(&cast.hospital, "kim@hospital.example", "MEMBER")
        .await;
    assert!(browser_at(&cast, &own).await);
    // Without a provider there is no way in.
    cast.server
        .mutate(
            &cast.hospital,
            "removeIdentityProvider",
            json!({}),
            "organisationId",
        )
        .await;
    assert_eq!(Browser::new(&cast).get(&start(&own)).await.0, 403);
}

async fn browser_at(cast: &Cast, own: &Value) -> bool {
    Browser::new(cast).sign_in(own).await
}

async fn attacks(database: TestDatabase) {
    let cast = cast(&database).await;
    let own = cast.organisation_id(&cast.hospital).await;
    let provider = cast.provider(json!({})).await;
    assert!(browser_at(&cast, &own).await, "the honest way is open");
    // What a token may not say.
    let now = cast.server.clock.now().timestamp();
    let lies: Vec<(&str, Lie)> = vec![
        ("another nonce", Box::new(|c| c["nonce"] = json!("x"))),
        ("no nonce", Box::new(|c| c["nonce"] = Value::Null)),
        (
            "another audience",
            Box::new(|c| c["aud"] = json!("other-client")),
        ),
        (
            "several audiences",
            Box::new(|c| c["aud"] = json!(["matchday-client", "other"])),
        ),
        (
            "another party",
            Box::new(|c| c["azp"] = json!("other-client")),
        ),
        (
            "another issuer",
            Box::new(|c| c["iss"] = json!("https://evil.example")),
        ),
        ("out of date", Box::new(move |c| c["exp"] = json!(now - 61))),
        ("no end", Box::new(|c| c["exp"] = Value::Null)),
        (
            "from the future",
            Box::new(move |c| c["iat"] = json!(now + 3_600)),
        ),
        (
            "not verified",
            Box::new(|c| c["email_verified"] = json!(false)),
        ),
        (
            "verified is a word",
            Box::new(|c| c["email_verified"] = json!("false")),
        ),
        (
            "verified is not said",
            Box::new(|c| c["email_verified"] = Value::Null),
        ),
        ("no address", Box::new(|c| c["email"] = Value::Null)),
        (
            "a foreign domain",
            Box::new(|c| c["email"] = json!("c@company.example")),
        ),
        (
            "a domain inside",
            Box::new(|c| c["email"] = json!("k@sub.hospital.example")),
        ),
        (
            "a domain behind",
            Box::new(|c| c["email"] = json!("k@hospital.example.evil.example")),
        ),
        (
            "two addresses",
            Box::new(|c| c["email"] = json!("k@evil.example,k@hospital.example")),
        ),
    ];
    for (what, lie) in lies {
        provider.set_twist(lie);
        assert!(!browser_at(&cast, &own).await, "{what}");
    }
    provider.honest();
    for signing in [Signing::None, Signing::PublicKey, Signing::Stranger] {
        provider.set_signing(signing);
        assert!(!browser_at(&cast, &own).await, "{signing:?}");
    }
    provider.honest();
    // A state is good once, in the browser that began, for ten minutes; a code is good once.
    let mut browser = Browser::new(&cast);
    let back = browser.at_provider(&own).await;
    let kept_cookies = browser.cookies.clone();
    // What binds a sign-in to its browser is not kept in the clear.
    let secret = &kept_cookies["matchday_sign_in"];
    assert_eq!(
        kept(&database, "provider_sign_in", "browser_hash", secret).await,
        0
    );
    let mut stranger = Browser::new(&cast);
    assert!(!stranger.back(&back).await, "no cookie");
    stranger.at_provider(&own).await;
    assert!(!stranger.back(&back).await, "the cookie of another sign-in");
    assert!(browser.back(&back).await, "nobody else has used it up");
    let mut replay = Browser::new(&cast);
    replay.cookies = kept_cookies;
    assert!(!replay.back(&back).await, "used");
    let query = |path: &str, name: &str| {
        let url = url::Url::parse(&format!("http://x{path}")).unwrap();
        let mut pairs = url.query_pairs().into_owned();
        pairs.find(|(key, _)| key == name).unwrap().1
    };
    let mut fresh = Browser::new(&cast);
    let new_back = fresh.at_provider(&own).await;
    let used_code = new_back.replace(&query(&new_back, "code"), &query(&back, "code"));
    assert!(!fresh.back(&used_code).await, "a code that was exchanged");
    // A code of another sign-in: PKCE and nonce are the browser's own.
    let (mut victim, mut thief) = (Browser::new(&cast), Browser::new(&cast));
    let (stolen, own_back) = (
        victim.at_provider(&own).await,
        thief.at_provider(&own).await,
    );
    let injected = own_back.replace(&query(&own_back, "code"), &query(&stolen, "code"));
    assert!(!thief.back(&injected).await, "a code of another browser");
    let mut late = Browser::new(&cast);
    let back = late.at_provider(&own).await;
    cast.server.clock.advance(chrono::TimeDelta::minutes(10));
    assert!(!late.back(&back).await, "too late");
    // Another provider answers (RFC 9207), or the provider says no.
    let mut mixed = Browser::new(&cast);
    let back = mixed.at_provider(&own).await;
    let (head, _) = back.split_once("&iss=").unwrap();
    assert!(
        !mixed
            .back(&format!("{head}&iss=https%3A%2F%2Fevil.example"))
            .await
    );
    let state = query(&back, "state");
    let denied = format!("/sign-in/provider/callback?error=access_denied&state={state}");
    assert!(!mixed.back(&denied).await);
    // The domain is given up: the way is closed.
    let domains = "query { viewer { organisation { mailDomains { id } } } }";
    let id = cast.server.data(&cast.hospital, domains, json!({})).await["viewer"]["organisation"]["mailDomains"][0]["id"].clone();
    cast.server
        .mutate(
            &cast.hospital,
            "releaseMailDomain",
            json!({ "id": id }),
            "mailDomainId",
        )
        .await;
    assert_eq!(Browser::new(&cast).get(&start(&own)).await.0, 403);
}

async fn set_up(database: TestDatabase) {
    let cast = cast(&database).await;
    let provider = IdProvider::start(&cast.server.clock, "kim@hospital.example").await;
    let plan = |issuer: &str| json!({ "issuer": issuer, "clientId": "matchday-client" });
    let member = cast
        .colleague(&cast.hospital, "m@hospital.example", "MEMBER")
        .await;
    assert_eq!(
        cast.refusal(&member, "setIdentityProvider", plan(&provider.issuer))
            .await,
        "FORBIDDEN"
    );
    // An issuer that is none, or says to be another.
    for bad in [
        "",
        "nonsense",
        "https://user@id.example",
        "http://id.example",
        "http://127.0.0.1:1",
        &cast.server.url,
        &provider.issuer.replace("127.0.0.1", "localhost"),
    ] {
        let code = cast
            .refusal(&cast.hospital, "setIdentityProvider", plan(bad))
            .await;
        assert!(
            ["INVALID", "REQUIRED"].contains(&code.as_str()),
            "{bad}: {code}"
        );
    }
    let mut administrators = plan(&provider.issuer);
    administrators["defaultRole"] = json!("ADMINISTRATOR");
    assert_eq!(
        cast.refusal(&cast.hospital, "setIdentityProvider", administrators)
            .await,
        "INVALID"
    );
    let mut secret = plan(&provider.issuer);
    secret["clientSecret"] = json!("s");
    assert_eq!(
        cast.refusal(&cast.hospital, "setIdentityProvider", secret)
            .await,
        "FORBIDDEN",
        "no key to keep it with"
    );
    cast.server
        .mutate(
            &cast.hospital,
            "setIdentityProvider",
            plan(&provider.issuer),
            "identityProvider { version }",
        )
        .await;
    assert_eq!(
        cast.refusal(
            &cast.hospital,
            "setIdentityProvider",
            plan(&provider.issuer)
        )
        .await,
        "STALE"
    );
    // Without an approved domain nobody gets in, and nobody approves his or her own.
    let own = cast.organisation_id(&cast.hospital).await;
    assert_eq!(Browser::new(&cast).get(&start(&own)).await.0, 403);
    let claim = |domain: &str| json!({ "domain": domain });
    for bad in ["gmail.com", "no domain", ""] {
        assert_eq!(
            cast.refusal(&cast.hospital, "claimMailDomain", claim(bad))
                .await,
            "INVALID"
        );
    }
    assert_eq!(
        cast.refusal(&member, "claimMailDomain", claim("hospital.example"))
            .await,
        "FORBIDDEN"
    );
    let selection = "mailDomain { id domain state organisation { id } }";
    let claimed = cast
        .server
        .mutate(
            &cast.hospital,
            "claimMailDomain",
            claim("Hospital.example"),
            selection,
        )
        .await["mailDomain"]
        .clone();
    assert_eq!(
        (&claimed["domain"], &claimed["organisation"]["id"]),
        (&json!("hospital.example"), &own)
    );
    assert_eq!(
        cast.refusal(&cast.hospital, "claimMailDomain", claim("hospital.example"))
            .await,
        "TAKEN"
    );
    assert_eq!(
        Browser::new(&cast).get(&start(&own)).await.0,
        403,
        "claimed is not approved"
    );
    let yes = |id: &Value| json!({ "id": id, "approve": true });
    for user in [&cast.hospital, &cast.company] {
        assert_eq!(
            cast.refusal(user, "decideMailDomain", yes(&claimed["id"]))
                .await,
            "FORBIDDEN"
        );
        assert_eq!(
            cast.error(user, "query { mailDomains { edges { node { id } } } }")
                .await,
            "FORBIDDEN"
        );
    }
    // Two want the same one: the first that is approved has it.
    let rival = cast
        .server
        .mutate(
            &cast.company,
            "claimMailDomain",
            claim("hospital.example"),
            selection,
        )
        .await["mailDomain"]
        .clone();
    let waiting = "query { mailDomains(state: CLAIMED) { edges { node { id domain } } } }";
    let seen = cast.server.data(&cast.organiser, waiting, json!({})).await;
    assert_eq!(seen["mailDomains"]["edges"].as_array().unwrap().len(), 2);
    cast.server
        .mutate(
            &cast.organiser,
            "decideMailDomain",
            yes(&claimed["id"]),
            selection,
        )
        .await;
    assert_eq!(
        cast.refusal(&cast.organiser, "decideMailDomain", yes(&rival["id"]))
            .await,
        "TAKEN"
    );
    let no = json!({ "id": rival["id"], "approve": false });
    cast.server
        .mutate(&cast.organiser, "decideMailDomain", no, selection)
        .await;
    assert_eq!(
        cast.refusal(
            &cast.company,
            "releaseMailDomain",
            json!({ "id": claimed["id"] })
        )
        .await,
        "NOT_FOUND"
    );
    assert!(browser_at(&cast, &own).await);
    // What is set up is for administrators to see.
    let look = "query($id: ID!) { node(id: $id) { ... on Organisation { identityProvider { issuer } mailDomains { domain } } } }";
    let seen = cast
        .server
        .data(&cast.company, look, json!({ "id": own }))
        .await;
    assert_eq!(
        seen["node"],
        json!({ "identityProvider": null, "mailDomains": null })
    );
    let seen = cast.server.data(&member, look, json!({ "id": own })).await;
    assert_eq!(
        seen["node"],
        json!({ "identityProvider": null, "mailDomains": [{ "domain": "hospital.example" }] })
    );
    // Where the service is not in development, nothing inside is called: neither by number nor by name.
    drop(cast);
    let database = TestDatabase::sqlite();
    let strict = cast_with(&database, &[("http.development", "false")]).await;
    for inside in [
        provider.issuer.as_str(),
        "https://127.0.0.1:1",
        "https://localhost:1",
        "https://[::1]:1",
        "https://169.254.169.254",
    ] {
        let error = strict
            .server
            .refused(&strict.hospital, "setIdentityProvider", plan(inside))
            .await;
        assert_eq!(
            error["message"],
            "This address cannot be used: it must be an https address of the public Internet.",
            "{inside}"
        );
    }
}

async fn client_secret(database: TestDatabase) {
    let cast = cast_with(&database, &[("sign_in.secret_key", SECRET_KEY)]).await;
    let own = cast.organisation_id(&cast.hospital).await;
    let provider = cast
        .provider(json!({ "clientSecret": "s3cret/비밀-of-the-client" }))
        .await;
    provider.set_secret("s3cret%2F%EB%B9%84%EB%B0%80-of-the-client");
    assert!(browser_at(&cast, &own).await, "shown to the provider");
    let look = "query { viewer { organisation { identityProvider { hasClientSecret version redirectUri tokenAudience signInUrl } } } }";
    let seen = cast.server.data(&cast.hospital, look, json!({})).await;
    let seen = &seen["viewer"]["organisation"]["identityProvider"];
    assert_eq!(
        (&seen["hasClientSecret"], &seen["version"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(
        kept(&database, "identity_provider", "client_secret", "s3cret").await,
        0
    );
    // Kept while the client stays the same; another client never gets it.
    let selection = "identityProvider { hasClientSecret version }";
    let change = |version: i32, client: &str| json!({ "version": version, "issuer": provider.issuer, "clientId": client, "acceptsTokens": true });
    let same = cast
        .server
        .mutate(
            &cast.hospital,
            "setIdentityProvider",
            change(1, provider.client_id),
            selection,
        )
        .await;
    assert_eq!(
        same["identityProvider"],
        json!({ "hasClientSecret": true, "version": 2 })
    );
    assert!(browser_at(&cast, &own).await);
    let other = cast
        .server
        .mutate(
            &cast.hospital,
            "setIdentityProvider",
            change(2, "other"),
            selection,
        )
        .await;
    assert_eq!(
        other["identityProvider"],
        json!({ "hasClientSecret": false, "version": 3 })
    );
}
