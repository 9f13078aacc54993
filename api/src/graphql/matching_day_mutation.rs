//! The organiser holds a matching day; organisations register.

use super::matching_day::MatchingDay;
use super::payload::{key, payload};
use super::registration::Registration;
use super::scalar::{Date, LocalTime, TimeZone};
use super::text::{Language, TextInput};
use super::vocabulary::{EventState, HalfDay};
use super::{Result, app, caller, id};
use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use matchday_domain::matching_day as domain;
use matchday_domain::matching_day::registration::Absence;
use matchday_domain::problem::Problem;
use matchday_domain::time::Window;

/// A span of instants, both on a whole minute.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct WindowInput {
    /// The first instant inside.
    opens_at: DateTime<Utc>,
    /// The first instant outside again; later than `opensAt`.
    closes_at: DateTime<Utc>,
}

impl From<WindowInput> for Window {
    fn from(input: WindowInput) -> Self {
        Self {
            opens_at: input.opens_at,
            closes_at: input.closes_at,
        }
    }
}

/// A stretch of one day without a break, cut into slots of equal length.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct SessionInput {
    /// The day, in the event's zone.
    date: Date,
    /// When the first slot begins.
    starts: LocalTime,
    /// When the last slot has ended; later on the same day.
    ends: LocalTime,
    /// Length of a slot in minutes, 5 to 240.
    slot_minutes: i32,
    /// Pause between two slots in minutes, 0 to 60.
    #[graphql(default)]
    gap_minutes: i32,
}

/// A new matching day.
#[derive(Debug, Clone, InputObject)]
pub struct CreateMatchingDayInput {
    /// Title, in one language at least; up to 200 characters.
    title: TextInput,
    /// Where; up to 200 characters.
    venue: Option<TextInput>,
    /// Time zone of the sessions.
    #[graphql(default_with = "TimeZone(chrono_tz::Asia::Seoul)")]
    zone: TimeZone,
    /// Sessions in order of time; between two of them lies a break. At most 200 slots in all.
    sessions: Vec<SessionInput>,
    /// Names of the tables, 1 to 500.
    tables: Vec<String>,
    /// When organisations may register.
    registration_window: WindowInput,
    /// When requests may be sent and answered; closes before the first slot.
    request_window: WindowInput,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A step of a matching day.
#[derive(Debug, Clone, InputObject)]
pub struct AdvanceMatchingDayInput {
    /// The matching day.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// The next state: DRAFT, REGISTRATION, REQUESTS, ARRANGING, (publishing), RUNNING, CLOSED in this order;
    /// CANCELLED from any but the last.
    to: EventState,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A person whom the organisation sends.
#[derive(Debug, Clone, InputObject)]
pub struct DelegateInput {
    /// One of the organisation's people.
    person_id: ID,
    /// What he or she can speak about, up to 500 characters.
    #[graphql(default)]
    fields: String,
    /// Languages spoken.
    #[graphql(default_with = "vec![Language::Ko]")]
    languages: Vec<Language>,
    /// Takes part from afar.
    #[graphql(default)]
    remote: bool,
    /// Indexes of the slots in which he or she cannot meet.
    #[graphql(default)]
    unavailable_slots: Vec<i32>,
}

/// A registration.
#[derive(Debug, Clone, InputObject)]
pub struct RegisterForMatchingDayInput {
    /// The matching day.
    matching_day_id: ID,
    /// The version of the registration to be changed; left out for a new one.
    version: Option<i32>,
    /// Who comes, 1 to 50.
    delegates: Vec<DelegateInput>,
    /// Fewest meetings hoped for.
    #[graphql(default)]
    meetings_min: i32,
    /// Most meetings wanted; as many as the delegates can hold if left out.
    meetings_max: Option<i32>,
    /// Slots that stay free between two of its meetings, for a rest or the way, 0 to 10; meetings in the same slot count
    /// as one, and a planned break is rest enough.
    #[graphql(default)]
    rest_slots: i32,
    /// When it would rather meet, before or after noon in the event's zone; left out: whenever. Wishes are weighed as the
    /// organiser has it: see `ArrangementRules.aims`.
    preferred_half: Option<HalfDay>,
    /// Whether it would rather be done early.
    #[graphql(default)]
    finishes_early: bool,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// When a delegate cannot meet, as it has become.
#[derive(Debug, Clone, InputObject)]
pub struct AbsenceInput {
    /// One of the registration's delegates.
    delegate_id: ID,
    /// Indexes of all the slots in which he or she cannot meet, in the place of what was said before.
    unavailable_slots: Vec<i32>,
}

/// Delegates come late or leave early.
#[derive(Debug, Clone, InputObject)]
pub struct ChangeAvailabilityInput {
    /// The registration; its matching day in state ARRANGING, PUBLISHED or RUNNING.
    registration_id: ID,
    /// Its version as it was read.
    version: i32,
    /// Of whom it changes, 1 to 50; others stay as they are.
    delegates: Vec<AbsenceInput>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A table or room that is lost, or back.
#[derive(Debug, Clone, InputObject)]
pub struct CloseTableInput {
    /// The matching day; not closed or cancelled.
    matching_day_id: ID,
    /// Its version as it was read.
    version: i32,
    /// The table's number.
    table: i32,
    /// Indexes of all the slots in which it is not there, in the place of what was said before; empty if it is there all
    /// day.
    closed_slots: Vec<i32>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A registration to be taken back.
#[derive(Debug, Clone, InputObject)]
pub struct WithdrawRegistrationInput {
    /// The matching day.
    matching_day_id: ID,
    /// Whose, for the organiser of the day; one's own if left out.
    registration_id: Option<ID>,
    /// The version of the registration as it was read.
    version: i32,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `createMatchingDay`.
    CreateMatchingDayPayload {
        /// The matching day, a draft.
        matching_day: MatchingDay
    }
}

payload! {
    /// The answer to `advanceMatchingDay`.
    AdvanceMatchingDayPayload {
        /// The matching day as it is now.
        matching_day: MatchingDay
    }
}

payload! {
    /// The answer to `registerForMatchingDay`.
    RegisterForMatchingDayPayload {
        /// The registration as it is now.
        registration: Registration
    }
}

payload! {
    /// The answer to `changeAvailability`.
    ChangeAvailabilityPayload {
        /// The registration as it is now.
        registration: Registration
    }
}

payload! {
    /// The answer to `closeTable`.
    CloseTablePayload {
        /// The matching day as it is now.
        matching_day: MatchingDay
    }
}

payload! {
    /// The answer to `withdrawRegistration`.
    WithdrawRegistrationPayload {
        /// The registration as it is now.
        registration: Registration
    }
}

#[derive(Default)]
pub struct MatchingDayMutation;

#[Object]
impl MatchingDayMutation {
    /// Saves a new matching day as a draft. For organisers.
    async fn create_matching_day(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The matching day")] input: CreateMatchingDayInput,
    ) -> Result<Option<CreateMatchingDayPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let sessions = input.sessions.iter().map(|session| domain::SessionPlan {
            date: session.date.0,
            starts: session.starts.0,
            ends: session.ends.0,
            slot_minutes: i64::from(session.slot_minutes),
            gap_minutes: i64::from(session.gap_minutes),
        });
        let plan = domain::EventPlan {
            title: input.title.into(),
            venue: input.venue.map(Into::into).unwrap_or_default(),
            zone: input.zone.0,
            sessions: sessions.collect(),
            tables: input.tables,
            registration: input.registration_window.into(),
            requests: input.request_window.into(),
        };
        let outcome = app(ctx).create_matching_day(caller(ctx), &key, plan).await;
        CreateMatchingDayPayload::settle(ctx, input.client_mutation_id, outcome, MatchingDay)
    }

