//! Text as comparable tokens: English words stemmed, Korean (and other scripts without spaces) as character bigrams.
//!
//! Measured on public sets: bigrams equal a dictionary analyser for Korean and need no dictionary.

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use unicode_normalization::UnicodeNormalization;

/// Words so common that they say nothing; idf would only learn it slowly.
const STOP: &[&str] = &[
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "for", "from",
    "had", "has", "have", "if", "in", "into", "is", "it", "its", "no", "not", "of", "on", "only",
    "or", "our", "such", "than", "that", "the", "their", "there", "these", "they", "this", "to",
    "was", "we", "were", "which", "who", "will", "with", "would",
];

/// A comparable piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The stem or bigram.
    pub form: String,
    /// The word it comes from, as people read it.
    pub word: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Written in words: Latin, Greek, Cyrillic, digits.
    Words,
    /// Hangul.
    Hangul,
    /// Chinese characters and kana.
    Han,
    None,
}

fn script(ch: char) -> Script {
    match ch {
        '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' => {
            Script::Hangul
        }
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => Script::Han,
        _ if ch.is_alphanumeric() => Script::Words,
        _ => Script::None,
    }
}

/// The tokens of a text, in its order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    each_token(text, |form, word| {
        out.push(Token {
            form: form.to_owned(),
            word: word.to_owned(),
        });
    });
    out
}

/// Calls with the form and the word of every token of a text, in its order.
pub(super) fn each_token(text: &str, mut each: impl FnMut(&str, &str)) {
    let text: String = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfkc().flat_map(char::to_lowercase).collect()
    };
    let (mut start, mut of) = (0, Script::None);
    for (at, ch) in text.char_indices().chain([(text.len(), ' ')]) {
        let next = script(ch);
        if next != of {
            finish(&text[start..at], of, &mut each);
            (start, of) = (at, next);
        }
    }
}

fn finish(word: &str, script: Script, each: &mut impl FnMut(&str, &str)) {
    match script {
        Script::None => {}
        Script::Words => {
            if STOP.binary_search(&word).is_err() {
                stem(word, |form| each(form, word));
            }
        }
        Script::Hangul | Script::Han => {
            let starts = || word.char_indices().map(|(at, _)| at);
            let ends = starts().skip(2).chain([word.len()]);
            if starts().nth(1).is_none() {
                each(word, word);
            } else {
                for (start, end) in starts().zip(ends) {
                    each(&word[start..end], word);
                }
            }
        }
    }
}

/// Stems remembered at most; then they are forgotten and learnt anew.
const REMEMBERED_STEMS: usize = 1 << 16;

thread_local! {
    /// Texts repeat their words, and stemming one takes longer than all the rest.
    static STEMS: RefCell<FxHashMap<Box<str>, Box<str>>> = RefCell::default();
}

fn stem(word: &str, each: impl FnOnce(&str)) {
    STEMS.with_borrow_mut(|stems| {
        if let Some(stem) = stems.get(word) {
            return each(stem);
        }
        if stems.len() >= REMEMBERED_STEMS {
            stems.clear();
        }
        let stem = Stemmer::create(Algorithm::English).stem(word);
        each(&stem);
        stems.insert(word.into(), stem.into());
    });
}

/// A token's number: FNV-1a of 64 bits, the same on every machine. Among a million tokens a chance of one in 10⁷ that
/// two share a number.
pub(super) fn number(form: &str) -> u64 {
    form.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether a text has Hangul.
pub(super) fn has_hangul(text: &str) -> bool {
    text.chars().any(|ch| script(ch) == Script::Hangul)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.form).collect()
    }

    #[test]
    fn english_is_stemmed_and_korean_cut_into_bigrams() {
        assert_eq!(
            forms("The patients' CTs, 12-lead"),
            ["patient", "cts", "12", "lead"].map(String::from)
        );
        assert_eq!(
            forms("흉부CT 폐암환자"),
            ["흉부", "ct", "폐암", "암환", "환자"].map(String::from)
        );
        assert_eq!(forms("혹 ＥＧＦＲ"), ["혹", "egfr"].map(String::from));
        assert!(forms(" …💥 ").is_empty());
    }

    #[test]
    fn stop_words_are_sorted() {
        assert!(STOP.is_sorted());
    }
}
