//! The change log: what has happened, for subscribers of every replica.
//!
//! A change names its object and the organisations it concerns; what a subscriber gets to see is read, and its
//! permission decided, at the time of the event.

use super::error::{json, to_json};
use super::{Access, StoreError, Tx};
use crate::entity::change_log;
use matchday_domain::id::{
    ArrangementId, DemandId, MatchId, MatchingDayId, MeetingRequestId, OfferId, OrganisationId,
    PersonId,
};
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What.
    pub kind: ChangeKind,
    /// The organisations it concerns.
    pub concerns: Vec<OrganisationId>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "id")]
pub enum ChangeKind {
    /// An offer was saved.
    Offer(OfferId),
    /// A demand was saved.
    Demand(DemandId),
    /// A match was found that was not there before.
    Match(MatchId),
    /// A request was sent, answered or withdrawn.
    Request(MeetingRequestId),
    /// A matching day or its published timetable changed.
    MatchingDay(MatchingDayId),
    /// A run of the arrangement made progress.
    Arrangement(ArrangementId),
    /// A new epoch of the text model began.
    TextModel(i32),
    /// The operator refined the terminology.
    Terminology,
    /// A person's places, sessions or keys changed: what he or she watches is decided anew at once.
    Rights(PersonId),
}

impl<C: ConnectionTrait> Access<C> {
    /// Changes with a number above `after`, in order, at most `limit`.
    ///
    /// # Errors
    /// The database.
    pub async fn changes_after(
        &self,
        after: i64,
        limit: u64,
    ) -> Result<Vec<(i64, Change)>, StoreError> {
        let rows = change_log::Entity::find()
            .filter(change_log::Column::Seq.gt(after))
            .order_by_asc(change_log::Column::Seq)
            .limit(limit)
            .all(&self.conn)
            .await?;
        rows.into_iter()
            .map(|row| Ok((row.seq, json("change_log", row.change)?)))
            .collect()
    }

    /// The number of the newest change; 0 before the first.
    ///
    /// # Errors
    /// The database.
    pub async fn last_change(&self) -> Result<i64, StoreError> {
        let row = change_log::Entity::find()
            .order_by_desc(change_log::Column::Seq)
            .limit(1)
            .one(&self.conn)
            .await?;
        Ok(row.map_or(0, |row| row.seq))
    }
}

impl Tx {
    /// Notes changes.
    ///
    /// # Errors
    /// The database.
    pub async fn note(&self, changes: &[Change], now: Timestamp) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        // Numbers must become visible in their order, or a reader would skip the late one: one writer of the log
        // at a time, until its commit. SQLite has one writer anyway.
        if self.postgres() {
            self.conn
                .execute_unprepared("SELECT pg_advisory_xact_lock(7261947)")
                .await?;
        }
        for change in changes {
            let row = change_log::ActiveModel {
                change: Set(to_json("change_log", change)?),
                created_at: Set(now),
                ..Default::default()
            };
            row.insert(&self.conn).await?;
        }
        if self.postgres() {
            self.conn
                .execute_unprepared("NOTIFY matchday_change")
                .await?;
        }
        Ok(())
    }

    /// Forgets changes from before `before`.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_changes(&self, before: Timestamp) -> Result<u64, StoreError> {
        let done = change_log::Entity::delete_many()
            .filter(change_log::Column::CreatedAt.lt(before))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected)
    }
}
