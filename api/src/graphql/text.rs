//! Text in two languages, coded terms, and the vocabulary behind a picker.

use super::{Result, app, caller};
use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use matchday_domain::catalogue as domain;
use matchday_domain::terminology::ConditionCode;
use matchday_domain::text as own;

/// A language of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::text::Language")]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

/// What a user wrote, in Korean, English or both.
pub struct Text(pub own::Text);

/// What a user wrote, in Korean, English or both.
#[Object]
impl Text {
    /// Korean, if it was written in Korean.
    async fn ko(&self) -> Option<&str> {
        self.0.ko.as_deref()
    }

    /// English, if it was written in English.
    async fn en(&self) -> Option<&str> {
        self.0.en.as_deref()
    }

    /// In the viewer's language, or in the other one where that is missing; null if nothing was written.
    async fn local(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.get(caller(ctx).language)
    }
}

/// A text in Korean, English or both. An empty string counts as absent.
#[derive(Debug, Clone, InputObject)]
pub struct TextInput {
    /// Korean.
    pub ko: Option<String>,
    /// English.
    pub en: Option<String>,
}

impl From<TextInput> for own::Text {
    fn from(input: TextInput) -> Self {
        Self::new(input.ko.as_deref(), input.en.as_deref())
    }
}

/// A sentence of the service.
pub struct Sentence(pub own::Message);

/// A sentence of the service.
#[Object]
impl Sentence {
    /// Korean.
    async fn ko(&self) -> &str {
        &self.0.ko
    }

    /// English.
    async fn en(&self) -> &str {
        &self.0.en
    }

    /// In the viewer's language.
    async fn local(&self, ctx: &Context<'_>) -> &str {
        self.0.get(caller(ctx).language)
    }
}

/// A condition, coded in KCD/ICD-10.
pub struct Condition(pub ConditionCode);

/// A condition, coded in KCD/ICD-10.
#[Object]
impl Condition {
    /// The code or range of categories: `C34`, `C34.1`, `C00-C97`.
    async fn code(&self) -> &str {
        self.0.as_str()
    }

    /// What it means.
    async fn label(&self, ctx: &Context<'_>) -> Sentence {
        Sentence(app(ctx).terminology().label(&self.0))
    }
}

/// A kind of data: a category, or a sub-kind of one.
pub struct DataKind(pub domain::DataKind);

/// A kind of data: a category, or a sub-kind of one.
#[Object]
impl DataKind {
    /// `imaging` or `imaging.ct`.
    async fn code(&self) -> &str {
        self.0.code()
    }

    /// The category.
    async fn category(&self) -> super::vocabulary::DataCategory {
        self.0.category().into()
    }

    /// What it means.
    async fn label(&self) -> Sentence {
        Sentence(self.0.label())
    }
}

/// What a code of a picker stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::terminology::TermKind")]
pub enum TermKind {
    /// A condition, coded in KCD/ICD-10.
    Condition,
    /// A kind of data.
    DataKind,
    /// A standard that data conform to.
    Standard,
    /// A condition of use, coded in DUO or locally.
    UseCondition,
    /// A way to reach the data.
    AccessMode,
}

/// A code that a picker offers.
#[derive(SimpleObject)]
pub struct Term {
    /// What it stands for.
    pub kind: TermKind,
    /// The code, to be used in offers and demands.
    pub code: String,
    /// What it means.
    pub label: Sentence,
    /// The word that was found.
    pub matched: String,
}

/// Codes for words in Korean or English, best first.
pub(crate) fn search(ctx: &Context<'_>, words: &str, limit: i32) -> Result<Vec<Term>> {
    let limit = usize::try_from(limit)
        .unwrap_or(0)
        .min(matchday_domain::page::MAX_PAGE);
    let terms = app(ctx).terminology().search(words, limit);
    Ok(terms
        .into_iter()
        .map(|term| Term {
            kind: term.kind.into(),
            code: term.code,
            label: Sentence(term.label),
            matched: term.matched,
        })
        .collect())
}
