//! The checker: reads the problem and the meetings and nothing of the search.

use super::{Placed, Problem};
use std::collections::BTreeSet;

/// A rule that a timetable breaks. Numbers are indexes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A request, slot, table or seat that does not exist.
    #[error("meeting {0} names something unknown")]
    Unknown(usize),
    /// A request meets twice.
    #[error("request {0} meets twice")]
    MeetsTwice(usize),
    /// A slot that the request's wishes exclude.
    #[error("request {0} meets in a slot that it excludes")]
    ExcludedSlot(usize),
    /// A delegate who is not there, or sits twice in a slot.
    #[error("a delegate of participant {0} cannot sit there")]
    Delegate(usize),
    /// A table that is closed or taken twice in a slot, missing, or given to a remote meeting.
    #[error("the table of request {0} is wrong")]
    Table(usize),
    /// More meetings than a participant wants.
    #[error("participant {0} has more meetings than its cap")]
    Cap(usize),
    /// A lock that is not kept.
    #[error("lock {0} is not kept")]
    Lock(usize),
}

/// Everything that is wrong with a timetable; empty if it is valid.
pub fn verify(problem: &Problem, meetings: &[Placed]) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let (mut requests, mut tables, mut seats) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut count = vec![0_u32; problem.participants.len()];
    for (i, meeting) in meetings.iter().enumerate() {
        let Some(request) = problem.requests.get(meeting.request) else {
            wrong.push(Violation::Unknown(i));
            continue;
        };
        if meeting.slot >= problem.slots.len() {
            wrong.push(Violation::Unknown(i));
            continue;
        }
        if !requests.insert(meeting.request) {
            wrong.push(Violation::MeetsTwice(meeting.request));
        }
        if request
            .slots
            .as_ref()
            .is_some_and(|slots| !slots.contains(meeting.slot))
        {
            wrong.push(Violation::ExcludedSlot(meeting.request));
        }
        let sides = [
            (request.demander, meeting.demander_seat),
            (request.provider, meeting.provider_seat),
        ];
        for (participant, seat) in sides {
            count[participant] += 1;
            let there = problem.participants[participant]
                .seats
                .get(seat)
                .is_some_and(|seat| seat.available.contains(meeting.slot));
            if !there || !seats.insert((participant, seat, meeting.slot)) {
                wrong.push(Violation::Delegate(participant));
            }
        }
        let table_good = match meeting.table {
            None => request.remote,
            Some(table) => {
                let open = problem
                    .tables
                    .get(table)
                    .is_some_and(|table| !table.closed.contains(meeting.slot));
                open && !request.remote && tables.insert((table, meeting.slot))
            }
        };
        if !table_good {
            wrong.push(Violation::Table(meeting.request));
        }
    }
    for (participant, count) in count.iter().enumerate() {
        if *count > problem.participants[participant].cap {
            wrong.push(Violation::Cap(participant));
        }
    }
    for (i, lock) in problem.locks.iter().enumerate() {
        let kept = meetings.iter().any(|meeting| {
            meeting.request == lock.request
                && meeting.slot == lock.slot
                && lock.table.is_none_or(|table| meeting.table == Some(table))
                && lock
                    .demander_seat
                    .is_none_or(|seat| meeting.demander_seat == seat)
                && lock
                    .provider_seat
                    .is_none_or(|seat| meeting.provider_seat == seat)
        });
        if !kept {
            wrong.push(Violation::Lock(i));
        }
    }
    wrong
}
