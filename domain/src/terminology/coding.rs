//! Suggesting codes for a free text: the longest words of the thesaurus that stand in it.

use super::recognise::{is_drug, is_duo, is_loinc};
use super::thesaurus::RowKind;
use super::tree::Level;
use super::words::{Glyph, glyphs, is_composed, is_hangul, key};
use super::{ConditionCode, TermKind, Terminology, negation};
use crawdad::MpTrie;
use rustc_hash::FxHashSet;
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

/// What a word of the trie leads to.
#[derive(Debug, Clone)]
struct Target {
    kind: RowKind,
    codes: Vec<String>,
    written: String,
    ambiguous: bool,
}

impl Target {
    /// First letters of its codes: of conditions, about their chapters.
    fn letters(&self) -> impl Iterator<Item = char> {
        self.codes.iter().filter_map(|code| code.chars().next())
    }

    /// Short and in capitals: counts only when the text has it in capitals too.
    fn is_acronym(&self) -> bool {
        self.written.len() <= 5
            && self
                .written
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
    }
}

/// The words of the thesaurus by their characters.
#[derive(Default)]
pub(super) struct Trie {
    /// From words to places in `targets`; absent where there is no word.
    words: Option<MpTrie>,
    targets: Vec<Vec<Target>>,
    openings: Openings,
}

/// With which two characters a word may begin, so that most places of a text are passed by at a glance.
struct Openings(Vec<u64>);

impl Default for Openings {
    fn default() -> Self {
        Self(vec![0; 1 << 10])
    }
}

impl Openings {
    fn place(first: char, second: Option<char>) -> (usize, u64) {
        let second = second.map_or(0, u32::from);
        let hash =
            (u32::from(first).wrapping_mul(0x9E37_79B1) ^ second.wrapping_mul(0x85EB_CA6B)) >> 16;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    fn add(&mut self, word: &str) {
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            let (at, bit) = Self::place(first, chars.next());
            self.0[at] |= bit;
        }
    }

