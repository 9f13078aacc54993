//! Which matches are stored: what the domain plans, one transaction at a time.

use super::error::to_json;
use super::{StoreError, StoredMatch, Tx};
use crate::entity::{demand_offer_match as row, match_floor as floor};
use matchday_domain::id::{DemandId, MatchId, OfferId};
use matchday_domain::matching::{Criteria, Keepers, Kept, RankKey, Record};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// The identities of stored pairs.
pub type KnownMatches = HashMap<(DemandId, OfferId), MatchId>;

/// What is to be written: see [`matchday_domain::matching::Plan`].
#[derive(Debug, Default)]
pub struct MatchPlan {
    /// New matches, and those computed anew.
    pub put: Vec<(StoredMatch, Keepers)>,
    /// Stored ones that only change keepers.
    pub keep: Vec<(DemandId, OfferId, Keepers)>,
    /// Stored ones that nobody keeps any more.
    pub drop: Vec<(DemandId, OfferId)>,
    /// The last matches of records whose lists changed.
    pub floors: Vec<(Record, Option<RankKey>)>,
}

/// Values in a statement; both databases take some thousands more.
const VALUES: usize = 10_000;
/// Rows of 18 columns.
const ROWS: usize = 500;

fn of(records: &[Record]) -> Condition {
    let (mut demands, mut offers) = (Vec::new(), Vec::new());
    for record in records {
        match record {
            Record::Demand(id) => demands.push(id.0),
            Record::Offer(id) => offers.push(id.0),
        }
    }
    let mut of = Condition::any();
    if !demands.is_empty() {
        of = of.add(row::Column::DemandId.is_in(demands));
    }
    if !offers.is_empty() {
        of = of.add(row::Column::OfferId.is_in(offers));
    }
    of
}

impl Tx {
    /// Waits until no other transaction writes matches: what it reads of them is then true until it commits.
    ///
    /// # Errors
    /// The database.
    pub async fn lock_matches(&self) -> Result<(), StoreError> {
        // SQLite has one writer anyway.
        if self.postgres() {
            self.conn
                .execute_unprepared("SELECT pg_advisory_xact_lock(7261948)")
                .await?;
        }
        Ok(())
    }

    /// The stored pairs of some records; adds their identities to `known`.
    ///
    /// # Errors
    /// The database.
    pub async fn kept_matches(
        &self,
        records: &[Record],
        known: &mut KnownMatches,
    ) -> Result<Vec<Kept>, StoreError> {
        let mut kept = Vec::new();
        for records in records.chunks(VALUES) {
            let rows: Vec<(Uuid, Uuid, Uuid, i32, bool, bool)> = row::Entity::find()
                .select_only()
                .columns([
                    row::Column::Id,
                    row::Column::DemandId,
                    row::Column::OfferId,
                    row::Column::RankKey,
                    row::Column::ByDemand,
                    row::Column::ByOffer,
                ])
                .filter(of(records))
                .into_tuple()
                .all(&self.conn)
                .await?;
            for (id, demand_id, offer_id, rank_key, demand, offer) in rows {
                let pair = (DemandId(demand_id), OfferId(offer_id));
                known.insert(pair, MatchId(id));
                kept.push(Kept {
                    key: RankKey::of_stored(pair, rank_key),
                    keepers: Keepers { demand, offer },
                });
            }
        }
        Ok(kept)
    }

    /// The last matches of records that changed behind a number, and the newest number.
    ///
    /// # Errors
    /// The database.
    pub async fn match_floors_after(
        &self,
        seen: i64,
    ) -> Result<(i64, Vec<(Record, Option<RankKey>)>), StoreError> {
        let rows = floor::Entity::find()
            .filter(floor::Column::Changed.gt(seen))
            .all(&self.conn)
            .await?;
        let newest = rows.iter().map(|row| row.changed).max().unwrap_or(seen);
        let floors = rows.into_iter().map(|row| {
            let last = row.other_id.zip(row.rank_key);
            if row.of_demand {
                let id = DemandId(row.record_id);
                let key = |(other, key)| RankKey::of_stored((id, OfferId(other)), key);
                (Record::Demand(id), last.map(key))
            } else {
                let id = OfferId(row.record_id);
                let key = |(other, key)| RankKey::of_stored((DemandId(other), id), key);
                (Record::Offer(id), last.map(key))
            }
        });
        Ok((newest, floors.collect()))
    }

