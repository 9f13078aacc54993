//! What a scorer needs of each side, prepared once: codes, kinds, tokens.

use super::tokens::{has_hangul, number, tokens};
use crate::catalogue::{DataKind, OfferContent};
use crate::demand::DemandContent;
use crate::id::{DemandId, OfferId, OrganisationId};
use crate::organisation::{Profile, Region};
use crate::suggestion::{unconfirmed_conditions, unconfirmed_kinds};
use crate::terminology::{ConditionCode, Terminology};
use crate::use_conditions::Asker;
use std::collections::BTreeMap;

/// Weight of a token by the field it stands in (matching design, criterion 8).
const IN_TITLE: u32 = 3;
const IN_KEYWORDS: u32 = 2;
const IN_BODY: u32 = 1;

/// A token of a demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DemandTerm {
    /// The token's number.
    pub(super) token: u64,
    /// Its weight in the demand.
    pub(super) weight: u32,
    /// The word it comes from.
    pub(super) word: String,
}

/// A variable that a demand names, as tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) tokens: Vec<u64>,
    /// Written in Korean words.
    pub(super) korean: bool,
    /// Written in English words, not only in acronyms.
    pub(super) english: bool,
}

/// A demand as a scorer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemandSubject {
    /// Its identity.
    pub id: DemandId,
    /// The version that is scored.
    pub version: i32,
    /// Who needs the data.
    pub organisation: OrganisationId,
    /// What that organisation says of itself.
    pub profile: Profile,
    /// What the demand says.
    pub content: DemandContent,
    /// The stated conditions and the unconfirmed ones.
    conditions: Vec<ConditionCode>,
    unconfirmed_conditions: Vec<ConditionCode>,
    /// The required kinds and the unconfirmed ones.
    required_kinds: Vec<DataKind>,
    unconfirmed_kinds: Vec<DataKind>,
    /// Kinds that would touch any of the demanded ones, as bits.
    touching_kinds: u64,
    /// Sorted by token.
    terms: Vec<DemandTerm>,
    required: Vec<Variable>,
    wished: Vec<Variable>,
}

/// An offer as a scorer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferSubject {
    /// Its identity.
    pub id: OfferId,
    /// The version that is scored.
    pub version: i32,
    /// The hospital.
    pub hospital: OrganisationId,
    /// Where the hospital sits.
    pub region: Option<Region>,
    /// What the offer says.
    pub content: OfferContent,
    /// The stated and counted conditions and the unconfirmed ones.
    conditions: Vec<ConditionCode>,
    unconfirmed_conditions: Vec<ConditionCode>,
    kinds: Vec<DataKind>,
    unconfirmed_kinds: Vec<DataKind>,
    kind_bits: u64,
    /// Weighted counts by token, sorted by token.
    terms: Vec<(u64, u32)>,
    length: u32,
    korean: bool,
    english: bool,
}

/// Adds the tokens of a text to a bag; a concept of the thesaurus counts as a token of its own, in any language.
fn add(
    bag: &mut BTreeMap<u64, (u32, String)>,
    text: &str,
    weight: u32,
    terminology: &Terminology,
) -> u32 {
    let mut length = 0;
    for token in tokens(text) {
        length += weight;
        bag.entry(number(&token.form)).or_insert((0, token.word)).0 += weight;
    }
    for term in terminology.code_text(text) {
        for code in &term.codes {
            bag.entry(number(&format!("#{code}")))
                .or_insert_with(|| (0, term.matched.clone()))
                .0 += weight;
        }
    }
    length
}

fn sorted(mut codes: Vec<ConditionCode>) -> Vec<ConditionCode> {
    codes.sort();
    codes.dedup();
    codes
}

/// A kind's place among all kinds, as a bit; there are fewer than 64.
fn bit(kind: DataKind) -> u64 {
    DataKind::all()
        .position(|other| other == kind)
        .map_or(0, |place| 1 << (place % 64))
}

