//! What the criteria of the topic come to: conditions, people and kinds of data.

use super::facts::{DemandGlance, OfferGlance};
use super::{Eye, Parts, UNKNOWN, known};
use crate::catalogue::Sex;
use crate::matching::criteria::data_kinds::WISHED_SHARE;
use crate::matching::criteria::disease::{BEST_SHARE, POPULATION_SHARE};
use crate::matching::criteria::{UNCONFIRMED, overlap};

impl Eye {
    /// `None` where the kinds are other ones altogether.
    #[allow(clippy::option_option, clippy::cast_precision_loss)]
    pub(super) fn kinds(
        &self,
        demand: &DemandGlance,
        offer: &OfferGlance,
    ) -> Option<Option<(f64, bool)>> {
        if demand.touching == 0 {
            return Some(demand.topics.is_empty().then_some(UNKNOWN));
        }
        if offer.kinds == 0 {
            return Some(Some(UNKNOWN));
        }
        if offer.kinds & demand.touching == 0 {
            return None;
        }
        let sure = offer.kinds & !offer.unsure_kinds;
        // With the discount of unconfirmed kinds, and without.
        let credit = |kind: u8| {
            let demanded = self.kinds[usize::from(kind)];
            let full = demanded.credit(offer.kinds);
            let left = demanded.credit(sure).max(full * UNCONFIRMED);
            let unsure = demand.unsure_kinds >> kind & 1 == 1;
            (if unsure { left * UNCONFIRMED } else { left }, full)
        };
        let (required, musts) = (usize::from(demand.required), usize::from(demand.musts));
        let (must, wished) = demand.kinds.split_at(musts.min(demand.kinds.len()));
        let (required, any) = must.split_at(required.min(must.len()));
        let mut parts = Parts::default();
        let mut failed = false;
        if !must.is_empty() {
            let (mut now, mut then) = (0.0, 0.0);
            for kind in required {
                let (left, full) = credit(*kind);
                now += left;
                then += full;
            }
            let (mut best_now, mut best_then) = (0.0_f64, 0.0_f64);
            for kind in any {
                let (left, full) = credit(*kind);
                best_now = best_now.max(left);
                best_then = best_then.max(full);
            }
            let count = (required.len() + usize::from(!any.is_empty())) as f64;
            parts.add(1.0 - WISHED_SHARE, Some((now + best_now) / count));
            failed = (then + best_then) / count < 0.5;
        }
        if !wished.is_empty() {
            let sum: f64 = wished.iter().map(|kind| credit(*kind).0).sum();
            parts.add(WISHED_SHARE, Some(sum / wished.len() as f64));
        }
        Some(parts.finish().map(|value| (value, failed)))
    }
}

/// The share of people in common: `None` where nothing is asked, `Some(None)` where nothing is known.
#[allow(clippy::option_option)]
fn people(demand: &DemandGlance, offer: &OfferGlance) -> Option<Option<f64>> {
    let sex = demand.sex.map(|wanted| {
        let fits = |held| held == Sex::All || held == wanted;
        offer.sex.map(|held| f64::from(u8::from(fits(held))))
    });
    let age = demand
        .ages
        .map(|wanted| offer.ages.map(|held| overlap(wanted, held)));
    match (sex, age) {
        (None, None) => None,
        (None, Some(one)) | (Some(one), None) => Some(one),
        (Some(sex), Some(age)) => Some(match (sex, age) {
            (Some(a), Some(b)) => Some(a * b),
            (Some(0.0), None) | (None, Some(0.0)) => Some(0.0),
            _ => None,
        }),
    }
}

/// `None` where the conditions are other ones altogether.
#[allow(clippy::option_option, clippy::cast_precision_loss)]
pub(super) fn disease(demand: &DemandGlance, offer: &OfferGlance) -> Option<Option<(f64, bool)>> {
    if demand.topics.is_empty() {
        return Some((demand.touching == 0).then_some(UNKNOWN));
    }
    let people = people(demand, offer);
    let unlike = people == Some(Some(0.0));
    let mut parts = Parts::default();
    if let Some(overlap) = people {
        parts.add(POPULATION_SHARE, overlap);
    }
    if offer.spans.is_empty() {
        parts.add(1.0 - POPULATION_SHARE, None);
        return Some(parts.finish().map(known));
    }
    let (mut sum, mut top, mut sum_then, mut top_then) = (0.0, 0.0_f64, 0.0, 0.0_f64);
    for (place, topic) in demand.topics.iter().enumerate() {
        let (mut now, mut then) = (0.0_f64, 0.0_f64);
        for (held, span) in offer.spans.iter().enumerate() {
            let credit = f64::from(topic.relation(*span).credit()) / 1000.0;
            let unsure = held < 64 && offer.unsure_spans >> held & 1 == 1;
            now = now.max(if unsure { credit * UNCONFIRMED } else { credit });
            then = then.max(credit);
        }
        if place < 64 && demand.unsure_topics >> place & 1 == 1 {
            now *= UNCONFIRMED;
        }
        sum += now;
        sum_then += then;
        top = top.max(now);
        top_then = top_then.max(then);
    }
    if top_then <= 0.0 {
        return None;
    }
    let count = demand.topics.len() as f64;
    let topic = |top: f64, sum: f64| {
        let value = BEST_SHARE * top + (1.0 - BEST_SHARE) * (sum / count);
        if unlike { value * 0.2 } else { value }
    };
    parts.add(1.0 - POPULATION_SHARE, Some(topic(top, sum)));
    let failed = topic(top_then, sum_then) < 0.5;
    Some(parts.finish().map(|value| (value, failed)))
}
