//! One record in and its matches out, against a growing market; and how long the market takes to read in.
//!
//! `cargo bench -p matchday-domain --bench matching -- [--sizes 1000,10000] [--records 400] [--svg growth.svg] [--all]`.
//! With `--all` the best of every record of both sides are computed first, as when weights or words have changed, and a
//! record in means besides that the lists of the other side are brought up to date, as the store keeps them.
//! Times are what one thread has run for, without the time in which other programs had its core.

#![allow(
    missing_docs,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used
)]

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod plot;
mod population;

use chrono::NaiveDate;
use cpu_time::ThreadTime;
use matchday_domain::matching::{Keepers, Kept, Match, MatchIndex, Record, TextModel, Weights};
use matchday_domain::terminology::Terminology;
use population::Population;
use std::time::Duration;

const SEED: u64 = 20_260_611;

/// What was measured with so many records on each side.
pub struct Figures {
    pub size: usize,
    /// Reading in both sides.
    pub rebuild: Duration,
    pub demand: Quantiles,
    pub offer: Quantiles,
}

/// Of the time of one record.
#[derive(Clone, Copy)]
pub struct Quantiles {
    pub p50: Duration,
    pub p95: Duration,
    pub mean: Duration,
    pub max: Duration,
}

impl Quantiles {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        Self {
            p50: at(50),
            p95: at(95),
            mean: times.iter().sum::<Duration>() / times.len() as u32,
            max: at(100),
        }
    }
}

fn main() {
    let mut sizes = vec![1_000, 3_000, 10_000, 30_000, 100_000];
    let (mut records, mut svg, mut all) = (400, None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value behind the option");
        match argument.as_str() {
            "--sizes" => {
                let list = value();
                let read = list.split(',').map(|n| n.parse().expect("a number"));
                sizes = read.collect();
            }
            "--records" => records = value().parse().expect("a number"),
            "--svg" => svg = Some(value()),
            "--all" => all = true,
            // Cargo's own.
            "--bench" => {}
            other => panic!("unknown option {other}"),
        }
    }
    Terminology::standard();
    println!("records a side | read in | demand p50 | p95 | max | offer p50 | p95 | max | matches");
    let figures: Vec<Figures> = sizes
        .iter()
        .map(|size| measure(*size, records, all))
        .collect();
    if let Some(peak) = peak_memory() {
        println!("peak memory: {peak} MiB, the records of the next market included");
    }
    if let Some(path) = svg {
        plot::growth(&path, &figures).expect("the picture can be written");
    }
}

fn measure(size: usize, records: usize, all: bool) -> Figures {
    let mut population = Population::new(SEED);
    let model = {
        let sample: Vec<_> = (0..2_000).map(|i| population.offer(i)).collect();
        TextModel::of(1, &sample)
    };
    let mut index = MatchIndex::new(Weights::default(), model, Terminology::standard());
    let mut rebuild = Duration::ZERO;
    // Drawing contents is not the index's work: it is done before the clock runs, a thousand records at a time.
    for start in (0..size).step_by(1_000) {
        let numbers = start as u128..(start + 1_000).min(size) as u128;
        let offers: Vec<_> = numbers
            .clone()
            .map(|i| population.offer_content(i))
            .collect();
        let demands: Vec<_> = numbers.map(|i| population.demand_content(i)).collect();
        let begun = ThreadTime::now();
        for offer in offers {
            index.upsert_offer(offer.prepare());
        }
        for demand in demands {
            index.upsert_demand(demand.prepare());
        }
        rebuild += begun.elapsed();
    }
    let today = NaiveDate::from_ymd_opt(2026, 11, 15).expect("a day");
    if all {
        state_all(&mut index, today);
    }
    let (mut demand_times, mut offer_times) = (Vec::new(), Vec::new());
    let mut found = 0;
    for i in 0..records {
        let number = (size + i) as u128;
        let (demand, offer) = (
            population.demand_content(number),
            population.offer_content(number),
        );
        let begun = ThreadTime::now();
        let demand = demand.prepare();
        let id = demand.id;
        index.upsert_demand(demand);
        let record = Record::Demand(id);
        let (time, stored) = matched(&index, record, all, begun, today);
        found += stored;
        demand_times.push(time);
        index.remove_demand(id);
        let begun = ThreadTime::now();
        let offer = offer.prepare();
        let id = offer.id;
        index.upsert_offer(offer);
        let record = Record::Offer(id);
        let (time, stored) = matched(&index, record, all, begun, today);
        found += stored;
        offer_times.push(time);
        index.remove_offer(id);
    }
    let figures = Figures {
        size,
        rebuild,
        demand: Quantiles::of(demand_times),
        offer: Quantiles::of(offer_times),
    };
    let (d, o) = (figures.demand, figures.offer);
    println!(
        "{size} | {:.2?} | {:.2?} | {:.2?} | {:.2?} | {:.2?} | {:.2?} | {:.2?} | {:.1}",
        rebuild,
        d.p50,
        d.p95,
        d.max,
        o.p50,
        o.p95,
        o.max,
        found as f64 / (2 * records) as f64
    );
    println!(
        "all pairs by the mean: {:.0?} for the demands, {:.0?} for the offers",
        d.mean * size as u32,
        o.mean * size as u32
    );
    figures
}

