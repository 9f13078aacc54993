//! `matchday plan`: arranges a problem from a file, or proves its fewest breaks, or checks a timetable.

use super::Failure;
use crate::progress::progress;
use clap::{Args, Subcommand, ValueEnum};
use matchday_domain::scheduling::formats::{Fault, dzn, json, mm};
use matchday_domain::scheduling::prove::{
    self, AllMeet, Condition, NotAllMeet, Outcome, Solver, check,
};
use matchday_domain::scheduling::{
    LeftOut, Level, LevelName, Options, Placed, Policy, Problem, arrange, verify,
};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Most bytes of a file.
const MOST_BYTES: u64 = 64 << 20;
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
    /// Moves that the search of `--objective ours` may try.
    #[arg(long, default_value_t = 1_000_000)]
    iterations: u64,
    /// Most threads; the search and the proof use one at present.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Our own problem in full.
    Json,
    /// Our own problem as a compact text.
    Mm,
    /// The published instances in which all meetings take place.
    Dzn,
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
    reason: Option<Vec<Condition>>,
}

/// A problem in both readings.
struct Case {
    problem: Problem,
    policy: Policy,
    all_meet: Result<AllMeet, NotAllMeet>,
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

fn input(file: &Path, reason: impl std::fmt::Display) -> Failure {
    Failure::Input(format!("{}: {reason}", file.display()))
}

fn text(file: &Path) -> Result<String, Failure> {
    let told = |error: std::io::Error| input(file, error);
    if std::fs::metadata(file).map_err(told)?.len() > MOST_BYTES {
        return Err(input(file, format!("more than {MOST_BYTES} bytes")));
    }
    std::fs::read_to_string(file).map_err(told)
}

fn read(file: &Path, format: Option<Format>) -> Result<Case, Failure> {
    let ending = file.extension().unwrap_or_default().to_string_lossy();
    let format = format
        .or_else(|| Format::from_str(&ending, true).ok())
        .ok_or_else(|| input(file, "which format? `--format json`, `mm` or `dzn`"))?;
    let text = text(file)?;
    let told = |faults: Vec<Fault>| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        input(file, faults.join("\n"))
    };
    let of = |problem: Problem, policy| Case {
        all_meet: AllMeet::try_from(&problem),
        problem,
        policy,
    };
    match format {
        Format::Json => {
            let (problem, policy) = json::read(&text).map_err(told)?;
            Ok(of(problem, policy))
        }
        Format::Mm => Ok(of(mm::read(&text).map_err(told)?, Policy::default())),
        Format::Dzn => {
            let all_meet = dzn::read(&text).map_err(told)?;
            Ok(Case {
                problem: all_meet.without_precedences(),
                policy: Policy::default(),
                all_meet: Ok(all_meet),
            })
        }
    }
}

fn ours(case: &Case, wish: &Wish, file: &Path) -> Result<Solution, Failure> {
    if (case.all_meet.as_ref()).is_ok_and(|all_meet| !all_meet.precedences.is_empty()) {
        return Err(input(file, "precedences need `--objective breaks`"));
    }
    let begun = Instant::now();
    let limit = Duration::from_secs(wish.time_limit);
    let options = Options {
        seed: wish.seed,
        iterations: wish.iterations,
    };
    let bar = progress("iterations", usize::try_from(wish.iterations).unwrap_or(0));
    let arrangement = arrange(&case.problem, &case.policy, &options, &mut |done| {
        bar.set_position(done.iteration);
        if begun.elapsed() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    bar.finish_and_clear();
    let arrangement = arrangement.map_err(|error| input(file, error))?;
    Ok(Solution {
        objective: Objective::Ours,
        status: if arrangement.stopped_early {
            Status::Stopped
        } else {
            Status::Arranged
        },
        fairness: None,
        seed: arrangement.seed,
        iterations: arrangement.iterations,
        seconds: begun.elapsed().as_secs_f64(),
        levels: arrangement.levels,
        meetings: arrangement.meetings,
        left_out: arrangement.left_out,
        reason: None,
    })
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
        reason,
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

fn print_table(solution: &Solution) {
    if let Some(conditions) = &solution.reason {
        if conditions.is_empty() {
            println!("infeasible: a participant has more meetings than there are slots");
        } else {
            println!("infeasible; these conditions exclude each other:");
            for condition in conditions {
                println!("  {condition}");
            }
        }
    } else if solution.status == Status::Infeasible {
        println!("infeasible; the time limit came before the reason was found");
    }
    if solution.levels.is_empty() {
        return;
    }
    println!(
        "{:12} {:>14} {:>14} {:>10}",
        "level", "value", "bound", "gap"
    );
    for level in &solution.levels {
        let name = serde_json::to_value(level.name);
        let name = name.ok().and_then(|name| name.as_str().map(str::to_owned));
        let (bound, gap) = match level.bound {
            Some(bound) => (bound.to_string(), (level.value - bound).abs().to_string()),
            None => ("no proof".to_owned(), "-".to_owned()),
        };
        let name = name.unwrap_or_default();
        println!("{name:12} {:>14} {bound:>14} {gap:>10}", level.value);
    }
    let status = serde_json::to_value(solution.status).unwrap_or_default();
    println!(
        "{}: {} meetings, {} left out, {:.2} s",
        status.as_str().unwrap_or_default(),
        solution.meetings.len(),
        solution.left_out.len(),
        solution.seconds
    );
}

/// Checks a timetable.
fn judge(case: &Case, file: &Path) -> Result<ExitCode, Failure> {
    let solution: Solution =
        serde_json::from_str(&text(file)?).map_err(|error| input(file, error))?;
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
