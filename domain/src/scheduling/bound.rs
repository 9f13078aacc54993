//! The choice of meetings by a flow, and the bound it proves.
//!
//! A timetable chooses for every participant at most `cap` meetings, at most as many as it has seats over all slots
//! (with a rest: over slots far enough apart), for every group at most its cap, and at most as many in all as there are
//! tables over all slots. Where the groups of a side have no member in common that is a flow through a bipartite graph;
//! its best value is found by successive cheapest paths (Edmonds and Karp, 1972) and no timetable exceeds it. Groups
//! that overlap with those are left to [`super::lagrange`], and so is a day on which somebody stands on both sides. Coverage comes first by a bonus on the units that count for
//! it that outweighs all weights together. What is pinned is chosen beforehand and its units are taken off.

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
}

/// Units of a participant that count for coverage: its floor, and at least one meeting for everybody.
pub(super) fn covering_units(problem: &Problem, participant: usize) -> i64 {
    let participant = &problem.participants[participant];
    i64::from(participant.floor.max(1).min(participant.cap))
}

/// What a must-request counts for coverage: more than all floors together.
pub(super) fn must_units(problem: &Problem) -> i64 {
    let participants = (0..problem.participants.len()).map(|p| covering_units(problem, p));
    let groups = problem.groups.iter().map(|group| i64::from(group.floor));
    1 + participants.chain(groups).sum::<i64>()
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
    let requests = i128::try_from(weights.len()).unwrap_or(i128::MAX);
    let covering = i128::from(must_units(problem));
    // A path of the flow carries a must, a bonus for each of four covering units, and weights there and back.
    let worst = all
        .saturating_mul(covering + 4)
        .max(covering.saturating_mul(requests));
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

/// Chooses meetings.
pub(super) fn choose(problem: &Problem, weights: &[i64]) -> Bound {
    let (n, slots) = (problem.participants.len(), problem.slots.len());
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
    let groups = problem.groups.len();
    // Nodes: demanders, providers, groups before demanders, groups behind providers.
    let node = |side: usize, participant: usize| side * n + participant;
    let group_node = |side: usize, group: usize| 2 * n + side * groups + group;
    let (entry, source, sink) = (2 * (n + groups), 2 * (n + groups) + 1, 2 * (n + groups) + 2);
    let mut network = Network::new(2 * (n + groups) + 3);
    let bonus = 1 + weights.iter().sum::<i64>();
    network.add(source, entry, left.tables, 0);
    let mut link = |outer: usize, inner: usize, side: usize, all: i64, covering: i64| {
        let covering = covering.min(all);
        let (from, to) = if side == 0 {
            (outer, inner)
        } else {
            (inner, outer)
        };
        network.add(from, to, covering, -bonus);
        network.add(from, to, all - covering, 0);
    };
    for (s, side) in sides.iter().enumerate() {
        let end = if s == 0 { entry } else { sink };
        for p in (0..n).filter(|p| side.active[*p]) {
            let outer = side.group_of[p].map_or(end, |group| group_node(s, group));
            link(outer, node(s, p), s, left.cap[p], left.covering[p]);
        }
        for group in (0..groups).filter(|group| side.group_of.contains(&Some(*group))) {
            link(
                end,
                group_node(s, group),
                s,
                left.group_cap[group],
                left.group_floor[group],
            );
        }
    }
    let must = must_units(problem);
    let arcs: Vec<Option<usize>> = (problem.requests.iter().enumerate())
        .map(|(i, request)| {
            let possible = (0..slots).any(|slot| problem.could_meet(request, slot));
            let extra = if request.must { must * bonus } else { 0 };
            let (from, to) = (node(0, request.demander), node(1, request.provider));
            (possible && !pinned[i]).then(|| network.add(from, to, 1, -weights[i] - extra))
        })
        .collect();
    network.maximise(source, sink);
    let full = |arc: &Option<usize>| arc.is_some_and(|arc| network.is_full(arc));
    let chosen: Vec<bool> = (arcs.iter().zip(&pinned))
        .map(|(arc, pinned)| *pinned || full(arc))
        .collect();
    let (coverage, weight) = value(problem, weights, &chosen);
    // The flow would count twice who stands on both sides: then all that is possible is the bound, a loose one.
    if (sides[0].active.iter().zip(&sides[1].active)).any(|(a, b)| *a && *b) {
        let possible =
            |request: &super::Request| (0..slots).any(|slot| problem.could_meet(request, slot));
        let possible: Vec<bool> = problem.requests.iter().map(possible).collect();
        let (coverage, weight) = value(problem, weights, &possible);
        return Bound {
            chosen,
            coverage,
            weight,
        };
    }
    // What the flow does not see of a group may all be covered.
    let unseen = (0..groups).filter(|group| !carried[*group]).map(|group| {
        let floor = i64::from(problem.groups[group].floor);
        let own = |i: &usize| problem.belongs(*i, group);
        let chosen = (0..chosen.len()).filter(|i| chosen[*i]).filter(own).count();
        let most = (0..problem.requests.len()).filter(own).count();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX).min(floor);
        count(most) - count(chosen)
    });
    Bound {
        coverage: coverage + unseen.sum::<i64>(),
        weight,
        chosen,
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

/// What the pinned requests leave of everything.
struct Left {
    cap: Vec<i64>,
    covering: Vec<i64>,
    group_cap: Vec<i64>,
    group_floor: Vec<i64>,
    tables: i64,
}

impl Left {
    fn new(problem: &Problem, pinned: &[bool]) -> Self {
        let n = problem.participants.len();
        let whole = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let tables: usize = (0..problem.slots.len())
            .map(|slot| problem.tables_in(slot))
            .sum();
        // Remote meetings need no table; counting one for each keeps the bound a bound.
        let remote = problem
            .requests
            .iter()
            .filter(|request| request.remote)
            .count();
        let cap = |p: usize| i64::from(problem.participants[p].cap).min(whole(most_at(problem, p)));
        let all = whole(problem.requests.len());
        let mut left = Self {
            cap: (0..n).map(cap).collect(),
            covering: (0..n).map(|p| covering_units(problem, p)).collect(),
            group_cap: (problem.groups.iter())
                .map(|g| g.cap.map_or(all, i64::from))
                .collect(),
            group_floor: problem.groups.iter().map(|g| i64::from(g.floor)).collect(),
            tables: whole(tables + remote),
        };
        let less = |n: &mut i64| *n = (*n - 1).max(0);
        for i in (0..pinned.len()).filter(|i| pinned[*i]) {
            for p in [problem.requests[i].demander, problem.requests[i].provider] {
                less(&mut left.cap[p]);
                less(&mut left.covering[p]);
            }
            for group in (0..problem.groups.len()).filter(|group| problem.belongs(i, *group)) {
                less(&mut left.group_cap[group]);
                less(&mut left.group_floor[group]);
            }
            less(&mut left.tables);
        }
        left
    }
}

/// Most meetings of a participant in slots far enough apart.
fn most_at(problem: &Problem, participant: usize) -> usize {
    let mut best = Vec::with_capacity(problem.slots.len());
    for slot in 0..problem.slots.len() {
        let first = problem
            .rest_around(participant, slot)
            .next()
            .unwrap_or(slot)
            .min(slot);
        let before = first.checked_sub(1).map_or(0, |slot| best[slot]);
        let with = before + problem.seats_in(participant, slot);
        best.push(with.max(best.last().copied().unwrap_or(0)));
    }
    best.last().copied().unwrap_or(0)
}

/// Coverage and weight of a choice.
pub(super) fn value(problem: &Problem, weights: &[i64], chosen: &[bool]) -> (i64, i64) {
    let mut meetings = vec![0_i64; problem.participants.len()];
    let mut in_group = vec![0_i64; problem.groups.len()];
    let (mut coverage, mut weight) = (0, 0);
    let (must, pinned) = (must_units(problem), pinned(problem));
    for (i, request) in (problem.requests.iter().enumerate()).filter(|(i, _)| chosen[*i]) {
        meetings[request.demander] += 1;
        meetings[request.provider] += 1;
        for (group, count) in in_group.iter_mut().enumerate() {
            *count += i64::from(problem.belongs(i, group));
        }
        weight += weights[i];
        if request.must || pinned[i] {
            coverage += must;
        }
    }
    for (p, count) in meetings.iter().enumerate() {
        coverage += (*count).min(covering_units(problem, p));
    }
    for (group, count) in problem.groups.iter().zip(in_group) {
        coverage += count.min(i64::from(group.floor));
    }
    (coverage, weight)
}
