//! Learning weights from decisions: a logistic regression on the criteria, whose result is a proposal to the organiser.
//!
//! The log-odds of a yes are a + s Σ w·x with x the credit of a criterion that is asked for, less one half. Weights
//! have a Gaussian prior centred on the organiser's, stay within half and twice those in force, and are never negative.
//! The scale s and the constant a are fitted to the weights in force first, so that weights are learnt on their scale
//! and the comparison is fair. Only pairs that were shown count, each by 1/propensity of its place (Joachims,
//! Swaminathan, Schnabel, WSDM 2017), and no organisation counts for more than [`SHARE`] of all.
//!
//! The fit descends one coordinate at a time with the bound p(1-p) ≤ ¼ (Böhning and Lindsay, 1988) and a projection:
//! it never overshoots, needs no step size, and gives the same bits everywhere.

use super::reweigh::Criteria;
use super::{Criterion, Weights};
use crate::id::OrganisationId;
use crate::text::Message;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewest decisions to learn from.
pub const LEAST_DECISIONS: usize = 30;
/// Fewest decisions after which a forecast may be called a probability.
pub const PROBABILITY_FROM: usize = 200;
/// Most decisions learnt from, the newest.
pub const MOST_DECISIONS: usize = 2_000;
/// The most of all the evidence that comes from one organisation.
pub const SHARE: f64 = 0.2;
/// Fewest organisations: with fewer, one of them has more than its share.
pub const LEAST_ORGANISATIONS: usize = 5;
/// The most that 1/propensity counts.
pub const CLIP: f64 = 10.0;
/// How far the weights may go from those in force, as a factor either way.
pub const REACH: f64 = 2.0;

/// Standard deviation of the prior of a weight, as a share of the weight.
const PRIOR_SPREAD: f64 = 0.5;
/// Standard deviations of the priors of the constant and of the scale, whose means are 0 and 1.
const CONSTANT_SPREAD: f64 = 2.0;
const SCALE_SPREAD: f64 = 0.5;
/// Progressive forecasts are made in so many steps.
const STEPS: usize = 40;
const CRITERIA: usize = Criterion::ALL.len();

/// An organisation's yes or no to meeting about a pair that it was shown, or was asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Who decided.
    pub by: OrganisationId,
    /// Sent a request, or accepted one; else answered no.
    pub accepted: bool,
    /// The chance that it saw the pair where that stood, above 0 to 1.
    pub propensity: f64,
    /// What the pair was judged by when it was shown.
    pub criteria: Criteria,
}

/// The chance that a place of a list is looked at: 1/place (the position bias of Joachims et al.).
#[allow(clippy::cast_precision_loss)] // a place in a list
pub fn propensity(rank: usize) -> f64 {
    1.0 / rank.max(1) as f64
}

/// Turns Σ w·x into the chance of a yes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Log-odds at 0.
    pub constant: f64,
    /// Log-odds for each unit.
    pub scale: f64,
    /// Decisions it rests on, at least [`PROBABILITY_FROM`].
    pub decisions: usize,
}

impl Calibration {
    /// The chance of a yes, 0 to 1.
    pub fn probability(&self, criteria: &Criteria, weights: &Weights) -> f64 {
        logistic(self.constant + self.scale * dot(&features(criteria), &array(weights)))
    }
}

/// Weights that were learnt, and how they do.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The weights, rounded to thousandths; their version is that of the weights in force.
    pub weights: Weights,
    /// Standard deviation of each weight, by the diagonal of Laplace's approximation; 0 for a weight that is fixed at 0.
    pub uncertainty: Vec<(Criterion, f64)>,
    /// Decisions learnt from.
    pub decisions: usize,
    /// Progressive log-loss in nats: each decision is forecast from those before it.
    pub log_loss: f64,
    /// The same of the weights in force.
    pub baseline_log_loss: f64,
    /// How to make a probability of it, from [`PROBABILITY_FROM`] decisions on.
    pub calibration: Option<Calibration>,
}

