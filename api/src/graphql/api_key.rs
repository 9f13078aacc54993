//! API keys of an organisation.

use super::organisation::Person;
use super::payload::{key, payload};
use super::vocabulary::ApiKeyScope;
use super::{Result, app, caller, error, id, loaders};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use matchday_domain::identity as domain;
use matchday_domain::identity::ApiKeyPlan;

/// What a program of an organisation comes in with. It acts for the organisation, as its creator, within its scopes, and
/// falls with the creator's place there.
pub struct ApiKey(pub domain::ApiKey);

/// What a program of an organisation comes in with. It acts for the organisation, as its creator, within its scopes, and
/// falls with the creator's place there.
#[Object]
impl ApiKey {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// What it is for, in its creator's words.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The last four characters of its token, to recognise it by.
    async fn hint(&self) -> &str {
        &self.0.hint
    }

    /// What it may do.
    async fn scopes(&self) -> Vec<ApiKeyScope> {
        self.0.scopes.iter().map(|scope| (*scope).into()).collect()
    }

    /// As whom it acts; null if the person is not known any more.
    async fn creator(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(loaders(ctx).person(self.0.creator).await?.map(Person))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Until when it is good.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When it was revoked; null if it was not.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// When it was last used, to five minutes; null if it never was.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }

    /// Whether it is good: neither revoked nor out of date.
    async fn active(&self, ctx: &Context<'_>) -> bool {
        self.0.is_good(app(ctx).now())
    }
}

/// A key to be made.
#[derive(Debug, Clone, InputObject)]
pub struct CreateApiKeyInput {
    /// What it is for, up to 100 characters.
    name: String,
    /// What it may do; at least one.
    scopes: Vec<ApiKeyScope>,
    /// Until when it is good: within 365 days.
    expires_at: DateTime<Utc>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours, without the token.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The key to be revoked.
#[derive(Debug, Clone, InputObject)]
pub struct RevokeApiKeyInput {
    /// One of the organisation's keys.
    id: ID,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The answer to `createApiKey`.
#[derive(SimpleObject)]
pub struct CreateApiKeyPayload {
    /// The key.
    ///
    /// Null when there are user errors.
    api_key: Option<ApiKey>,
    /// What to send as `Authorization: Bearer …` (HTTP) or in `connection_init` (WebSocket); shown only this once.
    ///
    /// Null when there are user errors, and in the answer to a repeated request.
    token: Option<String>,
    /// What is wrong with the input; empty on success. With any of them, nothing was changed.
    user_errors: Vec<error::UserError>,
    /// The `clientMutationId` of the input, unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `revokeApiKey`.
    RevokeApiKeyPayload {
        /// The key, which is good no more.
        api_key: ApiKey
    }
}

#[derive(Default)]
pub struct ApiKeyMutation;

#[Object]
impl ApiKeyMutation {
    /// Makes an API key of the viewer's organisation, up to 20 at a time. For its administrators.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key")] input: CreateApiKeyInput,
    ) -> Result<Option<CreateApiKeyPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let plan = ApiKeyPlan {
            name: input.name,
            scopes: input.scopes.into_iter().map(Into::into).collect(),
            expires_at: input.expires_at,
        };
        let outcome = app(ctx).create_api_key(caller(ctx), &key, plan).await;
        let (made, user_errors) = error::settle(ctx, outcome)?;
        let (api_key, token) = made.unzip();
        Ok(Some(CreateApiKeyPayload {
            api_key: api_key.map(ApiKey),
            token: token.flatten(),
            user_errors,
            client_mutation_id: input.client_mutation_id,
        }))
    }

    /// Revokes an API key of the viewer's organisation, at once. For its administrators.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key")] input: RevokeApiKeyInput,
    ) -> Result<Option<RevokeApiKeyPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx).revoke_api_key(caller(ctx), &key, id).await
        };
        RevokeApiKeyPayload::settle(ctx, input.client_mutation_id, outcome.await, ApiKey)
    }
}
