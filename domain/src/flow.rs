//! The cheapest flow through a network: the primal-dual method (Ford and Fulkerson, 1962; Ahuja, Magnanti and Orlin,
//! *Network Flows*, 9.8). Prices are the cheapest ways from the source; all flow that fits through arcs on cheapest
//! ways goes at once, then Dijkstra's algorithm on reduced costs finds the next prices. It takes about as many rounds as
//! there are different path costs, however many units flow.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

const UNREACHED: i64 = i64::MAX;

#[derive(Clone)]
struct Arc {
    to: u32,
    /// The arc back.
    twin: u32,
    capacity: i64,
    cost: i64,
}

/// Nodes by number, and arcs with a capacity and a cost for each unit.
pub(crate) struct Network {
    nodes: usize,
    /// As they were added: from where, and the arc.
    added: Vec<(u32, Arc)>,
    /// Arcs node by node, those of a node from one of the starts to the next, and where each that was added is.
    arcs: Vec<Arc>,
    starts: Vec<usize>,
    places: Vec<u32>,
}

/// What a search keeps from round to round, so that a round costs no more than what it looks at.
struct Search {
    distance: Vec<i64>,
    touched: Vec<usize>,
    queue: BinaryHeap<(Reverse<i64>, usize)>,
    /// Nodes as far away as the one that is looked at.
    level: Vec<usize>,
    round: u32,
    /// The round in which a node was last on the way, or found to lead nowhere.
    seen: Vec<u32>,
    /// The arc of a node that is tried next, and the round in which that is so.
    next: Vec<(u32, usize)>,
    path: Vec<usize>,
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Network {
    /// So many nodes and no arc.
    pub(crate) fn new(nodes: usize) -> Self {
        Self {
            nodes,
            added: Vec::new(),
            arcs: Vec::new(),
            starts: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Adds an arc; tells its number.
    pub(crate) fn add(&mut self, from: usize, to: usize, capacity: i64, cost: i64) -> usize {
        let id = self.added.len();
        let arc = |to: usize, twin: usize, capacity, cost| Arc {
            to: number(to),
            twin: number(twin),
            capacity,
            cost,
        };
        self.added
            .push((number(from), arc(to, id + 1, capacity, cost)));
        self.added.push((number(to), arc(from, id, 0, -cost)));
        id
    }

    /// Whether nothing more fits through an arc.
    pub(crate) fn is_full(&self, arc: usize) -> bool {
        let place = self.places.get(arc);
        place
            .map_or(&self.added[arc].1, |place| &self.arcs[*place as usize])
            .capacity
            == 0
    }

    /// Sends units along the cheapest paths while they pay. Returns the last prices of the nodes: a path that is left does
    /// not cost less than they say.
    pub(crate) fn maximise(&mut self, source: usize, sink: usize) -> Vec<i64> {
        self.lay_out();
        let mut price = self.first_prices(source);
        let mut search = Search {
            distance: vec![UNREACHED; self.nodes],
            touched: Vec::new(),
            queue: BinaryHeap::new(),
            level: Vec::new(),
            round: 0,
            seen: vec![0; self.nodes],
            next: vec![(0, 0); self.nodes],
            path: Vec::new(),
        };
        // A price is the cost of the cheapest way there, beside the source's.
        while price[sink] < price[source] {
            while self.push(source, sink, &price, &mut search) {}
            if !self.reprice(source, sink, &mut price, &mut search) {
                break;
            }
        }
        let origin = price[source];
        let reached = price.iter_mut().filter(|price| **price != UNREACHED);
        reached.for_each(|price| *price -= origin);
        price
    }

    /// Puts the arcs of a node side by side.
    fn lay_out(&mut self) {
        self.starts = vec![0; self.nodes + 1];
        for (from, _) in &self.added {
            self.starts[*from as usize + 1] += 1;
        }
        for node in 0..self.nodes {
            self.starts[node + 1] += self.starts[node];
        }
        let mut next = self.starts.clone();
        let place = |(from, _): &(u32, Arc)| {
            let next = &mut next[*from as usize];
            *next += 1;
            number(*next - 1)
        };
        self.places = self.added.iter().map(place).collect();
        self.arcs = vec![
            Arc {
                to: 0,
                twin: 0,
                capacity: 0,
                cost: 0
            };
            self.added.len()
        ];
        for ((_, arc), place) in self.added.iter().zip(&self.places) {
            let twin = self.places[arc.twin as usize];
            self.arcs[*place as usize] = Arc {
                twin,
                ..arc.clone()
            };
        }
    }

    fn out(&self, node: usize) -> &[Arc] {
        &self.arcs[self.starts[node]..self.starts[node + 1]]
    }

    /// Bellman and Ford with a queue: costs may be negative at first.
    fn first_prices(&self, source: usize) -> Vec<i64> {
        let mut price = vec![UNREACHED; self.nodes];
        let mut waiting = vec![false; self.nodes];
        let mut queue = VecDeque::from([source]);
        price[source] = 0;
        while let Some(node) = queue.pop_front() {
            waiting[node] = false;
            for arc in self.out(node) {
                let (to, through) = (arc.to as usize, price[node] + arc.cost);
                if arc.capacity > 0 && through < price[to] {
                    price[to] = through;
                    if !waiting[to] {
                        waiting[to] = true;
                        queue.push_back(to);
                    }
                }
            }
        }
        price
    }

    /// Sends what it finds room for through arcs on cheapest ways, depth first; tells whether that was anything.
    fn push(&mut self, source: usize, sink: usize, price: &[i64], search: &mut Search) -> bool {
        let mut pushed = false;
        search.round += 1;
        let (round, seen, next, path) = (
            search.round,
            &mut search.seen,
            &mut search.next,
            &mut search.path,
        );
        path.clear();
        seen[source] = round;
        let mut node = source;
        loop {
            if node == sink {
                pushed = true;
                let room = path.iter().map(|arc: &usize| self.arcs[*arc].capacity);
                let units = room.min().unwrap_or(0);
                let mut cut = 0;
                for (i, arc) in path.iter().enumerate().rev() {
                    let twin = self.arcs[*arc].twin as usize;
                    self.arcs[twin].capacity += units;
                    let arc = &mut self.arcs[*arc];
                    arc.capacity -= units;
                    if arc.capacity == 0 {
                        cut = i;
                    }
                }
                for arc in path.drain(cut..).rev() {
                    seen[self.arcs[arc].to as usize] = 0;
                    node = self.tail(arc);
                }
                continue;
            }
            let begin = match next[node] {
                (at, next) if at == round => next,
                _ => self.starts[node],
            };
            // Whether an arc with room lies on a cheapest way.
            let step = (begin..self.starts[node + 1]).find(|arc| {
                let arc = &self.arcs[*arc];
                let to = arc.to as usize;
                arc.capacity > 0 && seen[to] != round && price[node] + arc.cost == price[to]
            });
            next[node] = (round, step.unwrap_or(self.starts[node + 1]));
            if let Some(arc) = step {
                path.push(arc);
                node = self.arcs[arc].to as usize;
                seen[node] = round;
            } else {
                let Some(arc) = path.pop() else { return pushed };
                node = self.tail(arc);
            }
        }
    }

    /// From where an arc comes.
    fn tail(&self, arc: usize) -> usize {
        self.arcs[self.arcs[arc].twin as usize].to as usize
    }

    /// The next prices, by Dijkstra on what an arc costs above its prices; false if the sink is cut off. Those nearer than
    /// the sink become cheaper, which leaves all others as they are.
    fn reprice(&self, source: usize, sink: usize, price: &mut [i64], search: &mut Search) -> bool {
        let (distance, touched) = (&mut search.distance, &mut search.touched);
        let (queue, level) = (&mut search.queue, &mut search.level);
        touched.push(source);
        level.push(source);
        distance[source] = 0;
        let mut so_far = 0;
        loop {
            let Some(node) = level.pop() else {
                let Some((Reverse(next), node)) = queue.pop() else {
                    break;
                };
                if node == sink {
                    break;
                }
                if next <= distance[node] {
                    so_far = next;
                    level.push(node);
                }
                continue;
            };
            for arc in self.out(node).iter().filter(|arc| arc.capacity > 0) {
                let to = arc.to as usize;
                let through = so_far + arc.cost + price[node] - price[to];
                if through < distance[to] && through < distance[sink] {
                    if distance[to] == UNREACHED {
                        touched.push(to);
                    }
                    distance[to] = through;
                    // Most are as far away: they need not be sorted.
                    if through == so_far && to != sink {
                        level.push(to);
                    } else {
                        queue.push((Reverse(through), to));
                    }
                }
            }
        }
        queue.clear();
        level.clear();
        let nearest = distance[sink];
        for node in touched.drain(..) {
            let near = std::mem::replace(&mut distance[node], UNREACHED);
            if nearest != UNREACHED {
                price[node] -= (nearest - near).max(0);
            }
        }
        nearest != UNREACHED
    }
}

#[cfg(test)]
mod tests {
    use super::Network;
    use proptest::prelude::*;

    /// The cheapest choice of pairs, each left and right taken as often as it may be, by trying all.
    fn by_trying(pairs: &[(usize, usize, i64)], left: &mut [i64], right: &mut [i64]) -> i64 {
        let Some((&(a, b, cost), rest)) = pairs.split_first() else {
            return 0;
        };
        let without = by_trying(rest, left, right);
        if left[a] == 0 || right[b] == 0 {
            return without;
        }
        left[a] -= 1;
        right[b] -= 1;
        let with = cost + by_trying(rest, left, right);
        left[a] += 1;
        right[b] += 1;
        without.min(with)
    }

    proptest! {
        #[test]
        fn the_flow_is_the_cheapest(
            mut left in proptest::collection::vec(0..3_i64, 4),
            mut right in proptest::collection::vec(0..3_i64, 4),
            costs in proptest::collection::vec(-9..4_i64, 12),
        ) {
            let mut network = Network::new(10);
            for i in 0..4 {
                network.add(8, i, left[i], 0);
                network.add(4 + i, 9, right[i], 0);
            }
            let pairs: Vec<_> = costs.iter().enumerate().map(|(i, cost)| (i % 4, (i + i / 4) % 4, *cost)).collect();
            let arcs: Vec<_> = pairs.iter().map(|(a, b, cost)| network.add(*a, 4 + b, 1, *cost)).collect();
            network.maximise(8, 9);
            let total: i64 = arcs.iter().zip(&pairs).filter(|(arc, _)| network.is_full(**arc)).map(|(_, pair)| pair.2).sum();
            prop_assert_eq!(total, by_trying(&pairs, &mut left, &mut right));
        }
    }
}
