#![allow(clippy::unwrap_used)]

use super::*;
use crate::catalogue::{DataKind, Offer, OfferContent, OfferState, Period, Population};
use crate::demand::{Demand, DemandContent, DemandState};
use crate::id::{DemandId, OfferId, OrganisationId};
use crate::organisation::{OrganisationKind, Profile};
use crate::terminology::Terminology;
use crate::text::Text;
use crate::use_conditions::{Decision, Modifier, Permission, UsePolicy};
use chrono::NaiveDate;
use proptest::prelude::*;
use uuid::Uuid;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 15).unwrap()
}

fn profile(kind: OrganisationKind) -> Profile {
    Profile {
        kind,
        name: Text::new(Some("가나"), None),
        region: None,
        country: crate::catalogue::Country::korea(),
        firm_size: None,
        legal_form: Some(crate::organisation::LegalForm::ForProfit),
        foreign_parent: Some(false),
        tier: None,
        beds: None,
        designated: false,
    }
}

fn demand(n: u128, content: DemandContent) -> DemandSubject {
    let demand = Demand {
        id: DemandId(Uuid::from_u128(n)),
        organisation: OrganisationId(Uuid::from_u128(1)),
        state: DemandState::Open,
        version: 1,
        content,
        source_ref: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
        updated_at: chrono::DateTime::UNIX_EPOCH,
    };
    DemandSubject::new(
        &demand,
        &profile(OrganisationKind::Company),
        Terminology::standard(),
    )
}

fn offer(n: u128, content: OfferContent) -> OfferSubject {
    let offer = Offer {
        id: OfferId(Uuid::from_u128(n)),
        organisation: OrganisationId(Uuid::from_u128(2)),
        state: OfferState::Listed,
        version: 1,
        content,
        source_ref: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
        updated_at: chrono::DateTime::UNIX_EPOCH,
    };
    OfferSubject::new(
        &offer,
        &profile(OrganisationKind::Hospital),
        Terminology::standard(),
    )
}

fn kinds(codes: &[&str]) -> Vec<DataKind> {
    codes
        .iter()
        .map(|code| DataKind::from_code(code).unwrap())
        .collect()
}

fn lung_demand() -> DemandContent {
    DemandContent {
        title: Text::new(Some("폐암 CT"), Some("Lung cancer CT")),
        conditions: vec!["C34".parse().unwrap()],
        data_kinds_required: kinds(&["imaging.ct"]),
        subjects_min: Some(1_000),
        period: Period {
            start: "2018-01".parse().ok(),
            end: "2023-12".parse().ok(),
        },
        commercial: Some(true),
        ..DemandContent::default()
    }
}

fn lung_offer() -> OfferContent {
    OfferContent {
        title: Text::new(Some("폐암 흉부 CT 코호트"), None),
        conditions: vec!["C34".parse().unwrap()],
        data_kinds: kinds(&["imaging.ct"]),
        population: Population {
            size: Some(2_000),
            ..Population::default()
        },
        period: Period {
            start: "2015-01".parse().ok(),
            end: "2025-12".parse().ok(),
        },
        ..OfferContent::default()
    }
}

fn score_of(demand: &DemandSubject, offer: &OfferSubject) -> Match {
    score(
        demand,
        offer,
        &Weights::default(),
        Terminology::standard(),
        today(),
    )
}

fn value(scored: &Match, criterion: Criterion) -> Option<f64> {
    let parts = &scored.explanation.demander.contributions;
    parts
        .iter()
        .find(|part| part.criterion == criterion)
        .and_then(|part| part.value)
}

