//! Facts of the reports: a statement for each kind, however much there is, and none of what the records say: that is
//! read once for each version of a record.

use super::demand::visible as visible_demand;
use super::matches::visible as visible_match;
use super::{Access, StoreError, Viewer};
use crate::entity::{demand, demand_offer_match as row, offer};
use matchday_domain::catalogue::OfferState;
use matchday_domain::demand::DemandState;
use matchday_domain::id::{DemandId, MatchId, OfferId, OrganisationId};
use matchday_domain::matching::RankKey;
use matchday_domain::matching::report::Pairing;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Which version of a record counts, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current<Id> {
    /// The record.
    pub id: Id,
    /// Its version.
    pub version: i32,
    /// Its owner.
    pub organisation: OrganisationId,
}

impl<Id: From<Uuid>> From<(Uuid, i32, Uuid)> for Current<Id> {
    fn from((id, version, organisation): (Uuid, i32, Uuid)) -> Self {
        Self {
            id: Id::from(id),
            version,
            organisation: OrganisationId(organisation),
        }
    }
}

/// Demands that have a match with an offer of the hospital.
fn matched_by(hospital: OrganisationId) -> SelectStatement {
    let own = Query::select()
        .column(offer::Column::Id)
        .from(offer::Entity)
        .and_where(offer::Column::OrganisationId.eq(hospital.0))
        .to_owned();
    Query::select()
        .column(row::Column::DemandId)
        .from(row::Entity)
        .and_where(row::Column::OfferId.in_subquery(own))
        .to_owned()
}

impl<C: ConnectionTrait> Access<C> {
    /// Open demands that the viewer may see, by id; of a hospital's report only those with a match of its offers.
    ///
    /// # Errors
    /// The database.
    pub async fn demands_of_report(
        &self,
        viewer: Viewer,
        hospital: Option<OrganisationId>,
    ) -> Result<Vec<Current<DemandId>>, StoreError> {
        let mut select = demand::Entity::find()
            .select_only()
            .columns([
                demand::Column::Id,
                demand::Column::Version,
                demand::Column::OrganisationId,
            ])
            .filter(visible_demand(viewer))
            .filter(demand::Column::State.eq(DemandState::Open.code()));
        if let Some(hospital) = hospital {
            select = select.filter(demand::Column::Id.in_subquery(matched_by(hospital)));
        }
        let rows: Vec<(Uuid, i32, Uuid)> = select
            .order_by_asc(demand::Column::Id)
            .into_tuple()
            .all(&self.conn)
            .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Listed offers of some hospitals, or of all, by id.
    ///
    /// # Errors
    /// The database.
    pub async fn offers_of_report(
        &self,
        hospitals: Option<&[OrganisationId]>,
    ) -> Result<Vec<Current<OfferId>>, StoreError> {
        let mut select = offer::Entity::find()
            .select_only()
            .columns([
                offer::Column::Id,
                offer::Column::Version,
                offer::Column::OrganisationId,
            ])
            .filter(offer::Column::State.eq(OfferState::Listed.code()));
        if let Some(hospitals) = hospitals {
            let ids = hospitals.iter().map(|id| id.0);
            select = select.filter(offer::Column::OrganisationId.is_in(ids));
        }
        let rows: Vec<(Uuid, i32, Uuid)> = select
            .order_by_asc(offer::Column::Id)
            .into_tuple()
            .all(&self.conn)
            .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// All matches between open demands and listed offers without their explanations; of a hospital's report those of
    /// the demands that its offers match, with whatever offer, as their order among all is what counts.
    ///
    /// Only what the index `match_of_demand_with_offer` holds is read: the rows themselves are some kilobytes each.
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
                row::Column::RankKey,
            ])
            .filter(visible_match(Viewer::Service));
        if let Some(hospital) = hospital {
            select = select.filter(row::Column::DemandId.in_subquery(matched_by(hospital)));
        }
        let rows: Vec<(Uuid, Uuid, Uuid, i32)> = select.into_tuple().all(&self.conn).await?;
        let pairings = rows.into_iter().map(|(id, demand, offer, rank_key)| {
            let (demand, offer) = (DemandId(demand), OfferId(offer));
            let rank = RankKey::of_stored((demand, offer), rank_key);
            Pairing {
                id: MatchId(id),
                demand,
                offer,
                decision: rank.decision(),
                score: rank.score(),
                rank_key,
            }
        });
        Ok(pairings.collect())
    }
}
