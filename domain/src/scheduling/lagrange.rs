//! Upper bounds that know the slots: Lagrangian relaxation of the time-indexed program (Fisher, 1981).
//!
//! A request that meets in a slot pays a price for every row it draws on and earns a reward where it counts for a
//! floor. Whatever the prices, no timetable is worth more than all stocks at their prices plus what each request gains
//! at its best slot. The best prices give the value of the linear program (the relaxation has the integrality
//! property); the subgradient method (Held, Wolfe, Crowder, 1974) comes close. Prices are then rounded to whole
//! numbers and the bound is summed up exactly, so that it is proved whatever the rounding. A request without whose gain
//! the bound would fall below what is reached is in every timetable as good (reduced-cost fixing; Dantzig, Fulkerson,
//! Johnson, 1954).

use super::bound::{self, Bound};
use super::program::{Column, Program};
use super::shape::{Mask, Shape, bit};
use std::ops::{Add, AddAssign, Sub};

/// Steps of the subgradient method.
const STEPS: usize = 20_000;
/// Steps without a better bound after which the step is halved.
const PATIENCE: usize = 150;
/// How much farther from the goal than the best prices makes it so at once.
const FAR: f64 = 4.0;
/// How much of the direction before stays in the next, and the share of the distance to the goal that a step covers.
const INERTIA: f64 = 0.95;
const SHARE: f64 = 0.1;
/// A price that would change by less stays: prices become whole in the end.
const LEAST: f64 = 1e-3;
/// What a unit of coverage counts where coverage alone is bounded.
const COVERAGE: i64 = 1 << 16;

/// What is proved of all timetables of a coverage.
pub(super) struct Proved {
    /// None weighs more.
    pub weight: i64,
    /// Requests that all have which weigh at least what was reached.
    pub needed: Vec<bool>,
    /// The slots in which a request can meet in one of those.
    pub windows: Vec<Mask>,
    /// Units of each row of the program that those use at least and at most; of a floor, that they earn.
    pub units: Vec<(i64, i64)>,
}

/// No timetable covers more. `reached` is a coverage that a timetable has.
pub(super) fn coverage_bound(shape: &Shape<'_>, reached: i64) -> i64 {
    let program = Program::new(shape, &vec![0; shape.ends.len()], COVERAGE);
    let mut search = Search::new(&program);
    let prices = search.best(reached * COVERAGE, STEPS);
    search.value_at(&prices).div_euclid(COVERAGE)
}

/// Bounds on the weight of all timetables of this coverage or more. `reached` is a weight that a timetable of it has.
pub(super) fn weight_bound(shape: &Shape<'_>, coverage: i64, reached: i64) -> Proved {
    let unit = bound::unit(shape.weights);
    let program = Program::new(shape, shape.weights, unit);
    let prices = vec![0.0; program.stocks.len()];
    prove(&program, prices, (coverage, reached))
}

/// The same, beginning with what the flow would pay: at once, where that leaves no gap.
pub(super) fn weight_bound_from(
    shape: &Shape<'_>,
    bound: &Bound,
    coverage: i64,
    reached: i64,
) -> Proved {
    let unit = bound::unit(shape.weights);
    let program = Program::new(shape, shape.weights, unit);
    let mut prices = program.prices(shape, &bound.duals);
    // Who cannot meet is not covered, whatever it would be worth.
    for (p, own) in shape.requests_of.iter().enumerate() {
        if own.iter().all(|r| shape.allowed[*r] == 0) {
            prices[program.rewards + p] = unit;
        }
    }
    let prices = prices.into_iter().map(f64::of).collect();
    prove(&program, prices, (coverage, reached))
}

