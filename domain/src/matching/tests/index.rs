//! The index against scoring every pair, in any order and from both sides.

use super::*;
use crate::catalogue::{
    AccessMode, CostModel, CountBasis, CountObservation, HospitalPreferences, LeadTime,
    LinkageSource, Period, PurposeClass, Standard, Won,
};
use crate::use_conditions::{Modifier, Permission, UsePolicy};
use proptest::prelude::*;

/// Repeatable chance (xorshift), so that a failing case is one number.
pub(in crate::matching) struct Dice(pub(in crate::matching) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) >> 33).unwrap() % sides
    }

    fn some<T: Clone>(&mut self, all: &[T]) -> Vec<T> {
        let n = self.roll(4);
        (0..n).map(|_| all[self.roll(all.len())].clone()).collect()
    }

    fn maybe<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (self.roll(3) > 0).then(|| all[self.roll(all.len())].clone())
    }
}

const CODES: &[&str] = &[
    "C34", "C34.1", "C00-C97", "C50", "C30-C39", "J44", "I21", "I20",
];
const KINDS: &[&str] = &[
    "imaging",
    "imaging.ct",
    "imaging.mri",
    "biosignal.ecg",
    "structured.laboratory",
];
const WORDS: &[&str] = &[
    "폐암 코호트",
    "chest CT",
    "심전도 원파형",
    "PD-L1",
    "overall survival",
    "결절 크기",
];
const NUMBERS: &[i64] = &[3, 40, 500, 2_000, 90_000];
const MODES: &[AccessMode] = &[
    AccessMode::ClosedOnsite,
    AccessMode::ClosedRemote,
    AccessMode::Export,
];
const STANDARDS: &[Standard] = &[
    Standard::OmopCdm54,
    Standard::OmopCdm53,
    Standard::Dicom,
    Standard::None,
];
const MONTHS: &[&str] = &["2010-01", "2016-05", "2020-12", "2026-01"];
const LINKS: &[LinkageSource] = &[LinkageSource::Death, LinkageSource::HiraClaims];

fn text(dice: &mut Dice) -> Text {
    let words = dice.some(WORDS).join(" ");
    if dice.roll(2) == 0 {
        Text::new(Some(&words), None)
    } else {
        Text::new(None, Some(&words))
    }
}

fn period(dice: &mut Dice) -> Period {
    let mut ends = [dice.maybe(MONTHS), dice.maybe(MONTHS)].map(|m| m.map(|m| m.parse().unwrap()));
    if ends.iter().all(Option::is_some) {
        ends.sort();
    }
    Period {
        start: ends[0],
        end: ends[1],
    }
}

fn strings(list: Vec<&str>) -> Vec<String> {
    list.into_iter().map(str::to_owned).collect()
}

pub(in crate::matching) fn random_demand(dice: &mut Dice, id: u128) -> DemandSubject {
    let mut content = DemandContent {
        title: text(dice),
        aim: text(dice),
        purpose: dice.maybe(PurposeClass::ALL),
        commercial: dice.maybe(&[true, false]),
        conditions: codes(&dice.some(CODES)),
        data_kinds_required: kinds(&dice.some(KINDS)),
        data_kinds_any_of: kinds(&dice.some(KINDS)),
        data_kinds_wished: kinds(&dice.some(KINDS)),
        variables_required: strings(dice.some(WORDS)),
        variables_wished: strings(dice.some(WORDS)),
        subjects_min: dice.maybe(NUMBERS),
        period: period(dice),
        standards: dice.some(STANDARDS),
        linkage: dice.some(LINKS),
        access_modes: dice.some(MODES),
        willing_to_collaborate: dice.maybe(&[true, false]),
        willing_to_return_results: dice.maybe(&[true, false]),
        budget: dice.maybe(NUMBERS).map(Won),
        needed_by: dice.maybe(&["2026-12-01", "2027-06-30"]).map(day),
        ..DemandContent::default()
    };
    if dice.roll(3) == 0 {
        content.excluded_organisations = vec![OrganisationId(Uuid::from_u128(102))];
    }
    content.population.age_min = dice.maybe(&[0, 19, 65]);
    demand_of(id, content)
}

