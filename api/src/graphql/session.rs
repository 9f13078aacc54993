//! Where somebody is signed in.

use super::payload::payload;
use super::{Result, app, caller, id};
use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use matchday_infra::store;

/// A session in which the viewer is signed in.
pub struct Session(pub store::Session);

/// A session in which the viewer is signed in.
#[Object]
impl Session {
    /// Global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// When it was opened.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last used, to five minutes.
    async fn last_seen_at(&self) -> DateTime<Utc> {
        self.0.last_seen_at
    }

    /// Until when it holds.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// The network from which it was opened, as `203.0.113.0/24`; the address itself is not kept. Null if it is not known.
    async fn network(&self) -> Option<&str> {
        self.0.client.network.as_deref()
    }

    /// The program with which it was opened, as `Firefox, Windows`; its versions are not kept. Null if it does not say.
    async fn program(&self) -> Option<&str> {
        self.0.client.program.as_deref()
    }

    /// Whether this request came with it.
    async fn current(&self, ctx: &Context<'_>) -> bool {
        caller(ctx).session == Some(self.0.id)
    }
}

/// The session to be ended.
#[derive(Debug, Clone, InputObject)]
pub struct RevokeSessionInput {
    /// One of the viewer's sessions.
    id: ID,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// Nothing but the envelope.
#[derive(Debug, Clone, InputObject)]
pub struct RevokeOtherSessionsInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `revokeSession`.
    RevokeSessionPayload {
        /// The session, which has ended.
        session: Session
    }
}

payload! {
    /// The answer to `revokeOtherSessions`.
    RevokeOtherSessionsPayload {
        /// How many sessions have ended.
        revoked: i32
    }
}

#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Ends one of the viewer's sessions, wherever it is open; also the current one.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session")] input: RevokeSessionInput,
    ) -> Result<Option<RevokeSessionPayload>> {
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx).revoke_session(caller(ctx), id).await
        };
        RevokeSessionPayload::settle(ctx, input.client_mutation_id, outcome.await, Session)
    }

    /// Ends all of the viewer's sessions but the current one.
    async fn revoke_other_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing but the envelope")] input: RevokeOtherSessionsInput,
    ) -> Result<Option<RevokeOtherSessionsPayload>> {
        let outcome = app(ctx).revoke_other_sessions(caller(ctx)).await;
        RevokeOtherSessionsPayload::settle(ctx, input.client_mutation_id, outcome, |revoked| {
            i32::try_from(revoked).unwrap_or(i32::MAX)
        })
    }
}
