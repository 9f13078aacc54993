//! What is asked that nobody offers.

use super::{number, page, points, wide};
use crate::app::aside;
use crate::graphql::Result;
use crate::graphql::connection::{List, Paging, Placed};
use crate::graphql::text::{DataKind, Sentence};
use async_graphql::{Enum, Object, SimpleObject};
use matchday_domain::matching::report::{self as domain, Market};
use std::sync::Arc;

/// How finely conditions are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::terminology::CodeLevel")]
pub enum ConditionLevel {
    /// As demanded: a subcode, a category, a range.
    Code,
    /// Three-character categories (3단위 분류); what is broader stays as it is.
    Category,
    /// Blocks (중분류).
    Block,
    /// Chapters (대분류).
    Chapter,
}

/// How finely kinds of data are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DataKindLevel {
    /// As demanded: a category or a sub-kind.
    Kind,
    /// Categories with all their sub-kinds.
    Category,
}

/// Demands by the best that the gate says to any of their stored matches: the four parts sum to all.
#[derive(SimpleObject)]
pub struct DemandTally {
    /// Open demands.
    demands: i32,
    /// With a match that passes.
    passing: i32,
    /// With a match to ask about, and none that passes.
    asking: i32,
    /// With near-misses only: what would fit is denied.
    denied: i32,
    /// Without any match worth keeping (20 points).
    unmatched: i32,
    /// The best score among the matches that are not denied, 0 to 100; null if there is none.
    best_score: Option<f64>,
}

impl From<domain::Tally> for DemandTally {
    fn from(tally: domain::Tally) -> Self {
        Self {
            demands: number(tally.demands),
            passing: number(tally.passing),
            asking: number(tally.asking),
            denied: number(tally.denied),
            unmatched: number(tally.unmatched),
            best_score: tally.best_score.map(points),
        }
    }
}

/// What is asked that nobody offers.
pub struct UnmetDemand(pub(super) Arc<Market<'static>>);

/// What is asked that nobody offers, over all open demands.
#[Object]
impl UnmetDemand {
    /// All open demands.
    async fn tally(&self) -> DemandTally {
        self.0.tally().into()
    }

    /// Offers that are listed.
    async fn listed_offers(&self) -> i32 {
        number(self.0.offers())
    }

    /// By condition: the most demands without a match first, then the most demands, then by code.
    #[allow(clippy::too_many_arguments)] // the arguments of a Relay connection
    async fn conditions(
        &self,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(
            desc = "How finely conditions are told apart",
            default_with = "ConditionLevel::Category"
        )]
        level: ConditionLevel,
        #[graphql(
            desc = "Only conditions that no offer holds, not even in part",
            default
        )]
        unoffered: bool,
    ) -> Result<List<ConditionDemand>> {
        let paging = Paging {
            first,
            last,
            after,
            before,
        };
        let market = self.0.clone();
        let mut rows = aside(move || market.by_condition(level.into())).await?;
        if unoffered {
            rows.retain(|row| row.offers + row.broader_offers == 0);
        }
        let place = |row: &domain::ConditionRow| Placed {
            // Two orders in one number: demands are far fewer than 2^31.
            number: (wide(row.tally.unmatched).0 << 31) + wide(row.tally.demands).0,
            key: row.code.to_string(),
        };
        page(rows, &paging, place, ConditionDemand::from)
    }

    /// By kind of data: the most demands without a match first, then the most demands.
    async fn data_kinds(
        &self,
        #[graphql(
            desc = "How finely kinds are told apart",
            default_with = "DataKindLevel::Kind"
        )]
        level: DataKindLevel,
    ) -> Result<Vec<DataKindDemand>> {
        let market = self.0.clone();
        let rows = aside(move || market.by_kind(level == DataKindLevel::Category)).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Pairs of condition and kind of data that are asked together and that no offer has together; the most asked first.
    async fn gaps(
        &self,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
    ) -> Result<List<SupplyGap>> {
        let paging = Paging {
            first,
            last,
            after,
            before,
        };
        let market = self.0.clone();
        let rows = aside(move || market.gaps()).await?;
        let place = |gap: &domain::Gap| Placed {
            number: wide(gap.demands).0,
            key: format!("{} {}", gap.condition, gap.kind.code()),
        };
        page(rows, &paging, place, SupplyGap::from)
    }
}

/// What is asked about a condition.
#[derive(SimpleObject)]
pub struct ConditionDemand {
    /// The KCD/ICD-10 code, or the range of the block or chapter that holds it.
    code: String,
    /// What it means.
    label: Sentence,
    /// Open demands that name it or a part of it.
    tally: DemandTally,
    /// Listed offers that hold it or a part of it.
    offers: i32,
    /// Listed offers that hold only something broader, up to two levels of the tree.
    broader_offers: i32,
}

impl From<domain::ConditionRow> for ConditionDemand {
    fn from(row: domain::ConditionRow) -> Self {
        Self {
            code: row.code.to_string(),
            label: Sentence(row.label),
            tally: row.tally.into(),
            offers: number(row.offers),
            broader_offers: number(row.broader_offers),
        }
    }
}

/// What is asked about a kind of data.
#[derive(SimpleObject)]
pub struct DataKindDemand {
    /// The kind.
    kind: DataKind,
    /// Open demands that name it: required, as one of several, or wished.
    tally: DemandTally,
    /// Those that cannot do without: required, or one of several.
    needed: i32,
    /// Listed offers that have it.
    offers: i32,
    /// Listed offers that name only its category, and so may have it.
    possible_offers: i32,
}

impl From<domain::KindRow> for DataKindDemand {
    fn from(row: domain::KindRow) -> Self {
        Self {
            kind: DataKind(row.kind),
            tally: row.tally.into(),
            needed: number(row.needed),
            offers: number(row.offers),
            possible_offers: number(row.perhaps),
        }
    }
}

/// A condition and a kind of data that are asked together and that no offer has together.
#[derive(SimpleObject)]
pub struct SupplyGap {
    /// The KCD/ICD-10 code as demanded.
    code: String,
    /// What it means.
    label: Sentence,
    /// The kind: required, or one of several none of which is offered with the condition.
    kind: DataKind,
    /// Open demands that ask for both.
    demands: i32,
    /// Listed offers that have the condition at least in part, with other kinds.
    offers_of_condition: i32,
    /// Listed offers that have or may have the kind, with other conditions.
    offers_of_kind: i32,
}

impl From<domain::Gap> for SupplyGap {
    fn from(gap: domain::Gap) -> Self {
        Self {
            code: gap.condition.to_string(),
            label: Sentence(gap.label),
            kind: DataKind(gap.kind),
            demands: number(gap.demands),
            offers_of_condition: number(gap.offers_of_condition),
            offers_of_kind: number(gap.offers_of_kind),
        }
    }
}
