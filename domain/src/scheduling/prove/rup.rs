//! A checker of refutations by reverse unit propagation (Goldberg and Novikov 2003): a learnt clause follows if unit
//! propagation from its negation ends in a contradiction. It shares nothing with the solvers that write the steps.

use rustc_hash::FxHashMap;

/// A step of a refutation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A clause that follows from those before.
    Learn(Vec<i32>),
    /// A clause that is not needed any more.
    Forget(Vec<i32>),
}

/// Checks that the steps refute the clauses: that each learnt clause follows and that in the end nothing can hold.
/// `stop` is asked again and again; `None` if it stopped.
///
/// # Errors
/// The first step that does not follow, the number of steps if all do and no contradiction is reached.
pub(super) fn refutes(
    clauses: &[Vec<i32>],
    steps: &[Step],
    stop: &dyn Fn() -> bool,
) -> Option<Result<(), usize>> {
    let mut checker = Checker::default();
    for clause in clauses {
        checker.add(clause);
    }
    if stop() {
        return None;
    }
    for (i, step) in steps.iter().enumerate() {
        if checker.contradiction {
            break;
        }
        if i % 256 == 255 && stop() {
            return None;
        }
        match step {
            Step::Learn(clause) if checker.follows(clause) => checker.add(clause),
            Step::Learn(_) => return Some(Err(i)),
            Step::Forget(clause) => checker.forget(clause),
        }
    }
    Some(checker.contradiction.then_some(()).ok_or(steps.len()))
}

/// A clause that is watched by a literal, and another of its literals: if that holds, the clause does.
#[derive(Clone, Copy)]
struct Watch {
    clause: usize,
    other: usize,
}

/// Clauses under unit propagation, the first two literals of each watched.
#[derive(Default)]
struct Checker {
    /// Literals as indexes: twice the variable, plus one if negated. A forgotten clause is empty.
    clauses: Vec<Vec<usize>>,
    /// By literal: the clauses to look at when it becomes false.
    watches: Vec<Vec<Watch>>,
    holds: Vec<bool>,
    /// Literals that hold, in the order in which they were found.
    trail: Vec<usize>,
    propagated: usize,
    /// Clauses by their literals in order, for the steps that forget.
    by_literals: FxHashMap<Vec<usize>, Vec<usize>>,
    contradiction: bool,
}

impl Checker {
    fn index(&mut self, literal: i32) -> usize {
        let index = literal.unsigned_abs() as usize * 2 + usize::from(literal < 0);
        if self.holds.len() < index + 2 {
            self.holds.resize((index | 1) + 1, false);
            self.watches.resize_with((index | 1) + 1, Vec::new);
        }
        index
    }

    fn indexes(&mut self, clause: &[i32]) -> Vec<usize> {
        let mut indexes: Vec<usize> = clause.iter().map(|l| self.index(*l)).collect();
        indexes.sort_unstable();
        indexes.dedup();
        indexes
    }

    /// Adds a clause and what follows from it alone.
    fn add(&mut self, clause: &[i32]) {
        let key = self.indexes(clause);
        // What holds now holds for good: a clause that holds is of no use, nor is a literal that does not.
        let settled = |l: &usize| self.holds[*l] || key.binary_search(&(l ^ 1)).is_ok();
        if key.iter().any(settled) {
            return;
        }
        let open: Vec<usize> = key.iter().copied().filter(|l| !self.holds[l ^ 1]).collect();
        match *open.as_slice() {
            [] => self.contradiction = true,
            [only] => {
                self.assign(only);
                self.contradiction |= !self.propagate();
            }
            [first, second, ..] => {
                let clause = self.clauses.len();
                self.watches[first].push(Watch {
                    clause,
                    other: second,
                });
                self.watches[second].push(Watch {
                    clause,
                    other: first,
                });
                self.clauses.push(open);
                self.by_literals.entry(key).or_default().push(clause);
            }
        }
    }

    fn forget(&mut self, clause: &[i32]) {
        let key = self.indexes(clause);
        if let Some(clause) = self.by_literals.get_mut(&key).and_then(Vec::pop) {
            self.clauses[clause] = Vec::new();
        }
    }

    /// Whether the negation of a clause ends in a contradiction.
    fn follows(&mut self, clause: &[i32]) -> bool {
        let clause = self.indexes(clause);
        let before = self.trail.len();
        let mut follows = false;
        for literal in clause {
            if self.holds[literal] {
                follows = true;
                break;
            }
            if !self.holds[literal ^ 1] {
                self.assign(literal ^ 1);
            }
        }
        follows = follows || !self.propagate();
        for literal in self.trail.drain(before..) {
            self.holds[literal] = false;
        }
        self.propagated = before;
        follows
    }

    fn assign(&mut self, literal: usize) {
        self.holds[literal] = true;
        self.trail.push(literal);
    }

    /// Draws the consequences of what holds; false if they contradict each other.
    fn propagate(&mut self) -> bool {
        while let Some(literal) = self.trail.get(self.propagated).copied() {
            self.propagated += 1;
            let fallen = literal ^ 1;
            let mut watches = std::mem::take(&mut self.watches[fallen]);
            let mut consistent = true;
            watches.retain(|watch| {
                if !consistent || self.holds[watch.other] {
                    return true;
                }
                let clause = &mut self.clauses[watch.clause];
                if clause.is_empty() {
                    return false;
                }
                if clause[0] == fallen {
                    clause.swap(0, 1);
                }
                let other = clause[0];
                if self.holds[other] {
                    return true;
                }
                let holds = &self.holds;
                if let Some(next) = (2..clause.len()).find(|i| !holds[clause[*i] ^ 1]) {
                    clause.swap(1, next);
                    self.watches[clause[1]].push(Watch { other, ..*watch });
                    return false;
                }
                if self.holds[other ^ 1] {
                    consistent = false;
                } else {
                    self.holds[other] = true;
                    self.trail.push(other);
                }
                true
            });
            self.watches[fallen] = watches;
            if !consistent {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(clause: &[i32]) -> Step {
        Step::Learn(clause.to_vec())
    }

    #[test]
    fn accepts_what_follows_and_refuses_what_does_not() {
        // Every clause of two variables.
        let all = [vec![1, 2], vec![1, -2], vec![-1, 2], vec![-1, -2]];
        let never = &|| false;
        let check = |clauses: &[Vec<i32>], steps: &[Step]| refutes(clauses, steps, never);
        assert_eq!(check(&all, &[learn(&[1])]), Some(Ok(())));
        // Nothing is learnt: propagation alone finds no contradiction.
        assert_eq!(check(&all, &[]), Some(Err(0)));
        // Satisfiable: every step follows, yet there is no contradiction; and a step that does not follow.
        assert_eq!(check(&all[..3], &[learn(&[1])]), Some(Err(1)));
        assert_eq!(check(&all[..3], &[learn(&[1]), learn(&[-2])]), Some(Err(1)));
        // A clause that was forgotten does not help any more, in whatever order it was told.
        let forget = Step::Forget(vec![-2, 1]);
        assert_eq!(check(&all, &[forget, learn(&[1])]), Some(Err(1)));
        assert_eq!(refutes(&all, &[learn(&[1])], &|| true), None);
    }
}
