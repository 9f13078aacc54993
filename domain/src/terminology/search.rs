//! Finding terms for a picker.

use super::complaints::complaint;
use super::kcd::KcdEntry;
use super::near::nearly;
use super::recognise::{CodeShape, called, shapes};
use super::thesaurus::{RowKind, duo_terms};
use super::tree::Level;
use super::variants::variants;
use super::words::key;
use super::{ConditionCode, TermKind, Terminology};
use crate::catalogue::{AccessMode, DataKind, Standard};
use crate::text::Message;
use crate::use_conditions::{Modifier, Permission};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

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
    /// 0 for words that were chosen by hand, 1 for titles of the tree, 2 for titles below it.
    tier: u8,
    /// See [`grams`].
    grams: Vec<u64>,
}

/// How a question matches a word, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It is the word, but for spaces.
    Exact,
    /// It is the word said otherwise, see [`variants`].
    Variant,
    /// The word begins with it.
    Prefix,
    /// The word holds it.
    Inside,
    /// The word holds beginnings of all its words.
    Scattered,
    /// It is the word but for one slip, see [`nearly`].
    Near,
    /// It names the word and more.
    Named,
}

/// A question, read once for all words.
struct Question<'q> {
    key: &'q str,
    tokens: Vec<&'q str>,
    /// Variants with their distance.
    variants: HashMap<String, usize>,
    parts: HashSet<String>,
}

impl Question<'_> {
    /// How it matches a word, and the order within that rank, lower first.
    fn rank(&self, key: &str) -> Option<(Rank, usize)> {
        let question = self.key;
        if key == question || same_but_spaces(key, question) {
            return Some((Rank::Exact, usize::from(key != question)));
        }
        if let Some(distance) = self.variants.get(key) {
            return Some((Rank::Variant, *distance));
        }
        if key.starts_with(question) {
            return Some((Rank::Prefix, key.len()));
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
            return Some((Rank::Inside, key.len()));
        }
        let scattered = self.tokens.len() > 1
            && self
                .tokens
                .iter()
                .all(|token| key.split(' ').any(|word| word.starts_with(token)));
        if scattered {
            return Some((Rank::Scattered, key.len()));
        }
        if nearly(question, key) {
            return Some((Rank::Near, key.len()));
        }
        // Of the terms a question names, the longest says most.
        let named = self.parts.contains(key);
        named.then_some((Rank::Named, usize::MAX - key.len()))
    }
}

/// `heartattack` and `heart attack`.
fn same_but_spaces(a: &str, b: &str) -> bool {
    a.len().abs_diff(b.len()) <= 8
        && a.as_bytes().first() == b.as_bytes().first()
        && a.bytes()
            .filter(|c| *c != b' ')
            .eq(b.bytes().filter(|c| *c != b' '))
}

/// Categories up to which a range is shown by them rather than as a whole, which is how many are shown of a longer one, and
/// the most of a range of which any are shown.
const SHORT: usize = 4;
const FOLLOWED: usize = 26;
/// Of 1,000, how alike words are that are offered for one another when nothing else fits, and how many at most.
const LEAST_ALIKE: usize = 450;
const MOST_ALIKE: usize = 12;

