//! Fair exposure: no eligible offer is kept out of sight by a hair's breadth again and again.
//!
//! An offer's fair share is what a random order of the same lists would give it: for each list on which it stands, the
//! places in sight over the length of the list. It gets at least half of that ([`FLOOR`]) where swaps of neighbours in
//! points allow: an offer out of sight changes places with one in sight that is at most [`SWAP_WITHIN`] better and has
//! exposure to spare, or gets some back on another list. The best of a list stays. Which swaps to make is a flow from
//! the offers that lack exposure to those that can spare it: the most that is possible, at the least loss of points.

use crate::flow::Network;
use crate::id::OfferId;
use std::collections::BTreeMap;

/// Places of a list that count as seen.
pub const IN_SIGHT: usize = 10;
/// The share of its fair share that each offer is to get.
pub const FLOOR: f64 = 0.5;
/// The most by which swapped offers may differ, in hundredths of a point.
pub const SWAP_WITHIN: i32 = 300;

/// An offer on a list, whose order is that of the scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The offer, once on a list at most.
    pub offer: OfferId,
    /// Hundredths of a point.
    pub score: i32,
}

/// What an offer has of the places in sight, and what it is to have.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Exposure {
    /// Lists on which it is in sight.
    pub seen: u32,
    /// Lists on which a random order would show it, a fraction.
    pub fair: f64,
}

impl Exposure {
    /// The least whole number of lists that is [`FLOOR`] of the fair share.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to the number of lists
    pub fn floor(&self) -> u32 {
        (self.fair * FLOOR - 1e-9).ceil().max(0.0) as u32
    }
}

/// What each offer has under these lists, each in the order in which it is shown.
#[allow(clippy::cast_precision_loss)]
pub fn exposures<'a>(
    lists: impl IntoIterator<Item = &'a [Listed]>,
    in_sight: usize,
) -> BTreeMap<OfferId, Exposure> {
    let mut of: BTreeMap<OfferId, Exposure> = BTreeMap::new();
    for list in lists {
        let fair = in_sight.min(list.len()) as f64 / list.len().max(1) as f64;
        for (place, listed) in list.iter().enumerate() {
            let exposure = of.entry(listed.offer).or_default();
            exposure.fair += fair;
            exposure.seen += u32::from(place < in_sight);
        }
    }
    of
}

