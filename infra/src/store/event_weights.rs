//! Weights of matching days.

use super::error::{json, to_json, vocabulary};
use super::{Access, StoreError, Tx};
use crate::entity::event_weights as row;
use matchday_domain::id::{MatchingDayId, PersonId};
use matchday_domain::matching_day::{EventWeights, WeightsOrigin};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

const TABLE: &str = "event_weights";

fn read(row: row::Model) -> Result<EventWeights, StoreError> {
    Ok(EventWeights {
        event: MatchingDayId(row.event_id),
        weights: json(TABLE, row.weights)?,
        origin: vocabulary(TABLE, &row.origin, WeightsOrigin::from_code)?,
        reason: row.reason,
        set_by: Some(PersonId(row.set_by)),
        set_at: Some(row.set_at),
        calibration: row
            .calibration
            .map(|json_| json(TABLE, json_))
            .transpose()?,
    })
}

impl<C: ConnectionTrait> Access<C> {
    /// The weights in force at a matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn event_weights(&self, event: MatchingDayId) -> Result<EventWeights, StoreError> {
        let newest = self.weights_history(event, 1).await?.pop();
        Ok(newest.unwrap_or_else(|| EventWeights::initial(event)))
    }

    /// The weights that the organiser of a matching day chose last: what was learnt since is left out.
    ///
    /// # Errors
    /// The database.
    pub async fn chosen_weights(&self, event: MatchingDayId) -> Result<EventWeights, StoreError> {
        let row = row::Entity::find()
            .filter(row::Column::EventId.eq(event.0))
            .filter(row::Column::Origin.eq(WeightsOrigin::Organiser.code()))
            .order_by_desc(row::Column::Version)
            .one(&self.conn)
            .await?;
        row.map_or_else(|| Ok(EventWeights::initial(event)), read)
    }

    /// The last versions of the weights of a matching day, newest first, down to the defaults.
    ///
    /// # Errors
    /// The database.
    pub async fn weights_history(
        &self,
        event: MatchingDayId,
        limit: usize,
    ) -> Result<Vec<EventWeights>, StoreError> {
        let rows = row::Entity::find()
            .filter(row::Column::EventId.eq(event.0))
            .order_by_desc(row::Column::Version)
            .limit(u64::try_from(limit).unwrap_or(u64::MAX))
            .all(&self.conn)
            .await?;
        let mut history: Vec<_> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
        if history.len() < limit {
            history.push(EventWeights::initial(event));
        }
        Ok(history)
    }
}

impl Tx {
    /// Saves a new version of the weights of a matching day, set by somebody.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: there is such a version already; or the database.
    pub async fn insert_event_weights(&self, weights: &EventWeights) -> Result<(), StoreError> {
        let nobody = || StoreError::corrupt(TABLE, "the defaults are not stored");
        let calibration = weights.calibration.as_ref();
        let row = row::ActiveModel {
            event_id: Set(weights.event.0),
            version: Set(weights.weights.version),
            weights: Set(to_json(TABLE, &weights.weights)?),
            origin: Set(weights.origin.code().to_owned()),
            reason: Set(weights.reason.clone()),
            set_by: Set(weights.set_by.ok_or_else(nobody)?.0),
            set_at: Set(weights.set_at.ok_or_else(nobody)?),
            calibration: Set(calibration.map(|c| to_json(TABLE, c)).transpose()?),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }
}