fn prove(program: &Program, prices: Vec<f64>, (coverage, reached): (i64, i64)) -> Proved {
    let unit = program.unit;
    let mut search = Search::new(program);
    search.prices = prices;
    let prices = search.best(reached + coverage * unit, STEPS);
    let mut weight = search.value_at(&prices) - coverage * unit;
    let slack = weight - reached;
    // Less than one unit above what is reached is none: whole prices may leave one where finer ones do not.
    if slack > 0 && search.closes(reached + coverage * unit) {
        weight = reached;
    }
    let (mut needed, mut windows) = (Vec::new(), Vec::new());
    let mut gains = Gains::new(program, &prices);
    for column in &program.columns {
        let gain = gains.best(column).map_or(0, |best| best.1);
        needed.push(column.pinned || gain > slack);
        // Where it would gain too little it is not.
        let open = |gains: &[i64], slot: u8| gains[usize::from(slot)] >= gain - slack;
        let gains = gains.in_slots(column);
        let choices = program.slots[column.choices.clone()].iter();
        let choices = choices.filter(|slot| open(gains, **slot));
        windows.push(choices.fold(0, |mask, slot| mask | bit(usize::from(*slot))));
    }
    // A unit that is left, or earned beyond a floor, loses its price; one that a floor lacks loses the rest of its worth.
    let stocks = program.stocks.iter().zip(&prices).enumerate();
    let units = stocks.map(|(row, (stock, price))| {
        let units = stock.abs();
        let fixed = |loss: i64| loss > slack;
        if row < program.rewards {
            (if fixed(*price) { units } else { 0 }, units)
        } else {
            let least = if fixed(unit - price) { units } else { 0 };
            (least, if fixed(*price) { units } else { i64::MAX })
        }
    });
    let units = units.collect();
    Proved {
        weight,
        needed,
        windows,
        units,
    }
}

/// Prices: inexact while they are sought, whole in the end.
pub(super) trait Price:
    Copy + Default + PartialOrd + Add<Output = Self> + Sub<Output = Self> + AddAssign
{
    fn of(whole: i64) -> Self;
}

impl Price for f64 {
    #[allow(clippy::cast_precision_loss)] // the bound is summed up in whole numbers
    fn of(whole: i64) -> Self {
        whole as Self
    }
}

impl Price for i64 {
    fn of(whole: i64) -> Self {
        whole
    }
}

/// What requests gain at some prices.
pub(super) struct Gains<'a, P> {
    program: &'a Program,
    prices: Vec<P>,
    /// What a meeting pays slot by slot along each line of the program.
    laid: Vec<P>,
    /// The gain of a request in each slot of the day.
    in_slots: Vec<P>,
}

impl<'a, P: Price> Gains<'a, P> {
    pub(super) fn new(program: &'a Program, prices: &[P]) -> Self {
        let mut gains = Self {
            program,
            prices: Vec::new(),
            laid: Vec::new(),
            in_slots: vec![P::default(); program.slots_of_day],
        };
        gains.at(prices);
        gains
    }

    /// Takes other prices.
    fn at(&mut self, prices: &[P]) {
        self.prices.clear();
        self.prices.extend_from_slice(prices);
        self.program.lay(prices, &mut self.laid);
    }

    /// The gain in each slot of the day, whether or not it is a choice of the request.
    pub(super) fn in_slots(&mut self, column: &Column) -> &[P] {
        let sum = |rows: &[u32]| {
            let prices = rows.iter().map(|row| self.prices[*row as usize]);
            prices.fold(P::default(), |sum, price| sum + price)
        };
        let base = P::of(column.worth) + sum(&column.earns) - sum(&column.pays);
        let (gains, slots) = (&mut self.in_slots, self.program.slots_of_day);
        let line = |at: usize| &self.laid[column.lines[at] as usize..][..slots];
        // Plain loops over slots, of which a processor takes several at a time.
        for ((gain, a), b) in gains.iter_mut().zip(line(0)).zip(line(1)) {
            *gain = base - (*a + *b);
        }
        for at in 2..column.lines.len() {
            for (gain, price) in gains.iter_mut().zip(line(at)) {
                *gain = *gain - *price;
            }
        }
        if let Some((slot, worth)) = column.kept {
            gains[slot] += P::of(worth);
        }
        gains
    }

    /// The best choice of a request and its gain, if it gains or must take place.
    pub(super) fn best(&mut self, column: &Column) -> Option<(usize, P)> {
        let program = self.program;
        let gains = self.in_slots(column);
        let slots = &program.slots[column.choices.clone()];
        let first = gains[usize::from(*slots.first()?)];
        let all = slots.iter().map(|slot| gains[usize::from(*slot)]);
        // The most first and then where it is: so no branch hangs on a price.
        let most = all
            .clone()
            .fold(first, |most, gain| if gain > most { gain } else { most });
        if !column.pinned && most <= P::default() {
            return None;
        }
        let at = all.into_iter().position(|gain| gain >= most)?;
        Some((column.choices.start + at, most))
    }
}

/// Parts of one: prices that are finer.
const FINE: i128 = 1 << 10;

impl Price for i128 {
    fn of(whole: i64) -> Self {
        FINE * Self::from(whole)
    }
}

