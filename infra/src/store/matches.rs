//! Stored matches: the top of every open demand and listed offer, so that a read never scores. What is stored is written
//! in `kept`.

use super::error::{json, vocabulary};
use super::{Access, Ranked, StoreError, Viewer};
use crate::entity::{demand, demand_offer_match as row, offer};
use matchday_domain::catalogue::OfferState;
use matchday_domain::demand::DemandState;
use matchday_domain::id::{DemandId, MatchId, OfferId, OrganisationId};
use matchday_domain::matching::Match;
use matchday_domain::page::{Page, PageRequest, Take};
use matchday_domain::time::Timestamp;
use matchday_domain::use_conditions::Decision;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, WindowStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A match as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMatch {
    /// Its identity, which it keeps when it is computed anew.
    pub id: MatchId,
    /// Whose demand.
    pub demand_organisation: OrganisationId,
    /// Whose offer.
    pub offer_organisation: OrganisationId,
    /// What was computed.
    pub scored: Match,
    /// When.
    pub computed_at: Timestamp,
}

impl StoredMatch {
    /// Its position in a list by rank.
    pub fn position(&self) -> Ranked {
        Ranked {
            rank: self.scored.rank_key(),
            id: self.id.0,
        }
    }
}

/// Which matches are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MatchFilter {
    /// Only those that the gate decides like this.
    pub decision: Option<Decision>,
    /// Only those with at least so many hundredths of a point, 0 to 10000.
    pub score_min: Option<i32>,
}

fn read(row: row::Model) -> Result<StoredMatch, StoreError> {
    const TABLE: &str = "demand_offer_match";
    Ok(StoredMatch {
        id: MatchId(row.id),
        demand_organisation: OrganisationId(row.demand_organisation_id),
        offer_organisation: OrganisationId(row.offer_organisation_id),
        scored: Match {
            demand: DemandId(row.demand_id),
            offer: OfferId(row.offer_id),
            demand_version: row.demand_version,
            offer_version: row.offer_version,
            decision: vocabulary(TABLE, &row.decision, Decision::from_code)?,
            score: row.score,
            demander_side: row.demander_side,
            provider_side: row.provider_side,
            uncapped: Match::uncapped_of(row.rank_key),
            explanation: json(TABLE, row.explanation)?,
            scorer_version: row.scorer_version,
        },
        computed_at: row.computed_at,
    })
}

/// A side's own matches; the overseers see all. Offers and demands that were paused since are left out.
pub(super) fn visible(viewer: Viewer) -> Condition {
    let current = Condition::all()
        .add(
            row::Column::OfferId.in_subquery(
                Query::select()
                    .column(offer::Column::Id)
                    .from(offer::Entity)
                    .and_where(offer::Column::State.eq(OfferState::Listed.code()))
                    .to_owned(),
            ),
        )
        .add(
            row::Column::DemandId.in_subquery(
                Query::select()
                    .column(demand::Column::Id)
                    .from(demand::Entity)
                    .and_where(demand::Column::State.eq(DemandState::Open.code()))
                    .to_owned(),
            ),
        );
    match viewer {
        Viewer::Organisation(own) => current.add(
            Condition::any()
                .add(row::Column::DemandOrganisationId.eq(own.0))
                .add(row::Column::OfferOrganisationId.eq(own.0)),
        ),
        Viewer::Overseer(_) | Viewer::Service => current,
    }
}

