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

/// As a line of three cells, which `KcdEntry::parse` reads.
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn told(checked: &Checked<KcdEntry>) -> Vec<(u64, Option<&str>)> {
        let refused = checked.refused.iter();
        refused.map(|bad| (bad.line, bad.field)).collect()
    }

    #[test]
    fn good_rows_are_kept_and_bad_ones_told() {
        let long = "가".repeat(1_000);
        let checked = Terminology::check_kcd([
            (1, ["U99.1", "그 아래", "Below"]),
            (2, ["u99", " 새  분류 ", "New category"]),
            (3, ["A170†", "결핵성 수막염", ""]),
            (
                4,
                ["A00~A09", "장감염질환", "Intestinal infectious diseases"],
            ),
            (5, ["폐암", "폐암", "Lung cancer"]),
            (6, ["C34", "", "Lung"]),
            (7, ["A17.0", "다시", "Again"]),
            (8, ["U98.1", "떠도는 코드", "Without category"]),
            (9, ["C50", &long, "Breast"]),
            (10, ["A00-U98", "범위", "Range"]),
        ]);
        assert_eq!(checked.read, 10);
        let kept: Vec<_> = checked.kept.iter().map(ToString::to_string).collect();
        assert_eq!(
            kept,
            [
                "U99.1\t그 아래\tBelow",
                "U99\t새 분류\tNew category",
                "A17.0\t결핵성 수막염\t",
                "A00-A09\t장감염질환\tIntestinal infectious diseases",
            ]
        );
        let expected = [
            (5, Some("code")),
            (6, Some("korean")),
            (7, Some("code")),
            (8, Some("code")),
            (9, Some("korean")),
            (10, Some("code")),
        ];
        assert_eq!(told(&checked), expected);
        for line in &kept {
            assert_eq!(&KcdEntry::parse(line).unwrap().to_string(), line);
        }
    }

    #[test]
    fn a_kcd_refines_and_takes_nothing_away() {
        let kcd = "U99\t새 분류\tNew category\nU99.1\t그 아래\tBelow it\n\
                   C34.1\t상엽, 기관지 또는 폐의 악성 신생물\tUpper lobe\n\
                   C34\t기관지와 폐의 악성신생물\tLung\nC30-C39\t호흡기의 악성신생물\t\nW23\t끼임\tCaught\nA00-Z99\t모두\tAll\n";
        let refined = Terminology::refined(kcd, "");
        let code = |written: &str| written.parse::<ConditionCode>().unwrap();
        let label = |written: &str| refined.label(&code(written)).ko;
        for known in ["U99", "U99.1", "U99.7", "C34.1", "C34.9", "H35.31"] {
            assert!(refined.knows(&code(known)), "{known}");
        }
        assert!(!refined.knows(&code("A00-Z99")));
        assert_eq!(
            label("C34"),
            "기관지와 폐의 악성신생물",
            "the official title before ours"
        );
        assert_eq!(label("C34.1"), "상엽, 기관지 또는 폐의 악성 신생물");
        assert_eq!(
            label("C34.12"),
            "상엽, 기관지 또는 폐의 악성 신생물 (C34.12)"
        );
        assert_eq!(label("C34.2"), "기관지와 폐의 악성신생물 (C34.2)");
        assert_eq!(label("C30-C39"), "호흡기의 악성신생물");
        assert_eq!(label("C33"), "기관의 악성 신생물", "ours where it has none");
        assert_eq!(label("W23"), "끼임");
        assert_eq!(label("U99"), "새 분류");
        assert_eq!(refined.label(&code("U99")).en, "New category");
        let first = |words: &str| refined.search(words, 1).into_iter().next().map(|t| t.code);
        assert_eq!(first("그 아래").as_deref(), Some("U99.1"));
        assert_eq!(first("below it").as_deref(), Some("U99.1"));
        assert_eq!(first("기관지와 폐의 악성신생물").as_deref(), Some("C34"));
        assert!(refined.consent_covers(&code("U99"), &code("U99.1")));
        let shipped = Terminology::standard();
        for (a, b) in [
            ("C34", "C34.1"),
            ("C34.1", "C34"),
            ("C34", "C50"),
            ("I63", "I60-I69"),
        ] {
            let (a, b) = (code(a), code(b));
            assert_eq!(
                refined.topic_relation(&a, &b),
                shipped.topic_relation(&a, &b)
            );
        }
    }
}
