//! Signing in, and who the viewer is.

use super::connection::{List, Paging, list};
use super::organisation::{Organisation, Person, email};
use super::payload::payload;
use super::session::Session;
use super::text::Language;
use super::vocabulary::Role;
use super::{Result, app, caller, error, id, loaders};
use crate::app::identity::{OpenedSession, Proof};
use crate::app::{AppError, Caller};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use matchday_domain::identity::Client;
use matchday_domain::organisation as domain;
use matchday_domain::policy::OwnAction;
use matchday_domain::problem::Problem;

/// Who is signed in, and for whom he or she acts.
pub struct Viewer {
    person: domain::Person,
    caller: Caller,
}

impl Viewer {
    /// The viewer of a request; null if nobody is signed in.
    pub(crate) async fn of(ctx: &Context<'_>, caller: &Caller) -> Result<Option<Self>> {
        if caller.actor.is_none() {
            return Ok(None);
        }
        let actor = caller.may_own(OwnAction::SeeSelf)?;
        let person = loaders(ctx).person(actor.person).await?;
        Ok(person.map(|person| Self {
            person,
            caller: caller.clone(),
        }))
    }
}

/// A place that the viewer holds.
#[derive(SimpleObject)]
pub struct OwnPlace {
    /// The organisation.
    organisation: Organisation,
    /// As what.
    role: Role,
}

/// Who is signed in, and for whom he or she acts.
#[Object]
impl Viewer {
    /// The person.
    async fn person(&self) -> Person {
        Person(self.person.clone())
    }

    /// Where mail goes.
    async fn email(&self) -> &str {
        self.person.email.as_str()
    }

    /// The language of mails.
    async fn language(&self) -> Language {
        self.person.language.into()
    }

    /// The organisation the viewer acts for; null before one is registered or chosen.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let acting = self
            .caller
            .actor
            .as_ref()
            .and_then(|actor| actor.acts_for.as_ref());
        let Some(acting) = acting else {
            return Ok(None);
        };
        Ok(loaders(ctx)
            .organisation(acting.organisation)
            .await?
            .map(Organisation))
    }

    /// The viewer's role there; null without an organisation.
    async fn role(&self) -> Option<Role> {
        let acting = self
            .caller
            .actor
            .as_ref()
            .and_then(|actor| actor.acts_for.as_ref());
        acting.map(|acting| acting.role.into())
    }

    /// All places the viewer holds, oldest first; for a program the one for which it acts.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<OwnPlace>> {
        let mut places = Vec::new();
        for place in app(ctx).store().memberships_of(self.person.id).await? {
            if !self.caller.actor()?.sees_place(place.organisation) {
                continue;
            }
            if let Some(organisation) = loaders(ctx).organisation(place.organisation).await? {
                places.push(OwnPlace {
                    organisation: Organisation(organisation),
                    role: place.role.into(),
                });
            }
        }
        Ok(places)
    }

    /// The sessions in which the person is signed in, in the order in which they were opened. An error for a program.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
    ) -> Result<List<Session>> {
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let page = app(ctx).sessions(&self.caller, request).await?;
        Ok(list(page, |session| session.id.0, Session))
    }
}

/// From where a request comes, as far as a session keeps it.
fn client(ctx: &Context<'_>) -> Client {
    let caller = ctx.data_opt::<crate::http::Caller>();
    caller.map_or_else(Client::default, |caller| {
        Client::of(caller.address, caller.user_agent.as_deref())
    })
}

/// Who wants to sign in.
#[derive(Debug, Clone, InputObject)]
pub struct RequestSignInInput {
    /// The address to which the code goes.
    email: String,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The proof that the mail was read: the address with the code, or the token of the link.
#[derive(Debug, Clone, InputObject)]
pub struct SignInInput {
    /// The address to which the code went; with `code`.
    email: Option<String>,
    /// The code from the mail, eight digits.
    code: Option<String>,
    /// The token of the link in the mail, instead of address and code.
    link_token: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// For whom to act.
#[derive(Debug, Clone, InputObject)]
pub struct ActForInput {
    /// One of the viewer's organisations.
    organisation_id: ID,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// Nothing but the envelope.
#[derive(Debug, Clone, InputObject)]
pub struct SignOutInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `requestSignIn`: the same whether or not anybody is known at the address.
    RequestSignInPayload {
        /// The address to which a code was sent.
        email: String
    }
}

payload! {
    /// The answer to `signOut`.
    SignOutPayload {
        /// True: the session has ended.
        signed_out: bool
    }
}

payload! {
    /// The answer to `actFor`.
    ActForPayload {
        /// The viewer, acting for the organisation.
        viewer: Viewer
    }
}

/// The answer to `signIn`.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// What to send as `Authorization: Bearer …` (HTTP) or in `connection_init` (WebSocket); shown only once.
    ///
    /// Null when there are user errors.
    token: Option<String>,
    /// Until when it holds.
    ///
    /// Null when there are user errors.
    expires_at: Option<DateTime<Utc>>,
    /// Who has signed in.
    ///
    /// Null when there are user errors.
    viewer: Option<Viewer>,
    /// What is wrong with the input; empty on success.
    user_errors: Vec<error::UserError>,
    /// The `clientMutationId` of the input, unchanged.
    client_mutation_id: Option<String>,
}

#[derive(Default)]
pub struct IdentityMutation;

#[Object]
impl IdentityMutation {
    /// Mails a one-time code and a link.
    async fn request_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to sign in")] input: RequestSignInInput,
    ) -> Result<Option<RequestSignInPayload>> {
        let outcome = async {
            let address = email("email", &input.email)?;
            app(ctx)
                .request_sign_in(&address, caller(ctx).language)
                .await?;
            Ok(address.to_string())
        };
        RequestSignInPayload::settle(ctx, input.client_mutation_id, outcome.await, |email| email)
    }

