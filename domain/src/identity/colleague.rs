//! Invitations of colleagues: a place in an organisation is held by who said yes to it.

use crate::id::{ColleagueInvitationId, OrganisationId, PersonId};
use crate::organisation::{EmailAddress, Role};
use crate::problem::{Code, Problem};
use crate::text::{Language, Message};
use crate::time::Timestamp;

crate::vocabulary! {
    /// How an invitation of a colleague stands.
    InvitationState {
        Pending = "pending", "대기", "pending";
        Accepted = "accepted", "수락", "accepted";
        Declined = "declined", "거절", "declined";
        Revoked = "revoked", "철회", "revoked";
        Expired = "expired", "만료", "expired";
    }
}

/// For how many days an invitation holds.
pub const INVITATION_DAYS: i64 = 7;

/// Invitations of an organisation that wait for an answer at the same time.
pub const MAX_INVITATIONS: usize = 100;

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationAnswer {
    /// The invited person said yes.
    Accept,
    /// The invited person said no.
    Decline,
    /// The organisation took it back.
    Revoke,
}

/// An invitation to become a colleague, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColleagueInvitation {
    /// Identity.
    pub id: ColleagueInvitationId,
    /// Of which organisation.
    pub organisation: OrganisationId,
    /// Where it was sent.
    pub email: EmailAddress,
    /// How to address the person.
    pub name: String,
    /// As what.
    pub role: Role,
    /// The language of the mail.
    pub language: Language,
    /// Who invites.
    pub invited_by: PersonId,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// How it stands, apart from time: never [`InvitationState::Expired`].
    pub answer: InvitationState,
    /// When it was answered or taken back.
    pub answered_at: Option<Timestamp>,
}

impl ColleagueInvitation {
    /// How it stands.
    pub fn state(&self, now: Timestamp) -> InvitationState {
        match self.answer {
            InvitationState::Pending if self.expires_at <= now => InvitationState::Expired,
            answer => answer,
        }
    }

    /// Answers it, or takes it back.
    ///
    /// # Errors
    /// It has been answered, was taken back, or is out of date.
    pub fn answer(&mut self, answer: InvitationAnswer, now: Timestamp) -> Result<(), Problem> {
        if self.state(now) != InvitationState::Pending {
            return Err(Problem::whole(
                Code::WrongState,
                Message::new(
                    "이미 처리되었거나 만료된 초대입니다.",
                    "This invitation has been answered, taken back, or is out of date.",
                ),
            ));
        }
        self.answer = match answer {
            InvitationAnswer::Accept => InvitationState::Accepted,
            InvitationAnswer::Decline => InvitationState::Declined,
            InvitationAnswer::Revoke => InvitationState::Revoked,
        };
        self.answered_at = Some(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    #[test]
    fn an_invitation_is_answered_once_and_in_time() {
        let now = Timestamp::UNIX_EPOCH;
        let sent = ColleagueInvitation {
            id: ColleagueInvitationId(Uuid::nil()),
            organisation: OrganisationId(Uuid::nil()),
            email: "a@b.example".parse().unwrap_or_else(|_| unreachable!()),
            name: String::new(),
            role: Role::Member,
            language: Language::Ko,
            invited_by: PersonId(Uuid::nil()),
            created_at: now,
            expires_at: now + TimeDelta::days(INVITATION_DAYS),
            answer: InvitationState::Pending,
            answered_at: None,
        };
        let mut accepted = sent.clone();
        assert!(accepted.answer(InvitationAnswer::Accept, now).is_ok());
        assert_eq!(accepted.state(sent.expires_at), InvitationState::Accepted);
        for answer in [InvitationAnswer::Decline, InvitationAnswer::Revoke] {
            let refused = accepted.answer(answer, now).err().map(|p| p.code);
            assert_eq!(refused, Some(Code::WrongState));
        }
        let mut late = sent.clone();
        assert_eq!(late.state(sent.expires_at), InvitationState::Expired);
        assert!(
            late.answer(InvitationAnswer::Accept, sent.expires_at)
                .is_err()
        );
        assert_eq!(late, sent, "a refused answer changes nothing");
    }
}
