//! Data categories and sub-kinds: required ones, those of which one is enough, and wishes.

use super::{Account, Assessment, Pair, Parts, Unconfirmed};
use crate::catalogue::DataKind;
use crate::matching::explain::{Evidence, Fact, Need, Whose, round};
use crate::matching::facts::DemandedKind;

/// Share of the wishes where anything is required.
pub(in crate::matching) const WISHED_SHARE: f64 = 0.15;

type Codes<'a> = Unconfirmed<'a, DataKind>;

fn codes<'a>(pair: &Pair<'a>) -> Codes<'a> {
    Unconfirmed {
        demanded: pair.demand.unconfirmed_kinds(),
        offered: pair.offer.unconfirmed_kinds(),
    }
}

/// How well an offered kind serves a demanded one: 1, ½ or 0.
pub fn serves(demanded: DataKind, offered: DataKind) -> f64 {
    DemandedKind::of(demanded).credit(offered.bit())
}

/// The credit of the offered kind that serves a demanded one best, 0 to 1.
fn credit(demanded: DemandedKind, pair: &Pair<'_>, codes: &Codes<'_>) -> f64 {
    if codes.is_empty() {
        demanded.credit(pair.offer.kind_bits())
    } else {
        best(demanded, pair, codes).0
    }
}

/// The offered kind that serves a demanded one best, the first where several are equal, with its credit.
fn best(demanded: DemandedKind, pair: &Pair<'_>, codes: &Codes<'_>) -> (f64, Option<DataKind>) {
    let mut found = (0.0, None);
    for &kind in pair.offer.kinds() {
        let credit = demanded.credit(kind.bit()) * codes.left(&demanded.kind, &kind);
        if credit > found.0 {
            found = (credit, Some(kind));
        }
    }
    found
}

#[allow(clippy::cast_precision_loss)]
fn must(pair: &Pair<'_>, codes: &Codes<'_>) -> Option<f64> {
    let demand = pair.demand;
    let any = !demand.any_of_kinds().is_empty();
    let count = demand.required_kinds().len() + usize::from(any);
    if count == 0 {
        return None;
    }
    let mut sum = 0.0;
    for kind in demand.required_kinds() {
        sum += credit(*kind, pair, codes);
    }
    if any {
        sum += demand
            .any_of_kinds()
            .iter()
            .map(|kind| credit(*kind, pair, codes))
            .fold(0.0, f64::max);
    }
    Some(sum / count as f64)
}

/// A demand that names a disease but no kind takes any kind; one that names neither has no topic, which counts as a
/// missing fact.
pub fn assess(pair: &Pair<'_>) -> Assessment {
    codes(pair).assess(|codes| assess_with(pair, codes))
}

#[allow(clippy::cast_precision_loss)]
fn assess_with(pair: &Pair<'_>, codes: &Codes<'_>) -> Assessment {
    let demand = pair.demand;
    if !demand.names_kinds() {
        return if demand.conditions().is_empty() {
            Assessment::UNKNOWN
        } else {
            Assessment::NOT_ASKED
        };
    }
    if pair.offer.kind_bits() == 0 {
        return Assessment::UNKNOWN;
    }
    let must = must(pair, codes);
    let mut parts = Parts::default();
    if must.is_some() {
        parts.add(1.0 - WISHED_SHARE, must);
    }
    let wished = demand.wished_kinds();
    if !wished.is_empty() {
        // What is wished besides is worth nothing where none of what is required is there.
        let sum: f64 = match must {
            Some(0.0) => 0.0,
            _ => wished.iter().map(|kind| credit(*kind, pair, codes)).sum(),
        };
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
    let codes = codes(pair);
    let mut evidence = Vec::new();
    let (mut has, mut lacks) = (Vec::new(), Vec::new());
    for (need, kinds) in [
        (Need::Required, demand.required_kinds()),
        (Need::AnyOf, demand.any_of_kinds()),
        (Need::Wished, demand.wished_kinds()),
    ] {
        for &demanded in kinds {
            let (credit, found) = best(demanded, pair, &codes);
            let kind = demanded.kind;
            evidence.push(Evidence::DataKind {
                demanded: kind,
                need,
                offered: found,
                credit: round(credit),
                from_text: codes.demands(&kind) || found.is_some_and(|found| codes.offers(&found)),
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
    Account::said(evidence, ko.join(" "), en.join(" ")).discounting(
        &codes,
        Fact::UnconfirmedDataKinds,
        ("데이터 종류", "Data kind"),
        |codes| assess_with(pair, codes),
    )
}
