//! The arrangement: which meetings take place, when, at which table and with which delegates.
//!
//! [`problem`] says what is asked for, [`bound`] chooses the meetings by a flow whose value nothing can exceed,
//! [`construct`] gives them slots along chains of moves ([`chain`]), [`fill`] seeks other meetings where the choice does
//! not fit into the slots and [`lagrange`] proves how much would fit, [`improve`] removes breaks without giving weight
//! away, [`seat`] adds tables and delegates, [`verify`] checks the result on its own, and [`explain`] says why a request
//! is left out.
//!
//! A break is a wait of a participant between two of its meetings: at least one slot in which it is there, could meet
//! and does not. A planned break ([`Slot::follows_break`]) and its own absence are no break.
//!
//! Everything is counted in iterations and drawn from a seed: the same problem, policy and options give the same
//! timetable on any machine.

mod anneal;
mod bound;
mod chain;
mod construct;
mod explain;
mod fill;
pub mod formats;
mod improve;
mod lagrange;
mod problem;
pub mod prove;
mod random;
mod seat;
mod shape;
mod timetable;
mod verify;

pub use explain::{LeftOut, Reason};
pub use problem::{
    Lock, MOST_SLOTS, Options, Participant, Policy, PriorityClass, Problem, ProblemError, Request,
    Seat, Slot, SlotSet, Table,
};
pub use verify::{Violation, verify};

use chain::Chain;
use random::Random;
use serde::{Deserialize, Serialize};
use shape::Shape;
use std::cell::Cell;
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

crate::vocabulary! {
    /// What a level of the objective counts; an earlier level is never given away for a later one.
    LevelName {
        Coverage = "coverage", "참여 보장", "coverage: must-requests, floors, somebody for everybody";
        Weight = "weight", "신청 가중치", "weight of the requests placed";
        Breaks = "breaks", "중간 공백 횟수", "breaks between runs of meetings";
        IdleSlots = "idle_slots", "대기 슬롯", "idle slots inside a participant's span";
        TableMoves = "table_moves", "테이블 이동", "table changes of those who stay seated";
    }
}

/// The figure of a level, beside what cannot be bettered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// What is counted.
    pub name: LevelName,
    /// What was reached.
    pub value: i64,
    /// A proved bound: at most this much coverage and weight, at least so many of the others; none: no proof.
    pub bound: Option<i64>,
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
    problem.check().map_err(ArrangeError::Problem)?;
    let bound = bound::choose(problem, &weights(problem, policy));
    Ok((bound.coverage, bound.weight))
}

fn weights(problem: &Problem, policy: &Policy) -> Vec<i64> {
    let all = problem.requests.iter();
    all.map(|request| policy.weight(problem, request)).collect()
}

/// Arranges.
///
/// # Errors
/// What is wrong with the problem.
pub fn arrange(
    problem: &Problem,
    policy: &Policy,
    options: &Options,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Arrangement, ArrangeError> {
    problem.check().map_err(ArrangeError::Problem)?;
    let weights = weights(problem, policy);
    let bound = bound::choose(problem, &weights);
    let shape = Shape::new(problem, &weights);
    let mut timetable = Timetable::new(&shape);
    let mut chain = Chain::new(problem.requests.len(), problem.participants.len());
    let mut random = Random::new(options.seed);
    construct::construct(&mut timetable, &mut chain, &bound.chosen, &mut random);
    let weight_bound = Cell::new(bound.weight);
    let levels = |timetable: &Timetable<'_>| {
        let reached = timetable.figures();
        vec![
            Level {
                name: LevelName::Coverage,
                value: reached.coverage,
                bound: Some(bound.coverage),
            },
            // The bound on weight belongs to the best coverage only.
            Level {
                name: LevelName::Weight,
                value: reached.weight,
                bound: (reached.coverage == bound.coverage).then_some(weight_bound.get()),
            },
            Level {
                name: LevelName::Breaks,
                value: reached.breaks,
                bound: (reached.breaks == 0).then_some(0),
            },
            Level {
                name: LevelName::IdleSlots,
                value: reached.idle_slots,
                bound: (reached.idle_slots == 0).then_some(0),
            },
        ]
    };
    let mut stopped = false;
    let mut tell = |iteration, timetable: &Timetable<'_>| {
        stopped |= progress(&Progress {
            iteration,
            levels: levels(timetable),
        })
        .is_break();
        stopped
    };
    fill::complete(
        &mut timetable,
        &mut chain,
        &bound.chosen,
        COMPLETING,
        &mut random,
    );
    construct::fill_up(&mut timetable, &mut chain, &mut random);
    let mut iterations = 0;
    if !tell(0, &timetable) {
        let goal = (bound.coverage, bound.weight);
        let half = options.iterations / 2;
        iterations = fill::fill(
            &mut timetable,
            &mut chain,
            goal,
            half,
            &mut random,
            &mut tell,
        );
        let (coverage, weight) = timetable.worth();
        if coverage == bound.coverage && weight < bound.weight {
            let with_slots = lagrange::weight_bound(&shape, coverage, weight);
            weight_bound.set(with_slots.min(bound.weight));
        }
        let rest = options.iterations - iterations.min(options.iterations);
        let before = iterations;
        if !tell(before, &timetable) {
            iterations += improve::improve(
                &mut timetable,
                &mut chain,
                rest,
                &mut random,
                &mut |done, now| tell(before + done, now),
            );
        }
    }
    let stopped_early = stopped && iterations < options.iterations;
    let (meetings, table_moves) = seat::seat(&timetable);
    let violations = verify(problem, &meetings);
    if !violations.is_empty() {
        return Err(ArrangeError::Refused(violations));
    }
    let mut levels = levels(&timetable);
    levels.push(Level {
        name: LevelName::TableMoves,
        value: table_moves,
        bound: (table_moves == 0).then_some(0),
    });
    let left_out = explain::explain(&timetable);
    Ok(Arrangement {
        meetings,
        levels,
        left_out,
        seed: options.seed,
        iterations,
        stopped_early,
    })
}

#[cfg(test)]
mod tests;
