//! Subscriptions over HTTP for clients without a WebSocket: parts of a `multipart/mixed` answer, as Apollo's
//! "multipart subscription protocol" describes them. Each part is JSON: an answer in `payload`, or `{}` to keep the
//! connection alive.

use super::caller::{Caller, Credential};
use super::events::{Event, events};
use super::operation::Operation;
use super::seats::Seat;
use super::{Backend, Edge, Refusal};
use async_graphql::Executor;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::time::{Instant, Interval, interval_at};

const MEDIA: &str = "multipart/mixed;boundary=\"graphql\";subscriptionSpec=\"1.0\"";
const END: &str = "--graphql--\r\n";

/// Whether the caller reads subscriptions in parts.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let mixed = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("multipart/mixed"));
            let spec = parts.find_map(|part| part.strip_prefix("subscriptionSpec="));
            mixed && spec.is_some_and(|spec| spec.trim_matches('"') == "1.0")
        })
}

/// Answers a subscription part by part, until it ends, the identity behind it does, or the service stops.
pub(super) async fn answer<E: Executor, B: Backend>(
    edge: &Arc<Edge<E, B>>,
    operation: Operation,
    caller: &Caller,
    credential: Option<Credential>,
) -> Result<Response, Refusal> {
    // The operation itself is counted where it starts.
    let identity = edge.identify(caller, credential.as_ref(), None).await?;
    let seat = edge.seat(caller, &identity)?;
    let every = |period| interval_at(Instant::now() + period, period);
    let parts = Parts {
        events: events(edge.clone(), operation, caller.clone(), credential.clone()),
        alive: every(edge.settings.ping_every),
        recheck: every(edge.settings.recheck_every),
        ended: false,
        edge: edge.clone(),
        caller: caller.clone(),
        credential,
        _seat: seat,
    };
    let parts = stream::unfold(parts, |mut parts| async {
        let part = parts.next().await?;
        Some((Ok::<_, Infallible>(part), parts))
    });
    let media = [(header::CONTENT_TYPE, MEDIA)];
    Ok((media, Body::from_stream(parts)).into_response())
}

struct Parts<E, B> {
    events: BoxStream<'static, Event>,
    alive: Interval,
    recheck: Interval,
    ended: bool,
    edge: Arc<Edge<E, B>>,
    caller: Caller,
    credential: Option<Credential>,
    /// Taken for as long as the answer runs.
    _seat: Option<Seat>,
}

impl<E: Executor, B: Backend> Parts<E, B> {
    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        loop {
            let event = tokio::select! {
                event = self.events.next() => event.unwrap_or(Event::Complete),
                _ = self.alive.tick() => return Some(part(&json!({})).into()),
                _ = self.recheck.tick(), if self.credential.is_some() => {
                    let found = self.edge.backend.identify(&self.caller, self.credential.as_ref());
                    Event::Rechecked(found.await.map(|_| ()))
                }
                () = self.edge.shutdown.stopping() => Event::Complete,
            };
            let last = match event {
                Event::Next(answer) => return Some(part(&json!({ "payload": answer })).into()),
                Event::Error(errors) => part(&json!({ "payload": null, "errors": errors })),
                Event::Rechecked(Err(
                    refusal @ (Refusal::Unauthenticated | Refusal::Forbidden),
                )) => {
                    let errors = [refusal.to_error(self.caller.language)];
                    part(&json!({ "payload": null, "errors": errors }))
                }
                // A database that is away for a moment ends nobody's subscription.
                Event::Rechecked(_) => continue,
                Event::Complete => String::new(),
            };
            self.ended = true;
            return Some((last + END).into());
        }
    }
}

fn part(content: &Value) -> String {
    format!("--graphql\r\ncontent-type: application/json\r\n\r\n{content}\r\n")
}
