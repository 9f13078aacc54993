//! Reports on supply and demand.

use super::catalogue::Offer;
use super::connection::{List, Paging, Placed, list};
use super::organisation::Organisation;
use super::scalar::WideInt;
use super::text::{DataKind, Sentence};
use super::{Result, app, caller, loaders};
use crate::app::report::aside;
use async_graphql::{Context, Enum, Object, OutputType, SimpleObject};
use matchday_domain::id::{OfferId, OrganisationId};
use matchday_domain::matching::STORED_MATCHES;
use matchday_domain::matching::report::{self as domain, Market};
use matchday_domain::page::Page;
use matchday_domain::privacy::AccessResource;
use matchday_domain::problem::Problem;
use std::sync::Arc;

#[derive(Default)]
pub struct ReportQuery;

#[Object]
impl ReportQuery {
    /// What is asked that nobody offers, over all open demands. For the organiser and observers; it never says who asks.
    async fn unmet_demand(&self, ctx: &Context<'_>) -> Result<UnmetDemand> {
        Ok(UnmetDemand(Arc::new(app(ctx).market(caller(ctx)).await?)))
    }

    /// Offers and hospitals that many demands want, against what they can serve. For the organiser and observers, and
    /// for a hospital about its own offers.
    async fn over_demand(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many of a demand's best matches it wants, 1 to 50",
            default = 10
        )]
        top_k: i32,
    ) -> Result<OverDemand> {
        let top = usize::try_from(top_k)
            .ok()
            .filter(|top| (1..=STORED_MATCHES).contains(top))
            .ok_or_else(|| Problem::out_of_range("topK", 1, wide(STORED_MATCHES).0))?;
        let market = Arc::new(app(ctx).market_or_own(caller(ctx)).await?);
        Ok(OverDemand { market, top })
    }

    /// Near-misses that one decision of a hospital would open, the greatest effect (sum of scores) first. For the
    /// organiser and observers, and for a hospital about its own offers; it never says who asks.
    async fn openings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
    ) -> Result<List<Opening>> {
        let market = app(ctx).market_or_own(caller(ctx)).await?;
        let rows = aside(move || market.openings()).await?;
        let paging = Paging {
            first,
            last,
            after,
            before,
        };
        let place = |row: &domain::Opening| Placed {
            number: row.effect,
            key: format!("{} {}", row.offer, row.rule),
        };
        page(rows, &paging, place, Opening)
    }
}

fn page<T, Node: OutputType>(
    rows: Vec<T>,
    paging: &Paging,
    place: impl Fn(&T) -> Placed,
    node: impl Fn(T) -> Node,
) -> Result<List<Node>> {
    let page = Page::of_list(rows, &paging.request()?, &place);
    Ok(list(page, place, node))
}

/// The offer that a row is about; that another organisation reads such a row is written down for the hospital.
async fn offer(ctx: &Context<'_>, id: OfferId) -> Result<Option<Offer>> {
    let found = loaders(ctx).offer(id).await?;
    if let Some(offer) = &found {
        caller(ctx).saw(AccessResource::Report, offer.organisation, None, id);
    }
    Ok(found.map(Offer))
}

fn wide(n: usize) -> WideInt {
    WideInt(i64::try_from(n).unwrap_or(i64::MAX))
}

