use super::*;
use serde_json::{Value, json};

const ACCEPT: &str =
    "multipart/mixed;boundary=\"graphql\";subscriptionSpec=\"1.0\", application/json";

/// The parts of an answer that ends.
fn parts(text: &str) -> Vec<Value> {
    assert!(text.ends_with("--graphql--\r\n"), "{text}");
    let parts = text.split("--graphql\r\n").skip(1);
    parts
        .map(|part| {
            let (head, body) = part.split_once("\r\n\r\n").unwrap();
            assert_eq!(head, "content-type: application/json");
            serde_json::from_str(body.trim_end_matches("--graphql--\r\n")).unwrap()
        })
        .collect()
}

async fn subscribe(server: &Server, query: &str, token: Option<&str>) -> reqwest::Response {
    let mut request = server.post().header("accept", ACCEPT);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let body = json!({ "query": query }).to_string();
    let response = request.body(body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response
}

#[tokio::test]
async fn a_subscription_is_answered_part_by_part() {
    let server = Server::start().await;
    let response = subscribe(&server, "subscription { tick(n: 3, ms: 1) }", None).await;
    let media = response.headers()["content-type"].to_str().unwrap();
    assert_eq!(
        media,
        "multipart/mixed;boundary=\"graphql\";subscriptionSpec=\"1.0\""
    );
    let told = parts(&response.text().await.unwrap());
    let ticks = (0..3).map(|i| json!({ "payload": { "data": { "tick": i } } }));
    assert_eq!(told, ticks.collect::<Vec<_>>());

    let response = subscribe(&server, "subscription { boom }", None).await;
    let told = parts(&response.text().await.unwrap());
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["payload"], Value::Null);
    assert_eq!(code(&told[0]), "FORBIDDEN");
    // A query is answered as ever.
    let request = server.post().header("accept", ACCEPT);
    let (status, body) = server
        .send(request.body(json!({ "query": "{ hello }" }).to_string()))
        .await;
    assert_eq!((status, body), (200, json!({ "data": { "hello": "" } })));
}

#[tokio::test]
async fn a_stream_is_kept_alive_ends_with_its_session_and_counts_as_a_socket() {
    let server = Server::with(|settings| {
        settings.ping_every = Duration::from_millis(20);
        settings.recheck_every = Duration::from_millis(100);
        settings.limits.sockets_per_user = 1;
    })
    .await;
    let open = subscribe(&server, "subscription { forever }", Some("kim")).await;
    let refused = server.post().header("accept", ACCEPT).bearer_auth("kim");
    let body = json!({ "query": "subscription { forever }" }).to_string();
    let (status, body) = server.send(refused.body(body)).await;
    assert_eq!((status, code(&body)), (429, "RATE_LIMITED"));

    server.door.closed.store(true, Ordering::SeqCst);
    let told = parts(&open.text().await.unwrap());
    assert!(told.contains(&json!({})), "{told:?}");
    assert_eq!(code(&told[told.len() - 1]), "UNAUTHENTICATED");

    server.door.closed.store(false, Ordering::SeqCst);
    let open = subscribe(&server, "subscription { forever }", Some("kim")).await;
    server.shutdown.stop();
    let told = parts(&open.text().await.unwrap());
    assert_eq!(told[0], json!({ "payload": { "data": { "forever": 0 } } }));
}
