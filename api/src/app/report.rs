//! Reports on supply and demand, and what consortia have together: figures from stored data.
//!
//! The organiser and the observers read them all, a hospital the part about its own offers; see
//! [`matchday_domain::matching::report`] for what a figure may tell.

use super::prepared::demand_subject;
use super::{App, Caller, Outcome, aside};
use matchday_domain::id::{ConsortiumId, DemandId, OrganisationId};
use matchday_domain::matching::report::Market;
use matchday_domain::matching::{Feasibility, OfferSubject};
use matchday_domain::organisation::Consortium;
use matchday_domain::policy::Action;
use matchday_infra::store::Viewer;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

/// What the consortia have for a demand, most subjects first.
pub type ConsortiumFeasibilities = Arc<Vec<(Consortium, Feasibility)>>;

impl App {
    /// The facts of the whole market, for the organiser and the observers.
    ///
    /// # Errors
    /// Somebody else, or the store.
    pub async fn market(&self, caller: &Caller) -> Outcome<Market<'static>> {
        caller.may(Action::ReadReports { hospital: None })?;
        self.market_of(caller.viewer()?, None).await
    }

    /// The same, and for a hospital the facts about its own offers.
    ///
    /// # Errors
    /// Somebody else, or the store.
    pub async fn market_or_own(&self, caller: &Caller) -> Outcome<Market<'static>> {
        let acting = caller.may(Action::Browse)?;
        let hospital = acting.kind.offers().then_some(acting.organisation);
        caller.may(Action::ReadReports { hospital })?;
        self.market_of(caller.viewer()?, hospital).await
    }

    async fn market_of(
        &self,
        viewer: Viewer,
        hospital: Option<OrganisationId>,
    ) -> Outcome<Market<'static>> {
        let demands = self.store.demands_of_report(viewer, hospital).await?;
        let hospitals = hospital.as_ref().map(std::slice::from_ref);
        let offers = self.store.offers_of_report(hospitals).await?;
        let pairings = self.store.pairings(hospital).await?;
        let terminology = self.terminology();
        if hospital.is_none() {
            self.prepared_only(&demands, &offers, terminology);
        }
        let demands = self.demand_subjects(viewer, &demands, terminology).await?;
        let offers = self.offer_subjects(&offers, terminology).await?;
        aside(move || Market::new(demands, offers, pairings, terminology)).await
    }

    /// What each consortium has today for some demands; those of others are missing, but for the organiser.
    ///
    /// # Errors
    /// Nobody is signed in for a verified organisation, or the store.
    pub async fn feasibilities(
        &self,
        caller: &Caller,
        ids: &[DemandId],
    ) -> Outcome<HashMap<DemandId, ConsortiumFeasibilities>> {
        let viewer = caller.viewer()?;
        let mut demands = self.store.demands(viewer, ids).await?;
        demands.retain(|d| viewer.sees_all() || viewer.organisation() == Some(d.organisation));
        if demands.is_empty() {
            return Ok(HashMap::new());
        }
        let today = self.now().date_naive();
        let consortia = self.store.consortia().await?;
        let mut members: HashMap<ConsortiumId, Vec<OrganisationId>> = HashMap::new();
        for part in self.store.consortium_members().await? {
            if part.holds_on(today) {
                let hospitals = members.entry(part.consortium).or_default();
                hospitals.push(part.organisation);
            }
        }
        let mut hospitals: Vec<OrganisationId> = members.values().flatten().copied().collect();
        hospitals.sort_unstable();
        hospitals.dedup();
        let offers = self.store.offers_of_report(Some(&hospitals)).await?;
        let terminology = self.terminology();
        let offers = self.offer_subjects(&offers, terminology).await?;
        let askers = self.askers(demands.iter().map(|d| d.organisation)).await?;
        aside(move || {
            let mut of: HashMap<OrganisationId, Vec<Arc<OfferSubject>>> = HashMap::new();
            for offer in offers {
                of.entry(offer.hospital).or_default().push(offer);
            }
            demands
                .into_iter()
                .filter_map(|demand| {
                    let asker = askers.get(&demand.organisation)?;
                    Some(demand_subject(demand, asker, terminology))
                })
                .map(|demand| {
                    let mut found: Vec<(Consortium, Feasibility)> = consortia
                        .iter()
                        .map(|consortium| {
                            let own = members.get(&consortium.id).into_iter().flatten();
                            let own_offers = own.filter_map(|hospital| of.get(hospital)).flatten();
                            let offers = own_offers.map(AsRef::as_ref);
                            let feasibility = Feasibility::of(&demand, offers, terminology);
                            (consortium.clone(), feasibility)
                        })
                        .collect();
                    found.sort_by_key(|(consortium, feasibility)| {
                        (Reverse(feasibility.all.subjects.counted), consortium.id)
                    });
                    (demand.id, Arc::new(found))
                })
                .collect()
        })
        .await
    }
}
