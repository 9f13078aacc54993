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

/// When a delegate cannot meet, as it has become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Who.
    pub delegate: DelegateId,
    /// All the slots in which he or she cannot meet.
    pub unavailable_slots: Vec<i32>,
}

impl Registration {
    /// Says when delegates cannot meet once registration is over: somebody comes late or leaves early. Those who are not
    /// named stay as they are; who comes stays too.
    ///
    /// # Errors
    /// A state in which no timetable is made or published, a stale version, a registration that was taken back, and by
    /// field a delegate or a slot that does not exist or is named twice.
    pub fn change_availability(
        &mut self,
        event: &MatchingDay,
        read_version: i32,
        delegates: &mut [Delegate],
        absences: &[Absence],
    ) -> Result<(), Problems> {
        event.expect_arranging()?;
        if self.withdrawn || read_version != self.version {
            return Err(Problem::stale(self.version).into());
        }
        let mut check = Check::new();
        check.require(!absences.is_empty(), || Problem::required("delegates"));
        check.at_most("delegates", absences.len(), MAX_DELEGATES);
        let mut changed = false;
        for (i, absence) in absences.iter().enumerate().take(MAX_DELEGATES) {
            let path = |field: &str| format!("delegates.{i}.{field}");
            let earlier = &absences[..i];
            check.require(
                earlier.iter().all(|a| a.delegate != absence.delegate),
                || twice(&path("delegateId")),
            );
            check_slots(&mut check, event, &path(""), &absence.unavailable_slots);
            match delegates.iter_mut().find(|d| d.id == absence.delegate) {
                Some(delegate) => {
                    changed |= delegate.unavailable_slots != absence.unavailable_slots;
                    delegate
                        .unavailable_slots
                        .clone_from(&absence.unavailable_slots);
                }
                None => check.add(Problem::not_found(&path("delegateId"))),
            }
        }
        check.finish()?;
        self.version += i32::from(changed);
        Ok(())
    }

    /// Takes it back.
    ///
    /// # Errors
    /// The day is over, a stale version, or taken back before.
    pub fn withdraw(&mut self, event: &MatchingDay, read_version: i32) -> Result<(), Problem> {
        event.expect_withdrawal()?;
        if self.withdrawn || read_version != self.version {
            return Err(Problem::stale(self.version));
        }
        self.withdrawn = true;
        self.version += 1;
        Ok(())
    }
}

/// Slots of a field of `unavailableSlots` exist.
fn check_slots(check: &mut Check, event: &MatchingDay, path: &str, slots: &[i32]) {
    for (j, slot) in slots.iter().enumerate() {
        check.require(event.slot(*slot).is_some(), || {
            Problem::not_found(&format!("{path}unavailableSlots.{j}"))
        });
    }
}

fn twice(path: &str) -> Problem {
    Problem::at(
        path,
        Code::Duplicate,
        Message::new(
            "같은 사람이 두 번 있습니다.",
            "The same person is named twice.",
        ),
    )
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
    check.at_least("meetingsMax", plan.meetings_max, Some(plan.meetings_min));
    for (i, delegate) in plan.delegates.iter().enumerate().take(MAX_DELEGATES) {
        let path = |field: &str| format!("delegates.{i}.{field}");
        check.require(members.contains(&delegate.person), || {
            Problem::not_found(&path("personId"))
        });
        check.require(
            plan.delegates[..i]
                .iter()
                .all(|d| d.person != delegate.person),
            || twice(&path("personId")),
        );
        check.prose(&path("fields"), &delegate.fields, 500);
        check_slots(&mut check, event, &path(""), &delegate.unavailable_slots);
    }
    check.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::matching_day::EventState;
    use crate::matching_day::rules::tests::day;
    use uuid::Uuid;

    fn registration(event: &MatchingDay) -> (Registration, Vec<Delegate>) {
        let id = RegistrationId(Uuid::from_u128(1));
        let registration = Registration {
            id,
            event: event.id,
            organisation: OrganisationId(Uuid::from_u128(1)),
            side: Side::Demand,
            meetings_min: 0,
            meetings_max: None,
            rest_slots: 0,
            preferred_half: None,
            finishes_early: false,
            withdrawn: false,
            version: 3,
            created_at: event.created_at,
        };
        let delegate = |n: u128| Delegate {
            id: DelegateId(Uuid::from_u128(n)),
            registration: id,
            person: PersonId(Uuid::from_u128(n)),
            fields: String::new(),
            languages: Vec::new(),
            remote: false,
            unavailable_slots: vec![2],
        };
        (registration, vec![delegate(1), delegate(2)])
    }

    fn absent(n: u128, slots: &[i32]) -> Absence {
        Absence {
            delegate: DelegateId(Uuid::from_u128(n)),
            unavailable_slots: slots.to_vec(),
        }
    }

    #[test]
    fn somebody_comes_late_once_registration_is_over() {
        let mut event = day(4);
        event.state = EventState::Published;
        let (mut own, mut delegates) = registration(&event);
        own.change_availability(&event, 3, &mut delegates, &[absent(1, &[0, 1])])
            .unwrap();
        let slots = |n: usize, all: &[Delegate]| all[n].unavailable_slots.clone();
        assert_eq!(slots(0, &delegates), [0, 1]);
        assert_eq!((slots(1, &delegates), own.version), (vec![2], 4));
        // The same again is no change.
        own.change_availability(&event, 4, &mut delegates, &[absent(1, &[0, 1])])
            .unwrap();
        assert_eq!(own.version, 4);
        let refused = |own: &Registration, event: &MatchingDay, absences: &[Absence]| {
            let (mut own, mut delegates) = (own.clone(), delegates.clone());
            let problems = own
                .change_availability(event, 4, &mut delegates, absences)
                .unwrap_err();
            let told = problems.iter().map(|p| (p.code, p.path.join(".")));
            told.collect::<Vec<_>>()
        };
        let wrong = [absent(1, &[0]), absent(1, &[4]), absent(9, &[])];
        assert_eq!(
            refused(&own, &event, &wrong),
            [
                (Code::Duplicate, "delegates.1.delegateId".to_owned()),
                (Code::NotFound, "delegates.1.unavailableSlots.0".to_owned()),
                (Code::NotFound, "delegates.2.delegateId".to_owned()),
            ]
        );
        assert_eq!(refused(&own, &event, &[])[0].0, Code::Required);
        let early = MatchingDay {
            state: EventState::Requests,
            ..event.clone()
        };
        assert_eq!(
            refused(&own, &early, &[absent(1, &[])])[0].0,
            Code::WrongState
        );
        let gone = Registration {
            withdrawn: true,
            ..own.clone()
        };
        assert_eq!(refused(&gone, &event, &[absent(1, &[])])[0].0, Code::Stale);
    }

    #[test]
    fn a_registration_is_taken_back_once() {
        let mut event = day(4);
        event.state = EventState::Running;
        let (mut own, _) = registration(&event);
        assert_eq!(own.withdraw(&event, 2).unwrap_err().code, Code::Stale);
        own.withdraw(&event, 3).unwrap();
        assert_eq!((own.withdrawn, own.version), (true, 4));
        assert_eq!(own.withdraw(&event, 4).unwrap_err().code, Code::Stale);
        event.state = EventState::Closed;
        let (mut own, _) = registration(&event);
        assert_eq!(own.withdraw(&event, 3).unwrap_err().code, Code::WrongState);
    }
}
