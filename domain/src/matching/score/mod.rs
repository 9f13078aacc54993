//! The score: the two sides, what caps them, and how they are joined.
//!
//! A side: with L the weighted known values over all weights and H = L plus all unknown weight, U = L + ρ (H − L), so
//! that a missing fact is never free and never fatal. A failed must-have caps a side at .49. The two sides join as their
//! harmonic mean, as in reciprocal recommenders (RECON, RecSys 2010). Sums run in the order of the criteria.

mod rank;

pub use rank::RankKey;

use super::criteria::text::DemandText;
use super::criteria::{self, Account, Assessment, Pair};
use super::explain::{
    Cap, Contribution, CriterionState, Explanation, MissingFact, SideExplanation, missing, round,
};
use super::{Criterion, DemandSubject, OfferSubject, TextModel, Weights, is_excluded};
use crate::id::{DemandId, OfferId};
use crate::terminology::Terminology;
use crate::use_conditions::{Decision, OfferTerms, Weighing};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// ρ: the share of the unknown that is credited.
pub(super) const UNKNOWN_CREDIT: f64 = 0.4;
/// The most a side can have with a failed must-have.
pub(super) const CAP: f64 = 0.49;
/// Matches kept for each demand and each offer.
pub const STORED_MATCHES: usize = 50;
/// A pair with fewer hundredths of a point is not worth keeping.
pub const RELEVANCE_FLOOR: i32 = 2_000;
/// A denied pair is kept as a near-miss from this many hundredths of a point.
pub const NEAR_MISS_FLOOR: i32 = 5_000;
/// Changes whenever a formula here or in a criterion does.
const FORMULA: &str = "5";

/// One side's numbers, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Side {
    pub(super) lowest: f64,
    pub(super) highest: f64,
    pub(super) uncapped: f64,
    pub(super) score: f64,
    pub(super) weight: f64,
}

impl Side {
    /// Weighs assessments, in the order given; `None` where nothing with a weight is asked.
    pub(super) fn of(rows: impl IntoIterator<Item = (f64, Assessment)>) -> Option<Self> {
        let (mut weight, mut known, mut unknown, mut unconfirmed) = (0.0, 0.0, 0.0, 0.0);
        let mut failed = false;
        for (w, assessment) in rows {
            if !assessment.asked || w <= 0.0 {
                continue;
            }
            weight += w;
            known += w * assessment.known * assessment.value;
            unknown += w * (1.0 - assessment.known);
            unconfirmed += w * assessment.unconfirmed;
            failed |= assessment.failed();
        }
        if weight <= 0.0 {
            return None;
        }
        let lowest = known / weight;
        let spread = unknown / weight;
        let uncapped = (lowest + UNKNOWN_CREDIT * spread).clamp(0.0, 1.0);
        Some(Self {
            lowest,
            highest: (lowest + spread + unconfirmed / weight).min(1.0),
            uncapped,
            score: if failed { uncapped.min(CAP) } else { uncapped },
            weight,
        })
    }
}

/// The harmonic mean of two sides; one alone where the other states nothing.
pub(super) fn join(demander: f64, hospital: Option<f64>) -> f64 {
    match hospital {
        None => demander,
        Some(hospital) if demander + hospital > 0.0 => {
            2.0 * demander * hospital / (demander + hospital)
        }
        Some(_) => 0.0,
    }
}

/// 0 to 1 as hundredths of a point, 0 to 10 000.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn hundredths(score: f64) -> i32 {
    (score * 10_000.0).round() as i32
}

/// A scored pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Hundredths of a point, 0 to 10 000.
    pub score: i32,
    /// The demander's side, hundredths of a point.
    pub demander_side: i32,
    /// The hospital's side, hundredths of a point; absent where it states no preference.
    pub provider_side: Option<i32>,
    /// What the score would be without caps, hundredths of a point; orders pairs that are capped alike.
    pub uncapped: i32,
    /// Why.
    pub explanation: Explanation,
    /// The formula, the weights and the text model that made it.
    pub scorer_version: String,
}

