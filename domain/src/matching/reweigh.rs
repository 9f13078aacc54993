//! Other weights for a score that was made already: by arithmetic alone, from what its explanation keeps.
//!
//! Values, what is known and what failed do not depend on the weights, so that an event's own weights need no scoring.
//! The score must have been made with positive weights, as stored ones are: what did not count then is not kept.

use super::criteria::Assessment;
use super::explain::{
    Cap, Contribution, CriterionState, Explanation, MissingFact, SideExplanation, is_nothing,
    missing, round, sort_missing,
};
use super::score::{Side, UNKNOWN_CREDIT, hundredths, join};
use super::{Criterion, Match, Weights};
use crate::id::{DemandId, OfferId};
use crate::use_conditions::Decision;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// What re-weighing needs of an explanation: it reads itself from the whole one, and writes the same shape, shorter.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Criteria {
    demander: SideCriteria,
    hospital: Option<SideCriteria>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct SideCriteria {
    contributions: Vec<Judged>,
}

/// A criterion as it was judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Judged {
    criterion: Criterion,
    state: CriterionState,
    value: Option<f64>,
    known: f64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    unconfirmed: f64,
    must_have_failed: bool,
}

impl Judged {
    fn of(row: &Contribution) -> Self {
        Self {
            criterion: row.criterion,
            state: row.state,
            value: row.value,
            known: row.known,
            unconfirmed: row.unconfirmed,
            must_have_failed: row.must_have_failed,
        }
    }

    fn assessment(&self) -> Assessment {
        Assessment {
            asked: self.state != CriterionState::NotAsked,
            value: self.value.unwrap_or(0.0),
            known: self.known,
            must: self.must_have_failed.then_some(0.0),
            unconfirmed: self.unconfirmed,
        }
    }
}

/// What a pair scores; as in [`Match`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// 0 to 100, not rounded.
    pub points: f64,
    /// Hundredths of a point, 0 to 10 000.
    pub score: i32,
    /// The demander's side, hundredths of a point.
    pub demander_side: i32,
    /// The hospital's side, hundredths of a point; absent where nothing that counts is stated.
    pub provider_side: Option<i32>,
    /// What the score would be without caps, hundredths of a point.
    pub uncapped: i32,
}

/// A place in the order of matches, the smaller, the better: the order of [`Match::rank`].
pub type Place = (
    bool,
    Reverse<i32>,
    Decision,
    Reverse<i32>,
    DemandId,
    OfferId,
);

impl Scores {
    /// Where a pair of these scores stands.
    pub fn place(&self, decision: Decision, demand: DemandId, offer: OfferId) -> Place {
        let denied = decision == Decision::Deny;
        let (score, uncapped) = (Reverse(self.score), Reverse(self.uncapped));
        (denied, score, decision, uncapped, demand, offer)
    }
}

impl Criteria {
    /// Of an explanation.
    pub fn of(explanation: &Explanation) -> Self {
        let side = |side: &SideExplanation| SideCriteria {
            contributions: side.contributions.iter().map(Judged::of).collect(),
        };
        Self {
            demander: side(&explanation.demander),
            hospital: explanation.hospital.as_ref().map(side),
        }
    }

    /// What the pair scores under these weights.
    pub fn scores(&self, weights: &Weights) -> Scores {
        let demander = self.demander.side(weights);
        let hospital = self.hospital.as_ref().and_then(|side| side.side(weights));
        let own = |pick: fn(Side) -> f64| demander.map_or(0.0, pick);
        let points = join(own(|side| side.score), hospital.map(|side| side.score));
        let uncapped = join(
            own(|side| side.uncapped),
            hospital.map(|side| side.uncapped),
        );
        Scores {
            points: round(100.0 * points),
            score: hundredths(points),
            demander_side: hundredths(own(|side| side.score)),
            provider_side: hospital.map(|side| hundredths(side.score)),
            uncapped: hundredths(uncapped),
        }
    }

    /// Every criterion that is asked for, with what it is credited, 0 to 1: the unknown part counts ρ.
    pub(super) fn credits(&self) -> impl Iterator<Item = (Criterion, f64)> + '_ {
        let sides = std::iter::once(&self.demander).chain(&self.hospital);
        sides
            .flat_map(|side| &side.contributions)
            .filter(|row| row.state != CriterionState::NotAsked)
            .map(|row| {
                let known = row.known * row.value.unwrap_or(0.0);
                (row.criterion, known + UNKNOWN_CREDIT * (1.0 - row.known))
            })
    }
}

