//! `matchday plan`: what a person does with a file of a problem.

use clap::Parser;
use matchday_api::cli::{Cli, run};
use matchday_domain::scheduling::formats::dzn;
use matchday_domain::scheduling::prove::{Outcome, Solver, Wish, check, prove};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

const DZN: &str = "nBusiness = 3; nTables = 1; nTotalSlots = 4; nMorningSlots = 2;
requested = [|1, 2,1,
|2, 3,3,
|];
forbidden = [{0},
{0,SLOT},
{0}];
fixed = [0,4];
";

const MM: &str = "mm 1 2 2 3 1\n1 1 1\n3 1 1\n7 7 7\n0 0 50 7\n0 1 60 7\n";

async fn plan(args: &[&str]) -> ExitCode {
    let args = ["matchday", "plan"].iter().chain(args);
    run(Cli::try_parse_from(args).unwrap()).await
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

#[tokio::test]
async fn exit_codes_tell_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, text: &str| file(folder.path(), name, text);
    let good = of("good.dzn", &DZN.replace("SLOT", "1"));
    let breaks = ["--objective", "breaks", "--json"];
    let with = |file: &str| {
        let file = file.to_owned();
        async move { plan(&[&[file.as_str()], &breaks[..]].concat()).await }
    };
    assert_eq!(with(&good).await, ExitCode::SUCCESS);
    assert_eq!(plan(&[&good]).await, ExitCode::SUCCESS);
    let infeasible = DZN.replace("SLOT", "1,2");
    assert_eq!(with(&of("none.dzn", &infeasible)).await, ExitCode::from(3));
    let bad = DZN.replace("SLOT", "9");
    assert_eq!(with(&of("bad.dzn", &bad)).await, ExitCode::from(2));
    assert_eq!(with("absent.dzn").await, ExitCode::from(2));
    let mm = of("good.mm", MM);
    assert_eq!(plan(&[&mm, "--json"]).await, ExitCode::SUCCESS);
    assert_eq!(with(&mm).await, ExitCode::SUCCESS);
    let txt = of("good.txt", MM);
    assert_eq!(plan(&[&txt]).await, ExitCode::from(2));
    assert_eq!(plan(&[&txt, "--format", "mm"]).await, ExitCode::SUCCESS);
}

#[tokio::test]
async fn a_timetable_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, text: &str| file(folder.path(), name, text);
    let problem = of("good.dzn", &DZN.replace("SLOT", "1"));
    // Meeting 1 has to lie in slot 2, meeting 2 is fixed in slot 4: one break.
    let solution = |slot: usize, breaks: usize| {
        format!(
            r#"{{"objective": "breaks", "status": "optimal", "fairness": 2,
            "levels": [{{"name": "breaks", "value": {breaks}, "bound": {breaks}}}],
            "meetings": [
                {{"request": 0, "slot": {slot}, "table": 0, "demander_seat": 0, "provider_seat": 0}},
                {{"request": 1, "slot": 3, "table": 0, "demander_seat": 0, "provider_seat": 0}}]}}"#
        )
    };
    let good = of("good.json", &solution(1, 1));
    assert_eq!(plan(&["verify", &problem, &good]).await, ExitCode::SUCCESS);
    let forbidden = of("forbidden.json", &solution(0, 1));
    assert_eq!(
        plan(&["verify", &problem, &forbidden]).await,
        ExitCode::FAILURE
    );
    let boast = of("boast.json", &solution(1, 0));
    assert_eq!(plan(&["verify", &problem, &boast]).await, ExitCode::FAILURE);
    let torn = of("torn.json", &solution(1, 1)[..40]);
    assert_eq!(plan(&["verify", &problem, &torn]).await, ExitCode::from(2));
}

/// Published instances that are quickly decided.
const QUICK: [&str; 8] = [
    "forum-13.fixed020-Forb.dzn",
    "forum-13.prec25.dzn",
    "forumt-14crafd.prec25.dzn",
    "tic-12.forb0003.dzn",
    "tic-12.prec25.dzn",
    "tic-13.fixed040-Forb.dzn",
    "tic-13crafc.fixed020-Forb.dzn",
    "tic-14crafc.original.dzn",
];

