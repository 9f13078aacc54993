use super::*;
use serde_json::json;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const NEW: &str = "application/graphql-response+json";

#[tokio::test]
async fn an_operation_is_answered_in_the_media_type_that_was_asked_for() {
    let server = Server::start().await;
    let query = json!({ "query": "{ hello(name: \"x\") }" }).to_string();
    for (accept, media) in [(NEW, NEW), ("*/*", "application/json")] {
        let request = server.post().header("accept", accept).body(query.clone());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let given = response.headers()["content-type"].to_str().unwrap();
        assert_eq!(given, format!("{media}; charset=utf-8"));
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body, json!({ "data": { "hello": "x" } }));
    }
    let named = json!({ "query": "query A { a: hello } query B($n: Int!) { double(n: $n) }",
                        "operationName": "B", "variables": { "n": 4 }, "extensions": {} });
    let (_, body) = server.send(server.post().body(named.to_string())).await;
    assert_eq!(body["data"]["double"], 8);
}

#[tokio::test]
async fn what_is_no_graphql_request_is_refused_by_status() {
    let server = Server::start().await;
    let client = reqwest::Client::new();
    let good = json!({ "query": "mutation { touch }" }).to_string();

    let response = client
        .get(server.url("/graphql?query=mutation{touch}"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "POST");
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=X",
        "application/json; charset=utf-16",
    ] {
        let request = client.post(server.url("/graphql"));
        let request = request.header("content-type", media).body(good.clone());
        let (status, body) = server.send(request).await;
        assert_eq!(
            (status, code(&body)),
            (415, "UNSUPPORTED_MEDIA_TYPE"),
            "{media}"
        );
    }
    let request = server
        .post()
        .header("accept", "text/html")
        .body(good.clone());
    assert_eq!(server.send(request).await.0, 406);
    let deep = format!(
        r#"{{"query":"{{hello}}","variables":{{"a":{}}}}}"#,
        "[".repeat(5_000)
    );
    for bad in [
        &b""[..],
        b"{",
        b"[]",
        br#"[{"query":"{hello}"}]"#,
        br#"{"query":1}"#,
        br#"{"query":"{hello}","variables":[]}"#,
        br#"{"query":"{hello}","variables":"{}"}"#,
        br#"{"query":"{hello}","operationName":1}"#,
        br#"{"query":"{hello}","extensions":1}"#,
        br#"{"operationName":"A"}"#,
        b"{\"q\xff\xfe\":1}",
        deep.as_bytes(),
    ] {
        let (status, body) = server.send(server.post().body(bad.to_vec())).await;
        assert_eq!((status, code(&body)), (400, "BAD_REQUEST"), "{bad:?}");
        assert!(!body.to_string().contains("serde"), "{body}");
    }
    let big = format!(
        r#"{{"query":"{{hello}}","variables":{{"x":"{}"}}}}"#,
        "a".repeat(20 << 20)
    );
    let (status, body) = server.send(server.post().body(big)).await;
    assert_eq!((status, code(&body)), (413, "PAYLOAD_TOO_LARGE"));
    let request = client.get(server.url("/nowhere"));
    assert_eq!(server.send(request).await.0, 404);
}

