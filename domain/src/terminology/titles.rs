//! Names of conditions.
//!
//! A Korean name is a title: of the operator's KCD, else ours. Words of the thesaurus lead to codes but name none: most
//! say less than the code they lead to does (`심실세동` is one of the arrhythmias of I49), and all that hangs from a
//! category bears its name.

use super::kcd::KcdEntry;
use super::span::{Category, Span};
use super::thesaurus::{Row, RowKind};
use super::tree::{Level, Node, Tree};
use super::{ConditionCode, TermKind, Terminology};
use crate::text::Message;
use std::collections::HashMap;

const KOREAN: &str = include_str!("data/category_titles_ko.tsv");

/// Names by code, of codes that have one of their own; English titles of categories and blocks are in the tree.
#[derive(Debug, Default)]
pub(super) struct Titles {
    korean: HashMap<String, String>,
    english: HashMap<String, String>,
}

impl Titles {
    pub(super) fn of(tree: &Tree, rows: &[Row], kcd: &[KcdEntry]) -> Self {
        let mut korean: HashMap<String, String> = ours(tree)
            .map(|(code, title)| (code.to_owned(), title.to_owned()))
            .collect();
        let official = kcd.iter();
        korean.extend(official.map(|entry| (entry.code.to_string(), entry.korean.clone())));
        Self {
            korean,
            english: english(tree, rows, kcd),
        }
    }

    /// Our Korean title or the KCD's.
    pub(super) fn korean(&self, code: &str) -> Option<&str> {
        self.korean.get(code).map(String::as_str)
    }
}

/// Our Korean titles with their codes; a chapter, which the file has by its number, by the code of its node.
fn ours(tree: &Tree) -> impl Iterator<Item = (&str, &'static str)> {
    let chapters: Vec<&Node> = tree
        .nodes()
        .iter()
        .filter(|node| node.level == Level::Chapter)
        .collect();
    let lines = KOREAN.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(move |line| {
        let (code, title) = line.split_once('\t')?;
        match code.parse::<usize>() {
            Ok(number) => Some((chapters.get(number.checked_sub(1)?)?.code.as_str(), title)),
            Err(_) => Some((code, title)),
        }
    })
}

/// Of a category its title; of another code the first English word of the first row that names it in both languages,
/// else the title of the tree or the KCD.
fn english(tree: &Tree, rows: &[Row], kcd: &[KcdEntry]) -> HashMap<String, String> {
    let category = |code: &str| tree.category(Category::of(code)?);
    let mut english: HashMap<String, String> = HashMap::new();
    for row in rows {
        let ([code], RowKind::Term(TermKind::Condition)) = (row.codes.as_slice(), row.kind) else {
            continue;
        };
        let word = || Some(row.english.first()?.written.clone());
        let title = category(code).map(|node| node.title.clone());
        if let (Some(_), Some(title)) = (row.korean.first(), title.or_else(word)) {
            english.entry(code.clone()).or_insert(title);
        }
    }
    for entry in kcd {
        let code = entry.code.as_str();
        let node = if entry.code.is_range() {
            tree.range(Span::of(&entry.code))
        } else {
            category(code)
        };
        let title = node
            .map(|node| node.title.as_str())
            .or(entry.english.as_deref());
        english.entry(code.to_owned()).or_insert_with(|| {
            title.map_or_else(
                || {
                    let category = category(entry.code.categories().0);
                    let title = category.map_or(entry.korean.as_str(), |node| &node.title);
                    format!("{title} ({code})")
                },
                str::to_owned,
            )
        });
    }
    english
}

impl Terminology {
    /// The name of a condition: its Korean title in the operator's KCD, else ours; the English title where there is
    /// neither. A subcode without a title of its own has that of the nearest code above it, followed by the subcode;
    /// a range those of its ends.
    pub fn label(&self, code: &ConditionCode) -> Message {
        Message::new(
            self.name(&self.titles.korean, code),
            self.name(&self.titles.english, code),
        )
    }

    /// The name of a condition with its code in brackets, once: that of a subcode may end with it.
    pub fn label_with_code(&self, code: &ConditionCode) -> Message {
        let label = self.label(code);
        let bracketed = format!("({code})");
        let with = |name: String, space: &str| {
            if name.ends_with(&bracketed) {
                name
            } else {
                format!("{name}{space}{bracketed}")
            }
        };
        Message::new(with(label.ko, ""), with(label.en, " "))
    }