    /// Moves a matching day to its next state. For its organiser.
    async fn advance_matching_day(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The step")] input: AdvanceMatchingDayInput,
    ) -> Result<Option<AdvanceMatchingDayPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .advance_matching_day(caller(ctx), &key, id, input.version, input.to.into())
                .await
        };
        AdvanceMatchingDayPayload::settle(ctx, input.client_mutation_id, outcome.await, MatchingDay)
    }

    /// Registers the viewer's organisation for a matching day, or changes its registration.
    async fn register_for_matching_day(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The registration")] input: RegisterForMatchingDayInput,
    ) -> Result<Option<RegisterForMatchingDayPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let delegates = input
                .delegates
                .into_iter()
                .enumerate()
                .map(|(i, delegate)| {
                    Ok::<_, Problem>(domain::DelegatePlan {
                        person: id::read(&format!("delegates.{i}.personId"), &delegate.person_id)?,
                        fields: delegate.fields,
                        languages: super::catalogue::convert(&delegate.languages),
                        remote: delegate.remote,
                        unavailable_slots: delegate.unavailable_slots,
                    })
                });
            let plan = domain::RegistrationPlan {
                delegates: delegates.collect::<std::result::Result<_, _>>()?,
                meetings_min: i64::from(input.meetings_min),
                meetings_max: input.meetings_max.map(i64::from),
                rest_slots: i64::from(input.rest_slots),
                preferred_half: input.preferred_half.map(Into::into),
                finishes_early: input.finishes_early,
            };
            app(ctx)
                .register(caller(ctx), &key, event, input.version, plan)
                .await
        };
        RegisterForMatchingDayPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            Registration,
        )
    }

    /// Says when delegates cannot meet, once registration is over: somebody comes late or leaves early. Published meetings
    /// stay as they are until a re-arrangement is published. For the registration's organisation and the organiser.
    async fn change_availability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes")] input: ChangeAvailabilityInput,
    ) -> Result<Option<ChangeAvailabilityPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("registrationId", &input.registration_id)?;
            let absences = input.delegates.iter().enumerate().map(|(i, absence)| {
                Ok::<_, Problem>(Absence {
                    delegate: id::read(&format!("delegates.{i}.delegateId"), &absence.delegate_id)?,
                    unavailable_slots: absence.unavailable_slots.clone(),
                })
            });
            let absences = absences.collect::<std::result::Result<Vec<_>, _>>()?;
            app(ctx)
                .change_availability(caller(ctx), &key, id, input.version, &absences)
                .await
        };
        ChangeAvailabilityPayload::settle(
            ctx,
            input.client_mutation_id.clone(),
            outcome.await,
            Registration,
        )
    }

    /// Says in which slots a table is not there: a room is lost. Published meetings stay as they are until a re-arrangement
    /// is published. For the organiser.
    async fn close_table(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which table, and when")] input: CloseTableInput,
    ) -> Result<Option<CloseTablePayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let closed = (input.table, &*input.closed_slots);
            app(ctx)
                .close_table(caller(ctx), &key, event, input.version, closed)
                .await
        };
        let done = outcome.await;
        CloseTablePayload::settle(ctx, input.client_mutation_id.clone(), done, MatchingDay)
    }

    /// Takes a registration back, until the matching day is over. Published meetings of it that have not begun are called
    /// off, and the delegates of both sides told. For its organisation and the organiser.
    async fn withdraw_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The registration")] input: WithdrawRegistrationInput,
    ) -> Result<Option<WithdrawRegistrationPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let of = id::read_optional("registrationId", input.registration_id.as_ref())?;
            app(ctx)
                .withdraw_registration(caller(ctx), &key, event, of, input.version)
                .await
        };
        WithdrawRegistrationPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            Registration,
        )
    }
}
