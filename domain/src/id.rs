//! Typed identifiers: an offer's id cannot be passed where a demand's is wanted.
//!
//! All are UUIDs; their readable global form is `offer:01890a5d-…` (see [`GlobalId`]).

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal as $node:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub Uuid);

            impl $name {
                /// The word before the colon of the global form.
                pub const PREFIX: &'static str = $prefix;
            }

            impl From<Uuid> for $name {
                fn from(id: Uuid) -> Self {
                    Self(id)
                }
            }

            impl From<$name> for Uuid {
                fn from(id: $name) -> Self {
                    id.0
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{}:{}", $prefix, self.0)
                }
            }

            impl std::str::FromStr for $name {
                type Err = InvalidId;
                fn from_str(s: &str) -> Result<Self, InvalidId> {
                    let (prefix, id) = s.split_once(':').ok_or(InvalidId::Malformed)?;
                    let id = parse_uuid(id).ok_or(InvalidId::Malformed)?;
                    if prefix == $prefix { Ok(Self(id)) } else { Err(InvalidId::OfAnotherType { wanted: $node }) }
                }
            }
        )*

        /// An identifier of any type, as `node(id)` receives it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum GlobalId { $(#[doc = concat!("A ", $node, ".")] $name($name),)* }

        impl std::str::FromStr for GlobalId {
            type Err = InvalidId;
            fn from_str(s: &str) -> Result<Self, InvalidId> {
                match s.split_once(':').map(|(prefix, _)| prefix) {
                    $(Some($prefix) => s.parse().map(Self::$name),)*
                    _ => Err(InvalidId::Malformed),
                }
            }
        }
    };
}

ids! {
    /// An organisation.
    OrganisationId = "organisation" as "organisation";
    /// A person.
    PersonId = "person" as "person";
    /// A person's place in an organisation.
    MembershipId = "membership" as "membership";
    /// A consortium of hospitals.
    ConsortiumId = "consortium" as "consortium";
    /// A data offer.
    OfferId = "offer" as "data offer";
    /// A data demand.
    DemandId = "demand" as "data demand";
    /// A scored pair of demand and offer.
    MatchId = "match" as "match";
    /// A matching day.
    MatchingDayId = "matching-day" as "matching day";
    /// An organisation's registration for a matching day.
    RegistrationId = "registration" as "registration";
    /// A person whom an organisation sends to a matching day.
    DelegateId = "delegate" as "delegate";
    /// A wish of one organisation to meet another.
    MeetingRequestId = "meeting-request" as "meeting request";
    /// One run of the arrangement.
    ArrangementId = "arrangement" as "arrangement";
    /// A meeting of a timetable.
    MeetingId = "meeting" as "meeting";
    /// A line of the access log.
    AccessLineId = "access" as "line of the access log";
    /// A signed-in session.
    SessionId = "session" as "session";
    /// An API key.
    ApiKeyId = "api-key" as "API key";
    /// An invitation of a colleague.
    ColleagueInvitationId = "colleague-invitation" as "invitation of a colleague";
    /// The claim of an organisation to a mail domain.
    MailDomainId = "mail-domain" as "mail domain";
}

/// Why a string is not the identifier that was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// No `type:uuid` form.
    #[error("not an identifier")]
    Malformed,
    /// A well-formed identifier of another type of object.
    #[error("not an identifier of a {wanted}")]
    OfAnotherType {
        /// The type that was wanted.
        wanted: &'static str,
    },
}

/// Only the hyphenated lower-case form: one object has one global id.
fn parse_uuid(s: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(s).ok()?;
    (id.hyphenated().to_string() == s).then_some(id)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_refuses_other_types_and_forms() {
        let id = OfferId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<OfferId>().unwrap(), id);
        assert_eq!(
            id.to_string().parse::<GlobalId>().unwrap(),
            GlobalId::OfferId(id)
        );
        assert_eq!(
            id.to_string().parse::<DemandId>(),
            Err(InvalidId::OfAnotherType {
                wanted: "data demand"
            })
        );
        for bad in [
            "",
            "offer:",
            "offer:1",
            "💥",
            "offer:0000000000000000000000000000000A",
        ] {
            assert_eq!(bad.parse::<OfferId>(), Err(InvalidId::Malformed), "{bad}");
        }
    }
}
