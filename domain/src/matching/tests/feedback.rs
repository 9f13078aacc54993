//! Learning from decisions that were drawn from known weights.

use super::*;
use crate::matching::feedback::{
    Decision, LEAST_DECISIONS, NotReady, PROBABILITY_FROM, evidence, learn, propensity,
};

/// `SplitMix64`: the same draws everywhere.
struct Draw(u64);

impl Draw {
    #[allow(clippy::cast_precision_loss)]
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Values of the demander's criteria.
fn criteria(values: &[f64]) -> Criteria {
    let rows: Vec<_> = Criterion::DEMANDER
        .iter()
        .zip(values)
        .map(|(criterion, value)| {
            serde_json::json!({ "criterion": criterion, "state": "known", "value": value, "known": 1.0, "must_have_failed": false })
        })
        .collect();
    serde_json::from_value(
        serde_json::json!({ "demander": { "contributions": rows }, "hospital": null }),
    )
    .unwrap()
}

fn chance(values: &[f64], weights: &Weights) -> f64 {
    let z: f64 = Criterion::DEMANDER
        .iter()
        .zip(values)
        .map(|(c, v)| weights.of(*c) * (v - 0.5))
        .sum();
    1.0 / (1.0 + (-z).exp())
}

fn organisation(n: usize) -> OrganisationId {
    OrganisationId(Uuid::from_u128(u128::try_from(n).unwrap()))
}

/// `n` decisions of `organisations` in turn, by weights.
fn drawn(seed: u64, n: usize, organisations: usize, truth: &Weights) -> Vec<Decision> {
    let mut draw = Draw(seed);
    (0..n)
        .map(|i| {
            let values: Vec<f64> = (0..8).map(|_| draw.unit()).collect();
            Decision {
                by: organisation(i % organisations),
                accepted: draw.unit() < chance(&values, truth),
                propensity: 1.0,
                criteria: criteria(&values),
            }
        })
        .collect()
}

fn taste() -> Weights {
    Weights {
        disease: 1.7,
        data_kinds: 3.6,
        ..Weights::default()
    }
}

#[test]
fn true_weights_are_recovered_in_direction_and_forecast_better() {
    let organiser = Weights::default();
    let decisions = drawn(1, 1_000, 20, &taste());
    let learnt = learn(&decisions, &organiser, &organiser).unwrap();
    assert!(learnt.weights.disease < 2.5, "{learnt:?}");
    assert!(learnt.weights.data_kinds > 2.5, "{learnt:?}");
    assert!(learnt.is_better(), "{learnt:?}");
    assert_eq!(learnt.decisions, 1_000);
    for (criterion, deviation) in &learnt.uncertainty {
        let (was, now) = (organiser.of(*criterion), learnt.weights.of(*criterion));
        assert!(
            now >= was / 2.0 - 1e-9 && now <= was * 2.0 + 1e-9,
            "{criterion:?}"
        );
        // Never surer than nothing, never less sure than the prior.
        assert!(
            *deviation > 0.0 && *deviation <= was / 2.0 + 1e-9,
            "{criterion:?} {deviation}"
        );
    }
    assert_eq!(
        learn(&decisions, &organiser, &organiser).unwrap(),
        learnt,
        "the same bits"
    );
}

#[test]
fn decisions_that_follow_the_organiser_move_nothing_much() {
    let organiser = Weights::default();
    let learnt = learn(&drawn(2, 1_000, 20, &organiser), &organiser, &organiser).unwrap();
    for (criterion, deviation) in &learnt.uncertainty {
        let moved = (learnt.weights.of(*criterion) - organiser.of(*criterion)).abs();
        assert!(
            moved <= 3.0 * deviation,
            "{criterion:?} moved by {moved}, deviation {deviation}"
        );
    }
    assert!(
        learnt.log_loss > learnt.baseline_log_loss - 0.01,
        "{learnt:?}"
    );
}

#[test]
fn too_little_to_learn_from_is_said() {
    let organiser = Weights::default();
    let refused = |decisions: &[Decision]| learn(decisions, &organiser, &organiser).unwrap_err();
    let few = drawn(3, LEAST_DECISIONS - 1, 10, &taste());
    assert_eq!(refused(&few), NotReady::TooFewDecisions(29));
    assert!(
        refused(&few).message().en.contains("30") && refused(&few).message().ko.contains("29건")
    );
    assert_eq!(
        refused(&drawn(3, 100, 4, &taste())),
        NotReady::TooFewOrganisations(4)
    );
    let mut pleased = drawn(3, 100, 10, &taste());
    pleased
        .iter_mut()
        .for_each(|decision| decision.accepted = true);
    assert_eq!(refused(&pleased), NotReady::OneSided);
    assert!(
        learn(
            &drawn(3, LEAST_DECISIONS, 10, &taste()),
            &organiser,
            &organiser
        )
        .is_ok()
    );
}

#[test]
fn one_organisation_with_nine_tenths_of_the_decisions_does_not_dominate() {
    let organiser = Weights::default();
    let contrary = Weights {
        disease: 6.0,
        data_kinds: 1.0,
        ..Weights::default()
    };
    // One decides 900 times, nine others 100 times in all and the other way round.
    let loud = drawn(4, 900, 1, &contrary);
    let mut others = drawn(5, 100, 9, &taste());
    others.iter_mut().for_each(|decision| {
        decision.by = OrganisationId(Uuid::from_u128(100 + decision.by.0.as_u128()))
    });
    let mut mixed = Vec::new();
    for (i, decision) in others.iter().enumerate() {
        mixed.extend_from_slice(&loud[9 * i..9 * i + 9]);
        mixed.push(decision.clone());
    }
    let weights = evidence(&mixed);
    let total: f64 = weights.iter().sum();
    let own: f64 = mixed
        .iter()
        .zip(&weights)
        .filter(|(d, _)| d.by == organisation(0))
        .map(|(_, w)| w)
        .sum();
    assert!(own / total <= 0.2 + 1e-9, "{}", own / total);
    let capped = learn(&mixed, &organiser, &organiser).unwrap().weights;
    // The same without a name, as if 1,000 had decided once each.
    let nameless: Vec<Decision> = (0..)
        .zip(&mixed)
        .map(|(i, d)| Decision {
            by: organisation(i),
            ..d.clone()
        })
        .collect();
    let uncapped = learn(&nameless, &organiser, &organiser).unwrap().weights;
    assert!(
        uncapped.disease > 3.5 && uncapped.data_kinds < 1.7,
        "{uncapped:?}"
    );
    assert!(
        capped.disease < uncapped.disease - 0.5,
        "{capped:?} {uncapped:?}"
    );
    assert!(capped.data_kinds > organiser.data_kinds, "{capped:?}");
}

#[test]
fn five_organisations_count_alike_however_unequal() {
    let mut decisions = drawn(6, 300, 5, &taste());
    for (i, decision) in decisions.iter_mut().enumerate() {
        decision.by = organisation(if i < 260 { 0 } else { i % 5 });
    }
    let weights = evidence(&decisions);
    let of = |n| -> f64 {
        decisions
            .iter()
            .zip(&weights)
            .filter(|(d, _)| d.by == organisation(n))
            .map(|(_, w)| w)
            .sum()
    };
    let total: f64 = weights.iter().sum();
    assert!((0..5).all(|n| of(n) / total <= 0.2 + 1e-9));
}

#[test]
fn propensity_corrects_for_the_places_in_which_pairs_stood() {
    // High places hold what suits by disease, where more disease decides nothing any more; low places the others, where
    // it decides all. Seen is a place with the chance 1/rank.
    let mut draw = Draw(7);
    let (mut all, mut seen) = (Vec::new(), Vec::new());
    for i in 0..1_900 {
        let rank = 1 + i % 10;
        let disease = draw.unit();
        let steep = if rank <= 3 { 0.0 } else { 6.0 };
        let values = [disease, draw.unit(), 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
        let z = steep * (disease - 0.5) + 2.0 * (values[1] - 0.5);
        let decision = Decision {
            by: organisation(i % 19),
            accepted: draw.unit() < 1.0 / (1.0 + (-z).exp()),
            propensity: 1.0,
            criteria: criteria(&values),
        };
        if draw.unit() < propensity(rank) {
            let propensity = propensity(rank);
            seen.push(Decision {
                propensity,
                ..decision.clone()
            });
        }
        all.push(decision);
    }
    let uncorrected: Vec<Decision> = seen
        .iter()
        .map(|d| Decision {
            propensity: 1.0,
            ..d.clone()
        })
        .collect();
    let organiser = Weights::default();
    // Only proportions matter to an order: the scale is free.
    let ratio = |decisions: &[Decision]| {
        let weights = learn(decisions, &organiser, &organiser).unwrap().weights;
        weights.disease / weights.data_kinds
    };
    let (truth, corrected, naive) = (ratio(&all), ratio(&seen), ratio(&uncorrected));
    assert!(
        (corrected - truth).abs() < (naive - truth).abs(),
        "{truth} {corrected} {naive}"
    );
    assert!(naive < truth, "{truth} {naive}");
}

#[test]
#[allow(clippy::cast_precision_loss)]
fn a_probability_needs_two_hundred_decisions_and_then_is_one() {
    let organiser = Weights::default();
    let few = learn(
        &drawn(8, PROBABILITY_FROM - 1, 20, &taste()),
        &organiser,
        &organiser,
    )
    .unwrap();
    assert_eq!(few.calibration, None);
    let decisions = drawn(8, 1_500, 20, &taste());
    let learnt = learn(&decisions, &organiser, &organiser).unwrap();
    let calibration = learnt.calibration.unwrap();
    assert_eq!(calibration.decisions, 1_500);
    // Of those forecast at about the same chance, about as many say yes.
    for bin in 0..5 {
        let (low, high) = (f64::from(bin) / 5.0, f64::from(bin + 1) / 5.0);
        let inside: Vec<(f64, bool)> = decisions
            .iter()
            .map(|d| {
                (
                    calibration.probability(&d.criteria, &learnt.weights),
                    d.accepted,
                )
            })
            .filter(|(p, _)| (low..high).contains(p))
            .collect();
        if inside.len() >= 100 {
            let n = inside.len() as f64;
            let forecast = inside.iter().map(|(p, _)| p).sum::<f64>() / n;
            let happened = inside.iter().filter(|(_, yes)| *yes).count() as f64 / n;
            assert!(
                (forecast - happened).abs() < 0.1,
                "bin {bin}: {forecast} {happened}"
            );
        }
    }
}

#[test]
fn adopted_weights_are_the_ones_to_beat_and_the_prior_stays_the_organisers() {
    let organiser = Weights::default();
    let decisions = drawn(9, 600, 20, &taste());
    let learnt = learn(&decisions, &organiser, &organiser).unwrap();
    let again = learn(&decisions, &organiser, &learnt.weights).unwrap();
    // The same decisions say nothing new: no second step in the same direction.
    assert!(
        (again.weights.data_kinds - learnt.weights.data_kinds).abs() < 0.3,
        "{learnt:?} {again:?}"
    );
    assert!(again.baseline_log_loss < learnt.baseline_log_loss);
    let nothing = Weights {
        standard: 0.0,
        ..organiser
    };
    let learnt = learn(&decisions, &nothing, &nothing).unwrap();
    assert!(
        learnt.weights.standard.abs() < 1e-12,
        "what the organiser leaves out stays out"
    );
}
