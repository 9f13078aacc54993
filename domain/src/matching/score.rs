//! From judgements to a score: what is missing lies between nothing and everything, the demander's and the hospital's
//! view meet in their harmonic mean.

use super::access;
use super::criteria::{self, Judged};
use super::explain::{Contribution, Criterion, Explanation, SideScore};
use super::subject::{DemandSubject, OfferSubject};
use crate::id::{DemandId, OfferId};
use crate::terminology::Terminology;
use crate::text::Message;
use crate::time::Month;
use crate::use_conditions::{Decision, OfferTerms, decide};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Names the rules behind a score; stored with it.
pub const SCORER_VERSION: &str = "1";

/// How much of the span between the worst and the best a missing fact is worth.
const RHO: f64 = 0.4;

/// A side with a must-have below this is capped.
const MUST_HAVE_FROM: f64 = 0.5;

/// The cap, in points.
const CAP: f64 = 49.0;

/// What weighs how much on the demander's side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Version, raised at every change.
    pub version: u32,
    /// Disease, kinds, variables, standard, cohort, period, access, text; all above 0.
    pub criteria: [f64; 8],
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            version: 1,
            criteria: [3.0, 2.0, 1.5, 1.0, 1.0, 0.5, 0.5, 0.2],
        }
    }
}

/// A scored pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The demand.
    pub demand: DemandId,
    /// The offer.
    pub offer: OfferId,
    /// The version of the demand that was scored.
    pub demand_version: i32,
    /// The version of the offer that was scored.
    pub offer_version: i32,
    /// What the gate says.
    pub decision: Decision,
    /// Hundredths of a point, 0 to 10000.
    pub score: i32,
    /// The demander's side, in hundredths of a point.
    pub demander_side: i32,
    /// The hospital's side, in hundredths of a point; none if it has stated no preference.
    pub provider_side: Option<i32>,
    /// Why.
    pub explanation: Explanation,
    /// The rules and weights behind it.
    pub scorer_version: String,
}

impl Match {
    /// The order of lists, highest first: by score, pass before ask at equal score; what is denied comes last.
    pub fn rank_key(&self) -> i32 {
        match self.decision {
            Decision::Pass => 20_000 + 2 * self.score + 1,
            Decision::Ask => 20_000 + 2 * self.score,
            Decision::Deny => self.score,
        }
    }

    /// Whether the gate denies it.
    pub fn is_denied(&self) -> bool {
        self.decision == Decision::Deny
    }

    /// Whether it is worth keeping: something of what is asked for is there, and enough of it. A denied pair is kept
    /// as a near-miss if it would be a good one.
    pub fn is_relevant(&self) -> bool {
        let misses = |criterion| {
            let mut judged = self.explanation.demander.contributions.iter();
            judged.any(|part| part.criterion == criterion && part.value == Some(0.0))
        };
        let least = if self.is_denied() { 5_000 } else { 2_000 };
        self.score >= least && !misses(Criterion::Disease) && !misses(Criterion::DataKinds)
    }
}

/// Scores a pair; `today` is the day from which freshness and lead times are counted.
pub fn score(
    demand: &DemandSubject,
    offer: &OfferSubject,
    weights: &Weights,
    terminology: &Terminology,
    today: NaiveDate,
) -> Match {
    let gate = decide(&demand.asker, OfferTerms::of(&offer.content), terminology);
    let now = Month::of(today);
    let judged = [
        criteria::disease(demand, offer, terminology),
        criteria::data_kinds(demand, offer),
        criteria::variables(demand, offer),
        criteria::standard(demand, offer),
        criteria::cohort(demand, offer, terminology, now),
        criteria::period(demand, offer, now),
        access::access(demand, offer, today),
        criteria::text(demand, offer),
    ];
    let weighted = judged
        .into_iter()
        .zip(weights.criteria)
        .filter_map(|(judged, weight)| Some((judged?, weight)));
    let demander = side(weighted.collect());
    let provider = offer
        .content
        .preferences
        .is_stated()
        .then(|| side(preferences(demand, offer)));
    let points = match &provider {
        Some(provider) if demander.points + provider.points > 0.0 => {
            2.0 * demander.points * provider.points / (demander.points + provider.points)
        }
        Some(_) => 0.0,
        None => demander.points,
    };
    Match {
        demand: demand.id,
        offer: offer.id,
        demand_version: demand.version,
        offer_version: offer.version,
        decision: gate.decision,
        score: hundredths(points),
        demander_side: hundredths(demander.points),
        provider_side: provider
            .as_ref()
            .map(|provider| hundredths(provider.points)),
        explanation: Explanation {
            demander,
            provider,
            gate,
        },
        scorer_version: format!("{SCORER_VERSION}/{}", weights.version),
    }
}

