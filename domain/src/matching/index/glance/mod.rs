//! What of a record bounds its scores, in a few adjoining cache lines, so that the candidates of a common condition are
//! gone through without their records being touched.
//!
//! The bound is the score's own formula over these facts. Where a fact would cost much (the share of words in common,
//! the next cut-off of a review, counts within counts) the best that it can come to stands for it. That no score exceeds
//! its bound is a property test.

mod facts;
mod practical;
mod topic;

pub(super) use facts::{DemandGlance, OfferGlance};

use super::super::criteria::month_index;
use super::super::facts::DemandedKind;
use super::super::score::{CAP, UNKNOWN_CREDIT, hundredths, join};
use super::super::{Criterion, Weights};
use crate::catalogue::DataKind;
use crate::time::Month;
use chrono::NaiveDate;
use practical::{standard, words};
use topic::disease;

/// A side as it adds up.
#[derive(Clone, Copy, Default)]
struct Tally {
    all: f64,
    had: f64,
    failed: bool,
}

impl Tally {
    /// What a criterion comes to, 0 to 1 with the unknown credited, and whether its must-have failed.
    fn add(&mut self, weight: f64, (credited, failed): (f64, bool)) {
        if weight > 0.0 {
            self.all += weight;
            self.had += weight * credited;
            self.failed |= failed;
        }
    }

    /// The score if what is still to come, of this weight, comes to all of it.
    fn at_best(self, rest: f64) -> f64 {
        let all = self.all + rest;
        let score = if all > 0.0 {
            (self.had + rest) / all
        } else {
            0.0
        };
        if self.failed { score.min(CAP) } else { score }
    }
}

fn known(value: f64) -> (f64, bool) {
    (value, false)
}

const UNKNOWN: (f64, bool) = (UNKNOWN_CREDIT, false);

/// Parts of a criterion, credited; the same whether one by one or together.
#[derive(Default)]
struct Parts {
    all: f64,
    had: f64,
}

impl Parts {
    fn add(&mut self, share: f64, value: Option<f64>) {
        self.all += share;
        self.had += share * value.unwrap_or(UNKNOWN_CREDIT);
    }

    fn finish(&self) -> Option<f64> {
        (self.all > 0.0).then(|| self.had / self.all)
    }
}

/// Bounds scores on a day with some weights.
pub(super) struct Eye {
    weights: [f64; 13],
    /// What is still to come behind the criteria of the topic, and behind all but the words.
    behind_topic: f64,
    behind_facts: f64,
    kinds: Vec<DemandedKind>,
    today: NaiveDate,
    month: i64,
}

impl Eye {
    pub(super) fn new(weights: &Weights, today: NaiveDate) -> Self {
        let of = |criterion| weights.of(criterion);
        let words = of(Criterion::Variables) + of(Criterion::Text);
        let facts = [
            Criterion::Standard,
            Criterion::CohortSize,
            Criterion::Period,
            Criterion::Access,
        ];
        let mut by_place = [0.0; 13];
        for criterion in Criterion::ALL {
            by_place[*criterion as usize] = of(*criterion);
        }
        Self {
            weights: by_place,
            behind_topic: words + facts.map(of).iter().sum::<f64>(),
            behind_facts: words,
            kinds: DataKind::all().map(DemandedKind::of).collect(),
            today,
            month: Month::of(today).map_or(0, month_index),
        }
    }

    fn weight(&self, criterion: Criterion) -> f64 {
        self.weights[criterion as usize]
    }

    /// No less than the score of the pair, hundredths of a point; `None` where it is below `least` or the pair is about
    /// something else.
    pub(super) fn bound(
        &self,
        demand: &DemandGlance,
        offer: &OfferGlance,
        least: i32,
    ) -> Option<i32> {
        let hospital = self.hospital(demand, offer);
        // One more for what rounding may have taken.
        let reach = |tally: Tally, rest| {
            let bound = hundredths(join(tally.at_best(rest), hospital)) + 1;
            (bound >= least).then_some(bound)
        };
        let mut tally = Tally::default();
        let put = |tally: &mut Tally, criterion, assessed: Option<(f64, bool)>| {
            if let Some(assessed) = assessed {
                tally.add(self.weight(criterion), assessed);
            }
        };
        put(&mut tally, Criterion::Disease, disease(demand, offer)?);
        put(&mut tally, Criterion::DataKinds, self.kinds(demand, offer)?);
        reach(tally, self.behind_topic)?;
        put(&mut tally, Criterion::Standard, standard(demand, offer));
        put(&mut tally, Criterion::Period, self.period(demand, offer));
        put(&mut tally, Criterion::Access, self.access(demand, offer));
        put(
            &mut tally,
            Criterion::CohortSize,
            self.cohort(demand, offer),
        );
        reach(tally, self.behind_facts)?;
        put(&mut tally, Criterion::Variables, words(demand, offer));
        if demand.says {
            put(&mut tally, Criterion::Text, Some(known(1.0)));
        }
        reach(tally, 0.0)
    }

    fn hospital(&self, demand: &DemandGlance, offer: &OfferGlance) -> Option<f64> {
        let mut tally = Tally::default();
        let yes = |is: bool| known(f64::from(u8::from(is)));
        if offer.purposes != 0 {
            let liked = if demand.purpose == 0 {
                UNKNOWN
            } else {
                yes(offer.purposes & demand.purpose != 0)
            };
            tally.add(self.weight(Criterion::Purpose), liked);
        }
        if offer.partners != 0 {
            let liked = yes(offer.partners & demand.partner != 0);
            tally.add(self.weight(Criterion::Partner), liked);
        }
        for (criterion, wish, stated) in [
            (
                Criterion::Collaboration,
                offer.collaboration,
                demand.collaborates,
            ),
            (Criterion::ReturnOfResults, offer.returns, demand.returns),
        ] {
            if let Some(wish) = wish {
                let met = stated.map_or(UNKNOWN, |stated| yes(stated == wish));
                tally.add(self.weight(criterion), met);
            }
        }
        if let Some(any) = offer.capacity {
            tally.add(self.weight(Criterion::Capacity), (yes(any).0, !any));
        }
        (tally.all > 0.0).then(|| tally.at_best(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::tests::index::{Dice, random_demand, random_offer};
    use crate::matching::tests::{scored, today};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_score_exceeds_its_bound(seed in any::<u64>()) {
            let mut dice = Dice(seed);
            let (demand, offer) = (random_demand(&mut dice, 1), random_offer(&mut dice, 1));
            prop_assume!(!crate::matching::is_excluded(&demand, &offer));
            let found = scored(&demand, &offer);
            let eye = Eye::new(&Weights::default(), today());
            let (demand, offer) = (DemandGlance::of(&demand), OfferGlance::of(&offer));
            let bound = |least| eye.bound(&demand, &offer, least);
            match bound(0) {
                Some(bound) => prop_assert!(found.score <= bound, "{} > {bound}", found.score),
                None => prop_assert!(!found.is_relevant()),
            }
            prop_assert!(!found.is_relevant() || bound(found.score).is_some());
        }
    }
}
