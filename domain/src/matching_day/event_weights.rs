//! The weights of a matching day: versions that are only ever added, with who, when and why.

use crate::id::{MatchingDayId, PersonId};
use crate::matching::Weights;
use crate::matching::feedback::{Calibration, Learned};
use crate::problem::{Check, Code, Problem, Problems};
use crate::text::Message;
use crate::time::Timestamp;

/// Longest reason for a change, in characters.
pub const MAX_REASON: usize = 500;

crate::vocabulary! {
    /// Where weights come from.
    WeightsOrigin {
        Default = "default", "기본값", "default";
        Organiser = "organiser", "운영기관", "organiser";
        Learned = "learned", "학습", "learned";
    }
}

/// A version of the weights of a matching day.
#[derive(Debug, Clone, PartialEq)]
pub struct EventWeights {
    /// Of which day.
    pub event: MatchingDayId,
    /// The weights; their version counts from 1, the defaults.
    pub weights: Weights,
    /// Where they come from.
    pub origin: WeightsOrigin,
    /// Why they were set; empty for the defaults.
    pub reason: String,
    /// Who set them; nobody the defaults.
    pub set_by: Option<PersonId>,
    /// When.
    pub set_at: Option<Timestamp>,
    /// How to make a probability of a score, if they were learnt from enough decisions.
    pub calibration: Option<Calibration>,
}

impl EventWeights {
    /// The defaults, in force until the organiser sets others.
    pub fn initial(event: MatchingDayId) -> Self {
        Self {
            event,
            weights: Weights::default(),
            origin: WeightsOrigin::Default,
            reason: String::new(),
            set_by: None,
            set_at: None,
            calibration: None,
        }
    }

    /// The version after this one, as the organiser wants it.
    ///
    /// # Errors
    /// A stale version, no reason or one that is too long, weights that are none.
    pub fn replace(
        &self,
        read_version: i32,
        weights: Weights,
        reason: &str,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Self, Problems> {
        if read_version != self.weights.version {
            return Err(Problem::stale(self.weights.version).into());
        }
        let reason = reason.trim();
        let mut check = Check::new();
        check.require(!reason.is_empty(), || Problem::required("reason"));
        check.prose("reason", reason, MAX_REASON);
        for problem in weights.check().err().into_iter().flatten() {
            check.add(problem.within("weights"));
        }
        check.finish()?;
        Ok(Self {
            event: self.event,
            weights: Weights {
                version: self.weights.version + 1,
                ..weights
            },
            origin: WeightsOrigin::Organiser,
            reason: reason.to_owned(),
            set_by: Some(by),
            set_at: Some(now),
            calibration: None,
        })
    }

    /// The version after this one, as it was learnt.
    ///
    /// # Errors
    /// As [`Self::replace`], or the learnt weights do not forecast better than these.
    pub fn adopt(
        &self,
        read_version: i32,
        learned: &Learned,
        reason: &str,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Self, Problems> {
        let next = self.replace(read_version, learned.weights, reason, by, now)?;
        if !learned.is_better() {
            return Err(Problem::whole(
                Code::WrongState,
                Message::new(
                    "학습된 가중치의 예측이 현재 가중치보다 낫지 않습니다.",
                    "The learnt weights do not forecast better than those in force.",
                ),
            )
            .into());
        }
        Ok(Self {
            origin: WeightsOrigin::Learned,
            calibration: learned.calibration,
            ..next
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::{Clock, SystemClock};
    use uuid::Uuid;

    fn learned(log_loss: f64) -> Learned {
        Learned {
            weights: Weights {
                disease: 2.0,
                ..Weights::default()
            },
            uncertainty: Vec::new(),
            decisions: 40,
            log_loss,
            baseline_log_loss: 0.6,
            calibration: None,
        }
    }

    #[test]
    fn versions_follow_each_other_and_learnt_weights_must_be_better() {
        let (by, now) = (PersonId(Uuid::from_u128(1)), SystemClock.now());
        let first = EventWeights::initial(MatchingDayId(Uuid::from_u128(1)));
        let flat = Weights {
            disease: 1.0,
            ..Weights::default()
        };
        let second = first.replace(1, flat, " 폐암 특집 ", by, now).unwrap();
        assert_eq!(
            (second.weights.version, second.reason.as_str()),
            (2, "폐암 특집")
        );
        let code = |result: Result<EventWeights, Problems>| result.unwrap_err()[0].code;
        assert_eq!(code(second.replace(1, flat, "again", by, now)), Code::Stale);
        assert_eq!(code(second.replace(2, flat, " ", by, now)), Code::Required);
        let bad = Weights {
            data_kinds: -1.0,
            ..flat
        };
        let problem = second.replace(2, bad, "x", by, now).unwrap_err().remove(0);
        assert_eq!(problem.path, ["weights", "dataKinds"]);
        assert_eq!(
            code(second.adopt(2, &learned(0.6), "x", by, now)),
            Code::WrongState
        );
        let third = second.adopt(2, &learned(0.59), "x", by, now).unwrap();
        assert_eq!(
            (third.origin, third.weights.version),
            (WeightsOrigin::Learned, 3)
        );
    }
}
