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
use std::ops::{AddAssign, Range};

/// What a request is worth and draws on.
pub(super) struct Column {
    /// Its worth, in whole numbers.
    pub worth: i64,
    /// A slot in which it is worth more, and how much.
    pub kept: Option<(usize, i64)>,
    /// It takes place in every timetable.
    pub pinned: bool,
    /// Rows of which it takes a unit wherever it meets: caps.
    pub pays: SmallVec<[u32; 4]>,
    /// Rows of which it earns a unit: floors.
    pub earns: SmallVec<[u32; 4]>,
    /// The rows of the first slot of those that it draws on slot by slot: two participants, and pools.
    pub lines: SmallVec<[u32; 4]>,
    /// Its choices of a slot, the first slot first.
    pub choices: Range<usize>,
}

/// A slot of a request, and the rows of which it takes a unit there.
pub(super) struct Choice {
    pub slot: usize,
    pub rows: Range<usize>,
}

pub(super) struct Program {
    /// Units of each row. A row from `rewards` on is a floor: below 0, as it lacks units.
    pub stocks: Vec<i64>,
    pub rewards: usize,
    pub columns: Vec<Column>,
    pub choices: Vec<Choice>,
    /// The slot of each choice.
    pub slots: Vec<u8>,
    /// Of how many slots the day is.
    pub slots_of_day: usize,
    rows: Vec<u32>,
    /// The first rows, those of lines.
    lined: usize,
    /// With a rest a meeting takes units of several rows in place of one: that and those, between two ends.
    resting: Vec<(u32, Range<usize>)>,
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

    /// The same without the slots in which a request does not fit beside what is locked.
    pub(super) fn beside_locks(shape: &Shape<'_>, weights: &[i64], unit: i64) -> Self {
        let locked = Timetable::new(shape);
        let fits = |request: usize| match (shape.locked[request], locked.may_add(request)) {
            (true, _) => Mask::MAX,
            (false, true) => locked.fitting(request),
            (false, false) => 0,
        };
        Self::of(shape, weights, unit, &fits)
    }

