//! Text as comparable tokens: English words stemmed, Korean (and other scripts without spaces) as character bigrams.
//!
//! Measured on public sets: bigrams equal a dictionary analyser for Korean and need no dictionary.

use crate::terminology::{is_composed, stretches};
use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// Words so common that they say nothing; idf would only learn it slowly.
const STOP: &[&str] = &[
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "for", "from",
    "had", "has", "have", "if", "in", "into", "is", "it", "its", "no", "not", "of", "on", "only",
    "or", "our", "such", "than", "that", "the", "their", "there", "these", "they", "this", "to",
    "was", "we", "were", "which", "who", "will", "with", "would",
];

/// Words that ask, or tell of one's own doing, and say nothing of what is asked for: "we propose a novel method that uses",
/// "how can I find". Only a demand is rid of them. None that is an acronym of a disease (`ALL`, `DID`, `ME`).
#[rustfmt::skip]
const ASKING: &[&str] = &[
    "also", "approach", "approaches", "based", "both", "build", "building", "could", "create", "creates",
    "creating", "describe", "describes", "design", "designing", "develop", "developed", "developing", "develops",
    "do", "does", "each", "find", "finding", "help", "how", "i", "improve", "improved", "improves",
    "improving", "interested", "introduce", "introduced", "introduces", "know", "like", "look", "looking", "made",
    "make", "makes", "may", "method", "methods", "might", "more", "most", "my", "need", "needed", "needs",
    "new", "novel", "other", "please", "present", "presented", "presents", "propose", "proposed", "proposes",
    "request", "seek", "seeking", "seeks", "should", "so", "some", "technique", "techniques", "them", "then",
    "those", "through", "use", "used", "uses", "using", "utilize", "utilizing", "via", "want", "wanted", "wanting",
    "wants", "what", "when", "where", "whether", "why", "wish", "you", "your",
    "개발하고자", "개발하려고", "개발합니다", "관련", "관련된", "관한", "구하고", "구합니다", "그리고", "기반",
    "대하여", "대한", "대해", "등", "또는", "무엇인가요", "무엇입니까", "및", "바랍니다", "부탁드립니다",
    "새로운", "싶다", "싶습니다", "싶어요", "알고", "알려주세요", "어디서", "어디에서", "어떤", "어떻게",
    "원합니다", "위하여", "위한", "위해", "위해서", "이용하여", "이용한", "인가요", "있나요", "있는", "있습니다",
    "있을까요", "제안합니다", "찾고", "찾는", "찾습니다", "찾아요", "통한", "통해", "필요", "필요한",
    "필요합니다", "필요해요", "하고자", "하려고", "합니다", "활용하여", "활용한",
];

/// A comparable piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The stem or bigram.
    pub(super) form: &'a str,
    /// Its number.
    pub(super) number: u64,
    /// The word it comes from, in small letters.
    pub(super) word: &'a Arc<str>,
    /// The number of that word.
    pub(super) word_number: u64,
    /// Whether it is a word next to the word before it, with at most a hyphen, a slash or white space between.
    pub(super) adjoins: bool,
    /// Whether its word only asks. A letter after a word is no pronoun: `type I`.
    pub(super) asks: bool,
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

