//! What matches count by at a matching day.

use super::catalogue::Offer;
use super::demand::Demand;
use super::error::UserError;
use super::matching_day::MatchingDay;
use super::organisation::Person;
use super::payload::{key, payload};
use super::text::Sentence;
use super::vocabulary::{Criterion, WeightsOrigin};
use super::{Result, app, caller, id, loaders};
use crate::app::event_weights::{Proposal, WantedWeights};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use matchday_domain::id::{DemandId, OfferId};
use matchday_domain::matching::suggestion::{ListChange, RankChange, preview};
use matchday_domain::matching::{self, Weights};
use matchday_domain::matching_day as domain;

/// How much a criterion counts.
#[derive(SimpleObject)]
pub struct CriterionWeight {
    /// The criterion.
    criterion: Criterion,
    /// Its weight, 0 to 100; only proportions within a side matter.
    weight: f64,
}

fn by_criterion(weights: &Weights) -> Vec<CriterionWeight> {
    let all = matching::Criterion::ALL.iter();
    all.map(|criterion| CriterionWeight {
        criterion: (*criterion).into(),
        weight: weights.of(*criterion),
    })
    .collect()
}

/// A version of the weights of a matching day.
pub struct MatchingWeights(pub domain::EventWeights);

/// A version of what matches count by at a matching day. Stored matches are re-weighed by it; none is scored anew.
#[Object]
impl MatchingWeights {
    /// From 1, the defaults; what a change must name.
    async fn version(&self) -> i32 {
        self.0.weights.version
    }

    /// The weight of every criterion: first those of the demander's side, then those of the hospital's.
    async fn weights(&self) -> Vec<CriterionWeight> {
        by_criterion(&self.0.weights)
    }

    /// Where they come from.
    async fn origin(&self) -> WeightsOrigin {
        self.0.origin.into()
    }

    /// Why they were set; empty for the defaults.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Who set them; null for the defaults, which nobody set.
    async fn set_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(person) = self.0.set_by else {
            return Ok(None);
        };
        Ok(loaders(ctx).person(person).await?.map(Person))
    }

    /// When they were set; null for the defaults.
    async fn set_at(&self) -> Option<DateTime<Utc>> {
        self.0.set_at
    }
}

/// Weights, each from 0 to 100; those left out stay as they are. Only proportions within a side matter.
#[derive(Debug, Clone, InputObject)]
pub struct MatchingWeightsInput {
    /// Disease and population.
    disease: Option<f64>,
    /// Data categories and sub-kinds.
    data_kinds: Option<f64>,
    /// Variables and linkage.
    variables: Option<f64>,
    /// Standard.
    standard: Option<f64>,
    /// Cohort size.
    cohort_size: Option<f64>,
    /// Period.
    period: Option<f64>,
    /// Access practicality.
    access: Option<f64>,
    /// Text.
    text: Option<f64>,
    /// The hospital's side: purposes it likes to support.
    purpose: Option<f64>,
    /// The hospital's side: kinds of organisation it likes to work with.
    partner: Option<f64>,
    /// The hospital's side: collaboration.
    collaboration: Option<f64>,
    /// The hospital's side: return of results.
    return_of_results: Option<f64>,
    /// The hospital's side: whether it can serve any request at all.
    capacity: Option<f64>,
}

impl From<&MatchingWeightsInput> for WantedWeights {
    fn from(input: &MatchingWeightsInput) -> Self {
        use matching::Criterion as C;
        let all = [
            (C::Disease, input.disease),
            (C::DataKinds, input.data_kinds),
            (C::Variables, input.variables),
            (C::Standard, input.standard),
            (C::CohortSize, input.cohort_size),
            (C::Period, input.period),
            (C::Access, input.access),
            (C::Text, input.text),
            (C::Purpose, input.purpose),
            (C::Partner, input.partner),
            (C::Collaboration, input.collaboration),
            (C::ReturnOfResults, input.return_of_results),
            (C::Capacity, input.capacity),
        ];
        let named = all.into_iter();
        named
            .filter_map(|(criterion, weight)| Some((criterion, weight?)))
            .collect()
    }
}

/// A match that other weights move on its demand's list.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct MatchRankChange {
    #[graphql(skip)]
    offer_id: OfferId,
    /// Its place now, from 1.
    old_rank: i32,
    /// Its place then.
    new_rank: i32,
    /// Its score now, 0 to 100.
    old_score: f64,
    /// Its score then, 0 to 100.
    new_score: f64,
}

#[async_graphql::ComplexObject]
impl MatchRankChange {
    /// The offer; null if it is hidden from the viewer by now.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Offer>> {
        Ok(loaders(ctx).offer(self.offer_id).await?.map(Offer))
    }
}

