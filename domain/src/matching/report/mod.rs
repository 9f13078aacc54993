//! Reports of matching: what is asked that nobody offers, what many want, what one decision of a hospital would open.
//!
//! Figures over open demands, listed offers and the stored matches between them, never a scoring. A row counts demands
//! and does not say whose they are; it does not count askers either, or it would tell that two blind demands have the
//! same one. Small counts of demands are shown: what an open demand says is public to whoever is verified, and
//! organisations are no patients. No count of subjects enters here.

mod openings;
mod unmet;
mod wanted;

pub use openings::{AskerChange, Opening};
pub use unmet::{ConditionRow, Gap, KindRow};
pub use wanted::{WantedHospital, WantedOffer};

use super::{DemandSubject, OfferSubject};
use crate::id::{DemandId, MatchId, OfferId};
use crate::terminology::Terminology;
use crate::use_conditions::Decision;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A stored match without its explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pairing {
    /// Its identity, which orders matches of equal rank.
    pub id: MatchId,
    /// The demand.
    pub demand: DemandId,
    /// The offer.
    pub offer: OfferId,
    /// What the gate said.
    pub decision: Decision,
    /// Hundredths of a point, 0 to 10 000.
    pub score: i32,
    /// The order of matches, see [`super::Match::rank_key`].
    pub rank_key: i32,
}

/// The facts of the reports.
#[derive(Debug, Clone)]
pub struct Market<'t> {
    terminology: &'t Terminology,
    demands: BTreeMap<DemandId, Arc<DemandSubject>>,
    offers: BTreeMap<OfferId, Arc<OfferSubject>>,
    /// By demand, best first.
    pairings: BTreeMap<DemandId, Vec<Pairing>>,
}

/// Demands by the best that the gate says to any of their matches; the four parts sum to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// All.
    pub demands: usize,
    /// With a match that passes.
    pub passing: usize,
    /// With a match to ask about, and none that passes.
    pub asking: usize,
    /// With near-misses only.
    pub denied: usize,
    /// Without any match worth keeping.
    pub unmatched: usize,
    /// The best score among the matches that are not denied, hundredths of a point.
    pub best_score: Option<i32>,
}

impl Tally {
    fn add(&mut self, pairings: &[Pairing]) {
        self.demands += 1;
        match pairings.iter().map(|pairing| pairing.decision).min() {
            Some(Decision::Pass) => self.passing += 1,
            Some(Decision::Ask) => self.asking += 1,
            Some(Decision::Deny) => self.denied += 1,
            None => self.unmatched += 1,
        }
        let open = pairings.iter().filter(|p| p.decision != Decision::Deny);
        self.best_score = self.best_score.max(open.map(|p| p.score).max());
    }
}

impl<'t> Market<'t> {
    /// Puts the facts together. Pairings of demands that are not among them are left out; those of other offers count
    /// for the order of a demand's matches, and get no row.
    pub fn new(
        demands: impl IntoIterator<Item: Into<Arc<DemandSubject>>>,
        offers: impl IntoIterator<Item: Into<Arc<OfferSubject>>>,
        pairings: impl IntoIterator<Item = Pairing>,
        terminology: &'t Terminology,
    ) -> Self {
        let demands: BTreeMap<_, _> = demands
            .into_iter()
            .map(Into::into)
            .map(|d: Arc<DemandSubject>| (d.id, d))
            .collect();
        let offers: BTreeMap<_, _> = offers
            .into_iter()
            .map(Into::into)
            .map(|o: Arc<OfferSubject>| (o.id, o))
            .collect();
        let mut by_demand: BTreeMap<DemandId, Vec<Pairing>> = BTreeMap::new();
        for pairing in pairings {
            if demands.contains_key(&pairing.demand) {
                by_demand.entry(pairing.demand).or_default().push(pairing);
            }
        }
        for list in by_demand.values_mut() {
            list.sort_by_key(|pairing| (Reverse(pairing.rank_key), pairing.id));
        }
        Self {
            terminology,
            demands,
            offers,
            pairings: by_demand,
        }
    }

    /// How many offers are listed.
    pub fn offers(&self) -> usize {
        self.offers.len()
    }

    /// All demands.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for demand in self.demands.keys() {
            tally.add(self.pairings_of(*demand));
        }
        tally
    }

    fn pairings_of(&self, demand: DemandId) -> &[Pairing] {
        self.pairings.get(&demand).map_or(&[], Vec::as_slice)
    }
}
