use super::*;
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

struct Client(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Client {
    async fn open(server: &Server) -> Self {
        Self::with(
            server,
            &[("sec-websocket-protocol", "graphql-transport-ws")],
        )
        .await
        .unwrap()
    }

    /// The socket, or the status that refused it.
    async fn with(server: &Server, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let url = format!("ws://{}/graphql/ws", server.address);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(WsError::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn ready(server: &Server) -> Self {
        let mut client = Self::open(server).await;
        client.say(json!({ "type": "connection_init" })).await;
        assert_eq!(client.hear().await["type"], "connection_ack");
        client
    }

    async fn say(&mut self, message: Value) {
        self.raw(&message.to_string()).await;
    }

    async fn raw(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } }))
            .await;
    }

    /// The next message; a close is `{"close": code}`, silence for a second `null`.
    async fn hear(&mut self) -> Value {
        self.within(Duration::from_secs(1)).await
    }

    async fn within(&mut self, time: Duration) -> Value {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                    Some(Ok(Message::Close(frame))) => {
                        return json!({ "close": frame.map(|f| u16::from(f.code)) });
                    }
                    Some(Ok(_)) => {}
                    _ => return json!("gone"),
                }
            }
        };
        tokio::time::timeout(time, next)
            .await
            .unwrap_or(Value::Null)
    }

    async fn closes(&mut self, code: u16) {
        assert_eq!(
            self.within(Duration::from_secs(4)).await,
            json!({ "close": code })
        );
    }
}

fn next(id: &str, data: Value) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": data } })
}

#[tokio::test]
async fn operations_run_and_complete() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    for _ in 0..2 {
        client.subscribe("q", "{ hello }").await;
        assert_eq!(client.hear().await, next("q", json!({ "hello": "" })));
        assert_eq!(
            client.hear().await,
            json!({ "id": "q", "type": "complete" })
        );
    }
    client
        .subscribe("t", "subscription { tick(n: 3, ms: 1) }")
        .await;
    for i in 0..3 {
        assert_eq!(client.hear().await, next("t", json!({ "tick": i })));
    }
    assert_eq!(client.hear().await["type"], "complete");
    // An event that fails is an event; the subscription goes on.
    client.subscribe("s", "subscription { sour }").await;
    let event = client.hear().await;
    assert_eq!(event["type"], "next");
    assert_eq!(code(&event["payload"]), "BAD_USER_INPUT");
    assert_eq!(client.hear().await, next("s", json!({ "sour": 2 })));
    assert_eq!(client.hear().await["type"], "complete");
}

#[tokio::test]
async fn operations_that_cannot_start_end_with_an_error_and_nothing_else() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    for (query, expected) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "{ __schema { queryType { name } } }",
            "INTROSPECTION_DISABLED",
        ),
        ("subscription { boom }", "FORBIDDEN"),
        (
            "subscription { a: forever b: forever }",
            "SINGLE_FIELD_SUBSCRIPTION",
        ),
        ("subscription { panics }", "INTERNAL"),
        ("{ panics }", "INTERNAL"),
        ("", "BAD_REQUEST"),
    ] {
        client.subscribe("e", query).await;
        let message = client.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!("e"))
        );
        assert_eq!(
            message["payload"][0]["extensions"]["code"], expected,
            "{query}"
        );
        // No `complete` follows: the next word is the answer to the next question.
        client.say(json!({ "type": "ping", "payload": {} })).await;
        assert_eq!(client.hear().await, json!({ "type": "pong" }), "{query}");
    }
}

#[tokio::test]
async fn a_client_stops_an_operation_without_an_echo() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("f", "subscription { forever }").await;
    assert_eq!(client.hear().await["type"], "next");
    client.say(json!({ "id": "f", "type": "complete" })).await;
    client
        .say(json!({ "id": "unknown", "type": "complete" }))
        .await;
    assert_eq!(client.hear().await, Value::Null);
    client.subscribe("f", "subscription { forever }").await;
    assert_eq!(client.hear().await["type"], "next");
}

#[tokio::test]
async fn breaches_of_the_protocol_close_the_socket_with_their_code() {
    let server = Server::with(|s| s.init_timeout = Duration::from_millis(300)).await;
    Client::open(&server).await.closes(4408).await;

    let mut early = Client::open(&server).await;
    early.say(json!({ "type": "ping" })).await;
    assert_eq!(early.hear().await["type"], "pong");
    early.subscribe("1", "{ hello }").await;
    early.closes(4401).await;

    for bad in [
        "{nope",
        r#"{"type":"flurp"}"#,
        r#"{"id":"1","type":"subscribe"}"#,
        r#"{"type":"subscribe","payload":{"query":"{hello}"}}"#,
        r#"{"id":"","type":"subscribe","payload":{"query":"{hello}"}}"#,
        r#"{"id":"1","type":"subscribe","payload":{"query":1}}"#,
        "[]",
    ] {
        let mut client = Client::ready(&server).await;
        client.raw(bad).await;
        client.closes(4400).await;
    }
    let mut twice = Client::ready(&server).await;
    twice.say(json!({ "type": "connection_init" })).await;
    twice.closes(4429).await;

    let mut same = Client::ready(&server).await;
    same.subscribe("d", "subscription { forever }").await;
    assert_eq!(same.hear().await["type"], "next");
    same.subscribe("d", "subscription { forever }").await;
    same.closes(4409).await;

    let mut binary = Client::ready(&server).await;
    binary.0.send(Message::binary(vec![1])).await.unwrap();
    binary.closes(1003).await;

    let mut large = Client::ready(&server).await;
    let _ = large.0.send(Message::text("a".repeat(70_000))).await;
    large.closes(1009).await;
}