/// Calls with every piece of a text, in its order.
pub(super) fn each_piece(text: &str, mut each: impl FnMut(Piece<'_>)) {
    KNOWN.with_borrow_mut(|known| {
        let mut adjoins = false;
        for (_, written) in stretches(text) {
            if let Some(stretch) = known.get(written) {
                adjoins = stretch.tell(adjoins, &mut each);
                continue;
            }
            let stretch = Stretch::of(written);
            adjoins = stretch.tell(adjoins, &mut each);
            if written.len() <= LONGEST {
                if known.len() >= REMEMBERED {
                    known.clear();
                }
                known.insert(written.into(), stretch);
            }
        }
    });
}

/// Stretches remembered at most; then they are forgotten and learnt anew. Bytes of the longest one remembered.
const REMEMBERED: usize = 1 << 15;
const LONGEST: usize = 64;

thread_local! {
    /// Texts repeat their words: each is cut and stemmed once.
    static KNOWN: RefCell<FxHashMap<Box<str>, Stretch>> = RefCell::default();
}

/// The pieces of a stretch of text without white space.
struct Stretch {
    words: Box<[Word]>,
    pieces: Box<[Known]>,
    /// The forms of the pieces, which may overlap.
    forms: Box<str>,
    /// Nothing before its first word, if it begins with one, keeps that from adjoining a word before the stretch.
    open: bool,
    /// Whether a word behind it would adjoin its last one; absent where that is up to what stands before it.
    adjoins: Option<bool>,
}

/// A run of one script.
struct Word {
    written: Arc<str>,
    number: u64,
    /// Whether it is a word that adjoins another one of the same stretch.
    adjoins: bool,
    /// Is a word of one letter.
    letter: bool,
    asks: bool,
}

/// A piece, before it is known what stands before its stretch.
struct Known {
    number: u64,
    /// The place of its word.
    word: usize,
    /// Where its form is.
    form: (usize, usize),
}

impl Stretch {
    fn of(written: &str) -> Self {
        let text: String = if is_composed(written) {
            // Hangul has no small letters.
            written.to_ascii_lowercase()
        } else {
            written.nfkc().flat_map(char::to_lowercase).collect()
        };
        let mut cut = Cut::default();
        let (mut start, mut of) = (0, Script::None);
        for (at, ch) in text.char_indices() {
            let next = script(ch);
            if next != of {
                cut.add(&text[start..at], of);
                (start, of) = (at, next);
            }
        }
        cut.add(&text[start..], of);
        Self {
            words: cut.words.into(),
            pieces: cut.pieces.into(),
            forms: cut.forms.into(),
            open: !cut.closed,
            adjoins: cut.adjoins,
        }
    }

    /// Calls with the pieces, given whether a first word adjoins one before; whether a word that comes next would.
    fn tell(&self, before: bool, each: &mut impl FnMut(Piece<'_>)) -> bool {
        let mut opens = before && self.open;
        for piece in &self.pieces {
            let word = &self.words[piece.word];
            let adjoins = opens || word.adjoins;
            opens = false;
            each(Piece {
                form: &self.forms[piece.form.0..piece.form.1],
                number: piece.number,
                word: &word.written,
                word_number: word.number,
                adjoins,
                asks: word.asks && !(adjoins && word.letter),
            });
        }
        self.adjoins.unwrap_or(before && self.open)
    }
}

/// A stretch as it is cut.
#[derive(Default)]
struct Cut {
    words: Vec<Word>,
    pieces: Vec<Known>,
    forms: String,
    closed: bool,
    adjoins: Option<bool>,
}

impl Cut {
    /// Adds a run of one script.
    fn add(&mut self, run: &str, script: Script) {
        let first = self.adjoins.is_none();
        let from = self.forms.len();
        match script {
            Script::None => {
                let passes = run.chars().all(|ch| {
                    ch.is_whitespace() || matches!(ch, '-' | '\u{2010}'..='\u{2013}' | '/')
                });
                self.adjoins = self.adjoins.map(|adjoins| adjoins && passes);
                self.closed |= first && !passes;
            }
            Script::Words => {
                let stops = STOP.binary_search(&run).is_ok();
                if !stops {
                    let stem = Stemmer::create(Algorithm::English).stem(run);
                    self.forms.push_str(&stem);
                    self.piece(from, self.forms.len());
                    self.word(run, self.adjoins == Some(true), run.len() == 1);
                }
                self.closed |= first && stops;
                self.adjoins = Some(!stops);
            }
            Script::Hangul | Script::Han => {
                self.forms.push_str(run);
                let starts = || run.char_indices().map(|(at, _)| at);
                let single = starts().nth(1).is_none();
                let ends = starts().skip(2).chain([run.len()]);
                let pairs = starts().zip(ends).take(if single { 1 } else { usize::MAX });
                for (start, end) in pairs {
                    self.piece(from + start, from + end);
                }
                self.word(run, false, false);
                self.closed |= first;
                self.adjoins = Some(false);
            }
        }
    }

    /// Adds a piece of the next word.
    fn piece(&mut self, from: usize, until: usize) {
        self.pieces.push(Known {
            number: number(&self.forms[from..until]),
            word: self.words.len(),
            form: (from, until),
        });
    }

    fn word(&mut self, run: &str, adjoins: bool, letter: bool) {
        self.words.push(Word {
            written: run.into(),
            number: number(run),
            adjoins,
            letter,
            asks: ASKING.binary_search(&run).is_ok(),
        });
    }
}

/// A token's number: FNV-1a of 64 bits, the same on every machine. Among a million tokens a chance of one in 10⁷ that
/// two share a number.
pub(super) fn number(form: &str) -> u64 {
    number_after(0xcbf2_9ce4_8422_2325, form)
}

/// The number of a token that goes on with `form` after the beginning with the number `before`.
pub(super) fn number_after(before: u64, form: &str) -> u64 {
    form.bytes().fold(before, |hash, byte| {
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
        let mut forms = Vec::new();
        each_piece(text, |piece| forms.push(piece.form.to_owned()));
        forms
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
    fn asking_words_are_told_from_the_asked() {
        let asked = |text: &str| -> Vec<String> {
            let mut forms = Vec::new();
            each_piece(text, |piece| {
                if !piece.asks {
                    forms.push(piece.form.to_owned());
                }
            });
            forms
        };
        assert_eq!(
            asked("We want to build a novel chest X-ray classifier"),
            ["chest", "x", "ray", "classifi"]
        );
        assert_eq!(asked("I need type I diabetes"), ["type", "i", "diabet"]);
        assert_eq!(asked("폐암 자료를 찾고 싶습니다"), asked("폐암 자료를"));
    }

    #[test]
    fn word_lists_are_sorted() {
        assert!(STOP.is_sorted() && ASKING.is_sorted());
    }
}
