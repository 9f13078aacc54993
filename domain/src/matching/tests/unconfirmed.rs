//! Codes that are not confirmed count less and say so.

use super::index::{Dice, random_demand, random_offer};
use super::*;
use crate::catalogue::{CountBasis, CountObservation};
use crate::matching::criteria::UNCONFIRMED;
use crate::suggested_code::{Coded, SuggestionState, TermCode, answer, suggest};
use proptest::prelude::*;

fn contribution(found: &Match, criterion: Criterion) -> &Contribution {
    let rows = &found.explanation.demander.contributions;
    rows.iter().find(|row| row.criterion == criterion).unwrap()
}

fn said(title: &str) -> DemandSubject {
    demand(|d| d.title = Text::new(Some(title), None))
}

fn coded_offer() -> OfferSubject {
    offer(|o| {
        o.title = Text::new(Some("코호트"), None);
        o.conditions = codes(&["C34"]);
        o.data_kinds = kinds(&["imaging.ct"]);
    })
}

#[test]
fn an_unconfirmed_code_counts_less_says_so_and_what_confirming_gains() {
    let said = said("폐암 환자의 흉부 CT");
    let found = scored(&said, &coded_offer());
    for criterion in [Criterion::Disease, Criterion::DataKinds] {
        let row = contribution(&found, criterion);
        assert_eq!(row.value, Some(UNCONFIRMED));
        assert!(
            row.sentence.ko.contains("확인되지 않아") && row.sentence.en.contains("unconfirmed")
        );
        let json = serde_json::to_string(&row.evidence).unwrap();
        assert!(json.contains("\"from_text\":true"), "{json}");
    }
    let gain: f64 = found
        .explanation
        .missing
        .iter()
        .map(|fact| {
            assert_eq!(fact.whose, Whose::Demander);
            assert!(fact.sentence.en.contains("confirms") && fact.sentence.ko.contains("확인하면"));
            fact.up_to_points
        })
        .sum();
    let mut content = said.content.clone();
    let every: Vec<TermCode> = suggest(&content, Terminology::standard())
        .into_iter()
        .map(|s| s.code)
        .collect();
    answer(&mut content, &every, &[], Terminology::standard()).unwrap();
    let confirmed = scored(&demand_of(1, content), &coded_offer());
    assert!((confirmed.explanation.points - found.explanation.points - gain).abs() < 1e-6);
    let told = serde_json::to_string(&confirmed).unwrap();
    assert!(!told.contains("unconfirmed") && !told.contains("\"from_text\":true"));
    assert_eq!(
        confirmed.demander_side,
        found
            .explanation
            .demander
            .highest
            .mul_add(100.0, 0.0)
            .round() as i32
    );
}

#[test]
fn both_sides_unconfirmed_count_less_still() {
    let offer = offer(|o| o.keywords = vec!["폐암".into(), "흉부 CT".into()]);
    let found = scored(&said("폐암 환자의 흉부 CT"), &offer);
    let value = contribution(&found, Criterion::Disease).value.unwrap();
    assert!((value - UNCONFIRMED * UNCONFIRMED).abs() < 1e-9);
    let whose: Vec<Whose> = found
        .explanation
        .missing
        .iter()
        .map(|fact| fact.whose)
        .collect();
    assert!(whose.contains(&Whose::Demander) && whose.contains(&Whose::Hospital));
}

#[test]
fn the_discount_alone_fails_no_must_have() {
    // One level broader, unconfirmed on both sides: .7 · .64 is below one half, and passes as it would if confirmed.
    let demand = demand(|d| d.title = Text::new(Some("폐암 (KCD C34.1)"), None));
    let wanted = DemandSubject::unconfirmed_conditions(&demand).to_vec();
    assert!(!wanted.is_empty());
    let broad = offer(|o| o.keywords = vec!["ICD C34".into()]);
    let narrow = demand_of(
        2,
        DemandContent {
            conditions_text: Text::new(Some("KCD C34.1"), None),
            ..DemandContent::default()
        },
    );
    assert_eq!(narrow.conditions(), codes(&["C34.1"]));
    let found = scored(&narrow, &broad);
    let row = contribution(&found, Criterion::Disease);
    assert!(
        row.value.unwrap() < 0.5
            && !row.must_have_failed
            && found.explanation.demander.cap.is_none()
    );
    // Another disease fails as it would if confirmed.
    let other = scored(&said("폐암"), &offer(|o| o.conditions = codes(&["I21"])));
    assert!(contribution(&other, Criterion::Disease).must_have_failed);
}

