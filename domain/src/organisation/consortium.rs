//! Consortia of hospitals, with dated membership and dated lead.

use crate::id::{ConsortiumId, OrganisationId};
use crate::text::Text;
use chrono::NaiveDate;

crate::vocabulary! {
    /// A hospital's part in a consortium.
    ConsortiumRole {
        Lead = "lead", "주관기관", "lead";
        Member = "member", "참여기관", "member institution";
    }
}

/// A consortium of hospitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consortium {
    /// Identity.
    pub id: ConsortiumId,
    /// Its name.
    pub name: Text,
}

/// A hospital's part in a consortium over a span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsortiumMember {
    /// The consortium.
    pub consortium: ConsortiumId,
    /// The hospital.
    pub organisation: OrganisationId,
    /// Lead or member.
    pub role: ConsortiumRole,
    /// First day.
    pub from: NaiveDate,
    /// First day on which it no longer holds; absent while it lasts.
    pub until: Option<NaiveDate>,
}

impl ConsortiumMember {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}
