//! The offers and demands of a process, by what they are about.
//!
//! Two subjects that share neither a letter of ICD-10 nor a category of data are not scored. What is left is scored by
//! the same function from either side, so walking from a demand or from an offer gives the same bits.

use super::score::{Match, Weights, score};
use super::subject::{DemandSubject, Key, OfferSubject};
use crate::id::{DemandId, OfferId};
use crate::terminology::Terminology;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Matches kept of one record.
const KEPT: usize = 50;

/// The offers and demands of a process.
#[derive(Debug)]
pub struct MatchIndex {
    terminology: &'static Terminology,
    weights: Weights,
    offers: BTreeMap<OfferId, OfferSubject>,
    demands: BTreeMap<DemandId, DemandSubject>,
    offers_by: BTreeMap<Key, BTreeSet<OfferId>>,
    demands_by: BTreeMap<Key, BTreeSet<DemandId>>,
}

impl MatchIndex {
    /// Empty.
    pub fn new(terminology: &'static Terminology, weights: Weights) -> Self {
        Self {
            terminology,
            weights,
            offers: BTreeMap::new(),
            demands: BTreeMap::new(),
            offers_by: BTreeMap::new(),
            demands_by: BTreeMap::new(),
        }
    }

    /// Adds an offer or replaces its earlier version.
    pub fn upsert_offer(&mut self, offer: OfferSubject) {
        self.remove_offer(offer.id);
        for key in offer.keys() {
            self.offers_by.entry(key).or_default().insert(offer.id);
        }
        self.offers.insert(offer.id, offer);
    }

    /// Adds a demand or replaces its earlier version.
    pub fn upsert_demand(&mut self, demand: DemandSubject) {
        self.remove_demand(demand.id);
        for key in demand.keys() {
            self.demands_by.entry(key).or_default().insert(demand.id);
        }
        self.demands.insert(demand.id, demand);
    }

    /// Forgets an offer.
    pub fn remove_offer(&mut self, id: OfferId) {
        if let Some(offer) = self.offers.remove(&id) {
            for key in offer.keys() {
                self.offers_by.entry(key).or_default().remove(&id);
            }
        }
    }

    /// Forgets a demand.
    pub fn remove_demand(&mut self, id: DemandId) {
        if let Some(demand) = self.demands.remove(&id) {
            for key in demand.keys() {
                self.demands_by.entry(key).or_default().remove(&id);
            }
        }
    }

    /// The relevant matches of a demand, best first, at most 50 of those that are not denied and 50 near-misses.
    pub fn matches_of_demand(&self, id: DemandId, today: NaiveDate) -> Vec<Match> {
        let Some(demand) = self.demands.get(&id) else {
            return Vec::new();
        };
        let near: BTreeSet<OfferId> = demand
            .keys()
            .iter()
            .filter_map(|key| self.offers_by.get(key))
            .flatten()
            .copied()
            .collect();
        let offers = near.iter().filter_map(|id| self.offers.get(id));
        keep(
            offers
                .filter_map(|offer| self.pair(demand, offer, today))
                .collect(),
        )
    }

    /// The relevant matches of an offer, best first, at most 50 of those that are not denied and 50 near-misses.
    pub fn matches_of_offer(&self, id: OfferId, today: NaiveDate) -> Vec<Match> {
        let Some(offer) = self.offers.get(&id) else {
            return Vec::new();
        };
        let near: BTreeSet<DemandId> = offer
            .keys()
            .iter()
            .filter_map(|key| self.demands_by.get(key))
            .flatten()
            .copied()
            .collect();
        let demands = near.iter().filter_map(|id| self.demands.get(id));
        keep(
            demands
                .filter_map(|demand| self.pair(demand, offer, today))
                .collect(),
        )
    }

    fn pair(
        &self,
        demand: &DemandSubject,
        offer: &OfferSubject,
        today: NaiveDate,
    ) -> Option<Match> {
        if demand.excludes(offer.organisation) {
            return None;
        }
        Some(score(demand, offer, &self.weights, self.terminology, today))
            .filter(Match::is_relevant)
    }
}

fn keep(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by_key(|m| (-m.rank_key(), m.demand, m.offer));
    let (mut open, mut denied) = (0, 0);
    matches.retain(|m| {
        let count = if m.is_denied() {
            &mut denied
        } else {
            &mut open
        };
        *count += 1;
        *count <= KEPT
    });
    matches
}
