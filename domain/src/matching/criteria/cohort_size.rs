//! Cohort size: min(1, log(1 + offered) / log(1 + demanded)), less where the count is stale, undated or estimated.
//!
//! Where a condition that serves has no count, those of the others are the least there is and the whole collection the
//! most; what lies between is unknown. Fewer than a tenth of the fewest that make sense fail as a must-have: the
//! logarithm alone would let a hundredth pass where many are wanted.
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

/// Share of the number wanted below which nothing can be done with one offer.
const HOPELESS: f64 = 0.1;
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
        /// The whole collection, where a condition that serves is not counted; none where all are.
        at_most: Option<i64>,
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
            at_most: None,
        })
    };
    let found = if demanded.is_empty() {
        whole()
    } else if let Some(added) = added(offer, serves, threshold) {
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
fn added(offer: &OfferSubject, serves: impl Fn(Span) -> bool, threshold: i64) -> Option<Subjects> {
    let (counts, size) = (offer.counts(), offer.content.population.size);
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
    let mut serving = offer.spans().iter().filter(|span| serves(**span));
    let uncounted = serving.any(|span| !is_counted(counts, *span));
    let count = size.map_or(sum, |size| sum.min(size));
    Some(Subjects::Counted {
        count,
        as_of,
        basis: Some(if estimated {
            CountBasis::Estimated
        } else {
            CountBasis::Measured
        }),
        hidden,
        at_most: size.filter(|size| uncounted && *size > count),
    })
}

/// Whether all with a condition are in one of the counts.
fn is_counted(counts: &[Count], condition: Span) -> bool {
    counts.iter().any(|count| count.span.contains(condition))
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

/// As a must-have: what a number of subjects can still come to, 0 to 1, at a share of it.
#[allow(clippy::cast_precision_loss)]
fn as_must(assessed: Assessment, most: i64, demanded: i64) -> Assessment {
    let assessed = assessed.as_must();
    // Half of it is at what is hopeless, where a must-have fails.
    let reach = most.max(0) as f64 / (demanded as f64 * 2.0 * HOPELESS);
    Assessment {
        must: assessed.must.map(|must| must.min(reach)),
        ..assessed
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
            at_most,
        } => {
            let least = share(count, demanded) * trust(as_of, basis, pair.today);
            let open = at_most.map_or(0.0, |most| (share(most, demanded) - least).max(0.0));
            let assessed = Assessment {
                value: if open < 1.0 {
                    least / (1.0 - open)
                } else {
                    0.0
                },
                known: 1.0 - open,
                ..Assessment::UNKNOWN
            };
            as_must(assessed, at_most.unwrap_or(count), demanded)
        }
        // As one small count however many there are, or a count that grows past the threshold would lose.
        Subjects::Below(_) => {
            let threshold = pair.offer.content.suppression_threshold();
            let count = (threshold - 1) / 2;
            let assessed = Assessment::known(share(count, demanded) * UNSHOWN);
            as_must(assessed, count, demanded)
        }
        // Somewhere between nothing and the whole collection.
        Subjects::AtMost(size) => {
            let assessed = Assessment {
                known: 1.0 - share(size, demanded),
                ..Assessment::UNKNOWN
            };
            as_must(assessed, size, demanded)
        }
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
            at_most,
        } => {
            let trusted = trust(as_of, basis, pair.today);
            evidence = Evidence::CohortSize {
                demanded,
                offered: Some(count),
                below: (hidden > 0).then_some(hidden + 1),
                at_most,
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
            let (open_ko, open_en) = at_most.map_or_else(Default::default, |most| {
                let most = thousands(most);
                (
                    format!(" 해당 질환 일부는 수가 없어 전체 {most}명까지 더 있을 수 있습니다."),
                    format!(" A condition has no count: there may be more, up to all {most}."),
                )
            });
            (
                format!("{want}명 요구, {have}명 제공{when_ko}.{open_ko}{rest_ko}{note_ko}"),
                format!(
                    "Wanted {want} subjects, offered {have}{when_en}.{open_en}{rest_en}{note_en}"
                ),
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
