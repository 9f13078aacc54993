//! Cohort size: min(1, log(1 + offered) / log(1 + demanded)), less where the count is stale, undated or estimated.
//!
//! Small counts are not shown, and not scored by their number either, or the score would give them away. Nor are they
//! added to larger ones: every number here rests on counts that the offer shows by itself, so that no sum, and no
//! difference of two sums, can tell what is hidden.

use super::{Account, Assessment, Pair};
use crate::catalogue::CountBasis;
use crate::matching::explain::{Evidence, Fact, Whose, round, thousands};
use crate::matching::facts::Count;
use crate::matching::{DemandSubject, OfferSubject};
use crate::terminology::Span;
use crate::time::Month;
use chrono::NaiveDate;

/// Months after which a count is stale.
const STALE_AFTER: i32 = 24;
/// What is left of a stale, an undated, an estimated count.
const STALE: f64 = 0.9;
const UNDATED: f64 = 0.95;
const ESTIMATED: f64 = 0.9;
/// What is left of a count that is not shown: as little as of the least trusted one, or hiding would beat telling.
pub(in crate::matching) const UNSHOWN: f64 = STALE * ESTIMATED;

/// How many subjects an offer has for a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subjects {
    /// A count.
    Counted {
        /// Persons.
        count: i64,
        /// The oldest month of the counts.
        as_of: Option<Month>,
        /// Estimated if any of the counts is.
        basis: Option<CountBasis>,
        /// Persons, at most, in counts too small to show, which are not in `count`.
        hidden: i64,
    },
    /// Fewer than this many persons; the number is not shown.
    Below(i64),
    /// Only the whole collection is counted, which is broader than the demand.
    AtMost(i64),
    /// Not stated.
    Unknown,
}

/// The subjects of an offer who have a demanded condition; for a demand without conditions, all of them. What it says
/// depends on counts from the offer's threshold on, and of smaller ones only on that they are smaller.
pub fn subjects(demand: &DemandSubject, offer: &OfferSubject) -> Subjects {
    let demanded = demand.topics();
    let population = &offer.content.population;
    let serves = |span: Span| demanded.iter().any(|topic| topic.is_served_by(span));
    let threshold = offer.content.suppression_threshold();
    if population.size.is_some_and(|size| size < threshold) {
        return Subjects::Below(threshold);
    }
    let whole = || {
        population.size.map(|count| Subjects::Counted {
            count,
            as_of: population.size_as_of,
            basis: population.size_basis,
            hidden: 0,
        })
    };
    let found = if demanded.is_empty() {
        whole()
    } else if let Some(added) = added(offer.counts(), serves, population.size, threshold) {
        Some(added)
    } else if !offer.spans().is_empty() && offer.spans().iter().all(|span| serves(*span)) {
        whole()
    } else {
        population.size.map(Subjects::AtMost)
    };
    found.unwrap_or(Subjects::Unknown)
}

/// The counts that serve, added, within a whole that is large enough to show; a count within another one is not added
/// again. `None` where none serves.
fn added(
    counts: &[Count],
    serves: impl Fn(Span) -> bool,
    size: Option<i64>,
    threshold: i64,
) -> Option<Subjects> {
    let within = |inner: Span, outer: Span| outer.contains(inner) && !inner.contains(outer);
    let serving = || counts.iter().filter(|count| serves(count.span));
    let (mut sum, mut shown, mut hidden) = (0_i64, false, 0_i64);
    let (mut oldest, mut estimated) = (None, false);
    for count in serving() {
        if serving().any(|other| within(count.span, other.span)) {
            continue;
        }
        if count.count >= threshold {
            sum = sum.saturating_add(count.count);
            shown = true;
        } else {
            hidden = hidden.saturating_add(threshold - 1);
        }
        // Month and basis are no secret of a small count, and what is hidden must not make the rest more trusted.
        oldest = Some(oldest.map_or(count.as_of, |month: Month| month.min(count.as_of)));
        estimated |= count.basis == CountBasis::Estimated;
    }
    let as_of = Some(oldest?);
    if !shown {
        return Some(Subjects::Below(hidden.saturating_add(1)));
    }
    Some(Subjects::Counted {
        count: size.map_or(sum, |size| sum.min(size)),
        as_of,
        basis: Some(if estimated {
            CountBasis::Estimated
        } else {
            CountBasis::Measured
        }),
        hidden,
    })
}

/// Subjects over several offers, of a consortium say. Persons in two of them count twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SubjectsOverall {
    /// Persons counted and shown.
    pub counted: i64,
    /// Offers with a count too small to show, which is not in `counted`.
    pub suppressed: usize,
    /// Persons, at most, in those small counts.
    pub hidden: i64,
    /// Offers that do not say.
    pub unknown: usize,
}

impl SubjectsOverall {
    /// Adds an offer's.
    pub fn add(&mut self, subjects: Subjects) {
        let (small, hidden) = match subjects {
            Subjects::Counted { count, hidden, .. } => {
                self.counted = self.counted.saturating_add(count);
                (hidden > 0, hidden)
            }
            Subjects::Below(bound) => (true, bound - 1),
            Subjects::AtMost(_) | Subjects::Unknown => {
                self.unknown += 1;
                (false, 0)
            }
        };
        self.suppressed += usize::from(small);
        self.hidden = self.hidden.saturating_add(hidden);
    }
}

