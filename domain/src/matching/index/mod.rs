//! An index in memory over both sides, so that a changed record finds its matches without every pair being scored.
//!
//! It keeps subjects and postings by condition and by data kind, never scores (but for [`MatchIndex::floor`], which only
//! tells what need not be looked at): matches are computed when asked for, from
//! the records present, so that the order of changes cannot matter. Candidates are the same pairs from either side, and
//! [`super::Match::is_relevant`] decides alike for both.

mod best;
mod glance;
mod side;
mod upkeep;

use super::criteria::text::DemandText;
use super::score::Scorer;
use super::{DemandSubject, OfferSubject, RankKey, TextModel, Weights};
use crate::id::{DemandId, OfferId};
use crate::terminology::{Span, Terminology, Topic};
use best::{Found, Search};
use chrono::NaiveDate;
use glance::{DemandGlance, Eye, OfferGlance};
use side::{Kinds, Side};

pub use best::MatchList;
pub use upkeep::{Keepers, Kept, Plan, Record, Renewal};

#[derive(Debug, Clone)]
struct IndexedDemand {
    subject: DemandSubject,
    text: DemandText,
}

/// The open demands and listed offers of a process.
#[derive(Debug, Clone)]
pub struct MatchIndex<'t> {
    weights: Weights,
    model: TextModel,
    terminology: &'t Terminology,
    demands: Side<DemandId, IndexedDemand, DemandGlance, Topic>,
    offers: Side<OfferId, OfferSubject, OfferGlance, Span>,
}

impl<'t> MatchIndex<'t> {
    /// An empty index; weights and text model stay for its life, so that all its scores compare.
    pub fn new(weights: Weights, model: TextModel, terminology: &'t Terminology) -> Self {
        Self {
            weights,
            model,
            terminology,
            demands: Side::new(),
            offers: Side::new(),
        }
    }

    /// Adds or replaces a demand.
    pub fn upsert_demand(&mut self, demand: DemandSubject) {
        self.remove_demand(demand.id);
        let text = DemandText::of(&demand, &self.model);
        let (id, conditions) = (demand.id, demand.topics().to_vec());
        let kinds = wanted_kinds(&demand);
        let glance = DemandGlance::of(&demand);
        let subject = demand;
        self.demands.insert(
            id,
            IndexedDemand { subject, text },
            glance,
            &conditions,
            kinds,
        );
    }

    /// Adds or replaces an offer.
    pub fn upsert_offer(&mut self, offer: OfferSubject) {
        self.remove_offer(offer.id);
        let (id, conditions, kinds) = (offer.id, offer.spans().to_vec(), held_kinds(&offer));
        let glance = OfferGlance::of(&offer);
        self.offers.insert(id, offer, glance, &conditions, kinds);
    }

    /// Removes a demand; whether it was there.
    pub fn remove_demand(&mut self, id: DemandId) -> bool {
        self.demands.remove(id, |demand| {
            let subject = &demand.subject;
            (subject.topics(), wanted_kinds(subject))
        })
    }

    /// Removes an offer; whether it was there.
    pub fn remove_offer(&mut self, id: OfferId) -> bool {
        self.offers
            .remove(id, |offer| (offer.spans(), held_kinds(offer)))
    }

    /// The demand as indexed.
    pub fn demand(&self, id: DemandId) -> Option<&DemandSubject> {
        self.demands.get(id).map(|indexed| &indexed.subject)
    }

    /// The offer as indexed.
    pub fn offer(&self, id: OfferId) -> Option<&OfferSubject> {
        self.offers.get(id)
    }

    /// Every demand, by id.
    pub fn demand_ids(&self) -> impl Iterator<Item = DemandId> {
        self.demands.ids()
    }

    /// Every offer, by id.
    pub fn offer_ids(&self) -> impl Iterator<Item = OfferId> {
        self.offers.ids()
    }

    /// The text model of the next epoch, counted over the offers at hand, once they have outgrown the present one.
    pub fn next_text_model(&self) -> Option<TextModel> {
        self.model
            .is_outgrown_by(self.offers.len())
            .then(|| TextModel::of(self.model.version + 1, self.offers.records()))
    }

