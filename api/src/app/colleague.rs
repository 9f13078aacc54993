//! The people of an organisation: invitations, roles, removal, leaving. What changes here holds at once, also for
//! whoever is connected.

use super::once::Once;
use super::organisation::ColleaguePlan;
use super::randomness::token;
use super::{App, AppError, Caller, Key, Outcome, taken};
use chrono::TimeDelta;
use matchday_domain::id::{ColleagueInvitationId, MembershipId, OrganisationId};
use matchday_domain::identity::{
    ColleagueInvitation, INVITATION_DAYS, InvitationAnswer, InvitationState, MAX_INVITATIONS,
};
use matchday_domain::notice::{Notice, Recipient};
use matchday_domain::organisation::{Membership, Organisation, Role, depart, give_role};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::policy::{Action, OwnAction};
use matchday_domain::problem::{Check, Code, Problem};
use matchday_domain::text::Message;
use matchday_infra::store::{Job, ListedMember, Tx};
use uuid::Uuid;

impl App {
    /// Invites somebody to become a colleague. An invitation that still waits for an answer from the address is replaced.
    ///
    /// # Errors
    /// Not an administrator's session, a name that is missing or too long, a colleague who is there already, too many
    /// invitations, or the store.
    pub async fn invite_colleague(
        &self,
        caller: &Caller,
        key: &Key,
        plan: ColleaguePlan,
    ) -> Outcome<ColleagueInvitation> {
        let organisation = caller.administers()?;
        let mut check = Check::new();
        check.require(!plan.name.trim().is_empty(), || Problem::required("name"));
        check.prose("name", &plan.name, 100);
        check.finish()?;
        let once = Once::new(caller, "inviteColleague", key)?;
        let now = self.now();
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<ColleagueInvitationId>(self, &tx).await? {
            let known = tx.colleague_invitation(id).await?;
            let known = known.filter(|known| known.organisation == organisation);
            return Ok(known.ok_or_else(|| Problem::not_found("id"))?);
        }
        tx.lock_organisation(organisation).await?;
        let members = tx.members_of(&[organisation]).await?;
        if members.iter().any(|m| m.person.email == plan.email) {
            return Err(already_there());
        }
        tx.replace_colleague_invitations(organisation, &plan.email, now)
            .await?;
        let waiting = tx.pending_colleague_invitations(organisation, now).await?;
        if usize::try_from(waiting).unwrap_or(usize::MAX) >= MAX_INVITATIONS {
            return Err(Problem::whole(
                Code::RateLimited,
                Message::new(
                    format!("답을 기다리는 초대는 {MAX_INVITATIONS}건까지입니다."),
                    format!("At most {MAX_INVITATIONS} invitations may wait for an answer."),
                ),
            )
            .into());
        }
        let person = caller.actor()?.person;
        let inviter = members.iter().find(|m| m.person.id == person);
        let invitation = ColleagueInvitation {
            id: self.new_id(),
            organisation,
            email: plan.email,
            name: plan.name.trim().to_owned(),
            role: plan.role,
            language: plan.language,
            invited_by: person,
            created_at: now,
            expires_at: now + TimeDelta::days(INVITATION_DAYS),
            answer: InvitationState::Pending,
            answered_at: None,
        };
        let token = token(&*self.randomness);
        tx.insert_colleague_invitation(&invitation, &token).await?;
        let organisation = self.known(&tx, organisation).await?;
        let job = Job::Mail {
            to: Recipient {
                email: invitation.email.clone(),
                name: invitation.name.clone(),
                language: invitation.language,
            },
            notice: Box::new(Notice::ColleagueInvited {
                organisation: organisation.profile.name,
                invited_by: inviter.map(|m| m.person.name.clone()).unwrap_or_default(),
                role: invitation.role,
                link: format!("{}/invitation?token={token}", self.settings.public_url),
                valid_days: u32::try_from(INVITATION_DAYS).unwrap_or(0),
            }),
        };
        tx.post(&[job], now).await?;
        once.keep(self, &tx, invitation.id).await?;
        self.commit(tx).await?;
        Ok(invitation)
    }

