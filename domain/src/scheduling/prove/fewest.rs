//! The fewest breaks of our own problem: of all timetables that cover and weigh as much as one that was found.
//!
//! [`fewest_breaks`] writes them as clauses ([`super::ours`]) and goes towards the fewest from both sides. From above, the
//! solver rearranges what lies in a few neighbouring slots, the rest of the timetable assumed, until no such window gives
//! fewer. From below, a bound is refuted until one is met or the budget of conflicts is used up. A model that weighs too
//! little excludes all that have no other request: weight grows with what takes place.

use super::super::bound;
use super::super::lagrange::Proved;
use super::super::levels::{self, Bounds, LevelName};
use super::super::shape::Shape;
use super::super::timetable::Timetable;
use super::super::{ArrangeError, Arrangement, Level, Options, Policy, Problem, Run, weights};
use super::certify::{Certificate, refuted};
use super::encoding::Clauses;
use super::ours::{Ours, encode};
use super::solver::{Solver, open_logged};
use super::{Known, PROBE, QUICK};
use std::cell::RefCell;
use std::ops::ControlFlow;

/// How hard to try.
#[derive(Clone, Copy)]
pub struct Effort<'a> {
    /// The solver.
    pub solver: Solver,
    /// Conflicts that a bound may take.
    pub conflicts: u32,
    /// Asked again and again whether to give up.
    pub stop: &'a dyn Fn() -> bool,
    /// Whether the refutation of fewer breaks than the bound is checked, in as much time.
    pub certify: Option<&'a dyn Fn() -> bool>,
}

/// What is known of the fewest breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fewest {
    /// The timetable, with fewer breaks if there was a better one, and its bounds.
    pub arrangement: Arrangement,
    /// Breaks less than before.
    pub fewer: i64,
    /// How it ended.
    pub end: End,
    /// The check of the refutation of fewer breaks than the bound, if it was wished and the bound is above 0.
    pub certificate: Option<Certificate>,
}

/// How the search for a proof ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The breaks are the fewest.
    Decided,
    /// The conflicts are used up: the same again ends with the same.
    Conflicts,
    /// It was told to stop.
    Stopped,
    /// There are too many requests and slots to be written as clauses.
    TooLarge,
}

/// Conflicts that a bound may take, if nothing else is wished.
pub const CONFLICTS: u32 = 1_000_000;

/// Conflicts that are spent on a window of slots, and the fewest and most slots of one.
const WINDOW: u32 = 2_000;
const NARROW: usize = 3;
const WIDE: usize = 8;

/// Seeks a timetable with fewer breaks than `found`, which [`super::super::arrange`] found for the same problem and policy,
/// and the most that is proved of them. `progress` hears of breaks.
///
/// # Errors
/// What is wrong with the problem.
pub fn fewest_breaks(
    problem: &Problem,
    policy: &Policy,
    found: Arrangement,
    effort: &Effort<'_>,
    progress: &mut dyn FnMut(Known),
) -> Result<Fewest, ArrangeError> {
    let weights = weights(problem, policy)?;
    let bound = bound::choose(problem, &weights, 0);
    let shape = Shape::new(problem, &weights, &policy.order);
    let options = Options {
        seed: found.seed,
        iterations: found.iterations,
    };
    let mut silent = |_: &_| ControlFlow::Continue(());
    let mut run = Run::new(&shape, bound, &options, &mut silent);
    for meeting in &found.meetings {
        if run.timetable.slot_of(meeting.request).is_none() {
            run.timetable.place(meeting.request, meeting.slot);
        }
    }
    let before = run.timetable.figures().breaks;
    let breaks = |level: &&Level| level.name == LevelName::Breaks;
    let known = found.levels.iter().find(breaks);
    let known = known.and_then(|level| level.bound).unwrap_or(0);
    let sure = known == before && (known == 0 || effort.certify.is_none());
    if sure || levels::is_large(&shape) {
        let end = if known == before {
            End::Decided
        } else {
            End::TooLarge
        };
        return Ok(Fewest {
            arrangement: found,
            fewer: 0,
            end,
            certificate: None,
        });
    }
    run.bounds = Bounds::of_flow(&run.bound, run.timetable.worth().0);
    run.bounds.tighten(&run.timetable);
    let known = known.max(run.bounds.breaks);
    let proved = levels::as_good(&run.timetable, &run.bound);
    if effort.certify.is_none() && (effort.stop)() {
        return Ok(Fewest {
            arrangement: found,
            fewer: 0,
            end: End::Stopped,
            certificate: None,
        });
    }
    let mut search = Search::new(&shape, &proved, &run.timetable, known, effort);
    search.begin(progress);
    let end = search.towards(progress);
    run.bounds.breaks = i64::try_from(search.bound).unwrap_or(i64::MAX);
    let certificate = match effort.certify {
        Some(stop) if search.bound > 0 => Some(search.certify(stop)),
        _ => None,
    };
    let better = placed(&shape, &search.best);
    drop(search);
    // Fewer breaks are better unless the policy puts something else first.
    let key = |timetable: &Timetable<'_>| -> Vec<i64> {
        let (coverage, weight) = timetable.worth();
        let aims = shape.order.iter();
        let aims = aims.map(|aim| -levels::reach(timetable, *aim));
        [coverage, weight].into_iter().chain(aims).collect()
    };
    if key(&better) > key(&run.timetable) {
        run.timetable = better;
    }
    let fewer = before - run.timetable.figures().breaks;
    run.iterations = found.iterations;
    let arrangement = Arrangement {
        stopped_early: found.stopped_early,
        ..run.finish(problem, &[])?
    };
    Ok(Fewest {
        arrangement,
        fewer,
        end,
        certificate,
    })
}

