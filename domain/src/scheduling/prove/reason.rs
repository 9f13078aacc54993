//! Why no timetable exists: conditions that exclude each other, none of which can be spared.

use super::encoding::Clauses;
use super::{AllMeet, Known, ProveError, Wish};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A condition of a problem. Numbers are indexes; told to a person they begin with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "condition", rename_all = "snake_case")]
pub enum Condition {
    /// The session or window of a meeting.
    Window {
        /// The meeting.
        meeting: usize,
    },
    /// A meeting is fixed.
    Fixed {
        /// The meeting.
        meeting: usize,
    },
    /// The forbidden slots of a participant.
    Forbidden {
        /// The participant.
        participant: usize,
    },
    /// A precedence of two meetings.
    Precedence {
        /// The earlier meeting.
        first: usize,
        /// The later meeting.
        second: usize,
    },
    /// The number of tables.
    Tables,
    /// The bound on the difference of breaks.
    Fairness,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(1).en)
    }
}

/// Conflicts that are spent on whether a condition can be spared.
const SPARE: u32 = 2000;

/// Conditions of an infeasible problem that exclude each other, given that a participant meets once at a time; empty
/// if that alone excludes a timetable (more meetings than slots), [`Condition::Fairness`] alone if there is a timetable
/// that is not fair. `None` if the problem is feasible or it was stopped before it knew. A condition of which it did
/// not become clear in time whether it can be spared stays.
///
/// # Errors
/// A malformed problem.
pub fn reason(
    problem: &AllMeet,
    wish: &Wish<'_>,
    progress: &mut dyn FnMut(Known),
) -> Result<Option<Vec<Condition>>, ProveError> {
    problem.check().map_err(ProveError::Malformed)?;
    let mut clauses = Clauses::new(wish.solver.open(wish.stop));
    let mut conditions = encode(problem, &mut clauses);
    let literals = |conditions: &[(i32, Condition)]| -> Vec<i32> {
        conditions.iter().map(|(literal, _)| *literal).collect()
    };
    match clauses.sat.solve(&literals(&conditions), None) {
        Some(false) => {}
        Some(true) => {
            let unfair = matches!(
                super::prove(problem, wish, progress)?,
                super::Outcome::Infeasible
            );
            return Ok(unfair.then(|| vec![Condition::Fairness]));
        }
        None => return Ok(None),
    }
    conditions.retain(|(literal, _)| clauses.sat.failed(*literal));
    let mut kept = 0;
    while kept < conditions.len() && !(wish.stop)() {
        let tried = conditions.remove(kept);
        if clauses.sat.solve(&literals(&conditions), Some(SPARE)) == Some(false) {
            // What comes before has been found to be needed: it is in every core.
            conditions.retain(|(literal, _)| clauses.sat.failed(*literal));
            kept = kept.min(conditions.len());
        } else {
            conditions.insert(kept, tried);
            kept += 1;
        }
    }
    Ok(Some(conditions.into_iter().map(|(_, c)| c).collect()))
}

/// The problem with a literal for each condition that makes it hold.
fn encode(problem: &AllMeet, to: &mut Clauses<'_>) -> Vec<(i32, Condition)> {
    let slots = problem.slots();
    let mut conditions = Vec::new();
    let mut place = Vec::with_capacity(problem.meetings.len());
    for (meeting, of) in problem.meetings.iter().enumerate() {
        let x: Vec<i32> = (0..slots).map(|_| to.variable()).collect();
        to.add(&x);
        to.at_most_one(&x);
        if let Some(window) = &of.window {
            let holds = to.variable();
            conditions.push((holds, Condition::Window { meeting }));
            for (_, x) in x
                .iter()
                .enumerate()
                .filter(|(slot, _)| !window.contains(*slot))
            {
                to.add(&[-holds, -x]);
            }
        }
        if let Some(fixed) = of.fixed {
            let holds = to.variable();
            conditions.push((holds, Condition::Fixed { meeting }));
            to.add(&[-holds, x[fixed]]);
        }
        place.push(x);
    }
    for (participant, meetings) in problem.meetings_of().into_iter().enumerate() {
        let in_slot = |slot| {
            meetings
                .iter()
                .map(|m| place[*m][slot])
                .collect::<Vec<i32>>()
        };
        (0..slots).for_each(|slot| to.at_most_one(&in_slot(slot)));
        let forbidden: Vec<usize> = problem.forbidden[participant].iter().collect();
        if forbidden.is_empty() || meetings.is_empty() {
            continue;
        }
        let holds = to.variable();
        conditions.push((holds, Condition::Forbidden { participant }));
        for meeting in &meetings {
            for slot in forbidden.iter().filter(|slot| **slot < slots) {
                to.add(&[-holds, -place[*meeting][*slot]]);
            }
        }
    }
    for (first, second) in &problem.precedences {
        let holds = to.variable();
        let (first, second) = (*first, *second);
        conditions.push((holds, Condition::Precedence { first, second }));
        let (before, after) = (&place[first], &place[second]);
        for (slot, (first, second)) in before.iter().zip(after).enumerate() {
            let mut later = vec![-holds, -second];
            later.extend(&before[..slot]);
            to.add(&later);
            let mut earlier = vec![-holds, -first];
            earlier.extend(&after[slot + 1..]);
            to.add(&earlier);
        }
    }
    let holds = to.variable();
    conditions.push((holds, Condition::Tables));
    for (slot, tables) in problem.tables.iter().enumerate() {
        let here: Vec<i32> = place.iter().map(|x| x[slot]).collect();
        if *tables < here.len() {
            let count = to.count(&here, tables + 1, false);
            to.add(&[-holds, -count[*tables]]);
        }
    }
    conditions
}
