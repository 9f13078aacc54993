//! The thesaurus: which code a lay term leads to.

use super::{Figures, Line, part, rounded, table};
use matchday_domain::terminology::{ConditionCode, Terminology};
use matchday_domain::text::Language;
use matchday_infra::evaluation::lay_terms::LayTerm;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// How many terms lead to their code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermFigures {
    /// Terms of the set.
    pub terms: usize,
    /// Share whose first code is right.
    pub recall_1: f64,
    /// Share whose first code is right or a part of what is (`K76.0` of `K76`).
    pub recall_1_narrower: f64,
    /// Share with a right code among the first five.
    pub recall_5: f64,
    /// Share whose first code is right, by kind and by whether the seed had the term.
    pub parts: BTreeMap<String, Part>,
    /// Terms whose first code is wrong: the term, what came first, what was expected.
    pub wrong: Vec<(String, String, String)>,
}

/// What came first where nothing was found.
const NOTHING: &str = "nothing";

/// A part of the terms.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Part {
    /// Terms of it.
    pub terms: usize,
    /// Of these, those whose first code is right.
    pub right: usize,
}

impl fmt::Display for TermFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Language::En)
    }
}

impl Figures for TermFigures {
    fn write(&self, f: &mut fmt::Formatter<'_>, language: Language) -> fmt::Result {
        for (term, got, expected) in &self.wrong {
            match language {
                Language::Ko => {
                    let got = if got == NOTHING { "없음" } else { got };
                    writeln!(f, "{term}: {expected} 대신 {got}")
                }
                Language::En => writeln!(f, "{term}: {got} instead of {expected}"),
            }?;
        }
        let mut lines = vec![
            Line(language.pick("용어", "terms"), self.terms.to_string()),
            Line("recall@1", format!("{:.4}", self.recall_1)),
            Line(
                language.pick("  하위 코드 포함", "  with narrower codes"),
                format!("{:.4}", self.recall_1_narrower),
            ),
            Line("recall@5", format!("{:.4}", self.recall_5)),
        ];
        let parts = self.parts.iter();
        lines.extend(parts.map(|(name, of)| Line(name, part(of.right, of.terms, language))));
        table(f, &lines)
    }
}

/// Whether a code is a condition within another.
fn is_part(found: &str, expected: &str) -> bool {
    let read = |code: &str| code.parse::<ConditionCode>().ok();
    match (read(found), read(expected)) {
        (Some(found), Some(expected)) => Terminology::standard().consent_covers(&expected, &found),
        _ => false,
    }
}

/// Searches every term as a user would.
#[allow(clippy::cast_precision_loss)]
pub fn evaluate(terms: &[LayTerm]) -> TermFigures {
    let (mut first, mut narrower, mut five) = (0, 0, 0);
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    let mut wrong = Vec::new();
    for term in terms {
        let found = Terminology::standard().search(&term.term, 5);
        let is_right = |code: &str| term.expected.iter().any(|expected| expected == code);
        let hit = found.first().is_some_and(|found| is_right(&found.code));
        first += usize::from(hit);
        let part = found.first().is_some_and(|found| {
            let mut expected = term.expected.iter();
            hit || expected.any(|expected| is_part(&found.code, expected))
        });
        narrower += usize::from(part);
        five += usize::from(found.iter().any(|found| is_right(&found.code)));
        let mut names = vec![format!("{} ({})", term.kind, term.language)];
        if !term.in_seed.is_empty() {
            names.push(format!("in the seed: {}", term.in_seed));
        }
        for name in names {
            let part = parts.entry(name).or_default();
            part.terms += 1;
            part.right += usize::from(hit);
        }
        if !hit {
            let got = found.first().map_or(NOTHING, |found| &found.code);
            wrong.push((term.term.clone(), got.to_owned(), term.expected.join("|")));
        }
    }
    let all = terms.len().max(1) as f64;
    TermFigures {
        terms: terms.len(),
        recall_1: rounded(first as f64 / all),
        recall_1_narrower: rounded(narrower as f64 / all),
        recall_5: rounded(five as f64 / all),
        parts,
        wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use matchday_infra::evaluation::lay_terms::lay_terms;

    #[test]
    fn lay_terms_that_chose_nothing_are_found() {
        for (list, least, at_5) in [
            (
                &include_bytes!("../../../infra/src/evaluation/examples/lay_terms_3.tsv")[..],
                230,
                0.95,
            ),
            (
                include_bytes!("../../../infra/src/evaluation/examples/lay_terms_5.tsv"),
                230,
                0.95,
            ),
            (
                include_bytes!("../../../infra/src/evaluation/examples/lay_terms_7.tsv"),
                170,
                0.94,
            ),
        ] {
            let figures = lay_terms(list).map(|terms| evaluate(&terms));
            // Only the totals are told: whoever reads which terms miss has chosen by them.
            let totals = figures.map(|f| (f.terms, f.recall_1, f.recall_5));
            assert!(
                totals
                    .as_ref()
                    .is_ok_and(|&(terms, first, five)| terms > least
                        && first >= 0.9
                        && five >= at_5),
                "{totals:?}"
            );
        }
    }
}
