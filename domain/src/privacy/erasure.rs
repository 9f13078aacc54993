//! What becomes of the traces of a person who asks to be erased.
//!
//! The register below names every column that points to a person. A tombstone stays in the person's place: what an
//! organisation did remains, who did it does not. Columns that nobody has decided on fail a test.

use crate::id::OrganisationId;
use crate::organisation::{Membership, Role};
use crate::problem::{Code, Problem, Problems};
use crate::text::Message;

/// The name on a tombstone.
pub const ERASED_NAME: &str = "삭제된 사용자 / erased person";

/// The domain of a tombstone's address; `.invalid` receives nothing (RFC 2606).
pub const ERASED_DOMAIN: &str = "erased.invalid";

/// What becomes of rows that point to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They go.
    Deleted,
    /// They stay and point to the tombstone, because …
    Kept(Reason),
}

crate::vocabulary! {
    /// Why something stays.
    Reason {
        Meetings = "meetings", "상담 일정과 결과는 기관의 기록입니다.", "Meetings and their outcomes are the organisations' records.";
        Decisions = "decisions", "기관이 내린 결정의 기록입니다.", "It records what the organisation decided.";
        AccessLog = "access_log", "접속기록은 보존기간 동안 지울 수 없습니다.", "The access log has to be kept for its time.";
        FreeText = "free_text", "기관이 쓴 글은 기관의 것이라 남겨 둡니다.", "What an organisation wrote is the organisation's and stays.";
    }
}

/// A column that points to a person, and what becomes of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The table.
    pub table: &'static str,
    /// The column with the person's id.
    pub column: &'static str,
    /// What becomes of the rows.
    pub fate: Fate,
}

const fn trace(table: &'static str, column: &'static str, fate: Fate) -> Trace {
    Trace {
        table,
        column,
        fate,
    }
}

/// Every column that points to a person. A database that is behind may lack some of the tables.
pub const TRACES: [Trace; 14] = [
    trace("membership", "person_id", Fate::Deleted),
    trace("session", "person_id", Fate::Deleted),
    trace("calendar_feed", "person_id", Fate::Deleted),
    trace("idempotency", "person_id", Fate::Deleted),
    trace("api_key", "person_id", Fate::Deleted),
    trace("former_member", "person_id", Fate::Deleted),
    trace("delegate", "person_id", Fate::Kept(Reason::Meetings)),
    trace("arrangement", "created_by", Fate::Kept(Reason::Decisions)),
    trace("event_weights", "set_by", Fate::Kept(Reason::Decisions)),
    trace("arrangement_rules", "set_by", Fate::Kept(Reason::Decisions)),
    trace("pair_rule", "set_by", Fate::Kept(Reason::Decisions)),
    trace(
        "colleague_invitation",
        "invited_by",
        Fate::Kept(Reason::Decisions),
    ),
    trace("mail_domain", "decided_by", Fate::Kept(Reason::Decisions)),
    trace("access_log", "person_id", Fate::Kept(Reason::AccessLog)),
];

/// Columns with an address to which something was sent; their rows go.
pub const ADDRESSES: [(&str, &str); 2] = [("sign_in", "email"), ("colleague_invitation", "email")];

/// What a text of the service becomes once a person is erased: the address and the name, where it stands by itself, are
/// those of the tombstone. `None`: neither is in it.
pub fn rewrite(text: &str, name: &str, email: &str, placeholder: &str) -> Option<String> {
    let mut new = text.replace(email, placeholder);
    if !name.trim().is_empty() {
        new = replace_word(&new, name);
    }
    (new != text).then_some(new)
}

/// The name where no letter, digit or part of an address touches it: a short one may be part of another word.
fn replace_word(text: &str, name: &str) -> String {
    let touches = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '/' | '+');
    let (mut new, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let ends_sentence =
            after.starts_with('.') && !after[1..].starts_with(char::is_alphanumeric);
        let alone = !(before.ends_with(touches) || (before.is_empty() && new.ends_with(touches)))
            && (ends_sentence || !after.starts_with(touches));
        new.push_str(before);
        new.push_str(if alone { ERASED_NAME } else { name });
        rest = after;
    }
    new.push_str(rest);
    new
}

/// Whether a person may be erased. `places` are the organisations of the person, each with all its members.
///
/// # Errors
/// An organisation with others in it would be left without an administrator.
pub fn check(
    places: &[(OrganisationId, Message, Vec<Membership>)],
    own: &[Membership],
) -> Result<(), Problems> {
    let alone = |(organisation, _, members): &&(OrganisationId, Message, Vec<Membership>)| {
        let mine = |member: &Membership| own.iter().any(|own| own.id == member.id);
        let administers = |member: &Membership| member.role == Role::Administrator;
        let here = own
            .iter()
            .any(|own| own.organisation == *organisation && administers(own));
        let others = members.iter().any(|member| !mine(member));
        let another = members
            .iter()
            .any(|member| !mine(member) && administers(member));
        here && others && !another
    };
    let problems: Problems = places
        .iter()
        .filter(alone)
        .map(|(_, name, _)| {
            Problem::whole(
                Code::WrongState,
                Message::new(
                    format!(
                        "‘{}’의 마지막 관리자입니다. 다른 관리자를 먼저 지정하십시오.",
                        name.ko
                    ),
                    format!(
                        "This is the last administrator of “{}”: name another one first.",
                        name.en
                    ),
                ),
            )
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{MembershipId, PersonId};
    use uuid::Uuid;

    fn place(id: u128, role: Role) -> Membership {
        Membership {
            id: MembershipId(Uuid::from_u128(id)),
            person: PersonId(Uuid::from_u128(id)),
            organisation: OrganisationId(Uuid::from_u128(7)),
            role,
        }
    }

    #[test]
    fn a_name_goes_where_it_stands_by_itself() {
        let new = |text| rewrite(text, "김하나", "kim@x.kr", "e@erased.invalid");
        assert_eq!(
            new("참석: 김하나, 이두리"),
            Some(format!("참석: {ERASED_NAME}, 이두리"))
        );
        assert_eq!(
            new("김하나.").as_deref(),
            Some(format!("{ERASED_NAME}.").as_str())
        );
        assert_eq!(
            new("mailto:kim@x.kr").as_deref(),
            Some("mailto:e@erased.invalid")
        );
        assert_eq!(new("김하나은행"), None);
        assert_eq!(
            rewrite("kim.data@y.kr, kimchi", "kim", "kim@x.kr", "e"),
            None
        );
    }

    #[test]
    fn the_last_administrator_of_others_stays() {
        let good = |own: Role, others: &[Role]| {
            let own = place(1, own);
            let mut members = vec![own.clone()];
            members.extend((2..).zip(others).map(|(id, role)| place(id, *role)));
            let name = Message::new("누리병원", "Nuri");
            check(&[(own.organisation, name, members)], &[own]).is_ok()
        };
        use Role::{Administrator, Member, Reviewer};
        assert!(good(Administrator, &[]));
        assert!(!good(Administrator, &[Member, Reviewer]));
        assert!(good(Administrator, &[Member, Administrator]));
        assert!(good(Member, &[Member]));
    }
}
