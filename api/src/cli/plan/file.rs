//! Problems from files, in any of the formats.

use super::super::Failure;
use clap::ValueEnum;
use matchday_domain::scheduling::formats::{Fault, dzn, json, mm};
use matchday_domain::scheduling::prove::{AllMeet, NotAllMeet};
use matchday_domain::scheduling::{Policy, Problem};
use std::path::Path;

/// Most bytes of a file.
const MOST_BYTES: u64 = 64 << 20;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Format {
    /// Our own problem in full.
    Json,
    /// Our own problem as a compact text.
    Mm,
    /// The published instances in which all meetings take place.
    Dzn,
}

/// A problem in both readings.
pub(super) struct Case {
    pub problem: Problem,
    pub policy: Policy,
    pub all_meet: Result<AllMeet, NotAllMeet>,
    /// What 30 points of a score are in the file.
    pub thirty_points: u32,
}

pub(super) fn input(file: &Path, reason: impl std::fmt::Display) -> Failure {
    Failure::Input(format!("{}: {reason}", file.display()))
}

pub(super) fn text(file: &Path) -> Result<String, Failure> {
    let told = |error: std::io::Error| input(file, error);
    if std::fs::metadata(file).map_err(told)?.len() > MOST_BYTES {
        return Err(input(file, format!("more than {MOST_BYTES} bytes")));
    }
    std::fs::read_to_string(file).map_err(told)
}

pub(super) fn read(file: &Path, format: Option<Format>) -> Result<Case, Failure> {
    let ending = file.extension().unwrap_or_default().to_string_lossy();
    let format = format
        .or_else(|| Format::from_str(&ending, true).ok())
        .ok_or_else(|| input(file, "which format? `--format json`, `mm` or `dzn`"))?;
    let text = text(file)?;
    let told = |faults: Vec<Fault>| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        input(file, faults.join("\n"))
    };
    let of = |problem: Problem, policy, thirty_points| Case {
        thirty_points,
        all_meet: AllMeet::try_from(&problem),
        problem,
        policy,
    };
    match format {
        Format::Json => {
            let (problem, policy) = json::read(&text).map_err(told)?;
            Ok(of(problem, policy, 3_000))
        }
        Format::Mm => Ok(of(mm::read(&text).map_err(told)?, Policy::default(), 30)),
        Format::Dzn => {
            let all_meet = dzn::read(&text).map_err(told)?;
            Ok(Case {
                problem: all_meet.without_precedences(),
                policy: Policy::default(),
                all_meet: Ok(all_meet),
                thirty_points: 3_000,
            })
        }
    }
}
