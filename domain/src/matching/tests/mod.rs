//! Tests of matching.

mod criteria;
mod feasibility;
mod feedback;
pub(super) mod index;
mod laws;
mod report;
mod reweigh;
mod telling;
mod unconfirmed;
mod upkeep;

use super::*;
use crate::catalogue::{Country, DataKind, OfferContent};
use crate::demand::DemandContent;
use crate::id::{DemandId, OfferId, OrganisationId};
use crate::organisation::{OrganisationKind, Profile, Region};
use crate::terminology::{ConditionCode, Terminology};
use crate::text::Text;
use chrono::NaiveDate;
use uuid::Uuid;

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(in crate::matching) fn today() -> NaiveDate {
    day("2026-11-15")
}

pub(super) fn codes(list: &[&str]) -> Vec<ConditionCode> {
    list.iter().map(|code| code.parse().unwrap()).collect()
}

pub(super) fn kinds(list: &[&str]) -> Vec<DataKind> {
    list.iter().map(|code| code.parse().unwrap()).collect()
}

pub(super) fn profile() -> Profile {
    Profile {
        kind: OrganisationKind::Company,
        name: Text::new(Some("가나"), None),
        region: Some(Region::Seoul),
        country: Country::korea(),
        firm_size: None,
        legal_form: None,
        foreign_parent: None,
        tier: None,
        beds: None,
        designated: false,
    }
}

pub(super) fn demand_of(id: u128, content: DemandContent) -> DemandSubject {
    DemandSubject::new(
        DemandId(Uuid::from_u128(id)),
        1,
        OrganisationId(Uuid::from_u128(1)),
        profile(),
        content,
        Terminology::standard(),
    )
}

pub(super) fn offer_of(id: u128, content: OfferContent) -> OfferSubject {
    OfferSubject::new(
        OfferId(Uuid::from_u128(id)),
        1,
        OrganisationId(Uuid::from_u128(100 + id % 5)),
        Some(Region::Busan),
        content,
        Terminology::standard(),
    )
}

pub(super) fn demand(change: impl FnOnce(&mut DemandContent)) -> DemandSubject {
    let mut content = DemandContent::default();
    change(&mut content);
    demand_of(1, content)
}

pub(super) fn offer(change: impl FnOnce(&mut OfferContent)) -> OfferSubject {
    let mut content = OfferContent::default();
    change(&mut content);
    offer_of(1, content)
}

pub(in crate::matching) fn scored(demand: &DemandSubject, offer: &OfferSubject) -> Match {
    score(
        demand,
        offer,
        &Weights::default(),
        &TextModel::default(),
        Terminology::standard(),
        today(),
    )
    .unwrap()
}