fn place(rank: usize) -> i32 {
    i32::try_from(rank).unwrap_or(i32::MAX)
}

impl From<&RankChange<'_>> for MatchRankChange {
    fn from(change: &RankChange<'_>) -> Self {
        Self {
            offer_id: change.candidate.offer,
            old_rank: place(change.from),
            new_rank: place(change.to),
            old_score: f64::from(change.before.score) / 100.0,
            new_score: f64::from(change.after.score) / 100.0,
        }
    }
}

/// What other weights do to the list of a demand.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct DemandRankChanges {
    #[graphql(skip)]
    demand_id: DemandId,
    /// Whether the first ten or their order change.
    top_ten_changes: bool,
    /// Pairs of matches that change their order.
    swapped_pairs: i64,
    /// What moves, by the place it has then; at most 50.
    changes: Vec<MatchRankChange>,
}

#[async_graphql::ComplexObject]
impl DemandRankChanges {
    /// The demand; null if it is hidden from the viewer by now.
    async fn demand(&self, ctx: &Context<'_>) -> Result<Option<Demand>> {
        Ok(loaders(ctx).demand(self.demand_id).await?.map(Demand))
    }
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl From<&ListChange<'_>> for DemandRankChanges {
    fn from(change: &ListChange<'_>) -> Self {
        Self {
            demand_id: change.demand,
            top_ten_changes: change.top_changes,
            swapped_pairs: count(change.swapped),
            // As many as are stored for a demand.
            changes: change
                .moved
                .iter()
                .take(matching::STORED_MATCHES)
                .map(Into::into)
                .collect(),
        }
    }
}

/// What other weights would do to the suggestions. Nothing is changed.
#[derive(SimpleObject, Default)]
pub struct MatchingWeightsPreview {
    /// Demands of those who take part that have matches with the other side.
    demands: i32,
    /// Those whose first ten or their order would change.
    top_tens_changed: i32,
    /// Pairs of matches on one list, over all lists.
    pairs: i64,
    /// Those that would change their order (Kendall's distance).
    swapped_pairs: i64,
    /// Demands whose list would change, the most changed first.
    changes: Vec<DemandRankChanges>,
    /// What is wrong with the weights; empty if nothing is. With any of them, nothing was compared.
    user_errors: Vec<UserError>,
}

/// What decisions teach about the weights: a proposal that changes nothing until the organiser adopts it.
#[derive(SimpleObject)]
pub struct LearnedWeights {
    /// Decisions on suggestions that were shown: sent requests and answers. No answer is none.
    decisions: i32,
    /// Why nothing can be learnt yet; null if something was.
    reason_not_ready: Option<Sentence>,
    /// The weights, between half and twice those in force; null until something can be learnt.
    weights: Option<Vec<CriterionWeight>>,
    /// The standard deviation of each weight; null until something can be learnt.
    uncertainty: Option<Vec<CriterionUncertainty>>,
    /// Log-loss in nats, each decision forecast from those before it; null until something can be learnt.
    log_loss: Option<f64>,
    /// The same of the weights in force; null until something can be learnt.
    baseline_log_loss: Option<f64>,
    /// Whether they forecast better than the weights in force; only then they can be adopted.
    better: bool,
    /// Whether forecasts may be called probabilities: from 200 decisions on.
    calibrated: bool,
}

/// How unsure a learnt weight is.
#[derive(SimpleObject)]
pub struct CriterionUncertainty {
    /// The criterion.
    criterion: Criterion,
    /// Standard deviation, in units of the weight.
    deviation: f64,
}

impl From<Proposal> for LearnedWeights {
    fn from(proposal: Proposal) -> Self {
        let learned = proposal.learned.as_ref();
        let not_ready = learned.err().map(|reason| Sentence(reason.message()));
        let learned = learned.ok();
        Self {
            decisions: place(proposal.decisions),
            reason_not_ready: not_ready,
            weights: learned.map(|learned| by_criterion(&learned.weights)),
            uncertainty: learned.map(|learned| {
                let all = learned.uncertainty.iter();
                all.map(|(criterion, deviation)| CriterionUncertainty {
                    criterion: (*criterion).into(),
                    deviation: *deviation,
                })
                .collect()
            }),
            log_loss: learned.map(|learned| learned.log_loss),
            baseline_log_loss: learned.map(|learned| learned.baseline_log_loss),
            better: learned.is_some_and(matching::feedback::Learned::is_better),
            calibrated: learned.is_some_and(|learned| learned.calibration.is_some()),
        }
    }
}

/// Whether the viewer runs the day: what is in here is the organiser's.
pub(super) fn runs(ctx: &Context<'_>, day: &domain::MatchingDay) -> bool {
    let organiser = day.organiser;
    let action = matchday_domain::policy::Action::RunMatchingDay { organiser };
    caller(ctx).may(action).is_ok()
}