/// For each list, the order in which it is to be shown, as places of the order by score.
///
/// Deterministic. Both of two swapped offers are moved once at most on a list, so that none is farther than
/// [`SWAP_WITHIN`] from the place it had.
pub fn fair_orders(lists: &[Vec<Listed>], in_sight: usize) -> Vec<Vec<usize>> {
    let mut orders: Vec<Vec<usize>> = lists.iter().map(|list| (0..list.len()).collect()).collect();
    let exposures = exposures(lists.iter().map(Vec::as_slice), in_sight);
    if exposures.values().all(|offer| offer.seen >= offer.floor()) {
        return orders;
    }
    let node: BTreeMap<OfferId, usize> = exposures
        .keys()
        .enumerate()
        .map(|(i, offer)| (*offer, i))
        .collect();
    let first = node.len();
    let places: usize = lists.iter().map(Vec::len).sum();
    let (source, sink) = (first + places, first + places + 1);
    let mut network = Network::new(sink + 1);
    let mut swaps = Vec::new();
    let (mut start, mut loss) = (first, 0);
    for (l, list) in lists.iter().enumerate() {
        for (place, listed) in list.iter().enumerate().skip(1) {
            let (offer, at) = (node[&listed.offer], start + place);
            if place < in_sight {
                network.add(at, offer, 1, 0);
                continue;
            }
            network.add(offer, at, 1, 0);
            for (above, better) in list.iter().enumerate().take(in_sight).skip(1) {
                let points = better.score.saturating_sub(listed.score);
                if points.abs() <= SWAP_WITHIN {
                    // One more than the points, so that of two ways the one with fewer swaps is taken.
                    let cost = i64::from(points.max(0)) + 1;
                    loss += cost;
                    swaps.push((network.add(at, start + above, 1, cost), l, place, above));
                }
            }
        }
        start += list.len();
    }
    for (offer, exposure) in &exposures {
        let spare = i64::from(exposure.seen) - i64::from(exposure.floor());
        if spare < 0 {
            network.add(source, node[offer], -spare, -1 - loss);
        } else {
            network.add(node[offer], sink, spare, 0);
        }
    }
    network.maximise(source, sink);
    for (arc, list, place, above) in swaps {
        if network.is_full(arc) {
            orders[list].swap(place, above);
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn listed(offer: usize, score: i32) -> Listed {
        Listed {
            offer: OfferId(Uuid::from_u128(u128::try_from(offer).unwrap_or(0))),
            score,
        }
    }

    fn shown(lists: &[Vec<Listed>], orders: &[Vec<usize>]) -> Vec<Vec<Listed>> {
        let show = |(list, order): (&Vec<Listed>, &Vec<usize>)| {
            order.iter().map(|place| list[*place]).collect()
        };
        lists.iter().zip(orders).map(show).collect()
    }

    fn lacking(lists: &[Vec<Listed>], in_sight: usize) -> u32 {
        let exposures = exposures(lists.iter().map(Vec::as_slice), in_sight);
        exposures
            .values()
            .map(|offer| offer.floor().saturating_sub(offer.seen))
            .sum()
    }

    /// Lists of some of `offers` offers with scores up to `spread`, best first.
    fn lists(offers: usize, spread: i32, most: usize) -> impl Strategy<Value = Vec<Vec<Listed>>> {
        let scores = prop::collection::vec(prop::option::weighted(0.9, 0..=spread), offers);
        prop::collection::vec(scores, 1..=most).prop_map(|lists| {
            lists
                .into_iter()
                .map(|scores| {
                    let mut list: Vec<Listed> = scores
                        .into_iter()
                        .enumerate()
                        .filter_map(|(offer, score)| Some(listed(offer, score?)))
                        .collect();
                    list.sort_by_key(|listed| (-listed.score, listed.offer));
                    list
                })
                .collect()
        })
    }

    /// The least that is lacking after any swaps that are allowed, by trying all of them.
    fn least_lacking(
        lists: &[Vec<Listed>],
        shown: &mut Vec<Vec<Listed>>,
        in_sight: usize,
        list: usize,
        place: usize,
    ) -> u32 {
        if list == lists.len() {
            return lacking(shown, in_sight);
        }
        if place >= lists[list].len() {
            return least_lacking(lists, shown, in_sight, list + 1, in_sight);
        }
        let mut least = least_lacking(lists, shown, in_sight, list, place + 1);
        for above in 1..in_sight {
            let untouched = shown[list][above] == lists[list][above];
            if untouched
                && (lists[list][above].score - lists[list][place].score).abs() <= SWAP_WITHIN
            {
                shown[list].swap(place, above);
                least = least.min(least_lacking(lists, shown, in_sight, list, place + 1));
                shown[list].swap(place, above);
            }
        }
        least
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn swaps_stay_within_three_points_and_the_best_stays(lists in lists(8, 1_500, 6)) {
            let orders = fair_orders(&lists, 3);
            prop_assert_eq!(&orders, &fair_orders(&lists, 3));
            for (list, order) in lists.iter().zip(&orders) {
                if let Some(first) = order.first() {
                    prop_assert_eq!(*first, 0);
                }
                for (now, before) in order.iter().enumerate() {
                    // Two change places, or none does.
                    prop_assert_eq!(order[*before], now);
                    prop_assert!((list[now].score - list[*before].score).abs() <= SWAP_WITHIN);
                }
            }
            prop_assert!(lacking(&shown(&lists, &orders), 3) <= lacking(&lists, 3));
        }

        #[test]
        fn no_other_swaps_bring_more_offers_to_their_floor(lists in lists(5, 700, 3)) {
            let orders = fair_orders(&lists, 2);
            let least = least_lacking(&lists, &mut lists.clone(), 2, 0, 2);
            prop_assert_eq!(lacking(&shown(&lists, &orders), 2), least);
        }
    }

    #[test]
    fn an_offer_that_is_always_just_out_of_sight_is_lifted_once() {
        let list = |last: i32| {
            vec![
                listed(1, 9_000),
                listed(2, 8_000),
                listed(3, 7_900),
                listed(4, last),
            ]
        };
        // Two of four are in sight on four lists: fair is two each, the floor one.
        let orders = fair_orders(&vec![list(7_750); 4], 2);
        let lifted = |place: usize| orders.iter().filter(|order| order[1] == place).count();
        assert_eq!((lifted(2), lifted(3), lifted(1)), (1, 1, 2));
        let far = fair_orders(&vec![list(7_600); 4], 2);
        assert!(
            far.iter().all(|order| order[3] == 3),
            "four points are too many"
        );
    }
}
