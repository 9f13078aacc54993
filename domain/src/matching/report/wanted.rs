//! Over-demand: how many demands want an offer or a hospital, against what the hospitals say they can serve.

use super::Market;
use crate::id::{OfferId, OrganisationId};
use crate::use_conditions::Decision;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// An offer that demands want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedOffer {
    /// The offer.
    pub offer: OfferId,
    /// Its hospital.
    pub hospital: OrganisationId,
    /// Demands that have it among their best matches.
    pub demands: usize,
    /// Requests it can serve in a year; absent where that is not stated.
    pub capacity: Option<i64>,
}

/// A hospital that demands want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedHospital {
    /// The hospital.
    pub hospital: OrganisationId,
    /// Demands that have any of its offers among their best matches, each once.
    pub demands: usize,
    /// Its offers that are wanted.
    pub offers: usize,
    /// Requests that its wanted offers can serve in a year; absent where any of them does not state that.
    pub capacity: Option<i64>,
}

/// Demands beyond the capacity, 0 where there is enough.
fn shortfall(demands: usize, capacity: Option<i64>) -> Option<i64> {
    let demands = i64::try_from(demands).unwrap_or(i64::MAX);
    capacity.map(|capacity| (demands - capacity).max(0))
}

impl WantedOffer {
    /// Demands beyond the capacity, 0 where there is enough; absent where no capacity is stated.
    pub fn shortfall(&self) -> Option<i64> {
        shortfall(self.demands, self.capacity)
    }

    /// Its place among the rows, growing.
    pub fn place(&self) -> (Reverse<usize>, OfferId) {
        (Reverse(self.demands), self.offer)
    }
}

impl WantedHospital {
    /// Demands beyond the capacity, 0 where there is enough; absent where a capacity is missing.
    pub fn shortfall(&self) -> Option<i64> {
        shortfall(self.demands, self.capacity)
    }

    /// Its place among the rows, growing.
    pub fn place(&self) -> (Reverse<usize>, OrganisationId) {
        (Reverse(self.demands), self.hospital)
    }
}

impl Market<'_> {
    /// Offers that are among the `top` best matches of a demand that the gate does not deny; the most wanted first.
    pub fn wanted_offers(&self, top: usize) -> Vec<WantedOffer> {
        let mut demands: BTreeMap<OfferId, usize> = BTreeMap::new();
        for list in self.pairings.values() {
            let open = list.iter().filter(|p| p.decision != Decision::Deny);
            for pairing in open.take(top) {
                *demands.entry(pairing.offer).or_default() += 1;
            }
        }
        let mut rows: Vec<WantedOffer> = demands
            .into_iter()
            .filter_map(|(id, demands)| {
                let offer = self.offers.get(&id)?;
                Some(WantedOffer {
                    offer: id,
                    hospital: offer.hospital,
                    demands,
                    capacity: offer.content.preferences.capacity_per_year,
                })
            })
            .collect();
        rows.sort_by_key(WantedOffer::place);
        rows
    }

    /// The same by hospital.
    pub fn wanted_hospitals(&self, top: usize) -> Vec<WantedHospital> {
        let mut rows: BTreeMap<OrganisationId, WantedHospital> = BTreeMap::new();
        for offer in self.wanted_offers(top) {
            let row = rows.entry(offer.hospital).or_insert(WantedHospital {
                hospital: offer.hospital,
                demands: 0,
                offers: 0,
                capacity: Some(0),
            });
            row.offers += 1;
            row.capacity = row.capacity.zip(offer.capacity).map(|(a, b)| a + b);
        }
        for list in self.pairings.values() {
            let open = list.iter().filter(|p| p.decision != Decision::Deny);
            let hospitals: BTreeSet<OrganisationId> = open
                .take(top)
                .filter_map(|pairing| Some(self.offers.get(&pairing.offer)?.hospital))
                .collect();
            for hospital in hospitals {
                if let Some(row) = rows.get_mut(&hospital) {
                    row.demands += 1;
                }
            }
        }
        let mut rows: Vec<WantedHospital> = rows.into_values().collect();
        rows.sort_by_key(WantedHospital::place);
        rows
    }
}
