//! An offer as a scorer sees it.

use super::{Variable, sorted};
use crate::catalogue::{DataKind, OfferContent};
use crate::id::{OfferId, OrganisationId};
use crate::matching::bag::Bag;
use crate::matching::facts::{Count, Signature, latest};
use crate::matching::tokens::has_hangul;
use crate::organisation::Region;
use crate::suggested_code::{unconfirmed_conditions, unconfirmed_kinds};
use crate::terminology::{ConditionCode, Span, Terminology};
use smallvec::SmallVec;

/// How often a token counts by the field it stands in. A title is often a name, so that it counts as the keywords do.
const IN_TITLE: u32 = 2;
const IN_KEYWORDS: u32 = 2;
const IN_BODY: u32 = 1;

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
    conditions: Box<[ConditionCode]>,
    /// The same as numbers, in the same order.
    spans: SmallVec<[Span; 4]>,
    unconfirmed_conditions: Box<[ConditionCode]>,
    unconfirmed_spans: Box<[Span]>,
    /// The latest count of every code, by code.
    counts: SmallVec<[Count; 2]>,
    kinds: Box<[DataKind]>,
    kind_bits: u64,
    unconfirmed_kinds: Box<[DataKind]>,
    standard_bits: u64,
    access_bits: u64,
    linkable_bits: u64,
    liked_purpose_bits: u64,
    liked_partner_bits: u64,
    words: Words,
    korean: bool,
    english: bool,
}