pub(super) fn bounded(first: i32) -> usize {
    usize::try_from(first)
        .unwrap_or(0)
        .min(matchday_domain::page::MAX_PAGE)
}

impl MatchingDay {
    pub(super) async fn weights(&self, ctx: &Context<'_>) -> Result<Option<MatchingWeights>> {
        if !runs(ctx, &self.0) {
            return Ok(None);
        }
        let weights = app(ctx).event_weights(caller(ctx), &self.0).await?;
        Ok(Some(MatchingWeights(weights)))
    }

    pub(super) async fn history(
        &self,
        ctx: &Context<'_>,
        first: i32,
    ) -> Result<Vec<MatchingWeights>> {
        if !runs(ctx, &self.0) {
            return Ok(Vec::new());
        }
        let history = app(ctx)
            .weights_history(caller(ctx), &self.0, bounded(first))
            .await?;
        Ok(history.into_iter().map(MatchingWeights).collect())
    }

    pub(super) async fn preview(
        &self,
        ctx: &Context<'_>,
        weights: &MatchingWeightsInput,
        first: i32,
    ) -> Result<Option<MatchingWeightsPreview>> {
        if !runs(ctx, &self.0) {
            return Ok(None);
        }
        let wanted = weights.into();
        let outcome = app(ctx)
            .weights_to_compare(caller(ctx), &self.0, &wanted)
            .await;
        let (compared, user_errors) = super::error::settle(ctx, outcome)?;
        let Some((candidates, before, after)) = compared else {
            return Ok(Some(MatchingWeightsPreview {
                user_errors,
                ..MatchingWeightsPreview::default()
            }));
        };
        let told = preview(&candidates, &before, &after);
        let changes = told.changes.iter().take(bounded(first));
        Ok(Some(MatchingWeightsPreview {
            demands: place(told.lists),
            top_tens_changed: place(told.tops_changed),
            pairs: count(told.pairs),
            swapped_pairs: count(told.swapped),
            changes: changes.map(Into::into).collect(),
            user_errors,
        }))
    }

    pub(super) async fn learned(&self, ctx: &Context<'_>) -> Result<Option<LearnedWeights>> {
        if !runs(ctx, &self.0) {
            return Ok(None);
        }
        Ok(Some(
            app(ctx).learned_weights(caller(ctx), &self.0).await?.into(),
        ))
    }
}

/// New weights for a matching day.
#[derive(Debug, Clone, InputObject)]
pub struct SetMatchingWeightsInput {
    /// The matching day; not closed or cancelled.
    matching_day_id: ID,
    /// The version of the weights as it was read.
    version: i32,
    /// The weights; at least one of the demander's side is above 0.
    weights: MatchingWeightsInput,
    /// Why, for the history; 1 to 500 characters.
    reason: String,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// Learnt weights to be taken up.
#[derive(Debug, Clone, InputObject)]
pub struct AdoptLearnedWeightsInput {
    /// The matching day; not closed or cancelled.
    matching_day_id: ID,
    /// The version of the weights in force as it was read.
    version: i32,
    /// Why, for the history; 1 to 500 characters.
    reason: String,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `setMatchingWeights`.
    SetMatchingWeightsPayload {
        /// The weights now in force.
        matching_weights: MatchingWeights
    }
}

payload! {
    /// The answer to `adoptLearnedWeights`.
    AdoptLearnedWeightsPayload {
        /// The weights now in force.
        matching_weights: MatchingWeights
    }
}

#[derive(Default)]
pub struct EventWeightsMutation;

#[Object]
impl EventWeightsMutation {
    /// Sets what matches count by at a matching day: a new version, in force at once for suggestions and for runs of the
    /// arrangement that start later. For its organiser; see `previewMatchingWeights` first.
    async fn set_matching_weights(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The weights")] input: SetMatchingWeightsInput,
    ) -> Result<Option<SetMatchingWeightsPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            let wanted = (&input.weights).into();
            app(ctx)
                .set_event_weights(
                    caller(ctx),
                    &key,
                    event,
                    input.version,
                    &wanted,
                    &input.reason,
                )
                .await
        };
        SetMatchingWeightsPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            MatchingWeights,
        )
    }

    /// Takes up the learnt weights of a matching day as a new version, if they forecast better than those in force. For
    /// its organiser; see `learnedWeights` first.
    async fn adopt_learned_weights(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The weights")] input: AdoptLearnedWeightsInput,
    ) -> Result<Option<AdoptLearnedWeightsPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let event = id::read("matchingDayId", &input.matching_day_id)?;
            app(ctx)
                .adopt_learned_weights(caller(ctx), &key, event, input.version, &input.reason)
                .await
        };
        AdoptLearnedWeightsPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            MatchingWeights,
        )
    }
}
