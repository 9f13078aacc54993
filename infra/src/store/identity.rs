//! One-time codes, sessions and calendar feeds: secrets are stored as SHA-256 only.

use super::{Access, StoreError, Tx, page};
use crate::entity::{calendar_feed, session, sign_in};
use matchday_domain::id::{OrganisationId, PersonId, SessionId};
use matchday_domain::identity::Client;
use matchday_domain::organisation::EmailAddress;
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The form in which a secret is stored: SHA-256 in hexadecimal. Our secrets are random, so no salt is needed.
pub fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// A code that was mailed and has not been used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingSignIn {
    /// Its row.
    pub id: Uuid,
    /// Whose.
    pub email: EmailAddress,
    /// SHA-256 of address and code.
    pub code_hash: String,
    /// Wrong tries so far.
    pub attempts: i32,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its row.
    pub id: SessionId,
    /// Who.
    pub person: PersonId,
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Until when it holds.
    pub expires_at: Timestamp,
    /// When it was last used, to a few minutes.
    pub last_seen_at: Timestamp,
    /// From where it was opened.
    pub client: Client,
}

fn read_session(row: session::Model) -> Session {
    Session {
        id: SessionId(row.id),
        person: PersonId(row.person_id),
        organisation: row.organisation_id.map(OrganisationId),
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_seen_at: row.last_seen_at.unwrap_or(row.created_at),
        client: Client {
            network: row.network,
            program: row.program,
        },
    }
}

fn read_sign_in(row: sign_in::Model) -> Result<PendingSignIn, StoreError> {
    Ok(PendingSignIn {
        id: row.id,
        email: row
            .email
            .parse()
            .map_err(|e| StoreError::corrupt("sign_in", e))?,
        code_hash: row.code_hash,
        attempts: row.attempts,
        expires_at: row.expires_at,
    })
}

impl<C: ConnectionTrait> Access<C> {
    /// When the newest `limit` codes for an address were asked since `since`, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn sign_ins_since(
        &self,
        email: &EmailAddress,
        since: Timestamp,
        limit: u64,
    ) -> Result<Vec<Timestamp>, StoreError> {
        Ok(sign_in::Entity::find()
            .select_only()
            .column(sign_in::Column::CreatedAt)
            .filter(sign_in::Column::Email.eq(email.as_str()))
            .filter(sign_in::Column::CreatedAt.gt(since))
            .order_by_desc(sign_in::Column::CreatedAt)
            .limit(limit)
            .into_tuple()
            .all(&self.conn)
            .await?)
    }

    /// The newest code for an address that is neither used nor out of date.
    ///
    /// # Errors
    /// The database.
    pub async fn pending_sign_in(
        &self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Option<PendingSignIn>, StoreError> {
        let row = sign_in::Entity::find()
            .filter(sign_in::Column::Email.eq(email.as_str()))
            .filter(sign_in::Column::UsedAt.is_null())
            .filter(sign_in::Column::ExpiresAt.gt(now))
            .order_by_desc(sign_in::Column::CreatedAt)
            .limit(1)
            .one(&self.conn)
            .await?;
        row.map(read_sign_in).transpose()
    }

    /// The pending code whose link carries this token.
    ///
    /// # Errors
    /// The database.
    pub async fn pending_sign_in_by_link(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<PendingSignIn>, StoreError> {
        let row = sign_in::Entity::find()
            .filter(sign_in::Column::LinkHash.eq(hash(token)))
            .filter(sign_in::Column::UsedAt.is_null())
            .filter(sign_in::Column::ExpiresAt.gt(now))
            .one(&self.conn)
            .await?;
        row.map(read_sign_in).transpose()
    }

    /// The session that a token opens, if it still holds.
    ///
    /// # Errors
    /// The database.
    pub async fn session(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let row = session::Entity::find()
            .filter(session::Column::TokenHash.eq(hash(token)))
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(now))
            .one(&self.conn)
            .await?;
        Ok(row.map(read_session))
    }

    /// The session with this id, if it still holds: asked again before every event of a subscription.
    ///
    /// # Errors
    /// The database.
    pub async fn session_by_id(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let row = session::Entity::find_by_id(id.0)
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(now))
            .one(&self.conn)
            .await?;
        Ok(row.map(read_session))
    }

    /// A person's sessions that hold, in the order in which they were opened.
    ///
    /// # Errors
    /// The database.
    pub async fn session_page(
        &self,
        person: PersonId,
        now: Timestamp,
        request: PageRequest<Uuid>,
    ) -> Result<Page<Session>, StoreError> {
        let select = session::Entity::find()
            .filter(session::Column::PersonId.eq(person.0))
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(now));
        let page = page::by_id(&self.conn, select, session::Column::Id, request).await?;
        Ok(page.map(read_session))
    }

    /// Whose calendar a feed's token opens.
    ///
    /// # Errors
    /// The database.
    pub async fn calendar_feed(&self, token: &str) -> Result<Option<PersonId>, StoreError> {
        let row = calendar_feed::Entity::find()
            .filter(calendar_feed::Column::TokenHash.eq(hash(token)))
            .filter(calendar_feed::Column::RevokedAt.is_null())
            .one(&self.conn)
            .await?;
        Ok(row.map(|row| PersonId(row.person_id)))
    }
}

