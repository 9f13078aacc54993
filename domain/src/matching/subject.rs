//! What a scorer needs of each side, prepared once.

use super::words;
use crate::catalogue::{DataCategory, Offer, OfferContent};
use crate::demand::{Demand, DemandContent};
use crate::id::{DemandId, OfferId, OrganisationId};
use crate::organisation::Profile;
use crate::terminology::{ConditionCode, TermKind, Terminology};
use crate::use_conditions::Asker;
use std::collections::{BTreeMap, BTreeSet};

/// A demand, ready to be scored.
#[derive(Debug, Clone)]
pub struct DemandSubject {
    /// Which.
    pub id: DemandId,
    /// Its version.
    pub version: i32,
    /// Whose.
    pub organisation: OrganisationId,
    pub(super) content: DemandContent,
    pub(super) profile: Profile,
    pub(super) asker: Asker,
    /// Codes of the demand, or else those that its words suggest.
    pub(super) conditions: Vec<ConditionCode>,
    /// The codes are suggested by words and were never confirmed.
    pub(super) conditions_suggested: bool,
    pub(super) terms: BTreeMap<String, f64>,
}

/// An offer, ready to be scored.
#[derive(Debug, Clone)]
pub struct OfferSubject {
    /// Which.
    pub id: OfferId,
    /// Its version.
    pub version: i32,
    /// The hospital.
    pub organisation: OrganisationId,
    pub(super) content: OfferContent,
    pub(super) conditions: Vec<ConditionCode>,
    pub(super) terms: BTreeMap<String, f64>,
    pub(super) variable_terms: Vec<BTreeMap<String, f64>>,
}

/// What two subjects must share one of to be worth scoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The letter of an ICD-10 code.
    Letter(u8),
    /// A category of data.
    Category(DataCategory),
}

fn letters(codes: &[ConditionCode]) -> impl Iterator<Item = Key> + '_ {
    codes.iter().flat_map(|code| {
        let (first, last) = code.categories();
        let letter = |category: &str| category.bytes().next().unwrap_or(b'?');
        (letter(first)..=letter(last)).map(Key::Letter)
    })
}

impl DemandSubject {
    /// Prepares a demand.
    pub fn new(demand: &Demand, profile: &Profile, terminology: &Terminology) -> Self {
        let content = demand.content.clone();
        let mut conditions = content.conditions.clone();
        let conditions_suggested = conditions.is_empty();
        if conditions_suggested {
            for text in [&content.conditions_text, &content.title, &content.aim] {
                for coded in text.iter().flat_map(|text| terminology.code_text(text)) {
                    if coded.kind == TermKind::Condition {
                        conditions.extend(coded.codes.iter().filter_map(|code| code.parse().ok()));
                    }
                }
                if !conditions.is_empty() {
                    break;
                }
            }
            conditions.sort();
            conditions.dedup();
        }
        let mut terms = BTreeMap::new();
        for text in content.title.iter() {
            words::count(text, 3.0, &mut terms);
        }
        for text in content.aim.iter().chain(content.conditions_text.iter()) {
            words::count(text, 1.0, &mut terms);
        }
        for word in content
            .variables_required
            .iter()
            .chain(&content.variables_wished)
        {
            words::count(word, 1.0, &mut terms);
        }
        Self {
            id: demand.id,
            version: demand.version,
            organisation: demand.organisation,
            asker: Asker::of(&content, profile),
            content,
            profile: profile.clone(),
            conditions,
            conditions_suggested,
            terms,
        }
    }

    pub(super) fn keys(&self) -> BTreeSet<Key> {
        let content = &self.content;
        let kinds = content
            .data_kinds_required
            .iter()
            .chain(&content.data_kinds_any_of)
            .chain(&content.data_kinds_wished);
        letters(&self.conditions)
            .chain(kinds.map(|kind| Key::Category(kind.category())))
            .collect()
    }

    /// Whether the demand must not be seen by the hospital.
    pub(super) fn excludes(&self, hospital: OrganisationId) -> bool {
        self.content.excluded_organisations.contains(&hospital)
    }
}

impl OfferSubject {
    /// Prepares an offer.
    pub fn new(offer: &Offer, _profile: &Profile, _terminology: &Terminology) -> Self {
        let content = offer.content.clone();
        let mut conditions = content.conditions.clone();
        conditions.extend(content.counts.iter().map(|count| count.code.clone()));
        conditions.sort();
        conditions.dedup();
        let mut terms = BTreeMap::new();
        for text in content.title.iter() {
            words::count(text, 3.0, &mut terms);
        }
        for word in &content.keywords {
            words::count(word, 2.0, &mut terms);
        }
        for text in content.summary.iter() {
            words::count(text, 1.0, &mut terms);
        }
        for word in &content.variables {
            words::count(word, 1.0, &mut terms);
        }
        let variable_terms = content
            .variables
            .iter()
            .map(|word| words::terms(word))
            .collect();
        Self {
            id: offer.id,
            version: offer.version,
            organisation: offer.organisation,
            content,
            conditions,
            terms,
            variable_terms,
        }
    }

    pub(super) fn keys(&self) -> BTreeSet<Key> {
        let kinds = self
            .content
            .data_kinds
            .iter()
            .map(|kind| Key::Category(kind.category()));
        letters(&self.conditions).chain(kinds).collect()
    }
}
