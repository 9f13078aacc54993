//! Words of texts: English stemmed, Korean as character bigrams.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Characters of a text that are read; more does not change what it is about.
const READ: usize = 20_000;

/// English words that say nothing.
const EMPTY: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "of", "on",
    "or", "our", "that", "the", "their", "this", "to", "we", "with",
];

fn is_hangul(c: char) -> bool {
    ('\u{AC00}'..='\u{D7A3}').contains(&c)
}

/// The terms of a text with how often each stands there, times `weight`.
pub(super) fn count(text: &str, weight: f64, into: &mut BTreeMap<String, f64>) {
    let stemmer = Stemmer::create(Algorithm::English);
    let text: String = text.chars().take(READ).nfc().collect();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        // 폐암CT reads as two words.
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let hangul = is_hangul(first);
            let end = rest.find(|c| is_hangul(c) != hangul).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = after;
            if hangul {
                let letters: Vec<char> = run.chars().collect();
                if letters.len() == 1 {
                    *into.entry(run.to_owned()).or_default() += weight;
                }
                for pair in letters.windows(2) {
                    *into.entry(pair.iter().collect()).or_default() += weight;
                }
            } else {
                let lower = run.to_lowercase();
                if lower.len() > 1 && !EMPTY.contains(&lower.as_str()) {
                    *into.entry(stemmer.stem(&lower).into_owned()).or_default() += weight;
                }
            }
        }
    }
}

/// The terms of a text.
pub(super) fn terms(text: &str) -> BTreeMap<String, f64> {
    let mut terms = BTreeMap::new();
    count(text, 1.0, &mut terms);
    terms
}
