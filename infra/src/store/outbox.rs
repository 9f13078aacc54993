//! The outbox: jobs are written in the transaction of their cause, leased for a while, done outside any transaction,
//! tried again with growing pauses, and kept with their error when they fail for good.

use super::error::{json, to_json};
use super::{Access, Store, StoreError, Tx};
use crate::entity::outbox;
use chrono::TimeDelta;
use matchday_domain::id::{ArrangementId, DemandId, OfferId};
use matchday_domain::notice::{Notice, Recipient};
use matchday_domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something to be done after a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "job")]
pub enum Job {
    /// Tell somebody something by mail. Its row's id makes the Message-ID, so that a repetition is harmless.
    Mail {
        /// Whom.
        to: Recipient,
        /// What.
        notice: Box<Notice>,
    },
    /// Compute the matches of an offer anew.
    MatchOffer {
        /// The offer.
        offer: OfferId,
    },
    /// Compute the matches of a demand anew.
    MatchDemand {
        /// The demand.
        demand: DemandId,
    },
    /// Compute the matches of every demand anew.
    MatchAll,
    /// Run an arrangement.
    Arrange {
        /// The run.
        arrangement: ArrangementId,
    },
}

/// Jobs wait for those of their own lane only: nobody waits for a mail because a timetable is being searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Mails: each takes the time of a conversation.
    Mail,
    /// Matches, which one at a time writes in any case.
    Match,
    /// All matches anew, which fresh records do not wait for.
    MatchAll,
    /// Arrangements, which may take minutes.
    Arrange,
}

impl Lane {
    /// All lanes.
    pub const ALL: [Self; 4] = [Self::Mail, Self::Match, Self::MatchAll, Self::Arrange];

    /// What stands in the column.
    fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Match => "match",
            Self::MatchAll => "match_all",
            Self::Arrange => "arrange",
        }
    }
}

impl Job {
    /// The lane in which it waits.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Mail { .. } => Lane::Mail,
            Self::MatchOffer { .. } | Self::MatchDemand { .. } => Lane::Match,
            Self::MatchAll => Lane::MatchAll,
            Self::Arrange { .. } => Lane::Arrange,
        }
    }
}

/// A job that this process has leased.
#[derive(Debug, Clone, PartialEq)]
pub struct Leased {
    /// Its row.
    pub id: Uuid,
    /// The lease, to be shown when it is done.
    pub lease: Uuid,
    /// What is to be done.
    pub job: Job,
    /// Tries before this one.
    pub attempts: i32,
    /// When it was caused.
    pub created_at: Timestamp,
}

/// How many jobs stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// Waiting or leased.
    pub pending: u64,
    /// Done.
    pub done: u64,
    /// Failed for good.
    pub failed: u64,
}

const PENDING: &str = "pending";
const DONE: &str = "done";
const FAILED: &str = "failed";

impl Tx {
    /// Puts jobs into the outbox, in this order.
    ///
    /// # Errors
    /// The database.
    pub async fn post(&self, jobs: &[Job], now: Timestamp) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(jobs.len());
        for job in jobs {
            rows.push(outbox::ActiveModel {
                id: Set(Uuid::now_v7()),
                job: Set(to_json("outbox", job)?),
                lane: Set(job.lane().code().to_owned()),
                state: Set(PENDING.to_owned()),
                attempts: Set(0),
                due_at: Set(now),
                leased_until: Set(None),
                lease: Set(None),
                last_error: Set(None),
                created_at: Set(now),
                done_at: Set(None),
            });
        }
        for chunk in rows.chunks(500) {
            outbox::Entity::insert_many(chunk.to_vec())
                .exec_without_returning(&self.conn)
                .await?;
        }
        Ok(())
    }
}

