//! Signing in with an e-mailed code or link, sessions, and whom a person acts for.

use super::randomness::{code, token};
use super::{App, Caller, Outcome};
use chrono::TimeDelta;
use matchday_domain::id::{OrganisationId, PersonId};
use matchday_domain::notice::{Notice, Recipient};
use matchday_domain::organisation::{EmailAddress, Person};
use matchday_domain::policy::{Acting, Actor};
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::{Language, Message};
use matchday_infra::store::{Job, PendingSignIn, Session, hash};
use uuid::Uuid;

/// Codes that may be asked for an address in a quarter of an hour.
const CODES_PER_QUARTER: u64 = 5;

/// A session just opened, with the only copy of its token.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    /// What to send as `Authorization: Bearer …`.
    pub token: String,
    /// Until when it holds.
    pub session: Session,
}

/// What proves that somebody reads the mail of an address.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The code from the mail.
    Code {
        /// The address it was sent to.
        email: EmailAddress,
        /// Eight digits.
        code: String,
    },
    /// The token of the link in the mail.
    Link(String),
}

impl App {
    /// Mails a code and a link to an address. The answer is the same whether or not anybody is known there.
    ///
    /// # Errors
    /// Too many codes were asked for this address, or the store.
    pub async fn request_sign_in(&self, email: &EmailAddress, language: Language) -> Outcome<()> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let recent = tx
            .sign_ins_since(email, now - TimeDelta::minutes(15))
            .await?;
        if recent >= CODES_PER_QUARTER {
            return Err(Problem::at(
                "email",
                Code::RateLimited,
                Message::new(
                    "요청이 너무 많습니다. 15분 뒤에 다시 시도하십시오.",
                    "Too many requests; try again in a quarter of an hour.",
                ),
            )
            .into());
        }
        let (code, link) = (code(&*self.randomness), token(&*self.randomness));
        let pending = PendingSignIn {
            id: self.new_id::<Uuid>(),
            email: email.clone(),
            code_hash: hash(&format!("{email} {code}")),
            attempts: 0,
            expires_at: now + TimeDelta::minutes(self.settings.code_minutes),
        };
        tx.insert_sign_in(&pending, &link, now).await?;
        let person = tx.person_by_email(email).await?;
        let to = Recipient {
            email: email.clone(),
            name: person.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
            language: person.map_or(language, |p| p.language),
        };
        let notice = Notice::SignInCode {
            code,
            link: format!("{}/sign-in?token={link}", self.settings.public_url),
            valid_minutes: u32::try_from(self.settings.code_minutes).unwrap_or(0),
        };
        tx.post(
            &[Job::Mail {
                to,
                notice: Box::new(notice),
            }],
            now,
        )
        .await?;
        self.commit(tx).await
    }

    /// Opens a session for who shows the code or the link; somebody new becomes known by it.
    ///
    /// # Errors
    /// The code is wrong, used, or out of date (all three look the same), or the store.
    pub async fn sign_in(&self, proof: Proof, language: Language) -> Outcome<OpenedSession> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let (pending, good) = match &proof {
            Proof::Code { email, code } => {
                let pending = tx.pending_sign_in(email, now).await?;
                let given = hash(&format!("{email} {}", code.trim()));
                let good = pending.as_ref().is_some_and(|p| p.code_hash == given);
                (pending, good)
            }
            Proof::Link(token) => {
                let pending = tx.pending_sign_in_by_link(token, now).await?;
                let good = pending.is_some();
                (pending, good)
            }
        };
        let Some(pending) = pending.filter(|p| p.attempts < self.settings.code_attempts) else {
            return Err(wrong_code().into());
        };
        if !good {
            tx.count_attempt(pending.id).await?;
            tx.commit().await?;
            return Err(wrong_code().into());
        }
        if !tx.use_sign_in(pending.id, now).await? {
            return Err(wrong_code().into());
        }
        let person = match tx.person_by_email(&pending.email).await? {
            Some(person) => person,
            None => {
                let name = pending
                    .email
                    .as_str()
                    .split('@')
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                let person = Person {
                    id: self.new_id(),
                    email: pending.email,
                    name,
                    language,
                    created_at: now,
                };
                tx.insert_person(&person).await?;
                person
            }
        };
        let organisation = tx
            .memberships_of(person.id)
            .await?
            .first()
            .map(|place| place.organisation);
        let opened = self.open(person.id, organisation);
        tx.insert_session(&opened.session, &opened.token).await?;
        self.commit(tx).await?;
        Ok(opened)
    }

    /// A link that signs somebody in, without a mail: for the operator of a demonstration.
    ///
    /// # Errors
    /// The store.
    pub async fn sign_in_link(&self, email: &EmailAddress) -> Outcome<String> {
        let now = self.now();
        let link = token(&*self.randomness);
        let pending = PendingSignIn {
            id: self.new_id::<Uuid>(),
            email: email.clone(),
            // No code: only the link works.
            code_hash: String::new(),
            attempts: 0,
            expires_at: now + TimeDelta::days(1),
        };
        let tx = self.store.begin().await?;
        tx.insert_sign_in(&pending, &link, now).await?;
        self.commit(tx).await?;
        Ok(format!("{}/sign-in?token={link}", self.settings.public_url))
    }

    /// Somebody as a caller of use cases, acting for the first of his or her organisations: for the operator of a
    /// demonstration.
    ///
    /// # Errors
    /// Nobody has this address, or the store.
    pub async fn caller_by_email(&self, email: &EmailAddress) -> Outcome<Caller> {
        let person = self
            .store
            .person_by_email(email)
            .await?
            .ok_or_else(|| Problem::not_found("email"))?;
        let places = self.store.memberships_of(person.id).await?;
        let actor = self
            .actor(person.id, places.first().map(|place| place.organisation))
            .await?;
        Ok(Caller {
            actor: Some(actor),
            session: None,
            language: person.language,
            ..Caller::default()
        })
    }

    /// Opens a session without a mail: for the operator of a demonstration.
    ///
    /// # Errors
    /// Nobody has this address, or the store.
    pub async fn open_session_for(&self, email: &EmailAddress) -> Outcome<OpenedSession> {
        let tx = self.store.begin().await?;
        let person = tx
            .person_by_email(email)
            .await?
            .ok_or_else(|| Problem::not_found("email"))?;
        let organisation = tx
            .memberships_of(person.id)
            .await?
            .first()
            .map(|place| place.organisation);
        let opened = self.open(person.id, organisation);
        tx.insert_session(&opened.session, &opened.token).await?;
        self.commit(tx).await?;
        Ok(opened)
    }

    fn open(&self, person: PersonId, organisation: Option<OrganisationId>) -> OpenedSession {
        let created_at = self.now();
        let expires_at = created_at + TimeDelta::days(self.settings.session_days);
        let session = Session {
            id: self.new_id(),
            person,
            organisation,
            created_at,
            expires_at,
        };
        OpenedSession {
            token: token(&*self.randomness),
            session,
        }
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    /// Nobody is signed in, or the store.
    pub async fn sign_out(&self, caller: &Caller) -> Outcome<()> {
        let session = caller.session.ok_or_else(Problem::unauthenticated)?;
        let tx = self.store.begin().await?;
        tx.revoke_session(session, self.now()).await?;
        self.commit(tx).await
    }

    /// Lets the caller's session act for another of his or her organisations.
    ///
    /// # Errors
    /// The person has no place there, or the store.
    pub async fn act_for(&self, caller: &Caller, organisation: OrganisationId) -> Outcome<Caller> {
        let actor = caller.actor()?;
        let session = caller.session.ok_or_else(Problem::unauthenticated)?;
        let tx = self.store.begin().await?;
        let places = tx.memberships_of(actor.person).await?;
        if !places
            .iter()
            .any(|place| place.organisation == organisation)
        {
            return Err(Problem::not_found("organisation").into());
        }
        tx.set_acting(session, organisation).await?;
        self.commit(tx).await?;
        let actor = self.actor(actor.person, Some(organisation)).await?;
        Ok(Caller {
            actor: Some(actor),
            session: caller.session,
            language: caller.language,
            trace: caller.trace.clone(),
        })
    }

    /// Who a token speaks for; nobody if there is none, or it does not hold.
    ///
    /// # Errors
    /// The store.
    pub async fn caller(&self, token: Option<&str>, language: Option<Language>) -> Outcome<Caller> {
        let session = match token {
            Some(token) => self.store.session(token, self.now()).await?,
            None => None,
        };
        self.caller_of(session, language).await
    }

    /// The same caller, if the session still holds, with his or her rights as they are now.
    ///
    /// # Errors
    /// The session has ended, or the store.
    pub async fn refresh(&self, caller: &Caller) -> Outcome<Caller> {
        let Some(id) = caller.session else {
            return Ok(caller.clone());
        };
        let session = self.store.session_by_id(id, self.now()).await?;
        if session.is_none() {
            return Err(Problem::unauthenticated().into());
        }
        let found = self.caller_of(session, Some(caller.language)).await?;
        Ok(Caller {
            trace: caller.trace.clone(),
            ..found
        })
    }

    async fn caller_of(
        &self,
        session: Option<Session>,
        language: Option<Language>,
    ) -> Outcome<Caller> {
        let Some(session) = session else {
            return Ok(Caller {
                language: language.unwrap_or_default(),
                ..Caller::default()
            });
        };
        let actor = self.actor(session.person, session.organisation).await?;
        let language = match language {
            Some(language) => language,
            None => {
                let people = self.store.people(&[session.person]).await?;
                people
                    .first()
                    .map(|person| person.language)
                    .unwrap_or_default()
            }
        };
        Ok(Caller {
            actor: Some(actor),
            session: Some(session.id),
            language,
            ..Caller::default()
        })
    }

    async fn actor(
        &self,
        person: PersonId,
        organisation: Option<OrganisationId>,
    ) -> Outcome<Actor> {
        let Some(organisation) = organisation else {
            return Ok(Actor {
                person,
                acts_for: None,
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
        Ok(Actor { person, acts_for })
    }
}

fn wrong_code() -> Problem {
    Problem::at(
        "code",
        Code::Invalid,
        Message::new(
            "코드가 틀렸거나 만료되었습니다.",
            "The code is wrong, used or out of date.",
        ),
    )
}
