//! How the topic of an offer relates to that of a demand.

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
