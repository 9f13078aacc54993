//! Pages by key set: no offsets, so that a page stays right while rows come and go.

use super::StoreError;
use matchday_domain::page::{Page, PageRequest, Take};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ModelTrait, Order, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

/// The position of an element in a list ordered by rank, highest first, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ranked {
    /// The rank.
    pub rank: i32,
    /// The id.
    pub id: Uuid,
}

/// A page ordered by id, which for our ids is the order of creation.
pub(super) async fn by_id<C, E>(
    conn: &C,
    select: Select<E>,
    id: E::Column,
    request: PageRequest<Uuid>,
) -> Result<Page<E::Model>, StoreError>
where
    C: ConnectionTrait,
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + Send + Sync,
{
    let (order, bounded) = match request.take {
        Take::First(_) => (Order::Asc, request.after.is_some()),
        Take::Last(_) => (Order::Desc, request.before.is_some()),
    };
    let mut within = Condition::all();
    if let Some(after) = request.after {
        within = within.add(id.gt(after));
    }
    if let Some(before) = request.before {
        within = within.add(id.lt(before));
    }
    let limit = u64::try_from(request.take.count()).unwrap_or(0) + 1;
    let rows = select
        .filter(within.into_condition())
        .order_by(id, order)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(Page::from_rows(rows, request.take, bounded))
}