    /// A no is certain.
    fn may_begin(&self, first: char, second: Option<char>) -> bool {
        [second, None].into_iter().any(|second| {
            let (at, bit) = Self::place(first, second);
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
                add(Target {
                    kind: row.kind,
                    codes: row.codes.clone(),
                    written: word.written.clone(),
                    ambiguous: word.ambiguous,
                });
            }
        }
        for node in terminology.tree.nodes() {
            // External causes (V to Y) describe accidents in everyday words.
            if node.level == Level::Category && !node.code.starts_with(['V', 'W', 'X', 'Y']) {
                add(Target {
                    kind: RowKind::Term(TermKind::Condition),
                    codes: vec![node.code.clone()],
                    written: node.title.clone(),
                    ambiguous: false,
                });
            }
        }
        let mut openings = Openings::default();
        targets.keys().for_each(|word| openings.add(word));
        Self {
            openings,
            // Fails only for no word at all, or for millions of them.
            words: MpTrie::from_records(targets.keys().zip(0..)).ok(),
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

/// A match in a piece.
struct Found<'t> {
    /// All that the word leads to; never empty.
    targets: Vec<&'t Target>,
    matched: String,
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

impl Terminology {
    /// Codes suggested by a free text, in the order of their first mention; where words overlap, the longest.
    ///
    /// Short acronyms count only in capitals; ambiguous ones (`AF`, `MS`, `DM`) need a second clue, a word of the same
    /// chapter. Bare three-character codes count only where the text speaks of ICD or KCD. The time is linear in the
    /// text.
    pub fn code_text(&self, text: &str) -> Vec<CodedTerm> {
        self.read_text(text, |_, _| ())
    }

    /// [`Self::code_text`]; calls besides with the concept of every word of what data say, and with that word as the text
    /// has it.
    pub(crate) fn read_text(&self, text: &str, mut said: impl FnMut(&str, &str)) -> Vec<CodedTerm> {
        let mut seen: FxHashSet<(TermKind, Cow<'_, [String]>)> = FxHashSet::default();
        let mut ambiguous: Vec<(usize, &Target)> = Vec::new();
        let mut clues: FxHashSet<char> = FxHashSet::default();
        let mut out: Vec<Option<CodedTerm>> = Vec::new();
        for piece in pieces(text) {
            let piece: Cow<'_, str> = if is_composed(piece) {
                piece.into()
            } else {
                piece.nfc().collect()
            };
            for coded in self.codes_written(&piece) {
                if coded.kind == TermKind::Condition {
                    clues.extend(coded.codes.iter().filter_map(|c| c.chars().next()));
                }
                if seen.insert((coded.kind, coded.codes.clone().into())) {
                    out.push(Some(coded));
                }
            }
            for found in self.words_in(&piece) {
                // A clue may be a term as well (`ECG`), and its word belongs to the first row that has it.
                for target in &found.targets {
                    match target.kind {
                        RowKind::Clue => clues.extend(target.letters()),
                        RowKind::Word => {
                            let concept = target.codes.first();
                            concept.into_iter().for_each(|c| said(c, &found.matched));
                        }
                        RowKind::Term(_) => {}
                    }
                }
                let term = found.targets.iter().find_map(|target| match target.kind {
                    RowKind::Term(kind) => Some((*target, kind)),
                    RowKind::Clue | RowKind::Word => None,
                });
                let Some((target, kind)) = term else {
                    continue;
                };
                if !target.ambiguous && kind == TermKind::Condition {
                    clues.extend(target.letters());
                }
                let term = (kind, Cow::Borrowed(target.codes.as_slice()));
                if seen.contains(&term) {
                    continue;
                }
                let coded = CodedTerm {
                    kind,
                    codes: target.codes.clone(),
                    matched: found.matched,
                };
                if target.ambiguous {
                    // Settled at the end, when all clues are known.
                    if ambiguous.iter().all(|(_, t)| t.codes != target.codes) {
                        ambiguous.push((out.len(), target));
                        out.push(Some(coded));
                    }
                } else {
                    seen.insert(term);
                    out.push(Some(coded));
                }
            }
        }
        for (i, target) in ambiguous {
            let certain = target.letters().any(|letter| clues.contains(&letter));
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

    fn words_in(&self, piece: &str) -> Vec<Found<'_>> {
        let text = glyphs(piece);
        let mut found = Vec::new();
        // A word of what data say stands in the way of no other.
        let (mut from, mut free, mut said) = (0, 0, 0);
        while from < text.len() {
            let [term, word] = self.longest(piece, &text, from);
            let mut put = |(to, targets): (usize, Vec<_>)| {
                found.push(Found {
                    targets,
                    matched: piece[text[from].start..text[to - 1].end].to_owned(),
                });
                to
            };
            if from >= free {
                free = term.map_or(free, &mut put);
            }
            if from >= said {
                said = word.map_or(said, &mut put);
            }
            from = (from + 1).max(free.min(said));
        }
        found
    }

    /// The longest word that begins at a place, and the longest of what data say.
    fn longest(
        &self,
        piece: &str,
        text: &[Glyph],
        from: usize,
    ) -> [Option<(usize, Vec<&Target>)>; 2] {
        let mut best = [None, None];
        if text[from].ch == ' ' || !is_hangul(text[from].ch) && !begins(text, from) {
            return best;
        }
        let second = text.get(from + 1).map(|glyph| glyph.ch);
        if !self.trie.openings.may_begin(text[from].ch, second) {
            return best;
        }
        let characters = text[from..].iter().map(|glyph| glyph.ch);
        for (targets, length) in self.trie.words_at(characters) {
            let to = from + length;
            if stands(text, from, to) {
                let written = &piece[text[from].start..text[to - 1].end];
                let good = targets
                    .iter()
                    .filter(|target| !target.is_acronym() || target.written == written);
                let (said, terms): (Vec<_>, Vec<_>) =
                    good.partition(|target| target.kind == RowKind::Word);
                for (best, good) in best.iter_mut().zip([terms, said]) {
                    if !good.is_empty() {
                        *best = Some((to, good));
                    }
                }
            }
        }
        best
    }

    /// Codes written out: subcodes and ranges anywhere, bare categories where the text speaks of codes; DUO codes and
    /// full ATC codes anywhere, LOINC codes where the text names LOINC.
    fn codes_written(&self, piece: &str) -> Vec<CodedTerm> {
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
                Some(CodedTerm {
                    kind,
                    codes: vec![code],
                    matched: token.to_owned(),
                })
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
