//! Who looked at whose data. Rows are only added, and deleted when they are old.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "access_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    pub person_id: Option<Uuid>,
    pub acting_id: Option<Uuid>,
    pub network: Option<String>,
    pub owner_id: Uuid,
    pub event_id: Option<Uuid>,
    pub resource: String,
    pub deed: String,
    pub operation: String,
    pub objects: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