/// A timetable with the requests in these slots.
fn placed<'a>(shape: &'a Shape<'a>, slots: &[Option<usize>]) -> Timetable<'a> {
    let mut timetable = Timetable::new(shape);
    for (request, slot) in slots.iter().enumerate() {
        if let (None, Some(slot)) = (timetable.slot_of(request), slot) {
            timetable.place(request, *slot);
        }
    }
    timetable
}

struct Search<'a> {
    shape: &'a Shape<'a>,
    proved: &'a Proved,
    effort: &'a Effort<'a>,
    clauses: Clauses<'a>,
    ours: Ours,
    /// Clauses that exclude what weighs too little.
    besides: Vec<Vec<i32>>,
    /// What covers and weighs enough.
    goal: (i64, i64),
    /// The slots of the best timetable, and its breaks.
    best: Vec<Option<usize>>,
    value: usize,
    /// No timetable as good has fewer breaks.
    bound: usize,
    /// Breaks that participants have for sure, and literals of which as many hold as there are others.
    sure: usize,
    others: Vec<i32>,
}

impl<'a> Search<'a> {
    fn new(
        shape: &'a Shape<'a>,
        proved: &'a Proved,
        timetable: &Timetable<'_>,
        bound: i64,
        effort: &'a Effort<'a>,
    ) -> Self {
        let mut clauses = Clauses::new(effort.solver.open(effort.stop));
        let ours = encode(shape, proved, &mut clauses);
        let whole = |n: i64| usize::try_from(n).unwrap_or(0);
        Self {
            shape,
            proved,
            effort,
            clauses,
            ours,
            besides: Vec::new(),
            goal: timetable.worth(),
            best: (0..shape.ends.len())
                .map(|r| timetable.slot_of(r))
                .collect(),
            value: whole(timetable.figures().breaks),
            bound: whole(bound),
            sure: 0,
            others: Vec::new(),
        }
    }

    /// The breaks that a participant has for sure, one by one.
    fn begin(&mut self, progress: &mut dyn FnMut(Known)) {
        let mut others = Vec::new();
        for unary in self.ours.breaks.clone() {
            let mut least = 0;
            // Every question costs its time even where it is given up at once.
            while let Some(literal) = unary.get(least)
                && !(self.effort.stop)()
                && self.clauses.sat.solve(&[-literal], Some(PROBE)) == Some(false)
            {
                self.clauses.add(&[*literal]);
                least += 1;
            }
            self.sure += least;
            others.extend(&unary[least..]);
        }
        self.bound = self.bound.max(self.sure);
        let most = self.value.saturating_sub(self.sure);
        self.others = self.clauses.count(&others, most, false);
        self.tell(progress);
    }

    fn tell(&self, progress: &mut dyn FnMut(Known)) {
        progress(Known {
            bound: self.bound,
            value: Some(self.value),
        });
    }

    /// The assumption that there are at most so many breaks, fewer than the best has.
    fn at_most(&self, breaks: usize) -> Option<i32> {
        let beyond = breaks.checked_sub(self.sure)?;
        self.others.get(beyond).map(|literal| -literal)
    }

    /// From above, then from below.
    fn towards(&mut self, progress: &mut dyn FnMut(Known)) -> End {
        let mut better = true;
        while std::mem::take(&mut better) {
            for size in NARROW..=WIDE.min(self.shape.slots) {
                for first in 0..=self.shape.slots - size {
                    let goes_on = self.bound < self.value && !(self.effort.stop)();
                    if goes_on && self.window(first, size) {
                        better = true;
                        self.tell(progress);
                    }
                }
            }
        }
        while self.bound < self.value {
            match self.at_bound() {
                Some(true) => {}
                Some(false) => self.bound += 1,
                None if (self.effort.stop)() => return End::Stopped,
                None => return End::Conflicts,
            }
            self.tell(progress);
        }
        End::Decided
    }

