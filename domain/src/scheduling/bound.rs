//! The choice of meetings by a flow, and the bound it proves.
//!
//! A timetable chooses for every participant at most `cap` meetings, at most as many as it has seats over all slots,
//! and at most as many in all as there are tables over all slots. That relaxation is a b-matching in a bipartite
//! graph; its best value is found by successive cheapest paths (Edmonds and Karp, 1972) and no timetable exceeds it.
//! Coverage comes first by a bonus on the units that count for it that outweighs all weights together.

use super::Problem;
use std::collections::VecDeque;

/// The meetings that the flow chooses, and what it proves.
pub(super) struct Bound {
    /// Whether each request is chosen.
    pub chosen: Vec<bool>,
    /// No timetable covers more.
    pub coverage: i64,
    /// No timetable of that coverage weighs more.
    pub weight: i64,
}

struct Arc {
    to: usize,
    capacity: i64,
    cost: i64,
}

#[derive(Default)]
struct Network {
    arcs: Vec<Arc>,
    out: Vec<Vec<usize>>,
}

impl Network {
    fn new(nodes: usize) -> Self {
        Self {
            arcs: Vec::new(),
            out: vec![Vec::new(); nodes],
        }
    }

    fn add(&mut self, from: usize, to: usize, capacity: i64, cost: i64) -> usize {
        let id = self.arcs.len();
        self.out[from].push(id);
        self.arcs.push(Arc { to, capacity, cost });
        self.out[to].push(id + 1);
        self.arcs.push(Arc {
            to: from,
            capacity: 0,
            cost: -cost,
        });
        id
    }

    /// Sends units along the cheapest paths while they pay, one after the other.
    fn maximise(&mut self, source: usize, sink: usize) {
        while let Some((cost, path)) = self.cheapest(source, sink) {
            if cost >= 0 {
                return;
            }
            let units = path
                .iter()
                .map(|arc| self.arcs[*arc].capacity)
                .min()
                .unwrap_or(0);
            for arc in path {
                self.arcs[arc].capacity -= units;
                self.arcs[arc ^ 1].capacity += units;
            }
        }
    }

    /// Bellman and Ford with a queue: costs are negative, and graphs have a few hundred nodes.
    fn cheapest(&self, source: usize, sink: usize) -> Option<(i64, Vec<usize>)> {
        let mut distance = vec![i64::MAX; self.out.len()];
        let mut reached_by = vec![usize::MAX; self.out.len()];
        let mut waiting = vec![false; self.out.len()];
        let mut queue = VecDeque::from([source]);
        distance[source] = 0;
        while let Some(node) = queue.pop_front() {
            waiting[node] = false;
            for id in &self.out[node] {
                let arc = &self.arcs[*id];
                let through = distance[node].saturating_add(arc.cost);
                if arc.capacity > 0 && through < distance[arc.to] {
                    distance[arc.to] = through;
                    reached_by[arc.to] = *id;
                    if !waiting[arc.to] {
                        waiting[arc.to] = true;
                        queue.push_back(arc.to);
                    }
                }
            }
        }
        if distance[sink] == i64::MAX {
            return None;
        }
        let (mut path, mut node) = (Vec::new(), sink);
        while node != source {
            let arc = reached_by[node];
            path.push(arc);
            node = self.arcs[arc ^ 1].to;
        }
        Some((distance[sink], path))
    }
}

/// Units of a participant that count for coverage: its floor, and at least one meeting for everybody.
pub(super) fn covering_units(problem: &Problem, participant: usize) -> i64 {
    let participant = &problem.participants[participant];
    i64::from(participant.floor.max(1).min(participant.cap))
}

/// What a must-request counts for coverage: more than all floors together.
pub(super) fn must_units(problem: &Problem) -> i64 {
    1 + (0..problem.participants.len())
        .map(|p| covering_units(problem, p))
        .sum::<i64>()
}

/// Chooses meetings.
pub(super) fn choose(problem: &Problem, weights: &[i64]) -> Bound {
    let n = problem.participants.len();
    let (entry, source, sink) = (2 * n, 2 * n + 1, 2 * n + 2);
    let mut network = Network::new(2 * n + 3);
    let bonus = 1 + weights.iter().sum::<i64>();
    let tables: usize = (0..problem.slots.len())
        .map(|slot| problem.tables_in(slot))
        .sum();
    let remote = problem
        .requests
        .iter()
        .filter(|request| request.remote)
        .count();
    // Remote meetings need no table; counting one for each keeps the bound a bound.
    let most = i64::try_from(tables + remote).unwrap_or(i64::MAX);
    network.add(source, entry, most, 0);
    // A participant may stand on both sides only in theory: it has a node on each.
    let capacity = |p: usize| {
        let seats: usize = (0..problem.slots.len())
            .map(|slot| problem.seats_in(p, slot))
            .sum();
        i64::from(problem.participants[p].cap).min(i64::try_from(seats).unwrap_or(i64::MAX))
    };
    let demands = |p: usize| problem.requests.iter().any(|request| request.demander == p);
    let provides = |p: usize| problem.requests.iter().any(|request| request.provider == p);
    for p in 0..n {
        let all = capacity(p);
        let covering = covering_units(problem, p).min(all);
        if demands(p) {
            network.add(entry, p, covering, -bonus);
            network.add(entry, p, all - covering, 0);
        }
        if provides(p) {
            network.add(n + p, sink, covering, -bonus);
            network.add(n + p, sink, all - covering, 0);
        }
    }
    let must = must_units(problem);
    let locked: Vec<usize> = problem.locks.iter().map(|lock| lock.request).collect();
    let arcs: Vec<Option<usize>> = problem
        .requests
        .iter()
        .enumerate()
        .map(|(i, request)| {
            let possible = (0..problem.slots.len()).any(|slot| problem.could_meet(request, slot));
            let extra = if request.must || locked.contains(&i) {
                must * bonus
            } else {
                0
            };
            let cost = -weights[i] - extra;
            possible.then(|| network.add(request.demander, n + request.provider, 1, cost))
        })
        .collect();
    network.maximise(source, sink);
    let chosen: Vec<bool> = arcs
        .iter()
        .map(|arc| arc.is_some_and(|arc| network.arcs[arc].capacity == 0))
        .collect();
    let (coverage, weight) = value(problem, weights, &chosen);
    Bound {
        chosen,
        coverage,
        weight,
    }
}

/// Coverage and weight of a choice.
pub(super) fn value(problem: &Problem, weights: &[i64], chosen: &[bool]) -> (i64, i64) {
    let mut meetings = vec![0_i64; problem.participants.len()];
    let (mut coverage, mut weight) = (0, 0);
    let must = must_units(problem);
    let locked: Vec<usize> = problem.locks.iter().map(|lock| lock.request).collect();
    for (i, request) in problem
        .requests
        .iter()
        .enumerate()
        .filter(|(i, _)| chosen[*i])
    {
        meetings[request.demander] += 1;
        meetings[request.provider] += 1;
        weight += weights[i];
        if request.must || locked.contains(&i) {
            coverage += must;
        }
    }
    for (p, count) in meetings.iter().enumerate() {
        coverage += (*count).min(covering_units(problem, p));
    }
    (coverage, weight)
}
