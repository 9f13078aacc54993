//! Who a request speaks for: a person by a session, a program by an API key or by an access token of its
//! organisation's identity provider.

use super::{App, Outcome, Trace};
use chrono::TimeDelta;
use matchday_domain::id::{ApiKeyId, OrganisationId, PersonId, SessionId};
use matchday_domain::identity::{ApiKey, KEY_PREFIX};
use matchday_domain::policy::{self, Acting, Action, Actor, Means, OwnAction};
use matchday_domain::problem::Problem;
use matchday_domain::text::Language;
use matchday_domain::time::Timestamp;
use matchday_infra::store::{Session, StoreError, Viewer};

/// How often the use of a session or a key is noted.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(5);

/// Who asks.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Who is signed in.
    pub actor: Option<Actor>,
    /// With which session.
    pub session: Option<SessionId>,
    /// As which program, if not with a session.
    pub program: Option<Program>,
    /// In which language to answer.
    pub language: Language,
    /// Where the request comes from, and what it has seen.
    pub trace: Trace,
}

/// What a program came in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// An API key.
    Key(ApiKeyId),
    /// An access token of the organisation's identity provider.
    Token(ProviderPass),
}

/// An access token that was good when it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderPass {
    pub(super) person: PersonId,
    pub(super) organisation: OrganisationId,
    pub(super) issuer: String,
    pub(super) expires_at: Timestamp,
}

impl Caller {
    /// Whether this caller may do something.
    ///
    /// # Errors
    /// See [`policy::decide`].
    pub fn may(&self, action: Action) -> Result<&Acting, Problem> {
        policy::decide(self.actor.as_ref(), action)
    }

    /// Whether this caller may do something with what is his or her own.
    ///
    /// # Errors
    /// See [`policy::decide_own`].
    pub fn may_own(&self, action: OwnAction) -> Result<&Actor, Problem> {
        policy::decide_own(self.actor.as_ref(), action)
    }

    /// The person, if somebody is signed in.
    ///
    /// # Errors
    /// Nobody is.
    pub fn actor(&self) -> Result<&Actor, Problem> {
        self.actor.as_ref().ok_or_else(Problem::unauthenticated)
    }

    /// The organisation the caller acts for, if he or she may administer it.
    ///
    /// # Errors
    /// See [`policy::decide`].
    pub fn administers(&self) -> Result<OrganisationId, Problem> {
        let own = self.actor()?.acts_for.as_ref().map(|a| a.organisation);
        let organisation = own.ok_or_else(Problem::forbidden)?;
        self.may(Action::Administer { organisation })?;
        Ok(organisation)
    }

    /// For whom rows are read.
    ///
    /// # Errors
    /// Nobody is signed in, acts for an organisation, or it is not verified.
    pub fn viewer(&self) -> Result<Viewer, Problem> {
        self.may(Action::Browse).map(Viewer::of)
    }
}

impl App {
    /// Who a token speaks for; nobody if there is none, or it does not hold.
    ///
    /// # Errors
    /// The store, or an identity provider that is needed is away.
    pub async fn caller(&self, token: Option<&str>, language: Option<Language>) -> Outcome<Caller> {
        let nobody = || Caller {
            language: language.unwrap_or_default(),
            ..Caller::default()
        };
        let Some(token) = token else {
            return Ok(nobody());
        };
        let now = self.now();
        let found = if token.starts_with(KEY_PREFIX) {
            let key = self.store.api_key(token, now).await?;
            if let Some(key) = &key {
                self.note_key(key).await;
            }
            self.caller_of_key(key).await?
        } else if token.contains('.') {
            // Tokens of our own have no dots, those of identity providers two.
            self.caller_of_token(token).await?
        } else {
            let session = self.store.session(token, now).await?;
            if let Some(session) = &session {
                self.note_session(session).await;
            }
            self.caller_of_session(session).await?
        };
        let Some(mut found) = found else {
            return Ok(nobody());
        };
        found.language = match (language, &found.actor) {
            (Some(language), _) => language,
            (None, Some(actor)) => {
                let people = self.store.people(&[actor.person]).await?;
                people.first().map(|p| p.language).unwrap_or_default()
            }
            (None, None) => Language::default(),
        };
        Ok(found)
    }

    /// The same caller, if what he or she came in with still holds, with the rights as they are now.
    ///
    /// # Errors
    /// It does not hold any more, or the store.
    pub async fn refresh(&self, caller: &Caller) -> Outcome<Caller> {
        let now = self.now();
        let found = match (&caller.session, &caller.program) {
            (Some(id), _) => {
                let session = self.store.session_by_id(*id, now).await?;
                self.caller_of_session(session).await?
            }
            (None, Some(Program::Key(id))) => {
                let key = self.store.api_key_by_id(*id).await?;
                self.caller_of_key(key.filter(|key| key.is_good(now)))
                    .await?
            }
            (None, Some(Program::Token(pass))) => self.caller_of_pass(pass).await?,
            (None, None) => return Ok(caller.clone()),
        };
        let found = found.ok_or_else(Problem::unauthenticated)?;
        Ok(Caller {
            language: caller.language,
            trace: caller.trace.clone(),
            ..found
        })
    }

    async fn caller_of_session(&self, session: Option<Session>) -> Outcome<Option<Caller>> {
        let Some(session) = session else {
            return Ok(None);
        };
        let actor = self
            .actor(session.person, session.organisation, Means::Session)
            .await?;
        Ok(Some(Caller {
            actor: Some(actor),
            session: Some(session.id),
            ..Caller::default()
        }))
    }

    /// A key falls with its creator's place.
    async fn caller_of_key(&self, key: Option<ApiKey>) -> Outcome<Option<Caller>> {
        let Some(key) = key else { return Ok(None) };
        let means = Means::Key(key.scopes);
        let actor = self
            .actor(key.creator, Some(key.organisation), means)
            .await?;
        Ok(actor.acts_for.is_some().then(|| Caller {
            actor: Some(actor),
            program: Some(Program::Key(key.id)),
            ..Caller::default()
        }))
    }

    pub(super) async fn actor(
        &self,
        person: PersonId,
        organisation: Option<OrganisationId>,
        means: Means,
    ) -> Outcome<Actor> {
        let Some(organisation) = organisation else {
            return Ok(Actor {
                person,
                acts_for: None,
                means,
            });
        };
        let places = self.store.memberships_of(person).await?;
        let place = places
            .into_iter()
            .find(|place| place.organisation == organisation);
        let organisation = self.store.organisation(organisation).await?;
        let acts_for = place.zip(organisation).map(|(place, organisation)| Acting {
            organisation: organisation.id,
            kind: organisation.profile.kind,
            role: place.role,
            verification: organisation.verification,
        });
        Ok(Actor {
            person,
            acts_for,
            means,
        })
    }

    async fn note_session(&self, session: &Session) {
        let now = self.now();
        if session.last_seen_at + NOTED_EVERY <= now {
            let noted = async {
                let tx = self.store.begin().await?;
                tx.session_seen(session.id, now).await?;
                tx.commit().await
            };
            said(noted.await);
        }
    }

    async fn note_key(&self, key: &ApiKey) {
        let now = self.now();
        if key.last_used_at.is_none_or(|at| at + NOTED_EVERY <= now) {
            let noted = async {
                let tx = self.store.begin().await?;
                tx.api_key_used(key.id, now).await?;
                tx.commit().await
            };
            said(noted.await);
        }
    }
}

/// A use that is not noted keeps nobody out.
fn said(noted: Result<(), StoreError>) {
    if let Err(error) = noted {
        tracing::warn!(%error, "the use of a session or key could not be noted");
    }
}
