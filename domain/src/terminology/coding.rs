//! Suggesting codes for a free text: the longest words of the thesaurus that stand in it.

use super::recognise::{is_drug, is_duo, is_loinc};
use super::thesaurus::RowKind;
use super::trie::{Rows, Target, letter};
use super::words::is_composed;
use super::{ConditionCode, TermKind, Terminology, negation};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cell::LazyCell;
use unicode_normalization::UnicodeNormalization;

/// Texts are worked through in pieces of about this many bytes, so that memory stays small.
const PIECE: usize = 64 * 1024;
/// A text with one of these speaks of codes of conditions.
const SPEAK_OF_CODES: &[&str] = &["ICD", "KCD", "상병", "질병코드", "진단코드"];

/// A stretch of a text with the codes it suggests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodedTerm {
    /// What the codes stand for.
    pub kind: TermKind,
    /// The codes, most usual first.
    pub codes: Vec<String>,
    /// The words of the text that matched.
    pub matched: String,
}

/// The same as far as a text is gone through; what matched as `M`, which need not be a string of its own.
pub(crate) struct Mention<'t, M> {
    kind: TermKind,
    pub(crate) codes: Cow<'t, [String]>,
    pub(crate) matched: M,
}

impl Terminology {
    /// Codes suggested by a free text, in the order of their first mention; where words overlap, the longest.
    ///
    /// Short acronyms count only in capitals; ambiguous ones (`AF`, `MS`, `DM`) need a second clue, a word of the same
    /// chapter. Bare three-character codes count only where the text speaks of ICD or KCD. The time is linear in the
    /// text.
    pub fn code_text(&self, text: &str) -> Vec<CodedTerm> {
        let coded = |mention: Mention<'_, String>| CodedTerm {
            kind: mention.kind,
            codes: mention.codes.into_owned(),
            matched: mention.matched,
        };
        let mentions = self.mentions(text, str::to_owned, |_, _| ());
        mentions.into_iter().map(coded).collect()
    }

    /// [`Self::code_text`], with of what matched only as much as is asked for; calls `said` besides with the concept of
    /// every word of what data say, and with that word as the text has it.
    pub(crate) fn mentions<M>(
        &self,
        text: &str,
        matched: impl Fn(&str) -> M,
        mut said: impl FnMut(&str, &str),
    ) -> Vec<Mention<'_, M>> {
        let mut seen: Vec<(TermKind, Cow<'_, [String]>)> = Vec::new();
        let mut ambiguous: Vec<(usize, &Target)> = Vec::new();
        // The letters of what was found so far, as bits.
        let mut clues = 0;
        let mut out: Vec<Option<Mention<'_, M>>> = Vec::new();
        for piece in pieces(text) {
            let piece: Cow<'_, str> = if is_composed(piece) {
                piece.into()
            } else {
                piece.nfc().collect()
            };
            for (kind, code, written) in self.codes_written(&piece) {
                if kind == TermKind::Condition {
                    clues |= letter(&code);
                }
                let term = (kind, Cow::Owned(vec![code]));
                if !seen.contains(&term) {
                    seen.push(term.clone());
                    out.push(Some(Mention {
                        kind,
                        codes: term.1,
                        matched: matched(written),
                    }));
                }
            }
            self.trie.each_word(&piece, |rows, targets, written| {
                let of_rows = targets.iter().filter(|target| rows.hold(target));
                let good = || {
                    of_rows
                        .clone()
                        .filter(|target| target.is_written_as(written))
                };
                // A clue may be a term as well (`ECG`), and its word belongs to the first row that has it.
                if rows == Rows::Said {
                    let concepts = good().filter_map(|target| target.codes.first());
                    concepts.for_each(|concept| said(concept, written));
                    return;
                }
                for target in good().filter(|target| target.kind == RowKind::Clue) {
                    clues |= target.letters;
                }
                let term = good().find_map(|target| match target.kind {
                    RowKind::Term(kind) => Some((target, kind)),
                    RowKind::Clue | RowKind::Word => None,
                });
                let Some((target, kind)) = term else {
                    return;
                };
                if !target.ambiguous && kind == TermKind::Condition {
                    clues |= target.letters;
                }
                let codes = Cow::Borrowed(target.codes.as_slice());
                let term = (kind, codes.clone());
                if seen.contains(&term) {
                    return;
                }
                if target.ambiguous {
                    // Settled at the end, when all clues are known.
                    if ambiguous.iter().any(|(_, t)| t.codes == target.codes) {
                        return;
                    }
                    ambiguous.push((out.len(), target));
                } else {
                    seen.push(term);
                }
                out.push(Some(Mention {
                    kind,
                    codes,
                    matched: matched(written),
                }));
            });
        }
        for (i, target) in ambiguous {
            let certain = target.letters & clues != 0;
            let RowKind::Term(kind) = target.kind else {
                continue;
            };
            if !certain || seen.contains(&(kind, Cow::Borrowed(target.codes.as_slice()))) {
                out[i] = None;
            }
        }
        out.into_iter().flatten().collect()
    }

    /// [`Self::code_text`] of what a text affirms: what it excludes (`폐암 제외`, `without diabetes`) suggests no code.
    pub fn code_affirmed(&self, text: &str) -> Vec<CodedTerm> {
        let affirmed = negation::affirmed(text);
        let mut terms = self.code_text(&affirmed);
        if affirmed != text {
            // A term that denies by itself (`no export`) is meant as it stands.
            let whole = self.code_text(text).into_iter();
            for term in whole.filter(|term| negation::denies(&term.matched)) {
                if terms
                    .iter()
                    .all(|t| (t.kind, &t.codes) != (term.kind, &term.codes))
                {
                    terms.push(term);
                }
            }
        }
        terms.retain(|term| !negation::only_prefixed(&affirmed, &term.matched));
        terms
    }

    /// Codes written out: subcodes and ranges anywhere, bare categories where the text speaks of codes; DUO codes and
    /// full ATC codes anywhere, LOINC codes where the text names LOINC.
    fn codes_written<'p>(&self, piece: &'p str) -> Vec<(TermKind, String, &'p str)> {
        if !piece.bytes().any(|b| b.is_ascii_digit()) {
            return Vec::new();
        }
        let speaks = LazyCell::new(|| SPEAK_OF_CODES.iter().any(|word| piece.contains(word)));
        let loinc = LazyCell::new(|| piece.contains("LOINC"));
        piece
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':')))
            .map(|token| token.trim_matches(['.', '-', ':']))
            .filter(|token| (3..=12).contains(&token.len()))
            .filter(|token| token.bytes().all(|b| !b.is_ascii_lowercase()))
            .filter(|token| token.bytes().any(|b| b.is_ascii_digit()))
            .filter_map(|token| {
                let (kind, code) = if is_duo(token) || is_drug(token) || is_loinc(token) && *loinc {
                    self.code_in_full(token).into_iter().next()?
                } else {
                    let code: ConditionCode = token.parse().ok()?;
                    let meant = token[1..].contains(['.', '-']) || *speaks;
                    (meant && self.knows(&code))
                        .then(|| (TermKind::Condition, code.as_str().to_owned()))?
                };
                Some((kind, code, token))
            })
            .collect()
    }
}

/// Pieces of a text, cut at white space where there is some near.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut cut = rest.len();
        if rest.len() > PIECE {
            let mut near = PIECE;
            while !rest.is_char_boundary(near) {
                near += 1;
            }
            cut = rest[near..]
                .char_indices()
                .take(1_000)
                .find(|(_, c)| c.is_whitespace())
                .map_or(near, |(i, _)| near + i);
        }
        let (piece, after) = rest.split_at(cut);
        rest = after;
        Some(piece)
    })
}
