//! The choice of meetings by a flow, and the bound it proves.
//!
//! A timetable chooses for every participant at most `cap` meetings, at most as many as it has seats over all slots
//! (with a rest: over slots far enough apart), for every group at most its cap, and at most as many in all as there are
//! tables over all slots. Where the groups of a side have no member in common that is a flow through a bipartite graph;
//! its best value is found by successive cheapest paths (Edmonds and Karp, 1972) and no timetable exceeds it. Groups
//! that overlap with those are left to [`super::lagrange`], and so is a day on which somebody stands on both sides.
//! Coverage comes first by a bonus on the units that count for it that outweighs all weights together. What is pinned is
//! chosen beforehand and its units are taken off.

use super::coverage::{must_units, value};
use super::left::{Left, whole};
use super::shape::Mask;
use super::touch::Touch;
use super::windows::Windows;
use super::{PairRule, Problem, ProblemError};
use crate::flow::Network;

/// The meetings that the flow chooses, and what it proves.
pub(super) struct Bound {
    /// Whether each request is chosen.
    pub chosen: Vec<bool>,
    /// No timetable covers more.
    pub coverage: i64,
    /// No timetable of that coverage weighs more.
    pub weight: i64,
    /// Prices near those of the slots too, where a unit of coverage counts [`unit`].
    pub duals: Duals,
}

/// The requests that must not be left out: locked or required.
pub(super) fn pinned(problem: &Problem) -> Vec<bool> {
    let required = |request: &super::Request| request.rule == PairRule::Required;
    let mut pinned: Vec<bool> = problem.requests.iter().map(required).collect();
    for lock in &problem.locks {
        pinned[lock.request] = true;
    }
    pinned
}

/// Whether all sums of the flow and of the search fit into their numbers.
pub(super) fn fits(problem: &Problem, weights: &[i64]) -> Result<(), ProblemError> {
    let all: i128 = 1 + weights
        .iter()
        .map(|weight| i128::from(*weight))
        .sum::<i128>();
    let heaviest = weights.iter().copied().max().map_or(0, i128::from);
    let musts = problem
        .requests
        .iter()
        .filter(|request| request.must)
        .count();
    let musts = i128::try_from(musts).unwrap_or(i128::MAX);
    let covering = i128::from(must_units(problem));
    // A path of the flow carries a must, a bonus for each of four covering units, and weights there and back; the
    // search adds up all coverage at a few times the heaviest weight.
    let flow = all.saturating_mul(covering + 4);
    let search = covering.saturating_mul(musts + 1).saturating_mul(heaviest);
    let worst = flow.max(search);
    if worst < i128::from(i64::MAX / 64) {
        Ok(())
    } else {
        Err(ProblemError::TooHeavy)
    }
}

/// One side of the network: nodes of participants and of the groups that stand before them.
struct Side {
    /// The group before each participant, if any.
    group_of: Vec<Option<usize>>,
    /// Whether a participant has a request on this side.
    active: Vec<bool>,
}

/// What a unit of coverage counts beside the weights where coverage need not come first: any number gives a bound, and
/// with this one rewards suffice in practice.
pub(super) fn unit(weights: &[i64]) -> i64 {
    2 * weights.iter().copied().max().unwrap_or(0)
}

/// Chooses meetings. Where some need no table the bound may lie by `within` above what prices of tables prove.
pub(super) fn choose(problem: &Problem, weights: &[i64], within: i64) -> Bound {
    let mut flow = Flow::new(problem, weights);
    flow.within = within;
    // Mostly all the coverage there can be comes with a small bonus already, whose prices tell more.
    let mut best = flow.choose_in_slots(unit(weights));
    let duals = std::mem::take(&mut best.duals);
    let covered = value(problem, weights, &best.chosen).0;
    let possible = value(problem, weights, &flow.possible).0;
    if covered < possible && covered < flow.most_coverage() {
        let all: i64 = weights.iter().sum();
        // More than all weights and all prices of tables together.
        best = flow.choose_in_slots(1 + 2 * all);
    }
    let (coverage, weight) = value(problem, weights, &best.chosen);
    if flow.both_sides {
        // The flow counts twice who stands on both sides: all that is possible is the bound, a loose one.
        let (coverage, weight) = value(problem, weights, &flow.possible);
        return Bound {
            chosen: best.chosen,
            coverage,
            weight,
            duals,
        };
    }
    let slack = flow.unseen(&best.chosen);
    Bound {
        chosen: best.chosen,
        coverage: coverage + slack,
        weight: weight + best.over,
        duals,
    }
}

