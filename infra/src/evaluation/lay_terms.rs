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
    /// The column of that name says whether the seed of the thesaurus had it; empty where there is no such column.
    pub in_seed: String,
}

/// Reads lay terms.
///
/// # Errors
/// A row has fewer than four cells or no expected code, or there is no row.
pub fn lay_terms(bytes: &[u8]) -> Result<Vec<LayTerm>, Unusable> {
    let rows = table(bytes, 4)?;
    let read = rows.into_iter().map(|(line, cells)| {
        let expected = cells[3].split('|').map(|code| code.trim().to_owned());
        let expected: Vec<String> = expected.filter(|code| !code.is_empty()).collect();
        if expected.is_empty() {
            return Err(Unusable::at(
                line,
                Message::new("기대하는 코드가 없습니다", "no expected code"),
            ));
        }
        Ok(LayTerm {
            term: cells[0].to_owned(),
            language: cells[1].to_owned(),
            kind: cells[2].to_owned(),
            expected,
            in_seed: cells.get(5).copied().unwrap_or_default().to_owned(),
        })
    });
    read.collect()
}
