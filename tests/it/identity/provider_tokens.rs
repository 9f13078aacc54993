//! Access tokens of an organisation's identity provider as bearer tokens.

use super::*;
use matchday_tests::provider::Signing;
use matchday_tests::{Socket, on_both};

on_both!(a_colleague_comes_in_with_a_token_of_the_provider, tokens);

async fn tokens(database: TestDatabase) {
    let cast = cast(&database).await;
    let own = cast.organisation_id(&cast.hospital).await;
    let provider = cast.provider(json!({ "acceptsTokens": true })).await;
    let look = "query { viewer { organisation { identityProvider { tokenAudience } } } }";
    let audience = cast.server.data(&cast.hospital, look, json!({})).await;
    let audience = &audience["viewer"]["organisation"]["identityProvider"]["tokenAudience"];
    let audience = audience.as_str().unwrap();
    let viewer =
        "query { viewer { email role organisation { id } memberships { organisation { id } } } }";
    let honest = |_: &mut Value| ();
    // No colleague is made by a token: somebody has to be one.
    let unknown = bearer(&provider.access_token(audience, honest));
    assert_eq!(cast.error(&unknown, viewer).await, "UNAUTHENTICATED");
    let member = cast
        .colleague(&cast.hospital, "kim@hospital.example", "MEMBER")
        .await;
    let token = bearer(&provider.access_token(audience, honest));
    let seen = cast.server.data(&token, viewer, json!({})).await["viewer"].clone();
    assert_eq!(
        (&seen["email"], &seen["role"], &seen["organisation"]["id"]),
        (&json!("kim@hospital.example"), &json!("MEMBER"), &own)
    );
    // It acts within the role, and touches nothing that lets people in.
    let offer = || json!({ "content": { "title": { "ko": "자료" } } });
    cast.server
        .mutate(&token, "createOffer", offer(), "offer { id }")
        .await;
    for (name, input) in [
        ("revokeOtherSessions", json!({})),
        ("leaveOrganisation", json!({ "organisationId": own })),
        (
            "inviteColleague",
            json!({ "email": "x@hospital.example", "name": "x", "role": "MEMBER" }),
        ),
    ] {
        assert_eq!(
            cast.refusal(&token, name, input).await,
            "FORBIDDEN",
            "{name}"
        );
    }
    // An administrator's token, neither.
    provider.set_email("h@hospital.example");
    let administrator = bearer(&provider.access_token(audience, honest));
    let invite = json!({ "email": "x@hospital.example", "name": "x", "role": "MEMBER" });
    assert_eq!(
        cast.refusal(&administrator, "inviteColleague", invite)
            .await,
        "FORBIDDEN"
    );
    provider.set_email("kim@hospital.example");
    // It acts for the provider's organisation only, though the person has a place elsewhere.
    cast.smtp.clear();
    let place = json!({ "email": "kim@hospital.example", "name": "김", "role": "ADMINISTRATOR" });
    cast.server
        .mutate(&cast.company, "inviteColleague", place, "invitation { id }")
        .await;
    let invitation = cast.invitation_token("kim@hospital.example").await;
    cast.answer_invitation(&invitation, true).await;
    let seen = cast.server.data(&token, viewer, json!({})).await["viewer"].clone();
    assert_eq!(
        seen["memberships"],
        json!([{ "organisation": { "id": own } }])
    );
    assert_eq!(
        cast.viewer(&member).await["memberships"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    // What a token may not say.
    let now = cast.server.clock.now().timestamp();
    let lies: Vec<(&str, Lie)> = vec![
        (
            "another audience",
            Box::new(|c| c["aud"] = json!("https://other.example")),
        ),
        (
            "an ID token's audience",
            Box::new(|c| c["aud"] = json!("matchday-client")),
        ),
        (
            "another issuer",
            Box::new(|c| c["iss"] = json!("https://evil.example")),
        ),
        ("out of date", Box::new(move |c| c["exp"] = json!(now - 61))),
        ("no end", Box::new(|c| c["exp"] = Value::Null)),
        ("not yet", Box::new(move |c| c["nbf"] = json!(now + 120))),
        (
            "not verified",
            Box::new(|c| c["email_verified"] = json!(false)),
        ),
        (
            "a foreign domain",
            Box::new(|c| c["email"] = json!("c@company.example")),
        ),
    ];
    for (what, lie) in lies {
        let token = bearer(&provider.access_token(audience, lie));
        assert_eq!(
            cast.error(&token, viewer).await,
            "UNAUTHENTICATED",
            "{what}"
        );
    }
    for signing in [Signing::None, Signing::PublicKey, Signing::Stranger] {
        provider.set_signing(signing);
        let token = bearer(&provider.access_token(audience, honest));
        assert_eq!(
            cast.error(&token, viewer).await,
            "UNAUTHENTICATED",
            "{signing:?}"
        );
    }
    provider.honest();
    for odd in ["a.b.c", "..", "eyJhbGciOiJFUzI1NiJ9.e30.", ".", "x.y"] {
        assert_eq!(
            cast.error(&bearer(odd), viewer).await,
            "UNAUTHENTICATED",
            "{odd}"
        );
    }
    // Unknown keys: the provider is asked once in half a minute, however many tokens name one.
    cast.server.clock.advance(chrono::TimeDelta::minutes(1));
    provider.rotate();
    let rotated = bearer(&provider.access_token(audience, honest));
    let asked = provider.key_requests();
    provider.rotate();
    for _ in 0..5 {
        assert_eq!(cast.error(&rotated, viewer).await, "UNAUTHENTICATED");
    }
    assert_eq!(provider.key_requests(), asked + 1);
    // On a socket it is looked at again with every event: until its end, or until tokens are no longer accepted.
    let token = bearer(&provider.access_token(audience, honest));
    let watched = "subscription { matchFound { score } }";
    let mut watching = Socket::subscribe(&cast.server, &token, watched, json!({})).await;
    let place = cast.place(&cast.hospital, "kim@hospital.example").await;
    cast.server.clock.advance(chrono::TimeDelta::minutes(6));
    let role = json!({ "membershipId": place, "role": "MEMBER" });
    cast.server
        .mutate(&cast.hospital, "changeRole", role, "membership { role }")
        .await;
    assert_eq!(watching.ends_with().await, "UNAUTHENTICATED");
    assert_eq!(cast.error(&token, viewer).await, "UNAUTHENTICATED");
    let token = bearer(&provider.access_token(audience, honest));
    cast.server.data(&token, viewer, json!({})).await;
    let off = json!({ "version": 1, "issuer": provider.issuer, "clientId": provider.client_id });
    cast.server
        .mutate(
            &cast.hospital,
            "setIdentityProvider",
            off,
            "identityProvider { acceptsTokens }",
        )
        .await;
    assert_eq!(cast.error(&token, viewer).await, "UNAUTHENTICATED");
}
