//! Our own problem as JSON: `problem` with the fields of [`Problem`], and `policy` if the weights are not the usual
//! ones.
//!
//! Participants, tables, slots, requests, groups and resources are named by their place in their list, from 0; a set of
//! slots is the list of their places. `class` is `mutual`, `demand_side`, `supply_side` or `suggested`; `score` 0 to
//! 10000; times are minutes. An unknown field is an error.
//!
//! May be left out: of a problem `groups` (members with a cap and a floor together; an organisation may be in several)
//! and `resources` (units in each slot); of a participant `rest` (slots that stay free between two of its meetings),
//! `equity_percent` (by which its requests weigh more), `preferred` (slots in which it would rather meet) and
//! `finishes_early`; of a request `resources` (one unit of each) and `rule` (`free`, `required`, `forbidden`); of the
//! policy `order` (what is sought behind coverage and weight, the most important first: see [`Aim`]).
//!
//! [`Aim`]: crate::scheduling::Aim
//!
#![doc = concat!("```json\n", include_str!("examples/day.json"), "```")]
//!
//! ```
//! use matchday_domain::scheduling::{Policy, formats::json};
//! let (problem, policy) = json::read(json::EXAMPLE).unwrap();
//! assert_eq!((problem.slots.len(), problem.requests.len()), (4, 6));
//! assert_eq!(policy, Policy::default());
//! ```

use super::{
    Fault, MOST_FAULTS, MOST_KINDS, MOST_PARTICIPANTS, MOST_REQUESTS, MOST_SLOTS, not_within,
};
use crate::json_faults::told;
use crate::message;
use crate::scheduling::{Policy, Problem, ProblemError};
use crate::text::Message;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// An example with everything that a problem may have.
pub const EXAMPLE: &str = include_str!("examples/day.json");

/// Most percent of equity, and most delegates of a participant.
const MOST_EQUITY: u32 = 900;
const MOST_SEATS: usize = 1_000;

#[derive(Deserialize)]
struct Written {
    problem: Problem,
    #[serde(default)]
    policy: Policy,
}

/// Reads one JSON document of any form; what it has besides is passed over.
///
/// # Errors
/// The first place that is not of the form.
pub fn document<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    parse(text, &mut |_| ())
}

