//! The cheapest flow through a network, by successive cheapest paths (Edmonds and Karp, 1972).

use std::collections::VecDeque;

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

    /// Sends units along the cheapest paths while they pay, one after the other.
    pub(crate) fn maximise(&mut self, source: usize, sink: usize) {
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
