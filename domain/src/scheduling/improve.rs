//! Fewer breaks at the same weight: annealing over chains of moves between two slots (Kempe chains).
//!
//! A move takes a meeting to another slot and everything that is in its way back, so the timetable stays valid at
//! every step. Costs are whole numbers and acceptance compares with a table of thresholds, so that every machine
//! decides alike.

use super::construct::{insert, settle, shift, undo};
use super::problem::Options;
use super::random::Random;
use super::timetable::Timetable;
use std::ops::ControlFlow;

/// Moves between two looks at the left-out requests, and two reports.
const ROUND: u64 = 4_096;

/// Improves until the budget is used, nothing is left to improve, or `tell` says stop. Returns the iterations done
/// and whether it was stopped.
pub(super) fn improve(
    timetable: &mut Timetable<'_>,
    options: &Options,
    tell: &mut dyn FnMut(u64, &Timetable<'_>) -> ControlFlow<()>,
) -> (u64, bool) {
    let mut random = Random::new(options.seed ^ 0x5DEE_CE66_D1CE_B00C);
    let mut best = timetable.clone();
    let mut best_key = key(&best);
    let mut iteration = 0;
    let mut stopped = tell(0, timetable).is_break();
    while iteration < options.iterations && !stopped && best_key.2 != 0 {
        let end = (iteration + ROUND).min(options.iterations);
        while iteration < end {
            step(
                timetable,
                threshold(iteration, options.iterations, &mut random),
                &mut random,
            );
            iteration += 1;
        }
        fill(timetable, &mut random);
        let now = key(timetable);
        if now < best_key {
            best_key = now;
            best = timetable.clone();
        }
        stopped = tell(iteration, &best).is_break();
    }
    *timetable = best;
    (iteration, stopped && iteration < options.iterations)
}

/// Smaller is better: coverage, weight, then breaks and idle slots.
fn key(timetable: &Timetable<'_>) -> (i64, i64, i64) {
    let figures = timetable.figures();
    (
        -figures.coverage,
        -figures.weight,
        figures.breaks * 100 + figures.idle_slots,
    )
}

/// How much worse a move may be: an exponential variable around a temperature that falls to nothing, in whole
/// numbers. 100 is one break.
fn threshold(iteration: u64, iterations: u64, random: &mut Random) -> i64 {
    let left = i64::try_from((iterations - iteration) * 1_000 / iterations.max(1)).unwrap_or(0);
    let temperature = 120 * left * left / 1_000_000;
    // −ln u for u uniform: the number of leading zeros is geometric, the rest makes it smooth enough.
    let u = random.next();
    let zeros = i64::from(u.leading_zeros());
    let rest = i64::try_from((u << 1 >> 54) & 0x3FF).unwrap_or(0);
    temperature * (zeros * 710 + rest * 7 / 10) / 1_024
}

/// Tries to move a meeting to another slot; keeps it if it is not worse than the threshold allows.
fn step(timetable: &mut Timetable<'_>, threshold: i64, random: &mut Random) {
    let problem = timetable.problem;
    if problem.requests.is_empty() || problem.slots.len() < 2 {
        return;
    }
    let request = random.below(problem.requests.len());
    let Some(from) = timetable.slot_of[request] else {
        return;
    };
    let to = random.below(problem.slots.len());
    if to == from || timetable.locked[request] || !timetable.allows(request, to) {
        return;
    }
    let mut moves = Vec::new();
    let before = timetable.total_gap_cost();
    shift(timetable, request, to, &mut moves);
    if !settle(timetable, from, to, Some(request), &mut moves, random) {
        undo(timetable, &moves);
        return;
    }
    if timetable.total_gap_cost() - before > threshold {
        undo(timetable, &moves);
    }
}

/// Places left-out requests that fit now.
fn fill(timetable: &mut Timetable<'_>, random: &mut Random) {
    let mut left: Vec<usize> = (0..timetable.slot_of.len())
        .filter(|r| timetable.slot_of[*r].is_none())
        .collect();
    left.sort_by_key(|request| (-timetable.weights[*request], *request));
    for request in left {
        insert(timetable, request, random);
    }
}
