//! Reports of matching, by hand and on drawn markets.

use super::index::{Dice, random_demand, random_offer};
use super::*;
use crate::catalogue::AccessMode;
use crate::demand::DuoPurpose;
use crate::id::MatchId;
use crate::matching::criteria::data_kinds::serves;
use crate::matching::report::{Market, Pairing, Tally};
use crate::organisation::LegalForm;
use crate::terminology::{CodeLevel, TopicRelation};
use crate::use_conditions::{Decision, Modifier, Permission, UsePolicy};
use proptest::prelude::*;

fn asked(id: u128, conditions: &[&str], change: impl FnOnce(&mut DemandContent)) -> DemandSubject {
    let mut content = DemandContent {
        conditions: codes(conditions),
        ..DemandContent::default()
    };
    change(&mut content);
    demand_of(id, content)
}

fn held(id: u128, conditions: &[&str], has: &[&str], capacity: Option<i64>) -> OfferSubject {
    let mut content = OfferContent {
        conditions: codes(conditions),
        data_kinds: kinds(has),
        ..OfferContent::default()
    };
    content.preferences.capacity_per_year = capacity;
    offer_of(id, content)
}

fn pairing(demand: u128, offer: u128, decision: Decision, score: i32) -> Pairing {
    let open = if decision == Decision::Deny {
        0
    } else {
        10_000
    };
    Pairing {
        id: MatchId(Uuid::from_u128(100 * demand + offer)),
        demand: DemandId(Uuid::from_u128(demand)),
        offer: OfferId(Uuid::from_u128(offer)),
        decision,
        score,
        rank_key: open + score,
    }
}

/// Four demands and three offers; nobody offers CT of a lobe, an ECG with an infarction, or anything with COPD.
fn market() -> Market<'static> {
    use Decision::{Ask, Deny, Pass};
    Market::new(
        [
            asked(1, &["C34.1"], |d| {
                d.data_kinds_required = kinds(&["imaging.ct"]);
            }),
            asked(2, &["C34"], |d| {
                d.data_kinds_any_of = kinds(&["imaging.ct", "imaging.mri"]);
            }),
            asked(3, &["I21"], |d| {
                d.data_kinds_required = kinds(&["biosignal.ecg"]);
                d.data_kinds_wished = kinds(&["imaging.ct"]);
            }),
            asked(4, &["J44"], |d| {
                d.data_kinds_required = kinds(&["structured.laboratory"]);
            }),
        ],
        [
            held(1, &["C34"], &["imaging.mri"], Some(1)),
            held(2, &["C00-C97"], &["imaging"], None),
            held(3, &["I21"], &["structured.diagnosis"], Some(0)),
        ],
        [
            pairing(1, 1, Deny, 6_000),
            pairing(1, 2, Ask, 5_000),
            pairing(2, 1, Pass, 8_000),
            pairing(2, 2, Ask, 7_000),
            pairing(3, 3, Deny, 6_500),
            // Of a demand that has been closed since.
            pairing(9, 1, Pass, 9_000),
        ],
        Terminology::standard(),
    )
}

fn tally(parts: [usize; 4], best_score: Option<i32>) -> Tally {
    let [passing, asking, denied, unmatched] = parts;
    Tally {
        demands: parts.iter().sum(),
        passing,
        asking,
        denied,
        unmatched,
        best_score,
    }
}

