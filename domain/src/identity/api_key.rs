//! API keys: what a program of an organisation comes in with.

use crate::id::{ApiKeyId, OrganisationId, PersonId};
use crate::problem::{Check, Code, Problem, Problems};
use crate::text::Message;
use crate::time::Timestamp;
use chrono::TimeDelta;
use std::collections::BTreeSet;

crate::vocabulary! {
    /// What an API key may do, of what its creator may do. Every scope includes reading; nothing includes the care for
    /// keys, members, sessions and identity providers.
    Scope {
        Read = "read", "조회", "read";
        Catalogue = "catalogue", "데이터 제공 관리", "keep data offers";
        Demands = "demands", "데이터 수요 관리", "keep data demands";
        MatchingDay = "matching_day", "매칭데이 참가와 운영", "take part in and run matching days";
    }
}

/// What every key begins with, so that scanners of code and logs recognise it.
pub const KEY_PREFIX: &str = "mdk_";

/// Keys of an organisation that are good at the same time.
pub const MAX_KEYS: usize = 20;

/// The longest life of a key, in days.
pub const MAX_KEY_DAYS: i64 = 365;

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Identity.
    pub id: ApiKeyId,
    /// For which organisation it acts.
    pub organisation: OrganisationId,
    /// As whom it acts; it falls with this person's place in the organisation.
    pub creator: PersonId,
    /// What it is for, in the creator's words.
    pub name: String,
    /// Its last four characters, to recognise it by.
    pub hint: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Since when it is not good any more.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to a few minutes.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it is good.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyPlan {
    /// What it is for, up to 100 characters.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: BTreeSet<Scope>,
    /// Until when it is good: within [`MAX_KEY_DAYS`].
    pub expires_at: Timestamp,
}

impl ApiKeyPlan {
    /// Checks the plan; `good` tells how many keys of the organisation are good now.
    ///
    /// # Errors
    /// All the problems.
    pub fn check(&self, now: Timestamp, good: usize) -> Result<(), Problems> {
        let mut check = Check::new();
        check.require(!self.name.trim().is_empty(), || Problem::required("name"));
        check.prose("name", &self.name, 100);
        check.require(!self.scopes.is_empty(), || Problem::required("scopes"));
        let last = now + TimeDelta::days(MAX_KEY_DAYS);
        check.require(now < self.expires_at && self.expires_at <= last, || {
            Problem::at(
                "expiresAt",
                Code::OutOfRange,
                Message::new(
                    format!("만료 시각은 지금부터 {MAX_KEY_DAYS}일 이내여야 합니다."),
                    format!("A key must expire within {MAX_KEY_DAYS} days from now."),
                ),
            )
        });
        check.require(good < MAX_KEYS, || {
            Problem::whole(
                Code::Taken,
                Message::new(
                    format!("기관마다 API 키를 {MAX_KEYS}개까지 쓸 수 있습니다. 쓰지 않는 키를 먼저 폐기하십시오."),
                    format!("An organisation may have {MAX_KEYS} keys; revoke one first."),
                ),
            )
        });
        check.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(plan: &ApiKeyPlan, good: usize) -> Vec<(String, Code)> {
        let problems = plan.check(Timestamp::UNIX_EPOCH, good).err();
        let problems = problems.unwrap_or_default().into_iter();
        problems.map(|p| (p.path.join("."), p.code)).collect()
    }

    #[test]
    fn a_key_has_a_name_a_scope_and_an_end_within_a_year() {
        let good = ApiKeyPlan {
            name: "nightly export".to_owned(),
            scopes: BTreeSet::from([Scope::Read]),
            expires_at: Timestamp::UNIX_EPOCH + TimeDelta::days(MAX_KEY_DAYS),
        };
        assert_eq!(codes(&good, MAX_KEYS - 1), []);
        assert_eq!(codes(&good, MAX_KEYS), [(String::new(), Code::Taken)]);
        let bad = ApiKeyPlan {
            name: " ".to_owned(),
            scopes: BTreeSet::new(),
            expires_at: good.expires_at + TimeDelta::seconds(1),
        };
        let wanted = [
            ("name".to_owned(), Code::Required),
            ("scopes".to_owned(), Code::Required),
            ("expiresAt".to_owned(), Code::OutOfRange),
        ];
        assert_eq!(codes(&bad, 0), wanted);
        let past = ApiKeyPlan {
            expires_at: Timestamp::UNIX_EPOCH,
            ..good
        };
        assert_eq!(
            codes(&past, 0),
            [("expiresAt".to_owned(), Code::OutOfRange)]
        );
    }
}
