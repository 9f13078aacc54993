//! Why a request is left out: the smallest reason that is true of the timetable at hand, and what would help.

use super::shape::{bit, bits};
use super::timetable::Timetable;
use super::{PairRule, Problem};
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
    /// The organiser has said that the two do not meet.
    Forbidden,
    /// A group of one of the two has as many meetings as it may have.
    GroupCapReached {
        /// Which.
        group: usize,
        /// The requests that were placed for it.
        by: Vec<usize>,
    },
    /// In every slot that both could use and in which both have a delegate free and rested, all units of a resource
    /// are taken, though not in each also all tables.
    NoResource {
        /// Which.
        resource: usize,
        /// Those slots.
        slots: Vec<usize>,
    },
    /// In every slot that both could use a participant has no delegate free or needs its rest.
    Rest {
        /// Which participant.
        participant: usize,
        /// The requests that were placed for it in those slots, or so near that it rests in them.
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
    /// Where one side is free, the other is not, or a table or a resource is missing.
    Displaced {
        /// The requests that hold what is missing in the slots both could use.
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
    if r.rule == PairRule::Forbidden {
        return Reason::Forbidden;
    }
    let shape = timetable.shape;
    let common: Vec<usize> = bits(shape.allowed[request]).collect();
    if common.is_empty() {
        return Reason::NoCommonSlot;
    }
    let placed = |all: &[usize], slots: &dyn Fn(usize) -> bool| -> Vec<usize> {
        let in_them = |other: &usize| timetable.slot_of(*other).is_some_and(slots);
        all.iter().copied().filter(in_them).collect()
    };
    let sides = [r.provider, r.demander];
    for participant in sides {
        if !timetable.below_cap(participant) {
            let by = placed(&shape.requests_of[participant], &|_| true);
            return Reason::CapReached { participant, by };
        }
    }
    for group in shape.groups_of[request].iter().map(|group| *group as usize) {
        if timetable.group_full(group) {
            let by = placed(&shape.requests_of_group[group], &|_| true);
            return Reason::GroupCapReached { group, by };
        }
    }
    let busy = |p: usize, slot: usize| !timetable.has_seat(p, slot);
    let barred = |p: usize, slot: usize| busy(p, slot) || !timetable.rested(p, slot);
    for participant in sides {
        if common.iter().all(|slot| busy(participant, *slot)) {
            let by = placed(&shape.requests_of[participant], &|slot| {
                common.contains(&slot)
            });
            return Reason::NoFreeDelegate { participant, by };
        }
    }
    // Where its meetings are that keep a participant from the common slots.
    let around = |p: usize| {
        common
            .iter()
            .fold(0, |all, slot| all | bit(*slot) | shape.near(p, *slot))
    };
    for participant in sides {
        if common.iter().all(|slot| barred(participant, *slot)) {
            let near = around(participant);
            let by = placed(&shape.requests_of[participant], &|slot| {
                near & bit(slot) != 0
            });
            return Reason::Rest { participant, by };
        }
    }
    let free = common.iter().copied();
    let free: Vec<usize> = free
        .filter(|slot| !sides.iter().any(|p| barred(*p, *slot)))
        .collect();
    let taken = |pool: u16| free.iter().all(|slot| timetable.left(pool, *slot) <= 0);
    let mut needed = shape.pools[request].iter();
    if let Some(pool) = needed.find(|pool| !free.is_empty() && taken(**pool)) {
        return match usize::from(*pool).checked_sub(1) {
            None => Reason::NoTable { slots: free },
            Some(resource) => Reason::NoResource {
                resource,
                slots: free,
            },
        };
    }
    let mut by = Vec::new();
    for p in sides {
        let near = around(p);
        by.extend(placed(&shape.requests_of[p], &|slot| near & bit(slot) != 0));
    }
    for slot in free {
        let used_up = shape.pools[request]
            .iter()
            .filter(|pool| timetable.left(**pool, slot) <= 0);
        let there = timetable.in_slot(slot).iter().map(|r| *r as usize);
        for pool in used_up {
            by.extend(there.clone().filter(|r| shape.pools[*r].contains(pool)));
        }
    }
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
            Self::Forbidden => Message::new(
                "주관기관이 만나지 않도록 정한 상대입니다.",
                "The organiser has said that the two do not meet.",
            ),
            Self::GroupCapReached { by, .. } => Message::new(
                format!(
                    "소속 그룹의 상담이 상한({}건)에 이르렀습니다. 그룹의 상한을 늘리면 배정될 수 있습니다.",
                    by.len()
                ),
                format!(
                    "A group of one of the two has all the {} meetings it may have; a higher limit of the group would help.",
                    by.len()
                ),
            ),
            Self::NoResource { slots, .. } => Message::new(
                format!(
                    "두 기관이 모두 비는 시간({}개)에 필요한 지원(통역 등)이 모두 배정되었습니다. 한 명을 늘리면 배정될 수 있습니다.",
                    slots.len()
                ),
                format!(
                    "Both are free in {} slot(s), but what the meeting needs, an interpreter for example, is taken then; one more would help.",
                    slots.len()
                ),
            ),
            Self::Rest { participant, by } => {
                let (ko, en) = said(*participant);
                Message::new(
                    format!(
                        "함께 가능한 시간마다 {ko}이(가) 다른 상담({}건) 중이거나 그 전후의 휴식 시간입니다. 휴식을 줄이면 배정될 수 있습니다.",
                        by.len()
                    ),
                    format!(
                        "In every common slot {en} is in one of {} other meetings or rests before or after it; a shorter rest would help.",
                        by.len()
                    ),
                )
            }
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
                        "{demander_ko}와(과) {provider_ko}이(가) 동시에 비고 자리가 있는 시간이 없습니다. 다른 상담 {}건이 앞섰습니다.",
                        by.len()
                    ),
                    format!(
                        "{demander_en} and {provider_en} are never free at the same time with what the meeting needs: {} other meetings went before.",
                        by.len()
                    ),
                )
            }
        }
    }
}