pub(super) fn number(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn points(hundredths: i32) -> f64 {
    f64::from(hundredths) / 100.0
}

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
pub struct UnmetDemand(Arc<Market<'static>>);

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

/// Offers and hospitals that many demands want.
pub struct OverDemand {
    market: Arc<Market<'static>>,
    top: usize,
}

/// Offers and hospitals that many demands want: they are among the best matches that the gate does not deny.
#[Object]
impl OverDemand {
    /// By offer, the most wanted first.
    async fn offers(
        &self,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only bottlenecks: wanted beyond a stated capacity", default)]
        over_capacity: bool,
    ) -> Result<List<WantedOffer>> {
        let mut rows = self.market.wanted_offers(self.top);
        rows.retain(|row| !over_capacity || row.shortfall() > Some(0));
        let place = |row: &domain::WantedOffer| Placed {
            number: wide(row.demands).0,
            key: row.offer.to_string(),
        };
        let paging = Paging {
            first,
            last,
            after,
            before,
        };
        page(rows, &paging, place, WantedOffer)
    }

    /// By hospital, the most wanted first.
    async fn hospitals(
        &self,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only bottlenecks: wanted beyond a stated capacity", default)]
        over_capacity: bool,
    ) -> Result<List<WantedHospital>> {
        let mut rows = self.market.wanted_hospitals(self.top);
        rows.retain(|row| !over_capacity || row.shortfall() > Some(0));
        let place = |row: &domain::WantedHospital| Placed {
            number: wide(row.demands).0,
            key: row.hospital.to_string(),
        };
        let paging = Paging {
            first,
            last,
            after,
            before,
        };
        page(rows, &paging, place, WantedHospital)
    }
}

pub(super) async fn hospital(ctx: &Context<'_>, id: OrganisationId) -> Result<Organisation> {
    let found = loaders(ctx).organisation(id).await?;
    Ok(Organisation(
        found.ok_or_else(|| Problem::not_found("organisation"))?,
    ))
}

/// An offer that demands want.
pub struct WantedOffer(domain::WantedOffer);

/// An offer that demands want.
#[Object]
impl WantedOffer {
    /// The offer; null if it has been taken off the list meanwhile.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Offer>> {
        offer(ctx, self.0.offer).await
    }

    /// Open demands that have it among their best matches.
    async fn demands(&self) -> i32 {
        number(self.0.demands)
    }

    /// Requests it can serve in a year; null if the hospital does not say.
    async fn capacity_per_year(&self) -> Option<WideInt> {
        self.0.capacity.map(WideInt)
    }

    /// Demands beyond the capacity, 0 where there is enough; null without a stated capacity.
    async fn shortfall(&self) -> Option<WideInt> {
        self.0.shortfall().map(WideInt)
    }
}

/// A hospital that demands want.
pub struct WantedHospital(domain::WantedHospital);

/// A hospital that demands want.
#[Object]
impl WantedHospital {
    /// The hospital.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        hospital(ctx, self.0.hospital).await
    }

    /// Open demands that have any of its offers among their best matches, each once.
    async fn demands(&self) -> i32 {
        number(self.0.demands)
    }

    /// Its offers that are wanted.
    async fn offers(&self) -> i32 {
        number(self.0.offers)
    }

    /// Requests that its wanted offers can serve in a year; null if any of them does not say.
    async fn capacity_per_year(&self) -> Option<WideInt> {
        self.0.capacity.map(WideInt)
    }

    /// Demands beyond the capacity, 0 where there is enough; null if a capacity is missing.
    async fn shortfall(&self) -> Option<WideInt> {
        self.0.shortfall().map(WideInt)
    }
}

/// What giving up one rule of an offer would open.
pub struct Opening(domain::Opening);

/// What giving up one rule of an offer would open.
#[Object]
impl Opening {
    /// The hospital that could decide.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        hospital(ctx, self.0.hospital).await
    }

    /// The offer; null if it has been taken off the list meanwhile.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Offer>> {
        offer(ctx, self.0.offer).await
    }

    /// The rule that alone stands in the way, a DUO or local code.
    async fn rule(&self) -> &str {
        &self.0.rule
    }

    /// The decision and what comes of it.
    async fn sentence(&self) -> Sentence {
        Sentence(self.0.sentence())
    }

    /// Open demands that it would open.
    async fn demands(&self) -> i32 {
        number(self.0.demands())
    }

    /// Those of them that would pass.
    async fn passing(&self) -> i32 {
        number(self.0.passing)
    }

    /// Those of them that the hospital could then be asked about.
    async fn asking(&self) -> i32 {
        number(self.0.asking)
    }

    /// Mean score of the demands, 0 to 100.
    async fn mean_score(&self) -> f64 {
        self.0.mean_score()
    }

    /// What the askers could change instead, the most frequent first.
    async fn changes(&self) -> Vec<OpeningChange> {
        let changes = self.0.instead.iter();
        changes
            .map(|change| OpeningChange {
                sentence: Sentence(change.sentence.clone()),
                demands: number(change.demands),
                mean_score: change.mean_score(),
            })
            .collect()
    }
}

/// A change of the askers that would open the offer as well.
#[derive(SimpleObject)]
pub struct OpeningChange {
    /// In a sentence.
    sentence: Sentence,
    /// Open demands to which it applies.
    demands: i32,
    /// Mean score of those demands, 0 to 100.
    mean_score: f64,
}
