//! The figures of a timetable, level by level, each beside what is proved of it.

use super::aim::Aim;
use super::bound::{self, Bound};
use super::lagrange::{self, Proved};
use super::least;
use super::packing;
use super::shape::Shape;
use super::timetable::Timetable;
use super::touched;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// What a level of the objective counts; an earlier level is never given away for a later one.
    LevelName {
        Coverage = "coverage", "참여 보장", "coverage: must-requests, floors, somebody for everybody";
        WeightLessChanges = "weight_less_changes", "변경 비용을 뺀 가중치", "weight of the requests placed less what changes of published meetings cost";
        Weight = "weight", "신청 가중치", "weight of the requests placed";
        Changes = "changes", "변경된 상담", "published meetings that are not where they were published";
        Breaks = "breaks", "중간 공백 횟수", "breaks between runs of meetings";
        IdleSlots = "idle_slots", "대기 슬롯", "idle slots inside a participant's span";
        BreakSpread = "break_spread", "공백 편차", "most breaks of a participant less fewest";
        SatisfactionSpread = "satisfaction_spread", "배정률 편차", "largest share placed of what is asked of a participant less smallest, per mille";
        Preferences = "preferences", "선호 외 배정", "meetings outside of preferred times, and waits of who would be done early";
        TableMoves = "table_moves", "테이블 이동", "table changes of those who stay seated";
    }
}

impl LevelName {
    /// Whether more is better: then a bound is not below the value, else not above it.
    pub fn is_most(self) -> bool {
        matches!(
            self,
            Self::Coverage | Self::WeightLessChanges | Self::Weight
        )
    }
}

/// The figure of a level, beside what cannot be bettered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// What is counted.
    pub name: LevelName,
    /// What was reached.
    pub value: i64,
    /// A proved bound for all timetables that reach the same on the levels before: at most this much coverage and
    /// weight, at least so many of the others; none: no proof.
    pub bound: Option<i64>,
}

/// What is proved of coverage, weight and breaks.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub coverage: i64,
    /// The weight of all timetables of the coverage that is reached.
    pub weight: Option<i64>,
    /// The same less what changes of published meetings cost.
    pub priced: Option<i64>,
    pub breaks: i64,
}

impl Bounds {
    /// What the flow proves of a timetable of this coverage.
    pub(super) fn of_flow(bound: &Bound, coverage: i64) -> Self {
        Self {
            coverage: bound.coverage,
            weight: (coverage == bound.coverage).then_some(bound.weight),
            priced: None,
            breaks: 0,
        }
    }

    /// Proves more with the prices of slots, where the flow leaves something open.
    pub(super) fn tighten(&mut self, timetable: &Timetable<'_>) {
        let shape = timetable.shape;
        let reached = timetable.figures();
        if columns(shape) > MOST_COLUMNS {
            self.weaken(timetable);
            return;
        }
        if reached.coverage < self.coverage {
            let coverage = lagrange::coverage_bound(shape, reached.coverage);
            self.coverage = self.coverage.min(coverage);
        }
        let small = columns(shape) < SMALL_COLUMNS;
        let open = (self.weight)
            .is_none_or(|bound| !is_near(reached.weight, bound) || small && bound > reached.weight);
        if open {
            let proved = lagrange::weight_bound(shape, reached.coverage, reached.weight);
            let flow = self.weight.unwrap_or(i64::MAX);
            self.weight = Some(proved.weight.min(flow));
            self.breaks = self.breaks.max(least::breaks(shape, &proved));
        }
    }

    /// A bound on weight where the flow's is of another coverage.
    fn weaken(&mut self, timetable: &Timetable<'_>) {
        let (shape, reached) = (timetable.shape, timetable.figures());
        if self.weight.is_none() {
            self.weight = bound::weight_at(shape.problem, shape.weights, reached.coverage);
        }
    }

