//! What holds for every score.

use super::index::{Dice, random_demand, random_offer};
use super::*;
use crate::matching::criteria::Assessment;
use crate::matching::score::{Side, join};
use proptest::prelude::*;

fn assessment() -> impl Strategy<Value = Assessment> {
    (any::<bool>(), 0.0..=1.0_f64, 0.0..=1.0_f64, any::<bool>()).prop_map(
        |(asked, value, known, must)| {
            let plain = Assessment {
                asked,
                value,
                known,
                must: None,
                unconfirmed: 0.0,
            };
            if must { plain.as_must() } else { plain }
        },
    )
}

fn rows() -> impl Strategy<Value = Vec<(f64, Assessment)>> {
    prop::collection::vec((0.0..=5.0_f64, assessment()), 1..9)
}

fn side(rows: &[(f64, Assessment)]) -> f64 {
    Side::of(rows.iter().copied()).map_or(0.0, |side| side.score)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn improving_one_criterion_never_lowers_the_score(rows in rows(), at in any::<prop::sample::Index>(), by in 0.0..=1.0_f64, other in prop::option::of(0.0..=1.0_f64)) {
        let mut better = rows.clone();
        let row: &mut Assessment = &mut better[at.index(rows.len())].1;
        row.value = (row.value + by).min(1.0);
        if row.must.is_some() {
            *row = row.as_must();
        }
        prop_assert!(side(&better) >= side(&rows));
        prop_assert!(join(side(&better), other) >= join(side(&rows), other) - 1e-15);
    }

    #[test]
    fn a_missing_fact_is_never_free_and_never_fatal(rows in rows(), at in any::<prop::sample::Index>()) {
        let with = |assessment: Assessment| {
            let mut rows = rows.clone();
            let place = at.index(rows.len());
            rows[place] = (1.0, assessment);
            Side::of(rows.iter().copied()).unwrap()
        };
        let unknown = with(Assessment::UNKNOWN);
        let (worst, best) = (with(Assessment::known(0.0)), with(Assessment::known(1.0)));
        prop_assert!(worst.uncapped < unknown.uncapped && unknown.uncapped < best.uncapped);
        prop_assert!(worst.score <= unknown.score && unknown.score <= best.score);
        prop_assert!(unknown.lowest <= unknown.uncapped && unknown.uncapped <= unknown.highest + 1e-12);
        prop_assert!(!Assessment::UNKNOWN.as_must().failed());
    }

    #[test]
    fn contributions_sum_to_the_side_score(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let (demand, offer) = (random_demand(&mut dice, 1), random_offer(&mut dice, 1));
        let found = scored(&demand, &offer);
        let sides = std::iter::once(&found.explanation.demander).chain(&found.explanation.hospital);
        for side in sides {
            let sum: f64 = side.contributions.iter().map(|row| row.points).sum();
            let taken = side.cap.as_ref().map_or(0.0, |cap| cap.points);
            prop_assert!((sum + taken - side.points).abs() < 1e-6, "{side:?}");
            prop_assert!(side.lowest <= side.highest && side.points <= side.highest + 1e-6);
            // What could be gained by stating more is what lies between.
            let gain: f64 = found.explanation.missing.iter()
                .filter(|fact| side.contributions.iter().any(|row| row.criterion == fact.criterion))
                .map(|fact| fact.up_to_points).sum();
            let uncapped: f64 = side.points - taken;
            prop_assert!((uncapped + gain - side.highest).abs() < 1e-6, "{gain} {side:?}");
        }
        let sides = (found.explanation.demander.points, found.explanation.hospital.as_ref().map(|h| h.points));
        prop_assert!((join(sides.0, sides.1) - found.explanation.points).abs() < 1e-6);
        prop_assert!((f64::from(found.score) / 100.0 - found.explanation.points).abs() <= 0.005 + 1e-9);
        let json = serde_json::to_string(&found).unwrap();
        prop_assert_eq!(serde_json::from_str::<Match>(&json).unwrap(), found);
    }

    #[test]
    fn an_offer_that_has_more_of_what_is_wanted_never_scores_less(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let (demand, offer) = (random_demand(&mut dice, 1), random_offer(&mut dice, 1));
        let before = scored(&demand, &offer).score;
        let mut content = offer.content.clone();
        if !content.data_kinds.is_empty() {
            content.data_kinds.extend(&demand.content.data_kinds_required);
        }
        if !content.standards.is_empty() {
            content.standards.extend(&demand.content.standards);
        }
        if !content.linkable_to.is_empty() {
            content.linkable_to.extend(&demand.content.linkage);
        }
        if !content.access_modes.is_empty() && demand.content.budget.is_some() {
            content.cost.model = Some(crate::catalogue::CostModel::Free);
        }
        for count in &mut content.counts {
            count.count *= 3;
        }
        prop_assert!(scored(&demand, &offer_of(1, content)).score >= before);
    }
}

#[test]
fn the_harmonic_mean_needs_both_sides() {
    assert!((join(0.8, None) - 0.8).abs() < 1e-12);
    assert!((join(0.9, Some(0.3)) - 0.45).abs() < 1e-12);
    assert!(join(0.0, Some(0.0)).abs() < 1e-12 && join(1.0, Some(0.0)).abs() < 1e-12);
}

#[test]
fn weights_are_checked_and_their_version_is_stored() {
    assert!(Weights::default().check().is_ok());
    let bad = Weights {
        disease: -1.0,
        text: f64::NAN,
        ..Weights::default()
    };
    assert_eq!(bad.check().unwrap_err().len(), 2);
    let weights = Weights {
        version: 7,
        ..Weights::default()
    };
    let (demand, offer) = (demand(|_| {}), offer(|_| {}));
    let found = score(
        &demand,
        &offer,
        &weights,
        &TextModel::default(),
        Terminology::standard(),
        today(),
    )
    .unwrap();
    assert_eq!(found.scorer_version, "5.w7.t0");
}
