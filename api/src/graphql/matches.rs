//! Matches with their explanation.

use super::catalogue::Offer;
use super::demand::Demand;
use super::text::Sentence;
use super::vocabulary::{Criterion, Decision};
use super::{Result, caller, loaders};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use matchday_domain::matching as domain;
use matchday_domain::privacy::AccessResource;
use matchday_domain::use_conditions as gate;
use matchday_infra::store::{MatchFilter, StoredMatch, Viewer};

/// A scored pair of demand and offer.
pub struct Match(pub StoredMatch);

/// Which matches are wanted; what is left out does not restrict.
#[derive(Debug, Clone, Default, InputObject)]
pub struct MatchFilterInput {
    /// Only those that the gate decides like this.
    decision: Option<Decision>,
    /// Only those with at least so many points, 0 to 100.
    min_score: Option<f64>,
}

impl From<MatchFilterInput> for MatchFilter {
    fn from(input: MatchFilterInput) -> Self {
        #[allow(clippy::cast_possible_truncation)] // 0 to 100 points
        let hundredths = |points: f64| (points.clamp(0.0, 100.0) * 100.0).round() as i32;
        Self {
            decision: input.decision.map(Into::into),
            score_min: input.min_score.map(hundredths),
        }
    }
}

fn points(hundredths: i32) -> f64 {
    f64::from(hundredths) / 100.0
}

impl Match {
    /// The two sides see their match; that the organiser does is written down for both.
    fn seen(&self, ctx: &Context<'_>) {
        let owners = [self.0.demand_organisation, self.0.offer_organisation];
        let own = caller(ctx).viewer().ok().and_then(Viewer::organisation);
        if owners.iter().all(|owner| Some(*owner) != own) {
            for owner in owners {
                caller(ctx).saw(AccessResource::Match, owner, None, self.0.id);
            }
        }
    }
}

/// A demand and an offer that were scored against each other. Stored; a read never scores.
#[Object]
impl Match {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The demand; null if it is hidden from the viewer by now.
    async fn demand(&self, ctx: &Context<'_>) -> Result<Option<Demand>> {
        Ok(loaders(ctx).demand(self.0.scored.demand).await?.map(Demand))
    }

    /// The offer; null if it is hidden from the viewer by now.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Offer>> {
        Ok(loaders(ctx).offer(self.0.scored.offer).await?.map(Offer))
    }

    /// The version of the demand that was scored.
    async fn demand_version(&self) -> i32 {
        self.0.scored.demand_version
    }

    /// The version of the offer that was scored.
    async fn offer_version(&self) -> i32 {
        self.0.scored.offer_version
    }

    /// Whether the conditions of use let the pair come together.
    async fn decision(&self, ctx: &Context<'_>) -> Decision {
        self.seen(ctx);
        self.0.scored.decision.into()
    }

    /// How well the two fit, 0 to 100.
    async fn score(&self, ctx: &Context<'_>) -> f64 {
        self.seen(ctx);
        points(self.0.scored.score)
    }

    /// The demander's side of the score, 0 to 100.
    async fn demander_side(&self) -> f64 {
        points(self.0.scored.demander_side)
    }

    /// The hospital's side of the score, 0 to 100; null if the hospital has stated no preference.
    async fn provider_side(&self) -> Option<f64> {
        self.0.scored.provider_side.map(points)
    }

    /// Every point of the score with its evidence, and what the gate says.
    async fn explanation(&self, ctx: &Context<'_>) -> Explanation {
        self.seen(ctx);
        Explanation(self.0.scored.explanation.clone())
    }

    /// The rules and weights behind the score.
    async fn scorer_version(&self) -> &str {
        &self.0.scored.scorer_version
    }

    /// When it was computed.
    async fn computed_at(&self) -> DateTime<Utc> {
        self.0.computed_at
    }
}

/// Why a pair has its score.
pub struct Explanation(domain::Explanation);

/// A score taken apart.
#[Object]
impl Explanation {
    /// What the demander gets; contributions and cap sum to the demander's side.
    async fn demander(&self) -> SideExplanation {
        SideExplanation(self.0.demander.clone())
    }

    /// What the hospital gets; null if it has stated no preference.
    async fn provider(&self) -> Option<SideExplanation> {
        self.0.hospital.clone().map(SideExplanation)
    }

    /// Facts that nobody has stated and codes that nobody has confirmed, and the points they could add, the most valuable
    /// first.
    async fn missing(&self) -> Vec<MissingFact> {
        self.0.missing.iter().map(Into::into).collect()
    }

    /// What the gate found, rule by rule.
    async fn findings(&self) -> Vec<GateFinding> {
        self.0.findings.iter().map(Into::into).collect()
    }

