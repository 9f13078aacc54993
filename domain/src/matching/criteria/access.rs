//! Access practicality: the way to the data, the day they could be there, what they cost, how far it is.
//!
//! What can be paid is the budget; the own share is the part of it that the organisation pays itself, the rest comes
//! from a voucher. Where no budget is stated, the own share is all there is if the organisation pays by itself, and
//! otherwise the least that can be paid: the value is then bounded from below, and the rest of it is unknown.

use super::{Account, Assessment, Pair, Parts};
use crate::catalogue::{AccessMode, Cost, CostModel, Won};
use crate::demand::{BudgetClass, DemandContent};
use crate::matching::explain::{Evidence, Fact, Whose, round, thousands};
use crate::organisation::Region;
use chrono::{Datelike, Days, NaiveDate};

pub(in crate::matching) const MODE_SHARE: f64 = 0.4;
pub(in crate::matching) const LEAD_SHARE: f64 = 0.3;
pub(in crate::matching) const COST_SHARE: f64 = 0.2;
pub(in crate::matching) const TRAVEL_SHARE: f64 = 0.1;
/// Days late after which a date is worth nothing.
pub(in crate::matching) const HOPELESS_DAYS: i64 = 180;
/// Working days of a month of use.
const DAYS_OF_A_MONTH: i64 = 21;

/// What can be paid, won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matching) enum Money {
    /// This much.
    Exactly(i64),
    /// This much, or more.
    AtLeast(i64),
}

impl Money {
    pub(in crate::matching) fn of(content: &DemandContent) -> Option<Self> {
        match (content.budget, content.own_share) {
            (Some(budget), _) => Some(Self::Exactly(budget.0)),
            (None, Some(own)) if content.budget_class == Some(BudgetClass::Own) => {
                Some(Self::Exactly(own.0))
            }
            (None, Some(own)) => Some(Self::AtLeast(own.0)),
            (None, None) => None,
        }
    }

    pub(in crate::matching) fn won(self) -> i64 {
        match self {
            Self::Exactly(won) | Self::AtLeast(won) => won,
        }
    }
}

/// What is asked in each part, and its value where it is known.
struct Practicality {
    mode: Option<Option<f64>>,
    lead: Option<Option<f64>>,
    money: Option<Money>,
    cost: Option<Option<f64>>,
    travel: Option<Option<f64>>,
    ready_by: Option<NaiveDate>,
    estimate: Option<i64>,
}

impl Practicality {
    fn of(pair: &Pair<'_>) -> Self {
        let content = &pair.demand.content;
        let accepted = pair.demand.access_bits();
        let offered = pair.offer.access_bits();
        let mode = (accepted != 0).then(|| (offered != 0).then(|| mode_credit(accepted, offered)));
        let ready_by = content.needed_by.and_then(|_| ready_by(pair));
        let lead = content
            .needed_by
            .map(|needed| lead_credit(pair, needed, ready_by));
        let estimate = estimate(pair);
        let money = Money::of(content);
        let cost = money.map(|money| Some(cost_credit(money.won(), estimate?)));
        Self {
            mode,
            lead,
            money,
            cost,
            travel: travel(pair),
            ready_by,
            estimate,
        }
    }

    /// Part of the cost's share that is open although an estimate is known: from the credit of the least that can be
    /// paid up to 1.
    fn open_cost(&self) -> f64 {
        match (self.money, self.cost) {
            (Some(Money::AtLeast(_)), Some(Some(credit))) => 1.0 - credit,
            _ => 0.0,
        }
    }

    fn parts(&self) -> [(f64, Option<Option<f64>>); 5] {
        let open = self.open_cost();
        // What is bounded from below is known to be good that far, and unknown beyond.
        let known = if open > 0.0 {
            Some(Some(1.0))
        } else {
            self.cost
        };
        [
            (MODE_SHARE, self.mode),
            (LEAD_SHARE, self.lead),
            (COST_SHARE * (1.0 - open), known),
            (COST_SHARE * open, (open > 0.0).then_some(None)),
            (TRAVEL_SHARE, self.travel),
        ]
    }
}

/// A shared mode 1; another closed environment than accepted .4; else 0.
pub(in crate::matching) fn mode_credit(accepted: u64, offered: u64) -> f64 {
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
    let subjects = content.subjects_min.or(content.subjects_wished);
    cost_of(&pair.offer.content.cost, subjects, content.use_months)
}

/// What so many subjects for so many months cost, won.
pub(in crate::matching) fn cost_of(
    cost: &Cost,
    subjects: Option<i64>,
    use_months: Option<i64>,
) -> Option<i64> {
    let amount = cost.amount.map(|won| won.0);
    match cost.model? {
        CostModel::Free => Some(0),
        CostModel::Fixed => amount,
        CostModel::PerSubject => Some(amount?.saturating_mul(subjects?)),
        CostModel::PerDay => {
            Some(amount?.saturating_mul(use_months?.saturating_mul(DAYS_OF_A_MONTH)))
        }
        CostModel::Estimate => None,
    }
}

/// The part of an estimate that can be paid, 0 to 1.
#[allow(clippy::cast_precision_loss)]
pub(in crate::matching) fn cost_credit(payable: i64, estimate: i64) -> f64 {
    if estimate <= payable {
        1.0
    } else {
        (payable.max(0) as f64 / estimate as f64).min(1.0)
    }
}

/// Only where the way is by visit: the same region 1, both in the capital area .8, else .4.
fn travel(pair: &Pair<'_>) -> Option<Option<f64>> {
    let from = pair.demand.profile.region?;
    if pair.offer.access_bits() != AccessMode::ClosedOnsite.bit() {
        return None;
    }
    Some(pair.offer.region.map(|to| travel_credit(from, to)))
}

pub(in crate::matching) fn travel_credit(from: Region, to: Region) -> f64 {
    if from == to {
        1.0
    } else if from.is_capital_area() && to.is_capital_area() {
        0.8
    } else {
        0.4
    }
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
    if let (Some(credit), Some(money)) = (found.cost, found.money) {
        let (said_ko, said_en) = cost_sentence(money, found.estimate);
        ko.push(said_ko);
        en.push(said_en);
        evidence.push(Evidence::Cost {
            budget: content.budget,
            own_share: content.own_share,
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
    account.without(
        Fact::Budget,
        Whose::Demander,
        COST_SHARE * found.open_cost() / all,
    )
}

/// The sentence stands before the hospital too, which is not told what the asker can pay.
fn cost_sentence(money: Money, estimate: Option<i64>) -> (String, String) {
    let Some(estimate) = estimate else {
        return ("비용 미상.".to_owned(), "Cost not known.".to_owned());
    };
    let (ko, en) = match money {
        Money::AtLeast(own) if own >= estimate => {
            ("자부담만으로 충당", "covered by the own share alone")
        }
        Money::AtLeast(_) => (
            "자부담을 넘으며 전체 예산은 미상",
            "above the own share, and the whole budget is not stated",
        ),
        Money::Exactly(payable) if payable >= estimate => ("예산 이내", "within the budget"),
        Money::Exactly(_) => ("예산 초과", "above the budget"),
    };
    let won = thousands(estimate);
    (
        format!("예상 비용 {won}원, {ko}."),
        format!("Estimated cost {won} won, {en}."),
    )
}
