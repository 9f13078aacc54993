//! For those who watch the process: is it alive, and may requests be sent to it.

use super::{Backend, Edge};
use async_graphql::Executor;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use std::time::Duration;

/// A database that takes longer is not one to send requests to.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /livez`: the process answers. It does not ask the database: restarting would not bring that back.
pub(super) async fn live() -> &'static str {
    "ok"
}

/// `GET /readyz`: requests may be sent. 503 while the backend is away, and from the stop signal on.
pub(super) async fn ready<E: Executor, B: Backend>(
    State(edge): State<Arc<Edge<E, B>>>,
) -> (StatusCode, &'static str) {
    if edge.shutdown.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match tokio::time::timeout(PATIENCE, edge.backend.ready()).await {
        Ok(true) => (StatusCode::OK, "ok"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
    }
}
