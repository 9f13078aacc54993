//! What one decision of a hospital would open.

use super::{hospital, number, offer};
use crate::graphql::Result;
use crate::graphql::catalogue::Offer;
use crate::graphql::organisation::Organisation;
use crate::graphql::text::Sentence;
use async_graphql::{Context, Object, SimpleObject};
use matchday_domain::matching::report as domain;

/// What giving up one rule of an offer would open.
pub struct Opening(pub(super) domain::Opening);

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
