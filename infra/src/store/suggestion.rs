//! Matches between those who take part in a matching day, and which of them were shown to whom.

use super::error::{json, to_json, vocabulary};
use super::matches::visible;
use super::{Access, StoreError, Tx, Viewer};
use crate::entity::{demand_offer_match as row, suggestion_shown as seen};
use matchday_domain::id::{
    DemandId, MatchId, MatchingDayId, OfferId, OrganisationId, RegistrationId,
};
use matchday_domain::matching::suggestion::Candidate;
use matchday_domain::matching_day::Shown;
use matchday_domain::use_conditions::Decision;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::HashSet;
use uuid::Uuid;

/// The columns of a match that a list needs; the numbers are read as text, past the whole explanation.
#[derive(FromQueryResult)]
struct Ranking {
    id: Uuid,
    demand_id: Uuid,
    offer_id: Uuid,
    demand_organisation_id: Uuid,
    offer_organisation_id: Uuid,
    decision: String,
    numbers: String,
}

fn between(demanders: &[OrganisationId], providers: &[OrganisationId]) -> Condition {
    Condition::all()
        .add(row::Column::DemandOrganisationId.is_in(demanders.iter().map(|id| id.0)))
        .add(row::Column::OfferOrganisationId.is_in(providers.iter().map(|id| id.0)))
}

impl<C: ConnectionTrait> Access<C> {
    /// The matches between two sides of a matching day that the gate does not deny, in no order.
    ///
    /// # Errors
    /// The database.
    pub async fn candidates(
        &self,
        demanders: &[OrganisationId],
        providers: &[OrganisationId],
    ) -> Result<Vec<Candidate>, StoreError> {
        const TABLE: &str = "demand_offer_match";
        let rows = row::Entity::find()
            .select_only()
            .columns([
                row::Column::Id,
                row::Column::DemandId,
                row::Column::OfferId,
                row::Column::DemandOrganisationId,
                row::Column::OfferOrganisationId,
                row::Column::Decision,
            ])
            .column_as(
                Expr::cust("CAST(COALESCE(criteria, explanation) AS text)"),
                "numbers",
            )
            .filter(visible(Viewer::Service))
            .filter(row::Column::Decision.ne(Decision::Deny.code()))
            .filter(between(demanders, providers))
            // An exclusion holds at once, though the matches are computed anew a moment later.
            .filter(Expr::cust(
                "NOT EXISTS (SELECT 1 FROM demand_exclusion x WHERE x.demand_id = demand_offer_match.demand_id \
                 AND x.organisation_id = demand_offer_match.offer_organisation_id)",
            ))
            .into_model::<Ranking>()
            .all(&self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Candidate {
                    id: MatchId(row.id),
                    demand: DemandId(row.demand_id),
                    offer: OfferId(row.offer_id),
                    demander: OrganisationId(row.demand_organisation_id),
                    provider: OrganisationId(row.offer_organisation_id),
                    decision: vocabulary(TABLE, &row.decision, Decision::from_code)?,
                    criteria: serde_json::from_str(&row.numbers)
                        .map_err(|e| StoreError::corrupt(TABLE, e))?,
                })
            })
            .collect()
    }

    /// The pairs between two sides that the gate denies.
    ///
    /// # Errors
    /// The database.
    pub async fn denied_pairs(
        &self,
        demanders: &[OrganisationId],
        providers: &[OrganisationId],
    ) -> Result<HashSet<(DemandId, OfferId)>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = row::Entity::find()
            .select_only()
            .columns([row::Column::DemandId, row::Column::OfferId])
            .filter(row::Column::Decision.eq(Decision::Deny.code()))
            .filter(between(demanders, providers))
            .into_tuple()
            .all(&self.conn)
            .await?;
        let pair = |(demand, offer)| (DemandId(demand), OfferId(offer));
        Ok(rows.into_iter().map(pair).collect())
    }

    /// The pairs that a registration has been shown.
    ///
    /// # Errors
    /// The database.
    pub async fn shown_to(
        &self,
        event: MatchingDayId,
        viewer: RegistrationId,
    ) -> Result<HashSet<(DemandId, OfferId)>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = seen::Entity::find()
            .select_only()
            .columns([seen::Column::DemandId, seen::Column::OfferId])
            .filter(seen::Column::EventId.eq(event.0))
            .filter(seen::Column::ViewerId.eq(viewer.0))
            .into_tuple()
            .all(&self.conn)
            .await?;
        let pair = |(demand, offer)| (DemandId(demand), OfferId(offer));
        Ok(rows.into_iter().map(pair).collect())
    }

    /// All that was shown at a matching day, in the order in which it was.
    ///
    /// # Errors
    /// The database.
    pub async fn shown_at(&self, event: MatchingDayId) -> Result<Vec<Shown>, StoreError> {
        let rows = seen::Entity::find()
            .filter(seen::Column::EventId.eq(event.0))
            .order_by_asc(seen::Column::ShownAt)
            .order_by_asc(seen::Column::ViewerId)
            .order_by_asc(seen::Column::Rank)
            .all(&self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Shown {
                    event,
                    viewer: RegistrationId(row.viewer_id),
                    other: RegistrationId(row.other_id),
                    demand: DemandId(row.demand_id),
                    offer: OfferId(row.offer_id),
                    rank: row.rank,
                    propensity: row.propensity,
                    weights_version: row.weights_version,
                    criteria: json("suggestion_shown", row.criteria)?,
                    shown_at: row.shown_at,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Notes what was shown, in one statement; a pair that its viewer saw before stays as it was first seen.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_shown(&self, shown: &[Shown]) -> Result<(), StoreError> {
        if shown.is_empty() {
            return Ok(());
        }
        let rows: Vec<seen::ActiveModel> = shown
            .iter()
            .map(|shown| {
                Ok(seen::ActiveModel {
                    event_id: Set(shown.event.0),
                    viewer_id: Set(shown.viewer.0),
                    other_id: Set(shown.other.0),
                    demand_id: Set(shown.demand.0),
                    offer_id: Set(shown.offer.0),
                    rank: Set(shown.rank),
                    propensity: Set(shown.propensity),
                    weights_version: Set(shown.weights_version),
                    criteria: Set(to_json("suggestion_shown", &shown.criteria)?),
                    shown_at: Set(shown.shown_at),
                })
            })
            .collect::<Result<_, StoreError>>()?;
        seen::Entity::insert_many(rows)
            .on_conflict_do_nothing()
            .exec_without_returning(&self.conn)
            .await?;
        Ok(())
    }
}
