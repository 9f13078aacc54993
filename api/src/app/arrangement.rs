//! The organiser runs the arrangement.

use super::once::Once;
use super::suggestion::sides;
use super::{App, AppError, Caller, Key, Outcome};
use matchday_domain::id::{ArrangementId, MatchingDayId, RegistrationId};
use matchday_domain::matching::suggestion::best_pairs;
use matchday_domain::matching_day::arrangement::{Repair, Run, RunInput, RunProgress, RunState};
use matchday_domain::matching_day::ground::called_off;
use matchday_domain::matching_day::{Ground, MatchingDay, PairScore, Registration, Situation};
use matchday_domain::policy::Action;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::scheduling::{ChangePrice, Options, Policy};
use matchday_domain::text::{Message, Text};
use matchday_infra::store::{Change, ChangeKind, Job, Leased, Tx, Viewer};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a run is wanted.
#[derive(Debug, Clone, Copy)]
pub struct RunWish {
    /// The same seed gives the same timetable.
    pub seed: u64,
    /// Budget of the search, in iterations; the usual one if absent.
    pub iterations: Option<u64>,
    /// Meetings that are locked in the newest timetable stay where they are; in a re-arrangement, those of the published
    /// one.
    pub keep_locks: bool,
    /// Begins with the published timetable, at this price of a change; absent: anew.
    pub changes: Option<ChangePrice>,
}

impl App {
    /// Starts a run of the arrangement; the worker does it.
    ///
    /// # Errors
    /// Not the organiser, a state in which there is nothing to arrange, rules or locks that contradict each other or those
    /// who take part, no published timetable to begin with, another run under way, or the store.
    pub async fn start_arrangement(
        &self,
        caller: &Caller,
        key: &Key,
        event: MatchingDayId,
        wish: RunWish,
    ) -> Outcome<Run> {
        let once = Once::new(caller, "startArrangement", key)?;
        let tx = self.store.begin().await?;
        let day = self.own_day(&tx, caller, event).await?;
        if let Some(id) = once.replay::<ArrangementId>(self, &tx).await? {
            return Ok(tx
                .runs(&[id])
                .await?
                .pop()
                .ok_or_else(|| Problem::not_found("id"))?);
        }
        day.expect_arranging()?;
        let number = tx.newest_run(event).await?.map_or(1, |run| run.number + 1);
        let input = self.situation(&tx, &day, wish).await?;
        let run = Run {
            id: self.new_id(),
            event,
            number,
            state: RunState::Queued,
            input,
            result: None,
            failure: None,
            failure_reasons: Vec::new(),
            progress: None,
            created_by: caller.actor()?.person,
            created_at: self.now(),
            finished_at: None,
            published_at: None,
        };
        tx.insert_run(&run).await.map_err(super::taken(
            "matchingDayId",
            "이미 주선이 진행 중입니다.",
            "A run is under way already.",
        ))?;
        tx.post(
            &[Job::Arrange {
                arrangement: run.id,
            }],
            self.now(),
        )
        .await?;
        self.note_run(&tx, &day, run.id).await?;
        once.keep(self, &tx, run.id).await?;
        self.commit(tx).await?;
        Ok(run)
    }

    async fn situation(&self, tx: &Tx, day: &MatchingDay, wish: RunWish) -> Outcome<RunInput> {
        let registrations = tx.all_registrations_for(day.id).await?;
        let ids: Vec<_> = registrations
            .iter()
            .map(|registration| registration.id)
            .collect();
        let delegates = tx.delegates_of(&ids).await?;
        let requests = tx.requests_for(day.id).await?;
        let coming = registrations.iter().filter(|r| !r.withdrawn);
        let coming: Vec<_> = coming.cloned().collect();
        let scores = self.pair_scores(tx, day.id, &coming).await?;
        let owners: Vec<_> = registrations.iter().map(|r| r.organisation).collect();
        let organisations = tx.organisations(&owners).await?;
        let (consortia, members) = (tx.consortia().await?, tx.consortium_members().await?);
        let rules = tx.rules_of(day.id).await?.rules;
        let pairs = tx.ruled_pairs(day.id).await?;
        let published = tx.published_run(day.id).await?;
        let standing = match &published {
            Some(run) => tx.meetings_of_run(run.id).await?,
            None => Vec::new(),
        };
        let repair = match (wish.changes, &published) {
            (None, _) => None,
            (Some(price), Some(run)) => {
                let before = run.input.repair.as_ref();
                let before = before.map_or(&[][..], |repair| &repair.called_off);
                Some((run.id, price, called_off(&standing, before)))
            }
            (Some(_), None) => return Err(nothing_published().into()),
        };
        let locked = match tx.newest_run(day.id).await? {
            Some(_) if wish.keep_locks && repair.is_some() => standing.clone(),
            Some(run) if wish.keep_locks => tx.meetings_of_run(run.id).await?,
            _ => Vec::new(),
        };
        let ground = Ground {
            past: day.begun(self.now()),
            published: &standing,
            called_off: repair.as_ref().map(|(_, _, off)| off),
        };
        let situation = Situation {
            day,
            registrations: &registrations,
            organisations: &organisations,
            consortia: &consortia,
            members: &members,
            delegates: &delegates,
            requests: &requests,
            scores: &scores,
            rules: &rules,
            pairs: &pairs,
            locked: &locked,
            ground,
        };
        let (problem, keys) = situation.problem()?;
        if problem.requests.is_empty() {
            return Err(Problem::whole(
                Code::WrongState,
                Message::new(
                    "주선할 상담 신청이 없습니다.",
                    "There is no request to arrange.",
                ),
            )
            .into());
        }
        let usual = || match repair {
            Some(_) => Options::FOR_REPAIR,
            None => Options::usual(problem.requests.len()),
        };
        let options = Options {
            seed: wish.seed,
            iterations: wish.iterations.unwrap_or_else(usual),
        };
        let published = ground.stood(&problem, &keys);
        let past = ground.past;
        let repair = repair.map(|(from, price, off)| Repair {
            from,
            price,
            called_off: off.into_iter().collect(),
        });
        Ok(RunInput {
            problem,
            policy: Policy {
                order: rules.aims.clone(),
                ..Policy::default()
            },
            options,
            keys,
            past,
            published,
            repair,
        })
    }

