//! Prices of a repair, sought where it touches the day.
//!
//! Whoever was published has the price of a change on its side, so that at nearly all prices its choice is clear. Those
//! whose choice is not clear are few: the bound is sought in the program of those alone, in which a step costs little,
//! and is then summed up over all (partial pricing). Whose choice has changed by then joins the few.

use super::bound::{self, Bound};
use super::lagrange::{Gains, Price, Search};
use super::program::Program;
use super::shape::{Mask, Shape, bit};
use super::timetable::Timetable;

/// Most choices of a slot that are told to be near.
const NEAR: usize = 800;
/// Choices that are priced once over all, and the steps that may take.
const WORK: usize = 4_000_000;
const FEWEST: usize = 70;
const MOST: usize = 1_000;
/// Times that those whose choice is not clear are looked at, choices that are priced in each, and of those who are looked
/// at first.
const SWEEPS: usize = 3;
const SWEEP: usize = 3_000_000;
const FIRST: usize = 6_000;
/// By how much the best bound is expected below that of the flow: one in so many.
const EXPECTED: i64 = 1_000;
/// What a unit of coverage counts: more than elsewhere, as a meeting that must be made up for may displace several.
const UNIT: i64 = 4;
/// Choices that are few.
const FEW: usize = 50_000;

/// Prices of a repair, and what they prove.
pub(super) struct Repair<'a> {
    shape: &'a Shape<'a>,
    program: Program,
    prices: Vec<i64>,
    begun: bool,
    /// Those whose choice has changed while it was taken to be clear.
    unclear: Vec<bool>,
}

/// The best choices of all at some prices.
struct Best {
    /// What no timetable exceeds.
    value: i64,
    choices: Vec<Option<usize>>,
    /// What the second choice of each would lose.
    margins: Vec<i64>,
}

impl<'a> Repair<'a> {
    /// Begins with what the flow would pay. Changes of what was published are paid if they are `priced`.
    pub(super) fn new(shape: &'a Shape<'a>, bound: &Bound, priced: bool) -> Self {
        let unit = UNIT * bound::unit(shape.weights);
        let mut program = Program::beside_locks(shape, shape.weights, unit);
        if priced {
            program.price_changes(shape);
        }
        let prices = program.prices(shape, &bound.duals);
        let unclear = vec![false; program.columns.len()];
        Self {
            shape,
            program,
            prices,
            begun: false,
            unclear,
        }
    }

    /// Whether there are few choices, so that another round takes some hundredths of a second.
    pub(super) fn is_quick(&self) -> bool {
        self.program.choices.len() < FEW
    }

    /// Seeks better prices. No timetable of this coverage weighs more than what it returns; `reached` is what one weighs.
    /// `most` is the coverage and weight that the flow proves: the best bound is expected a little below.
    pub(super) fn prove(&mut self, (coverage, reached): (i64, i64), most: (i64, i64)) -> i64 {
        let unit = self.program.unit;
        let goal = reached + coverage * unit;
        let expected = Some(most.0 * unit + most.1 - most.1 / EXPECTED);
        if !std::mem::replace(&mut self.begun, true) {
            let mut search = Search::new(&self.program);
            search.prices = self.prices.iter().map(|price| f64::of(*price)).collect();
            search.expected = expected;
            let steps = WORK / self.program.choices.len().max(1);
            self.prices = search.best(goal, steps.clamp(FEWEST, MOST));
        }
        let mut best = self.best(&self.prices);
        for _ in 0..SWEEPS {
            if best.value <= goal {
                break;
            }
            let open = self.open(&best.margins);
            let (part, rows) = self.program.part(&self.prices, &open, &best.choices);
            let mut search = Search::new(&part);
            let prices = rows.iter().map(|row| f64::of(self.prices[*row]));
            search.prices = prices.collect();
            search.expected = expected;
            let steps = SWEEP / part.choices.len().max(1);
            let found = search.best(goal, steps.min(MOST));
            let mut prices = self.prices.clone();
            for (row, price) in rows.into_iter().zip(found) {
                prices[row] = price;
            }
            let next = self.best(&prices);
            let mut changed = false;
            for request in (0..open.len()).filter(|r| !open[*r]) {
                if next.choices[request] != best.choices[request] {
                    self.unclear[request] = true;
                    changed = true;
                }
            }
            if next.value < best.value {
                self.prices = prices;
                best = next;
            }
            if !changed {
                break;
            }
        }
        best.value - coverage * unit
    }

    /// The best choices at some prices, and what they prove.
    fn best(&self, prices: &[i64]) -> Best {
        let mut gains = Gains::new(&self.program, prices);
        let stocks = self.program.stocks.iter().zip(prices);
        let stocks: i64 = stocks.map(|(stock, price)| stock * price).sum();
        let mut best = Best {
            value: self.program.constant() + stocks,
            choices: Vec::with_capacity(self.program.columns.len()),
            margins: Vec::with_capacity(self.program.columns.len()),
        };
        for column in &self.program.columns {
            let found = gains.best(column);
            let (at, gain) = found.map_or((None, 0), |(at, gain)| (Some(at), gain));
            let all = gains.in_slots(column);
            let choices = column
                .choices
                .clone()
                .zip(&self.program.slots[column.choices.clone()]);
            let others = choices.filter(|(choice, _)| Some(*choice) != at);
            let second = others.map(|(_, slot)| all[usize::from(*slot)]).max();
            let out = (at.is_some() && !column.pinned).then_some(0);
            let second = second.into_iter().chain(out).max();
            best.value += gain;
            best.choices.push(at);
            best.margins
                .push(second.map_or(i64::MAX, |second| gain - second));
        }
        best
    }

    /// Those whose choice is least clear, and those with whom it turned out not to be.
    fn open(&self, margins: &[i64]) -> Vec<bool> {
        let mut order: Vec<usize> = (0..margins.len())
            .filter(|r| margins[*r] < i64::MAX)
            .collect();
        order.sort_unstable_by_key(|r| (margins[*r], *r));
        let mut open = self.unclear.clone();
        let mut choices = 0;
        for request in order {
            choices += self.program.columns[request].choices.len();
            if choices > FIRST {
                break;
            }
            open[request] = true;
        }
        open
    }

    /// The slots that lose least at the prices, at most `slack`, of the requests that have such a choice beside where they
    /// are: what a better timetable is made of.
    pub(super) fn near(&self, timetable: &Timetable<'_>, slack: i64) -> Vec<Mask> {
        let mut gains = Gains::new(&self.program, &self.prices);
        let columns = self.program.columns.iter().enumerate();
        let mut losses = Vec::new();
        for (request, column) in columns.filter(|(r, _)| !self.shape.locked[*r]) {
            let gain = gains.best(column).map_or(0, |best| best.1.max(0));
            let is = timetable.slot_of(request);
            if is.is_some() && !column.pinned {
                losses.push((gain, request, None));
            }
            let gains = gains.in_slots(column);
            for slot in self.program.slots[column.choices.clone()].iter() {
                let slot = usize::from(*slot);
                if is != Some(slot) {
                    losses.push((gain - gains[slot], request, Some(slot)));
                }
            }
        }
        losses.retain(|(loss, ..)| *loss <= slack);
        losses.sort_unstable();
        losses.truncate(NEAR);
        let mut near = vec![0; self.shape.ends.len()];
        for (_, request, slot) in losses {
            let is = timetable.slot_of(request).map_or(0, bit);
            near[request] |= is | slot.map_or(0, bit);
        }
        near
    }
}
