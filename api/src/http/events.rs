//! What an operation that runs on for a while has to say, on whatever transport.

use super::caller::{Caller, Credential};
use super::operation::{Operation, first, is_request_error};
use super::{Backend, Edge, Refusal};
use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Response, ServerError};
use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// What an operation has to say.
pub(super) enum Event {
    Next(Response),
    Error(Vec<ServerError>),
    Complete,
    /// The identity behind the socket was asked for again.
    Rechecked(Result<(), Refusal>),
}

/// Identifies the caller anew, then runs the operation.
pub(super) fn events<E: Executor, B: Backend>(
    edge: Arc<Edge<E, B>>,
    operation: Operation,
    caller: Caller,
    credential: Option<Credential>,
) -> BoxStream<'static, Event> {
    let language = caller.language;
    let start = async move {
        let identified = edge.identify(&caller, credential.as_ref(), Some(&operation));
        let identity = match identified.await {
            Ok(identity) => identity,
            Err(refusal @ (Refusal::Unauthenticated | Refusal::Forbidden)) => {
                return just([Event::Rechecked(Err(refusal))]);
            }
            Err(refusal) => return just([Event::Error(vec![refusal.to_error(language)])]),
        };
        if operation.kind != OperationType::Subscription {
            return match edge.run(operation, &identity, &caller).await {
                Ok(response) if is_request_error(&response) => {
                    just([Event::Error(response.errors)])
                }
                Ok(response) => just([Event::Next(response), Event::Complete]),
                Err(refusal) => just([Event::Error(vec![refusal.to_error(language)])]),
            };
        }
        let mut responses = edge.subscribe(operation, &identity, &caller);
        match first(&mut responses).await {
            None => just([Event::Complete]),
            Some((response, _, true)) => {
                just([Event::Error(edge.clean(response, language).errors)])
            }
            Some((response, second, false)) => stream::iter([Some(response), second])
                .filter_map(std::future::ready)
                .chain(responses)
                .map(move |response| Event::Next(edge.clean(response, language)))
                .chain(stream::once(async { Event::Complete }))
                .boxed(),
        }
    };
    // On the heap until it has begun: what waits for events afterwards is small.
    let events = start.boxed().into_stream().flatten();
    AssertUnwindSafe(events)
        .catch_unwind()
        .map(move |event| {
            event.unwrap_or_else(|_| Event::Error(vec![Refusal::Internal.to_error(language)]))
        })
        .boxed()
}

fn just<const N: usize>(events: [Event; N]) -> BoxStream<'static, Event> {
    stream::iter(events).boxed()
}
