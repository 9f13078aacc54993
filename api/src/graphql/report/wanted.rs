//! What many demands want.

use super::{hospital, number, offer, page, wide};
use crate::graphql::Result;
use crate::graphql::catalogue::Offer;
use crate::graphql::connection::{List, Paging, Placed};
use crate::graphql::organisation::Organisation;
use crate::graphql::scalar::WideInt;
use async_graphql::{Context, Object};
use matchday_domain::matching::report::{self as domain, Market};
use std::sync::Arc;

/// Offers and hospitals that many demands want.
pub struct OverDemand {
    pub(super) market: Arc<Market<'static>>,
    pub(super) top: usize,
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
