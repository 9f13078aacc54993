//! The checker: reads the problem and the meetings and nothing of the search.

use super::{PairRule, Placed, Problem};
use std::collections::{BTreeMap, BTreeSet};

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
    /// More meetings than a group may have.
    #[error("group {0} has more meetings than its cap")]
    GroupCap(usize),
    /// More meetings than a resource has units in a slot.
    #[error("resource {0} is needed by too many meetings in slot {1}")]
    Resource(usize, usize),
    /// Two meetings with too few slots between them.
    #[error("participant {0} misses its rest around slot {1}")]
    Rest(usize, usize),
    /// A pair that must not meet.
    #[error("request {0} meets though it is forbidden")]
    Forbidden(usize),
    /// A pair that must meet.
    #[error("request {0} is required and does not meet")]
    Required(usize),
    /// A meeting in a slot that is past, other than published.
    #[error("request {0} is changed in a slot that is past")]
    Past(usize),
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
    wrong.extend(shared(problem, meetings));
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

/// What several meetings must keep together: rests, resources, groups, pairs that must or must not meet.
fn shared(problem: &Problem, meetings: &[Placed]) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let mut used: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    let mut slots_of = vec![BTreeSet::new(); problem.participants.len()];
    let mut met = vec![false; problem.requests.len()];
    for meeting in meetings {
        let Some(request) = problem.requests.get(meeting.request) else {
            continue;
        };
        met[meeting.request] = true;
        slots_of[request.demander].insert(meeting.slot);
        slots_of[request.provider].insert(meeting.slot);
        for resource in &request.resources {
            *used.entry((*resource, meeting.slot)).or_default() += 1;
        }
    }
    for ((resource, slot), used) in used {
        let there = problem.resources[resource].units.get(slot);
        if there.is_none_or(|there| used > *there) {
            wrong.push(Violation::Resource(resource, slot));
        }
    }
    for (p, slots) in slots_of.iter().enumerate() {
        let rest = usize::try_from(problem.participants[p].rest).unwrap_or(usize::MAX);
        for (first, second) in slots.iter().zip(slots.iter().skip(1)) {
            let planned = (first + 1..=*second).any(|slot| {
                problem
                    .slots
                    .get(slot)
                    .is_some_and(|slot| slot.follows_break)
            });
            if second - first <= rest && !planned {
                wrong.push(Violation::Rest(p, *second));
            }
        }
    }
    for (g, group) in problem.groups.iter().enumerate() {
        let members: BTreeSet<usize> = group.members.iter().copied().collect();
        let own = (problem.requests.iter().zip(&met)).filter(|(request, met)| {
            **met && (members.contains(&request.demander) || members.contains(&request.provider))
        });
        if group
            .cap
            .is_some_and(|cap| own.count() > usize::try_from(cap).unwrap_or(usize::MAX))
        {
            wrong.push(Violation::GroupCap(g));
        }
    }
    for (i, request) in problem.requests.iter().enumerate() {
        match request.rule {
            PairRule::Required if !met[i] => wrong.push(Violation::Required(i)),
            PairRule::Forbidden if met[i] => wrong.push(Violation::Forbidden(i)),
            _ => {}
        }
    }
    wrong
}
