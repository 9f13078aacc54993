//! Offers are created, changed, listed, paused and withdrawn.

use super::catalogue::Offer;
use super::content::OfferContentInput;
use super::payload::{key, payload};
use super::{Result, app, caller, id};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use matchday_domain::catalogue::OfferContent;

/// What can be done to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::catalogue::offer::OfferStep")]
pub enum OfferStep {
    /// Show it in the catalogue and match it: from draft or paused.
    List,
    /// Hide it for a while: from listed.
    Pause,
    /// Take it back for good: from any other state.
    Withdraw,
}

/// A new offer.
#[derive(Debug, Clone, InputObject)]
pub struct CreateOfferInput {
    /// What it says; the title is required.
    content: OfferContentInput,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A change of what an offer says.
#[derive(Debug, Clone, InputObject)]
pub struct UpdateOfferInput {
    /// The offer.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// What is to be changed.
    content: OfferContentInput,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A step of an offer.
#[derive(Debug, Clone, InputObject)]
pub struct MoveOfferInput {
    /// The offer.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// The step.
    step: OfferStep,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `createOffer`.
    CreateOfferPayload {
        /// The offer, a draft.
        offer: Offer
    }
}

payload! {
    /// The answer to `updateOffer`.
    UpdateOfferPayload {
        /// The offer as it is now.
        offer: Offer
    }
}

payload! {
    /// The answer to `moveOffer`.
    MoveOfferPayload {
        /// The offer as it is now.
        offer: Offer
    }
}

#[derive(Default)]
pub struct OfferMutation;

#[Object]
impl OfferMutation {
    /// Saves a new offer of the viewer's hospital as a draft.
    async fn create_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer")] input: CreateOfferInput,
    ) -> Result<Option<CreateOfferPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let mut content = OfferContent::default();
            input.content.apply(&mut content)?;
            app(ctx).create(caller(ctx), &key, content).await
        };
        CreateOfferPayload::settle(ctx, input.client_mutation_id, outcome.await, Offer)
    }

    /// Changes what an offer of the viewer's hospital says. If it is listed, its matches are computed anew.
    async fn update_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change")] input: UpdateOfferInput,
    ) -> Result<Option<UpdateOfferPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            let edit = |content: &mut OfferContent| input.content.apply(content);
            app(ctx)
                .update(caller(ctx), &key, id, input.version, edit)
                .await
        };
        UpdateOfferPayload::settle(ctx, input.client_mutation_id, outcome.await, Offer)
    }

    /// Lists, pauses or withdraws an offer of the viewer's hospital.
    async fn move_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The step")] input: MoveOfferInput,
    ) -> Result<Option<MoveOfferPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .advance(caller(ctx), &key, id, input.version, input.step.into())
                .await
        };
        MoveOfferPayload::settle(ctx, input.client_mutation_id, outcome.await, Offer)
    }
}
