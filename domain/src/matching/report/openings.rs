//! Near-misses that one decision of a hospital would open.

use super::Market;
use crate::id::{OfferId, OrganisationId};
use crate::matching::explain::round;
use crate::text::Message;
use crate::use_conditions::{Decision, OfferTerms, lifts, rule_label};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What giving up one rule of an offer would open.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The hospital that could decide.
    pub hospital: OrganisationId,
    /// Its offer.
    pub offer: OfferId,
    /// The rule that alone stands in the way, a DUO or local code.
    pub rule: String,
    /// Demands that would then pass.
    pub passing: usize,
    /// Demands that could then be asked about.
    pub asking: usize,
    /// Sum of the scores of both, hundredths of a point: the effect.
    pub effect: i64,
    /// What the askers could change instead, the most frequent first.
    pub instead: Vec<AskerChange>,
}

/// A change of the askers that would do instead.
#[derive(Debug, Clone, PartialEq)]
pub struct AskerChange {
    /// In a sentence.
    pub sentence: Message,
    /// Demands to which it applies.
    pub demands: usize,
    /// Sum of their scores, hundredths of a point.
    pub effect: i64,
}

/// Mean score in points, 0 to 100.
#[allow(clippy::cast_precision_loss)]
fn mean(effect: i64, demands: usize) -> f64 {
    round(effect as f64 / 100.0 / demands.max(1) as f64)
}

impl AskerChange {
    /// Mean score of its demands, 0 to 100.
    pub fn mean_score(&self) -> f64 {
        mean(self.effect, self.demands)
    }
}

impl Opening {
    /// All demands it would open.
    pub fn demands(&self) -> usize {
        self.passing + self.asking
    }

    /// Mean score of the demands, 0 to 100.
    pub fn mean_score(&self) -> f64 {
        mean(self.effect, self.demands())
    }

    /// Its place among the openings, growing: by effect, then by offer and rule.
    pub fn place(&self) -> (Reverse<i64>, OfferId, &str) {
        (Reverse(self.effect), self.offer, &self.rule)
    }

    /// The decision and what comes of it, in a sentence.
    pub fn sentence(&self) -> Message {
        let rule = rule_label(&self.rule);
        let (passing, asking) = (self.passing, self.asking);
        let demands = |n: usize| {
            if n == 1 {
                "1 demand".to_owned()
            } else {
                format!("{n} demands")
            }
        };
        let (ko, en) = match (passing, asking) {
            (passing, 0) => (
                format!("수요 {passing}건이 통과합니다."),
                format!("{} would pass.", demands(passing)),
            ),
            (0, asking) => (
                format!("수요 {asking}건이 문의할 수 있게 됩니다."),
                format!("{} could be asked about.", demands(asking)),
            ),
            (passing, asking) => (
                format!("수요 {passing}건이 통과하고 {asking}건이 문의할 수 있게 됩니다."),
                format!(
                    "{} would pass and {asking} could be asked about.",
                    demands(passing)
                ),
            ),
        };
        Message::new(
            format!("병원이 ‘{}’ 조건을 풀면 {ko}", rule.ko),
            format!("If the hospital gave up “{}”, {en}", rule.en),
        )
    }
}

impl Market<'_> {
    /// What each hospital could open by giving up one rule of one offer, the greatest effect first.
    ///
    /// Over the near-misses that are stored; the gate is asked anew about each, with the rule and without it.
    pub fn openings(&self) -> Vec<Opening> {
        let mut rows: BTreeMap<(OfferId, String), Opening> = BTreeMap::new();
        for (id, list) in &self.pairings {
            let Some(demand) = self.demands.get(id) else {
                continue;
            };
            let asker = demand.asker();
            for pairing in list.iter().filter(|p| p.decision == Decision::Deny) {
                let Some(offer) = self.offers.get(&pairing.offer) else {
                    continue;
                };
                let score = i64::from(pairing.score);
                for lift in lifts(asker, OfferTerms::of(&offer.content), self.terminology) {
                    let row = rows
                        .entry((offer.id, lift.rule.clone()))
                        .or_insert_with(|| Opening {
                            hospital: offer.hospital,
                            offer: offer.id,
                            rule: lift.rule,
                            passing: 0,
                            asking: 0,
                            effect: 0,
                            instead: Vec::new(),
                        });
                    match lift.then {
                        Decision::Pass => row.passing += 1,
                        _ => row.asking += 1,
                    }
                    row.effect += score;
                    if let Some(near) = lift.instead {
                        row.changes(near.change, score);
                    }
                }
            }
        }
        let mut openings: Vec<Opening> = rows.into_values().collect();
        for opening in &mut openings {
            opening
                .instead
                .sort_by(|a, b| (b.demands, &a.sentence).cmp(&(a.demands, &b.sentence)));
        }
        openings.sort_by(|a, b| a.place().cmp(&b.place()));
        openings
    }
}

impl Opening {
    fn changes(&mut self, sentence: Message, score: i64) {
        match self.instead.iter_mut().find(|c| c.sentence == sentence) {
            Some(change) => {
                change.demands += 1;
                change.effect += score;
            }
            None => self.instead.push(AskerChange {
                sentence,
                demands: 1,
                effect: score,
            }),
        }
    }
}
