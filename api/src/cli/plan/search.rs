//! An arrangement by our own levels, anew or from a published timetable.

use super::super::Failure;
use super::Wish;
use super::fewest::fewest;
use super::file::{Case, input, timetable};
use super::solution::{Because, Certified, Objective, Reached, Row, Solution, Status, Timetable};
use crate::output::Output;
use crate::progress::progress;
use matchday_domain::message;
use matchday_domain::scheduling::{
    ArrangeError, Arrangement, ChangePrice, LevelName, Options, Problem, Progress, Published,
    arrange, repair,
};
use matchday_domain::text::Message;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

pub(super) fn ours(
    case: &Case,
    wish: &Wish,
    file: &Path,
    out: Output,
) -> Result<Solution, Failure> {
    if !case.unsound.is_empty() {
        let faults = case.unsound.clone();
        return Err(Failure::Faults(file.display().to_string(), faults));
    }
    let begun = Instant::now();
    let limit = Duration::from_secs(wish.time_limit);
    let published = match &wish.from {
        Some(from) => {
            let published = timetable(from)?;
            belongs(&case.problem, &published, from)?;
            Some(published.placed())
        }
        None => None,
    };
    let price = ChangePrice::Score(case.thirty_points);
    let price = wish.price_of_change.unwrap_or(price);
    let iterations = wish.iterations;
    let iterations = iterations.unwrap_or_else(|| match published {
        Some(_) => Options::FOR_REPAIR,
        None => Options::usual(case.problem.requests.len()),
    });
    let bar = progress(
        out.pick("시도", "iterations").to_owned(),
        usize::try_from(iterations).unwrap_or(0),
    );
    let one = |seed: u64, shown: bool| {
        let options = Options { seed, iterations };
        let mut first_seen = BTreeMap::new();
        let mut tell = |done: &Progress| {
            let now = begun.elapsed().as_secs_f64();
            for level in &done.levels {
                first_seen.entry((level.name, level.value)).or_insert(now);
            }
            if shown {
                bar.set_position(done.iteration);
            }
            if begun.elapsed() < limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let found = match &published {
            None => arrange(&case.problem, &case.policy, &options, &mut tell),
            Some(meetings) => {
                let published = Published {
                    meetings,
                    price,
                    past: wish.past,
                };
                repair(&case.problem, &case.policy, &options, &published, &mut tell)
            }
        };
        Ok((found?, first_seen))
    };
    let found = best_of(wish.threads, wish.seed, &one);
    bar.finish_and_clear();
    let mut seconds = begun.elapsed().as_secs_f64();
    let (mut arrangement, first_seen) = match found {
        Ok(found) => found,
        Err(ArrangeError::Infeasible(clash)) => {
            let conditions = clash.into_iter().map(Because::Required).collect();
            let none = Solution::new(Objective::Ours, Status::Infeasible, wish.seed, seconds);
            return Ok(none.because(conditions, case.first));
        }
        // A meeting twice: what else `Published` may be was seen before.
        Err(ArrangeError::Published(i)) if wish.from.is_some() => {
            let reason = message!(
                "meetings[{i}]: 요청이 두 번 있습니다",
                "meetings[{i}]: its request is there twice"
            );
            return Err(input(wish.from.as_deref().unwrap_or(file), &reason));
        }
        Err(error) => return Err(input(file, &error.message())),
    };
    let (mut proof, mut certificate) = (None, None);
    if wish.prove {
        let proved = fewest(case, wish, file, out, arrangement)?;
        (arrangement, proof, certificate) = (proved.0, Some(proved.1.told()), proved.2);
        seconds = begun.elapsed().as_secs_f64();
    }
    let status = if arrangement.stopped_early {
        Status::Stopped
    } else {
        Status::Arranged
    };
    let mut solution = Solution::new(Objective::Ours, status, arrangement.seed, seconds);
    solution.iterations = arrangement.iterations;
    if published.is_some() {
        (solution.past, solution.price_of_change) = (Some(wish.past), Some(price));
    }
    solution.proof = proof;
    solution.certificate = certificate.map(Certified::told);
    let levels = arrangement.levels.into_iter().map(|mut level| {
        let seen = first_seen.get(&(level.name, level.value));
        if matches!(level.name, LevelName::Weight | LevelName::WeightLessChanges) {
            level.value /= case.weight_unit;
            level.bound = level.bound.map(|bound| bound / case.weight_unit);
        }
        Reached {
            seconds: seen.copied().unwrap_or(seconds),
            level,
        }
    });
    Ok(solution
        .with_levels(levels.collect())
        .with_meetings(arrangement.meetings, &case.problem)
        .with_left_out(arrangement.left_out, &case.problem, case.first))
}

/// Whether a published timetable can be one of the problem: its requests and slots are there, and between the same two.
pub(super) fn belongs(
    problem: &Problem,
    published: &Timetable,
    from: &Path,
) -> Result<(), Failure> {
    let (requests, slots) = (problem.requests.len(), problem.slots.len());
    let wrong = |row: &Row| {
        let Some(request) = problem.requests.get(row.request) else {
            return Some(message!(
                "요청 {0}이(가) 없습니다. 요청은 {requests}개이며 0부터 셉니다",
                "there is no request {0}; there are {requests}, counted from 0",
                row.request
            ));
        };
        let slot = row.placed().slot;
        if slot >= slots {
            return Some(message!(
                "슬롯 {slot}이(가) 없습니다. 슬롯은 {slots}개이며 0부터 셉니다",
                "there is no slot {slot}; there are {slots}, counted from 0"
            ));
        }
        let sides = [row.demander, row.provider];
        let now = [request.demander, request.provider];
        let same = sides
            .iter()
            .zip(now)
            .all(|(then, now)| then.is_none_or(|then| then == now));
        (!same).then(|| {
            message!(
                "요청 {0}은(는) 참가자 {1}와(과) {2} 사이였으나 문제에서는 {3}와(과) {4} 사이입니다",
                "request {0} was between participants {1} and {2}; in the problem it is between {3} and {4}",
                row.request,
                sides[0].unwrap_or(now[0]),
                sides[1].unwrap_or(now[1]),
                now[0],
                now[1]
            )
        })
    };
    let found = published.meetings.iter().enumerate();
    let found = found.filter_map(|(i, row)| Some((i, wrong(row)?))).next();
    let Some((i, Message { ko, en })) = found else {
        return Ok(());
    };
    Err(input(
        from,
        &message!(
            "meetings[{i}]: {ko}. 다른 날의 시간표입니까?",
            "meetings[{i}]: {en}. Is it the timetable of another day?"
        ),
    ))
}

/// A timetable, and after how many seconds each value of a level was first seen.
type Found = Result<(Arrangement, BTreeMap<(LevelName, i64), f64>), ArrangeError>;

/// The best of several seeds, each on a thread; of equals the first.
fn best_of(threads: u16, seed: u64, one: &(dyn Fn(u64, bool) -> Found + Sync)) -> Found {
    let others: Vec<Found> = std::thread::scope(|scope| {
        let started: Vec<_> = (1..u64::from(threads))
            .map(|more| scope.spawn(move || one(seed.wrapping_add(more), false)))
            .collect();
        let mut all = vec![one(seed, true)];
        all.extend(started.into_iter().filter_map(|thread| thread.join().ok()));
        all
    });
    let better = |best: Found, other: Found| match (best, other) {
        (Ok(best), Ok(other)) if other.0.is_better_than(&best.0) => Ok(other),
        (Ok(best), _) | (Err(_), Ok(best)) => Ok(best),
        (error, _) => error,
    };
    others
        .into_iter()
        .reduce(better)
        .unwrap_or(Err(ArrangeError::Undecided))
}