impl Match {
    /// Whether the gate denies it.
    pub fn is_denied(&self) -> bool {
        self.decision == Decision::Deny
    }

    /// Whether it is worth keeping: disease and data kinds both speak for it or are not known, and it has
    /// [`RELEVANCE_FLOOR`].
    pub fn is_relevant(&self) -> bool {
        let touches = |criterion| {
            self.explanation
                .demander
                .contributions
                .iter()
                .find(|row| row.criterion == criterion)
                .is_none_or(|row| row.value.is_none_or(|value| value > 0.0))
        };
        self.score >= RELEVANCE_FLOOR
            && touches(Criterion::Disease)
            && touches(Criterion::DataKinds)
    }

    /// Whether it is denied, but would be a good match.
    pub fn is_near_miss(&self) -> bool {
        self.decision == Decision::Deny && self.score >= NEAR_MISS_FLOOR && self.is_relevant()
    }
}

/// A pair's numbers without the gate and the words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Numbers {
    demander_rows: [(f64, Assessment); 8],
    hospital_rows: [(f64, Assessment); 5],
    demander: Option<Side>,
    hospital: Option<Side>,
    points: f64,
    pub(super) score: i32,
    pub(super) uncapped: i32,
}

impl Numbers {
    pub(super) fn is_relevant(&self) -> bool {
        let [(_, disease), (_, kinds), ..] = &self.demander_rows;
        self.score >= RELEVANCE_FLOOR && disease.touches() && kinds.touches()
    }
}

/// The numbers of a pair and what the gate says of it, still to be put into words.
#[derive(Debug)]
pub(super) struct Weighed<'a> {
    pub(super) numbers: Numbers,
    pub(super) gate: Weighing<'a>,
}

/// Everything besides the two records that a score depends on.
#[derive(Debug, Clone, Copy)]
pub struct Scorer<'a> {
    /// How much each criterion counts.
    pub weights: &'a Weights,
    /// How rare each token is.
    pub model: &'a TextModel,
    /// Codes and their relations.
    pub terminology: &'a Terminology,
    /// The day on which it is scored.
    pub today: NaiveDate,
}

impl<'a> Scorer<'a> {
    /// The formula, the weights and the text model, as stored with every score.
    pub fn version(&self) -> String {
        format!(
            "{FORMULA}.w{}.t{}",
            self.weights.version, self.model.version
        )
    }

