//! The arrangement: which meetings take place, when, at which table and with which delegates.
//!
//! `problem` says what is asked for, `bound` chooses the meetings by a flow whose value nothing can exceed,
//! `construct` gives them slots along chains of moves (`chain`). Where the choice does not fit into the slots, the
//! time-indexed `program` is solved by `lp`, `fill` seeks other meetings and `lagrange` proves how much would
//! fit. `improve` removes breaks, or what the policy puts first (`aim`), without giving weight away, `least` and
//! `packing` prove how many must remain, `seat` adds tables and delegates, [`verify`] checks the result on its own, [`figures`] counts it on its own, `explain` says why a
//! request is left out, and `levels` puts every figure beside its bound. [`repair`] starts from a published timetable
//! and prices changes; `past` keeps what has taken place.
//!
//! A break is a wait of a participant between two of its meetings: at least one slot in which it is there, could meet
//! and does not. A planned break ([`Slot::follows_break`]) and its own absence are no break.
//!
//! Everything is counted in iterations and drawn from a seed: the same problem, policy and options give the same
//! timetable on any machine.

mod aim;
mod anneal;
mod bound;
mod chain;
mod check;
mod construct;
mod coverage;
mod explain;
mod figures;
mod fill;
pub mod formats;
mod improve;
mod lagrange;
mod least;
mod left;
mod levels;
mod lp;
mod packing;
mod past;
mod problem;
mod program;
pub mod prove;
mod random;
mod repair;
mod seat;
mod shape;
mod timetable;
mod told;
mod touch;
mod touched;
mod verify;
mod windows;

pub use aim::Aim;
pub use check::ProblemError;
pub use explain::{LeftOut, Reason};
pub use figures::figures;
pub use levels::{Level, LevelName};
pub use past::{as_it_was, changed_past, freeze};
pub use problem::{
    Group, Lock, MOST_SLOTS, Options, PairRule, Participant, Policy, PriorityClass, Problem,
    Request, Resource, Seat, Slot, SlotSet, Table,
};
pub use prove::Clash;
pub use repair::{ChangePrice, Published, repair};
pub use verify::{Violation, verify};

use bound::Bound;
use chain::Chain;
use levels::{Bounds, levels, levels_so_far};
use prove::Pinned;
use random::Random;
use serde::{Deserialize, Serialize};
use shape::Shape;
use std::ops::ControlFlow;
use timetable::Timetable;

/// A meeting of a timetable, in indexes of the problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The request.
    pub request: usize,
    /// The slot.
    pub slot: usize,
    /// The table; none for a remote meeting.
    pub table: Option<usize>,
    /// The demander's seat.
    pub demander_seat: usize,
    /// The provider's seat.
    pub provider_seat: usize,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Iterations done.
    pub iteration: u64,
    /// The figures so far.
    pub levels: Vec<Level>,
}

/// A timetable with its figures and the reason of every request that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// The meetings, by slot and request.
    pub meetings: Vec<Placed>,
    /// The figures, the most important first.
    pub levels: Vec<Level>,
    /// The requests without a meeting.
    pub left_out: Vec<LeftOut>,
    /// The seed.
    pub seed: u64,
    /// Iterations done. A run that was stopped is repeated with the same options by stopping it at this iteration.
    pub iterations: u64,
    /// Stopped before its budget was used.
    pub stopped_early: bool,
}

/// Most steps for placing the last of the chosen meetings.
const COMPLETING: u64 = 200_000;

/// Why there is no arrangement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArrangeError {
    /// The problem contradicts itself.
    #[error("the problem cannot be arranged: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Problem(Vec<ProblemError>),
    /// The meetings that are required or locked exclude each other: conditions of which none can be spared.
    #[error("the required meetings exclude each other: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Infeasible(Vec<Clash>),
    /// It did not become clear whether the required meetings can all take place.
    #[error("it did not become clear whether all required meetings can take place")]
    Undecided,
    /// A published meeting that is none of the problem: its place in the list.
    #[error("published meeting {0} names an unknown request or slot, or one that is there twice")]
    Published(usize),
    /// The checker refuses the result: a mistake of ours, kept from doing harm.
    #[error("the timetable was refused by its checker: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Violation>),
}