#[test]
fn what_is_excluded_or_dismissed_does_not_count() {
    let terminology = Terminology::standard();
    let excluded = said("심근경색 환자 중 폐암 제외");
    assert_eq!(excluded.conditions(), codes(&["I21"]));
    let mut content = said("폐암 환자의 흉부 CT").content;
    let lung = TermCode {
        kind: crate::terminology::TermKind::Condition,
        code: "C34".to_owned(),
    };
    answer(&mut content, &[], &[lung], terminology).unwrap();
    let dismissed = demand_of(1, content);
    assert!(dismissed.conditions().is_empty());
    assert_eq!(
        contribution(&scored(&dismissed, &coded_offer()), Criterion::Disease).state,
        CriterionState::NotAsked
    );
}

const TITLES: &[&str] = &[
    "폐암과 심근경색 환자의 CT와 MRI",
    "COPD 환자 심전도",
    "Lung cancer chest CT",
    "암 환자의 영상",
    "유방암 제외 폐암",
    "MRI",
    "",
];

fn some<T: Clone>(dice: u64, all: &[T]) -> Vec<T> {
    all.iter()
        .enumerate()
        .filter(|(i, _)| dice >> i & 1 == 1)
        .map(|(_, one)| one.clone())
        .collect()
}

/// Confirms some of the codes that count.
fn confirm<C: Coded + Clone>(content: &C, dice: u64) -> C {
    let terminology = Terminology::standard();
    let counting: Vec<TermCode> = suggest(content, terminology)
        .into_iter()
        .filter(|s| s.counts && s.state == SuggestionState::Suggested)
        .map(|s| s.code)
        .collect();
    let mut confirmed = content.clone();
    answer(&mut confirmed, &some(dice, &counting), &[], terminology).unwrap();
    confirmed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn to_confirm_codes_that_count_never_lowers_a_score(
        seed in any::<u64>(), wanted in any::<prop::sample::Index>(), held in any::<prop::sample::Index>(),
        clear in 0..16_u8, first in any::<u64>(), second in any::<u64>(),
    ) {
        let mut dice = Dice(seed);
        let (mut demand, mut offer) = (random_demand(&mut dice, 1).content, random_offer(&mut dice, 1).content);
        demand.title = Text::new(Some(TITLES[wanted.index(TITLES.len())]), None);
        offer.title = Text::new(Some(TITLES[held.index(TITLES.len())]), None);
        if clear & 1 != 0 { demand.conditions.clear(); }
        if clear & 2 != 0 {
            demand.data_kinds_required.clear();
            demand.data_kinds_any_of.clear();
            demand.data_kinds_wished.clear();
        }
        if clear & 4 != 0 { offer.conditions.clear(); offer.counts.clear(); }
        if clear & 8 != 0 { offer.data_kinds.clear(); }
        let mut before = scored(&demand_of(1, demand.clone()), &offer_of(1, offer.clone()));
        let mut gain = before.explanation.demander.highest;
        for (d, o) in [(first, 0), (0, first), (second, second), (u64::MAX, u64::MAX)] {
            demand = confirm(&demand, d);
            offer = confirm(&offer, o);
            let after = scored(&demand_of(1, demand.clone()), &offer_of(1, offer.clone()));
            prop_assert!(after.score >= before.score && after.uncapped >= before.uncapped, "{before:#?} {after:#?}");
            prop_assert!(after.explanation.demander.highest <= gain + 1e-6);
            gain = after.explanation.demander.highest;
            before = after;
        }
    }
}

#[test]
fn a_counted_condition_is_a_stated_one() {
    let counted = offer(|o| {
        o.title = Text::new(Some("폐암과 심근경색"), None);
        o.counts = vec![CountObservation {
            code: "C34".parse().unwrap(),
            count: 40,
            as_of: "2026-01".parse().unwrap(),
            basis: CountBasis::Measured,
        }];
    });
    assert_eq!(counted.conditions(), codes(&["C34"]));
    assert!(counted.unconfirmed_conditions().is_empty());
}
