//! The proof again, by a solver that writes down what it learns, checked step by step.

use super::encoding::{Clauses, encode};
use super::rup;
use super::{AllMeet, ProveError, Wish, judge};
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

/// Refutes that a fair timetable has fewer breaks than `fewer_than`, or, with `None`, that there is one, and checks the
/// refutation. What is refuted are the clauses; that they say what the problem says is not part of the proof.
///
/// The solver works without what it cannot write down, CaDiCaL in its plain configuration, and so for longer than
/// [`super::prove`].
///
/// # Errors
/// A malformed problem.
pub fn certify(
    problem: &AllMeet,
    wish: &Wish<'_>,
    fewer_than: Option<usize>,
) -> Result<Certificate, ProveError> {
    problem.check().map_err(ProveError::Malformed)?;
    let steps = RefCell::new(Vec::new());
    let mut clauses = Clauses::written(wish.solver.open_logged(wish.stop, &steps));
    let encoding = encode(problem, wish.fairness, &mut clauses);
    match fewer_than {
        Some(0) => clauses.add(&[]),
        Some(more) => clauses.at_most(&encoding.all_breaks(), more - 1),
        None => {}
    }
    match clauses.sat.solve(&[], None) {
        Some(true) => {
            let slots = encoding.read(&clauses);
            let breaks = judge(problem, &slots, wish.fairness)?;
            return Ok(Certificate::Better { slots, breaks });
        }
        Some(false) => {}
        None => return Ok(Certificate::Stopped),
    }
    let written = clauses.written.take().unwrap_or_default();
    // The solver may still hold the steps.
    drop(clauses);
    let steps = steps.into_inner();
    Ok(match rup::refutes(&written, &steps, wish.stop) {
        Some(Ok(())) => Certificate::Checked {
            clauses: written.len(),
            steps: steps.len(),
        },
        Some(Err(step)) => Certificate::Refused(step),
        None => Certificate::Stopped,
    })
}
