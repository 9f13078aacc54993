//! Medical words and codes: the ICD-10/KCD tree, the thesaurus of lay terms, labels, code shapes.
//!
//! Both sides pick codes at entry, so that matching compares codes first and text second. The tree says which condition
//! is part of which; the thesaurus leads from Korean and English words to codes; [`recognise`] tells by its shape what
//! coding system a code belongs to. The shipped terminology is built once from the files in `data/`; an operator may
//! refine it with the official KCD and rows of a thesaurus of its own, see [`Terminology::refined`].
//!
//! Two hierarchies run in opposite directions: [`Terminology::consent_covers`] asks whether a consent is wide enough
//! for a study, [`Terminology::topic_relation`] whether an offer is narrow enough for a demand.

mod additions;
mod code;
mod coding;
mod complaints;
mod kcd;
mod letters;
mod near;
mod negation;
pub mod recognise;
mod relation;
mod rollup;
mod search;
mod span;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod thesaurus;
mod titles;
mod tree;
mod trie;
mod variants;
mod words;

pub use additions::{BadRow, Checked, ThesaurusRow};
pub use code::{ConditionCode, InvalidConditionCode};
pub use coding::CodedTerm;
pub use kcd::KcdEntry;
pub(crate) use relation::Topic;
pub use relation::TopicRelation;
pub use rollup::CodeLevel;
pub use search::Term;
pub(crate) use words::{is_composed, stretches};

use search::Entry;
use span::Category;
pub(crate) use span::Span;
use std::sync::OnceLock;
use thesaurus::Row;
use titles::Titles;
use tree::Tree;
use trie::Trie;

crate::vocabulary! {
    /// What a term of the thesaurus stands for.
    TermKind {
        Condition = "condition", "질환", "condition";
        DataKind = "data_kind", "데이터 종류", "data kind";
        Standard = "standard", "표준", "standard";
        UseCondition = "use_condition", "이용 조건", "use condition";
        AccessMode = "access_mode", "접근 방식", "access mode";
    }
}

/// The tree and the thesaurus.
#[derive(Debug)]
pub struct Terminology {
    tree: Tree,
    rows: Vec<Row>,
    titles: Titles,
    entries: Vec<Entry>,
    trie: Trie,
}

static STANDARD: OnceLock<Terminology> = OnceLock::new();

impl Terminology {
    /// The terminology that is shipped, built at the first call.
    pub fn standard() -> &'static Self {
        STANDARD.get_or_init(Self::load)
    }

    fn load() -> Self {
        Self::refined("", "")
    }

    /// The shipped terminology with what an operator adds: lines of [`KcdEntry`] and of [`ThesaurusRow`], as
    /// [`Self::check_kcd`] and [`Self::check_thesaurus`] have kept them. Lines that have become wrong since, because
    /// they rest on a KCD that is gone, are left out.
    pub fn refined(kcd: &str, thesaurus: &str) -> Self {
        let kcd: Vec<KcdEntry> = kcd.lines().filter_map(KcdEntry::parse).collect();
        let mut terminology = Self {
            tree: Tree::load(kcd::categories(&kcd)),
            rows: thesaurus::rows(),
            titles: Titles::default(),
            entries: Vec::new(),
            trie: Trie::default(),
        };
        let kcd: Vec<KcdEntry> = kcd
            .into_iter()
            .filter(|entry| terminology.knows(&entry.code))
            .collect();
        let added = thesaurus.lines();
        let added: Vec<Row> = added
            .filter_map(|line| ThesaurusRow::parse(line, &terminology))
            .collect();
        terminology.rows.extend(added);
        terminology.titles = Titles::of(&terminology.tree, &terminology.rows, &kcd);
        terminology.entries = search::entries(&terminology, &kcd);
        terminology.trie = Trie::of(&terminology);
        terminology
    }

    /// Whether a code is in the tree: a well-formed subcode if its category is, a range if both its ends are and one chapter
    /// holds it. A KCD adds categories; it does not narrow what is known below them.
    pub fn knows(&self, code: &ConditionCode) -> bool {
        let (first, last) = code.categories();
        code.is_well_formed()
            && self.category(first).is_some()
            && self.category(last).is_some()
            && self.tree.path(Span::of(code)).next().is_some()
    }

    fn category(&self, code: &str) -> Option<&tree::Node> {
        self.tree.category(Category::of(code)?)
    }

    /// Whether a consent to research on `permitted` covers a study of `studied`: the studied condition is the
    /// permitted one or descends from it. A lung-cancer study may use cancer-consented data, not the reverse.
    pub fn consent_covers(&self, permitted: &ConditionCode, studied: &ConditionCode) -> bool {
        Span::of(permitted).contains(Span::of(studied))
    }

    /// How well data on `offered` serve a demand for `demanded`: the same or narrower serves fully, broader in part.
    pub fn topic_relation(
        &self,
        demanded: &ConditionCode,
        offered: &ConditionCode,
    ) -> TopicRelation {
        self.topic(demanded).relation(Span::of(offered))
    }

    /// A demanded condition, prepared to be related to many offered ones.
    pub(crate) fn topic(&self, demanded: &ConditionCode) -> Topic {
        Topic::of(&self.tree, Span::of(demanded))
    }
}
