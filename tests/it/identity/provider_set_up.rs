//! Who sets up identity providers and mail domains, and which addresses are called.

use super::browser::{Browser, browser_at, start};
use super::*;
use matchday_tests::on_both;

on_both!(
    a_provider_is_set_up_by_administrators_and_domains_by_the_organiser,
    set_up
);
on_both!(a_client_secret_is_kept_and_never_shown, client_secret);

const SECRET_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

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
