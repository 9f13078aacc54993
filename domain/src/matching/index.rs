//! An index in memory over both sides, so that a changed record finds its matches without every pair being scored.
//!
//! It keeps subjects and postings by condition and by data kind, never scores: matches are computed when asked for, from
//! the records present, so that the order of changes cannot matter. Candidates are a superset of the relevant pairs from
//! either side, and [`Match::is_relevant`] decides alike for both.

use super::criteria::text::DemandText;
use super::score::{Numbers, STORED_MATCHES, Scorer};
use super::{DemandSubject, Match, NEAR_MISS_FLOOR, OfferSubject, TextModel, Weights, is_excluded};
use crate::catalogue::DataKind;
use crate::id::{DemandId, OfferId};
use crate::terminology::{ConditionCode, Terminology};
use crate::use_conditions::Decision;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Near-misses kept for each demand and each offer.
const KEPT_NEAR_MISSES: usize = 10;

/// The matches of one record, best first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatchList {
    /// What the gate does not deny, at most [`STORED_MATCHES`].
    pub matches: Vec<Match>,
    /// What it denies although it would fit well.
    pub near_misses: Vec<Match>,
}

/// Records of one side by what they name.
#[derive(Debug, Clone)]
struct Postings<Id> {
    conditions: BTreeMap<ConditionCode, BTreeSet<Id>>,
    kinds: BTreeMap<DataKind, BTreeSet<Id>>,
    /// Names no condition.
    no_condition: BTreeSet<Id>,
    /// Names no kind.
    no_kind: BTreeSet<Id>,
}

impl<Id: Ord + Copy> Postings<Id> {
    fn new() -> Self {
        Self {
            conditions: BTreeMap::new(),
            kinds: BTreeMap::new(),
            no_condition: BTreeSet::new(),
            no_kind: BTreeSet::new(),
        }
    }

    fn add(&mut self, id: Id, conditions: &[ConditionCode], kinds: &[DataKind]) {
        for code in conditions {
            self.conditions.entry(code.clone()).or_default().insert(id);
        }
        for kind in kinds {
            self.kinds.entry(*kind).or_default().insert(id);
        }
        if conditions.is_empty() {
            self.no_condition.insert(id);
        }
        if kinds.is_empty() {
            self.no_kind.insert(id);
        }
    }

    fn remove(&mut self, id: Id, conditions: &[ConditionCode], kinds: &[DataKind]) {
        fn drop_from<K: Ord, Id: Ord>(map: &mut BTreeMap<K, BTreeSet<Id>>, key: &K, id: &Id) {
            if let Some(ids) = map.get_mut(key) {
                ids.remove(id);
                if ids.is_empty() {
                    map.remove(key);
                }
            }
        }
        for code in conditions {
            drop_from(&mut self.conditions, code, &id);
        }
        for kind in kinds {
            drop_from(&mut self.kinds, kind, &id);
        }
        self.no_condition.remove(&id);
        self.no_kind.remove(&id);
    }

    /// Everything that could touch a record with these conditions and kinds.
    fn candidates(
        &self,
        names_condition: bool,
        names_kind: bool,
        related: impl Fn(&ConditionCode) -> bool,
        touches: impl Fn(DataKind) -> bool,
    ) -> BTreeSet<Id> {
        let mut found: BTreeSet<Id> = BTreeSet::new();
        if names_condition {
            for (code, ids) in &self.conditions {
                if related(code) {
                    found.extend(ids);
                }
            }
            found.extend(&self.no_condition);
            return found;
        }
        if names_kind {
            for (kind, ids) in &self.kinds {
                if touches(*kind) {
                    found.extend(ids);
                }
            }
            found.extend(&self.no_kind);
            return found;
        }
        // A record without any topic could touch everything.
        found.extend(self.conditions.values().flatten());
        found.extend(&self.no_condition);
        found
    }
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
    demands: BTreeMap<DemandId, IndexedDemand>,
    offers: BTreeMap<OfferId, OfferSubject>,
    demand_postings: Postings<DemandId>,
    offer_postings: Postings<OfferId>,
}

fn demand_kinds(demand: &DemandSubject) -> Vec<DataKind> {
    demand.kinds().collect()
}

impl<'t> MatchIndex<'t> {
    /// An empty index; weights and text model stay for its life, so that all its scores compare.
    pub fn new(weights: Weights, model: TextModel, terminology: &'t Terminology) -> Self {
        Self {
            weights,
            model,
            terminology,
            demands: BTreeMap::new(),
            offers: BTreeMap::new(),
            demand_postings: Postings::new(),
            offer_postings: Postings::new(),
        }
    }

    /// Adds or replaces a demand.
    pub fn upsert_demand(&mut self, demand: DemandSubject) {
        self.remove_demand(demand.id);
        self.demand_postings
            .add(demand.id, demand.conditions(), &demand_kinds(&demand));
        let text = DemandText::of(&demand, &self.model);
        self.demands.insert(
            demand.id,
            IndexedDemand {
                subject: demand,
                text,
            },
        );
    }

    /// Adds or replaces an offer.
    pub fn upsert_offer(&mut self, offer: OfferSubject) {
        self.remove_offer(offer.id);
        self.offer_postings
            .add(offer.id, offer.conditions(), offer.kinds());
        self.offers.insert(offer.id, offer);
    }

