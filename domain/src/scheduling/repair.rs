//! Re-arrangement: from a published timetable to one for the day as it has become, with a price for each change.
//!
//! Every published meeting that is still possible starts where it was; what lost its place, its table or its partner
//! comes in again along chains of moves. A meeting that is not where it was published costs the price, so that it moves
//! or gives way only for what weighs more. The prices of everything that is scarce are known nearly from the flow;
//! [`touched`] makes them better, which proves how much a repair can be worth, and the slots that lose little at them
//! make a small linear program whose solution is mostly the best there is. Where it is not, ejection chains follow
//! (Glover, 1996). Where changes are forbidden the published meetings are locked instead. Slots that are past stay as
//! they were: [`past`] makes the problem fit them.

use super::levels::{self, Bounds};
use super::shape::Shape;
use super::{
    ArrangeError, Arrangement, Lock, Options, Placed, Policy, Problem, ProblemError, Run, Tell,
    bound, construct, fill, lp, past, touched, weights,
};
use serde::{Deserialize, Serialize};

/// What it costs that a published meeting is moved or given up though it could stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangePrice {
    /// In the unit of [`super::Request::score`], 0 or more.
    Score(u32),
    /// Nobody is moved.
    Forbidden,
}

impl ChangePrice {
    /// What a change costs where nobody says, in points of a score from 0 to 100.
    pub const USUAL_POINTS: u32 = 30;
    /// The highest price, in points.
    pub const MOST_POINTS: u32 = 1_000;

    /// A price in points of a score from 0 to 100.
    pub fn of_points(points: u32) -> Self {
        Self::Score(points.saturating_mul(100))
    }

    /// The price in points of a score from 0 to 100; none where nobody is moved.
    pub fn points(self) -> Option<u32> {
        match self {
            Self::Score(score) => Some(score / 100),
            Self::Forbidden => None,
        }
    }
}

/// A timetable that people have been told.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// Its meetings, in indexes of the problem as it is now.
    pub meetings: &'a [Placed],
    /// The price of a change.
    pub price: ChangePrice,
    /// Slots that are past, the first ones: what was published there stays, whatever has changed since, and nothing is
    /// added.
    pub past: usize,
}

/// Arranges anew, starting from what was published.
///
/// A request that was cancelled is [`super::PairRule::Forbidden`] in the problem; a participant who comes later is not
/// available until then; a table that was lost is closed.
///
/// # Errors
/// What is wrong with the problem or the published timetable.
pub fn repair(
    problem: &Problem,
    policy: &Policy,
    options: &Options,
    published: &Published<'_>,
    progress: Tell<'_>,
) -> Result<Arrangement, ArrangeError> {
    let weights = weights(problem, policy)?;
    let standing = standing(problem, published.meetings)?;
    let then = as_it_was(problem, &weights, published)?;
    let now = as_it_is(&then, &weights, published);
    let heaviest = weights.iter().copied().max().unwrap_or(0);
    let bound = bound::choose(&now, &weights, heaviest / 16);
    let mut shape = Shape::new(&now, &weights, &policy.order);
    for meeting in &standing {
        shape.published[meeting.request] = Some(meeting.slot);
    }
    shape.price = Some(match published.price {
        ChangePrice::Score(points) => i64::from(points) * 100,
        // The locks see to it.
        ChangePrice::Forbidden => 0,
    });
    let mut run = Run::new(&shape, bound, options, progress);
    for meeting in by_worth(&now, &weights, &standing) {
        run.timetable.place_if_fits(meeting.request, meeting.slot);
    }
    run.place_pinned()?;
    construct::fill_up(&mut run.timetable, &mut run.chain, &mut run.random);
    let mut approach = Approach::new(&run, &shape);
    approach.begin(&mut run);
    if !approach.is_near(&run) {
        run.fill(options.iterations / 4, fill::TOUCH_UP);
        approach.end(&mut run);
    }
    run.bounds = Bounds::of_flow(&run.bound, run.timetable.worth().0);
    // Coverage has not fallen since, so that it still holds.
    run.bounds.priced = approach.priced;
    run.bounds.tighten_repair(&run.timetable, &run.bound);
    run.improve(options.iterations / 4);
    let arrangement = run.finish(&then, &standing)?;
    let changed = past::changed_past(published.past, &standing, &arrangement.meetings);
    if changed.is_empty() {
        Ok(arrangement)
    } else {
        Err(ArrangeError::Refused(changed))
    }
}

/// Times that prices are sought and the program near them is solved, on a day of few choices and on others.
const ROUNDS: [usize; 2] = [3, 2];
/// Times that it is solved behind the search.
const LAST: usize = 3;
/// A gap of one in so many is left open.
const NEARLY: i64 = 20_000;
/// The same once the program has been solved.
const ENOUGH: i64 = 3_000;

/// The way to the best there is: the program of what loses little at the prices of everything.
struct Approach<'a> {
    /// None where that is reached from the first.
    prices: Option<touched::Repair<'a>>,
    /// What the flow proves, where changes are paid.
    most: (i64, i64),
    /// What no timetable exceeds where changes are paid.
    priced: Option<i64>,
}

impl<'a> Approach<'a> {
    fn new(run: &Run<'_>, shape: &'a Shape<'a>) -> Self {
        let (coverage, weight) = run.goal();
        let most = weight - shape.price.unwrap_or(0) * levels::unavoidable(shape);
        let mut this = Self {
            prices: None,
            most: (coverage, most),
            priced: None,
        };
        if !this.is_near(run) {
            this.prices = Some(touched::Repair::new(shape, &run.bound, true));
        }
        this
    }

    /// Whether next to nothing more can be had.
    fn is_near(&self, run: &Run<'_>) -> bool {
        let (coverage, worth) = run.timetable.worth();
        let least = self.priced.unwrap_or(self.most.1);
        coverage >= self.most.0 && least - worth <= least / NEARLY
    }

