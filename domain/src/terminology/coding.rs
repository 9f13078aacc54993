//! Suggesting codes for a free text: the longest words of the thesaurus that stand in it.

use super::recognise::{is_drug, is_duo, is_loinc};
use super::thesaurus::RowKind;
use super::tree::Level;
use super::words::{Glyph, is_composed, is_hangul, key, with_glyphs};
use super::{ConditionCode, TermKind, Terminology, negation};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Texts are worked through in pieces of about this many bytes, so that memory stays small.
const PIECE: usize = 64 * 1024;
/// What may follow a short Korean word within the same string of Hangul: particles and usual compounds.
const FOLLOWERS: &[&str] = &[
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "에서",
    "와",
    "과",
    "도",
    "및",
    "으로",
    "로",
    "이나",
    "나",
    "별",
    "군",
    "환자",
    "환아",
    "환자군",
    "코호트",
    "검진",
    "수술",
    "진단",
    "치료",
    "데이터",
    "자료",
    "영상",
    "조직",
    "검체",
    "병리",
    "검사",
    "생존자",
    "등록",
    "예측",
    "판독",
    "위험",
    "재발",
    "전이",
    "연구",
    "신호",
    "사진",
    "기록",
    "여부",
];

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

/// What a word of the trie leads to.
#[derive(Debug, Clone)]
struct Target {
    kind: RowKind,
    codes: Vec<String>,
    /// First letters of its codes, see [`letter`]: of conditions, about their chapters.
    letters: u32,
    written: String,
    ambiguous: bool,
    /// Short and in capitals: counts only when the text has it in capitals too.
    acronym: bool,
}

impl Target {
    fn new(kind: RowKind, codes: &[String], written: &str, ambiguous: bool) -> Self {
        let capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
        Self {
            kind,
            codes: codes.to_vec(),
            letters: codes.iter().fold(0, |bits, code| bits | letter(code)),
            written: written.to_owned(),
            ambiguous,
            acronym: written.len() <= 5 && written.bytes().all(capital),
        }
    }

    fn is_written_as(&self, written: &str) -> bool {
        !self.acronym || self.written == written
    }
}

/// The first letter of a code as a bit; 0 where it is no capital, as in codes that have no chapter.
fn letter(code: &str) -> u32 {
    match code.bytes().next() {
        Some(first @ b'A'..=b'Z') => 1 << (first - b'A'),
        _ => 0,
    }
}

/// The words of the thesaurus by their characters.
#[derive(Default)]
pub(super) struct Trie {
    /// From words to places in `targets`; absent where there is no word.
    words: Option<crawdad::Trie>,
    targets: Vec<Vec<Target>>,
    openings: Openings,
}

/// With which four characters a word may begin, so that most places of a text are passed by at a glance.
struct Openings(Vec<u64>);

/// Characters of an opening.
const OPENING: usize = 4;

impl Default for Openings {
    fn default() -> Self {
        Self(vec![0; 1 << 11])
    }
}

impl Openings {
    /// The place of some characters, of which the last ones may be none.
    fn place(chars: [char; OPENING]) -> (usize, u64) {
        let hash = chars.into_iter().fold(0_u32, |hash, ch| {
            (hash.rotate_left(5) ^ u32::from(ch)).wrapping_mul(0x9E37_79B1)
        });
        ((hash >> 21) as usize, 1 << (hash >> 15 & 63))
    }

    fn add(&mut self, word: &str) {
        let mut chars = word.chars();
        let (at, bit) = Self::place([(); OPENING].map(|()| chars.next().unwrap_or_default()));
        self.0[at] |= bit;
    }

    /// A no is certain.
    fn may_begin(&self, mut chars: [char; OPENING]) -> bool {
        (0..OPENING).rev().any(|last| {
            let (at, bit) = Self::place(chars);
            chars[last] = '\0';
            self.0[at] & bit != 0
        })
    }
}

impl fmt::Debug for Trie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trie of {} words", self.targets.len())
    }
}

impl Trie {
    pub(super) fn of(terminology: &Terminology) -> Self {
        let mut targets: BTreeMap<String, Vec<Target>> = BTreeMap::new();
        let mut add = |target: Target| {
            let word = key(&target.written);
            if !word.is_empty() {
                targets.entry(word).or_default().push(target);
            }
        };
        for row in &terminology.rows {
            for word in row.words() {
                add(Target::new(
                    row.kind,
                    &row.codes,
                    &word.written,
                    word.ambiguous,
                ));
            }
        }
        for node in terminology.tree.nodes() {
            // External causes (V to Y) describe accidents in everyday words.
            if node.level == Level::Category && !node.code.starts_with(['V', 'W', 'X', 'Y']) {
                let kind = RowKind::Term(TermKind::Condition);
                let codes = std::slice::from_ref(&node.code);
                add(Target::new(kind, codes, &node.title, false));
            }
        }
        let mut openings = Openings::default();
        targets.keys().for_each(|word| openings.add(word));
        Self {
            openings,
            // Fails only for no word at all, or for millions of them.
            words: crawdad::Trie::from_records(targets.keys().zip(0..)).ok(),
            targets: targets.into_values().collect(),
        }
    }

    /// The words that begin a text: their targets and their lengths in characters, the shortest first.
    fn words_at(
        &self,
        text: impl Iterator<Item = char>,
    ) -> impl Iterator<Item = (&[Target], usize)> {
        let found = self
            .words
            .as_ref()
            .map(|words| words.common_prefix_search(text));
        found.into_iter().flatten().filter_map(|(place, length)| {
            Some((self.targets.get(place as usize)?.as_slice(), length))
        })
    }
}

fn same_script(a: char, b: char) -> bool {
    is_hangul(a) == is_hangul(b)
}

