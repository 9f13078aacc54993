//! What is wrong with a file or a timetable, and how it is told.

use super::*;

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
fn what_a_timetable_says_of_itself_is_checked() {
    let folder = examples();
    let folder = folder.path();
    let plan = run(folder, &["plan", "day.json", "--json"]).json();
    let judged = |json: &Value| {
        fs::write(folder.join("claims.json"), json.to_string()).unwrap();
        run(
            folder,
            &["plan", "verify", "day.json", "claims.json", "--json"],
        )
    };
    let good = judged(&plan);
    assert_eq!(good.code, 0, "{}", good.out);
    let figures = |json: &Value| -> Vec<(Value, Value)> {
        let levels = json["levels"].as_array().unwrap().iter();
        levels
            .map(|l| (l["name"].clone(), l["value"].clone()))
            .collect()
    };
    assert_eq!(figures(&good.json()), figures(&plan));
    for i in 0..figures(&plan).len() {
        let mut wrong = plan.clone();
        let value = wrong["levels"][i]["value"].as_i64().unwrap();
        wrong["levels"][i]["value"] = (value + 1).into();
        wrong["levels"][i]["bound"] = Value::Null;
        let ran = judged(&wrong);
        let broken = &ran.json()["broken"];
        assert_eq!((ran.code, broken.as_array().unwrap().len()), (1, 1));
        assert_eq!(broken[0]["level"], plan["levels"][i]["name"]);
        assert_eq!(broken[0]["claimed"], value + 1);
        assert_eq!(broken[0]["found"], value);
        assert!(is_korean(broken[0]["message"]["ko"].as_str().unwrap()));
    }
    let bent = |change: &dyn Fn(&mut Value), reason: &str| {
        let mut wrong = plan.clone();
        change(&mut wrong);
        let ran = judged(&wrong);
        assert_eq!(ran.code, 1, "{}", ran.out);
        assert!(ran.out.contains(reason), "{}", ran.out);
    };
    bent(&|json| json["levels"][1]["bound"] = 1.into(), "beyond it");
    bent(
        &|json| json["left_out"] = Value::Array(Vec::new()),
        "is neither among",
    );
    bent(
        &|json| json["meetings"][0]["demander"] = 4.into(),
        "names participants",
    );
    // What is not said is not claimed.
    let mut bare = plan.clone();
    let object = bare.as_object_mut().unwrap();
    ["levels", "left_out"]
        .iter()
        .for_each(|key| drop(object.remove(*key)));
    assert_eq!(judged(&bare).code, 0);
}

#[test]
fn what_was_published_in_the_past_stays_though_it_is_forbidden_by_now() {
    let folder = examples();
    let folder = folder.path();
    let published = run(folder, &["plan", "day.json", "--json"]);
    fs::write(folder.join("plan.json"), &published.out).unwrap();
    // The lock on the first request is gone, and so is its leave.
    let mut day: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("day.json")).unwrap()).unwrap();
    day["problem"]["locks"] = Value::Array(Vec::new());
    day["problem"]["requests"][0]["rule"] = "forbidden".into();
    fs::write(folder.join("now.json"), day.to_string()).unwrap();
    let args = [
        "plan",
        "now.json",
        "--from",
        "plan.json",
        "--past",
        "2",
        "--json",
    ];
    let after = run(folder, &args);
    assert_eq!(after.code, 0, "{}", after.err);
    let then = |json: &Value| -> Vec<Value> {
        let meetings = json["meetings"].as_array().unwrap().iter();
        let past = meetings.filter(|m| m["slot"].as_u64().unwrap() < 2);
        past.cloned().collect()
    };
    assert!(then(&published.json()).iter().any(|m| m["request"] == 0));
    assert_eq!(then(&after.json()), then(&published.json()));
    fs::write(folder.join("after.json"), &after.out).unwrap();
    let verify = [
        "plan",
        "verify",
        "now.json",
        "after.json",
        "--from",
        "plan.json",
    ];
    let judged = run(folder, &verify);
    assert_eq!(judged.code, 0, "{}", judged.out);
    // A meeting of the past that has vanished is missed.
    let mut less = after.json();
    less["meetings"].as_array_mut().unwrap().remove(0);
    fs::write(folder.join("after.json"), less.to_string()).unwrap();
    let judged = run(folder, &verify);
    assert_eq!(judged.code, 1);
    assert!(
        judged.out.contains("in a slot that is past"),
        "{}",
        judged.out
    );
}