    /// Whether these slots, and requests that take place nowhere, give a better timetable.
    fn window(&mut self, first: usize, size: usize) -> bool {
        let Some(fewer) = self.at_most(self.value - 1) else {
            return false;
        };
        let mut assumed = vec![fewer];
        for (slot, place) in self.best.iter().zip(&self.ours.place) {
            let Some(slot) = slot else { continue };
            if !(first..first + size).contains(slot) {
                let own = place.iter().find(|x| x.0 == *slot);
                assumed.extend(own.map(|x| x.1));
            }
        }
        self.ask(&assumed, WINDOW) == Some(true)
    }

    /// Whether a timetable as good has as few breaks as the bound.
    fn at_bound(&mut self) -> Option<bool> {
        let Some(assumed) = self.at_most(self.bound) else {
            return Some(false);
        };
        let answer = self.ask(&[assumed], QUICK.min(self.effort.conflicts));
        if answer.is_some() || (self.effort.stop)() {
            return answer;
        }
        // Written into fresh clauses, which the solver simplifies.
        let mut fresh = Clauses::new(self.effort.solver.open(self.effort.stop));
        let ours = encode(self.shape, self.proved, &mut fresh);
        let all: Vec<i32> = ours.breaks.iter().flatten().copied().collect();
        fresh.at_most(&all, self.bound);
        self.besides.iter().for_each(|clause| fresh.add(clause));
        std::mem::swap(&mut self.clauses, &mut fresh);
        let answer = self.ask(&[], self.effort.conflicts);
        std::mem::swap(&mut self.clauses, &mut fresh);
        answer
    }

    /// Asks for a timetable as good and keeps it if it is better.
    fn ask(&mut self, assumed: &[i32], conflicts: u32) -> Option<bool> {
        while self.clauses.sat.solve(assumed, Some(conflicts))? {
            let slots = self.ours.read(&self.clauses);
            let timetable = placed(self.shape, &slots);
            if let Some(other) = self.too_light(&timetable) {
                self.clauses.add(&other);
                self.besides.push(other);
                continue;
            }
            let breaks = usize::try_from(timetable.figures().breaks).unwrap_or(0);
            if breaks < self.value {
                (self.best, self.value) = (slots, breaks);
            }
            return Some(true);
        }
        Some(false)
    }

    /// The clause that excludes what covers or weighs too little: another request must take place.
    fn too_light(&self, timetable: &Timetable<'_>) -> Option<Vec<i32>> {
        let (coverage, weight) = timetable.worth();
        let light = coverage < self.goal.0 || weight < self.goal.1;
        let others = self.ours.take.iter().enumerate();
        let others = others.filter(|(request, _)| timetable.slot_of(*request).is_none());
        light.then(|| others.filter_map(|(_, take)| *take).collect())
    }

    /// Refutes that a timetable as good has fewer breaks than the bound, and checks each step.
    fn certify(&self, stop: &dyn Fn() -> bool) -> Certificate {
        let steps = RefCell::new(Vec::new());
        let mut clauses = Clauses::written(open_logged(stop, &steps));
        let ours = encode(self.shape, self.proved, &mut clauses);
        let all: Vec<i32> = ours.breaks.iter().flatten().copied().collect();
        clauses.at_most(&all, self.bound - 1);
        self.besides.iter().for_each(|clause| clauses.add(clause));
        loop {
            match clauses.sat.solve(&[], None) {
                Some(true) => {}
                Some(false) => break,
                None => return Certificate::Stopped,
            }
            let slots = ours.read(&clauses);
            let timetable = placed(self.shape, &slots);
            let Some(other) = self.too_light(&timetable) else {
                let slots = slots.into_iter().map(|slot| slot.unwrap_or(usize::MAX));
                return Certificate::Better {
                    slots: slots.collect(),
                    breaks: usize::try_from(timetable.figures().breaks).unwrap_or(0),
                };
            };
            clauses.add(&other);
        }
        let written = clauses.written.take().unwrap_or_default();
        // The solver holds on to the steps.
        drop(clauses);
        refuted(&written, &steps.into_inner(), stop)
    }
}

impl Ours {
    /// The slot of each request in the solver's model.
    fn read(&self, clauses: &Clauses<'_>) -> Vec<Option<usize>> {
        let slot = |place: &Vec<(usize, i32)>| {
            let chosen = place.iter().find(|(_, x)| clauses.sat.holds(*x));
            chosen.map(|(slot, _)| *slot)
        };
        self.place.iter().map(slot).collect()
    }
}
