//! Who wants to meet whom. A request names a pair and never blocks a slot.

use super::{ArrangementRules, Registration, Side};
use crate::catalogue::offer::wrong_state;
use crate::id::{DemandId, MatchingDayId, MeetingRequestId, OfferId, RegistrationId};
use crate::problem::{Check, Code, Problem, Problems};
use crate::text::Message;
use crate::time::Timestamp;

/// Longest message that goes with a request, in characters.
pub const MAX_MESSAGE: usize = 1_000;

crate::vocabulary! {
    /// How much the sender wants to meet.
    Priority {
        Must = "must", "꼭 만나고 싶음", "must";
        Like = "like", "만나고 싶음", "like";
        NoThanks = "no_thanks", "만나지 않음", "no thanks";
    }
}

crate::vocabulary! {
    /// What the other side says.
    Answer {
        Pending = "pending", "대기", "pending";
        Accepted = "accepted", "수락", "accepted";
        Declined = "declined", "거절", "declined";
        Withdrawn = "withdrawn", "취소", "withdrawn";
    }
}

crate::vocabulary! {
    /// Why an addressee declines.
    DeclineReason {
        NotNeeded = "not_needed", "필요한 내용이 아님", "not what is needed";
        UseConditions = "use_conditions", "이용 조건이 맞지 않음", "the use conditions do not fit";
        NoCapacity = "no_capacity", "여력이 없음", "no capacity";
        Other = "other", "기타", "another reason";
    }
}

impl DeclineReason {
    /// Whether such a no says something of how well the two fit: the gate and the calendar are another matter.
    pub fn is_of_the_match(self) -> bool {
        matches!(self, Self::NotNeeded | Self::Other)
    }
}

/// The wish of one organisation to meet another; one for a pair, whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingRequest {
    /// Identity.
    pub id: MeetingRequestId,
    /// At which matching day.
    pub event: MatchingDayId,
    /// The demand side.
    pub demander: RegistrationId,
    /// The supply side.
    pub provider: RegistrationId,
    /// Who sent it.
    pub sent_by: Side,
    /// How much the sender wants to meet.
    pub priority: Priority,
    /// The demand it is about.
    pub demand: Option<DemandId>,
    /// The offer it is about.
    pub offer: Option<OfferId>,
    /// What the sender wrote.
    pub message: Option<String>,
    /// Numbers of the resources that the meeting needs, ascending: an interpreter, for example.
    pub resources: Vec<i32>,
    /// What the other side said.
    pub answer: Answer,
    /// Why it declined; none if it did not, or did not say.
    pub decline_reason: Option<DeclineReason>,
    /// Raised by one at every change.
    pub version: i32,
    /// When it was sent; the earlier wins a tie.
    pub created_at: Timestamp,
}

/// What a sender says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPlan {
    /// How much the sender wants to meet.
    pub priority: Priority,
    /// The demand it is about.
    pub demand: Option<DemandId>,
    /// The offer it is about.
    pub offer: Option<OfferId>,
    /// A message to the other side.
    pub message: Option<String>,
    /// Numbers of the resources that the meeting needs.
    pub resources: Vec<i32>,
}

impl MeetingRequest {
    /// A request from one registration to another.
    ///
    /// # Errors
    /// Both on the same side, of another event, withdrawn, a message that is too long, or a resource that the day has not.
    pub fn send(
        id: MeetingRequestId,
        from: &Registration,
        to: &Registration,
        plan: RequestPlan,
        rules: &ArrangementRules,
        now: Timestamp,
    ) -> Result<Self, Problems> {
        if to.event != from.event || to.withdrawn || from.withdrawn {
            return Err(Problem::not_found("toId").into());
        }
        if to.side == from.side {
            return Err(Problem::at(
                "toId",
                Code::Invalid,
                Message::new(
                    "수요 측과 제공 측 사이에만 신청할 수 있습니다.",
                    "Requests go between the demand side and the supply side.",
                ),
            )
            .into());
        }
        let mut check = Check::new();
        check.prose(
            "message",
            plan.message.as_deref().unwrap_or_default(),
            MAX_MESSAGE,
        );
        let resources = known_resources(&mut check, &plan.resources, rules);
        check.finish()?;
        let (demander, provider) = match from.side {
            Side::Demand => (from.id, to.id),
            Side::Supply => (to.id, from.id),
        };
        let answer = if plan.priority == Priority::NoThanks {
            Answer::Declined
        } else {
            Answer::Pending
        };
        Ok(Self {
            id,
            event: from.event,
            demander,
            provider,
            sent_by: from.side,
            priority: plan.priority,
            demand: plan.demand,
            offer: plan.offer,
            message: plan.message,
            resources,
            answer,
            decline_reason: None,
            version: 1,
            created_at: now,
        })
    }

