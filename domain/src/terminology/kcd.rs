//! The operator's KCD: titles of codes, and categories that the tree lacks.
//!
//! No openly licensed list of the KCD is to be had, so the operator brings the official file. It refines the tree and
//! never takes anything away: a subcode of a known category stays known even where the file does not list it, because
//! records that others coded in ICD-10-CM or an earlier edition must not become invalid by an import.

use super::additions::{BadRow, Checked, MAX_WORD};
use super::{ConditionCode, Terminology};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// A code of the KCD with its titles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KcdEntry {
    /// A category, a code below one, or a range that is a block or chapter.
    pub code: ConditionCode,
    /// Its Korean title.
    pub korean: String,
    /// Its English title, where the file has one.
    pub english: Option<String>,
}

/// As a line of three cells, which [`KcdEntry::parse`] reads.
impl fmt::Display for KcdEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let english = self.english.as_deref().unwrap_or_default();
        write!(f, "{}\t{}\t{english}", self.code, self.korean)
    }
}

impl KcdEntry {
    /// Reads a line of three cells that are good already; `None` if they are not.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut cells = line.split('\t');
        let (code, korean, english) = (cells.next()?, cells.next()?, cells.next()?);
        Some(Self {
            code: code.parse().ok()?,
            korean: korean.to_owned(),
            english: (!english.is_empty()).then(|| english.to_owned()),
        })
    }
}

/// The official file writes `A17.0†`, `G01*`, `A00~A09`.
fn code(written: &str) -> Option<ConditionCode> {
    let written = written
        .trim()
        .trim_end_matches(['†', '‡', '*', '+'])
        .replace(['~', '∼', '～', '–'], "-");
    written.parse().ok()
}

fn title(written: &str) -> String {
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Terminology {
    /// Checks the rows of a KCD: the number of the line, then code, Korean and English title. Refused are a code that
    /// is none, one that was there before, a missing or overlong Korean title, a subcode or range whose categories
    /// neither the file nor the tree has.
    pub fn check_kcd<'a>(rows: impl IntoIterator<Item = (u64, [&'a str; 3])>) -> Checked<KcdEntry> {
        let mut checked = Checked::default();
        let mut lines: HashMap<ConditionCode, u64> = HashMap::new();
        let mut read: Vec<(u64, KcdEntry)> = Vec::new();
        for (line, [written, korean, english]) in rows {
            checked.read += 1;
            let entry = match entry(written, korean, english) {
                Ok(entry) => entry,
                Err(bad) => {
                    checked.refused.push(BadRow { line, ..bad });
                    continue;
                }
            };
            match lines.get(&entry.code) {
                Some(first) => checked.refused.push(BadRow::new(
                    line,
                    "code",
                    format!("{}행에 이미 있는 코드입니다: {}", first, entry.code),
                    format!("The code is on line {first} already: {}", entry.code),
                )),
                None => {
                    lines.insert(entry.code.clone(), line);
                    read.push((line, entry));
                }
            }
        }
        // A file may list what is below a category before the category.
        let own: HashSet<&str> = lines
            .keys()
            .map(ConditionCode::as_str)
            .filter(|code| code.len() == 3)
            .collect();
        let has = |category: &str| {
            own.contains(category) || Self::standard().category(category).is_some()
        };
        for (line, entry) in read {
            let (first, last) = entry.code.categories();
            let missing = if has(first) { last } else { first };
            match Some(missing).filter(|category| !has(category)) {
                Some(category) => checked.refused.push(BadRow::new(
                    line,
                    "code",
                    format!(
                        "{}의 세 자리 분류 {category}이(가) 파일에도 분류표에도 없습니다.",
                        entry.code
                    ),
                    format!(
                        "Neither the file nor the tree has {category}, the category of {}.",
                        entry.code
                    ),
                )),
                None => checked.kept.push(entry),
            }
        }
        checked.refused.sort_by_key(|bad| bad.line);
        checked
    }
}

fn entry(written: &str, korean: &str, english: &str) -> Result<KcdEntry, BadRow> {
    let code = code(written).ok_or_else(|| {
        BadRow::new(
            0,
            "code",
            format!("KCD 코드가 아닙니다: {}", shown(written)),
            format!("Not a code of the KCD: {}", shown(written)),
        )
    })?;
    let (korean, english) = (title(korean), title(english));
    if korean.is_empty() {
        return Err(BadRow::new(
            0,
            "korean",
            format!("{code}의 한글 명칭이 없습니다."),
            format!("The Korean title of {code} is missing."),
        ));
    }
    for (field, title) in [("korean", &korean), ("english", &english)] {
        if title.chars().count() > 4 * MAX_WORD {
            return Err(BadRow::too_long(field, 4 * MAX_WORD));
        }
    }
    Ok(KcdEntry {
        code,
        korean,
        english: (!english.is_empty()).then_some(english),
    })
}

/// The beginning of what was written, for a message.
pub(super) fn shown(written: &str) -> String {
    let written = written.trim();
    let mut cut: String = written.chars().take(40).collect();
    if cut.len() < written.len() {
        cut.push('…');
    }
    cut
}

/// Categories of a KCD, which the shipped tree may lack, with their English or else Korean title.
pub(super) fn categories(kcd: &[KcdEntry]) -> impl Iterator<Item = (&str, &str)> {
    kcd.iter()
        .filter(|entry| entry.code.as_str().len() == 3)
        .map(|entry| {
            let title = entry.english.as_deref().unwrap_or(&entry.korean);
            (entry.code.as_str(), title)
        })
}
