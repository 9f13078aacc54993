//! Reports on supply and demand.

mod openings;
mod unmet;
mod wanted;

pub use openings::Opening;
pub use unmet::UnmetDemand;
pub use wanted::OverDemand;

use super::catalogue::Offer;
use super::connection::{List, Paging, Placed, list};
use super::organisation::Organisation;
use super::scalar::WideInt;
use super::{Result, app, caller, loaders};
use crate::app::aside;
use async_graphql::{Context, Object, OutputType};
use matchday_domain::id::{OfferId, OrganisationId};
use matchday_domain::matching::STORED_MATCHES;
use matchday_domain::matching::report as domain;
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

pub(super) async fn hospital(ctx: &Context<'_>, id: OrganisationId) -> Result<Organisation> {
    let found = loaders(ctx).organisation(id).await?;
    Ok(Organisation(
        found.ok_or_else(|| Problem::not_found("organisation"))?,
    ))
}
