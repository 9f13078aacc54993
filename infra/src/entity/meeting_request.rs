//! Meeting requests.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "meeting_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub demander_id: Uuid,
    pub provider_id: Uuid,
    pub sent_by: String,
    pub priority: String,
    pub demand_id: Option<Uuid>,
    pub offer_id: Option<Uuid>,
    pub message: Option<String>,
    pub resources: Option<Json>,
    pub answer: String,
    pub decline_reason: Option<String>,
    pub version: i32,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