impl<C: ConnectionTrait> Access<C> {
    /// Matches by id, in no order; those hidden from the viewer are missing.
    ///
    /// # Errors
    /// The database.
    pub async fn matches(
        &self,
        viewer: Viewer,
        ids: &[MatchId],
    ) -> Result<Vec<StoredMatch>, StoreError> {
        let rows = row::Entity::find()
            .filter(row::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(visible(viewer))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// A page of the matches of each of several demands, best first: one statement for all of them.
    ///
    /// # Errors
    /// The database.
    pub async fn matches_of_demands(
        &self,
        viewer: Viewer,
        demands: &[DemandId],
        filter: MatchFilter,
        request: &PageRequest<Ranked>,
    ) -> Result<HashMap<DemandId, Page<StoredMatch>>, StoreError> {
        let ids = demands.iter().map(|id| id.0).collect();
        let pages = self
            .match_pages(viewer, row::Column::DemandId, ids, filter, request, |row| {
                row.demand_id
            })
            .await?;
        Ok(pages
            .into_iter()
            .map(|(id, page)| (DemandId(id), page))
            .collect())
    }

    /// A page of the matches of each of several offers, best first: one statement for all of them.
    ///
    /// # Errors
    /// The database.
    pub async fn matches_of_offers(
        &self,
        viewer: Viewer,
        offers: &[OfferId],
        filter: MatchFilter,
        request: &PageRequest<Ranked>,
    ) -> Result<HashMap<OfferId, Page<StoredMatch>>, StoreError> {
        let ids = offers.iter().map(|id| id.0).collect();
        let pages = self
            .match_pages(viewer, row::Column::OfferId, ids, filter, request, |row| {
                row.offer_id
            })
            .await?;
        Ok(pages
            .into_iter()
            .map(|(id, page)| (OfferId(id), page))
            .collect())
    }

    async fn match_pages(
        &self,
        viewer: Viewer,
        owner: row::Column,
        ids: Vec<Uuid>,
        filter: MatchFilter,
        request: &PageRequest<Ranked>,
        owner_of: impl Fn(&row::Model) -> Uuid,
    ) -> Result<HashMap<Uuid, Page<StoredMatch>>, StoreError> {
        let mut wanted = visible(viewer).add(owner.is_in(ids.iter().copied()));
        if let Some(decision) = filter.decision {
            wanted = wanted.add(row::Column::Decision.eq(decision.code()));
        }
        if let Some(score) = filter.score_min {
            wanted = wanted.add(row::Column::Score.gte(score));
        }
        if let Some(after) = request.after {
            wanted = wanted.add(beyond(after, Order::Asc));
        }
        if let Some(before) = request.before {
            wanted = wanted.add(beyond(before, Order::Desc));
        }
        let (rank_order, id_order, bounded) = match request.take {
            Take::First(_) => (Order::Desc, Order::Asc, request.after.is_some()),
            Take::Last(_) => (Order::Asc, Order::Desc, request.before.is_some()),
        };
        let position = Alias::new("position");
        let mut window = WindowStatement::partition_by(owner);
        window
            .order_by(row::Column::RankKey, rank_order.clone())
            .order_by(row::Column::Id, id_order.clone());
        let numbered: SelectStatement = Query::select()
            .column(row::Column::Id)
            .expr_window_as(Expr::cust("ROW_NUMBER()"), window, position.clone())
            .from(row::Entity)
            .cond_where(wanted)
            .to_owned();
        let limit = i64::try_from(request.take.count()).unwrap_or(0) + 1;
        let chosen = Query::select()
            .column(row::Column::Id)
            .from_subquery(numbered, Alias::new("numbered"))
            .and_where(Expr::col(position).lte(limit))
            .to_owned();
        let rows = row::Entity::find()
            .filter(row::Column::Id.in_subquery(chosen))
            .order_by(row::Column::RankKey, rank_order)
            .order_by(row::Column::Id, id_order)
            .all(&self.conn)
            .await?;
        let mut of: HashMap<Uuid, Vec<StoredMatch>> =
            ids.into_iter().map(|id| (id, Vec::new())).collect();
        for row in rows {
            let owner = owner_of(&row);
            of.entry(owner).or_default().push(read(row)?);
        }
        Ok(of
            .into_iter()
            .map(|(id, rows)| (id, Page::from_rows(rows, request.take, bounded)))
            .collect())
    }

    /// How many matches are stored, by decision of the gate.
    ///
    /// # Errors
    /// The database.
    pub async fn match_counts(&self) -> Result<Vec<(Decision, u64)>, StoreError> {
        use sea_orm::PaginatorTrait;
        let mut counts = Vec::new();
        for decision in Decision::ALL {
            let select = row::Entity::find().filter(row::Column::Decision.eq(decision.code()));
            counts.push((*decision, select.count(&self.conn).await?));
        }
        Ok(counts)
    }
}

/// What lies after (`Asc`) or before (`Desc`) a position in the order "highest rank first, then id".
fn beyond(at: Ranked, direction: Order) -> Condition {
    let (rank, id) = match direction {
        Order::Asc => (row::Column::RankKey.lt(at.rank), row::Column::Id.gt(at.id)),
        _ => (row::Column::RankKey.gt(at.rank), row::Column::Id.lt(at.id)),
    };
    Condition::any().add(rank).add(
        Condition::all()
            .add(row::Column::RankKey.eq(at.rank))
            .add(id),
    )
}