pub(super) struct Search<'a> {
    program: &'a Program,
    /// At least 0; rewards at most a unit of coverage.
    pub prices: Vec<f64>,
    /// Where the best bound is expected, if that is above what is reached.
    pub expected: Option<i64>,
    direction: Vec<f64>,
}

impl<'a> Search<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Self {
            program,
            prices: vec![0.0; program.stocks.len()],
            expected: None,
            direction: vec![0.0; program.stocks.len()],
        }
    }

    /// The best prices found, in whole numbers.
    pub(super) fn best(&mut self, reached: i64, steps: usize) -> Vec<i64> {
        let goal = f64::of(reached);
        let mut aim = self
            .expected
            .map_or(goal, |expected| f64::of(expected).max(goal));
        let (mut best, mut best_prices) = (f64::INFINITY, self.prices.clone());
        let (mut factor, mut since) = (1.0, 0);
        let mut gradient = vec![0.0; self.prices.len()];
        let mut gains = Gains::new(self.program, &self.prices);
        for _ in 0..steps {
            let value = self.value(&mut gains, &mut gradient);
            if value < best {
                best = value;
                best_prices.clone_from(&self.prices);
                since = 0;
                if best < aim + 1.0 {
                    aim = goal;
                }
            } else {
                since += 1;
                // Far away from the best the step was too long.
                if since >= PATIENCE || value - aim > FAR * (best - aim).max(1.0) {
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
            self.step(&gradient, factor * (value - aim).max(1.0));
        }
        self.prices = best_prices;
        self.prices.iter().map(|price| whole(*price)).collect()
    }

    /// Whether the prices, in fine parts, prove that nothing whole lies above `reached`; exactly.
    fn closes(&self, reached: i64) -> bool {
        let fine = |price: &f64| {
            let parts = whole(price * f64::from(1 << 10));
            i128::from(parts)
        };
        let prices: Vec<i128> = self.prices.iter().map(fine).collect();
        self.value_in_parts(&prices) < i128::of(reached) + FINE
    }

    /// The bound at the prices, and how much of each stock would be left.
    fn value(&self, gains: &mut Gains<'_, f64>, gradient: &mut [f64]) -> f64 {
        gains.at(&self.prices);
        let mut value = f64::of(self.program.constant());
        let stocks = self.program.stocks.iter();
        for ((gradient, stock), price) in gradient.iter_mut().zip(stocks).zip(&self.prices) {
            *gradient = f64::of(*stock);
            value += *gradient * price;
        }
        for column in &self.program.columns {
            let Some((at, gain)) = gains.best(column) else {
                continue;
            };
            value += gain;
            let rows = self.program.rows(&self.program.choices[at]);
            for row in rows.iter().chain(&column.pays) {
                gradient[*row as usize] -= 1.0;
            }
            for row in &column.earns {
                gradient[*row as usize] += 1.0;
            }
        }
        value
    }

    /// A step against the gradient, softened by the steps before (Camerini, Fratta, Maffioli, 1975).
    fn step(&mut self, gradient: &[f64], distance: f64) {
        let unit = f64::of(self.program.unit);
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
            let step = length * direction;
            if step.abs() < LEAST {
                continue;
            }
            *price = (*price - step).max(0.0);
            if i >= self.program.rewards {
                *price = price.min(unit);
            }
        }
    }

    /// The bound at whole prices, exactly.
    fn value_at(&self, prices: &[i64]) -> i64 {
        let stocks = self.program.stocks.iter().zip(prices);
        let stocks: i64 = stocks.map(|(stock, price)| stock * price).sum();
        self.program.constant() + stocks + self.gains(prices).sum::<i64>()
    }

    /// The same in fine parts.
    fn value_in_parts(&self, prices: &[i128]) -> i128 {
        let stocks = self.program.stocks.iter().zip(prices);
        let stocks: i128 = stocks
            .map(|(stock, price)| i128::from(*stock) * price)
            .sum();
        i128::of(self.program.constant()) + stocks + self.gains(prices).sum::<i128>()
    }

    /// What each request gains at these prices.
    fn gains<P: Price>(&self, prices: &[P]) -> impl Iterator<Item = P> {
        let mut gains = Gains::new(self.program, prices);
        let columns = self.program.columns.iter();
        columns.map(move |column| gains.best(column).map_or(P::default(), |best| best.1))
    }
}

#[allow(clippy::cast_possible_truncation)] // prices are far below 2^53
fn whole(price: f64) -> i64 {
    (price + 0.5) as i64
}
