//! Texts and queries with the texts that answer them, one JSON object a line. Their keys are those of many public sets, so
//! that others besides ours are nobody's slip.

use super::record::{Record, expected, id, name};
use super::{Unusable, lines, of};
use matchday_domain::message;
use matchday_domain::text::Message;
use serde_json::Value;
use std::collections::BTreeMap;

/// A text that can be found: `{"id", "title", "contents"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub id: String,
    /// Its title; may be empty.
    pub title: String,
    /// Its body; may be empty.
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

/// Reads documents. Ids may be numbers. Several may have one id, as in public sets: the best of them counts.
///
/// # Errors
/// A line is not a document, or there is none.
pub fn documents(bytes: &[u8]) -> Result<Vec<Document>, Unusable> {
    let read = lines::<Record>(bytes)?.into_iter().map(|(line, record)| {
        let written = |key: &str| match record.get(key) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => Err(of(key, &expected("글이", "a text", other))),
        };
        let document = || -> Result<Document, Message> {
            Ok(Document {
                id: id(&record, "id")?,
                title: written("title")?,
                contents: written("contents")?,
            })
        };
        document().map_err(|reason| Unusable::at(line, reason))
    });
    read.collect()
}

/// Reads queries: the text from `field`, or from `query`, `summary` or `text` where none is named; the grades from
/// `relevant` (a list of ids, grade 1) or `relevance` (a grade by id).
///
/// # Errors
/// A line has no such field, no judgements or both, or a grade that is no whole number.
pub fn queries(bytes: &[u8], field: Option<&str>) -> Result<Vec<Query>, Unusable> {
    let read = lines::<Record>(bytes)?.into_iter().map(|(line, query)| {
        let names = field.map_or(vec!["query", "summary", "text"], |field| vec![field]);
        let text = names.iter().find_map(|name| query.get(*name)?.as_str());
        let text = text.filter(|text| !text.trim().is_empty());
        let text = text.ok_or_else(|| {
            let names = names.join(" / ");
            let reason = message!(
                "{names} 항목에 글이 없습니다",
                "no text in the field {names}"
            );
            Unusable::at(line, reason)
        })?;
        Ok(Query {
            text: text.to_owned(),
            grades: grades(&query).map_err(|reason| Unusable::at(line, reason))?,
        })
    });
    read.collect()
}

fn grades(query: &Record) -> Result<BTreeMap<String, u32>, Message> {
    let said = |key: &str| query.get(key).filter(|value| !value.is_null());
    match (said("relevant"), said("relevance")) {
        (Some(_), Some(_)) => Err(Message::new(
            "`relevant`와 `relevance`가 함께 있습니다. 하나만 쓰십시오",
            "both `relevant` and `relevance`: only one of them counts",
        )),
        (Some(relevant), None) => {
            let ids = relevant.as_array().map(|ids| ids.iter().map(name));
            let grades = ids.and_then(|ids| ids.map(|id| Some((id?, 1))).collect());
            grades.ok_or_else(|| {
                Message::new("relevant: id의 목록이 아닙니다", "relevant: no list of ids")
            })
        }
        (None, Some(Value::Object(relevance))) => {
            let grades = relevance.iter().map(|(id, grade)| {
                let grade = grade.as_u64().and_then(|grade| u32::try_from(grade).ok());
                grade.map(|grade| (id.clone(), grade)).ok_or_else(|| {
                    message!(
                        "relevance: `{id}`의 등급이 0 이상의 정수가 아닙니다",
                        "relevance: the grade of `{id}` is no whole number, 0 or more"
                    )
                })
            });
            grades.collect()
        }
        (None, Some(_)) => Err(Message::new(
            "relevance: id마다 등급이 있는 객체 `{…}`가 아닙니다",
            "relevance: no object `{…}` of grades by id",
        )),
        (None, None) => Err(Message::new(
            "`relevant`도 `relevance`도 없습니다",
            "neither `relevant` nor `relevance`",
        )),
    }
}
