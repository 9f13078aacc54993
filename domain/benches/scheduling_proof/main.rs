//! Proves the published instances and compares with the values that are known.
//!
//! `cargo bench -p matchday-domain --bench scheduling_proof -- DIR [--fairness D] [--only TEXT] [--limit SECONDS]
//! [--solver cadical|batsat]`: DIR holds `b2b/*.dzn` and `optima.tsv` (`instance`, `optimal` or `infeasible`, breaks,
//! tab-separated; the values belong to a fairness of 2). Prints instance, result, expected, CPU seconds, and a summary;
//! ends with 1 if a value differs.
#![allow(
    clippy::expect_used,
    reason = "a measurement stops where it cannot go on"
)]

use cpu_time::ProcessTime;
use matchday_domain::scheduling::formats::dzn;
use matchday_domain::scheduling::prove::{Outcome, Solver, Wish, prove};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let Some(folder) = args.next().map(PathBuf::from) else {
        eprintln!("scheduling_proof: no folder of instances named, nothing measured");
        return;
    };
    let (mut fairness, mut limit, mut only) = (2, 60.0, String::new());
    let mut solver = Solver::default();
    let trace = std::env::var_os("TRACE").is_some();
    while let Some(option) = args.next() {
        let value = args.next().expect("every option has a value");
        match option.as_str() {
            "--fairness" => fairness = value.parse().expect("a number"),
            "--limit" => limit = value.parse().expect("seconds"),
            "--only" => only = value,
            "--solver" => {
                solver = serde_json::from_value(value.into()).expect("a solver of this build");
            }
            _ => panic!("unknown option {option}"),
        }
    }
    let optima = std::fs::read_to_string(folder.join("optima.tsv")).unwrap_or_default();
    let known: BTreeMap<&str, String> = optima
        .lines()
        .filter(|line| fairness == 2 && !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, rest)| (name, rest.trim().replace('\t', " ")))
        .collect();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join("b2b"))
        .expect("a folder b2b")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "dzn"))
        .filter(|path| path.to_string_lossy().contains(&only))
        .collect();
    files.sort();
    let (mut seconds, mut decided, mut equal, mut differ) = (Vec::new(), 0, 0, 0);
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(path).expect("readable");
        let begun = ProcessTime::now();
        let problem = dzn::read(&text).expect("well-formed");
        let wish = Wish {
            fairness,
            solver,
            stop: &|| begun.elapsed().as_secs_f64() > limit,
        };
        let outcome = prove(&problem, &wish, &mut |known| {
            if trace {
                eprintln!("  {:.2} s {known:?}", begun.elapsed().as_secs_f64());
            }
        })
        .expect("well-formed");
        let took = begun.elapsed().as_secs_f64();
        let result = match outcome {
            Outcome::Optimal { breaks, .. } => format!("optimal {breaks}"),
            Outcome::Infeasible => "infeasible".to_owned(),
            Outcome::Stopped { breaks, bound, .. } => format!("stopped {bound}..{breaks:?}"),
        };
        let expected = known.get(&*name).map_or("-", String::as_str);
        if !result.starts_with("stopped") {
            decided += 1;
            equal += usize::from(expected == result);
            differ += usize::from(expected != "-" && expected != result);
        }
        println!("{name:40} {result:20} {expected:12} {took:8.2} s");
        seconds.push(took);
    }
    seconds.sort_by(f64::total_cmp);
    let at = |share: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index below the length"
        )]
        let place = (seconds.len().saturating_sub(1) as f64 * share) as usize;
        seconds.get(place).copied().unwrap_or_default()
    };
    println!(
        "{} instances, d = {fairness}, {solver:?}: {decided} decided, {equal} equal, {differ} differ; median {:.2} s, \
         p90 {:.2} s, worst {:.2} s",
        files.len(),
        at(0.5),
        at(0.9),
        at(1.0)
    );
    assert_eq!(differ, 0, "a value differs from the known one");
}
