//! Identity providers of organisations: how one is set up, how people sign in at it, and how programs come in with its
//! access tokens.
//!
//! No provider is asked inside a transaction.

use super::caller::Program;
use super::identity::OpenedSession;
use super::once::Once;
use super::randomness::token;
use super::{App, AppError, Caller, Key, Outcome, taken};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use matchday_domain::id::{MailDomainId, OrganisationId, PersonId};
use matchday_domain::identity::{
    Client, DomainState, IdentityProvider, MAX_DOMAINS, MailDomain, ProviderPlan, mail_domain,
};
use matchday_domain::organisation::{EmailAddress, Membership};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::policy::{Action, Means};
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::{Language, Message};
use matchday_domain::time::Timestamp;
use matchday_infra::oidc::{ProviderError, SignIn, claimed_issuer};
use matchday_infra::store::StoredProvider;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Minutes that somebody may take at the provider.
const SIGN_IN_MINUTES: i64 = 10;

/// What to do with the client secret.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientSecret {
    /// Leave it as it is; it falls when the issuer or the client changes, or it could be sent to somebody else.
    Keep,
    /// A public client.
    None,
    /// A new one.
    New(String),
}

/// A sign-in that has begun.
#[derive(Debug, Clone)]
pub struct BegunSignIn {
    /// Where the browser goes.
    pub url: String,
    /// What the browser keeps until it comes back.
    pub browser: String,
}

/// What the provider sent a browser back with.
#[derive(Debug, Clone)]
pub struct Return {
    /// What the browser kept.
    pub browser: String,
    /// What the provider handed back unchanged.
    pub state: String,
    /// What is changed into a token.
    pub code: String,
    /// Who says to be the provider (RFC 9207), where it does.
    pub issuer: Option<String>,
}

/// An access token that was good when it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderPass {
    person: PersonId,
    organisation: OrganisationId,
    issuer: String,
    expires_at: Timestamp,
}

impl App {
    /// Sets up or changes the organisation's provider, which must answer. `version` is the one that was read; none for
    /// the first.
    ///
    /// # Errors
    /// Not an administrator's session, what is wrong with the plan, no key for secrets, a provider that does not answer
    /// as one, a stale version, or the store.
    pub async fn set_identity_provider(
        &self,
        caller: &Caller,
        key: &Key,
        version: Option<i32>,
        plan: ProviderPlan,
        secret: ClientSecret,
    ) -> Outcome<StoredProvider> {
        let organisation = caller.administers()?;
        plan.check()?;
        if plan.accepts_tokens && plan.client_id == self.settings.token_audience {
            // Or its ID tokens, which pass through browsers, would open the interface.
            return Err(Problem::at(
                "clientId",
                Code::Invalid,
                Message::new(
                    "액세스 토큰을 받으려면 클라이언트 식별자가 토큰 대상(aud)과 달라야 합니다.",
                    "To accept access tokens, the client must have another name than their audience.",
                ),
            )
            .into());
        }
        let once = Once::new(caller, "setIdentityProvider", key)?;
        let now = self.now();
        let sealed = match &secret {
            ClientSecret::New(secret) => Some(self.seal(organisation, secret)?),
            ClientSecret::Keep | ClientSecret::None => None,
        };
        self.providers
            .check(&plan.issuer, now)
            .await
            .map_err(not_a_provider)?;
        let tx = self.store.begin().await?;
        let before = tx.identity_provider(organisation).await?;
        if once.replay::<OrganisationId>(self, &tx).await?.is_some() {
            return Ok(before.ok_or_else(|| Problem::not_found("issuer"))?);
        }
        let known = before.as_ref().map(|before| before.provider.version);
        if known != version {
            return Err(Problem::stale(known.unwrap_or(0)).into());
        }
        let same_client = |before: &StoredProvider| {
            before.provider.issuer == plan.issuer && before.provider.client_id == plan.client_id
        };
        let kept = before
            .filter(|before| secret == ClientSecret::Keep && same_client(before))
            .and_then(|before| before.sealed_secret);
        let stored = StoredProvider {
            provider: IdentityProvider {
                organisation,
                issuer: plan.issuer,
                client_id: plan.client_id,
                default_role: plan.default_role,
                accepts_tokens: plan.accepts_tokens,
                version: version.unwrap_or(0) + 1,
                updated_at: now,
            },
            sealed_secret: sealed.or(kept),
        };
        match version {
            None => tx.insert_identity_provider(&stored).await?,
            Some(read) => {
                if !tx.update_identity_provider(&stored, read).await? {
                    return Err(Problem::stale(read + 1).into());
                }
            }
        }
        once.keep(self, &tx, organisation).await?;
        self.commit(tx).await?;
        Ok(stored)
    }

