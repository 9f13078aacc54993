//! People and their place in organisations.

use crate::id::{MembershipId, OrganisationId, PersonId};
use crate::text::Language;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An e-mail address, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// Not an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmail;

impl EmailAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    /// Reads `local@domain` with a dot in the domain or `localhost`; no quotes, spaces or control characters.
    fn from_str(s: &str) -> Result<Self, InvalidEmail> {
        let s = s.trim().to_lowercase();
        let (local, domain) = s.rsplit_once('@').ok_or(InvalidEmail)?;
        let label = |l: &str| {
            !l.is_empty()
                && l.len() <= 63
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let local_good = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b));
        let domain_good =
            domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label);
        if local_good && domain_good {
            Ok(Self(s))
        } else {
            Err(InvalidEmail)
        }
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Identity.
    pub id: PersonId,
    /// Where mail goes; unique.
    pub email: EmailAddress,
    /// How to address the person.
    pub name: String,
    /// The language of mails and messages.
    pub language: Language,
    /// When first seen.
    pub created_at: Timestamp,
}

crate::vocabulary! {
    /// What a person may do in an organisation.
    Role {
        Administrator = "administrator", "관리자", "administrator";
        Member = "member", "구성원", "member";
        Reviewer = "reviewer", "심사자", "reviewer";
    }
}

/// A person's place in an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Identity.
    pub id: MembershipId,
    /// Who.
    pub person: PersonId,
    /// Where.
    pub organisation: OrganisationId,
    /// As what.
    pub role: Role,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case_and_bare() {
        assert!(
            "Kim.Data@Hospital.example.KR"
                .parse::<EmailAddress>()
                .is_ok_and(|a| a.as_str() == "kim.data@hospital.example.kr")
        );
        for bad in [
            "",
            "a@b",
            "a b@c.kr",
            "a@b..kr",
            "Kim <a@b.kr>",
            "a@b.kr\r\nBcc: x@y.kr",
            "a@-b.kr",
            ".a@b.kr",
            "한글@b.kr",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad}");
        }
    }
}
