#![allow(clippy::unwrap_used)]

use super::gate_cases::{WouldOpen, duos_cases, gate_cases};
use super::judgements::{check_pairs, demands, offers, qrels};
use super::lay_terms::lay_terms;
use super::texts::{documents, queries};

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let document = b"{\"id\":\"a\",\"title\":\"t\"}\n\n{\"id\":";
    assert_eq!(documents(document).unwrap_err().line, Some(3));
    let twice = b"{\"id\":\"a\"}\n{\"id\":\"a\"}";
    assert_eq!(documents(twice).unwrap().len(), 2);
    for bytes in [&b""[..], b" \n", b"\xff"] {
        assert!(documents(bytes).is_err());
        assert!(queries(bytes, None).is_err());
        assert!(lay_terms(bytes).is_err());
        assert!(gate_cases(bytes).is_err());
        assert!(duos_cases(bytes).is_err());
        assert!(offers(bytes).is_err() && demands(bytes).is_err() && qrels(bytes).is_err());
    }
    let query = |json: &str| queries(json.as_bytes(), Some("ko"));
    assert!(
        query("{\"query\":\"x\",\"relevant\":[]}")
            .unwrap_err()
            .reason
            .en
            .contains("ko")
    );
    assert!(
        query("{\"ko\":\"x\"}")
            .unwrap_err()
            .reason
            .en
            .contains("relevan")
    );
    assert!(query("{\"ko\":\"x\",\"relevance\":{\"a\":-1}}").is_err());
    assert_eq!(
        query("{\"ko\":\"x\",\"relevance\":{\"a\":2}}").unwrap()[0].grades["a"],
        2
    );
    let terms =
        lay_terms("term\tlanguage\tkind\texpected\n폐암\tko\tdiagnosis\tC34|C33\n".as_bytes());
    assert_eq!(terms.unwrap()[0].expected, ["C34", "C33"]);
    let short = lay_terms(b"term\tlanguage\tkind\texpected\na\tb\n").unwrap_err();
    assert_eq!(short.line, Some(2));
    assert!(short.reason.en.starts_with("kind: "), "{short:?}");
    let case = br#"[{"id":"G1","offer":{},"asker":{"conditions":["C34"]},"expected":"perhaps"}]"#;
    assert!(gate_cases(case).unwrap_err().reason.en.starts_with("G1: "));
}

