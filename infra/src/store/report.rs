//! Facts of the reports: a statement for each kind, however much there is.

use super::demand::{read as read_demand, visible as visible_demand};
use super::error::vocabulary;
use super::matches::visible as visible_match;
use super::{Access, StoreError, Viewer};
use crate::entity::{demand, demand_offer_match as row, offer};
use matchday_domain::catalogue::{Offer, OfferState};
use matchday_domain::demand::{Demand, DemandState};
use matchday_domain::id::{DemandId, MatchId, OfferId, OrganisationId};
use matchday_domain::matching::report::Pairing;
use matchday_domain::use_conditions::Decision;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

impl<C: ConnectionTrait> Access<C> {
    /// Open demands that the viewer may see, by id; of a hospital's report only those with a match of its offers.
    ///
    /// # Errors
    /// The database.
    pub async fn demands_of_report(
        &self,
        viewer: Viewer,
        hospital: Option<OrganisationId>,
    ) -> Result<Vec<Demand>, StoreError> {
        let mut select = demand::Entity::find()
            .filter(visible_demand(viewer))
            .filter(demand::Column::State.eq(DemandState::Open.code()));
        if let Some(hospital) = hospital {
            let matched = Query::select()
                .column(row::Column::DemandId)
                .from(row::Entity)
                .and_where(row::Column::OfferOrganisationId.eq(hospital.0))
                .to_owned();
            select = select.filter(demand::Column::Id.in_subquery(matched));
        }
        let rows = select
            .order_by_asc(demand::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_demand).collect()
    }

    /// Listed offers of some hospitals, or of all, by id.
    ///
    /// # Errors
    /// The database.
    pub async fn listed_offers_of(
        &self,
        hospitals: Option<&[OrganisationId]>,
    ) -> Result<Vec<Offer>, StoreError> {
        let mut select =
            offer::Entity::find().filter(offer::Column::State.eq(OfferState::Listed.code()));
        if let Some(hospitals) = hospitals {
            let ids = hospitals.iter().map(|id| id.0);
            select = select.filter(offer::Column::OrganisationId.is_in(ids));
        }
        let rows = select
            .order_by_asc(offer::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(super::catalogue::read).collect()
    }

    /// All matches between open demands and listed offers without their explanations; of a hospital's report those of
    /// the demands that its offers match, with whatever offer, as their order among all is what counts.
    ///
    /// # Errors
    /// The database.
    pub async fn pairings(
        &self,
        hospital: Option<OrganisationId>,
    ) -> Result<Vec<Pairing>, StoreError> {
        let mut select = row::Entity::find()
            .select_only()
            .columns([
                row::Column::Id,
                row::Column::DemandId,
                row::Column::OfferId,
                row::Column::Decision,
                row::Column::Score,
                row::Column::RankKey,
            ])
            .filter(visible_match(Viewer::Service));
        if let Some(hospital) = hospital {
            let matched = Query::select()
                .column(row::Column::DemandId)
                .from(row::Entity)
                .and_where(row::Column::OfferOrganisationId.eq(hospital.0))
                .to_owned();
            select = select.filter(row::Column::DemandId.in_subquery(matched));
        }
        let rows: Vec<(Uuid, Uuid, Uuid, String, i32, i32)> =
            select.into_tuple().all(&self.conn).await?;
        rows.into_iter()
            .map(|(id, demand, offer, decision, score, rank_key)| {
                Ok(Pairing {
                    id: MatchId(id),
                    demand: DemandId(demand),
                    offer: OfferId(offer),
                    decision: vocabulary("demand_offer_match", &decision, Decision::from_code)?,
                    score,
                    rank_key,
                })
            })
            .collect()
    }
}
