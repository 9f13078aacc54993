#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on must stop here

use super::{Fault, dzn, json, mm};
use crate::scheduling::prove::Meeting;
use proptest::prelude::*;

const DZN: &str = "% a comment
nBusiness = 3;
nMeetings = 2;
nTables = 1;
nTotalSlots = 4;
nMorningSlots = 2;
requested = [|1, 2,1,
|2, 3,3,
|];
forbidden = [{0},
{0,2},
{}];
fixed = [0,4];
precedences = [{},
{1}];
";

const MM: &str = "mm 1 2 2 3 1
1 1 0
3 1 1
7 3 7
0 0 50 3
0 1 60 7
";

const JSON: &str = r#"{"problem": {
  "slots": [
    {"starts_minute": 0, "ends_minute": 20, "follows_break": false},
    {"starts_minute": 20, "ends_minute": 40, "follows_break": false}
  ],
  "tables": [{"closed": []}],
  "participants": [
    {"seats": [{"available": [0, 1]}], "cap": 2, "floor": 0, "keeps_table": true},
    {"seats": [{"available": [1]}], "cap": 1, "floor": 0, "keeps_table": false},
    {"seats": [{"available": [0, 1]}], "cap": 1, "floor": 0, "keeps_table": false}
  ],
  "requests": [
    {"demander": 1, "provider": 0, "class": "mutual", "must": false, "score": 10, "received": 0, "remote": false, "slots": null},
    {"demander": 2, "provider": 0, "class": "mutual", "must": false, "score": 10, "received": 1, "remote": false, "slots": [0]}
  ],
  "locks": [
    {"request": 0, "slot": 1, "table": 0, "demander_seat": null, "provider_seat": null}
  ]}
}"#;

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

/// Line, field, and the reason of the first fault; each fault is told in both languages.
fn told<T: std::fmt::Debug>(read: Result<T, Vec<Fault>>) -> (usize, String, String) {
    let faults = read.unwrap_err();
    for Fault { reason, .. } in &faults {
        assert!(is_korean(&reason.ko) && !reason.en.is_empty(), "{reason:?}");
    }
    let fault = faults[0].clone();
    (fault.line, fault.field, fault.reason.en)
}

#[track_caller]
fn expect<T: std::fmt::Debug>(read: Result<T, Vec<Fault>>, line: usize, field: &str, part: &str) {
    let (at, named, reason) = told(read);
    assert_eq!((at, named.as_str()), (line, field), "{reason}");
    assert!(reason.contains(part), "{reason}");
}

#[test]
fn good_texts_are_read() {
    let problem = dzn::read(DZN).unwrap();
    let first = Meeting {
        sides: [0, 1],
        window: Some([0, 1].into_iter().collect()),
        fixed: None,
    };
    assert_eq!(problem.meetings[0], first);
    assert_eq!(problem.meetings[1].fixed, Some(3));
    assert_eq!(problem.precedences, [(0, 1)]);
    assert_eq!(problem.forbidden[1], [1].into_iter().collect());
    assert_eq!(problem.tables, [1; 4]);
    let problem = mm::read(MM).unwrap();
    assert_eq!((problem.tables_in(1), problem.tables_in(2)), (1, 0));
    assert_eq!(problem.seats_in(1, 2), 0);
    assert_eq!(problem.requests[1].demander, 2);
    assert_eq!(problem.participants[0].cap, 3);
    let (problem, _) = json::read(JSON).unwrap();
    assert_eq!(problem.requests.len(), 2);
}

#[test]
fn examples_are_read() {
    let (problem, _) = json::read(json::EXAMPLE).unwrap();
    assert!(!problem.locks.is_empty() && !problem.groups.is_empty());
    assert_eq!(mm::read(mm::EXAMPLE).unwrap().requests.len(), 5);
    let (all_meet, problem, unsound) = dzn::read_ours(dzn::EXAMPLE).unwrap();
    assert_eq!((all_meet.meetings.len(), unsound), (5, Vec::new()));
    assert_eq!(problem.locks.len(), 1);
}