#[tokio::test]
async fn only_our_subprotocol_and_our_pages_are_let_in() {
    let server = Server::with(|s| {
        s.http
            .allowed_origins
            .push("https://portal.example.kr".to_owned());
    })
    .await;
    let ours = ("sec-websocket-protocol", "graphql-transport-ws");
    for protocol in ["graphql-ws", "nonsense"] {
        let refused = Client::with(&server, &[("sec-websocket-protocol", protocol)]).await;
        assert_eq!(refused.err(), Some(400));
    }
    for (origin, refused) in [
        ("https://evil.example", Some(403)),
        ("null", Some(403)),
        ("https://matchday.example.kr", None),
        ("https://portal.example.kr", None),
    ] {
        let opened = Client::with(&server, &[ours, ("origin", origin)]).await;
        assert_eq!(opened.err(), refused, "{origin}");
    }
    let plain = reqwest::get(server.url("/graphql/ws")).await.unwrap();
    assert_eq!(plain.status(), 400);
}

#[tokio::test]
async fn the_caller_is_known_from_the_connection_parameters() {
    let server = Server::with(|s| s.recheck_every = Duration::from_millis(200)).await;
    let init = |token: &str| json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    let mut client = Client::open(&server).await;
    client.say(init("kim")).await;
    assert_eq!(client.hear().await["type"], "connection_ack");
    client.subscribe("w", "{ whoami }").await;
    assert_eq!(client.hear().await, next("w", json!({ "whoami": "kim" })));
    client.hear().await;

    let mut bad = Client::open(&server).await;
    bad.say(init("bad")).await;
    bad.closes(4403).await;

    // The session ends elsewhere: an open subscription does not outlive it.
    client.subscribe("f", "subscription { forever }").await;
    assert_eq!(client.hear().await["type"], "next");
    server.door.closed.store(true, Ordering::SeqCst);
    client.closes(4403).await;
}

#[tokio::test]
async fn one_socket_and_one_user_have_their_limits() {
    let server = Server::with(|s| {
        s.limits.subscriptions_per_socket = 3;
        s.limits.sockets_per_user = 2;
        s.limits.anonymous_sockets_per_address = 1;
    })
    .await;
    let mut client = Client::ready(&server).await;
    for i in 0..5 {
        client
            .subscribe(&format!("s{i}"), "subscription { forever }")
            .await;
        let expected = if i < 3 { "next" } else { "error" };
        assert_eq!(client.hear().await["type"], expected);
    }
    let mut second = Client::open(&server).await;
    second.say(json!({ "type": "connection_init" })).await;
    second.closes(1013).await;

    let init = json!({ "type": "connection_init", "payload": { "authorization": "Bearer kim" } });
    let mut open = Vec::new();
    for allowed in [true, true, false] {
        let mut client = Client::open(&server).await;
        client.say(init.clone()).await;
        if allowed {
            assert_eq!(client.hear().await["type"], "connection_ack");
            open.push(client);
        } else {
            client.closes(1013).await;
        }
    }
}

#[tokio::test]
async fn idle_sockets_are_pinged_and_dead_ones_dropped() {
    let server = Server::with(|s| s.ping_every = Duration::from_millis(200)).await;
    let mut client = Client::ready(&server).await;
    // The client's library answers pings while it is read.
    assert_eq!(client.within(Duration::from_millis(900)).await, Value::Null);
    client.subscribe("q", "{ hello }").await;
    assert_eq!(client.hear().await["type"], "next");
    // Unread, it answers none.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    client.hear().await;
    assert_eq!(client.hear().await, json!("gone"));
}

#[tokio::test]
async fn a_stop_lets_mutations_finish_and_sends_subscribers_away() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("f", "subscription { forever }").await;
    assert_eq!(client.hear().await["type"], "next");
    client.subscribe("m", "mutation { slow(ms: 400) }").await;
    let asked = tokio::spawn(
        server
            .post()
            .body(r#"{"query":"mutation { slow(ms: 400) }"}"#)
            .send(),
    );
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.shutdown.stop();
    assert_eq!(client.hear().await, next("m", json!({ "slow": 400 })));
    assert_eq!(client.hear().await["type"], "complete");
    client.closes(1001).await;
    drop(client);
    let answer: Value = asked.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["slow"], 400);
    assert!(server.task.await.unwrap());
    assert!(
        tokio::net::TcpStream::connect(server.address)
            .await
            .is_err()
    );
}
