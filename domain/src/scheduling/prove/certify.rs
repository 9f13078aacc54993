//! The proof once more, by a solver that writes down what it learns, and checked step by step.

use super::encoding::{Clauses, encode};
use super::rup::{self, Step};
use super::solver::open_logged;
use super::{AllMeet, ProveError, judge};
use std::cell::RefCell;

/// What the check of a proof found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// There is no better timetable: a checker followed every step of the solver's refutation.
    Checked {
        /// Clauses refuted.
        clauses: usize,
        /// Steps of the refutation.
        steps: usize,
    },
    /// There is a better timetable.
    Better {
        /// The slot of each meeting.
        slots: Vec<usize>,
        /// Its total breaks.
        breaks: usize,
    },
    /// A step of the refutation does not follow, by its number: nothing is shown.
    Refused(usize),
    /// Stopped before the refutation was found or checked.
    Stopped,
}

/// Refutes that a timetable whose breaks differ by at most `fairness` has fewer breaks than `fewer_than`, or, with
/// `None`, that there is one at all; then checks the refutation. What is refuted are the clauses; that they say what
/// the problem says is not part of the proof. `stop` is asked again and again whether to give up.
///
/// It takes BatSat, whatever solver [`super::prove`] had: CaDiCaL as it is bound here does not tell all that it derives.
///
/// # Errors
/// A malformed problem.
pub fn certify(
    problem: &AllMeet,
    fairness: usize,
    fewer_than: Option<usize>,
    stop: &dyn Fn() -> bool,
) -> Result<Certificate, ProveError> {
    problem.check().map_err(ProveError::Malformed)?;
    let steps = RefCell::new(Vec::new());
    let mut clauses = Clauses::written(open_logged(stop, &steps));
    let encoding = encode(problem, fairness, &mut clauses);
    match fewer_than {
        Some(0) => clauses.add(&[]),
        Some(more) => clauses.at_most(&encoding.all_breaks(), more - 1),
        None => {}
    }
    match clauses.sat.solve(&[], None) {
        Some(true) => {
            let slots = encoding.read(&clauses);
            let breaks = judge(problem, &slots, fairness)?;
            Ok(Certificate::Better { slots, breaks })
        }
        Some(false) => {
            let written = clauses.written.take().unwrap_or_default();
            // The solver holds on to the steps.
            drop(clauses);
            Ok(refuted(&written, &steps.into_inner(), stop))
        }
        None => Ok(Certificate::Stopped),
    }
}

/// Checks that the steps refute the clauses.
pub(super) fn refuted(
    written: &[Vec<i32>],
    steps: &[Step],
    stop: &dyn Fn() -> bool,
) -> Certificate {
    match rup::refutes(written, steps, stop) {
        Some(Ok(())) => Certificate::Checked {
            clauses: written.len(),
            steps: steps.len(),
        },
        Some(Err(step)) => Certificate::Refused(step),
        None => Certificate::Stopped,
    }
}
