//! The criteria, a file each. Every one turns a pair into an [`Assessment`], and, where wanted, into evidence and a
//! sentence that rest on the same numbers.

pub mod access;
pub mod cohort_size;
pub mod data_kinds;
pub mod disease;
pub mod period;
pub mod preferences;
pub mod standard;
pub mod text;
mod unconfirmed;
pub mod variables;

pub use unconfirmed::UNCONFIRMED;

use super::explain::{Evidence, Fact, Whose};
use super::{DemandSubject, OfferSubject};
use crate::terminology::Terminology;
use crate::text::Message;
use chrono::NaiveDate;
use unconfirmed::Unconfirmed;

/// A pair with what is needed to judge it.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The demand.
    pub demand: &'a DemandSubject,
    /// The offer.
    pub offer: &'a OfferSubject,
    /// Codes and their relations.
    pub terminology: &'a Terminology,
    /// The day on which it is judged: what is stale, what comes too late.
    pub today: NaiveDate,
}

/// What a criterion comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assessment {
    /// Whether the demand asks for anything here; if not, the criterion does not count.
    pub asked: bool,
    /// The value of what is known, 0 to 1; 0 where nothing is known.
    pub value: f64,
    /// How much is known, 0 to 1.
    pub known: f64,
    /// The best that the must-have among it can still come to, 0 to 1; absent where nothing is a must.
    pub must: Option<f64>,
    /// What confirming the unconfirmed codes in it would add to `value * known`, 0 to 1.
    pub unconfirmed: f64,
}

impl Assessment {
    /// Nothing is asked for.
    pub const NOT_ASKED: Self = Self {
        asked: false,
        value: 0.0,
        known: 0.0,
        must: None,
        unconfirmed: 0.0,
    };
    /// Asked for, and nothing is known.
    pub const UNKNOWN: Self = Self {
        asked: true,
        value: 0.0,
        known: 0.0,
        must: None,
        unconfirmed: 0.0,
    };

    /// A known value, clamped to 0 to 1.
    pub fn known(value: f64) -> Self {
        Self {
            asked: true,
            value: value.clamp(0.0, 1.0),
            known: 1.0,
            must: None,
            unconfirmed: 0.0,
        }
    }

    /// The same as a must-have: what is unknown may still turn out well.
    pub fn as_must(self) -> Self {
        Self {
            must: self
                .asked
                .then_some(self.value * self.known + (1.0 - self.known)),
            ..self
        }
    }

    /// Whether a must-have has failed, whatever the unknown turns out to be.
    pub fn failed(&self) -> bool {
        self.asked && self.must.is_some_and(|must| must < 0.5)
    }

    /// Whether something speaks for the pair, or nothing is known against it.
    pub fn touches(&self) -> bool {
        self.known == 0.0 || self.value > 0.0
    }
}

/// Gathers the parts of a criterion, some of which may be unknown.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    all: f64,
    known: f64,
    sum: f64,
}

impl Parts {
    fn add(&mut self, share: f64, value: Option<f64>) {
        self.all += share;
        if let Some(value) = value {
            self.known += share;
            self.sum += share * value.clamp(0.0, 1.0);
        }
    }

    fn finish(self) -> Assessment {
        if self.all <= 0.0 {
            return Assessment::NOT_ASKED;
        }
        Assessment {
            asked: true,
            value: if self.known > 0.0 {
                (self.sum / self.known).min(1.0)
            } else {
                0.0
            },
            known: (self.known / self.all).min(1.0),
            must: None,
            unconfirmed: 0.0,
        }
    }
}

/// A criterion put into words.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// What the value rests on.
    pub evidence: Vec<Evidence>,
    /// In a sentence.
    pub sentence: Message,
    /// What is not stated, by whom, and its share of the criterion.
    pub missing: Vec<(Fact, Whose, f64)>,
    /// Whose codes are unconfirmed, and what confirming them would add to the criterion.
    pub unconfirmed: Vec<(Fact, Whose, f64)>,
}

impl Account {
    fn said(evidence: Vec<Evidence>, ko: String, en: String) -> Self {
        Self {
            evidence,
            sentence: Message::new(ko, en),
            missing: Vec::new(),
            unconfirmed: Vec::new(),
        }
    }

    fn not_asked() -> Self {
        Self::said(
            Vec::new(),
            "요구하지 않음".to_owned(),
            "Not asked for.".to_owned(),
        )
    }

    fn without(mut self, fact: Fact, whose: Whose, share: f64) -> Self {
        if share > 0.0 {
            self.missing.push((fact, whose, share));
        }
        self
    }
}

impl Account {
    /// Says that codes are unconfirmed; `what` names them, in Korean and English.
    fn discounting<T: PartialEq>(
        mut self,
        codes: &Unconfirmed<'_, T>,
        fact: Fact,
        what: (&str, &str),
        judge: impl Fn(&Unconfirmed<'_, T>) -> Assessment,
    ) -> Self {
        let Some((ko, en)) = codes.whose() else {
            return self;
        };
        let sentence = &mut self.sentence;
        sentence.ko.push_str(&format!(
            " {ko}의 {} 코드는 문구에서 읽은 것으로, 아직 확인되지 않아 낮게 반영됩니다.",
            what.0
        ));
        sentence.en.push_str(&format!(
            " {} codes of {en} were read from the words, are unconfirmed and count less.",
            what.1
        ));
        let gains = codes.gains(judge).into_iter();
        self.unconfirmed = gains
            .filter(|(_, gain)| *gain > 0.0)
            .map(|(whose, gain)| (fact, whose, gain))
            .collect();
        self
    }
}

/// Months on one line, so that spans can be measured.
pub(in crate::matching) fn month_index(month: crate::time::Month) -> i64 {
    i64::from(month.year()) * 12 + i64::from(month.month()) - 1
}

/// Share of the shorter of two spans (both ends included) that lies in both; open ends reach as far as they can.
#[allow(clippy::cast_precision_loss)]
pub(in crate::matching) fn overlap(a: (i64, i64), b: (i64, i64)) -> f64 {
    let shared = a.1.min(b.1) - a.0.max(b.0) + 1;
    let shorter = (a.1 - a.0).min(b.1 - b.0) + 1;
    if shared <= 0 || shorter <= 0 {
        return 0.0;
    }
    (shared as f64 / shorter as f64).min(1.0)
}
