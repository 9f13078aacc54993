//! API keys: scopes, life, and what no key may do.

use super::*;
use matchday_tests::{Socket, on_both};

on_both!(
    a_key_does_what_its_scopes_say,
    a_key_does_what_its_scopes_say
);
on_both!(a_key_ends_with_its_time_its_creator_or_a_word, a_key_ends);

async fn create(cast: &Cast, user: &User, scopes: Value, days: i64) -> (Value, User) {
    let until = cast.server.clock.now() + chrono::TimeDelta::days(days);
    let input = json!({ "name": "야간 내보내기", "scopes": scopes, "expiresAt": until });
    let made = cast
        .server
        .mutate(
            user,
            "createApiKey",
            input,
            "token apiKey { id hint scopes active }",
        )
        .await;
    let token = made["token"].as_str().unwrap();
    assert!(
        token.starts_with("mdk_") && token.len() > 40,
        "recognisable"
    );
    assert!(token.ends_with(made["apiKey"]["hint"].as_str().unwrap()));
    (made["apiKey"].clone(), bearer(token))
}

const LIST: &str = "query { viewer { organisation { apiKeys { edges { node { id name hint active lastUsedAt revokedAt creator { name } } } } } } }";

async fn listed(cast: &Cast, user: &User) -> Value {
    let data = cast.server.data(user, LIST, json!({})).await;
    data["viewer"]["organisation"]["apiKeys"].clone()
}

fn offer() -> Value {
    json!({ "content": { "title": { "ko": "자료" } } })
}

async fn a_key_does_what_its_scopes_say(database: TestDatabase) {
    let cast = cast(&database).await;
    let (_, reads) = create(&cast, &cast.hospital, json!(["READ"]), 30).await;
    let (_, keeps) = create(&cast, &cast.hospital, json!(["CATALOGUE"]), 30).await;
    let viewer = cast.viewer(&reads).await;
    assert_eq!(viewer["email"], "h@hospital.example", "as its creator");
    let offers = "query { offers { edges { node { id } } } }";
    cast.server.data(&reads, offers, json!({})).await;
    assert_eq!(
        cast.refusal(&reads, "createOffer", offer()).await,
        "FORBIDDEN"
    );
    let made = cast
        .server
        .mutate(
            &keeps,
            "createOffer",
            offer(),
            "offer { id organisation { id } }",
        )
        .await;
    assert_eq!(
        made["offer"]["organisation"]["id"],
        viewer["organisation"]["id"]
    );
    // Not above its creator: a hospital posts no demands, whatever the key says.
    let (_, all) = create(
        &cast,
        &cast.hospital,
        json!(["READ", "CATALOGUE", "DEMANDS", "MATCHING_DAY"]),
        365,
    )
    .await;
    assert_eq!(
        cast.refusal(&all, "createDemand", offer()).await,
        "FORBIDDEN"
    );
    // Keys care for no keys, members, sessions, providers, calendars or organisations.
    let membership = cast.place(&cast.hospital, "h@hospital.example").await;
    let organisation = viewer["organisation"]["id"].clone();
    let until = cast.server.clock.now() + chrono::TimeDelta::days(1);
    let forbidden = [
        (
            "createApiKey",
            json!({ "name": "x", "scopes": ["READ"], "expiresAt": until }),
        ),
        (
            "revokeApiKey",
            json!({ "id": "api-key:01890a5d-ac96-774b-bcce-b302099a8057" }),
        ),
        (
            "inviteColleague",
            json!({ "email": "x@hospital.example", "name": "x", "role": "MEMBER" }),
        ),
        (
            "changeRole",
            json!({ "membershipId": membership, "role": "MEMBER" }),
        ),
        ("removeMember", json!({ "membershipId": membership })),
        (
            "leaveOrganisation",
            json!({ "organisationId": organisation }),
        ),
        ("revokeOtherSessions", json!({})),
        ("signOut", json!({})),
        ("actFor", json!({ "organisationId": organisation })),
        ("issueCalendarFeed", json!({})),
        (
            "registerOrganisation",
            json!({ "kind": "COMPANY", "name": { "ko": "회사" } }),
        ),
        (
            "setIdentityProvider",
            json!({ "issuer": "https://id.hospital.example", "clientId": "x" }),
        ),
        ("claimMailDomain", json!({ "domain": "hospital.example" })),
    ];
    for (name, input) in forbidden {
        assert_eq!(cast.refusal(&all, name, input).await, "FORBIDDEN", "{name}");
    }
    assert_eq!(
        cast.error(
            &all,
            "query { viewer { sessions { edges { node { id } } } } }"
        )
        .await,
        "FORBIDDEN"
    );
    assert_eq!(listed(&cast, &all).await, Value::Null);
    // A key on a socket, checked again at every event.
    let mut heard = Socket::subscribe(
        &cast.server,
        &keeps,
        "subscription { matchFound { offer { id } } }",
        json!({}),
    )
    .await;
    let content = json!({ "content": { "title": { "ko": "폐암" }, "conditions": ["C34"], "dataKinds": ["imaging.ct"] } });
    let listed_offer = cast
        .server
        .mutate(&keeps, "createOffer", content, "offer { id }")
        .await["offer"]["id"]
        .clone();
    cast.server
        .mutate(
            &keeps,
            "moveOffer",
            json!({ "id": listed_offer, "version": 1, "step": "LIST" }),
            "offer { id }",
        )
        .await;
    let (_, demands) = create(&cast, &cast.company, json!(["DEMANDS"]), 30).await;
    let content = json!({ "content": { "title": { "ko": "폐암" }, "conditions": ["C34"], "dataKindsRequired": ["imaging.ct"] } });
    let demand = cast
        .server
        .mutate(&demands, "createDemand", content, "demand { id }")
        .await["demand"]["id"]
        .clone();
    cast.server
        .mutate(
            &demands,
            "moveDemand",
            json!({ "id": demand, "version": 1, "step": "OPEN" }),
            "demand { id }",
        )
        .await;
    assert_eq!(
        heard.next().await.unwrap()["matchFound"]["offer"]["id"],
        listed_offer
    );
}