    /// Opens a session for who shows the code or the link.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proof that the mail was read")] input: SignInInput,
    ) -> Result<Option<SignInPayload>> {
        let outcome = async {
            let proof = match (input.email, input.code, input.link_token) {
                (Some(address), Some(code), None) => Proof::Code {
                    email: email("email", &address)?,
                    code,
                },
                (None, None, Some(token)) => Proof::Link(token),
                _ => return Err(Problem::required("code").into()),
            };
            let opened = app(ctx).sign_in(proof, caller(ctx), client(ctx)).await?;
            let caller = app(ctx)
                .caller(Some(&opened.token), Some(caller(ctx).language))
                .await?;
            Ok::<(OpenedSession, Caller), AppError>((opened, caller))
        };
        let (opened, user_errors) = error::settle(ctx, outcome.await)?;
        let (mut token, mut expires_at, mut viewer) = (None, None, None);
        if let Some((opened, caller)) = opened {
            token = Some(opened.token);
            expires_at = Some(opened.session.expires_at);
            viewer = Viewer::of(ctx, &caller).await?;
        }
        Ok(Some(SignInPayload {
            token,
            expires_at,
            viewer,
            user_errors,
            client_mutation_id: input.client_mutation_id,
        }))
    }

    /// Ends the viewer's session.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing but the envelope")] input: SignOutInput,
    ) -> Result<Option<SignOutPayload>> {
        let outcome = app(ctx).sign_out(caller(ctx)).await;
        SignOutPayload::settle(ctx, input.client_mutation_id, outcome, |()| true)
    }

    /// Lets the session act for another of the viewer's organisations.
    async fn act_for(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For whom")] input: ActForInput,
    ) -> Result<Option<ActForPayload>> {
        let outcome = async {
            let organisation = id::read("organisationId", &input.organisation_id)?;
            let acting = app(ctx).act_for(caller(ctx), organisation).await?;
            let person = acting.actor()?.person;
            let person = app(ctx).store().people(&[person]).await?.pop();
            let person = person.ok_or_else(|| Problem::not_found("viewer"))?;
            Ok(Viewer {
                person,
                caller: acting,
            })
        };
        let outcome: crate::app::Outcome<Viewer> = outcome.await;
        ActForPayload::settle(ctx, input.client_mutation_id, outcome, |viewer| viewer)
    }

    /// Makes a new address for the viewer's live calendar; earlier ones stop working.
    async fn issue_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing but the envelope")] input: CalendarFeedInput,
    ) -> Result<Option<IssueCalendarFeedPayload>> {
        let outcome = app(ctx).issue_calendar_feed(caller(ctx)).await;
        IssueCalendarFeedPayload::settle(ctx, input.client_mutation_id, outcome, |url| url)
    }

    /// Revokes the address of the viewer's live calendar.
    async fn revoke_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing but the envelope")] input: CalendarFeedInput,
    ) -> Result<Option<RevokeCalendarFeedPayload>> {
        let outcome = app(ctx).revoke_calendar_feed(caller(ctx)).await;
        RevokeCalendarFeedPayload::settle(ctx, input.client_mutation_id, outcome, |revoked| revoked)
    }
}

/// Nothing but the envelope.
#[derive(Debug, Clone, InputObject)]
pub struct CalendarFeedInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `issueCalendarFeed`.
    IssueCalendarFeedPayload {
        /// The address (`.ics`), to be subscribed to in a calendar; whoever has it reads the calendar.
        url: String
    }
}

payload! {
    /// The answer to `revokeCalendarFeed`.
    RevokeCalendarFeedPayload {
        /// Whether there was an address to revoke.
        revoked: bool
    }
}
