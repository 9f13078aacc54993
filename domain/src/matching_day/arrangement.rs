//! A run of the arrangement: what goes into it, how far it has come, and the meetings that come out.
//!
//! A [`Run`] keeps its input with the policy and the seed: run again, it gives the same timetable.

use super::ground::Two;
use super::{Meeting, MeetingState};
use crate::id::{
    ArrangementId, DelegateId, MatchingDayId, MeetingId, MeetingRequestId, PersonId, RegistrationId,
};
use crate::scheduling::{
    self, Arrangement, ChangePrice, Level, Options, Placed, Policy, Problem, Published, Request,
};
use crate::text::{Message, Text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Slots that had begun, the first ones.
    #[serde(default)]
    pub past: usize,
    /// What was published, as it stood: in the slots that had begun, and for a repair all of it.
    #[serde(default)]
    pub published: Vec<Stood>,
    /// What it was repaired from; absent: what had not begun was arranged anew.
    #[serde(default)]
    pub repair: Option<Repair>,
}

/// From what a run begins, and at which price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// The run whose timetable was published.
    pub from: ArrangementId,
    /// What it costs that a meeting is moved or given up.
    pub price: ChangePrice,
    /// Pairs whose meetings were called off, and stay so.
    pub called_off: Vec<Two>,
}

/// A meeting of the published timetable, as it stood when a run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// Its request, an index of the problem.
    pub request: usize,
    /// Its slot, an index of the problem.
    pub slot: usize,
    /// The number of its table; none if it is remote.
    pub table: Option<i32>,
    /// Who sits there, of both sides.
    pub delegates: Vec<DelegateId>,
    /// It had been locked by hand.
    pub locked: bool,
}

/// What became of the meetings of a published timetable when it was repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// In the same slot, at the same table, with the same delegates: nobody hears of them.
    pub kept: usize,
    /// In the same slot, at another table or with other delegates.
    pub reseated: usize,
    /// In another slot.
    pub moved: usize,
    /// No longer there.
    pub given_up: usize,
    /// Of pairs that had none.
    pub added: usize,
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

impl Keys {
    /// The pair of each request.
    pub(super) fn pairs<'a>(&'a self, problem: &'a Problem) -> impl Iterator<Item = Two> + 'a {
        let id = |participant: usize| self.participants[participant];
        let requests = problem.requests.iter();
        requests.map(move |request| (id(request.demander), id(request.provider)))
    }