    /// Writes a plan, given the identities of the pairs stored before; tells which pairs were not there.
    ///
    /// # Errors
    /// The database.
    pub async fn write_matches(
        &self,
        plan: MatchPlan,
        known: &KnownMatches,
    ) -> Result<Vec<StoredMatch>, StoreError> {
        let id_of = |pair: &(DemandId, OfferId)| known.get(pair).map(|id| id.0);
        let put = plan.put.iter();
        let again = put.map(|(stored, _)| (stored.scored.demand, stored.scored.offer));
        let gone: Vec<Uuid> = again
            .chain(plan.drop)
            .filter_map(|pair| id_of(&pair))
            .collect();
        for ids in gone.chunks(VALUES) {
            row::Entity::delete_many()
                .filter(row::Column::Id.is_in(ids.iter().copied()))
                .exec(&self.conn)
                .await?;
        }
        for (demand, offer) in [(true, true), (true, false), (false, true)] {
            let these = plan
                .keep
                .iter()
                .filter(|(_, _, keepers)| *keepers == Keepers { demand, offer });
            let ids: Vec<Uuid> = these
                .filter_map(|(demand, offer, _)| id_of(&(*demand, *offer)))
                .collect();
            for ids in ids.chunks(VALUES) {
                row::Entity::update_many()
                    .col_expr(row::Column::ByDemand, Expr::value(demand))
                    .col_expr(row::Column::ByOffer, Expr::value(offer))
                    .filter(row::Column::Id.is_in(ids.iter().copied()))
                    .exec(&self.conn)
                    .await?;
            }
        }
        let mut fresh = Vec::new();
        let mut rows = Vec::with_capacity(plan.put.len());
        for (mut stored, keepers) in plan.put {
            match id_of(&(stored.scored.demand, stored.scored.offer)) {
                Some(known) => stored.id = MatchId(known),
                None => fresh.push(stored.clone()),
            }
            rows.push(columns(&stored, keepers)?);
        }
        for chunk in rows.chunks(ROWS) {
            row::Entity::insert_many(chunk.to_vec())
                .on_conflict_do_nothing()
                .exec_without_returning(&self.conn)
                .await?;
        }
        self.write_floors(plan.floors).await?;
        Ok(fresh)
    }

    async fn write_floors(&self, floors: Vec<(Record, Option<RankKey>)>) -> Result<(), StoreError> {
        let newest = floor::Entity::find()
            .order_by_desc(floor::Column::Changed)
            .limit(1)
            .one(&self.conn)
            .await?;
        let changed = newest.map_or(1, |row| row.changed + 1);
        let rows: Vec<floor::ActiveModel> = floors
            .into_iter()
            .map(|(record, last)| {
                let (id, of_demand) = match record {
                    Record::Demand(id) => (id.0, true),
                    Record::Offer(id) => (id.0, false),
                };
                let other = last.map(|last| {
                    let (demand, offer) = last.pair();
                    if of_demand { offer.0 } else { demand.0 }
                });
                floor::ActiveModel {
                    record_id: Set(id),
                    of_demand: Set(of_demand),
                    rank_key: Set(last.map(RankKey::stored)),
                    other_id: Set(other),
                    changed: Set(changed),
                }
            })
            .collect();
        for chunk in rows.chunks(ROWS) {
            floor::Entity::insert_many(chunk.to_vec())
                .on_conflict(
                    OnConflict::column(floor::Column::RecordId)
                        .update_columns([
                            floor::Column::RankKey,
                            floor::Column::OtherId,
                            floor::Column::Changed,
                        ])
                        .to_owned(),
                )
                .exec_without_returning(&self.conn)
                .await?;
        }
        Ok(())
    }
}

fn columns(stored: &StoredMatch, keepers: Keepers) -> Result<row::ActiveModel, StoreError> {
    let scored = &stored.scored;
    Ok(row::ActiveModel {
        id: Set(stored.id.0),
        demand_id: Set(scored.demand.0),
        offer_id: Set(scored.offer.0),
        demand_organisation_id: Set(stored.demand_organisation.0),
        offer_organisation_id: Set(stored.offer_organisation.0),
        demand_version: Set(scored.demand_version),
        offer_version: Set(scored.offer_version),
        decision: Set(scored.decision.code().to_owned()),
        score: Set(scored.score),
        demander_side: Set(scored.demander_side),
        provider_side: Set(scored.provider_side),
        rank_key: Set(scored.rank_key()),
        explanation: Set(to_json("demand_offer_match", &scored.explanation)?),
        scorer_version: Set(scored.scorer_version.clone()),
        computed_at: Set(stored.computed_at),
        criteria: Set(Some(to_json(
            "demand_offer_match",
            &Criteria::of(&scored.explanation),
        )?)),
        by_demand: Set(keepers.demand),
        by_offer: Set(keepers.offer),
    })
}