    /// Seeks prices and solves, round by round.
    fn begin(&mut self, run: &mut Run<'_>) {
        let Some(prices) = &mut self.prices else {
            return;
        };
        let price = run.timetable.shape.price;
        let quick = prices.is_quick() && price.is_some_and(|price| price > 0);
        let (mut least, mut before) = (i64::MAX, None);
        for _ in 0..ROUNDS[usize::from(!quick)] {
            let reached = run.timetable.worth();
            least = least.min(prices.prove(reached, self.most));
            if reached.0 >= self.most.0 {
                least = least.min(self.most.1);
            }
            self.priced = Some(least);
            // What was not found at these prices is not found the second time.
            let is_first = before.is_none();
            let again = before.replace((reached, least)) == Some((reached, least));
            let enough = if is_first { NEARLY } else { ENOUGH };
            if again || least - reached.1 <= least / enough {
                break;
            }
            let near = prices.near(&run.timetable, least - reached.1);
            let better = lp::replace(&mut run.timetable, &mut run.chain, &near, &mut run.random);
            if !better && !quick {
                break;
            }
        }
    }

    /// Solves once more at the prices that were found: what is left open is less by now, and so is what is near.
    fn end(&mut self, run: &mut Run<'_>) {
        let (Some(prices), Some(least)) = (&self.prices, self.priced) else {
            return;
        };
        for _ in 0..LAST {
            let open = least - run.timetable.worth().1;
            if open <= least / NEARLY {
                break;
            }
            let near = prices.near(&run.timetable, open);
            if !lp::replace(&mut run.timetable, &mut run.chain, &near, &mut run.random) {
                break;
            }
        }
    }
}

/// The published meetings, once it is clear that they are of this problem.
fn standing(problem: &Problem, meetings: &[Placed]) -> Result<Vec<Placed>, ArrangeError> {
    let mut seen = vec![false; problem.requests.len()];
    for (i, meeting) in meetings.iter().enumerate() {
        let known = seen
            .get_mut(meeting.request)
            .is_some_and(|seen| !std::mem::replace(seen, true));
        if !known || meeting.slot >= problem.slots.len() {
            return Err(ArrangeError::Published(i));
        }
    }
    Ok(meetings.to_vec())
}

/// The heaviest first, those who must meet before all.
fn by_worth(problem: &Problem, weights: &[i64], meetings: &[Placed]) -> Vec<Placed> {
    let pinned = bound::pinned(problem);
    let mut sorted = meetings.to_vec();
    sorted.sort_by_key(|meeting| {
        let i = meeting.request;
        (!pinned[i], !problem.requests[i].must, -weights[i], i)
    });
    sorted
}

/// The problem with the past fixed.
///
/// # Errors
/// Locks that do not go with it.
fn as_it_was(
    problem: &Problem,
    weights: &[i64],
    published: &Published<'_>,
) -> Result<Problem, ArrangeError> {
    let met = by_worth(problem, weights, published.meetings);
    let mut then = past::as_it_was(problem, published.past, &met);
    if then.check().is_ok() {
        return Ok(then);
    }
    // The past cannot give way: it is placed first, and told are the locks of the problem that are at odds with it.
    let own = problem.locks.len();
    let added = then.locks.len() - own;
    then.locks.rotate_left(own);
    let mut errors = then.check().err().unwrap_or_default();
    for lock in errors.iter_mut().filter_map(ProblemError::lock) {
        *lock = lock.checked_sub(added).unwrap_or(*lock + own);
    }
    Err(ArrangeError::Problem(errors))
}

/// The problem with everything locked that was published and still fits, where nobody is to be moved.
fn as_it_is(problem: &Problem, weights: &[i64], published: &Published<'_>) -> Problem {
    let mut now = problem.clone();
    if published.price != ChangePrice::Forbidden {
        return now;
    }
    let mut fixed = by_worth(problem, weights, published.meetings);
    let already = locked(problem);
    fixed.retain(|meeting| !already[meeting.request]);
    let own = now.locks.len();
    now.locks
        .extend(fixed.iter().map(|meeting| lock(problem, meeting)));
    // What cannot stay is not locked: it must move. A lock gives way to those before it.
    while let Err(mut errors) = now.check() {
        let locks = errors.iter_mut().filter_map(ProblemError::lock);
        let bad: Vec<usize> = locks.map(|i| *i).filter(|i| *i >= own).collect();
        if bad.is_empty() {
            break;
        }
        let mut at = 0;
        now.locks.retain(|_| {
            at += 1;
            !bad.contains(&(at - 1))
        });
    }
    now
}

fn locked(problem: &Problem) -> Vec<bool> {
    let mut locked = vec![false; problem.requests.len()];
    problem
        .locks
        .iter()
        .for_each(|lock| locked[lock.request] = true);
    locked
}

/// A lock on a meeting, with its table and delegates as far as they are still there.
fn lock(problem: &Problem, meeting: &Placed) -> Lock {
    let request = &problem.requests[meeting.request];
    let open = |table: &usize| {
        let table = problem.tables.get(*table);
        table.is_some_and(|table| !request.remote && !table.closed.contains(meeting.slot))
    };
    let there = |participant: usize, seat: usize| {
        let seat_of = problem.participants[participant].seats.get(seat);
        let there = seat_of.is_some_and(|seat| seat.available.contains(meeting.slot));
        there.then_some(seat)
    };
    Lock {
        request: meeting.request,
        slot: meeting.slot,
        table: meeting.table.filter(open),
        demander_seat: there(request.demander, meeting.demander_seat),
        provider_seat: there(request.provider, meeting.provider_seat),
    }
}
