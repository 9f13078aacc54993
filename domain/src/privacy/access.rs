//! Who looked at whose data, or changed them: lines that are only ever added.
//!
//! Who signs in, or is refused, leaves a line at each organisation that the person belongs to; one that is nobody's where
//! there is none. One line for a request, a kind of thing and an owner, however many fields were read. A look is worth a line where it
//! goes beyond what the owner shows to every verified organisation, and the viewer is another organisation; every
//! change is. The address is kept as a network: who investigates finds the organisation by it, nobody the desk.

use crate::id::{AccessLineId, MatchingDayId, OrganisationId, PersonId};
use crate::time::Timestamp;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Persons above which lines are kept for two years (안전성 확보조치 기준 제8조: 5만 명 이상).
pub const MANY_PERSONS: u64 = 50_000;

/// Most objects that a line names; a page has no more.
pub const MAX_OBJECTS: usize = 100;

crate::vocabulary! {
    /// What was looked at or changed.
    AccessResource {
        Organisation = "organisation", "기관", "organisation";
        Membership = "membership", "구성원", "colleague";
        Person = "person", "개인", "person";
        Offer = "offer", "데이터 제공", "data offer";
        Demand = "demand", "데이터 수요", "data demand";
        Match = "match", "매칭", "match";
        MatchingDay = "matching_day", "매칭데이", "matching day";
        Registration = "registration", "참가 등록", "registration";
        Delegate = "delegate", "참가자", "delegate";
        MeetingRequest = "meeting_request", "상담 신청", "meeting request";
        Arrangement = "arrangement", "주선", "arrangement";
        Meeting = "meeting", "상담", "meeting";
        Report = "report", "보고서", "report";
    }
}

crate::vocabulary! {
    /// What was done.
    AccessDeed {
        Read = "read", "조회", "read";
        Change = "change", "변경", "changed";
        SignIn = "sign_in", "로그인", "signed in";
        SignInRefused = "sign_in_refused", "로그인 거부", "sign-in refused";
    }
}

/// That somebody read or changed what belongs to an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLine {
    /// Identity; ids grow with time.
    pub id: AccessLineId,
    /// When.
    pub at: Timestamp,
    /// Who; nobody where the operator did it on the machine itself, or where a sign-in was refused: whoever tried, it was
    /// not proven who.
    pub person: Option<PersonId>,
    /// For which organisation.
    pub acting: Option<OrganisationId>,
    /// From which network: `192.0.2.0/24`.
    pub network: Option<String>,
    /// Whose data; none where somebody signs in who belongs to no organisation.
    pub owner: Option<OrganisationId>,
    /// At which matching day, if it was about one.
    pub event: Option<MatchingDayId>,
    /// What kind of thing.
    pub resource: AccessResource,
    /// What was done.
    pub deed: AccessDeed,
    /// By which operations of the interface: `updateDemand`, `matchingDay, node`.
    pub operation: String,
    /// Which things, at most [`MAX_OBJECTS`].
    pub objects: Vec<uuid::Uuid>,
}

/// How much of an address is kept, in bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefixes {
    /// Of an IPv4 address, 0 to 32.
    pub v4: u32,
    /// Of an IPv6 address, 0 to 128.
    pub v6: u32,
}

impl Default for Prefixes {
    fn default() -> Self {
        Self { v4: 24, v6: 48 }
    }
}

impl Prefixes {
    /// The network of an address: `192.0.2.0/24`, `2001:db8:7::/48`.
    pub fn network(self, address: IpAddr) -> String {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let bits = self.v4.min(32);
                let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
                format!("{}/{bits}", Ipv4Addr::from(u32::from(address) & mask))
            }
            IpAddr::V6(address) => {
                let bits = self.v6.min(128);
                let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
                format!("{}/{bits}", Ipv6Addr::from(u128::from(address) & mask))
            }
        }
    }
}

/// For how long lines are kept, in years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(u32);

impl Retention {
    /// What the operator wants, and never less than the law: one year, two above [`MANY_PERSONS`] persons.
    pub fn of(wanted: u32, persons: u64) -> Self {
        let least = if persons > MANY_PERSONS { 2 } else { 1 };
        Self(wanted.max(least))
    }

    /// Years.
    pub fn years(self) -> u32 {
        self.0
    }

    /// What is older may go: the same day so many years ago.
    pub fn since(self, now: Timestamp) -> Timestamp {
        let months = chrono::Months::new(12 * self.0);
        now.checked_sub_months(months).unwrap_or(Timestamp::MIN_UTC)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_its_network() {
        let seen = |address: &str, v4, v6| Prefixes { v4, v6 }.network(address.parse().unwrap());
        assert_eq!(seen("192.0.2.77", 24, 48), "192.0.2.0/24");
        assert_eq!(seen("::ffff:192.0.2.77", 24, 48), "192.0.2.0/24");
        assert_eq!(seen("2001:db8:7:9::1", 24, 48), "2001:db8:7::/48");
        assert_eq!(seen("192.0.2.77", 0, 0), "0.0.0.0/0");
        assert_eq!(seen("2001:db8::1", 0, 0), "::/0");
        assert_eq!(seen("192.0.2.77", 32, 128), "192.0.2.77/32");
    }

    #[test]
    fn nobody_keeps_lines_for_less_than_the_law_wants() {
        assert_eq!(Retention::of(0, 1).years(), 1);
        assert_eq!(Retention::of(1, MANY_PERSONS).years(), 1);
        assert_eq!(Retention::of(1, MANY_PERSONS + 1).years(), 2);
        assert_eq!(Retention::of(5, MANY_PERSONS + 1).years(), 5);
        let now = "2028-02-29T12:00:00Z".parse().unwrap();
        let since = Retention::of(1, 1).since(now).to_rfc3339();
        assert_eq!(since, "2027-02-28T12:00:00+00:00");
    }
}