#[test]
fn published_optima_are_proved() {
    let data = std::env::var("MATCHDAY_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data").to_owned());
    let folder = Path::new(&data).join("scheduling");
    let Ok(optima) = std::fs::read_to_string(folder.join("optima.tsv")) else {
        eprintln!("*** scheduling/ is not there (MATCHDAY_DATA): ITS OPTIMA ARE NOT CHECKED ***");
        return;
    };
    for name in QUICK {
        let row = optima.lines().find(|line| line.starts_with(name)).unwrap();
        let expected: Vec<&str> = row.split('\t').collect();
        let text = std::fs::read_to_string(folder.join("b2b").join(name)).unwrap();
        let problem = dzn::read(&text).unwrap();
        let begun = Instant::now();
        let wish = Wish {
            fairness: 2,
            solver: Solver::default(),
            // A safety stop; an instance takes a second.
            stop: &|| begun.elapsed().as_secs() > 300,
        };
        match prove(&problem, &wish, &mut |_| {}).unwrap() {
            Outcome::Optimal { slots, breaks } => {
                assert_eq!(expected[1..], ["optimal", &breaks.to_string()], "{name}");
                let each = check(&problem, &slots, Some(2)).unwrap();
                assert_eq!(each.iter().sum::<usize>(), breaks);
            }
            Outcome::Infeasible => assert_eq!(expected[1], "infeasible", "{name}"),
            stopped => panic!("{name}: {stopped:?}"),
        }
    }
}

/// Two companies ask for the one hospital; `REST`, `RULE` and `CLOSED` are filled in.
const JSON: &str = r#"{"problem": {
  "slots": [
    {"starts_minute": 0, "ends_minute": 20, "follows_break": false},
    {"starts_minute": 20, "ends_minute": 40, "follows_break": false}
  ],
  "tables": [{"closed": [CLOSED]}],
  "participants": [
    {"seats": [{"available": [0, 1]}], "cap": 2, "floor": 0, "keeps_table": true, "rest": REST},
    {"seats": [{"available": [0]}], "cap": 1, "floor": 0, "keeps_table": false},
    {"seats": [{"available": [0, 1]}], "cap": 1, "floor": 0, "keeps_table": false}
  ],
  "requests": [
    {"demander": 1, "provider": 0, "class": "mutual", "must": false, "score": 10, "received": 0, "remote": false, "slots": null, "rule": "RULE"},
    {"demander": 2, "provider": 0, "class": "mutual", "must": false, "score": 10, "received": 1, "remote": false, "slots": null, "rule": "RULE"}
  ],
  "locks": []}
}"#;

#[tokio::test]
async fn required_meetings_take_place_or_it_is_said_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, rest: &str, closed: &str| {
        let text = JSON.replace("REST", rest).replace("RULE", "required");
        file(folder.path(), name, &text.replace("CLOSED", closed))
    };
    assert_eq!(plan(&[&of("good.json", "0", "")]).await, ExitCode::SUCCESS);
    let threads = of("threads.json", "0", "");
    assert_eq!(plan(&[&threads, "--threads", "3"]).await, ExitCode::SUCCESS);
    // A rest between the two, or a table too few.
    let rest = of("rest.json", "1", "");
    assert_eq!(plan(&[&rest, "--json"]).await, ExitCode::from(3));
    assert_eq!(
        plan(&[&of("table.json", "0", "1")]).await,
        ExitCode::from(3)
    );
}

#[tokio::test]
async fn a_published_timetable_is_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let published = r#"{"objective": "ours", "status": "arranged", "meetings": [
        {"request": 0, "slot": 0, "table": 0, "demander_seat": 0, "provider_seat": 0},
        {"request": 1, "slot": 1, "table": 0, "demander_seat": 0, "provider_seat": 0}]}"#;
    let published = file(folder.path(), "published.json", published);
    let text = JSON.replace("REST", "0").replace("RULE", "free");
    let now = file(folder.path(), "now.json", &text.replace("CLOSED", "0"));
    for price in ["forbidden", "0", "3000"] {
        let args = [
            &now,
            "--from",
            &published,
            "--price-of-change",
            price,
            "--past",
            "1",
        ];
        assert_eq!(plan(&args).await, ExitCode::SUCCESS);
    }
    let unknown = r#"{"objective": "ours", "status": "arranged", "meetings": [
        {"request": 7, "slot": 0, "table": 0, "demander_seat": 0, "provider_seat": 0}]}"#;
    let unknown = file(folder.path(), "unknown.json", unknown);
    assert_eq!(plan(&[&now, "--from", &unknown]).await, ExitCode::from(2));
    let alone = ["matchday", "plan", &now, "--past", "1"];
    assert!(Cli::try_parse_from(alone).is_err());
}