    /// The rule that decided.
    async fn deciding_rule(&self) -> &str {
        &self.0.deciding_rule
    }

    /// What using the data obliges to, whatever the decision.
    async fn duties(&self) -> Vec<Duty> {
        let duties = self.0.duties.iter();
        duties
            .map(|duty| Duty {
                code: duty.code.clone(),
                sentence: Sentence(duty.message.clone()),
            })
            .collect()
    }

    /// The one change that would open a denied pair; null if the pair is not denied, or none would do.
    async fn near_miss(&self) -> Option<NearMiss> {
        self.0.near_miss.as_ref().map(|near| NearMiss {
            rule: near.rule.clone(),
            change: Sentence(near.change.clone()),
            then: near.then.into(),
        })
    }
}

/// One side's score taken apart.
pub struct SideExplanation(domain::SideExplanation);

/// One side's score taken apart: the points of its contributions and of its cap sum to it.
#[Object]
impl SideExplanation {
    /// Points, 0 to 100.
    async fn points(&self) -> f64 {
        self.0.points
    }

    /// Points if everything unknown turned out worst.
    async fn lowest(&self) -> f64 {
        self.0.lowest
    }

    /// Points if everything unknown turned out best and every code that counts were confirmed.
    async fn highest(&self) -> f64 {
        self.0.highest
    }

    /// By criterion.
    async fn contributions(&self) -> Vec<Contribution> {
        self.0.contributions.iter().map(Into::into).collect()
    }

    /// What a missing must-have takes away; null if none is missing.
    async fn cap(&self) -> Option<Cap> {
        let cap = self.0.cap.as_ref();
        cap.map(|cap| Cap {
            points: cap.points,
            sentence: Sentence(cap.sentence.clone()),
        })
    }
}

/// What a missing must-have takes away.
#[derive(SimpleObject)]
pub struct Cap {
    /// Points, 0 or less.
    points: f64,
    /// Why.
    sentence: Sentence,
}

/// A fact that nobody has stated, or codes read from words that nobody has confirmed.
#[derive(SimpleObject)]
pub struct MissingFact {
    /// The criterion it belongs to.
    criterion: Criterion,
    /// Points of the side's score that it could add.
    up_to_points: f64,
    /// Which fact, who could state it, and what it could add.
    sentence: Sentence,
}

impl From<&domain::MissingFact> for MissingFact {
    fn from(missing: &domain::MissingFact) -> Self {
        Self {
            criterion: missing.criterion.into(),
            up_to_points: missing.up_to_points,
            sentence: Sentence(missing.sentence.clone()),
        }
    }
}

/// A criterion's part of a side's score.
#[derive(SimpleObject)]
pub struct Contribution {
    /// What is judged.
    criterion: Criterion,
    /// Its weight.
    weight: f64,
    /// How well what is known is met, 0 to 1; null: nothing is known.
    value: Option<f64>,
    /// How much of it is known, 0 to 1.
    known: f64,
    /// Points of the side's score, of 100.
    points: f64,
    /// What it says, with the codes, words and numbers that it rests on.
    sentence: Sentence,
}

impl From<&domain::Contribution> for Contribution {
    fn from(part: &domain::Contribution) -> Self {
        Self {
            criterion: part.criterion.into(),
            weight: part.weight,
            value: part.value,
            known: part.known,
            points: part.points,
            sentence: Sentence(part.sentence.clone()),
        }
    }
}

/// What a rule of the gate found.
#[derive(SimpleObject)]
pub struct GateFinding {
    /// The rule.
    rule: String,
    /// What it says by itself.
    decision: Decision,
    /// What the offer states.
    offer_fact: Sentence,
    /// What the asker states, without names.
    asker_fact: Sentence,
    /// What it comes to, in words.
    sentence: Sentence,
    /// What would settle this rule, whatever others say: of a deny a change, of an ask what has to be stated; null of a
    /// pass.
    settled_by: Option<Sentence>,
}

impl From<&gate::Finding> for GateFinding {
    fn from(finding: &gate::Finding) -> Self {
        Self {
            rule: finding.rule.clone(),
            decision: finding.decision.into(),
            offer_fact: Sentence(finding.offer_fact.clone()),
            asker_fact: Sentence(finding.asker_fact.clone()),
            sentence: Sentence(finding.sentence.clone()),
            settled_by: finding.would_open.clone().map(Sentence),
        }
    }
}

/// What using the data obliges to.
#[derive(SimpleObject)]
pub struct Duty {
    /// The DUO or local code.
    code: String,
    /// What it obliges to.
    sentence: Sentence,
}

/// What would open a denied pair.
#[derive(SimpleObject)]
pub struct NearMiss {
    /// The rule that denies.
    rule: String,
    /// The one change.
    change: Sentence,
    /// The decision after it.
    then: Decision,
}