#[allow(clippy::cast_possible_truncation)] // 0 to 100 points
fn hundredths(points: f64) -> i32 {
    (points.clamp(0.0, 100.0) * 100.0).round() as i32
}

/// `U = L + ρ(H − L)`: a known criterion gives its value, an unknown one ρ, each by its share of the weight.
fn side(judged: Vec<(Judged, f64)>) -> SideScore {
    let all: f64 = judged.iter().map(|(_, weight)| weight).sum();
    if all <= 0.0 {
        return SideScore::default();
    }
    let failed = judged
        .iter()
        .any(|(j, _)| j.must && j.value.is_some_and(|value| value < MUST_HAVE_FROM));
    let mut contributions: Vec<Contribution> = judged
        .into_iter()
        .map(|(judged, weight)| {
            let share = 100.0 * weight / all;
            Contribution {
                criterion: judged.criterion,
                weight,
                value: judged.value,
                points: share * judged.value.unwrap_or(RHO),
                could_gain: if judged.value.is_none() {
                    share * (1.0 - RHO)
                } else {
                    0.0
                },
                evidence: judged.evidence,
                sentence: judged.sentence,
            }
        })
        .collect();
    let sum: f64 = contributions.iter().map(|part| part.points).sum();
    if failed && sum > CAP {
        contributions.push(Contribution {
            criterion: Criterion::MustHave,
            weight: 0.0,
            value: None,
            points: CAP - sum,
            could_gain: 0.0,
            evidence: Vec::new(),
            sentence: Message::new(
                "필수 조건을 충족하지 못해 49점으로 제한됩니다.",
                "A must-have is missing: the score is capped at 49.",
            ),
        });
    }
    let points = contributions.iter().map(|part| part.points).sum();
    SideScore {
        points,
        contributions,
    }
}

/// What the hospital would rather have, each with the same weight.
fn preferences(demand: &DemandSubject, offer: &OfferSubject) -> Vec<(Judged, f64)> {
    let wanted = &offer.content.preferences;
    let truth = |good: bool| if good { 1.0 } else { 0.0 };
    let mut judged = Vec::new();
    let mut add = |criterion: Criterion, value: Option<f64>| {
        let label = criterion.label();
        judged.push((Judged::new(criterion, value, label.ko, label.en), 1.0));
    };
    if !wanted.purposes.is_empty() {
        add(
            Criterion::Purpose,
            demand
                .content
                .purpose
                .map(|purpose| truth(wanted.purposes.contains(&purpose))),
        );
    }
    if !wanted.partners.is_empty() {
        add(
            Criterion::Partner,
            Some(truth(wanted.partners.contains(&demand.profile.kind))),
        );
    }
    if wanted.collaboration == Some(true) {
        add(
            Criterion::Collaboration,
            demand.content.willing_to_collaborate.map(truth),
        );
    }
    if wanted.return_of_results == Some(true) {
        add(
            Criterion::ReturnOfResults,
            demand.content.willing_to_return_results.map(truth),
        );
    }
    judged
}
