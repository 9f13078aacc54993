//! The messages of `graphql-transport-ws`, as its PROTOCOL.md names them.

use super::operation::Params;
use async_graphql::{Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromClient {
    /// The first message, once.
    ConnectionInit {
        /// Any object; ours reads `authorization`.
        #[serde(default)]
        payload: Option<serde_json::Map<String, Json>>,
    },
    /// Are you there?
    Ping {},
    /// I am.
    Pong {},
    /// Run an operation.
    Subscribe {
        /// The client's name for it.
        id: String,
        /// The operation.
        payload: Params,
    },
    /// Stop it.
    Complete {
        /// Its name.
        id: String,
    },
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromServer<'a> {
    /// The connection stands.
    ConnectionAck,
    /// I am there.
    Pong,
    /// A result.
    Next {
        /// The operation.
        id: &'a str,
        /// The result.
        payload: &'a Response,
    },
    /// The operation could not start; nothing follows.
    Error {
        /// The operation.
        id: &'a str,
        /// Why.
        payload: &'a [ServerError],
    },
    /// The operation has ended.
    Complete {
        /// The operation.
        id: &'a str,
    },
}

/// Why the server closes a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Close {
    pub code: u16,
    pub reason: &'static str,
}

impl Close {
    pub const NORMAL: Self = Self::new(1000, "");
    pub const GOING_AWAY: Self = Self::new(1001, "The service restarts");
    pub const NOT_TEXT: Self = Self::new(1003, "Messages are text");
    pub const NOT_UTF8: Self = Self::new(1007, "Messages are UTF-8");
    pub const TOO_LARGE: Self = Self::new(1009, "Message too large");
    pub const INTERNAL: Self = Self::new(1011, "Internal error");
    pub const TOO_MANY_SOCKETS: Self = Self::new(1013, "Too many sockets; try again later");
    pub const UNAVAILABLE: Self = Self::new(1013, "Temporarily unavailable; try again later");
    pub const BAD_MESSAGE: Self = Self::new(4400, "Invalid message");
    pub const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    pub const FORBIDDEN: Self = Self::new(4403, "Forbidden");
    pub const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    pub const DUPLICATE: Self = Self::new(4409, "Subscriber for this id already exists");
    pub const TOO_MANY_REQUESTS: Self = Self::new(4429, "Too many requests; try again later");
    pub const SECOND_INIT: Self = Self::new(4429, "Too many initialisation requests");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }
}