    /// A published meeting in indexes. A delegate who no longer comes has a seat that is none.
    pub(super) fn placed(&self, problem: &Problem, stood: &Stood) -> Placed {
        let request = &problem.requests[stood.request];
        let seat = |participant: usize| {
            let seats = &self.seats[participant];
            let mut at = seats.iter();
            let found = at.position(|delegate| stood.delegates.contains(delegate));
            found.unwrap_or(seats.len())
        };
        let number = |number| self.tables.iter().position(|table| *table == number);
        Placed {
            request: stood.request,
            slot: stood.slot,
            table: stood.table.and_then(number),
            demander_seat: seat(request.demander),
            provider_seat: seat(request.provider),
        }
    }
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
        let Some(repair) = &self.repair else {
            return scheduling::arrange(&self.problem, &self.policy, &self.options, progress);
        };
        let placed = self.published.iter();
        let meetings: Vec<Placed> = placed
            .map(|stood| self.keys.placed(&self.problem, stood))
            .collect();
        let published = Published {
            meetings: &meetings,
            price: repair.price,
            past: self.past,
        };
        scheduling::repair(
            &self.problem,
            &self.policy,
            &self.options,
            &published,
            progress,
        )
    }

    /// The meetings of a timetable, as drafts. What was published in a slot that had begun comes out as it was; what stays
    /// in its slot keeps those who were to sit there beside the first of each side.
    pub fn meetings(
        &self,
        run: ArrangementId,
        event: MatchingDayId,
        placed: &[Placed],
        mut new_id: impl FnMut() -> MeetingId,
    ) -> Vec<Meeting> {
        let locked: BTreeSet<usize> = self.problem.locks.iter().map(|lock| lock.request).collect();
        let stood = self.stood();
        // A seat that is nobody's was taken in the past, by who no longer comes.
        let seated = |placed: &Placed| -> Vec<DelegateId> {
            let request = &self.problem.requests[placed.request];
            let sides = [
                (request.demander, placed.demander_seat),
                (request.provider, placed.provider_seat),
            ];
            let delegate = |(p, seat): (usize, usize)| self.keys.seats[p].get(seat).copied();
            sides.into_iter().filter_map(delegate).collect()
        };
        let mut taken: BTreeSet<(usize, DelegateId)> = (placed.iter())
            .flat_map(|placed| {
                let slot = placed.slot;
                seated(placed).into_iter().map(move |who| (slot, who))
            })
            .collect();
        let mut meetings = Vec::new();
        for placed in placed {
            let request = &self.problem.requests[placed.request];
            let mut meeting = Meeting {
                id: new_id(),
                arrangement: run,
                event,
                demander: self.keys.participants[request.demander],
                provider: self.keys.participants[request.provider],
                request: self.keys.requests[placed.request],
                slot: i32::try_from(placed.slot).unwrap_or(i32::MAX),
                table: placed
                    .table
                    .and_then(|table| self.keys.tables.get(table).copied()),
                delegates: seated(placed),
                state: MeetingState::Draft,
                locked: locked.contains(&placed.request),
                version: 1,
            };
            let was = stood.get(&placed.request);
            if let Some(was) = was.filter(|was| was.slot == placed.slot) {
                if placed.slot < self.past {
                    (meeting.table, meeting.locked) = (was.table, was.locked);
                    meeting.delegates.clone_from(&was.delegates);
                } else if (meeting.delegates.iter())
                    .all(|delegate| was.delegates.contains(delegate))
                {
                    let free = was.delegates.iter().filter(|delegate| {
                        self.can_sit(request, **delegate, placed.slot)
                            && taken.insert((placed.slot, **delegate))
                    });
                    meeting.delegates.extend(free);
                }
            }
            meetings.push(meeting);
        }
        meetings
    }

    /// Whether a delegate of one of the two sides is there in a slot.
    fn can_sit(&self, request: &Request, delegate: DelegateId, slot: usize) -> bool {
        [request.demander, request.provider].iter().any(|p| {
            let seats = self.keys.seats[*p].iter();
            let mut seats = seats.zip(&self.problem.participants[*p].seats);
            seats.any(|(id, seat)| *id == delegate && seat.available.contains(slot))
        })
    }

    /// Whether a request is off because its published meeting was called off.
    pub(super) fn was_called_off(&self, request: usize) -> bool {
        let request = &self.problem.requests[request];
        let ends = [request.demander, request.provider].map(|p| self.keys.participants[p]);
        let off = self.repair.as_ref().map(|repair| &repair.called_off);
        off.is_some_and(|off| off.contains(&(ends[0], ends[1])))
    }

    fn stood(&self) -> BTreeMap<usize, &Stood> {
        let stood = self.published.iter();
        stood.map(|stood| (stood.request, stood)).collect()
    }

    /// What became of the published meetings; none if it was arranged anew.
    pub fn changes(&self, placed: &[Placed]) -> Option<Changes> {
        self.repair.as_ref()?;
        let stood = self.stood();
        let mut changes = Changes {
            given_up: stood.len(),
            ..Changes::default()
        };
        for now in placed {
            let Some(was) = stood.get(&now.request) else {
                changes.added += 1;
                continue;
            };
            changes.given_up -= 1;
            let seated = self.keys.placed(&self.problem, was);
            if was.slot != now.slot {
                changes.moved += 1;
            } else if seated == *now || now.slot < self.past {
                changes.kept += 1;
            } else {
                changes.reseated += 1;
            }
        }
        Some(changes)
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
}
