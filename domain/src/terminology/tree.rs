//! The ICD-10 tree: chapters, blocks (some within others), three-character categories.
//!
//! Built from ICD-10-CM's list and our supplement of what WHO's ICD-10 and the KCD have besides. Codes below a category
//! are not listed; they hang from it by their form (`C34.12` under `C34.1` under `C34`).

use super::ConditionCode;
use std::collections::HashMap;

const ICD10CM: &str = include_str!("data/icd10cm_categories.tsv");
const WHO: &str = include_str!("data/who_categories.tsv");

/// Rank of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Chapter,
    Block,
    Category,
}

/// A chapter, block or category.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) level: Level,
    /// `C34`, `C30-C39`; a chapter's first and last category.
    pub(super) code: String,
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    pub(super) title: &'static str,
    parent: Option<usize>,
}

/// A row of a file.
#[derive(Debug, Clone, Copy)]
struct Row {
    level: &'static str,
    code: &'static str,
    parent: &'static str,
    title: &'static str,
}

fn rows(file: &'static str) -> impl Iterator<Item = Row> {
    file.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split('\t');
            Some(Row {
                level: fields.next()?,
                code: fields.next()?,
                parent: fields.next()?,
                title: fields.next()?,
            })
        })
}

/// Ends of `C30-C39`, or twice `C50`.
fn ends(code: &'static str) -> (&'static str, &'static str) {
    code.split_once('-').unwrap_or((code, code))
}

/// A title without the range at its end.
fn bare(title: &'static str) -> &'static str {
    match title.rfind(" (") {
        Some(i) if title.ends_with(')') && title[i..].contains('-') => &title[..i],
        _ => title,
    }
}

/// What a code spans: categories from first to last, and the rest of the code below a single category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span<'a> {
    pub(super) first: &'a str,
    pub(super) last: &'a str,
    pub(super) below: &'a str,
}

impl<'a> Span<'a> {
    pub(super) fn of(code: &'a ConditionCode) -> Self {
        let (first, mut last) = code.categories();
        // The KCD counts cancers to C97, ICD-10-CM to C96; both mean all malignant neoplasms.
        if (first, last) == ("C00", "C96") {
            last = "C97";
        }
        let below = code.as_str().split_once('.').map_or("", |(_, below)| below);
        Self { first, last, below }
    }

    /// Whether all of `other` lies within.
    pub(super) fn contains(self, other: Span<'_>) -> bool {
        if self.below.is_empty() {
            self.first <= other.first && other.last <= self.last
        } else {
            self.first == other.first
                && other.first == other.last
                && other.below.starts_with(self.below)
        }
    }

    /// Whether they share anything.
    pub(super) fn overlaps(self, other: Span<'_>) -> bool {
        if self.below.is_empty() && other.below.is_empty() {
            self.first <= other.last && other.first <= self.last
        } else {
            self.contains(other) || other.contains(self)
        }
    }
}

/// The nodes and where to find them.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    categories: HashMap<&'static str, usize>,
}

impl Tree {
    pub(super) fn load() -> Self {
        let mut renamed: HashMap<&str, &'static str> = HashMap::new();
        let mut chapters: Vec<Row> = Vec::new();
        let mut blocks: Vec<Row> = Vec::new();
        let mut categories: Vec<Row> = Vec::new();
        for row in rows(WHO).filter(|row| row.level == "rename") {
            renamed.insert(row.parent, row.code);
            // Two former blocks may have become one.
            if blocks.iter().all(|block| block.code != row.code) {
                blocks.push(row);
            }
        }
        let mut place: HashMap<&str, usize> = HashMap::new();
        for row in rows(ICD10CM).chain(rows(WHO)) {
            match row.level {
                "chapter" => chapters.push(row),
                "block" if !renamed.contains_key(row.code) => blocks.push(row),
                // The supplement may move a category.
                "category" => match place.get(row.code) {
                    Some(&i) => {
                        if let Some(old) = categories.get_mut(i) {
                            *old = row;
                        }
                    }
                    None => {
                        place.insert(row.code, categories.len());
                        categories.push(row);
                    }
                },
                _ => {}
            }
        }
        Self::assemble(&chapters, blocks, categories, &renamed)
    }

