//! The people of an organisation: invitations, roles, removal, leaving.

use super::organisation::{Membership, Person, email};
use super::payload::{key, payload};
use super::text::Language;
use super::vocabulary::{InvitationState, Role};
use super::{Result, app, caller, id, loaders};
use crate::app::organisation::ColleaguePlan;
use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use matchday_domain::identity as domain;

/// An invitation to become a colleague.
pub struct ColleagueInvitation(pub domain::ColleagueInvitation);

/// An invitation to become a colleague.
#[Object]
impl ColleagueInvitation {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Where it was sent.
    async fn email(&self) -> &str {
        self.0.email.as_str()
    }

    /// How the person is addressed.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// As what.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Who invites; null if the person is not known any more.
    async fn invited_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(loaders(ctx).person(self.0.invited_by).await?.map(Person))
    }

    /// How it stands.
    async fn state(&self, ctx: &Context<'_>) -> InvitationState {
        self.0.state(app(ctx).now()).into()
    }

    /// When it was sent.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Until when it can be answered.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When it was answered or taken back; null before.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }
}

/// A colleague to be invited.
#[derive(Debug, Clone, InputObject)]
pub struct InviteColleagueInput {
    /// Where the invitation goes.
    email: String,
    /// How to address the person, up to 100 characters.
    name: String,
    /// What he or she may do.
    role: Role,
    /// The language of mails.
    #[graphql(default_with = "Language::Ko")]
    language: Language,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The invitation to be taken back.
#[derive(Debug, Clone, InputObject)]
pub struct RevokeInvitationInput {
    /// One of the organisation's invitations.
    id: ID,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The answer of somebody who was invited.
#[derive(Clone, InputObject)]
pub struct AnswerInvitationInput {
    /// The token of the link in the mail.
    token: String,
    /// Yes or no.
    accept: bool,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// Another role for a colleague.
#[derive(Debug, Clone, InputObject)]
pub struct ChangeRoleInput {
    /// The colleague's place.
    membership_id: ID,
    /// What he or she may do from now on.
    role: Role,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The colleague to be removed.
#[derive(Debug, Clone, InputObject)]
pub struct RemoveMemberInput {
    /// The colleague's place.
    membership_id: ID,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The organisation to leave.
#[derive(Debug, Clone, InputObject)]
pub struct LeaveOrganisationInput {
    /// One of the viewer's organisations.
    organisation_id: ID,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `inviteColleague`.
    InviteColleaguePayload {
        /// The invitation, waiting for an answer.
        invitation: ColleagueInvitation
    }
}

payload! {
    /// The answer to `revokeInvitation`.
    RevokeInvitationPayload {
        /// The invitation, which cannot be answered any more.
        invitation: ColleagueInvitation
    }
}

payload! {
    /// The answer to `answerInvitation`.
    AnswerInvitationPayload {
        /// How the invitation stands now.
        state: InvitationState
    }
}

payload! {
    /// The answer to `changeRole`.
    ChangeRolePayload {
        /// The colleague's place as it is now.
        membership: Membership
    }
}

payload! {
    /// The answer to `removeMember`.
    RemoveMemberPayload {
        /// The place that is gone.
        membership_id: ID
    }
}

payload! {
    /// The answer to `leaveOrganisation`.
    LeaveOrganisationPayload {
        /// The organisation in which the viewer has no place any more.
        organisation_id: ID
    }
}

#[derive(Default)]
pub struct ColleagueMutation;

#[Object]
impl ColleagueMutation {
    /// Invites somebody by mail to become a colleague; an invitation that waits for an answer from the same address is
    /// replaced. For administrators of the viewer's organisation.
    async fn invite_colleague(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The colleague")] input: InviteColleagueInput,
    ) -> Result<Option<InviteColleaguePayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let plan = ColleaguePlan {
                email: email("email", &input.email)?,
                name: input.name,
                role: input.role.into(),
                language: input.language.into(),
            };
            app(ctx).invite_colleague(caller(ctx), &key, plan).await
        };
        let outcome = outcome.await;
        InviteColleaguePayload::settle(ctx, input.client_mutation_id, outcome, ColleagueInvitation)
    }

    /// Takes an invitation back. For administrators of the viewer's organisation.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation")] input: RevokeInvitationInput,
    ) -> Result<Option<RevokeInvitationPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .revoke_colleague_invitation(caller(ctx), &key, id)
                .await
        };
        let outcome = outcome.await;
        RevokeInvitationPayload::settle(ctx, input.client_mutation_id, outcome, ColleagueInvitation)
    }

    /// Accepts or declines an invitation, once. The token of the mail is the proof, so nobody has to be signed in, and
    /// nobody is signed in by it.
    async fn answer_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer")] input: AnswerInvitationInput,
    ) -> Result<Option<AnswerInvitationPayload>> {
        let outcome = app(ctx)
            .answer_colleague_invitation(&input.token, input.accept)
            .await;
        AnswerInvitationPayload::settle(ctx, input.client_mutation_id, outcome, |answered| {
            answered.answer.into()
        })
    }

    /// Gives a colleague another role, at once; the last administrator stays one. For administrators of the viewer's
    /// organisation.
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role")] input: ChangeRoleInput,
    ) -> Result<Option<ChangeRolePayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("membershipId", &input.membership_id)?;
            app(ctx)
                .change_role(caller(ctx), &key, id, input.role.into())
                .await
        };
        ChangeRolePayload::settle(ctx, input.client_mutation_id, outcome.await, Membership)
    }

    /// Ends a colleague's place at once, with the API keys and open invitations that he or she made; the last
    /// administrator stays. For administrators of the viewer's organisation.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The colleague")] input: RemoveMemberInput,
    ) -> Result<Option<RemoveMemberPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("membershipId", &input.membership_id)?;
            app(ctx).remove_member(caller(ctx), &key, id).await
        };
        let outcome = outcome.await;
        RemoveMemberPayload::settle(ctx, input.client_mutation_id, outcome, |id| {
            ID(id.to_string())
        })
    }

    /// Gives up the viewer's own place in an organisation; the last administrator stays.
    async fn leave_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organisation")] input: LeaveOrganisationInput,
    ) -> Result<Option<LeaveOrganisationPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("organisationId", &input.organisation_id)?;
            app(ctx).leave(caller(ctx), &key, id).await
        };
        let outcome = outcome.await;
        LeaveOrganisationPayload::settle(ctx, input.client_mutation_id, outcome, |id| {
            ID(id.to_string())
        })
    }
}
