//! Other weights for a made score, against scoring with them; lists and previews that rest on it.

use super::index::{Dice, random_demand, random_offer};
use super::*;
use crate::id::MatchId;
use crate::matching::suggestion::{Candidate, best_pairs, for_demander, for_provider, preview};
use crate::use_conditions::Decision;
use proptest::prelude::*;

fn weights() -> impl Strategy<Value = Weights> {
    // Zero now and then: such a criterion does not count.
    let weight = prop_oneof![1 => Just(0.0), 6 => 0.01..=5.0_f64];
    prop::collection::vec(weight, Criterion::ALL.len()).prop_map(|list| {
        let mut weights = Weights {
            version: 3,
            ..Weights::default()
        };
        for (criterion, weight) in Criterion::ALL.iter().zip(list) {
            weights.set(*criterion, weight);
        }
        weights
    })
}

fn scored_with(demand: &DemandSubject, offer: &OfferSubject, weights: &Weights) -> Match {
    let (model, terminology) = (TextModel::default(), Terminology::standard());
    score(demand, offer, weights, &model, terminology, today()).unwrap()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

fn same_side(a: &SideExplanation, b: &SideExplanation) -> bool {
    let caps = |side: &SideExplanation| side.cap.as_ref().map_or(0.0, |cap| cap.points);
    near(a.points, b.points)
        && near(a.lowest, b.lowest)
        && near(a.highest, b.highest)
        && near(caps(a), caps(b))
        && a.cap.as_ref().map(|cap| (&cap.criteria, &cap.sentence))
            == b.cap.as_ref().map(|cap| (&cap.criteria, &cap.sentence))
        && a.contributions.len() == b.contributions.len()
        && a.contributions.iter().zip(&b.contributions).all(|(a, b)| {
            near(a.points, b.points)
                && (a.criterion, a.weight, a.must_have_failed, &a.sentence)
                    == (b.criterion, b.weight, b.must_have_failed, &b.sentence)
        })
}

/// Alike but for the last digit of rounded numbers.
fn same(a: &Match, b: &Match) -> bool {
    let (x, y) = (&a.explanation, &b.explanation);
    let missing = |e: &Explanation| {
        let mut facts: Vec<_> = e
            .missing
            .iter()
            .map(|m| (m.criterion, m.fact, m.whose, m.up_to_points))
            .collect();
        facts.sort_by(|a, b| {
            (a.0, a.1, a.2)
                .cmp(&(b.0, b.1, b.2))
                .then(a.3.total_cmp(&b.3))
        });
        facts
    };
    let (missing_x, missing_y) = (missing(x), missing(y));
    near(x.points, y.points)
        && a.score.abs_diff(b.score) <= 1
        && a.uncapped.abs_diff(b.uncapped) <= 1
        && a.demander_side.abs_diff(b.demander_side) <= 1
        && a.provider_side.is_some() == b.provider_side.is_some()
        && a.scorer_version == b.scorer_version
        && same_side(&x.demander, &y.demander)
        && x.hospital.is_some() == y.hospital.is_some()
        && x.hospital
            .iter()
            .zip(&y.hospital)
            .all(|(x, y)| same_side(x, y))
        && missing_x.len() == missing_y.len()
        && missing_x
            .iter()
            .zip(&missing_y)
            .all(|(x, y)| (x.0, x.1, x.2) == (y.0, y.1, y.2) && near(x.3, y.3))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_weights_it_was_made_with_give_the_same_score(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let (demand, offer) = (random_demand(&mut dice, 1), random_offer(&mut dice, 1));
        let found = scored(&demand, &offer);
        let again = reweigh(&found, &Weights::default());
        prop_assert!(same(&again, &found), "{again:#?}\n{found:#?}");
        prop_assert!(near(again.explanation.points, found.explanation.points));
    }

    #[test]
    fn other_weights_give_what_scoring_with_them_gives(seed in any::<u64>(), weights in weights()) {
        let mut dice = Dice(seed);
        let (demand, offer) = (random_demand(&mut dice, 1), random_offer(&mut dice, 1));
        let again = reweigh(&scored(&demand, &offer), &weights);
        let fresh = scored_with(&demand, &offer, &weights);
        prop_assert!(same(&again, &fresh), "{again:#?}\n{fresh:#?}");
        for side in std::iter::once(&again.explanation.demander).chain(&again.explanation.hospital) {
            let sum: f64 = side.contributions.iter().map(|row| row.points).sum();
            prop_assert!(near(sum + side.cap.as_ref().map_or(0.0, |cap| cap.points), side.points));
        }
    }

    #[test]
    fn what_is_kept_of_an_explanation_reads_and_ranks_like_the_whole(seeds in prop::collection::vec(any::<u64>(), 2..6), weights in weights()) {
        let mut all: Vec<Match> = (1..).step_by(5).zip(&seeds).map(|(id, seed)| {
            let mut dice = Dice(*seed);
            reweigh(&scored(&random_demand(&mut dice, 1), &random_offer(&mut dice, id)), &weights)
        }).collect();
        let place = |found: &Match| {
            let whole = serde_json::to_string(&found.explanation).unwrap();
            let read: Criteria = serde_json::from_str(&whole).unwrap();
            assert_eq!(read, Criteria::of(&found.explanation));
            assert_eq!(serde_json::from_str::<Criteria>(&serde_json::to_string(&read).unwrap()).unwrap(), read);
            let scores = read.scores(&weights);
            assert_eq!((scores.score, scores.provider_side), (found.score, found.provider_side));
            scores.place(found.decision, found.demand, found.offer)
        };
        all.sort_by_key(Match::rank);
        prop_assert!(all.windows(2).all(|two| place(&two[0]) < place(&two[1])));
    }
}

/// A pair that is judged by disease and data kinds alone.
fn candidate(n: u128, demander: u128, provider: u128, disease: f64, kinds: f64) -> Candidate {
    let row = |criterion: &str, value: f64| serde_json::json!({ "criterion": criterion, "state": "known", "value": value, "known": 1.0, "must_have_failed": false });
    let criteria = serde_json::json!({
        "demander": { "contributions": [row("disease", disease), row("data_kinds", kinds)] }, "hospital": null,
    });
    Candidate {
        id: MatchId(Uuid::from_u128(n)),
        demand: DemandId(Uuid::from_u128(demander)),
        offer: OfferId(Uuid::from_u128(n)),
        demander: OrganisationId(Uuid::from_u128(demander)),
        provider: OrganisationId(Uuid::from_u128(provider)),
        decision: Decision::Pass,
        criteria: serde_json::from_value(criteria).unwrap(),
    }
}

fn kinds_first() -> Weights {
    Weights {
        disease: 1.0,
        data_kinds: 4.0,
        ..Weights::default()
    }
}

#[test]
fn a_list_has_each_organisation_once_by_its_best_match() {
    let all = [
        candidate(1, 1, 11, 1.0, 0.5),
        candidate(2, 1, 11, 0.5, 1.0),
        candidate(3, 1, 12, 0.6, 0.6),
        candidate(4, 2, 11, 0.9, 0.9),
    ];
    let offers = |weights: &Weights| -> Vec<u128> {
        let pairs = best_pairs(&all, weights);
        pairs
            .iter()
            .map(|(candidate, _)| candidate.offer.0.as_u128())
            .collect()
    };
    assert_eq!(offers(&Weights::default()), [4, 1, 3]);
    assert_eq!(offers(&kinds_first()), [2, 4, 3]);
    let own = OrganisationId(Uuid::from_u128(1));
    let list = for_demander(&all, &kinds_first(), own);
    assert_eq!(
        list.iter()
            .map(|s| (s.rank, s.candidate.offer.0.as_u128()))
            .collect::<Vec<_>>(),
        [(1, 2), (2, 3)]
    );
    let list = for_provider(&all, &kinds_first(), OrganisationId(Uuid::from_u128(11)));
    assert_eq!(
        list.iter()
            .map(|s| s.candidate.demander.0.as_u128())
            .collect::<Vec<_>>(),
        [1, 2]
    );
    assert!(for_demander(&all, &kinds_first(), OrganisationId(Uuid::from_u128(9))).is_empty());
}

#[test]
fn a_preview_tells_old_and_new_ranks_and_counts_swapped_pairs() {
    let all = [
        candidate(1, 1, 11, 1.0, 0.2),
        candidate(2, 1, 12, 0.2, 1.0),
        candidate(3, 1, 13, 0.1, 0.1),
        candidate(4, 2, 11, 0.9, 0.9),
        candidate(5, 2, 12, 0.5, 0.5),
    ];
    let told = preview(&all, &Weights::default(), &kinds_first());
    assert_eq!(
        (told.lists, told.tops_changed, told.pairs, told.swapped),
        (2, 1, 4, 1)
    );
    let [change] = &told.changes[..] else {
        panic!("{told:?}")
    };
    let moved: Vec<_> = change
        .moved
        .iter()
        .map(|m| (m.candidate.offer.0.as_u128(), m.from, m.to))
        .collect();
    assert_eq!(moved, [(2, 2, 1), (1, 1, 2)]);
    assert!(change.moved[0].after.score > change.moved[0].before.score);
    assert!(
        preview(&all, &kinds_first(), &kinds_first())
            .changes
            .is_empty()
    );
}

#[test]
fn a_suggestion_out_of_the_order_of_scores_says_why() {
    // Twelve hospitals, the last two within three points of the one above, for two companies.
    let all: Vec<Candidate> = (0..24_u32)
        .map(|n| {
            let (company, hospital) = (n / 12, n % 12);
            let value = 0.9 - 0.002 * f64::from(hospital);
            candidate(
                u128::from(1 + n),
                u128::from(1 + company),
                u128::from(100 + hospital),
                value,
                value,
            )
        })
        .map(|c| Candidate {
            offer: OfferId(c.provider.0),
            ..c
        })
        .collect();
    let lists = [1, 2].map(|own| {
        for_demander(
            &all,
            &Weights::default(),
            OrganisationId(Uuid::from_u128(own)),
        )
    });
    let lifted: Vec<_> = lists
        .iter()
        .flatten()
        .filter(|s| s.rank < s.rank_by_score)
        .collect();
    assert_eq!(lifted.len(), 2, "{lifted:#?}");
    for suggestion in lifted {
        assert!(suggestion.rank > 1 && suggestion.rank_by_score > 10);
        assert!(
            suggestion
                .moved()
                .unwrap()
                .en
                .starts_with("Moved up for fair exposure")
        );
    }
    assert!(
        lists
            .iter()
            .flatten()
            .filter(|s| s.rank == s.rank_by_score)
            .all(|s| s.moved().is_none())
    );
}
