//! What a match says, and in what order matches come.

use super::*;
use crate::catalogue::{AccessMode, HospitalPreferences};
use crate::demand::DuoPurpose;
use crate::use_conditions::{Decision, Modifier, Permission, UsePolicy};

fn policy(modifiers: &[Modifier]) -> UsePolicy {
    UsePolicy {
        permission: Some(Permission::Hmb),
        modifiers: modifiers.to_vec(),
        ..UsePolicy::default()
    }
}

fn lung(change: impl FnOnce(&mut DemandContent)) -> DemandSubject {
    demand(|d| {
        d.title = Text::new(Some("폐암 흉부 CT"), Some("Chest CT of lung cancer"));
        d.conditions = codes(&["C34"]);
        d.data_kinds_required = kinds(&["imaging.ct"]);
        d.subjects_min = Some(500);
        d.commercial = Some(true);
        d.duo_purpose = Some(DuoPurpose::Ds);
        d.viewer_countries = vec![Country::korea()];
        d.processing_countries = vec![Country::korea()];
        d.methods_development = Some(false);
        d.ancestry_research = Some(false);
        d.clinical_care = Some(false);
        d.access_modes = vec![AccessMode::Export];
        change(d);
    })
}

fn chest(change: impl FnOnce(&mut OfferContent)) -> OfferSubject {
    offer(|o| {
        o.title = Text::new(Some("폐암 CT 코호트"), None);
        o.conditions = codes(&["C34"]);
        o.data_kinds = kinds(&["imaging.ct"]);
        o.access_modes = vec![AccessMode::Export];
        o.use_policies = vec![policy(&[Modifier::CommercialOk])];
        change(o);
    })
}

#[test]
fn a_missing_fact_names_what_it_could_gain() {
    let without = scored(&lung(|_| {}), &chest(|_| {}));
    let fact = without.explanation.missing.first().unwrap();
    assert_eq!((fact.fact, fact.whose), (Fact::Counts, Whose::Hospital));
    assert!(fact.sentence.ko.contains("최대") && fact.sentence.en.contains("gains up to"));
    let with = scored(&lung(|_| {}), &chest(|o| o.population.size = Some(10_000)));
    let gained = with.explanation.points - without.explanation.points;
    assert!(gained > 0.0 && gained <= fact.up_to_points + 1e-6);
}

#[test]
fn a_failed_must_have_caps_the_side_and_says_so() {
    let found = scored(
        &lung(|_| {}),
        &chest(|o| o.data_kinds = kinds(&["imaging.mri"])),
    );
    assert!(found.score <= 4_900 && found.uncapped >= found.score);
    assert!(!found.is_relevant());
    let cap = scored(
        &lung(|d| d.data_kinds_wished = kinds(&["imaging.mri"])),
        &chest(|o| {
            o.data_kinds = kinds(&["imaging.mri"]);
            o.population.size = Some(900);
        }),
    );
    // What is wished besides does not make it a match.
    assert!(!cap.is_relevant());
    let cap = cap.explanation.demander.cap.unwrap();
    assert_eq!(cap.criteria, [Criterion::DataKinds]);
    assert!(cap.points < 0.0 && cap.sentence.ko.contains("49"));
}

#[test]
fn the_gate_neither_raises_nor_lowers_a_score_but_orders_it() {
    let demand = lung(|_| {});
    let score_of = |modifiers: &[Modifier]| {
        scored(
            &demand,
            &chest(|o| o.use_policies = vec![policy(modifiers)]),
        )
    };
    let (pass, ask, deny) = (
        score_of(&[Modifier::CommercialOk]),
        score_of(&[]),
        score_of(&[Modifier::Ncu]),
    );
    assert_eq!((pass.score, ask.score), (ask.score, deny.score));
    assert_eq!(
        [pass.decision, ask.decision, deny.decision],
        [Decision::Pass, Decision::Ask, Decision::Deny],
        "{}",
        pass.explanation.deciding_rule
    );
    assert!(pass.rank() < ask.rank() && ask.rank() < deny.rank());
    assert!(deny.is_near_miss() && !ask.is_near_miss());
    assert!(deny.explanation.near_miss.is_some() && !deny.explanation.findings.is_empty());
    // A worse offer that is not denied goes before a better one that is.
    let worse = scored(&demand, &chest(|o| o.conditions = codes(&["I21"])));
    assert!(worse.score < deny.score && worse.rank() < deny.rank());
}

#[test]
fn the_hospital_has_a_side_of_its_own() {
    let plain = scored(&lung(|_| {}), &chest(|_| {}));
    assert_eq!(plain.provider_side, None);
    assert_eq!(plain.score, plain.demander_side);
    let partner = |kind| {
        scored(
            &lung(|_| {}),
            &chest(|o| {
                o.preferences = HospitalPreferences {
                    partners: vec![kind],
                    ..HospitalPreferences::default()
                };
            }),
        )
    };
    let liked = partner(OrganisationKind::Company);
    assert_eq!(liked.provider_side, Some(10_000));
    assert!(liked.score > plain.score);
    assert_eq!(partner(OrganisationKind::University).score, 0);
}

#[test]
fn an_excluded_hospital_never_matches() {
    let offer = chest(|_| {});
    let demand = lung(|d| d.excluded_organisations = vec![offer.hospital]);
    assert!(is_excluded(&demand, &offer));
    let none = score(
        &demand,
        &offer,
        &Weights::default(),
        &TextModel::default(),
        Terminology::standard(),
        today(),
    );
    assert_eq!(none, None);
}

#[test]
fn both_languages_tell_every_criterion() {
    let found = scored(&lung(|_| {}), &chest(|_| {}));
    let rows = &found.explanation.demander.contributions;
    assert_eq!(rows.len(), 8);
    for row in rows {
        assert!(
            !row.sentence.ko.is_empty() && !row.sentence.en.is_empty(),
            "{row:?}"
        );
        assert!(
            row.sentence.en.is_ascii() || row.criterion == Criterion::Text,
            "{row:?}"
        );
    }
}
