//! Identity providers of organisations, and the mail domains they speak for.

use super::connection::{List, Paging, list};
use super::organisation::{Organisation, email};
use super::payload::{key, payload};
use super::vocabulary::{MailDomainState, Role};
use super::{Result, app, caller, id, loaders};
use crate::app::identity_provider::ClientSecret;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use chrono::{DateTime, Utc};
use matchday_domain::identity as domain;
use matchday_domain::identity::ProviderPlan;
use matchday_infra::store::StoredProvider;

/// An organisation's identity provider (OpenID Connect). It is believed for people whose verified address lies in one of
/// the organisation's approved mail domains.
pub struct IdentityProvider(pub StoredProvider);

/// An organisation's identity provider (OpenID Connect). It is believed for people whose verified address lies in one of
/// the organisation's approved mail domains.
#[Object]
impl IdentityProvider {
    /// What it calls itself: the `iss` of its tokens.
    async fn issuer(&self) -> &str {
        &self.0.provider.issuer
    }

    /// What it calls this service.
    async fn client_id(&self) -> &str {
        &self.0.provider.client_id
    }

    /// Whether a client secret is kept; it is never shown. Without one this service is a public client.
    async fn has_client_secret(&self) -> bool {
        self.0.sealed_secret.is_some()
    }

    /// As what somebody becomes a colleague at the first sign-in.
    async fn default_role(&self) -> Role {
        self.0.provider.default_role.into()
    }

    /// Whether its access tokens for `tokenAudience` are accepted as bearer tokens, from colleagues who are there already.
    async fn accepts_tokens(&self) -> bool {
        self.0.provider.accepts_tokens
    }

    /// The audience (`aud`) that access tokens must name.
    async fn token_audience(&self, ctx: &Context<'_>) -> String {
        app(ctx).token_audience().to_owned()
    }

    /// To be registered with the provider: where it sends browsers back to.
    async fn redirect_uri(&self, ctx: &Context<'_>) -> String {
        app(ctx).redirect_uri()
    }

    /// Where people sign in, once a mail domain is approved.
    async fn sign_in_url(&self, ctx: &Context<'_>) -> String {
        app(ctx).sign_in_page(self.0.provider.organisation)
    }

    /// Raised by one at every change; what an update must name.
    async fn version(&self) -> i32 {
        self.0.provider.version
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.provider.updated_at
    }
}

/// A mail domain that an organisation says is its own.
pub struct MailDomain(pub domain::MailDomain);

/// A mail domain that an organisation says is its own.
#[Object]
impl MailDomain {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// What stands after the `@` of an address.
    async fn domain(&self) -> &str {
        &self.0.domain
    }

    /// Whose; null if the organisation is not known any more.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let found = loaders(ctx).organisation(self.0.organisation).await?;
        Ok(found.map(Organisation))
    }

    /// What the organiser decided.
    async fn state(&self) -> MailDomainState {
        self.0.state.into()
    }

    /// When it was claimed.
    async fn claimed_at(&self) -> DateTime<Utc> {
        self.0.claimed_at
    }

    /// When the organiser decided; null before.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
}

/// What an administrator says of the identity provider.
#[derive(Clone, InputObject)]
pub struct SetIdentityProviderInput {
    /// Its version as it was read; absent for the first.
    version: Option<i32>,
    /// The issuer: an https address of the public Internet, up to 500 characters, that answers with its description.
    issuer: String,
    /// What it calls this service, up to 200 characters.
    client_id: String,
    /// The client secret, up to 1,000 bytes. Absent: left as it is, unless issuer or client change; null: none.
    client_secret: MaybeUndefined<String>,
    /// As what somebody becomes a colleague at the first sign-in; not administrator.
    #[graphql(default_with = "Role::Member")]
    default_role: Role,
    /// Whether its access tokens are accepted as bearer tokens.
    #[graphql(default)]
    accepts_tokens: bool,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// Nothing but the envelope.
#[derive(Debug, Clone, InputObject)]
pub struct RemoveIdentityProviderInput {
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A mail domain to be claimed.
#[derive(Debug, Clone, InputObject)]
pub struct ClaimMailDomainInput {
    /// What stands after the `@` of an address.
    domain: String,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A mail domain to be given up.
#[derive(Debug, Clone, InputObject)]
pub struct ReleaseMailDomainInput {
    /// One of the organisation's mail domains.
    id: ID,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The organiser's decision about a mail domain.
#[derive(Debug, Clone, InputObject)]
pub struct DecideMailDomainInput {
    /// The claim.
    id: ID,
    /// Whether the domain is the organisation's own.
    approve: bool,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `setIdentityProvider`.
    SetIdentityProviderPayload {
        /// The provider as it is now.
        identity_provider: IdentityProvider
    }
}

payload! {
    /// The answer to `removeIdentityProvider`.
    RemoveIdentityProviderPayload {
        /// The organisation that has no provider any more.
        organisation_id: ID
    }
}

payload! {
    /// The answer to `claimMailDomain`.
    ClaimMailDomainPayload {
        /// The claim, waiting for an organiser.
        mail_domain: MailDomain
    }
}

payload! {
    /// The answer to `releaseMailDomain`.
    ReleaseMailDomainPayload {
        /// The claim that is gone.
        mail_domain_id: ID
    }
}

payload! {
    /// The answer to `decideMailDomain`.
    DecideMailDomainPayload {
        /// The claim as it stands now.
        mail_domain: MailDomain
    }
}

#[derive(Default)]
pub struct IdentityProviderQuery;

#[Object]
impl IdentityProviderQuery {
    /// Where people with an address in this domain sign in, if that is at their organisation's identity provider; null
    /// if it is by mail. Says nothing about single addresses.
    async fn sign_in_provider_url(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address")] email_address: String,
    ) -> Result<Option<String>> {
        let address = email("emailAddress", &email_address)?;
        Ok(app(ctx).provider_sign_in_url(&address).await?)
    }

