//! Variables and linkage: whether what is to be read off the data is in them, or can be linked to them.

use super::{Account, Assessment, Pair, Parts};
use crate::catalogue::LinkageSource;
use crate::matching::explain::{Evidence, Fact, Need, Whose, round};
use crate::matching::subject::Variable;

/// A wish counts this much of a requirement.
pub(in crate::matching) const WISHED: f64 = 0.3;

/// Share of a variable's words that the offer has; `None` where the offer is not written in its language.
#[allow(clippy::cast_precision_loss)]
fn found(pair: &Pair<'_>, variable: &Variable) -> Option<f64> {
    if variable.tokens.is_empty() || !pair.offer.speaks(variable) {
        return None;
    }
    let says = |token: &&u64| pair.offer.says(**token);
    let hits = variable.tokens.iter().filter(says).count();
    Some(hits as f64 / variable.tokens.len() as f64)
}

/// Whether the offer can be linked; what it does not list, it does not say.
fn linked(pair: &Pair<'_>, source: LinkageSource) -> Option<bool> {
    let offered = pair.offer.linkable_bits();
    (offered != 0).then(|| offered & source.bit() != 0)
}

/// Words are weak evidence, so nothing here is a must-have that caps a score.
pub fn assess(pair: &Pair<'_>) -> Assessment {
    let mut parts = Parts::default();
    for (variable, _) in pair.demand.required_variables() {
        parts.add(1.0, found(pair, variable));
    }
    for (variable, _) in pair.demand.wished_variables() {
        parts.add(WISHED, found(pair, variable));
    }
    for source in pair.demand.linkage() {
        let linked = linked(pair, source).map(|yes| f64::from(u8::from(yes)));
        parts.add(1.0, linked);
    }
    parts.finish()
}

/// The same in words.
#[allow(clippy::cast_precision_loss)]
pub fn explain(pair: &Pair<'_>) -> Account {
    let demand = pair.demand;
    let named = || {
        let required = demand.required_variables();
        let wished = demand.wished_variables();
        required
            .map(|named| (named, Need::Required, 1.0))
            .chain(wished.map(|named| (named, Need::Wished, WISHED)))
    };
    let mut evidence = Vec::new();
    let (mut has, mut lacks): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let (mut all, mut unclear, mut unlinked) = (0.0, 0.0, 0.0);
    for ((variable, name), need, share) in named() {
        let share_found = found(pair, variable);
        all += share;
        match share_found {
            None => unclear += share,
            Some(part) if part >= 0.6 => has.push(name),
            Some(_) => lacks.push(name),
        }
        evidence.push(Evidence::Variable {
            name: name.to_owned(),
            need,
            found: share_found.map(round),
        });
    }
    let (mut ko, mut en) = (Vec::new(), Vec::new());
    for (list, korean, english) in [
        (&has, "확인된 변수", "Found"),
        (&lacks, "찾지 못한 변수", "Not found"),
    ] {
        if !list.is_empty() {
            ko.push(format!("{korean}: {}.", list.join(", ")));
            en.push(format!("{english}: {}.", list.join(", ")));
        }
    }
    for source in demand.linkage() {
        let offered = linked(pair, source);
        all += 1.0;
        let label = source.label();
        match offered {
            Some(true) => {
                ko.push(format!("{} 결합 가능.", label.ko));
                en.push(format!("Can be linked to {}.", label.en));
            }
            Some(false) => {
                ko.push(format!("{} 결합은 제공 목록에 없음.", label.ko));
                en.push(format!("Linkage to {} is not listed.", label.en));
            }
            None => unlinked += 1.0,
        }
        evidence.push(Evidence::Linkage { source, offered });
    }
    if all <= 0.0 {
        return Account::not_asked();
    }
    if unclear > 0.0 || unlinked > 0.0 {
        ko.push("일부는 제공 내용만으로 알 수 없음.".to_owned());
        en.push("Some cannot be told from what the offer says.".to_owned());
    }
    Account::said(evidence, ko.join(" "), en.join(" "))
        .without(Fact::Variables, Whose::Hospital, unclear / all)
        .without(Fact::LinkableTo, Whose::Hospital, unlinked / all)
}
