//! The time-indexed program: a column for each request and slot, a row for everything that is scarce.
//!
//! Rows: the seats of a participant in a slot (with a rest: in the slots that one meeting blocks together), the units
//! of a pool in a slot, the caps of participants and groups, and for coverage the units that floors ask for, which a
//! meeting earns. Its linear relaxation is much tighter than the choice of meetings alone where availability is sparse.
//! [`super::lagrange`] bounds it, [`super::lp`] solves it.

use super::bound::{Duals, Stock};
use super::shape::{Mask, Shape, bit, bits};
use super::timetable::Timetable;
use smallvec::SmallVec;
use std::ops::Range;

/// What a request is worth and draws on.
pub(super) struct Column {
    /// Its worth, in whole numbers.
    pub worth: i64,
    /// It takes place in every timetable.
    pub pinned: bool,
    /// Rows of which it takes a unit wherever it meets: caps.
    pub pays: SmallVec<[u32; 4]>,
    /// Rows of which it earns a unit: floors.
    pub earns: SmallVec<[u32; 4]>,
    /// Its choices of a slot.
    pub choices: Range<usize>,
}

/// A slot of a request, and the rows of which it takes a unit there.
pub(super) struct Choice {
    pub slot: usize,
    /// Its worth beside that of the column.
    pub worth: i64,
    pub rows: Range<usize>,
}

pub(super) struct Program {
    /// Units of each row. A row from `rewards` on is a floor: below 0, as it lacks units.
    pub stocks: Vec<i64>,
    pub rewards: usize,
    pub columns: Vec<Column>,
    pub choices: Vec<Choice>,
    rows: Vec<u32>,
    /// What a unit of coverage is worth.
    pub unit: i64,
    /// Worth of every timetable.
    base: i64,
}

impl Program {
    /// With these weights of the requests, and what a unit of coverage counts beside them.
    pub(super) fn new(shape: &Shape<'_>, weights: &[i64], unit: i64) -> Self {
        Self::of(shape, weights, unit, &|_| Mask::MAX)
    }

    /// Changes of what was published cost their price: all are paid in advance, and who meets where it was published has
    /// its own back.
    pub(super) fn price_changes(&mut self, shape: &Shape<'_>) {
        let price = shape.price.unwrap_or(0);
        for (column, published) in self.columns.iter().zip(&shape.published) {
            let Some(slot) = published else { continue };
            self.base -= price;
            let own = &mut self.choices[column.choices.clone()];
            for choice in own.iter_mut().filter(|choice| choice.slot == *slot) {
                choice.worth = price;
            }
        }
    }

    /// What the flow would pay for a unit of each row.
    pub(super) fn prices(&self, shape: &Shape<'_>, duals: &Duals) -> Vec<i64> {
        let (n, groups, slots) = (shape.cap.len(), shape.group_cap.len(), shape.slots);
        let mut prices = vec![0; self.stocks.len()];
        let caps = n * slots + shape.units.len();
        prices[n * slots..(n + 1) * slots].fill(duals.tables);
        for (stock, dearer) in &duals.stocks {
            let (cap, floor) = match stock {
                Stock::Participant(p) => (caps + p, self.rewards + p),
                Stock::Group(group) => (caps + n + group, self.rewards + n + group),
            };
            debug_assert!(caps + n + groups == self.rewards);
            prices[floor] = prices[floor].max(-dearer).min(self.unit);
            let seats = |p: usize| -> i64 {
                bits(shape.there[p])
                    .map(|slot| self.stocks[p * slots + slot])
                    .sum()
            };
            match stock {
                // The seats of all its slots are scarcer than its cap.
                Stock::Participant(p) if seats(*p) <= self.stocks[cap] => {
                    for slot in bits(shape.there[*p]) {
                        let price = &mut prices[p * slots + slot];
                        *price = (*price).max(*dearer);
                    }
                }
                _ => prices[cap] = prices[cap].max(*dearer),
            }
        }
        for (p, window, dearer) in &duals.windows {
            bits(*window).for_each(|slot| prices[p * slots + slot] += dearer);
        }
        prices
    }

