//! The hospital's side: what it prefers, against what the demand says.

use super::{Account, Assessment, Pair};
use crate::matching::Criterion;
use crate::matching::explain::{Evidence, Fact, Whose};
use crate::text::Message;

fn wish(wanted: Option<bool>, stated: Option<bool>) -> Assessment {
    match (wanted, stated) {
        (None, _) => Assessment::NOT_ASKED,
        (Some(_), None) => Assessment::UNKNOWN,
        (Some(wanted), Some(stated)) => Assessment::known(f64::from(u8::from(wanted == stated))),
    }
}

/// A preference that is not stated does not count; what the demand leaves open is unknown.
pub fn assess(pair: &Pair<'_>, criterion: Criterion) -> Assessment {
    let prefers = &pair.offer.content.preferences;
    let demand = &pair.demand.content;
    match criterion {
        Criterion::Purpose if pair.offer.liked_purpose_bits() != 0 => {
            demand.purpose.map_or(Assessment::UNKNOWN, |purpose| {
                let liked = pair.offer.liked_purpose_bits() & purpose.bit() != 0;
                Assessment::known(f64::from(u8::from(liked)))
            })
        }
        Criterion::Partner if pair.offer.liked_partner_bits() != 0 => {
            let liked = pair.offer.liked_partner_bits() & pair.demand.profile.kind.bit() != 0;
            Assessment::known(f64::from(u8::from(liked)))
        }
        Criterion::Collaboration => wish(prefers.collaboration, demand.willing_to_collaborate),
        Criterion::ReturnOfResults => {
            wish(prefers.return_of_results, demand.willing_to_return_results)
        }
        // How many requests are already served is not a fact of the pair; that none can be is.
        Criterion::Capacity => prefers
            .capacity_per_year
            .map_or(Assessment::NOT_ASKED, |n| {
                Assessment::known(f64::from(u8::from(n > 0))).as_must()
            }),
        _ => Assessment::NOT_ASKED,
    }
}

fn joined(labels: impl Iterator<Item = Message>) -> Message {
    let (mut ko, mut en) = (Vec::new(), Vec::new());
    for label in labels {
        ko.push(label.ko);
        en.push(label.en);
    }
    Message::new(ko.join(", "), en.join(", "))
}

fn yes(value: bool) -> Message {
    if value {
        Message::new("예", "yes")
    } else {
        Message::new("아니요", "no")
    }
}

/// The same in words.
pub fn explain(pair: &Pair<'_>, criterion: Criterion) -> Account {
    let prefers = &pair.offer.content.preferences;
    let demand = &pair.demand.content;
    let (wanted, stated, fact) = match criterion {
        Criterion::Purpose => (
            joined(prefers.purposes.iter().map(|p| p.label())),
            demand.purpose.map(|p| p.label()),
            Some(Fact::Purpose),
        ),
        Criterion::Partner => (
            joined(prefers.partners.iter().map(|p| p.label())),
            Some(pair.demand.profile.kind.label()),
            None,
        ),
        Criterion::Collaboration => (
            yes(prefers.collaboration.unwrap_or(false)),
            demand.willing_to_collaborate.map(yes),
            Some(Fact::WillingToCollaborate),
        ),
        Criterion::ReturnOfResults => (
            yes(prefers.return_of_results.unwrap_or(false)),
            demand.willing_to_return_results.map(yes),
            Some(Fact::WillingToReturnResults),
        ),
        _ => {
            // Whether there is any capacity, not how much: the number is the hospital's own.
            let any = prefers.capacity_per_year.is_some_and(|n| n > 0);
            let (ko, en) = if any {
                ("요청을 처리할 여력이 있음.", "Has capacity for requests.")
            } else {
                ("올해 처리할 여력이 없음.", "Has no capacity for requests.")
            };
            return Account::said(Vec::new(), ko.to_owned(), en.to_owned());
        }
    };
    let label = criterion.label();
    let said = stated
        .clone()
        .unwrap_or_else(|| Message::new("밝히지 않음", "not stated"));
    let account = Account::said(
        vec![Evidence::Preference {
            wanted: wanted.clone(),
            stated: stated.clone(),
        }],
        format!("{}: 병원 선호 {}, 수요 {}.", label.ko, wanted.ko, said.ko),
        format!(
            "{}: the hospital prefers {}, the demand says {}.",
            label.en, wanted.en, said.en
        ),
    );
    match (stated, fact) {
        (None, Some(fact)) => account.without(fact, Whose::Demander, 1.0),
        _ => account,
    }
}