/// Whether a word may begin at `i`.
fn begins(text: &[Glyph], i: usize) -> bool {
    i == 0
        || text[i].gap
        || text[i - 1].ch == ' '
        || text[i].ch == ' '
        || !same_script(text[i - 1].ch, text[i].ch)
}

/// Whether a word may end before `i`.
fn ends(text: &[Glyph], i: usize) -> bool {
    i >= text.len() || begins(text, i)
}

/// Whether what follows at `i` within the same string of Hangul is only a particle or usual compound.
fn follows(text: &[Glyph], i: usize) -> bool {
    FOLLOWERS.iter().any(|follower| {
        let mut glyphs = text[i..].iter().enumerate();
        follower.chars().all(|ch| {
            glyphs
                .next()
                .is_some_and(|(k, glyph)| glyph.ch == ch && (k == 0 || !glyph.gap))
        })
    })
}

/// Whether the stretch may be taken as a word of its own rather than a chance part of others.
fn stands(text: &[Glyph], from: usize, to: usize) -> bool {
    let (first, last) = (text[from].ch, text[to - 1].ch);
    let starts = begins(text, from);
    if !is_hangul(first) && !starts {
        return false;
    }
    if !is_hangul(last) {
        let plural = text.get(to).is_some_and(|g| g.ch == 's' && !g.gap) && ends(text, to + 1);
        return ends(text, to) || plural;
    }
    let complete = || ends(text, to) || follows(text, to);
    let crosses = text[from + 1..to].iter().any(|glyph| glyph.gap);
    match to - from {
        // `인간 질병` holds no `간질`.
        _ if crosses => starts && complete(),
        1 => starts && complete(),
        // `간질성` and `인간질병` are no `간질`, but `원발성폐암검진` is a `폐암`.
        2 => complete() || last == '암' && !text.get(to).is_some_and(|g| "모시호".contains(g.ch)),
        _ => true,
    }
}

/// Rows of the thesaurus that are looked for apart from each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// Terms and clues.
    Coded,
    /// Words of what data say.
    Said,
}

impl Rows {
    const BOTH: [Self; 2] = [Self::Coded, Self::Said];

    fn hold(self, target: &Target) -> bool {
        (target.kind == RowKind::Word) == (self == Self::Said)
    }
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
            self.each_word(&piece, |rows, targets, written| {
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

    /// Calls with every word of the thesaurus in a piece: all that it leads to, and how it is written. A word of what data
    /// say stands in the way of no other.
    fn each_word<'t>(&'t self, piece: &str, mut each: impl FnMut(Rows, &'t [Target], &str)) {
        with_glyphs(piece, |text| {
            let (mut from, mut after) = (0, [0, 0]);
            while from < text.len() {
                let longest = self.longest(piece, text, from);
                for ((best, after), rows) in longest.into_iter().zip(&mut after).zip(Rows::BOTH) {
                    if let Some((to, targets)) = best.filter(|_| from >= *after) {
                        each(rows, targets, written(piece, text, from, to));
                        *after = to;
                    }
                }
                from = (from + 1).max(after[0].min(after[1]));
            }
        });
    }

    /// The longest word that begins at a place, and the longest of what data say.
    fn longest(&self, piece: &str, text: &[Glyph], from: usize) -> [Option<(usize, &[Target])>; 2] {
        let mut best = [None, None];
        if text[from].ch == ' ' || !is_hangul(text[from].ch) && !begins(text, from) {
            return best;
        }
        let mut next = text[from..].iter().map(|glyph| glyph.ch);
        let opening = [(); OPENING].map(|()| next.next().unwrap_or_default());
        if !self.trie.openings.may_begin(opening) {
            return best;
        }
        let characters = text[from..].iter().map(|glyph| glyph.ch);
        for (targets, length) in self.trie.words_at(characters) {
            let to = from + length;
            if stands(text, from, to) {
                let written = written(piece, text, from, to);
                for (best, rows) in best.iter_mut().zip(Rows::BOTH) {
                    let good = |target: &Target| rows.hold(target) && target.is_written_as(written);
                    if targets.iter().any(good) {
                        *best = Some((to, targets));
                    }
                }
            }
        }
        best
    }

    /// Codes written out: subcodes and ranges anywhere, bare categories where the text speaks of codes; DUO codes and
    /// full ATC codes anywhere, LOINC codes where the text names LOINC.
    fn codes_written<'p>(&self, piece: &'p str) -> Vec<(TermKind, String, &'p str)> {
        if !piece.bytes().any(|b| b.is_ascii_digit()) {
            return Vec::new();
        }
        let names = |word: &str| piece.contains(word);
        let speaks = ["ICD", "KCD", "상병", "질병코드", "진단코드"]
            .iter()
            .any(|word| names(word));
        let loinc = names("LOINC");
        piece
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':')))
            .map(|token| token.trim_matches(['.', '-', ':']))
            .filter(|token| (3..=12).contains(&token.len()))
            .filter(|token| token.bytes().all(|b| !b.is_ascii_lowercase()))
            .filter_map(|token| {
                let (kind, code) = if is_duo(token) || is_drug(token) || loinc && is_loinc(token) {
                    self.code_in_full(token).into_iter().next()?
                } else if speaks || token[1..].contains(['.', '-']) {
                    let code: ConditionCode = token.parse().ok()?;
                    let known = self.knows(&code);
                    known.then(|| (TermKind::Condition, code.as_str().to_owned()))?
                } else {
                    return None;
                };
                Some((kind, code, token))
            })
            .collect()
    }
}

/// What stands in a piece from one glyph to before another.
fn written<'p>(piece: &'p str, text: &[Glyph], from: usize, to: usize) -> &'p str {
    &piece[text[from].start..text[to - 1].end]
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
