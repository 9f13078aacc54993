//! Matches are computed when a demand or an offer changes, and stored: a read never scores.
//!
//! The worker keeps an index per process, filled from the store at its first use and brought up to date from the
//! change log in every job, so that replicas see each other's offers and demands. Stored are the best of either side;
//! the domain says what a change does to them, and one transaction at a time, of all replicas, writes them.

use super::{App, AppError, Outcome};
use chrono::NaiveDate;
use matchday_domain::catalogue::Offer;
use matchday_domain::demand::Demand;
use matchday_domain::id::{DemandId, MatchId, OfferId, OrganisationId};
use matchday_domain::matching::{DemandSubject, MatchIndex, OfferSubject, Plan, Record, Weights};
use matchday_domain::organisation::{Organisation, Profile};
use matchday_infra::store::{
    Change, ChangeKind, Job, KnownMatches, MatchPlan, StoreError, StoredMatch, Tx, Viewer,
};
use std::collections::HashMap;

/// The index of this process, and how far it has read the change log and the floors.
#[derive(Default)]
pub struct Matcher {
    index: Option<MatchIndex<'static>>,
    read_to: i64,
    floors_read_to: i64,
    owners: HashMap<OfferId, OrganisationId>,
    askers: HashMap<DemandId, OrganisationId>,
}

/// Changes read at once.
const CHANGES: u64 = 1_000;

impl Matcher {
    /// A transaction that alone writes matches, with the index brought up to date in it: what another replica has
    /// committed is known, and what it commits later waits.
    async fn begin(&mut self, app: &App) -> Outcome<Tx> {
        loop {
            if self.index.is_none() {
                self.fill(app).await?;
            }
            let tx = app.store.begin().await?;
            tx.lock_matches().await?;
            self.follow(app, &tx).await?;
            if let Some(index) = &mut self.index {
                let (newest, floors) = tx.match_floors_after(self.floors_read_to).await?;
                for (record, last) in floors {
                    index.set_floor(record, last);
                }
                self.floors_read_to = newest;
                return Ok(tx);
            }
        }
    }

    /// Reads all records.
    async fn fill(&mut self, app: &App) -> Outcome<()> {
        app.refresh_terminology().await?;
        self.read_to = app.store.last_change().await?;
        self.floors_read_to = 0;
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
        let owners = organisations(offers.iter().map(|offer| offer.organisation));
        let owners = app.store.organisations(&owners).await?;
        self.take_offers(app, offers, owners);
        let askers = organisations(demands.iter().map(|demand| demand.organisation));
        let askers = app.store.organisations(&askers).await?;
        self.take_demands(app, demands, askers);
        Ok(())
    }

    /// Reads what has changed; no index is left where what was read was coded or weighed with other words.
    async fn follow(&mut self, app: &App, tx: &Tx) -> Outcome<()> {
        loop {
            let changes = tx.changes_after(self.read_to, CHANGES).await?;
            let Some((last, _)) = changes.last() else {
                return Ok(());
            };
            self.read_to = *last;
            let (mut offers, mut demands) = (Vec::new(), Vec::new());
            for (_, change) in changes {
                match change.kind {
                    ChangeKind::Offer(id) => offers.push(id),
                    ChangeKind::Demand(id) => demands.push(id),
                    ChangeKind::TextModel(_) | ChangeKind::Terminology => {
                        self.index = None;
                        return Ok(());
                    }
                    _ => {}
                }
            }
            offers.sort();
            offers.dedup();
            let offers = tx.offers(Viewer::Service, &offers).await?;
            let owners = organisations(offers.iter().map(|offer| offer.organisation));
            let owners = tx.organisations(&owners).await?;
            self.take_offers(app, offers, owners);
            demands.sort();
            demands.dedup();
            let demands = tx.demands(Viewer::Service, &demands).await?;
            let askers = organisations(demands.iter().map(|demand| demand.organisation));
            let askers = tx.organisations(&askers).await?;
            self.take_demands(app, demands, askers);
        }
    }