    /// The same for a repair, quickly: beginning with what the flow `bound` would pay.
    pub(super) fn tighten_repair(&mut self, timetable: &Timetable<'_>, bound: &Bound) {
        self.weaken(timetable);
        let (shape, reached) = (timetable.shape, timetable.figures());
        let loose = (self.weight).is_none_or(|bound| bound - reached.weight > bound / 1_000);
        if loose && columns(shape) < QUICK_COLUMNS {
            let mut prices = touched::Repair::new(shape, bound, false);
            let proved = prices.prove(
                (reached.coverage, reached.weight),
                (bound.coverage, bound.weight),
            );
            self.weight = Some(self.weight.map_or(proved, |flow| flow.min(proved)));
        }
        if shape.price == Some(0) {
            self.weight = self.weight.into_iter().chain(self.priced).min();
        }
        // Changes that cannot be helped cost their price whatever is done.
        let needed = shape.price.unwrap_or(0) * unavoidable(shape);
        let paid = self.weight.map(|weight| weight - needed);
        self.priced = self.priced.into_iter().chain(paid).min();
    }

    /// Breaks that every timetable as good has.
    pub(super) fn count_breaks(&mut self, timetable: &Timetable<'_>, bound: &Bound) {
        let (shape, breaks) = (timetable.shape, timetable.figures().breaks);
        if breaks > self.breaks && !is_large(shape) {
            let proved = as_good(timetable, bound);
            let packed = packing::breaks(shape, &proved, breaks);
            self.breaks = self.breaks.max(least::breaks(shape, &proved)).max(packed);
        }
    }
}

/// Whether prices for breaks alone take too long.
pub(super) fn is_large(shape: &Shape<'_>) -> bool {
    columns(shape) >= MOST_COLUMNS
}

/// What is proved of all timetables as good.
pub(super) fn as_good(timetable: &Timetable<'_>, bound: &Bound) -> Proved {
    let (shape, reached) = (timetable.shape, timetable.figures());
    let (coverage, weight) = (reached.coverage, reached.weight);
    if (coverage, weight) == (bound.coverage, bound.weight) {
        lagrange::weight_bound_from(shape, bound, coverage, weight)
    } else {
        lagrange::weight_bound(shape, coverage, weight)
    }
}

/// Columns of a day on which no gap is too small.
const SMALL_COLUMNS: u64 = 200;
/// Columns that are priced in some hundredths of a second.
const QUICK_COLUMNS: u64 = 12_000;

/// Published meetings that cannot all be where they were published: their slot is closed to them, or has fewer units of
/// something than they need together.
pub(super) fn unavoidable(shape: &Shape<'_>) -> i64 {
    let mut taken = vec![0; shape.units.len()];
    let mut closed = 0;
    let published = shape.published.iter().enumerate();
    for (request, slot) in published.filter_map(|(request, slot)| Some((request, (*slot)?))) {
        if shape.allowed[request] & super::shape::bit(slot) == 0 {
            closed += 1;
            continue;
        }
        for pool in &shape.pools[request] {
            taken[usize::from(*pool) * shape.slots + slot] += 1;
        }
    }
    let lacking = |slot: usize| {
        let pools = (slot..taken.len()).step_by(shape.slots);
        let lacking = pools.map(|at| i64::from(taken[at] - shape.units[at]));
        lacking.max().unwrap_or(0).max(0)
    };
    closed + (0..shape.slots).map(lacking).sum::<i64>()
}

/// Whether a bound leaves nothing open that is worth the time.
pub(super) fn is_near(reached: i64, bound: i64) -> bool {
    bound - reached <= bound / NEARLY
}

/// Columns of the time-indexed program.
fn columns(shape: &Shape<'_>) -> u64 {
    shape
        .allowed
        .iter()
        .map(|mask| u64::from(mask.count_ones()))
        .sum()
}

/// A gap of one in so many is left open where the flow proved it.
const NEARLY: i64 = 200_000;
/// More columns take too long to be priced for breaks alone.
const MOST_COLUMNS: u64 = 40_000;

