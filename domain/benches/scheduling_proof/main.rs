//! Proves the published instances and compares with the values that are known.
//!
//! `cargo bench -p matchday-domain --bench scheduling_proof -- DIR [--fairness D] [--only TEXT] [--limit SECONDS]
//! [--solver cadical|batsat] [--certify true] [--shuffle SEED]`: with `--certify`, refutes what is better once more and
//! checks the refutation, within the limit again; with `--shuffle`, puts participants and meetings in another order first.
//! DIR holds `b2b/*.dzn` and `optima.tsv` (`instance`, `optimal` or `infeasible`, breaks,
//! tab-separated; the values belong to a fairness of 2). Prints instance, result, expected, CPU seconds, and a summary;
//! ends with 1 if a value differs.
#![allow(
    clippy::expect_used,
    reason = "a measurement stops where it cannot go on"
)]

use cpu_time::ProcessTime;
use matchday_domain::scheduling::formats::dzn;
use matchday_domain::scheduling::prove::{
    AllMeet, Certificate, Meeting, Outcome, Solver, Wish, certify, prove,
};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let Some(folder) = args.next().map(PathBuf::from) else {
        eprintln!("scheduling_proof: no folder of instances named, nothing measured");
        return;
    };
    let (mut fairness, mut limit, mut only) = (2, 60.0, String::new());
    let (mut solver, mut shuffle, mut certified) = (Solver::default(), None, false);
    let trace = std::env::var_os("TRACE").is_some();
    while let Some(option) = args.next() {
        let value = args.next().expect("every option has a value");
        match option.as_str() {
            "--fairness" => fairness = value.parse().expect("a number"),
            "--limit" => limit = value.parse().expect("seconds"),
            "--only" => only = value,
            "--certify" => certified = value.parse().expect("true or false"),
            "--shuffle" => shuffle = Some(value.parse().expect("a number")),
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
    let mut proved = 0;
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(path).expect("readable");
        let begun = ProcessTime::now();
        let mut problem = dzn::read(&text).expect("well-formed");
        if let Some(seed) = shuffle {
            problem = shuffled(&problem, seed);
        }
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
        let fewest = match &outcome {
            Outcome::Optimal { breaks, .. } => Some(*breaks),
            _ => None,
        };
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
        let checked = if certified && !result.starts_with("stopped") {
            let begun = ProcessTime::now();
            let stop = || begun.elapsed().as_secs_f64() > limit;
            let certificate = certify(&problem, fairness, fewest, &stop).expect("well-formed");
            proved += usize::from(matches!(certificate, Certificate::Checked { .. }));
            format!("{certificate:?} {:.2} s", begun.elapsed().as_secs_f64())
        } else {
            String::new()
        };
        println!("{name:40} {result:20} {expected:12} {took:8.2} s {checked}");
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
    if certified {
        println!("{proved} proofs checked");
    }
    assert_eq!(differ, 0, "a value differs from the known one");
}

/// The same problem with its participants and meetings in another order, which a proof must not depend on.
fn shuffled(problem: &AllMeet, seed: u64) -> AllMeet {
    let mut state = seed;
    let mut order = |n: usize| -> Vec<usize> {
        let mut keyed: Vec<(u64, usize)> = (0..n).map(|i| (split_mix(&mut state), i)).collect();
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, i)| i).collect()
    };
    let (people, meetings) = (order(problem.participants), order(problem.meetings.len()));
    let inverse = |order: &[usize]| {
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        place
    };
    let (person, meeting) = (inverse(&people), inverse(&meetings));
    AllMeet {
        meetings: (meetings.iter().map(|old| &problem.meetings[*old]))
            .map(|old| Meeting {
                sides: old.sides.map(|side| person[side]),
                ..old.clone()
            })
            .collect(),
        forbidden: people
            .iter()
            .map(|old| problem.forbidden[*old].clone())
            .collect(),
        precedences: (problem.precedences.iter())
            .map(|(first, second)| (meeting[*first], meeting[*second]))
            .collect(),
        ..problem.clone()
    }
}

/// The generator SplitMix64.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
