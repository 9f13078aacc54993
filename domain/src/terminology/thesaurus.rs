//! The thesaurus: Korean and English words for codes.
//!
//! Files of the same format, ours first, then the seed, then words of what data say: kind, codes, Korean words, English
//! words. Words lead to conditions and do not name them. A word marked `~` is ambiguous: in free text it counts only
//! with a second clue.

use super::{ConditionCode, TermKind, Terminology};
use crate::catalogue::{AccessMode, DataKind, Standard};
use crate::use_conditions::{Modifier, Permission};

const FILES: [&str; 3] = [
    include_str!("data/thesaurus.tsv"),
    include_str!("data/thesaurus_seed.tsv"),
    include_str!("data/words.tsv"),
];
const DUO: &str = include_str!("data/duo.csv");

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum RowKind {
    Term(TermKind),
    /// Words that speak for a chapter, whose letters are the codes.
    Clue,
    /// Words of what data say, for which there is no code: the concept is a name of ours, and only texts are compared
    /// by it.
    Word,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) kind: RowKind,
    pub(super) codes: Vec<String>,
    pub(super) korean: Vec<Word>,
    pub(super) english: Vec<Word>,
}

impl Row {
    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.korean.iter().chain(&self.english)
    }
}

/// A word of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) written: String,
    /// Needs a second clue in free text.
    pub(super) ambiguous: bool,
}

pub(super) fn kind(name: &str) -> Option<RowKind> {
    Some(match name {
        "dx" => RowKind::Term(TermKind::Condition),
        "modality" => RowKind::Term(TermKind::DataKind),
        "std" => RowKind::Term(TermKind::Standard),
        "use" => RowKind::Term(TermKind::UseCondition),
        "access" => RowKind::Term(TermKind::AccessMode),
        "clue" => RowKind::Clue,
        "word" => RowKind::Word,
        _ => return None,
    })
}

fn words(field: &str) -> Vec<Word> {
    field
        .split(';')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let written = word.strip_prefix('~').unwrap_or(word);
            Word {
                written: written.to_owned(),
                ambiguous: written != word,
            }
        })
        .collect()
}

/// A row from its four cells; `None` where the kind is none or a cell is missing. Nothing else is checked.
pub(super) fn parse(line: &str) -> Option<Row> {
    let mut fields = line.split('\t');
    let mut row = Row {
        kind: kind(fields.next()?.trim())?,
        codes: fields
            .next()?
            .split(',')
            .map(|code| code.trim().to_owned())
            .collect(),
        korean: words(fields.next()?),
        english: words(fields.next()?),
    };
    // As names of conditions, two letters mean too many things.
    if row.kind == RowKind::Term(TermKind::Condition) {
        for word in &mut row.english {
            word.ambiguous |=
                word.written.len() <= 2 && word.written.bytes().all(|b| b.is_ascii_uppercase());
        }
    }
    Some(row)
}

fn lines() -> impl Iterator<Item = &'static str> {
    FILES
        .iter()
        .flat_map(|file| file.lines())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

pub(super) fn rows() -> Vec<Row> {
    lines().filter_map(parse).collect()
}

/// Whether a code is one of its kind, as it is written in rows.
pub(super) fn is_code(kind: RowKind, code: &str, terminology: &Terminology) -> bool {
    match kind {
        RowKind::Term(TermKind::Condition) => code
            .parse::<ConditionCode>()
            .is_ok_and(|c| c.as_str() == code && terminology.knows(&c)),
        RowKind::Term(TermKind::DataKind) => DataKind::from_code(code).is_some(),
        RowKind::Term(TermKind::Standard) => Standard::from_code(code).is_some(),
        RowKind::Term(TermKind::AccessMode) => AccessMode::from_code(code).is_some(),
        RowKind::Term(TermKind::UseCondition) => {
            Permission::from_code(code).is_some() || Modifier::from_code(code).is_some()
        }
        RowKind::Clue => code.len() == 1 && code.bytes().all(|b| b.is_ascii_uppercase()),
        RowKind::Word => {
            let named = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            !code.is_empty() && code.bytes().all(named)
        }
    }
}

/// DUO identifiers with their shorthand and English label, of those that have a shorthand.
pub(super) fn duo_terms() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    DUO.lines().skip(1).filter_map(|line| {
        let (id, rest) = line.split_once(',')?;
        let (shorthand, rest) = rest.split_once(',')?;
        let label = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?.0,
            None => rest.split_once(',')?.0,
        };
        (!shorthand.is_empty()).then_some((id, shorthand, label))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminology::words::key;
    use std::collections::HashMap;

    #[test]
    fn every_row_of_every_file_is_good() {
        let mut count = 0;
        for line in lines() {
            count += 1;
            assert_eq!(line.split('\t').count(), 4, "{line}");
            let row = parse(line);
            let row = row.as_ref();
            assert!(row.is_some(), "{line}");
            let Some(row) = row else { continue };
            assert!(!row.korean.is_empty() || !row.english.is_empty(), "{line}");
            for word in row.korean.iter().chain(&row.english) {
                assert_eq!(word.written.as_str(), word.written.trim(), "{line}");
                assert!(!key(&word.written).is_empty(), "{line}");
                assert!(word.written.chars().count() <= 80, "{line}");
            }
            for code in &row.codes {
                assert!(
                    is_code(row.kind, code, Terminology::standard()),
                    "{code} in {line}"
                );
            }
        }
        assert_eq!(rows().len(), count);
        assert!(count >= 1_900, "{count} rows");
    }

    #[test]
    fn a_word_of_our_file_stands_in_one_row_of_a_kind() {
        let mut seen: HashMap<(String, String), &str> = HashMap::new();
        for line in [FILES[0], FILES[2]]
            .iter()
            .flat_map(|file| file.lines())
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            let Some(row) = parse(line) else { continue };
            if row.kind == RowKind::Clue {
                continue;
            }
            let mut own: Vec<_> = row
                .korean
                .iter()
                .chain(&row.english)
                .map(|w| key(&w.written))
                .collect();
            own.sort();
            own.dedup();
            for word in own {
                let other = seen.insert((format!("{:?}", row.kind), word.clone()), line);
                assert_eq!(other, None, "{word} twice, also in {line}");
            }
        }
    }

    #[test]
    fn duo_has_its_terms() {
        let terms: Vec<_> = duo_terms().collect();
        assert_eq!(terms.len(), 23);
        assert!(terms.contains(&(
            "DUO:0000018",
            "NPUNCU",
            "not for profit, non commercial use only"
        )));
        let unknown: Vec<_> = terms
            .iter()
            .filter(|(_, s, _)| {
                Permission::from_code(s).is_none() && Modifier::from_code(s).is_none()
            })
            .map(|(_, s, _)| *s)
            .collect();
        // Research-specific restrictions need an ontology of research types; the gate has none.
        assert_eq!(unknown, ["RS"]);
    }
}
