//! Stored matches.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "demand_offer_match")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub demand_id: Uuid,
    pub offer_id: Uuid,
    pub demand_organisation_id: Uuid,
    pub offer_organisation_id: Uuid,
    pub demand_version: i32,
    pub offer_version: i32,
    pub decision: String,
    pub score: i32,
    pub demander_side: i32,
    pub provider_side: Option<i32>,
    pub rank_key: i32,
    pub explanation: Json,
    pub scorer_version: String,
    pub computed_at: DateTimeUtc,
    pub criteria: Option<Json>,
    pub by_demand: bool,
    pub by_offer: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