/// Kinds that serve a demanded one, at least in part.
fn touching(kind: DataKind) -> u64 {
    DataKind::all()
        .filter(|offered| super::criteria::data_kinds::credit(kind, *offered) > 0.0)
        .fold(0, |bits, offered| bits | bit(offered))
}

fn variables(names: &[String]) -> Vec<Variable> {
    names
        .iter()
        .map(|name| {
            let mut found: Vec<u64> = tokens(name).iter().map(|t| number(&t.form)).collect();
            found.sort_unstable();
            found.dedup();
            Variable {
                name: name.clone(),
                tokens: found,
                korean: has_hangul(name),
                // Acronyms (`HER2`, `PD-L1 TPS`) are the same in both languages.
                english: name
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .any(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase())),
            }
        })
        .collect()
}

impl DemandSubject {
    /// Prepares a demand.
    pub fn new(
        id: DemandId,
        version: i32,
        organisation: OrganisationId,
        profile: Profile,
        content: DemandContent,
        terminology: &Terminology,
    ) -> Self {
        let unconfirmed_conditions = unconfirmed_conditions(&content, terminology);
        let conditions = sorted([&content.conditions[..], &unconfirmed_conditions].concat());
        let unconfirmed_kinds = unconfirmed_kinds(&content, terminology);
        let required_kinds = [&content.data_kinds_required[..], &unconfirmed_kinds].concat();
        let mut bag = BTreeMap::new();
        for text in content.title.iter() {
            add(&mut bag, text, IN_TITLE, terminology);
        }
        for text in content.conditions_text.iter() {
            add(&mut bag, text, IN_KEYWORDS, terminology);
        }
        for name in content
            .variables_required
            .iter()
            .chain(&content.variables_wished)
        {
            add(&mut bag, name, IN_KEYWORDS, terminology);
        }
        for text in content
            .aim
            .iter()
            .chain(content.population.inclusion.iter())
        {
            add(&mut bag, text, IN_BODY, terminology);
        }
        let terms = bag
            .into_iter()
            .map(|(token, (weight, word))| DemandTerm {
                token,
                weight: weight.min(IN_TITLE),
                word,
            })
            .collect();
        let touching_kinds = required_kinds
            .iter()
            .chain(&content.data_kinds_any_of)
            .chain(&content.data_kinds_wished)
            .fold(0, |bits, kind| bits | touching(*kind));
        Self {
            id,
            version,
            organisation,
            profile,
            conditions,
            unconfirmed_conditions,
            required_kinds,
            unconfirmed_kinds,
            touching_kinds,
            terms,
            required: variables(&content.variables_required),
            wished: variables(&content.variables_wished),
            content,
        }
    }

    /// The conditions to compare: those stated, and unconfirmed ones where none but confirmed ones are stated.
    pub fn conditions(&self) -> &[ConditionCode] {
        &self.conditions
    }

    /// Those conditions that were read from words and not confirmed.
    pub fn unconfirmed_conditions(&self) -> &[ConditionCode] {
        &self.unconfirmed_conditions
    }

    /// The kinds that must all be there: those stated, and unconfirmed ones where none but confirmed ones are stated.
    pub(super) fn required_kinds(&self) -> &[DataKind] {
        &self.required_kinds
    }

    /// Those kinds that were read from words and not confirmed.
    pub(super) fn unconfirmed_kinds(&self) -> &[DataKind] {
        &self.unconfirmed_kinds
    }

    /// Whether any kind of data is named.
    pub(super) fn names_kinds(&self) -> bool {
        self.touching_kinds != 0
    }

    /// Every kind named.
    pub(super) fn kinds(&self) -> impl Iterator<Item = DataKind> {
        self.required_kinds
            .iter()
            .chain(&self.content.data_kinds_any_of)
            .chain(&self.content.data_kinds_wished)
            .copied()
    }

    /// Whether an offer has a kind that touches one named here.
    pub(super) fn kinds_touch(&self, offer: &OfferSubject) -> bool {
        self.touching_kinds & offer.kind_bits != 0
    }

    pub(super) fn terms(&self) -> &[DemandTerm] {
        &self.terms
    }

    pub(super) fn required_variables(&self) -> &[Variable] {
        &self.required
    }

