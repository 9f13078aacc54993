//! Identity providers of organisations, and the mail domains they may speak for: administrators set them up, organisers
//! approve the domains.

use super::once::Once;
use super::{App, AppError, Caller, Key, Outcome, taken};
use matchday_domain::id::{MailDomainId, OrganisationId};
use matchday_domain::identity::{
    DomainState, IdentityProvider, MAX_DOMAINS, MailDomain, ProviderPlan, mail_domain,
};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::policy::Action;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;
use matchday_infra::oidc::ProviderError;
use matchday_infra::store::StoredProvider;
use uuid::Uuid;

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
}

/// What an administrator is told, who has to mend it.
fn not_a_provider(error: ProviderError) -> AppError {
    let message = match error {
        ProviderError::Address(_) => Message::new(
            "사용할 수 없는 주소입니다. 공개 인터넷의 https 주소여야 합니다.",
            "This address cannot be used: it must be an https address of the public Internet.",
        ),
        ProviderError::Away(_) => Message::new(
            "주소에서 응답이 없거나 인증서를 신뢰할 수 없습니다.",
            "Nothing answers at this address in time, or with a certificate of no public authority.",
        ),
        ProviderError::Answer(_) | ProviderError::Token(_) => Message::new(
            "이 주소의 응답이 OpenID Connect 제공자의 것이 아닙니다.",
            "What answers at this address is not an OpenID Connect provider of this name.",
        ),
    };
    Problem::at("issuer", Code::Invalid, message).into()
}