/// The levels that a search keeps up to date.
pub(super) fn levels_so_far(timetable: &Timetable<'_>, bounds: &Bounds) -> Vec<Level> {
    let reached = timetable.figures();
    let level = |name, value, bound| Level { name, value, bound };
    let none = |value: i64| (value == 0).then_some(0);
    let weight = bounds
        .weight
        .filter(|_| reached.coverage == bounds.coverage);
    vec![
        level(LevelName::Coverage, reached.coverage, Some(bounds.coverage)),
        level(LevelName::Weight, reached.weight, weight),
        level(LevelName::Breaks, reached.breaks, none(reached.breaks)),
        level(
            LevelName::IdleSlots,
            reached.idle_slots,
            none(reached.idle_slots),
        ),
    ]
}

/// The levels of a timetable but for the tables.
pub(super) fn levels(timetable: &Timetable<'_>, bounds: &Bounds) -> Vec<Level> {
    let shape = timetable.shape;
    let reached = timetable.figures();
    let level = |name, value, bound| Level { name, value, bound };
    // A lower bound of 0 proves what is 0, and nothing else that is worth a word.
    let least = |value: i64, bound: i64| (bound > 0 || value == 0).then_some(bound);
    let mut levels = vec![level(
        LevelName::Coverage,
        reached.coverage,
        Some(bounds.coverage),
    )];
    if shape.price.is_some_and(|price| price > 0) {
        let worth = timetable.worth().1;
        levels.push(level(LevelName::WeightLessChanges, worth, bounds.priced));
    }
    levels.push(level(LevelName::Weight, reached.weight, bounds.weight));
    if shape.price.is_some() {
        levels.push(level(
            LevelName::Changes,
            reached.changes,
            least(reached.changes, unavoidable(shape)),
        ));
    }
    let mut breaks_known = bounds.breaks;
    let everybody = i64::try_from(shape.cap.len()).unwrap_or(i64::MAX).max(1);
    for aim in &shape.order {
        let value = reach(timetable, *aim);
        let bound = match aim {
            Aim::Breaks => {
                breaks_known = reached.breaks;
                bounds.breaks
            }
            // Every break has an idle slot.
            Aim::IdleSlots => breaks_known,
            // Breaks that cannot be shared out evenly leave a difference of one at least.
            Aim::BreakSpread if breaks_known == reached.breaks => {
                i64::from(reached.breaks % everybody != 0)
            }
            Aim::BreakSpread | Aim::SatisfactionSpread | Aim::Preferences => 0,
        };
        levels.push(level(aim.level(), value, least(value, bound)));
    }
    levels
}

/// How far an aim is missed.
pub(super) fn reach(timetable: &Timetable<'_>, aim: Aim) -> i64 {
    let (strains, _) = timetable.strains();
    match aim {
        Aim::Breaks => strains.breaks,
        Aim::IdleSlots => strains.idle,
        Aim::Preferences => strains.unwished,
        Aim::BreakSpread => break_spread(timetable),
        Aim::SatisfactionSpread => satisfaction_spread(timetable),
    }
}

/// Most breaks of a participant less fewest.
fn break_spread(timetable: &Timetable<'_>) -> i64 {
    let strained = timetable.strained();
    let breaks = |p: usize| timetable.strain(p).breaks;
    let most = strained
        .iter()
        .map(|p| breaks(*p as usize))
        .max()
        .unwrap_or(0);
    if strained.len() < timetable.shape.cap.len() {
        return most;
    }
    most - (0..timetable.shape.cap.len())
        .map(breaks)
        .min()
        .unwrap_or(0)
}

/// Largest share placed of a participant's requests less smallest, per mille; who has no request does not count.
fn satisfaction_spread(timetable: &Timetable<'_>) -> i64 {
    let shape: &Shape<'_> = timetable.shape;
    let shares = (0..shape.cap.len())
        .filter(|p| !shape.requests_of[*p].is_empty())
        .map(|p| {
            let asked = i64::try_from(shape.requests_of[p].len()).unwrap_or(i64::MAX);
            i64::from(timetable.meetings(p)) * 1_000 / asked
        });
    let most = shares.clone().max().unwrap_or(0);
    most - shares.min().unwrap_or(0)
}
