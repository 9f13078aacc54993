//! A demand as a scorer sees it.

use super::{Variable, exact, sorted};
use crate::catalogue::{DataKind, LinkageSource};
use crate::demand::DemandContent;
use crate::id::{DemandId, OrganisationId};
use crate::matching::bag::{Bag, Term};
use crate::matching::facts::DemandedKind;
use crate::organisation::Profile;
use crate::suggested_code::{unconfirmed_conditions, unconfirmed_kinds};
use crate::terminology::{ConditionCode, Span, Terminology, Topic};
use crate::use_conditions::Asker;
use smallvec::SmallVec;
use std::sync::Arc;

/// Weight of a token by the field it stands in (matching design, criterion 8: 3, 2, 1), in halves; a compound of two
/// words has half of it besides the words themselves.
const IN_TITLE: u32 = 6;
const IN_KEYWORDS: u32 = 4;
const IN_BODY: u32 = 2;

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
    asker: Asker,
    /// The stated conditions and the unconfirmed ones.
    conditions: Box<[ConditionCode]>,
    /// The same with their surroundings in the tree, in the same order.
    topics: SmallVec<[Topic; 2]>,
    unconfirmed_conditions: Box<[ConditionCode]>,
    unconfirmed_spans: Box<[Span]>,
    /// The required kinds and the unconfirmed ones.
    required_kinds: SmallVec<[DemandedKind; 2]>,
    any_of_kinds: SmallVec<[DemandedKind; 2]>,
    wished_kinds: SmallVec<[DemandedKind; 2]>,
    unconfirmed_kinds: Box<[DataKind]>,
    /// Kinds that would touch any of the demanded ones, as bits.
    touching_kinds: u64,
    access_bits: u64,
    linkage_bits: u64,
    /// Sorted by token.
    terms: Box<[Term]>,
    /// The words of the terms.
    words: Box<[Arc<str>]>,
    required_variables: Box<[Variable]>,
    wished_variables: Box<[Variable]>,
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
        let unconfirmed = unconfirmed_conditions(&content, terminology);
        let conditions = sorted([&content.conditions[..], &unconfirmed].concat());
        let unconfirmed_kinds = unconfirmed_kinds(&content, terminology);
        let demanded = |kinds: &[DataKind]| -> SmallVec<[DemandedKind; 2]> {
            kinds.iter().map(|kind| DemandedKind::of(*kind)).collect()
        };
        let mut required_kinds = demanded(&content.data_kinds_required);
        required_kinds.extend(demanded(&unconfirmed_kinds));
        let any_of_kinds = demanded(&content.data_kinds_any_of);
        let wished_kinds = demanded(&content.data_kinds_wished);
        let touching_kinds = required_kinds
            .iter()
            .chain(&any_of_kinds)
            .chain(&wished_kinds)
            .fold(0, |bits, kind| bits | kind.touching());
        let (terms, words) = terms(&content, terminology);
        let variables = |names: &[String]| {
            let names = names.iter();
            names.map(|name| Variable::of(name, terminology)).collect()
        };
        Self {
            id,
            version,
            organisation,
            asker: Asker::of(&content, &profile),
            profile,
            topics: conditions
                .iter()
                .map(|code| terminology.topic(code))
                .collect(),
            conditions: conditions.into(),
            unconfirmed_spans: unconfirmed.iter().map(Span::of).collect(),
            unconfirmed_conditions: unconfirmed.into(),
            required_kinds,
            any_of_kinds,
            wished_kinds,
            unconfirmed_kinds: unconfirmed_kinds.into(),
            touching_kinds,
            access_bits: content
                .access_modes
                .iter()
                .fold(0, |bits, m| bits | m.bit()),
            linkage_bits: content.linkage.iter().fold(0, |bits, l| bits | l.bit()),
            terms,
            words,
            required_variables: variables(&content.variables_required),
            wished_variables: variables(&content.variables_wished),
            content,
        }
    }

    /// Reads here and there in what a score needs, so that the rest is at hand soon.
    pub(in crate::matching) fn fetch(&self) -> u64 {
        let lists = self.terms.first().map_or(0, |term| u64::from(term.weight))
            + self.required_variables.len() as u64
            + self.content.excluded_organisations.len() as u64
            + self.content.viewer_countries.len() as u64
            + self.topics.len() as u64
            + self.wished_kinds.len() as u64;
        let variables = self.required_variables.first();
        lists
            + variables.map_or(0, |variable| variable.tokens.len() as u64)
            + self.content.use_months.unwrap_or(0).unsigned_abs() % 2
            + u64::from(self.content.purpose.is_some())
            + u64::from(self.content.period.end.is_some())
            + u64::from(self.profile.region.is_some())
    }

    /// The conditions to compare: those stated, and unconfirmed ones where none but confirmed ones are stated.
    pub fn conditions(&self) -> &[ConditionCode] {
        &self.conditions
    }

    /// [`Self::conditions`] with their surroundings in the tree.
    pub(in crate::matching) fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// Those conditions that were read from words and not confirmed.
    pub fn unconfirmed_conditions(&self) -> &[ConditionCode] {
        &self.unconfirmed_conditions
    }

    /// [`Self::unconfirmed_conditions`] as numbers.
    pub(in crate::matching) fn unconfirmed_spans(&self) -> &[Span] {
        &self.unconfirmed_spans
    }

    /// Whether any kind of data is named.
    pub(in crate::matching) fn names_kinds(&self) -> bool {
        self.touching_kinds != 0
    }

    /// Every kind named.
    pub(in crate::matching) fn kinds(&self) -> impl Iterator<Item = DataKind> {
        let kinds = self.required_kinds.iter().chain(&self.any_of_kinds);
        kinds.chain(&self.wished_kinds).map(|kind| kind.kind)
    }

    /// Kinds that would touch any of the demanded ones, as bits.
    pub(in crate::matching) fn touching_kinds(&self) -> u64 {
        self.touching_kinds
    }

    /// The kinds that must all be there: those stated, and unconfirmed ones where none but confirmed ones are stated.
    pub(in crate::matching) fn required_kinds(&self) -> &[DemandedKind] {
        &self.required_kinds
    }

    /// The kinds of which one must be there.
    pub(in crate::matching) fn any_of_kinds(&self) -> &[DemandedKind] {
        &self.any_of_kinds
    }

    /// The kinds that would be welcome.
    pub(in crate::matching) fn wished_kinds(&self) -> &[DemandedKind] {
        &self.wished_kinds
    }

    /// Those kinds that were read from words and not confirmed.
    pub(in crate::matching) fn unconfirmed_kinds(&self) -> &[DataKind] {
        &self.unconfirmed_kinds
    }

    /// Accepted ways of access, as bits.
    pub(in crate::matching) fn access_bits(&self) -> u64 {
        self.access_bits
    }

    /// What the data must be linked to, each once.
    pub(in crate::matching) fn linkage(&self) -> impl Iterator<Item = LinkageSource> {
        let wanted = self.linkage_bits;
        let all = if wanted == 0 { &[] } else { LinkageSource::ALL };
        all.iter()
            .copied()
            .filter(move |source| wanted & source.bit() != 0)
    }

    /// The facts that the gate weighs. Only stated conditions count: what a machine reads from words opens no gate.
    pub fn asker(&self) -> &Asker {
        &self.asker
    }

    /// What is asked for in words, sorted by token.
    pub(in crate::matching) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The word of a term.
    pub(in crate::matching) fn word(&self, term: Term) -> &str {
        self.words.get(term.word as usize).map_or("", |word| word)
    }

    /// The variables that must be there, with their names.
    pub(in crate::matching) fn required_variables(
        &self,
    ) -> impl Iterator<Item = (&Variable, &str)> {
        let names = self.content.variables_required.iter();
        self.required_variables
            .iter()
            .zip(names.map(String::as_str))
    }

    /// The variables that would be welcome, with their names.
    pub(in crate::matching) fn wished_variables(&self) -> impl Iterator<Item = (&Variable, &str)> {
        let names = self.content.variables_wished.iter();
        self.wished_variables.iter().zip(names.map(String::as_str))
    }
}

fn terms(content: &DemandContent, terminology: &Terminology) -> (Box<[Term]>, Box<[Arc<str>]>) {
    let mut bag = Bag::asked(terminology);
    let mut add = |text: &str, weight| bag.add(text, weight, weight / 2);
    for text in content.title.iter() {
        add(text, IN_TITLE);
    }
    for text in content.conditions_text.iter() {
        add(text, IN_KEYWORDS);
    }
    let variables = content.variables_required.iter();
    for name in variables.chain(&content.variables_wished) {
        add(name, IN_KEYWORDS);
    }
    for text in content
        .aim
        .iter()
        .chain(content.population.inclusion.iter())
    {
        add(text, IN_BODY);
    }
    let (mut terms, words) = bag.finish();
    for term in &mut terms {
        term.weight = term.weight.min(IN_TITLE);
    }
    (exact(terms), exact(words))
}
