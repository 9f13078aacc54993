//! The organiser tunes what matches count by at a matching day: by hand, with a preview, or from what was learnt.

use super::once::Once;
use super::suggestion::sides;
use super::{App, AppError, Caller, Key, Outcome};
use matchday_domain::id::{MatchingDayId, OrganisationId, RegistrationId};
use matchday_domain::matching::feedback::{Learned, NotReady, learn};
use matchday_domain::matching::suggestion::Candidate;
use matchday_domain::matching::{Criterion, Weights};
use matchday_domain::matching_day::shown::decisions;
use matchday_domain::matching_day::{EventWeights, MatchingDay};
use matchday_domain::policy::Action;
use matchday_domain::problem::{Code, Problem};
use matchday_infra::store::{StoreError, Tx};
use std::collections::HashMap;

/// Weights as they are wanted: those not named stay as they are.
pub type WantedWeights = Vec<(Criterion, f64)>;

/// What learning came to, and from how many decisions.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Decisions that count.
    pub decisions: usize,
    /// The proposal, or why there is none.
    pub learned: Result<Learned, NotReady>,
}

fn with(weights: &Weights, wanted: &WantedWeights) -> Weights {
    let mut weights = *weights;
    for (criterion, weight) in wanted {
        weights.set(*criterion, *weight);
    }
    weights
}

/// Somebody else has made this version meanwhile.
fn lost_race(read_version: i32) -> impl Fn(StoreError) -> AppError {
    move |error| match error {
        StoreError::Taken(_) => Problem::stale(read_version + 1).into(),
        error => error.into(),
    }
}

impl App {
    /// The weights in force, for the organiser of the day.
    ///
    /// # Errors
    /// Not the organiser, or the store.
    pub async fn event_weights(&self, caller: &Caller, day: &MatchingDay) -> Outcome<EventWeights> {
        runs(caller, day)?;
        Ok(self.store.event_weights(day.id).await?)
    }

    /// The last versions, newest first, for the organiser of the day.
    ///
    /// # Errors
    /// Not the organiser, or the store.
    pub async fn weights_history(
        &self,
        caller: &Caller,
        day: &MatchingDay,
        first: usize,
    ) -> Outcome<Vec<EventWeights>> {
        runs(caller, day)?;
        Ok(self.store.weights_history(day.id, first).await?)
    }

    /// What a preview is made of: the matches between those who take part, the weights in force, those wanted.
    ///
    /// # Errors
    /// Not the organiser, weights that are none, or the store.
    pub async fn weights_to_compare(
        &self,
        caller: &Caller,
        day: &MatchingDay,
        wanted: &WantedWeights,
    ) -> Outcome<(Vec<Candidate>, Weights, Weights)> {
        runs(caller, day)?;
        let before = self.store.event_weights(day.id).await?.weights;
        let after = with(&before, wanted);
        let within = |problem: Problem| problem.within("weights");
        after
            .check()
            .map_err(|problems| problems.into_iter().map(within).collect::<Vec<_>>())?;
        let (demanders, providers) = sides(&self.store.registrations_for(day.id).await?);
        let candidates = self.store.candidates(&demanders, &providers).await?;
        Ok((candidates, before, after))
    }

    /// Sets weights: a new version.
    ///
    /// # Errors
    /// Not the organiser, a day that is over, a stale version, no reason, weights that are none, or the store.
    pub async fn set_event_weights(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        version: i32,
        wanted: &WantedWeights,
        reason: &str,
    ) -> Outcome<EventWeights> {
        let once = Once::new(caller, "setMatchingWeights", key)?;
        let tx = self.store.begin().await?;
        let day = self.own_day(&tx, caller, event).await?;
        let current = tx.event_weights(event).await?;
        if once.replay::<MatchingDayId>(self, &tx).await?.is_some() {
            return Ok(current);
        }
        day.expect_tunable()?;
        let by = caller.actor()?.person;
        let wanted = with(&current.weights, wanted);
        let next = current.replace(version, wanted, reason, by, self.now())?;
        self.save_weights(tx, &once, &day, next).await
    }

    /// What learning proposes, for the organiser of the day.
    ///
    /// # Errors
    /// Not the organiser, or the store.
    pub async fn learned_weights(&self, caller: &Caller, day: &MatchingDay) -> Outcome<Proposal> {
        runs(caller, day)?;
        self.proposal(day).await
    }

    /// Takes up what was learnt: a new version.
    ///
    /// # Errors
    /// Not the organiser, a day that is over, a stale version, no reason, nothing learnt yet or nothing better, or the
    /// store.
    pub async fn adopt_learned_weights(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        version: i32,
        reason: &str,
    ) -> Outcome<EventWeights> {
        let once = Once::new(caller, "adoptLearnedWeights", key)?;
        let day = self.store.matching_day(caller.viewer()?, event).await?;
        let day = day.ok_or_else(|| Problem::not_found("matchingDayId"))?;
        runs(caller, &day)?;
        // Learnt before the transaction: it takes its time, and the version tells whether the weights changed meanwhile.
        let proposal = self.proposal(&day).await?;
        let tx = self.store.begin().await?;
        let day = self.own_day(&tx, caller, event).await?;
        let current = tx.event_weights(event).await?;
        if once.replay::<MatchingDayId>(self, &tx).await?.is_some() {
            return Ok(current);
        }
        day.expect_tunable()?;
        if version != current.weights.version {
            return Err(Problem::stale(current.weights.version).into());
        }
        let learned = proposal
            .learned
            .map_err(|not_ready| Problem::whole(Code::WrongState, not_ready.message()))?;
        if learned.weights.version != current.weights.version {
            return Err(Problem::stale(current.weights.version).into());
        }
        let by = caller.actor()?.person;
        let next = current.adopt(version, &learned, reason, by, self.now())?;
        self.save_weights(tx, &once, &day, next).await
    }

    async fn save_weights(
        &self,
        tx: Tx,
        once: &Once,
        day: &MatchingDay,
        next: EventWeights,
    ) -> Outcome<EventWeights> {
        let read_version = next.weights.version - 1;
        tx.insert_event_weights(&next)
            .await
            .map_err(lost_race(read_version))?;
        let registered = tx.registrations_for(day.id).await?;
        let concerns = registered.into_iter().map(|r| r.organisation).collect();
        self.note_day(&tx, day, concerns).await?;
        once.keep(self, &tx, day.id).await?;
        self.commit(tx).await?;
        Ok(next)
    }

    async fn proposal(&self, day: &MatchingDay) -> Outcome<Proposal> {
        let organiser = self.store.chosen_weights(day.id).await?.weights;
        let current = self.store.event_weights(day.id).await?.weights;
        let registrations = self.store.registrations_for(day.id).await?;
        let (demanders, providers) = sides(&registrations);
        let denied = self.store.denied_pairs(&demanders, &providers).await?;
        let shown = self.store.shown_at(day.id).await?;
        let requests = self.store.requests_for(day.id).await?;
        let organisations: HashMap<RegistrationId, OrganisationId> = registrations
            .iter()
            .map(|registration| (registration.id, registration.organisation))
            .collect();
        let made = decisions(&shown, &requests, &denied, |id| {
            organisations.get(&id).copied()
        });
        let count = made.len();
        let work = move || learn(&made, &organiser, &current);
        let learned = tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| AppError::Internal(error.to_string()))?;
        Ok(Proposal {
            decisions: count,
            learned,
        })
    }
}

pub(super) fn runs(caller: &Caller, day: &MatchingDay) -> Result<(), Problem> {
    let organiser = day.organiser;
    caller.may(Action::RunMatchingDay { organiser }).map(|_| ())
}
