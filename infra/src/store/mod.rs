//! The store: reads on [`Store`] and [`Tx`] alike, writes on [`Tx`] only, one file per aggregate.
//!
//! A finder takes the [`Viewer`] where an object may be hidden from somebody, so that no query can forget the tenant.
//! Getters for lists of ids exist for the loaders of the interface: a page costs a constant number of statements.

mod access_log;
mod api_key;
mod arrangement;
mod arrangement_rules;
mod catalogue;
mod change;
mod colleague;
mod demand;
mod error;
mod event_weights;
mod idempotency;
mod identity;
mod identity_provider;
mod kept;
mod listen;
mod matches;
mod matching_day;
mod organisation;
mod outbox;
mod page;
mod person_data;
mod report;
mod request;
mod suggestion;
mod terminology;
mod text_model;

pub use access_log::{LogFilter, LogOf};
pub use change::{Change, ChangeKind};
pub use error::StoreError;
pub use idempotency::EarlierAnswer;
pub use identity::{PendingSignIn, Session, hash};
pub use identity_provider::StoredProvider;
pub use kept::{KnownMatches, MatchPlan};
pub use listen::Listener;
pub use matches::{MatchFilter, StoredMatch};
pub use organisation::ListedMember;
pub use outbox::{Job, JobCounts, Lane, Leased};
pub use page::Ranked;
pub use person_data::{Mention, PersonRows};
pub use report::Current;
pub use terminology::{TerminologySource, TerminologySources};

use crate::migration::Migrator;
use matchday_domain::id::OrganisationId;
use matchday_domain::organisation::OrganisationKind;
use matchday_domain::policy::Acting;
use matchday_domain::time::{Clock, SystemClock, Timestamp};
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection,
    DatabaseTransaction, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Read access to the data, through a pool ([`Store`]) or inside a transaction ([`Tx`]).
#[derive(Debug)]
pub struct Access<C> {
    conn: C,
    statements: Arc<AtomicU64>,
    writers: Option<Writers>,
    // Given back after the connection.
    _turn: Option<OwnedSemaphorePermit>,
}

/// SQLite has one writer, and lets those who wait try again now and then: who asks often gets the lock, others never.
/// So the writers of this process take turns, and hold no connection while they wait.
#[derive(Debug, Clone)]
struct Writers {
    turns: Arc<Semaphore>,
    wait: Duration,
}

/// The store: a pool of connections.
pub type Store = Access<DatabaseConnection>;

/// A transaction; dropped without [`Tx::commit`], it never happened.
pub type Tx = Access<DatabaseTransaction>;

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// `sqlite:FILE?mode=rwc` or `postgres://…`.
    pub url: String,
    /// Most connections of this process.
    pub max_connections: u32,
    /// Longest wait for a connection, and on SQLite then for another writer.
    pub acquire_timeout: Duration,
}

/// For whom rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// The organiser sees all that is not a draft.
    Overseer(OrganisationId),
    /// One organisation: what is public, and its own.
    Organisation(OrganisationId),
    /// The service itself: the worker, imports by the operator.
    Service,
}

impl Viewer {
    /// The viewer somebody is.
    pub fn of(acting: &Acting) -> Self {
        match acting.kind {
            OrganisationKind::Organiser => Self::Overseer(acting.organisation),
            // The observer too: what it needs are figures, not what others negotiate.
            _ => Self::Organisation(acting.organisation),
        }
    }

    /// The organisation, if it is one.
    pub fn organisation(self) -> Option<OrganisationId> {
        match self {
            Self::Overseer(id) | Self::Organisation(id) => Some(id),
            Self::Service => None,
        }
    }

    /// Whether it sees the objects of all organisations.
    pub fn sees_all(self) -> bool {
        !matches!(self, Self::Organisation(_))
    }
}

impl Clone for Store {
    fn clone(&self) -> Self {
        Self {
            conn: self.conn.clone(),
            statements: self.statements.clone(),
            writers: self.writers.clone(),
            _turn: None,
        }
    }
}

