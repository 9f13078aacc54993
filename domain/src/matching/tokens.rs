//! Text as comparable tokens: English words stemmed, Korean (and other scripts without spaces) as character bigrams.
//!
//! Measured on public sets: bigrams equal a dictionary analyser for Korean and need no dictionary.

use rust_stemmers::{Algorithm, Stemmer};
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
    let stemmer = Stemmer::create(Algorithm::English);
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let mut out = Vec::new();
    let mut run: Vec<char> = Vec::new();
    let mut of = Script::None;
    for ch in text.chars().chain(std::iter::once(' ')) {
        let next = script(ch);
        if next != of {
            finish(&run, of, &stemmer, &mut out);
            run.clear();
            of = next;
        }
        run.push(ch);
    }
    out
}

fn finish(run: &[char], script: Script, stemmer: &Stemmer, out: &mut Vec<Token>) {
    let word: String = run.iter().collect();
    match script {
        Script::None => {}
        Script::Words => {
            if STOP.binary_search(&word.as_str()).is_err() {
                let form = stemmer.stem(&word).into_owned();
                out.push(Token { form, word });
            }
        }
        Script::Hangul | Script::Han => {
            if run.len() == 1 {
                out.push(Token {
                    form: word.clone(),
                    word,
                });
                return;
            }
            for pair in run.windows(2) {
                out.push(Token {
                    form: pair.iter().collect(),
                    word: word.clone(),
                });
            }
        }
    }
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
