//! Whether the data can be reached in time, in the wanted way, and for the money that is there.

use super::criteria::{Judged, Judgement};
use super::explain::Criterion;
use super::subject::{DemandSubject, OfferSubject};
use crate::catalogue::CostModel;
use chrono::{Datelike, NaiveDate, TimeDelta};

/// The mean of what can be judged: mode, time and money.
pub(super) fn access(demand: &DemandSubject, offer: &OfferSubject, today: NaiveDate) -> Judgement {
    let asked = !demand.content.access_modes.is_empty()
        || demand.content.needed_by.is_some()
        || demand.content.budget.is_some();
    if !asked {
        return None;
    }
    let mut parts = Vec::new();
    let mut evidence = Vec::new();
    for (name, part) in [
        ("mode", mode(demand, offer)),
        ("time", time(demand, offer, today)),
        ("cost", cost(demand, offer)),
    ] {
        if let Some(part) = part {
            evidence.push(format!("{name}: {part:.1}"));
            parts.push(part);
        }
    }
    let (ko, en) = ("접근 방식·일정·비용", "Way of access, time and cost");
    #[allow(clippy::cast_precision_loss)] // at most three
    let value = (!parts.is_empty()).then(|| parts.iter().sum::<f64>() / parts.len() as f64);
    let mut judged = Judged::new(Criterion::Access, value, ko, en);
    judged.evidence = evidence;
    Some(judged)
}

fn mode(demand: &DemandSubject, offer: &OfferSubject) -> Option<f64> {
    let (wanted, offered) = (&demand.content.access_modes, &offer.content.access_modes);
    if wanted.is_empty() || offered.is_empty() {
        return None;
    }
    Some(if wanted.iter().any(|mode| offered.contains(mode)) {
        1.0
    } else {
        0.0
    })
}

/// The next cut-off day, then the lead time, against the day on which the data are needed.
fn time(demand: &DemandSubject, offer: &OfferSubject, today: NaiveDate) -> Option<f64> {
    let needed = demand.content.needed_by?;
    let lead = TimeDelta::days(offer.content.lead_time?.longest_days()?);
    let applied = offer
        .content
        .review
        .cutoff_day
        .map_or(today, |day| next_cutoff(today, day));
    let ready = applied.checked_add_signed(lead)?;
    let late = (ready - needed).num_days();
    Some(match late {
        ..=0 => 1.0,
        1..=30 => 0.6,
        31..=90 => 0.3,
        _ => 0.0,
    })
}

/// The first day from `today` on which applications close; 31 is the month's end.
fn next_cutoff(today: NaiveDate, day: i64) -> NaiveDate {
    let day = u32::try_from(day).unwrap_or(31);
    let mut at = today;
    // A cut-off comes at least once in any 31 days.
    for _ in 0..31 {
        let tomorrow = at.succ_opt().unwrap_or(at);
        let last = tomorrow.month() != at.month();
        if at.day() == day || (last && day > at.day()) {
            return at;
        }
        at = tomorrow;
    }
    at
}

fn cost(demand: &DemandSubject, offer: &OfferSubject) -> Option<f64> {
    let budget = demand.content.budget?.0;
    let cost = &offer.content.cost;
    let amount = cost.amount.map(|won| won.0);
    let price = match cost.model? {
        CostModel::Free => 0,
        CostModel::Fixed => amount?,
        CostModel::PerSubject => amount?.saturating_mul(demand.content.subjects_min?),
        CostModel::PerDay | CostModel::Estimate => return None,
    };
    Some(match price {
        price if price <= budget => 1.0,
        price if price <= budget.saturating_mul(2) => 0.5,
        _ => 0.0,
    })
}
