//! Unmet demand: by condition, by kind of data, and by the pair that nobody offers together.

use super::{Market, Tally};
use crate::catalogue::DataKind;
use crate::id::OfferId;
use crate::matching::criteria::data_kinds;
use crate::matching::feasibility::in_part;
use crate::terminology::{CodeLevel, ConditionCode, TopicRelation};
use crate::text::Message;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked about a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionRow {
    /// The condition, or what holds it at the level wanted.
    pub code: ConditionCode,
    /// Its name.
    pub label: Message,
    /// Demands that name it, or a part of it.
    pub tally: Tally,
    /// Offers that hold it or a part of it.
    pub offers: usize,
    /// Offers that hold only something broader, up to two levels.
    pub broader_offers: usize,
}

/// What is asked about a kind of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRow {
    /// The kind; a category also stands for its sub-kinds where rows are by category.
    pub kind: DataKind,
    /// Demands that name it: required, as one of several, or wished.
    pub tally: Tally,
    /// Those that cannot do without: required, or one of several.
    pub needed: usize,
    /// Offers that have it.
    pub offers: usize,
    /// Offers that name only its category, and so may have it.
    pub perhaps: usize,
}

/// A condition and a kind of data that are asked together, and that no offer has together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The condition as demanded.
    pub condition: ConditionCode,
    /// Its name.
    pub label: Message,
    /// The kind, required or one of several none of which is offered with the condition.
    pub kind: DataKind,
    /// Demands that ask for both.
    pub demands: usize,
    /// Offers that have the condition at least in part, with other kinds.
    pub offers_of_condition: usize,
    /// Offers that have the kind or may have it, with other conditions.
    pub offers_of_kind: usize,
}

/// Offers by what they name.
struct Supply<'a> {
    conditions: BTreeMap<&'a ConditionCode, BTreeSet<OfferId>>,
    kinds: BTreeMap<DataKind, BTreeSet<OfferId>>,
}

impl Supply<'_> {
    fn of_condition(&self, holds: impl Fn(&ConditionCode) -> bool) -> BTreeSet<OfferId> {
        let held = self.conditions.iter().filter(|(code, _)| holds(code));
        held.flat_map(|(_, offers)| offers).copied().collect()
    }

    fn of_kind(&self, holds: impl Fn(DataKind) -> bool) -> BTreeSet<OfferId> {
        let held = self.kinds.iter().filter(|(kind, _)| holds(**kind));
        held.flat_map(|(_, offers)| offers).copied().collect()
    }
}

/// The category that a kind belongs to, as a kind.
fn category(kind: DataKind) -> DataKind {
    DataKind::from_code(kind.category().code()).unwrap_or(kind)
}

