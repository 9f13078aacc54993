//! Says in both languages why a pair got no meeting and why there is no timetable, with the names of the day.

use super::arrangement::{Keys, RunInput};
use crate::scheduling::{ArrangeError, Clash, LeftOut, Problem, ProblemError, Reason};
use crate::text::{Language, Message, Text};

/// The name of a participant, by its index.
pub type Name<'a> = &'a dyn Fn(usize) -> Text;

fn both(name: &Text) -> (String, String) {
    let get = |language| name.get(language).unwrap_or("?").to_owned();
    (get(Language::Ko), get(Language::En))
}

impl RunInput {
    /// Why a pair got no meeting, and what would have helped.
    pub fn why_not(&self, left: &LeftOut, name: Name<'_>) -> Message {
        let named = |names: &[Text], index: usize| names.get(index).map(both);
        match &left.reason {
            Reason::Forbidden if self.was_called_off(left.request) => Message::new(
                "공개된 상담이 취소되었으므로 재주선에서 다시 배정하지 않습니다. 다시 만나려면 ‘반드시 상담’으로 정하거나 새로 주선하십시오.",
                "Their published meeting was called off, and a re-arrangement leaves it off; require the pair, or arrange anew, to have it again.",
            ),
            Reason::GroupCapReached { group, by } => {
                let Some((ko, en)) = named(&self.keys.groups, *group) else {
                    return left.reason.message(&self.problem, left.request, name);
                };
                Message::new(
                    format!(
                        "‘{ko}’의 상담이 상한({}건)에 이르렀습니다. 이 그룹의 상한을 늘리면 배정될 수 있습니다.",
                        by.len()
                    ),
                    format!(
                        "The group “{en}” has all the {} meeting(s) it may have; a higher cap of the group would help.",
                        by.len()
                    ),
                )
            }
            Reason::NoResource { resource, slots } => {
                let Some((ko, en)) = named(&self.keys.resources, *resource) else {
                    return left.reason.message(&self.problem, left.request, name);
                };
                Message::new(
                    format!(
                        "두 기관이 모두 비는 시간({}개)에 ‘{ko}’이(가) 모두 배정되었습니다. 하나를 늘리면 배정될 수 있습니다.",
                        slots.len()
                    ),
                    format!(
                        "Both are free in {} slot(s), but “{en}” is all taken then; one more would help.",
                        slots.len()
                    ),
                )
            }
            reason => reason.message(&self.problem, left.request, name),
        }
    }

    /// Why there is no timetable: where meetings exclude each other, the conditions of which none can be spared.
    pub fn why_none(&self, error: &ArrangeError, name: Name<'_>) -> Vec<Message> {
        let (keys, problem) = (&self.keys, &self.problem);
        match error {
            ArrangeError::Infeasible(clashes) => clashes
                .iter()
                .map(|clash| keys.told_clash(problem, *clash, name))
                .collect(),
            ArrangeError::Problem(errors) => errors
                .iter()
                .map(|error| keys.told_error(problem, error, name))
                .collect(),
            ArrangeError::Undecided => vec![Message::new(
                "반드시 해야 하는 상담을 모두 배정할 수 있는지 밝히지 못했습니다. 그 수를 줄여 주십시오.",
                "It did not become clear whether all required meetings can take place; require fewer.",
            )],
            ArrangeError::Published(_) | ArrangeError::Refused(_) => vec![Message::new(
                "일정표가 검사를 통과하지 못했습니다. 운영자에게 알려 주십시오.",
                "The timetable did not pass its check; tell the operator of the service.",
            )],
        }
    }
}