/// No timetable of this coverage or more weighs more. Weaker than [`choose`] at the best coverage, it holds for any.
pub(super) fn weight_at(problem: &Problem, weights: &[i64], coverage: i64) -> Option<i64> {
    let mut flow = Flow::new(problem, weights);
    // What a unit of coverage counts; any number gives a bound, and far from the best coverage 0 gives the better.
    let units = [unit(weights), 0];
    let bounds = units.map(|unit| {
        let best = flow.choose(unit);
        let (most, weight) = value(problem, weights, &best.chosen);
        weight + best.over + unit * (most + flow.unseen(&best.chosen) - coverage)
    });
    (!flow.both_sides).then_some(bounds[0].min(bounds[1]))
}

/// A choice, and by how much its worth may be below what the flow proves.
struct Choice {
    chosen: Vec<bool>,
    over: i64,
    duals: Duals,
}

/// The network, before a price is set on tables.
struct Flow<'a> {
    problem: &'a Problem,
    weights: &'a [i64],
    pinned: Vec<bool>,
    possible: Vec<bool>,
    left: Left,
    sides: [Side; 2],
    /// The groups that the network has.
    carried: Vec<bool>,
    /// Somebody has requests on both sides.
    both_sides: bool,
    windows: Windows,
    /// The price of tables at which they sufficed, where some meetings need none.
    price: Option<i64>,
    /// By how much the bound may be above the least of the prices of tables.
    within: i64,
}

/// What has a cap and a floor.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stock {
    Participant(usize),
    Group(usize),
}

/// What one unit more would be worth in the flow (dual prices).
#[derive(Debug, Default)]
pub(super) struct Duals {
    /// A table.
    pub tables: i64,
    /// A unit of a cap; below 0: a unit of a floor.
    pub stocks: Vec<(Stock, i64)>,
    /// A seat of a participant in a set of slots.
    pub windows: Vec<(usize, Mask, i64)>,
}

/// Times that the flow is sought again with sets of slots that were too small.
const CUTS: usize = 2;

/// Prices of tables that are tried.
const PRICES: u32 = 10;

impl<'a> Flow<'a> {
    fn new(problem: &'a Problem, weights: &'a [i64]) -> Self {
        let n = problem.participants.len();
        let pinned = pinned(problem);
        let left = Left::new(problem, &pinned);
        let mut sides = [(); 2].map(|()| Side {
            group_of: vec![None; n],
            active: vec![false; n],
        });
        for request in &problem.requests {
            sides[0].active[request.demander] = true;
            sides[1].active[request.provider] = true;
        }
        let carried = carried_groups(problem, &mut sides);
        let mut both = sides[0].active.iter().zip(&sides[1].active);
        let mut lock_of = vec![None; problem.requests.len()];
        for lock in &problem.locks {
            lock_of[lock.request] = Some(lock.slot);
        }
        let windows = Windows::new(problem, &lock_of);
        Self {
            problem,
            weights,
            pinned,
            possible: windows.allowed.iter().map(|mask| *mask != 0).collect(),
            windows,
            left,
            both_sides: both.any(|(a, b)| *a && *b),
            sides,
            carried,
            price: None,
            within: 0,
        }
    }

    /// The best choice where a unit of coverage counts `bonus`, sought again with sets of slots that were too small.
    fn choose_in_slots(&mut self, bonus: i64) -> Choice {
        let mut best = self.choose(bonus);
        for _ in 0..CUTS {
            if !self.windows.tighten(self.problem, &best.chosen) {
                break;
            }
            best = self.choose(bonus);
        }
        best
    }

    /// The best choice where a unit of coverage counts `bonus`.
    ///
    /// Where all meetings need tables, these bound the flow in all. Remote ones go beside them: then tables have a
    /// price, the value of the flow at any price is a bound (Lagrangian relaxation), and the price is sought at which
    /// as many tables are taken as there are. The value is convex in the price, so that the next one to try is where
    /// the lines meet that touch it on either side (cutting planes; Kelley, 1960).
    fn choose(&mut self, bonus: i64) -> Choice {
        let (chosen, duals) = self.solve(bonus, 0, self.most());
        if self.tables_left(&chosen) >= 0 {
            return Choice {
                chosen,
                over: 0,
                duals,
            };
        }
        let heaviest = self.weights.iter().copied().max().unwrap_or(0);
        let (mut below, mut above): (Option<Touch>, Option<Touch>) = (None, None);
        let (mut bound, mut best) = (i64::MAX, None);
        let mut price = self.price.unwrap_or(duals.tables).min(heaviest);
        let mut stride = 1 + heaviest / 64;
        for step in 0..PRICES {
            let (chosen, duals) = self.solve(bonus, price, i64::MAX);
            let left = self.tables_left(&chosen);
            let value = self.worth(bonus, &chosen) + price * left;
            bound = bound.min(value);
            let touch = Touch { price, value, left };
            if left < 0 {
                below = Some(touch);
            } else {
                above = Some(touch);
                best = Some((chosen, duals));
                self.price = Some(price);
            }
            let next = match (&below, &above) {
                (Some(low), Some(high)) => {
                    let worth_it = |meets: &i64| bound - low.line_at(*meets) > self.within;
                    let meets = low.meets(high).filter(worth_it);
                    meets.map(|meets| {
                        if step % 2 == 0 {
                            low.evens(high)
                        } else {
                            meets
                        }
                    })
                }
                // At the highest price only what covers takes a table; if that is too much, the bound is loose.
                (Some(_), None) => Some(heaviest.min(price + stride)),
                _ => Some((price - stride).max(0)),
            };
            stride *= 2;
            match next {
                Some(next) if next != price && left != 0 => price = next,
                _ => break,
            }
        }
        let (chosen, duals) = best.unwrap_or_else(|| self.solve(bonus, heaviest, i64::MAX));
        let over = bound - self.worth(bonus, &chosen);
        Choice {
            chosen,
            over,
            duals,
        }
    }

