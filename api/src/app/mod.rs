//! Use cases: load, let the domain decide, save, put notices in the outbox, all in one transaction.
//!
//! Nothing here knows GraphQL or HTTP. Every function takes the [`Caller`] and asks [`policy`](matchday_domain::policy) first.

pub mod access;
pub mod api_key;
pub mod arrangement;
pub mod arrangement_rules;
pub mod calendar;
pub mod caller;
pub mod colleague;
pub mod event_weights;
pub mod identity;
pub mod identity_provider;
pub mod import;
pub(crate) mod listing;
pub mod matching;
pub mod matching_day;
pub mod organisation;
pub mod privacy;
pub mod provider_sign_in;
pub mod publication;
pub mod report;
pub mod request;
pub mod session;
pub mod suggestion;
pub mod terminology;
pub mod timetable;
pub mod worker;

mod once;
mod prepared;
mod randomness;

pub use access::Trace;
pub use caller::{Caller, Program};
pub use once::Key;
pub use randomness::{OsRandomness, Randomness, SeededRandomness};

use matchday_domain::invitation::Party;
use matchday_domain::privacy::Prefixes;
use matchday_domain::problem::{Code, Problem, Problems};
use matchday_domain::text::Message;
use matchday_domain::time::{Clock, Timestamp};
use matchday_infra::oidc::{Providers, SecretKey};
use matchday_infra::pubsub::Hub;
use matchday_infra::store::{Store, StoreError, Tx};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use uuid::{ContextV7, Uuid};

/// The service: the store, the clock, randomness, and who waits for changes.
#[derive(Clone)]
pub struct App {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) hub: Hub,
    pub(crate) settings: Arc<Settings>,
    pub(crate) providers: Providers,
    terminology: Arc<RwLock<terminology::Loaded>>,
    ids: Arc<Mutex<ContextV7>>,
    prepared: Arc<Mutex<prepared::Prepared>>,
}

/// What the operator decides about use cases.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address under which users reach the service, without a slash at the end.
    pub public_url: String,
    /// Minutes for which a one-time code holds.
    pub code_minutes: i64,
    /// Wrong tries after which a code is dead.
    pub code_attempts: i32,
    /// Days for which a session holds.
    pub session_days: i64,
    /// What encrypts client secrets; none: they are refused.
    pub secret_key: Option<SecretKey>,
    /// The audience of access tokens that identity providers issue for this service.
    pub token_audience: String,
    /// Whether identity providers may run on this machine, without TLS.
    pub development: bool,
    /// In whose name mails and invitations are sent.
    pub sender: Party,
    /// How much of an address the access log keeps.
    pub prefixes: Prefixes,
    /// Years for which the access log is kept, if the law does not want more.
    pub access_log_years: u32,
}

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// What was asked for is wrong or not allowed; nothing changed.
    #[error("refused: {0:?}")]
    Refused(Problems),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An identity provider is away: try again later.
    #[error("the identity provider does not answer")]
    Away,
    /// Something that should not happen.
    #[error("{0}")]
    Internal(String),
}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        Self::Refused(vec![problem])
    }
}

impl From<Problems> for AppError {
    fn from(problems: Problems) -> Self {
        Self::Refused(problems)
    }
}

/// The result of a use case.
pub type Outcome<T> = Result<T, AppError>;

impl App {
    /// Puts the service together.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        hub: Hub,
        settings: Settings,
    ) -> Self {
        let ids = Arc::new(Mutex::new(ContextV7::new()));
        Self {
            store,
            clock,
            randomness,
            hub,
            providers: Providers::new(settings.development),
            settings: Arc::new(settings),
            terminology: Arc::default(),
            ids,
            prepared: Arc::default(),
        }
    }

    /// The store, for reading.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where changes are announced.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id; ids of one process grow, so that their order is the order of creation.
    pub(crate) fn new_id<T: From<Uuid>>(&self) -> T {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let context = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let at = uuid::Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos());
        T::from(Uuid::new_v7(at))
    }

    /// Commits, then wakes subscribers and the worker of this process.
    pub(crate) async fn commit(&self, tx: Tx) -> Outcome<()> {
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }
}

/// Something that is unique is taken; `path` names the field at fault.
pub(crate) fn taken(path: &str, ko: &str, en: &str) -> impl Fn(StoreError) -> AppError {
    let problem = Problem::at(path, Code::Taken, Message::new(ko, en));
    move |error| match error {
        StoreError::Taken(_) => problem.clone().into(),
        error => error.into(),
    }
}

/// Work that may take longer than a request's turn, beside the other requests.
///
/// # Errors
/// It panicked, or the service is going down.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Outcome<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::Internal(error.to_string()))
}
