//! `matchday eval`: what is refused, in which language, and what is measured.

use super::*;
use std::io::Write;

const EXAMPLES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../infra/src/evaluation/examples"
);

/// Files by name, and a run over them that fails: what it says in English, Korean and JSON.
fn refused(files: &[(&str, &str)], args: &[&str], reason: &str) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    let args = [&["eval"], args].concat();
    let english = run(folder, &args);
    assert_eq!(
        (english.code, &*english.out),
        (2, ""),
        "{args:?}: {}",
        english.err
    );
    assert!(english.err.contains(reason), "{args:?}: {}", english.err);
    let korean = run(
        folder,
        &[&args[..], &["--language", "ko", "--json"]].concat(),
    );
    assert_eq!(korean.code, 2);
    let json = korean.json();
    assert_eq!(json["status"], "refused");
    let message = |language: &str| json["message"][language].as_str().unwrap();
    assert_eq!(
        english.err.trim_end(),
        format!("matchday: {}", message("en"))
    );
    assert_eq!(
        korean.err.trim_end(),
        format!("matchday: {}", message("ko"))
    );
    assert!(is_korean(message("ko")), "{json}");
}

const CASE: &str = r#"{"id":"E02","offer":{"use_policies":[{"permission":"GRU","modifiers":["NCU"]}]},
    "asker":{"commercial":true},"expected":"deny"}"#;

#[test]
fn a_set_that_cannot_be_meant_is_refused_in_both_languages() {
    for (from, to, reason) in [
        (
            "\"NCU\"",
            "\"XYZ\"",
            "E02: offer.use_policies[0].modifiers[0]: unknown value `XYZ`",
        ),
        (
            "commercial",
            "comercial",
            "E02: asker.comercial: unknown field",
        ),
        ("\"asker\"", "\"note\"", "E02: missing field `asker`"),
    ] {
        assert!(CASE.contains(from));
        let file = format!("[{}]", CASE.replace(from, to));
        refused(&[("c.json", &file)], &["gate", "c.json"], reason);
    }
    let twice = format!("[{CASE},{CASE}]");
    refused(
        &[("c.json", &twice)],
        &["gate", "c.json"],
        "E02: the id is there twice",
    );
    let duos = ["gate", "c.json", "--mode", "duos"];
    refused(&[("c.json", "[]")], &duos, "give `--mode service`");
    refused(
        &[("c.json", "{}")],
        &["gate", "c.json"],
        "give `--mode duos`",
    );
    let term = "폐암\tko\tdiagnosis\tC34\n";
    refused(
        &[("t.tsv", term)],
        &["terms", "t.tsv"],
        "line 1: the header has no column `term`",
    );
    let text = ["text", "--documents", "d.jsonl", "--queries", "q.jsonl"];
    let documents = ("d.jsonl", "{\"id\":\"a\",\"title\":\"lung\"}\n");
    for (query, reason) in [
        ("{\"query\":\"lung\",\"relevant\":[]}", "nothing to measure"),
        (
            "{\"query\":\"lung\",\"relevant\":[\"a\"],\"relevance\":{}}",
            "q.jsonl: line 1: both",
        ),
    ] {
        refused(&[documents, ("q.jsonl", query)], &text, reason);
    }
}

const OFFERS: &str = r#"[{"id":"O1","title_ko":"폐암","conditions":["C34"]}]"#;
const DEMANDS: &str = r#"[{"id":"D1","organisation_kind":"company","organisation_country":"KR",
    "title_ko":"폐암","conditions":["C34"]}]"#;
const MATCH: [&str; 7] = [
    "match",
    "--offers",
    "o.json",
    "--demands",
    "d.json",
    "--qrels",
    "q.tsv",
];

fn pairs(rows: &str) -> String {
    format!("demand_id\toffer_id\tgate\tgrade\n{rows}\n")
}