    pub(super) fn wished_variables(&self) -> &[Variable] {
        &self.wished
    }
}

impl OfferSubject {
    /// Prepares an offer.
    pub fn new(
        id: OfferId,
        version: i32,
        hospital: OrganisationId,
        region: Option<Region>,
        content: OfferContent,
        terminology: &Terminology,
    ) -> Self {
        let unconfirmed_conditions = unconfirmed_conditions(&content, terminology);
        let conditions = sorted(
            content
                .conditions
                .iter()
                .chain(content.counts.iter().map(|count| &count.code))
                .chain(&unconfirmed_conditions)
                .cloned()
                .collect(),
        );
        let unconfirmed_kinds = unconfirmed_kinds(&content, terminology);
        let mut kinds = [&content.data_kinds[..], &unconfirmed_kinds].concat();
        kinds.sort_unstable();
        kinds.dedup();
        let mut bag = BTreeMap::new();
        let mut length = 0;
        for text in content.title.iter() {
            length += add(&mut bag, text, IN_TITLE, terminology);
        }
        for word in content.keywords.iter().chain(&content.variables) {
            length += add(&mut bag, word, IN_KEYWORDS, terminology);
        }
        for text in content.summary.iter() {
            length += add(&mut bag, text, IN_BODY, terminology);
        }
        let mut terms: Vec<(u64, u32)> = bag
            .into_iter()
            .map(|(token, (count, _))| (token, count))
            .collect();
        terms.shrink_to_fit();
        let korean = content
            .title
            .iter()
            .chain(content.summary.iter())
            .chain(content.variables.iter().map(String::as_str))
            .any(has_hangul);
        let english = content.title.en.is_some() || content.summary.en.is_some();
        Self {
            id,
            version,
            hospital,
            region,
            conditions,
            unconfirmed_conditions,
            unconfirmed_kinds,
            kind_bits: kinds.iter().fold(0, |bits, kind| bits | bit(*kind)),
            kinds,
            terms,
            length,
            korean,
            english,
            content,
        }
    }

    /// The conditions to compare: those stated or counted, and unconfirmed ones where none but confirmed ones are.
    pub fn conditions(&self) -> &[ConditionCode] {
        &self.conditions
    }

    /// Those conditions that were read from words and not confirmed.
    pub fn unconfirmed_conditions(&self) -> &[ConditionCode] {
        &self.unconfirmed_conditions
    }

    /// The kinds to compare: those stated, and unconfirmed ones where none but confirmed ones are stated.
    pub fn kinds(&self) -> &[DataKind] {
        &self.kinds
    }

    /// Those kinds that were read from words and not confirmed.
    pub(super) fn unconfirmed_kinds(&self) -> &[DataKind] {
        &self.unconfirmed_kinds
    }

    /// Weighted counts by token, sorted by token.
    pub(super) fn terms(&self) -> &[(u64, u32)] {
        &self.terms
    }

    /// Sum of the weights of all tokens.
    pub(super) fn text_length(&self) -> u32 {
        self.length
    }

    /// Weighted count of a token.
    pub(super) fn count_of(&self, token: u64) -> u32 {
        self.terms
            .binary_search_by_key(&token, |(t, _)| *t)
            .ok()
            .and_then(|i| self.terms.get(i))
            .map_or(0, |(_, count)| *count)
    }

    /// Whether a variable could be found here if it were there: the offer is written in the variable's language.
    pub(super) fn speaks(&self, variable: &Variable) -> bool {
        (!variable.korean || self.korean) && (!variable.english || self.english)
    }
}

/// The facts that the gate weighs. Only stated conditions count: what a machine reads from words opens no gate.
pub fn asker_of(demand: &DemandSubject) -> Asker {
    Asker::of(&demand.content, &demand.profile)
}

/// Whether the demand must not be seen by the hospital; such a pair is never scored, and nobody can tell.
pub fn is_excluded(demand: &DemandSubject, offer: &OfferSubject) -> bool {
    demand
        .content
        .excluded_organisations
        .contains(&offer.hospital)
}
