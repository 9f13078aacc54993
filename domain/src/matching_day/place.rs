//! Where a meeting may stand: what its slot, its table, its delegates and the other meetings of its timetable say.

use super::arrangement::RunInput;
use super::{Delegate, MatchingDay, Meeting};
use crate::id::{DelegateId, RegistrationId};
use crate::problem::{Code, Problem, Problems};
use crate::scheduling::Request;
use crate::text::{Language, Message};
use crate::time::Timestamp;

/// A place for a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The slot's index.
    pub slot: i32,
    /// The table's number; none for a remote meeting.
    pub table: Option<i32>,
    /// Who sits there, of both sides; those of before if not said.
    pub delegates: Option<Vec<DelegateId>>,
}

impl Place {
    /// Where a meeting stands.
    pub fn of(meeting: &Meeting) -> Self {
        Self {
            slot: meeting.slot,
            table: meeting.table,
            delegates: None,
        }
    }

    /// What keeps a meeting from standing here, whatever else is arranged: a slot or table that is not there, nobody of
    /// a side, or somebody who cannot meet then. `delegates` are those of both sides.
    pub fn faults(&self, meeting: &Meeting, day: &MatchingDay, delegates: &[Delegate]) -> Problems {
        let mut problems = Problems::new();
        if day.slot(self.slot).is_none() {
            problems.push(Problem::not_found("slot"));
        }
        match self.table.map(|number| day.table(number)) {
            Some(None) => problems.push(Problem::not_found("table")),
            Some(Some(table)) if table.closed.contains(&self.slot) => problems.push(Problem::at(
                "table",
                Code::Taken,
                Message::new(
                    "그 시간에는 이 테이블을 쓸 수 없습니다.",
                    "The table is not there in that slot.",
                ),
            )),
            _ => {}
        }
        let wanted = self.delegates.as_ref().unwrap_or(&meeting.delegates);
        let seated: Vec<&Delegate> = delegates
            .iter()
            .filter(|delegate| wanted.contains(&delegate.id))
            .collect();
        let sits = |side: RegistrationId| seated.iter().any(|d| d.registration == side);
        if seated.len() != wanted.len() || !sits(meeting.demander) || !sits(meeting.provider) {
            problems.push(Problem::not_found("delegateIds"));
        }
        if seated
            .iter()
            .any(|delegate| delegate.unavailable_slots.contains(&self.slot))
        {
            problems.push(taken(Message::new(
                "그 시간에 참석할 수 없는 사람이 있습니다.",
                "A delegate cannot meet in that slot.",
            )));
        }
        problems
    }

    /// A slot that is over is no place to go to.
    pub fn is_over(&self, day: &MatchingDay, now: Timestamp) -> Option<Problem> {
        let slot = day.slot(self.slot)?;
        (slot.ends_at <= now).then(|| {
            Problem::at(
                "slot",
                Code::WrongState,
                Message::new("그 시간은 이미 지났습니다.", "That slot is over."),
            )
        })
    }
}

impl RunInput {
    /// What the other meetings of its timetable leave a meeting in a slot: of each resource that it needs a unit, and
    /// both sides their rest.
    pub fn faults(&self, meeting: &Meeting, others: &[Meeting], slot: i32) -> Problems {
        let mut problems = Problems::new();
        let (Some(request), Ok(at)) = (self.request_of(meeting), usize::try_from(slot)) else {
            return problems;
        };
        if at >= self.problem.slots.len() {
            return problems;
        }
        let others: Vec<&Meeting> = others
            .iter()
            .filter(|other| other.id != meeting.id && other.stands())
            .collect();
        let there: Vec<&Request> = others
            .iter()
            .filter(|other| other.slot == slot)
            .filter_map(|other| self.request_of(other))
            .collect();
        for resource in &request.resources {
            let used = there
                .iter()
                .filter(|other| other.resources.contains(resource));
            let units = self.problem.units_in(*resource, at);
            if used.count() >= usize::try_from(units).unwrap_or(usize::MAX) {
                let name = |language| self.keys.resources[*resource].get(language).unwrap_or("?");
                problems.push(taken(Message::new(
                    format!(
                        "그 시간에 ‘{}’이(가) 모두 배정되어 있습니다.",
                        name(Language::Ko)
                    ),
                    format!("“{}” is all taken in that slot.", name(Language::En)),
                )));
            }
        }
        let sides = [
            (request.demander, "수요 측", "The demand side"),
            (request.provider, "공급 측", "The supply side"),
        ];
        for (participant, ko, en) in sides {
            let key = self.keys.participants[participant];
            let meets = |around: usize| {
                others.iter().any(|other| {
                    usize::try_from(other.slot) == Ok(around)
                        && [other.demander, other.provider].contains(&key)
                })
            };
            if self.problem.rest_around(participant, at).any(meets) {
                let rest = self.problem.participants[participant].rest;
                problems.push(taken(Message::new(
                    format!("{ko}은 상담 사이에 {rest}개 시간을 비워 둡니다."),
                    format!("{en} keeps {rest} slot(s) free between its meetings."),
                )));
            }
        }
        problems
    }

    fn request_of(&self, meeting: &Meeting) -> Option<&Request> {
        let pair = (meeting.demander, meeting.provider);
        let keys = &self.keys.participants;
        let mut requests = self.problem.requests.iter();
        requests.find(|r| (keys[r.demander], keys[r.provider]) == pair)
    }
}

fn taken(message: Message) -> Problem {
    Problem::at("slot", Code::Taken, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