impl Learned {
    /// Whether they forecast better than the weights in force.
    pub fn is_better(&self) -> bool {
        self.log_loss < self.baseline_log_loss
    }
}

/// Why nothing can be learnt yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReady {
    /// Fewer decisions than [`LEAST_DECISIONS`].
    TooFewDecisions(usize),
    /// Fewer organisations than [`LEAST_ORGANISATIONS`].
    TooFewOrganisations(usize),
    /// All say the same.
    OneSided,
}

impl NotReady {
    /// In words.
    pub fn message(self) -> Message {
        match self {
            Self::TooFewDecisions(n) => Message::new(
                format!("결정이 {LEAST_DECISIONS}건 이상 필요합니다(현재 {n}건)."),
                format!("At least {LEAST_DECISIONS} decisions are needed; there are {n}."),
            ),
            Self::TooFewOrganisations(n) => Message::new(
                format!("{LEAST_ORGANISATIONS}개 이상 기관의 결정이 필요합니다(현재 {n}개)."),
                format!(
                    "Decisions of at least {LEAST_ORGANISATIONS} organisations are needed; there are {n}."
                ),
            ),
            Self::OneSided => Message::new(
                "수락과 거절이 모두 있어야 합니다.",
                "Both acceptances and refusals are needed.",
            ),
        }
    }
}

/// Learns from decisions in the order in which they were made.
///
/// `organiser` are the weights that the organiser chose last: the centre of the prior. `current` are those in force,
/// the same or learnt from them: what is to be beaten, and from which the learnt ones may go by [`REACH`].
///
/// # Errors
/// Why nothing can be learnt yet.
pub fn learn(
    decisions: &[Decision],
    organiser: &Weights,
    current: &Weights,
) -> Result<Learned, NotReady> {
    let n = decisions.len();
    let decisions = &decisions[n.saturating_sub(MOST_DECISIONS)..];
    if n < LEAST_DECISIONS {
        return Err(NotReady::TooFewDecisions(n));
    }
    let mut organisations: Vec<_> = decisions.iter().map(|decision| decision.by).collect();
    organisations.sort();
    organisations.dedup();
    if organisations.len() < LEAST_ORGANISATIONS {
        return Err(NotReady::TooFewOrganisations(organisations.len()));
    }
    if decisions
        .windows(2)
        .all(|two| two[0].accepted == two[1].accepted)
    {
        return Err(NotReady::OneSided);
    }
    let rows: Vec<Row<CRITERIA>> = decisions
        .iter()
        .zip(evidence(decisions))
        .map(|(decision, weight)| Row {
            x: features(&decision.criteria),
            yes: decision.accepted,
            weight,
        })
        .collect();
    let model = Model {
        centre: array(organiser),
        current: array(current),
    };
    Ok(model.learn(&rows, current))
}

/// What each decision counts: 1/propensity, clipped, 1 on average; then less for organisations above their share.
#[allow(clippy::cast_precision_loss)]
pub(super) fn evidence(decisions: &[Decision]) -> Vec<f64> {
    let mut weights: Vec<f64> = decisions
        .iter()
        .map(|decision| (1.0 / decision.propensity).clamp(1.0, CLIP))
        .collect();
    let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
    let mut totals: BTreeMap<OrganisationId, f64> = BTreeMap::new();
    for (decision, weight) in decisions.iter().zip(&mut weights) {
        *weight /= mean;
        *totals.entry(decision.by).or_default() += *weight;
    }
    let most = most_of_one(totals.values().copied().collect());
    for (decision, weight) in decisions.iter().zip(&mut weights) {
        let total = totals[&decision.by];
        *weight *= most.min(total) / total;
    }
    weights
}