impl Keys {
    fn told_clash(&self, problem: &Problem, clash: Clash, name: Name<'_>) -> Message {
        let pair = |request: usize| told_pair(problem, request, name);
        let side = |participant: usize| both(&name(participant));
        let named = |names: &[Text], index: usize| {
            let unnamed = || ((index + 1).to_string(), (index + 1).to_string());
            names.get(index).map_or_else(unnamed, both)
        };
        match clash {
            Clash::Required { request } => {
                let (ko, en) = pair(request);
                Message::new(
                    format!("{ko}: 반드시 상담해야 합니다."),
                    format!("{en}: they must meet."),
                )
            }
            Clash::Locked { request } => {
                let (ko, en) = pair(request);
                Message::new(
                    format!("{ko}: 고정된 상담입니다."),
                    format!("{en}: their meeting is locked."),
                )
            }
            Clash::Delegates { participant } => {
                let (ko, en) = side(participant);
                Message::new(
                    format!("{ko}: 동시에 상담할 수 있는 참석자 수가 정해져 있습니다."),
                    format!("{en}: it has only so many delegates at a time."),
                )
            }
            Clash::Cap { participant } => {
                let (ko, en) = side(participant);
                let cap = problem.participants[participant].cap;
                Message::new(
                    format!("{ko}: 상담은 최대 {cap}건입니다."),
                    format!("{en}: at most {cap} meeting(s)."),
                )
            }
            Clash::Rest { participant } => {
                let (ko, en) = side(participant);
                let rest = problem.participants[participant].rest;
                Message::new(
                    format!("{ko}: 상담 사이에 {rest}개 시간을 비워 둡니다."),
                    format!("{en}: {rest} slot(s) stay free between its meetings."),
                )
            }
            Clash::GroupCap { group } => {
                let (ko, en) = named(&self.groups, group);
                let cap = problem.groups[group].cap.unwrap_or(0);
                Message::new(
                    format!("그룹 ‘{ko}’: 상담은 최대 {cap}건입니다."),
                    format!("The group “{en}”: at most {cap} meeting(s)."),
                )
            }
            Clash::Tables => Message::new("테이블 수입니다.", "The number of tables."),
            Clash::Resource { resource } => {
                let (ko, en) = named(&self.resources, resource);
                let most = problem.resources[resource].units.iter().max();
                let most = most.copied().unwrap_or(0);
                Message::new(
                    format!("‘{ko}’: 한 시간에 최대 {most}건입니다."),
                    format!("“{en}”: {most} at a time at most."),
                )
            }
        }
    }

    /// What is wrong with a problem.
    pub(super) fn told_error(
        &self,
        problem: &Problem,
        error: &ProblemError,
        name: Name<'_>,
    ) -> Message {
        let locked = |lock: usize| {
            let request = problem.locks.get(lock).map_or(0, |lock| lock.request);
            told_pair(problem, request, name)
        };
        match error {
            ProblemError::LockUnavailable(lock)
            | ProblemError::LockForbidden(lock)
            | ProblemError::LockTableClosed(lock)
            | ProblemError::LockNoUnit(lock) => {
                let (ko, en) = locked(*lock);
                Message::new(
                    format!(
                        "{ko}: 고정된 상담이지만 그 시간에 참석자나 테이블, 필요한 지원이 없습니다. 고정을 풀어 주십시오."
                    ),
                    format!(
                        "{en}: their meeting is locked, but a delegate, the table or what it needs is not there at that time; unlock it."
                    ),
                )
            }
            ProblemError::LockConflict(lock) | ProblemError::LockCapZero(lock) => {
                let (ko, en) = locked(*lock);
                Message::new(
                    format!(
                        "{ko}: 고정된 상담이지만 다른 고정된 상담과 함께는 상한, 휴식, 테이블 또는 지원 수를 넘습니다. 하나를 풀어 주십시오."
                    ),
                    format!(
                        "{en}: their meeting is locked, but with other locked meetings it exceeds a cap, a rest, the tables or a resource; unlock one of them."
                    ),
                )
            }
            ProblemError::TooManySlots(slots) => Message::new(
                format!("시간이 {slots}개라 주선할 수 없습니다."),
                error.to_string(),
            ),
            error => Message::new(format!("주선할 수 없습니다: {error}"), error.to_string()),
        }
    }
}

fn told_pair(problem: &Problem, request: usize, name: Name<'_>) -> (String, String) {
    let pair = &problem.requests[request];
    let ((one_ko, one_en), (other_ko, other_en)) =
        (both(&name(pair.demander)), both(&name(pair.provider)));
    (
        format!("{one_ko} – {other_ko}"),
        format!("{one_en} – {other_en}"),
    )
}
