//! The worker: takes jobs from the outbox and does them, outside any transaction; each lane for itself, so that a mail
//! is never behind a long job.
//!
//! Many workers on one database are fine: a job is leased, and what it does may be done twice without harm. Mails have
//! a Message-ID of their own, matches are replaced, an arrangement gives the same timetable again.

use super::matching::Matcher;
use super::{App, AppError};
use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt};
use matchday_infra::mail::{Mailer, RenderError, SendError, Sender, render};
use matchday_infra::store::{Job, Lane, Leased};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Jobs of a lane leased at once, and done side by side.
fn batch(lane: Lane) -> (u64, usize) {
    match lane {
        Lane::Mail => (32, 8),
        Lane::Match => (32, 1),
        Lane::MatchAll => (1, 1),
        // What waits is another replica's to take.
        Lane::Arrange => (1, 1),
    }
}

/// Records whose matches are computed anew in one transaction, for which other writers may have to wait.
const RECORDS: usize = 10;

/// How the worker works.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// Longest wait before a look at the outbox.
    pub poll: Duration,
    /// How long a job is leased; longer than the longest mail takes.
    pub lease: Duration,
    /// Tries after which a job has failed for good.
    pub max_attempts: i32,
}

/// Takes jobs from the outbox and does them.
#[derive(Clone)]
pub struct Worker {
    app: App,
    mailer: Mailer,
    sender: Sender,
    settings: WorkerSettings,
    matcher: Arc<Mutex<Matcher>>,
}

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
enum JobError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error(transparent)]
    Send(#[from] SendError),
}

impl JobError {
    /// Whether the same may succeed later.
    fn is_retryable(&self) -> bool {
        match self {
            Self::App(AppError::Refused(_)) | Self::Render(_) => false,
            Self::App(_) => true,
            Self::Send(error) => error.is_retryable(),
        }
    }
}

impl Worker {
    /// A worker for a service.
    pub fn new(app: App, mailer: Mailer, sender: Sender, settings: WorkerSettings) -> Self {
        Self {
            app,
            mailer,
            sender,
            settings,
            matcher: Arc::default(),
        }
    }