#[test]
fn the_topic_runs_from_broad_demands_to_narrow_offers() {
    let cancer = DemandContent {
        conditions: vec!["C00-C97".parse().unwrap()],
        ..lung_demand()
    };
    let narrow = score_of(&demand(1, cancer.clone()), &offer(2, lung_offer()));
    assert_eq!(value(&narrow, Criterion::Disease), Some(1.0));
    let general = OfferContent {
        conditions: cancer.conditions,
        ..lung_offer()
    };
    let broad = score_of(&demand(1, lung_demand()), &offer(2, general));
    let credit = value(&broad, Criterion::Disease).unwrap();
    assert!(credit > 0.0 && credit < 1.0, "{credit}");
    let other = OfferContent {
        conditions: vec!["I50".parse().unwrap()],
        ..lung_offer()
    };
    assert_eq!(
        value(
            &score_of(&demand(1, lung_demand()), &offer(2, other)),
            Criterion::Disease
        ),
        Some(0.0)
    );
}

#[test]
fn a_missing_must_have_caps_the_side() {
    let reports = OfferContent {
        data_kinds: kinds(&["text.radiology_report"]),
        ..lung_offer()
    };
    let scored = score_of(&demand(1, lung_demand()), &offer(2, reports));
    assert_eq!(scored.demander_side, 4_900);
    assert!(!scored.is_relevant());
}

#[test]
fn a_missing_fact_is_neither_free_nor_fatal() {
    let known = score_of(&demand(1, lung_demand()), &offer(2, lung_offer()));
    let silent = OfferContent {
        population: Population::default(),
        period: Period::default(),
        ..lung_offer()
    };
    let unknown = score_of(&demand(1, lung_demand()), &offer(2, silent));
    let nothing = OfferContent {
        population: Population {
            size: Some(1),
            ..Population::default()
        },
        period: Period {
            start: "1990-01".parse().ok(),
            end: "1991-01".parse().ok(),
        },
        ..lung_offer()
    };
    let bad = score_of(&demand(1, lung_demand()), &offer(2, nothing));
    assert!(known.score > unknown.score && unknown.score > bad.score);
    let gains: f64 = unknown
        .explanation
        .demander
        .contributions
        .iter()
        .map(|part| part.could_gain)
        .sum();
    assert!(gains > 0.0);
}

#[test]
fn the_gate_stands_beside_the_score_and_names_what_would_open_it() {
    let policy = UsePolicy {
        permission: Some(Permission::Hmb),
        modifiers: vec![Modifier::Ncu],
        ..UsePolicy::default()
    };
    let closed = OfferContent {
        use_policies: vec![policy],
        ..lung_offer()
    };
    let asker = DemandContent {
        duo_purpose: Some(crate::demand::DuoPurpose::Ds),
        ..lung_demand()
    };
    let scored = score_of(&demand(1, asker), &offer(2, closed));
    assert_eq!(scored.decision, Decision::Deny);
    assert!(scored.score > 5_000 && scored.is_relevant());
    assert!(scored.explanation.gate.near_miss.is_some());
    let unstated = score_of(&demand(1, lung_demand()), &offer(2, lung_offer()));
    assert_eq!(unstated.decision, Decision::Ask);
    assert!(unstated.rank_key() > scored.rank_key());
}

#[test]
fn an_excluded_hospital_never_meets_the_demand() {
    let mut index = MatchIndex::new(Terminology::standard(), Weights::default());
    index.upsert_offer(offer(2, lung_offer()));
    index.upsert_demand(demand(1, lung_demand()));
    assert_eq!(
        index
            .matches_of_demand(DemandId(Uuid::from_u128(1)), today())
            .len(),
        1
    );
    let excluded = vec![OrganisationId(Uuid::from_u128(2))];
    index.upsert_demand(demand(
        1,
        DemandContent {
            excluded_organisations: excluded,
            ..lung_demand()
        },
    ));
    assert!(
        index
            .matches_of_demand(DemandId(Uuid::from_u128(1)), today())
            .is_empty()
    );
    assert!(
        index
            .matches_of_offer(OfferId(Uuid::from_u128(2)), today())
            .is_empty()
    );
}

