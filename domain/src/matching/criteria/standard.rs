//! Standard: whether the data conform to what is wanted, or can be converted.

use super::{Account, Assessment, Pair, Parts};
use crate::catalogue::Standard;
use crate::matching::explain::{Evidence, Fact, Whose};

/// The family whose versions differ little.
fn family(standard: Standard) -> u8 {
    use Standard::{
        CdiscSdtm, Dicom, FhirKrCore, FhirR4, I2b2, Local, None, OmopCdm, OmopCdm53, OmopCdm54,
    };
    match standard {
        OmopCdm54 | OmopCdm53 | OmopCdm => 1,
        FhirKrCore | FhirR4 => 2,
        CdiscSdtm => 3,
        I2b2 => 4,
        Dicom => 5,
        Local | None => 0,
    }
}

/// The same 1, another version of it .8, another standard for tables .5 (convertible), else 0.
pub fn credit(wanted: Standard, offered: Standard) -> f64 {
    if wanted == offered {
        return 1.0;
    }
    match (family(wanted), family(offered)) {
        (0, _) | (_, 0) => 0.0,
        (a, b) if a == b => 0.8,
        (5, _) | (_, 5) => 0.0,
        _ => 0.5,
    }
}

/// The best credit of standards given as bits.
pub(in crate::matching) fn credit_of(wanted: Standard, offered: u64) -> f64 {
    let all = Standard::ALL.iter();
    all.filter(|held| offered & held.bit() != 0)
        .map(|held| credit(wanted, *held))
        .fold(0.0, f64::max)
}

fn best(wanted: Standard, offered: &[Standard]) -> (f64, Option<Standard>) {
    let mut found = (0.0, None);
    for &standard in offered {
        let credit = credit(wanted, standard);
        if credit > found.0 {
            found = (credit, Some(standard));
        }
    }
    found
}

fn wanted<'a>(pair: &Pair<'a>) -> impl Iterator<Item = Standard> + use<'a> {
    let demand = pair.demand;
    demand
        .content
        .standards
        .iter()
        .copied()
        .filter(|standard| *standard != Standard::None)
}

/// Wanting `NONE` is wanting nothing.
pub fn assess(pair: &Pair<'_>) -> Assessment {
    let offered = pair.offer.standard_bits();
    let mut parts = Parts::default();
    for standard in wanted(pair) {
        let best = || credit_of(standard, offered);
        parts.add(1.0, (offered != 0).then(best));
    }
    parts.finish()
}

/// The same in words.
pub fn explain(pair: &Pair<'_>) -> Account {
    let offered = &pair.offer.content.standards;
    if wanted(pair).next().is_none() {
        return Account::not_asked();
    }
    if offered.is_empty() {
        return Account::said(
            Vec::new(),
            "제공 데이터의 표준이 밝혀지지 않았습니다.".to_owned(),
            "The offer states no standard.".to_owned(),
        )
        .without(Fact::Standards, Whose::Hospital, 1.0);
    }
    let mut evidence = Vec::new();
    let (mut ko, mut en) = (Vec::new(), Vec::new());
    for standard in wanted(pair) {
        let (credit, found) = best(standard, offered);
        let want = standard.label();
        match found {
            Some(found) if found == standard => {
                ko.push(format!("{} 적용.", want.ko));
                en.push(format!("Conforms to {}.", want.en));
            }
            Some(found) => {
                ko.push(format!(
                    "{} 대신 {} (변환 가능).",
                    want.ko,
                    found.label().ko
                ));
                en.push(format!(
                    "{} instead of {} (convertible).",
                    found.label().en,
                    want.en
                ));
            }
            None => {
                ko.push(format!("{} 아님.", want.ko));
                en.push(format!("Not in {}.", want.en));
            }
        }
        evidence.push(Evidence::Standard {
            wanted: standard,
            offered: found,
            credit,
        });
    }
    Account::said(evidence, ko.join(" "), en.join(" "))
}
