//! Who may do what: one pure function decides *actor × action × resource*.
//!
//! Finders in the store are scoped to a tenant as well; this is the rule, they are the fence.

#[cfg(test)]
mod tests;

use crate::id::{OrganisationId, PersonId};
use crate::identity::Scope;
use crate::organisation::{OrganisationKind, Role, Verification};
use crate::problem::{Code, Problem};
use crate::text::Message;
use std::collections::BTreeSet;

/// Somebody who is signed in, and for whom he or she acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// For which organisation; none right after the first sign-in.
    pub acts_for: Option<Acting>,
    /// With what he or she came in.
    pub means: Means,
}

impl Actor {
    /// Whether one's place in an organisation is seen: a program sees only the one for which it acts.
    pub fn sees_place(&self, organisation: OrganisationId) -> bool {
        let acts_there = self.acts_for.as_ref().map(|a| a.organisation) == Some(organisation);
        self.means == Means::Session || acts_there
    }
}

/// With what somebody came in. Only a session stands for a person who is there; the others stand for a program, which
/// acts for one organisation and never touches what lets people and programs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Means {
    /// A session, opened by the person.
    #[default]
    Session,
    /// An API key of the organisation, with its scopes.
    Key(BTreeSet<Scope>),
    /// An access token of the organisation's identity provider.
    ProviderToken,
}

/// The organisation somebody acts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// Which.
    pub organisation: OrganisationId,
    /// Of what kind.
    pub kind: OrganisationKind,
    /// As what.
    pub role: Role,
    /// Whether the organiser has verified it.
    pub verification: Verification,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Look at what the marketplace shows to every verified organisation.
    Browse,
    /// Change the organisation's own profile, people, API keys, mail domains or identity provider.
    Administer {
        /// The organisation whose.
        organisation: OrganisationId,
    },
    /// Verify or suspend organisations, approve their mail domains, keep consortia.
    VerifyOrganisations,
    /// Create, change or import offers of an organisation.
    KeepOffers {
        /// Whose offers.
        owner: OrganisationId,
    },
    /// Create or change demands of an organisation.
    KeepDemands {
        /// Whose demands.
        owner: OrganisationId,
    },
    /// Read an object of an organisation that others may not see: a draft, a request, an agenda.
    ReadOwn {
        /// Whose.
        owner: OrganisationId,
    },
    /// Read the reports on supply and demand: figures, never who asks.
    ReadReports {
        /// Only the part about this hospital's own offers; absent: the whole market.
        hospital: Option<OrganisationId>,
    },
    /// Look at an organisation's profile.
    SeeOrganisation {
        /// Which.
        organisation: OrganisationId,
        /// Whether the organiser has verified it.
        verified: bool,
    },
    /// Learn who asks: a demand is blind, then named, by its owner or by a meeting about it that both sides want.
    SeeAsker {
        /// Whose demand.
        owner: OrganisationId,
        /// The owner lets everybody know its name.
        named: bool,
        /// Both sides have accepted to meet about it.
        accepted: bool,
    },
    /// Read how to reach the office behind an offer: after a meeting that both sides want.
    SeeContacts {
        /// Whose offer.
        owner: OrganisationId,
        /// Both sides have accepted to meet.
        accepted: bool,
    },
    /// Read what the owner keeps from the market: budget, unanswered codes, what consortia could give.
    SeeInside {
        /// Whose demand or offer.
        owner: OrganisationId,
    },
    /// Hold a matching day.
    HoldMatchingDay,
    /// Run a matching day: windows, arrangement, publishing.
    RunMatchingDay {
        /// Who holds it.
        organiser: OrganisationId,
    },
    /// Register for a matching day, send and answer requests for an organisation.
    TakePart {
        /// For whom.
        organisation: OrganisationId,
    },
}

impl Action {
    /// Whether a key with these scopes may do it, where its creator may. Every scope includes reading.
    fn is_open_to(self, scopes: &BTreeSet<Scope>) -> bool {
        match self {
            Self::Browse
            | Self::ReadOwn { .. }
            | Self::ReadReports { .. }
            | Self::SeeOrganisation { .. }
            | Self::SeeAsker { .. }
            | Self::SeeContacts { .. }
            | Self::SeeInside { .. } => !scopes.is_empty(),
            Self::KeepOffers { .. } => scopes.contains(&Scope::Catalogue),
            Self::KeepDemands { .. } => scopes.contains(&Scope::Demands),
            Self::HoldMatchingDay | Self::RunMatchingDay { .. } | Self::TakePart { .. } => {
                scopes.contains(&Scope::MatchingDay)
            }
            Self::Administer { .. } | Self::VerifyOrganisations => false,
        }
    }
}

