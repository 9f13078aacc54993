//! Offers and their versions.

use super::error::{json, to_json, vocabulary};
use super::{Access, StoreError, Tx, Viewer, page};
use crate::entity::{offer, offer_version};
use matchday_domain::catalogue::{Offer, OfferState};
use matchday_domain::id::{OfferId, OrganisationId};
use matchday_domain::page::{Page, PageRequest};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

const TABLE: &str = "offer";

pub(super) fn read(row: offer::Model) -> Result<Offer, StoreError> {
    Ok(Offer {
        id: OfferId(row.id),
        organisation: OrganisationId(row.organisation_id),
        state: vocabulary(TABLE, &row.state, OfferState::from_code)?,
        version: row.version,
        content: json(TABLE, row.content)?,
        disclosed: row
            .disclosed
            .map_or(Ok(Vec::new()), |shown| json(TABLE, shown))?,
        source_ref: row.source_ref,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn visible(viewer: Viewer) -> Condition {
    let shown = Condition::any().add(offer::Column::State.eq(OfferState::Listed.code()));
    match viewer {
        Viewer::Organisation(own) => shown.add(offer::Column::OrganisationId.eq(own.0)),
        Viewer::Overseer(_) => shown.add(offer::Column::State.ne(OfferState::Draft.code())),
        Viewer::Service => Condition::all(),
    }
}

impl<C: ConnectionTrait> Access<C> {
    /// Offers by id, in no order; those hidden from the viewer are missing.
    ///
    /// # Errors
    /// The database.
    pub async fn offers(&self, viewer: Viewer, ids: &[OfferId]) -> Result<Vec<Offer>, StoreError> {
        let rows = offer::Entity::find()
            .filter(offer::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(visible(viewer))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// One offer.
    ///
    /// # Errors
    /// The database.
    pub async fn offer(&self, viewer: Viewer, id: OfferId) -> Result<Option<Offer>, StoreError> {
        Ok(self.offers(viewer, &[id]).await?.pop())
    }

    /// Offers that the viewer may see, in the order of creation.
    ///
    /// # Errors
    /// The database.
    pub async fn offer_page(
        &self,
        viewer: Viewer,
        owner: Option<OrganisationId>,
        state: Option<OfferState>,
        request: PageRequest<Uuid>,
    ) -> Result<Page<Offer>, StoreError> {
        let mut select = offer::Entity::find().filter(visible(viewer));
        if let Some(owner) = owner {
            select = select.filter(offer::Column::OrganisationId.eq(owner.0));
        }
        if let Some(state) = state {
            select = select.filter(offer::Column::State.eq(state.code()));
        }
        let page = page::by_id(&self.conn, select, offer::Column::Id, request).await?;
        page.try_map(read)
    }

    /// All listed offers.
    ///
    /// # Errors
    /// The database.
    pub async fn listed_offers(&self) -> Result<Vec<Offer>, StoreError> {
        let rows = offer::Entity::find()
            .filter(offer::Column::State.eq(OfferState::Listed.code()))
            .order_by_asc(offer::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// The offer that an organisation imported from this record.
    ///
    /// # Errors
    /// The database.
    pub async fn offer_from_source(
        &self,
        owner: OrganisationId,
        source_ref: &str,
    ) -> Result<Option<Offer>, StoreError> {
        let row = offer::Entity::find()
            .filter(offer::Column::OrganisationId.eq(owner.0))
            .filter(offer::Column::SourceRef.eq(source_ref))
            .one(&self.conn)
            .await?;
        row.map(read).transpose()
    }
}

impl Tx {
    /// Saves a new offer.
    ///
    /// # Errors
    /// The source record was imported before, or the database.
    pub async fn insert_offer(&self, offer: &Offer) -> Result<(), StoreError> {
        columns(offer)?.insert(&self.conn).await?;
        self.keep_offer_version(offer).await
    }

    /// Saves a changed offer if nobody changed it since `read_version`; tells whether it did.
    ///
    /// # Errors
    /// The database.
    pub async fn update_offer(&self, offer: &Offer, read_version: i32) -> Result<bool, StoreError> {
        if offer.version == read_version {
            return Ok(true);
        }
        let done = offer::Entity::update_many()
            .set(columns(offer)?)
            .filter(offer::Column::Id.eq(offer.id.0))
            .filter(offer::Column::Version.eq(read_version))
            .exec(&self.conn)
            .await?;
        if done.rows_affected == 0 {
            return Ok(false);
        }
        self.keep_offer_version(offer).await?;
        Ok(true)
    }

    async fn keep_offer_version(&self, offer: &Offer) -> Result<(), StoreError> {
        if offer.state == OfferState::Draft {
            return Ok(());
        }
        let row = offer_version::ActiveModel {
            offer_id: Set(offer.id.0),
            version: Set(offer.version),
            state: Set(offer.state.code().to_owned()),
            content: Set(to_json(TABLE, &offer.content)?),
            created_at: Set(offer.updated_at),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }
}

fn columns(offer: &Offer) -> Result<offer::ActiveModel, StoreError> {
    Ok(offer::ActiveModel {
        id: Set(offer.id.0),
        organisation_id: Set(offer.organisation.0),
        state: Set(offer.state.code().to_owned()),
        version: Set(offer.version),
        content: Set(to_json(TABLE, &offer.content)?),
        disclosed: Set(Some(to_json(TABLE, &offer.disclosed)?)),
        source_ref: Set(offer.source_ref.clone()),
        created_at: Set(offer.created_at),
        updated_at: Set(offer.updated_at),
    })
}
