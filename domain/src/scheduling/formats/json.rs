//! Our own problem as JSON: `problem` with the fields of [`Problem`], and `policy` if the weights are not the usual
//! ones.
//!
//! Participants, tables, slots, requests, groups and resources are named by their place in their list, from 0; a set of
//! slots is the list of their places. `class` is `mutual`, `demand_side`, `supply_side` or `suggested`; `score` 0 to
//! 10000; times are minutes. An unknown field is an error, and so is an object that is written as a list.
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

use super::objects::{Object, object};
use super::place::{self, Step};
use super::{
    Fault, MOST_FAULTS, MOST_KINDS, MOST_PARTICIPANTS, MOST_REQUESTS, MOST_SLOTS, not_within,
};
use crate::json_faults::told;
use crate::message;
use crate::scheduling::bound::fits;
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
    #[serde(deserialize_with = "object")]
    problem: Problem,
    #[serde(default, deserialize_with = "object")]
    policy: Policy,
}

/// Reads one JSON document of any form; what it has besides is passed over.
///
/// # Errors
/// The first place that is not of the form.
pub fn document<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    parse(text, &mut |_| ())
}

/// The same; `unknown` hears the way to every field that is passed over.
fn parse<T: DeserializeOwned>(text: &str, unknown: &mut dyn FnMut(Vec<Step>)) -> Result<T, Fault> {
    if text.trim().is_empty() {
        let reason = Message::new("파일이 비어 있습니다", "the file is empty");
        return Err(Fault::new(1, "file", reason));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let read: Result<Object<T>, serde_json::Error> =
        serde_ignored::deserialize(tracked, |path| unknown(place::steps(&path)));
    let Object(read) = read.map_err(|error| {
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
    let mut keep = |steps| {
        if unknown.len() < MOST_FAULTS {
            unknown.push(steps);
        }
    };
    let Written { problem, policy } = parse(text, &mut keep).map_err(|fault| vec![fault])?;
    let mut faults: Vec<Fault> = unknown
        .into_iter()
        .map(|steps: Vec<Step>| {
            let reason = Message::new("알 수 없는 항목입니다", "unknown field");
            Fault::new(place::line(text, &steps), place::named(&steps), reason)
        })
        .collect();
    let mut fault = |list: &str, index: usize, reason: Message| {
        if faults.len() < MOST_FAULTS {
            faults.push(at(
                text,
                ["problem".into(), list.into(), index.into()],
                reason,
            ));
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
            let reason = error.message();
            let (list, index) = entry(error);
            fault(list, index, reason);
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
            let reason = not_within(weight, 0, 1_000_000_000);
            faults.push(at(text, ["policy".into(), name.into()], reason));
        }
    }
    if faults.is_empty() {
        faults.extend(too_heavy(text, &problem, &policy));
    }
    if faults.is_empty() {
        Ok((problem, policy))
    } else {
        Err(faults)
    }
}

/// A fault of what these steps lead to.
fn at<const N: usize>(text: &str, steps: [Step; N], reason: Message) -> Fault {
    Fault::new(place::line(text, &steps), place::named(&steps), reason)
}

/// Floors and weights of which the sums would not fit into the numbers of the search: told is the largest of what makes
/// them so.
fn too_heavy(text: &str, problem: &Problem, policy: &Policy) -> Option<Fault> {
    let refused = |problem: &Problem, policy: &Policy| {
        let requests = problem.requests.iter();
        let weights: Vec<i64> = requests.map(|r| policy.weight(problem, r)).collect();
        fits(problem, &weights).err()
    };
    let reason = refused(problem, policy)?.message();
    let mut light = problem.clone();
    light.participants.iter_mut().for_each(|p| p.floor = 0);
    light.groups.iter_mut().for_each(|group| group.floor = 0);
    if refused(&light, policy).is_none() {
        let participants = problem.participants.iter().map(|p| p.floor).enumerate();
        let participants = participants.map(|(i, floor)| (floor, "participants", i));
        let groups = problem.groups.iter().map(|group| group.floor).enumerate();
        let all = participants.chain(groups.map(|(i, floor)| (floor, "groups", i)));
        let (_, list, i) = all.max_by_key(|(floor, ..)| *floor)?;
        let steps = ["problem".into(), list.into(), i.into(), "floor".into()];
        return Some(at(text, steps, reason));
    }
    let weights = [
        ("mutual", policy.mutual),
        ("demand_side", policy.demand_side),
        ("supply_side", policy.supply_side),
        ("suggested", policy.suggested),
    ];
    let (name, _) = weights.into_iter().max_by_key(|(_, weight)| *weight)?;
    Some(at(text, ["policy".into(), name.into()], reason))
}

fn beyond(slot: usize, slots: usize) -> Message {
    message!(
        "슬롯 {slot}이(가) 없습니다. 슬롯은 {slots}개이며 0부터 셉니다",
        "slot {slot} does not exist, there are {slots}, counted from 0"
    )
}

/// The list and the entry of an error.
fn entry(mut error: ProblemError) -> (&'static str, usize) {
    if let Some(lock) = error.lock() {
        return ("locks", *lock);
    }
    match error {
        ProblemError::NoTable => ("tables", 0),
        ProblemError::SlotOrder(i) => ("slots", i),
        ProblemError::FloorAboveCap(i) => ("participants", i),
        ProblemError::Units(i) => ("resources", i),
        ProblemError::Members(i) | ProblemError::GroupFloorAboveCap(i) => ("groups", i),
        ProblemError::UnknownParticipant(i)
        | ProblemError::SelfPair(i)
        | ProblemError::RepeatedPair(i)
        | ProblemError::UnknownResource(i) => ("requests", i),
        _ => ("slots", 0),
    }
}

/// A path as it is told: a key may be empty, and is then told as it is written; the whole is the file.
fn named(path: String) -> String {
    match path.strip_suffix(".?").unwrap_or(&path) {
        "" => "\"\"".to_owned(),
        "." | "?" => "file".to_owned(),
        known => known.to_owned(),
    }
}