/// What somebody wants to do with what is his or her own, whatever the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnAction {
    /// See who one is and for whom one acts.
    SeeSelf,
    /// Read one's published meetings.
    ReadAgenda,
    /// List and end one's sessions, act for another of one's organisations.
    KeepSessions,
    /// Make and revoke addresses of one's live calendar.
    KeepCalendarFeed,
    /// Register an organisation and become its administrator.
    RegisterOrganisation,
    /// Give up one's place in an organisation.
    Leave,
    /// Take away all that is held about oneself, or have it erased.
    KeepOwnData,
}

/// Whether `actor` may do `action` with what is his or her own.
///
/// # Errors
/// Nobody is signed in, or a program asks for what is a person's alone.
pub fn decide_own(actor: Option<&Actor>, action: OwnAction) -> Result<&Actor, Problem> {
    let actor = actor.ok_or_else(Problem::unauthenticated)?;
    let open_to_programs = matches!(action, OwnAction::SeeSelf | OwnAction::ReadAgenda);
    if open_to_programs || actor.means == Means::Session {
        Ok(actor)
    } else {
        Err(not_for_programs())
    }
}

fn not_for_programs() -> Problem {
    Problem::whole(
        Code::Forbidden,
        Message::new(
            "API 키의 권한 범위를 벗어난 작업입니다.",
            "This lies outside the scopes of the key; sign in as a person or use another key.",
        ),
    )
}

/// Whether `actor` may do `action`.
///
/// # Errors
/// Nobody is signed in or acts for an organisation; it is not verified; or the action is not for this kind of
/// organisation, another organisation's, above the person's role, or outside the scopes of the key.
pub fn decide(actor: Option<&Actor>, action: Action) -> Result<&Acting, Problem> {
    let actor = actor.ok_or_else(Problem::unauthenticated)?;
    let acting = actor.acts_for.as_ref().ok_or_else(|| {
        Problem::whole(
            Code::Forbidden,
            Message::new(
                "먼저 소속 기관을 등록하거나 선택하십시오.",
                "Register or choose the organisation you act for first.",
            ),
        )
    })?;
    let own = |organisation| organisation == acting.organisation;
    let oversees = acting.kind == OrganisationKind::Organiser;
    let writes = matches!(acting.role, Role::Administrator | Role::Member);
    let needs_verification = !matches!(action, Action::Administer { .. } | Action::ReadOwn { .. });
    if needs_verification && acting.verification != Verification::Verified {
        return Err(Problem::whole(
            Code::NotVerified,
            Message::new(
                "운영기관이 소속 기관을 확인한 뒤에 할 수 있습니다.",
                "The organiser has to verify your organisation first.",
            ),
        ));
    }
    let allowed = match action {
        Action::Browse => true,
        Action::Administer { organisation } => {
            own(organisation) && acting.role == Role::Administrator
        }
        Action::VerifyOrganisations | Action::HoldMatchingDay => {
            acting.kind == OrganisationKind::Organiser && writes
        }
        Action::KeepOffers { owner } => own(owner) && acting.kind.offers() && writes,
        Action::KeepDemands { owner } => own(owner) && acting.kind.demands() && writes,
        Action::ReadOwn { owner } => own(owner),
        Action::SeeOrganisation {
            organisation,
            verified,
        } => verified || own(organisation) || oversees,
        Action::SeeAsker {
            owner,
            named,
            accepted,
        } => named || accepted || own(owner) || oversees,
        Action::SeeContacts { owner, accepted } => accepted || own(owner) || oversees,
        Action::SeeInside { owner } => own(owner) || oversees,
        Action::ReadReports { hospital } => match hospital {
            Some(hospital) => own(hospital) && acting.kind.offers(),
            None => matches!(
                acting.kind,
                OrganisationKind::Organiser | OrganisationKind::Observer
            ),
        },
        Action::RunMatchingDay { organiser } => {
            own(organiser) && acting.kind == OrganisationKind::Organiser && writes
        }
        Action::TakePart { organisation } => {
            own(organisation) && (acting.kind.demands() || acting.kind.offers()) && writes
        }
    };
    if !allowed {
        return Err(Problem::forbidden());
    }
    let open = match &actor.means {
        Means::Session => true,
        Means::Key(scopes) => action.is_open_to(scopes),
        Means::ProviderToken => action.is_open_to(&Scope::ALL.iter().copied().collect()),
    };
    if open {
        Ok(acting)
    } else {
        Err(not_for_programs())
    }
}
