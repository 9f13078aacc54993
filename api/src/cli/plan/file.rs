//! Problems from files, in any of the formats.

use super::super::Failure;
use super::solution::Timetable;
use crate::output::io_message;
use clap::ValueEnum;
use matchday_domain::message;
use matchday_domain::scheduling::formats::{Fault, dzn, json, mm};
use matchday_domain::scheduling::prove::{AllMeet, NotAllMeet};
use matchday_domain::scheduling::{Policy, Problem};
use matchday_domain::text::Message;
use std::path::Path;

/// Most bytes of a file.
const MOST_BYTES: u64 = 64 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
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
    /// What the file has that our own problem cannot have.
    pub unsound: Vec<Fault>,
    /// What 30 points of a score are in the file.
    pub thirty_points: u32,
    /// What the search counts for one of the unit in which weights are told.
    pub weight_unit: i64,
    /// The number of the first request and participant in the file.
    pub first: usize,
}

pub(super) fn input(file: &Path, reason: &Message) -> Failure {
    Failure::file(file, reason)
}

fn faults(file: &Path) -> impl Fn(Vec<Fault>) -> Failure {
    let name = file.display().to_string();
    move |faults| Failure::Faults(name.clone(), faults)
}

/// The text of a file, without a byte order mark.
fn text(file: &Path) -> Result<String, Failure> {
    let unread = |error: std::io::Error| input(file, &io_message(&error));
    let size = std::fs::metadata(file).map_err(unread)?.len();
    if size > MOST_BYTES {
        let (size, most) = (size >> 20, MOST_BYTES >> 20);
        let reason = message!(
            "{size} MB입니다. {most} MB까지 읽습니다",
            "it has {size} MB; at most {most} MB are read"
        );
        return Err(input(file, &reason));
    }
    let bytes = std::fs::read(file).map_err(unread)?;
    // UTF-16 has a mark, or a zero byte with every digit.
    if matches!(bytes.as_slice(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) || bytes.contains(&0) {
        let reason = Message::new(
            "UTF-16이거나 글이 아닌 파일입니다. UTF-8로 저장하십시오",
            "it is UTF-16 or no text; save it as UTF-8",
        );
        return Err(input(file, &reason));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        let reason = message!(
            "{line}행에 UTF-8이 아닌 글자가 있습니다. UTF-8로 저장하십시오",
            "line {line} has what is not UTF-8; save it as UTF-8"
        );
        input(file, &reason)
    })?;
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Ok(rest.to_owned()),
        None => Ok(text),
    }
}

pub(super) fn read(file: &Path, format: Option<Format>) -> Result<Case, Failure> {
    let ending = file.extension().unwrap_or_default().to_string_lossy();
    let format = format.or_else(|| Format::from_str(&ending, true).ok());
    let format = format.ok_or_else(|| {
        let reason = Message::new(
            "어떤 형식인지 알 수 없습니다. `--format json`, `mm` 또는 `dzn`을 주십시오",
            "which format? `--format json`, `mm` or `dzn`",
        );
        input(file, &reason)
    })?;
    let text = text(file)?;
    if text.trim().is_empty() {
        let reason = Message::new("파일이 비어 있습니다", "the file is empty");
        return Err(input(file, &reason));
    }
    let of = |problem: Problem, policy, thirty_points| Case {
        thirty_points,
        weight_unit: 1,
        all_meet: AllMeet::try_from(&problem),
        unsound: Vec::new(),
        first: 0,
        problem,
        policy,
    };
    let told = faults(file);
    match format {
        Format::Json => {
            let (problem, policy) = json::read(&text).map_err(told)?;
            Ok(of(problem, policy, 3_000))
        }
        // The format has no classes: the score alone decides, and the weight is told in its unit.
        Format::Mm => Ok(Case {
            weight_unit: 100,
            ..of(mm::read(&text).map_err(told)?, Policy::BY_SCORE, 30)
        }),
        Format::Dzn => {
            let (all_meet, problem, unsound) = dzn::read_ours(&text).map_err(told)?;
            Ok(Case {
                problem,
                policy: Policy::default(),
                all_meet: Ok(all_meet),
                unsound,
                thirty_points: 3_000,
                weight_unit: 1,
                first: 1,
            })
        }
    }
}

/// A timetable that `--json` printed.
pub(super) fn timetable(file: &Path) -> Result<Timetable, Failure> {
    json::document(&text(file)?).map_err(|mut fault| {
        let Message { ko, en } = &fault.reason;
        fault.reason = message!(
            "`matchday plan --json`의 시간표가 아닙니다: {ko}",
            "no timetable of `matchday plan --json`: {en}"
        );
        faults(file)(vec![fault])
    })
}