    fn name(&self, titles: &HashMap<String, String>, code: &ConditionCode) -> String {
        let written = code.as_str();
        if let Some(title) = titles.get(written) {
            return title.clone();
        }
        let span = Span::of(code);
        let (first, last) = code.categories();
        if code.is_range() {
            if let Some(node) = self.tree.range(span) {
                return titles.get(&node.code).unwrap_or(&node.title).clone();
            }
            let (a, b) = (
                self.name_of_category(titles, first),
                self.name_of_category(titles, last),
            );
            return format!("{a} – {b} ({written})");
        }
        if span.depth() == 0 {
            return self.name_of_category(titles, first).to_owned();
        }
        let above = (first.len() + 2..written.len())
            .rev()
            .find_map(|end| titles.get(&written[..end]))
            .map_or_else(|| self.name_of_category(titles, first), String::as_str);
        format!("{above} ({written})")
    }

    fn name_of_category<'a>(
        &'a self,
        titles: &'a HashMap<String, String>,
        category: &'a str,
    ) -> &'a str {
        match (titles.get(category), self.category(category)) {
            (Some(title), _) => title,
            (None, Some(node)) => &node.title,
            (None, None) => category,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn label(code: &str) -> Message {
        Terminology::standard().label(&code.parse().unwrap())
    }

    #[test]
    fn our_titles_are_korean_of_known_codes_and_none_is_given_twice() {
        let terminology = Terminology::standard();
        let mut seen = HashSet::new();
        for (code, title) in ours(&terminology.tree) {
            assert!(seen.insert(code.to_owned()), "{code} twice");
            // A printed range may begin or end where there is no category: U00-U49.
            let is_node = || {
                terminology
                    .tree
                    .nodes()
                    .iter()
                    .any(|node| node.code == code)
            };
            let known = terminology.knows(&code.parse().unwrap()) || is_node();
            assert!(known, "{code}");
            assert!(title.chars().any(super::super::words::is_hangul), "{code}");
            assert_eq!(
                title,
                title.split_whitespace().collect::<Vec<_>>().join(" ")
            );
        }
        let lines = KOREAN.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), seen.len(), "a line that is no title");
    }

    #[test]
    fn every_chapter_block_and_category_has_a_korean_title() {
        let terminology = Terminology::standard();
        let nodes = terminology.tree.nodes().iter();
        for node in nodes {
            let title = terminology.titles.korean(&node.code);
            assert!(title.is_some(), "{}", node.code);
        }
    }

    #[test]
    fn residual_categories_are_named_by_their_titles() {
        for (code, name) in [
            ("I49", "기타 심장부정맥"),
            ("I49.9", "기타 심장부정맥 (I49.9)"),
            ("J44.1", "기타 만성 폐쇄성 폐질환 (J44.1)"),
            ("H35.3", "황반 및 후극부의 변성"),
            ("H35.31", "황반 및 후극부의 변성 (H35.31)"),
            ("D37", "구강 및 소화기관의 행동양식이 불확실한 신생물"),
            ("I00-I99", "순환계통의 질환"),
        ] {
            assert_eq!(label(code).ko, name);
        }
    }

    #[test]
    fn no_word_of_an_operator_is_a_name_either() {
        let refined = Terminology::refined("", "dx\tC34.1\t윗허파암\tupper lung cancer");
        let label = refined.label(&"C34.1".parse().unwrap());
        assert_eq!(label.ko, "기관지 및 폐의 악성 신생물 (C34.1)");
    }

    #[test]
    fn a_code_stands_in_brackets_once() {
        let with = |code: &str| Terminology::standard().label_with_code(&code.parse().unwrap());
        assert_eq!(with("C34").ko, "기관지 및 폐의 악성 신생물(C34)");
        assert_eq!(with("C34.1").ko, "기관지 및 폐의 악성 신생물 (C34.1)");
        assert_eq!(
            with("C34").en,
            "Malignant neoplasm of bronchus and lung (C34)"
        );
        assert_eq!(
            with("C34.1").en,
            "Malignant neoplasm of bronchus and lung (C34.1)"
        );
        for code in ["C33-C34", "C00-C97", "J00-J99"] {
            let label = with(code);
            assert_eq!(label.ko.matches(code).count(), 1, "{}", label.ko);
            assert_eq!(label.en.matches(code).count(), 1, "{}", label.en);
        }
    }
}