#[test]
fn what_a_case_does_not_say_is_unknown() {
    let json = br#"[{"id":"1","offer":{"use_policies":[{"permission":"HMB","modifiers":null,"time_limit_months":null}],
        "access_modes":null},"asker":{"conditions":["c34"],"commercial":true},"expected":"deny",
        "would_open":{"rule":"NCU","asker":{"commercial":false},"then":"pass"}},
        {"id":"2","offer":{},"asker":{},"expected":"deny","would_open":null}, {"id":"3","offer":{},"asker":{},"expected":"ask"}]"#;
    let cases = gate_cases(json).unwrap();
    assert_eq!(cases[0].policies[0].modifiers, []);
    assert_eq!(
        (
            cases[0].duties.as_ref(),
            cases[0].asker.viewer_countries.len()
        ),
        (None, 0)
    );
    let WouldOpen::Change { asker, .. } = &cases[0].would_open else {
        panic!("{:?}", cases[0].would_open)
    };
    assert_eq!(
        (asker.commercial, &asker.conditions),
        (Some(false), &cases[0].asker.conditions)
    );
    assert_eq!(cases[1].would_open, WouldOpen::None);
    assert_eq!(cases[2].would_open, WouldOpen::Unsaid);
    let wrong =
        br#"[{"id":1,"offer":{},"asker":{},"expected":"deny","would_open":{"asker":{},"then":"maybe"}}]"#;
    assert!(gate_cases(wrong).unwrap_err().reason.en.contains("then"));
    for (policy, asker, code) in [
        (r#"{"geographic_countries":["QQ"]}"#, "{}", "QQ"),
        (r#"{"permission_conditions":["N06.AX"]}"#, "{}", "N06.AX"),
        ("{}", r#"{"viewer_countries":["KR","XX"]}"#, "XX"),
        ("{}", r#"{"conditions":["I48.ZZZZ"]}"#, "I48.ZZZZ"),
    ] {
        let case = format!(
            r#"[{{"id":"G1","offer":{{"use_policies":[{policy}]}},"asker":{asker},"expected":"deny"}}]"#
        );
        let told = gate_cases(case.as_bytes()).unwrap_err().reason;
        assert!(
            told.en.ends_with(&format!("Unknown code: {code}")),
            "{told:?}"
        );
    }
}

const REGION: &str = "서울";

/// An offer or a demand, with something said besides.
fn offer(said: &str) -> String {
    format!("{{\"id\":\"O1\",\"hospital_region\":\"{REGION}\",\"note\":-1{said}}}")
}

fn demand(said: &str) -> String {
    format!(
        "{{\"id\":\"D1\",\"organisation_kind\":\"company\",\"organisation_country\":\"KR\"{said}}}"
    )
}

/// What is said of each, in both languages.
fn refused<T>(read: fn(&[u8]) -> Result<Vec<T>, super::Unusable>, cases: &[(String, &str)]) {
    for (json, reason) in cases {
        let Err(told) = read(format!("[{json}]").as_bytes()) else {
            panic!("taken: {json}")
        };
        let message = told.message();
        assert!(message.en.contains(reason), "{json}: {message:?}");
        assert!(
            message.ko.chars().any(|c| ('가'..='힣').contains(&c)),
            "{message:?}"
        );
    }
}

#[test]
fn records_that_cannot_be_meant_are_refused_by_name_and_field() {
    assert_eq!(
        offers(format!("[{}]", offer("")).as_bytes()).unwrap().len(),
        1
    );
    assert_eq!(
        demands(format!("[{}]", demand("")).as_bytes())
            .unwrap()
            .len(),
        1
    );
    refused(
        offers,
        &[
            (
                format!("{},{}", offer(""), offer("")),
                "O1: the id is there twice",
            ),
            ("{}".to_owned(), "[0]: no `id`"),
            (
                "7".to_owned(),
                "[0]: an object `{…}` is expected, but here is a number",
            ),
            (
                offer(",\"condtions\":[]"),
                "O1: condtions: unknown field; is `conditions` meant?",
            ),
            (offer(",\"dataKinds\":[]"), "is `data_kinds` meant?"),
            (
                offer(",\"subjects_total\":-1"),
                "O1: subjects_total: a negative number",
            ),
            (
                offer(
                    ",\"counts\":[{\"code\":\"C34\",\"count\":-5,\"as_of\":\"2026-01\",\"basis\":\"measured\"}]",
                ),
                "O1: counts[0].count: a negative number",
            ),
            (
                offer(",\"age_min\":60,\"age_max\":40"),
                "O1: age_max: before `age_min`",
            ),
            (
                offer(",\"period_start\":\"2020-02\",\"period_end\":\"2020-01\""),
                "O1: period_end: before `period_start`",
            ),
            (
                offer(",\"subjects_total\":\"many\""),
                "O1: subjects_total: the text ",
            ),
            (
                offer(",\"conditions\":[\"C34\",\"lung\"]"),
                "O1: conditions[1]: no code or range",
            ),
            (
                offer(",\"library_opens_on\":\"2026-13-01\""),
                "O1: library_opens_on: no date",
            ),
            (
                offer(",\"use_policies\":[{\"modifiers\":[\"XYZ\"]}]"),
                "O1: use_policies[0].modifiers[0]: unknown value `XYZ`",
            ),
            (
                offer(",\"use_policies\":[{\"permision\":\"DS\"}]"),
                "unknown field `permision`",
            ),
        ],
    );
    refused(
        demands,
        &[
            (
                format!("{},{}", demand(""), demand("")),
                "D1: the id is there twice",
            ),
            (demand(",\"condition\":[]"), "is `conditions` meant?"),
            (
                demand(",\"subjects_min\":-1"),
                "D1: subjects_min: a negative number",
            ),
            (
                demand(",\"use_months\":-1"),
                "D1: use_months: a negative number",
            ),
            (
                demand(",\"legal_form\":\"club\""),
                "D1: legal_form: unknown value `club`, expected",
            ),
            (
                demand(",\"viewer_countries\":[\"korea\"]"),
                "D1: viewer_countries[0]: no code of a country",
            ),
            (
                demand(",\"data_kinds_any_of\":[\"scan\"]"),
                "D1: data_kinds_any_of[0]: unknown kind",
            ),
            (
                "{\"id\":\"D1\"}".to_owned(),
                "D1: missing field `organisation_kind`",
            ),
        ],
    );
    let object = offers(b"{\"offers\":[]}").unwrap_err().reason.en;
    assert_eq!(
        object,
        "a list `[…]` is expected, but here is an object `{…}`"
    );
}

#[test]
fn cases_that_cannot_be_meant_are_refused_by_name_and_field() {
    let case = |said: &str| format!("{{\"id\":\"G1\",\"expected\":\"ask\"{said}}}");
    let asker = |said: &str| case(&format!(",\"offer\":{{}},\"asker\":{{{said}}}"));
    assert_eq!(
        gate_cases(format!("[{}]", asker("")).as_bytes())
            .unwrap()
            .len(),
        1
    );
    refused(
        gate_cases,
        &[
            (case(",\"offer\":{}"), "G1: missing field `asker`"),
            (case(",\"asker\":{}"), "G1: missing field `offer`"),
            (
                case(",\"asker\":null,\"offer\":{}"),
                "G1: asker: an object `{…}` is expected, but here is null",
            ),
            (
                "{\"offer\":{},\"asker\":{},\"expected\":\"ask\"}".to_owned(),
                "[0]: no `id`",
            ),
            (
                format!("{},{}", asker(""), asker("")),
                "G1: the id is there twice",
            ),
            (
                asker("\"comercial\":true"),
                "G1: asker.comercial: unknown field; is `commercial` meant?",
            ),
            (
                asker("\"use_months\":-1"),
                "G1: asker.use_months: a negative number",
            ),
            (
                asker("\"publish_by\":\"soon\""),
                "G1: asker.publish_by: no date",
            ),
            (
                asker("\"methods_or_ai_development\":1"),
                "G1: asker.methods_or_ai_development: `1` is not true or false",
            ),
            (
                case(",\"asker\":{},\"offer\":{\"use_policies\":[{\"time_limit_months\":-3}]}"),
                "G1: offer.use_policies[0].time_limit_months: a negative number",
            ),
            (
                case(",\"asker\":{},\"offer\":{\"acces_modes\":[]}"),
                "G1: offer.acces_modes: unknown field",
            ),
            (
                case(",\"asker\":{},\"offer\":{},\"deciding_rule\":7"),
                "G1: deciding_rule: `7` is not a text",
            ),
        ],
    );
}

#[test]
fn the_cases_of_another_gate_are_told_with_its_mode() {
    let list = duos_cases(b"[]").unwrap_err().reason;
    assert!(
        list.en
            .contains("but here is a list `[…]`; for cases of the service give `--mode service`"),
        "{list:?}"
    );
    let object = gate_cases(b"{\"cases\":[]}").unwrap_err().reason;
    assert!(
        object
            .en
            .contains("but here is an object `{…}`; for cases of DUOS give `--mode duos`"),
        "{object:?}"
    );
    let duos = |cases: &str| duos_cases(format!("{{\"cases\":[{cases}]}}").as_bytes());
    let case = |request: &str| {
        format!("{{\"id\":\"d\",\"request\":{request},\"dataset\":{{}},\"expected\":\"deny\"}}")
    };
    assert_eq!(duos(&case("{}")).unwrap().cases.len(), 1);
    for (cases, reason) in [
        (
            case("{\"HMB\":1}"),
            "d: request: `HMB` is true or false, not 1",
        ),
        (format!("{0},{0}", case("{}")), "d: the id is there twice"),
        ("{\"id\":\"d\"}".to_owned(), "d: missing field `request`"),
        (
            case("{}").replace("deny", "no"),
            "d: expected: unknown value `no`, expected",
        ),
        (String::new(), "no records"),
    ] {
        let told = duos(&cases).unwrap_err().reason;
        assert!(told.en.contains(reason), "{told:?}");
    }
}

#[test]
fn columns_are_taken_by_the_names_of_the_header() {
    let rows = b"grade\tgate\tnote\toffer_id\tdemand_id\r\n2\task\t\tO1\tD1\r\n";
    let found = &qrels(rows).unwrap()[0];
    assert_eq!(
        (&*found.demand, &*found.offer, found.grade, found.line),
        ("D1", "O1", 2, 2)
    );
    let terms =
        "in_seed_thesaurus\texpected\tterm\tkind\tlanguage\nyes\tC34\t폐암\tdiagnosis\tko\n";
    let found = &lay_terms(terms.as_bytes()).unwrap()[0];
    assert_eq!((&*found.term, &*found.in_seed), ("폐암", "yes"));
    let header = "demand_id\toffer_id\tgate\tgrade\n";
    for (file, line, reason) in [
        ("D1\tO1\task\t1\n".to_owned(), 1, "no column `demand_id`"),
        (
            format!("{header}D1\tO1\tmaybe\t1\n"),
            2,
            "gate: unknown value `maybe`",
        ),
        (
            format!("{header}D1\tO1\task\t-1\n"),
            2,
            "grade: `-1` is not a whole number",
        ),
        (
            format!("{header}D1\t\task\t1\n"),
            2,
            "offer_id: the cell is empty",
        ),
        (
            format!("{header}\nD1\tO1\task\t1\nD1\tO1\tdeny\t1\n"),
            4,
            "stands in line 3 already",
        ),
    ] {
        let told = qrels(file.as_bytes()).unwrap_err();
        assert_eq!(told.line, Some(line), "{told:?}");
        assert!(told.reason.en.contains(reason), "{told:?}");
    }
    let none = lay_terms("폐암\tko\tdiagnosis\tC34\n".as_bytes()).unwrap_err();
    assert!(
        none.reason.en.contains("term, language, kind, expected"),
        "{none:?}"
    );
}

#[test]
fn pairs_are_of_offers_and_demands_that_are_there() {
    let offers = offers(format!("[{}]", offer("")).as_bytes()).unwrap();
    let demands = demands(format!("[{}]", demand("")).as_bytes()).unwrap();
    let pairs = |rows: &str| {
        let file = format!("demand_id\toffer_id\tgate\tgrade\n{rows}\n");
        qrels(file.as_bytes()).unwrap()
    };
    let check = |rows: &str, wanted: &[&str]| {
        let wanted: Vec<String> = wanted.iter().map(|id| (*id).to_owned()).collect();
        check_pairs(&offers, &demands, &pairs(rows), &wanted)
    };
    assert_eq!(check("D1\tO1\task\t1", &[]), Ok(()));
    let demand = check("D1\tO1\task\t1\nD2\tO1\task\t1", &[]).unwrap_err();
    assert_eq!(demand.line, Some(3));
    assert!(demand.reason.en.contains("no `D2`"), "{demand:?}");
    assert_eq!(check("D1\tO1\task\t1\nD2\tO9\task\t1", &["D1"]), Ok(()));
    let offer = check("D1\tO9\task\t1", &["D1"]).unwrap_err();
    assert!(offer.reason.en.contains("no `O9`"), "{offer:?}");
}

#[test]
fn texts_are_taken_as_public_sets_have_them() {
    let found =
        documents(b"{\"id\":7,\"title\":null,\"variants\":[1]}\n{\"id\":7,\"contents\":\"x\"}")
            .unwrap();
    assert_eq!((found.len(), &*found[0].id, &*found[0].title), (2, "7", ""));
    let query = queries(
        b"{\"id\":1,\"text\":\"x\",\"relevant\":[7,\"a\"],\"relevance\":null}",
        None,
    )
    .unwrap();
    assert_eq!(query[0].grades.keys().collect::<Vec<_>>(), ["7", "a"]);
    let both = queries(b"\n{\"text\":\"x\",\"relevant\":[],\"relevance\":{}}", None).unwrap_err();
    assert_eq!(both.line, Some(2));
    assert!(both.reason.en.contains("both"), "{both:?}");
    for (line, reason) in [
        ("{\"title\":\"t\"}", "no `id`"),
        ("{\"id\":\"\"}", "id: not a name"),
        (
            "{\"id\":\"a\",\"title\":7}",
            "title: a text is expected, but here is a number",
        ),
    ] {
        let told = documents(line.as_bytes()).unwrap_err();
        assert!(told.reason.en.contains(reason), "{told:?}");
    }
}
