//! Talking to the identity providers of organisations: OpenID Connect Core 1.0 and Discovery 1.0, authorisation code
//! with PKCE (RFC 7636).
//!
//! A provider's address is what an administrator of some organisation typed in, so `address` says which addresses are
//! called at all, and `fetch` connects to nothing else. `keys` checks signatures; what the claims must say is decided
//! in the domain. `seal` encrypts client secrets.

mod address;
mod fetch;
mod keys;
mod seal;

pub use seal::SecretKey;

use address::Reach;
use chrono::TimeDelta;
use fetch::Fetcher;
use keys::{KeySet, Keys};
use matchday_domain::identity::{Claims, IdentityProvider};
use matchday_domain::time::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// For how long a provider's description of itself is believed.
const DISCOVERY_HOLDS: TimeDelta = TimeDelta::hours(1);

/// Why a provider was of no help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// An address that is not called.
    #[error("the address is not allowed: {0}")]
    Address(&'static str),
    /// It does not answer in time.
    #[error("the provider does not answer: {0}")]
    Away(String),
    /// It answers otherwise than the standard says.
    #[error("the provider's answer is not usable: {0}")]
    Answer(String),
    /// The token is not one of this provider.
    #[error("the token is not good: {0}")]
    Token(&'static str),
}

/// What a provider says of itself.
#[derive(Debug, Clone, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// One sign-in at a provider, as far as its browser knows it.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// Where the browser comes back to.
    pub redirect_uri: &'a str,
    /// What the provider hands back unchanged.
    pub state: &'a str,
    /// What it writes into the token.
    pub nonce: &'a str,
    /// What proves at the end who began: 43 to 128 characters (RFC 7636, 4.1).
    pub verifier: &'a str,
}

/// What is known of one provider.
#[derive(Default)]
struct Known {
    said: Mutex<Said>,
    /// Held by who asks the provider, so that many who wait cause one request, and nobody waits who need not.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Said {
    discovery: Option<(Arc<Discovery>, Timestamp)>,
    keys: Keys,
}

impl Known {
    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The providers, with what they said.
#[derive(Clone)]
pub struct Providers {
    fetcher: Arc<Fetcher>,
    known: Arc<Mutex<HashMap<String, Arc<Known>>>>,
}

impl Providers {
    /// With `development`, also providers on this machine, without TLS.
    pub fn new(development: bool) -> Self {
        keys::install();
        let reach = if development {
            Reach::Everything
        } else {
            Reach::Public
        };
        Self {
            fetcher: Arc::new(Fetcher::new(reach)),
            known: Arc::default(),
        }
    }

    fn known(&self, issuer: &str) -> Arc<Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(issuer.to_owned()).or_default().clone()
    }

    /// Asks a provider whether it is one, anew.
    ///
    /// # Errors
    /// The address is not allowed, nobody answers there, or no provider of that name.
    pub async fn check(&self, issuer: &str, now: Timestamp) -> Result<(), ProviderError> {
        let discovery = self.discover(issuer).await?;
        self.known(issuer).said().discovery = Some((Arc::new(discovery), now));
        Ok(())
    }

    async fn discover(&self, issuer: &str) -> Result<Discovery, ProviderError> {
        let url = self.fetcher.reach.check(issuer)?;
        if url.query().is_some() {
            return Err(ProviderError::Address("an issuer has no query"));
        }
        let well_known = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let url = self.fetcher.reach.check(&well_known)?;
        let discovery: Discovery = self.fetcher.get(&url).await?;
        // OpenID Connect Discovery 1.0, 4.3: or one provider could speak for another.
        if discovery.issuer != issuer {
            return Err(ProviderError::Answer("it names another issuer".to_owned()));
        }
        for endpoint in [
            &discovery.authorization_endpoint,
            &discovery.token_endpoint,
            &discovery.jwks_uri,
        ] {
            self.fetcher.reach.check(endpoint)?;
        }
        Ok(discovery)
    }