    fn seal(&self, organisation: OrganisationId, secret: &str) -> Outcome<String> {
        if secret.is_empty() || secret.len() > 1_000 {
            return Err(Problem::too_long("clientSecret", 1_000).into());
        }
        let key = self.settings.secret_key.as_ref().ok_or_else(|| {
            Problem::at(
                "clientSecret",
                Code::Forbidden,
                Message::new(
                    "이 서비스에는 비밀값 암호화 키가 설정되어 있지 않습니다. 공개 클라이언트(PKCE)로 등록하십시오.",
                    "This service has no key to encrypt secrets with; register a public client (PKCE).",
                ),
            )
        })?;
        Ok(key.seal(organisation, secret, &self.randomness.bytes()))
    }

    /// Removes the organisation's provider: nobody signs in there any more. Open sessions stay.
    ///
    /// # Errors
    /// Not an administrator's session, there is none, or the store.
    pub async fn remove_identity_provider(
        &self,
        caller: &Caller,
        key: &Key,
    ) -> Outcome<OrganisationId> {
        let organisation = caller.administers()?;
        let once = Once::new(caller, "removeIdentityProvider", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<OrganisationId>(self, &tx).await? {
            return Ok(id);
        }
        if !tx.delete_identity_provider(organisation).await? {
            return Err(Problem::not_found("identityProvider").into());
        }
        once.keep(self, &tx, organisation).await?;
        self.commit(tx).await?;
        Ok(organisation)
    }

    /// The provider of an organisation, for its administrators; none for others.
    ///
    /// # Errors
    /// The store.
    pub async fn identity_provider(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
    ) -> Outcome<Option<StoredProvider>> {
        if caller.may(Action::Administer { organisation }).is_err() {
            return Ok(None);
        }
        Ok(self.store.identity_provider(organisation).await?)
    }

    /// Claims a mail domain for the organisation; an organiser decides.
    ///
    /// # Errors
    /// Not an administrator's session, no domain, one that was claimed already, too many, or the store.
    pub async fn claim_mail_domain(
        &self,
        caller: &Caller,
        key: &Key,
        domain: &str,
    ) -> Outcome<MailDomain> {
        let organisation = caller.administers()?;
        let domain = mail_domain(domain)?;
        let once = Once::new(caller, "claimMailDomain", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<MailDomainId>(self, &tx).await? {
            let known = tx.mail_domain(id).await?;
            return Ok(known.ok_or_else(|| Problem::not_found("id"))?);
        }
        tx.lock_organisation(organisation).await?;
        if tx.mail_domains_of(organisation).await?.len() >= MAX_DOMAINS {
            return Err(Problem::too_long("domain", MAX_DOMAINS).into());
        }
        let claim = MailDomain {
            id: self.new_id(),
            organisation,
            domain,
            state: DomainState::Claimed,
            claimed_at: self.now(),
            decided_at: None,
        };
        tx.insert_mail_domain(&claim).await.map_err(taken(
            "domain",
            "이미 등록한 도메인입니다.",
            "Your organisation has claimed this domain already.",
        ))?;
        once.keep(self, &tx, claim.id).await?;
        self.commit(tx).await?;
        Ok(claim)
    }

    /// Gives a mail domain up.
    ///
    /// # Errors
    /// Not an administrator's session, no such domain of the organisation, or the store.
    pub async fn release_mail_domain(
        &self,
        caller: &Caller,
        key: &Key,
        id: MailDomainId,
    ) -> Outcome<MailDomainId> {
        let organisation = caller.administers()?;
        let once = Once::new(caller, "releaseMailDomain", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<MailDomainId>(self, &tx).await? {
            return Ok(id);
        }
        let found = tx.mail_domain(id).await?;
        if found.is_none_or(|found| found.organisation != organisation) {
            return Err(Problem::not_found("id").into());
        }
        tx.delete_mail_domain(id).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(id)
    }

    /// The organiser approves or refuses an organisation's claim; also later, the other way.
    ///
    /// # Errors
    /// Not an organiser, no such claim, a domain that is another organisation's, or the store.
    pub async fn decide_mail_domain(
        &self,
        caller: &Caller,
        key: &Key,
        id: MailDomainId,
        approve: bool,
    ) -> Outcome<MailDomain> {
        caller.may(Action::VerifyOrganisations)?;
        let once = Once::new(caller, "decideMailDomain", key)?;
        let tx = self.store.begin().await?;
        let found = tx.mail_domain(id).await?;
        let mut found = found.ok_or_else(|| Problem::not_found("id"))?;
        if once.replay::<MailDomainId>(self, &tx).await?.is_some() {
            return Ok(found);
        }
        found.state = if approve {
            DomainState::Approved
        } else {
            DomainState::Refused
        };
        found.decided_at = Some(self.now());
        tx.decide_mail_domain(&found, caller.actor()?.person)
            .await
            .map_err(taken(
                "id",
                "다른 기관의 도메인으로 이미 확인되었습니다.",
                "This domain is approved for another organisation.",
            ))?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(found)
    }

    /// The mail domains of an organisation, for its own people and organisers; none for others.
    ///
    /// # Errors
    /// The store.
    pub async fn mail_domains_of(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
    ) -> Outcome<Option<Vec<MailDomain>>> {
        let owner = organisation;
        let own = caller.may(Action::ReadOwn { owner }).is_ok();
        if !own && caller.may(Action::VerifyOrganisations).is_err() {
            return Ok(None);
        }
        Ok(Some(self.store.mail_domains_of(organisation).await?))
    }

    /// The claims of all organisations, in the order in which they were made, for organisers.
    ///
    /// # Errors
    /// Not an organiser, or the store.
    pub async fn mail_domains(
        &self,
        caller: &Caller,
        state: Option<DomainState>,
        request: PageRequest<Uuid>,
    ) -> Outcome<Page<MailDomain>> {
        caller.may(Action::VerifyOrganisations)?;
        Ok(self.store.mail_domain_page(state, request).await?)
    }

    /// Where people with an address in this domain sign in, if it is at a provider. Says nothing about single addresses.
    ///
    /// # Errors
    /// The store.
    pub async fn provider_sign_in_url(&self, email: &EmailAddress) -> Outcome<Option<String>> {
        let owner = self.store.owner_of_domain(email.domain()).await?;
        let Some(owner) = owner else { return Ok(None) };
        let provider = self.store.identity_provider(owner).await?;
        Ok(provider.map(|_| self.sign_in_page(owner)))
    }

    /// The page at which a sign-in at an organisation's provider begins.
    pub fn sign_in_page(&self, organisation: OrganisationId) -> String {
        let base = &self.settings.public_url;
        format!("{base}/sign-in/provider/{}", organisation.0)
    }

    /// The audience that access tokens of providers must name.
    pub fn token_audience(&self) -> &str {
        &self.settings.token_audience
    }

    /// Where a provider sends browsers back to: to be registered there.
    pub fn redirect_uri(&self) -> String {
        format!("{}/sign-in/provider/callback", self.settings.public_url)
    }

    /// Begins a sign-in at an organisation's provider.
    ///
    /// # Errors
    /// It has none, no approved mail domain, or the provider or the store is of no help.
    pub async fn begin_provider_sign_in(
        &self,
        organisation: OrganisationId,
    ) -> Outcome<BegunSignIn> {
        let now = self.now();
        let stored = self.store.identity_provider(organisation).await?;
        let provider = stored.ok_or_else(failed)?.provider;
        let domains = self.store.mail_domains_of(organisation).await?;
        if !domains.iter().any(|d| d.state == DomainState::Approved) {
            return Err(failed().into());
        }
        let (browser, state) = (token(&*self.randomness), token(&*self.randomness));
        let redirect_uri = self.redirect_uri();
        let sign_in = SignIn {
            redirect_uri: &redirect_uri,
            state: &state,
            nonce: &derived(&browser, "nonce"),
            verifier: &derived(&browser, "verifier"),
        };
        let url = self
            .providers
            .authorization_url(&provider, sign_in, now)
            .await
            .map_err(|error| unhelpful(organisation, &error))?;
        let until = now + TimeDelta::minutes(SIGN_IN_MINUTES);
        let tx = self.store.begin().await?;
        tx.insert_provider_sign_in(self.new_id(), organisation, &state, &browser, now, until)
            .await?;
        tx.commit().await?;
        Ok(BegunSignIn { url, browser })
    }

    /// Opens a session for whom the provider vouches for; somebody new becomes a colleague by it, unless he or she was
    /// removed.
    ///
    /// # Errors
    /// Anything is not as it must be (the person is told no more than that; the log is), or the store.
    pub async fn finish_provider_sign_in(
        &self,
        back: Return,
        language: Language,
        client: Client,
    ) -> Outcome<OpenedSession> {
        let now = self.now();
        let tx = self.store.begin().await?;
        // Used up whatever comes of it: a state is good for one try.
        let organisation = tx
            .use_provider_sign_in(&back.state, &back.browser, now)
            .await?;
        tx.commit().await?;
        let organisation = organisation.ok_or_else(failed)?;
        let stored = self.store.identity_provider(organisation).await?;
        let StoredProvider {
            provider,
            sealed_secret,
        } = stored.ok_or_else(failed)?;
        let refused = |why: &'static str| {
            tracing::info!(%organisation, why, "a sign-in at a provider is refused");
            failed()
        };
        if back.issuer.is_some_and(|issuer| issuer != provider.issuer) {
            return Err(refused("another provider answers").into());
        }
        let secret = match sealed_secret {
            None => None,
            Some(sealed) => {
                let key = self.settings.secret_key.as_ref();
                let opened = key.and_then(|key| key.open(organisation, &sealed));
                Some(opened.ok_or_else(|| {
                    AppError::Internal("a client secret was sealed with another key".to_owned())
                })?)
            }
        };
        let redirect_uri = self.redirect_uri();
        let nonce = derived(&back.browser, "nonce");
        let sign_in = SignIn {
            redirect_uri: &redirect_uri,
            state: &back.state,
            nonce: &nonce,
            verifier: &derived(&back.browser, "verifier"),
        };
        let claims = self
            .providers
            .redeem(&provider, secret.as_deref(), sign_in, &back.code, now)
            .await
            .map_err(|error| unhelpful(organisation, &error))?;
        let domains = self.store.mail_domains_of(organisation).await?;
        let email = claims
            .person(&provider, &provider.client_id, Some(&nonce), &domains, now)
            .map_err(refused)?;
        let tx = self.store.begin().await?;
        tx.lock_organisation(organisation).await?;
        let name = email.as_str().split('@').next().unwrap_or_default();
        let person = self.person_of(&tx, &email, name, language).await?;
        let places = tx.memberships_of(person.id).await?;
        if !places.iter().any(|p| p.organisation == organisation) {
            if tx.is_former_member(organisation, person.id).await? {
                return Err(refused("the person was removed").into());
            }
            let place = Membership {
                id: self.new_id(),
                person: person.id,
                organisation,
                role: provider.default_role,
            };
            tx.insert_membership(&place).await?;
        }
        let opened = self
            .open(&tx, person.id, Some(organisation), client)
            .await?;
        self.commit(tx).await?;
        Ok(opened)
    }

    /// The program that shows an access token of a provider, if it is good: issued for us, and to a colleague.
    pub(super) async fn caller_of_token(&self, token: &str) -> Outcome<Option<Caller>> {
        let now = self.now();
        let Some(issuer) = claimed_issuer(token) else {
            return Ok(None);
        };
        let providers = self.store.providers_of_issuer(&issuer).await?;
        if providers.is_empty() {
            return Ok(None);
        }
        let claims = match self.providers.claims(&issuer, token, now).await {
            Ok(claims) => claims,
            Err(ProviderError::Away(error)) => {
                tracing::warn!(error, "an identity provider is away");
                return Err(AppError::Away);
            }
            Err(error) => {
                tracing::info!(%error, "an access token is refused");
                return Ok(None);
            }
        };
        let audience = &self.settings.token_audience;
        for StoredProvider { provider, .. } in providers {
            let domains = self.store.mail_domains_of(provider.organisation).await?;
            let email = match claims.person(&provider, audience, None, &domains, now) {
                Ok(email) => email,
                Err(why) => {
                    tracing::info!(organisation = %provider.organisation, why, "an access token is refused");
                    continue;
                }
            };
            let Some(person) = self.store.person_by_email(&email).await? else {
                continue;
            };
            let pass = ProviderPass {
                person: person.id,
                organisation: provider.organisation,
                issuer: provider.issuer,
                expires_at: Timestamp::from_timestamp(claims.expires_at, 0).unwrap_or(now),
            };
            return self.caller_of_pass(&pass).await;
        }
        Ok(None)
    }

    /// The program behind an access token that was good, if nothing has happened to it since.
    pub(super) async fn caller_of_pass(&self, pass: &ProviderPass) -> Outcome<Option<Caller>> {
        let stored = self.store.identity_provider(pass.organisation).await?;
        let holds = stored.is_some_and(|stored| {
            stored.provider.accepts_tokens && stored.provider.issuer == pass.issuer
        });
        if !holds || pass.expires_at <= self.now() {
            return Ok(None);
        }
        let actor = self
            .actor(pass.person, Some(pass.organisation), Means::ProviderToken)
            .await?;
        Ok(actor.acts_for.is_some().then(|| Caller {
            actor: Some(actor),
            program: Some(Program::Token(pass.clone())),
            ..Caller::default()
        }))
    }
}

/// A secret of the sign-in that only the browser's can make: none of them is stored.
fn derived(browser: &str, purpose: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{purpose} {browser}").as_bytes()))
}

/// All that a person is told: whoever tries is not to learn what is missing.
fn failed() -> Problem {
    Problem::whole(
        Code::Unauthenticated,
        Message::new(
            "기관 계정으로 로그인하지 못했습니다. 다시 시도하거나 기관 관리자에게 문의하십시오.",
            "Signing in with your organisation's account failed; try again or ask its administrator.",
        ),
    )
}

fn unhelpful(organisation: OrganisationId, error: &ProviderError) -> AppError {
    tracing::info!(%organisation, %error, "an identity provider is of no help");
    match error {
        ProviderError::Away(_) => AppError::Away,
        _ => failed().into(),
    }
}

/// What an administrator is told, who has to mend it.
fn not_a_provider(error: ProviderError) -> AppError {
    let message = match error {
        ProviderError::Address(_) => Message::new(
            "사용할 수 없는 주소입니다. 공개 인터넷의 https 주소여야 합니다.",
            "This address cannot be used: it must be an https address of the public Internet.",
        ),
        ProviderError::Away(_) => Message::new(
            "주소에서 응답이 없습니다.",
            "Nothing answers at this address.",
        ),
        ProviderError::Answer(_) | ProviderError::Token(_) => Message::new(
            "이 주소의 응답이 OpenID Connect 제공자의 것이 아닙니다.",
            "What answers at this address is not an OpenID Connect provider of this name.",
        ),
    };
    Problem::at("issuer", Code::Invalid, message).into()
}