    /// Works until cancelled; finishes what it has begun.
    pub async fn run(self, stop: CancellationToken) {
        let mut tasks = JoinSet::new();
        for lane in Lane::ALL {
            tasks.spawn(self.clone().follow(lane, stop.clone()));
        }
        tasks.spawn(self.clone().keep_house(stop));
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a part of the worker has died");
            }
        }
        self.mailer.close().await;
    }

    /// Does the jobs of a lane as they come.
    async fn follow(self, lane: Lane, stop: CancellationToken) {
        let mut commits = self.app.hub.commits();
        while !stop.is_cancelled() {
            match self.work_in(lane).await {
                Ok(0) => {
                    let wait = commits.next(self.settings.poll);
                    stop.run_until_cancelled(wait).await;
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the outbox cannot be read"
                    );
                    stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(1)))
                        .await;
                }
            }
        }
    }

    /// Forgets what is old.
    async fn keep_house(self, stop: CancellationToken) {
        let mut commits = self.app.hub.commits();
        let mut last_sweep = self.app.now();
        // On the first day at once: a service that is started anew every night must forget, too.
        let mut last_purge = None;
        while !stop.is_cancelled() {
            let now = self.app.now();
            if last_purge.is_none_or(|last| now - last > TimeDelta::days(1)) {
                last_purge = Some(now);
                if let Err(error) = self.app.purge_access_log().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "old lines of the access log were not deleted"
                    );
                }
            }
            if now - last_sweep > TimeDelta::hours(1) {
                last_sweep = now;
                if let Err(error) = self.sweep().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "old changes were not forgotten"
                    );
                }
            }
            stop.run_until_cancelled(commits.next(self.settings.poll))
                .await;
        }
    }

    /// Does the jobs that are due, once and lane by lane; tells how many there were.
    ///
    /// # Errors
    /// The outbox cannot be read.
    pub async fn work(&self) -> Result<usize, AppError> {
        let mut done = 0;
        for lane in Lane::ALL {
            done += self.work_in(lane).await?;
        }
        Ok(done)
    }

    /// Does the jobs of a lane that are due, as many as are leased at once; tells how many there were.
    ///
    /// # Errors
    /// The outbox cannot be read.
    pub async fn work_in(&self, lane: Lane) -> Result<usize, AppError> {
        let lease = self.lease();
        let (most, at_once) = batch(lane);
        let now = self.app.now();
        let jobs = self.app.store.lease_jobs(lane, most, now, lease).await?;
        let count = jobs.len();
        let jobs: Vec<_> = jobs
            .into_iter()
            .map(|leased| self.perform(leased))
            .collect();
        stream::iter(jobs)
            .buffer_unordered(at_once)
            .collect::<()>()
            .await;
        Ok(count)
    }

    async fn perform(&self, leased: Leased) {
        let result = self.attempt(&leased).await;
        let now = self.app.now();
        let settled = match result {
            Ok(()) => self.app.store.finish_job(&leased, now).await.map(|_| ()),
            Err(error) => {
                let tries = leased.attempts + 1;
                let again = error.is_retryable() && tries < self.settings.max_attempts;
                let due = again.then(|| now + self.pause(&leased, tries));
                // The receiver of a mail is personal and not for the log.
                tracing::warn!(job = %leased.id, tries, again, error = %kind_of(&error), "a job failed");
                self.app
                    .store
                    .fail_job(&leased, &error.to_string(), due)
                    .await
            }
        };
        if let Err(error) = settled {
            // The lease runs out and the job is done again.
            tracing::warn!(job = %leased.id, error = &error as &dyn std::error::Error, "a job was not settled");
        }
    }

    async fn attempt(&self, leased: &Leased) -> Result<(), JobError> {
        match &leased.job {
            Job::Mail { to, notice } => {
                let id = self.sender.message_id(leased.id);
                let message = render(notice, to, &self.sender, &id, leased.created_at)?;
                self.mailer.send(&message).await?;
            }
            Job::MatchOffer { offer } => {
                self.matcher
                    .lock()
                    .await
                    .match_offer(&self.app, *offer)
                    .await?
            }
            Job::MatchDemand { demand } => {
                self.matcher
                    .lock()
                    .await
                    .match_demand(&self.app, *demand)
                    .await?
            }
            Job::MatchAll => self.match_all(leased).await?,
            Job::Arrange { arrangement } => {
                self.app.perform_arrangement(leased, *arrangement).await?
            }
        }
        Ok(())
    }

    /// Computes all matches anew, some records at a time: between them, what is fresh has its turn.
    async fn match_all(&self, leased: &Leased) -> Result<(), AppError> {
        let records = self.matcher.lock().await.records(&self.app).await?;
        for some in records.chunks(RECORDS) {
            self.matcher.lock().await.restate(&self.app, some).await?;
            let until = self.app.now() + self.lease();
            if !self.app.store.extend_lease(leased, until).await? {
                // Another worker has taken over.
                break;
            }
        }
        Ok(())
    }

    fn lease(&self) -> TimeDelta {
        TimeDelta::from_std(self.settings.lease).unwrap_or(TimeDelta::minutes(5))
    }

    /// Two seconds, doubled at every try up to an hour, give or take a fifth, so that many do not come back at once.
    fn pause(&self, leased: &Leased, tries: i32) -> TimeDelta {
        let exponent = u32::try_from(tries.clamp(0, 11)).unwrap_or(0);
        let base = (1_000_i64 << exponent).min(3_600_000);
        let spread = i64::try_from(leased.id.as_u128() % 400).unwrap_or(0) - 200;
        TimeDelta::milliseconds(base + base * spread / 1_000)
    }

    /// Changes of more than a day ago interest nobody: a reader that was away longer fills its index anew. Nor do codes
    /// of a day ago, and sessions that ended three months ago.
    async fn sweep(&self) -> Result<(), AppError> {
        let tx = self.app.store.begin().await?;
        let now = self.app.now();
        tx.forget_changes(now - TimeDelta::days(1)).await?;
        tx.forget_sign_ins(now - TimeDelta::days(1), now - TimeDelta::days(90))
            .await?;
        self.app.commit(tx).await
    }
}

fn kind_of(error: &JobError) -> String {
    match error {
        JobError::App(error) => error.to_string(),
        JobError::Render(error) => error.to_string(),
        JobError::Send(error) => format!("mail, code {:?}", error.code()),
    }
}