    /// Changes of what was published cost their price: all are paid in advance, and who meets where it was published has
    /// its own back.
    pub(super) fn price_changes(&mut self, shape: &Shape<'_>) {
        let price = shape.price.unwrap_or(0);
        for (column, published) in self.columns.iter_mut().zip(&shape.published) {
            let Some(slot) = published else { continue };
            self.base -= price;
            column.kept = Some((*slot, price));
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
        // Where more was published than there is room for now, somebody must pay for a change.
        let mut published = vec![0; caps];
        for column in &self.columns {
            let own = self.choices[column.choices.clone()].iter();
            for choice in own.filter(|choice| column.kept.is_some_and(|kept| kept.0 == choice.slot))
            {
                let rows = self.rows(choice).iter();
                rows.for_each(|row| published[*row as usize] += 1);
            }
        }
        for (row, published) in published.into_iter().enumerate() {
            if published > self.stocks[row] {
                prices[row] += shape.price.unwrap_or(0);
            }
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

    /// The program of the requests that are `open`, while each other takes the choice that is best at these prices, in
    /// `best`; and the row of this program that each of its rows is. At prices that leave those choices the best, both
    /// bounds are the same.
    pub(super) fn part(
        &self,
        prices: &[i64],
        open: &[bool],
        best: &[Option<usize>],
    ) -> (Self, Vec<usize>) {
        let mut stocks = self.stocks.clone();
        let mut kept = vec![false; stocks.len()];
        let mut worth = self.constant();
        for (request, column) in self.columns.iter().enumerate() {
            if open[request] {
                let lines = column.lines.iter().flat_map(|line| {
                    let line = *line as usize;
                    line..line + self.slots_of_day
                });
                lines.for_each(|row| kept[row] = true);
                let others = column.pays.iter().chain(&column.earns);
                others.for_each(|row| kept[*row as usize] = true);
            } else if let Some(choice) = best[request] {
                let choice = &self.choices[choice];
                let own = column.kept.filter(|kept| kept.0 == choice.slot);
                worth += column.worth + own.map_or(0, |kept| kept.1);
                for row in self.rows(choice).iter().chain(&column.pays) {
                    stocks[*row as usize] -= 1;
                }
                for row in &column.earns {
                    stocks[*row as usize] += 1;
                }
            }
        }
        // A price that can only be better at its end is sought as well.
        for row in 0..stocks.len() {
            let better = (stocks[row] > 0 && prices[row] > 0)
                || (row >= self.rewards && stocks[row] < 0 && prices[row] < self.unit);
            if better && !kept[row] {
                let lines = row / self.slots_of_day * self.slots_of_day;
                let of_lines = lines < self.lined;
                let all = if of_lines {
                    lines..lines + self.slots_of_day
                } else {
                    row..row + 1
                };
                kept[all].fill(true);
            }
        }
        let rows: Vec<usize> = (0..stocks.len()).filter(|row| kept[*row]).collect();
        let mut place = vec![0; stocks.len()];
        for (at, row) in rows.iter().enumerate() {
            place[*row] = u32::try_from(at).unwrap_or(u32::MAX);
        }
        let others = (0..stocks.len()).filter(|row| !kept[*row]);
        worth += others.map(|row| stocks[row] * prices[row]).sum::<i64>();
        let placed = |rows: &[u32]| rows.iter().map(|row| place[*row as usize]).collect();
        let mut part = Self {
            stocks: rows.iter().map(|row| stocks[*row]).collect(),
            rewards: rows.partition_point(|row| *row < self.rewards),
            columns: Vec::new(),
            choices: Vec::new(),
            slots: Vec::new(),
            slots_of_day: self.slots_of_day,
            rows: Vec::new(),
            lined: rows.partition_point(|row| *row < self.lined),
            resting: Vec::new(),
            unit: self.unit,
            base: 0,
        };
        for (row, range) in self.resting.iter().filter(|(row, _)| kept[*row as usize]) {
            let begin = part.rows.len();
            let own = self.rows[range.clone()]
                .iter()
                .map(|row| place[*row as usize]);
            part.rows.extend(own);
            part.resting
                .push((place[*row as usize], begin..part.rows.len()));
        }
        for column in (0..open.len())
            .filter(|r| open[*r])
            .map(|r| &self.columns[r])
        {
            let first = part.choices.len();
            for choice in &self.choices[column.choices.clone()] {
                let begin = part.rows.len();
                let own = self.rows(choice).iter().map(|row| place[*row as usize]);
                part.rows.extend(own);
                let rows = begin..part.rows.len();
                part.choices.push(Choice {
                    slot: choice.slot,
                    rows,
                });
            }
            part.slots
                .extend_from_slice(&self.slots[column.choices.clone()]);
            part.columns.push(Column {
                pays: placed(&column.pays),
                earns: placed(&column.earns),
                lines: placed(&column.lines),
                choices: first..part.choices.len(),
                ..*column
            });
        }
        part.base = worth - part.constant();
        (part, rows)
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
        // The slots up to this one in which a meeting excludes one here.
        let blocking =
            |p: usize, slot: usize| bits(shape.near(p, slot) & (bit(slot) - 1) | bit(slot));
        let (mut columns, mut choices, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let (mut slots, mut resting) = (Vec::new(), Vec::new());
        for p in (0..n).filter(|p| shape.rest[*p] > 0) {
            for slot in 0..shape.slots {
                let begin = rows.len();
                rows.extend(blocking(p, slot).map(|from| number(p * shape.slots + from)));
                resting.push((number(p * shape.slots + slot), begin..rows.len()));
            }
        }
        for (request, ends) in shape.ends.iter().enumerate() {
            let first = choices.len();
            for slot in bits(shape.allowed[request] & open(request)) {
                let begin = rows.len();
                for p in ends {
                    rows.extend(blocking(*p, slot).map(|from| number(p * shape.slots + from)));
                }
                let drawn = shape.pools[request].iter().map(|pool| usize::from(*pool));
                rows.extend(drawn.map(|pool| number(pools + pool * shape.slots + slot)));
                slots.push(u8::try_from(slot).unwrap_or(u8::MAX));
                choices.push(Choice {
                    slot,
                    rows: begin..rows.len(),
                });
            }
            let must = if shape.must[request] {
                shape.must_units * unit
            } else {
                0
            };
            let pools_of = shape.pools[request]
                .iter()
                .map(|pool| n + usize::from(*pool));
            let in_groups = shape.groups_of[request].iter().map(|group| *group as usize);
            columns.push(Column {
                worth: weights[request] + must,
                kept: None,
                pinned: shape.pinned[request],
                pays: (ends.iter().map(|p| caps + p))
                    .chain(in_groups.clone().map(|group| group_caps + group))
                    .map(number)
                    .collect(),
                earns: (ends.iter().map(|p| rewards + p))
                    .chain(in_groups.map(|group| rewards + n + group))
                    .map(number)
                    .collect(),
                lines: (ends.iter().copied().chain(pools_of))
                    .map(|line| number(line * shape.slots))
                    .collect(),
                choices: first..choices.len(),
            });
        }
        Self {
            stocks,
            rewards,
            columns,
            choices,
            slots,
            slots_of_day: shape.slots,
            rows,
            lined: caps,
            resting,
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

    /// What a meeting pays in each slot of a participant or pool at the prices of rows, those of rests together.
    pub(super) fn lay<P: Copy + Default + AddAssign>(&self, prices: &[P], laid: &mut Vec<P>) {
        laid.clear();
        laid.extend_from_slice(prices);
        for (row, rows) in &self.resting {
            let mut sum = P::default();
            for row in &self.rows[rows.clone()] {
                sum += prices[*row as usize];
            }
            laid[*row as usize] = sum;
        }
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
