//! Cohort size: min(1, log(1 + offered) / log(1 + demanded)), less where the count is stale, undated or estimated.
//!
//! Small counts are not shown, and not scored by their number either, or the score would give them away.

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
const UNSHOWN: f64 = STALE * ESTIMATED;

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
    },
    /// Fewer than this many persons; the number is not shown.
    Below(i64),
    /// Only the whole collection is counted, which is broader than the demand.
    AtMost(i64),
    /// Not stated.
    Unknown,
}

/// The subjects of an offer who have a demanded condition; for a demand without conditions, all of them.
pub fn subjects(demand: &DemandSubject, offer: &OfferSubject) -> Subjects {
    let demanded = demand.topics();
    let population = &offer.content.population;
    let serves = |span: Span| demanded.iter().any(|topic| topic.is_served_by(span));
    let whole = population.size.map(|count| Subjects::Counted {
        count,
        as_of: population.size_as_of,
        basis: population.size_basis,
    });
    let found = if demanded.is_empty() {
        whole
    } else if let Some((sum, as_of, basis)) = counted(offer.counts(), serves) {
        Some(Subjects::Counted {
            count: population.size.map_or(sum, |size| sum.min(size)),
            as_of: Some(as_of),
            basis: Some(basis),
        })
    } else if !offer.spans().is_empty() && offer.spans().iter().all(|span| serves(*span)) {
        whole
    } else {
        population.size.map(Subjects::AtMost)
    };
    let threshold = offer.content.suppression_threshold();
    match found {
        Some(Subjects::Counted { count, .. } | Subjects::AtMost(count)) if count < threshold => {
            Subjects::Below(threshold)
        }
        Some(subjects) => subjects,
        None => Subjects::Unknown,
    }
}

/// The sum of the counts that serve, the oldest month of them, and whether any is estimated; a count within another one
/// is not added again. `None` where none serves.
fn counted(counts: &[Count], serves: impl Fn(Span) -> bool) -> Option<(i64, Month, CountBasis)> {
    let within = |inner: Span, outer: Span| outer.contains(inner) && !inner.contains(outer);
    let serving = || counts.iter().filter(|count| serves(count.span));
    serving()
        .filter(|count| !serving().any(|other| within(count.span, other.span)))
        .map(|count| (count.count, count.as_of, count.basis))
        .reduce(|a, b| {
            let estimated = [a.2, b.2].contains(&CountBasis::Estimated);
            let basis = if estimated {
                CountBasis::Estimated
            } else {
                CountBasis::Measured
            };
            (a.0.saturating_add(b.0), a.1.min(b.1), basis)
        })
}

/// Subjects over several offers, of a consortium say. Persons in two of them count twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SubjectsOverall {
    /// Persons counted and shown.
    pub counted: i64,
    /// Offers whose count is too small to show.
    pub suppressed: usize,
    /// Offers that do not say.
    pub unknown: usize,
}

/// What several offers have together for a demand.
pub fn subjects_overall<'a>(
    demand: &DemandSubject,
    offers: impl IntoIterator<Item = &'a OfferSubject>,
) -> SubjectsOverall {
    let mut overall = SubjectsOverall::default();
    for offer in offers {
        match subjects(demand, offer) {
            Subjects::Counted { count, .. } => {
                overall.counted = overall.counted.saturating_add(count);
            }
            Subjects::Below(_) => overall.suppressed += 1,
            Subjects::AtMost(_) | Subjects::Unknown => overall.unknown += 1,
        }
    }
    overall
}

/// Persons wanted: the fewest that make sense, or else the wish.
fn wanted(pair: &Pair<'_>) -> Option<i64> {
    let content = &pair.demand.content;
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
    let Some(demanded) = wanted(pair) else {
        return Assessment::NOT_ASKED;
    };
    match subjects(pair.demand, pair.offer) {
        Subjects::Counted {
            count,
            as_of,
            basis,
        } => Assessment::known(share(count, demanded) * trust(as_of, basis, pair.today)).as_must(),
        Subjects::Below(threshold) => {
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
    let Some(demanded) = wanted(pair) else {
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
        } => {
            let trusted = trust(as_of, basis, pair.today);
            evidence = Evidence::CohortSize {
                demanded,
                offered: Some(count),
                below: None,
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
            (
                format!("{want}명 요구, {have}명 제공{when_ko}.{note_ko}"),
                format!("Wanted {want} subjects, offered {have}{when_en}.{note_en}"),
            )
        }
        Subjects::Below(threshold) => {
            if let Evidence::CohortSize { below, trust, .. } = &mut evidence {
                (*below, *trust) = (Some(threshold), round(UNSHOWN));
            }
            (
                format!("{want}명 요구, {threshold}명 미만 제공."),
                format!("Wanted {want} subjects, offered fewer than {threshold}."),
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