    /// The best score of each two who take part, under the day's weights.
    async fn pair_scores(
        &self,
        tx: &Tx,
        event: MatchingDayId,
        registrations: &[Registration],
    ) -> Outcome<Vec<PairScore>> {
        let (demanders, providers) = sides(registrations);
        let candidates = tx.candidates(&demanders, &providers).await?;
        let weights = tx.event_weights(event).await?.weights;
        let id = |organisation| {
            let found = registrations
                .iter()
                .find(|registration| registration.organisation == organisation);
            found.map(|registration| registration.id)
        };
        Ok(best_pairs(&candidates, &weights)
            .into_iter()
            .filter_map(|(best, scores)| {
                Some(PairScore {
                    demander: id(best.demander)?,
                    provider: id(best.provider)?,
                    score: scores.score,
                })
            })
            .collect())
    }

    /// Cancels a run that is waiting or under way.
    ///
    /// # Errors
    /// Not the organiser, a run that has ended, or the store.
    pub async fn cancel_arrangement(
        &self,
        caller: &Caller,
        key: &Key,
        id: ArrangementId,
    ) -> Outcome<Run> {
        let once = Once::new(caller, "cancelArrangement", key)?;
        let tx = self.store.begin().await?;
        let (day, mut run) = self.own_run(&tx, caller, id).await?;
        if once.replay::<ArrangementId>(self, &tx).await?.is_some() {
            return Ok(run);
        }
        let from = run.state;
        if !matches!(from, RunState::Queued | RunState::Running) {
            return Err(ended(&run).into());
        }
        run.state = RunState::Cancelled;
        run.finished_at = Some(self.now());
        if !tx.update_run(&run, from).await? {
            return Err(ended(&run).into());
        }
        self.note_run(&tx, &day, id).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(run)
    }

