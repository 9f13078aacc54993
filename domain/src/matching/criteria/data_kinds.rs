//! Data categories and sub-kinds: required ones, those of which one is enough, and wishes.

use super::{Account, Assessment, Pair, Parts};
use crate::catalogue::DataKind;
use crate::matching::explain::{Evidence, Fact, Need, Whose};
use crate::matching::facts::DemandedKind;

/// Share of the wishes where anything is required.
const WISHED_SHARE: f64 = 0.15;

/// The offered kind that serves a demanded one best, the first where several are equal.
fn found(demanded: DemandedKind, offered: &[DataKind]) -> Option<DataKind> {
    let credit = demanded.credit(offered.iter().fold(0, |bits, kind| bits | kind.bit()));
    offered
        .iter()
        .copied()
        .find(|kind| credit > 0.0 && demanded.credit(kind.bit()) >= credit)
}

#[allow(clippy::cast_precision_loss)]
fn must(pair: &Pair<'_>) -> Option<f64> {
    let (demand, offered) = (pair.demand, pair.offer.kind_bits());
    let any = !demand.any_of_kinds().is_empty();
    let count = demand.required_kinds().len() + usize::from(any);
    if count == 0 {
        return None;
    }
    let mut sum = 0.0;
    for kind in demand.required_kinds() {
        sum += kind.credit(offered);
    }
    if any {
        sum += demand
            .any_of_kinds()
            .iter()
            .map(|kind| kind.credit(offered))
            .fold(0.0, f64::max);
    }
    Some(sum / count as f64)
}

/// A demand that names a disease but no kind takes any kind; one that names neither has no topic, which counts as a
/// missing fact.
#[allow(clippy::cast_precision_loss)]
pub fn assess(pair: &Pair<'_>) -> Assessment {
    let demand = pair.demand;
    if !demand.names_kinds() {
        return if demand.conditions().is_empty() {
            Assessment::UNKNOWN
        } else {
            Assessment::NOT_ASKED
        };
    }
    let offered = pair.offer.kind_bits();
    if offered == 0 {
        return Assessment::UNKNOWN;
    }
    let must = must(pair);
    let mut parts = Parts::default();
    if must.is_some() {
        parts.add(1.0 - WISHED_SHARE, must);
    }
    let wished = demand.wished_kinds();
    if !wished.is_empty() {
        let sum: f64 = wished.iter().map(|kind| kind.credit(offered)).sum();
        parts.add(WISHED_SHARE, Some(sum / wished.len() as f64));
    }
    Assessment {
        must,
        ..parts.finish()
    }
}

/// The same in words.
pub fn explain(pair: &Pair<'_>) -> Account {
    let (demand, offered) = (pair.demand, pair.offer.kinds());
    if !demand.names_kinds() {
        return if demand.conditions().is_empty() {
            Account::said(
                Vec::new(),
                "수요에 데이터 종류가 없습니다.".to_owned(),
                "The demand names no kind of data.".to_owned(),
            )
            .without(Fact::DataKinds, Whose::Demander, 1.0)
        } else {
            Account::not_asked()
        };
    }
    if offered.is_empty() {
        return Account::said(
            Vec::new(),
            "제공 데이터의 종류가 밝혀지지 않았습니다.".to_owned(),
            "The offer does not say which kinds of data it has.".to_owned(),
        )
        .without(Fact::DataKinds, Whose::Hospital, 1.0);
    }
    let mut evidence = Vec::new();
    let (mut has, mut lacks) = (Vec::new(), Vec::new());
    for (need, kinds) in [
        (Need::Required, demand.required_kinds()),
        (Need::AnyOf, demand.any_of_kinds()),
        (Need::Wished, demand.wished_kinds()),
    ] {
        for &demanded in kinds {
            let (kind, credit) = (demanded.kind, demanded.credit(pair.offer.kind_bits()));
            evidence.push(Evidence::DataKind {
                demanded: kind,
                need,
                offered: found(demanded, offered),
                credit,
            });
            let list = if credit > 0.0 { &mut has } else { &mut lacks };
            if !list.contains(&kind) {
                list.push(kind);
            }
        }
    }
    let names = |kinds: &[DataKind], korean: bool| {
        let names: Vec<String> = kinds
            .iter()
            .map(|kind| {
                if korean {
                    kind.label().ko
                } else {
                    kind.label().en
                }
            })
            .collect();
        names.join(", ")
    };
    let (mut ko, mut en) = (Vec::new(), Vec::new());
    if !has.is_empty() {
        ko.push(format!("있음: {}.", names(&has, true)));
        en.push(format!("Has {}.", names(&has, false)));
    }
    if !lacks.is_empty() {
        ko.push(format!("없음: {}.", names(&lacks, true)));
        en.push(format!("Lacks {}.", names(&lacks, false)));
    }
    Account::said(evidence, ko.join(" "), en.join(" "))
}
