//! What a scorer needs of each side, prepared once: codes, kinds, tokens.

use super::tokens::{Token, has_hangul, number, tokens};
use crate::catalogue::{DataKind, OfferContent};
use crate::demand::DemandContent;
use crate::id::{DemandId, OfferId, OrganisationId};
use crate::organisation::{Profile, Region};
use crate::terminology::{ConditionCode, TermKind, Terminology};
use crate::use_conditions::Asker;
use std::collections::BTreeMap;

/// Weight of a token by the field of the demand it stands in (matching design, criterion 8).
const ASKED_IN_TITLE: f64 = 3.0;
const ASKED_IN_KEYWORDS: f64 = 2.0;
const ASKED_IN_BODY: f64 = 1.0;
/// Share of its field's weight that a compound of two words has, besides the words themselves.
const COMPOUND: f64 = 0.5;
/// How often a token counts by the field of the offer it stands in. A title is often a name, so that it counts as the
/// keywords do.
const IN_TITLE: u32 = 2;
const IN_KEYWORDS: u32 = 2;
const IN_BODY: u32 = 1;

/// A token of a demand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DemandTerm {
    /// The token's number.
    pub(super) token: u64,
    /// Its weight in the demand, above 0.
    pub(super) weight: f64,
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
#[derive(Debug, Clone, PartialEq)]
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
    /// The stated conditions, or those read from its words where none are stated.
    conditions: Vec<ConditionCode>,
    coded_from_text: bool,
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
    /// The stated and counted conditions, or those read from title and keywords where none are stated.
    conditions: Vec<ConditionCode>,
    coded_from_text: bool,
    kinds: Vec<DataKind>,
    kind_bits: u64,
    /// Weighted counts by token, sorted by token.
    terms: Vec<(u64, u32)>,
    length: u32,
    korean: bool,
    english: bool,
}

/// The compounds among the tokens of a text. One with an asking word is none: no demand asks for it.
fn compounds(tokens: &[Token]) -> impl Iterator<Item = Token> {
    tokens.windows(2).filter_map(|pair| match pair {
        [before, token] if !before.asks() && !token.asks() => token.compound(before),
        _ => None,
    })
}

/// The concepts of the thesaurus in a text, each as a token of its own, in any language.
fn concepts(text: &str, terminology: &Terminology) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    for term in terminology.code_text(text) {
        for code in &term.codes {
            found.push((number(&format!("#{code}")), term.matched.clone()));
        }
    }
    found
}

/// Adds what a text of a demand asks for to its bag.
fn ask(bag: &mut BTreeMap<u64, (f64, String)>, text: &str, weight: f64, terminology: &Terminology) {
    let mut add = |token, word, weight| bag.entry(token).or_insert((0.0, word)).0 += weight;
    let words = tokens(text);
    for token in compounds(&words) {
        add(number(&token.form), token.word, COMPOUND * weight);
    }
    for token in words.into_iter().filter(|token| !token.asks()) {
        add(number(&token.form), token.word, weight);
    }
    for (token, word) in concepts(text, terminology) {
        add(token, word, weight);
    }
}

/// Counts what a text of an offer says; its length, without compounds and concepts.
fn count(bag: &mut BTreeMap<u64, u32>, text: &str, weight: u32, terminology: &Terminology) -> u32 {
    let mut add = |token| *bag.entry(token).or_default() += weight;
    let words = tokens(text);
    let mut length = 0;
    for token in &words {
        length += weight;
        add(number(&token.form));
    }
    compounds(&words).for_each(|token| add(number(&token.form)));
    concepts(text, terminology)
        .into_iter()
        .for_each(|(token, _)| add(token));
    length
}

/// The first sentence of a text.
fn first_sentence(text: &str) -> &str {
    let end = text.char_indices().find(|(i, ch)| {
        let rest = &text[i + ch.len_utf8()..];
        matches!(ch, '.' | '!' | '?' | '。') && rest.chars().next().is_none_or(char::is_whitespace)
    });
    end.map_or(text, |(i, _)| &text[..i])
}

