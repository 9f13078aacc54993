//! The check of a timetable.

use super::super::Failure;
use super::file::{Case, input, timetable};
use super::solution::Objective;
use crate::output::Output;
use matchday_domain::message;
use matchday_domain::scheduling::prove::{Broken, check};
use matchday_domain::scheduling::{LevelName, Violation, verify};
use matchday_domain::text::Message;
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;

/// What was found, for `--json`.
#[derive(Serialize)]
struct Judgement {
    valid: bool,
    meetings: usize,
    /// Every rule that is broken.
    broken: Vec<Said>,
}

#[derive(Serialize)]
struct Said {
    message: Message,
}

/// Success, or 1 if a rule is broken.
pub(super) fn judge(
    case: &Case,
    file: &Path,
    json: bool,
    out: Output,
) -> Result<ExitCode, Failure> {
    let timetable = timetable(file)?;
    let meetings = timetable.placed();
    let violations = verify(&case.problem, &meetings);
    let mut wrong: Vec<Message> = violations.iter().map(Violation::message).collect();
    if timetable.objective == Objective::Breaks {
        let all_meet = case
            .all_meet
            .as_ref()
            .map_err(|reason| input(file, &reason.message()))?;
        let mut slots = vec![usize::MAX; all_meet.meetings.len()];
        for meeting in &meetings {
            if let Some(slot) = slots.get_mut(meeting.request) {
                *slot = meeting.slot;
            }
        }
        match check(all_meet, &slots, timetable.fairness) {
            Ok(breaks) => {
                let breaks = i64::try_from(breaks.iter().sum::<usize>()).unwrap_or(i64::MAX);
                let mut levels = timetable.levels.iter();
                if !levels.any(|level| level.name == LevelName::Breaks && level.value == breaks) {
                    wrong.push(message!(
                        "시간표의 공백은 {breaks}회로, 적힌 것과 다릅니다",
                        "the timetable has {breaks} breaks, not as it says"
                    ));
                }
            }
            Err(broken) => wrong.extend(broken.iter().map(Broken::message)),
        }
    }
    let valid = wrong.is_empty();
    if json {
        let broken = wrong.into_iter().map(|message| Said { message });
        out.json(&Judgement {
            valid,
            meetings: meetings.len(),
            broken: broken.collect(),
        })?;
    } else if valid {
        out.say(&message!(
            "유효함: 상담 {0}건",
            "valid: {0} meetings",
            meetings.len()
        ));
    } else {
        wrong.iter().for_each(|wrong| out.say(wrong));
    }
    Ok(if valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
