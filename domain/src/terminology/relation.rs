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

/// A demanded condition with its surroundings in the tree, read once, so that many offered ones can be related to it.
///
/// Levels are steps up the tree from the demanded condition: a character of a subcode, the category, its blocks from the
/// innermost, the chapter. A range that is no node stands one step below the smallest node that contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Topic {
    demanded: Span,
    /// One and two levels up.
    above: [Option<Span>; 2],
    /// The innermost block around it.
    block: Option<Span>,
}

impl Topic {
    pub(super) fn of(tree: &Tree, demanded: Span) -> Self {
        let parents = std::iter::successors(demanded.parent(), |span| span.parent());
        let top = parents.clone().last().unwrap_or(demanded);
        // The category of a subcode is one of its parents; the node that a span is does not count as broader than itself.
        let mut path = tree.path(demanded).peekable();
        path.next_if(|node| node.span() == top);
        let mut levels = parents.chain(path.map(|node| node.span()));
        Self {
            demanded,
            above: [levels.next(), levels.next()],
            block: tree
                .path(demanded)
                .find(|node| node.level == Level::Block)
                .map(|node| node.span()),
        }
    }

    /// The demanded condition itself.
    pub(crate) fn demanded(&self) -> Span {
        self.demanded
    }

    /// Whether an offered condition is the demanded one or a part of it.
    pub(crate) fn is_served_by(&self, offered: Span) -> bool {
        self.demanded.contains(offered)
    }

    /// How an offered condition relates to the demanded one.
    pub(crate) fn relation(&self, offered: Span) -> TopicRelation {
        if self.demanded.contains(offered) {
            return TopicRelation::SameOrNarrower;
        }
        let within = |span: Option<Span>| span.is_some_and(|span| span.contains(offered));
        if self.demanded.overlaps(offered) {
            return match self.above {
                [one, _] if within(one) => TopicRelation::BroaderBy(1),
                [_, two] if within(two) => TopicRelation::BroaderBy(2),
                _ => TopicRelation::Unrelated,
            };
        }
        if within(self.block) {
            TopicRelation::SameBlock
        } else {
            TopicRelation::Unrelated
        }
    }
}
