//! What a text says is not meant: `폐암 제외`, `without diabetes`.
//!
//! Cues with a scope each, in the manner of NegEx (Chapman et al., J Biomed Inform 2001). English cues mostly stand
//! before what they deny, Korean ones after it. A scope ends with its clause: at a full stop, a bracket, a word that
//! turns to something else, or a comma that no list goes on after.

use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Stands for what is denied: a sign of no word, so that nothing is read across it.
const DENIED: &str = " \u{a66e} ";
/// Words of the longest item that still continues a list after a comma.
const ITEM_WORDS: usize = 3;

/// English cues that deny what follows; the second word, where there is one, follows the first.
const BEFORE: &[(&str, &str)] = &[
    ("excluding", ""),
    ("exclude", ""),
    ("excludes", ""),
    ("exclusion", ""),
    ("exclusions", ""),
    ("except", ""),
    ("without", ""),
    ("no", ""),
    ("not", ""),
    ("never", ""),
    ("lacking", ""),
    ("lack", "of"),
    ("absence", "of"),
    ("free", "of"),
    ("free", "from"),
    ("negative", "for"),
    ("other", "than"),
    ("apart", "from"),
    ("rather", "than"),
];
/// After `no` and `not`, words that deny nothing: `not only`, `no restriction`.
const HARMLESS: &[&str] = &[
    "only",
    "limited",
    "limit",
    "limits",
    "restriction",
    "restrictions",
    "necessarily",
    "more",
    "less",
    "fewer",
    "later",
    "matter",
];
/// Words that are nobody's condition; what stands behind them is still denied.
const NEUTRAL: &[&str] = &[
    "patients",
    "patient",
    "those",
    "people",
    "persons",
    "subjects",
    "cases",
    "anyone",
    "any",
    "all",
    "a",
    "an",
    "the",
    "of",
    "have",
    "has",
    "had",
    "having",
    "with",
    "who",
    "history",
    "prior",
    "previous",
    "known",
    "criteria",
    "diagnosis",
    "diagnosed",
    "evidence",
    "do",
    "does",
    "did",
    "not",
    "been",
    "be",
    "and",
    "or",
    "is",
    "are",
    "was",
    "were",
    "for",
    "from",
];
/// Words with which a clause turns to something else.
const TURNS: &[&str] = &[
    "but",
    "with",
    "who",
    "whose",
    "that",
    "which",
    "having",
    "however",
    "although",
    "in",
    "from",
    "by",
    "for",
    "under",
    "using",
    "undergoing",
    "include",
    "includes",
    "included",
    "including",
    "are",
    "is",
    "were",
    "was",
];

/// Korean stems that deny what stands before them: the whole phrase, or its last noun only.
const AFTER: &[(&str, bool)] = &[
    ("제외", true),
    ("배제", true),
    ("없", false),
    ("아닌", false),
    ("아니고", false),
    ("아니며", false),
    ("아님", false),
    ("미동반", false),
    ("비동반", false),
    ("미포함", false),
    ("불포함", false),
    ("이외", false),
];
/// Makes `제외` a heading of what follows: `제외 기준: 당뇨`.
const HEADINGS: &[&str] = &["기준", "조건", "대상", "질환", "진단", "항목"];
/// What is without a limit is not denied: `연령 제한 없음`.
const LIMITS: &[&str] = &[
    "제한", "상관", "관계", "구분", "구별", "문제", "차이", "이상",
];
/// Words before which a Korean phrase begins.
const BEGINS_AFTER: &[&str] = &[
    "중",
    "중에",
    "중에서",
    "가운데",
    "단",
    "다만",
    "대상",
    "대상으로",
    "환자",
    "환아",
    "대상자",
    "사람",
    "피험자",
    "참여자",
    "수검자",
    "환자군",
    "코호트",
];
const JOINS: &[&str] = &["및", "또는", "혹은", "그리고", "이나"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'t> {
    Word(usize, &'t str),
    Comma,
    Stop,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, ch)) = chars.next() {
        let ends_sentence = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        let mark = match ch {
            ',' | '，' | '、' => Some(Token::Comma),
            '\n' | ';' | '!' | '?' | '。' | '(' | ')' | '[' | ']' => Some(Token::Stop),
            '.' if ends_sentence => Some(Token::Stop),
            _ => None,
        };
        if mark.is_some() || ch.is_whitespace() || ch == ':' {
            out.extend(start.take().map(|from| Token::Word(from, &text[from..at])));
            out.extend(mark);
        } else if start.is_none() {
            start = Some(at);
        }
    }
    out.extend(start.map(|from| Token::Word(from, &text[from..])));
    out
}

