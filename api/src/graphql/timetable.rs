//! The organiser's hand on the timetable.

use super::meeting::{Arrangement, Meeting};
use super::payload::{key, payload};
use super::{Result, app, caller, id};
use crate::app::arrangement::RunWish;
use async_graphql::{Context, ID, InputObject, Object};
use matchday_domain::matching_day::Place;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::scheduling::ChangePrice;
use matchday_domain::text::Message;

/// The most iterations one run may ask for.
const MAX_ITERATIONS: i64 = 100_000_000;

/// What a re-arrangement may change of the published timetable. At most one of the two fields is given.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct ChangesInput {
    /// What it costs that a published meeting is moved to another slot or given up though it could stay, in points of a
    /// match score, 0 to 1,000; 30 if left out, and 5 to 30 are usual. Another table or delegate costs nothing.
    price_of_change: Option<i32>,
    /// Whoever can stay in the slot stays there, whatever it is worth to move.
    #[graphql(default)]
    move_nobody: bool,
}

impl ChangesInput {
    fn price(self) -> std::result::Result<ChangePrice, Problem> {
        const PATH: &str = "changes.priceOfChange";
        let points = match (self.move_nobody, self.price_of_change) {
            (true, None) => return Ok(ChangePrice::Forbidden),
            (true, Some(_)) => {
                let message = Message::new(
                    "moveNobody와 priceOfChange 가운데 하나만 정하십시오.",
                    "Give moveNobody or priceOfChange, not both.",
                );
                return Err(Problem::at(PATH, Code::Invalid, message));
            }
            (false, None) => ChangePrice::USUAL_POINTS,
            (false, Some(points)) => u32::try_from(points)
                .ok()
                .filter(|points| *points <= ChangePrice::MOST_POINTS)
                .ok_or_else(|| Problem::out_of_range(PATH, 0, ChangePrice::MOST_POINTS.into()))?,
        };
        Ok(ChangePrice::of_points(points))
    }
}

/// A run of the arrangement. In slots that have begun it leaves what was published and adds nothing.
#[derive(Debug, Clone, InputObject)]
pub struct StartArrangementInput {
    /// The matching day; in state ARRANGING, PUBLISHED or RUNNING.
    matching_day_id: ID,
    /// The same seed gives the same timetable; a number of 32 bits.
    #[graphql(default = 1)]
    seed: u32,
    /// Budget of the search in iterations, 0 to 100,000,000. If left out: for a re-arrangement 200,000; anew 100,000 for
    /// each pair that may meet, but at most 20,000,000 and 6,000 for each, and at most 100,000,000.
    iterations: Option<i64>,
    /// Meetings that are locked in the newest timetable stay where they are; in a re-arrangement, those that are locked in
    /// the published one.
    #[graphql(default = true)]
    keep_locks: bool,
    /// Re-arranges: begins with the published timetable as it stands now, after whatever was moved or called off by hand,
    /// and pays for each change. What was called off stays off unless the pair is REQUIRED. If left out, what has not
    /// begun is arranged anew.
    changes: Option<ChangesInput>,
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
    /// Starts a run of the arrangement: anew, or from the published timetable with the fewest changes. For the organiser.
    async fn start_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is wanted")] input: StartArrangementInput,
    ) -> Result<Option<StartArrangementPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let budget = |n: i64| {
                let budget = u64::try_from(n).ok().filter(|_| n <= MAX_ITERATIONS);
                budget.ok_or_else(|| Problem::out_of_range("iterations", 0, MAX_ITERATIONS))
            };
            let iterations = input.iterations.map(budget).transpose()?;
            let wish = RunWish {
                seed: input.seed.into(),
                iterations,
                keep_locks: input.keep_locks,
                changes: input.changes.map(ChangesInput::price).transpose()?,
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

    /// Publishes a timetable; delegates are mailed their agenda and invitations, or what has changed of them, and those of
    /// whom nothing has changed hear nothing. Refused if it would change what was published in slots that have begun since,
    /// or holds a meeting that was taken back since. For the organiser.
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
