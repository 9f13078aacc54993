//! Epochs of the text model.

use super::error::{json, to_json};
use super::{Access, StoreError, Tx};
use crate::entity::text_model;
use matchday_domain::matching::TextModel;
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};

const TABLE: &str = "text_model";

impl<C: ConnectionTrait> Access<C> {
    /// The newest epoch; that in which every word counts alike before the first.
    ///
    /// # Errors
    /// The database.
    pub async fn text_model(&self) -> Result<TextModel, StoreError> {
        let row = text_model::Entity::find()
            .order_by_desc(text_model::Column::Version)
            .limit(1)
            .one(&self.conn)
            .await?;
        row.map_or_else(|| Ok(TextModel::default()), |row| json(TABLE, row.model))
    }
}

impl Tx {
    /// Keeps a new epoch.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if another replica was first, or the database.
    pub async fn insert_text_model(
        &self,
        model: &TextModel,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = text_model::ActiveModel {
            version: Set(model.version),
            model: Set(to_json(TABLE, model)?),
            created_at: Set(now),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }
}