pub(in crate::matching) fn random_offer(dice: &mut Dice, id: u128) -> OfferSubject {
    let counted = codes(&dice.some(CODES));
    let mut content = OfferContent {
        title: text(dice),
        summary: text(dice),
        conditions: codes(&dice.some(CODES)),
        counts: counted
            .into_iter()
            .map(|code| CountObservation {
                code,
                count: NUMBERS[dice.roll(NUMBERS.len())],
                as_of: MONTHS[dice.roll(MONTHS.len())].parse().unwrap(),
                basis: CountBasis::ALL[dice.roll(2)],
            })
            .collect(),
        period: period(dice),
        data_kinds: kinds(&dice.some(KINDS)),
        variables: strings(dice.some(WORDS)),
        standards: dice.some(STANDARDS),
        access_modes: dice.some(MODES),
        lead_time: dice.maybe(LeadTime::ALL),
        linkable_to: dice.some(LINKS),
        ..OfferContent::default()
    };
    content.population.size = dice.maybe(NUMBERS);
    content.population.age_max = dice.maybe(&[18, 70]);
    content.cost.model = dice.maybe(CostModel::ALL);
    content.cost.amount = dice.maybe(NUMBERS).map(Won);
    if dice.roll(4) > 0 {
        content.use_policies = vec![UsePolicy {
            permission: Some(Permission::Hmb),
            modifiers: dice.some(&[Modifier::CommercialOk, Modifier::Ncu, Modifier::NoExport]),
            ..UsePolicy::default()
        }];
    }
    if dice.roll(2) == 0 {
        content.preferences = HospitalPreferences {
            purposes: dice.some(PurposeClass::ALL),
            partners: dice.some(OrganisationKind::ALL),
            collaboration: dice.maybe(&[true, false]),
            return_of_results: dice.maybe(&[true, false]),
            capacity_per_year: dice.maybe(&[0, 5]),
        };
    }
    offer_of(id, content)
}

pub(super) fn index(model: &TextModel) -> MatchIndex<'static> {
    MatchIndex::new(Weights::default(), model.clone(), Terminology::standard())
}