    /// Does a run: the worker's part. Progress is saved twice a second at most; a cancelled run stops soon after.
    ///
    /// # Errors
    /// The store; then the job is tried again and gives the same timetable.
    pub async fn perform_arrangement(&self, job: &Leased, id: ArrangementId) -> Outcome<()> {
        let Some(mut run) = self.store.runs(&[id]).await?.pop() else {
            return Ok(());
        };
        if !matches!(run.state, RunState::Queued | RunState::Running) {
            return Ok(());
        }
        let from = std::mem::replace(&mut run.state, RunState::Running);
        self.save_run(&run, from).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let (tell, told) = tokio::sync::watch::channel(None::<RunProgress>);
        let (input, stopped) = (run.input.clone(), stop.clone());
        let iterations = input.options.iterations;
        let mut search = tokio::task::spawn_blocking(move || {
            input.arrange(&mut |progress| {
                let levels = progress.levels.clone();
                tell.send_replace(Some(RunProgress {
                    iteration: progress.iteration,
                    iterations,
                    levels,
                }));
                if stopped.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
        });
        let result = loop {
            tokio::select! {
                result = &mut search => break result,
                () = tokio::time::sleep(std::time::Duration::from_millis(500)) => {}
            }
            let current = self.store.runs(&[id]).await?.pop();
            let lease = self.now() + chrono::TimeDelta::seconds(60);
            let held = self.store.extend_lease(job, lease).await?;
            if !held || current.is_none_or(|current| current.state != RunState::Running) {
                stop.store(true, Ordering::Relaxed);
                continue;
            }
            let progress = told.borrow().clone();
            if progress.is_some() && progress != run.progress {
                run.progress = progress;
                self.save_run(&run, RunState::Running).await?;
            }
        };
        run.finished_at = Some(self.now());
        let outcome = match result {
            Ok(Ok(arrangement)) => {
                run.state = RunState::Done;
                let meetings = run
                    .input
                    .meetings(id, run.event, &arrangement.meetings, || self.new_id());
                run.result = Some(arrangement);
                meetings
            }
            Ok(Err(error)) => {
                run.state = RunState::Failed;
                run.failure = Some(error.to_string());
                let names = self.names(&run.input.keys.participants).await?;
                let name = |participant: usize| names[participant].clone();
                run.failure_reasons = run.input.why_none(&error, &name);
                Vec::new()
            }
            Err(error) => return Err(AppError::Internal(error.to_string())),
        };
        let tx = self.store.begin().await?;
        if !tx.update_run(&run, RunState::Running).await? {
            // Cancelled, or done by another worker meanwhile.
            return Ok(());
        }
        tx.insert_meetings(&outcome).await?;
        self.note_run_of(&tx, &run).await?;
        self.commit(tx).await
    }

    /// The names of those who take part, in their order.
    async fn names(&self, participants: &[RegistrationId]) -> Outcome<Vec<Text>> {
        let registrations = self.store.registrations(participants).await?;
        let owners: Vec<_> = registrations.iter().map(|r| r.organisation).collect();
        let organisations = self.store.organisations(&owners).await?;
        let name = |id: &RegistrationId| {
            let owner = registrations.iter().find(|r| r.id == *id)?.organisation;
            let found = organisations.iter().find(|o| o.id == owner);
            found.map(|organisation| organisation.profile.name.clone())
        };
        let names = participants.iter().map(|id| name(id).unwrap_or_default());
        Ok(names.collect())
    }

    async fn save_run(&self, run: &Run, from: RunState) -> Outcome<()> {
        let tx = self.store.begin().await?;
        tx.update_run(run, from).await?;
        self.note_run_of(&tx, run).await?;
        self.commit(tx).await
    }

    async fn note_run_of(&self, tx: &Tx, run: &Run) -> Outcome<()> {
        match tx.matching_day(Viewer::Service, run.event).await? {
            Some(day) => self.note_run(tx, &day, run.id).await,
            None => Ok(()),
        }
    }

    async fn note_run(&self, tx: &Tx, day: &MatchingDay, run: ArrangementId) -> Outcome<()> {
        let change = Change {
            kind: ChangeKind::Arrangement(run),
            concerns: vec![day.organiser],
        };
        Ok(tx.note(&[change], self.now()).await?)
    }

    async fn own_run(
        &self,
        tx: &Tx,
        caller: &Caller,
        id: ArrangementId,
    ) -> Outcome<(MatchingDay, Run)> {
        let run = tx
            .runs(&[id])
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found("id"))?;
        let day = self.own_day(tx, caller, run.event).await.map_err(hide)?;
        Ok((day, run))
    }

    /// Runs that the caller may see: those of the matching days it runs.
    ///
    /// # Errors
    /// Nobody is signed in, or the store.
    pub async fn visible_runs(&self, caller: &Caller, ids: &[ArrangementId]) -> Outcome<Vec<Run>> {
        let viewer = caller.viewer()?;
        let mut runs = self.store.runs(ids).await?;
        let events: Vec<_> = runs.iter().map(|run| run.event).collect();
        let days = self.store.matching_days(viewer, &events).await?;
        runs.retain(|run| {
            let day = days.iter().find(|day| day.id == run.event);
            day.is_some_and(|day| {
                caller
                    .may(Action::RunMatchingDay {
                        organiser: day.organiser,
                    })
                    .is_ok()
            })
        });
        Ok(runs)
    }
}

/// What is another organiser's does not exist for the caller.
pub(super) fn hide(error: AppError) -> AppError {
    match error {
        AppError::Refused(problems)
            if problems
                .iter()
                .any(|problem| problem.code == Code::Forbidden) =>
        {
            Problem::not_found("id").into()
        }
        error => error,
    }
}

fn nothing_published() -> Problem {
    Problem::at(
        "changes",
        Code::WrongState,
        Message::new(
            "공개된 일정표가 없어 재주선할 수 없습니다. changes 없이 새로 주선하십시오.",
            "There is no published timetable to begin with; leave `changes` out to arrange anew.",
        ),
    )
}

fn ended(run: &Run) -> Problem {
    let state = run.state.label();
    Problem::whole(
        Code::WrongState,
        Message::new(
            format!("이미 끝난 주선입니다({}).", state.ko),
            format!("The run has ended ({}).", state.en),
        ),
    )
}
