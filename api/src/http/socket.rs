//! GraphQL over WebSocket: the `graphql-transport-ws` protocol, as PROTOCOL.md of graphql-ws describes it.
//!
//! One task a socket: it reads, runs the socket's operations and writes, so a client that does not read holds up
//! nobody but itself, and what it started ends with it.

use super::caller::{Caller, Credential, Origin, credential, origin};
use super::events::{Event, events};
use super::message::{Close, FromClient, FromServer};
use super::operation::Params;
use super::rates::Buckets;
use super::refusal::told;
use super::seats::Seat;
use super::{Backend, Edge, Refusal};
use crate::lifecycle::Place;
use async_graphql::Executor;
use async_graphql::parser::types::OperationType;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header;
use futures_util::stream::{self, AbortHandle, Abortable, BoxStream, SelectAll, StreamExt};
use governor::clock::MonotonicClock;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval_at, sleep_until};

const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Characters of a client's name for an operation.
const ID_CHARACTERS: usize = 128;

/// Small: thousands of sockets are open and idle.
const BUFFER_BYTES: usize = 4_096;

/// How long a closed socket is read on, so that the client gets to read why.
const LINGER: Duration = Duration::from_secs(1);

/// `GET /graphql/ws`.
pub(super) async fn open<E: Executor, B: Backend>(
    State(edge): State<Arc<Edge<E, B>>>,
    request: Request,
) -> axum::response::Response {
    let mut parts = request.into_parts().0;
    let http = &edge.settings.http;
    let caller = Caller::of(&parts, http);
    let refuse = |refusal: Refusal| refusal.respond(caller.language);
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await else {
        return refuse(Refusal::Malformed("Open a WebSocket here."));
    };
    let offered = parts.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let is_ours = offered
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .any(|name| name.trim() == SUBPROTOCOL);
    if !is_ours {
        return refuse(Refusal::Malformed(
            "The subprotocol must be graphql-transport-ws.",
        ));
    }
    // Browsers let any page open a socket to anywhere, cookies included.
    if origin(&parts.headers, http) == Origin::Foreign {
        return refuse(Refusal::Forbidden);
    }
    if edge.shutdown.is_stopping() {
        return refuse(Refusal::Unavailable);
    }
    let credential = match credential(&parts.headers, http) {
        Ok(credential) => credential,
        Err(refusal) => return refuse(refusal),
    };
    let limit = edge.settings.limits.frame_bytes;
    let place = parts.extensions.get::<Place>().cloned();
    let messages = Buckets::new(edge.settings.limits.socket_messages, MonotonicClock);
    upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(limit)
        .max_frame_size(limit)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .on_upgrade(move |socket| {
            let shutdown = edge.shutdown.clone();
            let session = Session {
                edge,
                socket,
                caller,
                credential,
                identity: None,
                _place: place,
                _seat: None,
                running: SelectAll::new(),
                operations: HashMap::new(),
                messages,
                stopping: false,
            };
            shutdown.until_cut(session.serve())
        })
}

struct Running {
    abort: AbortHandle,
    kind: OperationType,
}

struct Session<E, B: Backend> {
    edge: Arc<Edge<E, B>>,
    socket: WebSocket,
    caller: Caller,
    credential: Option<Credential>,
    /// There from `connection_ack` on.
    identity: Option<B::Identity>,
    _place: Option<Place>,
    _seat: Option<Seat>,
    running: SelectAll<BoxStream<'static, (Arc<str>, Event)>>,
    operations: HashMap<Arc<str>, Running>,
    messages: Buckets<()>,
    stopping: bool,
}

