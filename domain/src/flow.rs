//! The cheapest flow through a network: the primal-dual method (Ford and Fulkerson, 1962; Ahuja, Magnanti and Orlin,
//! *Network Flows*, 9.8). Prices are the cheapest ways from the source; all flow that fits through arcs on cheapest
//! ways goes at once (Dinic, 1970), then Dijkstra's algorithm on reduced costs finds the next prices. It takes as many
//! rounds as there are different path costs, however many units flow.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

const UNREACHED: i64 = i64::MAX;

struct Arc {
    to: usize,
    capacity: i64,
    cost: i64,
}

/// Nodes by number, and arcs with a capacity and a cost for each unit.
pub(crate) struct Network {
    arcs: Vec<Arc>,
    out: Vec<Vec<usize>>,
}

impl Network {
    /// So many nodes and no arc.
    pub(crate) fn new(nodes: usize) -> Self {
        Self {
            arcs: Vec::new(),
            out: vec![Vec::new(); nodes],
        }
    }

    /// Adds an arc; tells its number.
    pub(crate) fn add(&mut self, from: usize, to: usize, capacity: i64, cost: i64) -> usize {
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

    /// Whether nothing more fits through an arc.
    pub(crate) fn is_full(&self, arc: usize) -> bool {
        self.arcs[arc].capacity == 0
    }

    /// Sends units along the cheapest paths while they pay. Returns the last prices of the nodes: a path that is left does
    /// not cost less than they say.
    pub(crate) fn maximise(&mut self, source: usize, sink: usize) -> Vec<i64> {
        let mut price = self.first_prices(source);
        // A price is the cost of the cheapest way there; the source's stays 0.
        while price[sink] < 0 {
            self.saturate(source, sink, &price);
            if !self.reprice(source, sink, &mut price) {
                break;
            }
        }
        price
    }

    /// Bellman and Ford with a queue: costs may be negative at first.
    fn first_prices(&self, source: usize) -> Vec<i64> {
        let mut price = vec![UNREACHED; self.out.len()];
        let mut waiting = vec![false; self.out.len()];
        let mut queue = VecDeque::from([source]);
        price[source] = 0;
        while let Some(node) = queue.pop_front() {
            waiting[node] = false;
            for id in &self.out[node] {
                let arc = &self.arcs[*id];
                let through = price[node] + arc.cost;
                if arc.capacity > 0 && through < price[arc.to] {
                    price[arc.to] = through;
                    if !waiting[arc.to] {
                        waiting[arc.to] = true;
                        queue.push_back(arc.to);
                    }
                }
            }
        }
        price
    }

    /// Whether an arc with room lies on a cheapest way. What the source does not reach at first it never reaches.
    fn is_tight(&self, from: usize, arc: usize, price: &[i64]) -> bool {
        let arc = &self.arcs[arc];
        arc.capacity > 0 && price[from] + arc.cost == price[arc.to]
    }

    /// All that fits through tight arcs.
    fn saturate(&mut self, source: usize, sink: usize, price: &[i64]) {
        let nodes = self.out.len();
        loop {
            let mut depth = vec![usize::MAX; nodes];
            let mut queue = VecDeque::from([source]);
            depth[source] = 0;
            while let Some(node) = queue.pop_front() {
                for id in &self.out[node] {
                    let to = self.arcs[*id].to;
                    if depth[to] == usize::MAX && self.is_tight(node, *id, price) {
                        depth[to] = depth[node] + 1;
                        queue.push_back(to);
                    }
                }
            }
            if depth[sink] == usize::MAX {
                return;
            }
            self.block(source, sink, price, &mut depth);
        }
    }

    /// A blocking flow through the layers.
    fn block(&mut self, source: usize, sink: usize, price: &[i64], depth: &mut [usize]) {
        let mut next = vec![0; self.out.len()];
        let (mut path, mut node) = (Vec::new(), source);
        loop {
            if node == sink {
                let room = path.iter().map(|arc: &usize| self.arcs[*arc].capacity);
                let units = room.min().unwrap_or(0);
                let mut cut = 0;
                for (i, arc) in path.iter().enumerate().rev() {
                    self.arcs[*arc].capacity -= units;
                    self.arcs[arc ^ 1].capacity += units;
                    if self.arcs[*arc].capacity == 0 {
                        cut = i;
                    }
                }
                node = self.arcs[path[cut] ^ 1].to;
                path.truncate(cut);
                continue;
            }
            let step = self.out[node][next[node]..].iter().position(|arc| {
                depth[self.arcs[*arc].to] == depth[node] + 1 && self.is_tight(node, *arc, price)
            });
            if let Some(step) = step {
                next[node] += step;
                let arc = self.out[node][next[node]];
                path.push(arc);
                node = self.arcs[arc].to;
            } else {
                depth[node] = usize::MAX;
                let Some(arc) = path.pop() else { return };
                node = self.arcs[arc ^ 1].to;
            }
        }
    }

    /// The next prices, by Dijkstra on what an arc costs above its prices; false if the sink is cut off.
    fn reprice(&self, source: usize, sink: usize, price: &mut [i64]) -> bool {
        let mut distance = vec![UNREACHED; self.out.len()];
        let mut queue = BinaryHeap::from([(Reverse(0), source)]);
        distance[source] = 0;
        while let Some((Reverse(so_far), node)) = queue.pop() {
            if node == sink {
                break;
            }
            if so_far > distance[node] {
                continue;
            }
            for id in &self.out[node] {
                let arc = &self.arcs[*id];
                if arc.capacity > 0 {
                    let through = so_far + arc.cost + price[node] - price[arc.to];
                    if through < distance[arc.to] && through < distance[sink] {
                        distance[arc.to] = through;
                        queue.push((Reverse(through), arc.to));
                    }
                }
            }
        }
        let nearest = distance[sink];
        if nearest == UNREACHED {
            return false;
        }
        for (price, distance) in price.iter_mut().zip(&distance) {
            if *price != UNREACHED {
                *price += (*distance).min(nearest);
            }
        }
        true
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