    fn pair(&self, demand: &'a DemandSubject, offer: &'a OfferSubject) -> Pair<'a> {
        Pair {
            demand,
            offer,
            terminology: self.terminology,
            today: self.today,
        }
    }

    pub(super) fn numbers(&self, pair: &Pair<'_>, text: &DemandText) -> Numbers {
        self.weigh(|criterion| assess(pair, text, criterion))
    }

    /// No less than the score of any pair in which the disease criterion comes to at most `disease`, 0 to 1, hundredths
    /// of a point; where `failed`, of one in which a must-have of the topic fails.
    pub(super) fn bound_of(&self, disease: f64, failed: bool) -> i32 {
        let weight = |criterion| self.weights.of(criterion);
        let all: f64 = Criterion::DEMANDER.into_iter().map(weight).sum();
        let lost = weight(Criterion::Disease) * (1.0 - disease);
        let side = if all > 0.0 { (all - lost) / all } else { 0.0 };
        // A must-have without a weight caps nothing.
        let caps = failed && weight(Criterion::Disease) > 0.0 && weight(Criterion::DataKinds) > 0.0;
        let side = if caps { side.min(CAP) } else { side };
        // One more for what rounding may have taken.
        hundredths(join(side, Some(1.0))) + 1
    }

    fn weigh(&self, assess: impl Fn(Criterion) -> Assessment) -> Numbers {
        let row = |criterion| (self.weights.of(criterion), assess(criterion));
        let demander_rows = Criterion::DEMANDER.map(row);
        let hospital_rows = Criterion::HOSPITAL.map(row);
        let demander = Side::of(demander_rows);
        let hospital = Side::of(hospital_rows);
        let side = |side: Option<Side>| side.map_or(0.0, |side| side.score);
        let free = |side: Option<Side>| side.map_or(0.0, |side| side.uncapped);
        let points = join(side(demander), hospital.map(|h| h.score));
        let uncapped = join(free(demander), hospital.map(|h| h.uncapped));
        Numbers {
            demander_rows,
            hospital_rows,
            demander,
            hospital,
            points,
            score: hundredths(points),
            uncapped: hundredths(uncapped),
        }
    }

    /// Scores a pair; `None` where the demand excludes the hospital.
    pub fn score(&self, demand: &'a DemandSubject, offer: &'a OfferSubject) -> Option<Match> {
        if is_excluded(demand, offer) {
            return None;
        }
        let text = DemandText::of(demand, self.model);
        Some(self.told(demand, offer, &text))
    }

    /// Scores a pair that is not excluded and puts it into words, with a prepared text.
    pub(super) fn told(
        &self,
        demand: &'a DemandSubject,
        offer: &'a OfferSubject,
        text: &DemandText,
    ) -> Match {
        let weighed = Weighed {
            numbers: self.numbers_of(demand, offer, text),
            gate: self.gate(demand, offer),
        };
        self.told_of(demand, offer, text, weighed)
    }

    /// Scores a pair that is not excluded, with a prepared text.
    pub(super) fn numbers_of(
        &self,
        demand: &'a DemandSubject,
        offer: &'a OfferSubject,
        text: &DemandText,
    ) -> Numbers {
        self.numbers(&self.pair(demand, offer), text)
    }

    /// What the gate says of a pair.
    pub(super) fn gate(&self, demand: &'a DemandSubject, offer: &'a OfferSubject) -> Weighing<'a> {
        let terms = OfferTerms::of(&offer.content);
        Weighing::of(demand.asker(), terms, self.terminology)
    }

    /// Puts a weighed pair into words.
    pub(super) fn told_of(
        &self,
        demand: &'a DemandSubject,
        offer: &'a OfferSubject,
        text: &DemandText,
        Weighed { numbers, gate }: Weighed<'a>,
    ) -> Match {
        let pair = &self.pair(demand, offer);
        let gate = gate.told();
        let decision = gate.decision;
        let mut facts = Vec::new();
        let none = Side {
            lowest: 0.0,
            highest: 0.0,
            uncapped: 0.0,
            score: 0.0,
            weight: 1.0,
        };
        let demander = side_explanation(
            pair,
            text,
            &Criterion::DEMANDER,
            &numbers.demander_rows,
            numbers.demander.unwrap_or(none),
            &mut facts,
        );
        let hospital = numbers.hospital.map(|side| {
            side_explanation(
                pair,
                text,
                &Criterion::HOSPITAL,
                &numbers.hospital_rows,
                side,
                &mut facts,
            )
        });
        Match {
            demand: pair.demand.id,
            offer: pair.offer.id,
            demand_version: pair.demand.version,
            offer_version: pair.offer.version,
            decision,
            score: numbers.score,
            demander_side: hundredths(numbers.demander.map_or(0.0, |side| side.score)),
            provider_side: numbers.hospital.map(|side| hundredths(side.score)),
            uncapped: numbers.uncapped,
            explanation: Explanation::new(numbers.points * 100.0, demander, hospital, facts, gate),
            scorer_version: self.version(),
        }
    }
}

/// Scores a pair; `None` where the demand excludes the hospital. See [`Scorer`].
pub fn score(
    demand: &DemandSubject,
    offer: &OfferSubject,
    weights: &Weights,
    model: &TextModel,
    terminology: &Terminology,
    today: NaiveDate,
) -> Option<Match> {
    Scorer {
        weights,
        model,
        terminology,
        today,
    }
    .score(demand, offer)
}

