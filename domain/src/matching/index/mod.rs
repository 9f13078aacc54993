//! An index in memory over both sides, so that a changed record finds its matches without every pair being scored.
//!
//! It keeps subjects and postings by condition and by data kind, never scores: matches are computed when asked for, from
//! the records present, so that the order of changes cannot matter. Candidates are the same pairs from either side, and
//! [`Match::is_relevant`] decides alike for both.

mod best;
mod side;

use super::criteria::text::DemandText;
use super::score::Scorer;
use super::{DemandSubject, Match, OfferSubject, TextModel, Weights};
use crate::id::{DemandId, OfferId};
use crate::terminology::{Span, Terminology, Topic};
use chrono::NaiveDate;
use side::{Kinds, Side};

/// The matches of one record, best first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatchList {
    /// What the gate does not deny, at most [`super::STORED_MATCHES`].
    pub matches: Vec<Match>,
    /// What it denies although it would fit well.
    pub near_misses: Vec<Match>,
}

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
    demands: Side<DemandId, IndexedDemand, Topic>,
    offers: Side<OfferId, OfferSubject, Span>,
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
        let subject = demand;
        self.demands
            .insert(id, IndexedDemand { subject, text }, &conditions, kinds);
    }

    /// Adds or replaces an offer.
    pub fn upsert_offer(&mut self, offer: OfferSubject) {
        self.remove_offer(offer.id);
        let (id, conditions, kinds) = (offer.id, offer.spans().to_vec(), held_kinds(&offer));
        self.offers.insert(id, offer, &conditions, kinds);
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

    /// The best matches and near-misses of a demand on a day; none where it is not in the index.
    pub fn matches_of_demand(&self, id: DemandId, today: NaiveDate) -> MatchList {
        let Some(demand) = self.demands.get(id) else {
            return MatchList::default();
        };
        let topics = demand.subject.topics();
        let candidates = self.offers.candidates(
            !topics.is_empty(),
            |offered| {
                let credits = topics.iter().map(|topic| credit(topic, *offered));
                credits.max().unwrap_or(0)
            },
            wanted_kinds(&demand.subject),
        );
        best::best(&self.scorer(today), &candidates, |place| {
            Some((demand, self.offers.at(place)?))
        })
    }

    /// The best matches and near-misses of an offer on a day; none where it is not in the index.
    pub fn matches_of_offer(&self, id: OfferId, today: NaiveDate) -> MatchList {
        let Some(offer) = self.offers.get(id) else {
            return MatchList::default();
        };
        let spans = offer.spans();
        let candidates = self.demands.candidates(
            !spans.is_empty(),
            |topic| {
                let credits = spans.iter().map(|span| credit(topic, *span));
                credits.max().unwrap_or(0)
            },
            held_kinds(offer),
        );
        best::best(&self.scorer(today), &candidates, |place| {
            Some((self.demands.at(place)?, offer))
        })
    }
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