impl Store {
    /// Leases jobs of a lane that are due, oldest first. What another worker has leased and not finished in time is due again.
    ///
    /// # Errors
    /// The database.
    pub async fn lease_jobs(
        &self,
        lane: Lane,
        limit: u64,
        now: Timestamp,
        lasting: TimeDelta,
    ) -> Result<Vec<Leased>, StoreError> {
        let free = Condition::any()
            .add(outbox::Column::LeasedUntil.is_null())
            .add(outbox::Column::LeasedUntil.lte(now));
        let due = Condition::all()
            .add(outbox::Column::Lane.eq(lane.code()))
            .add(outbox::Column::State.eq(PENDING))
            .add(outbox::Column::DueAt.lte(now))
            .add(free);
        // A look without a lock first: most of the time there is nothing to do.
        if outbox::Entity::find()
            .filter(due.clone())
            .limit(1)
            .one(&self.conn)
            .await?
            .is_none()
        {
            return Ok(Vec::new());
        }
        let tx = self.begin().await?;
        let mut chosen = Query::select()
            .column(outbox::Column::Id)
            .from(outbox::Entity)
            .cond_where(due)
            .order_by(outbox::Column::DueAt, sea_orm::Order::Asc)
            .order_by(outbox::Column::Id, sea_orm::Order::Asc)
            .limit(limit)
            .to_owned();
        if self.is_postgres() {
            chosen.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        let lease = Uuid::now_v7();
        outbox::Entity::update_many()
            .col_expr(outbox::Column::Lease, Expr::value(lease))
            .col_expr(outbox::Column::LeasedUntil, Expr::value(now + lasting))
            .filter(outbox::Column::Id.in_subquery(chosen))
            .exec(&tx.conn)
            .await?;
        let rows = outbox::Entity::find()
            .filter(outbox::Column::Lease.eq(lease))
            .order_by_asc(outbox::Column::Id)
            .all(&tx.conn)
            .await?;
        tx.commit().await?;
        rows.into_iter()
            .map(|row| {
                Ok(Leased {
                    id: row.id,
                    lease,
                    job: json("outbox", row.job)?,
                    attempts: row.attempts,
                    created_at: row.created_at,
                })
            })
            .collect()
    }

    /// Marks a leased job as done; false if the lease ran out and somebody else has it.
    ///
    /// # Errors
    /// The database.
    pub async fn finish_job(&self, job: &Leased, now: Timestamp) -> Result<bool, StoreError> {
        let mut update = self
            .held(job)
            .col_expr(outbox::Column::State, Expr::value(DONE))
            .col_expr(outbox::Column::DoneAt, Expr::value(now));
        // Secrets are nowhere kept in the clear for longer than it takes to send them.
        if let Job::Mail { to, notice } = &job.job
            && let Some(notice) = notice.without_secrets()
        {
            let to = to.clone();
            let notice = Box::new(notice);
            let kept = to_json("outbox", &Job::Mail { to, notice })?;
            update = update.col_expr(outbox::Column::Job, Expr::value(kept));
        }
        let _turn = self.turn().await?;
        let done = update.exec(&self.conn).await?;
        Ok(done.rows_affected > 0)
    }

    /// Gives a leased job back after a failure: to be tried again at `due`, or never if there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn fail_job(
        &self,
        job: &Leased,
        error: &str,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let state = if due.is_some() { PENDING } else { FAILED };
        let mut update = self
            .held(job)
            .col_expr(outbox::Column::State, Expr::value(state))
            .col_expr(
                outbox::Column::Attempts,
                Expr::col(outbox::Column::Attempts).add(1),
            )
            .col_expr(outbox::Column::LastError, Expr::value(error))
            .col_expr(outbox::Column::LeasedUntil, Expr::value(None::<Timestamp>));
        if let Some(due) = due {
            update = update.col_expr(outbox::Column::DueAt, Expr::value(due));
        }
        let _turn = self.turn().await?;
        update.exec(&self.conn).await?;
        Ok(())
    }

    /// Holds on to a lease while the work takes longer.
    ///
    /// # Errors
    /// The database.
    pub async fn extend_lease(&self, job: &Leased, until: Timestamp) -> Result<bool, StoreError> {
        let _turn = self.turn().await?;
        let done = self
            .held(job)
            .col_expr(outbox::Column::LeasedUntil, Expr::value(until))
            .exec(&self.conn)
            .await?;
        Ok(done.rows_affected > 0)
    }

    fn held(&self, job: &Leased) -> sea_orm::UpdateMany<outbox::Entity> {
        outbox::Entity::update_many()
            .filter(outbox::Column::Id.eq(job.id))
            .filter(outbox::Column::Lease.eq(job.lease))
    }
}

impl<C: ConnectionTrait> Access<C> {
    /// How many jobs stand how.
    ///
    /// # Errors
    /// The database.
    pub async fn job_counts(&self) -> Result<JobCounts, StoreError> {
        let count = |state: &'static str| {
            outbox::Entity::find()
                .filter(outbox::Column::State.eq(state))
                .count(&self.conn)
        };
        Ok(JobCounts {
            pending: count(PENDING).await?,
            done: count(DONE).await?,
            failed: count(FAILED).await?,
        })
    }

    /// How many mails were sent.
    ///
    /// # Errors
    /// The database.
    pub async fn sent_mails(&self) -> Result<u64, StoreError> {
        let mail = if self.postgres() {
            "job->>'job' = 'mail'"
        } else {
            "json_extract(job, '$.job') = 'mail'"
        };
        Ok(outbox::Entity::find()
            .filter(outbox::Column::State.eq(DONE))
            .filter(Expr::cust(mail))
            .count(&self.conn)
            .await?)
    }
}
