//! Turns a matching day into a scheduling problem, and a timetable back into meetings.
//!
//! A [`Run`] keeps its input with the policy and the seed: run again, it gives the same timetable.

use super::{
    Answer, Delegate, MatchingDay, Meeting, MeetingRequest, MeetingState, Priority, Registration,
    Side,
};
use crate::id::{
    ArrangementId, DelegateId, MatchingDayId, MeetingId, MeetingRequestId, PersonId, RegistrationId,
};
use crate::scheduling::{
    self, Arrangement, Level, Lock, Options, PairRule, Participant, Placed, Policy, PriorityClass,
    Problem, Request, Seat, Slot, Table,
};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Suggestions taken up for a demander without a request, best first.
pub const SUGGESTIONS_PER_DEMANDER: usize = 5;

/// The least score of a pair that is suggested though nobody asked, in hundredths of a point.
pub const SUGGESTED_FROM: i32 = 5_000;

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
}

/// The best score of a pair of registrations, in hundredths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairScore {
    /// The demand side.
    pub demander: RegistrationId,
    /// The supply side.
    pub provider: RegistrationId,
    /// 0 to 10000.
    pub score: i32,
}

/// What is known of a matching day when its timetable is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The day.
    pub day: &'a MatchingDay,
    /// Who takes part.
    pub registrations: &'a [Registration],
    /// Whom they send.
    pub delegates: &'a [Delegate],
    /// Who wants to meet whom.
    pub requests: &'a [MeetingRequest],
    /// How well pairs fit.
    pub scores: &'a [PairScore],
    /// Meetings of an earlier timetable that must stay where they are.
    pub locked: &'a [Meeting],
}