async fn a_key_ends(database: TestDatabase) {
    let cast = cast(&database).await;
    let viewer = "query { viewer { email } }";
    // Only administrators see and make keys; the token is shown once, also to a repeated request.
    let member = cast
        .colleague(&cast.hospital, "m@hospital.example", "MEMBER")
        .await;
    assert_eq!(listed(&cast, &member).await, Value::Null);
    let until = |days| cast.server.clock.now() + chrono::TimeDelta::days(days);
    let plan = |days| json!({ "name": "k", "scopes": ["READ"], "expiresAt": until(days), "idempotencyKey": "once" });
    assert_eq!(
        cast.refusal(&member, "createApiKey", plan(1)).await,
        "FORBIDDEN"
    );
    for days in [0, 366] {
        assert_eq!(
            cast.refusal(&cast.hospital, "createApiKey", plan(days))
                .await,
            "OUT_OF_RANGE"
        );
    }
    let first = cast
        .server
        .mutate(
            &cast.hospital,
            "createApiKey",
            plan(1),
            "token apiKey { id }",
        )
        .await;
    let again = cast
        .server
        .mutate(
            &cast.hospital,
            "createApiKey",
            plan(1),
            "token apiKey { id }",
        )
        .await;
    assert_eq!(
        (&again["apiKey"], &again["token"]),
        (&first["apiKey"], &Value::Null)
    );
    let short = bearer(first["token"].as_str().unwrap());
    // Used: to five minutes.
    let used = |list: &Value, i: usize| list["edges"][i]["node"]["lastUsedAt"].clone();
    assert_eq!(used(&listed(&cast, &cast.hospital).await, 0), Value::Null);
    cast.server.data(&short, viewer, json!({})).await;
    assert!(used(&listed(&cast, &cast.hospital).await, 0).is_string());
    // Somebody else's key is not there; one's own ends at a word, and with it what it watches.
    let (key, token) = create(&cast, &cast.hospital, json!(["READ"]), 30).await;
    let mut watching = Socket::subscribe(
        &cast.server,
        &token,
        "subscription { matchFound { score } }",
        json!({}),
    )
    .await;
    let id = json!({ "id": key["id"] });
    assert_eq!(
        cast.refusal(&cast.company, "revokeApiKey", id.clone())
            .await,
        "NOT_FOUND"
    );
    let revoked = cast
        .server
        .mutate(
            &cast.hospital,
            "revokeApiKey",
            id,
            "apiKey { active revokedAt }",
        )
        .await;
    assert_eq!(revoked["apiKey"]["active"], false);
    assert_eq!(watching.ends_with().await, "UNAUTHENTICATED");
    assert_eq!(cast.error(&token, viewer).await, "UNAUTHENTICATED");
    assert_eq!(
        cast.error(&bearer("mdk_made-up"), viewer).await,
        "UNAUTHENTICATED"
    );
    cast.server.clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(
        cast.error(&short, viewer).await,
        "UNAUTHENTICATED",
        "out of date"
    );
    // Never above its creator's role, and gone with the creator's place: also if the person comes back.
    let second = cast
        .colleague(&cast.hospital, "second@hospital.example", "ADMINISTRATOR")
        .await;
    let (_, token) = create(&cast, &second, json!(["CATALOGUE"]), 30).await;
    cast.server
        .mutate(&token, "createOffer", offer(), "offer { id }")
        .await;
    let place = cast.place(&cast.hospital, "second@hospital.example").await;
    let role = json!({ "membershipId": place, "role": "REVIEWER" });
    cast.server
        .mutate(&cast.hospital, "changeRole", role, "membership { role }")
        .await;
    assert_eq!(
        cast.refusal(&token, "createOffer", offer()).await,
        "FORBIDDEN"
    );
    cast.server
        .mutate(
            &cast.hospital,
            "removeMember",
            json!({ "membershipId": place }),
            "membershipId",
        )
        .await;
    assert_eq!(cast.error(&token, viewer).await, "UNAUTHENTICATED");
    cast.smtp.clear();
    cast.colleague(&cast.hospital, "second@hospital.example", "ADMINISTRATOR")
        .await;
    assert_eq!(cast.error(&token, viewer).await, "UNAUTHENTICATED");
    // Twenty at the same time, also when they are asked for at the same moment.
    let tries = (0..25).map(|_| {
        let input = json!({ "i": { "name": "k", "scopes": ["READ"], "expiresAt": until(1) } });
        let query = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { token userErrors { code } } }";
        cast.server.data(&cast.hospital, query, input)
    });
    let made = futures_util::future::join_all(tries).await;
    let tokens = made
        .iter()
        .filter(|m| m["createApiKey"]["token"].is_string());
    assert_eq!(tokens.count(), 20);
}