#[test]
fn what_our_own_problem_cannot_have_is_told_with_its_place() {
    let (.., faults) = dzn::read_ours(DZN).unwrap();
    expect(Err::<(), _>(faults), 14, "precedences", "all meetings");
    let plain = DZN.replacen("precedences = [{},\n{1}];\n", "", 1);
    let with = |from: &str, to: &str| {
        let (.., faults) = dzn::read_ours(&plain.replacen(from, to, 1)).unwrap();
        Err::<(), _>(faults)
    };
    expect(with("[0,4]", "[0,2]"), 13, "fixed[2]", "cannot meet");
    expect(with("[0,4]", "[3,0]"), 13, "fixed[1]", "session");
    expect(with("|2, 3,3", "|1, 2,3"), 8, "requested[2]", "repeats");
    let shared = plain.replacen("|2, 3,3", "|2, 3,1", 1);
    let (.., faults) = dzn::read_ours(&shared.replacen("[0,4]", "[1,1]", 1)).unwrap();
    expect(Err::<(), _>(faults), 13, "fixed[2]", "another fixed");
}

#[test]
fn bad_dzn_is_told() {
    let with = |from: &str, to: &str| dzn::read(&DZN.replacen(from, to, 1));
    expect(
        with("nTables = 1", "nTables = 0"),
        4,
        "nTables",
        "not within 1",
    );
    expect(
        with("nTotalSlots = 4", "nTotalSlots = 0"),
        5,
        "nTotalSlots",
        "not within 1",
    );
    expect(
        with("nTables = 1", "nTables = -1"),
        4,
        "nTables",
        "negative",
    );
    expect(with("|1, 2,1", "|1, 1,1"), 7, "requested[1]", "with itself");
    expect(
        with("|2, 3,3", "|2, 9,3"),
        8,
        "requested[2]",
        "participant 9",
    );
    expect(with("|2, 3,3", "|2, 3,4"), 8, "requested[2]", "session 4");
    expect(with("{0,2}", "{0,5}"), 11, "forbidden[2]", "slot 5");
    expect(with("[0,4]", "[0,4,1]"), 13, "fixed", "3 entries");
    expect(with("{1}]", "{2}]"), 15, "precedences[2]", "not another");
    expect(with("nTables", "nTabels"), 4, "nTabels", "unknown");
    expect(
        with("nMeetings = 2", "nMeetings = 1000000"),
        3,
        "nMeetings",
        "not within",
    );
    expect(with("nTables = 1;\n", ""), 14, "nTables", "missing");
    expect(
        dzn::read(&DZN[..DZN.len() - 4]),
        15,
        "precedences",
        "end of the file",
    );
    expect(dzn::read(""), 1, "nBusiness", "missing");
}

#[test]
fn bad_mm_is_told() {
    let with = |from: &str, to: &str| mm::read(&MM.replacen(from, to, 1));
    expect(with("7 3 7", "8 3 7"), 4, "availability", "bit 3");
    expect(with("0 1 60 7", "0 1 60 15"), 6, "mask", "bit 3");
    expect(
        with("0 1 60 7", "0 2 60 7"),
        6,
        "demander",
        "2 is not within",
    );
    expect(with("0 1 60 7", "0 0 60 7"), 6, "request", "repeats");
    expect(with("0 1 60 7", "0 1 -60 7"), 6, "score", "negative");
    expect(with("2 2 3 1", "2 2 0 1"), 1, "T", "not within 1");
    expect(with("2 2 3 1", "2 1000000 3 1"), 1, "R", "not within");
    expect(with("2 2 3 1", "2 1 3 1"), 6, "R", "more text");
    expect(with("1 1 0", "0 0 0"), 2, "tables", "no table");
    expect(with("0 1 60 7\n", "0 1"), 6, "score", "ends");
    expect(mm::read("json"), 1, "mm", "must begin");
}

