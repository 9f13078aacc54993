//! The choice of meetings by a flow, and the bound it proves.
//!
//! A timetable chooses for every participant at most `cap` meetings, at most as many as it has seats over all slots,
//! and at most as many in all as there are tables over all slots. That relaxation is a b-matching in a bipartite
//! graph; its best value is found by successive cheapest paths (Edmonds and Karp, 1972) and no timetable exceeds it.
//! Coverage comes first by a bonus on the units that count for it that outweighs all weights together.

use super::Problem;
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
        .map(|arc| arc.is_some_and(|arc| network.is_full(arc)))
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