    async fn known(&self, tx: &Tx, id: OrganisationId) -> Outcome<Organisation> {
        let found = tx.organisation(id).await?;
        Ok(found.ok_or_else(|| Problem::not_found("organisation"))?)
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// Not an administrator's session, no such invitation of the organisation, one that was answered, or the store.
    pub async fn revoke_colleague_invitation(
        &self,
        caller: &Caller,
        key: &Key,
        id: ColleagueInvitationId,
    ) -> Outcome<ColleagueInvitation> {
        let organisation = caller.administers()?;
        let once = Once::new(caller, "revokeColleagueInvitation", key)?;
        let tx = self.store.begin().await?;
        let mut found = tx
            .colleague_invitation(id)
            .await?
            .filter(|found| found.organisation == organisation)
            .ok_or_else(|| Problem::not_found("id"))?;
        let again = once.replay::<ColleagueInvitationId>(self, &tx).await?;
        if again.is_some() {
            return Ok(found);
        }
        self.answer(&tx, &mut found, InvitationAnswer::Revoke)
            .await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(found)
    }

    /// What an invitation says to whoever has its mail.
    ///
    /// # Errors
    /// No such invitation, or the store.
    pub async fn invitation_behind(
        &self,
        token: &str,
    ) -> Outcome<(ColleagueInvitation, Organisation)> {
        let found = self.store.colleague_invitation_by_token(token).await?;
        let found = found.ok_or_else(|| Problem::not_found("token"))?;
        let organisation = self.store.organisation(found.organisation).await?;
        let organisation = organisation.ok_or_else(|| Problem::not_found("token"))?;
        Ok((found, organisation))
    }

    /// Accepts or declines an invitation. The token proves that its mail was read; it opens no session.
    ///
    /// # Errors
    /// No such invitation, one that was answered or is out of date, or the store.
    pub async fn answer_colleague_invitation(
        &self,
        token: &str,
        accept: bool,
    ) -> Outcome<ColleagueInvitation> {
        let tx = self.store.begin().await?;
        let found = tx.colleague_invitation_by_token(token).await?;
        let mut found = found.ok_or_else(|| Problem::not_found("token"))?;
        let answer = if accept {
            InvitationAnswer::Accept
        } else {
            InvitationAnswer::Decline
        };
        self.answer(&tx, &mut found, answer).await?;
        if accept {
            let person = self
                .person_of(&tx, &found.email, &found.name, found.language)
                .await?;
            let place = Membership {
                id: self.new_id(),
                person: person.id,
                organisation: found.organisation,
                role: found.role,
            };
            tx.insert_membership(&place).await.map_err(taken(
                "token",
                "이미 등록된 구성원입니다.",
                "You are a colleague there already.",
            ))?;
            tx.forget_former_member(found.organisation, person.id)
                .await?;
            self.rights_changed(&tx, person.id).await?;
        }
        self.commit(tx).await?;
        Ok(found)
    }

    async fn answer(
        &self,
        tx: &Tx,
        invitation: &mut ColleagueInvitation,
        answer: InvitationAnswer,
    ) -> Outcome<()> {
        let before = invitation.clone();
        invitation.answer(answer, self.now())?;
        if tx.answer_colleague_invitation(invitation).await? {
            return Ok(());
        }
        // Somebody else was first: what the domain says of an answered invitation holds.
        let mut answered = ColleagueInvitation {
            answer: InvitationState::Revoked,
            ..before
        };
        Ok(answered.answer(answer, self.now())?)
    }

    /// The invitations of an organisation, in the order in which they were sent, for its administrators; none for
    /// others.
    ///
    /// # Errors
    /// The store.
    pub async fn colleague_invitations(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        request: PageRequest<Uuid>,
    ) -> Outcome<Option<Page<ColleagueInvitation>>> {
        if caller.may(Action::Administer { organisation }).is_err() {
            return Ok(None);
        }
        let page = self
            .store
            .colleague_invitation_page(organisation, request)
            .await?;
        Ok(Some(page))
    }

    /// Gives a colleague another role.
    ///
    /// # Errors
    /// Not an administrator's session, no such colleague, the last administrator, or the store.
    pub async fn change_role(
        &self,
        caller: &Caller,
        key: &Key,
        id: MembershipId,
        role: Role,
    ) -> Outcome<ListedMember> {
        let organisation = caller.administers()?;
        let once = Once::new(caller, "changeRole", key)?;
        let tx = self.store.begin().await?;
        tx.lock_organisation(organisation).await?;
        let members = tx.members_of(&[organisation]).await?;
        let again = once.replay::<MembershipId>(self, &tx).await?.is_some();
        let membership = if again {
            let known = members.iter().find(|m| m.membership.id == id);
            let known = known.ok_or_else(|| Problem::not_found("membershipId"))?;
            known.membership.clone()
        } else {
            give_role(&places(&members), id, role)?
        };
        let member = members.into_iter().find(|m| m.membership.id == id);
        let person = member
            .ok_or_else(|| Problem::not_found("membershipId"))?
            .person;
        if !again {
            tx.update_role(&membership).await?;
            self.rights_changed(&tx, person.id).await?;
            once.keep(self, &tx, id).await?;
            self.commit(tx).await?;
        }
        Ok(ListedMember { membership, person })
    }

    /// Ends a colleague's place, with the keys and the open invitations that he or she made. The identity provider does
    /// not bring the person back; an invitation does.
    ///
    /// # Errors
    /// Not an administrator's session, no such colleague, the last administrator, or the store.
    pub async fn remove_member(
        &self,
        caller: &Caller,
        key: &Key,
        id: MembershipId,
    ) -> Outcome<MembershipId> {
        let organisation = caller.administers()?;
        let once = Once::new(caller, "removeMember", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<MembershipId>(self, &tx).await? {
            return Ok(id);
        }
        tx.lock_organisation(organisation).await?;
        let members = tx.members_of(&[organisation]).await?;
        let place = depart(&places(&members), id)?;
        self.end(&tx, &place).await?;
        tx.insert_former_member(organisation, place.person, self.now())
            .await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(id)
    }

    /// Gives up the caller's own place in an organisation, whether or not the session acts for it.
    ///
    /// # Errors
    /// The caller has no place there, is the last administrator, or the store.
    pub async fn leave(
        &self,
        caller: &Caller,
        key: &Key,
        organisation: OrganisationId,
    ) -> Outcome<OrganisationId> {
        let person = caller.may_own(OwnAction::Leave)?.person;
        let once = Once::new(caller, "leaveOrganisation", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<OrganisationId>(self, &tx).await? {
            return Ok(id);
        }
        tx.lock_organisation(organisation).await?;
        let members = tx.members_of(&[organisation]).await?;
        let own = members.iter().find(|m| m.person.id == person);
        let own = own.ok_or_else(|| Problem::not_found("organisationId"))?;
        let place = depart(&places(&members), own.membership.id).map_err(|mut problem| {
            problem.path = vec!["organisationId".to_owned()];
            problem
        })?;
        self.end(&tx, &place).await?;
        once.keep(self, &tx, organisation).await?;
        self.commit(tx).await?;
        Ok(organisation)
    }

    async fn end(&self, tx: &Tx, place: &Membership) -> Outcome<()> {
        let now = self.now();
        tx.delete_membership(place.id).await?;
        tx.revoke_api_keys_of(place.organisation, place.person, now)
            .await?;
        tx.revoke_colleague_invitations_of(place.organisation, place.person, now)
            .await?;
        self.rights_changed(tx, place.person).await
    }
}

fn places(members: &[ListedMember]) -> Vec<Membership> {
    members.iter().map(|m| m.membership.clone()).collect()
}

fn already_there() -> AppError {
    Problem::at(
        "email",
        Code::Taken,
        Message::new(
            "이미 등록된 구성원입니다.",
            "This person is a colleague already.",
        ),
    )
    .into()
}