    fn scorer(&self, today: NaiveDate) -> Scorer<'_> {
        Scorer {
            weights: &self.weights,
            model: &self.model,
            terminology: self.terminology,
            today,
        }
    }

    /// What is stored with every score of this index.
    pub fn scorer_version(&self) -> String {
        self.scorer(NaiveDate::MIN).version()
    }

    /// The last match of a record, which a pair has to go before to be among its best; absent while there is room.
    pub fn floor(&self, record: Record) -> Option<RankKey> {
        match record {
            Record::Demand(id) => self.demands.floor(id),
            Record::Offer(id) => self.offers.floor(id),
        }
    }

    /// Takes a floor from a [`Plan`]. One that is too low costs time, one that is too high loses matches.
    pub fn set_floor(&mut self, record: Record, floor: Option<RankKey>) {
        match record {
            Record::Demand(id) => self.demands.set_floor(id, floor),
            Record::Offer(id) => self.offers.set_floor(id, floor),
        }
    }

    /// The best matches and near-misses of a demand on a day; none where it is not in the index.
    pub fn matches_of_demand(&self, id: DemandId, today: NaiveDate) -> MatchList {
        self.found(Record::Demand(id), false, today).list
    }

    /// The best matches and near-misses of an offer on a day; none where it is not in the index.
    pub fn matches_of_offer(&self, id: OfferId, today: NaiveDate) -> MatchList {
        self.found(Record::Offer(id), false, today).list
    }

    /// The matches of a record, and, where `entering`, what may be among the best of others.
    fn found(&self, record: Record, entering: bool, today: NaiveDate) -> Found<'_> {
        let found = match record {
            Record::Demand(id) => self.found_for_demand(id, entering, today),
            Record::Offer(id) => self.found_for_offer(id, entering, today),
        };
        found.unwrap_or_default()
    }

    fn found_for_demand(
        &self,
        id: DemandId,
        entering: bool,
        today: NaiveDate,
    ) -> Option<Found<'_>> {
        let (demand, glance) = (self.demands.get(id)?, self.demands.glance_of(id)?);
        let (scorer, eye) = (self.scorer(today), Eye::new(&self.weights, today));
        let topics = demand.subject.topics();
        let candidates = self.offers.candidates(
            !topics.is_empty(),
            |offered| {
                let credits = topics.iter().map(|topic| credit(topic, *offered));
                credits.max().unwrap_or(0)
            },
            wanted_kinds(&demand.subject),
        );
        let search = Search {
            scorer: &scorer,
            tiers: candidates.tiers(&scorer, !topics.is_empty(), false),
            pair: |place| Some((demand, self.offers.at(place)?)),
            bound: |place, least| eye.bound(glance, self.offers.glance(place)?, least),
            floor: |place| floor(entering, || self.offers.floor_score(place)),
            fetch_glance: |place| self.offers.glance(place).map_or(0, OfferGlance::fetch),
            fetch_record: |place| self.offers.at(place).map_or(0, OfferSubject::fetch),
        };
        Some(search.run())
    }

    fn found_for_offer(&self, id: OfferId, entering: bool, today: NaiveDate) -> Option<Found<'_>> {
        let (offer, glance) = (self.offers.get(id)?, self.offers.glance_of(id)?);
        let (scorer, eye) = (self.scorer(today), Eye::new(&self.weights, today));
        let spans = offer.spans();
        let candidates = self.demands.candidates(
            !spans.is_empty(),
            |topic| {
                let credits = spans.iter().map(|span| credit(topic, *span));
                credits.max().unwrap_or(0)
            },
            held_kinds(offer),
        );
        let search = Search {
            scorer: &scorer,
            tiers: candidates.tiers(&scorer, false, true),
            pair: |place| Some((self.demands.at(place)?, offer)),
            bound: |place, least| eye.bound(self.demands.glance(place)?, glance, least),
            floor: |place| floor(entering, || self.demands.floor_score(place)),
            fetch_glance: |place| self.demands.glance(place).map_or(0, DemandGlance::fetch),
            fetch_record: |place| {
                let demand = self.demands.at(place);
                demand.map_or(0, |demand| demand.subject.fetch() + demand.text.fetch())
            },
        };
        Some(search.run())
    }
}

/// The score from which a pair may be among the best of the other side.
fn floor(entering: bool, last: impl FnOnce() -> i32) -> i32 {
    if entering { last() } else { i32::MAX }
}

fn wanted_kinds(demand: &DemandSubject) -> Kinds {
    let must = demand.required_kinds().iter().chain(demand.any_of_kinds());
    Kinds {
        all: demand.touching_kinds(),
        musts: must.fold(0, |bits, kind| bits | kind.touching()),
    }
}

fn held_kinds(offer: &OfferSubject) -> Kinds {
    Kinds {
        all: offer.kind_bits(),
        musts: offer.kind_bits(),
    }
}

fn credit(demanded: &Topic, offered: Span) -> u16 {
    demanded.relation(offered).credit()
}
