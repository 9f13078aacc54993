//! Whom an organisation should meet at a matching day, by the stored matches under the day's weights.
//!
//! A list is made when it is read: the numbers of all matches between those who take part are re-weighed, nothing is
//! scored, and the number of statements does not depend on how many there are. What somebody sees for the first time is
//! noted for learning, a page in one statement; a page that was seen before writes nothing, and a note that fails is
//! lost rather than the page.

use super::{App, Caller, Outcome};
use matchday_domain::demand::Confidentiality;
use matchday_domain::id::{DemandId, MatchId, OrganisationId};
use matchday_domain::matching::feedback::propensity;
use matchday_domain::matching::reweigh;
use matchday_domain::matching::suggestion::{Candidate, Suggestion, for_demander, for_provider};
use matchday_domain::matching_day::{EventWeights, MatchingDay, Registration, Shown, Side};
use matchday_domain::text::Message;
use matchday_infra::store::{StoredMatch, Viewer};
use std::collections::{HashMap, HashSet};

/// Somebody worth meeting.
#[derive(Debug, Clone)]
pub struct Suggested {
    /// Who.
    pub registration: Registration,
    /// The best match of the two, under the day's weights.
    pub best_match: StoredMatch,
    /// Place on the list, from 1.
    pub rank: usize,
    /// Why it does not stand where its score puts it.
    pub moved: Option<Message>,
    /// The chance of a yes, 0 to 1, where the day's weights are calibrated.
    pub probability: Option<f64>,
}

/// The organisations of the demand side and of the supply side.
pub(crate) fn sides(registrations: &[Registration]) -> (Vec<OrganisationId>, Vec<OrganisationId>) {
    let of = |side| {
        let of_side = registrations
            .iter()
            .filter(move |registration| registration.side == side);
        of_side
            .map(|registration| registration.organisation)
            .collect()
    };
    (of(Side::Demand), of(Side::Supply))
}

impl App {
    /// Whom an organisation that takes part should meet, best first.
    ///
    /// # Errors
    /// Nobody is signed in, or the store.
    pub async fn suggestions(
        &self,
        caller: &Caller,
        day: &MatchingDay,
        own: &Registration,
        first: usize,
    ) -> Outcome<Vec<Suggested>> {
        let viewer = caller.viewer()?;
        let registrations = self.store.registrations_for(day.id).await?;
        let weights = self.store.event_weights(day.id).await?;
        let (demanders, providers) = sides(&registrations);
        let all;
        let list = match own.side {
            Side::Demand => {
                all = self.store.candidates(&demanders, &providers).await?;
                for_demander(&all, &weights.weights, own.organisation)
            }
            Side::Supply => {
                let found = self
                    .store
                    .candidates(&demanders, &[own.organisation])
                    .await?;
                all = self.named(viewer, found).await?;
                for_provider(&all, &weights.weights, own.organisation)
            }
        };
        let page = &list[..first.min(list.len())];
        let ids: Vec<MatchId> = page.iter().map(|entry| entry.candidate.id).collect();
        let found = self.store.matches(viewer, &ids).await?;
        let mut matches: HashMap<MatchId, StoredMatch> =
            found.into_iter().map(|found| (found.id, found)).collect();
        let with: HashMap<OrganisationId, &Registration> = registrations
            .iter()
            .map(|other| (other.organisation, other))
            .collect();
        let mut suggested = Vec::with_capacity(page.len());
        let mut shown = Vec::with_capacity(page.len());
        for entry in page {
            let other = match own.side {
                Side::Demand => entry.candidate.provider,
                Side::Supply => entry.candidate.demander,
            };
            let (Some(registration), Some(mut best_match)) =
                (with.get(&other), matches.remove(&entry.candidate.id))
            else {
                continue;
            };
            best_match.scored = reweigh(&best_match.scored, &weights.weights);
            shown.push(self.shown(own, registration, &weights, entry));
            suggested.push(Suggested {
                registration: (*registration).clone(),
                best_match,
                rank: entry.rank,
                moved: entry.moved(),
                probability: weights.calibration.map(|calibration| {
                    calibration.probability(&entry.candidate.criteria, &weights.weights)
                }),
            });
        }
        if let Err(error) = self.note_shown(own, shown).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "what was shown is not noted");
        }
        Ok(suggested)
    }

    /// Those whose demand the viewer may see and is not blind: to suggest who asks would undo that.
    async fn named(&self, viewer: Viewer, mut all: Vec<Candidate>) -> Outcome<Vec<Candidate>> {
        let mut ids: Vec<DemandId> = all.iter().map(|candidate| candidate.demand).collect();
        ids.sort();
        ids.dedup();
        let demands = self.store.demands(viewer, &ids).await?;
        let named: HashSet<DemandId> = demands
            .into_iter()
            .filter(|demand| demand.content.confidentiality == Some(Confidentiality::Named))
            .map(|demand| demand.id)
            .collect();
        all.retain(|candidate| named.contains(&candidate.demand));
        Ok(all)
    }

    fn shown(
        &self,
        own: &Registration,
        other: &Registration,
        weights: &EventWeights,
        entry: &Suggestion<'_>,
    ) -> Shown {
        Shown {
            event: own.event,
            viewer: own.id,
            other: other.id,
            demand: entry.candidate.demand,
            offer: entry.candidate.offer,
            rank: i32::try_from(entry.rank).unwrap_or(i32::MAX),
            propensity: propensity(entry.rank),
            weights_version: weights.weights.version,
            criteria: entry.candidate.criteria.clone(),
            shown_at: self.now(),
        }
    }

    async fn note_shown(&self, own: &Registration, mut shown: Vec<Shown>) -> Outcome<()> {
        let before = self.store.shown_to(own.event, own.id).await?;
        shown.retain(|shown| !before.contains(&(shown.demand, shown.offer)));
        if shown.is_empty() {
            return Ok(());
        }
        let tx = self.store.begin().await?;
        tx.insert_shown(&shown).await?;
        Ok(tx.commit().await?)
    }
}
