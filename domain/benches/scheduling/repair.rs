//! Re-arrangement after a cancellation, a lateness, a lost room: what is given away against the new bound, and how many
//! kept meetings move.

use crate::BY_SCORE;
use crate::day::{Chance, FAMILIES};
use cpu_time::ThreadTime;
use matchday_domain::scheduling::{
    ArrangeError, Arrangement, ChangePrice, Level, LevelName, Options, PairRule, Placed, Problem,
    Published, arrange, repair,
};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Moves that the first arrangement and a repair may try.
const FIRST: u64 = 3_000_000;
const REPAIR: u64 = 200_000;

/// A day as it has become, and how many meetings that costs.
struct Event {
    name: &'static str,
    problem: Problem,
    lost: BTreeSet<usize>,
    /// Meetings that lose a table, of any in the slot.
    without_table: usize,
}

/// Families named, or all but the largest with extras; events, with a price for each change and with none allowed.
pub fn all(names: &[String], seeds: u64, price: u32, iterations: Option<u64>) {
    println!(
        "day, event | price | lost | moved | given up | added | coverage/bound | gap % | gap of what is paid % | breaks before, after | s"
    );
    for family in FAMILIES
        .iter()
        .filter(|f| names.is_empty() || names.iter().any(|n| n == f.name))
    {
        let mut figures = Vec::new();
        for seed in 1..=seeds {
            let problem = family.day(seed).problem(false);
            let options = Options {
                seed: 1,
                iterations: FIRST,
            };
            let before = arrange(&problem, &BY_SCORE, &options, &mut |_| {
                ControlFlow::Continue(())
            });
            let before = before.expect("an arrangement");
            for event in events(&problem, &before.meetings, &mut Chance(seed)) {
                for price in [ChangePrice::Score(price), ChangePrice::Forbidden] {
                    let figure = run(family.name, seed, &event, &before, price, iterations);
                    figures.extend(figure.map(|figure| (figure, price)));
                }
            }
        }
        for wanted in [ChangePrice::Score(price), ChangePrice::Forbidden] {
            let own = figures.iter().filter(|(_, price)| *price == wanted);
            let own: Vec<&[f64; 7]> = own.map(|(figure, _)| figure).collect();
            let sorted = |i: usize| {
                let mut all: Vec<f64> = own.iter().map(|figure| figure[i]).collect();
                all.sort_by(f64::total_cmp);
                all
            };
            let (lost, moved, gap) = (sorted(0), sorted(1), sorted(2));
            let (paid, time) = (sorted(3), sorted(4));
            let (before, after) = (sorted(5), sorted(6));
            let (half, last) = (own.len() / 2, own.len() - 1);
            println!(
                "{} {wanted:?}: lost median {}, moved median {} most {}, gap median {:.3} % most {:.3} %, of what is paid median {:.4} % most {:.4} %, breaks before median {} most {}, after median {} most {}, s median {:.3} most {:.3}",
                family.name,
                lost[half],
                moved[half],
                moved[last],
                gap[half],
                gap[last],
                paid[half],
                paid[last],
                before[half],
                before[last],
                after[half],
                after[last],
                time[half],
                time[last],
            );
        }
    }
}

