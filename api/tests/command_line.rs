//! The binary as a person meets it: languages, exit codes, odd files, pipes that close.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on must stop here

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run came to.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect(&self.out)
    }
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matchday"));
    command.current_dir(folder).args(args);
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(name);
    }
    command
}

fn finish(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(folder: &Path, args: &[&str]) -> Ran {
    finish(&mut command(folder, args))
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

const FORMATS: [&str; 3] = ["json", "mm", "dzn"];

/// A folder with the examples: `day.json`, `day.mm`, `day.dzn`.
fn examples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let example = run(folder.path(), &["plan", "example", "--format", format]);
        assert_eq!(example.code, 0);
        fs::write(folder.path().join(format!("day.{format}")), example.out).unwrap();
    }
    folder
}

/// An example with something replaced, under the name `bad.<format>`.
fn bend(folder: &Path, format: &str, from: &str, to: &str) -> String {
    let text = fs::read_to_string(folder.join(format!("day.{format}"))).unwrap();
    assert!(text.contains(from), "{format}: {from}");
    let name = format!("bad.{format}");
    fs::write(folder.join(&name), text.replacen(from, to, 1)).unwrap();
    name
}

#[test]
fn the_help_is_enough_to_arrange_the_example() {
    let folder = examples();
    let folder = folder.path();
    let help = run(folder, &["plan", "--help"]);
    assert_eq!(help.code, 0);
    // The commands of the help, as they stand there.
    let commands: Vec<&str> = (help.out.lines())
        .map(str::trim)
        .filter_map(|line| line.strip_prefix("matchday "))
        .filter(|line| !line.contains('<'))
        .collect();
    assert_eq!(commands.len(), 5, "{}", help.out);
    for line in commands {
        let line = line.split("   ").next().unwrap();
        let (args, file) = line.split_once('>').unwrap_or((line, ""));
        let args: Vec<&str> = args.split_whitespace().collect();
        let ran = run(folder, &args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{line}");
        if let Some(file) = file.split_whitespace().next() {
            fs::write(folder.join(file), ran.out).unwrap();
        }
    }
    for format in FORMATS {
        let file = format!("day.{format}");
        assert_eq!(run(folder, &["plan", &file]).code, 0, "{file}");
    }
}

#[test]
fn the_language_is_chosen_or_that_of_the_locale() {
    let folder = examples();
    let folder = folder.path();
    let bad = bend(folder, "mm", "0 0 82 15", "0 0 -82 15");
    let with = |flag: &[&str], locale: &[(&str, &str)]| {
        let args = [&["plan", bad.as_str()], flag].concat();
        let ran = finish(command(folder, &args).envs(locale.iter().copied()));
        assert_eq!(ran.code, 2);
        ran.err.trim_end().to_owned()
    };
    let korean = "matchday: bad.mm: 5행, score: 음수입니다";
    let english = "matchday: bad.mm: line 5, score: a negative number";
    assert_eq!(with(&[], &[]), english);
    assert_eq!(with(&["--language", "ko"], &[]), korean);
    assert_eq!(with(&[], &[("LANG", "ko_KR.UTF-8")]), korean);
    assert_eq!(with(&[], &[("LANG", "fr_FR.UTF-8")]), english);
    assert_eq!(
        with(&[], &[("LANG", "en_US"), ("LC_MESSAGES", "ko")]),
        korean
    );
    assert_eq!(with(&[], &[("LANG", "ko"), ("LC_ALL", "C")]), english);
    assert_eq!(with(&[], &[("LANG", "ko"), ("LC_ALL", "")]), korean);
    assert_eq!(with(&["--language", "en"], &[("LC_ALL", "ko_KR")]), english);
    let french = run(folder, &["plan", &bad, "--language", "fr"]);
    assert_eq!(french.code, 2);
    // What is no fault.
    let table = run(folder, &["plan", "day.mm", "--language", "ko"]);
    assert!(
        table.out.contains("신청 가중치") && table.out.contains("편성됨"),
        "{}",
        table.out
    );
    let cases = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../infra/src/evaluation/examples/gate_cases.json"
    );
    let gate = run(folder, &["eval", "gate", cases, "--language", "ko"]);
    assert!(gate.out.contains("잘못된 통과"), "{}", gate.out);
    let doctor = [
        "doctor",
        "--language",
        "ko",
        "--set",
        "database.url=sqlite:d.sqlite?mode=rwc",
    ];
    let doctor = run(
        folder,
        &[&doctor[..], &["--set", "mail.url=file:mails"]].concat(),
    );
    assert_eq!(doctor.code, 1);
    assert!(
        doctor.out.contains("해결: `matchday migrate`"),
        "{}",
        doctor.out
    );
}

