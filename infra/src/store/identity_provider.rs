//! Identity providers of organisations, the mail domains they speak for, and sign-ins under way at one.

use super::error::vocabulary;
use super::{Access, StoreError, Tx, hash, page};
use crate::entity::{identity_provider, mail_domain, provider_sign_in};
use matchday_domain::id::{MailDomainId, OrganisationId, PersonId};
use matchday_domain::identity::{DomainState, IdentityProvider, MailDomain};
use matchday_domain::organisation::Role;
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

/// A provider with its sealed client secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProvider {
    /// What everybody may know.
    pub provider: IdentityProvider,
    /// The client secret, encrypted; none for a public client.
    pub sealed_secret: Option<String>,
}

fn read(row: identity_provider::Model) -> Result<StoredProvider, StoreError> {
    Ok(StoredProvider {
        provider: IdentityProvider {
            organisation: OrganisationId(row.organisation_id),
            issuer: row.issuer,
            client_id: row.client_id,
            default_role: vocabulary("identity_provider", &row.default_role, Role::from_code)?,
            accepts_tokens: row.accepts_tokens,
            version: row.version,
            updated_at: row.updated_at,
        },
        sealed_secret: row.client_secret,
    })
}

fn read_domain(row: mail_domain::Model) -> Result<MailDomain, StoreError> {
    Ok(MailDomain {
        id: MailDomainId(row.id),
        organisation: OrganisationId(row.organisation_id),
        domain: row.domain,
        state: vocabulary("mail_domain", &row.state, DomainState::from_code)?,
        claimed_at: row.claimed_at,
        decided_at: row.decided_at,
    })
}

impl<C: ConnectionTrait> Access<C> {
    /// The provider of an organisation.
    ///
    /// # Errors
    /// The database.
    pub async fn identity_provider(
        &self,
        organisation: OrganisationId,
    ) -> Result<Option<StoredProvider>, StoreError> {
        let row = identity_provider::Entity::find_by_id(organisation.0)
            .one(&self.conn)
            .await?;
        row.map(read).transpose()
    }

    /// The providers with an issuer whose access tokens are accepted; several organisations may share one.
    ///
    /// # Errors
    /// The database.
    pub async fn providers_of_issuer(
        &self,
        issuer: &str,
    ) -> Result<Vec<StoredProvider>, StoreError> {
        let rows = identity_provider::Entity::find()
            .filter(identity_provider::Column::Issuer.eq(issuer))
            .filter(identity_provider::Column::AcceptsTokens.eq(true))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// The mail domains of an organisation, in the order in which they were claimed.
    ///
    /// # Errors
    /// The database.
    pub async fn mail_domains_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<MailDomain>, StoreError> {
        let rows = mail_domain::Entity::find()
            .filter(mail_domain::Column::OrganisationId.eq(organisation.0))
            .order_by_asc(mail_domain::Column::Id)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_domain).collect()
    }

    /// A mail domain by its id.
    ///
    /// # Errors
    /// The database.
    pub async fn mail_domain(&self, id: MailDomainId) -> Result<Option<MailDomain>, StoreError> {
        let row = mail_domain::Entity::find_by_id(id.0)
            .one(&self.conn)
            .await?;
        row.map(read_domain).transpose()
    }

    /// The organisation for which a mail domain is approved.
    ///
    /// # Errors
    /// The database.
    pub async fn owner_of_domain(
        &self,
        domain: &str,
    ) -> Result<Option<OrganisationId>, StoreError> {
        let row = mail_domain::Entity::find()
            .filter(mail_domain::Column::Domain.eq(domain))
            .filter(mail_domain::Column::State.eq(DomainState::Approved.code()))
            .one(&self.conn)
            .await?;
        Ok(row.map(|row| OrganisationId(row.organisation_id)))
    }

    /// The claims of all organisations to mail domains, in the order in which they were made.
    ///
    /// # Errors
    /// The database.
    pub async fn mail_domain_page(
        &self,
        state: Option<DomainState>,
        request: PageRequest<Uuid>,
    ) -> Result<Page<MailDomain>, StoreError> {
        let mut select = mail_domain::Entity::find();
        if let Some(state) = state {
            select = select.filter(mail_domain::Column::State.eq(state.code()));
        }
        let page = page::by_id(&self.conn, select, mail_domain::Column::Id, request).await?;
        page.try_map(read_domain)
    }
}

impl Tx {
    /// Saves an organisation's first provider.
    ///
    /// # Errors
    /// It has one already, or the database.
    pub async fn insert_identity_provider(
        &self,
        stored: &StoredProvider,
    ) -> Result<(), StoreError> {
        columns(stored).insert(&self.conn).await?;
        Ok(())
    }

