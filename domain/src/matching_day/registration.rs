//! Who comes to a matching day: organisations with their delegates and the slots in which they can meet.

use super::MatchingDay;
use super::rules::MAX_REST;
use crate::id::{DelegateId, MatchingDayId, OrganisationId, PersonId, RegistrationId};
use crate::organisation::OrganisationKind;
use crate::problem::{Check, Code, Problem, Problems};
use crate::text::{Language, Message};
use crate::time::Timestamp;
use chrono::{NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

/// Most delegates of one organisation.
pub const MAX_DELEGATES: usize = 50;

crate::vocabulary! {
    /// The side of the market.
    Side {
        Demand = "demand", "수요", "demand side";
        Supply = "supply", "제공", "supply side";
    }
}

crate::vocabulary! {
    /// Half of a day, cut at noon in the event's zone.
    HalfDay {
        Morning = "morning", "오전", "before noon";
        Afternoon = "afternoon", "오후", "from noon on";
    }
}

impl HalfDay {
    /// The half in which a time of the day lies.
    pub fn of(time: NaiveTime) -> Self {
        if time.hour() < 12 {
            Self::Morning
        } else {
            Self::Afternoon
        }
    }
}

impl Side {
    /// The side an organisation of this kind stands on; organisers and observers stand on none.
    pub fn of(kind: OrganisationKind) -> Option<Self> {
        if kind.demands() {
            Some(Self::Demand)
        } else if kind.offers() {
            Some(Self::Supply)
        } else {
            None
        }
    }
}

/// What an organisation asks for when it registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationPlan {
    /// Who comes.
    pub delegates: Vec<DelegatePlan>,
    /// Fewest meetings it hopes for.
    pub meetings_min: i64,
    /// Most meetings it wants; absent: as many as its delegates can hold.
    pub meetings_max: Option<i64>,
    /// Slots that stay free between two of its meetings, 0 to 10.
    pub rest_slots: i64,
    /// When it would rather meet.
    pub preferred_half: Option<HalfDay>,
    /// It would rather be done early.
    pub finishes_early: bool,
}

/// A person whom an organisation wants to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegatePlan {
    /// A member of the organisation.
    pub person: PersonId,
    /// What he or she can speak about.
    pub fields: String,
    /// Languages spoken.
    pub languages: Vec<Language>,
    /// Takes part from afar.
    pub remote: bool,
    /// Slots in which he or she cannot meet.
    pub unavailable_slots: Vec<i32>,
}

/// An organisation's registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Identity.
    pub id: RegistrationId,
    /// For what.
    pub event: MatchingDayId,
    /// Whose.
    pub organisation: OrganisationId,
    /// On which side.
    pub side: Side,
    /// Fewest meetings hoped for.
    pub meetings_min: i32,
    /// Most meetings wanted.
    pub meetings_max: Option<i32>,
    /// Slots that stay free between two of its meetings; meetings in the same slot count as one.
    pub rest_slots: i32,
    /// When it would rather meet.
    pub preferred_half: Option<HalfDay>,
    /// It would rather be done early.
    pub finishes_early: bool,
    /// Taken back.
    pub withdrawn: bool,
    /// Raised by one at every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A person whom an organisation sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegate {
    /// Identity.
    pub id: DelegateId,
    /// The registration.
    pub registration: RegistrationId,
    /// Who.
    pub person: PersonId,
    /// What he or she can speak about.
    pub fields: String,
    /// Languages spoken.
    pub languages: Vec<Language>,
    /// Takes part from afar.
    pub remote: bool,
    /// Slots in which he or she cannot meet.
    pub unavailable_slots: Vec<i32>,
}

/// Checks a plan against the event and the organisation's people.
///
/// # Errors
/// All that is wrong, by field; a delegate who is not one of `members` looks like one who does not exist.
pub fn check(
    event: &MatchingDay,
    plan: &RegistrationPlan,
    members: &[PersonId],
) -> Result<(), Problems> {
    let mut check = Check::new();
    check.require(!plan.delegates.is_empty(), || {
        Problem::required("delegates")
    });
    check.at_most("delegates", plan.delegates.len(), MAX_DELEGATES);
    check.range("meetingsMin", Some(plan.meetings_min), 0, 1_000);
    check.range("meetingsMax", plan.meetings_max, 1, 1_000);
    check.range("restSlots", Some(plan.rest_slots), 0, MAX_REST);
    check.ordered("meetingsMax", Some(plan.meetings_min), plan.meetings_max);
    for (i, delegate) in plan.delegates.iter().enumerate().take(MAX_DELEGATES) {
        let path = |field: &str| format!("delegates.{i}.{field}");
        check.require(members.contains(&delegate.person), || {
            Problem::not_found(&path("person"))
        });
        check.require(
            plan.delegates[..i]
                .iter()
                .all(|d| d.person != delegate.person),
            || {
                Problem::at(
                    &path("person"),
                    Code::Duplicate,
                    Message::new(
                        "같은 사람이 두 번 있습니다.",
                        "The same person is named twice.",
                    ),
                )
            },
        );
        check.prose(&path("fields"), &delegate.fields, 500);
        for (j, slot) in delegate.unavailable_slots.iter().enumerate() {
            check.require(event.slot(*slot).is_some(), || {
                Problem::not_found(&path(&format!("unavailableSlots.{j}")))
            });
        }
    }
    check.finish()
}
