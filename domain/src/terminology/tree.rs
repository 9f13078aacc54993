//! The ICD-10 tree: chapters, blocks (some within others), three-character categories.
//!
//! Built from ICD-10-CM's list and our supplement of what WHO's ICD-10 and the KCD have besides. Codes below a category
//! are not listed; they hang from it by their form (`C34.12` under `C34.1` under `C34`).

use super::span::{Category, Span};
use std::cmp::Reverse;
use std::collections::HashMap;

const ICD10CM: &str = include_str!("data/icd10cm_categories.tsv");
const WHO: &str = include_str!("data/who_categories.tsv");

/// No node.
const NOWHERE: u32 = u32::MAX;

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
    pub(super) first: Category,
    pub(super) last: Category,
    pub(super) title: String,
    parent: Option<usize>,
}

impl Node {
    pub(super) fn span(&self) -> Span {
        Span::range(self.first, self.last)
    }
}

/// A row of a file.
#[derive(Debug, Clone, Copy)]
struct Row<'a> {
    level: &'a str,
    code: &'a str,
    parent: &'a str,
    title: &'a str,
}

fn rows(file: &str) -> impl Iterator<Item = Row<'_>> {
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
fn ends(code: &str) -> Option<(Category, Category)> {
    let (first, last) = code.split_once('-').unwrap_or((code, code));
    Some((Category::of(first)?, Category::of(last)?))
}

/// A title without the range at its end.
fn bare(title: &str) -> &str {
    match title.rfind(" (") {
        Some(i) if title.ends_with(')') && title[i..].contains('-') => &title[..i],
        _ => title,
    }
}

/// The chapter of a category, also of one beyond the printed end.
fn chapter(chapters: &[(Category, Category, usize)], category: Category) -> Option<usize> {
    let holds =
        |(first, last, _): &&(Category, Category, usize)| *first <= category && category <= *last;
    let before = |(first, _, _): &&(Category, Category, usize)| first.letter() <= category.letter();
    chapters
        .iter()
        .find(holds)
        .or_else(|| {
            chapters
                .iter()
                .filter(before)
                .max_by_key(|(first, _, _)| *first)
        })
        .map(|(_, _, i)| *i)
}

/// The nodes and where to find them.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Nodes of categories by their place; `u32::MAX` where there is none.
    categories: Vec<u32>,
}

impl Tree {
    /// The shipped tree with further categories, each of which stands in the smallest block that has room for it, else
    /// in its chapter.
    pub(super) fn load<'a>(further: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut renamed: HashMap<&str, &str> = HashMap::new();
        let mut chapters: Vec<Row<'_>> = Vec::new();
        let mut blocks: Vec<Row<'_>> = Vec::new();
        let mut categories: Vec<Row<'_>> = Vec::new();
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
        for (code, title) in further {
            if !place.contains_key(code) {
                place.insert(code, categories.len());
                categories.push(Row {
                    level: "category",
                    code,
                    parent: "",
                    title,
                });
            }
        }
        Self::assemble(&chapters, blocks, categories, &renamed)
    }

    fn assemble(
        chapters: &[Row<'_>],
        mut blocks: Vec<Row<'_>>,
        mut categories: Vec<Row<'_>>,
        renamed: &HashMap<&str, &str>,
    ) -> Self {
        // Wider blocks first, so that a parent has its place before its children.
        blocks.sort_by(|a, b| {
            let key = |row: &Row<'_>| ends(row.code).map(|(first, last)| (first, Reverse(last)));
            key(a).cmp(&key(b))
        });
        categories.sort_by_key(|row| row.code);
        let mut nodes: Vec<Node> = Vec::new();
        let mut chapter_of: Vec<(Category, Category, usize)> = Vec::new();
        for row in chapters {
            let range = row
                .title
                .rfind('(')
                .map_or("", |i| row.title[i + 1..].trim_end_matches(')'));
            let Some((first, last)) = ends(range) else {
                continue;
            };
            chapter_of.push((first, last, nodes.len()));
            nodes.push(Node {
                level: Level::Chapter,
                code: range.to_owned(),
                first,
                last,
                title: bare(row.title).to_owned(),
                parent: None,
            });
        }
        let first_block = nodes.len();
        let mut block_at: HashMap<&str, usize> = HashMap::new();
        for row in &blocks {
            let Some((first, last)) = ends(row.code) else {
                continue;
            };
            let within = |node: &Node| node.first <= first && last <= node.last;
            let parent = nodes
                .iter()
                .enumerate()
                .skip(first_block)
                .rev()
                .find(|(_, node)| within(node))
                .map(|(i, _)| i)
                .or_else(|| chapter(&chapter_of, first));
            block_at.insert(row.code, nodes.len());
            nodes.push(Node {
                level: Level::Block,
                code: row.code.to_owned(),
                first,
                last,
                title: bare(row.title).to_owned(),
                parent,
            });
        }
        let mut index = vec![NOWHERE; Category::PLACES];
        let blocks = first_block..nodes.len();
        let first_category = nodes.len();
        for row in &categories {
            let Some(category) = Category::of(row.code) else {
                continue;
            };
            let block = renamed.get(row.parent).copied().unwrap_or(row.parent);
            // A category of which only the code is known stands in the smallest block that has room for it.
            let room = || {
                let has = |i: &usize| nodes[*i].first <= category && category <= nodes[*i].last;
                blocks.clone().rev().find(has)
            };
            let parent = block_at.get(block).copied().or_else(room);
            let parent = parent.or_else(|| chapter(&chapter_of, category));
            index[category.place()] = u32::try_from(nodes.len()).unwrap_or(NOWHERE);
            nodes.push(Node {
                level: Level::Category,
                code: row.code.to_owned(),
                first: category,
                last: category,
                title: row.title.to_owned(),
                parent,
            });
        }
        // A chapter reaches as far as its categories do.
        for i in first_category..nodes.len() {
            let (first, last) = (nodes[i].first, nodes[i].last);
            let mut at = nodes[i].parent;
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

    /// A category.
    pub(super) fn category(&self, category: Category) -> Option<&Node> {
        let at = *self.categories.get(category.place())?;
        self.nodes.get(usize::try_from(at).ok()?)
    }

    /// The codes of the categories from one to another, both included; none if there are more than `most`.
    pub(super) fn between(&self, first: &str, last: &str, most: usize) -> Vec<String> {
        let within = |node: &&Node| {
            node.level == Level::Category && (first..=last).contains(&node.code.as_str())
        };
        let nodes = self.nodes.iter().filter(within).take(most + 1);
        let codes: Vec<String> = nodes.map(|node| node.code.clone()).collect();
        if codes.len() > most {
            Vec::new()
        } else {
            codes
        }
    }

    /// The chapter or block with exactly these ends; of a chapter with a single block, the block.
    pub(super) fn range(&self, span: Span) -> Option<&Node> {
        self.path(span)
            .find(|node| node.level != Level::Category && node.span() == span)
    }

    /// The nodes that contain a span, from the smallest up to its chapter; none where the first category is unknown.
    pub(super) fn path(&self, span: Span) -> impl Iterator<Item = &Node> {
        std::iter::successors(self.category(span.first), |node| {
            self.nodes.get(node.parent?)
        })
        .filter(move |node| node.first <= span.first && span.last <= node.last)
    }
}
