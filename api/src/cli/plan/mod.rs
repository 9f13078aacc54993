//! `matchday plan`: arranges a problem from a file, anew or from a published timetable, or proves its fewest breaks, or
//! checks a timetable.

mod file;
mod show;

use super::Failure;
use crate::progress::progress;
use clap::{Args, Subcommand, ValueEnum};
use file::{Case, Format, input, read, text};
use matchday_domain::scheduling::prove::{self, Condition, Outcome, Solver, check};
use matchday_domain::scheduling::{
    ArrangeError, Arrangement, ChangePrice, Clash, LeftOut, Level, LevelName, Options, Placed,
    Problem, Published, arrange, repair, verify,
};
use serde::{Deserialize, Serialize};
use show::print_table;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Nobody could have a timetable.
const INFEASIBLE: u8 = 3;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Wish {
    #[command(subcommand)]
    then: Option<Then>,
    /// The problem.
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// Its format; by the ending of its name if not given.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// What is sought.
    #[arg(long, value_enum, default_value_t = Objective::Ours)]
    objective: Objective,
    /// With `--objective breaks`: most by which the breaks of two participants may differ.
    #[arg(long, default_value_t = 2)]
    fairness: usize,
    /// Seconds after which the best so far is taken.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    time_limit: u64,
    /// The same seed gives the same timetable; the proof draws nothing.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Moves that the search of `--objective ours` may try: 1,000,000 if not given, with `--from` 200,000.
    #[arg(long)]
    iterations: Option<u64>,
    /// Searches with this seed and the next ones at the same time, and keeps the best; of equals the first. The proof
    /// uses one thread.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// Re-arranges: starts from this timetable, the JSON of `matchday plan --json` in the indexes of FILE. In FILE a
    /// cancelled request has `"rule": "forbidden"`, a late participant is not available, a lost table is closed.
    #[arg(long, value_name = "PUBLISHED")]
    from: Option<PathBuf>,
    /// With `--from`: what it costs to move or give up a published meeting, in the unit of the file's scores, or
    /// `forbidden`: nobody is moved. 30 points of 100 if not given.
    #[arg(long, value_name = "SCORE", value_parser = price, requires = "from")]
    price_of_change: Option<ChangePrice>,
    /// With `--from`: so many slots are past and stay as published.
    #[arg(long, value_name = "SLOTS", default_value_t = 0, requires = "from")]
    past: usize,
    /// Prints JSON with the timetable.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Then {
    /// Checks a timetable, the JSON of `matchday plan --json`, against its problem; ends with 1 if a rule is broken.
    Verify {
        /// The problem.
        file: PathBuf,
        /// The timetable.
        solution: PathBuf,
        /// The problem's format; by the ending of its name if not given.
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
}

/// What is sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Objective {
    /// Coverage, weight, breaks, idle slots, table moves, in this order; not every request need be met.
    Ours,
    /// Every request is met; the fewest breaks, proved.
    Breaks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Arranged,
    Optimal,
    Stopped,
    Infeasible,
}

/// What is printed with `--json`, and read by `verify`.
#[derive(Debug, Serialize, Deserialize)]
struct Solution {
    objective: Objective,
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fairness: Option<usize>,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    iterations: u64,
    #[serde(default)]
    seconds: f64,
    #[serde(default)]
    levels: Vec<Level>,
    #[serde(default)]
    meetings: Vec<Placed>,
    #[serde(default)]
    left_out: Vec<LeftOut>,
    /// Conditions that exclude each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Vec<Because>>,
}

/// A condition of an infeasible problem.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Because {
    /// That all required meetings take place.
    Required(Clash),
    /// That all meetings take place.
    AllMeet(Condition),
}

impl std::fmt::Display for Because {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Required(clash) => clash.fmt(f),
            Self::AllMeet(condition) => condition.fmt(f),
        }
    }
}

fn price(text: &str) -> Result<ChangePrice, String> {
    if text == "forbidden" {
        return Ok(ChangePrice::Forbidden);
    }
    let price = text.parse().map_err(|_| "a whole number or `forbidden`")?;
    // More than any weight.
    if price > 1_000_000_000 {
        return Err("at most 1000000000; or `forbidden`".to_owned());
    }
    Ok(ChangePrice::Score(price))
}

