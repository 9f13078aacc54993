//! What is sought behind coverage and weight, and in which order: breaks, idle slots, fairness, preferences.

use super::levels::LevelName;
use super::shape::{Mask, Shape, bit};

crate::vocabulary! {
    /// What is sought behind coverage and weight.
    Aim {
        Breaks = "breaks", "중간 공백 횟수", "few breaks between runs of meetings";
        IdleSlots = "idle_slots", "대기 슬롯", "few idle slots inside a participant's span";
        BreakSpread = "break_spread", "공백 편차", "breaks shared out evenly";
        SatisfactionSpread = "satisfaction_spread", "배정률 편차", "shares of what is asked alike for all";
        Preferences = "preferences", "시간대 선호", "meetings when participants would rather have them";
    }
}

impl Aim {
    /// The level that counts it.
    pub fn level(self) -> LevelName {
        match self {
            Self::Breaks => LevelName::Breaks,
            Self::IdleSlots => LevelName::IdleSlots,
            Self::BreakSpread => LevelName::BreakSpread,
            Self::SatisfactionSpread => LevelName::SatisfactionSpread,
            Self::Preferences => LevelName::Preferences,
        }
    }

    /// All aims: those that are named first, then the others as they are listed here.
    pub fn in_order(named: &[Self]) -> Vec<Self> {
        let mut order: Vec<Self> = Vec::new();
        for aim in named.iter().chain(Self::ALL) {
            if !order.contains(aim) {
                order.push(*aim);
            }
        }
        order
    }
}

/// What a participant has to bear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Strain {
    pub breaks: i64,
    pub idle: i64,
    /// Against its preferences: meetings outside the slots it would rather have, and, of who would be done early, slots
    /// in which it is there and does not meet before its last meeting of the day.
    pub unwished: i64,
}

/// What strain costs in the search; the aims that come first cost more than those behind usually can outweigh. Which
/// timetable is kept is decided by the order itself.
#[derive(Debug, Clone)]
pub(super) struct Costs {
    breaks: i64,
    idle: i64,
    unwished: i64,
    /// Breaks of one participant cost more and more.
    evenly: bool,
}

/// More than a participant has slots.
const BREAK: i64 = 256;
/// What comes before breaks.
const BEFORE: i64 = 4 * BREAK;
/// What comes between breaks and idle slots.
const BETWEEN: i64 = 16;

impl Costs {
    pub(super) fn new(order: &[Aim]) -> Self {
        let place = |aim| order.iter().position(|a| *a == aim);
        let before = |a, b| place(a) < place(b);
        Self {
            breaks: BREAK,
            idle: if before(Aim::IdleSlots, Aim::Breaks) {
                BEFORE
            } else {
                1
            },
            unwished: if before(Aim::Preferences, Aim::Breaks) {
                BEFORE
            } else if before(Aim::Preferences, Aim::IdleSlots) {
                BETWEEN
            } else {
                1
            },
            evenly: before(Aim::BreakSpread, Aim::Breaks),
        }
    }

    pub(super) fn of(&self, strain: &Strain) -> i64 {
        let breaks = strain.breaks * if self.evenly { strain.breaks } else { 1 };
        breaks * self.breaks + strain.idle * self.idle + strain.unwished * self.unwished
    }
}

impl Shape<'_> {
    /// What a participant has to bear who meets in these slots.
    pub(super) fn strain(&self, participant: usize, occupied: Mask) -> Strain {
        let (breaks, idle) = self.gaps(participant, occupied);
        let mut unwished = (occupied & !self.preferred[participant]).count_ones();
        if self.finishes_early[participant] {
            for day in &self.days {
                let own = occupied & day;
                if own != 0 {
                    let last = Mask::BITS - 1 - own.leading_zeros();
                    let before = self.there[participant] & day & (bit(last as usize) - 1);
                    unwished += (before & !own).count_ones();
                }
            }
        }
        Strain {
            breaks: i64::from(breaks),
            idle: i64::from(idle),
            unwished: i64::from(unwished),
        }
    }
}
