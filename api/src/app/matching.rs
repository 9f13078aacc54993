//! Matches are computed when a demand or an offer changes, and stored: a read never scores.
//!
//! The worker keeps an index per process, filled from the store at its first use and brought up to date from the
//! change log before every job, so that replicas see each other's offers and demands.

use super::{App, AppError, Outcome};
use chrono::NaiveDate;
use matchday_domain::catalogue::Offer;
use matchday_domain::demand::Demand;
use matchday_domain::id::{DemandId, MatchId, OfferId, OrganisationId};
use matchday_domain::matching::{
    DemandSubject, Match, MatchIndex, MatchList, OfferSubject, Weights,
};
use matchday_domain::organisation::Profile;
use matchday_infra::store::{Change, ChangeKind, Job, StoreError, StoredMatch, Tx, Viewer};
use std::collections::HashMap;

/// The index of this process, and how far it has read the change log.
#[derive(Default)]
pub struct Matcher {
    index: Option<MatchIndex<'static>>,
    read_to: i64,
    owners: HashMap<OfferId, OrganisationId>,
    askers: HashMap<DemandId, OrganisationId>,
}

/// Changes read at once.
const CHANGES: u64 = 1_000;

/// Demands whose matches are stored in one transaction when all are computed.
const DEMANDS: usize = 50;

impl Matcher {
    /// Brings the index up to date.
    async fn follow(&mut self, app: &App) -> Outcome<()> {
        if self.index.is_none() {
            app.refresh_terminology().await?;
            self.read_to = app.store.last_change().await?;
            self.index = Some(MatchIndex::new(
                Weights::default(),
                // Replicas that start at different times must give the same score.
                app.store.text_model().await?,
                app.terminology(),
            ));
            let (offers, demands) = (
                app.store.listed_offers().await?,
                app.store.open_demands().await?,
            );
            self.take_offers(app, offers).await?;
            self.take_demands(app, demands).await?;
            return Ok(());
        }
        loop {
            let changes = app.store.changes_after(self.read_to, CHANGES).await?;
            let Some((last, _)) = changes.last() else {
                return Ok(());
            };
            self.read_to = *last;
            let renewed = |(_, change): &(i64, Change)| {
                matches!(
                    change.kind,
                    ChangeKind::TextModel(_) | ChangeKind::Terminology
                )
            };
            if changes.iter().any(renewed) {
                // What was read was coded or weighed with other words.
                self.index = None;
                return Box::pin(self.follow(app)).await;
            }
            let (mut offers, mut demands) = (Vec::new(), Vec::new());
            for (_, change) in changes {
                match change.kind {
                    ChangeKind::Offer(id) => offers.push(id),
                    ChangeKind::Demand(id) => demands.push(id),
                    _ => {}
                }
            }
            self.read_offers(app, offers).await?;
            self.read_demands(app, demands).await?;
        }
    }

    async fn read_offers(&mut self, app: &App, mut ids: Vec<OfferId>) -> Outcome<()> {
        ids.sort();
        ids.dedup();
        let offers = app.store.offers(Viewer::Service, &ids).await?;
        self.take_offers(app, offers).await
    }

    async fn read_demands(&mut self, app: &App, mut ids: Vec<DemandId>) -> Outcome<()> {
        ids.sort();
        ids.dedup();
        let demands = app.store.demands(Viewer::Service, &ids).await?;
        self.take_demands(app, demands).await
    }

    async fn take_offers(&mut self, app: &App, offers: Vec<Offer>) -> Outcome<()> {
        let profiles = profiles(app, offers.iter().map(|offer| offer.organisation)).await?;
        let Some(index) = &mut self.index else {
            return Ok(());
        };
        for offer in offers {
            match profiles.get(&offer.organisation) {
                Some(profile) if offer.is_listed() => {
                    self.owners.insert(offer.id, offer.organisation);
                    let (id, version, owner) = (offer.id, offer.version, offer.organisation);
                    let region = profile.region;
                    let subject = OfferSubject::new(
                        id,
                        version,
                        owner,
                        region,
                        offer.content.as_shown(&offer.disclosed),
                        app.terminology(),
                    );
                    index.upsert_offer(subject);
                }
                _ => {
                    self.owners.remove(&offer.id);
                    index.remove_offer(offer.id);
                }
            }
        }
        Ok(())
    }

    async fn take_demands(&mut self, app: &App, demands: Vec<Demand>) -> Outcome<()> {
        let profiles = profiles(app, demands.iter().map(|demand| demand.organisation)).await?;
        let Some(index) = &mut self.index else {
            return Ok(());
        };
        for demand in demands {
            match profiles.get(&demand.organisation) {
                Some(profile) if demand.is_open() => {
                    self.askers.insert(demand.id, demand.organisation);
                    let (id, version, owner) = (demand.id, demand.version, demand.organisation);
                    let profile = profile.clone();
                    let subject = DemandSubject::new(
                        id,
                        version,
                        owner,
                        profile,
                        demand.content,
                        app.terminology(),
                    );
                    index.upsert_demand(subject);
                }
                _ => {
                    self.askers.remove(&demand.id);
                    index.remove_demand(demand.id);
                }
            }
        }
        Ok(())
    }

