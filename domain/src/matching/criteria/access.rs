//! Access practicality: the way to the data, the day they could be there, what they cost, how far it is.

use super::{Account, Assessment, Pair, Parts};
use crate::catalogue::{AccessMode, CostModel, Won};
use crate::matching::explain::{Evidence, Fact, Whose, round, thousands};
use chrono::{Datelike, Days, NaiveDate};

const MODE_SHARE: f64 = 0.4;
const LEAD_SHARE: f64 = 0.3;
const COST_SHARE: f64 = 0.2;
const TRAVEL_SHARE: f64 = 0.1;
/// Days late after which a date is worth nothing.
const HOPELESS_DAYS: i64 = 180;
/// Working days of a month of use.
const DAYS_OF_A_MONTH: i64 = 21;

/// What is asked in each part, and its value where it is known.
struct Practicality {
    mode: Option<Option<f64>>,
    lead: Option<Option<f64>>,
    cost: Option<Option<f64>>,
    travel: Option<Option<f64>>,
    ready_by: Option<NaiveDate>,
    estimate: Option<i64>,
}

impl Practicality {
    fn of(pair: &Pair<'_>) -> Self {
        let content = &pair.demand.content;
        let accepted = &content.access_modes;
        let offered = pair.offer.access_bits();
        let mode =
            (!accepted.is_empty()).then(|| (offered != 0).then(|| mode_credit(accepted, offered)));
        let ready_by = ready_by(pair);
        let lead = content
            .needed_by
            .map(|needed| lead_credit(pair, needed, ready_by));
        let estimate = estimate(pair);
        let cost = content.budget.map(|budget| cost_credit(budget, estimate));
        Self {
            mode,
            lead,
            cost,
            travel: travel(pair),
            ready_by,
            estimate,
        }
    }

    fn parts(&self) -> [(f64, Option<Option<f64>>); 4] {
        [
            (MODE_SHARE, self.mode),
            (LEAD_SHARE, self.lead),
            (COST_SHARE, self.cost),
            (TRAVEL_SHARE, self.travel),
        ]
    }
}

/// A shared mode 1; another closed environment than accepted .4; else 0.
fn mode_credit(accepted: &[AccessMode], offered: u64) -> f64 {
    let accepted = accepted.iter().fold(0, |bits, mode| bits | mode.bit());
    let closed = |modes: u64| modes & !AccessMode::Export.bit() != 0;
    if accepted & offered != 0 {
        1.0
    } else if closed(accepted) && closed(offered) {
        0.4
    } else {
        0.0
    }
}

/// The first day from which one may apply.
fn opens(pair: &Pair<'_>) -> NaiveDate {
    pair.offer
        .content
        .opens_on
        .map_or(pair.today, |day| day.max(pair.today))
}

/// The next day with this day of the month; 31 is the month's end.
fn next_day_of_month(from: NaiveDate, day: i64) -> Option<NaiveDate> {
    let in_month = |year: i32, month: u32| {
        let day = u32::try_from(day.clamp(1, 31)).ok()?;
        (1..=day)
            .rev()
            .find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
    };
    let this = in_month(from.year(), from.month())?;
    if this >= from {
        return Some(this);
    }
    if from.month() == 12 {
        in_month(from.year() + 1, 1)
    } else {
        in_month(from.year(), from.month() + 1)
    }
}

/// The day by which data should be there: from the next cut-off of the review, after the longest lead time.
fn ready_by(pair: &Pair<'_>) -> Option<NaiveDate> {
    let offer = &pair.offer.content;
    let days = offer.lead_time?.longest_days()?;
    let applied = match offer.review.cutoff_day {
        Some(day) => next_day_of_month(opens(pair), day)?,
        None => opens(pair),
    };
    applied.checked_add_days(Days::new(days.unsigned_abs()))
}

#[allow(clippy::cast_precision_loss)]
fn lead_credit(pair: &Pair<'_>, needed: NaiveDate, ready_by: Option<NaiveDate>) -> Option<f64> {
    // Without a lead time one thing is still certain: nothing comes before the offer opens.
    let known = ready_by.or_else(|| Some(opens(pair)).filter(|day| *day > needed))?;
    let late = (known - needed).num_days();
    Some(if late <= 0 {
        1.0
    } else {
        (1.0 - late as f64 / HOPELESS_DAYS as f64).max(0.0)
    })
}