    /// The claims of all organisations to mail domains, in the order in which they were made. For organisers.
    async fn mail_domains(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only claims that stand like this")] state: Option<MailDomainState>,
    ) -> Result<List<MailDomain>> {
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let page = app(ctx)
            .mail_domains(caller(ctx), state.map(Into::into), request)
            .await?;
        Ok(list(page, |claim| claim.id.0, MailDomain))
    }
}

#[derive(Default)]
pub struct IdentityProviderMutation;

#[Object]
impl IdentityProviderMutation {
    /// Sets up or changes the identity provider of the viewer's organisation. For its administrators.
    async fn set_identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The provider")] input: SetIdentityProviderInput,
    ) -> Result<Option<SetIdentityProviderPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let plan = ProviderPlan {
            issuer: input.issuer,
            client_id: input.client_id,
            default_role: input.default_role.into(),
            accepts_tokens: input.accepts_tokens,
        };
        let secret = match input.client_secret {
            MaybeUndefined::Undefined => ClientSecret::Keep,
            MaybeUndefined::Null => ClientSecret::None,
            MaybeUndefined::Value(secret) => ClientSecret::New(secret),
        };
        let outcome = app(ctx)
            .set_identity_provider(caller(ctx), &key, input.version, plan, secret)
            .await;
        SetIdentityProviderPayload::settle(ctx, input.client_mutation_id, outcome, IdentityProvider)
    }

    /// Removes the identity provider of the viewer's organisation: nobody signs in there any more, open sessions stay.
    /// For its administrators.
    async fn remove_identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing but the envelope")] input: RemoveIdentityProviderInput,
    ) -> Result<Option<RemoveIdentityProviderPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = app(ctx).remove_identity_provider(caller(ctx), &key).await;
        RemoveIdentityProviderPayload::settle(ctx, input.client_mutation_id, outcome, |id| {
            ID(id.to_string())
        })
    }

    /// Claims a mail domain for the viewer's organisation, up to 20; an organiser decides. For its administrators.
    async fn claim_mail_domain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The domain")] input: ClaimMailDomainInput,
    ) -> Result<Option<ClaimMailDomainPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = app(ctx)
            .claim_mail_domain(caller(ctx), &key, &input.domain)
            .await;
        ClaimMailDomainPayload::settle(ctx, input.client_mutation_id, outcome, MailDomain)
    }

    /// Gives up a mail domain of the viewer's organisation. For its administrators.
    async fn release_mail_domain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The domain")] input: ReleaseMailDomainInput,
    ) -> Result<Option<ReleaseMailDomainPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx).release_mail_domain(caller(ctx), &key, id).await
        };
        let outcome: crate::app::Outcome<_> = outcome.await;
        ReleaseMailDomainPayload::settle(ctx, input.client_mutation_id, outcome, |id| {
            ID(id.to_string())
        })
    }

    /// Approves or refuses a claim to a mail domain; one domain is approved for one organisation. For organisers.
    async fn decide_mail_domain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision")] input: DecideMailDomainInput,
    ) -> Result<Option<DecideMailDomainPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .decide_mail_domain(caller(ctx), &key, id, input.approve)
                .await
        };
        DecideMailDomainPayload::settle(ctx, input.client_mutation_id, outcome.await, MailDomain)
    }
}