/// The number of words from a token on until a comma or stop, in one direction.
fn item_words<'t>(tokens: impl Iterator<Item = &'t Token<'t>>) -> usize {
    tokens
        .take_while(|token| matches!(token, Token::Word(..)))
        .filter(|token| !matches!(token, Token::Word(_, word) if matches!(lower(word).as_str(), "and" | "or")))
        .count()
}

fn lower(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
}

fn is_hangul(ch: char) -> bool {
    ('\u{ac00}'..='\u{d7a3}').contains(&ch)
}

/// The tokens denied by an English cue whose last word is at `cue`.
fn denied_after(tokens: &[Token<'_>], cue: usize) -> Vec<usize> {
    let mut denied = Vec::new();
    let mut said = false;
    for (i, token) in tokens.iter().enumerate().skip(cue + 1) {
        match token {
            Token::Stop => break,
            Token::Comma => {
                let words = item_words(tokens[i + 1..].iter());
                let turns = matches!(tokens.get(i + 1), Some(Token::Word(_, word)) if TURNS.contains(&lower(word).as_str()));
                if turns || words > ITEM_WORDS {
                    break;
                }
            }
            Token::Word(_, word) => {
                let word = lower(word);
                if word == "but" || said && TURNS.contains(&word.as_str()) {
                    break;
                }
                said |= !NEUTRAL.contains(&word.as_str());
                denied.push(i);
            }
        }
    }
    denied
}

/// The tokens denied by an English word that follows them: `diabetes and asthma are excluded`.
fn denied_before(tokens: &[Token<'_>], cue: usize) -> Vec<usize> {
    let mut denied = Vec::new();
    let (mut said, mut list) = (false, false);
    for (i, token) in tokens[..cue].iter().enumerate().rev() {
        match token {
            Token::Stop => break,
            Token::Comma => {
                if !list || item_words(tokens[..i].iter().rev()) > ITEM_WORDS {
                    break;
                }
            }
            Token::Word(_, word) => {
                let word = lower(word);
                if said && TURNS.contains(&word.as_str()) {
                    break;
                }
                list |= word == "and" || word == "or";
                said |= !NEUTRAL.contains(&word.as_str());
                denied.push(i);
            }
        }
    }
    denied
}

/// Whether a Korean phrase begins after this word; with `last_noun` already the last noun of it.
fn begins_after(word: &str, last_noun: bool) -> bool {
    if JOINS.contains(&word) {
        return false;
    }
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    BEGINS_AFTER.contains(&word)
        || word.starts_with("포함")
        || ends(&["에서", "고", "며", "되", "지만", "으나", "환자중"])
        || last_noun && ends(&["을", "를", "한", "된", "은", "는", "인", "로", "에"])
}

/// The tokens before `cue` that a Korean cue denies; `near`: its first noun is written together with it.
fn denied_phrase(tokens: &[Token<'_>], cue: usize, near: bool, whole: bool) -> Vec<usize> {
    let mut denied = Vec::new();
    let mut first = !near;
    for (i, token) in tokens[..cue].iter().enumerate().rev() {
        match token {
            Token::Stop => break,
            Token::Comma => {
                let item = tokens[..i].last();
                let only = item_words(tokens[..i].iter().rev()) == 1;
                let turns =
                    matches!(item, Some(Token::Word(_, word)) if begins_after(word, !whole));
                if !only || turns {
                    break;
                }
            }
            Token::Word(_, word) => {
                if !first && begins_after(word, !whole) {
                    break;
                }
                first = false;
                denied.push(i);
            }
        }
    }
    denied
}

/// The stem of a Korean cue in a word: where it begins, and whether it denies the whole phrase.
fn stem(word: &str) -> Option<(usize, &'static str, bool)> {
    let mut found = AFTER
        .iter()
        .filter_map(|(stem, whole)| Some((word.find(stem)?, *stem, *whole)));
    found.next().filter(|(at, stem, _)| {
        // `제외하지 않음` denies the denial.
        !word[at + stem.len()..].starts_with("하지")
    })
}

fn is_limit(word: &str) -> bool {
    LIMITS.iter().any(|limit| {
        word.strip_suffix(limit).is_some()
            || word
                .char_indices()
                .next_back()
                .is_some_and(|(at, _)| word[..at].ends_with(limit))
    })
}

/// What is denied in a text in NFC, as stretches of bytes in order, which may overlap.
fn stretches(text: &str) -> Vec<(usize, usize)> {
    let tokens = tokens(text);
    let word = |i: usize| match tokens.get(i) {
        Some(Token::Word(_, word)) => Some(*word),
        _ => None,
    };
    let mut out = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let Token::Word(start, written) = *token else {
            continue;
        };
        let mut denied = Vec::new();
        if written.chars().any(is_hangul) {
            let Some((at, stem, whole)) = stem(written) else {
                continue;
            };
            let rest = &written[at + stem.len()..];
            let next = word(i + 1).unwrap_or_default();
            let heads = |words: &str| HEADINGS.iter().any(|heading| words.starts_with(heading));
            let colon = text[start + written.len()..].trim_start().starts_with(':');
            if whole && (colon || heads(rest) || rest.is_empty() && heads(next)) {
                denied = denied_after(&tokens, i);
            } else {
                let before = &written[..at];
                let previous = i.checked_sub(1).and_then(word).unwrap_or_default();
                let near = !before.is_empty();
                if stem == "없" && is_limit(if near { before } else { previous }) {
                    continue;
                }
                if near {
                    out.push((start, start + at));
                }
                denied = denied_phrase(&tokens, i, near, whole);
            }
        } else {
            let this = lower(written);
            let next = word(i + 1).map(lower).unwrap_or_default();
            let first = i == 0 || tokens[i - 1] == Token::Stop;
            let cue = BEFORE
                .iter()
                .find(|(cue, with)| *cue == this && (with.is_empty() || *with == next));
            if let Some((_, with)) = cue {
                if !(matches!(this.as_str(), "no" | "not") && HARMLESS.contains(&next.as_str())) {
                    denied = denied_after(&tokens, i + usize::from(!with.is_empty()));
                }
            } else if this == "excluded" && first {
                denied = denied_after(&tokens, i);
            } else if matches!(
                (this.as_str(), next.as_str()),
                ("excluded" | "absent", _) | ("ruled", "out")
            ) {
                denied = denied_before(&tokens, i);
            } else if this.ends_with("-free") {
                denied.push(i);
            }
        }
        for i in denied {
            if let Token::Word(start, word) = tokens[i] {
                out.push((start, start + word.len()));
            }
        }
    }
    out.sort_unstable();
    out
}

/// A text with what it denies taken out.
pub(super) fn affirmed(text: &str) -> Cow<'_, str> {
    let text: Cow<'_, str> = if is_nfc(text) {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    };
    let stretches = stretches(&text);
    if stretches.is_empty() {
        return text;
    }
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in stretches {
        if start >= at {
            left.push_str(&text[at..start]);
            left.push_str(DENIED);
        }
        at = at.max(end);
    }
    left.push_str(&text[at..]);
    left.into()
}

/// Whether words say by themselves that something is not so: `반출 불가` needs no cue, `no export` has one.
pub(super) fn denies(words: &str) -> bool {
    words.split_whitespace().any(|word| {
        let this = lower(word);
        stem(word).is_some() || BEFORE.iter().any(|(cue, _)| *cue == this)
    })
}

/// Whether words stand in a text only with `비` or `non` before them: `비당뇨`, `non-diabetic`.
pub(super) fn only_prefixed(text: &str, words: &str) -> bool {
    let mut places = text.match_indices(words).peekable();
    places.peek().is_some()
        && places.all(|(at, _)| {
            let before = &text[..at];
            let non = before.trim_end_matches(['-', ' ']);
            let non = non.len() < before.len() && non.to_lowercase().ends_with("non");
            let bi = before
                .strip_suffix('비')
                .is_some_and(|rest| !rest.ends_with(is_hangul));
            non || bi
        })
}
