//! Stored pairs through changes of the market, against the best of either side by scoring every pair.

use super::index::{Dice, index, random_demand, random_offer};
use super::*;
use crate::matching::{Keepers, Kept, MatchIndex, Plan, RankKey, Record};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Pair = (DemandId, OfferId);

/// What is stored, as a database would.
#[derive(Default)]
struct Board {
    rows: BTreeMap<Pair, Kept>,
}

fn of(record: Record) -> impl Fn(&&Kept) -> bool {
    move |kept| {
        let (demand, offer) = kept.key.pair();
        record == Record::Demand(demand) || record == Record::Offer(offer)
    }
}

impl Board {
    fn of(&self, record: Record) -> Vec<Kept> {
        self.rows.values().filter(of(record)).copied().collect()
    }

    fn apply(&mut self, index: &mut MatchIndex<'_>, plan: Plan) {
        for pair in plan.drop {
            assert!(
                self.rows.remove(&pair).is_some(),
                "dropped what is not there"
            );
        }
        for (demand, offer, keepers) in plan.keep {
            self.rows.get_mut(&(demand, offer)).unwrap().keepers = keepers;
        }
        for (found, keepers) in plan.put {
            let key = found.rank();
            self.rows.insert(key.pair(), Kept { key, keepers });
        }
        for (record, floor) in plan.floors {
            index.set_floor(record, floor);
        }
    }

    fn changed(&mut self, index: &mut MatchIndex<'_>, record: Record) {
        let renewal = index.renew(record, self.of(record), today());
        let mut others: Vec<Kept> = renewal.others().flat_map(|other| self.of(other)).collect();
        others.sort_by_key(|kept| kept.key);
        others.dedup();
        let plan = index.settle(renewal, &others, today());
        self.apply(index, plan);
    }
}

/// The first fifty, and the ten denied ones that would be among them, of all pairs of a record.
fn best(all: &[RankKey], record: Record) -> Vec<RankKey> {
    let mut own: Vec<RankKey> = all
        .iter()
        .filter(|key| {
            let kept = Kept {
                key: **key,
                keepers: Keepers::default(),
            };
            of(record)(&&kept)
        })
        .copied()
        .collect();
    own.sort();
    let (denied, open): (Vec<RankKey>, Vec<RankKey>) =
        own.into_iter().partition(|key| key.is_denied());
    let misses = denied.into_iter().filter(|miss| {
        let before = open.iter().filter(|key| **key < miss.if_allowed()).count();
        miss.score() >= NEAR_MISS_FLOOR && before < STORED_MATCHES
    });
    let misses: Vec<RankKey> = misses.take(10).collect();
    open.into_iter()
        .take(STORED_MATCHES)
        .chain(misses)
        .collect()
}

fn check(
    board: &Board,
    demands: &BTreeMap<DemandId, DemandSubject>,
    offers: &BTreeMap<OfferId, OfferSubject>,
    model: &TextModel,
) {
    let weights = Weights::default();
    let scorer = Scorer {
        weights: &weights,
        model,
        terminology: Terminology::standard(),
        today: today(),
    };
    let all: Vec<RankKey> = demands
        .values()
        .flat_map(|demand| {
            offers
                .values()
                .filter_map(|offer| scorer.score(demand, offer))
        })
        .filter(Match::is_relevant)
        .map(|found| found.rank())
        .collect();
    let mut wanted: BTreeMap<Pair, Kept> = BTreeMap::new();
    let mut put = |key: RankKey, demand: bool| {
        let kept = wanted.entry(key.pair()).or_insert(Kept {
            key,
            keepers: Keepers::default(),
        });
        if demand {
            kept.keepers.demand = true;
        } else {
            kept.keepers.offer = true;
        }
    };
    for id in demands.keys() {
        best(&all, Record::Demand(*id))
            .into_iter()
            .for_each(|key| put(key, true));
    }
    for id in offers.keys() {
        best(&all, Record::Offer(*id))
            .into_iter()
            .for_each(|key| put(key, false));
    }
    assert!(wanted.len() < all.len(), "nothing is left out");
    assert_eq!(board.rows, wanted);
}

/// More records on either side than one keeps; some change, some go.
fn run(seed: u64, offers: u128, demands: u128, changes: usize) {
    let mut dice = Dice(seed);
    let model = TextModel::of(
        1,
        &(0..20)
            .map(|id| random_offer(&mut dice, id))
            .collect::<Vec<_>>(),
    );
    let mut index = index(&model);
    let mut board = Board::default();
    let (mut here, mut there) = (BTreeMap::new(), BTreeMap::new());
    let mut pending = Vec::new();
    let mut steps: Vec<Record> = (0..offers)
        .map(|id| Record::Offer(OfferId(Uuid::from_u128(id))))
        .collect();
    steps.extend((0..demands).map(|id| Record::Demand(DemandId(Uuid::from_u128(id)))));
    for _ in 0..changes {
        steps.push(steps[dice.roll(usize::try_from(offers + demands).unwrap())]);
    }
    for (step, record) in steps.iter().enumerate() {
        let goes = step as u128 >= offers + demands && dice.roll(3) == 0;
        match *record {
            Record::Demand(id) if goes => {
                index.remove_demand(id);
                here.remove(&id);
            }
            Record::Demand(id) => {
                let demand = random_demand(&mut dice, id.0.as_u128());
                index.upsert_demand(demand.clone());
                here.insert(id, demand);
            }
            Record::Offer(id) if goes => {
                index.remove_offer(id);
                there.remove(&id);
            }
            Record::Offer(id) => {
                let offer = random_offer(&mut dice, id.0.as_u128());
                index.upsert_offer(offer.clone());
                there.insert(id, offer);
            }
        }
        // Several changes may come before the first is dealt with.
        pending.push(*record);
        if dice.roll(3) > 0 || step + 1 == steps.len() {
            for record in pending.drain(..) {
                board.changed(&mut index, record);
            }
        }
    }
    check(&board, &here, &there, &model);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_changes_the_best_of_either_side_are_stored_and_nothing_else(seed in any::<u64>()) {
        run(seed, 130, 130, 40);
    }
}