    /// No choice covers more. Where weights are left out it is found at once: few path costs differ.
    fn most_coverage(&mut self) -> i64 {
        let weights = std::mem::take(&mut self.weights);
        let chosen = self.solve(1, 0, self.most()).0;
        self.weights = weights;
        value(self.problem, weights, &chosen).0 + self.unseen(&chosen)
    }

    /// More meetings than tables and remote ones together cannot be.
    fn most(&self) -> i64 {
        let open = (0..self.pinned.len()).filter(|i| !self.pinned[*i] && self.possible[*i]);
        let remote = open.filter(|i| self.problem.requests[*i].remote).count();
        self.left.tables.saturating_add(whole(remote))
    }

    /// Tables that a choice leaves; less than none where it takes too many.
    fn tables_left(&self, chosen: &[bool]) -> i64 {
        let at_table =
            |i: &usize| chosen[*i] && !self.pinned[*i] && !self.problem.requests[*i].remote;
        self.left.tables - whole((0..chosen.len()).filter(at_table).count())
    }

    fn worth(&self, bonus: i64, chosen: &[bool]) -> i64 {
        let (coverage, weight) = value(self.problem, self.weights, chosen);
        bonus * coverage + weight
    }

    /// The best choice where a unit of coverage counts `bonus` and a table costs `price`, and what one unit more of
    /// everything would be worth.
    fn solve(&self, bonus: i64, price: i64, tables: i64) -> (Vec<bool>, Duals) {
        let (problem, left) = (self.problem, &self.left);
        let (n, groups) = (problem.participants.len(), problem.groups.len());
        // Nodes: demanders, providers, groups before demanders, groups behind providers.
        let node = |side: usize, participant: usize| side * n + participant;
        let group_node = |side: usize, group: usize| 2 * n + side * groups + group;
        let entry = 2 * (n + groups);
        let (source, sink) = (entry + 1, entry + 2);
        let windows: usize = self.windows.of.iter().map(Vec::len).sum();
        let mut network = Network::new(entry + 3 + 2 * windows);
        network.add(source, entry, tables.min(left.all), 0);
        // A way on which nothing is won nor lost, so that the prices end with what is worth nothing.
        network.add(source, sink, left.all, 0);
        // Where the units of what flow through.
        let (mut links, mut sets) = (Vec::new(), Vec::new());
        let mut link = |outer: usize, inner: usize, side: usize, all: i64, covering: i64| {
            let covering = covering.min(all);
            let (from, to) = if side == 0 {
                (outer, inner)
            } else {
                (inner, outer)
            };
            network.add(from, to, covering, -bonus);
            network.add(from, to, all - covering, 0);
            (from, to)
        };
        for (s, side) in self.sides.iter().enumerate() {
            let end = if s == 0 { entry } else { sink };
            for p in (0..n).filter(|p| side.active[*p]) {
                let outer = side.group_of[p].map_or(end, |group| group_node(s, group));
                let ends = link(outer, node(s, p), s, left.cap[p], left.covering[p]);
                links.push((Stock::Participant(p), ends));
            }
            for group in (0..groups).filter(|group| side.group_of.contains(&Some(*group))) {
                let (cap, floor) = (left.group_cap[group], left.group_floor[group]);
                let ends = link(end, group_node(s, group), s, cap, floor);
                links.push((Stock::Group(group), ends));
            }
        }
        let mut next = entry + 3;
        // For each side and participant its sets of slots and their nodes, the larger first.
        let mut inner: [Vec<Vec<(Mask, usize)>>; 2] = [Vec::new(), Vec::new()];
        for (s, inner) in inner.iter_mut().enumerate() {
            for p in 0..n {
                let mut own: Vec<(Mask, usize)> = Vec::new();
                for window in &self.windows.of[p] {
                    let around = own
                        .iter()
                        .rev()
                        .find(|(other, _)| other & window == *window);
                    let outer = around.map_or(node(s, p), |(_, node)| *node);
                    let (from, to) = if s == 0 { (outer, next) } else { (next, outer) };
                    network.add(from, to, self.window_left(p, *window), 0);
                    sets.push((p, *window, (from, to)));
                    own.push((*window, next));
                    next += 1;
                }
                inner.push(own);
            }
        }
        let within = |s: usize, p: usize, mask: Mask| {
            let mut own = inner[s][p].iter().rev();
            own.find(|(window, _)| mask & !window == 0)
                .map_or(node(s, p), |(_, node)| *node)
        };
        let must = must_units(problem);
        let arcs: Vec<Option<usize>> = (problem.requests.iter().enumerate())
            .map(|(i, request)| {
                let extra = if request.must { must * bonus } else { 0 };
                let table = if request.remote { 0 } else { price };
                let mask = self.windows.allowed[i];
                let from = within(0, request.demander, mask);
                let to = within(1, request.provider, mask);
                let weight = self.weights.get(i).copied().unwrap_or(0);
                let cost = table - weight - extra;
                (self.possible[i] && !self.pinned[i]).then(|| network.add(from, to, 1, cost))
            })
            .collect();
        let prices = network.maximise(source, sink);
        let full = |arc: &Option<usize>| arc.is_some_and(|arc| network.is_full(arc));
        let chosen = arcs.iter().zip(&self.pinned);
        let chosen = chosen.map(|(arc, pinned)| *pinned || full(arc)).collect();
        let dearer = |(from, to): (usize, usize)| match (prices[from], prices[to]) {
            (i64::MAX, _) | (_, i64::MAX) => 0,
            (from, to) => to - from,
        };
        let duals = Duals {
            tables: price + dearer((source, entry)).max(0),
            stocks: links
                .into_iter()
                .map(|(stock, ends)| (stock, dearer(ends)))
                .collect(),
            windows: sets
                .into_iter()
                .map(|(p, set, ends)| (p, set, dearer(ends).max(0)))
                .collect(),
        };
        (chosen, duals)
    }