#[test]
fn what_is_asked_is_told_by_condition_at_any_level() {
    let market = market();
    assert_eq!(market.tally(), tally([1, 1, 1, 1], Some(8_000)));
    let at = |level| -> Vec<(String, Tally, usize, usize)> {
        let rows = market.by_condition(level).into_iter();
        rows.map(|r| (r.code.to_string(), r.tally, r.offers, r.broader_offers))
            .collect()
    };
    let copd = ("J44".to_owned(), tally([0, 0, 0, 1], None), 0, 0);
    let infarction = ("I21".to_owned(), tally([0, 0, 1, 0], None), 1, 0);
    assert_eq!(
        at(CodeLevel::Category),
        [
            copd.clone(),
            ("C34".to_owned(), tally([1, 1, 0, 0], Some(8_000)), 1, 1),
            infarction.clone(),
        ]
    );
    // All cancer is more than two levels above a lobe of the lung.
    assert_eq!(
        at(CodeLevel::Code),
        [
            copd,
            ("C34".to_owned(), tally([1, 0, 0, 0], Some(8_000)), 1, 1),
            ("C34.1".to_owned(), tally([0, 1, 0, 0], Some(5_000)), 0, 1),
            infarction,
        ]
    );
    let blocks: Vec<String> = at(CodeLevel::Block).into_iter().map(|r| r.0).collect();
    assert_eq!(blocks, ["J40-J4A", "C30-C39", "I20-I25"]);
    let chapters = market.by_condition(CodeLevel::Chapter);
    assert_eq!(chapters[1].tally.demands, 2);
    assert_eq!(
        (chapters[1].label.ko.as_str(), chapters[1].label.en.as_str()),
        ("신생물", "Neoplasms")
    );
}

#[test]
fn what_is_asked_is_told_by_kind_and_by_category() {
    let market = market();
    let rows = |by_category| -> Vec<(String, usize, usize, usize, usize)> {
        let rows = market.by_kind(by_category).into_iter();
        rows.map(|r| {
            (
                r.kind.code().to_owned(),
                r.tally.demands,
                r.needed,
                r.offers,
                r.perhaps,
            )
        })
        .collect()
    };
    let row = |code: &str, demands, needed, offers, perhaps| {
        (code.to_owned(), demands, needed, offers, perhaps)
    };
    assert_eq!(
        rows(false),
        [
            row("structured.laboratory", 1, 1, 0, 0),
            row("imaging.ct", 3, 2, 0, 1),
            row("imaging.mri", 1, 1, 1, 1),
            row("biosignal.ecg", 1, 1, 0, 0),
        ]
    );
    assert_eq!(
        rows(true),
        [
            row("structured", 1, 1, 1, 0),
            row("imaging", 3, 2, 2, 0),
            row("biosignal", 1, 1, 0, 0),
        ]
    );
}

#[test]
fn a_gap_is_what_no_offer_has_together() {
    let gaps: Vec<_> = market()
        .gaps()
        .into_iter()
        .map(|g| {
            let pair = format!("{} {}", g.condition, g.kind.code());
            (pair, g.demands, g.offers_of_condition, g.offers_of_kind)
        })
        .collect();
    let gap =
        |pair: &str, with_condition, with_kind| (pair.to_owned(), 1, with_condition, with_kind);
    // MRI serves the second demand, which takes either; CT is only a wish of the third.
    assert_eq!(
        gaps,
        [
            gap("C34.1 imaging.ct", 1, 1),
            gap("I21 biosignal.ecg", 1, 0),
            gap("J44 structured.laboratory", 0, 0),
        ]
    );
}

#[test]
fn over_demand_sets_wants_against_capacity() {
    let market = market();
    let offers = |top| -> Vec<(u128, usize, Option<i64>)> {
        let rows = market.wanted_offers(top).into_iter();
        rows.map(|r| (r.offer.0.as_u128(), r.demands, r.shortfall()))
            .collect()
    };
    assert_eq!(offers(1), [(1, 1, Some(0)), (2, 1, None)]);
    assert_eq!(offers(2), [(2, 2, None), (1, 1, Some(0))]);
    let crowded = Market::new(
        (1..=3).map(|id| asked(id, &["C34"], |_| {})),
        [
            held(1, &["C34"], &[], Some(1)),
            held(6, &["C34"], &[], Some(1)),
        ],
        (1..=3).flat_map(|d| [1, 6].map(|o| pairing(d, o, Decision::Pass, 8_000))),
        Terminology::standard(),
    );
    let hospitals = crowded.wanted_hospitals(10);
    assert_eq!(hospitals.len(), 1, "both offers are of one hospital");
    let row = &hospitals[0];
    assert_eq!((row.demands, row.offers, row.capacity), (3, 2, Some(2)));
    assert_eq!(row.shortfall(), Some(1));
}

