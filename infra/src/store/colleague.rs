//! Invitations of colleagues; their tokens are stored as SHA-256 only.

use super::error::vocabulary;
use super::{Access, StoreError, Tx, hash, page};
use crate::entity::colleague_invitation::{ActiveModel, Column, Entity, Model};
use matchday_domain::id::{ColleagueInvitationId, OrganisationId, PersonId};
use matchday_domain::identity::{ColleagueInvitation, InvitationState};
use matchday_domain::organisation::{EmailAddress, Role};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::text::Language;
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter,
};
use uuid::Uuid;

fn read(row: Model) -> Result<ColleagueInvitation, StoreError> {
    const TABLE: &str = "colleague_invitation";
    Ok(ColleagueInvitation {
        id: ColleagueInvitationId(row.id),
        organisation: OrganisationId(row.organisation_id),
        email: row
            .email
            .parse()
            .map_err(|e| StoreError::corrupt(TABLE, e))?,
        name: row.name,
        role: vocabulary(TABLE, &row.role, Role::from_code)?,
        language: Language::preferred(&row.language),
        invited_by: PersonId(row.invited_by),
        created_at: row.created_at,
        expires_at: row.expires_at,
        answer: vocabulary(TABLE, &row.state, InvitationState::from_code)?,
        answered_at: row.answered_at,
    })
}

impl<C: ConnectionTrait> Access<C> {
    /// An invitation.
    ///
    /// # Errors
    /// The database.
    pub async fn colleague_invitation(
        &self,
        id: ColleagueInvitationId,
    ) -> Result<Option<ColleagueInvitation>, StoreError> {
        let row = Entity::find_by_id(id.0).one(&self.conn).await?;
        row.map(read).transpose()
    }

    /// The invitation whose mail carries this token.
    ///
    /// # Errors
    /// The database.
    pub async fn colleague_invitation_by_token(
        &self,
        token: &str,
    ) -> Result<Option<ColleagueInvitation>, StoreError> {
        let row = Entity::find()
            .filter(Column::TokenHash.eq(hash(token)))
            .one(&self.conn)
            .await?;
        row.map(read).transpose()
    }

    /// The invitations of an organisation, in the order in which they were sent, with those that were answered.
    ///
    /// # Errors
    /// The database.
    pub async fn colleague_invitation_page(
        &self,
        organisation: OrganisationId,
        request: PageRequest<Uuid>,
    ) -> Result<Page<ColleagueInvitation>, StoreError> {
        let select = Entity::find().filter(Column::OrganisationId.eq(organisation.0));
        let page = page::by_id(&self.conn, select, Column::Id, request).await?;
        page.try_map(read)
    }

    /// How many invitations of an organisation can still be answered.
    ///
    /// # Errors
    /// The database.
    pub async fn pending_colleague_invitations(
        &self,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        Ok(Entity::find()
            .filter(Column::OrganisationId.eq(organisation.0))
            .filter(Column::State.eq(InvitationState::Pending.code()))
            .filter(Column::ExpiresAt.gt(now))
            .count(&self.conn)
            .await?)
    }
}

impl Tx {
    /// Saves an invitation for a token.
    ///
    /// # Errors
    /// One waits for an answer from this address already, or the database.
    pub async fn insert_colleague_invitation(
        &self,
        invitation: &ColleagueInvitation,
        token: &str,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            id: Set(invitation.id.0),
            token_hash: Set(hash(token)),
            organisation_id: Set(invitation.organisation.0),
            email: Set(invitation.email.as_str().to_owned()),
            name: Set(invitation.name.clone()),
            role: Set(invitation.role.code().to_owned()),
            language: Set(invitation.language.tag().to_owned()),
            invited_by: Set(invitation.invited_by.0),
            state: Set(invitation.answer.code().to_owned()),
            created_at: Set(invitation.created_at),
            expires_at: Set(invitation.expires_at),
            answered_at: Set(invitation.answered_at),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Takes back what still waits for an answer from an address: a new invitation replaces it.
    ///
    /// # Errors
    /// The database.
    pub async fn replace_colleague_invitations(
        &self,
        organisation: OrganisationId,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let pending = Condition::all()
            .add(Column::OrganisationId.eq(organisation.0))
            .add(Column::Email.eq(email.as_str()));
        self.take_back(pending, now).await
    }

    /// Takes back what a person has invited to and still waits for an answer.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_colleague_invitations_of(
        &self,
        organisation: OrganisationId,
        inviter: PersonId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let pending = Condition::all()
            .add(Column::OrganisationId.eq(organisation.0))
            .add(Column::InvitedBy.eq(inviter.0));
        self.take_back(pending, now).await
    }

    async fn take_back(&self, which: Condition, now: Timestamp) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::State, Expr::value(InvitationState::Revoked.code()))
            .col_expr(Column::AnsweredAt, Expr::value(now))
            .filter(which)
            .filter(Column::State.eq(InvitationState::Pending.code()))
            .exec(&self.conn)
            .await?;
        Ok(())
    }

    /// Saves the answer to an invitation; false if somebody else just answered it.
    ///
    /// # Errors
    /// The database.
    pub async fn answer_colleague_invitation(
        &self,
        invitation: &ColleagueInvitation,
    ) -> Result<bool, StoreError> {
        let done = Entity::update_many()
            .col_expr(Column::State, Expr::value(invitation.answer.code()))
            .col_expr(Column::AnsweredAt, Expr::value(invitation.answered_at))
            .filter(Column::Id.eq(invitation.id.0))
            .filter(Column::State.eq(InvitationState::Pending.code()))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }
}
