//! The arrangement against its bounds: coverage, weight, breaks and time, on families of days of several sizes.
//!
//! `cargo bench -p matchday-domain --bench scheduling -- [--families S40,M25,…] [--seeds 3] [--iterations N]
//! [--iterations-scale 1.0] [--lunch] [--repair [--price 30]] [file.mm …]`. With files, those; else three generated days of each family
//! and their medians. `--repair` re-arranges instead, each with so many iterations: see [`repair`]. `--lunch` plans a break at midday, over which waiting is no break; without it every wait of the day counts.
//! `--prove SECONDS [--solver cadical|batsat] [--certify]` seeks a proof of the fewest breaks behind each day, at most so long.
//! `--svg FILE` arranges days of growing size instead and draws their times and quality.
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

mod day;
mod extras;
mod plot;
mod repair;

use cpu_time::ThreadTime;
use day::{Day, FAMILIES, Family};
use matchday_domain::scheduling::prove::{CONFLICTS, Effort, Known, Solver, fewest_breaks};
use matchday_domain::scheduling::{
    Arrangement, Level, LevelName, Options, Policy, Problem, arrange, upper_bound,
};
use std::ops::ControlFlow;
use std::time::Duration;

/// The score alone decides.
const BY_SCORE: Policy = Policy::BY_SCORE;

struct Figures {
    coverage: Level,
    weight: Level,
    breaks: Level,
    first_breaks: i64,
    bound: Duration,
    construct: Duration,
    all: Duration,
    iterations: u64,
}

fn main() {
    let (mut families, mut files) = (Vec::new(), Vec::new());
    let (mut repairs, mut price, mut svg) = (false, 30, None);
    let (mut seeds, mut iterations, mut scale, mut lunch) = (3_u64, None, 1.0, false);
    let (mut prove, mut solver, mut certify) = (None, Solver::default(), false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value behind the option");
        match argument.as_str() {
            "--families" => families = value().split(',').map(str::to_owned).collect(),
            "--seeds" => seeds = value().parse().expect("a number"),
            "--iterations" => iterations = Some(value().parse().expect("a number")),
            "--iterations-scale" => scale = value().parse().expect("a number"),
            "--lunch" => lunch = true,
            "--prove" => prove = Some(value().parse().expect("seconds")),
            "--solver" if value() == "batsat" => solver = Solver::Batsat,
            "--solver" => {}
            "--certify" => certify = true,
            "--repair" => repairs = true,
            "--svg" => svg = Some(value()),
            "--price" => price = value().parse().expect("a number"),
            // Cargo's own.
            "--bench" => {}
            file => files.push(file.to_owned()),
        }
    }
    if repairs {
        repair::all(&families, seeds, price, iterations);
        return;
    }
    let prove = prove.map(|seconds| Proof {
        limit: Duration::from_secs(seconds),
        solver,
        certify,
    });
    println!(
        "day | requests | meetings of covered | coverage/bound | weight/bound | gap % | breaks at first | breaks | break bound | bound ms | construct ms | all s | iterations"
    );
    if let Some(path) = svg {
        plot::growth(&path).expect("the picture can be written");
        return;
    }
    if files.is_empty() {
        for family in FAMILIES {
            if families.is_empty() || families.iter().any(|name| name == family.name) {
                let runs: Vec<Figures> = (1..=seeds)
                    .map(|seed| {
                        let day = family.day(seed);
                        let budget =
                            iterations.unwrap_or((family.iterations as f64 * scale) as u64);
                        run(
                            &format!("{}-{seed}", family.name),
                            &day,
                            budget,
                            lunch,
                            prove.as_ref(),
                        )
                    })
                    .collect();
                medians(family, &runs);
            }
        }
    }
    for file in files {
        let day = Day::read(&std::fs::read_to_string(&file).expect("a file"));
        let family = Family::like(&day);
        let budget = iterations.unwrap_or((family.iterations as f64 * scale) as u64);
        run(
            file.rsplit('/').next().unwrap_or(&file),
            &day,
            budget,
            lunch,
            prove.as_ref(),
        );
    }
}

/// How a proof of the fewest breaks is sought.
struct Proof {
    limit: Duration,
    solver: Solver,
    certify: bool,
}