/// What an offer says in words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Words {
    /// Sorted.
    tokens: Box<[u64]>,
    /// How often each is said; more than 255 times counts as 255.
    counts: Box<[u8]>,
    signature: Signature,
    /// Sum of the weights of all words.
    length: u32,
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
        let unconfirmed = unconfirmed_conditions(&content, terminology);
        let conditions = sorted(
            content
                .conditions
                .iter()
                .chain(content.counts.iter().map(|count| &count.code))
                .chain(&unconfirmed)
                .cloned()
                .collect(),
        );
        let unconfirmed_kinds = unconfirmed_kinds(&content, terminology);
        let mut kinds = [&content.data_kinds[..], &unconfirmed_kinds].concat();
        kinds.sort_unstable();
        kinds.dedup();
        let korean = content
            .title
            .iter()
            .chain(content.summary.iter())
            .chain(content.variables.iter().map(String::as_str))
            .any(has_hangul);
        let modes = content.access_modes.iter();
        let prefers = &content.preferences;
        Self {
            id,
            version,
            hospital,
            region,
            spans: conditions.iter().map(Span::of).collect(),
            conditions: conditions.into(),
            unconfirmed_spans: unconfirmed.iter().map(Span::of).collect(),
            unconfirmed_conditions: unconfirmed.into(),
            counts: latest(&content.counts, content.suppression_threshold() - 1),
            kind_bits: kinds.iter().fold(0, |bits, kind| bits | kind.bit()),
            kinds: kinds.into(),
            unconfirmed_kinds: unconfirmed_kinds.into(),
            standard_bits: content.standards.iter().fold(0, |bits, s| bits | s.bit()),
            access_bits: modes.fold(0, |bits, mode| bits | mode.bit()),
            linkable_bits: content.linkable_to.iter().fold(0, |bits, l| bits | l.bit()),
            liked_purpose_bits: prefers.purposes.iter().fold(0, |bits, p| bits | p.bit()),
            liked_partner_bits: prefers.partners.iter().fold(0, |bits, p| bits | p.bit()),
            words: Words::of(&content, terminology),
            korean,
            english: content.title.en.is_some() || content.summary.en.is_some(),
            content,
        }
    }

    /// Reads here and there in what a score needs, so that the rest is at hand soon.
    pub(in crate::matching) fn fetch(&self) -> u64 {
        let words = &self.words;
        let policy = self.content.use_policies.first();
        let lists = words.tokens.first().map_or(0, |token| token >> 8)
            + words.counts.first().map_or(0, |count| u64::from(*count))
            + policy.map_or(0, |policy| policy.modifiers.len() as u64)
            + self.counts.len() as u64
            + self.spans.len() as u64;
        lists
            + u64::from(words.length)
            + u64::from(words.signature.may_have(0))
            + u64::from(self.english)
            + u64::from(self.content.population.size.is_some())
            + u64::from(self.content.period.end.is_some())
            + u64::from(self.content.review.cutoff_day.is_some())
            + u64::from(self.content.cost.amount.is_some())
            + u64::from(self.content.preferences.collaboration.is_some())
    }

    /// The conditions to compare: those stated or counted, and unconfirmed ones where none but confirmed ones are.
    pub fn conditions(&self) -> &[ConditionCode] {
        &self.conditions
    }

    /// [`Self::conditions`] as numbers.
    pub(in crate::matching) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Those conditions that were read from words and not confirmed.
    pub fn unconfirmed_conditions(&self) -> &[ConditionCode] {
        &self.unconfirmed_conditions
    }

    /// [`Self::unconfirmed_conditions`] as numbers.
    pub(in crate::matching) fn unconfirmed_spans(&self) -> &[Span] {
        &self.unconfirmed_spans
    }

    /// The latest count of every code, by code.
    pub(in crate::matching) fn counts(&self) -> &[Count] {
        &self.counts
    }

    /// The kinds to compare: those stated, and unconfirmed ones where none but confirmed ones are stated.
    pub fn kinds(&self) -> &[DataKind] {
        &self.kinds
    }

    /// [`Self::kinds`] as bits.
    pub(in crate::matching) fn kind_bits(&self) -> u64 {
        self.kind_bits
    }

    /// Those kinds that were read from words and not confirmed.
    pub(in crate::matching) fn unconfirmed_kinds(&self) -> &[DataKind] {
        &self.unconfirmed_kinds
    }

    /// Standards as bits.
    pub(in crate::matching) fn standard_bits(&self) -> u64 {
        self.standard_bits
    }

    /// Ways of access as bits.
    pub(in crate::matching) fn access_bits(&self) -> u64 {
        self.access_bits
    }

    /// What it can be linked to, as bits.
    pub(in crate::matching) fn linkable_bits(&self) -> u64 {
        self.linkable_bits
    }

    /// Purposes that the hospital likes to support, as bits; 0 where it does not say.
    pub(in crate::matching) fn liked_purpose_bits(&self) -> u64 {
        self.liked_purpose_bits
    }

    /// Kinds of organisation that the hospital likes to work with, as bits; 0 where it does not say.
    pub(in crate::matching) fn liked_partner_bits(&self) -> u64 {
        self.liked_partner_bits
    }

    /// Weighted counts by token, sorted by token.
    pub(in crate::matching) fn terms(&self) -> impl Iterator<Item = (u64, u8)> {
        let words = &self.words;
        words
            .tokens
            .iter()
            .copied()
            .zip(words.counts.iter().copied())
    }

    /// Sum of the weights of all words.
    pub(in crate::matching) fn text_length(&self) -> u32 {
        self.words.length
    }

    /// Its tokens at a glance.
    pub(in crate::matching) fn signature(&self) -> &Signature {
        &self.words.signature
    }

    /// Whether the offer has a token.
    pub(in crate::matching) fn says(&self, token: u64) -> bool {
        self.words.signature.may_have(token) && self.words.tokens.binary_search(&token).is_ok()
    }

    /// Whether it is written in Korean.
    pub(in crate::matching) fn speaks_korean(&self) -> bool {
        self.korean
    }

    /// Whether it is written in English.
    pub(in crate::matching) fn speaks_english(&self) -> bool {
        self.english
    }

    /// Whether a variable could be found here if it were there: the offer is written in the variable's language.
    pub(in crate::matching) fn speaks(&self, variable: &Variable) -> bool {
        (!variable.korean || self.korean) && (!variable.english || self.english)
    }
}

impl Words {
    fn of(content: &OfferContent, terminology: &Terminology) -> Self {
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
        let (terms, _) = bag.finish();
        let count = |weight: u32| u8::try_from(weight).unwrap_or(u8::MAX);
        Self {
            tokens: terms.iter().map(|term| term.token).collect(),
            counts: terms.iter().map(|term| count(term.weight)).collect(),
            signature: Signature::of(terms.iter().map(|term| term.token)),
            length,
        }
    }
}

/// The first sentence of a text.
fn first_sentence(text: &str) -> &str {
    let end = text.char_indices().find(|(i, ch)| {
        let rest = &text[i + ch.len_utf8()..];
        matches!(ch, '.' | '!' | '?' | '。') && rest.chars().next().is_none_or(char::is_whitespace)
    });
    end.map_or(text, |(i, _)| &text[..i])
}
