//! Sessions are listed, recognised, and ended.

use super::*;
use matchday_tests::{Socket, on_both};

on_both!(sessions_are_listed_and_ended, sessions_are_listed_and_ended);

const SESSIONS: &str = "query { viewer { sessions { edges { node { id createdAt lastSeenAt expiresAt network program current } } } } }";

async fn sessions(cast: &Cast, user: &User) -> Vec<Value> {
    let data = cast.server.data(user, SESSIONS, json!({})).await;
    let edges = data["viewer"]["sessions"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

async fn sessions_are_listed_and_ended(database: TestDatabase) {
    let cast = cast(&database).await;
    let email = "h@hospital.example";
    cast.server.clock.advance(chrono::TimeDelta::hours(1));
    let second = cast.server.sign_in(&cast.smtp, email).await;
    cast.smtp.clear();
    let third = cast.server.sign_in(&cast.smtp, email).await;
    let listed = sessions(&cast, &second).await;
    assert_eq!(listed.len(), 3, "{listed:#?}");
    let current: Vec<_> = listed.iter().map(|s| s["current"] == true).collect();
    assert_eq!(current, [false, true, false]);
    assert_eq!(
        listed[1]["network"], "127.0.0.0/24",
        "not the address itself"
    );
    assert_eq!(listed[0]["network"], Value::Null, "opened by the operator");
    // Last seen is noted, but not with every request.
    let seen = |listed: &[Value], i: usize| listed[i]["lastSeenAt"].as_str().unwrap().to_owned();
    let opened = seen(&listed, 1);
    cast.server.clock.advance(chrono::TimeDelta::minutes(4));
    assert_eq!(seen(&sessions(&cast, &second).await, 1), opened);
    cast.server.clock.advance(chrono::TimeDelta::minutes(2));
    sessions(&cast, &second).await;
    assert!(seen(&sessions(&cast, &second).await, 1) > opened);
    // Somebody else's sessions are not there.
    let foreign = json!({ "id": listed[0]["id"] });
    assert_eq!(
        cast.refusal(&cast.company, "revokeSession", foreign).await,
        "NOT_FOUND"
    );
    // An ended session is out at once, and so is what it watches.
    let watched = "subscription { matchFound { score } }";
    let mut watching = Socket::subscribe(&cast.server, &third, watched, json!({})).await;
    let mut staying = Socket::subscribe(&cast.server, &second, watched, json!({})).await;
    let third_id = json!({ "id": listed[2]["id"] });
    cast.server
        .mutate(&second, "revokeSession", third_id.clone(), "session { id }")
        .await;
    assert_eq!(watching.ends_with().await, "UNAUTHENTICATED");
    assert_eq!(cast.error(&third, SESSIONS).await, "UNAUTHENTICATED");
    assert_eq!(
        cast.refusal(&second, "revokeSession", third_id).await,
        "NOT_FOUND"
    );
    let ended = cast
        .server
        .mutate(&second, "revokeOtherSessions", json!({}), "revoked")
        .await;
    assert_eq!(ended["revoked"], 1);
    assert_eq!(
        cast.error(&cast.hospital, SESSIONS).await,
        "UNAUTHENTICATED"
    );
    assert_eq!(sessions(&cast, &second).await.len(), 1);
    // The session that was kept still watches: its next word is the end that it asks for itself.
    cast.server
        .mutate(&second, "signOut", json!({}), "signedOut")
        .await;
    assert_eq!(staying.ends_with().await, "UNAUTHENTICATED");
    assert_eq!(cast.error(&second, SESSIONS).await, "UNAUTHENTICATED");
}
