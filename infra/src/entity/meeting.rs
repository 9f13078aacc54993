//! Meetings of timetables.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "meeting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub arrangement_id: Uuid,
    pub event_id: Uuid,
    pub demander_id: Uuid,
    pub provider_id: Uuid,
    pub request_id: Option<Uuid>,
    pub slot: i32,
    pub table_number: Option<i32>,
    pub state: String,
    pub locked: bool,
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