/// The most coverage and the most weight at that coverage that the choice of meetings alone allows: an upper bound, exact
/// while the slots do not bind.
///
/// # Errors
/// What is wrong with the problem.
pub fn upper_bound(problem: &Problem, policy: &Policy) -> Result<(i64, i64), ArrangeError> {
    let weights = weights(problem, policy)?;
    let bound = bound::choose(problem, &weights, 0);
    Ok((bound.coverage, bound.weight))
}

/// The weights of the requests of a sound problem.
fn weights(problem: &Problem, policy: &Policy) -> Result<Vec<i64>, ArrangeError> {
    problem.check().map_err(ArrangeError::Problem)?;
    let all = problem.requests.iter();
    let weights: Vec<i64> = all.map(|request| policy.weight(problem, request)).collect();
    bound::fits(problem, &weights).map_err(|error| ArrangeError::Problem(vec![error]))?;
    Ok(weights)
}

/// Who hears how far a run has come, and may stop it.
type Tell<'a> = &'a mut dyn FnMut(&Progress) -> ControlFlow<()>;

/// Arranges.
///
/// # Errors
/// What is wrong with the problem, or why its required meetings cannot take place.
pub fn arrange(
    problem: &Problem,
    policy: &Policy,
    options: &Options,
    progress: Tell<'_>,
) -> Result<Arrangement, ArrangeError> {
    let weights = weights(problem, policy)?;
    let bound = bound::choose(problem, &weights, 0);
    let shape = Shape::new(problem, &weights, &policy.order);
    let mut run = Run::new(&shape, bound, options, progress);
    let chosen = run.bound.chosen.clone();
    construct::construct(&mut run.timetable, &mut run.chain, &chosen, &mut run.random);
    fill::complete(
        &mut run.timetable,
        &mut run.chain,
        &chosen,
        COMPLETING,
        &mut run.random,
    );
    run.place_pinned()?;
    construct::fill_up(&mut run.timetable, &mut run.chain, &mut run.random);
    if run.timetable.worth() < run.goal() {
        lp::solve(&mut run.timetable, &mut run.chain, &chosen, &mut run.random);
    }
    run.fill(options.iterations / 2, fill::SEARCH);
    run.bounds = Bounds::of_flow(&run.bound, run.timetable.worth().0);
    run.bounds.tighten(&run.timetable);
    run.improve(options.iterations);
    run.bounds.count_breaks(&run.timetable, &run.bound);
    run.finish(problem, &[])
}

/// A run: the timetable, what is proved, and how far it has come.
struct Run<'a> {
    timetable: Timetable<'a>,
    chain: Chain,
    random: Random,
    bound: Bound,
    bounds: Bounds,
    options: &'a Options,
    iterations: u64,
    stopped: bool,
    progress: Tell<'a>,
}

impl<'a> Run<'a> {
    fn new(shape: &'a Shape<'a>, bound: Bound, options: &'a Options, progress: Tell<'a>) -> Self {
        Self {
            timetable: Timetable::new(shape),
            chain: Chain::new(shape),
            random: Random::new(options.seed),
            bounds: Bounds::of_flow(&bound, bound.coverage),
            bound,
            options,
            iterations: 0,
            stopped: false,
            progress,
        }
    }

    /// What cannot be exceeded.
    fn goal(&self) -> (i64, i64) {
        (self.bound.coverage, self.bound.weight)
    }

