//! Disease and population: whether the data are about whom the demand is about.
//!
//! Topic direction: a demand for cancer is served by a lung-cancer offer; a demand for lung cancer only in part by a
//! general cancer offer.

use super::{Account, Assessment, Pair, Parts, Unconfirmed, overlap};
use crate::catalogue::Sex;
use crate::matching::explain::{Evidence, Fact, Whose, round};
use crate::terminology::{ConditionCode, Span, Topic, TopicRelation};

/// Share of the best demanded condition against the mean over all. A list of conditions is read as their union, of which
/// an offer may serve a part well; how many of them it serves counts for the rest.
pub(in crate::matching) const BEST_SHARE: f64 = 0.75;
/// Share of sex and ages in the criterion, where the demand names them.
pub(in crate::matching) const POPULATION_SHARE: f64 = 0.15;

type Codes<'a> = Unconfirmed<'a, Span>;

fn codes<'a>(pair: &Pair<'a>) -> Codes<'a> {
    Unconfirmed {
        demanded: pair.demand.unconfirmed_spans(),
        offered: pair.offer.unconfirmed_spans(),
    }
}

/// The best offered condition for a demanded one: its credit, 0 to 1, its relation and its place; the first where
/// several are equal.
fn best(
    demanded: &Topic,
    offered: &[Span],
    codes: &Codes<'_>,
) -> (f64, TopicRelation, Option<usize>) {
    let mut found = (0.0, TopicRelation::Unrelated, None);
    for (place, span) in offered.iter().enumerate() {
        let relation = demanded.relation(*span);
        let left = codes.left(&demanded.demanded(), span);
        let credit = f64::from(relation.credit()) / 1000.0 * left;
        if credit > found.0 {
            found = (credit, relation, Some(place));
            if credit >= 1.0 {
                break;
            }
        }
    }
    found
}

#[allow(clippy::cast_precision_loss)]
fn topic(pair: &Pair<'_>, codes: &Codes<'_>) -> Option<f64> {
    let (demanded, offered) = (pair.demand.topics(), pair.offer.spans());
    if demanded.is_empty() || offered.is_empty() {
        return None;
    }
    let (mut sum, mut top) = (0.0_f64, 0.0_f64);
    for topic in demanded {
        let credit = best(topic, offered, codes).0;
        sum += credit;
        top = top.max(credit);
    }
    Some(BEST_SHARE * top + (1.0 - BEST_SHARE) * (sum / demanded.len() as f64))
}

/// `None`: nothing asked. `Some(None)`: the offer does not say.
fn sexes(pair: &Pair<'_>) -> Option<Option<f64>> {
    let wanted = pair.demand.content.population.sex?;
    if wanted == Sex::All {
        return None;
    }
    Some(
        pair.offer
            .content
            .population
            .sex
            .map(|sex| f64::from(u8::from(sex == Sex::All || sex == wanted))),
    )
}

fn ages(pair: &Pair<'_>) -> Option<Option<f64>> {
    let wanted = &pair.demand.content.population;
    let held = &pair.offer.content.population;
    if wanted.age_min.unwrap_or(0) == 0 && wanted.age_max.is_none() {
        return None;
    }
    if held.age_min.is_none() && held.age_max.is_none() {
        return Some(None);
    }
    let span = |min: Option<i64>, max: Option<i64>| {
        (min.unwrap_or(0), max.unwrap_or(100).max(min.unwrap_or(0)))
    };
    Some(Some(overlap(
        span(wanted.age_min, wanted.age_max),
        span(held.age_min, held.age_max),
    )))
}

/// The overlap of sex and ages: `None` where nothing is asked, `Some(None)` where nothing is known.
fn population(pair: &Pair<'_>) -> Option<Option<f64>> {
    match (sexes(pair), ages(pair)) {
        (None, None) => None,
        (None, Some(one)) | (Some(one), None) => Some(one),
        (Some(sex), Some(age)) => Some(match (sex, age) {
            (Some(a), Some(b)) => Some(a * b),
            (Some(0.0), None) | (None, Some(0.0)) => Some(0.0),
            _ => None,
        }),
    }
}

/// A demand that names kinds of data but no disease is for any disease; one that names neither has no topic, which
/// counts as a missing fact.
pub fn assess(pair: &Pair<'_>) -> Assessment {
    codes(pair).assess(|codes| assess_with(pair, codes))
}

fn assess_with(pair: &Pair<'_>, codes: &Codes<'_>) -> Assessment {
    let demand = pair.demand;
    if demand.conditions().is_empty() {
        return if demand.names_kinds() {
            Assessment::NOT_ASKED
        } else {
            Assessment::UNKNOWN
        };
    }
    let mut topic = topic(pair, codes);
    let mut parts = Parts::default();
    if let Some(overlap) = population(pair) {
        // The right ages are worth nothing with another disease.
        let counts = if topic == Some(0.0) {
            Some(0.0)
        } else {
            overlap
        };
        parts.add(POPULATION_SHARE, counts);
        // The right disease in other people altogether is not what was asked for.
        if overlap == Some(0.0) {
            topic = topic.map(|value| value * 0.2);
        }
    }
    parts.add(1.0 - POPULATION_SHARE, topic);
    let assessed = parts.finish();
    Assessment {
        must: topic,
        ..assessed
    }
}