impl Tx {
    /// Saves a code and a link for an address.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_sign_in(
        &self,
        pending: &PendingSignIn,
        link_token: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = sign_in::ActiveModel {
            id: Set(pending.id),
            email: Set(pending.email.as_str().to_owned()),
            code_hash: Set(pending.code_hash.clone()),
            link_hash: Set(hash(link_token)),
            attempts: Set(0),
            created_at: Set(now),
            expires_at: Set(pending.expires_at),
            used_at: Set(None),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Takes one of the `most` tries of a code that is not used; false if there is none left. Counted before the code
    /// is looked at, so that guesses at the same moment cannot share a try.
    ///
    /// # Errors
    /// The database.
    pub async fn take_attempt(&self, id: Uuid, most: i32) -> Result<bool, StoreError> {
        let done = sign_in::Entity::update_many()
            .col_expr(
                sign_in::Column::Attempts,
                Expr::col(sign_in::Column::Attempts).add(1),
            )
            .filter(sign_in::Column::Id.eq(id))
            .filter(sign_in::Column::UsedAt.is_null())
            .filter(sign_in::Column::Attempts.lt(most))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Uses up every code and link that an address still has.
    ///
    /// # Errors
    /// The database.
    pub async fn use_sign_ins(
        &self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sign_in::Entity::update_many()
            .col_expr(sign_in::Column::UsedAt, Expr::value(now))
            .filter(sign_in::Column::Email.eq(email.as_str()))
            .filter(sign_in::Column::UsedAt.is_null())
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Forgets codes that were mailed before `mailed`, with the addresses that somebody typed in, and sessions that ended
    /// before `ended`, with the places they were opened from.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_sign_ins(
        &self,
        mailed: Timestamp,
        ended: Timestamp,
    ) -> Result<(), StoreError> {
        sign_in::Entity::delete_many()
            .filter(sign_in::Column::CreatedAt.lt(mailed))
            .exec(&self.conn)
            .await?;
        let over = Condition::any()
            .add(session::Column::ExpiresAt.lt(ended))
            .add(session::Column::RevokedAt.lt(ended));
        session::Entity::delete_many()
            .filter(over)
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Opens a session for a token.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_session(&self, session: &Session, token: &str) -> Result<(), StoreError> {
        let row = session::ActiveModel {
            id: Set(session.id.0),
            token_hash: Set(hash(token)),
            person_id: Set(session.person.0),
            organisation_id: Set(session.organisation.map(|id| id.0)),
            created_at: Set(session.created_at),
            expires_at: Set(session.expires_at),
            revoked_at: Set(None),
            last_seen_at: Set(Some(session.last_seen_at)),
            network: Set(session.client.network.clone()),
            program: Set(session.client.program.clone()),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// The database.
    pub async fn session_seen(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, Expr::value(now))
            .filter(session::Column::Id.eq(id.0))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Ends all sessions of a person but one; tells how many.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_other_sessions(
        &self,
        person: PersonId,
        kept: SessionId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let done = session::Entity::update_many()
            .col_expr(session::Column::RevokedAt, Expr::value(now))
            .filter(session::Column::PersonId.eq(person.0))
            .filter(session::Column::Id.ne(kept.0))
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(now))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected)
    }

    /// Lets a session act for an organisation.
    ///
    /// # Errors
    /// The database.
    pub async fn set_acting(
        &self,
        id: SessionId,
        organisation: OrganisationId,
    ) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::OrganisationId, Expr::value(organisation.0))
            .filter(session::Column::Id.eq(id.0))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_session(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::RevokedAt, Expr::value(now))
            .filter(session::Column::Id.eq(id.0))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Gives a person a calendar feed at a new token.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_calendar_feed(
        &self,
        id: Uuid,
        person: PersonId,
        token: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = calendar_feed::ActiveModel {
            id: Set(id),
            token_hash: Set(hash(token)),
            person_id: Set(person.0),
            created_at: Set(now),
            revoked_at: Set(None),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Revokes all calendar feeds of a person; tells how many there were.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_calendar_feeds(
        &self,
        person: PersonId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let done = calendar_feed::Entity::update_many()
            .col_expr(calendar_feed::Column::RevokedAt, Expr::value(now))
            .filter(calendar_feed::Column::PersonId.eq(person.0))
            .filter(calendar_feed::Column::RevokedAt.is_null())
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected)
    }
}
