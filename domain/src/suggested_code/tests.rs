//! What words suggest, what they deny, and what becomes of the answers.

use super::*;
use crate::catalogue::OfferContent;
use crate::demand::DemandContent;
use crate::text::Text;
use proptest::prelude::*;

fn words() -> &'static Terminology {
    Terminology::standard()
}

fn code(kind: TermKind, code: &str) -> TermCode {
    TermCode {
        kind,
        code: code.to_owned(),
    }
}

fn condition(written: &str) -> TermCode {
    code(TermKind::Condition, written)
}

fn kind(written: &str) -> TermCode {
    code(TermKind::DataKind, written)
}

fn titled(title: &str) -> DemandContent {
    DemandContent {
        title: Text::new(Some(title), None),
        ..DemandContent::default()
    }
}

fn open<C: Coded + Clone>(content: &C) -> Vec<(String, TextField, String, bool)> {
    suggest(content, words())
        .into_iter()
        .filter(|s| s.state == SuggestionState::Suggested)
        .map(|s| (s.code.code, s.field, s.words, s.counts))
        .collect()
}

#[track_caller]
fn affirms(text: &str, wanted: &[&str]) {
    let mut found: Vec<String> = words()
        .code_affirmed(text)
        .into_iter()
        .filter(|term| matches!(term.kind, TermKind::Condition | TermKind::DataKind))
        .flat_map(|term| term.codes)
        .collect();
    found.sort();
    found.dedup();
    assert_eq!(found, wanted, "{text}");
}

#[test]
fn what_is_excluded_in_korean_suggests_nothing() {
    for text in [
        "폐암 제외",
        "폐암제외",
        "폐암 환자는 제외함",
        "폐암을 제외한 사람",
        "(폐암 제외)",
        "폐암이 없는 사람",
        "폐암 병력 없음",
        "폐암이 아닌 환자",
        "폐암, 위암 제외",
        "폐암 및 위암이 없는 대상자",
        "폐암이 있는 환자 제외",
        "제외 기준: 폐암, 위암, 대장암",
        "제외: 폐암",
        "폐암 배제",
        "비폐암 환자",
    ] {
        affirms(text, &[]);
    }
    affirms("폐암 환자 중 위암 제외", &["C34"]);
    affirms("폐암 환자의 흉부 CT, 위암 제외", &["C34", "imaging.ct"]);
    affirms("위암이 없는 폐암 환자", &["C34"]);
    affirms("위암을 제외한 폐암", &["C34"]);
    affirms("폐암 환자에서 위암이 없는 경우", &["C34"]);
    affirms("폐암을 진단받고 위암은 없는 환자", &["C34"]);
    affirms("제외 기준: 위암. 선정 기준: 폐암", &["C34"]);
    // What is not denied.
    affirms("폐암 환자도 제외하지 않음", &["C34"]);
    affirms("폐암 환자, 연령 제한 없음", &["C34"]);
    affirms("폐암, 연령 제한 없음", &["C34"]);
    affirms("위암 제외. 폐암 환자", &["C34"]);
    // Said once and excluded once is said.
    affirms("폐암 환자 (소아 폐암 제외)", &["C34"]);
}

#[test]
fn what_is_excluded_in_english_suggests_nothing() {
    for text in [
        "excluding lung cancer",
        "Excluding patients with lung cancer",
        "without lung cancer",
        "No history of lung cancer",
        "except lung cancer and stomach cancer",
        "excluding lung cancer, stomach cancer, and colon cancer",
        "Lung cancer is excluded",
        "lung cancer and stomach cancer were excluded.",
        "(lung cancer ruled out)",
        "Exclusion criteria: lung cancer",
        "patients who do not have lung cancer",
        "free of lung cancer",
        "cancer-free controls",
        "non-lung cancer",
    ] {
        affirms(text, &[]);
    }
    affirms("lung cancer excluding stomach cancer", &["C34"]);
    affirms(
        "patients without stomach cancer but with lung cancer",
        &["C34"],
    );
    affirms("without stomach cancer, with lung cancer", &["C34"]);
    affirms("Without stomach cancer. Lung cancer.", &["C34"]);
    affirms("Lung cancer included, stomach cancer excluded", &["C34"]);
    affirms("not only lung cancer", &["C34"]);
    affirms(
        "excluding stomach cancer, we need data of lung cancer",
        &["C34"],
    );
    affirms(
        "chest CT of lung cancer patients with stomach cancer excluded",
        &["C34", "imaging.ct"],
    );
    affirms("non-small cell lung cancer", &["C34"]);
}