impl Situation<'_> {
    /// The scheduling problem, with the meaning of its indexes.
    pub fn problem(&self) -> (Problem, Keys) {
        let mut keys = Keys {
            tables: self.day.tables.iter().map(|t| t.number).collect(),
            ..Keys::default()
        };
        let mut problem = Problem {
            slots: self.slots(),
            tables: self.day.tables.iter().map(|_| Table::default()).collect(),
            ..Problem::default()
        };
        for registration in self.registrations.iter().filter(|r| !r.withdrawn) {
            let own: Vec<&Delegate> = self
                .delegates
                .iter()
                .filter(|d| d.registration == registration.id)
                .collect();
            problem
                .participants
                .push(self.participant(registration, &own));
            keys.participants.push(registration.id);
            keys.seats.push(own.iter().map(|d| d.id).collect());
        }
        self.add_requests(&mut problem, &mut keys);
        self.add_locks(&mut problem, &keys);
        (problem, keys)
    }

    fn slots(&self) -> Vec<Slot> {
        let minute = |at: Timestamp| at.timestamp().div_euclid(60);
        let slot = |slot: &super::TimeSlot| Slot {
            starts_minute: minute(slot.starts_at),
            ends_minute: minute(slot.ends_at),
            follows_break: slot.follows_break,
        };
        self.day.slots.iter().map(slot).collect()
    }

    fn participant(&self, registration: &Registration, delegates: &[&Delegate]) -> Participant {
        let count = |n: i32| u32::try_from(n).unwrap_or(0);
        let seats: Vec<Seat> = delegates
            .iter()
            .map(|delegate| Seat {
                available: (0..self.day.slots.len())
                    .filter(|slot| {
                        !delegate
                            .unavailable_slots
                            .iter()
                            .any(|u| usize::try_from(*u) == Ok(*slot))
                    })
                    .collect(),
            })
            .collect();
        let most = count(i32::try_from(seats.len() * self.day.slots.len()).unwrap_or(i32::MAX));
        let cap = registration.meetings_max.map_or(most, count).min(most);
        Participant {
            seats,
            cap,
            floor: count(registration.meetings_min).min(cap),
            // Hospitals sit, companies walk: the seated side keeps its table.
            keeps_table: registration.side == Side::Supply,
            ..Participant::default()
        }
    }

    fn add_requests(&self, problem: &mut Problem, keys: &mut Keys) {
        let index: BTreeMap<RegistrationId, usize> = keys
            .participants
            .iter()
            .enumerate()
            .map(|(i, id)| (*id, i))
            .collect();
        let remote = |participant: usize| {
            let seats = &keys.seats[participant];
            !seats.is_empty()
                && self
                    .delegates
                    .iter()
                    .filter(|d| seats.contains(&d.id))
                    .all(|delegate| delegate.remote)
        };
        let scores: BTreeMap<_, _> = self
            .scores
            .iter()
            .map(|pair| ((pair.demander, pair.provider), pair.score))
            .collect();
        let score_of = |pair| {
            u32::try_from(scores.get(&pair).copied().unwrap_or(0))
                .unwrap_or(0)
                .min(10_000)
        };
        let mut known = BTreeSet::new();
        let mut pairs: Vec<(
            usize,
            usize,
            PriorityClass,
            bool,
            u32,
            Option<MeetingRequestId>,
        )> = Vec::new();
        for request in self.requests {
            let pair = (request.demander, request.provider);
            known.insert(pair);
            let class = match (request.answer, request.sent_by) {
                (Answer::Declined | Answer::Withdrawn, _) => continue,
                (Answer::Accepted, _) => PriorityClass::Mutual,
                (Answer::Pending, Side::Demand) => PriorityClass::DemandSide,
                (Answer::Pending, Side::Supply) => PriorityClass::SupplySide,
            };
            let (Some(demander), Some(provider)) = (index.get(&pair.0), index.get(&pair.1)) else {
                continue;
            };
            // A "must" binds once both sides want it: one side alone cannot force the other.
            let must = request.priority == Priority::Must && request.answer == Answer::Accepted;
            pairs.push((
                *demander,
                *provider,
                class,
                must,
                score_of(pair),
                Some(request.id),
            ));
        }
        let mut suggested: Vec<&PairScore> = self
            .scores
            .iter()
            .filter(|pair| {
                pair.score >= SUGGESTED_FROM && !known.contains(&(pair.demander, pair.provider))
            })
            .collect();
        suggested.sort_by_key(|pair| (pair.demander, -pair.score, pair.provider));
        let mut taken: BTreeMap<RegistrationId, usize> = BTreeMap::new();
        for pair in suggested {
            let (Some(demander), Some(provider)) =
                (index.get(&pair.demander), index.get(&pair.provider))
            else {
                continue;
            };
            let so_far = taken.entry(pair.demander).or_default();
            if *so_far < SUGGESTIONS_PER_DEMANDER {
                *so_far += 1;
                let score = score_of((pair.demander, pair.provider));
                pairs.push((
                    *demander,
                    *provider,
                    PriorityClass::Suggested,
                    false,
                    score,
                    None,
                ));
            }
        }
        for (received, (demander, provider, class, must, score, id)) in
            pairs.into_iter().enumerate()
        {
            let remote = remote(demander) || remote(provider);
            let received = u64::try_from(received).unwrap_or(u64::MAX);
            problem.requests.push(Request {
                demander,
                provider,
                class,
                must,
                score,
                received,
                remote,
                slots: None,
                resources: Vec::new(),
                rule: PairRule::Free,
            });
            keys.requests.push(id);
        }
    }

    fn add_locks(&self, problem: &mut Problem, keys: &Keys) {
        for meeting in self
            .locked
            .iter()
            .filter(|meeting| meeting.locked && meeting.stands())
        {
            let request = problem.requests.iter().position(|request| {
                keys.participants[request.demander] == meeting.demander
                    && keys.participants[request.provider] == meeting.provider
            });
            let (Some(request), Ok(slot)) = (request, usize::try_from(meeting.slot)) else {
                continue;
            };
            let seat = |participant: usize| {
                keys.seats[participant]
                    .iter()
                    .position(|d| meeting.delegates.contains(d))
            };
            let table = meeting
                .table
                .and_then(|number| keys.tables.iter().position(|t| *t == number));
            let (demander, provider) = (
                problem.requests[request].demander,
                problem.requests[request].provider,
            );
            let lock = Lock {
                request,
                slot,
                table,
                demander_seat: seat(demander),
                provider_seat: seat(provider),
            };
            problem.locks.push(lock);
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
}
