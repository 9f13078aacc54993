//! What a consortium has together, and that no question about it tells a hidden count.

use super::index::{Dice, random_demand, random_offer};
use super::*;
use crate::catalogue::{CountBasis, CountObservation};
use crate::use_conditions::{Modifier, Permission, UsePolicy};
use proptest::prelude::*;

fn count(code: &str, count: i64) -> CountObservation {
    CountObservation {
        code: code.parse().unwrap(),
        count,
        as_of: "2026-06".parse().unwrap(),
        basis: CountBasis::Measured,
    }
}

/// Offers 1, 2, … are of the hospitals 101, 102, …
fn counted(id: u128, counts: Vec<CountObservation>) -> OfferSubject {
    offer_of(
        id,
        OfferContent {
            counts,
            use_policies: vec![UsePolicy {
                permission: Some(Permission::Nres),
                modifiers: vec![Modifier::CommercialOk],
                ..UsePolicy::default()
            }],
            ..OfferContent::default()
        },
    )
}

fn about(code: &str) -> DemandSubject {
    demand(|d| {
        d.conditions = codes(&[code]);
        d.subjects_min = Some(2_000);
        d.commercial = Some(true);
        d.clinical_care = Some(false);
        d.viewer_countries = vec![Country::korea()];
        d.processing_countries = vec![Country::korea()];
    })
}

fn reached(demand: &DemandSubject, offers: &[OfferSubject]) -> Feasibility {
    Feasibility::of(demand, offers, Terminology::standard())
}

#[test]
fn a_consortium_counts_what_its_hospitals_show() {
    let silent = offer_of(4, {
        let mut content = counted(4, vec![]).content;
        content.conditions = codes(&["C34"]);
        content.use_policies.clear();
        content
    });
    let mut denied = counted(4, vec![count("C34", 9_000)]);
    denied.content.use_policies[0].modifiers = vec![Modifier::Ncu];
    let offers = [
        counted(1, vec![count("C34", 1_200)]),
        counted(2, vec![count("C34", 7)]),
        counted(3, vec![count("C34", 300)]),
        silent,
        denied,
        counted(4, vec![count("I21", 5_000)]),
    ];
    let found = reached(&about("C34"), &offers);
    assert_eq!((found.all.passing, found.all.asking), (3, 1));
    assert_eq!(found.all.subjects.counted, 1_500);
    assert_eq!(found.all.subjects.unknown, 1);
    assert_eq!(found.all.shown(), "1,500 + <10");
    assert_eq!(found.share(), Some(0.75));
    let shown: Vec<String> = found.hospitals.values().map(Reach::shown).collect();
    assert_eq!(shown, ["1,200", "<10", "300", "0"]);
    // What the demander excludes is not counted.
    let mut without = about("C34");
    without.content.excluded_organisations = vec![offers[0].hospital];
    assert_eq!(reached(&without, &offers).all.shown(), "300 + <10");
}

#[test]
fn a_difference_of_two_questions_tells_no_small_count() {
    let parts = |small| {
        [counted(
            1,
            vec![
                count("C34.0", 50),
                count("C34.1", small),
                count("C34.2", 60),
            ],
        )]
    };
    // Were the small part added, the whole less the other parts would be its number.
    let whole = reached(&about("C34"), &parts(4));
    let rest = DemandContent {
        conditions: codes(&["C34.0", "C34.2"]),
        ..about("C34").content
    };
    let others = reached(&demand_of(1, rest), &parts(4));
    assert_eq!(whole.all.subjects.counted, others.all.subjects.counted);
    assert_eq!(whole.all.shown(), "110 + <10");
    assert_eq!(whole, reached(&about("C34"), &parts(9)));
    // Two small parts are more than one, and no more is told.
    let two = [counted(1, vec![count("C34.0", 9), count("C34.1", 8)])];
    assert_eq!(reached(&about("C34"), &two).all.shown(), "<19");
}

/// The same offer as its hospital shows it, with other numbers where it hides them.
fn otherwise(offer: &OfferSubject, numbers: &[i64]) -> OfferSubject {
    let mut content = offer.content.clone();
    let threshold = content.suppression_threshold();
    let mut numbers = numbers.iter().cycle();
    let mut redrawn = |count: i64| match numbers.next() {
        Some(number) if count < threshold => number % threshold,
        _ => count,
    };
    for count in &mut content.counts {
        count.count = redrawn(count.count);
    }
    content.population.size = content.population.size.map(redrawn);
    OfferSubject::new(
        offer.id,
        offer.version,
        offer.hospital,
        offer.region,
        content,
        Terminology::standard(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_depends_on_a_hidden_count(seed in any::<u64>(), numbers in prop::collection::vec(0..1_000_i64, 1..9), left_out in any::<u8>()) {
        let mut dice = Dice(seed);
        let offers: Vec<OfferSubject> = (0..6).map(|i| {
            let mut offer = random_offer(&mut dice, i);
            // Small counts beside large ones, and several of a code.
            let mut content = offer.content.clone();
            content.counts.extend([count("C34.1", 5), count("C50", 7), count("C34.1", 2), count("C34.2", 40)]);
            content.population.size = content.population.size.filter(|_| i % 2 == 0);
            offer = OfferSubject::new(offer.id, 1, offer.hospital, offer.region, content, Terminology::standard());
            offer
        }).collect();
        let others: Vec<OfferSubject> = offers.iter().map(|offer| otherwise(offer, &numbers)).collect();
        let some = |offers: &[OfferSubject]| -> Vec<OfferSubject> {
            offers.iter().enumerate().filter(|(i, _)| left_out >> i & 1 == 0).map(|(_, o)| o.clone()).collect()
        };
        for i in 0..4 {
            let demand = random_demand(&mut dice, i);
            prop_assert_eq!(reached(&demand, &offers), reached(&demand, &others));
            prop_assert_eq!(reached(&demand, &some(&offers)), reached(&demand, &some(&others)));
            for (offer, other) in offers.iter().zip(&others).filter(|(offer, _)| !is_excluded(&demand, offer)) {
                // A score and its words tell no more.
                prop_assert_eq!(scored(&demand, offer), scored(&demand, other));
            }
        }
    }
}