    fn assemble(
        chapters: &[Row],
        mut blocks: Vec<Row>,
        mut categories: Vec<Row>,
        renamed: &HashMap<&str, &'static str>,
    ) -> Self {
        // Wider blocks first, so that a parent has its place before its children.
        blocks.sort_by(|a, b| {
            let ((a1, a2), (b1, b2)) = (ends(a.code), ends(b.code));
            (a1, std::cmp::Reverse(a2)).cmp(&(b1, std::cmp::Reverse(b2)))
        });
        categories.sort_by_key(|row| row.code);
        let mut nodes: Vec<Node> = Vec::new();
        let mut chapter_of: Vec<(&str, &str, usize)> = Vec::new();
        for row in chapters {
            let range = row
                .title
                .rfind('(')
                .map_or("", |i| row.title[i + 1..].trim_end_matches(')'));
            let (first, last) = ends(range);
            chapter_of.push((first, last, nodes.len()));
            nodes.push(Node {
                level: Level::Chapter,
                code: range.to_owned(),
                first,
                last,
                title: bare(row.title),
                parent: None,
            });
        }
        let first_block = nodes.len();
        let mut block_at: HashMap<&str, usize> = HashMap::new();
        for row in &blocks {
            let (first, last) = ends(row.code);
            let within = |node: &Node| node.first <= first && last <= node.last;
            let parent = nodes
                .iter()
                .enumerate()
                .skip(first_block)
                .rev()
                .find(|(_, node)| within(node))
                .map(|(i, _)| i)
                .or_else(|| {
                    let start = |(a, b, _): &&(&str, &str, usize)| *a <= first && first <= *b;
                    chapter_of.iter().find(start).map(|(_, _, i)| *i)
                })
                .or_else(|| {
                    // A supplement's block beyond the printed end of its chapter.
                    let same = |(a, _, _): &&(&str, &str, usize)| a.get(..1) <= first.get(..1);
                    chapter_of
                        .iter()
                        .filter(same)
                        .max_by_key(|(a, _, _)| *a)
                        .map(|(_, _, i)| *i)
                });
            block_at.insert(row.code, nodes.len());
            nodes.push(Node {
                level: Level::Block,
                code: row.code.to_owned(),
                first,
                last,
                title: bare(row.title),
                parent,
            });
        }
        let mut index = HashMap::new();
        for row in &categories {
            let block = renamed.get(row.parent).copied().unwrap_or(row.parent);
            index.insert(row.code, nodes.len());
            nodes.push(Node {
                level: Level::Category,
                code: row.code.to_owned(),
                first: row.code,
                last: row.code,
                title: row.title,
                parent: block_at.get(block).copied(),
            });
        }
        // A chapter reaches as far as its categories do.
        for i in index.values() {
            let (first, last) = (nodes[*i].first, nodes[*i].last);
            let mut at = nodes[*i].parent;
            while let Some(j) = at {
                if nodes[j].level == Level::Chapter {
                    nodes[j].first = nodes[j].first.min(first);
                    nodes[j].last = nodes[j].last.max(last);
                }
                at = nodes[j].parent;
            }
        }
        for node in nodes.iter_mut().filter(|n| n.level == Level::Chapter) {
            node.code = format!("{}-{}", node.first, node.last);
        }
        Self {
            nodes,
            categories: index,
        }
    }

    /// Every node: chapters, then blocks, then categories, each in the order of their codes.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A category by its code.
    pub(super) fn category(&self, code: &str) -> Option<&Node> {
        self.nodes.get(*self.categories.get(code)?)
    }

    /// The chapter or block with exactly these ends; of a chapter with a single block, the block.
    pub(super) fn range(&self, first: &str, last: &str) -> Option<&Node> {
        self.path(Span {
            first,
            last,
            below: "",
        })
        .into_iter()
        .find(|node| node.level != Level::Category && node.first == first && node.last == last)
    }

    /// The nodes that contain a span, from the smallest up to its chapter; none where the first category is unknown.
    pub(super) fn path(&self, span: Span<'_>) -> Vec<&Node> {
        let mut path = Vec::new();
        let mut at = self.categories.get(span.first).copied();
        while let Some(node) = at.and_then(|i| self.nodes.get(i)) {
            if node.first <= span.first && span.last <= node.last {
                path.push(node);
            }
            at = node.parent;
        }
        path
    }
}