impl<E: Executor, B: Backend> Session<E, B> {
    async fn serve(mut self) {
        let Err(Some(close)) = self.talk().await else {
            return;
        };
        // What runs ends now, not after the farewell.
        self.running.clear();
        let frame = CloseFrame {
            code: close.code,
            reason: close.reason.into(),
        };
        let farewell = async {
            if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        // A client that does not answer the farewell is left.
        let _ = tokio::time::timeout(LINGER, farewell).await;
    }

    /// Talks until the socket is to be closed (with a reason) or is gone (without).
    async fn talk(&mut self) -> Result<(), Option<Close>> {
        let settings = &self.edge.settings;
        let (ping_every, recheck_every) = (settings.ping_every, settings.recheck_every);
        let begun = Instant::now();
        let init_until = begun + settings.init_timeout;
        let mut ping = interval_at(begun + ping_every, ping_every);
        let mut recheck = interval_at(begun + recheck_every, recheck_every);
        let mut heard = begun;
        let shutdown = self.edge.shutdown.clone();
        loop {
            if self.stopping && self.operations.is_empty() {
                return Err(Some(Close::GOING_AWAY));
            }
            tokio::select! {
                message = self.socket.recv() => {
                    heard = Instant::now();
                    // Also of those that cost next to nothing: a client that never stops talking is sent away.
                    self.messages.take((), 1).map_err(|refusal| Some(close_for(&refusal)))?;
                    Box::pin(self.receive(message)).await?;
                }
                Some((id, event)) = self.running.next(), if !self.running.is_empty() => {
                    self.report(&id, event).await?;
                }
                () = sleep_until(init_until), if self.identity.is_none() => {
                    return Err(Some(Close::INIT_TIMEOUT));
                }
                _ = ping.tick() => {
                    if heard.elapsed() > ping_every * 2 {
                        return Err(None);
                    }
                    self.send(Message::Ping(Default::default())).await?;
                }
                _ = recheck.tick(), if self.identity.is_some() && self.credential.is_some() => {
                    self.recheck();
                }
                () = shutdown.stopping(), if !self.stopping => {
                    self.stop();
                }
            }
        }
    }

    /// Subscriptions have no end to wait for; queries and mutations may finish.
    fn stop(&mut self) {
        self.stopping = true;
        self.operations.retain(|_, running| {
            let endless = running.kind == OperationType::Subscription;
            if endless {
                running.abort.abort();
            }
            !endless
        });
    }

    async fn receive(
        &mut self,
        message: Option<Result<Message, axum::Error>>,
    ) -> Result<(), Option<Close>> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Binary(_))) => return Err(Some(Close::NOT_TEXT)),
            Some(Ok(Message::Close(_))) => return Err(Some(Close::NORMAL)),
            Some(Err(error)) => return Err(broken(&error)),
            None => return Err(None),
        };
        let message = serde_json::from_str(text.as_str()).map_err(|_| Some(Close::BAD_MESSAGE))?;
        match message {
            FromClient::ConnectionInit { payload } => {
                if self.identity.is_some() {
                    return Err(Some(Close::SECOND_INIT));
                }
                let given = payload.as_ref().and_then(|p| {
                    p.get("authorization")
                        .or_else(|| p.get("Authorization"))
                        .filter(|v| !v.is_null())
                });
                if let Some(value) = given {
                    let credential = value
                        .as_str()
                        .ok_or(Refusal::Unauthenticated)
                        .and_then(Credential::bearer)
                        .map_err(|_| Some(Close::FORBIDDEN))?;
                    self.credential = Some(credential);
                }
                self.enter().await?;
                self.say(&FromServer::ConnectionAck).await
            }
            FromClient::Ping {} => self.say(&FromServer::Pong).await,
            FromClient::Pong {} => Ok(()),
            FromClient::Subscribe { id, payload } => self.start(id, payload).await,
            FromClient::Complete { id } => {
                if let Some(running) = self.operations.remove(id.as_str()) {
                    running.abort.abort();
                }
                Ok(())
            }
        }
    }

    /// Learns who is there and takes a seat for the socket.
    async fn enter(&mut self) -> Result<(), Option<Close>> {
        let edge = &self.edge;
        let identified = edge.identify(&self.caller, self.credential.as_ref(), None);
        let identity = tokio::time::timeout(edge.settings.http.request_timeout(), identified)
            .await
            .map_err(|_| Some(Close::UNAVAILABLE))?
            .map_err(|refusal| Some(close_for(&refusal)))?;
        self._seat = edge
            .seat(&self.caller, &identity)
            .map_err(|_| Some(Close::TOO_MANY_SOCKETS))?;
        self.identity = Some(identity);
        Ok(())
    }

    async fn start(&mut self, id: String, params: Params) -> Result<(), Option<Close>> {
        if self.identity.is_none() {
            return Err(Some(Close::UNAUTHORIZED));
        }
        if id.is_empty() || id.chars().count() > ID_CHARACTERS {
            return Err(Some(Close::BAD_MESSAGE));
        }
        if self.operations.contains_key(id.as_str()) {
            return Err(Some(Close::DUPLICATE));
        }
        let language = self.caller.language;
        let most = self.edge.settings.limits.subscriptions_per_socket;
        let admitted = if self.stopping {
            Err(vec![Refusal::Unavailable.to_error(language)])
        } else if let Err(refusal) = self.edge.settings.rates.request(&self.caller) {
            Err(vec![refusal.to_error(language)])
        } else if self.operations.len() >= most {
            let message = matchday_domain::text::Message::new(
                format!("한 소켓에서는 작업이 최대 {most}개까지 실행됩니다."),
                format!("At most {most} operations run on one socket."),
            );
            Err(vec![told(&message, "TOO_MANY_SUBSCRIPTIONS", language)])
        } else {
            params
                .admit(&self.edge, language)
                .map_err(|refused| refused.errors(language))
        };
        let operation = match admitted {
            Ok(operation) => operation,
            Err(payload) => {
                let (id, payload) = (id.as_str(), payload.as_slice());
                return self.say(&FromServer::Error { id, payload }).await;
            }
        };
        let id: Arc<str> = id.into();
        let (abort, registration) = AbortHandle::new_pair();
        let kind = operation.kind;
        let events = events(
            self.edge.clone(),
            operation,
            self.caller.clone(),
            self.credential.clone(),
        );
        let name = id.clone();
        let events = events.map(move |event| (name.clone(), event));
        self.running
            .push(Abortable::new(events, registration).boxed());
        self.operations.insert(id, Running { abort, kind });
        Ok(())
    }

    fn recheck(&mut self) {
        let (edge, caller) = (self.edge.clone(), self.caller.clone());
        let credential = self.credential.clone();
        let check = async move {
            let found = Box::pin(edge.backend.identify(&caller, credential.as_ref())).await;
            (Arc::from(""), Event::Rechecked(found.map(|_| ())))
        };
        self.running.push(stream::once(check).boxed());
    }

    async fn report(&mut self, id: &Arc<str>, event: Event) -> Result<(), Option<Close>> {
        match event {
            Event::Next(payload) => {
                let payload = &payload;
                self.say(&FromServer::Next { id, payload }).await
            }
            Event::Error(payload) => {
                self.operations.remove(id);
                let payload = payload.as_slice();
                self.say(&FromServer::Error { id, payload }).await
            }
            Event::Complete => {
                self.operations.remove(id);
                self.say(&FromServer::Complete { id }).await
            }
            Event::Rechecked(Err(refusal @ (Refusal::Unauthenticated | Refusal::Forbidden))) => {
                Err(Some(close_for(&refusal)))
            }
            // A database that is away for a moment ends nobody's session.
            Event::Rechecked(_) => Ok(()),
        }
    }

    async fn say(&mut self, message: &FromServer<'_>) -> Result<(), Option<Close>> {
        let text = serde_json::to_string(message).map_err(|_| Some(Close::INTERNAL))?;
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Option<Close>> {
        let limit = Duration::from_secs(self.edge.settings.http.write_timeout_s);
        match tokio::time::timeout(limit, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(None),
        }
    }
}

fn close_for(refusal: &Refusal) -> Close {
    match refusal {
        Refusal::Unauthenticated | Refusal::Forbidden => Close::FORBIDDEN,
        Refusal::RateLimited { .. } => Close::TOO_MANY_REQUESTS,
        Refusal::Internal => Close::INTERNAL,
        _ => Close::UNAVAILABLE,
    }
}

/// The WebSocket library hands its errors on as texts only.
fn broken(error: &axum::Error) -> Option<Close> {
    let text = error.to_string();
    if text.contains("too long") || text.contains("Space limit") {
        Some(Close::TOO_LARGE)
    } else if text.contains("UTF-8") {
        Some(Close::NOT_UTF8)
    } else {
        None
    }
}