    /// The program of the requests that have slots open, in those slots, while all others stay as they are in a
    /// timetable.
    pub(super) fn around(timetable: &Timetable<'_>, unit: i64, open: &[Mask]) -> Self {
        let shape = timetable.shape;
        let mut program = Self::of(shape, shape.weights, unit, &|request| open[request]);
        program.price_changes(shape);
        let still = |request: usize| match timetable.slot_of(request) {
            Some(slot) if open[request] == 0 => bit(slot),
            _ => 0,
        };
        let fixed = Self::of(shape, shape.weights, unit, &still);
        for column in &fixed.columns {
            let Some(choice) = fixed.choices[column.choices.clone()].first() else {
                continue;
            };
            for row in fixed.rows(choice).iter().chain(&column.pays) {
                program.stocks[*row as usize] -= 1;
            }
            for row in &column.earns {
                let stock = &mut program.stocks[*row as usize];
                *stock = (*stock + 1).min(0);
            }
        }
        program
    }

    fn of(shape: &Shape<'_>, weights: &[i64], unit: i64, open: &dyn Fn(usize) -> Mask) -> Self {
        let (n, groups) = (shape.cap.len(), shape.group_cap.len());
        let pools = n * shape.slots;
        let caps = pools + shape.units.len();
        let group_caps = caps + n;
        let rewards = group_caps + groups;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut stocks = Vec::with_capacity(rewards + n + groups);
        for p in 0..n {
            for slot in 0..shape.slots {
                // The slots from this one on of which a meeting in one blocks the others.
                let seats =
                    bits(blocks(shape, p, slot)).map(|slot| i64::from(shape.seats(p, slot)));
                stocks.push(seats.max().unwrap_or(0));
            }
        }
        stocks.extend(shape.units.iter().map(|units| i64::from(*units)));
        stocks.extend(shape.cap.iter().map(|cap| i64::from(*cap)));
        stocks.extend(shape.group_cap.iter().map(|cap| i64::from(*cap)));
        stocks.extend(shape.covering.iter().map(|units| -i64::from(*units)));
        stocks.extend(shape.group_floor.iter().map(|units| -i64::from(*units)));
        let (mut columns, mut choices, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for (request, ends) in shape.ends.iter().enumerate() {
            let first = choices.len();
            for slot in bits(shape.allowed[request] & open(request)) {
                let begin = rows.len();
                for p in ends {
                    let before = shape.near(*p, slot) & (bit(slot) - 1);
                    let blocking = bits(before | bit(slot));
                    rows.extend(blocking.map(|from| number(p * shape.slots + from)));
                }
                let drawn = shape.pools[request].iter().map(|pool| usize::from(*pool));
                rows.extend(drawn.map(|pool| number(pools + pool * shape.slots + slot)));
                choices.push(Choice {
                    slot,
                    worth: 0,
                    rows: begin..rows.len(),
                });
            }
            let must = if shape.must[request] {
                shape.must_units * unit
            } else {
                0
            };
            let in_groups = shape.groups_of[request].iter().map(|group| *group as usize);
            columns.push(Column {
                worth: weights[request] + must,
                pinned: shape.pinned[request],
                pays: (ends.iter().map(|p| caps + p))
                    .chain(in_groups.clone().map(|group| group_caps + group))
                    .map(number)
                    .collect(),
                earns: (ends.iter().map(|p| rewards + p))
                    .chain(in_groups.map(|group| rewards + n + group))
                    .map(number)
                    .collect(),
                choices: first..choices.len(),
            });
        }
        Self {
            stocks,
            rewards,
            columns,
            choices,
            rows,
            unit,
            base: 0,
        }
    }

    /// The row of the tables in a slot.
    pub(super) fn table_row(shape: &Shape<'_>, slot: usize) -> usize {
        shape.cap.len() * shape.slots + slot
    }

    /// The row of a participant's cap.
    pub(super) fn cap_row(shape: &Shape<'_>, participant: usize) -> usize {
        shape.cap.len() * shape.slots + shape.units.len() + participant
    }

    /// The row of a participant's floor.
    pub(super) fn floor_row(shape: &Shape<'_>, participant: usize) -> usize {
        let (n, groups) = (shape.cap.len(), shape.group_cap.len());
        Self::cap_row(shape, participant) + n + groups
    }

    /// The rows of a choice.
    pub(super) fn rows(&self, choice: &Choice) -> &[u32] {
        &self.rows[choice.rows.clone()]
    }

    /// All coverage that could be had, at its worth, and the worth of every timetable.
    pub(super) fn constant(&self) -> i64 {
        let floors = self.stocks[self.rewards..].iter().map(|stock| -stock);
        self.base + floors.sum::<i64>() * self.unit
    }
}

/// The slots from one on that exclude each other with it for a participant, itself among them.
fn blocks(shape: &Shape<'_>, participant: usize, slot: usize) -> Mask {
    bit(slot) | shape.near(participant, slot) & (Mask::MAX << slot)
}