    /// Seats of a participant in a set of slots, without those that pinned requests take for sure.
    fn window_left(&self, participant: usize, window: Mask) -> i64 {
        let requests = self.problem.requests.iter().enumerate();
        let taken = requests.filter(|(i, request)| {
            self.pinned[*i]
                && (request.demander == participant || request.provider == participant)
                && self.windows.allowed[*i] & !window == 0
        });
        let seats = self.windows.capacity(participant, window);
        i64::try_from(seats.saturating_sub(taken.count())).unwrap_or(i64::MAX)
    }

    /// What the network does not see of groups may all be covered: how much that is beyond a choice.
    fn unseen(&self, chosen: &[bool]) -> i64 {
        let count = |keep: &dyn Fn(usize) -> bool| {
            let mut counts = vec![0_i64; self.carried.len()];
            for (i, groups) in self.problem.groups_of().iter().enumerate() {
                groups
                    .iter()
                    .for_each(|group| counts[*group as usize] += i64::from(keep(i)));
            }
            counts
        };
        let (most, covered) = (count(&|_| true), count(&|i| chosen[i]));
        let groups = (0..self.carried.len()).filter(|group| !self.carried[*group]);
        let slack = groups.map(|group| {
            let floor = i64::from(self.problem.groups[group].floor);
            most[group].min(floor) - covered[group].min(floor)
        });
        slack.sum()
    }
}

/// Puts groups before the participants of a side where no two of them share a member; tells which are carried so.
fn carried_groups(problem: &Problem, sides: &mut [Side; 2]) -> Vec<bool> {
    let mut carried = Vec::new();
    for (g, group) in problem.groups.iter().enumerate() {
        let side = sides
            .iter()
            .position(|side| group.members.iter().any(|p| side.active[*p]));
        let one_side = (sides.iter())
            .filter(|side| group.members.iter().any(|p| side.active[*p]))
            .count()
            == 1;
        let Some(side) = side.filter(|_| one_side).map(|side| &mut sides[side]) else {
            // Nobody asks for a member: nothing to see.
            carried.push(side.is_none());
            continue;
        };
        let free = group.members.iter().all(|p| side.group_of[*p].is_none());
        for p in group.members.iter().filter(|_| free) {
            side.group_of[*p] = Some(g);
        }
        carried.push(free);
    }
    carried
}