#[test]
fn bad_json_is_told() {
    let with = |from: &str, to: &str| json::read(&JSON.replacen(from, to, 1));
    expect(
        with("\"score\": 10", "\"scores\": 10"),
        13,
        "problem.requests[0]",
        "missing field `score`",
    );
    expect(
        with("\"cap\": 2", "\"cap\": 2, \"cup\": 2"),
        8,
        "problem.participants[0].cup",
        "unknown field",
    );
    expect(
        with("\"demander\": 1", "\"demander\": 0"),
        13,
        "problem.requests[0]",
        "with itself",
    );
    expect(
        with("\"demander\": 2", "\"demander\": 7"),
        14,
        "problem.requests[1]",
        "unknown participant",
    );
    expect(
        with("\"slot\": 1", "\"slot\": 0"),
        17,
        "problem.locks[0]",
        "outside",
    );
    expect(
        with("\"available\": [1]", "\"available\": [2]"),
        9,
        "problem.participants[1]",
        "slot 2",
    );
    expect(
        with("[0]", "[65535]"),
        14,
        "problem.requests[1].slots[0]",
        "`65535` is too large, at most 127",
    );
    let two = "\"locks\": [{\"request\": 1, \"slot\": 0, \"table\": null, \"demander_seat\": null, \"provider_seat\": null},
        {\"request\": 1, \"slot\": 0, \"table\": null, \"demander_seat\": null, \"provider_seat\": null},";
    expect(
        with("\"locks\": [", two),
        17,
        "problem.locks[1]",
        "conflicts",
    );
    expect(
        with("[{\"closed\": []}]", "[]"),
        6,
        "problem.tables[0]",
        "no table",
    );
    expect(
        json::read(&JSON[..300]),
        8,
        "problem.participants[0]",
        "ends in the middle",
    );
    expect(
        with("\"cap\": 2", "\"cap\": 2, \"equity_percent\": 1000"),
        8,
        "problem.participants[0]",
        "equity 1000",
    );
    expect(
        with("\"slots\": null", "\"slots\": null, \"rule\": \"banned\""),
        13,
        "problem.requests[0].rule",
        "unknown value",
    );
    expect(
        with("\"slots\": null", "\"slots\": null, \"resources\": [0]"),
        13,
        "problem.requests[0]",
        "unknown resource",
    );
    let more = |what: &str| with("\n  ]}\n}", &format!("\n  ],\n{what}}}\n}}"));
    expect(
        more("\"resources\": [{\"units\": [1]}]"),
        19,
        "problem.resources[0]",
        "for each slot",
    );
    for (members, cap, part) in [
        ("1, 1", "1", "one twice"),
        ("9", "1", "unknown"),
        ("1", "0", "floor above"),
    ] {
        let group =
            format!("\"groups\": [{{\"members\": [{members}], \"cap\": {cap}, \"floor\": 1}}]");
        expect(more(&group), 19, "problem.groups[0]", part);
    }
    let policy = "{\"policy\": {\"mutual\": -1, \"demand_side\": 1, \"supply_side\": 1, \"suggested\": 1},\n\"problem\":";
    expect(
        with("{\"problem\":", policy),
        1,
        "policy.mutual",
        "not within",
    );
}

proptest! {
    #[test]
    fn random_text_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = (dzn::read(&text), mm::read(&text), json::read(&text));
    }

    #[test]
    fn changed_text_never_panics(
        which in 0..3_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
    ) {
        let mut bytes = [DZN, MM, JSON][which].as_bytes().to_vec();
        for (place, byte, how) in changes {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, b'0' + byte % 10),
                2 => bytes.truncate(place),
                _ => {
                    bytes.remove(place);
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        match which {
            0 => {
                if let Ok(problem) = dzn::read(&text) {
                    prop_assert_eq!(problem.check(), Ok(()));
                }
            }
            1 => {
                if let Ok(problem) = mm::read(&text) {
                    prop_assert_eq!(problem.check(), Ok(()));
                }
            }
            _ => {
                if let Ok((problem, _)) = json::read(&text) {
                    prop_assert_eq!(problem.check(), Ok(()));
                }
            }
        }
    }
}

#[test]
fn what_is_too_large_is_told() {
    let mut rows = String::from("mm 1 200000 1000000 1 1\n");
    rows.push_str(&"0 ".repeat(1_000));
    expect(mm::read(&rows), 1, "C", "not within");
    let request = r#"{"demander":1,"provider":0,"class":"mutual","must":false,"score":1,"received":0,"remote":false,"slots":null}"#;
    let many = vec![request; 200_001].join(",\n");
    let (head, tail) = JSON.split_once("\"requests\": [").unwrap();
    let (_, tail) = tail.split_once("],\n  \"locks\"").unwrap();
    let text = format!("{head}\"requests\": [{many}],\n  \"locks\"{tail}");
    let faults = json::read(&text).unwrap_err();
    assert_eq!(faults[0].reason.en, "200001 entries, at most 200000");
    assert!(faults.len() <= 20);
    // Weights of which the sums would not fit.
    let heavy = "{\"policy\": {\"mutual\": 1000000000, \"demand_side\": 1, \"supply_side\": 1, \"suggested\": 1},\n\"problem\":";
    let text = JSON.replacen("{\"problem\":", heavy, 1);
    let text = text.replace(
        "\"cap\": 1, \"floor\": 0",
        "\"cap\": 4000000000, \"floor\": 4000000000",
    );
    expect(
        json::read(&text),
        11,
        "problem.participants[2].floor",
        "too large together",
    );
}

#[test]
fn numbers_lists_and_locks_are_told_as_what_they_are() {
    let with = |from: &str, to: &str| json::read(&JSON.replacen(from, to, 1));
    let score = "problem.requests[0].score";
    for (to, part) in [
        (
            "4294967296",
            "`4294967296` is too large, at most 4294967295",
        ),
        ("1e30", "is too large, at most 4294967295"),
        ("1e999", "the number is too large"),
        ("5.0", "`5.0` is not a whole number"),
        ("-1", "`-1` is not a whole number"),
    ] {
        expect(
            with("\"score\": 10", &format!("\"score\": {to}")),
            13,
            score,
            part,
        );
    }
    expect(json::read("[]"), 1, "file", "a list is not an object");
    expect(
        with("{\"closed\": []}", "[[]]"),
        6,
        "problem.tables[0]",
        "a list is not an object",
    );
    let order = "{\"policy\": {\"mutual\": 1, \"demand_side\": 1, \"supply_side\": 1, \"suggested\": 1, \"order\": [\"weight\"]},\n\"problem\":";
    expect(
        with("{\"problem\":", order),
        1,
        "policy.order[0]",
        "unknown value `weight`, expected one of `breaks`",
    );
    let reversed = "\"demander\": 0, \"provider\": 1";
    expect(
        with("\"demander\": 2, \"provider\": 0", reversed),
        14,
        "problem.requests[1]",
        "repeats a pair",
    );
    let locks = "problem.locks[0]";
    let first = "\"score\": 10, \"received\": 0, \"remote\": false, \"slots\": null";
    for (from, to, part) in [
        (
            first,
            first.replace("null", "null, \"rule\": \"forbidden\""),
            "forbidden",
        ),
        (first, first.replace("false", "true"), "gives a table to"),
        (
            "\"closed\": []",
            "\"closed\": [1]".to_owned(),
            "no open table",
        ),
        ("\"cap\": 2", "\"cap\": 0".to_owned(), "the cap is 0"),
    ] {
        expect(with(from, &to), 17, locks, part);
    }
}
