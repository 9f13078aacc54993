//! Finding terms for a picker.

use super::thesaurus::{RowKind, duo_terms};
use super::tree::Level;
use super::words::key;
use super::{ConditionCode, TermKind, Terminology};
use crate::catalogue::{AccessMode, DataKind, Standard};
use crate::text::Message;
use crate::use_conditions::{Modifier, Permission};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Longer questions are cut: nobody types them, and the time of a search grows with them.
const MAX_QUESTION: usize = 200;

/// A term that a picker shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What it stands for.
    pub kind: TermKind,
    /// The code: of a condition (or range), data kind, standard, use condition or access mode.
    pub code: String,
    /// Its name.
    pub label: Message,
    /// The word or code that matched.
    pub matched: String,
}

/// A word that can be searched.
#[derive(Debug)]
pub(super) struct Entry {
    key: String,
    written: String,
    kind: TermKind,
    codes: Vec<String>,
    /// 0 for words that were chosen by hand, 1 for titles of the tree.
    tier: u8,
}

/// How a question matches a word, best first.
fn rank(question: &str, tokens: &[&str], parts: &HashSet<String>, key: &str) -> Option<u8> {
    if key == question {
        return Some(0);
    }
    if key.starts_with(question) {
        return Some(1);
    }
    let latin = question.bytes().next().is_some_and(|b| b.is_ascii());
    let inside = if latin {
        // On word boundaries: after a space or after Hangul.
        key.match_indices(question).any(|(i, _)| {
            key[..i]
                .bytes()
                .next_back()
                .is_none_or(|b| !b.is_ascii_alphanumeric())
        })
    } else {
        key.contains(question)
    };
    if inside {
        return Some(2);
    }
    let scattered = tokens.len() > 1
        && tokens
            .iter()
            .all(|token| key.split(' ').any(|word| word.starts_with(token)));
    if scattered {
        return Some(3);
    }
    parts.contains(key).then_some(NAMED)
}

/// The question names this term and more.
const NAMED: u8 = 4;
/// Words of the longest term that a question of several may name.
const PART_WORDS: usize = 5;

/// The keys of all runs of a question's words: `폐암 CT` names two terms.
fn parts(words: &str) -> HashSet<String> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let runs = (0..words.len()).flat_map(|from| (1..=PART_WORDS).map(move |n| (from, from + n)));
    runs.filter_map(|(from, until)| words.get(from..until))
        .map(|run| key(&run.join(" ")))
        .filter(|key| !key.is_empty())
        .collect()
}

/// All that can be searched: words of the thesaurus, names of the vocabularies, titles and codes of the tree.
pub(super) fn entries(terminology: &Terminology) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut add = |written: &str, kind, codes: Vec<String>, tier| {
        let key = key(written);
        if !key.is_empty() {
            out.push(Entry {
                key,
                written: written.to_owned(),
                kind,
                codes,
                tier,
            });
        }
    };
    for row in &terminology.rows {
        let RowKind::Term(kind) = row.kind else {
            continue;
        };
        let codes: Vec<String> = row.codes.iter().map(|c| (*c).to_owned()).collect();
        for word in row.korean.iter().chain(&row.english) {
            add(word.written, kind, codes.clone(), 0);
        }
    }
    let mut names = |kind, code: &str, label: Message| {
        for written in [code, &label.ko, &label.en] {
            add(written, kind, vec![code.to_owned()], 0);
        }
    };
    for kind in DataKind::all() {
        names(TermKind::DataKind, kind.code(), kind.label());
    }
    for standard in Standard::ALL {
        names(TermKind::Standard, standard.code(), standard.label());
    }
    for permission in Permission::ALL {
        names(
            TermKind::UseCondition,
            permission.code(),
            permission.label(),
        );
    }
    for modifier in Modifier::ALL {
        names(TermKind::UseCondition, modifier.code(), modifier.label());
    }
    for mode in AccessMode::ALL {
        names(TermKind::AccessMode, mode.code(), mode.label());
    }
    for (id, shorthand, label) in duo_terms() {
        if use_condition_label(shorthand).is_some() {
            for written in [id, label] {
                add(
                    written,
                    TermKind::UseCondition,
                    vec![shorthand.to_owned()],
                    0,
                );
            }
        }
    }
    for node in terminology.tree.nodes() {
        // A block of one category is that category.
        if node.level == Level::Block && node.first == node.last {
            continue;
        }
        for written in [node.code.as_str(), node.title.as_str()] {
            add(written, TermKind::Condition, vec![node.code.clone()], 1);
        }
    }
    out
}

fn use_condition_label(code: &str) -> Option<Message> {
    Permission::from_code(code)
        .map(Permission::label)
        .or_else(|| Modifier::from_code(code).map(Modifier::label))
}

impl Terminology {
    /// The name of a code of any kind, the code itself where it has none.
    pub fn label_of(&self, kind: TermKind, code: &str) -> Message {
        match kind {
            TermKind::Condition => code.parse().ok().map(|c: ConditionCode| self.label(&c)),
            TermKind::DataKind => DataKind::from_code(code).map(DataKind::label),
            TermKind::Standard => Standard::from_code(code).map(Standard::label),
            TermKind::UseCondition => use_condition_label(code),
            TermKind::AccessMode => AccessMode::from_code(code).map(AccessMode::label),
        }
        .unwrap_or_else(|| Message::new(code, code))
    }

    /// Terms for a picker, best first: exact before prefix before contained, words of the thesaurus before titles,
    /// shorter before longer. Codes are found too, also subcodes (`C34.1`) of known categories.
    pub fn search(&self, words: &str, limit: usize) -> Vec<Term> {
        let words: String = words.chars().take(MAX_QUESTION).collect();
        let question = key(&words);
        if question.is_empty() || limit == 0 {
            return Vec::new();
        }
        let tokens: Vec<&str> = question.split(' ').collect();
        let parts = parts(&words);
        let mut hits: Vec<(u8, u8, usize, usize)> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(i, entry)| {
                let rank = rank(&question, &tokens, &parts, &entry.key)?;
                let length = entry.key.len();
                // Of the terms a question names, the longest says most.
                let order = if rank == NAMED {
                    usize::MAX - length
                } else {
                    length
                };
                Some((rank, entry.tier, order, i))
            })
            .collect();
        hits.sort_unstable();
        let mut seen: HashSet<(TermKind, &str)> = HashSet::new();
        let mut terms: Vec<Term> = Vec::new();
        // A code in full comes first, even one that only hangs from a category.
        let code = words
            .trim()
            .parse::<ConditionCode>()
            .ok()
            .filter(|code| self.knows(code));
        if let Some(code) = &code {
            seen.insert((TermKind::Condition, code.as_str()));
            terms.push(Term {
                kind: TermKind::Condition,
                code: code.as_str().to_owned(),
                label: self.label(code),
                matched: code.as_str().to_owned(),
            });
        }
        for (_, _, _, i) in hits {
            let entry = &self.entries[i];
            for code in &entry.codes {
                if terms.len() >= limit {
                    return terms;
                }
                if seen.insert((entry.kind, code)) {
                    terms.push(Term {
                        kind: entry.kind,
                        code: code.clone(),
                        label: self.label_of(entry.kind, code),
                        matched: entry.written.clone(),
                    });
                }
            }
        }
        terms
    }
}
