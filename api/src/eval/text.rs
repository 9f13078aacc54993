//! The text criterion alone: which texts answer a query.

use super::{Figures, Line, rounded, table};
use matchday_domain::catalogue::{Country, OfferContent};
use matchday_domain::demand::DemandContent;
use matchday_domain::evaluation::{average_precision, mean, ndcg, recall};
use matchday_domain::id::{DemandId, OfferId, OrganisationId};
use matchday_domain::matching::criteria::text::rank;
use matchday_domain::matching::{DemandSubject, OfferSubject, TextModel};
use matchday_domain::organisation::{OrganisationKind, Profile};
use matchday_domain::terminology::Terminology;
use matchday_domain::text::{Language, Text};
use matchday_infra::evaluation::texts::{Document, Query};
use serde::Serialize;
use std::collections::HashSet;
use std::fmt;
use uuid::Uuid;

/// How well the texts are ranked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextFigures {
    /// Texts of the set.
    pub documents: usize,
    /// Of these, those with the id of an earlier one; the best of them counts.
    pub repeated_ids: usize,
    /// Queries with a relevant text.
    pub queries: usize,
    /// Queries without one, which are left out.
    pub without_relevant: usize,
    /// Relevant texts, over all queries, that the set does not have; they cannot be found and count all the same.
    pub missing_relevant: usize,
    /// Mean nDCG at 10.
    pub ndcg_10: f64,
    /// Mean average precision.
    pub map: f64,
    /// Mean recall at 100.
    pub recall_100: f64,
}

impl fmt::Display for TextFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Language::En)
    }
}

impl Figures for TextFigures {
    fn write(&self, f: &mut fmt::Formatter<'_>, language: Language) -> fmt::Result {
        let queries = match language {
            Language::Ko => format!(
                "{} (맞는 문서가 없는 {}개 제외)",
                self.queries, self.without_relevant
            ),
            Language::En => format!(
                "{} ({} without a relevant document left out)",
                self.queries, self.without_relevant
            ),
        };
        let documents = match (self.repeated_ids, language) {
            (0, _) => self.documents.to_string(),
            (repeated, Language::Ko) => format!(
                "{} (앞의 문서와 id가 같은 {repeated}개 포함. 그중 가장 앞선 것으로 계산)",
                self.documents
            ),
            (repeated, Language::En) => format!(
                "{} ({repeated} with the id of an earlier one; the best of them counts)",
                self.documents
            ),
        };
        let mut lines = vec![
            Line(language.pick("문서", "documents"), documents),
            Line(language.pick("질의", "queries"), queries),
        ];
        if self.missing_relevant > 0 {
            lines.push(Line(
                language.pick("문서에 없는 정답", "relevant but not among the documents"),
                self.missing_relevant.to_string(),
            ));
        }
        lines.extend([
            Line("nDCG@10", format!("{:.4}", self.ndcg_10)),
            Line("MAP", format!("{:.4}", self.map)),
            Line("recall@100", format!("{:.4}", self.recall_100)),
        ]);
        table(f, &lines)
    }
}

/// Ranks every text for every query. `each` is told of every query done.
pub fn evaluate(documents: &[Document], queries: &[Query], mut each: impl FnMut()) -> TextFigures {
    let subjects: Vec<OfferSubject> = documents.iter().map(offer).collect();
    let model = TextModel::of(1, &subjects);
    let (mut gains, mut precisions, mut recalls) = (Vec::new(), Vec::new(), Vec::new());
    let ids: HashSet<&str> = documents.iter().map(|document| &*document.id).collect();
    let (mut without_relevant, mut missing_relevant) = (0, 0);
    for query in queries {
        let relevant = query.grades.iter().filter(|(_, grade)| **grade > 0);
        missing_relevant += relevant
            .filter(|(id, _)| !ids.contains(id.as_str()))
            .count();
        let judged: Vec<u32> = query.grades.values().copied().collect();
        let mut seen = HashSet::new();
        let found = rank(&demand(&query.text), &subjects, &model).into_iter();
        let found = found.map(|(i, _)| documents[i].id.as_str());
        let found = found.filter(|id| seen.insert(*id));
        let ranked: Vec<u32> = found
            .map(|id| query.grades.get(id).copied().unwrap_or(0))
            .collect();
        match ndcg(&ranked, &judged, 10) {
            None => without_relevant += 1,
            Some(gain) => {
                gains.push(gain);
                precisions.extend(average_precision(&ranked, &judged));
                recalls.extend(recall(&ranked, &judged, 100));
            }
        }
        each();
    }
    TextFigures {
        documents: documents.len(),
        repeated_ids: documents.len() - ids.len(),
        queries: gains.len(),
        without_relevant,
        missing_relevant,
        ndcg_10: rounded(mean(&gains)),
        map: rounded(mean(&precisions)),
        recall_100: rounded(mean(&recalls)),
    }
}

fn written(text: &str) -> Text {
    Text::new(None, Some(text))
}

/// A text as an offer that says nothing else.
fn offer(document: &Document) -> OfferSubject {
    let content = OfferContent {
        title: written(&document.title),
        summary: written(&document.contents),
        ..OfferContent::default()
    };
    let (id, hospital) = (OfferId(Uuid::nil()), OrganisationId(Uuid::nil()));
    OfferSubject::new(id, 1, hospital, None, content, Terminology::standard())
}

/// A query as a demand that says nothing else.
fn demand(text: &str) -> DemandSubject {
    let content = DemandContent {
        title: written(text),
        ..DemandContent::default()
    };
    let profile = Profile {
        kind: OrganisationKind::Company,
        name: Text::default(),
        region: None,
        country: Country::korea(),
        firm_size: None,
        legal_form: None,
        foreign_parent: None,
        tier: None,
        beds: None,
        designated: false,
    };
    let (id, organisation) = (DemandId(Uuid::nil()), OrganisationId(Uuid::nil()));
    DemandSubject::new(
        id,
        1,
        organisation,
        profile,
        content,
        Terminology::standard(),
    )
}