fn company(id: u128, commercial: bool, conditions: &[&str]) -> DemandSubject {
    let asked = asked(id, conditions, |d| {
        d.commercial = Some(commercial);
        d.duo_purpose = Some(DuoPurpose::Ds);
        d.methods_development = Some(false);
        d.clinical_care = Some(false);
        d.viewer_countries = vec![Country::korea()];
        d.processing_countries = vec![Country::korea()];
        d.access_modes = vec![AccessMode::ClosedRemote];
    });
    let profile = Profile {
        legal_form: Some(LegalForm::ForProfit),
        ..asked.profile
    };
    DemandSubject::new(
        asked.id,
        asked.version,
        asked.organisation,
        profile,
        asked.content,
        Terminology::standard(),
    )
}

fn under(
    id: u128,
    permission: Permission,
    conditions: &[&str],
    modifiers: &[Modifier],
) -> OfferSubject {
    let mut offer = held(id, &["C34"], &[], None);
    offer.content.use_policies = vec![UsePolicy {
        permission: Some(permission),
        permission_conditions: codes(conditions),
        modifiers: modifiers.to_vec(),
        ..UsePolicy::default()
    }];
    offer
}

#[test]
fn openings_are_what_one_decision_of_a_hospital_would_open() {
    use Decision::Deny;
    use Modifier::{CommercialOk, Ncu, Npu};
    let market = Market::new(
        [
            company(1, true, &["C34"]),
            company(2, true, &["C34"]),
            company(3, false, &["C34.1"]),
        ],
        [
            under(1, Permission::Hmb, &[], &[Npu, CommercialOk]),
            under(2, Permission::Hmb, &[], &[Ncu, Npu]),
            under(3, Permission::Ds, &["C50"], &[CommercialOk]),
        ],
        [
            pairing(1, 1, Deny, 8_000),
            pairing(2, 1, Deny, 7_000),
            pairing(1, 2, Deny, 9_000),
            pairing(3, 2, Deny, 6_000),
            pairing(3, 3, Deny, 5_500),
        ],
        Terminology::standard(),
    );
    let openings = market.openings();
    let told: Vec<_> = openings
        .iter()
        .map(|o| {
            (
                o.offer.0.as_u128(),
                o.rule.as_str(),
                o.passing,
                o.asking,
                o.mean_score(),
            )
        })
        .collect();
    // Two rules stand between the first demand and the second offer: no single decision opens it.
    assert_eq!(
        told,
        [
            (1, "NPU", 2, 0, 75.0),
            (2, "NPU", 1, 0, 60.0),
            (3, "DS", 0, 1, 55.0),
        ]
    );
    let first = &openings[0];
    assert_eq!(first.hospital, OrganisationId(Uuid::from_u128(101)));
    assert_eq!(
        first.sentence(),
        crate::text::Message::new(
            "병원이 ‘비영리 기관만 (NPU)’ 조건을 풀면 수요 2건이 통과합니다.",
            "If the hospital gave up “not-for-profit organisations only (NPU)”, 2 demands would pass."
        )
    );
    assert_eq!(first.instead.len(), 1);
    assert_eq!(
        (first.instead[0].demands, first.instead[0].mean_score()),
        (2, 75.0)
    );
    assert_eq!(
        first.instead[0].sentence.en,
        "Would pass if a not-for-profit organisation applied."
    );
    assert!(
        openings[2]
            .sentence()
            .en
            .ends_with("1 demand could be asked about.")
    );
}

fn drawn(dice: &mut Dice) -> (Vec<DemandSubject>, Vec<OfferSubject>, Vec<Pairing>) {
    let demands: Vec<_> = (1..9).map(|id| random_demand(dice, id)).collect();
    let offers: Vec<_> = (1..9).map(|id| random_offer(dice, id)).collect();
    let pairs = demands
        .iter()
        .flat_map(|d| offers.iter().map(move |o| (d, o)));
    let pairings = pairs
        .filter(|(demand, offer)| !is_excluded(demand, offer))
        .map(|(demand, offer)| scored(demand, offer))
        .filter(|m| {
            if m.is_denied() {
                m.is_near_miss()
            } else {
                m.is_relevant()
            }
        })
        .map(|m| Pairing {
            id: MatchId(Uuid::from_u128(
                100 * m.demand.0.as_u128() + m.offer.0.as_u128(),
            )),
            demand: m.demand,
            offer: m.offer,
            decision: m.decision,
            score: m.score,
            rank_key: m.rank_key(),
        })
        .collect();
    (demands, offers, pairings)
}