impl Market<'_> {
    fn supply(&self) -> Supply<'_> {
        let mut supply = Supply {
            conditions: BTreeMap::new(),
            kinds: BTreeMap::new(),
        };
        for (id, offer) in &self.offers {
            for code in offer.conditions() {
                supply.conditions.entry(code).or_default().insert(*id);
            }
            for kind in offer.kinds() {
                supply.kinds.entry(*kind).or_default().insert(*id);
            }
        }
        supply
    }

    /// What is asked, by condition; the most demands without a match first, then the most demands, then by code.
    pub fn by_condition(&self, level: CodeLevel) -> Vec<ConditionRow> {
        let terminology = self.terminology;
        let mut tallies: BTreeMap<ConditionCode, Tally> = BTreeMap::new();
        for (id, demand) in &self.demands {
            let rows: BTreeSet<_> = demand
                .conditions()
                .iter()
                .map(|code| terminology.rolled_up(code, level))
                .collect();
            for row in rows {
                tallies.entry(row).or_default().add(self.pairings_of(*id));
            }
        }
        let supply = self.supply();
        let mut rows: Vec<ConditionRow> = tallies
            .into_iter()
            .map(|(code, tally)| {
                let relation = |held: &ConditionCode| terminology.topic_relation(&code, held);
                let same =
                    supply.of_condition(|held| relation(held) == TopicRelation::SameOrNarrower);
                let broader = supply
                    .of_condition(|held| matches!(relation(held), TopicRelation::BroaderBy(_)));
                ConditionRow {
                    label: terminology.label(&code),
                    tally,
                    offers: same.len(),
                    broader_offers: broader.difference(&same).count(),
                    code,
                }
            })
            .collect();
        rows.sort_by(|a, b| a.place().cmp(&b.place()));
        rows
    }

    /// What is asked, by kind of data or, if `by_category`, by category; in the same order.
    pub fn by_kind(&self, by_category: bool) -> Vec<KindRow> {
        let row_of = |kind| if by_category { category(kind) } else { kind };
        let mut tallies: BTreeMap<DataKind, (Tally, usize)> = BTreeMap::new();
        for (id, demand) in &self.demands {
            let content = &demand.content;
            let needed: BTreeSet<DataKind> = content
                .data_kinds_required
                .iter()
                .chain(&content.data_kinds_any_of)
                .map(|kind| row_of(*kind))
                .collect();
            let named: BTreeSet<DataKind> = demand.kinds().map(row_of).collect();
            for kind in named {
                let (tally, must) = tallies.entry(kind).or_default();
                tally.add(self.pairings_of(*id));
                *must += usize::from(needed.contains(&kind));
            }
        }
        let supply = self.supply();
        let mut rows: Vec<KindRow> = tallies
            .into_iter()
            .map(|(kind, (tally, needed))| {
                let has = supply.of_kind(|held| data_kinds::serves(kind, held) >= 1.0);
                let may = supply.of_kind(|held| data_kinds::serves(kind, held) > 0.0);
                KindRow {
                    kind,
                    tally,
                    needed,
                    offers: has.len(),
                    perhaps: may.difference(&has).count(),
                }
            })
            .collect();
        rows.sort_by_key(|row| {
            (
                Reverse(row.tally.unmatched),
                Reverse(row.tally.demands),
                row.kind,
            )
        });
        rows
    }

    /// Pairs of condition and kind that are asked together and that no offer has together; the most asked first, then
    /// by condition and kind.
    pub fn gaps(&self) -> Vec<Gap> {
        let supply = self.supply();
        let mut of_condition: BTreeMap<&ConditionCode, BTreeSet<OfferId>> = BTreeMap::new();
        let mut of_kind: BTreeMap<DataKind, BTreeSet<OfferId>> = BTreeMap::new();
        for demand in self.demands.values() {
            for code in demand.conditions() {
                of_condition.entry(code).or_insert_with(|| {
                    let relation =
                        |held: &ConditionCode| self.terminology.topic_relation(code, held);
                    supply.of_condition(|held| in_part(relation(held)))
                });
            }
            for kind in demand.kinds() {
                of_kind
                    .entry(kind)
                    .or_insert_with(|| supply.of_kind(|held| data_kinds::serves(kind, held) > 0.0));
            }
        }
        let together = |code: &ConditionCode, kind: &DataKind| match (
            of_condition.get(code),
            of_kind.get(kind),
        ) {
            (Some(one), Some(other)) => !one.is_disjoint(other),
            _ => false,
        };
        let mut asked: BTreeMap<(&ConditionCode, DataKind), usize> = BTreeMap::new();
        for demand in self.demands.values() {
            let content = &demand.content;
            for code in demand.conditions() {
                let mut missing: BTreeSet<DataKind> = content
                    .data_kinds_required
                    .iter()
                    .filter(|kind| !together(code, kind))
                    .copied()
                    .collect();
                let any_of = &content.data_kinds_any_of;
                if !any_of.iter().any(|kind| together(code, kind)) {
                    missing.extend(any_of);
                }
                for kind in missing {
                    *asked.entry((code, kind)).or_default() += 1;
                }
            }
        }
        let mut gaps: Vec<Gap> = asked
            .into_iter()
            .map(|((code, kind), demands)| Gap {
                condition: code.clone(),
                label: self.terminology.label(code),
                kind,
                demands,
                offers_of_condition: of_condition.get(code).map_or(0, BTreeSet::len),
                offers_of_kind: of_kind.get(&kind).map_or(0, BTreeSet::len),
            })
            .collect();
        gaps.sort_by(|a, b| a.place().cmp(&b.place()));
        gaps
    }
}

impl ConditionRow {
    /// Its place among the rows, growing.
    pub fn place(&self) -> (Reverse<usize>, Reverse<usize>, &ConditionCode) {
        let Tally {
            unmatched, demands, ..
        } = self.tally;
        (Reverse(unmatched), Reverse(demands), &self.code)
    }
}

impl Gap {
    /// Its place among the gaps, growing.
    pub fn place(&self) -> (Reverse<usize>, &ConditionCode, &str) {
        (Reverse(self.demands), &self.condition, self.kind.code())
    }
}
