//! Complaints in everyday speech: `허리가 너무 아파요` and `my back hurts` name a part and a sign, whatever stands between
//! and however they end. What the two mean together is a table, `data/complaints.tsv`; whole phrases need no row.

use super::words::{is_hangul, key};
use std::collections::HashMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("data/complaints.tsv");

/// What may follow a noun, or stand between it and the sign, without changing the complaint.
const PARTICLES: &[&str] = &[
    "에서도",
    "에서",
    "에는",
    "으로",
    "부터",
    "까지",
    "이",
    "가",
    "은",
    "는",
    "을",
    "를",
    "에",
    "도",
    "의",
    "로",
    "만",
    "속",
    "안",
    "쪽",
    "할때",
    "볼때",
    "때",
];
/// How much, how often, when and where: no part of what is the matter.
const FILLERS: &[&str] = &[
    "너무",
    "자꾸",
    "자주",
    "계속",
    "많이",
    "갑자기",
    "심하게",
    "심한",
    "조금",
    "좀",
    "항상",
    "늘",
    "매일",
    "아주",
    "왼쪽",
    "오른쪽",
    "양쪽",
    "한쪽",
    "밤에",
    "밤마다",
    "아침에",
    "아침마다",
    "요즘",
    "가끔",
    "때때로",
    "더",
    "정말",
    "온통",
    "잘",
    "것",
    "같아요",
    "같음",
    "느낌",
    "듯이",
    "듯",
    "증상",
    "있어요",
    "있음",
    "나요",
    "나와요",
    "생겼어요",
    "해요",
    "돼요",
    "my",
    "the",
    "a",
    "an",
    "i",
    "im",
    "ive",
    "have",
    "has",
    "having",
    "had",
    "in",
    "of",
    "on",
    "at",
    "with",
    "when",
    "while",
    "and",
    "is",
    "are",
    "am",
    "be",
    "it",
    "feel",
    "feels",
    "feeling",
    "get",
    "gets",
    "getting",
    "got",
    "keep",
    "keeps",
    "very",
    "really",
    "always",
    "all",
    "time",
    "from",
    "to",
    "up",
    "out",
    "left",
    "right",
    "sudden",
    "severe",
    "constant",
    "frequent",
    "chronic",
    "easily",
    "episodes",
    "spells",
];
/// Syllables and words beside the complaint with which it is still that complaint.
const ASIDE: (usize, usize) = (3, 1);
/// Longer questions are stories.
const MAX_CHARS: usize = 80;

/// The table, read.
struct Complaints {
    /// Longest first.
    parts: Vec<(String, &'static str)>,
    signs: Vec<(String, &'static str)>,
    means: HashMap<(&'static str, &'static str), Vec<&'static str>>,
}

/// What a question complains of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// Categories, the likeliest first.
    pub(super) codes: &'static [&'static str],
    /// Little else is said.
    pub(super) plain: bool,
}

fn complaints() -> &'static Complaints {
    static READ: OnceLock<Complaints> = OnceLock::new();
    READ.get_or_init(|| {
        let mut read = Complaints {
            parts: Vec::new(),
            signs: Vec::new(),
            means: HashMap::new(),
        };
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let forms = || {
                let forms = cells.get(2..).unwrap_or_default().iter();
                forms
                    .flat_map(|forms| forms.split(';'))
                    .map(key)
                    .filter(|form| !form.is_empty())
            };
            match cells[..] {
                ["part", name, ..] => read.parts.extend(forms().map(|form| (form, name))),
                ["sign", name, ..] => read.signs.extend(forms().map(|form| (form, name))),
                ["means", parts, signs, codes] => {
                    let pairs = parts
                        .split(',')
                        .flat_map(|part| signs.split(',').map(move |sign| (part, sign)));
                    read.means
                        .extend(pairs.map(|pair| (pair, codes.split(',').collect())));
                }
                _ => {}
            }
        }
        read
    })
}

/// A form of the table in a question: where it begins and ends, in bytes.
#[derive(Clone, Copy)]
struct Found {
    from: usize,
    until: usize,
    name: &'static str,
}

impl Found {
    fn overlaps(self, from: usize, until: usize) -> bool {
        self.from < until && from < self.until
    }
}

/// A question without spaces (Hangul) or with them (Latin), and where its words are.
struct Said {
    text: String,
    words: Vec<(usize, usize)>,
    hangul: bool,
}

impl Said {
    fn read(question: &str) -> Self {
        let hangul = question.chars().any(is_hangul);
        let mut said = Self {
            text: String::new(),
            words: Vec::new(),
            hangul,
        };
        for word in question.split_whitespace().map(key) {
            if !hangul && !said.text.is_empty() {
                said.text.push(' ');
            }
            let from = said.text.len();
            said.text.push_str(&word);
            said.words.push((from, said.text.len()));
        }
        said
    }

    fn begins_word(&self, at: usize) -> bool {
        self.words.iter().any(|(from, _)| *from == at)
    }

    fn ends_word(&self, at: usize) -> bool {
        self.words.iter().any(|(_, until)| *until == at)
    }

    /// The place after particles and fillers that stand at one.
    fn after_trimmings(&self, mut at: usize) -> usize {
        while let Some(more) = PARTICLES
            .iter()
            .chain(FILLERS)
            .find(|word| self.text[at..].starts_with(**word))
        {
            at += more.len();
        }
        at
    }

