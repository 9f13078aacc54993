//! What the flow of [`super::bound`] has to give out: units that the pinned requests leave of everything.

use super::Problem;
use super::coverage::covering_units;

/// What the pinned requests leave of everything.
pub(super) struct Left {
    pub cap: Vec<i64>,
    pub covering: Vec<i64>,
    pub group_cap: Vec<i64>,
    pub group_floor: Vec<i64>,
    pub tables: i64,
    /// As many as there are requests.
    pub all: i64,
}

impl Left {
    pub(super) fn new(problem: &Problem, pinned: &[bool]) -> Self {
        let n = problem.participants.len();
        let tables: usize = (0..problem.slots.len())
            .map(|slot| problem.tables_in(slot))
            .sum();
        let cap = |p: usize| i64::from(problem.participants[p].cap).min(whole(most_at(problem, p)));
        let all = whole(problem.requests.len());
        let mut left = Self {
            cap: (0..n).map(cap).collect(),
            covering: (0..n).map(|p| covering_units(problem, p)).collect(),
            group_cap: (problem.groups.iter())
                .map(|g| g.cap.map_or(all, i64::from))
                .collect(),
            group_floor: problem.groups.iter().map(|g| i64::from(g.floor)).collect(),
            tables: whole(tables),
            all,
        };
        let groups_of = problem.groups_of();
        let less = |n: &mut i64| *n = (*n - 1).max(0);
        for i in (0..pinned.len()).filter(|i| pinned[*i]) {
            for p in [problem.requests[i].demander, problem.requests[i].provider] {
                less(&mut left.cap[p]);
                less(&mut left.covering[p]);
            }
            for group in groups_of[i].iter().map(|group| *group as usize) {
                less(&mut left.group_cap[group]);
                less(&mut left.group_floor[group]);
            }
            if !problem.requests[i].remote {
                less(&mut left.tables);
            }
        }
        left
    }
}

pub(super) fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
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
