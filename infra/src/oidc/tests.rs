//! Providers that do not behave, on real sockets.
#![allow(clippy::unwrap_used)]

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every request with this head and body; its issuer.
async fn serve(head: &'static str, body: impl Fn(&str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let own = issuer.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request).await;
            let body = body(&own);
            let head = format!(
                "HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.into_bytes(), body].concat()).await;
        }
    });
    issuer
}

fn description(issuer: &str, named: &str, keys: &str) -> Vec<u8> {
    serde_json::json!({ "issuer": named, "authorization_endpoint": format!("{issuer}/a"),
        "token_endpoint": format!("{issuer}/t"), "jwks_uri": keys })
    .to_string()
    .into_bytes()
}

async fn checked(issuer: &str) -> Result<(), ProviderError> {
    let now = Timestamp::UNIX_EPOCH;
    Providers::new(true).check(issuer, now).await
}

fn is_unusable(result: &Result<(), ProviderError>) -> bool {
    matches!(result, Err(ProviderError::Answer(_)))
}

#[tokio::test]
async fn an_answer_is_a_description_of_the_provider_itself_or_nothing() {
    let keys = |issuer: &str| format!("{issuer}/keys");
    let good = serve("200 OK", move |own| description(own, own, &keys(own))).await;
    assert_eq!(checked(&good).await, Ok(()));
    // It speaks for another; its parts lie where nothing is called.
    let other = serve("200 OK", |own| {
        description(own, "https://id.hospital.example", &format!("{own}/keys"))
    });
    assert!(is_unusable(&checked(&other.await).await));
    let elsewhere = serve("200 OK", |own| {
        description(own, own, "http://keys.hospital.example/")
    });
    assert!(matches!(
        checked(&elsewhere.await).await,
        Err(ProviderError::Address(_))
    ));
    // A redirect is not followed, though what it leads to would do.
    let target: &'static str = Box::leak(format!("302 Found\r\nlocation: {good}").into_boxed_str());
    let redirect = serve(target, |_| Vec::new()).await;
    assert!(is_unusable(&checked(&redirect).await));
    // Endless answers are cut; what is no JSON is not quoted.
    let endless = serve("200 OK", |_| vec![b' '; 300 * 1_024]).await;
    assert!(is_unusable(&checked(&endless).await));
    let words = checked(&serve("200 OK", |_| b"<secret>".to_vec()).await).await;
    assert!(is_unusable(&words) && !format!("{words:?}").contains("secret"));
    // Nobody is there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert!(matches!(checked(&gone).await, Err(ProviderError::Away(_))));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed() {
    let now = Timestamp::UNIX_EPOCH;
    let inside = Providers::new(false)
        .check("https://localhost:1", now)
        .await;
    assert!(
        matches!(inside, Err(ProviderError::Address(_))),
        "{inside:?}"
    );
}
