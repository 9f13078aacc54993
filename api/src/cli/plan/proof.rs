//! The fewest breaks where every request is met, proved, and the proof checked.

use super::super::Failure;
use super::Wish;
use super::file::{Case, input};
use super::solution::{
    Because, Certified, Objective, Reached, Refutation, Solution, Status, Unchecked,
};
use crate::output::Output;
use crate::progress::progress;
use matchday_domain::message;
use matchday_domain::scheduling::prove::{self, AllMeet, Outcome, ProveError, Solver};
use matchday_domain::scheduling::{Level, LevelName, Placed, Problem};
use std::path::Path;
use std::time::{Duration, Instant};

/// Most by which the breaks of two participants may differ, if it is not said.
const FAIRNESS: usize = 2;

pub(super) fn breaks(
    case: &Case,
    wish: &Wish,
    file: &Path,
    out: Output,
) -> Result<Solution, Failure> {
    let all_meet = (case.all_meet.as_ref()).map_err(|reason| {
        let reason = reason.message();
        let (ko, en) = (reason.ko, reason.en);
        input(
            file,
            &message!(
                "`--objective breaks`에서는 모든 요청이 만납니다: {ko}",
                "`--objective breaks` meets every request: {en}"
            ),
        )
    })?;
    let begun = Instant::now();
    let limit = Duration::from_secs(wish.time_limit);
    let fairness = wish.fairness.unwrap_or(FAIRNESS);
    let how = prove::Wish {
        fairness,
        solver: Solver::default(),
        stop: &|| begun.elapsed() >= limit,
    };
    let bar = progress(out.pick("증명된 공백", "breaks proved").to_owned(), 0);
    let mut tell = |known: prove::Known| {
        bar.set_length(known.value.unwrap_or_default() as u64);
        bar.set_position(known.bound as u64);
    };
    let told = |error: ProveError| input(file, &error.message());
    let outcome = prove::prove(all_meet, &how, &mut tell).map_err(told)?;
    let reason = match outcome {
        Outcome::Infeasible => prove::reason(all_meet, &how, &mut tell).map_err(told)?,
        _ => None,
    };
    bar.finish_and_clear();
    let seconds = begun.elapsed().as_secs_f64();
    // What is refuted: anything better, or anything at all.
    let refuted = match &outcome {
        Outcome::Optimal { breaks, .. } => Some(Some(*breaks)),
        Outcome::Infeasible => Some(None),
        Outcome::Stopped { .. } => None,
    };
    let certificate = match (wish.certify, refuted) {
        (false, _) => None,
        (true, Some(fewer_than)) => {
            Some(certify(all_meet, fairness, fewer_than, limit).map_err(told)?)
        }
        (true, None) => Some(Certified {
            solver: Solver::Batsat,
            checked: Refutation::NotChecked {
                reason: Unchecked::Undecided,
            },
            seconds: 0.0,
        }),
    };
    let (status, slots, value, bound) = match outcome {
        Outcome::Optimal { slots, breaks } => (Status::Optimal, Some(slots), breaks, breaks),
        Outcome::Infeasible => (Status::Infeasible, None, 0, 0),
        Outcome::Stopped {
            slots,
            breaks,
            bound,
        } => (Status::Stopped, slots, breaks.unwrap_or_default(), bound),
    };
    let mut solution = Solution::new(Objective::Breaks, status, wish.seed, seconds);
    solution.fairness = Some(fairness);
    solution.solver = Some(how.solver);
    solution.certificate = certificate.map(Certified::told);
    if let Some(reason) = reason {
        let conditions = reason.into_iter().map(Because::AllMeet).collect();
        solution = solution.because(conditions, case.first);
    }
    let Some(slots) = slots else {
        return Ok(solution);
    };
    let figure = |breaks: usize| i64::try_from(breaks).unwrap_or(i64::MAX);
    let level = Level {
        name: LevelName::Breaks,
        value: figure(value),
        bound: Some(figure(bound)),
    };
    Ok(solution
        .with_levels(vec![Reached { level, seconds }])
        .with_meetings(seated(&case.problem, &slots), &case.problem))
}

/// Refutes once more what would be better, and has it checked, in as much time as the proof may take.
fn certify(
    all_meet: &AllMeet,
    fairness: usize,
    fewer_than: Option<usize>,
    limit: Duration,
) -> Result<Certified, ProveError> {
    let begun = Instant::now();
    let stop = || begun.elapsed() >= limit;
    let certificate = prove::certify(all_meet, fairness, fewer_than, &stop)?;
    Ok(Certified {
        solver: Solver::Batsat,
        checked: certificate.into(),
        seconds: begun.elapsed().as_secs_f64(),
    })
}

/// The meetings at the tables that are there, in order.
fn seated(problem: &Problem, slots: &[usize]) -> Vec<Placed> {
    let mut open: Vec<_> = (0..problem.slots.len())
        .map(|slot| {
            let tables = problem.tables.iter().enumerate();
            tables
                .filter(move |(_, table)| !table.closed.contains(slot))
                .map(|(i, _)| i)
        })
        .collect();
    let mut locked = vec![None; slots.len()];
    for lock in &problem.locks {
        locked[lock.request] = lock.table;
    }
    let mut meetings: Vec<Placed> = (slots.iter().enumerate())
        .map(|(request, slot)| Placed {
            request,
            slot: *slot,
            table: locked[request],
            demander_seat: 0,
            provider_seat: 0,
        })
        .collect();
    let taken: Vec<(usize, Option<usize>)> = meetings
        .iter()
        .map(|meeting| (meeting.slot, meeting.table))
        .collect();
    for meeting in meetings
        .iter_mut()
        .filter(|meeting| meeting.table.is_none())
    {
        let slot = meeting.slot;
        meeting.table = open[slot].find(|table| !taken.contains(&(slot, Some(*table))));
    }
    meetings.sort_by_key(|meeting| (meeting.slot, meeting.request));
    meetings
}