/// The largest total that is at most [`SHARE`] of all totals once those above it are cut to it; with fewer than
/// [`LEAST_ORGANISATIONS`] there is none, and all are cut to the least.
#[allow(clippy::cast_precision_loss)]
fn most_of_one(mut totals: Vec<f64>) -> f64 {
    totals.sort_by(f64::total_cmp);
    let mut uncut: f64 = totals.iter().sum();
    for (above, total) in totals.iter().rev().enumerate() {
        // With `above` cut to m, m = SHARE (uncut + above m).
        let rest = 1.0 - SHARE * above as f64;
        let most = SHARE * uncut / rest;
        if rest > 0.0 && *total <= most + 1e-12 {
            return if above == 0 { *total } else { most };
        }
        uncut -= total;
    }
    totals.first().copied().unwrap_or(0.0)
}

fn array(weights: &Weights) -> [f64; CRITERIA] {
    std::array::from_fn(|i| weights.of(Criterion::ALL[i]))
}

fn features(criteria: &Criteria) -> [f64; CRITERIA] {
    let mut x = [0.0; CRITERIA];
    for (criterion, credit) in criteria.credits() {
        if let Some(i) = Criterion::ALL.iter().position(|c| *c == criterion) {
            x[i] = credit - 0.5;
        }
    }
    x
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// −log of the forecast of what happened, without overflow.
fn loss(z: f64, yes: bool) -> f64 {
    let z = if yes { -z } else { z };
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

#[derive(Debug, Clone, Copy)]
struct Row<const N: usize> {
    x: [f64; N],
    yes: bool,
    weight: f64,
}

/// A Gaussian prior within bounds; both bounds equal fix the parameter.
#[derive(Debug, Clone, Copy)]
struct Prior {
    mean: f64,
    spread: f64,
    least: f64,
    most: f64,
}

/// The most probable parameters, from a start.
fn fit<const N: usize>(rows: &[Row<N>], prior: &[Prior; N], mut at: [f64; N]) -> [f64; N] {
    let curvature: [f64; N] = std::array::from_fn(|j| {
        let of_rows: f64 = rows
            .iter()
            .map(|row| row.weight * row.x[j] * row.x[j])
            .sum();
        of_rows / 4.0 + prior[j].spread.powi(-2)
    });
    let mut margins: Vec<f64> = rows.iter().map(|row| dot(&row.x, &at)).collect();
    for _ in 0..1_000 {
        let mut farthest = 0.0_f64;
        for j in 0..N {
            let Prior {
                mean,
                spread,
                least,
                most,
            } = prior[j];
            if least >= most {
                continue;
            }
            let mut slope = (at[j] - mean) * spread.powi(-2);
            for (row, z) in rows.iter().zip(&margins) {
                if row.x[j] != 0.0 {
                    let error = logistic(*z) - f64::from(u8::from(row.yes));
                    slope += row.weight * error * row.x[j];
                }
            }
            let to = (at[j] - slope / curvature[j]).clamp(least, most);
            let step = to - at[j];
            at[j] = to;
            farthest = farthest.max(step.abs());
            if step != 0.0 {
                for (row, z) in rows.iter().zip(&mut margins) {
                    *z += step * row.x[j];
                }
            }
        }
        if farthest < 1e-7 {
            break;
        }
    }
    at
}

/// The weights that learning starts from.
struct Model {
    centre: [f64; CRITERIA],
    current: [f64; CRITERIA],
}

/// A constant and a scale for given weights.
type Scale = [f64; 2];
/// A constant and weights, for a given scale.
type Parameters = [f64; CRITERIA + 1];

impl Model {
    fn scale(&self, rows: &[Row<CRITERIA>], from: Scale) -> Scale {
        let rows: Vec<Row<2>> = rows
            .iter()
            .map(|row| Row {
                x: [1.0, dot(&row.x, &self.current)],
                yes: row.yes,
                weight: row.weight,
            })
            .collect();
        let scale = Prior {
            mean: 1.0,
            spread: SCALE_SPREAD,
            least: 0.0,
            most: f64::MAX,
        };
        fit(&rows, &[Self::constant(), scale], from)
    }

    fn constant() -> Prior {
        Prior {
            mean: 0.0,
            spread: CONSTANT_SPREAD,
            least: f64::MIN,
            most: f64::MAX,
        }
    }

    fn priors(&self) -> [Prior; CRITERIA + 1] {
        std::array::from_fn(|j| match j.checked_sub(1) {
            None => Self::constant(),
            Some(i) => Prior {
                mean: self.centre[i],
                // A weight of 0 is fixed by its bounds.
                spread: (PRIOR_SPREAD * self.centre[i]).max(f64::EPSILON),
                least: self.current[i] / REACH,
                most: (self.current[i] * REACH).min(Weights::MAX),
            },
        })
    }

    fn scaled(rows: &[Row<CRITERIA>], scale: f64) -> Vec<Row<{ CRITERIA + 1 }>> {
        let scaled = |row: &Row<CRITERIA>| Row {
            x: std::array::from_fn(|j| j.checked_sub(1).map_or(1.0, |i| scale * row.x[i])),
            yes: row.yes,
            weight: row.weight,
        };
        rows.iter().map(scaled).collect()
    }

    #[allow(clippy::cast_precision_loss)]
    fn learn(&self, rows: &[Row<CRITERIA>], current: &Weights) -> Learned {
        let priors = self.priors();
        let mut scale: Scale = [0.0, 1.0];
        let mut at: Parameters =
            std::array::from_fn(|j| j.checked_sub(1).map_or(0.0, |i| self.current[i]));
        let (mut learnt, mut baseline) = (0.0, 0.0);
        let mut forecasts: Vec<Row<2>> = Vec::with_capacity(rows.len());
        let step = rows.len().div_ceil(STEPS).max(5);
        for (k, block) in rows.chunks(step).enumerate() {
            let before = &rows[..k * step];
            if k > 0 {
                scale = self.scale(before, scale);
                at = fit(&Self::scaled(before, scale[1]), &priors, at);
            }
            for (row, scaled) in block.iter().zip(Self::scaled(block, scale[1])) {
                let z = dot(&scaled.x, &at);
                learnt += row.weight * loss(z, row.yes);
                let z_current = scale[0] + scale[1] * dot(&row.x, &self.current);
                baseline += row.weight * loss(z_current, row.yes);
                forecasts.push(Row {
                    x: [1.0, z],
                    yes: row.yes,
                    weight: row.weight,
                });
            }
        }
        scale = self.scale(rows, scale);
        let scaled = Self::scaled(rows, scale[1]);
        at = fit(&scaled, &priors, at);
        let all: f64 = rows.iter().map(|row| row.weight).sum();
        let mut weights = *current;
        let mut uncertainty = Vec::with_capacity(CRITERIA);
        for (i, criterion) in Criterion::ALL.iter().enumerate() {
            let prior = priors[i + 1];
            let rounded = (at[i + 1] * 1_000.0).round() / 1_000.0;
            weights.set(*criterion, rounded.clamp(prior.least, prior.most));
            let curvature = scaled.iter().map(|row| {
                let p = logistic(dot(&row.x, &at));
                row.weight * p * (1.0 - p) * row.x[i + 1] * row.x[i + 1]
            });
            let precision = curvature.sum::<f64>() + prior.spread.powi(-2);
            let fixed = prior.least >= prior.most;
            uncertainty.push((*criterion, if fixed { 0.0 } else { precision.powf(-0.5) }));
        }
        Learned {
            weights,
            uncertainty,
            decisions: rows.len(),
            log_loss: learnt / all,
            baseline_log_loss: baseline / all,
            calibration: (rows.len() >= PROBABILITY_FROM).then(|| {
                // What was forecast before it was known, against what happened (Platt, 1999).
                let slope = Prior {
                    least: 0.0,
                    mean: 1.0,
                    ..Self::constant()
                };
                let [a, b] = fit(&forecasts, &[Self::constant(), slope], [0.0, 1.0]);
                Calibration {
                    constant: a + b * at[0],
                    scale: b * scale[1],
                    decisions: rows.len(),
                }
            }),
        }
    }
}