fn adds_up(tally: &Tally) -> bool {
    tally.demands == tally.passing + tally.asking + tally.denied + tally.unmatched
        && (tally.best_score.is_some() == (tally.passing + tally.asking > 0))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn totals_add_up(seed in any::<u64>(), top in 1..5_usize) {
        let (mut demands, mut offers, mut pairings) = drawn(&mut Dice(seed));
        let build = |d: &[DemandSubject], o: &[OfferSubject], p: &[Pairing]| {
            Market::new(d.to_vec(), o.to_vec(), p.to_vec(), Terminology::standard())
        };
        let market = build(&demands, &offers, &pairings);
        let all = market.tally();
        prop_assert!(adds_up(&all) && all.demands == demands.len());

        // A demand is in at least one row of its conditions, and in no row twice; rows only merge on the way up.
        let naming = demands.iter().filter(|d| !d.conditions().is_empty()).count();
        let mut finer = usize::MAX;
        for level in CodeLevel::ALL {
            let rows = market.by_condition(*level);
            prop_assert!(rows.iter().all(|row| adds_up(&row.tally) && row.tally.demands <= naming));
            let sum = rows.iter().map(|row| row.tally.demands).sum();
            prop_assert!(naming <= sum && sum <= finer, "{level:?}");
            finer = sum;
        }
        for by_category in [false, true] {
            for row in market.by_kind(by_category) {
                prop_assert!(adds_up(&row.tally) && row.needed <= row.tally.demands);
            }
        }
        for gap in market.gaps() {
            let both = offers.iter().any(|offer| {
                let relation = |held| Terminology::standard().topic_relation(&gap.condition, held);
                let condition = offer.conditions().iter().any(|held| {
                    matches!(relation(held), TopicRelation::SameOrNarrower | TopicRelation::BroaderBy(_))
                });
                condition && offer.kinds().iter().any(|held| serves(gap.kind, *held) > 0.0)
            });
            prop_assert!(!both && gap.demands > 0, "{gap:?}");
        }

        let open = |demand: &DemandSubject| {
            pairings.iter().filter(|p| p.demand == demand.id && p.decision != Decision::Deny).count()
        };
        let wanted = market.wanted_offers(top);
        let wants: usize = demands.iter().map(|demand| open(demand).min(top)).sum();
        prop_assert_eq!(wanted.iter().map(|row| row.demands).sum::<usize>(), wants);
        for row in market.wanted_hospitals(top) {
            let own = wanted.iter().filter(|offer| offer.hospital == row.hospital);
            let each: Vec<usize> = own.map(|offer| offer.demands).collect();
            prop_assert_eq!(row.offers, each.len());
            prop_assert!(each.iter().all(|n| *n <= row.demands) && row.demands <= each.iter().sum());
        }

        for opening in market.openings() {
            let denied = pairings.iter().filter(|p| p.offer == opening.offer && p.decision == Decision::Deny);
            prop_assert!(opening.demands() > 0 && opening.demands() <= denied.clone().count());
            prop_assert!(opening.effect <= denied.map(|p| i64::from(p.score)).sum());
            prop_assert!(opening.instead.iter().map(|c| c.demands).sum::<usize>() <= opening.demands());
            prop_assert!(opening.mean_score() <= 100.0);
        }

        // The order of the facts does not matter.
        demands.reverse();
        offers.reverse();
        pairings.reverse();
        let again = build(&demands, &offers, &pairings);
        prop_assert_eq!(market.by_condition(CodeLevel::Code), again.by_condition(CodeLevel::Code));
        prop_assert_eq!(market.gaps(), again.gaps());
        prop_assert_eq!(wanted, again.wanted_offers(top));
        prop_assert_eq!(market.openings(), again.openings());
    }
}
