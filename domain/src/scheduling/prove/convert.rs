//! Between our problem and the one in which every meeting takes place.

use super::super::{
    Lock, PairRule, Participant, PriorityClass, Problem, Request, Seat, Slot, SlotSet, Table,
};
use super::{AllMeet, Meeting};

/// Why a problem cannot be read as one in which every meeting takes place. Numbers are indexes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllMeet {
    /// A participant with more or fewer delegates than one.
    #[error("participant {0} must have exactly one delegate")]
    Delegates(usize),
    /// A meeting without a table.
    #[error("request {0} is remote; every meeting must need a table")]
    Remote(usize),
    /// A planned break would end a run.
    #[error("slot {0} follows a planned break; runs must be able to go on")]
    PlannedBreak(usize),
    /// A participant that asks for rests.
    #[error("participant {0} asks for rests between its meetings")]
    Rest(usize),
    /// A request that must not be met, or needs a resource.
    #[error("request {0} is forbidden or needs a resource")]
    Restricted(usize),
    /// A group with a cap.
    #[error("group {0} has a cap")]
    GroupCap(usize),
    /// More requests than meetings that it may have.
    #[error("participant {0} may have {1} meetings and {2} are asked for")]
    Cap(usize, u32, usize),
}

impl TryFrom<&Problem> for AllMeet {
    type Error = NotAllMeet;

    /// Every request has to be met; locks fix slots.
    fn try_from(problem: &Problem) -> Result<Self, NotAllMeet> {
        let slots = problem.slots.len();
        if let Some(slot) = problem.slots.iter().position(|slot| slot.follows_break) {
            return Err(NotAllMeet::PlannedBreak(slot));
        }
        if let Some(request) = problem.requests.iter().position(|request| request.remote) {
            return Err(NotAllMeet::Remote(request));
        }
        if let Some(p) = problem.participants.iter().position(|p| p.rest > 0) {
            return Err(NotAllMeet::Rest(p));
        }
        let restricted = |r: &Request| r.rule == PairRule::Forbidden || !r.resources.is_empty();
        if let Some(request) = problem.requests.iter().position(restricted) {
            return Err(NotAllMeet::Restricted(request));
        }
        if let Some(group) = problem.groups.iter().position(|group| group.cap.is_some()) {
            return Err(NotAllMeet::GroupCap(group));
        }
        let mut forbidden: Vec<SlotSet> = Vec::new();
        for (i, participant) in problem.participants.iter().enumerate() {
            let [seat] = participant.seats.as_slice() else {
                return Err(NotAllMeet::Delegates(i));
            };
            let asked = problem.requests.iter();
            let asked = asked.filter(|r| r.demander == i || r.provider == i).count();
            if usize::try_from(participant.cap).is_ok_and(|cap| cap < asked) {
                return Err(NotAllMeet::Cap(i, participant.cap, asked));
            }
            let free = &seat.available;
            forbidden.push((0..slots).filter(|slot| !free.contains(*slot)).collect());
        }
        let mut meetings: Vec<Meeting> = problem
            .requests
            .iter()
            .map(|request| Meeting {
                sides: [request.demander, request.provider],
                window: request.slots.clone(),
                fixed: None,
            })
            .collect();
        for lock in &problem.locks {
            meetings[lock.request].fixed = Some(lock.slot);
        }
        Ok(Self {
            participants: problem.participants.len(),
            tables: (0..slots).map(|slot| problem.tables_in(slot)).collect(),
            meetings,
            forbidden,
            precedences: Vec::new(),
        })
    }
}

impl AllMeet {
    /// The same as our own problem, without the precedences, which it cannot express: every meeting insisted on,
    /// slots of 20 minutes.
    pub fn without_precedences(&self) -> Problem {
        let slots = self.slots();
        let most = self.tables.iter().copied().max().unwrap_or(0);
        let closed = |table: usize| (0..slots).filter(move |slot| table >= self.tables[*slot]);
        let meetings_of = self.meetings_of();
        Problem {
            slots: (0_i64..)
                .take(slots)
                .map(|i| Slot {
                    starts_minute: i * 20,
                    ends_minute: (i + 1) * 20,
                    follows_break: false,
                })
                .collect(),
            tables: (0..most)
                .map(|table| Table {
                    closed: closed(table).collect(),
                })
                .collect(),
            participants: (self.forbidden.iter().zip(&meetings_of))
                .map(|(forbidden, meetings)| Participant {
                    seats: vec![Seat {
                        available: (0..slots).filter(|s| !forbidden.contains(*s)).collect(),
                    }],
                    cap: u32::try_from(meetings.len()).unwrap_or(u32::MAX),
                    ..Participant::default()
                })
                .collect(),
            requests: (self.meetings.iter().zip(0..))
                .map(|(meeting, received)| Request {
                    demander: meeting.sides[0],
                    provider: meeting.sides[1],
                    class: PriorityClass::Mutual,
                    must: true,
                    score: 0,
                    received,
                    remote: false,
                    slots: meeting.window.clone(),
                    resources: Vec::new(),
                    rule: PairRule::Free,
                })
                .collect(),
            locks: (self.meetings.iter().enumerate())
                .filter_map(|(request, meeting)| {
                    Some(Lock {
                        request,
                        slot: meeting.fixed?,
                        table: None,
                        demander_seat: None,
                        provider_seat: None,
                    })
                })
                .collect(),
            ..Problem::default()
        }
    }
}