/// Persons wanted: the fewest that make sense, or else the wish.
pub fn wanted(demand: &DemandSubject) -> Option<i64> {
    let content = &demand.content;
    content
        .subjects_min
        .or(content.subjects_wished)
        .filter(|n| *n > 0)
}

/// How far a number of subjects goes, 0 to 1.
#[allow(clippy::cast_precision_loss)]
pub fn share(offered: i64, demanded: i64) -> f64 {
    if offered <= 0 {
        return 0.0;
    }
    ((offered as f64).ln_1p() / (demanded as f64).ln_1p()).min(1.0)
}

/// How far a count can be trusted on a day, 0 to 1.
pub fn trust(as_of: Option<Month>, basis: Option<CountBasis>, today: NaiveDate) -> f64 {
    let age = as_of
        .zip(Month::of(today))
        .map(|(then, now)| now.since(then));
    let dated = match age {
        None => UNDATED,
        Some(months) if months > STALE_AFTER => STALE,
        Some(_) => 1.0,
    };
    match basis {
        Some(CountBasis::Estimated) => dated * ESTIMATED,
        _ => dated,
    }
}

/// A must-have: with hardly any subjects nothing can be done.
pub fn assess(pair: &Pair<'_>) -> Assessment {
    let Some(demanded) = wanted(pair.demand) else {
        return Assessment::NOT_ASKED;
    };
    match subjects(pair.demand, pair.offer) {
        Subjects::Counted {
            count,
            as_of,
            basis,
            hidden: _,
        } => Assessment::known(share(count, demanded) * trust(as_of, basis, pair.today)).as_must(),
        // As one small count however many there are, or a count that grows past the threshold would lose.
        Subjects::Below(_) => {
            let threshold = pair.offer.content.suppression_threshold();
            Assessment::known(share((threshold - 1) / 2, demanded) * UNSHOWN).as_must()
        }
        // Somewhere between nothing and the whole collection.
        Subjects::AtMost(size) => Assessment {
            known: 1.0 - share(size, demanded),
            ..Assessment::UNKNOWN
        }
        .as_must(),
        Subjects::Unknown => Assessment::UNKNOWN,
    }
}

/// The same in words.
pub fn explain(pair: &Pair<'_>) -> Account {
    let Some(demanded) = wanted(pair.demand) else {
        return Account::not_asked();
    };
    let subjects = subjects(pair.demand, pair.offer);
    let mut evidence = Evidence::CohortSize {
        demanded,
        offered: None,
        below: None,
        at_most: None,
        as_of: None,
        basis: None,
        trust: 1.0,
    };
    let want = thousands(demanded);
    let unknown = 1.0 - assess(pair).known;
    let (ko, en) = match subjects {
        Subjects::Counted {
            count,
            as_of,
            basis,
            hidden,
        } => {
            let trusted = trust(as_of, basis, pair.today);
            evidence = Evidence::CohortSize {
                demanded,
                offered: Some(count),
                below: (hidden > 0).then_some(hidden + 1),
                at_most: None,
                as_of,
                basis,
                trust: round(trusted),
            };
            let have = thousands(count);
            let (when_ko, when_en) = as_of.map_or_else(
                || (" (기준일 없음)".to_owned(), " (undated)".to_owned()),
                |month| (format!(" ({month} 기준)"), format!(" (as of {month})")),
            );
            let (note_ko, note_en) = if trusted < 1.0 {
                (
                    " 오래되었거나 추정한 수라 낮게 보았습니다.",
                    " Counted less, as it is stale, undated or estimated.",
                )
            } else {
                ("", "")
            };
            let (rest_ko, rest_en) = if hidden > 0 {
                (
                    " 너무 적어 표시하지 않는 수는 더하지 않았습니다.",
                    " Counts too small to show are not added.",
                )
            } else {
                ("", "")
            };
            (
                format!("{want}명 요구, {have}명 제공{when_ko}.{rest_ko}{note_ko}"),
                format!("Wanted {want} subjects, offered {have}{when_en}.{rest_en}{note_en}"),
            )
        }
        Subjects::Below(bound) => {
            if let Evidence::CohortSize { below, trust, .. } = &mut evidence {
                (*below, *trust) = (Some(bound), round(UNSHOWN));
            }
            (
                format!("{want}명 요구, {bound}명 미만 제공."),
                format!("Wanted {want} subjects, offered fewer than {bound}."),
            )
        }
        Subjects::AtMost(size) => {
            if let Evidence::CohortSize { at_most, .. } = &mut evidence {
                *at_most = Some(size);
            }
            let have = thousands(size);
            (
                format!("{want}명 요구, 전체 {have}명 중 해당 질환 수는 미상."),
                format!(
                    "Wanted {want} subjects; of {have} in all, the number with the condition is not stated."
                ),
            )
        }
        Subjects::Unknown => (
            format!("{want}명 요구, 제공 대상자 수는 미상."),
            format!("Wanted {want} subjects; the offer states no number."),
        ),
    };
    Account::said(vec![evidence], ko, en).without(Fact::Counts, Whose::Hospital, unknown)
}
