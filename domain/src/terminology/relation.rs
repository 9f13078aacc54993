//! How the topic of an offer relates to that of a demand.

use super::span::Span;
use super::tree::{Level, Tree};
use serde::{Deserialize, Serialize};

/// How an offered condition relates to a demanded one, seen from the demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicRelation {
    /// The same condition or a part of it.
    SameOrNarrower,
    /// The offer is broader by this number of levels of the tree, 1 or 2.
    BroaderBy(u8),
    /// Another condition of the same (innermost) block.
    SameBlock,
    /// Neither.
    Unrelated,
}

impl TopicRelation {
    /// The credit of the disease criterion in thousandths, 0 to 1000: 1000, 700, 400, 200 or 0.
    ///
    /// Source: matching design, criterion 1 (same or narrower 1.0; one level broader .7, two .4; same block .2; else 0).
    pub fn credit(self) -> u16 {
        match self {
            Self::SameOrNarrower => 1_000,
            Self::BroaderBy(0 | 1) => 700,
            Self::BroaderBy(2) => 400,
            Self::SameBlock => 200,
            Self::BroaderBy(_) | Self::Unrelated => 0,
        }
    }
}

/// Relation of an offered span to a demanded one.
///
/// Levels are steps up the tree from the demanded condition: a character of a subcode, the category, its blocks from the
/// innermost, the chapter. A range that is no node stands one step below the smallest node that contains it.
pub(super) fn relate(tree: &Tree, demanded: Span, offered: Span) -> TopicRelation {
    if demanded.contains(offered) {
        return TopicRelation::SameOrNarrower;
    }
    if demanded.overlaps(offered) {
        return match levels_up(tree, demanded, offered) {
            Some(levels @ (1 | 2)) => TopicRelation::BroaderBy(levels),
            _ => TopicRelation::Unrelated,
        };
    }
    let shares_block = tree
        .path(demanded)
        .find(|node| node.level == Level::Block)
        .is_some_and(|block| block.span().contains(offered));
    if shares_block {
        TopicRelation::SameBlock
    } else {
        TopicRelation::Unrelated
    }
}

/// Steps from `demanded` up to the first node that contains `offered` as well.
fn levels_up(tree: &Tree, demanded: Span, offered: Span) -> Option<u8> {
    let mut levels = 0_u8;
    let mut above = demanded;
    while let Some(parent) = above.parent() {
        above = parent;
        levels = levels.saturating_add(1);
        if above.contains(offered) {
            return Some(levels);
        }
    }
    // The category of a subcode is counted above; the node that a span is does not count as broader than itself.
    let mut path = tree.path(demanded).peekable();
    path.next_if(|node| node.span() == above);
    for node in path {
        levels = levels.saturating_add(1);
        if node.span().contains(offered) {
            return Some(levels);
        }
    }
    None
}