fn run(
    name: &str,
    seed: u64,
    event: &Event,
    published: &Arrangement,
    price: ChangePrice,
    iterations: Option<u64>,
) -> Option<[f64; 7]> {
    let before = &published.meetings;
    let published_breaks = level(published, LevelName::Breaks).value;
    let published = Published {
        meetings: before,
        price,
        past: 0,
    };
    let options = Options {
        seed: 1,
        iterations: iterations.unwrap_or(REPAIR),
    };
    let start = ThreadTime::now();
    let after = repair(&event.problem, &BY_SCORE, &options, &published, &mut |_| {
        ControlFlow::Continue(())
    });
    let time = start.elapsed().as_secs_f64();
    let after: Arrangement = match after {
        // A required meeting that lost its place, and nobody may make room.
        Err(ArrangeError::Infeasible(_)) if price == ChangePrice::Forbidden => {
            println!("{name}-{seed}, {} | {price:?} | infeasible", event.name);
            return None;
        }
        after => after.expect("a repair"),
    };
    let slot = |request: usize| {
        after
            .meetings
            .iter()
            .find(|m| m.request == request)
            .map(|m| m.slot)
    };
    let kept = before.iter().filter(|m| !event.lost.contains(&m.request));
    let places: Vec<(usize, Option<usize>)> = kept.map(|m| (m.slot, slot(m.request))).collect();
    // Those that lose a table of any in their slot are moved or given up of need.
    let moved = places
        .iter()
        .filter(|(was, is)| is.is_some_and(|is| is != *was))
        .count();
    let gone = places.iter().filter(|(_, is)| is.is_none()).count();
    let added = after
        .meetings
        .iter()
        .filter(|m| !before.iter().any(|b| b.request == m.request))
        .count();
    let lost = event.lost.len() + event.without_table;
    let (coverage, weight) = (
        level(&after, LevelName::Coverage),
        level(&after, LevelName::Weight),
    );
    let breaks = level(&after, LevelName::Breaks).value;
    let below = |level: Level| {
        let gap = |bound: i64| 100.0 * (bound - level.value) as f64 / bound as f64;
        level.bound.map_or(f64::NAN, gap)
    };
    let gap = below(weight);
    // Where nobody moves, it is the same.
    let mut levels = after.levels.iter();
    let paid = levels.find(|level| level.name == LevelName::WeightLessChanges);
    let paid_gap = paid.map_or(gap, |level| below(*level));
    println!(
        "{name}-{seed}, {} | {price:?} | {lost} | {moved} | {gone} | {added} | {}/{:?} | {gap:.4} | {paid_gap:.4} | {published_breaks}, {breaks} | {time:.3}",
        event.name, coverage.value, coverage.bound,
    );
    let needed = event.without_table.min(moved);
    Some([
        lost as f64,
        (moved - needed) as f64,
        gap,
        paid_gap,
        time,
        published_breaks as f64,
        breaks as f64,
    ])
}

fn level(arrangement: &Arrangement, name: LevelName) -> Level {
    let mut levels = arrangement.levels.iter();
    *levels.find(|level| level.name == name).expect("a level")
}

fn events(problem: &Problem, before: &[Placed], chance: &mut Chance) -> Vec<Event> {
    let mut draw = |n: usize| (chance.unit() * n as f64) as usize;
    // Whoever has a meeting may cancel or be late.
    let someone = &problem.requests[before[draw(before.len())].request];
    let other = &problem.requests[before[draw(before.len())].request];
    let meets =
        |p: usize, r: usize| problem.requests[r].demander == p || problem.requests[r].provider == p;
    let mut cancelled = problem.clone();
    for (i, request) in cancelled.requests.iter_mut().enumerate() {
        if meets(someone.provider, i) {
            request.rule = PairRule::Forbidden;
        }
    }
    let mut late = problem.clone();
    let quarter = problem.slots.len() / 4;
    for p in [other.demander, someone.provider] {
        for seat in &mut late.participants[p].seats {
            seat.available = seat
                .available
                .iter()
                .filter(|slot| *slot >= quarter)
                .collect();
        }
    }
    let mut smaller = problem.clone();
    let slot = before[draw(before.len())].slot;
    let closing = problem.tables.len().div_ceil(8);
    for table in smaller.tables.iter_mut().take(closing) {
        table.closed = table.closed.iter().chain([slot]).collect();
    }
    let in_slot = before
        .iter()
        .filter(|m| m.slot == slot && m.table.is_some())
        .count();
    let lost = |now: &Problem| -> BTreeSet<usize> {
        let gone = before
            .iter()
            .filter(|m| !now.could_meet(&now.requests[m.request], m.slot));
        gone.map(|m| m.request).collect()
    };
    let without_table = in_slot.saturating_sub(smaller.tables_in(slot));
    let event = |name, problem: Problem, without_table| Event {
        name,
        lost: lost(&problem),
        problem,
        without_table,
    };
    vec![
        event("cancelled", cancelled, 0),
        event("late", late, 0),
        event("room lost", smaller, without_table),
    ]
}
