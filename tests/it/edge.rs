//! What strangers meet at the door: rates, TLS, and a database that is busy.

use futures_util::{SinkExt, StreamExt};
use matchday_domain::organisation::OrganisationKind;
use matchday_tests::server::NOW;
use matchday_tests::{FixedClock, SmtpServer, Socket, TestDatabase, TestServer, User, on_both};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

on_both!(a_busy_database_is_told, a_busy_database_is_told);

async fn started(
    database: &TestDatabase,
    settings: &[(&str, &str)],
) -> (TestServer, SmtpServer, User) {
    let smtp = SmtpServer::start().await;
    let clock = FixedClock::at(NOW);
    let server = TestServer::start_with(database, &smtp, clock, 1, settings).await;
    let user = server
        .organisation(OrganisationKind::Hospital, "h@hospital.example")
        .await;
    (server, smtp, user)
}

/// Posts a query; status, Retry-After, body.
async fn post(
    server: &TestServer,
    user: Option<&User>,
    query: &str,
    from: Option<&str>,
) -> (u16, Option<u64>, serde_json::Value) {
    let mut request = reqwest::Client::new()
        .post(format!("{}/graphql", server.url))
        .header("accept-language", "ko")
        .json(&json!({ "query": query }));
    if let Some(user) = user {
        request = request.bearer_auth(&user.token);
    }
    if let Some(from) = from {
        request = request.header("x-forwarded-for", from);
    }
    let answer = request.send().await.unwrap();
    let retry = answer.headers().get("retry-after");
    let retry = retry.map(|value| value.to_str().unwrap().parse().unwrap());
    let status = answer.status().as_u16();
    (status, retry, answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let database = TestDatabase::sqlite();
    let settings = [
        ("limits.requests_per_address", "6"),
        ("limits.sign_ins_per_address", "2"),
        ("http.trusted_proxies", "127.0.0.0/8"),
    ];
    let (server, _smtp, _) = started(&database, &settings).await;
    let alive = "{ __typename }";
    // Behind the proxy every client has its own measure; a client cannot choose another by what it says itself.
    for _ in 0..6 {
        assert_eq!(post(&server, None, alive, Some("203.0.113.7")).await.0, 200);
    }
    for from in ["203.0.113.7", "198.51.100.9, 203.0.113.7"] {
        let (status, retry, body) = post(&server, None, alive, Some(from)).await;
        assert_eq!(status, 429, "{body:#}");
        assert!(retry.is_some_and(|seconds| (1..=60).contains(&seconds)));
        let error = &body["errors"][0];
        assert_eq!(error["extensions"]["code"], "RATE_LIMITED");
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .chars()
                .any(|c| c > '\u{ac00}'),
            "{body:#}"
        );
    }
    assert_eq!(post(&server, None, alive, Some("203.0.113.8")).await.0, 200);
    // Signing in is measured more strictly than the rest.
    let sign_in = "mutation { signIn(input: { email: \"a@b.example\", code: \"00000000\" }) { userErrors { code } } }";
    for _ in 0..2 {
        assert_eq!(
            post(&server, None, sign_in, Some("203.0.113.9")).await.0,
            200
        );
    }
    let (status, _, body) = post(&server, None, sign_in, Some("203.0.113.9")).await;
    assert_eq!(status, 429, "{body:#}");
    assert_eq!(post(&server, None, alive, Some("203.0.113.9")).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_reaches_many_others_is_measured_by_user() {
    let database = TestDatabase::sqlite();
    let (server, _smtp, user) = started(&database, &[("limits.mass_actions_per_user", "2")]).await;
    let import =
        "mutation { importOffers(input: { format: NDJSON, text: \"\" }) { userErrors { code } } }";
    for _ in 0..2 {
        assert_eq!(post(&server, Some(&user), import, None).await.0, 200);
    }
    // Also several at once in one document.
    let (status, _, body) = post(&server, Some(&user), import, None).await;
    assert_eq!(status, 429, "{body:#}");
    assert_eq!(
        post(&server, Some(&user), "{ viewer { email } }", None)
            .await
            .0,
        200
    );
    let other = server
        .organisation(OrganisationKind::Hospital, "other@hospital.example")
        .await;
    assert_eq!(post(&server, Some(&other), import, None).await.0, 200);
    let twice =
        "mutation { a: importOffers(input: { format: NDJSON, text: \"\" }) { userErrors { code } }
        b: importOffers(input: { format: NDJSON, text: \"\" }) { userErrors { code } } }";
    assert_eq!(post(&server, Some(&other), twice, None).await.0, 429);
}

async fn a_busy_database_is_told(database: TestDatabase) {
    // SQLite has one writer, which takes the only connection; PostgreSQL migrates with a second one.
    let connections = if database.url.starts_with("sqlite") {
        1
    } else {
        2
    };
    let most = connections.to_string();
    let settings = [
        ("database.max_connections", most.as_str()),
        ("database.acquire_timeout_ms", "300"),
    ];
    let (server, _smtp, user) = started(&database, &settings).await;
    server.settle().await;
    let query = "{ viewer { email } }";
    let store = server.service.app.store();
    // Whatever is left, be it that a connection listens for changes.
    let mut held = Vec::new();
    while let Ok(tx) = store.begin().await {
        held.push(tx);
    }
    assert!(!held.is_empty());
    let (status, _, body) = post(&server, Some(&user), query, None).await;
    assert_eq!(status, 503, "{body:#}");
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert!(
        !body.to_string().to_lowercase().contains("pool"),
        "{body:#}"
    );
    drop(held);
    assert_eq!(post(&server, Some(&user), query, None).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_takes_long_is_waited_for_as_long_as_a_connection() {
    let database = TestDatabase::sqlite();
    let settings = [("database.acquire_timeout_ms", "1000")];
    let (server, _smtp, user) = started(&database, &settings).await;
    server.settle().await;
    let create = "mutation { createOffer(input: { content: { title: { ko: \"폐암\" } } }) { offer { id } userErrors { code } } }";
    let held = server.service.app.store().begin().await.unwrap();
    let (status, retry, body) = post(&server, Some(&user), create, None).await;
    assert_eq!((status, retry), (503, Some(1)), "{body:#}");
    let said = &body["errors"][0]["extensions"];
    assert_eq!(said["code"], "UNAVAILABLE", "{body:#}");
    let korean = "일시적으로 처리할 수 없습니다. 잠시 후 다시 시도하십시오.";
    assert_eq!(said["messageKo"], korean, "{body:#}");
    // Who only reads waits for nobody; and nothing was half done.
    let read = "{ offers { edges { node { id } } } }";
    let (status, _, body) = post(&server, Some(&user), read, None).await;
    assert_eq!(
        (status, &body["data"]["offers"]["edges"]),
        (200, &json!([]))
    );
    drop(held);
    let (status, _, body) = post(&server, Some(&user), create, None).await;
    assert_eq!(status, 200, "{body:#}");
    assert!(body["data"]["createOffer"]["offer"]["id"].is_string());
}

/// Says hello on a WebSocket over a stream, as somebody.
async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    url: &str,
    user: &User,
) -> WebSocketStream<S> {
    let mut request = url.into_client_request().unwrap();
    let protocol = "graphql-transport-ws".parse().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let (mut socket, _) = client_async(request, stream).await.unwrap();
    let token = format!("Bearer {}", user.token);
    let init = json!({ "type": "connection_init", "payload": { "authorization": token } });
    socket.send(Message::text(init.to_string())).await.unwrap();
    socket
}

/// What the server says next, or the code with which it closes.
async fn heard<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
) -> Result<Value, u16> {
    let message = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
    match message.unwrap().unwrap().unwrap() {
        Message::Text(text) => Ok(serde_json::from_str(&text).unwrap()),
        Message::Close(Some(frame)) => Err(frame.code.into()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_trusted_proxy_names_the_client() {
    let database = TestDatabase::sqlite();
    let (server, _smtp, _) = started(&database, &[("limits.requests_per_address", "3")]).await;
    let alive = "{ __typename }";
    for i in 0..3 {
        let from = format!("203.0.113.{i}");
        assert_eq!(post(&server, None, alive, Some(&from)).await.0, 200);
    }
    let answer = reqwest::Client::new()
        .post(format!("{}/graphql", server.url))
        .header("accept-language", "en")
        .header("x-forwarded-for", "203.0.113.99")
        .json(&json!({ "query": alive }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 429);
    let body: Value = answer.json().await.unwrap();
    let said = body["errors"][0]["message"].as_str().unwrap();
    assert!(said.is_ascii(), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_is_closed_when_too_much_is_asked_over_it() {
    let database = TestDatabase::sqlite();
    let settings = [
        ("limits.operations_per_user", "1"),
        ("limits.socket_messages", "4"),
    ];
    let (server, _smtp, user) = started(&database, &settings).await;
    let address = server.url.strip_prefix("http://").unwrap();
    let url = format!("ws://{address}/graphql/ws");
    let connect = || async { TcpStream::connect(address).await.unwrap() };
    // Messages of one socket, be they small.
    let mut talker = greet(connect().await, &url, &user).await;
    assert_eq!(heard(&mut talker).await.unwrap()["type"], "connection_ack");
    for _ in 0..4 {
        let ping = Message::text(json!({ "type": "ping" }).to_string());
        talker.send(ping).await.unwrap();
    }
    for _ in 0..3 {
        assert_eq!(heard(&mut talker).await.unwrap()["type"], "pong");
    }
    assert_eq!(heard(&mut talker).await, Err(4429));
    // Sockets of one user, each of which is looked up.
    let mut second = greet(connect().await, &url, &user).await;
    assert_eq!(heard(&mut second).await, Err(4429));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_document_runs_but_those_the_operator_knows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("documents.json");
    let document = "{ viewer { email } }";
    let hash: String = Sha256::digest(document)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    std::fs::write(&file, json!({ &hash: document }).to_string()).unwrap();
    let settings = [
        ("http.trusted_documents_file", file.to_str().unwrap()),
        ("http.trusted_documents_only", "true"),
    ];
    let database = TestDatabase::sqlite();
    let (server, _smtp, user) = started(&database, &settings).await;
    let ask = async |body: Value| {
        let request = reqwest::Client::new().post(format!("{}/graphql", server.url));
        let request = request.bearer_auth(&user.token).json(&body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        match answer["errors"][0]["extensions"]["code"].as_str() {
            Some(code) => code.to_owned(),
            None => answer["data"]["viewer"]["email"].to_string(),
        }
    };
    let good = "\"h@hospital.example\"";
    let persisted = |hash: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    assert_eq!(ask(json!({ "query": document })).await, good);
    assert_eq!(ask(json!({ "documentId": hash })).await, good);
    assert_eq!(ask(json!({ "extensions": persisted(&hash) })).await, good);
    for stranger in ["{ viewer { email } } ", "{ __typename }"] {
        let asked = ask(json!({ "query": stranger, "documentId": hash })).await;
        assert_eq!(asked, "DOCUMENT_NOT_TRUSTED", "{stranger}");
    }
    // A stranger's document is not taken in under its hash either.
    let unknown = "0".repeat(64);
    for body in [
        json!({ "documentId": unknown }),
        json!({ "extensions": persisted(&unknown) }),
    ] {
        assert_eq!(ask(body).await, "PERSISTED_QUERY_NOT_FOUND");
    }
    let refused = Socket::refusal(
        &server,
        Some(&user),
        "subscription { serviceTime(count: 1) }",
    );
    assert_eq!(refused.await.as_deref(), Some("DOCUMENT_NOT_TRUSTED"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_grows_beyond_the_estimate_is_ended() {
    let database = TestDatabase::sqlite();
    let settings = [("limits.list_size", "1"), ("limits.cost", "12")];
    let (server, _smtp, user) = started(&database, &settings).await;
    let counts = |codes: std::ops::Range<i32>| {
        let count = |i| json!({ "code": format!("C{i:02}"), "count": 500, "asOf": "2026-06", "basis": "MEASURED" });
        json!({ "content": { "title": { "ko": "자료" }, "counts": codes.map(count).collect::<Vec<_>>() } })
    };
    let query = "{ offers(first: 1) { edges { node { counts { asOf basis } } } } }";
    let made = "offer { id }";
    server
        .mutate(&user, "createOffer", counts(0..2), made)
        .await;
    let (_, _, body) = post(&server, Some(&user), query, None).await;
    let listed = body["data"]["offers"]["edges"][0]["node"]["counts"].as_array();
    assert_eq!(listed.map(Vec::len), Some(2), "{body:#}");
    // Estimated at some fields, it holds a list of twenty.
    let (server, _smtp, user) = started(&TestDatabase::sqlite(), &settings).await;
    server
        .mutate(&user, "createOffer", counts(0..20), made)
        .await;
    let (status, _, body) = post(&server, Some(&user), query, None).await;
    assert_eq!(status, 200, "{body:#}");
    let error = &body["errors"][0];
    assert_eq!(error["extensions"]["code"], "TOO_COSTLY", "{body:#}");
    assert_eq!(
        error["path"][0], "offers",
        "refused before it ran: {body:#}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_speaks_tls_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let database = TestDatabase::sqlite();
    let settings = [
        ("http.tls_certificate_file", certificate.to_str().unwrap()),
        ("http.tls_key_file", key.to_str().unwrap()),
        ("http.public_url", "https://localhost"),
        ("http.header_timeout_s", "1"),
    ];
    let (server, smtp, user) = started(&database, &settings).await;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let connect = || async {
        let plain = TcpStream::connect(&address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        connector.connect(name, plain).await.unwrap()
    };
    let send = async |path: &str, kind: &str, body: &str| {
        let mut stream = connect().await;
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/{kind}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let answer = send("/graphql", "json", r#"{"query":"{ __typename }"}"#).await;
    let head = answer.to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{answer}");
    assert!(head.contains("strict-transport-security:"), "{answer}");
    assert!(
        answer.ends_with(r#"{"data":{"__typename":"Query"}}"#),
        "{answer}"
    );

    // The session is kept in a cookie that never leaves TLS.
    let ask = json!({ "query": "mutation($e: String!) { requestSignIn(input: { email: $e }) { userErrors { code } } }",
        "variables": { "e": user.email } });
    let asked = send("/graphql", "json", &ask.to_string()).await;
    assert!(asked.contains(r#""userErrors":[]"#), "{asked}");
    let mail = smtp
        .wait_for("the link", |mail| mail.to == user.email)
        .await;
    let text = mail.text();
    let (before, token) = text.split_once("/sign-in?token=").unwrap();
    assert!(before.ends_with("https://localhost"), "{text}");
    let form = format!("token={}", token.split_whitespace().next().unwrap());
    let opened = send("/sign-in", "x-www-form-urlencoded", &form).await;
    let cookie = opened
        .lines()
        .find(|line| line.to_lowercase().starts_with("set-cookie:"))
        .unwrap_or_else(|| panic!("{opened}"));
    for word in ["; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(cookie.contains(word), "{cookie}");
    }

    let mut socket = greet(connect().await, "wss://localhost/graphql/ws", &user).await;
    assert_eq!(heard(&mut socket).await.unwrap()["type"], "connection_ack");
    let subscribe = json!({ "id": "1", "type": "subscribe",
        "payload": { "query": "subscription { serviceTime(count: 2, everyMs: 10) }" } });
    socket
        .send(Message::text(subscribe.to_string()))
        .await
        .unwrap();
    for expected in ["next", "next", "complete"] {
        let message = heard(&mut socket).await.unwrap();
        assert_eq!(message["type"], expected, "{message:#}");
    }

    // Without TLS there is no answer in HTTP, and who dawdles over the handshake is cut off.
    for sent in ["GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n", "\u{16}"] {
        let mut plain = TcpStream::connect(&address).await.unwrap();
        plain.write_all(sent.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        tokio::time::timeout(Duration::from_secs(20), plain.read_to_end(&mut bytes))
            .await
            .expect("the connection is held")
            .ok();
        assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
    }
}
