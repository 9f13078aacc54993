//! Demands and offers as the reports see them, prepared once for each version and kept from one report to the next.
//!
//! Which versions count, and for whom, the store says each time; what is kept here decides nothing.

use super::{App, Outcome, aside};
use matchday_domain::catalogue::Offer;
use matchday_domain::demand::Demand;
use matchday_domain::id::{DemandId, OfferId, OrganisationId};
use matchday_domain::matching::{DemandSubject, OfferSubject};
use matchday_domain::organisation::Organisation;
use matchday_domain::terminology::Terminology;
use matchday_infra::store::{Current, Viewer};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, MutexGuard, PoisonError};

/// Records read and prepared at once.
const RECORDS: usize = 5_000;

/// What is prepared. A demand has a version of its own and one of its asker's profile.
#[derive(Default)]
pub(super) struct Prepared {
    terminology: Option<&'static Terminology>,
    demands: Kept<DemandId, (i32, i32), DemandSubject>,
    offers: Kept<OfferId, i32, OfferSubject>,
}

/// Prepared records by id, each of one version.
struct Kept<Id, Version, Record>(HashMap<Id, (Version, Arc<Record>)>);

impl<Id, Version, Record> Default for Kept<Id, Version, Record> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<Id: Copy + Eq + Hash, Version: PartialEq, Record> Kept<Id, Version, Record> {
    /// What is prepared of the records wanted, and which are not.
    fn known(&self, wanted: Vec<(Id, Version)>) -> (Vec<Arc<Record>>, Vec<Id>) {
        let (mut known, mut missing) = (Vec::with_capacity(wanted.len()), Vec::new());
        for (id, version) in wanted {
            match self.0.get(&id) {
                Some((of, record)) if *of == version => known.push(record.clone()),
                _ => missing.push(id),
            }
        }
        (known, missing)
    }

    fn only(&mut self, ids: &[Current<Id>]) {
        let ids: HashSet<Id> = ids.iter().map(|record| record.id).collect();
        self.0.retain(|id, _| ids.contains(id));
    }

    fn keep(&mut self, records: Vec<(Id, Version, Arc<Record>)>) {
        let records = records.into_iter();
        self.0
            .extend(records.map(|(id, version, record)| (id, (version, record))));
    }
}

impl App {
    pub(super) async fn askers(
        &self,
        ids: impl Iterator<Item = OrganisationId>,
    ) -> Outcome<HashMap<OrganisationId, Organisation>> {
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        let found = self.store.organisations(&ids).await?;
        Ok(found.into_iter().map(|found| (found.id, found)).collect())
    }

    /// Demands as prepared for the versions that count; those that were closed meanwhile are missing.
    pub(super) async fn demand_subjects(
        &self,
        viewer: Viewer,
        current: &[Current<DemandId>],
        terminology: &'static Terminology,
    ) -> Outcome<Vec<Arc<DemandSubject>>> {
        let askers = self.askers(current.iter().map(|d| d.organisation)).await?;
        let wanted = current.iter().filter_map(|demand| {
            let asker = askers.get(&demand.organisation)?;
            Some((demand.id, (demand.version, asker.version)))
        });
        let (mut subjects, missing) = self
            .prepared(terminology)
            .demands
            .known(wanted.collect::<Vec<_>>());
        for ids in missing.chunks(RECORDS) {
            let demands = self.store.demands(viewer, ids).await?;
            let askers = self.askers(demands.iter().map(|d| d.organisation)).await?;
            let fresh = aside(move || {
                let open = demands.into_iter().filter(Demand::is_open);
                let subjects = open.filter_map(|demand| {
                    let asker = askers.get(&demand.organisation)?;
                    let versions = (demand.version, asker.version);
                    let subject = demand_subject(demand, asker, terminology);
                    Some((subject.id, versions, Arc::new(subject)))
                });
                subjects.collect::<Vec<_>>()
            })
            .await?;
            subjects.extend(fresh.iter().map(|(_, _, subject)| subject.clone()));
            self.prepared(terminology).demands.keep(fresh);
        }
        Ok(subjects)
    }

    /// Offers as prepared for the versions that count; those that were taken off the list meanwhile are missing.
    pub(super) async fn offer_subjects(
        &self,
        current: &[Current<OfferId>],
        terminology: &'static Terminology,
    ) -> Outcome<Vec<Arc<OfferSubject>>> {
        let wanted: Vec<_> = current.iter().map(|o| (o.id, o.version)).collect();
        let (mut subjects, missing) = self.prepared(terminology).offers.known(wanted);
        for ids in missing.chunks(RECORDS) {
            let offers = self.store.offers(Viewer::Service, ids).await?;
            let fresh = aside(move || {
                let listed = offers.into_iter().filter(Offer::is_listed);
                let subjects = listed.map(|offer| {
                    let subject = offer_subject(offer, terminology);
                    (subject.id, subject.version, Arc::new(subject))
                });
                subjects.collect::<Vec<_>>()
            })
            .await?;
            subjects.extend(fresh.iter().map(|(_, _, subject)| subject.clone()));
            self.prepared(terminology).offers.keep(fresh);
        }
        Ok(subjects)
    }

    /// Forgets what is prepared of other records than these, which are all of the market.
    pub(super) fn prepared_only(
        &self,
        demands: &[Current<DemandId>],
        offers: &[Current<OfferId>],
        terminology: &'static Terminology,
    ) {
        let mut prepared = self.prepared(terminology);
        prepared.demands.only(demands);
        prepared.offers.only(offers);
    }

    /// What is prepared, emptied where it was coded with other words.
    fn prepared(&self, terminology: &'static Terminology) -> MutexGuard<'_, Prepared> {
        let prepared = self.prepared.lock();
        let mut prepared = prepared.unwrap_or_else(PoisonError::into_inner);
        let same = |words: &Terminology| std::ptr::eq(words, terminology);
        if !prepared.terminology.is_some_and(same) {
            *prepared = Prepared {
                terminology: Some(terminology),
                ..Prepared::default()
            };
        }
        prepared
    }
}

pub(super) fn demand_subject(
    demand: Demand,
    asker: &Organisation,
    terminology: &Terminology,
) -> DemandSubject {
    let (id, version, owner) = (demand.id, demand.version, demand.organisation);
    let profile = asker.profile.clone();
    DemandSubject::new(id, version, owner, profile, demand.content, terminology)
}

/// Neither the reports nor the feasibility look at where a hospital sits.
fn offer_subject(offer: Offer, terminology: &Terminology) -> OfferSubject {
    let (id, version, hospital) = (offer.id, offer.version, offer.organisation);
    let content = offer.content.as_shown(&offer.disclosed);
    OfferSubject::new(id, version, hospital, None, content, terminology)
}
