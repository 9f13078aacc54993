//! What the other criteria come to: period, access, size, standards and words.

use super::facts::{DemandGlance, ENGLISH, KOREAN, OfferGlance, WISHED};
use super::{Eye, Parts, UNKNOWN, known};
use crate::catalogue::{AccessMode, CountBasis};
use crate::matching::criteria::access::{
    COST_SHARE, HOPELESS_DAYS, LEAD_SHARE, MODE_SHARE, Money, TRAVEL_SHARE, cost_credit, cost_of,
    mode_credit, travel_credit,
};
use crate::matching::criteria::cohort_size::{UNSHOWN, share, trust};
use crate::matching::criteria::standard::credit_of;
use crate::matching::criteria::{overlap, variables};
use crate::matching::score::UNKNOWN_CREDIT;
use crate::terminology::Span;
use chrono::Days;

impl Eye {
    pub(super) fn period(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
        let (from, to) = demand.period?;
        let held = offer.start.and_then(|start| {
            let end = match (offer.end, offer.lag) {
                (Some(end), _) => i64::from(end),
                (None, lag) => self.month - lag?,
            };
            (i64::from(start) <= end).then_some((i64::from(start), end))
        });
        Some(held.map_or(UNKNOWN, |held| {
            known(overlap((i64::from(from), i64::from(to)), held))
        }))
    }

    #[allow(clippy::cast_precision_loss)]
    pub(super) fn access(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
        let mut parts = Parts::default();
        if demand.access != 0 {
            let credit = (offer.access != 0).then(|| mode_credit(demand.access, offer.access));
            parts.add(MODE_SHARE, credit);
        }
        if let Some(needed) = demand.needed_by {
            let opens = offer.opens_on.map_or(self.today, |day| day.max(self.today));
            let ready = match offer.lead_days {
                Some(days) => opens.checked_add_days(Days::new(days.into())),
                None => None,
            };
            let ready = ready.or_else(|| Some(opens).filter(|day| *day > needed));
            let credit = ready.map(|ready| {
                let late = (ready - needed).num_days().max(0);
                (1.0 - late as f64 / HOPELESS_DAYS as f64).max(0.0)
            });
            parts.add(LEAD_SHARE, credit);
        }
        if let Some(money) = demand.money {
            let cost = cost_of(&offer.cost, demand.paid_subjects, demand.use_months);
            let credit = cost.map(|cost| {
                let paid = cost_credit(money.won(), cost);
                match money {
                    Money::Exactly(_) => paid,
                    Money::AtLeast(_) => paid + UNKNOWN_CREDIT * (1.0 - paid),
                }
            });
            parts.add(COST_SHARE, credit);
        }
        if let Some(from) = demand.region
            && offer.access == AccessMode::ClosedOnsite.bit()
        {
            parts.add(TRAVEL_SHARE, offer.region.map(|to| travel_credit(from, to)));
        }
        parts.finish().map(known)
    }

    pub(super) fn cohort(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
        let demanded = demand.subjects?;
        let must = |value: f64| (value, value < 0.5);
        let below = || must(share((offer.threshold - 1) / 2, demanded) * UNSHOWN);
        let counted =
            |count, as_of, basis| must(share(count, demanded) * trust(as_of, basis, self.today));
        let whole = || {
            offer.size.map_or(UNKNOWN, |size| {
                counted(size, offer.size_as_of, offer.size_basis)
            })
        };
        if offer.size.is_some_and(|size| size < offer.threshold) {
            return Some(below());
        }
        if demand.topics.is_empty() {
            return Some(whole());
        }
        let serves = |span: Span| demand.topics.iter().any(|topic| topic.is_served_by(span));
        // Counts within counts are added too, and the freshest and best founded stands for all: more than they come to.
        let (mut sum, mut newest, mut basis) = (0_i64, None, CountBasis::Estimated);
        for count in offer.counts.iter().filter(|count| serves(count.span)) {
            newest = newest.max(Some(count.as_of));
            if count.basis != CountBasis::Estimated {
                basis = count.basis;
            }
            if count.count >= offer.threshold {
                sum = sum.saturating_add(count.count);
            }
        }
        Some(if newest.is_some() {
            if sum == 0 {
                below()
            } else {
                let count = offer.size.map_or(sum, |size| sum.min(size));
                let least = counted(count, newest, Some(basis));
                // A condition without a count leaves it open up to the whole.
                let is_counted = |span| offer.counts.iter().any(|count| count.span.contains(span));
                let mut serving = offer.spans.iter().filter(|span| serves(**span));
                match offer.size {
                    Some(size) if serving.any(|span| !is_counted(*span)) => {
                        let most = share(size, demanded).max(least.0);
                        let value = least.0 + UNKNOWN_CREDIT * (most - least.0);
                        (value, most < 0.5)
                    }
                    _ => least,
                }
            }
        } else if !offer.spans.is_empty() && offer.spans.iter().all(|span| serves(*span)) {
            whole()
        } else if let Some(size) = offer.size {
            let most = share(size, demanded);
            (UNKNOWN_CREDIT * most, most < 0.5)
        } else {
            UNKNOWN
        })
    }
}

#[allow(clippy::cast_precision_loss)]
pub(super) fn standard(demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
    if demand.standards.is_empty() {
        return None;
    }
    if offer.standards == 0 {
        return Some(UNKNOWN);
    }
    let credits = demand.standards.iter();
    let sum: f64 = credits
        .map(|wanted| credit_of(*wanted, offer.standards))
        .sum();
    Some(known(sum / demand.standards.len() as f64))
}

/// Variables, of which those whose tokens may be there are taken to be there, and linkage.
#[allow(clippy::cast_precision_loss)]
pub(super) fn words(demand: &DemandGlance, offer: &OfferGlance) -> Option<(f64, bool)> {
    let mut parts = Parts::default();
    let mut rest = demand.words.as_slice();
    while let Some((&header, behind)) = rest.split_first() {
        let (tokens, next) = behind.split_at(usize::from(header & 0xff).min(behind.len()));
        rest = next;
        let speaks =
            (header & KOREAN == 0 || offer.korean) && (header & ENGLISH == 0 || offer.english);
        let found = (speaks && !tokens.is_empty()).then(|| {
            let has = |spot: &&u16| offer.signature.may_have_at(**spot);
            tokens.iter().filter(has).count() as f64 / tokens.len() as f64
        });
        let wished = header & WISHED != 0;
        parts.add(if wished { variables::WISHED } else { 1.0 }, found);
    }
    if demand.linkage != 0 {
        let share = f64::from(demand.linkage.count_ones());
        let linked = f64::from((demand.linkage & offer.linkable).count_ones()) / share;
        parts.add(share, (offer.linkable != 0).then_some(linked));
    }
    parts.finish().map(known)
}