/// The same in words.
pub fn explain(pair: &Pair<'_>) -> Account {
    let (demand, offer) = (pair.demand, pair.offer);
    if demand.conditions().is_empty() {
        return if demand.names_kinds() {
            Account::not_asked()
        } else {
            Account::said(
                Vec::new(),
                "수요에 질환이 없습니다.".to_owned(),
                "The demand names no condition.".to_owned(),
            )
            .without(Fact::Conditions, Whose::Demander, 1.0)
        };
    }
    let asked_population = population(pair);
    let whole = 1.0 - POPULATION_SHARE + asked_population.map_or(0.0, |_| POPULATION_SHARE);
    let topic_share = (1.0 - POPULATION_SHARE) / whole;
    let mut account = if offer.conditions().is_empty() {
        Account::said(
            Vec::new(),
            "제공 데이터에 질환이 없어 맞는지 알 수 없습니다.".to_owned(),
            "The offer names no condition, so that it cannot be told whether it fits.".to_owned(),
        )
        .without(Fact::Conditions, Whose::Hospital, topic_share)
    } else {
        topic_account(pair)
    };
    if let Some(overlap) = asked_population {
        let (wanted, held) = (&demand.content.population, &offer.content.population);
        account.evidence.push(Evidence::Population {
            demanded: (wanted.age_min, wanted.age_max),
            offered: (held.age_min, held.age_max),
            overlap: overlap.map(round),
        });
        // Stated ages would not help an offer on another disease.
        if overlap.is_none() && topic(pair, &codes(pair)) != Some(0.0) {
            let fact = if sexes(pair) == Some(None) {
                Fact::PopulationSex
            } else {
                Fact::PopulationAge
            };
            account = account.without(fact, Whose::Hospital, POPULATION_SHARE / whole);
        } else if overlap.is_some_and(|share| share < 0.5) {
            account
                .sentence
                .ko
                .push_str(" 대상의 성별·연령이 일부만 겹칩니다.");
            account
                .sentence
                .en
                .push_str(" Sex and ages overlap only in part.");
        }
    }
    account
}

fn topic_account(pair: &Pair<'_>) -> Account {
    let (demand, offer, terminology) = (pair.demand, pair.offer, pair.terminology);
    let codes = codes(pair);
    let mut rows: Vec<(f64, &ConditionCode, TopicRelation, Option<&ConditionCode>)> = demand
        .conditions()
        .iter()
        .zip(demand.topics())
        .map(|(code, topic)| {
            let (credit, relation, found) = best(topic, offer.spans(), &codes);
            let found = found.and_then(|place| offer.conditions().get(place));
            (credit, code, relation, found)
        })
        .collect();
    let all = rows.len();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let served = rows.iter().filter(|row| row.0 > 0.0).count();
    let evidence = rows
        .iter()
        .take(5)
        .map(
            |(credit, demanded, relation, offered)| Evidence::Condition {
                demanded: (*demanded).clone(),
                offered: offered.cloned(),
                relation: *relation,
                credit: round(*credit),
                from_text: codes.demands(&Span::of(demanded))
                    || offered.is_some_and(|offered| codes.offers(&Span::of(offered))),
            },
        )
        .collect();
    let (mut ko, mut en) = match rows.first() {
        Some((_, demanded, relation, Some(offered))) => {
            let want = terminology.label_with_code(demanded);
            let have = terminology.label_with_code(offered);
            let (how_ko, how_en) = match relation {
                TopicRelation::SameOrNarrower => {
                    ("같거나 그 일부인 질환", "the same or a part of it")
                }
                TopicRelation::BroaderBy(1) => ("한 단계 넓은 질환", "one level broader"),
                TopicRelation::BroaderBy(_) => ("두 단계 넓은 질환", "two levels broader"),
                TopicRelation::SameBlock => (
                    "같은 분류의 다른 질환",
                    "another condition of the same block",
                ),
                TopicRelation::Unrelated => ("관련 없는 질환", "unrelated"),
            };
            (
                format!("수요 {}, 제공 {}: {how_ko}.", want.ko, have.ko),
                format!("Demanded {}, offered {}: {how_en}.", want.en, have.en),
            )
        }
        _ => (
            "수요 질환과 가까운 질환이 없습니다.".to_owned(),
            "Offers nothing close to the demanded conditions.".to_owned(),
        ),
    };
    if all > 1 && served > 0 {
        ko.push_str(&format!(" 수요 질환 {all}개 중 {served}개에 해당합니다."));
        en.push_str(&format!(
            " It serves {served} of {all} demanded conditions."
        ));
    }
    Account::said(evidence, ko, en).discounting(
        &codes,
        Fact::UnconfirmedConditions,
        ("질환", "Condition"),
        |codes| assess_with(pair, codes),
    )
}
