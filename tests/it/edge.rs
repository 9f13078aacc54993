//! What strangers meet at the door: rates, TLS, and a database that is busy.

use matchday_domain::organisation::OrganisationKind;
use matchday_tests::server::NOW;
use matchday_tests::{FixedClock, SmtpServer, TestDatabase, TestServer, User, on_both};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

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
    let (server, _smtp, _) = started(&database, &settings).await;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let plain = TcpStream::connect(&address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, plain).await.unwrap();
    let body = r#"{"query":"{ __typename }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let head = answer.to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{answer}");
    assert!(head.contains("strict-transport-security:"), "{answer}");
    assert!(
        answer.ends_with(r#"{"data":{"__typename":"Query"}}"#),
        "{answer}"
    );

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