/// Pairs of letters (Hangul) or three in a row (Latin, with the ends of the words), sorted.
fn grams(key: &str) -> Vec<u64> {
    let hangul = key.chars().any(super::words::is_hangul);
    let (padded, length) = if hangul {
        (key.to_owned(), 2)
    } else {
        (format!(" {key} "), 3)
    };
    let chars: Vec<char> = padded.chars().collect();
    let mut grams: Vec<u64> = chars
        .windows(length)
        .map(|gram| {
            gram.iter()
                .fold(0, |sum, c| (sum << 21) | u64::from(u32::from(*c)))
        })
        .collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// How many two sorted lists have in common.
fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        n += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    n
}

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
pub(super) fn entries(terminology: &Terminology, kcd: &[KcdEntry]) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut add = |written: &str, kind, codes: Vec<String>, tier| {
        let key = key(written);
        if !key.is_empty() {
            let grams = grams(&key);
            out.push(Entry {
                key,
                written: written.to_owned(),
                kind,
                codes,
                tier,
                grams,
            });
        }
    };
    for row in &terminology.rows {
        let RowKind::Term(kind) = row.kind else {
            continue;
        };
        for word in row.words() {
            add(&word.written, kind, row.codes.clone(), 0);
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
        let korean = terminology.titles.korean(&node.code);
        for written in [node.code.as_str(), node.title.as_str()]
            .into_iter()
            .chain(korean)
        {
            add(written, TermKind::Condition, vec![node.code.clone()], 1);
        }
    }
    for entry in kcd {
        let code = entry.code.as_str();
        // Of what the tree has, the code is there already.
        let tier = if entry.code.is_range() || code.len() == 3 {
            1
        } else {
            add(code, TermKind::Condition, vec![code.to_owned()], 2);
            2
        };
        for title in [Some(&entry.korean), entry.english.as_ref()]
            .into_iter()
            .flatten()
        {
            add(title, TermKind::Condition, vec![code.to_owned()], tier);
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

    /// Terms for a picker, best first: the word itself before the same said otherwise, before words that begin with the
    /// question or hold it, before terms that the question names among others; words of the thesaurus before titles,
    /// shorter before longer. Codes are found too, also subcodes (`C34.1`) of known categories, and codes of other
    /// systems by their shape, which lead to what they are codes of (`4548-4` to laboratory results).
    pub fn search(&self, words: &str, limit: usize) -> Vec<Term> {
        let words: String = words.chars().take(MAX_QUESTION).collect();
        let key = key(&words);
        if key.is_empty() || limit == 0 {
            return Vec::new();
        }
        let mut terms = Terms {
            terminology: self,
            limit,
            seen: HashSet::new(),
            found: Vec::new(),
        };
        // A code that is called by its system is that and nothing else.
        if let Some((shape, code)) = called(&words) {
            let meant = match shape {
                CodeShape::Condition => self.condition_in_full(&code),
                other => other.leads_to().map(|(kind, to)| (kind, to.to_owned())),
            };
            if let Some((kind, to)) = meant {
                terms.add(kind, &to, words.trim());
                return terms.found;
            }
        }
        // A code in full comes first, even one that only hangs from a category.
        for (kind, code) in self.code_in_full(words.trim()) {
            terms.add(kind, &code, words.trim());
        }
        let question = Question {
            key: &key,
            tokens: key.split(' ').collect(),
            variants: variants(&key)
                .into_iter()
                .enumerate()
                .map(|(i, variant)| (variant, i))
                .collect(),
            parts: parts(&words),
        };
        let mut hits: Vec<(Rank, (usize, usize), usize)> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(i, entry)| {
                let (rank, order) = question.rank(&entry.key)?;
                let tier = usize::from(entry.tier);
                let order = match rank {
                    // A title near the question before a word far from it.
                    Rank::Variant => (order, tier),
                    _ => (tier, order),
                };
                Some((rank, order, i))
            })
            .collect();
        hits.sort_unstable();
        let complaint = complaint(&words);
        let mut plain = complaint.as_ref().filter(|complaint| complaint.plain);
        for (rank, _, i) in hits {
            // What is meant is nearer than words that only hold what was said.
            if rank > Rank::Variant
                && let Some(complaint) = plain.take()
            {
                terms.add_all(complaint.codes, words.trim());
            }
            terms.add_entry(&self.entries[i]);
            if terms.is_full() {
                return terms.found;
            }
        }
        for complaint in plain.into_iter().chain(&complaint) {
            terms.add_all(complaint.codes, words.trim());
        }
        for i in self.alike(&key) {
            terms.add_entry(&self.entries[i]);
        }
        let mut within = self.code_text(&words);
        within.sort_by_key(|coded| std::cmp::Reverse(coded.matched.chars().count()));
        for coded in within {
            for code in &coded.codes {
                terms.add(coded.kind, code, &coded.matched);
            }
        }
        terms.found
    }

    /// Words of the thesaurus that share most of their letters with a question, the most alike first: `hiatus
    /// hernia` and `hiatal hernia`.
    fn alike(&self, question: &str) -> Vec<usize> {
        let asked = grams(question);
        // Hardly anybody mistakes the first letter.
        let first = question.chars().next().filter(char::is_ascii);
        let own = self
            .entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.tier == 0)
            .filter(|(_, entry)| first.is_none_or(|first| entry.key.starts_with(first)));
        let shared: Vec<(usize, usize)> = own
            .map(|(i, entry)| (i, common(&asked, &entry.grams)))
            .filter(|(_, shared)| *shared > 1)
            .collect();
        let mut alike: Vec<(std::cmp::Reverse<usize>, usize)> = shared
            .into_iter()
            .map(|(i, shared)| {
                let all = asked.len() + self.entries[i].grams.len();
                (std::cmp::Reverse(2_000 * shared / all), i)
            })
            .filter(|(likeness, _)| likeness.0 >= LEAST_ALIKE)
            .collect();
        alike.sort_unstable();
        alike.into_iter().take(MOST_ALIKE).map(|(_, i)| i).collect()
    }

    /// What a code is, if the question is one: a condition, or by its shape a code of another system.
    pub(super) fn code_in_full(&self, question: &str) -> Vec<(TermKind, String)> {
        // `C10` is a cancer rather than a group of drugs.
        if let Some(condition) = self.condition_in_full(question) {
            return vec![condition];
        }
        let other = match shapes(question).first() {
            Some(CodeShape::Duo) => duo_terms()
                .find(|(id, shorthand, _)| {
                    *id == question && use_condition_label(shorthand).is_some()
                })
                .map(|(_, shorthand, _)| (TermKind::UseCondition, shorthand)),
            shape => shape.and_then(|shape| shape.leads_to()),
        };
        let other = other.map(|(kind, code)| (kind, code.to_owned()));
        other.into_iter().collect()
    }

    fn condition_in_full(&self, question: &str) -> Option<(TermKind, String)> {
        let code: ConditionCode = question.parse().ok()?;
        self.knows(&code)
            .then(|| (TermKind::Condition, code.as_str().to_owned()))
    }
}

