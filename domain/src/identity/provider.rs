//! An organisation's identity provider (OpenID Connect), and the mail domains it may speak for.
//!
//! A provider says who somebody is by a verified mail address. It is believed only for addresses in domains that an
//! organiser has approved for its organisation, so that nobody signs in as somebody else's people.

use crate::id::{MailDomainId, OrganisationId};
use crate::organisation::{EmailAddress, Role};
use crate::problem::{Check, Code, Problem, Problems};
use crate::text::Message;
use crate::time::Timestamp;
use chrono::TimeDelta;

/// Mail domains of an organisation.
pub const MAX_DOMAINS: usize = 20;

/// Seconds by which a provider's clock may differ from ours.
const LEEWAY_S: i64 = 60;

crate::vocabulary! {
    /// How the claim to a mail domain stands.
    DomainState {
        Claimed = "claimed", "확인 대기", "claimed";
        Approved = "approved", "확인됨", "approved";
        Refused = "refused", "거부됨", "refused";
    }
}

/// A mail domain that an organisation says is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailDomain {
    /// Identity.
    pub id: MailDomainId,
    /// Whose.
    pub organisation: OrganisationId,
    /// The part of an address after the `@`, in lower case.
    pub domain: String,
    /// What the organiser decided.
    pub state: DomainState,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// When the organiser decided.
    pub decided_at: Option<Timestamp>,
}

/// Mail services at which anybody gets an address: nobody's own domain.
const PUBLIC_DOMAINS: [&str; 16] = [
    "gmail.com",
    "googlemail.com",
    "naver.com",
    "daum.net",
    "hanmail.net",
    "kakao.com",
    "nate.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "icloud.com",
    "me.com",
    "yahoo.com",
    "yahoo.co.kr",
    "proton.me",
    "gmx.de",
];

/// Reads a mail domain that an organisation may claim.
///
/// # Errors
/// No domain, or a mail service at which anybody gets an address.
pub fn mail_domain(domain: &str) -> Result<String, Problem> {
    let address: Result<EmailAddress, _> = format!("x@{}", domain.trim()).parse();
    let invalid = |ko: &str, en: &str| Problem::at("domain", Code::Invalid, Message::new(ko, en));
    let address = address
        .map_err(|_| invalid("전자우편 도메인이 아닙니다.", "This is not a mail domain."))?;
    if PUBLIC_DOMAINS.contains(&address.domain()) {
        return Err(invalid(
            "누구나 쓸 수 있는 전자우편 도메인은 등록할 수 없습니다.",
            "Anybody gets an address in this domain; it cannot be claimed.",
        ));
    }
    Ok(address.domain().to_owned())
}

/// An organisation's identity provider. Its client secret is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityProvider {
    /// Whose.
    pub organisation: OrganisationId,
    /// What the provider calls itself: the `iss` of its tokens.
    pub issuer: String,
    /// What the provider calls us.
    pub client_id: String,
    /// As what somebody becomes a colleague at the first sign-in.
    pub default_role: Role,
    /// Whether its access tokens for our audience are accepted as bearer tokens.
    pub accepts_tokens: bool,
    /// Raised by one at every change.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What an administrator says of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderPlan {
    /// The issuer, an `https` address.
    pub issuer: String,
    /// Up to 200 characters.
    pub client_id: String,
    /// Member or reviewer: nobody becomes an administrator by signing in.
    pub default_role: Role,
    /// Whether access tokens are accepted.
    pub accepts_tokens: bool,
}

impl ProviderPlan {
    /// Checks every field but the address itself, which is checked where addresses are known.
    ///
    /// # Errors
    /// All the problems.
    pub fn check(&self) -> Result<(), Problems> {
        let mut check = Check::new();
        check.require(!self.issuer.is_empty(), || Problem::required("issuer"));
        check.at_most("issuer", self.issuer.chars().count(), 500);
        check.require(!self.client_id.trim().is_empty(), || {
            Problem::required("clientId")
        });
        check.at_most("clientId", self.client_id.chars().count(), 200);
        check.require(self.default_role != Role::Administrator, || {
            Problem::at(
                "defaultRole",
                Code::Invalid,
                Message::new(
                    "처음 로그인한 사람을 관리자로 등록할 수 없습니다.",
                    "Nobody becomes an administrator by signing in.",
                ),
            )
        });
        check.finish()
    }
}

/// What a token says, after its signature was checked against the provider's keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// Who says it.
    pub issuer: String,
    /// For whom.
    pub audience: Vec<String>,
    /// The party it was issued to, where the token says it.
    pub authorized_party: Option<String>,
    /// Seconds since 1970 from which on it no longer holds.
    pub expires_at: i64,
    /// Seconds since 1970 at which it was issued.
    pub issued_at: Option<i64>,
    /// Seconds since 1970 before which it does not hold yet.
    pub not_before: Option<i64>,
    /// What binds it to one sign-in.
    pub nonce: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// Whether the provider has checked it.
    pub email_verified: bool,
}