pub(super) fn run(wish: Wish) -> Result<ExitCode, Failure> {
    if let Some(Then::Verify {
        file,
        solution,
        format,
    }) = wish.then
    {
        return judge(&read(&file, format)?, &solution);
    }
    let file = wish.file.clone().unwrap_or_default();
    let case = read(&file, wish.format)?;
    let solution = match wish.objective {
        Objective::Ours => ours(&case, &wish, &file)?,
        Objective::Breaks => breaks(&case, &wish, &file)?,
    };
    if wish.json {
        let text = serde_json::to_string_pretty(&solution);
        println!(
            "{}",
            text.map_err(|error| Failure::Other(error.to_string()))?
        );
    } else {
        print_table(&solution);
    }
    match solution.status {
        Status::Infeasible => Ok(ExitCode::from(INFEASIBLE)),
        Status::Stopped if solution.levels.is_empty() => Err(Failure::Other(
            "the time limit came before a timetable; nothing is proved".to_owned(),
        )),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn ours(case: &Case, wish: &Wish, file: &Path) -> Result<Solution, Failure> {
    if (case.all_meet.as_ref()).is_ok_and(|all_meet| !all_meet.precedences.is_empty()) {
        return Err(input(file, "precedences need `--objective breaks`"));
    }
    let begun = Instant::now();
    let limit = Duration::from_secs(wish.time_limit);
    let published = match &wish.from {
        Some(from) => Some(timetable(from)?.meetings),
        None => None,
    };
    let iterations = wish.iterations;
    let iterations = iterations.unwrap_or(if published.is_some() {
        200_000
    } else {
        1_000_000
    });
    let bar = progress("iterations", usize::try_from(iterations).unwrap_or(0));
    let one = |seed: u64, shown: bool| {
        let options = Options { seed, iterations };
        let mut tell = |done: &matchday_domain::scheduling::Progress| {
            if shown {
                bar.set_position(done.iteration);
            }
            if begun.elapsed() < limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        match &published {
            None => arrange(&case.problem, &case.policy, &options, &mut tell),
            Some(meetings) => {
                let usual = ChangePrice::Score(case.thirty_points);
                let published = Published {
                    meetings,
                    price: wish.price_of_change.unwrap_or(usual),
                    past: wish.past,
                };
                repair(&case.problem, &case.policy, &options, &published, &mut tell)
            }
        }
    };
    let found = best_of(wish.threads, wish.seed, &one);
    bar.finish_and_clear();
    let found = match found {
        Err(ArrangeError::Infeasible(clash)) => Err(clash),
        Err(error) => return Err(input(file, error)),
        Ok(arrangement) => Ok(arrangement),
    };
    let seconds = begun.elapsed().as_secs_f64();
    let blank = Solution {
        objective: Objective::Ours,
        status: Status::Infeasible,
        fairness: None,
        seed: wish.seed,
        iterations: 0,
        seconds,
        levels: Vec::new(),
        meetings: Vec::new(),
        left_out: Vec::new(),
        reason: None,
    };
    Ok(match found {
        Err(clash) => Solution {
            reason: Some(clash.into_iter().map(Because::Required).collect()),
            ..blank
        },
        Ok(arrangement) => Solution {
            status: if arrangement.stopped_early {
                Status::Stopped
            } else {
                Status::Arranged
            },
            seed: arrangement.seed,
            iterations: arrangement.iterations,
            levels: arrangement.levels,
            meetings: arrangement.meetings,
            left_out: arrangement.left_out,
            ..blank
        },
    })
}

type Found = Result<Arrangement, ArrangeError>;

/// The best of several seeds, each on a thread; of equals the first.
fn best_of(threads: u16, seed: u64, one: &(dyn Fn(u64, bool) -> Found + Sync)) -> Found {
    let others: Vec<Found> = std::thread::scope(|scope| {
        let started: Vec<_> = (1..u64::from(threads))
            .map(|more| scope.spawn(move || one(seed.wrapping_add(more), false)))
            .collect();
        let mut all = vec![one(seed, true)];
        all.extend(started.into_iter().filter_map(|thread| thread.join().ok()));
        all
    });
    let better = |best: Found, other: Found| match (best, other) {
        (Ok(best), Ok(other)) if other.is_better_than(&best) => Ok(other),
        (Ok(best), _) | (Err(_), Ok(best)) => Ok(best),
        (error, _) => error,
    };
    others
        .into_iter()
        .reduce(better)
        .unwrap_or(Err(ArrangeError::Undecided))
}

/// A timetable that `--json` printed.
fn timetable(file: &Path) -> Result<Solution, Failure> {
    serde_json::from_str(&text(file)?).map_err(|error| input(file, error))
}

fn breaks(case: &Case, wish: &Wish, file: &Path) -> Result<Solution, Failure> {
    let all_meet = (case.all_meet.as_ref()).map_err(|reason| {
        input(
            file,
            format!("`--objective breaks` meets every request: {reason}"),
        )
    })?;
    let begun = Instant::now();
    let limit = Duration::from_secs(wish.time_limit);
    let how = prove::Wish {
        fairness: wish.fairness,
        solver: Solver::default(),
        stop: &|| begun.elapsed() >= limit,
    };
    let bar = progress("breaks proved", 0);
    let mut tell = |known: prove::Known| {
        bar.set_length(known.value.unwrap_or_default() as u64);
        bar.set_position(known.bound as u64);
    };
    let outcome = prove::prove(all_meet, &how, &mut tell).map_err(|error| input(file, error))?;
    let mut reason = None;
    let (status, slots, value, bound) = match outcome {
        Outcome::Optimal { slots, breaks } => (Status::Optimal, Some(slots), breaks, breaks),
        Outcome::Infeasible => {
            let found = prove::reason(all_meet, &how, &mut tell);
            reason = found.map_err(|error| input(file, error))?;
            (Status::Infeasible, None, 0, 0)
        }
        Outcome::Stopped {
            slots,
            breaks,
            bound,
        } => (Status::Stopped, slots, breaks.unwrap_or_default(), bound),
    };
    bar.finish_and_clear();
    let figure = |breaks: usize| i64::try_from(breaks).unwrap_or(i64::MAX);
    let level = Level {
        name: LevelName::Breaks,
        value: figure(value),
        bound: Some(figure(bound)),
    };
    Ok(Solution {
        objective: Objective::Breaks,
        status,
        fairness: Some(wish.fairness),
        seed: wish.seed,
        iterations: 0,
        seconds: begun.elapsed().as_secs_f64(),
        levels: slots.iter().map(|_| level).collect(),
        meetings: slots.map_or_else(Vec::new, |slots| seated(&case.problem, &slots)),
        left_out: Vec::new(),
        reason: reason.map(|all| all.into_iter().map(Because::AllMeet).collect()),
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

/// Checks a timetable.
fn judge(case: &Case, file: &Path) -> Result<ExitCode, Failure> {
    let solution = timetable(file)?;
    let violations = verify(&case.problem, &solution.meetings);
    let mut wrong: Vec<String> = violations.iter().map(ToString::to_string).collect();
    if solution.objective == Objective::Breaks {
        let all_meet = case
            .all_meet
            .as_ref()
            .map_err(|reason| input(file, reason))?;
        let mut slots = vec![usize::MAX; all_meet.meetings.len()];
        for meeting in &solution.meetings {
            if let Some(slot) = slots.get_mut(meeting.request) {
                *slot = meeting.slot;
            }
        }
        match check(all_meet, &slots, solution.fairness) {
            Ok(breaks) => {
                let breaks = i64::try_from(breaks.iter().sum::<usize>()).unwrap_or(i64::MAX);
                let mut levels = solution.levels.iter();
                if !levels.any(|level| level.name == LevelName::Breaks && level.value == breaks) {
                    wrong.push(format!("the timetable has {breaks} breaks, not as it says"));
                }
            }
            Err(broken) => wrong.extend(broken.iter().map(ToString::to_string)),
        }
    }
    if wrong.is_empty() {
        println!("valid: {} meetings", solution.meetings.len());
        return Ok(ExitCode::SUCCESS);
    }
    for wrong in wrong {
        println!("{wrong}");
    }
    Ok(ExitCode::FAILURE)
}
