//! The edge: everything between a socket and a resolver.
//!
//! The library's own handlers are open where a public service must not be (batches, GET, any media type, no limits,
//! wrong close codes), so this is a front of our own over its executor. `operation` guards and runs an operation,
//! whether it came by HTTP (`graphql`, `multipart`) or by WebSocket (`socket`); nothing reaches the executor around it.
//!
//! The application says who a caller is through [`Backend`], merges its own routes to [`routes`] and closes the whole
//! with [`finish`].

mod budget;
mod caller;
mod events;
mod explorer;
mod graphql;
mod headers;
mod health;
mod lexer;
mod library;
mod limits;
mod message;
mod multipart;
mod operation;
mod rates;
mod refusal;
mod seats;
mod shape;
mod socket;
mod trusted;

pub use budget::Budget;
pub use caller::{Caller, Credential, SESSION_COOKIE, credential};
pub use headers::finish;
pub use limits::weigh;
pub use rates::Strict;
pub use refusal::Refusal;
pub use shape::Shape;
pub use trusted::{Trusted, TrustedError};

use crate::config::{Http, Limits};
use crate::lifecycle::Shutdown;
use async_graphql::{Executor, Request};
use axum::Router;
use axum::routing::{any, get, post};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Where operations are posted.
pub const GRAPHQL_PATH: &str = "/graphql";

/// Where sockets open, subprotocol `graphql-transport-ws`.
pub const SOCKET_PATH: &str = "/graphql/ws";

/// What the edge asks of the application.
pub trait Backend: Clone + Send + Sync + 'static {
    /// Who asks, as resolvers find it in the request's data.
    type Identity: Clone + Send + Sync + 'static;

    /// Who asks. Called for every HTTP request, when a socket opens, for every operation on it and once a minute
    /// while it is open, so that an ended session does not live on. Rates are the edge's business.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] for a credential that is not good; no credential at all is a guest, if guests
    /// are welcome.
    fn identify(
        &self,
        caller: &Caller,
        credential: Option<&Credential>,
    ) -> impl Future<Output = Result<Self::Identity, Refusal>> + Send;

    /// The account of a signed-in identity: its sockets are counted together.
    fn account(&self, identity: &Self::Identity) -> Option<Uuid>;

    /// Whether a mutation is allowed less often than the rest.
    fn strict(&self, _mutation: &str) -> Option<Strict> {
        None
    }

    /// Adds what an operation needs besides its identity, its [`Caller`] and their language: loaders, mostly.
    fn prepare(&self, request: Request, _identity: &Self::Identity) -> Request {
        request
    }

    /// Whether requests can be served: the database answers.
    fn ready(&self) -> impl Future<Output = bool> + Send;
}

/// How the edge behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The network side of the configuration.
    pub http: Http,
    /// What one client may ask at a time.
    pub limits: Limits,
    /// The lists of the schema, for the cost of a document.
    pub shape: Arc<Shape>,
    /// The documents that the operator knows.
    pub trusted: Trusted,
    rates: Arc<rates::Rates>,
    /// How long a socket may wait with its `connection_init`.
    pub init_timeout: Duration,
    /// How often an open socket is pinged; silent for twice as long it is closed.
    pub ping_every: Duration,
    /// How often the identity behind an open socket is asked for again.
    pub recheck_every: Duration,
}

impl Settings {
    /// The usual times, with a configuration; no schema and no trusted documents are known.
    pub fn new(http: Http, limits: Limits) -> Self {
        Self {
            rates: Arc::new(rates::Rates::new(&limits)),
            http,
            limits,
            shape: Arc::default(),
            trusted: Trusted::default(),
            init_timeout: Duration::from_secs(10),
            ping_every: Duration::from_secs(15),
            recheck_every: Duration::from_secs(60),
        }
    }
}

/// What every handler of the edge shares.
struct Edge<E, B> {
    executor: E,
    backend: B,
    settings: Settings,
    shutdown: Shutdown,
    sockets: seats::Sockets,
}

/// GraphQL over HTTP and WebSocket, health, and in development the explorer.
pub fn routes<E: Executor, B: Backend>(
    executor: E,
    backend: B,
    settings: Settings,
    shutdown: Shutdown,
) -> Router {
    let development = settings.http.development;
    let edge = Arc::new(Edge {
        executor,
        backend,
        settings,
        shutdown,
        sockets: seats::Sockets::default(),
    });
    let mut router = Router::new()
        .route(
            GRAPHQL_PATH,
            post(graphql::handle::<E, B>).fallback(graphql::only_post),
        )
        .route(SOCKET_PATH, any(socket::open::<E, B>))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready::<E, B>));
    if development {
        router = router
            .route(explorer::PATH, get(explorer::page))
            .route("/", get(explorer::redirect));
    }
    router.with_state(edge)
}

#[cfg(test)]
mod tests;
