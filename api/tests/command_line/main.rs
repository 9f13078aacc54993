//! The binary as a person meets it: languages, exit codes, odd files, pipes that close.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on must stop here

mod faults;
mod measures;
mod proofs;

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
