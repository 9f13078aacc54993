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

    /// Sends units along the cheapest paths while they pay.
    pub(crate) fn maximise(&mut self, source: usize, sink: usize) {
        let mut price = self.first_prices(source);
        // A price is the cost of the cheapest way there; the source's stays 0.
        while price[sink] < 0 {
            self.saturate(source, sink, &price);
            if !self.reprice(source, sink, &mut price) {
                return;
            }
        }
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