/// The same; `unknown` hears the path of every field that is passed over.
fn parse<T: DeserializeOwned>(text: &str, unknown: &mut dyn FnMut(String)) -> Result<T, Fault> {
    if text.trim().is_empty() {
        let reason = Message::new("파일이 비어 있습니다", "the file is empty");
        return Err(Fault::new(1, "file", reason));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let read: Result<T, serde_json::Error> =
        serde_ignored::deserialize(tracked, |path| unknown(path.to_string()));
    let read = read.map_err(|error| {
        let line = error.line().max(1);
        Fault::new(line, named(track.path().to_string()), told(&error))
    })?;
    if let Err(error) = json.end() {
        let reason = Message::new("문서 뒤에 글이 더 있습니다", "more text than one document");
        return Err(Fault::new(error.line().max(1), "file", reason));
    }
    Ok(read)
}

/// Reads a problem and its policy.
///
/// # Errors
/// What is wrong with it, at most twenty.
pub fn read(text: &str) -> Result<(Problem, Policy), Vec<Fault>> {
    let mut unknown = Vec::new();
    let mut keep = |path| {
        if unknown.len() < MOST_FAULTS {
            unknown.push(path);
        }
    };
    let Written { problem, policy } = parse(text, &mut keep).map_err(|fault| vec![fault])?;
    let mut faults: Vec<Fault> = unknown
        .into_iter()
        .map(|path: String| {
            let name = path.rsplit('.').next().unwrap_or_default();
            let line = line_of_key(text, name);
            let reason = Message::new("알 수 없는 항목입니다", "unknown field");
            Fault::new(line, named(path), reason)
        })
        .collect();
    let mut fault = |list: &str, index: usize, reason: Message| {
        if faults.len() < MOST_FAULTS {
            let field = format!("problem.{list}[{index}]");
            faults.push(Fault::new(line_of(text, list, index), field, reason));
        }
    };
    let sizes = [
        ("slots", problem.slots.len(), MOST_SLOTS),
        ("tables", problem.tables.len(), MOST_PARTICIPANTS),
        (
            "participants",
            problem.participants.len(),
            MOST_PARTICIPANTS,
        ),
        ("requests", problem.requests.len(), MOST_REQUESTS),
        ("locks", problem.locks.len(), MOST_REQUESTS),
        ("groups", problem.groups.len(), MOST_KINDS),
        ("resources", problem.resources.len(), MOST_KINDS),
    ];
    for (list, size, most) in sizes {
        if size > most {
            let reason = message!(
                "{size}개: {most}개까지입니다",
                "{size} entries, at most {most}"
            );
            fault(list, most, reason);
        }
    }
    // Without slots that alone is told.
    let slots = match problem.slots.len() {
        0 => usize::MAX,
        slots => slots,
    };
    for (i, participant) in problem.participants.iter().enumerate() {
        let mut seen = participant
            .seats
            .iter()
            .flat_map(|seat| seat.available.iter())
            .chain(participant.preferred.iter().flat_map(|slots| slots.iter()));
        if let Some(slot) = seen.find(|slot| *slot >= slots) {
            fault("participants", i, beyond(slot, slots));
        }
    }
    for (i, table) in problem.tables.iter().enumerate() {
        if let Some(slot) = table.closed.iter().find(|slot| *slot >= slots) {
            fault("tables", i, beyond(slot, slots));
        }
    }
    for (i, request) in problem.requests.iter().enumerate() {
        let mut window = request.slots.iter().flat_map(|window| window.iter());
        if let Some(slot) = window.find(|slot| *slot >= slots) {
            fault("requests", i, beyond(slot, slots));
        }
        if request.score > 10_000 {
            let score = request.score;
            let reason = message!(
                "점수 {score}: 10000을 넘습니다",
                "score {score} is above 10000"
            );
            fault("requests", i, reason);
        }
    }
    for (i, participant) in problem.participants.iter().enumerate() {
        if participant.equity_percent > MOST_EQUITY {
            let equity = participant.equity_percent;
            let reason = message!(
                "형평 가산 {equity}: {MOST_EQUITY}을(를) 넘습니다",
                "equity {equity} is above {MOST_EQUITY}"
            );
            fault("participants", i, reason);
        }
        if participant.seats.len() > MOST_SEATS {
            let seats = participant.seats.len();
            let reason = message!(
                "참석자 {seats}명: {MOST_SEATS}명까지입니다",
                "{seats} seats, at most {MOST_SEATS}"
            );
            fault("participants", i, reason);
        }
    }
    if let Err(errors) = problem.check() {
        for error in errors.into_iter().take(MOST_FAULTS) {
            let (list, index) = place(&error);
            fault(list, index, error.message());
        }
    }
    let weights = [
        ("mutual", policy.mutual),
        ("demand_side", policy.demand_side),
        ("supply_side", policy.supply_side),
        ("suggested", policy.suggested),
    ];
    for (name, weight) in weights {
        if !(0..=1_000_000_000).contains(&weight) {
            let line = line_of_key(text, name);
            let reason = not_within(weight, 0, 1_000_000_000);
            faults.push(Fault::new(line, format!("policy.{name}"), reason));
        }
    }
    if faults.is_empty() {
        Ok((problem, policy))
    } else {
        Err(faults)
    }
}

fn beyond(slot: usize, slots: usize) -> Message {
    message!(
        "슬롯 {slot}이(가) 없습니다. 슬롯은 {slots}개이며 0부터 셉니다",
        "slot {slot} does not exist, there are {slots}, counted from 0"
    )
}

/// The list and the entry of an error.
fn place(error: &ProblemError) -> (&'static str, usize) {
    match error {
        ProblemError::NoSlot | ProblemError::TooManySlots(_) => ("slots", 0),
        ProblemError::SlotOrder(i) => ("slots", *i),
        ProblemError::NoTable => ("tables", 0),
        ProblemError::FloorAboveCap(i) => ("participants", *i),
        ProblemError::Units(i) => ("resources", *i),
        ProblemError::Members(i) | ProblemError::GroupFloorAboveCap(i) => ("groups", *i),
        ProblemError::TooHeavy => ("requests", 0),
        ProblemError::UnknownParticipant(i)
        | ProblemError::SelfPair(i)
        | ProblemError::RepeatedPair(i)
        | ProblemError::UnknownResource(i) => ("requests", *i),
        ProblemError::UnknownInLock(i)
        | ProblemError::LockUnavailable(i)
        | ProblemError::LockConflict(i) => ("locks", *i),
    }
}

fn line_at(text: &str, place: usize) -> usize {
    text[..place].matches('\n').count() + 1
}

/// A path as it is told: a key may be empty, and is then told as it is written; the whole is the file.
fn named(path: String) -> String {
    match path.strip_suffix(".?").unwrap_or(&path) {
        "" => "\"\"".to_owned(),
        "." | "?" => "file".to_owned(),
        known => known.to_owned(),
    }
}

/// The line in which a key occurs last.
fn line_of_key(text: &str, key: &str) -> usize {
    text.rfind(&format!("\"{key}\":"))
        .map_or(1, |place| line_at(text, place))
}

/// The line in which an entry of a list of the problem begins, or else the list.
fn line_of(text: &str, list: &str, index: usize) -> usize {
    let (mut depth, mut key, mut quoted) = (0_usize, "", None);
    let (mut begun, mut entry, mut found) = (false, 0, None);
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate() {
        if let Some(from) = quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    if depth <= 2 {
                        key = &text[from..place];
                    }
                    quoted = None;
                }
                _ => {}
            }
            continue;
        }
        if begun && depth == 3 && entry == index && !byte.is_ascii_whitespace() && byte != b',' {
            return line_at(text, place);
        }
        match byte {
            b'"' => quoted = Some(place + 1),
            b'{' | b'[' => {
                if byte == b'[' && depth == 2 && key == list {
                    begun = true;
                    found = Some(place);
                }
                depth += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                begun &= depth > 2;
            }
            b',' if begun && depth == 3 => entry += 1,
            _ => {}
        }
    }
    found.map_or(1, |place| line_at(text, place))
}
