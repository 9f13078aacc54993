//! Medical words and codes: the ICD-10/KCD tree, the thesaurus of lay terms, labels, code shapes.
//!
//! Both sides pick codes at entry, so that matching compares codes first and text second. The tree says which condition
//! is part of which; the thesaurus leads from Korean and English words to codes; [`recognise`] tells by its shape what
//! coding system a code belongs to. Everything is built once from the files in `data/`.
//!
//! Two hierarchies run in opposite directions: [`Terminology::consent_covers`] asks whether a consent is wide enough
//! for a study, [`Terminology::topic_relation`] whether an offer is narrow enough for a demand.

mod code;
mod coding;
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
mod tree;
mod words;

pub use code::{ConditionCode, InvalidConditionCode};
pub use coding::CodedTerm;
pub(crate) use relation::Topic;
pub use relation::TopicRelation;
pub use rollup::CodeLevel;
pub use search::Term;

use crate::text::Message;
use coding::Trie;
use search::Entry;
use span::Category;
pub(crate) use span::Span;
use std::collections::HashMap;
use std::sync::OnceLock;
use thesaurus::{Row, RowKind};
use tree::Tree;

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
    /// Labels by code: Korean from the thesaurus, English from it or the tree.
    labels: HashMap<String, Message>,
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
        let mut terminology = Self {
            tree: Tree::load(),
            rows: thesaurus::rows(),
            labels: HashMap::new(),
            entries: Vec::new(),
            trie: Trie::default(),
        };
        terminology.labels = labels(&terminology.tree, &terminology.rows);
        terminology.entries = search::entries(&terminology);
        terminology.trie = Trie::of(&terminology);
        terminology
    }

    /// Whether a code is in the tree: a subcode if its category is, a range if both its ends are and one chapter
    /// holds it.
    pub fn knows(&self, code: &ConditionCode) -> bool {
        let (first, last) = code.categories();
        self.category(first).is_some()
            && self.category(last).is_some()
            && self.tree.path(Span::of(code)).next().is_some()
    }

    /// The name of a condition: Korean from the thesaurus where it has one, else the English title for both. A subcode
    /// without a name of its own has that of its category, followed by the subcode; a range those of its ends.
    pub fn label(&self, code: &ConditionCode) -> Message {
        let written = code.as_str();
        if let Some(label) = self.labels.get(written) {
            return label.clone();
        }
        let span = Span::of(code);
        if code.is_range() {
            if let Some(node) = self.tree.range(span) {
                let label = self.labels.get(node.code.as_str()).cloned();
                return label.unwrap_or_else(|| Message::new(&node.title, &node.title));
            }
            let (first, last) = code.categories();
            let (a, b) = (self.category_label(first), self.category_label(last));
            return Message::new(
                format!("{} – {} ({written})", a.ko, b.ko),
                format!("{} – {} ({written})", a.en, b.en),
            );
        }
        let label = self.category_label(code.categories().0);
        if span.depth() == 0 {
            return label;
        }
        Message::new(
            format!("{} ({written})", label.ko),
            format!("{} ({written})", label.en),
        )
    }

    fn category(&self, code: &str) -> Option<&tree::Node> {
        self.tree.category(Category::of(code)?)
    }

    fn category_label(&self, category: &str) -> Message {
        match (self.labels.get(category), self.category(category)) {
            (Some(label), _) => label.clone(),
            (None, Some(node)) => Message::new(&node.title, &node.title),
            (None, None) => Message::new(category, category),
        }
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

/// The first Korean and English word of the first row of every single code; English titles of the tree come first.
fn labels(tree: &Tree, rows: &[Row]) -> HashMap<String, Message> {
    let mut labels = HashMap::new();
    for row in rows {
        let ([code], RowKind::Term(TermKind::Condition)) = (row.codes.as_slice(), row.kind) else {
            continue;
        };
        let title = Category::of(code)
            .and_then(|category| tree.category(category))
            .map(|node| node.title.as_str())
            .or_else(|| row.english.first().map(|word| word.written));
        let (Some(korean), Some(english)) = (row.korean.first(), title) else {
            continue;
        };
        labels
            .entry((*code).to_owned())
            .or_insert_with(|| Message::new(korean.written, english));
    }
    labels
}
