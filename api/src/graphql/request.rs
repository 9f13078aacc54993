//! Meeting requests.

use super::arrangement_rules::EventResource;
use super::catalogue::Offer;
use super::demand::Demand;
use super::loader::{AcquaintanceOf, RulesOf};
use super::payload::{key, payload};
use super::registration::Registration;
use super::vocabulary::{Answer, DeclineReason, Priority, Side};
use super::{Result, app, caller, id, loaders};
use crate::app::request::Acquaintance;
use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use matchday_domain::id::RegistrationId;
use matchday_domain::matching_day as domain;
use matchday_domain::matching_day::request::RequestPlan;
use matchday_domain::privacy::AccessResource;
use matchday_domain::problem::Problem;
use std::sync::Arc;

/// The wish of one organisation to meet another at a matching day; one for a pair, whoever sent it.
pub struct MeetingRequest(pub domain::MeetingRequest);

impl MeetingRequest {
    /// That a party sees it is what it was sent for; that the organiser does is written down. Of one that says "no
    /// thanks" the other side must not hear by this either.
    async fn seen(&self, ctx: &Context<'_>) -> Result<()> {
        let sender = self.0.sender();
        let silent = self.0.priority == domain::Priority::NoThanks;
        let mut parties = Vec::new();
        for id in [self.0.demander, self.0.provider] {
            parties.extend(loaders(ctx).registration(id).await?);
        }
        let own = caller(ctx).viewer()?.organisation();
        if parties.iter().all(|party| Some(party.organisation) != own) {
            for party in parties.iter().filter(|party| !silent || party.id == sender) {
                let (owner, event) = (party.organisation, Some(party.event));
                caller(ctx).saw(AccessResource::MeetingRequest, owner, event, self.0.id);
            }
        }
        Ok(())
    }
}

async fn registration(ctx: &Context<'_>, id: RegistrationId) -> Result<Registration> {
    let found = loaders(ctx).registration(id).await?;
    Ok(Registration(
        found.ok_or_else(|| Problem::not_found("registration"))?,
    ))
}

/// Whom the viewer's organisation has accepted to meet.
pub(crate) async fn acquaintance(ctx: &Context<'_>) -> Result<Arc<Acquaintance>> {
    let Some(own) = caller(ctx).viewer()?.organisation() else {
        return Ok(Arc::default());
    };
    let found = loaders(ctx).acquaintance(AcquaintanceOf(own)).await?;
    Ok(found.unwrap_or_default())
}

/// The wish of one organisation to meet another at a matching day; one for a pair, whoever sent it.
#[Object]
impl MeetingRequest {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The demand side.
    async fn demander(&self, ctx: &Context<'_>) -> Result<Registration> {
        self.seen(ctx).await?;
        registration(ctx, self.0.demander).await
    }

    /// The supply side.
    async fn provider(&self, ctx: &Context<'_>) -> Result<Registration> {
        self.seen(ctx).await?;
        registration(ctx, self.0.provider).await
    }

    /// Which side sent it.
    async fn sent_by(&self) -> Side {
        self.0.sent_by.into()
    }

    /// How much the sender wants to meet.
    async fn priority(&self, ctx: &Context<'_>) -> Result<Priority> {
        self.seen(ctx).await?;
        Ok(self.0.priority.into())
    }

    /// The demand it is about; null if about none in particular, or hidden from the viewer.
    async fn demand(&self, ctx: &Context<'_>) -> Result<Option<Demand>> {
        let Some(id) = self.0.demand else {
            return Ok(None);
        };
        Ok(loaders(ctx).demand(id).await?.map(Demand))
    }

    /// The offer it is about; null if about none in particular, or hidden from the viewer.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Offer>> {
        let Some(id) = self.0.offer else {
            return Ok(None);
        };
        Ok(loaders(ctx).offer(id).await?.map(Offer))
    }

    /// What the sender wrote; null if nothing.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        self.seen(ctx).await?;
        Ok(self.0.message.as_deref())
    }

    /// What the meeting needs beside a table, as the two sides said.
    async fn resources(&self, ctx: &Context<'_>) -> Result<Vec<EventResource>> {
        self.seen(ctx).await?;
        if self.0.resources.is_empty() {
            return Ok(Vec::new());
        }
        let rules = loaders(ctx).rules(RulesOf(self.0.event)).await?;
        let known = |number: &i32| rules.as_ref().and_then(|rules| rules.resource(*number));
        let resources = self.0.resources.iter().filter_map(known);
        Ok(resources.cloned().map(Into::into).collect())
    }

    /// What the other side said.
    async fn answer(&self, ctx: &Context<'_>) -> Result<Answer> {
        self.seen(ctx).await?;
        Ok(self.0.answer.into())
    }

    /// Why the other side declined; null if it did not, or did not say.
    async fn decline_reason(&self, ctx: &Context<'_>) -> Result<Option<DeclineReason>> {
        self.seen(ctx).await?;
        Ok(self.0.decline_reason.map(Into::into))
    }

    /// Raised by one at every change; what an answer must name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was sent.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A request to meet.
