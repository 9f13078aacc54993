//! A WebSocket client that speaks `graphql-transport-ws`.

use crate::{TestServer, User};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A connection with one subscription.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects as somebody and subscribes.
    pub async fn subscribe(
        server: &TestServer,
        user: &User,
        query: &str,
        variables: Value,
    ) -> Self {
        let mut socket = Self::connect(server, Some(user)).await;
        socket.operate("1", query, variables).await;
        socket
    }

    /// The code of the error that a subscription is refused with; none if it opens.
    pub async fn refusal(server: &TestServer, user: Option<&User>, query: &str) -> Option<String> {
        let mut socket = Self::connect(server, user).await;
        socket.operate("1", query, json!({})).await;
        // One that waits for events says nothing if it opens: what was refused has been told long before the second tick.
        let later = "subscription { serviceTime(count: 2, everyMs: 2000) }";
        socket.operate("2", later, json!({})).await;
        let mut ticks = 0;
        loop {
            let message = socket.receive().await;
            let first = message["id"] == "1";
            match message["type"].as_str() {
                Some("error") if first => {
                    let code = &message["payload"][0]["extensions"]["code"];
                    return Some(code.as_str().unwrap_or("none").to_owned());
                }
                Some("next") if first => {
                    let code = &message["payload"]["errors"][0]["extensions"]["code"];
                    return code.as_str().map(str::to_owned);
                }
                Some("next") => {
                    ticks += 1;
                    if ticks == 2 {
                        return None;
                    }
                }
                _ => {}
            }
        }
    }

    async fn connect(server: &TestServer, user: Option<&User>) -> Self {
        let url = format!("{}/graphql/ws", server.url.replace("http://", "ws://"));
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert(
            "sec-websocket-protocol",
            "graphql-transport-ws".parse().unwrap(),
        );
        let (stream, _) = connect_async(request).await.unwrap();
        let mut socket = Self(stream);
        let payload = user
            .map(|user| json!({ "authorization": format!("Bearer {}", user.token) }))
            .unwrap_or_default();
        socket
            .send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.receive().await["type"], "connection_ack");
        socket
    }

    async fn operate(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    async fn send(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    async fn receive(&mut self) -> Value {
        let waited = tokio::time::timeout(Duration::from_secs(20), self.next_message());
        waited.await.expect("nothing came")
    }

    async fn next_message(&mut self) -> Value {
        let message = self.message_or_close().await;
        message.expect("the sign-in is not valid any more")
    }

    /// The next message; none if the socket is closed because the sign-in is not valid any more.
    async fn message_or_close(&mut self) -> Option<Value> {
        loop {
            let message = self.0.next().await.expect("the socket was closed").unwrap();
            match message {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] == "ping" {
                        self.send(json!({ "type": "pong" })).await;
                        continue;
                    }
                    return Some(message);
                }
                Message::Close(Some(frame)) if u16::from(frame.code) == 4403 => return None,
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The code of the error with which the subscription, or with it the whole socket, ends.
    pub async fn ends_with(&mut self) -> String {
        let waited = tokio::time::timeout(Duration::from_secs(20), self.message_or_close()).await;
        let Some(message) = waited.expect("nothing came") else {
            return "UNAUTHENTICATED".to_owned();
        };
        let payload = &message["payload"];
        let errors = if message["type"] == "error" {
            payload
        } else {
            &payload["errors"]
        };
        let code = errors[0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("{message:#}")).to_owned()
    }

    /// The data of the next event; none after the last.
    pub async fn next(&mut self) -> Option<Value> {
        let message = self.receive().await;
        match message["type"].as_str() {
            Some("next") => {
                assert!(message["payload"]["errors"].is_null(), "{message:#}");
                Some(message["payload"]["data"].clone())
            }
            Some("complete") => None,
            _ => panic!("{message:#}"),
        }
    }
}

/// What came of a message.
#[derive(Debug, Default)]
pub struct Said {
    /// What the server said to it.
    pub answers: Vec<Value>,
    /// The code with which it closed the socket.
    pub closed: Option<u16>,
}

/// Sends one message, whatever it is, on a connection of its own, and hears the server out: until it closes the socket or
/// answers a ping sent after it.
pub async fn say(server: &TestServer, user: &User, message: &str) -> Said {
    let mut socket = Socket::connect(server, Some(user)).await;
    let mut said = Said::default();
    let ping = json!({ "type": "ping" }).to_string();
    for message in [message.to_owned(), ping] {
        // The server may have closed by now.
        if socket.0.send(Message::text(message)).await.is_err() {
            break;
        }
    }
    let heard = async {
        while let Some(Ok(message)) = socket.0.next().await {
            match message {
                Message::Close(frame) => {
                    said.closed = frame.map(|frame| frame.code.into());
                    return;
                }
                Message::Text(text) => {
                    let answer: Value = serde_json::from_str(&text).unwrap();
                    let ended = answer["type"] == "pong";
                    said.answers.push(answer);
                    if ended {
                        return;
                    }
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), heard)
        .await
        .expect("the server says nothing");
    said
}