/// Seeks the proof and prints how far it came.
fn seek(proof: &Proof, name: &str, problem: &Problem, found: Arrangement) {
    let start = ThreadTime::now();
    let stop = || start.elapsed() >= proof.limit;
    let certified = std::cell::OnceCell::new();
    let check = || certified.get_or_init(ThreadTime::now).elapsed() >= proof.limit;
    let effort = Effort {
        solver: proof.solver,
        conflicts: CONFLICTS,
        stop: &stop,
        certify: proof.certify.then_some(&check),
    };
    let begun = std::cell::Cell::new((0, None));
    let mut tell = |known: Known| {
        if (known.bound, known.value) != begun.get() {
            begun.set((known.bound, known.value));
            let value = known.value.unwrap_or_default();
            println!(
                "    {:.1} s: {} to {value}",
                start.elapsed().as_secs_f64(),
                known.bound
            );
        }
    };
    let fewest =
        fewest_breaks(problem, &BY_SCORE, found, &effort, &mut tell).expect("a sound problem");
    let mut levels = fewest.arrangement.levels.iter();
    let breaks = levels
        .find(|level| level.name == LevelName::Breaks)
        .expect("a level");
    println!(
        "{name} fewest breaks | {} to {} | {} fewer | {:?} | {:?} | {:.1} s",
        breaks.bound.unwrap_or(0),
        breaks.value,
        fewest.fewer,
        fewest.end,
        fewest.certificate,
        start.elapsed().as_secs_f64()
    );
}

fn run(name: &str, day: &Day, iterations: u64, lunch: bool, proof: Option<&Proof>) -> Figures {
    let problem = day.problem(lunch);
    let start = ThreadTime::now();
    upper_bound(&problem, &BY_SCORE).expect("a sound problem");
    let bound = start.elapsed();
    let start = ThreadTime::now();
    let (mut ready, mut first_breaks) = (None, 0);
    let options = Options {
        seed: 1,
        iterations,
    };
    let arrangement = arrange(&problem, &BY_SCORE, &options, &mut |progress| {
        if ready.is_none() {
            ready = Some(start.elapsed());
            let breaks = progress
                .levels
                .iter()
                .find(|level| level.name == LevelName::Breaks);
            first_breaks = breaks.map_or(0, |level| level.value);
        }
        ControlFlow::Continue(())
    })
    .expect("an arrangement");
    let all = start.elapsed();
    let level = |name| {
        let mut levels = arrangement.levels.iter();
        *levels.find(|level| level.name == name).expect("a level")
    };
    let figures = Figures {
        coverage: level(LevelName::Coverage),
        weight: level(LevelName::Weight),
        breaks: level(LevelName::Breaks),
        first_breaks,
        bound,
        construct: ready.unwrap_or(all).saturating_sub(bound),
        all,
        iterations: arrangement.iterations,
    };
    let shown = |bound: Option<i64>, per: i64| {
        bound.map_or("no proof".to_owned(), |b| (b / per).to_string())
    };
    println!(
        "{name} | {} | {} | {}/{} | {}/{} | {:.4} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {}",
        problem.requests.len(),
        arrangement.meetings.len(),
        figures.coverage.value,
        shown(figures.coverage.bound, 1),
        figures.weight.value / 100,
        shown(figures.weight.bound, 100),
        gap(&figures),
        figures.first_breaks,
        figures.breaks.value,
        shown(figures.breaks.bound, 1),
        milliseconds(figures.bound),
        milliseconds(figures.construct),
        figures.all.as_secs_f64(),
        figures.iterations,
    );
    if let Some(proof) = proof {
        seek(proof, name, &problem, arrangement);
    }
    figures
}

/// How far the weight is from its bound, in percent.
fn gap(figures: &Figures) -> f64 {
    figures.weight.bound.map_or(f64::NAN, |bound| {
        100.0 * (bound - figures.weight.value) as f64 / bound as f64
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn medians(family: &Family, runs: &[Figures]) {
    let median = |figure: &dyn Fn(&Figures) -> f64| {
        let mut all: Vec<f64> = runs.iter().map(figure).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    };
    println!(
        "{} median | gap {:.4} % | breaks {} | bound {:.1} ms | construct {:.1} ms | all {:.1} s",
        family.name,
        median(&gap),
        median(&|figures| figures.breaks.value as f64),
        median(&|figures| milliseconds(figures.bound)),
        median(&|figures| milliseconds(figures.construct)),
        median(&|figures| figures.all.as_secs_f64()),
    );
}