    fn stored(&self, app: &App, found: MatchList) -> Vec<StoredMatch> {
        let scored: Vec<Match> = found.matches.into_iter().chain(found.near_misses).collect();
        scored
            .into_iter()
            .filter_map(|scored| {
                Some(StoredMatch {
                    id: app.new_id::<MatchId>(),
                    demand_organisation: *self.askers.get(&scored.demand)?,
                    offer_organisation: *self.owners.get(&scored.offer)?,
                    scored,
                    computed_at: app.now(),
                })
            })
            .collect()
    }

    /// Computes and stores the matches of an offer.
    ///
    /// # Errors
    /// The store.
    pub async fn match_offer(&mut self, app: &App, id: OfferId) -> Outcome<()> {
        self.follow(app).await?;
        let index = self.index.as_ref().ok_or_else(no_index)?;
        let matches = self.stored(app, index.matches_of_offer(id, today(app)));
        let tx = app.store.begin().await?;
        let fresh = tx.replace_matches_of_offer(id, &matches).await?;
        tell(app, &tx, &fresh).await?;
        app.commit(tx).await?;
        self.begin_epoch(app).await
    }

    /// Computes and stores the matches of a demand.
    ///
    /// # Errors
    /// The store.
    pub async fn match_demand(&mut self, app: &App, id: DemandId) -> Outcome<()> {
        self.follow(app).await?;
        let index = self.index.as_ref().ok_or_else(no_index)?;
        let matches = self.stored(app, index.matches_of_demand(id, today(app)));
        let tx = app.store.begin().await?;
        let fresh = tx.replace_matches_of_demand(id, &matches).await?;
        tell(app, &tx, &fresh).await?;
        app.commit(tx).await
    }

    /// Computes and stores the matches of every demand, some at a time.
    ///
    /// # Errors
    /// The store.
    pub async fn match_all(&mut self, app: &App) -> Outcome<()> {
        self.follow(app).await?;
        let index = self.index.as_ref().ok_or_else(no_index)?;
        let demands: Vec<DemandId> = index.demand_ids().collect();
        for some in demands.chunks(DEMANDS) {
            let tx = app.store.begin().await?;
            for &id in some {
                let matches = self.stored(app, index.matches_of_demand(id, today(app)));
                let fresh = tx.replace_matches_of_demand(id, &matches).await?;
                tell(app, &tx, &fresh).await?;
            }
            app.commit(tx).await?;
        }
        Ok(())
    }

    /// Begins a new epoch of the text model where the offers have outgrown the last one: all matches are computed anew.
    async fn begin_epoch(&self, app: &App) -> Outcome<()> {
        let index = self.index.as_ref().ok_or_else(no_index)?;
        let Some(model) = index.next_text_model() else {
            return Ok(());
        };
        let tx = app.store.begin().await?;
        match tx.insert_text_model(&model, app.now()).await {
            // Another replica was first, and has seen to the rest.
            Err(StoreError::Taken(_)) => return Ok(()),
            kept => kept?,
        }
        let change = Change {
            kind: ChangeKind::TextModel(model.version),
            concerns: Vec::new(),
        };
        tx.note(&[change], app.now()).await?;
        tx.post(&[Job::MatchAll], app.now()).await?;
        app.commit(tx).await
    }
}

async fn profiles(
    app: &App,
    ids: impl Iterator<Item = OrganisationId>,
) -> Outcome<HashMap<OrganisationId, Profile>> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids.dedup();
    let found = app.store.organisations(&ids).await?;
    Ok(found
        .into_iter()
        .map(|organisation| (organisation.id, organisation.profile))
        .collect())
}

/// Subscribers on both sides hear of matches that the gate lets pass or asks about.
async fn tell(app: &App, tx: &Tx, fresh: &[StoredMatch]) -> Outcome<()> {
    let changes: Vec<Change> = fresh
        .iter()
        .filter(|stored| !stored.scored.is_denied())
        .map(|stored| Change {
            kind: ChangeKind::Match(stored.id),
            concerns: vec![stored.demand_organisation, stored.offer_organisation],
        })
        .collect();
    Ok(tx.note(&changes, app.now()).await?)
}

/// Freshness and lead times are counted from this day, in UTC.
fn today(app: &App) -> NaiveDate {
    app.now().date_naive()
}

fn no_index() -> AppError {
    AppError::Internal("the index was not filled".to_owned())
}