/// A match to the last bit.
fn bits(found: &Match) -> String {
    serde_json::to_string(found).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_and_from_either_side_the_bits_are_those_of_scoring_every_pair(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let demands: Vec<_> = (0..8).map(|id| random_demand(&mut dice, id)).collect();
        let offers: Vec<_> = (0..12).map(|id| random_offer(&mut dice, id)).collect();
        let model = TextModel::of(1, &offers);
        let mut reversed = TextModel::of(1, offers.iter().rev());
        prop_assert_eq!(&reversed, &model);
        reversed.version = 1;

        let mut batch = index(&model);
        for offer in &offers {
            batch.upsert_offer(offer.clone());
        }
        for demand in &demands {
            batch.upsert_demand(demand.clone());
        }
        // Another order, with versions that come and go in between.
        let mut grown = index(&reversed);
        let mut steps: Vec<usize> = (0..demands.len() + offers.len()).collect();
        for i in (1..steps.len()).rev() {
            steps.swap(i, dice.roll(i + 1));
        }
        for step in steps {
            if let Some(demand) = demands.get(step) {
                if dice.roll(2) == 0 {
                    let mut other = random_demand(&mut dice, 0);
                    other.id = demand.id;
                    grown.upsert_demand(other);
                }
                grown.upsert_demand(demand.clone());
            } else {
                let offer = &offers[step - demands.len()];
                if dice.roll(2) == 0 {
                    let mut other = random_offer(&mut dice, 0);
                    other.id = offer.id;
                    grown.upsert_offer(other);
                    grown.remove_offer(offer.id);
                }
                grown.upsert_offer(offer.clone());
            }
        }
        let weights = Weights::default();
        let scorer = Scorer { weights: &weights, model: &model, terminology: Terminology::standard(), today: today() };
        for demand in &demands {
            let list = batch.matches_of_demand(demand.id, today());
            prop_assert_eq!(&list, &grown.matches_of_demand(demand.id, today()));
            let mut every: Vec<Match> = offers.iter().filter_map(|offer| scorer.score(demand, offer)).filter(Match::is_relevant).collect();
            every.sort_by_key(Match::rank);
            let wanted: Vec<String> = every.iter().filter(|m| m.decision != crate::use_conditions::Decision::Deny).map(bits).collect();
            prop_assert_eq!(list.matches.iter().map(bits).collect::<Vec<_>>(), wanted);
            prop_assert!(list.near_misses.iter().all(Match::is_near_miss));
            prop_assert_eq!(list.near_misses.len(), every.iter().filter(|m| m.is_near_miss()).count().min(10));
        }
        for offer in &offers {
            let list = batch.matches_of_offer(offer.id, today());
            prop_assert_eq!(&list, &grown.matches_of_offer(offer.id, today()));
            let mut seen: Vec<Match> = demands.iter().flat_map(|d| batch.matches_of_demand(d.id, today()).matches).filter(|m| m.offer == offer.id).collect();
            seen.sort_by_key(Match::rank);
            prop_assert_eq!(list.matches.iter().map(bits).collect::<Vec<_>>(), seen.iter().map(bits).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_removed_record_is_gone_and_an_unknown_one_has_no_matches() {
    let mut dice = Dice(7);
    let mut index = index(&TextModel::default());
    let same = |d: &mut DemandContent| d.conditions = codes(&["C34"]);
    let demand = demand(same);
    let offer = offer(|o| o.conditions = codes(&["C34"]));
    index.upsert_demand(demand.clone());
    index.upsert_offer(offer.clone());
    index.upsert_offer(random_offer(&mut dice, 9));
    let found = index.matches_of_demand(demand.id, today());
    assert!(found.matches.iter().any(|m| m.offer == offer.id));
    assert!(index.remove_offer(offer.id) && !index.remove_offer(offer.id));
    let left = index.matches_of_demand(demand.id, today());
    assert!(left.matches.iter().all(|m| m.offer != offer.id));
    assert_eq!(
        index.matches_of_offer(offer.id, today()),
        MatchList::default()
    );
    assert!(index.remove_demand(demand.id));
    assert_eq!(
        index.matches_of_demand(demand.id, today()),
        MatchList::default()
    );
    assert_eq!(
        (index.demand_ids().count(), index.offer_ids().count()),
        (0, 1)
    );
    assert!(index.demand(demand.id).is_none() && index.offer(offer.id).is_none());
}

#[test]
fn at_most_fifty_are_kept_and_they_are_the_best() {
    let mut index = index(&TextModel::default());
    let wants = demand(|d| {
        d.conditions = codes(&["C34"]);
        d.subjects_min = Some(100_000);
    });
    index.upsert_demand(wants.clone());
    for id in 0..80_u128 {
        index.upsert_offer(offer_of(
            id,
            OfferContent {
                conditions: codes(&["C34"]),
                counts: vec![CountObservation {
                    code: "C34".parse().unwrap(),
                    count: 500 + 10 * i64::try_from(id).unwrap(),
                    as_of: "2026-06".parse().unwrap(),
                    basis: CountBasis::Measured,
                }],
                ..OfferContent::default()
            },
        ));
    }
    let list = index.matches_of_demand(wants.id, today());
    assert_eq!(list.matches.len(), STORED_MATCHES);
    assert!(list.matches.iter().all(|m| m.offer.0.as_u128() >= 30));
    assert!(list.matches.is_sorted_by_key(Match::rank));
}
