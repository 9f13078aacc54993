//! What can go wrong with the store.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something that is scarce is taken: a unique key is violated.
    #[error("taken: {0}")]
    Taken(String),
    /// The database is not there, or has no connection free: try again later.
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
            DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime) => match runtime {
                RuntimeErr::SqlxError(error) => {
                    matches!(
                        &**error,
                        sea_orm::sqlx::Error::Io(_)
                            | sea_orm::sqlx::Error::PoolTimedOut
                            | sea_orm::sqlx::Error::PoolClosed
                            | sea_orm::sqlx::Error::WorkerCrashed
                    ) || error.as_database_error().is_some_and(|e| {
                        // SQLite: busy, locked. PostgreSQL: shutting down, deadlock, serialisation.
                        e.code().is_some_and(|c| {
                            matches!(
                                &*c,
                                "5" | "6" | "517" | "57P01" | "57P03" | "40001" | "40P01" | "53300"
                            )
                        })
                    })
                }
                RuntimeErr::Internal(_) => false,
            },
            _ => false,
        };
        if unavailable {
            Self::Unavailable(error)
        } else {
            Self::Database(error)
        }
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
