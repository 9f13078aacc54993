//! A lower bound on breaks where tables are scarce: runs of meetings must be packed into the slots.
//!
//! In each slot no more demanders meet than there are tables, nor more providers; just as many where no table may be
//! left. At a price for each slot and side every participant plans its own slots with as few breaks and at as low a cost
//! as it can (dynamic programming over its slots and the number of its meetings). Whatever the prices, no timetable as
//! good has fewer breaks than all of that less the tables at their prices (Lagrangian relaxation; Fisher, 1981); the
//! subgradient method (Held, Wolfe, Crowder, 1974) looks for good prices. All sums are of whole numbers, so that the bound
//! is exact.

use super::lagrange::Proved;
use super::program::Program;
use super::shape::{Shape, bit, bits};

/// What a break counts.
const BREAK: i64 = 1 << 20;
/// No way.
const NEVER: i64 = i64::MAX / 4;
/// Steps of the subgradient method, and those without a better bound after which the step is halved.
const STEPS: usize = 400;
const PATIENCE: usize = 15;

/// No timetable as good has fewer breaks. `most`: as many as one of them has.
pub(super) fn breaks(shape: &Shape<'_>, proved: &Proved, most: i64) -> i64 {
    let packing = Packing::new(shape, proved);
    let goal = most * BREAK;
    let mut prices = [vec![0; shape.slots], vec![0; shape.slots]];
    let (mut best, mut best_prices) = (0, prices.clone());
    let (mut factor, mut since) = (1.0, 0);
    for _ in 0..STEPS {
        let (value, over) = packing.value(&prices);
        if value > best {
            best = value;
            best_prices.clone_from(&prices);
            since = 0;
        } else {
            since += 1;
        }
        if best > goal - BREAK || factor < 1e-3 {
            break;
        }
        if since > PATIENCE {
            factor /= 2.0;
            since = 0;
            prices.clone_from(&best_prices);
        } else if !packing.step(&mut prices, &over, factor, goal - value) {
            break;
        }
    }
    // A part of a break is a break.
    (best + BREAK - 1) / BREAK
}

/// For each side, demanders and providers, a number for each slot.
type Sides = [Vec<i64>; 2];

/// A participant as it plans.
struct Planner {
    participant: usize,
    /// Its slots: which, and whether a stretch of its own begins.
    slots: Vec<(usize, bool)>,
    /// As what it can meet in each of them: bit 0, as a demander; bit 1, as a provider; bit 2, without a table.
    takes: Vec<u8>,
    /// Fewest and most meetings.
    least: usize,
    most: usize,
    /// It holds one meeting at a time and needs no rest; else its breaks are not counted.
    counts: bool,
}

/// What a slot costs a participant, and on which side it takes a table; none if it cannot meet.
type Cost = Option<(i64, Option<usize>)>;

struct Packing<'a> {
    shape: &'a Shape<'a>,
    planners: Vec<Planner>,
    /// Tables of each slot: taken at least and at most.
    tables: Vec<(i64, i64)>,
}

impl<'a> Packing<'a> {
    fn new(shape: &'a Shape<'a>, proved: &Proved) -> Self {
        let planners = (0..shape.cap.len()).map(|p| Planner::new(shape, proved, p));
        let table = |slot| proved.units[Program::table_row(shape, slot)];
        Self {
            shape,
            planners: planners.filter(|planner| planner.most > 0).collect(),
            tables: (0..shape.slots).map(table).collect(),
        }
    }

    /// The bound at the prices, and by how much more tables are taken at them than there are.
    fn value(&self, prices: &Sides) -> (i64, Sides) {
        let mut over = [(); 2].map(|()| -> Vec<i64> {
            let tables = self.tables.iter().map(|(_, tables)| -tables);
            tables.collect()
        });
        let tables = prices.iter().zip(&over);
        let mut value = tables
            .map(|(prices, less)| -> i64 { prices.iter().zip(less).map(|(a, b)| a * b).sum() })
            .sum();
        for planner in &self.planners {
            let costs: Vec<Cost> = (planner.slots.iter())
                .zip(&planner.takes)
                .map(|((slot, _), takes)| {
                    let of = |side: usize| (prices[side][*slot], Some(side));
                    let sides = (0..2).filter(|side| takes >> side & 1 == 1).map(of);
                    let free = (takes & 4 != 0).then_some((0, None));
                    sides.chain(free).min_by_key(|cost| cost.0)
                })
                .collect();
            let (cost, chosen) = if planner.counts {
                planner.plan(&costs)
            } else {
                planner.cheapest(&costs, self.shape)
            };
            value += cost;
            for at in chosen {
                if let Some((_, Some(side))) = costs[at] {
                    over[side][planner.slots[at].0] += 1;
                }
            }
        }
        (value, over)
    }

    /// A step of the prices towards what is taken too much; none if nothing is. A table that may be left has no price
    /// below 0.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // any prices give a bound
    fn step(&self, prices: &mut Sides, over: &Sides, factor: f64, distance: i64) -> bool {
        let moves = |slot: usize, price: i64, over: i64| {
            let (least, most) = self.tables[slot];
            least == most || price > 0 || over > 0
        };
        let mut norm = 0;
        for (prices, over) in prices.iter().zip(over) {
            for (slot, (price, over)) in prices.iter().zip(over).enumerate() {
                norm += if moves(slot, *price, *over) {
                    over * over
                } else {
                    0
                };
            }
        }
        if norm == 0 {
            return false;
        }
        let length = factor * distance as f64 / norm as f64;
        for (prices, over) in prices.iter_mut().zip(over) {
            for (slot, (price, over)) in prices.iter_mut().zip(over).enumerate() {
                if moves(slot, *price, *over) {
                    let (least, most) = self.tables[slot];
                    let next = *price + (length * *over as f64) as i64;
                    // No slot is worth more than all breaks.
                    let next = next.clamp(-64 * BREAK, 64 * BREAK);
                    *price = if least == most { next } else { next.max(0) };
                }
            }
        }
        true
    }
}