#[derive(Debug, Clone, InputObject)]
pub struct SendMeetingRequestInput {
    /// The matching day.
    matching_day_id: ID,
    /// The registration of the organisation to meet.
    to_id: ID,
    /// How much: MUST, LIKE, or NO_THANKS, which the other side does not see.
    priority: Priority,
    /// The demand it is about.
    demand_id: Option<ID>,
    /// The offer it is about.
    offer_id: Option<ID>,
    /// A message to the other side, up to 1,000 characters.
    message: Option<String>,
    /// Numbers of the resources that the meeting needs: an interpreter, for example. Needs of both sides are added up.
    #[graphql(default)]
    resources: Vec<i32>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// An answer to a request.
#[derive(Debug, Clone, InputObject)]
pub struct AnswerMeetingRequestInput {
    /// The request.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// True accepts, false declines.
    accept: bool,
    /// Why it is declined: the sender reads it. A no for use conditions or want of capacity teaches no weights.
    decline_reason: Option<DeclineReason>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// What a meeting needs.
#[derive(Debug, Clone, InputObject)]
pub struct SetRequestResourcesInput {
    /// The request.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// Numbers of all the resources that the meeting needs.
    resources: Vec<i32>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A request to be taken back.
#[derive(Debug, Clone, InputObject)]
pub struct WithdrawMeetingRequestInput {
    /// The request.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `sendMeetingRequest`.
    SendMeetingRequestPayload {
        /// The request of the pair; accepted if the other side had sent one.
        meeting_request: MeetingRequest
    }
}

payload! {
    /// The answer to `answerMeetingRequest`.
    AnswerMeetingRequestPayload {
        /// The request as it is now.
        meeting_request: MeetingRequest
    }
}

payload! {
    /// The answer to `setRequestResources`.
    SetRequestResourcesPayload {
        /// The request as it is now.
        meeting_request: MeetingRequest
    }
}

payload! {
    /// The answer to `withdrawMeetingRequest`.
    WithdrawMeetingRequestPayload {
        /// The request as it is now.
        meeting_request: MeetingRequest
    }
}

#[derive(Default)]
pub struct RequestMutation;

#[Object]
impl RequestMutation {
    /// Sends a request to meet. It never blocks a slot.
    async fn send_meeting_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request")] input: SendMeetingRequestInput,
    ) -> Result<Option<SendMeetingRequestPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let to = id::read("toId", &input.to_id)?;
            let plan = RequestPlan {
                priority: input.priority.into(),
                demand: id::read_optional("demandId", input.demand_id.as_ref())?,
                offer: id::read_optional("offerId", input.offer_id.as_ref())?,
                message: input.message,
                resources: input.resources,
            };
            app(ctx)
                .send_request(caller(ctx), &key, event, to, plan)
                .await
        };
        SendMeetingRequestPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            MeetingRequest,
        )
    }

    /// Accepts or declines a request that was sent to the viewer's organisation.
    async fn answer_meeting_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer")] input: AnswerMeetingRequestInput,
    ) -> Result<Option<AnswerMeetingRequestPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let answer = (input.accept, input.decline_reason.map(Into::into));
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .answer_request(caller(ctx), &key, id, input.version, answer)
                .await
        };
        AnswerMeetingRequestPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            MeetingRequest,
        )
    }

    /// Says what a meeting needs beside a table, in the place of what was said before. For the two sides while requests are
    /// open, and for the organiser until the matching day is over.
    async fn set_request_resources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it needs")] input: SetRequestResourcesInput,
    ) -> Result<Option<SetRequestResourcesPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            let (version, resources) = (input.version, &input.resources);
            app(ctx)
                .set_request_resources(caller(ctx), &key, id, version, resources)
                .await
        };
        SetRequestResourcesPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            MeetingRequest,
        )
    }

    /// Takes a request back that the viewer's organisation sent, until the matching day is over. A published meeting of the
    /// two that has not begun is called off, and the delegates of both sides told.
    async fn withdraw_meeting_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request")] input: WithdrawMeetingRequestInput,
    ) -> Result<Option<WithdrawMeetingRequestPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .withdraw_request(caller(ctx), &key, id, input.version)
                .await
        };
        WithdrawMeetingRequestPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            MeetingRequest,
        )
    }
}
