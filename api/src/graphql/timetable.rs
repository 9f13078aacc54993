//! The organiser's hand on the timetable.

use super::meeting::{Arrangement, Meeting};
use super::payload::{key, payload};
use super::{Result, app, caller, id};
use crate::app::arrangement::{DEFAULT_ITERATIONS, RunWish};
use crate::app::timetable::Place;
use async_graphql::{Context, ID, InputObject, Object};
use matchday_domain::problem::Problem;

/// The most iterations one run may ask for.
const MAX_ITERATIONS: i64 = 100_000_000;

/// A run of the arrangement.
#[derive(Debug, Clone, InputObject)]
pub struct StartArrangementInput {
    /// The matching day; in state ARRANGING, PUBLISHED or RUNNING.
    matching_day_id: ID,
    /// The same seed gives the same timetable; a number of 32 bits.
    #[graphql(default = 1)]
    seed: u32,
    /// Budget of the search in iterations, 0 to 100,000,000; 5,000,000 if left out.
    iterations: Option<i64>,
    /// Meetings that are locked in the newest timetable stay where they are.
    #[graphql(default = true)]
    keep_locks: bool,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A run to be cancelled or published.
#[derive(Debug, Clone, InputObject)]
pub struct ArrangementInput {
    /// The run.
    id: ID,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A meeting to be locked or let go.
#[derive(Debug, Clone, InputObject)]
pub struct LockMeetingInput {
    /// The meeting.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// Whether it stays where it is.
    locked: bool,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// Where a meeting is to go.
#[derive(Debug, Clone, InputObject)]
pub struct MoveMeetingInput {
    /// The meeting.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// The slot's index.
    slot: i32,
    /// The table's number; left out for a remote meeting.
    table: Option<i32>,
    /// Who is to sit there, one of each side at least; the same as before if left out.
    delegate_ids: Option<Vec<ID>>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A meeting to be called off.
#[derive(Debug, Clone, InputObject)]
pub struct CancelMeetingInput {
    /// The meeting.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `startArrangement`.
    StartArrangementPayload {
        /// The run; it goes on in the background, see `arrangementProgress`.
        arrangement: Arrangement
    }
}

payload! {
    /// The answer to `cancelArrangement`.
    CancelArrangementPayload {
        /// The run as it is now.
        arrangement: Arrangement
    }
}

payload! {
    /// The answer to `publishArrangement`.
    PublishArrangementPayload {
        /// The run, published.
        arrangement: Arrangement
    }
}

payload! {
    /// The answer to `lockMeeting`.
    LockMeetingPayload {
        /// The meeting as it is now.
        meeting: Meeting
    }
}

payload! {
    /// The answer to `moveMeeting`.
    MoveMeetingPayload {
        /// The meeting as it is now.
        meeting: Meeting
    }
}

payload! {
    /// The answer to `cancelMeeting`.
    CancelMeetingPayload {
        /// The meeting as it is now.
        meeting: Meeting
    }
}

#[derive(Default)]
pub struct TimetableMutation;

#[Object]
impl TimetableMutation {
    /// Starts a run of the arrangement. For the organiser.
    async fn start_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is wanted")] input: StartArrangementInput,
    ) -> Result<Option<StartArrangementPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let iterations = match input.iterations {
                None => DEFAULT_ITERATIONS,
                Some(n) => u64::try_from(n)
                    .ok()
                    .filter(|_| n <= MAX_ITERATIONS)
                    .ok_or_else(|| Problem::out_of_range("iterations", 0, MAX_ITERATIONS))?,
            };
            let wish = RunWish {
                seed: input.seed.into(),
                iterations,
                keep_locks: input.keep_locks,
            };
            app(ctx)
                .start_arrangement(caller(ctx), &key, event, wish)
                .await
        };
        StartArrangementPayload::settle(ctx, input.client_mutation_id, outcome.await, Arrangement)
    }

    /// Cancels a run that is waiting or under way. For the organiser.
    async fn cancel_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run")] input: ArrangementInput,
    ) -> Result<Option<CancelArrangementPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx).cancel_arrangement(caller(ctx), &key, id).await
        };
        CancelArrangementPayload::settle(ctx, input.client_mutation_id, outcome.await, Arrangement)
    }

    /// Publishes a timetable; delegates are mailed their agenda and invitations, or what has changed of them. For the
    /// organiser.
    async fn publish_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run")] input: ArrangementInput,
    ) -> Result<Option<PublishArrangementPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx).publish_arrangement(caller(ctx), &key, id).await
        };
        PublishArrangementPayload::settle(ctx, input.client_mutation_id, outcome.await, Arrangement)
    }

    /// Locks a meeting where it is, or lets it go. For the organiser.
    async fn lock_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting")] input: LockMeetingInput,
    ) -> Result<Option<LockMeetingPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .lock_meeting(caller(ctx), &key, id, input.version, input.locked)
                .await
        };
        LockMeetingPayload::settle(ctx, input.client_mutation_id, outcome.await, Meeting)
    }

    /// Moves a meeting and locks it there; of a published timetable, the delegates are told. For the organiser.
    async fn move_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to")] input: MoveMeetingInput,
    ) -> Result<Option<MoveMeetingPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            let read = |(i, id): (usize, &ID)| id::read(&format!("delegateIds.{i}"), id);
            let delegates = input
                .delegate_ids
                .as_ref()
                .map(|ids| ids.iter().enumerate().map(read).collect());
            let delegates = delegates.transpose()?;
            let to = Place {
                slot: input.slot,
                table: input.table,
                delegates,
            };
            app(ctx)
                .move_meeting(caller(ctx), &key, id, input.version, to)
                .await
        };
        MoveMeetingPayload::settle(ctx, input.client_mutation_id, outcome.await, Meeting)
    }

    /// Calls a meeting off; of a published timetable, the delegates are told. For the organiser.
    async fn cancel_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting")] input: CancelMeetingInput,
    ) -> Result<Option<CancelMeetingPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .cancel_meeting(caller(ctx), &key, id, input.version)
                .await
        };
        CancelMeetingPayload::settle(ctx, input.client_mutation_id, outcome.await, Meeting)
    }
}
