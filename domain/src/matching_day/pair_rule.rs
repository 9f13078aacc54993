//! Pairs that must or must not meet, as the organiser rules.

use super::rules::check_reason;
use super::{MatchingDay, MeetingRequest, Registration, Side};
use crate::id::{MatchingDayId, PersonId, RegistrationId};
use crate::problem::{Check, Code, Problem, Problems};
use crate::scheduling;
use crate::text::Message;
use crate::time::Timestamp;

/// Most pairs of a matching day that must or must not meet.
pub const MAX_RULED_PAIRS: usize = 2_000;

crate::vocabulary! {
    /// What the organiser says of a pair.
    PairRule {
        Free = "free", "제한 없음", "free";
        Required = "required", "반드시 상담", "required";
        Forbidden = "forbidden", "상담 금지", "forbidden";
    }
}

impl From<PairRule> for scheduling::PairRule {
    fn from(rule: PairRule) -> Self {
        match rule {
            PairRule::Free => Self::Free,
            PairRule::Required => Self::Required,
            PairRule::Forbidden => Self::Forbidden,
        }
    }
}

/// What the organiser says of two who take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuledPair {
    /// At which matching day.
    pub event: MatchingDayId,
    /// The demand side.
    pub demander: RegistrationId,
    /// The supply side.
    pub provider: RegistrationId,
    /// Whether they must or must not meet.
    pub rule: PairRule,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub set_by: PersonId,
    /// When.
    pub set_at: Timestamp,
}

impl RuledPair {
    /// A rule for two registrations, given in either order. `request` is theirs, if there is one; `others` is how many
    /// pairs of the day have a rule.
    ///
    /// # Errors
    /// No reason, two of the same side or of another day, one that has withdrawn, a required pair of which one side does
    /// not want to meet, too many rules.
    pub fn set(
        day: &MatchingDay,
        (one, other): (&Registration, &Registration),
        (rule, reason): (PairRule, &str),
        (request, others): (Option<&MeetingRequest>, usize),
        (by, now): (PersonId, Timestamp),
    ) -> Result<Self, Problems> {
        let mut check = Check::new();
        check_reason(&mut check, reason);
        let of_day = |path: &str, registration: &Registration, check: &mut Check| {
            check.require(
                registration.event == day.id && (!registration.withdrawn || rule == PairRule::Free),
                || Problem::not_found(path),
            );
        };
        of_day("registrationId", one, &mut check);
        of_day("otherId", other, &mut check);
        check.require(one.side != other.side, || {
            Problem::at(
                "otherId",
                Code::Invalid,
                Message::new(
                    "수요 측과 제공 측 사이에만 정할 수 있습니다.",
                    "A rule goes between the demand side and the supply side.",
                ),
            )
        });
        let unwanted = request.is_some_and(MeetingRequest::is_refused);
        check.require(rule != PairRule::Required || !unwanted, || {
            Problem::at(
                "rule",
                Code::WrongState,
                Message::new(
                    "한쪽이 만나지 않겠다고 하였으므로 반드시 만나게 할 수 없습니다.",
                    "One side does not want to meet, so that the pair cannot be required.",
                ),
            )
        });
        check.require(rule == PairRule::Free || others < MAX_RULED_PAIRS, || {
            Problem::too_long("rule", MAX_RULED_PAIRS)
        });
        check.finish()?;
        let (demander, provider) = match one.side {
            Side::Demand => (one.id, other.id),
            Side::Supply => (other.id, one.id),
        };
        Ok(Self {
            event: day.id,
            demander,
            provider,
            rule,
            reason: reason.trim().to_owned(),
            set_by: by,
            set_at: now,
        })
    }
}
