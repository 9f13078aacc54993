//! An upper bound on weight that knows the slots: Lagrangian relaxation of the time-indexed program (Fisher, 1981).
//!
//! A request that meets in a slot pays a price for the seat of either side there, for the table, and for one of the
//! meetings that either may have; it earns a reward where its side's meetings count for coverage. Whatever the prices,
//! no timetable is worth more than all stocks at their prices plus what each request gains at its best slot. The best
//! prices give the value of the linear program (its relaxation has the integrality property); the subgradient method
//! (Held, Wolfe, Crowder, 1974) comes close. Prices are then rounded to whole numbers and the bound is summed up
//! exactly, so that it is proved whatever the rounding.

use super::shape::{Shape, bits};

/// Steps of the subgradient method.
const STEPS: usize = 20_000;
/// Steps without a better bound after which the step is halved.
const PATIENCE: usize = 150;
/// How much of the direction before stays in the next, and the share of the distance to the goal that a step covers.
const INERTIA: f64 = 0.95;
const SHARE: f64 = 0.1;

/// Where the prices of a kind begin in the list.
struct Layout {
    tables: usize,
    caps: usize,
    rewards: usize,
    all: usize,
}

/// A request with its price list: the numbers of the prices it pays.
struct Column {
    worth: f64,
    exact: i64,
    /// For each allowed slot: its seats on both sides and its table.
    slots: Vec<[u32; 3]>,
    /// Caps and rewards of both sides.
    sides: [u32; 4],
}

/// No timetable of this coverage weighs more. `reached` is a weight that a timetable has.
pub(super) fn weight_bound(shape: &Shape<'_>, coverage: i64, reached: i64) -> i64 {
    let participants = shape.cap.len();
    let tables = participants * shape.slots;
    let layout = Layout {
        tables,
        caps: tables + shape.slots,
        rewards: tables + shape.slots + participants,
        // The last price is always 0: that of the table a remote meeting does not need.
        all: tables + shape.slots + 2 * participants + 1,
    };
    // What a unit of coverage counts. Any number gives a bound; with this one rewards suffice in practice.
    let unit = 2 * shape.weights.iter().copied().max().unwrap_or(0);
    let stocks = stocks(shape, &layout);
    let columns = columns(shape, &layout, unit);
    let constant: i64 = shape
        .covering
        .iter()
        .map(|units| i64::from(*units) * unit)
        .sum();
    let mut search = Search {
        prices: vec![0.0; layout.all],
        direction: vec![0.0; layout.all],
        stocks,
        columns,
        constant,
        layout,
        unit,
    };
    search.best(reached + coverage * unit) - coverage * unit
}

/// How much there is of what a price stands for. A reward is a price below 0 for coverage that is not reached.
fn stocks(shape: &Shape<'_>, layout: &Layout) -> Vec<i64> {
    let mut stocks = vec![0; layout.all];
    for (stock, seats) in stocks.iter_mut().zip(&shape.seats) {
        *stock = i64::from(*seats);
    }
    for (slot, tables) in shape.tables.iter().enumerate() {
        stocks[layout.tables + slot] = i64::from(*tables);
    }
    for (p, cap) in shape.cap.iter().enumerate() {
        stocks[layout.caps + p] = i64::from(*cap);
        stocks[layout.rewards + p] = -i64::from(shape.covering[p]);
    }
    stocks
}

fn columns(shape: &Shape<'_>, layout: &Layout, unit: i64) -> Vec<Column> {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let free = layout.all - 1;
    (0..shape.ends.len())
        .map(|request| {
            let [a, b] = shape.ends[request];
            let must = if shape.must[request] {
                shape.must_units * unit
            } else {
                0
            };
            let exact = shape.weights[request] + must;
            #[allow(clippy::cast_precision_loss)] // prices only; the bound is summed up exactly
            let worth = exact as f64;
            let table = |slot| {
                if shape.needs_table[request] {
                    layout.tables + slot
                } else {
                    free
                }
            };
            Column {
                worth,
                exact,
                slots: bits(shape.allowed[request])
                    .map(|slot| {
                        [a * shape.slots + slot, b * shape.slots + slot, table(slot)].map(number)
                    })
                    .collect(),
                sides: [
                    layout.caps + a,
                    layout.caps + b,
                    layout.rewards + a,
                    layout.rewards + b,
                ]
                .map(number),
            }
        })
        .collect()
}

struct Search {
    /// At least 0; rewards at most `unit`.
    prices: Vec<f64>,
    direction: Vec<f64>,
    stocks: Vec<i64>,
    columns: Vec<Column>,
    constant: i64,
    layout: Layout,
    unit: i64,
}