impl SideCriteria {
    fn side(&self, weights: &Weights) -> Option<Side> {
        let rows = self.contributions.iter();
        Side::of(rows.map(|row| (weights.of(row.criterion), row.assessment())))
    }
}

/// The match under other weights: score, sides, contributions, caps, what stating more could add. What the gate says,
/// the evidence and the sentences stay.
#[must_use]
pub fn reweigh(found: &Match, weights: &Weights) -> Match {
    let criteria = Criteria::of(&found.explanation);
    let scores = criteria.scores(weights);
    let old = &found.explanation;
    let mut facts = Vec::new();
    let demander = side_of(
        &old.demander,
        &criteria.demander,
        weights,
        &mut facts,
        &old.missing,
    );
    let hospital = old.hospital.as_ref().zip(criteria.hospital.as_ref());
    let hospital = hospital
        .filter(|(_, criteria)| criteria.side(weights).is_some())
        .map(|(side, criteria)| side_of(side, criteria, weights, &mut facts, &old.missing));
    sort_missing(&mut facts);
    Match {
        score: scores.score,
        demander_side: scores.demander_side,
        provider_side: scores.provider_side,
        uncapped: scores.uncapped,
        explanation: Explanation {
            points: scores.points,
            demander,
            hospital,
            missing: facts,
            ..old.clone()
        },
        scorer_version: version(&found.scorer_version, weights),
        ..found.clone()
    }
}

/// `1.w1.t0` with the version of other weights.
fn version(made_by: &str, weights: &Weights) -> String {
    let part = |part: &str| {
        if part.starts_with('w') {
            format!("w{}", weights.version)
        } else {
            part.to_owned()
        }
    };
    made_by.split('.').map(part).collect::<Vec<_>>().join(".")
}

fn side_of(
    old: &SideExplanation,
    criteria: &SideCriteria,
    weights: &Weights,
    facts: &mut Vec<MissingFact>,
    known_facts: &[MissingFact],
) -> SideExplanation {
    let asked = |row: &Contribution| row.state != CriterionState::NotAsked;
    let weighed = |weight: &dyn Fn(&Contribution) -> f64| -> f64 {
        let rows = old.contributions.iter().filter(|row| asked(row));
        rows.map(weight).filter(|weight| *weight > 0.0).sum()
    };
    let all_before = weighed(&|row| row.weight);
    let all = weighed(&|row| weights.of(row.criterion));
    let share = |weight: f64, all: f64| {
        if weight > 0.0 && all > 0.0 {
            weight / all
        } else {
            0.0
        }
    };
    let mut failed = Vec::new();
    let contributions = old.contributions.iter().map(|row| {
        let weight = weights.of(row.criterion);
        let part = if asked(row) { share(weight, all) } else { 0.0 };
        let credit = row.known * row.value.unwrap_or(0.0) + UNKNOWN_CREDIT * (1.0 - row.known);
        let must_have_failed = row.must_have_failed && part > 0.0;
        if must_have_failed {
            failed.push(row.criterion);
        }
        let before = share(row.weight, all_before);
        if part > 0.0 && before > 0.0 {
            let of_row = known_facts
                .iter()
                .filter(|fact| fact.criterion == row.criterion);
            facts.extend(of_row.map(|fact| {
                let gain = fact.up_to_points * part / before;
                missing(fact.fact, fact.whose, fact.criterion, gain)
            }));
        }
        Contribution {
            weight,
            points: round(100.0 * part * credit),
            must_have_failed,
            ..row.clone()
        }
    });
    let contributions = contributions.collect();
    let Some(side) = criteria.side(weights) else {
        return SideExplanation {
            points: 0.0,
            lowest: 0.0,
            highest: 0.0,
            contributions,
            cap: None,
        };
    };
    let taken = 100.0 * (side.score - side.uncapped);
    SideExplanation {
        points: round(100.0 * side.score),
        lowest: round(100.0 * side.lowest),
        highest: round(100.0 * side.highest),
        contributions,
        cap: (taken < 0.0).then(|| Cap::new(failed, taken)),
    }
}