/// Format, what is bent, how, the line, the field and a part of the reason.
const BENT: [(&str, &str, &str, u64, &str, &str); 22] = [
    ("mm", "15 7  15", "16 7  15", 4, "availability", "bit 4"),
    (
        "mm",
        "0 0 82 15",
        "0 3 82 15",
        5,
        "demander",
        "not within 0 to 2",
    ),
    (
        "mm",
        "0 0 82 15",
        "2 0 82 15",
        5,
        "provider",
        "not within 0 to 1",
    ),
    ("mm", "2 2 2 1", "0 0 0 0", 2, "tables", "no table"),
    ("mm", "2 3 5 4 2", "2 3 5 0 0", 1, "T", "not within 1"),
    ("mm", "2 3 5 4 2", "2 3 1000000 4 2", 1, "R", "not within"),
    ("mm", "1 1 52 15\n", "1 1", 9, "score", "ends before"),
    (
        "json",
        "\"demander\": 4",
        "\"demander\": 0",
        22,
        "problem.requests[4]",
        "with itself",
    ),
    (
        "json",
        "\"demander\": 4",
        "\"demander\": 9",
        22,
        "problem.requests[4]",
        "unknown participant",
    ),
    (
        "json",
        "\"slot\": 0",
        "\"slot\": 9",
        26,
        "problem.locks[0]",
        "unknown",
    ),
    (
        "json",
        "\"available\": [1, 2, 3]",
        "\"available\": [4]",
        14,
        "problem.participants[3]",
        "slot 4 does not exist",
    ),
    (
        "json",
        "\"score\": 4000",
        "\"score\": -1",
        22,
        "problem.requests[4].score",
        "`-1` is not a whole number, 0 or more",
    ),
    (
        "json",
        "\"score\": 4000",
        "\"score\": \"x\"",
        22,
        "problem.requests[4].score",
        "not a whole number",
    ),
    (
        "json",
        "\"remote\": true, ",
        "",
        22,
        "problem.requests[4]",
        "missing field `remote`",
    ),
    (
        "json",
        "\"class\": \"suggested\"",
        "\"class\": \"friend\"",
        22,
        "problem.requests[4].class",
        "unknown value `friend`",
    ),
    (
        "json",
        "\"mutual\": 400000",
        "\"mutual\": -4",
        31,
        "policy.mutual",
        "not within 0",
    ),
    (
        "json",
        "\"tables\"",
        "\"desks\"",
        30,
        "problem",
        "missing field `tables`",
    ),
    (
        "dzn",
        "1, 3, 3",
        "1, 1, 3",
        8,
        "requested[1]",
        "with itself",
    ),
    (
        "dzn",
        "1, 3, 3",
        "1, 6, 3",
        8,
        "requested[1]",
        "not within 1 to 5",
    ),
    (
        "dzn",
        "nTables = 2",
        "nTables = 0",
        4,
        "nTables",
        "not within 1",
    ),
    (
        "dzn",
        "{4}, {0}, {1}",
        "{0}, {0}, {3}",
        15,
        "fixed[2]",
        "cannot meet",
    ),
    ("dzn", "[0, 3, 0", "[0, -3, 0", 15, "fixed", "negative"),
];

#[test]
fn every_fault_has_its_line_its_field_and_a_reason_in_both_languages() {
    let folder = examples();
    let folder = folder.path();
    for (format, from, to, line, field, reason) in BENT {
        let bad = bend(folder, format, from, to);
        let english = run(folder, &["plan", &bad]);
        assert_eq!(english.code, 2, "{format} {to}: {}", english.out);
        let told = format!("matchday: {bad}: line {line}, {field}: ");
        assert!(english.err.starts_with(&told), "{}", english.err);
        assert!(english.err.contains(reason), "{}", english.err);
        let korean = run(folder, &["plan", &bad, "--language", "ko", "--json"]);
        let told = format!("matchday: {bad}: {line}행, {field}: ");
        let rest = korean.err.strip_prefix(&told).expect(&korean.err);
        assert!(is_korean(rest), "{rest}");
        let fault = &korean.json()["faults"][0];
        assert_eq!(
            (&fault["line"], &fault["field"]),
            (&line.into(), &field.into())
        );
        assert!(fault["message"]["en"].as_str().unwrap().contains(reason));
        assert!(is_korean(fault["message"]["ko"].as_str().unwrap()));
    }
}