/// Terms found so far, each once.
struct Terms<'t> {
    terminology: &'t Terminology,
    limit: usize,
    seen: HashSet<(TermKind, String)>,
    found: Vec<Term>,
}

impl Terms<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= self.limit
    }

    /// Codes of a word. Of a word of the thesaurus that names a subcode the category comes first: data are coded by
    /// categories more often than below them, and a category finds both. Of one that names a short range, the
    /// categories come before the whole.
    fn add_entry(&mut self, entry: &Entry) {
        let of_thesaurus = entry.tier == 0 && entry.kind == TermKind::Condition;
        for code in &entry.codes {
            let read = code.parse::<ConditionCode>().ok().filter(|_| of_thesaurus);
            let Some(read) = read else {
                self.add(entry.kind, code, &entry.written);
                continue;
            };
            let parts = match read.categories() {
                (first, last) if first == last => vec![first.to_owned()],
                (first, last) => self.terminology.tree.between(first, last, FOLLOWED),
            };
            if parts.len() > SHORT {
                self.add(entry.kind, code, &entry.written);
            }
            // The last one of a block is mostly of what is not specified, as a word that says no more is coded.
            let (unspecified, specified) = (
                parts.last(),
                parts.split_last().map_or(&[][..], |(_, rest)| rest),
            );
            for part in unspecified.into_iter().chain(specified).take(SHORT) {
                self.add(entry.kind, part, &entry.written);
            }
            self.add(entry.kind, code, &entry.written);
        }
    }

    fn add_all(&mut self, codes: &[&str], matched: &str) {
        for code in codes {
            self.add(TermKind::Condition, code, matched);
        }
    }

    fn add(&mut self, kind: TermKind, code: &str, matched: &str) {
        if !self.is_full() && self.seen.insert((kind, code.to_owned())) {
            self.found.push(Term {
                kind,
                code: code.to_owned(),
                label: self.terminology.label_of(kind, code),
                matched: matched.to_owned(),
            });
        }
    }
}
