//! Codes that were read from words and that their author has not confirmed: they count less until then.
//!
//! The discount alone fails no must-have: the cap asks what the codes would come to if they were confirmed. A code that
//! would fail then fails now, so that to confirm codes that count never lowers a score.

use super::Assessment;
use crate::matching::explain::Whose;

/// What is left of the credit of an unconfirmed code. Two of them, one on each side, leave its square.
pub const UNCONFIRMED: f64 = 0.8;

/// The unconfirmed codes of both sides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unconfirmed<'a, T> {
    pub(super) demanded: &'a [T],
    pub(super) offered: &'a [T],
}

impl<T: PartialEq> Unconfirmed<'_, T> {
    const NONE: Self = Self {
        demanded: &[],
        offered: &[],
    };

    pub(super) fn is_empty(&self) -> bool {
        self.demanded.is_empty() && self.offered.is_empty()
    }

    pub(super) fn demands(&self, code: &T) -> bool {
        self.demanded.contains(code)
    }

    pub(super) fn offers(&self, code: &T) -> bool {
        self.offered.contains(code)
    }

    /// What is left of the credit of an offered code for a demanded one.
    pub(super) fn left(&self, demanded: &T, offered: &T) -> f64 {
        let left = |unconfirmed| if unconfirmed { UNCONFIRMED } else { 1.0 };
        left(self.demands(demanded)) * left(self.offers(offered))
    }

    /// Judges with the discount, and what confirming would come to.
    pub(super) fn assess(&self, judge: impl Fn(&Unconfirmed<'_, T>) -> Assessment) -> Assessment {
        let now = judge(self);
        if self.is_empty() {
            return now;
        }
        let then = judge(&Unconfirmed::NONE);
        Assessment {
            must: then.must,
            unconfirmed: gain(now, then),
            ..now
        }
    }

    /// What each side's confirming adds to the criterion, the demander first; the two sum to all of it.
    pub(super) fn gains(
        &self,
        judge: impl Fn(&Unconfirmed<'_, T>) -> Assessment,
    ) -> [(Whose, f64); 2] {
        let demander = judge(&Unconfirmed {
            demanded: &[],
            ..*self
        });
        [
            (Whose::Demander, gain(judge(self), demander)),
            (Whose::Hospital, gain(demander, judge(&Unconfirmed::NONE))),
        ]
    }

    /// Whose codes these are, in Korean and English: `수요`, `the demand`.
    pub(super) fn whose(&self) -> Option<(&'static str, &'static str)> {
        match (self.demanded.is_empty(), self.offered.is_empty()) {
            (true, true) => None,
            (false, true) => Some(("수요", "the demand")),
            (true, false) => Some(("제공 데이터", "the offer")),
            (false, false) => Some(("수요와 제공 데이터", "the demand and the offer")),
        }
    }
}

fn gain(now: Assessment, then: Assessment) -> f64 {
    (then.value * then.known - now.value * now.known).max(0.0)
}