    /// Removes a demand; whether it was there.
    pub fn remove_demand(&mut self, id: DemandId) -> bool {
        let Some(old) = self.demands.remove(&id) else {
            return false;
        };
        self.demand_postings
            .remove(id, old.subject.conditions(), &demand_kinds(&old.subject));
        true
    }

    /// Removes an offer; whether it was there.
    pub fn remove_offer(&mut self, id: OfferId) -> bool {
        let Some(old) = self.offers.remove(&id) else {
            return false;
        };
        self.offer_postings
            .remove(id, old.conditions(), old.kinds());
        true
    }

    /// The demand as indexed.
    pub fn demand(&self, id: DemandId) -> Option<&DemandSubject> {
        self.demands.get(&id).map(|indexed| &indexed.subject)
    }

    /// The offer as indexed.
    pub fn offer(&self, id: OfferId) -> Option<&OfferSubject> {
        self.offers.get(&id)
    }

    /// Every demand, by id.
    pub fn demand_ids(&self) -> impl Iterator<Item = DemandId> {
        self.demands.keys().copied()
    }

    /// Every offer, by id.
    pub fn offer_ids(&self) -> impl Iterator<Item = OfferId> {
        self.offers.keys().copied()
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
        let Some(demand) = self.demands.get(&id) else {
            return MatchList::default();
        };
        let subject = &demand.subject;
        let candidates = self.offer_postings.candidates(
            !subject.conditions().is_empty(),
            subject.names_kinds(),
            |offered| {
                subject
                    .conditions()
                    .iter()
                    .any(|wanted| self.related(wanted, offered))
            },
            |offered| {
                subject
                    .kinds()
                    .any(|wanted| super::criteria::data_kinds::credit(wanted, offered) > 0.0)
            },
        );
        let pairs = candidates
            .iter()
            .filter_map(|id| Some((demand, self.offers.get(id)?)));
        self.best(pairs, today)
    }

    /// The best matches and near-misses of an offer on a day; none where it is not in the index.
    pub fn matches_of_offer(&self, id: OfferId, today: NaiveDate) -> MatchList {
        let Some(offer) = self.offers.get(&id) else {
            return MatchList::default();
        };
        let mut candidates = self.demand_postings.candidates(
            !offer.conditions().is_empty(),
            !offer.kinds().is_empty(),
            |wanted| {
                offer
                    .conditions()
                    .iter()
                    .any(|offered| self.related(wanted, offered))
            },
            |wanted| {
                offer
                    .kinds()
                    .iter()
                    .any(|offered| super::criteria::data_kinds::credit(wanted, *offered) > 0.0)
            },
        );
        // A demand may be relevant by its disease alone although the offer names none.
        if offer.conditions().is_empty() {
            candidates.extend(&self.demand_postings.no_kind);
        }
        let pairs = candidates
            .iter()
            .filter_map(|id| Some((self.demands.get(id)?, offer)));
        self.best(pairs, today)
    }

    fn related(&self, demanded: &ConditionCode, offered: &ConditionCode) -> bool {
        self.terminology.topic_relation(demanded, offered).credit() > 0
    }

    /// Scores what may be relevant, then asks the gate from the best on until enough is found.
    fn best<'a>(
        &'a self,
        pairs: impl Iterator<Item = (&'a IndexedDemand, &'a OfferSubject)>,
        today: NaiveDate,
    ) -> MatchList {
        let scorer = self.scorer(today);
        let mut scored: Vec<(Numbers, &IndexedDemand, &OfferSubject)> = pairs
            .filter(|(demand, offer)| {
                let kinds = !demand.subject.names_kinds()
                    || offer.kinds().is_empty()
                    || demand.subject.kinds_touch(offer);
                kinds && !is_excluded(&demand.subject, offer)
            })
            .map(|(demand, offer)| {
                let numbers = scorer.numbers_of(&demand.subject, offer, &demand.text);
                (numbers, demand, offer)
            })
            .filter(|(numbers, _, _)| numbers.is_relevant())
            .collect();
        scored.sort_by(|(a, ad, ao), (b, bd, bo)| {
            b.score
                .cmp(&a.score)
                .then(b.uncapped.cmp(&a.uncapped))
                .then((ad.subject.id, ao.id).cmp(&(bd.subject.id, bo.id)))
        });
        let mut list = MatchList::default();
        let mut full_at = None;
        for (numbers, demand, offer) in scored {
            // Pass goes before ask at equal score, so a score is finished before the list is cut.
            let full = full_at.is_some_and(|score| numbers.score < score);
            let misses =
                list.near_misses.len() >= KEPT_NEAR_MISSES || numbers.score < NEAR_MISS_FLOOR;
            if full && misses {
                break;
            }
            let found = scorer.match_of(&demand.subject, offer, &demand.text, &numbers);
            if found.decision == Decision::Deny {
                if !misses {
                    list.near_misses.push(found);
                }
            } else if !full {
                list.matches.push(found);
                if list.matches.len() >= STORED_MATCHES && full_at.is_none() {
                    full_at = Some(numbers.score);
                }
            }
        }
        list.matches.sort_by_key(Match::rank);
        list.matches.truncate(STORED_MATCHES);
        list
    }
}
