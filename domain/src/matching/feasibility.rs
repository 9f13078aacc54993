//! Cohort feasibility: how many subjects the hospitals of a consortium have together for a demand.
//!
//! Small counts are shown as "<n" and never added. Every figure depends on the counts that the offers show by
//! themselves, and of the others only on that they are small: whatever demands somebody writes and compares, and
//! whatever is left out of them, totals and their differences tell nothing of a hidden count. A consortium's total
//! would otherwise give away its one small member; to round it would not help against many questions.

use super::criteria::cohort_size::{SubjectsOverall, subjects, wanted};
use super::explain::thousands;
use super::{DemandSubject, OfferSubject, is_excluded};
use crate::id::OrganisationId;
use crate::terminology::{Terminology, Topic, TopicRelation};
use crate::use_conditions::{Decision, OfferTerms, Weighing};
use std::collections::BTreeMap;

/// What some offers have together for a demand. Persons in two of them count twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Offers that the gate lets pass.
    pub passing: usize,
    /// Offers for which the hospital has to be asked.
    pub asking: usize,
    /// Subjects of both.
    pub subjects: SubjectsOverall,
}

impl Reach {
    /// The number as it may be shown: `1,200`, `<10`, `1,200 + <10`; `0` where nothing is counted.
    pub fn shown(&self) -> String {
        let SubjectsOverall {
            counted,
            suppressed,
            hidden,
            ..
        } = self.subjects;
        let below = thousands(hidden.saturating_add(1));
        match (counted, suppressed) {
            (counted, 0) => thousands(counted),
            (0, _) => format!("<{below}"),
            (counted, _) => format!("{} + <{below}", thousands(counted)),
        }
    }
}

/// How far the hospitals of a consortium get with a demand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feasibility {
    /// Persons wanted: the fewest that make sense, or else the wish; absent where the demand says neither.
    pub wanted: Option<i64>,
    /// All hospitals together.
    pub all: Reach,
    /// By hospital, only those with an offer that counts.
    pub hospitals: BTreeMap<OrganisationId, Reach>,
}

impl Feasibility {
    /// Of a demand over offers: those on its topic that do not exclude each other and that the gate does not deny.
    pub fn of<'a>(
        demand: &DemandSubject,
        offers: impl IntoIterator<Item = &'a OfferSubject>,
        terminology: &Terminology,
    ) -> Self {
        let asker = demand.asker();
        let mut feasibility = Self {
            wanted: wanted(demand),
            ..Self::default()
        };
        for offer in offers {
            if is_excluded(demand, offer) || !is_about(demand, offer) {
                continue;
            }
            let terms = OfferTerms::of(&offer.content);
            let decision = Weighing::of(asker, terms, terminology).decision();
            if decision == Decision::Deny {
                continue;
            }
            let found = subjects(demand, offer);
            let hospital = feasibility.hospitals.entry(offer.hospital).or_default();
            for reach in [&mut feasibility.all, hospital] {
                match decision {
                    Decision::Pass => reach.passing += 1,
                    _ => reach.asking += 1,
                }
                reach.subjects.add(found);
            }
        }
        feasibility
    }

    /// Share of the wanted number that is counted and shown, 0 to 1.
    #[allow(clippy::cast_precision_loss)]
    pub fn share(&self) -> Option<f64> {
        let counted = self.all.subjects.counted as f64;
        self.wanted.map(|wanted| (counted / wanted as f64).min(1.0))
    }
}

/// Whether an offer is on the demand's topic, at least in part, as far as both say.
fn is_about(demand: &DemandSubject, offer: &OfferSubject) -> bool {
    let (wanted, held) = (demand.topics(), offer.spans());
    let touching = demand.touching_kinds() & offer.kind_bits() != 0;
    let kinds = !demand.names_kinds() || offer.kinds().is_empty() || touching;
    let holds = |topic: &Topic| held.iter().any(|held| in_part(topic.relation(*held)));
    kinds && (wanted.is_empty() || held.is_empty() || wanted.iter().any(holds))
}

/// Whether a condition is held: the same, narrower, or within something broader.
pub(super) fn in_part(relation: TopicRelation) -> bool {
    matches!(
        relation,
        TopicRelation::SameOrNarrower | TopicRelation::BroaderBy(_)
    )
}