fn assess(pair: &Pair<'_>, text: &DemandText, criterion: Criterion) -> Assessment {
    match criterion {
        Criterion::Disease => criteria::disease::assess(pair),
        Criterion::DataKinds => criteria::data_kinds::assess(pair),
        Criterion::Variables => criteria::variables::assess(pair),
        Criterion::Text => criteria::text::assess(pair, text),
        Criterion::Standard => criteria::standard::assess(pair),
        Criterion::CohortSize => criteria::cohort_size::assess(pair),
        Criterion::Period => criteria::period::assess(pair),
        Criterion::Access => criteria::access::assess(pair),
        preference => criteria::preferences::assess(pair, preference),
    }
}

fn account(pair: &Pair<'_>, text: &DemandText, criterion: Criterion) -> Account {
    match criterion {
        Criterion::Disease => criteria::disease::explain(pair),
        Criterion::DataKinds => criteria::data_kinds::explain(pair),
        Criterion::Variables => criteria::variables::explain(pair),
        Criterion::Standard => criteria::standard::explain(pair),
        Criterion::CohortSize => criteria::cohort_size::explain(pair),
        Criterion::Period => criteria::period::explain(pair),
        Criterion::Access => criteria::access::explain(pair),
        Criterion::Text => criteria::text::explain(pair, text),
        preference => criteria::preferences::explain(pair, preference),
    }
}

fn side_explanation(
    pair: &Pair<'_>,
    text: &DemandText,
    criteria: &[Criterion],
    rows: &[(f64, Assessment)],
    side: Side,
    facts: &mut Vec<MissingFact>,
) -> SideExplanation {
    let mut contributions = Vec::with_capacity(rows.len());
    let mut failed = Vec::new();
    for (&criterion, &(weight, assessment)) in criteria.iter().zip(rows) {
        // A hospital's preference that is not stated is no row of its side.
        if !assessment.asked && Criterion::HOSPITAL.contains(&criterion) {
            continue;
        }
        let counts = assessment.asked && weight > 0.0;
        let share = if counts {
            100.0 * weight / side.weight
        } else {
            0.0
        };
        let unknown = 1.0 - assessment.known;
        let told = account(pair, text, criterion);
        if counts {
            for (fact, whose, part) in &told.missing {
                let gain = share * part * (1.0 - UNKNOWN_CREDIT);
                facts.push(missing(*fact, *whose, criterion, gain));
            }
            for (fact, whose, part) in &told.unconfirmed {
                facts.push(missing(*fact, *whose, criterion, share * part));
            }
            if assessment.failed() {
                failed.push(criterion);
            }
        }
        contributions.push(Contribution {
            criterion,
            weight,
            state: match assessment {
                Assessment { asked: false, .. } => CriterionState::NotAsked,
                Assessment { known, .. } if known <= 0.0 => CriterionState::Unknown,
                Assessment { known, .. } if known < 1.0 => CriterionState::PartlyKnown,
                _ => CriterionState::Known,
            },
            value: (assessment.asked && assessment.known > 0.0).then(|| round(assessment.value)),
            known: round(assessment.known),
            unconfirmed: round(assessment.unconfirmed),
            points: round(share * (assessment.known * assessment.value + UNKNOWN_CREDIT * unknown)),
            must_have_failed: counts && assessment.failed(),
            evidence: told.evidence,
            sentence: told.sentence,
        });
    }
    let taken = 100.0 * (side.score - side.uncapped);
    SideExplanation {
        points: round(100.0 * side.score),
        lowest: round(100.0 * side.lowest),
        highest: round(100.0 * side.highest),
        contributions,
        cap: (taken < 0.0).then(|| Cap::new(failed, taken)),
    }
}