    /// Places the pinned requests that have no slot yet, whatever else it costs.
    fn place_pinned(&mut self) -> Result<(), ArrangeError> {
        let shape = self.timetable.shape;
        let missing = |timetable: &Timetable<'_>| {
            (0..shape.ends.len()).any(|r| shape.pinned[r] && timetable.slot_of(r).is_none())
        };
        if !missing(&self.timetable) {
            return Ok(());
        }
        let places = match prove::place_pinned(shape.problem) {
            Pinned::Placed(places) => places,
            Pinned::Clash(clash) => return Err(ArrangeError::Infeasible(clash)),
            Pinned::Unknown => return Err(ArrangeError::Undecided),
        };
        let before = std::mem::replace(&mut self.timetable, Timetable::new(shape));
        for (request, slot) in places {
            if self.timetable.slot_of(request).is_none() {
                self.timetable.place(request, slot);
            }
        }
        for request in 0..shape.ends.len() {
            if let Some(slot) = before.slot_of(request) {
                self.timetable.place_if_fits(request, slot);
            }
        }
        Ok(())
    }

    /// Seeks coverage and weight.
    fn fill(&mut self, budget: u64, heat: fill::Heat) {
        if self.tell(0) {
            return;
        }
        let goal = self.goal();
        let (bounds, progress, stopped) = (self.bounds, &mut self.progress, &mut self.stopped);
        let mut tell = |iteration, timetable: &Timetable<'_>| {
            let levels = levels_so_far(timetable, &bounds);
            *stopped |= progress(&Progress { iteration, levels }).is_break();
            *stopped
        };
        let (timetable, chain, random) = (&mut self.timetable, &mut self.chain, &mut self.random);
        self.iterations = fill::fill(timetable, chain, goal, (budget, heat), random, &mut tell);
    }

    /// Removes breaks with what is left of the budget, so much at most.
    fn improve(&mut self, most: u64) {
        let before = self.iterations;
        if self.tell(before) {
            return;
        }
        let rest = self.options.iterations - before.min(self.options.iterations);
        let rest = rest.min(most);
        let (bounds, progress, stopped) = (self.bounds, &mut self.progress, &mut self.stopped);
        let mut tell = |done, timetable: &Timetable<'_>| {
            let levels = levels_so_far(timetable, &bounds);
            let iteration = before + done;
            *stopped |= progress(&Progress { iteration, levels }).is_break();
            *stopped
        };
        let (timetable, chain, random) = (&mut self.timetable, &mut self.chain, &mut self.random);
        self.iterations += improve::improve(timetable, chain, rest, random, &mut tell);
    }

    fn tell(&mut self, iteration: u64) -> bool {
        let levels = levels_so_far(&self.timetable, &self.bounds);
        self.stopped |= (self.progress)(&Progress { iteration, levels }).is_break();
        self.stopped
    }

    /// Tables and delegates, the figures and the reasons; checked.
    fn finish(self, problem: &Problem, published: &[Placed]) -> Result<Arrangement, ArrangeError> {
        let (meetings, table_moves) = seat::seat(&self.timetable, published);
        let violations = verify(problem, &meetings);
        if !violations.is_empty() {
            return Err(ArrangeError::Refused(violations));
        }
        let mut levels = levels(&self.timetable, &self.bounds);
        levels.push(Level {
            name: LevelName::TableMoves,
            value: table_moves,
            bound: (table_moves == 0).then_some(0),
        });
        Ok(Arrangement {
            meetings,
            levels,
            left_out: explain::explain(&self.timetable),
            seed: self.options.seed,
            iterations: self.iterations,
            stopped_early: self.stopped && self.iterations < self.options.iterations,
        })
    }
}

impl Arrangement {
    /// Whether it is better than another of the same problem, level by level.
    pub fn is_better_than(&self, other: &Self) -> bool {
        let key = |arrangement: &Self| -> Vec<i64> {
            let levels = arrangement.levels.iter();
            levels
                .map(|level| {
                    if level.name.is_most() {
                        level.value
                    } else {
                        -level.value
                    }
                })
                .collect()
        };
        key(self) > key(other)
    }
}

#[cfg(test)]
mod tests;
