//! The organiser rules about the timetable of a matching day: groups, what is scarce, rests, equity, pairs; and what a
//! meeting needs.

use super::event_weights::runs;
use super::once::Once;
use super::{App, AppError, Caller, Key, Outcome};
use matchday_domain::id::{MatchingDayId, MeetingRequestId, RegistrationId};
use matchday_domain::matching_day::rules::RulesPlan;
use matchday_domain::matching_day::{
    Answer, ArrangementRules, MatchingDay, MeetingRequest, PairRule, Priority, RuledPair, Side,
};
use matchday_domain::policy::Action;
use matchday_domain::problem::Problem;
use matchday_infra::store::{Change, ChangeKind, StoreError, Tx};
use std::collections::BTreeSet;

impl App {
    /// The last versions of the rules of a day, newest first, for its organiser.
    ///
    /// # Errors
    /// Not the organiser, or the store.
    pub async fn rules_history(
        &self,
        caller: &Caller,
        day: &MatchingDay,
        first: usize,
    ) -> Outcome<Vec<ArrangementRules>> {
        runs(caller, day)?;
        Ok(self.store.rules_history(day.id, first).await?)
    }

    /// The pairs of a day that must or must not meet, for its organiser.
    ///
    /// # Errors
    /// Not the organiser, or the store.
    pub async fn ruled_pairs(&self, caller: &Caller, day: &MatchingDay) -> Outcome<Vec<RuledPair>> {
        runs(caller, day)?;
        Ok(self.store.ruled_pairs(day.id).await?)
    }

    /// Sets rules: a new version, in force for runs that start later.
    ///
    /// # Errors
    /// Not the organiser, a day that is over, a stale version, what is wrong with the plan, or the store.
    pub async fn set_rules(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        version: i32,
        plan: RulesPlan,
        reason: &str,
    ) -> Outcome<ArrangementRules> {
        let once = Once::new(caller, "setArrangementRules", key)?;
        let tx = self.store.begin().await?;
        let day = self.own_day(&tx, caller, event).await?;
        let current = tx.rules_of(event).await?;
        if once.replay::<MatchingDayId>(self, &tx).await?.is_some() {
            return Ok(current);
        }
        day.expect_tunable()?;
        let consortia: Vec<_> = tx.consortia().await?.iter().map(|c| c.id).collect();
        let requests = tx.requests_for(event).await?;
        let standing = requests.iter().filter(|r| r.answer != Answer::Withdrawn);
        let needed: BTreeSet<i32> = standing.flat_map(|r| r.resources.clone()).collect();
        let by = (caller.actor()?.person, self.now());
        let next = current.replace(version, plan, &day, (&consortia, &needed), reason, by)?;
        tx.insert_rules(&next).await.map_err(|error| match error {
            StoreError::Taken(_) => AppError::from(Problem::stale(version + 1)),
            error => error.into(),
        })?;
        let registered = tx.registrations_for(event).await?;
        let concerns = registered.into_iter().map(|r| r.organisation).collect();
        self.note_day(&tx, &day, concerns).await?;
        once.keep(self, &tx, event).await?;
        self.commit(tx).await?;
        Ok(next)
    }

    /// Says that two who take part must meet, must not, or may.
    ///
    /// # Errors
    /// Not the organiser, a day that is over, what is wrong with the rule, or the store.
    pub async fn set_pair_rule(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        (one, other): (RegistrationId, RegistrationId),
        (rule, reason): (PairRule, &str),
    ) -> Outcome<RuledPair> {
        let once = Once::new(caller, "setPairRule", key)?;
        let tx = self.store.begin().await?;
        let day = self.own_day(&tx, caller, event).await?;
        let found = tx.registrations(&[one, other]).await?;
        let find = |id: RegistrationId, path: &str| {
            let found = found.iter().find(|registration| registration.id == id);
            found.ok_or_else(|| Problem::not_found(path))
        };
        let (one, other) = (find(one, "registrationId")?, find(other, "otherId")?);
        let pair = match one.side {
            Side::Demand => (one.id, other.id),
            Side::Supply => (other.id, one.id),
        };
        if once.replay::<MatchingDayId>(self, &tx).await?.is_some() {
            let ruled = tx.ruled_pair(event, pair).await?;
            return Ok(ruled.ok_or_else(|| Problem::not_found("registrationId"))?);
        }
        day.expect_tunable()?;
        let request = tx.request_of_pair(event, pair.0, pair.1).await?;
        let others = tx.count_ruled_pairs(event, pair).await?;
        let ruled = RuledPair::set(
            &day,
            (one, other),
            (rule, reason),
            (request.as_ref(), others),
            (caller.actor()?.person, self.now()),
        )?;
        tx.put_ruled_pair(&ruled).await?;
        // The two need not hear of it: whom they may meet is told by the timetable.
        self.note_day(&tx, &day, Vec::new()).await?;
        once.keep(self, &tx, event).await?;
        self.commit(tx).await?;
        Ok(ruled)
    }

    /// Says what a meeting needs: one of its two sides while requests are open, the organiser until the day is over.
    ///
    /// # Errors
    /// Neither of them, the window is closed, a stale version, a resource that the day has not, or the store.
    pub async fn set_request_resources(
        &self,
        caller: &Caller,
        key: &Key,
        id: MeetingRequestId,
        version: i32,
        resources: &[i32],
    ) -> Outcome<MeetingRequest> {
        let once = Once::new(caller, "setRequestResources", key)?;
        let tx = self.store.begin().await?;
        let mut request = tx
            .requests(&[id])
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found("id"))?;
        let day = self.day_of_needs(&tx, caller, &request).await?;
        if once.replay::<MeetingRequestId>(self, &tx).await?.is_some() {
            return Ok(request);
        }
        let rules = tx.rules_of(day.id).await?;
        request.need(version, resources, &rules)?;
        if runs(caller, &day).is_ok() {
            day.expect_tunable()?;
        } else {
            day.expect_requests(self.now())?;
        }
        if request.version != version {
            if !tx.update_request(&request, version).await? {
                return Err(Problem::stale(version).into());
            }
            let sides = tx
                .registrations(&[request.demander, request.provider])
                .await?;
            let silent = request.priority == Priority::NoThanks;
            let told = sides.iter().filter(|r| !silent || r.id == request.sender());
            let mut concerns: Vec<_> = told.map(|r| r.organisation).collect();
            concerns.push(day.organiser);
            let kind = ChangeKind::Request(request.id);
            tx.note(&[Change { kind, concerns }], self.now()).await?;
        }
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(request)
    }

    /// The day of a request, for those who may say what it needs.
    async fn day_of_needs(
        &self,
        tx: &Tx,
        caller: &Caller,
        request: &MeetingRequest,
    ) -> Outcome<MatchingDay> {
        let unknown = || Problem::not_found("id");
        let viewer = caller.viewer()?;
        let day = tx.matching_day(viewer, request.event).await?;
        let day = day.ok_or_else(unknown)?;
        if runs(caller, &day).is_ok() {
            return Ok(day);
        }
        let organisation = viewer.organisation().ok_or_else(unknown)?;
        let own = tx.registration_of(day.id, organisation).await?;
        let own = own.filter(|own| !own.withdrawn).ok_or_else(unknown)?;
        let party = own.id == request.demander || own.id == request.provider;
        let silent = request.priority == Priority::NoThanks && request.sender() != own.id;
        if !party || silent {
            return Err(unknown().into());
        }
        caller.may(Action::TakePart { organisation })?;
        Ok(day)
    }
}
