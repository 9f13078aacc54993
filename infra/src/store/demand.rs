//! Demands, their versions, and who must not see them.

use super::error::{json, to_json, vocabulary};
use super::{Access, StoreError, Tx, Viewer, page};
use crate::entity::{demand, demand_exclusion, demand_version};
use matchday_domain::demand::{Demand, DemandState};
use matchday_domain::id::{DemandId, OrganisationId};
use matchday_domain::page::{Page, PageRequest};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

const TABLE: &str = "demand";

pub(super) fn read(row: demand::Model) -> Result<Demand, StoreError> {
    Ok(Demand {
        id: DemandId(row.id),
        organisation: OrganisationId(row.organisation_id),
        state: vocabulary(TABLE, &row.state, DemandState::from_code)?,
        version: row.version,
        content: json(TABLE, row.content)?,
        source_ref: row.source_ref,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// Excluded organisations see nothing, and cannot tell that they are excluded.
pub(super) fn visible(viewer: Viewer) -> Condition {
    let open = demand::Column::State.eq(DemandState::Open.code());
    match viewer {
        Viewer::Organisation(own) => {
            let excluded = Query::select()
                .column(demand_exclusion::Column::DemandId)
                .from(demand_exclusion::Entity)
                .and_where(demand_exclusion::Column::OrganisationId.eq(own.0))
                .to_owned();
            Condition::any()
                .add(demand::Column::OrganisationId.eq(own.0))
                .add(
                    Condition::all()
                        .add(open)
                        .add(demand::Column::Id.not_in_subquery(excluded)),
                )
        }
        Viewer::Overseer(_) => {
            Condition::all().add(demand::Column::State.ne(DemandState::Draft.code()))
        }
        Viewer::Service => Condition::all(),
    }
}

impl<C: ConnectionTrait> Access<C> {
    /// Demands by id, in no order; those hidden from the viewer are missing.
    ///
    /// # Errors
    /// The database.
    pub async fn demands(
        &self,
        viewer: Viewer,
        ids: &[DemandId],
    ) -> Result<Vec<Demand>, StoreError> {
        let rows = demand::Entity::find()
            .filter(demand::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(visible(viewer))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// One demand.
    ///
    /// # Errors
    /// The database.
    pub async fn demand(&self, viewer: Viewer, id: DemandId) -> Result<Option<Demand>, StoreError> {
        Ok(self.demands(viewer, &[id]).await?.pop())
    }

    /// Demands that the viewer may see, in the order of creation.
    ///
    /// # Errors
    /// The database.
    pub async fn demand_page(
        &self,
        viewer: Viewer,
        owner: Option<OrganisationId>,
        state: Option<DemandState>,
        request: PageRequest<Uuid>,
    ) -> Result<Page<Demand>, StoreError> {
        let mut select = demand::Entity::find().filter(visible(viewer));
        if let Some(owner) = owner {
            select = select.filter(demand::Column::OrganisationId.eq(owner.0));
        }
        if let Some(state) = state {
            select = select.filter(demand::Column::State.eq(state.code()));
        }
        let page = page::by_id(&self.conn, select, demand::Column::Id, request).await?;
        page.try_map(read)
    }

    /// All open demands.
    ///
    /// # Errors
    /// The database.
    pub async fn open_demands(&self) -> Result<Vec<Demand>, StoreError> {
        let rows = demand::Entity::find()
            .filter(demand::Column::State.eq(DemandState::Open.code()))
            .order_by_asc(demand::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// The demand that an organisation imported from this record.
    ///
    /// # Errors
    /// The database.
    pub async fn demand_from_source(
        &self,
        owner: OrganisationId,
        source_ref: &str,
    ) -> Result<Option<Demand>, StoreError> {
        let row = demand::Entity::find()
            .filter(demand::Column::OrganisationId.eq(owner.0))
            .filter(demand::Column::SourceRef.eq(source_ref))
            .one(&self.conn)
            .await?;
        row.map(read).transpose()
    }
}

impl Tx {
    /// Saves a new demand.
    ///
    /// # Errors
    /// The source record was imported before, or the database.
    pub async fn insert_demand(&self, demand: &Demand) -> Result<(), StoreError> {
        columns(demand)?.insert(&self.conn).await?;
        self.keep_demand_version(demand).await?;
        self.keep_exclusions(demand).await
    }

    /// Saves a changed demand if nobody changed it since `read_version`; tells whether it did.
    ///
    /// # Errors
    /// The database.
    pub async fn update_demand(
        &self,
        demand: &Demand,
        read_version: i32,
    ) -> Result<bool, StoreError> {
        if demand.version == read_version {
            return Ok(true);
        }
        let done = demand::Entity::update_many()
            .set(columns(demand)?)
            .filter(demand::Column::Id.eq(demand.id.0))
            .filter(demand::Column::Version.eq(read_version))
            .exec(&self.conn)
            .await?;
        if done.rows_affected == 0 {
            return Ok(false);
        }
        self.keep_demand_version(demand).await?;
        self.keep_exclusions(demand).await?;
        Ok(true)
    }

    async fn keep_demand_version(&self, demand: &Demand) -> Result<(), StoreError> {
        if demand.state == DemandState::Draft {
            return Ok(());
        }
        let row = demand_version::ActiveModel {
            demand_id: Set(demand.id.0),
            version: Set(demand.version),
            state: Set(demand.state.code().to_owned()),
            content: Set(to_json(TABLE, &demand.content)?),
            created_at: Set(demand.updated_at),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    async fn keep_exclusions(&self, demand: &Demand) -> Result<(), StoreError> {
        demand_exclusion::Entity::delete_many()
            .filter(demand_exclusion::Column::DemandId.eq(demand.id.0))
            .exec(&self.conn)
            .await?;
        let mut excluded = demand.content.excluded_organisations.clone();
        excluded.sort();
        excluded.dedup();
        if excluded.is_empty() {
            return Ok(());
        }
        let rows = excluded
            .into_iter()
            .map(|organisation| demand_exclusion::ActiveModel {
                demand_id: Set(demand.id.0),
                organisation_id: Set(organisation.0),
            });
        demand_exclusion::Entity::insert_many(rows)
            .exec_without_returning(&self.conn)
            .await?;
        Ok(())
    }
}

fn columns(demand: &Demand) -> Result<demand::ActiveModel, StoreError> {
    Ok(demand::ActiveModel {
        id: Set(demand.id.0),
        organisation_id: Set(demand.organisation.0),
        state: Set(demand.state.code().to_owned()),
        version: Set(demand.version),
        content: Set(to_json(TABLE, &demand.content)?),
        source_ref: Set(demand.source_ref.clone()),
        created_at: Set(demand.created_at),
        updated_at: Set(demand.updated_at),
    })
}
