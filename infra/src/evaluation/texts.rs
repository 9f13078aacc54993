//! Texts and queries with the texts that answer them, one JSON object a line.

use super::{Unusable, lines};
use matchday_domain::message;
use matchday_domain::text::Message;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A text that can be found: `{"id", "title", "contents"}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Document {
    /// Its name.
    pub id: String,
    /// Its title; may be empty.
    #[serde(default)]
    pub title: String,
    /// Its body; may be empty.
    #[serde(default)]
    pub contents: String,
}

/// A question, and the grade of each text judged for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The words.
    pub text: String,
    /// Grades by document; what is not judged counts as 0.
    pub grades: BTreeMap<String, u32>,
}

/// Reads documents. Several may have one id: the best of them counts.
///
/// # Errors
/// A line is not a document, or there is none.
pub fn documents(bytes: &[u8]) -> Result<Vec<Document>, Unusable> {
    lines(bytes)
}

/// Reads queries: the text from `field`, or from `query`, `summary` or `text` where none is named; the grades from
/// `relevant` (a list of ids, grade 1) or `relevance` (a grade by id).
///
/// # Errors
/// A line has no such field, no judgements, or a grade that is no whole number.
pub fn queries(bytes: &[u8], field: Option<&str>) -> Result<Vec<Query>, Unusable> {
    let found: Vec<Map<String, Value>> = lines(bytes)?;
    let read = found.iter().enumerate().map(|(i, query)| {
        let names = field.map_or(vec!["query", "summary", "text"], |field| vec![field]);
        let text = names.iter().find_map(|name| query.get(*name)?.as_str());
        let text = text.ok_or_else(|| {
            let reason = message!(
                "{0} 항목에 글이 없습니다",
                "no text in the field {0}",
                names.join(" / ")
            );
            Unusable::at(i + 1, reason)
        })?;
        Ok(Query {
            text: text.to_owned(),
            grades: grades(query).map_err(|reason| Unusable::at(i + 1, reason))?,
        })
    });
    read.collect()
}

fn grades(query: &Map<String, Value>) -> Result<BTreeMap<String, u32>, Message> {
    if let Some(relevant) = query.get("relevant").and_then(Value::as_array) {
        let ids = relevant.iter().map(|id| id.as_str().map(str::to_owned));
        let ids = ids.map(|id| Some((id?, 1))).collect::<Option<_>>();
        return ids.ok_or_else(|| {
            Message::new(
                "`relevant`가 id의 목록이 아닙니다",
                "`relevant` is no list of ids",
            )
        });
    }
    let Some(relevance) = query.get("relevance").and_then(Value::as_object) else {
        return Err(Message::new(
            "`relevant`도 `relevance`도 없습니다",
            "neither `relevant` nor `relevance`",
        ));
    };
    let grades = relevance.iter().map(|(id, grade)| {
        let grade = grade.as_u64().and_then(|grade| u32::try_from(grade).ok());
        grade.map(|grade| (id.clone(), grade)).ok_or_else(|| {
            message!(
                "`{id}`의 등급이 정수가 아닙니다",
                "the grade of `{id}` is no whole number"
            )
        })
    });
    grades.collect()
}
