//! A run of the arrangement: what goes into it, how far it has come, and the meetings that come out.
//!
//! A [`Run`] keeps its input with the policy and the seed: run again, it gives the same timetable.

use super::{Meeting, MeetingState};
use crate::id::{
    ArrangementId, DelegateId, MatchingDayId, MeetingId, MeetingRequestId, PersonId, RegistrationId,
};
use crate::scheduling::{self, Arrangement, Level, Options, Placed, Policy, Problem};
use crate::text::{Message, Text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

crate::vocabulary! {
    /// Where a run stands.
    RunState {
        Queued = "queued", "대기", "queued";
        Running = "running", "실행 중", "running";
        Done = "done", "완료", "done";
        Failed = "failed", "실패", "failed";
        Cancelled = "cancelled", "취소", "cancelled";
    }
}

/// One run of the arrangement.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Identity.
    pub id: ArrangementId,
    /// For which matching day.
    pub event: MatchingDayId,
    /// From 1, within the matching day: the version of the timetable.
    pub number: i32,
    /// Where it stands.
    pub state: RunState,
    /// What was to be arranged.
    pub input: RunInput,
    /// What came out, once it is done.
    pub result: Option<Arrangement>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Why it failed, for people: the conditions that exclude each other, of which none can be spared.
    pub failure_reasons: Vec<Message>,
    /// How far it has come.
    pub progress: Option<RunProgress>,
    /// Who started it.
    pub created_by: PersonId,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When its timetable was published.
    pub published_at: Option<Timestamp>,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProgress {
    /// Iterations done.
    pub iteration: u64,
    /// Iterations in all.
    pub iterations: u64,
    /// The figures so far.
    pub levels: Vec<Level>,
}

/// All that a run depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunInput {
    /// The problem, in indexes.
    pub problem: Problem,
    /// What weighs how much.
    pub policy: Policy,
    /// Seed and budget.
    pub options: Options,
    /// What the indexes stand for.
    pub keys: Keys,
}

/// What the indexes of a problem stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Keys {
    /// The registration of each participant.
    pub participants: Vec<RegistrationId>,
    /// The delegate of each seat of each participant.
    pub seats: Vec<Vec<DelegateId>>,
    /// The request behind each pair; none for a suggestion.
    pub requests: Vec<Option<MeetingRequestId>>,
    /// The number of each table.
    pub tables: Vec<i32>,
    /// The name of each group.
    #[serde(default)]
    pub groups: Vec<Text>,
    /// The name of each resource.
    #[serde(default)]
    pub resources: Vec<Text>,
}

impl RunInput {
    /// Arranges. Long work: off the request path.
    ///
    /// # Errors
    /// What is wrong with the problem: locks in conflict, for example.
    pub fn arrange(
        &self,
        progress: &mut dyn FnMut(&scheduling::Progress) -> std::ops::ControlFlow<()>,
    ) -> Result<Arrangement, scheduling::ArrangeError> {
        scheduling::arrange(&self.problem, &self.policy, &self.options, progress)
    }

    /// The meetings of a timetable, as drafts.
    pub fn meetings(
        &self,
        run: ArrangementId,
        event: MatchingDayId,
        placed: &[Placed],
        mut new_id: impl FnMut() -> MeetingId,
    ) -> Vec<Meeting> {
        let locked: BTreeSet<usize> = self.problem.locks.iter().map(|lock| lock.request).collect();
        placed
            .iter()
            .map(|placed| {
                let request = &self.problem.requests[placed.request];
                let seats = &self.keys.seats;
                Meeting {
                    id: new_id(),
                    arrangement: run,
                    event,
                    demander: self.keys.participants[request.demander],
                    provider: self.keys.participants[request.provider],
                    request: self.keys.requests[placed.request],
                    slot: i32::try_from(placed.slot).unwrap_or(i32::MAX),
                    table: placed.table.map(|table| self.keys.tables[table]),
                    delegates: vec![
                        seats[request.demander][placed.demander_seat],
                        seats[request.provider][placed.provider_seat],
                    ],
                    state: MeetingState::Draft,
                    locked: locked.contains(&placed.request),
                    version: 1,
                }
            })
            .collect()
    }

    /// How many meetings of a timetable each group has; one of two members counts once.
    pub fn group_meetings(&self, placed: &[Placed]) -> Vec<usize> {
        let pairs = || {
            placed
                .iter()
                .map(|placed| &self.problem.requests[placed.request])
        };
        let groups = self.problem.groups.iter().map(|group| {
            let members: BTreeSet<usize> = group.members.iter().copied().collect();
            pairs()
                .filter(|r| members.contains(&r.demander) || members.contains(&r.provider))
                .count()
        });
        groups.collect()
    }

    /// The first resource that a meeting needs and of which others of its timetable hold every unit in a slot.
    pub fn taken_up(&self, meeting: &Meeting, others: &[Meeting], slot: i32) -> Option<usize> {
        let needs = |meeting: &Meeting| {
            let pair = (meeting.demander, meeting.provider);
            let keys = &self.keys.participants;
            let mut requests = self.problem.requests.iter();
            let request = requests.find(|r| (keys[r.demander], keys[r.provider]) == pair);
            request.map_or(&[][..], |request| &request.resources)
        };
        let there: Vec<&[usize]> = others
            .iter()
            .filter(|other| other.id != meeting.id && other.stands() && other.slot == slot)
            .map(&needs)
            .collect();
        let at = usize::try_from(slot).ok()?;
        needs(meeting).iter().copied().find(|resource| {
            let used = there.iter().filter(|needed| needed.contains(resource));
            let units = self.problem.resources[*resource].units.get(at).copied();
            used.count() >= usize::try_from(units.unwrap_or(0)).unwrap_or(usize::MAX)
        })
    }
}