#[test]
fn a_suggestion_names_its_field_and_words() {
    let mut content = titled("폐암 환자의 흉부 CT");
    content.population.inclusion = Text::new(None, Some("with pneumonia, DICOM"));
    content.variables_wished = vec!["심전도".into()];
    let found = open(&content);
    assert_eq!(
        found[0],
        ("C34".into(), TextField::Title, "폐암".into(), true)
    );
    assert_eq!(
        found[1],
        (
            "imaging.ct".into(),
            TextField::Title,
            "흉부 CT".into(),
            true
        )
    );
    assert!(found.contains(&("DICOM".into(), TextField::Inclusion, "DICOM".into(), false)));
    assert!(found.iter().any(|s| s.1 == TextField::VariablesWished));
    assert!(open(&titled("😀🎉 ❤️")).is_empty());
    assert!(open(&DemandContent::default()).is_empty());
    for suggestion in &found {
        assert!(
            !words()
                .label_of(TermKind::Condition, &suggestion.0)
                .ko
                .is_empty()
        );
    }
}

#[test]
fn only_where_none_of_the_kind_is_stated_do_words_count() {
    let mut content = titled("폐암과 심근경색 환자의 CT");
    assert_eq!(
        unconfirmed(&content, TermKind::Condition, words()),
        ["C34", "I21"]
    );
    assert_eq!(
        unconfirmed(&content, TermKind::DataKind, words()),
        ["imaging.ct"]
    );
    // More deliberate words go first.
    content.conditions_text = Text::new(Some("위암"), None);
    assert_eq!(unconfirmed(&content, TermKind::Condition, words()), ["C16"]);
    content.conditions = vec!["J44".parse().unwrap()];
    assert!(unconfirmed(&content, TermKind::Condition, words()).is_empty());
    let codes: Vec<_> = open(&content).into_iter().map(|s| (s.0, s.3)).collect();
    assert!(codes.contains(&("C34".into(), false)) && codes.contains(&("imaging.ct".into(), true)));
}

#[test]
fn answers_state_dismiss_and_stay() {
    let mut content = titled("폐암과 심근경색 환자의 CT");
    answer(
        &mut content,
        &[condition("C34"), kind("imaging.ct")],
        &[],
        words(),
    )
    .unwrap();
    assert_eq!(content.conditions[0].as_str(), "C34");
    assert_eq!(content.data_kinds_required[0].code(), "imaging.ct");
    // An answer to one leaves the other open, which counts on.
    assert_eq!(unconfirmed(&content, TermKind::Condition, words()), ["I21"]);
    answer(&mut content, &[], &[condition("I21")], words()).unwrap();
    assert!(
        unconfirmed(&content, TermKind::Condition, words()).is_empty() && open(&content).is_empty()
    );
    let before = content.clone();
    answer(
        &mut content,
        &[condition("C34")],
        &[condition("I21")],
        words(),
    )
    .unwrap();
    assert_eq!(content, before, "the same answers again change nothing");
    // What was dismissed can still be confirmed.
    answer(&mut content, &[condition("I21")], &[], words()).unwrap();
    assert!(content.code_answers.dismissed.is_empty() && content.conditions.len() == 2);
    content.check(words()).unwrap();
    let json = serde_json::to_string(&content).unwrap();
    assert_eq!(
        serde_json::from_str::<DemandContent>(&json).unwrap(),
        content
    );
    assert!(
        !serde_json::to_string(&titled("x"))
            .unwrap()
            .contains("answers")
    );
}

