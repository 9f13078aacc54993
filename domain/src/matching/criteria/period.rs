//! Period: the demanded period is the window from which subjects may come, so what counts is how much of the shorter
//! span lies in both.

use super::{Account, Assessment, Pair, month_index, overlap};
use crate::catalogue::{OfferContent, Period, RefreshFrequency};
use crate::matching::explain::{Evidence, Fact, Whose};
use crate::time::Month;

/// Months that no record reaches, for open ends.
const EARLIEST: i64 = 1900 * 12;
pub(in crate::matching) const LATEST: i64 = 2200 * 12;

pub(in crate::matching) fn asked(period: Period) -> Option<(i64, i64)> {
    if period.start.is_none() && period.end.is_none() {
        return None;
    }
    Some((
        period.start.map_or(EARLIEST, month_index),
        period.end.map_or(LATEST, month_index),
    ))
}

/// Whether an offer is brought up to date time and again.
pub(in crate::matching) fn reaches_today(content: &OfferContent) -> bool {
    !matches!(
        content.refresh,
        None | Some(RefreshFrequency::None | RefreshFrequency::Irregular)
    )
}

/// The months an offer covers; one that is brought up to date reaches to today less its lag.
fn covered(pair: &Pair<'_>) -> Option<(i64, i64)> {
    let content = &pair.offer.content;
    let start = month_index(content.period.start?);
    let end = match content.period.end {
        Some(end) => month_index(end),
        None if !reaches_today(content) => return None,
        None => month_index(Month::of(pair.today)?) - content.time_lag_months.unwrap_or(0),
    };
    (start <= end).then_some((start, end))
}

/// Share of the shorter span in both.
pub fn assess(pair: &Pair<'_>) -> Assessment {
    match (asked(pair.demand.content.period), covered(pair)) {
        (None, _) => Assessment::NOT_ASKED,
        (Some(_), None) => Assessment::UNKNOWN,
        (Some(wanted), Some(held)) => Assessment::known(overlap(wanted, held)),
    }
}

/// The same in words.
pub fn explain(pair: &Pair<'_>) -> Account {
    let (demanded, offered) = (pair.demand.content.period, pair.offer.content.period);
    let Some(wanted) = asked(demanded) else {
        return Account::not_asked();
    };
    let Some(held) = covered(pair) else {
        return Account::said(
            Vec::new(),
            "제공 데이터의 기간을 알 수 없습니다.".to_owned(),
            "The period of the offer is not known.".to_owned(),
        )
        .without(Fact::Period, Whose::Hospital, 1.0);
    };
    let shared_months = (wanted.1.min(held.1) - wanted.0.max(held.0) + 1).max(0);
    let text = |period: Period| {
        let end = |month: Option<Month>| month.map_or_else(String::new, |m| m.to_string());
        format!("{}~{}", end(period.start), end(period.end))
    };
    let (want, have) = (text(demanded), text(offered));
    Account::said(
        vec![Evidence::Period {
            demanded,
            offered,
            shared_months,
        }],
        format!("요구 {want}, 제공 {have}: {shared_months}개월 겹칩니다."),
        format!("Wanted {want}, covered {have}; months in both: {shared_months}."),
    )
}
