//! Records of other catalogues become offers, demands and organisations; a second run changes nothing.

use super::{App, Outcome};
use matchday_domain::catalogue::offer::OfferStep;
use matchday_domain::catalogue::{Offer, OfferContent};
use matchday_domain::demand::{Demand, DemandContent, DemandStep};
use matchday_domain::id::OrganisationId;
use matchday_domain::problem::Problems;
use matchday_infra::store::{Change, ChangeKind, Job};

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It was new.
    New,
    /// It says something else than before.
    Changed,
    /// It says what it said before.
    Same,
    /// It cannot be kept.
    Refused(Problems),
}

impl App {
    /// Keeps offers of a hospital, each under its name in the source; new ones are listed at once.
    ///
    /// # Errors
    /// The store; what is wrong with a record is its own [`Kept::Refused`].
    pub async fn keep_offers(
        &self,
        owner: OrganisationId,
        records: Vec<(String, OfferContent)>,
    ) -> Outcome<Vec<Kept>> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let (mut kept, mut jobs, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for (source, content) in records {
            let outcome = match tx.offer_from_source(owner, &source).await? {
                Some(mut offer) => {
                    let version = offer.version;
                    match offer.revise(version, content, self.terminology(), now) {
                        Err(problems) => Kept::Refused(problems),
                        Ok(()) if offer.version == version => Kept::Same,
                        Ok(()) => {
                            tx.update_offer(&offer, version).await?;
                            jobs.push(Job::MatchOffer { offer: offer.id });
                            changes.push(Change {
                                kind: ChangeKind::Offer(offer.id),
                                concerns: vec![owner],
                            });
                            Kept::Changed
                        }
                    }
                }
                None => {
                    let new = Offer::draft(
                        self.new_id(),
                        owner,
                        content,
                        Some(source),
                        self.terminology(),
                        now,
                    );
                    match new {
                        Err(problems) => Kept::Refused(problems),
                        Ok(mut offer) => {
                            let version = offer.version;
                            offer.step(version, OfferStep::List, now)?;
                            tx.insert_offer(&offer).await?;
                            jobs.push(Job::MatchOffer { offer: offer.id });
                            changes.push(Change {
                                kind: ChangeKind::Offer(offer.id),
                                concerns: vec![owner],
                            });
                            Kept::New
                        }
                    }
                }
            };
            kept.push(outcome);
        }
        tx.post(&jobs, now).await?;
        tx.note(&changes, now).await?;
        self.commit(tx).await?;
        Ok(kept)
    }

    /// Keeps demands of a company or institute, each under its name in the source; new ones are opened at once.
    ///
    /// # Errors
    /// The store; what is wrong with a record is its own [`Kept::Refused`].
    pub async fn keep_demands(
        &self,
        owner: OrganisationId,
        records: Vec<(String, DemandContent)>,
    ) -> Outcome<Vec<Kept>> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let (mut kept, mut jobs, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for (source, content) in records {
            let outcome = match tx.demand_from_source(owner, &source).await? {
                Some(mut demand) => {
                    let version = demand.version;
                    match demand.revise(version, content, self.terminology(), now) {
                        Err(problems) => Kept::Refused(problems),
                        Ok(()) if demand.version == version => Kept::Same,
                        Ok(()) => {
                            tx.update_demand(&demand, version).await?;
                            jobs.push(Job::MatchDemand { demand: demand.id });
                            changes.push(Change {
                                kind: ChangeKind::Demand(demand.id),
                                concerns: vec![owner],
                            });
                            Kept::Changed
                        }
                    }
                }
                None => {
                    let new = Demand::draft(
                        self.new_id(),
                        owner,
                        content,
                        Some(source),
                        self.terminology(),
                        now,
                    );
                    match new {
                        Err(problems) => Kept::Refused(problems),
                        Ok(mut demand) => {
                            let version = demand.version;
                            demand.step(version, DemandStep::Open, now)?;
                            tx.insert_demand(&demand).await?;
                            jobs.push(Job::MatchDemand { demand: demand.id });
                            changes.push(Change {
                                kind: ChangeKind::Demand(demand.id),
                                concerns: vec![owner],
                            });
                            Kept::New
                        }
                    }
                }
            };
            kept.push(outcome);
        }
        tx.post(&jobs, now).await?;
        tx.note(&changes, now).await?;
        self.commit(tx).await?;
        Ok(kept)
    }
}