#[test]
fn a_wrong_answer_is_told_by_its_place_and_changes_nothing() {
    let mut content = titled("폐암 환자의 CT");
    content.conditions = vec!["C34".parse().unwrap()];
    let before = content.clone();
    let problems = answer(
        &mut content,
        &[
            kind("imaging.ct"),
            kind("imaging.nothing"),
            condition("I21"),
        ],
        &[kind("imaging.ct"), condition("C34")],
        words(),
    )
    .unwrap_err();
    let told: Vec<_> = problems
        .iter()
        .map(|p| (p.path.join("."), p.code))
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|(path, code)| (path.as_str(), *code))
        .collect();
    assert_eq!(
        told,
        [
            ("confirm.1.code", Code::UnknownCode),
            ("confirm.2.code", Code::Invalid),
            ("dismiss.0.code", Code::Duplicate),
            ("dismiss.1.code", Code::WrongState),
        ]
    );
    assert_eq!(content, before);
}

#[test]
fn every_kind_of_code_has_its_place() {
    let mut offer = OfferContent {
        title: Text::new(None, Some("Lung cancer chest CT in OMOP CDM")),
        summary: Text::new(
            None,
            Some("Remote access, no export. Ethics approval required, time limit on use."),
        ),
        keywords: vec!["ECG".into()],
        ..OfferContent::default()
    };
    let found = suggest(&offer, words());
    let codes: Vec<TermCode> = found.iter().map(|s| s.code.clone()).collect();
    // A time limit needs its months, which words do not give.
    assert!(
        !codes.contains(&code(TermKind::UseCondition, "TS")),
        "{codes:?}"
    );
    assert!(!codes.contains(&code(TermKind::AccessMode, "export")));
    answer(&mut offer, &codes, &[], words()).unwrap();
    offer.check(words()).unwrap();
    let stated = |kind| offer.stated(kind);
    assert_eq!(stated(TermKind::Condition), ["C34"]);
    assert!(stated(TermKind::DataKind).contains(&"biosignal.ecg".to_owned()));
    assert_eq!(stated(TermKind::Standard), ["OMOP_CDM"]);
    assert_eq!(stated(TermKind::AccessMode), ["closed_remote"]);
    let mut uses = stated(TermKind::UseCondition);
    uses.sort();
    assert_eq!(uses, ["IRB", "x-no-export"]);
    assert!(open(&offer).is_empty(), "{:?}", open(&offer));
}

#[test]
fn a_record_that_comes_in_again_keeps_its_answers() {
    let source = titled("폐암과 심근경색 환자의 CT");
    let mut kept = source.clone();
    answer(&mut kept, &[condition("C34")], &[condition("I21")], words()).unwrap();
    let mut again = source.clone();
    keep_answers(&kept, &mut again, words());
    assert_eq!(again, kept);
    // New words: what they no longer say is no longer stated.
    let mut other = titled("위암 환자의 CT");
    keep_answers(&kept, &mut other, words());
    assert!(other.conditions.is_empty() && other.code_answers.dismissed.len() == 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_are_read_and_every_suggestion_can_be_answered(
        parts in prop::collection::vec(prop::sample::select(vec![
            "폐암", "제외", "없는", "CT", ",", ".", "(", "excluding", "lung cancer", "but", "심근경색", "비", "non-", "ㅇ", "\u{1111}\u{1168}", "😀", "환자", "and", "당뇨가", "IRB", "반출 불가", "\n", ": ",
        ]), 0..12),
        noise in "\\PC{0,20}",
        spaced in any::<bool>(),
    ) {
        let text = format!("{}{noise}", parts.join(if spaced { " " } else { "" }));
        let mut content = OfferContent { title: Text::new(Some(&text), Some(&noise)), ..OfferContent::default() };
        let found = suggest(&content, words());
        for suggestion in &found {
            prop_assert_eq!(suggestion.state, SuggestionState::Suggested);
            prop_assert_eq!(suggestion.field, TextField::Title);
        }
        let codes: Vec<TermCode> = found.into_iter().map(|s| s.code).collect();
        let (confirm, dismiss) = codes.split_at(codes.len() / 2);
        prop_assert!(answer(&mut content, confirm, dismiss, words()).is_ok());
        prop_assert!(suggest(&content, words()).iter().all(|s| s.state != SuggestionState::Suggested));
    }
}
