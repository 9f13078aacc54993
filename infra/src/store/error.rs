//! What can go wrong with the store.

use sea_orm::sqlx::{self, sqlite::SqliteError};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something that is scarce is taken: a unique key is violated.
    #[error("taken: {0}")]
    Taken(String),
    /// The database is not there, has no connection free, or another writer is at it for too long: try again later.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// A row does not say what the code expects.
    #[error("row of {table} cannot be read: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Anything else.
    #[error("the database refuses")]
    Database(#[source] DbErr),
}

impl StoreError {
    pub(crate) fn corrupt(table: &'static str, reason: impl ToString) -> Self {
        Self::Corrupt {
            table,
            reason: reason.to_string(),
        }
    }

    /// Whether the same may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(what)) = error.sql_err() {
            return Self::Taken(what);
        }
        let unavailable = match &error {
            DbErr::ConnectionAcquire(_) => true,
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => is_away(error),
            _ => false,
        };
        if unavailable {
            Self::Unavailable(error)
        } else {
            Self::Database(error)
        }
    }
}

/// Whether the database is away or has no room at the moment, rather than that it refuses this statement.
fn is_away(error: &sqlx::Error) -> bool {
    use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Tls, WorkerCrashed};
    match error {
        Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed => true,
        Database(said) => {
            let sqlite = said.try_downcast_ref::<SqliteError>().is_some();
            said.code().is_some_and(|code| match code.parse::<u32>() {
                // The low byte is the kind (https://sqlite.org/rescode.html): busy, locked, no memory, read only,
                // cannot be read or written, full, cannot be opened.
                Ok(code) if sqlite => matches!(code & 0xff, 5..=8 | 10 | 13 | 14),
                // Classes of SQLSTATE (PostgreSQL, appendix A): the connection, resources, the operator steps in, the
                // system; and a standby that does not write yet, a deadlock, and what has to be run again.
                _ => {
                    ["08", "53", "57P", "58"]
                        .iter()
                        .any(|class| code.starts_with(class))
                        || matches!(&*code, "25006" | "40001" | "40P01" | "55P03")
                }
            })
        }
        _ => false,
    }
}

/// Reads a code of a vocabulary from a column.
pub(crate) fn vocabulary<T>(
    table: &'static str,
    code: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    read(code).ok_or_else(|| StoreError::corrupt(table, format!("unknown code `{code}`")))
}

/// Reads a value from a JSON column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    table: &'static str,
    value: serde_json::Value,
) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|e| StoreError::corrupt(table, e))
}

/// Writes a value into a JSON column.
pub(crate) fn to_json<T: serde::Serialize>(
    table: &'static str,
    value: &T,
) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(value).map_err(|e| StoreError::corrupt(table, e))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store::{Store, StoreConfig};
    use sea_orm::{ConnectionTrait, TransactionTrait};
    use std::error::Error;
    use std::path::Path;
    use std::time::Duration;

    async fn open(file: &Path, connections: u32) -> Result<Store, StoreError> {
        let config = StoreConfig {
            url: format!("sqlite:{}?mode=rwc", file.display()),
            max_connections: connections,
            acquire_timeout: Duration::from_millis(100),
        };
        Store::connect(&config).await
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_opened_is_away() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        let file = here.join("store.sqlite");
        assert!(open(&file, 8).await.unwrap_err().is_transient());
        std::fs::create_dir(&here).unwrap();
        let store = open(&file, 8).await.unwrap();
        std::fs::rename(&here, &there).unwrap();
        // What is open goes on; one connection more finds no file until it is back.
        let mut held = Vec::new();
        let lost = loop {
            match store.conn.begin().await {
                Ok(tx) => held.push(tx),
                Err(error) => break StoreError::from(error),
            }
        };
        assert!(held.len() < 8 && lost.is_transient(), "{lost:?}");
        assert!(lost.source().is_some_and(|e| e.to_string().contains("14")));
        std::fs::rename(&there, &here).unwrap();
        store.ping().await.unwrap();
    }

    #[tokio::test]
    async fn another_writer_is_waited_for_no_longer_than_a_connection() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.sqlite");
        let (one, two) = (open(&file, 1).await.unwrap(), open(&file, 1).await.unwrap());
        one.migrate().await.unwrap();
        let held = one.begin().await.unwrap();
        let busy = two.begin().await.unwrap_err();
        assert!(busy.is_transient(), "{busy:?}");
        held.commit().await.unwrap();
        two.begin().await.unwrap();
    }

    #[tokio::test]
    async fn writers_take_turns_and_hold_no_connection_while_they_wait() {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig {
            url: format!(
                "sqlite:{}?mode=rwc",
                folder.path().join("s.sqlite").display()
            ),
            max_connections: 2,
            acquire_timeout: Duration::from_secs(60),
        };
        let store = Store::connect(&config).await.unwrap();
        let done = std::sync::Mutex::new(Vec::new());
        let first = store.begin().await.unwrap();
        // Each is in the queue before the next one comes.
        let writers = (0..4).map(|i| {
            let (store, done) = (&store, &done);
            async move {
                let tx = store.begin().await.unwrap();
                done.lock().unwrap().push(i);
                tx.commit().await.unwrap();
            }
        });
        let (_, ()) = tokio::join!(futures_util::future::join_all(writers), async {
            // Four who wait would have taken the other connection.
            store.ping().await.unwrap();
            assert!(done.lock().unwrap().is_empty());
            first.commit().await.unwrap();
        });
        assert_eq!(*done.lock().unwrap(), [0, 1, 2, 3]);
    }

    #[tokio::test]
    async fn what_a_statement_does_wrong_is_no_outage() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store.sqlite"), 1).await.unwrap();
        let wrong = store.conn.execute_unprepared("SELECT nothing FROM nowhere");
        let wrong = StoreError::from(wrong.await.unwrap_err());
        assert!(matches!(wrong, StoreError::Database(_)), "{wrong:?}");
    }
}