#[tokio::test]
async fn a_document_at_fault_has_no_data_and_is_not_quoted() {
    let server = Server::start().await;
    for (query, expected) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ hello(name: ZZZZ ", "GRAPHQL_PARSE_FAILED"),
        ("{ helo }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ double(n: \"ZZZZ\") }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query($n: Int!) { double(n: $n) }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query A { hello } query B { hello }",
            "OPERATION_NAME_REQUIRED",
        ),
        ("subscription { forever }", "SUBSCRIPTION_NEEDS_SOCKET"),
        (
            "{ __schema { queryType { name } } }",
            "INTROSPECTION_DISABLED",
        ),
        (
            "{ hello @include(if: true) @include(if: true) }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        let body = json!({ "query": query }).to_string();
        let (status, answer) = server.send(server.post().body(body.clone())).await;
        assert_eq!((status, code(&answer)), (200, expected), "{query}");
        let request = server.post().header("accept", NEW).body(body);
        let (status, answer) = server.send(request).await;
        assert_eq!((status, code(&answer)), (400, expected), "{query}");
        assert!(answer.get("data").is_none(), "{answer}");
        let text = answer.to_string();
        assert!(
            !text.contains("ZZZZ") && !text.contains("Did you mean"),
            "{text}"
        );
    }
    let many = format!("{{ {} }}", "hello(nope: 1) ".repeat(10));
    let (_, answer) = server.ask(&many).await;
    assert_eq!(answer["errors"].as_array().unwrap().len(), 10);
    let (_, answer) = server.ask("{ __type(name: \"Query\") { name } }").await;
    assert_eq!(answer, json!({ "data": { "__type": null } }));
    let unknown = json!({ "query": "query A { hello }", "operationName": "ZZZZ" });
    let (_, answer) = server.send(server.post().body(unknown.to_string())).await;
    assert_eq!(code(&answer), "OPERATION_NOT_FOUND");
    let hashed = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0" } } });
    let (_, answer) = server.send(server.post().body(hashed.to_string())).await;
    assert_eq!(answer["errors"][0]["message"], "PersistedQueryNotSupported");
}

#[tokio::test]
async fn every_error_speaks_the_callers_language_and_has_both() {
    let server = Server::start().await;
    for (query, expected) in [
        ("{ forbidden }", "FORBIDDEN"),
        ("{ broken }", "INTERNAL"),
        ("{ a: thing(first: 101) { id } }", "PAGE_TOO_LARGE"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ helo }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query($n: Int!) { double(n: $n) }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query A { hello } query B { hello }",
            "OPERATION_NAME_REQUIRED",
        ),
        ("subscription { forever }", "SUBSCRIPTION_NEEDS_SOCKET"),
        ("{ double(n: 3000000000) }", "INVALID"),
    ] {
        for (accept, language) in [("ko", "Ko"), ("en", "En"), ("", "Ko")] {
            let request = reqwest::Client::new()
                .post(server.url("/graphql"))
                .header("content-type", "application/json")
                .header("accept-language", accept)
                .body(json!({ "query": query }).to_string());
            let (_, answer) = server.send(request).await;
            assert_eq!(code(&answer), expected, "{query}");
            let error = &answer["errors"][0];
            let said = |name: &str| error["extensions"][name].as_str().unwrap().to_owned();
            assert_eq!(
                error["message"],
                said(&format!("message{language}")),
                "{error}"
            );
            let korean = said("messageKo")
                .chars()
                .any(|c| ('가'..='힣').contains(&c));
            assert!(korean && said("messageEn").is_ascii(), "{error}");
        }
    }
}

