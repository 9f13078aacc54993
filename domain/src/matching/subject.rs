//! What a scorer needs of each side, prepared once: codes, kinds, tokens.

use super::bag::{Bag, Term};
use super::facts::{Count, DemandedKind, Signature, latest};
use super::tokens::{each_piece, has_hangul, number};
use crate::catalogue::{DataKind, OfferContent};
use crate::demand::DemandContent;
use crate::id::{DemandId, OfferId, OrganisationId};
use crate::organisation::{Profile, Region};
use crate::terminology::{ConditionCode, Span, TermKind, Terminology, Topic};
use crate::use_conditions::Asker;
use smallvec::SmallVec;

/// Weight of a token by the field of the demand it stands in (matching design, criterion 8: 3, 2, 1), in halves; a
/// compound of two words has half of it besides the words themselves.
const ASKED_IN_TITLE: u32 = 6;
const ASKED_IN_KEYWORDS: u32 = 4;
const ASKED_IN_BODY: u32 = 2;
/// How often a token counts by the field of the offer it stands in. A title is often a name, so that it counts as the
/// keywords do.
const IN_TITLE: u32 = 2;
const IN_KEYWORDS: u32 = 2;
const IN_BODY: u32 = 1;

/// A variable that a demand names, as tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) tokens: SmallVec<[u64; 4]>,
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
    /// The same with their surroundings in the tree.
    topics: SmallVec<[Topic; 2]>,
    coded_from_text: bool,
    required_kinds: SmallVec<[DemandedKind; 2]>,
    any_of_kinds: SmallVec<[DemandedKind; 2]>,
    wished_kinds: SmallVec<[DemandedKind; 2]>,
    /// Kinds that would touch any of the demanded ones, as bits.
    touching_kinds: u64,
    /// Sorted by token.
    terms: Vec<Term>,
    required: Vec<Variable>,
    wished: Vec<Variable>,
    asker: Box<Asker>,
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
    /// The same as numbers, in the same order.
    spans: SmallVec<[Span; 4]>,
    coded_from_text: bool,
    /// The latest count of every code, by code.
    counts: SmallVec<[Count; 2]>,
    kinds: Vec<DataKind>,
    kind_bits: u64,
    standard_bits: u64,
    access_bits: u64,
    linkable_bits: u64,
    /// Weighted counts by token, sorted by token.
    terms: Box<[(u64, u32)]>,
    signature: Signature,
    length: u32,
    korean: bool,
    english: bool,
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

