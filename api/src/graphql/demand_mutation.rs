//! Demands are created, changed, opened, paused, closed and withdrawn.

use super::content::DemandContentInput;
use super::demand::Demand;
use super::payload::{key, payload};
use super::{Result, app, caller, id};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use matchday_domain::demand::DemandContent;

/// What can be done to a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::demand::DemandStep")]
pub enum DemandStep {
    /// Let it be matched and seen: from draft or paused.
    Open,
    /// Hide it for a while: from open.
    Pause,
    /// It has been served, or is no longer needed: from open or paused.
    Close,
    /// Take it back for good: from draft, open or paused.
    Withdraw,
}

/// A new demand.
#[derive(Debug, Clone, InputObject)]
pub struct CreateDemandInput {
    /// What it says; the title is required.
    content: DemandContentInput,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A change of what a demand says.
#[derive(Debug, Clone, InputObject)]
pub struct UpdateDemandInput {
    /// The demand.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// What is to be changed.
    content: DemandContentInput,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A step of a demand.
#[derive(Debug, Clone, InputObject)]
pub struct MoveDemandInput {
    /// The demand.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// The step.
    step: DemandStep,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `createDemand`.
    CreateDemandPayload {
        /// The demand, a draft.
        demand: Demand
    }
}

payload! {
    /// The answer to `updateDemand`.
    UpdateDemandPayload {
        /// The demand as it is now.
        demand: Demand
    }
}

payload! {
    /// The answer to `moveDemand`.
    MoveDemandPayload {
        /// The demand as it is now.
        demand: Demand
    }
}

#[derive(Default)]
pub struct DemandMutation;

#[Object]
impl DemandMutation {
    /// Saves a new demand of the viewer's organisation as a draft.
    async fn create_demand(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The demand")] input: CreateDemandInput,
    ) -> Result<Option<CreateDemandPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let mut content = DemandContent::default();
            input.content.apply(&mut content)?;
            app(ctx).create(caller(ctx), &key, content).await
        };
        CreateDemandPayload::settle(ctx, input.client_mutation_id, outcome.await, Demand)
    }

    /// Changes what a demand of the viewer's organisation says. If it is open, its matches are computed anew.
    async fn update_demand(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change")] input: UpdateDemandInput,
    ) -> Result<Option<UpdateDemandPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            let edit = |content: &mut DemandContent| input.content.apply(content);
            app(ctx)
                .update(caller(ctx), &key, id, input.version, edit)
                .await
        };
        UpdateDemandPayload::settle(ctx, input.client_mutation_id, outcome.await, Demand)
    }

    /// Opens, pauses, closes or withdraws a demand of the viewer's organisation.
    async fn move_demand(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The step")] input: MoveDemandInput,
    ) -> Result<Option<MoveDemandPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .advance(caller(ctx), &key, id, input.version, input.step.into())
                .await
        };
        MoveDemandPayload::settle(ctx, input.client_mutation_id, outcome.await, Demand)
    }
}