    async fn discovery(
        &self,
        known: &Known,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Arc<Discovery>, ProviderError> {
        let fresh = || {
            let said = known.said().discovery.clone();
            said.filter(|(_, at)| now < *at + DISCOVERY_HOLDS)
        };
        if let Some((discovery, _)) = fresh() {
            return Ok(discovery);
        }
        let discovery = Arc::new(self.discover(issuer).await?);
        known.said().discovery = Some((discovery.clone(), now));
        Ok(discovery)
    }

    /// Where a browser is sent to sign in.
    ///
    /// # Errors
    /// The provider is of no help.
    pub async fn authorization_url(
        &self,
        provider: &IdentityProvider,
        sign_in: SignIn<'_>,
        now: Timestamp,
    ) -> Result<String, ProviderError> {
        use base64::Engine;
        use sha2::{Digest, Sha256};
        let known = self.known(&provider.issuer);
        let discovery = self.discovery(&known, &provider.issuer, now).await?;
        let mut url = self
            .fetcher
            .reach
            .check(&discovery.authorization_endpoint)?;
        let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .encode(Sha256::digest(sign_in.verifier.as_bytes()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.client_id)
            .append_pair("redirect_uri", sign_in.redirect_uri)
            .append_pair("scope", "openid email")
            .append_pair("state", sign_in.state)
            .append_pair("nonce", sign_in.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Changes the code that a browser brought back into what the provider says of the person.
    ///
    /// # Errors
    /// The provider does not take the code, or is of no help.
    pub async fn redeem(
        &self,
        provider: &IdentityProvider,
        secret: Option<&str>,
        sign_in: SignIn<'_>,
        code: &str,
        now: Timestamp,
    ) -> Result<Claims, ProviderError> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        let known = self.known(&provider.issuer);
        let discovery = self.discovery(&known, &provider.issuer, now).await?;
        let url = self.fetcher.reach.check(&discovery.token_endpoint)?;
        let methods = &discovery.token_endpoint_auth_methods_supported;
        let basic = methods.is_empty() || methods.iter().any(|m| m == "client_secret_basic");
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", sign_in.redirect_uri),
            ("code_verifier", sign_in.verifier),
        ];
        let mut authorization = None;
        match secret {
            Some(secret) if basic => authorization = Some(basic_auth(&provider.client_id, secret)),
            Some(secret) => {
                form.push(("client_id", &provider.client_id));
                form.push(("client_secret", secret));
            }
            None => form.push(("client_id", &provider.client_id)),
        }
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let tokens: Tokens = self.fetcher.post(&url, form, authorization).await?;
        self.claims(&provider.issuer, &tokens.id_token, now).await
    }

    /// What a token says, if one of the provider's keys has signed it.
    ///
    /// # Errors
    /// No key of the provider has, or the provider is of no help.
    pub async fn claims(
        &self,
        issuer: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<Claims, ProviderError> {
        let wanted = keys::wanted(token)?;
        let known = self.known(issuer);
        if !known.said().keys.has(&wanted, now) {
            let _one_asks = known.asking.lock().await;
            if known.said().keys.ask_for(&wanted, now) {
                match self.keys(&known, issuer, now).await {
                    Ok(set) => known.said().keys.renew(set, now),
                    // What it said last holds on while it is away.
                    Err(_) if known.said().keys.find(&wanted).is_ok() => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let key = known.said().keys.find(&wanted)?;
        keys::verified(token, &wanted, &key)
    }

    async fn keys(
        &self,
        known: &Known,
        issuer: &str,
        now: Timestamp,
    ) -> Result<KeySet, ProviderError> {
        let discovery = self.discovery(known, issuer, now).await?;
        let url = self.fetcher.reach.check(&discovery.jwks_uri)?;
        self.fetcher.get(&url).await
    }
}

/// RFC 6749, 2.3.1: both parts are form-encoded first.
fn basic_auth(client_id: &str, secret: &str) -> String {
    use base64::Engine;
    let encode = |s: &str| url::form_urlencoded::byte_serialize(s.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(client_id), encode(secret));
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}

/// Who says to have issued a token. Not checked in any way: it only tells whose keys to check it with.
pub fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    let said: Issuer = jsonwebtoken::dangerous::insecure_decode_claims(token).ok()?;
    Some(said.iss)
}

#[cfg(test)]
mod tests;
