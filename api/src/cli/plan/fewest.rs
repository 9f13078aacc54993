//! The fewest breaks behind a search: a better timetable, a bound, and the check of its refutation.

use super::super::Failure;
use super::Wish;
use super::file::{Case, input};
use super::solution::{Certified, Proof, Refutation, Unchecked};
use crate::output::Output;
use crate::progress::progress;
use matchday_domain::scheduling::prove::{
    CONFLICTS, Effort, End, Fewest, Known, Solver, fewest_breaks,
};
use matchday_domain::scheduling::{Arrangement, LevelName};
use std::cell::OnceCell;
use std::path::Path;
use std::time::{Duration, Instant};

/// The timetable, what is proved of its breaks, and the check if it is wished; each takes as long as the search may at
/// most.
pub(super) fn fewest(
    case: &Case,
    wish: &Wish,
    file: &Path,
    out: Output,
    found: Arrangement,
) -> Result<(Arrangement, Proof, Option<Certified>), Failure> {
    let begun = Instant::now();
    let limit = Duration::from_secs(wish.time_limit);
    // The check begins when it is first asked about.
    let checking = OnceCell::new();
    let check = || checking.get_or_init(Instant::now).elapsed() >= limit;
    let effort = Effort {
        solver: Solver::default(),
        conflicts: CONFLICTS,
        stop: &|| begun.elapsed() >= limit,
        certify: wish.certify.then_some(&check),
    };
    let bar = progress(out.pick("증명된 공백", "breaks proved").to_owned(), 0);
    let mut tell = |known: Known| {
        bar.set_length(known.value.unwrap_or_default() as u64);
        bar.set_position(known.bound as u64);
    };
    let fewest = fewest_breaks(&case.problem, &case.policy, found, &effort, &mut tell);
    bar.finish_and_clear();
    let Fewest {
        arrangement,
        fewer,
        end,
        certificate,
    } = fewest.map_err(|error| input(file, &error.message()))?;
    let checked = checking.get().map_or(Duration::ZERO, Instant::elapsed);
    let mut levels = arrangement.levels.iter();
    let breaks = levels.find(|level| level.name == LevelName::Breaks);
    let (value, bound) = breaks.map_or((0, 0), |level| (level.value, level.bound.unwrap_or(0)));
    let certified = wish.certify.then(|| Certified {
        solver: Solver::Batsat,
        checked: match certificate {
            Some(certificate) => certificate.into(),
            None => Refutation::NotChecked {
                reason: if end == End::Decided {
                    Unchecked::Nothing
                } else {
                    Unchecked::Undecided
                },
            },
        },
        seconds: checked.as_secs_f64(),
    });
    let proof = Proof {
        solver: effort.solver,
        end,
        breaks: value,
        bound,
        fewer,
        seconds: begun.elapsed().saturating_sub(checked).as_secs_f64(),
    };
    Ok((arrangement, proof, certified))
}
