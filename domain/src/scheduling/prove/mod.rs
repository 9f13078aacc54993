//! The proof: every meeting takes place, with the fewest breaks that are possible, and nobody much worse off.
//!
//! [`prove`] writes the problem as clauses (`encoding`), asks a SAT solver whether it can be met at all, then raises
//! a bound on the breaks from below until it is met: what is returned is optimal, infeasible, or, where it was
//! stopped, a timetable and a bound. [`reason`] names the conditions that exclude each other. [`check`] judges every timetable on its own,
//! [`certify`] refutes what would be better once more and checks each step of the refutation. [`fewest_breaks`] does the
//! same for our own problem, in which not every request need be met.

mod certify;
mod check;
mod convert;
mod encoding;
mod fewest;
mod ours;
mod problem;
mod reason;
mod required;
mod rup;
mod solver;
mod told;

pub use certify::{Certificate, certify};
pub use check::{Broken, check};
pub use convert::NotAllMeet;
pub use fewest::{CONFLICTS, Effort, End, Fewest, fewest_breaks};
pub use problem::{AllMeet, Malformed, Meeting};
pub use reason::{Condition, reason};
pub use required::Clash;
pub(super) use required::{Pinned, place as place_pinned};
pub use solver::Solver;

use encoding::{Clauses, Encoding, encode};
use serde::{Deserialize, Serialize};

/// How to prove.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// Most by which the breaks of two participants may differ.
    pub fairness: usize,
    /// The solver.
    pub solver: Solver,
    /// Asked again and again whether to give up.
    pub stop: &'a dyn Fn() -> bool,
}

/// How far a proof came. Bounds and values are total breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// No timetable has fewer.
    pub bound: usize,
    /// The best timetable so far, if there is one.
    pub value: Option<usize>,
}

/// What is known about a problem in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// No timetable has fewer breaks.
    Optimal {
        /// The slot of each meeting.
        slots: Vec<usize>,
        /// Total breaks.
        breaks: usize,
    },
    /// There is no timetable.
    Infeasible,
    /// Stopped before the proof.
    Stopped {
        /// The slot of each meeting, if a timetable was found.
        slots: Option<Vec<usize>>,
        /// Its total breaks.
        breaks: Option<usize>,
        /// No timetable has fewer.
        bound: usize,
    },
}

/// Why there is no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// The problem contradicts itself.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Malformed(Vec<Malformed>),
    /// The checker refuses the result: a mistake of ours, kept from doing harm.
    #[error("the timetable was refused by its checker: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Broken>),
}

/// Conflicts that are spent on the least breaks of one participant.
const PROBE: u32 = 100;
/// Conflicts that are spent on a bound before it is written into fresh clauses, which the solver simplifies.
const QUICK: u32 = 1000;

/// Finds the fewest breaks and proves that there are no fewer.
///
/// # Errors
/// A malformed problem.
pub fn prove(
    problem: &AllMeet,
    wish: &Wish<'_>,
    progress: &mut dyn FnMut(Known),
) -> Result<Outcome, ProveError> {
    problem.check().map_err(ProveError::Malformed)?;
    let mut clauses = Clauses::new(wish.solver.open(wish.stop));
    let encoding = encode(problem, wish.fairness, &mut clauses);
    match clauses.sat.solve(&[], None) {
        Some(true) => {}
        Some(false) => return Ok(Outcome::Infeasible),
        None => {
            return Ok(Outcome::Stopped {
                slots: None,
                breaks: None,
                bound: 0,
            });
        }
    }
    let mut slots = encoding.read(&clauses);
    let mut breaks = judge(problem, &slots, wish.fairness)?;
    let mut tell = |bound, value| {
        progress(Known {
            bound,
            value: Some(value),
        });
    };
    tell(0, breaks);
    let mut bound = 0;
    let mut open = Vec::new();
    for unary in &encoding.breaks {
        let mut least = 0;
        while let Some(literal) = unary.get(least)
            && clauses.sat.solve(&[-literal], Some(PROBE)) == Some(false)
        {
            clauses.add(&[*literal]);
            least += 1;
        }
        bound += least;
        open.extend(&unary[least..]);
    }
    tell(bound, breaks);
    let beyond = clauses.count(&open, breaks.saturating_sub(bound), false);
    let least = bound;
    while bound < breaks {
        let more = beyond[bound - least];
        let mut answer = clauses.sat.solve(&[-more], Some(QUICK));
        let mut found = (answer == Some(true)).then(|| encoding.read(&clauses));
        if answer.is_none() {
            let mut fresh = Clauses::new(wish.solver.open(wish.stop));
            let encoding = encode(problem, wish.fairness, &mut fresh);
            fresh.at_most(&encoding.all_breaks(), bound);
            answer = fresh.sat.solve(&[], None);
            found = (answer == Some(true)).then(|| encoding.read(&fresh));
        }
        match answer {
            Some(true) => {
                slots = found.unwrap_or_default();
                breaks = judge(problem, &slots, wish.fairness)?;
            }
            Some(false) => {
                clauses.add(&[more]);
                bound += 1;
            }
            None => {
                return Ok(Outcome::Stopped {
                    slots: Some(slots),
                    breaks: Some(breaks),
                    bound,
                });
            }
        }
        tell(bound, breaks);
    }
    Ok(Outcome::Optimal { slots, breaks })
}

/// The total breaks of a timetable that the checker accepts.
fn judge(problem: &AllMeet, slots: &[usize], fairness: usize) -> Result<usize, ProveError> {
    let breaks = check(problem, slots, Some(fairness)).map_err(ProveError::Refused)?;
    Ok(breaks.iter().sum())
}

impl Encoding {
    /// Literals of which as many hold as there are breaks in all.
    fn all_breaks(&self) -> Vec<i32> {
        self.breaks.iter().flatten().copied().collect()
    }

    /// The slot of each meeting in the solver's model.
    fn read(&self, clauses: &Clauses<'_>) -> Vec<usize> {
        let slot = |place: &Vec<(usize, i32)>| {
            let chosen = place.iter().find(|(_, x)| clauses.sat.holds(*x));
            // Every meeting has a slot in a model; the checker refuses what is not one.
            chosen.map_or(usize::MAX, |(slot, _)| *slot)
        };
        self.place.iter().map(slot).collect()
    }
}

#[cfg(test)]
mod tests;