    /// The registration that has to answer.
    pub fn addressee(&self) -> RegistrationId {
        match self.sent_by {
            Side::Demand => self.provider,
            Side::Supply => self.demander,
        }
    }

    /// The registration that sent it.
    pub fn sender(&self) -> RegistrationId {
        match self.sent_by {
            Side::Demand => self.demander,
            Side::Supply => self.provider,
        }
    }

    /// The addressee's answer; it may be changed while requests are open.
    ///
    /// # Errors
    /// Not the addressee, a stale version, a reason beside a yes, or a request that was withdrawn.
    pub fn answer(
        &mut self,
        by: RegistrationId,
        read_version: i32,
        accept: bool,
        reason: Option<DeclineReason>,
    ) -> Result<(), Problem> {
        if by != self.addressee() {
            return Err(Problem::forbidden());
        }
        self.expect(read_version)?;
        let answer = if accept {
            Answer::Accepted
        } else {
            Answer::Declined
        };
        if self.priority == Priority::NoThanks || self.answer == Answer::Withdrawn {
            return Err(wrong_state(self.answer.label()));
        }
        if accept && reason.is_some() {
            return Err(Problem::at(
                "declineReason",
                Code::Invalid,
                Message::new(
                    "수락할 때는 거절 사유를 줄 수 없습니다.",
                    "Who accepts gives no reason to decline.",
                ),
            ));
        }
        if (self.answer, self.decline_reason) != (answer, reason) {
            (self.answer, self.decline_reason) = (answer, reason);
            self.version += 1;
        }
        Ok(())
    }

    /// The sender takes it back.
    ///
    /// # Errors
    /// Not the sender, a stale version, or withdrawn before.
    pub fn withdraw(&mut self, by: RegistrationId, read_version: i32) -> Result<(), Problem> {
        if by != self.sender() {
            return Err(Problem::forbidden());
        }
        self.expect(read_version)?;
        if self.answer == Answer::Withdrawn {
            return Err(wrong_state(self.answer.label()));
        }
        self.answer = Answer::Withdrawn;
        self.version += 1;
        Ok(())
    }

    /// A second request for the pair: from the other side it is an acceptance (or a refusal), from the same side it
    /// replaces the first.
    ///
    /// # Errors
    /// The same side sent it already and it stands.
    pub fn meet_again(&mut self, new: Self) -> Result<(), Problem> {
        if self.answer == Answer::Withdrawn {
            let (id, version) = (self.id, self.version + 1);
            *self = Self { id, version, ..new };
            return Ok(());
        }
        if new.sent_by == self.sent_by {
            return Err(Problem::at(
                "toId",
                Code::Duplicate,
                Message::new(
                    "이 기관에는 이미 신청했습니다.",
                    "You have sent a request to this organisation already.",
                ),
            ));
        }
        let (by, version) = (self.addressee(), self.version);
        self.answer(by, version, new.priority != Priority::NoThanks, None)?;
        if self.resources != new.resources && new.priority != Priority::NoThanks {
            self.resources.extend(new.resources);
            self.resources.sort_unstable();
            self.resources.dedup();
            self.version = version + 1;
        }
        Ok(())
    }

    /// Whether one side does not want to meet.
    pub fn is_refused(&self) -> bool {
        self.answer == Answer::Declined
    }

    /// Replaces what the meeting needs.
    ///
    /// # Errors
    /// A stale version, a request that was taken back, or a resource that the day has not.
    pub fn need(
        &mut self,
        read_version: i32,
        resources: &[i32],
        rules: &ArrangementRules,
    ) -> Result<(), Problems> {
        self.expect(read_version)?;
        if self.answer == Answer::Withdrawn {
            return Err(wrong_state(self.answer.label()).into());
        }
        let mut check = Check::new();
        let resources = known_resources(&mut check, resources, rules);
        check.finish()?;
        if self.resources != resources {
            self.resources = resources;
            self.version += 1;
        }
        Ok(())
    }

    fn expect(&self, read_version: i32) -> Result<(), Problem> {
        if read_version == self.version {
            Ok(())
        } else {
            Err(Problem::stale(self.version))
        }
    }
}

/// The numbers, ascending and each once.
fn known_resources(check: &mut Check, wanted: &[i32], rules: &ArrangementRules) -> Vec<i32> {
    check.at_most("resources", wanted.len(), super::rules::MAX_RESOURCES);
    for (i, number) in wanted.iter().enumerate().take(super::rules::MAX_RESOURCES) {
        check.require(rules.resource(*number).is_some(), || {
            Problem::not_found(&format!("resources.{i}"))
        });
    }
    let distinct: std::collections::BTreeSet<i32> = wanted.iter().copied().collect();
    distinct.into_iter().collect()
}
