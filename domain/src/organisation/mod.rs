//! Organisations, the people who act for them, and the consortia of hospitals.

mod consortium;
mod person;
mod roster;

pub use consortium::{Consortium, ConsortiumMember, ConsortiumRole};
pub use person::{EmailAddress, InvalidEmail, Membership, Person, Role};
pub use roster::{depart, give_role};

use crate::catalogue::Country;
use crate::id::OrganisationId;
use crate::problem::{Check, Code, Problem, Problems};
use crate::text::{Message, Text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// What an organisation is.
    OrganisationKind {
        Company = "company", "기업", "company";
        ResearchInstitute = "research_institute", "연구기관", "research institute";
        University = "university", "대학", "university";
        Hospital = "hospital", "병원", "hospital";
        Organiser = "organiser", "운영기관", "organiser";
        Observer = "observer", "참관기관", "observer";
    }
}

impl OrganisationKind {
    /// Posts demands.
    pub fn demands(self) -> bool {
        matches!(
            self,
            Self::Company | Self::ResearchInstitute | Self::University
        )
    }

    /// Lists offers.
    pub fn offers(self) -> bool {
        self == Self::Hospital
    }
}

crate::vocabulary! {
    /// The size of a firm, as the budget rules know it.
    FirmSize {
        Micro = "micro", "소상공인", "micro";
        Small = "small", "소기업", "small";
        Medium = "medium", "중기업", "medium";
        Large = "large", "대기업", "large";
        NotApplicable = "not_applicable", "해당 없음", "not applicable";
    }
}

crate::vocabulary! {
    /// Whether an organisation works for profit.
    LegalForm {
        ForProfit = "for_profit", "영리", "for profit";
        NotForProfit = "not_for_profit", "비영리", "not for profit";
    }
}

crate::vocabulary! {
    /// The tier of a hospital in the Korean health-care delivery system.
    HospitalTier {
        Tertiary = "tertiary", "상급종합병원", "tertiary hospital";
        General = "general", "종합병원", "general hospital";
        Specialised = "specialised", "전문병원", "specialised hospital";
    }
}

crate::vocabulary! {
    /// A province or metropolitan city of Korea, or abroad.
    Region {
        Seoul = "seoul", "서울", "Seoul";
        Busan = "busan", "부산", "Busan";
        Daegu = "daegu", "대구", "Daegu";
        Incheon = "incheon", "인천", "Incheon";
        Gwangju = "gwangju", "광주", "Gwangju";
        Daejeon = "daejeon", "대전", "Daejeon";
        Ulsan = "ulsan", "울산", "Ulsan";
        Sejong = "sejong", "세종", "Sejong";
        Gyeonggi = "gyeonggi", "경기", "Gyeonggi";
        Gangwon = "gangwon", "강원", "Gangwon";
        Chungbuk = "chungbuk", "충북", "North Chungcheong";
        Chungnam = "chungnam", "충남", "South Chungcheong";
        Jeonbuk = "jeonbuk", "전북", "North Jeolla";
        Jeonnam = "jeonnam", "전남", "South Jeolla";
        Gyeongbuk = "gyeongbuk", "경북", "North Gyeongsang";
        Gyeongnam = "gyeongnam", "경남", "South Gyeongsang";
        Jeju = "jeju", "제주", "Jeju";
        Abroad = "foreign", "국외", "abroad";
    }
}

impl Region {
    /// Seoul, Incheon and Gyeonggi.
    pub fn is_capital_area(self) -> bool {
        matches!(self, Self::Seoul | Self::Incheon | Self::Gyeonggi)
    }
}

crate::vocabulary! {
    /// Whether the organiser has verified an organisation; before that it cannot act.
    Verification {
        Pending = "pending", "확인 대기", "pending";
        Verified = "verified", "확인됨", "verified";
        Suspended = "suspended", "정지", "suspended";
    }
}

/// What an organisation says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What it is.
    pub kind: OrganisationKind,
    /// Its name, in one language at least.
    pub name: Text,
    /// Where it sits.
    pub region: Option<Region>,
    /// The country of its seat.
    pub country: Country,
    /// A company's size.
    #[serde(default)]
    pub firm_size: Option<FirmSize>,
    /// For profit or not.
    #[serde(default)]
    pub legal_form: Option<LegalForm>,
    /// Whether its parent company sits abroad.
    #[serde(default)]
    pub foreign_parent: Option<bool>,
    /// A hospital's tier.
    #[serde(default)]
    pub tier: Option<HospitalTier>,
    /// A hospital's beds.
    #[serde(default)]
    pub beds: Option<i64>,
    /// Whether a hospital is a designated medical data-centred hospital.
    #[serde(default)]
    pub designated: bool,
}

impl Profile {
    /// Checks every field.
    ///
    /// # Errors
    /// All the problems.
    pub fn check(&self) -> Result<(), Problems> {
        let mut check = Check::new();
        check.require(!self.name.is_empty(), || Problem::required("name"));
        check.text("name", &self.name, 200);
        check.require(self.country.is_known(), || {
            Problem::unknown_code("country", self.country.code())
        });
        check.range("beds", self.beds, 0, 20_000);
        check.require(
            !self.designated || self.kind == OrganisationKind::Hospital,
            || {
                Problem::at(
                    "designated",
                    Code::Invalid,
                    Message::new(
                        "병원만 지정될 수 있습니다.",
                        "Only a hospital can be designated.",
                    ),
                )
            },
        );
        check.finish()
    }
}

/// A company, institute, hospital, organiser or observer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its identity.
    pub id: OrganisationId,
    /// What it says of itself.
    pub profile: Profile,
    /// Whether it may act.
    pub verification: Verification,
    /// Raised by one at every change.
    pub version: i32,
    /// The record it was imported from, unique in the service.
    pub source_ref: Option<String>,
    /// When it was first saved.
    pub created_at: Timestamp,
}

impl Organisation {
    /// A new organisation, waiting for the organiser.
    ///
    /// # Errors
    /// What is wrong with the profile.
    pub fn apply(id: OrganisationId, profile: Profile, now: Timestamp) -> Result<Self, Problems> {
        profile.check()?;
        let verification = Verification::Pending;
        Ok(Self {
            id,
            profile,
            verification,
            version: 1,
            source_ref: None,
            created_at: now,
        })
    }

    /// Replaces what it says of itself; unchanged, not even the version changes. What was verified, its kind and its
    /// designation, stays.
    ///
    /// # Errors
    /// A stale version, another kind or designation, or what is wrong with the profile.
    pub fn revise(&mut self, read_version: i32, profile: Profile) -> Result<(), Problems> {
        if read_version != self.version {
            return Err(Problem::stale(self.version).into());
        }
        profile.check()?;
        let mut check = Check::new();
        let mut fixed = |field, same: bool| {
            check.require(same, || {
                Problem::at(
                    field,
                    Code::Forbidden,
                    Message::new(
                        "확인된 항목이라 바꿀 수 없습니다.",
                        "This has been verified and cannot be changed.",
                    ),
                )
            });
        };
        fixed("kind", profile.kind == self.profile.kind);
        fixed("designated", profile.designated == self.profile.designated);
        check.finish()?;
        if profile != self.profile {
            self.profile = profile;
            self.version += 1;
        }
        Ok(())
    }

    /// The organiser's decision.
    ///
    /// # Errors
    /// A stale version.
    pub fn verify(&mut self, read_version: i32, verification: Verification) -> Result<(), Problem> {
        if read_version != self.version {
            return Err(Problem::stale(self.version));
        }
        if self.verification != verification {
            self.verification = verification;
            self.version += 1;
        }
        Ok(())
    }
}
