//! The SAT solvers behind the proof: CaDiCaL (C++), and BatSat (pure Rust) for a build without a C++ compiler.

use super::rup::Step;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// Which solver proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Solver {
    /// CaDiCaL, there with the feature `cadical` (on by default).
    #[cfg(feature = "cadical")]
    Cadical,
    /// BatSat, always there, slower.
    Batsat,
}

impl Default for Solver {
    /// The fastest of this build.
    fn default() -> Self {
        #[cfg(feature = "cadical")]
        return Self::Cadical;
        #[cfg(not(feature = "cadical"))]
        return Self::Batsat;
    }
}

/// Whether to give up; asked again and again.
pub(super) type Stop<'a> = &'a dyn Fn() -> bool;

/// Where a solver writes down what it learns.
pub(super) type Log<'a> = Option<&'a RefCell<Vec<Step>>>;

/// An incremental solver. Literals are numbers other than 0; a negative one is negated.
pub(super) trait Sat {
    /// Adds a clause.
    fn add(&mut self, clause: &[i32]);
    /// Satisfiable under the assumptions? `None` if it was stopped or used up its conflicts.
    fn solve(&mut self, assumptions: &[i32], conflicts: Option<u32>) -> Option<bool>;
    /// A literal in the model; of use after `Some(true)`.
    fn holds(&self, literal: i32) -> bool;
    /// Whether an assumption was needed for the contradiction; of use after `Some(false)`.
    fn failed(&self, assumption: i32) -> bool;
}

impl Solver {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "cadical")]
            Self::Cadical => "CaDiCaL",
            Self::Batsat => "BatSat",
        }
    }

    /// An empty solver.
    pub(super) fn open<'a>(self, stop: Stop<'a>) -> Box<dyn Sat + 'a> {
        match self {
            #[cfg(feature = "cadical")]
            Self::Cadical => Box::new(with_cadical::open(stop)),
            Self::Batsat => Box::new(with_batsat::open(stop, None)),
        }
    }
}

/// An empty solver that writes down what it learns: BatSat, which tells all of it.
pub(super) fn open_logged<'a>(stop: Stop<'a>, steps: &'a RefCell<Vec<Step>>) -> Box<dyn Sat + 'a> {
    Box::new(with_batsat::open(stop, Some(steps)))
}

#[cfg(feature = "cadical")]
mod with_cadical {
    use super::{Sat, Stop};

    pub(super) struct Asked<'a>(Stop<'a>);

    impl cadical::Callbacks for Asked<'_> {
        fn terminate(&mut self) -> bool {
            (self.0)()
        }
    }

    pub(super) fn open(stop: Stop<'_>) -> cadical::Solver<Asked<'_>> {
        let mut solver = cadical::Solver::new();
        solver.set_callbacks(Some(Asked(stop)));
        solver
    }

    impl Sat for cadical::Solver<Asked<'_>> {
        fn add(&mut self, clause: &[i32]) {
            self.add_clause(clause.iter().copied());
        }

        fn solve(&mut self, assumptions: &[i32], conflicts: Option<u32>) -> Option<bool> {
            if let Some(most) = conflicts {
                let most = i32::try_from(most).unwrap_or(i32::MAX);
                // The only error is an unknown name; the limit holds for the next call only.
                let _ = self.set_limit("conflicts", most);
            }
            self.solve_with(assumptions.iter().copied())
        }

        fn holds(&self, literal: i32) -> bool {
            self.value(literal) == Some(literal > 0)
        }

        fn failed(&self, assumption: i32) -> bool {
            Self::failed(self, assumption)
        }
    }
}

mod with_batsat {
    use super::{Log, Sat, Step, Stop};
    use batsat::{Callbacks, Lit, SolverInterface, SolverOpts, lbool};
    use std::cell::Cell;

    pub(super) struct Asked<'a> {
        stop: Stop<'a>,
        log: Log<'a>,
        learnt: Cell<u32>,
        most: Cell<u32>,
    }

    impl Callbacks for Asked<'_> {
        fn on_new_clause(&mut self, clause: &[Lit], _: batsat::ClauseKind) {
            self.learnt.set(self.learnt.get().saturating_add(1));
            if let Some(log) = self.log {
                log.borrow_mut().push(Step::Learn(numbers(clause)));
            }
        }

        fn on_delete_clause(&mut self, clause: &[Lit]) {
            if let Some(log) = self.log {
                log.borrow_mut().push(Step::Forget(numbers(clause)));
            }
        }

        fn stop(&self) -> bool {
            self.learnt.get() >= self.most.get() || (self.stop)()
        }
    }

    fn numbers(clause: &[Lit]) -> Vec<i32> {
        let number = |literal: &Lit| {
            // Variables are numbered below the largest of ours.
            let variable = i32::try_from(literal.var().idx()).unwrap_or(i32::MAX);
            if literal.sign() { variable } else { -variable }
        };
        clause.iter().map(number).collect()
    }

    pub(super) struct Batsat<'a> {
        solver: batsat::Solver<Asked<'a>>,
        clause: Vec<Lit>,
    }

    pub(super) fn open<'a>(stop: Stop<'a>, log: Log<'a>) -> Batsat<'a> {
        let asked = Asked {
            stop,
            log,
            learnt: Cell::new(0),
            most: Cell::new(u32::MAX),
        };
        Batsat {
            solver: batsat::Solver::new(SolverOpts::default(), asked),
            clause: Vec::new(),
        }
    }

    impl Batsat<'_> {
        fn literal(&mut self, literal: i32) -> Lit {
            let var = self.solver.var_of_int(literal.unsigned_abs());
            Lit::new(var, literal > 0)
        }
    }

    impl Sat for Batsat<'_> {
        fn add(&mut self, clause: &[i32]) {
            let mut literals = std::mem::take(&mut self.clause);
            literals.clear();
            for literal in clause {
                let literal = self.literal(*literal);
                literals.push(literal);
            }
            self.solver.add_clause_reuse(&mut literals);
            self.clause = literals;
        }

        fn solve(&mut self, assumptions: &[i32], conflicts: Option<u32>) -> Option<bool> {
            let assumptions: Vec<Lit> = assumptions.iter().map(|l| self.literal(*l)).collect();
            self.solver.cb().learnt.set(0);
            self.solver.cb().most.set(conflicts.unwrap_or(u32::MAX));
            match self.solver.solve_limited(&assumptions) {
                answer if answer == lbool::TRUE => Some(true),
                answer if answer == lbool::FALSE => Some(false),
                _ => None,
            }
        }

        fn holds(&self, literal: i32) -> bool {
            let var = batsat::Var::unsafe_from_idx(literal.unsigned_abs());
            self.solver.value_lit(Lit::new(var, literal > 0)) == lbool::TRUE
        }

        fn failed(&self, assumption: i32) -> bool {
            // An assumption is made in one sign only, whichever sign the core is told in.
            let var = batsat::Var::unsafe_from_idx(assumption.unsigned_abs());
            self.solver.unsat_core_contains_var(var)
        }
    }
}
