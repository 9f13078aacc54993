//! Signing in with an e-mailed code or link, signing out, and whom a person acts for.

use super::randomness::{code, token};
use super::{App, Caller, Outcome};
use chrono::TimeDelta;
use matchday_domain::id::{OrganisationId, PersonId};
use matchday_domain::identity::Client;
use matchday_domain::notice::{Notice, Recipient};
use matchday_domain::organisation::{EmailAddress, Person};
use matchday_domain::policy::{Means, OwnAction};
use matchday_domain::privacy::AccessDeed;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::{Language, Message};
use matchday_infra::store::{Job, PendingSignIn, Session, Tx, hash};
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
    /// Too many codes were asked for this address (the problem says for how long), or the store.
    pub async fn request_sign_in(&self, email: &EmailAddress, language: Language) -> Outcome<()> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let quarter = TimeDelta::minutes(15);
        let recent = tx
            .sign_ins_since(email, now - quarter, CODES_PER_QUARTER)
            .await?;
        if recent.len() as u64 >= CODES_PER_QUARTER
            && let Some(oldest) = recent.last()
        {
            // The begun second counts: who comes then finds the door open.
            let wait = (*oldest + quarter - now).num_milliseconds();
            let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1_000);
            let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
            return Err(Problem::too_many("email", seconds).into());
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

    /// Opens a session for who shows the code or the link; somebody new becomes known by it. Whatever else was mailed to
    /// the address is used up with it. The access log tells of it, and of what is refused.
    ///
    /// # Errors
    /// The code is wrong, used, or out of date (all three look the same, and take the same way), or the store.
    pub async fn sign_in(
        &self,
        proof: Proof,
        caller: &Caller,
        client: Client,
    ) -> Outcome<OpenedSession> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let (pending, good, most) = match &proof {
            Proof::Code { email, code } => {
                let pending = tx.pending_sign_in(email, now).await?;
                let given = hash(&format!("{email} {}", code.trim()));
                let good = pending.as_ref().is_some_and(|p| p.code_hash == given);
                (pending, good, self.settings.code_attempts)
            }
            // Nobody guesses a link, and wrong guesses at the code must not break it.
            Proof::Link(token) => {
                let pending = tx.pending_sign_in_by_link(token, now).await?;
                let good = pending.is_some();
                (pending, good, i32::MAX)
            }
        };
        let id = pending.as_ref().map_or(Uuid::nil(), |pending| pending.id);
        let left = tx.take_attempt(id, most).await?;
        let Some(pending) = pending.filter(|_| good && left) else {
            // As many statements for an address that nobody has: the time tells nothing.
            let meant = match &proof {
                Proof::Code { email, .. } => tx.person_by_email(email).await?,
                Proof::Link(_) => None,
            };
            let meant = meant.map(|person| person.id);
            self.record_sign_in(&tx, caller, AccessDeed::SignInRefused, meant)
                .await?;
            tx.commit().await?;
            return Err(wrong_code().into());
        };
        tx.use_sign_ins(&pending.email, now).await?;
        let name = pending.email.as_str().split('@').next().unwrap_or_default();
        let person = self
            .person_of(&tx, &pending.email, name, caller.language)
            .await?;
        let organisation = tx
            .memberships_of(person.id)
            .await?
            .first()
            .map(|place| place.organisation);
        let opened = self.open(&tx, person.id, organisation, client).await?;
        self.record_sign_in(&tx, caller, AccessDeed::SignIn, Some(person.id))
            .await?;
        self.commit(tx).await?;
        Ok(opened)
    }

    /// The person with an address, who becomes known by it if nobody was.
    pub(super) async fn person_of(
        &self,
        tx: &Tx,
        email: &EmailAddress,
        name: &str,
        language: Language,
    ) -> Outcome<Person> {
        if let Some(person) = tx.person_by_email(email).await? {
            return Ok(person);
        }
        let person = Person {
            id: self.new_id(),
            email: email.clone(),
            name: name.trim().to_owned(),
            language,
            created_at: self.now(),
        };
        tx.insert_person(&person).await?;
        Ok(person)
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
            .actor(
                person.id,
                places.first().map(|place| place.organisation),
                Means::Session,
            )
            .await?;
        Ok(Caller {
            actor: Some(actor),
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
        let opened = self
            .open(&tx, person.id, organisation, Client::default())
            .await?;
        self.commit(tx).await?;
        Ok(opened)
    }

    /// Opens a session.
    pub(super) async fn open(
        &self,
        tx: &Tx,
        person: PersonId,
        organisation: Option<OrganisationId>,
        client: Client,
    ) -> Outcome<OpenedSession> {
        let created_at = self.now();
        let expires_at = created_at + TimeDelta::days(self.settings.session_days);
        let session = Session {
            id: self.new_id(),
            person,
            organisation,
            created_at,
            expires_at,
            last_seen_at: created_at,
            client,
        };
        let token = token(&*self.randomness);
        tx.insert_session(&session, &token).await?;
        Ok(OpenedSession { token, session })
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    /// Nobody is signed in, or the store.
    pub async fn sign_out(&self, caller: &Caller) -> Outcome<()> {
        let person = caller.may_own(OwnAction::KeepSessions)?.person;
        let session = caller.session.ok_or_else(Problem::unauthenticated)?;
        let tx = self.store.begin().await?;
        tx.revoke_session(session, self.now()).await?;
        self.rights_changed(&tx, person).await?;
        self.commit(tx).await
    }

    /// Lets the caller's session act for another of his or her organisations.
    ///
    /// # Errors
    /// The person has no place there, or the store.
    pub async fn act_for(&self, caller: &Caller, organisation: OrganisationId) -> Outcome<Caller> {
        let actor = caller.may_own(OwnAction::KeepSessions)?;
        let session = caller.session.ok_or_else(Problem::unauthenticated)?;
        let tx = self.store.begin().await?;
        let places = tx.memberships_of(actor.person).await?;
        if !places
            .iter()
            .any(|place| place.organisation == organisation)
        {
            return Err(Problem::not_found("organisationId").into());
        }
        tx.set_acting(session, organisation).await?;
        self.commit(tx).await?;
        let actor = self
            .actor(actor.person, Some(organisation), Means::Session)
            .await?;
        Ok(Caller {
            actor: Some(actor),
            ..caller.clone()
        })
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
