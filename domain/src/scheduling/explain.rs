//! Why a request is left out: the smallest reason that is true of the timetable at hand, and what would help.

use super::Problem;
use super::timetable::Timetable;
use crate::text::Message;
use serde::{Deserialize, Serialize};

/// A request without a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The request.
    pub request: usize,
    /// Why.
    pub reason: Reason,
}

/// Why a request has no meeting. Numbers are indexes of the problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// There is no slot in which both could meet, even if nothing else took place.
    NoCommonSlot,
    /// A participant has as many meetings as it wants, with others.
    CapReached {
        /// Which.
        participant: usize,
        /// The requests that were placed for it.
        by: Vec<usize>,
    },
    /// In every slot that both could use and in which both have a delegate free, all tables are taken.
    NoTable {
        /// Those slots.
        slots: Vec<usize>,
    },
    /// All delegates of a participant are in other meetings in every slot that both could use.
    NoFreeDelegate {
        /// Which participant.
        participant: usize,
        /// The requests that were placed for it in those slots.
        by: Vec<usize>,
    },
    /// Where one side is free, the other is not, or there is no table.
    Displaced {
        /// The requests of either that were placed in the slots both could use.
        by: Vec<usize>,
    },
}

/// The reasons of all requests without a meeting.
pub(super) fn explain(timetable: &Timetable<'_>) -> Vec<LeftOut> {
    (0..timetable.shape.ends.len())
        .filter(|request| timetable.slot_of(*request).is_none())
        .map(|request| LeftOut {
            request,
            reason: reason(timetable, request),
        })
        .collect()
}

fn reason(timetable: &Timetable<'_>, request: usize) -> Reason {
    let problem = timetable.shape.problem;
    let r = &problem.requests[request];
    let common: Vec<usize> = (0..problem.slots.len())
        .filter(|slot| problem.could_meet(r, *slot))
        .collect();
    if common.is_empty() {
        return Reason::NoCommonSlot;
    }
    let placed = |participant: usize, slots: &[usize]| -> Vec<usize> {
        let own = timetable.shape.requests_of[participant].iter().copied();
        own.filter(|other| {
            timetable
                .slot_of(*other)
                .is_some_and(|slot| slots.contains(&slot))
        })
        .collect()
    };
    let all: Vec<usize> = (0..problem.slots.len()).collect();
    for participant in [r.provider, r.demander] {
        if timetable.meetings(participant) >= problem.participants[participant].cap {
            return Reason::CapReached {
                participant,
                by: placed(participant, &all),
            };
        }
    }
    for participant in [r.provider, r.demander] {
        if common
            .iter()
            .all(|slot| !timetable.has_seat(participant, *slot))
        {
            return Reason::NoFreeDelegate {
                participant,
                by: placed(participant, &common),
            };
        }
    }
    let free: Vec<usize> = common
        .iter()
        .copied()
        .filter(|slot| {
            timetable.has_seat(r.demander, *slot) && timetable.has_seat(r.provider, *slot)
        })
        .collect();
    if !free.is_empty() {
        return Reason::NoTable { slots: free };
    }
    let mut by = placed(r.provider, &common);
    by.extend(placed(r.demander, &common));
    by.sort_unstable();
    by.dedup();
    Reason::Displaced { by }
}

impl Reason {
    /// The reason and what would have helped, with the participants' names.
    pub fn message(
        &self,
        problem: &Problem,
        request: usize,
        name: &dyn Fn(usize) -> crate::text::Text,
    ) -> Message {
        let r = &problem.requests[request];
        let said = |participant: usize| {
            let name = name(participant);
            let get = |language| name.get(language).unwrap_or("?").to_owned();
            (
                get(crate::text::Language::Ko),
                get(crate::text::Language::En),
            )
        };
        match self {
            Self::NoCommonSlot => Message::new(
                "두 기관이 함께 가능한 시간이 없습니다. 참석자가 다른 시간에도 가능하면 배정될 수 있습니다.",
                "The two have no slot in common; a delegate who is free at another time would help.",
            ),
            Self::CapReached { participant, by } => {
                let (ko, en) = said(*participant);
                Message::new(
                    format!(
                        "{ko}의 상담이 상한({}건)에 이르렀습니다. 상한을 늘리면 배정될 수 있습니다.",
                        by.len()
                    ),
                    format!(
                        "{en} has all the {} meetings it wants; a higher limit would help.",
                        by.len()
                    ),
                )
            }
            Self::NoTable { slots } => Message::new(
                format!(
                    "두 기관이 모두 비는 시간({}개)에 빈 테이블이 없습니다. 테이블을 늘리면 배정됩니다.",
                    slots.len()
                ),
                format!(
                    "Both are free in {} slot(s), but every table is taken then; one more table would place it.",
                    slots.len()
                ),
            ),
            Self::NoFreeDelegate { participant, by } => {
                let (ko, en) = said(*participant);
                Message::new(
                    format!(
                        "함께 가능한 시간마다 {ko}의 참석자가 다른 상담({}건)에 배정되었습니다. 참석자를 늘리면 배정될 수 있습니다.",
                        by.len()
                    ),
                    format!(
                        "In every common slot the delegates of {en} are in other meetings ({}); another delegate would help.",
                        by.len()
                    ),
                )
            }
            Self::Displaced { by } => {
                let ((demander_ko, demander_en), (provider_ko, provider_en)) =
                    (said(r.demander), said(r.provider));
                Message::new(
                    format!(
                        "{demander_ko}와(과) {provider_ko}이(가) 동시에 비는 시간이 없습니다. 다른 상담 {}건이 앞섰습니다.",
                        by.len()
                    ),
                    format!(
                        "{demander_en} and {provider_en} are never free at the same time: {} other meetings went before.",
                        by.len()
                    ),
                )
            }
        }
    }
}
