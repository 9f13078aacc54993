#![allow(clippy::unwrap_used)]

use super::gate_cases::{WouldOpen, duos_cases, gate_cases};
use super::judgements::{demands, offers, qrels};
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
    assert_eq!(lay_terms(b"h\na\tb\n").unwrap_err().line, Some(2));
    assert!(
        qrels(b"h\nD\tO\tmaybe\t1\n")
            .unwrap_err()
            .reason
            .en
            .contains("maybe")
    );
    let case = br#"[{"id":"G1","offer":{},"asker":{"conditions":["C34"]},"expected":"perhaps"}]"#;
    assert!(gate_cases(case).unwrap_err().reason.en.starts_with("G1: "));
}

#[test]
fn what_a_case_does_not_say_is_unknown() {
    let json = br#"[{"offer":{"use_policies":[{"permission":"HMB","modifiers":null,"time_limit_months":null}],
        "access_modes":null},"asker":{"conditions":["c34"],"commercial":true},"expected":"deny",
        "would_open":{"rule":"NCU","asker":{"commercial":false},"then":"pass"}},
        {"offer":{},"asker":{},"expected":"deny","would_open":null}, {"offer":{},"asker":{},"expected":"ask"}]"#;
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
        br#"[{"offer":{},"asker":{},"expected":"deny","would_open":{"asker":{},"then":"maybe"}}]"#;
    assert!(gate_cases(wrong).unwrap_err().reason.en.contains("then"));
    for (policy, asker, code) in [
        (r#"{"geographic_countries":["QQ"]}"#, "{}", "QQ"),
        (r#"{"permission_conditions":["N06.AX"]}"#, "{}", "N06.AX"),
        ("{}", r#"{"viewer_countries":["KR","XX"]}"#, "XX"),
        ("{}", r#"{"conditions":["I48.ZZZZ"]}"#, "I48.ZZZZ"),
    ] {
        let case = format!(
            r#"[{{"offer":{{"use_policies":[{policy}]}},"asker":{asker},"expected":"deny"}}]"#
        );
        let told = gate_cases(case.as_bytes()).unwrap_err().reason;
        assert!(
            told.en.ends_with(&format!("Unknown code: {code}")),
            "{told:?}"
        );
    }
}
