//! The words of the thesaurus by their characters, and what is known of the words of texts.

use super::thesaurus::RowKind;
use super::tree::Level;
use super::words::{Glyph, begins, glyphs, is_hangul, key, push_letter, stretches};
use super::{TermKind, Terminology};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

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

/// What a word of the trie leads to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) kind: RowKind,
    pub(super) codes: Vec<String>,
    /// First letters of its codes, see [`letter`]: of conditions, about their chapters.
    pub(super) letters: u32,
    written: String,
    pub(super) ambiguous: bool,
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

    pub(super) fn is_written_as(&self, written: &str) -> bool {
        !self.acronym || self.written == written
    }
}

/// The first letter of a code as a bit; 0 where it is no capital, as in codes that have no chapter.
pub(super) fn letter(code: &str) -> u32 {
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
    /// The words in their order.
    keys: Vec<Box<str>>,
    known: Mutex<Known>,
}

/// The longest word that begins at a place, and the longest of what data say: the glyph behind it, and its place in the
/// targets.
type Longest = [Option<(usize, usize)>; 2];

/// A place of a text where a word may begin.
#[derive(Clone, Copy)]
struct Start {
    at: usize,
    /// What begins here within the stretch.
    longest: Longest,
    /// A word that begins here may go on behind the stretch.
    goes_on: bool,
}

/// A stretch of a text without white space. Only a word that goes on behind it depends on what does.
struct Stretch {
    glyphs: Box<[Glyph]>,
    starts: Box<[Start]>,
}

/// Stretches seen before, since texts repeat their words, and room to work in.
#[derive(Default)]
struct Known {
    stretches: FxHashMap<Box<str>, Stretch>,
    text: Vec<Glyph>,
    starts: Vec<Start>,
}

/// Stretches remembered at most; then they are forgotten and learnt anew. Bytes of the longest one remembered.
const REMEMBERED: usize = 1 << 15;
const LONGEST: usize = 64;

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
        let (keys, targets): (Vec<String>, Vec<_>) = targets.into_iter().unzip();
        Self {
            // Fails only for no word at all, or for millions of them.
            words: crawdad::Trie::from_records(keys.iter().zip(0..)).ok(),
            targets,
            keys: keys.into_iter().map(String::into_boxed_str).collect(),
            known: Mutex::default(),
        }
    }

    /// The words that begin with the first character: their places in the targets and their lengths in characters, the
    /// shortest first.
    fn words_at(&self, text: impl Iterator<Item = char>) -> impl Iterator<Item = (usize, usize)> {
        let words = self.words.as_ref();
        let found = words.map(|words| words.common_prefix_search(text));
        let found = found.into_iter().flatten();
        found.map(|(place, length)| (place as usize, length))
    }

    /// Calls with every word of the thesaurus in a piece in NFC: all that it leads to, and how it is written. A word of
    /// what data say stands in the way of no other.
    pub(super) fn each_word<'t>(
        &'t self,
        piece: &str,
        mut each: impl FnMut(Rows, &'t [Target], &str),
    ) {
        // Whoever finds it in use, or spoilt, does without.
        let mut learnt = Known::default();
        let mut locked = self.known.try_lock().ok();
        let known = locked.as_deref_mut().unwrap_or(&mut learnt);
        known.read(self, piece);
        let text = &known.text;
        let mut after = [0, 0];
        for start in &known.starts {
            if start.at < after[0].min(after[1]) {
                continue;
            }
            let longest = if start.goes_on {
                self.longest(piece, text, start.at)
            } else {
                start.longest
            };
            for ((best, after), rows) in longest.into_iter().zip(&mut after).zip(Rows::BOTH) {
                if let Some((to, place)) = best.filter(|_| start.at >= *after) {
                    let written = written(piece, text, start.at, to);
                    each(rows, &self.targets[place], written);
                    *after = to;
                }
            }
        }
    }

    fn longest(&self, piece: &str, text: &[Glyph], from: usize) -> Longest {
        let mut best = [None, None];
        let characters = text[from..].iter().map(|glyph| glyph.ch);
        for (place, length) in self.words_at(characters) {
            let to = from + length;
            if stands(text, from, to) {
                let written = written(piece, text, from, to);
                for (best, rows) in best.iter_mut().zip(Rows::BOTH) {
                    let good = |target: &Target| rows.hold(target) && target.is_written_as(written);
                    if self.targets[place].iter().any(good) {
                        *best = Some((to, place));
                    }
                }
            }
        }
        best
    }

    /// Whether a word begins with these characters, the last ones of a stretch, and may go on behind them.
    fn goes_on(&self, characters: &str, begins: bool) -> bool {
        let at = self.keys.partition_point(|key| **key < *characters);
        let latin = characters.ends_with(|ch| !is_hangul(ch));
        let mut rests = self.keys[at..]
            .iter()
            .map_while(|key| key.strip_prefix(characters));
        rests.any(|rest| {
            // Behind white space, a Latin word goes on with a space, and a Korean one is whole; see `stands`.
            let next = rest.starts_with(|ch| !latin || ch == ' ' || is_hangul(ch));
            next && (begins || rest.ends_with(|ch| !is_hangul(ch)))
        })
    }

    fn stretch(&self, written: &str) -> Stretch {
        let glyphs = glyphs(written);
        let characters: String = glyphs.iter().map(|glyph| glyph.ch).collect();
        let starts = characters.char_indices().enumerate();
        let starts = starts.filter_map(|(at, (byte, ch))| {
            let begins = begins(&glyphs, at);
            if ch == ' ' || !begins && !is_hangul(ch) {
                return None;
            }
            let start = Start {
                at,
                longest: self.longest(written, &glyphs, at),
                goes_on: self.goes_on(&characters[byte..], begins),
            };
            (start.goes_on || start.longest != [None, None]).then_some(start)
        });
        Stretch {
            starts: starts.collect(),
            glyphs: glyphs.into(),
        }
    }
}

