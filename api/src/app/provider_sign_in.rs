//! The way in over an organisation's identity provider: people by signing in there, programs by its access tokens.
//!
//! No provider is asked inside a transaction.

use super::caller::{Program, ProviderPass};
use super::identity::OpenedSession;
use super::randomness::token;
use super::{App, AppError, Caller, Outcome};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use matchday_domain::id::OrganisationId;
use matchday_domain::identity::{Client, DomainState};
use matchday_domain::organisation::{EmailAddress, Membership};
use matchday_domain::policy::Means;
use matchday_domain::privacy::AccessDeed;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;
use matchday_domain::time::Timestamp;
use matchday_infra::oidc::{ProviderError, SignIn, claimed_issuer};
use matchday_infra::store::StoredProvider;
use sha2::{Digest, Sha256};

/// Minutes that somebody may take at the provider.
const SIGN_IN_MINUTES: i64 = 10;

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

impl App {
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
    /// removed. The access log tells of it, and of what is refused.
    ///
    /// # Errors
    /// Anything is not as it must be (the person is told no more than that; the log is), or the store.
    pub async fn finish_provider_sign_in(
        &self,
        back: Return,
        caller: &Caller,
        client: Client,
    ) -> Outcome<OpenedSession> {
        let tx = self.store.begin().await?;
        // Used up whatever comes of it: a state is good for one try.
        let organisation = tx
            .use_provider_sign_in(&back.state, &back.browser, self.now())
            .await?;
        tx.commit().await?;
        let opened = match organisation {
            Some(organisation) => self.redeem(organisation, back, caller, client).await,
            None => Err(failed().into()),
        };
        if let Err(AppError::Refused(_)) = &opened {
            let deed = AccessDeed::SignInRefused;
            let line = self.sign_in_line(caller, deed, None, organisation);
            self.store.add_access_lines(&[line]).await?;
        }
        opened
    }

    async fn redeem(
        &self,
        organisation: OrganisationId,
        back: Return,
        caller: &Caller,
        client: Client,
    ) -> Outcome<OpenedSession> {
        let now = self.now();
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
        let person = self.person_of(&tx, &email, name, caller.language).await?;
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
        self.record_sign_in(&tx, caller, AccessDeed::SignIn, Some(person.id))
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
