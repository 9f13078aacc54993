//! Signing in at an organisation's identity provider, over real sockets, and every way to cheat at it.

use super::browser::{Browser, browser_at, start};
use super::*;
use matchday_tests::on_both;
use matchday_tests::provider::Signing;

on_both!(people_sign_in_at_their_organisation, people_sign_in);
on_both!(
    a_token_that_is_not_right_in_every_point_opens_nothing,
    attacks
);

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