impl Store {
    /// Connects; does not migrate.
    ///
    /// # Errors
    /// The database cannot be reached, or the URL is of another kind.
    pub async fn connect(config: &StoreConfig) -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new(&config.url);
        options
            .max_connections(config.max_connections)
            .min_connections(1)
            .connect_timeout(config.acquire_timeout)
            .acquire_timeout(config.acquire_timeout)
            .test_before_acquire(false)
            .sqlx_logging(false);
        // Another process that writes is waited for as long as a connection is: then who asks is told to come back.
        let wait = config.acquire_timeout;
        options.map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(sea_orm::sqlx::sqlite::SqliteJournalMode::Wal)
                .synchronous(sea_orm::sqlx::sqlite::SqliteSynchronous::Normal)
                .foreign_keys(true)
                .busy_timeout(wait)
        });
        let mut conn = Database::connect(options).await?;
        let statements = Arc::new(AtomicU64::new(0));
        let counter = statements.clone();
        conn.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let sqlite = conn.get_database_backend() == DatabaseBackend::Sqlite;
        let writers = sqlite.then(|| Writers {
            turns: Arc::new(Semaphore::new(1)),
            wait,
        });
        Ok(Self {
            conn,
            statements,
            writers,
            _turn: None,
        })
    }

    /// SQL statements run since the store was opened.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// A step fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // Replicas that start together must not run the same step twice.
        if self.is_postgres() {
            let lock = self.conn.begin().await?;
            lock.execute_unprepared("SELECT pg_advisory_xact_lock(7261946)")
                .await?;
            Migrator::up(&self.conn, None).await?;
            lock.commit().await?;
        } else {
            Migrator::up(&self.conn, None).await?;
        }
        Ok(())
    }

    /// How many steps of the schema have not been run.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn pending_migrations(&self) -> Result<usize, StoreError> {
        Ok(Migrator::get_pending_migrations(&self.conn).await?.len())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.conn.ping().await?)
    }

    /// What time the database thinks it is.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn clock(&self) -> Result<Timestamp, StoreError> {
        // SQLite runs in this process and has our clock.
        if !self.is_postgres() {
            return Ok(SystemClock.now());
        }
        let ask =
            Statement::from_string(DatabaseBackend::Postgres, "SELECT clock_timestamp() AS now");
        let row = self.conn.query_one_raw(ask).await?;
        let row = row.ok_or_else(|| StoreError::corrupt("clock", "no row"))?;
        Ok(row.try_get("", "now")?)
    }

    /// Waits until it is this one's turn to write, in the order of asking.
    async fn turn(&self) -> Result<Option<OwnedSemaphorePermit>, StoreError> {
        let Some(Writers { turns, wait }) = &self.writers else {
            return Ok(None);
        };
        let turn = tokio::time::timeout(*wait, turns.clone().acquire_owned()).await;
        let late = |_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        // Nobody closes the semaphore.
        Ok(turn.map_err(late)?.ok())
    }

    /// Begins a transaction that will write.
    ///
    /// # Errors
    /// No connection is free in time, or another writer holds SQLite's lock for too long.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        // A deferred transaction that turns to writing fails at once when another one writes; an immediate one waits.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let turn = self.turn().await?;
        let conn = self.conn.begin_with_options(options).await?;
        Ok(Tx {
            conn,
            statements: self.statements.clone(),
            writers: None,
            _turn: turn,
        })
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.conn.get_database_backend() == DatabaseBackend::Postgres
    }

    /// Closes all connections.
    pub async fn close(self) {
        // What fails while closing has nobody left to tell.
        self.conn.close().await.ok();
    }
}

impl Tx {
    /// Makes it happen, and wakes those who wait for changes.
    ///
    /// # Errors
    /// A constraint is violated, or the connection is lost: then it is unknown whether it happened.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.conn.commit().await?)
    }
}

impl<C: ConnectionTrait> Access<C> {
    fn postgres(&self) -> bool {
        self.conn.get_database_backend() == DatabaseBackend::Postgres
    }
}