impl Search {
    /// The best bound found, in whole numbers.
    #[allow(clippy::cast_precision_loss)] // prices only
    fn best(&mut self, reached: i64) -> i64 {
        let goal = reached as f64;
        let (mut best, mut best_prices) = (f64::INFINITY, self.prices.clone());
        let (mut factor, mut since) = (1.0, 0);
        let mut gradient = vec![0.0; self.layout.all];
        for _ in 0..STEPS {
            let value = self.value(&mut gradient);
            if value < best {
                best = value;
                best_prices.clone_from(&self.prices);
                since = 0;
            } else {
                since += 1;
                if since >= PATIENCE {
                    factor /= 2.0;
                    since = 0;
                    self.prices.clone_from(&best_prices);
                    self.direction.fill(0.0);
                }
            }
            // Less than one unit of weight above what is reached is no distance.
            if best < goal + 1.0 || factor < 1e-4 {
                break;
            }
            self.step(&gradient, factor * (value - goal).max(1.0));
        }
        let whole: Vec<i64> = best_prices.iter().map(|price| whole(*price)).collect();
        self.exact(&whole)
    }

    /// The bound at the prices, and how much of each stock would be left.
    #[allow(clippy::cast_precision_loss)]
    fn value(&self, gradient: &mut [f64]) -> f64 {
        let mut value = self.constant as f64;
        for ((gradient, stock), price) in gradient.iter_mut().zip(&self.stocks).zip(&self.prices) {
            *gradient = *stock as f64;
            value += *gradient * price;
        }
        for column in &self.columns {
            let [cap_a, cap_b, reward_a, reward_b] = column.sides.map(|i| i as usize);
            let base = column.worth + self.prices[reward_a] + self.prices[reward_b]
                - self.prices[cap_a]
                - self.prices[cap_b];
            let (mut gain, mut at) = (0.0, None);
            for slot in &column.slots {
                let [a, b, table] = slot.map(|i| self.prices[i as usize]);
                if base - a - b - table > gain {
                    gain = base - a - b - table;
                    at = Some(slot);
                }
            }
            value += gain;
            if let Some(slot) = at {
                for i in slot {
                    gradient[*i as usize] -= 1.0;
                }
                gradient[cap_a] -= 1.0;
                gradient[cap_b] -= 1.0;
                gradient[reward_a] += 1.0;
                gradient[reward_b] += 1.0;
            }
        }
        gradient[self.layout.all - 1] = 0.0;
        value
    }

    /// A step against the gradient, softened by the steps before (Camerini, Fratta, Maffioli, 1975).
    #[allow(clippy::cast_precision_loss)]
    fn step(&mut self, gradient: &[f64], distance: f64) {
        let unit = self.unit as f64;
        let mut norm = 0.0;
        for (i, (direction, gradient)) in self.direction.iter_mut().zip(gradient).enumerate() {
            // What lies on the border and would leave it does not count.
            let outward = self.prices[i] <= 0.0 && *gradient > 0.0;
            let new = if outward { 0.0 } else { *gradient };
            *direction = INERTIA * *direction + (1.0 - INERTIA) * new;
            norm += *direction * *direction;
        }
        if norm <= 0.0 {
            return;
        }
        let length = distance / norm * SHARE;
        for (i, (price, direction)) in self.prices.iter_mut().zip(&self.direction).enumerate() {
            *price = (*price - length * direction).max(0.0);
            if i >= self.layout.rewards {
                *price = price.min(unit);
            }
        }
    }

    /// The bound at whole prices, exactly.
    fn exact(&self, prices: &[i64]) -> i64 {
        let stocks: i64 = self
            .stocks
            .iter()
            .zip(prices)
            .map(|(stock, price)| stock * price)
            .sum();
        let gains = self.columns.iter().map(|column| {
            let [cap_a, cap_b, reward_a, reward_b] = column.sides.map(|i| prices[i as usize]);
            let base = column.exact + reward_a + reward_b - cap_a - cap_b;
            let cost = |slot: &[u32; 3]| slot.iter().map(|i| prices[*i as usize]).sum::<i64>();
            let cheapest = column.slots.iter().map(cost).min();
            cheapest.map_or(0, |cost| (base - cost).max(0))
        });
        self.constant + stocks + gains.sum::<i64>()
    }
}

#[allow(clippy::cast_possible_truncation)] // prices are far below 2^53
fn whole(price: f64) -> i64 {
    (price + 0.5) as i64
}