fn conditions_in<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    terminology: &Terminology,
) -> Vec<ConditionCode> {
    let mut codes: Vec<ConditionCode> = Vec::new();
    for text in texts {
        for term in terminology.code_text(text) {
            if term.kind == TermKind::Condition {
                codes.extend(term.codes.iter().filter_map(|code| code.parse().ok()));
            }
        }
    }
    sorted(codes)
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
        let stated = sorted(content.conditions.clone());
        let coded_from_text = stated.is_empty();
        let conditions = if coded_from_text {
            // The most deliberate words that lead to a code; the aim names much that is not the topic.
            [&content.conditions_text, &content.title, &content.aim]
                .iter()
                .map(|text| conditions_in(text.iter(), terminology))
                .find(|codes| !codes.is_empty())
                .unwrap_or_default()
        } else {
            stated
        };
        let mut bag = BTreeMap::new();
        for text in content.title.iter() {
            ask(&mut bag, text, ASKED_IN_TITLE, terminology);
        }
        for text in content.conditions_text.iter() {
            ask(&mut bag, text, ASKED_IN_KEYWORDS, terminology);
        }
        for name in content
            .variables_required
            .iter()
            .chain(&content.variables_wished)
        {
            ask(&mut bag, name, ASKED_IN_KEYWORDS, terminology);
        }
        for text in content
            .aim
            .iter()
            .chain(content.population.inclusion.iter())
        {
            ask(&mut bag, text, ASKED_IN_BODY, terminology);
        }
        let terms = bag
            .into_iter()
            .map(|(token, (weight, word))| DemandTerm {
                token,
                weight: weight.min(ASKED_IN_TITLE),
                word,
            })
            .collect();
        let touching_kinds = content
            .data_kinds_required
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
            coded_from_text,
            touching_kinds,
            terms,
            required: variables(&content.variables_required),
            wished: variables(&content.variables_wished),
            content,
        }
    }

    /// The conditions to compare: those stated, or those read from its words where none are stated.
    pub fn conditions(&self) -> &[ConditionCode] {
        &self.conditions
    }

    /// Whether the conditions were read from words.
    pub fn conditions_from_text(&self) -> bool {
        self.coded_from_text && !self.conditions.is_empty()
    }

    /// Whether any kind of data is named.
    pub(super) fn names_kinds(&self) -> bool {
        self.touching_kinds != 0
    }

    /// Every kind named.
    pub(super) fn kinds(&self) -> impl Iterator<Item = DataKind> {
        self.content
            .data_kinds_required
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
        let stated = sorted(
            content
                .conditions
                .iter()
                .chain(content.counts.iter().map(|count| &count.code))
                .cloned()
                .collect(),
        );
        let coded_from_text = stated.is_empty();
        // Not the abstract: it also names what is excluded.
        let headline = || {
            content
                .title
                .iter()
                .chain(content.keywords.iter().map(String::as_str))
        };
        let conditions = if coded_from_text {
            conditions_in(headline(), terminology)
        } else {
            stated
        };
        let mut kinds = content.data_kinds.clone();
        if kinds.is_empty() {
            for text in headline() {
                for term in terminology.code_text(text) {
                    if term.kind == TermKind::DataKind {
                        kinds.extend(term.codes.iter().filter_map(|c| DataKind::from_code(c)));
                    }
                }
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        let mut bag = BTreeMap::new();
        let mut length = 0;
        let mut heading: Vec<&str> = content.title.iter().collect();
        if heading.is_empty() {
            // A text without a title says what it is about in its first sentence.
            heading.extend(content.summary.iter().map(first_sentence));
        }
        for text in heading {
            length += count(&mut bag, text, IN_TITLE, terminology);
        }
        for word in content.keywords.iter().chain(&content.variables) {
            length += count(&mut bag, word, IN_KEYWORDS, terminology);
        }
        for text in content.summary.iter() {
            length += count(&mut bag, text, IN_BODY, terminology);
        }
        let mut terms: Vec<(u64, u32)> = bag.into_iter().collect();
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
            coded_from_text,
            kind_bits: kinds.iter().fold(0, |bits, kind| bits | bit(*kind)),
            kinds,
            terms,
            length,
            korean,
            english,
            content,
        }
    }

    /// The conditions to compare: those stated or counted, or those read from title and keywords where none are.
    pub fn conditions(&self) -> &[ConditionCode] {
        &self.conditions
    }

    /// Whether the conditions were read from words.
    pub fn conditions_from_text(&self) -> bool {
        self.coded_from_text && !self.conditions.is_empty()
    }

    /// The kinds to compare: those stated, or those read from title and keywords where none are.
    pub fn kinds(&self) -> &[DataKind] {
        &self.kinds
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
