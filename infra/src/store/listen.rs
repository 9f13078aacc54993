//! PostgreSQL's LISTEN, so that a replica hears at once of another one's commit.

use super::{Store, StoreError};
use sea_orm::DbErr;
use sea_orm::sqlx::postgres::PgListener;

/// Hears of commits of other replicas.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Store {
    /// Listens for changes, on PostgreSQL; SQLite has one process and needs none.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn listen(&self) -> Result<Option<Listener>, StoreError> {
        if !self.is_postgres() {
            return Ok(None);
        }
        let pool = self.conn.get_postgres_connection_pool();
        let failed =
            |e: sea_orm::sqlx::Error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(e.into()));
        let mut listener = PgListener::connect_with(pool).await.map_err(failed)?;
        listener.listen("matchday_change").await.map_err(failed)?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// Waits for the next commit.
    ///
    /// # Errors
    /// The connection is lost for good.
    pub async fn recv(&mut self) -> Result<(), StoreError> {
        self.0
            .recv()
            .await
            .map(|_| ())
            .map_err(|e| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(e.into())).into())
    }
}