impl Stretch {
    /// Appends it as it stands in a text from a byte on.
    fn put(&self, from: u32, text: &mut Vec<Glyph>, starts: &mut Vec<Start>) {
        let shifted = |glyph: &Glyph| Glyph {
            start: glyph.start + from,
            end: glyph.end + from,
            ..*glyph
        };
        let mut glyphs = self.glyphs.iter().map(shifted);
        let Some(mut first) = glyphs.next() else {
            return;
        };
        first.gap |= from > 0;
        push_letter(text, first);
        let base = text.len() - 1;
        text.extend(glyphs);
        starts.extend(self.starts.iter().map(|start| {
            Start {
                at: start.at + base,
                longest: start
                    .longest
                    .map(|word| word.map(|(to, place)| (to + base, place))),
                ..*start
            }
        }));
    }
}

impl Known {
    fn read(&mut self, trie: &Trie, text: &str) {
        self.text.clear();
        self.starts.clear();
        for (from, written) in stretches(text) {
            // A piece is short.
            let from = u32::try_from(from).unwrap_or(u32::MAX);
            if let Some(stretch) = self.stretches.get(written) {
                stretch.put(from, &mut self.text, &mut self.starts);
                continue;
            }
            let stretch = trie.stretch(written);
            stretch.put(from, &mut self.text, &mut self.starts);
            if written.len() <= LONGEST {
                if self.stretches.len() >= REMEMBERED {
                    self.stretches.clear();
                }
                self.stretches.insert(written.into(), stretch);
            }
        }
    }
}

/// What stands in a piece from one glyph to before another.
fn written<'p>(piece: &'p str, text: &[Glyph], from: usize, to: usize) -> &'p str {
    &piece[text[from].start as usize..text[to - 1].end as usize]
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
pub(super) enum Rows {
    /// Terms and clues.
    Coded,
    /// Words of what data say.
    Said,
}

impl Rows {
    const BOTH: [Self; 2] = [Self::Coded, Self::Said];

    pub(super) fn hold(self, target: &Target) -> bool {
        (target.kind == RowKind::Word) == (self == Self::Said)
    }
}