/// How a participant stands after a slot, within a stretch.
const NOT_BEGUN: usize = 0;
const MEETS: usize = 1;
const WAITS: usize = 2;

impl Planner {
    fn new(shape: &Shape<'_>, proved: &Proved, participant: usize) -> Self {
        let p = participant;
        let own = &shape.requests_of[p];
        let takes = |slot: usize| {
            let here = own.iter().filter(|r| proved.windows[**r] & bit(slot) != 0);
            here.fold(0, |takes, r| {
                let side = if shape.ends[*r][0] == p { 1 } else { 2 };
                takes
                    | if shape.pools[*r].contains(&0) {
                        side
                    } else {
                        4
                    }
            })
        };
        let begins = |slot: usize| {
            let mut stretches = shape.stretches.iter().map(|all| all & shape.there[p]);
            stretches.any(|own| own & bit(slot) != 0 && own & (bit(slot) - 1) == 0)
        };
        let slots: Vec<usize> = bits(shape.there[p]).collect();
        let widest = slots.iter().map(|slot| shape.seats(p, *slot)).max();
        let needed = own.iter().filter(|r| proved.needed[**r]).count();
        let open = own.iter().filter(|r| proved.windows[**r] != 0).count();
        let (cap, floor) = (
            proved.units[Program::cap_row(shape, p)],
            proved.units[Program::floor_row(shape, p)],
        );
        let whole = |n: i64| usize::try_from(n).unwrap_or(0);
        Self {
            participant,
            takes: slots.iter().map(|slot| takes(*slot)).collect(),
            slots: slots.iter().map(|slot| (*slot, begins(*slot))).collect(),
            least: needed.max(whole(cap.0)).max(whole(floor.0)),
            most: open.min(whole(cap.1)).min(whole(floor.1)),
            counts: shape.rest[p] == 0 && widest == Some(1),
        }
    }

    /// The least that its breaks and slots can cost, and the slots.
    fn plan(&self, costs: &[Cost]) -> (i64, Vec<usize>) {
        let width = self.most + 1;
        let mut least = vec![[NEVER; 3]; width];
        least[0][NOT_BEGUN] = 0;
        // How it stood before each state.
        let mut from = vec![[NOT_BEGUN; 3]; width * self.slots.len()];
        for (at, ((_, begins), cost)) in self.slots.iter().zip(costs).enumerate() {
            let mut next = vec![[NEVER; 3]; width];
            let from = &mut from[at * width..(at + 1) * width];
            for (met, state) in least.iter().enumerate() {
                for (stands, before) in state.iter().copied().enumerate() {
                    if before >= NEVER {
                        continue;
                    }
                    let now = if *begins { NOT_BEGUN } else { stands };
                    let idle = if now == NOT_BEGUN { NOT_BEGUN } else { WAITS };
                    if before < next[met][idle] {
                        next[met][idle] = before;
                        from[met][idle] = stands;
                    }
                    if let Some((cost, _)) = cost
                        && met < self.most
                    {
                        let with = before + cost + if now == WAITS { BREAK } else { 0 };
                        if with < next[met + 1][MEETS] {
                            next[met + 1][MEETS] = with;
                            from[met + 1][MEETS] = stands;
                        }
                    }
                }
            }
            least = next;
        }
        let ends = (self.least..width).flat_map(|met| (0..3).map(move |stands| (met, stands)));
        let best = ends.min_by_key(|(met, stands)| least[*met][*stands]);
        // No way: then there is no timetable as good, and any bound is true.
        let possible = best.filter(|(met, stands)| least[*met][*stands] < NEVER);
        let Some((mut met, mut stands)) = possible else {
            return (0, Vec::new());
        };
        let cost = least[met][stands];
        let mut chosen = Vec::new();
        for at in (0..self.slots.len()).rev() {
            let before = from[at * width + met][stands];
            if stands == MEETS {
                chosen.push(at);
                met -= 1;
            }
            stands = before;
        }
        (cost, chosen)
    }

    /// The least that its slots can cost, breaks and rests apart, and the slots.
    fn cheapest(&self, costs: &[Cost], shape: &Shape<'_>) -> (i64, Vec<usize>) {
        let mut seats: Vec<(i64, usize)> = Vec::new();
        for (at, cost) in costs.iter().enumerate() {
            let Some((cost, _)) = cost else { continue };
            let there = shape.seats(self.participant, self.slots[at].0);
            seats.extend((0..there).map(|_| (*cost, at)));
        }
        seats.sort_unstable();
        let gains = seats.partition_point(|seat| seat.0 < 0);
        seats.truncate(gains.clamp(self.least.min(self.most), self.most));
        let cost = seats.iter().map(|seat| seat.0).sum();
        (cost, seats.into_iter().map(|seat| seat.1).collect())
    }
}