impl Claims {
    /// The address of the person, if the token may be believed: from this provider, for `audience`, in time, with
    /// `nonce` where one was sent, and with a checked address in one of the organisation's approved `domains`.
    ///
    /// After OpenID Connect Core 1.0, 3.1.3.7.
    ///
    /// # Errors
    /// What is wrong, for the log; the person is told nothing more than that it failed.
    pub fn person(
        &self,
        provider: &IdentityProvider,
        audience: &str,
        nonce: Option<&str>,
        domains: &[MailDomain],
        now: Timestamp,
    ) -> Result<EmailAddress, &'static str> {
        let now = now.timestamp();
        let leeway = TimeDelta::seconds(LEEWAY_S).num_seconds();
        if self.issuer != provider.issuer {
            return Err("another issuer");
        }
        if !self.audience.iter().any(|a| a == audience) {
            return Err("another audience");
        }
        if nonce.is_some() {
            // An ID token for several parties must say that it was issued to us; one that says a party, too.
            let alone = self.audience.len() == 1 && self.authorized_party.is_none();
            if !alone && self.authorized_party.as_deref() != Some(audience) {
                return Err("issued to another party");
            }
            if self.nonce.as_deref() != nonce {
                return Err("another nonce");
            }
        }
        if self.expires_at.saturating_add(leeway) <= now {
            return Err("expired");
        }
        let later = |at: Option<i64>| at.is_some_and(|at| at > now.saturating_add(leeway));
        if later(self.issued_at) || later(self.not_before) {
            return Err("not yet valid");
        }
        if !self.email_verified {
            return Err("the address is not verified");
        }
        let email = self.email.as_deref().ok_or("no address")?;
        let email: EmailAddress = email.parse().map_err(|_| "not an address")?;
        let ours = domains.iter().any(|d| {
            d.organisation == provider.organisation
                && d.state == DomainState::Approved
                && d.domain == email.domain()
        });
        if ours {
            Ok(email)
        } else {
            Err("the address lies in no approved domain")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_domain_is_nobodys_mail_service() {
        assert_eq!(
            mail_domain(" Hospital.Example ").as_deref(),
            Ok("hospital.example")
        );
        for bad in [
            "",
            "gmail.com",
            "NAVER.com",
            "kr",
            "a@b.kr",
            "https://b.kr",
            "b..kr",
        ] {
            assert!(mail_domain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_provider_makes_no_administrators() {
        let plan = ProviderPlan {
            issuer: "https://id.hospital.example".to_owned(),
            client_id: "matchday".to_owned(),
            default_role: Role::Member,
            accepts_tokens: false,
        };
        assert!(plan.check().is_ok());
        let administrator = ProviderPlan {
            default_role: Role::Administrator,
            ..plan
        };
        assert!(administrator.check().is_err());
    }

    #[test]
    fn a_token_is_believed_in_every_point_or_not_at_all() {
        let own = OrganisationId(Uuid::from_u128(1));
        let now = Timestamp::UNIX_EPOCH + TimeDelta::days(20_000);
        let provider = IdentityProvider {
            organisation: own,
            issuer: "https://id.hospital.example".to_owned(),
            client_id: "matchday".to_owned(),
            default_role: Role::Member,
            accepts_tokens: true,
            version: 1,
            updated_at: now,
        };
        let domain = |organisation, domain: &str, state| MailDomain {
            id: MailDomainId(Uuid::nil()),
            organisation,
            domain: domain.to_owned(),
            state,
            claimed_at: now,
            decided_at: None,
        };
        let other = OrganisationId(Uuid::from_u128(2));
        let domains = [
            domain(own, "hospital.example", DomainState::Approved),
            domain(own, "claimed.example", DomainState::Claimed),
            domain(other, "company.example", DomainState::Approved),
        ];
        let good = Claims {
            issuer: provider.issuer.clone(),
            audience: vec!["matchday".to_owned()],
            expires_at: now.timestamp() + 300,
            issued_at: Some(now.timestamp()),
            nonce: Some("n".to_owned()),
            email: Some("Kim@hospital.example".to_owned()),
            email_verified: true,
            ..Claims::default()
        };
        let judged =
            |claims: Claims| claims.person(&provider, "matchday", Some("n"), &domains, now);
        let with = |change: fn(&mut Claims)| {
            let mut claims = good.clone();
            change(&mut claims);
            judged(claims).map(|email| email.to_string())
        };
        assert_eq!(with(|_| ()), Ok("kim@hospital.example".to_owned()));
        assert_eq!(with(|c| c.issuer.push('/')), Err("another issuer"));
        assert_eq!(
            with(|c| c.audience = vec!["x".to_owned()]),
            Err("another audience")
        );
        assert_eq!(
            with(|c| c.audience.push("x".to_owned())),
            Err("issued to another party")
        );
        assert_eq!(
            with(|c| c.authorized_party = Some("x".to_owned())),
            Err("issued to another party")
        );
        assert_eq!(with(|c| c.nonce = None), Err("another nonce"));
        assert_eq!(with(|c| c.expires_at -= 361), Err("expired"));
        assert_eq!(
            with(|c| c.issued_at = c.issued_at.map(|at| at + 61)),
            Err("not yet valid")
        );
        assert_eq!(
            with(|c| c.not_before = c.issued_at.map(|at| at + 61)),
            Err("not yet valid")
        );
        assert_eq!(
            with(|c| c.email_verified = false),
            Err("the address is not verified")
        );
        for foreign in [
            "k@company.example",
            "k@claimed.example",
            "k@sub.hospital.example",
        ] {
            let mut claims = good.clone();
            claims.email = Some(foreign.to_owned());
            assert_eq!(
                judged(claims),
                Err("the address lies in no approved domain")
            );
        }
        // An access token carries no nonce and may be for several parties.
        let mut access = good.clone();
        access.nonce = None;
        access.audience.push("https://other.example".to_owned());
        assert!(
            access
                .person(&provider, "matchday", None, &domains, now)
                .is_ok()
        );
    }
}