#[test]
fn two_locks_at_odds_are_told() {
    let folder = examples();
    let lock = "{\"request\": 0, \"slot\": 0, \"table\": 0, \"demander_seat\": null, \"provider_seat\": null}";
    let two = format!(
        "{lock},\n      {}",
        lock.replace("\"request\": 0", "\"request\": 2")
    );
    let bad = bend(
        folder.path(),
        "json",
        lock,
        &two.replace("\"slot\": 0", "\"slot\": 2"),
    );
    let ran = run(folder.path(), &["plan", &bad]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("line 27, problem.locks[1]: lock 1 conflicts"),
        "{}",
        ran.err
    );
}

#[test]
fn what_cannot_be_is_told_with_its_reason() {
    let folder = examples();
    let folder = folder.path();
    // Required in a slot in which its hospital is away.
    let bad = bend(
        folder,
        "json",
        "\"resources\": [0]}",
        "\"slots\": [3], \"rule\": \"required\"}",
    );
    let text = fs::read_to_string(folder.join(&bad)).unwrap();
    let text = text.replacen("\"slots\": null, \"slots\": [3]", "\"slots\": [3]", 1);
    let text = text.replacen(
        "\"slots\": null, \"rule\": \"required\"",
        "\"slots\": [3], \"rule\": \"required\"",
        1,
    );
    fs::write(folder.join(&bad), text).unwrap();
    let ran = run(folder, &["plan", &bad, "--json"]);
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    let json = ran.json();
    assert_eq!(json["status"], "infeasible");
    let reason = json["reason"].as_array().unwrap();
    assert_eq!(reason[0]["condition"], "required");
    // Numbers of the sentences are those of the file.
    assert_eq!(reason[0]["request"], 3);
    assert_eq!(reason[0]["message"]["en"], "request 3 is required");
    let korean = run(folder, &["plan", &bad, "--language", "ko"]);
    assert_eq!(korean.code, 3);
    assert!(korean.out.contains("요청 3은(는) 필수"), "{}", korean.out);
}

