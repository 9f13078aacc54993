//! Tests of the gate.

mod laws;
mod local;
mod purpose;
mod restrictions;

use super::*;
use crate::catalogue::{AccessMode, DataKind};
use crate::demand::{DuoPurpose, IrbStatus};
use crate::organisation::LegalForm;

/// Everything said, everything willing: a company's lung-cancer study, commercial, in Korea, in a closed environment.
pub(super) fn company() -> Asker {
    Asker {
        institution_names: vec!["Case Asker Inc.".to_owned()],
        users: vec!["Kim".to_owned()],
        projects: vec!["Lung".to_owned()],
        legal_form: Some(LegalForm::ForProfit),
        commercial: Some(true),
        duo_purpose: Some(DuoPurpose::Ds),
        conditions: conditions(&["C34"]),
        methods_development: Some(false),
        uses_genotype: Some(false),
        ancestry_research: Some(false),
        clinical_care: Some(false),
        viewer_countries: vec![Country::korea()],
        processing_countries: vec![Country::korea()],
        foreign_parent: Some(false),
        access_modes: vec![AccessMode::ClosedOnsite, AccessMode::ClosedRemote],
        irb_status: Some(IrbStatus::Approved),
        willing_to_collaborate: Some(true),
        willing_to_publish: Some(true),
        willing_to_return_results: Some(true),
        use_months: Some(12),
        publish_by: None,
        data_kinds: vec![kind("structured.diagnosis")],
    }
}

pub(super) fn conditions(codes: &[&str]) -> Vec<ConditionCode> {
    codes.iter().map(|c| c.parse().unwrap()).collect()
}

pub(super) fn kind(code: &str) -> DataKind {
    code.parse().unwrap()
}

pub(super) fn country(code: &str) -> Country {
    Country::new(code).unwrap()
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A policy that permits commercial use and has these modifiers.
pub(super) fn policy(permission: Permission, modifiers: &[Modifier]) -> UsePolicy {
    let mut modifiers = modifiers.to_vec();
    modifiers.push(Modifier::CommercialOk);
    UsePolicy {
        permission: Some(permission),
        modifiers,
        ..UsePolicy::default()
    }
}

pub(super) fn hmb(modifiers: &[Modifier]) -> UsePolicy {
    policy(Permission::Hmb, modifiers)
}

pub(super) fn ds(codes: &[&str]) -> UsePolicy {
    UsePolicy {
        permission_conditions: conditions(codes),
        ..policy(Permission::Ds, &[])
    }
}

pub(super) fn outcome(asker: &Asker, policies: &[UsePolicy]) -> GateOutcome {
    let terms = OfferTerms {
        policies,
        access_modes: &[AccessMode::ClosedOnsite, AccessMode::ClosedRemote],
        data_kinds: &[],
    };
    decide(asker, terms, Terminology::standard())
}

/// The decision and the rule that made it.
pub(super) fn gate(asker: &Asker, policy: &UsePolicy) -> (Decision, String) {
    let got = outcome(asker, std::slice::from_ref(policy));
    (got.decision, got.deciding_rule)
}

#[track_caller]
pub(super) fn expect(asker: &Asker, policy: &UsePolicy, decision: Decision, rule: &str) {
    assert_eq!(gate(asker, policy), (decision, rule.to_owned()));
}

/// The base asker with one change.
pub(super) fn but(change: impl FnOnce(&mut Asker)) -> Asker {
    let mut asker = company();
    change(&mut asker);
    asker
}
