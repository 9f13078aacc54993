//! API keys; their tokens are stored as SHA-256 only.

use super::error::{json, to_json};
use super::{Access, StoreError, Tx, hash, page};
use crate::entity::api_key;
use matchday_domain::id::{ApiKeyId, OrganisationId, PersonId};
use matchday_domain::identity::ApiKey;
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

fn read(row: api_key::Model) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: ApiKeyId(row.id),
        organisation: OrganisationId(row.organisation_id),
        creator: PersonId(row.person_id),
        name: row.name,
        hint: row.hint,
        scopes: json("api_key", row.scopes)?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        last_used_at: row.last_used_at,
    })
}

impl<C: ConnectionTrait> Access<C> {
    /// The key that a token is, if it is good.
    ///
    /// # Errors
    /// The database.
    pub async fn api_key(&self, token: &str, now: Timestamp) -> Result<Option<ApiKey>, StoreError> {
        let row = api_key::Entity::find()
            .filter(api_key::Column::TokenHash.eq(hash(token)))
            .one(&self.conn)
            .await?;
        let key = row.map(read).transpose()?;
        Ok(key.filter(|key| key.is_good(now)))
    }

    /// A key, good or not.
    ///
    /// # Errors
    /// The database.
    pub async fn api_key_by_id(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let row = api_key::Entity::find_by_id(id.0).one(&self.conn).await?;
        row.map(read).transpose()
    }

    /// The keys of an organisation, in the order in which they were made, with those that are good no more.
    ///
    /// # Errors
    /// The database.
    pub async fn api_key_page(
        &self,
        organisation: OrganisationId,
        request: PageRequest<Uuid>,
    ) -> Result<Page<ApiKey>, StoreError> {
        let select =
            api_key::Entity::find().filter(api_key::Column::OrganisationId.eq(organisation.0));
        let page = page::by_id(&self.conn, select, api_key::Column::Id, request).await?;
        page.try_map(read)
    }

    /// How many keys of an organisation are good.
    ///
    /// # Errors
    /// The database.
    pub async fn good_api_keys(
        &self,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        Ok(api_key::Entity::find()
            .filter(api_key::Column::OrganisationId.eq(organisation.0))
            .filter(api_key::Column::RevokedAt.is_null())
            .filter(api_key::Column::ExpiresAt.gt(now))
            .count(&self.conn)
            .await?)
    }
}

impl Tx {
    /// Saves a key for a token.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_api_key(&self, key: &ApiKey, token: &str) -> Result<(), StoreError> {
        let row = api_key::ActiveModel {
            id: Set(key.id.0),
            token_hash: Set(hash(token)),
            organisation_id: Set(key.organisation.0),
            person_id: Set(key.creator.0),
            name: Set(key.name.clone()),
            hint: Set(key.hint.clone()),
            scopes: Set(to_json("api_key", &key.scopes)?),
            created_at: Set(key.created_at),
            expires_at: Set(key.expires_at),
            revoked_at: Set(key.revoked_at),
            last_used_at: Set(key.last_used_at),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Revokes a key, once.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_api_key(&self, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        api_key::Entity::update_many()
            .col_expr(api_key::Column::RevokedAt, Expr::value(now))
            .filter(api_key::Column::Id.eq(id.0))
            .filter(api_key::Column::RevokedAt.is_null())
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Revokes the keys that a person made for an organisation: they fall with the place there.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_api_keys_of(
        &self,
        organisation: OrganisationId,
        creator: PersonId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        api_key::Entity::update_many()
            .col_expr(api_key::Column::RevokedAt, Expr::value(now))
            .filter(api_key::Column::OrganisationId.eq(organisation.0))
            .filter(api_key::Column::PersonId.eq(creator.0))
            .filter(api_key::Column::RevokedAt.is_null())
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Notes that a key was used.
    ///
    /// # Errors
    /// The database.
    pub async fn api_key_used(&self, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        api_key::Entity::update_many()
            .col_expr(api_key::Column::LastUsedAt, Expr::value(now))
            .filter(api_key::Column::Id.eq(id.0))
            .exec(&self.conn)
            .await?;
        Ok(())
    }
}