    fn parts(&self, table: &Complaints) -> Vec<Found> {
        let mut out = Vec::new();
        for (form, name) in &table.parts {
            for (from, _) in self.text.match_indices(form.as_str()) {
                let until = from + form.len();
                if !self.begins_word(from) {
                    continue;
                }
                let whole = if self.hangul {
                    let after = self.after_trimmings(until);
                    self.ends_word(until)
                        || self.ends_word(after)
                        || self.begins_word(after)
                        || table.signs.iter().any(|(sign, _)| {
                            self.text[until..].starts_with(sign)
                                || self.text[after..].starts_with(sign)
                        })
                } else {
                    self.ends_word(until)
                        || self.text[until..].starts_with('s') && self.ends_word(until + 1)
                };
                if whole {
                    out.push(Found { from, until, name });
                }
            }
        }
        out
    }

    fn signs(&self, table: &Complaints, parts: &[Found]) -> Vec<Found> {
        let mut out = Vec::new();
        for (form, name) in &table.signs {
            for (from, _) in self.text.match_indices(form.as_str()) {
                let follows = || {
                    parts
                        .iter()
                        .any(|part| part.until == from || self.after_trimmings(part.until) == from)
                };
                if self.begins_word(from)
                    || self.hangul && (follows() || self.after_trimmings(0) == from)
                {
                    let until = from + form.len();
                    out.push(Found { from, until, name });
                }
            }
        }
        out
    }

    /// Syllables or words that belong neither to the complaint nor to what may stand beside it.
    fn aside(&self, complaint: &[Found]) -> usize {
        let others = self.words.iter().filter(|(from, until)| {
            !complaint.iter().any(|found| found.overlaps(*from, *until))
                && !FILLERS.contains(&&self.text[*from..*until])
        });
        others
            .map(|(from, until)| {
                if self.hangul {
                    self.text[*from..*until].chars().count()
                } else {
                    1
                }
            })
            .sum()
    }
}

/// The complaint of a question: of all pairs of a part and a sign that mean something, the one that says most of it.
pub(super) fn complaint(question: &str) -> Option<Complaint> {
    if question.chars().nth(MAX_CHARS).is_some() {
        return None;
    }
    let table = complaints();
    let said = Said::read(question);
    let parts = said.parts(table);
    let signs = said.signs(table, &parts);
    let least = if said.hangul { ASIDE.0 } else { ASIDE.1 };
    // Best by what is covered, then a meaning of its own before a general one; the first of equals.
    let mut best: Option<((usize, bool), Complaint)> = None;
    let mut offer = |score: (usize, bool), complaint: Complaint| {
        if best.as_ref().is_none_or(|(other, _)| score > *other) {
            best = Some((score, complaint));
        }
    };
    let means = |part, sign| table.means.get(&(part, sign)).map(Vec::as_slice);
    let length = |found: &Found| found.until - found.from;
    for sign in &signs {
        for part in parts
            .iter()
            .filter(|part| !part.overlaps(sign.from, sign.until))
        {
            let plain = said.aside(&[*part, *sign]) <= least;
            if let Some(codes) = means(part.name, sign.name) {
                offer(
                    (length(part) + length(sign), true),
                    Complaint { codes, plain },
                );
            } else if let Some(codes) = means("*", sign.name) {
                offer((length(sign), false), Complaint { codes, plain });
            }
        }
        for alone in ["-", "*"] {
            if let Some(codes) = means(alone, sign.name) {
                let plain = said.aside(&[*sign]) == 0;
                offer((length(sign), false), Complaint { codes, plain });
            }
        }
    }
    best.map(|(_, complaint)| complaint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminology::{ConditionCode, Terminology};
    use std::collections::HashSet;

    #[test]
    fn a_part_and_a_sign_however_said() {
        for (question, code) in [
            ("허리가 아파요", "M54"),
            ("허리아픔", "M54"),
            ("허리가 너무 쑤셔요", "M54"),
            ("my back hurts", "M54"),
            ("숨쉬기가 힘듦", "R06"),
            ("손이 덜덜 떨려요", "R25"),
            ("trembling hands", "R25"),
            ("오줌에서 피가 나와요", "R31"),
            ("눈앞이 흐릿해요", "H53"),
            ("swollen legs", "R60"),
            ("어지럽다", "R42"),
        ] {
            let found = complaint(question);
            assert!(
                found
                    .as_ref()
                    .is_some_and(|c| c.plain && c.codes.first() == Some(&code)),
                "{question}: {found:?}"
            );
        }
        for question in [
            "폐암",
            "손목 골절",
            "흉부 CT",
            "lung cancer",
            "눈 종양",
            "",
            "배",
        ] {
            assert_eq!(complaint(question), None, "{question}");
        }
        assert!(complaint("요통 환자의 항암제 투여 후 구토").is_none_or(|c| !c.plain));
        assert_eq!(complaint(&"허리가 아파요 ".repeat(20)), None);
    }

    #[test]
    fn every_line_of_the_table_is_good() {
        let table = complaints();
        let names = |forms: &[(String, &'static str)]| -> HashSet<&'static str> {
            forms.iter().map(|(_, name)| *name).collect()
        };
        let (parts, signs) = (names(&table.parts), names(&table.signs));
        let mut means = HashSet::new();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert!(matches!(cells[0], "part" | "sign" | "means"), "{line}");
            assert_eq!(cells.len(), 4, "{line}");
            if cells[0] != "means" {
                continue;
            }
            for part in cells[1].split(',') {
                assert!(parts.contains(part) || ["*", "-"].contains(&part), "{line}");
                for sign in cells[2].split(',') {
                    assert!(signs.contains(sign), "{sign} in {line}");
                    assert!(
                        means.insert((part, sign)),
                        "twice: {part}, {sign} in {line}"
                    );
                }
            }
            for code in cells[3].split(',') {
                let read = code.parse::<ConditionCode>();
                assert!(
                    read.is_ok_and(|c| c.as_str() == code && Terminology::standard().knows(&c)),
                    "{code} in {line}"
                );
            }
        }
    }
}