fn any_offer() -> impl Strategy<Value = OfferContent> {
    let codes = proptest::sample::subsequence(vec!["C34", "C34.1", "C50", "I50", "C00-C97"], 0..4);
    let kinds_of = proptest::sample::subsequence(
        vec!["imaging.ct", "imaging", "omics.wgs", "text.nursing_note"],
        0..4,
    );
    (
        codes,
        kinds_of,
        proptest::option::of(0..10_000_i64),
        proptest::option::of(2000..2024_i32),
    )
        .prop_map(|(codes, offered, size, from)| OfferContent {
            title: Text::new(Some("폐암 자료"), None),
            conditions: codes.iter().map(|code| code.parse().unwrap()).collect(),
            data_kinds: kinds(&offered),
            population: Population {
                size,
                ..Population::default()
            },
            period: Period {
                start: from.and_then(|y| crate::time::Month::new(y, 1)),
                end: None,
            },
            ..OfferContent::default()
        })
}

fn any_demand() -> impl Strategy<Value = DemandContent> {
    let codes = proptest::sample::subsequence(vec!["C34", "C50", "C00-C97"], 0..3);
    let wanted =
        proptest::sample::subsequence(vec!["imaging.ct", "omics", "text.nursing_note"], 0..3);
    (codes, wanted, proptest::option::of(1..5_000_i64)).prop_map(|(codes, wanted, subjects_min)| {
        DemandContent {
            title: Text::new(Some("폐암 연구"), None),
            conditions: codes.iter().map(|code| code.parse().unwrap()).collect(),
            data_kinds_required: kinds(&wanted),
            subjects_min,
            period: Period {
                start: "2015-01".parse().ok(),
                end: None,
            },
            ..DemandContent::default()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn contributions_sum_to_the_side(d in any_demand(), o in any_offer()) {
        let scored = score_of(&demand(1, d), &offer(2, o));
        let side = &scored.explanation.demander;
        let sum: f64 = side.contributions.iter().map(|part| part.points).sum();
        prop_assert!((sum - side.points).abs() < 1e-6);
        prop_assert!((0..=10_000).contains(&scored.score));
    }

    #[test]
    fn more_subjects_never_lower_the_score(d in any_demand(), o in any_offer(), more in 1..5_000_i64) {
        let bigger = OfferContent {
            population: Population { size: o.population.size.map(|size| size + more), ..o.population.clone() },
            ..o.clone()
        };
        let demand = demand(1, d);
        prop_assert!(score_of(&demand, &offer(2, bigger)).score >= score_of(&demand, &offer(2, o)).score);
    }

    #[test]
    fn either_direction_and_any_order_give_the_same(
        demands in proptest::collection::vec(any_demand(), 1..6),
        offers in proptest::collection::vec(any_offer(), 1..6),
    ) {
        let demands: Vec<_> = (100..).zip(demands).map(|(n, content)| demand(n, content)).collect();
        let offers: Vec<_> = (200..).zip(offers).map(|(n, content)| offer(n, content)).collect();
        let mut one = MatchIndex::new(Terminology::standard(), Weights::default());
        demands.iter().for_each(|d| one.upsert_demand(d.clone()));
        offers.iter().for_each(|o| one.upsert_offer(o.clone()));
        let mut two = MatchIndex::new(Terminology::standard(), Weights::default());
        for o in offers.iter().rev() {
            two.upsert_offer(o.clone());
            two.remove_offer(o.id);
            two.upsert_offer(o.clone());
        }
        demands.iter().rev().for_each(|d| two.upsert_demand(d.clone()));
        let mut forward: Vec<Match> =
            demands.iter().flat_map(|d| one.matches_of_demand(d.id, today())).collect();
        let mut backward: Vec<Match> = offers.iter().flat_map(|o| two.matches_of_offer(o.id, today())).collect();
        forward.sort_by_key(|m| (m.demand, m.offer));
        backward.sort_by_key(|m| (m.demand, m.offer));
        prop_assert_eq!(forward, backward);
    }
}