fn variables(names: &[String]) -> Vec<Variable> {
    names
        .iter()
        .map(|name| {
            let mut found: SmallVec<[u64; 4]> = SmallVec::new();
            each_piece(name, |piece| found.push(number(piece.form)));
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
        let mut bag = Bag::asked(terminology);
        for text in content.title.iter() {
            bag.add(text, ASKED_IN_TITLE, ASKED_IN_TITLE / 2);
        }
        for text in content.conditions_text.iter() {
            bag.add(text, ASKED_IN_KEYWORDS, ASKED_IN_KEYWORDS / 2);
        }
        for name in content
            .variables_required
            .iter()
            .chain(&content.variables_wished)
        {
            bag.add(name, ASKED_IN_KEYWORDS, ASKED_IN_KEYWORDS / 2);
        }
        for text in content
            .aim
            .iter()
            .chain(content.population.inclusion.iter())
        {
            bag.add(text, ASKED_IN_BODY, ASKED_IN_BODY / 2);
        }
        let mut terms = bag.finish();
        for term in &mut terms {
            term.weight = term.weight.min(ASKED_IN_TITLE);
        }
        let demanded = |kinds: &[DataKind]| -> SmallVec<[DemandedKind; 2]> {
            kinds.iter().map(|kind| DemandedKind::of(*kind)).collect()
        };
        let required_kinds = demanded(&content.data_kinds_required);
        let any_of_kinds = demanded(&content.data_kinds_any_of);
        let wished_kinds = demanded(&content.data_kinds_wished);
        let touching_kinds = required_kinds
            .iter()
            .chain(&any_of_kinds)
            .chain(&wished_kinds)
            .fold(0, |bits, kind| bits | kind.touching());
        Self {
            id,
            version,
            organisation,
            topics: conditions
                .iter()
                .map(|code| terminology.topic(code))
                .collect(),
            conditions,
            coded_from_text,
            required_kinds,
            any_of_kinds,
            wished_kinds,
            touching_kinds,
            terms,
            required: variables(&content.variables_required),
            wished: variables(&content.variables_wished),
            asker: Box::new(Asker::of(&content, &profile)),
            profile,
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

    /// [`Self::conditions`] with their surroundings in the tree.
    pub(super) fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// Kinds that would touch any of the demanded ones, as bits.
    pub(super) fn touching_kinds(&self) -> u64 {
        self.touching_kinds
    }

    pub(super) fn required_kinds(&self) -> &[DemandedKind] {
        &self.required_kinds
    }

    pub(super) fn any_of_kinds(&self) -> &[DemandedKind] {
        &self.any_of_kinds
    }

    pub(super) fn wished_kinds(&self) -> &[DemandedKind] {
        &self.wished_kinds
    }

    /// The facts that the gate weighs. Only stated conditions count: what a machine reads from words opens no gate.
    pub fn asker(&self) -> &Asker {
        &self.asker
    }

    pub(super) fn terms(&self) -> &[Term] {
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
        let mut bag = Bag::said(terminology);
        let mut heading: Vec<&str> = content.title.iter().collect();
        if heading.is_empty() {
            // A text without a title says what it is about in its first sentence.
            heading.extend(content.summary.iter().map(first_sentence));
        }
        for text in heading {
            bag.add(text, IN_TITLE, IN_TITLE);
        }
        for word in content.keywords.iter().chain(&content.variables) {
            bag.add(word, IN_KEYWORDS, IN_KEYWORDS);
        }
        for text in content.summary.iter() {
            bag.add(text, IN_BODY, IN_BODY);
        }
        let length = bag.length;
        let terms: Box<[(u64, u32)]> = bag
            .finish()
            .into_iter()
            .map(|term| (term.token, term.weight))
            .collect();
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
            spans: conditions.iter().map(Span::of).collect(),
            conditions,
            coded_from_text,
            counts: latest(&content.counts),
            kind_bits: kinds.iter().fold(0, |bits, kind| bits | kind.bit()),
            kinds,
            standard_bits: content.standards.iter().fold(0, |bits, s| bits | s.bit()),
            access_bits: content
                .access_modes
                .iter()
                .fold(0, |bits, m| bits | m.bit()),
            linkable_bits: content.linkable_to.iter().fold(0, |bits, l| bits | l.bit()),
            signature: Signature::of(terms.iter().map(|(token, _)| *token)),
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

    /// [`Self::conditions`] as numbers.
    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The latest count of every code, by code.
    pub(super) fn counts(&self) -> &[Count] {
        &self.counts
    }

    /// [`Self::kinds`] as bits.
    pub(super) fn kind_bits(&self) -> u64 {
        self.kind_bits
    }

    /// Standards as bits.
    pub(super) fn standard_bits(&self) -> u64 {
        self.standard_bits
    }

    /// Ways of access as bits.
    pub(super) fn access_bits(&self) -> u64 {
        self.access_bits
    }

    /// What it can be linked to, as bits.
    pub(super) fn linkable_bits(&self) -> u64 {
        self.linkable_bits
    }

    /// Which tokens it can have at all.
    pub(super) fn signature(&self) -> &Signature {
        &self.signature
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

/// Whether the demand must not be seen by the hospital; such a pair is never scored, and nobody can tell.
pub fn is_excluded(demand: &DemandSubject, offer: &OfferSubject) -> bool {
    demand
        .content
        .excluded_organisations
        .contains(&offer.hospital)
}