/// The best of every record, as [`matchday_domain::matching::Plan`] has them; what it leaves is the floors.
fn state_all(index: &mut MatchIndex<'_>, today: NaiveDate) {
    let demands: Vec<Record> = index.demand_ids().map(Record::Demand).collect();
    let offers: Vec<Record> = index.offer_ids().map(Record::Offer).collect();
    for (side, records) in [("demands", demands), ("offers", offers)] {
        let begun = ThreadTime::now();
        let mut found = 0;
        for record in records {
            let plan = index.restate(record, &[], today);
            found += stored(plan.put.iter().map(|(found, _)| found));
            for (record, floor) in plan.floors {
                index.set_floor(record, floor);
            }
        }
        println!("all {side}: {:.1?}, {found} pairs", begun.elapsed());
    }
}

/// The time from `begun` until the matches of a record are ready to be stored, and how many they are.
fn matched(
    index: &MatchIndex<'_>,
    record: Record,
    all: bool,
    begun: ThreadTime,
    today: NaiveDate,
) -> (Duration, usize) {
    if !all {
        let list = match record {
            Record::Demand(id) => index.matches_of_demand(id, today),
            Record::Offer(id) => index.matches_of_offer(id, today),
        };
        let stored = stored(list.matches.iter().chain(&list.near_misses));
        return (begun.elapsed(), stored);
    }
    let renewal = index.renew(record, Vec::new(), today);
    let spent = begun.elapsed();
    // What the store holds of the others: reading it is not the index's work.
    let mut held: Vec<Kept> = Vec::new();
    for other in renewal.others() {
        let (demand, list) = match other {
            Record::Demand(id) => (true, index.matches_of_demand(id, today)),
            Record::Offer(id) => (false, index.matches_of_offer(id, today)),
        };
        let found = list.matches.iter().chain(&list.near_misses);
        held.extend(
            found
                .filter(|found| !concerns(record, found))
                .map(|found| Kept {
                    key: found.rank(),
                    keepers: Keepers {
                        demand,
                        offer: !demand,
                    },
                }),
        );
    }
    let begun = ThreadTime::now();
    let plan = index.settle(renewal, &held, today);
    let stored = stored(plan.put.iter().map(|(found, _)| found));
    (spent + begun.elapsed(), stored)
}

fn concerns(record: Record, found: &Match) -> bool {
    record == Record::Demand(found.demand) || record == Record::Offer(found.offer)
}

/// As the store keeps them: with the explanation as JSON.
fn stored<'a>(all: impl Iterator<Item = &'a Match>) -> usize {
    all.map(|found| serde_json::to_string(&found.explanation).expect("JSON"))
        .filter(|json| !json.is_empty())
        .count()
}

/// The most memory this process ever had, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}