#[tokio::test]
async fn attacks_are_answered_in_milliseconds() {
    let server = Server::start().await;
    let mut doubling = String::from("query { ...F0 }");
    for i in 0..24 {
        doubling += &format!(" fragment F{i} on Query {{ ...F{0} ...F{0} }}", i + 1);
    }
    doubling += " fragment F24 on Query { hello }";
    let chain = (0..20_000).map(|i| format!("fragment F{i} on Query{{...F{}}}", i + 1));
    let chain = format!("{{ ...F0 }} {}", chain.collect::<String>());
    let attacks = [
        (doubling, "TOO_MANY_FIELDS"),
        (chain, "DOCUMENT_TOO_LONG"),
        (
            format!("{{{}}}", "thing{".repeat(50_000)),
            "DOCUMENT_TOO_LONG",
        ),
        ("{thing".repeat(900), "TOO_DEEP"),
        (
            format!("{{ hello(name: {}) }}", "[".repeat(1_500)),
            "TOO_DEEP",
        ),
        (
            format!("{{ hello {} }}", "@a ".repeat(900)),
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ];
    for (query, expected) in attacks {
        let begun = Instant::now();
        let (_, answer) = server.ask(&query).await;
        assert_eq!(code(&answer), expected, "{}", &query[..40]);
        assert!(
            begun.elapsed() < Duration::from_millis(500),
            "{expected} {:?}",
            begun.elapsed()
        );
        assert!(answer.to_string().len() < 1_000);
    }
}

#[tokio::test]
async fn inner_causes_stay_inside_and_faults_have_their_status() {
    let server = Server::with(|s| s.http.request_timeout_s = 1).await;
    let (status, answer) = server.ask("{ broken }").await;
    assert_eq!((status, code(&answer)), (200, "INTERNAL"));
    assert!(!answer.to_string().contains("s3cr3t"), "{answer}");
    let (status, answer) = server.ask("{ away }").await;
    assert_eq!((status, code(&answer)), (503, "UNAVAILABLE"));
    assert_eq!(answer["data"], json!(null));
    let (status, answer) = server.ask("{ hello away }").await;
    assert_eq!((status, &answer["data"]["hello"]), (200, &json!("")));
    let (status, answer) = server.ask("{ panics }").await;
    assert_eq!((status, code(&answer)), (500, "INTERNAL"));
    let begun = Instant::now();
    let (status, answer) = server.ask("{ slow(ms: 60000) }").await;
    assert_eq!((status, code(&answer)), (503, "TIMED_OUT"));
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(server.ask("{ hello }").await.0, 200);
}

#[tokio::test]
async fn the_caller_is_known_by_token_or_cookie() {
    let server = Server::start().await;
    let who = json!({ "query": "{ whoami language }" }).to_string();
    let ask = |name: &'static str, value: &'static str| {
        server.post().header(name, value).body(who.clone())
    };
    let (_, guest) = server.send(server.post().body(who.clone())).await;
    assert_eq!(guest["data"], json!({ "whoami": null, "language": "en" }));
    let (_, answer) = server.send(ask("authorization", "Bearer kim")).await;
    assert_eq!(answer["data"]["whoami"], "kim");
    let (_, answer) = server.send(ask("cookie", "matchday_session=lee")).await;
    assert_eq!(answer["data"]["whoami"], "lee");
    let foreign = ask("cookie", "matchday_session=lee").header("origin", "https://evil.example");
    assert_eq!(server.send(foreign).await.1["data"]["whoami"], json!(null));
    for (value, status) in [
        ("Bearer bad", 401),
        ("Basic eA==", 401),
        ("Bearer busy", 429),
    ] {
        let (given, answer) = server.send(ask("authorization", value)).await;
        assert_eq!(given, status, "{answer}");
    }
    // A request that is refused anyway costs no look at who sends it.
    let asked = server.door.asked.load(Ordering::SeqCst);
    server.ask("{").await;
    assert_eq!(server.door.asked.load(Ordering::SeqCst), asked);
}

#[tokio::test]
async fn answers_carry_security_headers_and_only_listed_origins_may_read_them() {
    let listed = "https://portal.example.kr";
    let server = Server::with(|s| s.http.allowed_origins.push(listed.to_owned())).await;
    let preflight = async |origin: &str| {
        let request = reqwest::Client::new()
            .request(reqwest::Method::OPTIONS, server.url("/graphql"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,authorization",
            );
        request.send().await.unwrap().headers().clone()
    };
    assert!(
        !preflight("https://evil.example")
            .await
            .contains_key("access-control-allow-origin")
    );
    let headers = preflight(listed).await;
    assert_eq!(headers["access-control-allow-origin"], listed);
    assert!(!headers.contains_key("access-control-allow-credentials"));

    let body = json!({ "query": "{ hello }" }).to_string();
    let headers = server
        .post()
        .body(body)
        .send()
        .await
        .unwrap()
        .headers()
        .clone();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
        ("strict-transport-security", "max-age=31536000"),
    ] {
        assert_eq!(headers[name], value);
    }
    assert!(headers.contains_key("x-request-id"));

    let closed = Server::start().await;
    let request = reqwest::Client::new()
        .request(reqwest::Method::OPTIONS, closed.url("/graphql"))
        .header("origin", listed);
    let response = request.send().await.unwrap();
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn health_is_told_and_the_explorer_is_for_development() {
    let server = Server::start().await;
    let status = async |path: &str| {
        reqwest::get(server.url(path))
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(status("/livez").await, 200);
    assert_eq!(status("/readyz").await, 200);
    assert_eq!(status("/explorer").await, 404);
    assert_eq!(status("/").await, 404);
    server.door.closed.store(true, Ordering::SeqCst);
    assert_eq!(status("/livez").await, 200);
    assert_eq!(status("/readyz").await, 503);

    let open = Server::with(|s| s.http.development = true).await;
    let page = reqwest::get(open.url("/")).await.unwrap();
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("esm.sh")
    );
    let page = page.text().await.unwrap();
    assert!(page.contains("defaultQuery: '# Ctrl-Enter"), "{page}");
    let (_, answer) = open.ask("{ __schema { queryType { name } } }").await;
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
    assert!(
        open.ask("{ helo }")
            .await
            .1
            .to_string()
            .contains("Did you mean")
    );
}

#[tokio::test]
async fn clients_that_dawdle_are_cut() {
    let server = Server::with(|s| {
        s.http.header_timeout_s = 1;
        s.http.request_timeout_s = 1;
        s.http.write_timeout_s = 1;
    })
    .await;
    let cut = async |bytes: &[u8]| {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        tokio::time::timeout(Duration::from_secs(4), read)
            .await
            .unwrap()
            .ok();
        answer
    };
    assert_eq!(cut(b"").await, "");
    cut(b"POST /graphql HTTP/1.1\r\nhost: x\r\n").await;
    let body = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                 content-length: 50\r\n\r\n{\"query\"";
    assert!(cut(body).await.starts_with("HTTP/1.1 408"));
    // Kept open by what came before, but idle.
    assert!(
        cut(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 200")
    );
    let heads = format!("GET /livez HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(100));
    assert!(cut(heads.as_bytes()).await.starts_with("HTTP/1.1 431"));
}