    fn take_offers(&mut self, app: &App, offers: Vec<Offer>, owners: Vec<Organisation>) {
        let profiles = profiles(owners);
        let Some(index) = &mut self.index else {
            return;
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
    }

    fn take_demands(&mut self, app: &App, demands: Vec<Demand>, askers: Vec<Organisation>) {
        let profiles = profiles(askers);
        let Some(index) = &mut self.index else {
            return;
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
    }

    /// Stores a plan and tells of the new matches.
    async fn store(&self, app: &App, tx: &Tx, plan: Plan, known: &KnownMatches) -> Outcome<()> {
        let put = plan.put.into_iter().filter_map(|(scored, keepers)| {
            let stored = StoredMatch {
                id: app.new_id::<MatchId>(),
                demand_organisation: *self.askers.get(&scored.demand)?,
                offer_organisation: *self.owners.get(&scored.offer)?,
                scored,
                computed_at: app.now(),
            };
            Some((stored, keepers))
        });
        let plan = MatchPlan {
            put: put.collect(),
            keep: plan.keep,
            drop: plan.drop,
            floors: plan.floors,
        };
        let fresh = tx.write_matches(plan, known).await?;
        tell(app, tx, &fresh).await
    }

    /// Finds and stores the matches of a record that changed, came or went, and those of others that change with it.
    async fn match_record(&mut self, app: &App, record: Record) -> Outcome<()> {
        let tx = self.begin(app).await?;
        let index = self.index.as_ref().ok_or_else(no_index)?;
        let mut known = KnownMatches::new();
        let own = tx.kept_matches(&[record], &mut known).await?;
        let renewal = index.renew(record, own, today(app));
        let others: Vec<Record> = renewal.others().collect();
        let kept = tx.kept_matches(&others, &mut known).await?;
        let mut plan = index.settle(renewal, &kept, today(app));
        // The floor of the record is written whatever is known of it: it may be back after a while.
        plan.floors
            .retain(|(other, last)| *other == record || index.floor(*other) != *last);
        self.store(app, &tx, plan, &known).await?;
        app.commit(tx).await
    }

    /// Computes and stores the matches of an offer.
    ///
    /// # Errors
    /// The store.
    pub async fn match_offer(&mut self, app: &App, id: OfferId) -> Outcome<()> {
        self.match_record(app, Record::Offer(id)).await?;
        self.begin_epoch(app).await
    }

    /// Computes and stores the matches of a demand.
    ///
    /// # Errors
    /// The store.
    pub async fn match_demand(&mut self, app: &App, id: DemandId) -> Outcome<()> {
        self.match_record(app, Record::Demand(id)).await
    }

    /// Every open demand and listed offer.
    ///
    /// # Errors
    /// The store.
    pub async fn records(&mut self, app: &App) -> Outcome<Vec<Record>> {
        drop(self.begin(app).await?);
        let index = self.index.as_ref().ok_or_else(no_index)?;
        let demands = index.demand_ids().map(Record::Demand);
        let offers = index.offer_ids().map(Record::Offer);
        Ok(demands.chain(offers).collect())
    }

    /// Computes and stores the matches of some records whatever is stored of them; see [`Self::records`].
    ///
    /// # Errors
    /// The store.
    pub async fn restate(&mut self, app: &App, records: &[Record]) -> Outcome<()> {
        let tx = self.begin(app).await?;
        let index = self.index.as_ref().ok_or_else(no_index)?;
        for &record in records {
            let mut known = KnownMatches::new();
            let own = tx.kept_matches(&[record], &mut known).await?;
            let plan = index.restate(record, &own, today(app));
            self.store(app, &tx, plan, &known).await?;
        }
        app.commit(tx).await
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

fn organisations(ids: impl Iterator<Item = OrganisationId>) -> Vec<OrganisationId> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids.dedup();
    ids
}

fn profiles(found: Vec<Organisation>) -> HashMap<OrganisationId, Profile> {
    found
        .into_iter()
        .map(|organisation| (organisation.id, organisation.profile))
        .collect()
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