    /// Saves a changed provider if nobody changed it since `read_version`; tells whether it did.
    ///
    /// # Errors
    /// The database.
    pub async fn update_identity_provider(
        &self,
        stored: &StoredProvider,
        read_version: i32,
    ) -> Result<bool, StoreError> {
        let done = identity_provider::Entity::update_many()
            .set(columns(stored))
            .filter(identity_provider::Column::OrganisationId.eq(stored.provider.organisation.0))
            .filter(identity_provider::Column::Version.eq(read_version))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Removes an organisation's provider; tells whether there was one.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_identity_provider(
        &self,
        organisation: OrganisationId,
    ) -> Result<bool, StoreError> {
        let done = identity_provider::Entity::delete_by_id(organisation.0)
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Saves a claim to a mail domain.
    ///
    /// # Errors
    /// The organisation has claimed it already, or the database.
    pub async fn insert_mail_domain(&self, domain: &MailDomain) -> Result<(), StoreError> {
        let row = mail_domain::ActiveModel {
            id: Set(domain.id.0),
            organisation_id: Set(domain.organisation.0),
            domain: Set(domain.domain.clone()),
            state: Set(domain.state.code().to_owned()),
            claimed_at: Set(domain.claimed_at),
            decided_at: Set(domain.decided_at),
            decided_by: Set(None),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Saves the organiser's decision about a claim.
    ///
    /// # Errors
    /// Another organisation has the domain already, or the database.
    pub async fn decide_mail_domain(
        &self,
        domain: &MailDomain,
        by: PersonId,
    ) -> Result<(), StoreError> {
        mail_domain::Entity::update_many()
            .col_expr(mail_domain::Column::State, Expr::value(domain.state.code()))
            .col_expr(
                mail_domain::Column::DecidedAt,
                Expr::value(domain.decided_at),
            )
            .col_expr(mail_domain::Column::DecidedBy, Expr::value(by.0))
            .filter(mail_domain::Column::Id.eq(domain.id.0))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Gives up a mail domain.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_mail_domain(&self, id: MailDomainId) -> Result<(), StoreError> {
        mail_domain::Entity::delete_by_id(id.0)
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Notes that a browser was sent to an organisation's provider; forgets those that never came back.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_provider_sign_in(
        &self,
        id: Uuid,
        organisation: OrganisationId,
        state: &str,
        browser: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        provider_sign_in::Entity::delete_many()
            .filter(provider_sign_in::Column::ExpiresAt.lte(now))
            .exec(&self.conn)
            .await?;
        let row = provider_sign_in::ActiveModel {
            id: Set(id),
            state_hash: Set(hash(state)),
            browser_hash: Set(hash(browser)),
            organisation_id: Set(organisation.0),
            created_at: Set(now),
            expires_at: Set(expires_at),
            used_at: Set(None),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Uses up the sign-in that this browser began with this state; none if there is none, it was used, or is out of
    /// date. Tells at whose provider.
    ///
    /// # Errors
    /// The database.
    pub async fn use_provider_sign_in(
        &self,
        state: &str,
        browser: &str,
        now: Timestamp,
    ) -> Result<Option<OrganisationId>, StoreError> {
        let found = provider_sign_in::Entity::find()
            .filter(provider_sign_in::Column::StateHash.eq(hash(state)))
            .filter(provider_sign_in::Column::BrowserHash.eq(hash(browser)))
            .one(&self.conn)
            .await?;
        let Some(found) = found else { return Ok(None) };
        let done = provider_sign_in::Entity::update_many()
            .col_expr(provider_sign_in::Column::UsedAt, Expr::value(now))
            .filter(provider_sign_in::Column::Id.eq(found.id))
            .filter(provider_sign_in::Column::UsedAt.is_null())
            .filter(provider_sign_in::Column::ExpiresAt.gt(now))
            .exec(&self.conn)
            .await?;
        Ok((done.rows_affected > 0).then_some(OrganisationId(found.organisation_id)))
    }
}

fn columns(stored: &StoredProvider) -> identity_provider::ActiveModel {
    let provider = &stored.provider;
    identity_provider::ActiveModel {
        organisation_id: Set(provider.organisation.0),
        issuer: Set(provider.issuer.clone()),
        client_id: Set(provider.client_id.clone()),
        client_secret: Set(stored.sealed_secret.clone()),
        default_role: Set(provider.default_role.code().to_owned()),
        accepts_tokens: Set(provider.accepts_tokens),
        version: Set(provider.version),
        updated_at: Set(provider.updated_at),
    }
}