#[test]
fn pairs_are_judged_only_of_what_is_there() {
    for (rows, reason) in [
        ("D1\tO2\task\t1", "q.tsv: line 2: offer_id: "),
        ("D2\tO1\task\t1", "q.tsv: line 2: demand_id: "),
        (
            "D1\tO1\task\t1\nD1\tO1\tdeny\t1",
            "q.tsv: line 3: the pair of D1 and O1",
        ),
    ] {
        let files = [
            ("o.json", OFFERS),
            ("d.json", DEMANDS),
            ("q.tsv", &pairs(rows)),
        ];
        refused(&files, &MATCH, reason);
    }
    let (rows, only) = (pairs("D2\tO1\task\t1"), ["--demand-ids", "D1"]);
    let files = [("o.json", OFFERS), ("d.json", DEMANDS), ("q.tsv", &rows)];
    refused(&files, &[&MATCH[..], &only].concat(), "nothing to measure");
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    // Nothing is worth a rank: there is no figure, but the gate is measured.
    fs::write(folder.join("q.tsv"), pairs("D1\tO1\tpass\t0")).unwrap();
    let args = [&["eval"], &MATCH[..], &["--json"]].concat();
    let json = run(folder, &args).json();
    assert_eq!(
        (&json["ndcg_10"], &json["pairs"]),
        (&Value::Null, &1.into())
    );
    fs::write(folder.join("q.tsv"), pairs("D1\tO1\tpass\t1")).unwrap();
    let json = run(folder, &args).json();
    assert_eq!(json["ndcg_10"], 1.0);
    assert_eq!(json["without"][0]["name"]["ko"], "질환·대상");
    let korean = run(
        folder,
        &[&["eval"], &MATCH[..], &["--language", "ko"]].concat(),
    );
    assert!(korean.out.contains("질환·대상 제외"), "{}", korean.out);
    assert!(
        korean.out.contains("D1 O1: 통과 대신 문의 필요"),
        "{}",
        korean.out
    );
}

#[test]
fn what_differs_is_told_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let case = CASE.replace("\"deny\"", "\"pass\",\"duties\":[\"IRB\"]");
    let denied = CASE.replace("E02", "E03").replace(
        "\"deny\"",
        "\"deny\",\"deciding_rule\":\"FOO\",\"duties\":[\"X\"]",
    );
    fs::write(folder.join("c.json"), format!("[{case},{denied}]")).unwrap();
    let korean = run(folder, &["eval", "gate", "c.json", "--language", "ko"]).out;
    for line in [
        "E02: 판정: 통과 대신 불가, 규칙 NCU",
        "E03: 규칙: FOO 대신 NCU",
        "E03: 의무: X 대신 없음",
    ] {
        assert!(korean.contains(line), "{korean}");
    }
    let json = run(folder, &["eval", "gate", "c.json", "--json"]).json();
    let first = &json["mismatches"][0];
    assert_eq!(
        (&first["expected"], &first["got"]),
        (&"pass".into(), &"deny".into())
    );
    let message = first["message"]["en"].as_str().unwrap();
    assert!(
        message.starts_with("decision: deny instead of pass, by NCU: "),
        "{message}"
    );
    let terms = "kind\tterm\tlanguage\texpected\ndiagnosis\tqqqqqqqq\ten\tC34\n";
    fs::write(folder.join("t.tsv"), terms).unwrap();
    let json = run(folder, &["eval", "terms", "t.tsv", "--json"]).json();
    assert_eq!(
        json["wrong"][0],
        serde_json::json!(["qqqqqqqq", null, "C34"])
    );
    assert_eq!(json["parts"]["diagnosis (en)"]["name"]["ko"], "진단 (영어)");
    let texts = [
        "eval",
        "text",
        "--documents",
        "d.jsonl",
        "--queries",
        "q.jsonl",
        "--json",
    ];
    fs::write(
        folder.join("d.jsonl"),
        "{\"id\":1,\"title\":null,\"contents\":\"lung\"}\n{\"id\":1}\n",
    )
    .unwrap();
    fs::write(
        folder.join("q.jsonl"),
        "{\"query\":\"heart\",\"relevant\":[1,2]}\n",
    )
    .unwrap();
    let ran = run(folder, &texts);
    let json = ran.json();
    assert_eq!(
        (&json["repeated_ids"], &json["missing_relevant"]),
        (&1.into(), &1.into())
    );
    assert!(!ran.out.contains("-0"), "{}", ran.out);
}

#[test]
fn a_set_is_read_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let mut piped = command(folder.path(), &["eval", "gate", "-", "--json"]);
    let mut child = piped
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let cases = fs::read(format!("{EXAMPLES}/gate_cases_2.json")).unwrap();
    child.stdin.take().unwrap().write_all(&cases).unwrap();
    let output = child.wait_with_output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&json["cases"], &json["agreed"]),
        (&226.into(), &226.into())
    );
}
