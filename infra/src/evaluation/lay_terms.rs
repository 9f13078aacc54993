//! Lay terms and the codes they mean: `term, language, kind, expected, …`, tab-separated with a header.

use super::{Unusable, table};
use matchday_domain::text::Message;

/// A word of a patient or a newcomer, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayTerm {
    /// The word.
    pub term: String,
    /// `ko` or `en`.
    pub language: String,
    /// `diagnosis` or `modality`.
    pub kind: String,
    /// The codes of which any is right.
    pub expected: Vec<String>,
    /// Whether the seed of the thesaurus had it, by the column `in_seed_thesaurus`; empty where there is none.
    pub in_seed: String,
}

/// Reads lay terms: the columns `term, language, kind, expected` of the header, in any order, and others.
///
/// # Errors
/// The header lacks a column, a row has an empty cell or no expected code, or there is no row.
pub fn lay_terms(bytes: &[u8]) -> Result<Vec<LayTerm>, Unusable> {
    let needed = ["term", "language", "kind", "expected"];
    let rows = table(bytes, needed, ["in_seed_thesaurus"])?;
    let read = rows.into_iter().map(|row| {
        let [term, language, kind, expected] = row.cells;
        let expected = expected.split('|').map(|code| code.trim().to_owned());
        let expected: Vec<String> = expected.filter(|code| !code.is_empty()).collect();
        if expected.is_empty() {
            let reason = Message::new(
                "expected: 기대하는 코드가 없습니다",
                "expected: no expected code",
            );
            return Err(Unusable::at(row.line, reason));
        }
        Ok(LayTerm {
            term: term.to_owned(),
            language: language.to_owned(),
            kind: kind.to_owned(),
            expected,
            in_seed: row.others[0].to_owned(),
        })
    });
    read.collect()
}