#[test]
fn odd_files_are_read_or_told() {
    let folder = examples();
    let folder = folder.path();
    for format in FORMATS {
        let text = fs::read_to_string(folder.join(format!("day.{format}"))).unwrap();
        let utf16: Vec<u8> = (text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let marked = [&[0xFF, 0xFE], utf16.as_slice()].concat();
        let files: [(&str, Vec<u8>, i32, &str); 7] = [
            ("bom", format!("\u{feff}{text}").into_bytes(), 0, ""),
            ("crlf", text.replace('\n', "\r\n").into_bytes(), 0, ""),
            ("utf16", utf16, 2, "UTF-16"),
            ("utf16bom", marked, 2, "UTF-16"),
            (
                "cp949",
                [text.as_bytes(), b"\n% \xB0\xA1"].concat(),
                2,
                "not UTF-8",
            ),
            ("empty", Vec::new(), 2, "the file is empty"),
            ("blank", b" \n\r\n".to_vec(), 2, "the file is empty"),
        ];
        for (name, bytes, code, reason) in files {
            let name = format!("{name}.{format}");
            fs::write(folder.join(&name), bytes).unwrap();
            let ran = run(folder, &["plan", &name]);
            assert_eq!(ran.code, code, "{name}: {}", ran.err);
            assert!(ran.err.contains(reason), "{name}: {}", ran.err);
            let korean = run(folder, &["plan", &name, "--language", "ko"]);
            assert_eq!(is_korean(&korean.err), code == 2, "{name}: {}", korean.err);
        }
    }
    fs::create_dir(folder.join("folder.json")).unwrap();
    fs::File::create(folder.join("large.json"))
        .unwrap()
        .set_len(65 << 20)
        .unwrap();
    for (args, reason) in [
        (&["plan", "folder.json"][..], "it is a folder"),
        (&["plan", "nowhere.json"], "no such file"),
        (&["plan", "large.json"], "at most 64 MB"),
        (&["plan", "day"], "which format?"),
        (&["plan", "day.json", "--from", "day.json"], "no timetable"),
        (
            &["plan", "day.json", "--from", "nowhere.json"],
            "no such file",
        ),
        (
            &["plan", "day.json", "--fairness", "-1"],
            "must be a whole number, 0 or more",
        ),
        (
            &["plan", "day.json", "--fairness", "1"],
            "needs `--objective breaks`",
        ),
        (
            &["plan", "day.json", "--certify"],
            "needs `--objective breaks` or `--prove`",
        ),
        (
            &["plan", "day.json", "--prove", "--from", "x"],
            "`--prove` does not go with `--from`",
        ),
        (
            &["plan", "day.dzn", "--prove", "--objective", "breaks"],
            "proves without `--prove`",
        ),
        (
            &["plan", "day.dzn", "--objective", "breaks", "--from", "x"],
            "does not go",
        ),
        (
            &[
                "plan",
                "day.json",
                "--from",
                "x",
                "--price-of-change",
                "abc",
            ],
            "or `forbidden`",
        ),
        (
            &["plan", "day.json", "--from", "x", "--price-of-change", "-1"],
            "or `forbidden`",
        ),
        (&["eval", "gate", "nowhere.json"], "no such file"),
        (&["eval", "gate", "day.mm"], "line 1: no JSON"),
    ] {
        let ran = run(folder, args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(reason), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_timetable_of_another_day_is_not_re_arranged() {
    let folder = examples();
    let folder = folder.path();
    let published = run(folder, &["plan", "day.json", "--json"]);
    let mut json = published.json();
    for place in ["meetings", "levels", "left_out"] {
        assert!(!json[place].as_array().unwrap().is_empty(), "{place}");
    }
    assert!(is_korean(
        json["left_out"][0]["message"]["ko"].as_str().unwrap()
    ));
    fs::write(folder.join("plan.json"), &published.out).unwrap();
    let again = [
        "--from",
        "plan.json",
        "--price-of-change",
        "forbidden",
        "--json",
    ];
    let ran = run(folder, &[&["plan", "day.json"], &again[..]].concat());
    assert_eq!((ran.code, &ran.json()["meetings"]), (0, &json["meetings"]));
    let other = run(folder, &[&["plan", "day.mm"], &again[..]].concat());
    assert_eq!(other.code, 2);
    assert!(other.err.contains("plan.json: meetings["), "{}", other.err);
    assert!(other.err.contains("another day"), "{}", other.err);
    json["meetings"][0]["slot"] = 1.into();
    fs::write(folder.join("wrong.json"), json.to_string()).unwrap();
    let judged = run(
        folder,
        &["plan", "verify", "day.json", "wrong.json", "--json"],
    );
    assert_eq!(
        (judged.code, &judged.json()["valid"]),
        (1, &Value::from(false))
    );
    let broken = &judged.json()["broken"][0]["message"];
    assert!(is_korean(broken["ko"].as_str().unwrap()), "{broken}");
}

#[test]
fn a_proof_is_checked_where_it_is_asked_for() {
    let folder = examples();
    let folder = folder.path();
    let breaks = ["--objective", "breaks", "--certify"];
    let with =
        |file: &str, more: &[&str]| run(folder, &[&["plan", file], &breaks[..], more].concat());
    let table = with("day.dzn", &[]);
    assert_eq!(table.code, 0, "{}", table.err);
    assert!(
        table.out.contains("decided by ") && table.out.contains("; refutation checked: BatSat"),
        "{}",
        table.out
    );
    let korean = with("day.dzn", &["--language", "ko"]);
    assert!(korean.out.contains("반증 확인됨"), "{}", korean.out);
    // Nobody may have more breaks than another: nothing better to refute, or nothing at all.
    let hard = bend(
        folder,
        "dzn",
        "{0}, {4}, {0}, {1}, {0}",
        "{2}, {0}, {2,3}, {0}, {0}",
    );
    for (fairness, code) in [("2", 0), ("0", 3)] {
        let ran = with(&hard, &["--json", "--fairness", fairness]);
        assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
        let json = ran.json();
        assert_eq!(json["fairness"].to_string(), fairness);
        assert!(["cadical", "batsat"].contains(&json["solver"].as_str().unwrap()));
        let certificate = &json["certificate"];
        assert_eq!(certificate["result"], "checked", "{json}");
        assert_eq!(certificate["solver"], "batsat");
        assert!(certificate["clauses"].as_u64().unwrap() > 0);
        assert!(certificate["message"]["ko"].is_string());
    }
    // Nothing is decided without time.
    let stopped = with(&hard, &["--json", "--time-limit", "0"]);
    assert_eq!(
        (stopped.code, &stopped.json()["status"]),
        (1, &"stopped".into())
    );
    assert_eq!(stopped.json()["certificate"]["reason"], "undecided");
    assert!(stopped.err.contains("nothing is proved"), "{}", stopped.err);
    // Who does not ask is told the solver alone.
    let plain = run(
        folder,
        &["plan", "day.dzn", "--objective", "breaks", "--json"],
    );
    assert!(plain.json()["certificate"].is_null());
    assert!(plain.json()["solver"].is_string());
}

#[test]
fn the_fewest_breaks_are_proved_behind_a_search_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // A provider who is there all day; one demander comes first, the other last.
    let wait = "mm 1 2 2 3 1\n1 1 1\n3 1 1\n7 1 4\n0 0 50 1\n0 1 60 4\n";
    fs::write(folder.join("wait.mm"), wait).unwrap();
    let drawn = drawn(folder);
    let with =
        |file: &str, more: &[&str]| run(folder, &[&["plan", file, "--prove"], more].concat());
    let breaks = |json: &Value| {
        let levels = json["levels"].as_array().unwrap().iter();
        let mut breaks = levels.filter(|level| level["name"] == "breaks");
        let level = breaks.next().unwrap().clone();
        (level["value"].as_i64().unwrap(), level["bound"].as_i64())
    };
    let table = with("wait.mm", &["--certify"]);
    assert_eq!(table.code, 0, "{}", table.err);
    for said in [
        "fewest breaks: 1 to 1, 0 fewer",
        "refutation checked: BatSat",
    ] {
        assert!(table.out.contains(said), "{}", table.out);
    }
    let korean = with("wait.mm", &["--certify", "--language", "ko"]);
    assert!(korean.out.contains("최소 공백: 1~1회"), "{}", korean.out);
    // There is no time to check it.
    let limit = with("wait.mm", &["--certify", "--time-limit", "0", "--json"]);
    assert_eq!(limit.code, 0, "{}", limit.err);
    let certificate = &limit.json()["certificate"];
    assert_eq!(certificate["result"], "not_checked", "{certificate}");
    assert_eq!(certificate["reason"], "limit");
    let said = certificate["message"]["en"].as_str().unwrap();
    assert!(said.starts_with("refutation not checked: limit"), "{said}");
    // Breaks that the search left.
    let searched = run(folder, &["plan", &drawn, "--iterations", "0", "--json"]);
    let proved = with(&drawn, &["--iterations", "0", "--certify", "--json"]);
    assert_eq!(proved.code, 0, "{}", proved.err);
    let json = proved.json();
    let ((before, _), (value, bound)) = (breaks(&searched.json()), breaks(&json));
    let proof = &json["proof"];
    assert!(value < before, "{value} of {before}");
    assert_eq!((bound, &proof["end"]), (Some(value), &"decided".into()));
    assert_eq!(proof["fewer"], before - value);
    assert_eq!(
        certificate_reason(&json),
        (value == 0).then_some("nothing".to_owned())
    );
    fs::write(folder.join("proved.json"), &proved.out).unwrap();
    let judged = run(folder, &["plan", "verify", &drawn, "proved.json"]);
    assert_eq!(judged.code, 0, "{}", judged.out);
    // Who does not ask is told nothing of it.
    assert!(searched.json()["proof"].is_null());
}

fn certificate_reason(json: &Value) -> Option<String> {
    json["certificate"]["reason"].as_str().map(str::to_owned)
}

/// A drawn day: ten providers, thirty demanders, everybody with a few of the others.
fn drawn(folder: &Path) -> String {
    let (providers, demanders, slots) = (10, 30, 10);
    let mut rows = Vec::new();
    for p in 0..providers {
        for d in 0..demanders {
            if (p * 7 + d * 5) % 3 == 0 {
                rows.push(format!("{p} {d} {} 1023", (p * 31 + d * 17) % 100));
            }
        }
    }
    let both = providers + demanders;
    let text = format!(
        "mm {providers} {demanders} {} {slots} 5\n{}\n{}\n{}\n{}\n",
        rows.len(),
        "5 ".repeat(slots),
        "8 ".repeat(both),
        "1023 ".repeat(both),
        rows.join("\n")
    );
    fs::write(folder.join("drawn.mm"), text).unwrap();
    "drawn.mm".to_owned()
}

#[test]
fn several_seeds_give_the_best_of_them_and_a_limit_gives_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = drawn(folder);
    let with = |more: &[&str]| {
        let ran = run(folder, &[&["plan", file.as_str(), "--json"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let mut json = ran.json();
        json["seconds"] = Value::Null;
        for level in json["levels"].as_array_mut().unwrap() {
            level["seconds"] = Value::Null;
        }
        json
    };
    // Coverage and weight the more the better, the rest the less.
    let key = |json: &Value| -> Vec<i64> {
        let levels = json["levels"].as_array().unwrap().iter().enumerate();
        let value = |(i, level): (usize, &Value)| {
            let value = level["value"].as_i64().unwrap();
            if i < 2 { value } else { -value }
        };
        levels.map(value).collect()
    };
    let seed = |seed: &str| with(&["--iterations", "3000", "--seed", seed]);
    let each = ["5", "6", "7"].map(seed);
    let best = each.iter().rev().max_by_key(|json| key(json)).unwrap();
    let several = with(&["--iterations", "3000", "--seed", "5", "--threads", "3"]);
    assert_eq!(&several, best);
    assert_eq!(seed("5"), each[0]);
    let stopped = with(&["--iterations", "1000000000000", "--time-limit", "0"]);
    assert_eq!(stopped["status"], "stopped");
    assert!(stopped["iterations"].as_u64().unwrap() < 1_000_000_000_000);
    assert!(!stopped["meetings"].as_array().unwrap().is_empty());
}

/// A pipe that nobody reads any more.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn a_reader_that_goes_away_does_not_hurt() {
    let folder = examples();
    let folder = folder.path();
    let none = bend(
        folder,
        "dzn",
        "{0}, {4}, {0}, {1}, {0}",
        "{0}, {1,2,3,4}, {0}, {1}, {0}",
    );
    let cases = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../infra/src/evaluation/examples/gate_cases.json"
    );
    let store = [
        "--set",
        "database.url=sqlite:d.sqlite?mode=rwc",
        "--set",
        "mail.url=file:mails",
    ];
    let stored = |verb: &[&'static str]| [verb, &store[..]].concat();
    let runs: Vec<(Vec<&str>, i32)> = vec![
        (vec!["--help"], 0),
        (vec!["schema"], 0),
        (vec!["config"], 0),
        (vec!["plan", "example"], 0),
        (vec!["plan", "day.json"], 0),
        (vec!["plan", "day.json", "--json"], 0),
        (vec!["plan", "nowhere.json", "--json"], 2),
        (vec!["plan", &none, "--objective", "breaks"], 3),
        (vec!["plan", "verify", "day.json", "day.json"], 2),
        (vec!["eval", "gate", cases], 0),
        (vec!["eval", "gate", cases, "--json"], 0),
        (stored(&["doctor"]), 1),
        (stored(&["migrate"]), 0),
        (stored(&["doctor"]), 0),
        (stored(&["privacy", "purge"]), 0),
    ];
    for (args, code) in runs {
        let ran = finish(command(folder, &args).stdout(unread()));
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(!ran.err.contains("panicked"), "{args:?}: {}", ran.err);
        // Neither is standard error read.
        let mut both = command(folder, &args);
        let status = both.stdout(unread()).stderr(unread()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        eprintln!("*** /dev/full is not there: A FULL DISK IS NOT CHECKED ***");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let ran = finish(command(folder.path(), &["schema"]).stdout(full));
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.err.trim_end(),
        "matchday: standard output: the disk is full"
    );
}
