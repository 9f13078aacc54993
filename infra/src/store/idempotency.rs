//! Answers to idempotency keys: unique per person and operation, in the transaction of what they answer.

use super::{StoreError, Tx};
use crate::entity::idempotency;
use matchday_domain::id::PersonId;
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};

/// What an earlier request with the same key was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierAnswer {
    /// SHA-256 of its input.
    pub input_hash: String,
    /// The id of the object it made or changed.
    pub result: String,
}

impl Tx {
    /// The answer to this key since `since`.
    ///
    /// # Errors
    /// The database.
    pub async fn earlier_answer(
        &self,
        person: PersonId,
        operation: &str,
        key: &str,
        since: Timestamp,
    ) -> Result<Option<EarlierAnswer>, StoreError> {
        let id = (person.0, operation.to_owned(), key.to_owned());
        let row = idempotency::Entity::find_by_id(id).one(&self.conn).await?;
        let Some(row) = row else { return Ok(None) };
        if row.created_at <= since {
            idempotency::Entity::delete_many()
                .filter(idempotency::Column::PersonId.eq(person.0))
                .filter(idempotency::Column::CreatedAt.lte(since))
                .exec(&self.conn)
                .await?;
            return Ok(None);
        }
        Ok(Some(EarlierAnswer {
            input_hash: row.input_hash,
            result: row.result,
        }))
    }

    /// Keeps the answer to a key.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: the same key is being answered at this very moment; or the database.
    pub async fn keep_answer(
        &self,
        person: PersonId,
        operation: &str,
        key: &str,
        answer: &EarlierAnswer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = idempotency::ActiveModel {
            person_id: Set(person.0),
            operation: Set(operation.to_owned()),
            idempotency_key: Set(key.to_owned()),
            input_hash: Set(answer.input_hash.clone()),
            result: Set(answer.result.clone()),
            created_at: Set(now),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }
}