fn estimate(pair: &Pair<'_>) -> Option<i64> {
    let content = &pair.demand.content;
    let cost = &pair.offer.content.cost;
    let amount = cost.amount.map(|won| won.0);
    match cost.model? {
        CostModel::Free => Some(0),
        CostModel::Fixed => amount,
        CostModel::PerSubject => {
            Some(amount?.saturating_mul(content.subjects_min.or(content.subjects_wished)?))
        }
        CostModel::PerDay => {
            Some(amount?.saturating_mul(content.use_months?.saturating_mul(DAYS_OF_A_MONTH)))
        }
        CostModel::Estimate => None,
    }
}

#[allow(clippy::cast_precision_loss)]
fn cost_credit(budget: Won, estimate: Option<i64>) -> Option<f64> {
    let estimate = estimate?;
    Some(if estimate <= budget.0 {
        1.0
    } else {
        (budget.0.max(0) as f64 / estimate as f64).min(1.0)
    })
}

/// Only where the way is by visit: the same region 1, both in the capital area .8, else .4.
fn travel(pair: &Pair<'_>) -> Option<Option<f64>> {
    let from = pair.demand.profile.region?;
    if pair.offer.access_bits() != AccessMode::ClosedOnsite.bit() {
        return None;
    }
    Some(pair.offer.region.map(|to| {
        if from == to {
            1.0
        } else if from.is_capital_area() && to.is_capital_area() {
            0.8
        } else {
            0.4
        }
    }))
}

/// Each part that is asked for, by its share.
pub fn assess(pair: &Pair<'_>) -> Assessment {
    let mut parts = Parts::default();
    for (share, value) in Practicality::of(pair).parts() {
        if let Some(value) = value {
            parts.add(share, value);
        }
    }
    parts.finish()
}

/// The same in words.
pub fn explain(pair: &Pair<'_>) -> Account {
    let found = Practicality::of(pair);
    let (content, offer) = (&pair.demand.content, &pair.offer.content);
    let all: f64 = found
        .parts()
        .iter()
        .filter(|(_, value)| value.is_some())
        .map(|(share, _)| share)
        .sum();
    if all <= 0.0 {
        return Account::not_asked();
    }
    let mut evidence = Vec::new();
    let (mut ko, mut en): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    if let Some(credit) = found.mode {
        let (said_ko, said_en) = match credit {
            Some(c) if c >= 1.0 => (
                "원하는 방식으로 이용 가능.",
                "Accessible in an accepted way.",
            ),
            Some(c) if c > 0.0 => (
                "다른 폐쇄분석환경만 가능.",
                "Only another closed environment.",
            ),
            Some(_) => ("원하는 이용 방식이 없음.", "No accepted way of access."),
            None => ("이용 방식 미상.", "Ways of access not stated."),
        };
        ko.push(said_ko.to_owned());
        en.push(said_en.to_owned());
        evidence.push(Evidence::AccessMode {
            accepted: content.access_modes.clone(),
            offered: offer.access_modes.clone(),
            credit,
        });
    }
    if let (Some(credit), Some(needed_by)) = (found.lead, content.needed_by) {
        match found.ready_by {
            Some(day) => {
                ko.push(format!("{needed_by}까지 필요, {day}까지 가능."));
                en.push(format!("Needed by {needed_by}, ready by {day}."));
            }
            None => {
                ko.push(format!("{needed_by}까지 필요, 소요 기간 미상."));
                en.push(format!("Needed by {needed_by}; lead time not known."));
            }
        }
        evidence.push(Evidence::LeadTime {
            needed_by,
            ready_by: found.ready_by,
            credit: credit.map(round),
        });
    }
    if let (Some(credit), Some(budget)) = (found.cost, content.budget) {
        match found.estimate {
            Some(won) => {
                let (have, want) = (thousands(budget.0), thousands(won));
                ko.push(format!("예산 {have}원, 예상 {want}원."));
                en.push(format!("Budget {have} won, estimated {want} won."));
            }
            None => {
                ko.push("비용 미상.".to_owned());
                en.push("Cost not known.".to_owned());
            }
        }
        evidence.push(Evidence::Cost {
            budget,
            estimate: found.estimate.map(Won),
            credit: credit.map(round),
        });
    }
    if let Some(credit) = found.travel {
        ko.push("방문 분석만 가능.".to_owned());
        en.push("Analysis on site only.".to_owned());
        evidence.push(Evidence::Travel { credit });
    }
    let mut account = Account::said(evidence, ko.join(" "), en.join(" "));
    for (fact, share, value) in [
        (Fact::AccessModes, MODE_SHARE, found.mode),
        (Fact::LeadTime, LEAD_SHARE, found.lead),
        (Fact::Cost, COST_SHARE, found.cost),
        (Fact::Region, TRAVEL_SHARE, found.travel),
    ] {
        if value == Some(None) {
            account = account.without(fact, Whose::Hospital, share / all);
        }
    }
    account
}
