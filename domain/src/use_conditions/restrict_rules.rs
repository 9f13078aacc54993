//! DUO's rows about place, people, dates and duties.

use super::Modifier;
use super::facts::{Said, country_list, names, say, unsaid, yes_no};
use super::near_miss::Change;
use super::rules::{Case, Facts, Spoken};
use crate::catalogue::Country;
use crate::demand::IrbStatus;
use unicode_normalization::UnicodeNormalization;

pub(super) fn geography(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Gs) {
        return None;
    }
    let allowed = &case.policy.geographic_countries;
    let mut facts = Facts::of(Modifier::Gs, Said::Places);
    if allowed.is_empty() {
        return Some(facts.ask_hospital(
            "어느 나라에서 이용할 수 있는지 명시되어 있지 않습니다.",
            "The offer does not say in which countries the data may be used.",
        ));
    }
    let countries = country_list(allowed);
    facts.offer = facts.offer.and(": ", say(countries.clone(), countries));
    let asker = case.asker;
    let outside: Vec<Country> = asker
        .viewer_countries
        .iter()
        .chain(&asker.processing_countries)
        .filter(|country| !allowed.contains(country))
        .cloned()
        .collect();
    Some(if !outside.is_empty() {
        facts.deny(
            format!(
                "허용된 나라 밖에서 열람하거나 처리합니다: {}.",
                country_list(&outside)
            ),
            format!(
                "The data would be viewed or processed outside the countries allowed: {}.",
                country_list(&outside)
            ),
            Change::OnlyIn(allowed.clone()),
        )
    } else if asker.viewer_countries.is_empty() || asker.processing_countries.is_empty() {
        facts.ask(
            "어디에서 열람하고 처리하는지 알 수 없습니다.",
            "It is not known where the data would be viewed and processed.",
            "열람·처리 국가를",
            "the countries of viewing and processing are",
        )
    } else {
        facts.pass(
            "허용된 나라에서만 열람·처리합니다.",
            "The data are viewed and processed in the countries allowed only.",
        )
    })
}

fn name_key(name: &str) -> String {
    name.nfc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whom names tell.
#[derive(Clone, Copy)]
enum Names {
    /// One, by each of them: in Korean and English, say.
    OfOne,
    /// As many as there are names.
    OfSeveral,
}

fn listed(
    modifier: Modifier,
    case: &Case<'_>,
    allowed: &[String],
    own: &[String],
    of: Names,
) -> Option<Spoken> {
    if !case.has(modifier) {
        return None;
    }
    // No names here: an explanation is read by the other side too, before an asker may have said who it is.
    let asker = if own.is_empty() {
        unsaid()
    } else {
        say("이름을 밝힘", "its name is stated")
    };
    let mut facts = Facts::of(modifier, asker);
    facts.offer = facts.offer.and(": ", names(allowed));
    let is_listed = |name: &String| {
        let key = name_key(name);
        !key.is_empty() && allowed.iter().any(|other| name_key(other) == key)
    };
    let on_the_list = match of {
        Names::OfOne => own.iter().any(is_listed),
        Names::OfSeveral => !own.is_empty() && own.iter().all(is_listed),
    };
    Some(if on_the_list {
        facts.pass(
            "허용 목록에 있습니다.",
            "The asker is on the list of those allowed.",
        )
    } else {
        facts.ask_hospital(
            "허용 목록에서 확인되지 않습니다.",
            "The asker is not found on the list of those allowed.",
        )
    })
}

pub(super) fn institution(case: &Case<'_>) -> Option<Spoken> {
    listed(
        Modifier::Is,
        case,
        &case.policy.allowed_institutions,
        &case.asker.institution_names,
        Names::OfOne,
    )
}

pub(super) fn user(case: &Case<'_>) -> Option<Spoken> {
    listed(
        Modifier::Us,
        case,
        &case.policy.allowed_users,
        &case.asker.users,
        Names::OfSeveral,
    )
}

pub(super) fn project(case: &Case<'_>) -> Option<Spoken> {
    listed(
        Modifier::Ps,
        case,
        &case.policy.allowed_projects,
        &case.asker.projects,
        Names::OfOne,
    )
}

pub(super) fn time_limit(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Ts) {
        return None;
    }
    let asker = case.asker.use_months.map_or_else(unsaid, |months| {
        say(format!("{months}개월"), format!("{months} months"))
    });
    let mut facts = Facts::of(Modifier::Ts, asker);
    let Some(limit) = case.policy.time_limit_months else {
        let spoken = facts.ask_hospital(
            "이용 기간의 한도가 명시되어 있지 않습니다.",
            "The offer does not say how long the data may be used.",
        );
        return Some(spoken.with_duty(
            "병원이 정하는 기간 안에 이용을 마치고 데이터를 파기해야 합니다.",
            "The use ends and the data are deleted within the time that the hospital sets.",
        ));
    };
    facts.offer = say(
        format!("이용 기간 {limit}개월"),
        format!("use for {limit} months"),
    );
    let spoken = match case.asker.use_months {
        Some(months) if months > limit => facts.deny(
            format!("필요한 이용 기간 {months}개월이 한도 {limit}개월을 넘습니다."),
            format!("The {months} months needed exceed the limit of {limit} months."),
            Change::AtMostMonths(limit),
        ),
        Some(_) => facts.pass(
            "이용 기간이 한도 안에 있습니다.",
            "The time of use is within the limit.",
        ),
        None => facts.ask(
            "필요한 이용 기간을 알 수 없습니다.",
            "It is not known how long the data are needed.",
            "이용 기간을",
            "the time of use is",
        ),
    };
    Some(spoken.with_duty(
        format!("{limit}개월 안에 이용을 마치고 데이터를 파기해야 합니다."),
        format!("The use ends and the data are deleted within {limit} months."),
    ))
}

pub(super) fn moratorium(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Mor) {
        return None;
    }
    let asker = case.asker.publish_by.map_or_else(
        || say("발표 기한 없음", "no date of publication"),
        |day| say(format!("{day}까지 발표"), format!("publication by {day}")),
    );
    let mut facts = Facts::of(Modifier::Mor, asker);
    let Some(until) = case.policy.moratorium_until else {
        let spoken = facts.ask_hospital(
            "언제까지 발표할 수 없는지 명시되어 있지 않습니다.",
            "The offer does not say until when publication is deferred.",
        );
        return Some(spoken.with_duty(
            "병원이 정하는 날 전에는 결과를 발표하지 않아야 합니다.",
            "Results are not published before the day that the hospital sets.",
        ));
    };
    facts.offer = say(
        format!("{until}까지 발표 유예"),
        format!("no publication before {until}"),
    );
    // A demand without a date does not need an early publication.
    let spoken = match case.asker.publish_by {
        Some(day) if day < until => facts.deny(
            format!("{until} 전에 발표해야 하는 연구입니다."),
            format!("The asker has to publish before {until}."),
            Change::PublishFrom(until),
        ),
        _ => facts.pass(
            "발표 유예와 어긋나지 않습니다.",
            "The moratorium does not stand in the way.",
        ),
    };
    Some(spoken.with_duty(
        format!("{until} 전에는 결과를 발표하지 않아야 합니다."),
        format!("Results are not published before {until}."),
    ))
}

pub(super) fn ethics(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Irb) {
        return None;
    }
    let asker = case
        .asker
        .irb_status
        .map_or_else(unsaid, |status| status.names().into());
    let facts = Facts::of(Modifier::Irb, asker);
    let spoken = if case.asker.irb_status == Some(IrbStatus::Refused) {
        facts.deny(
            "IRB 심의에서 거부되었습니다.",
            "The ethics approval was refused.",
            Change::EthicsApproval,
        )
    } else {
        facts.pass(
            "IRB 승인(또는 면제)을 갖추면 됩니다.",
            "An ethics approval (or exemption) has to be shown.",
        )
    };
    Some(spoken.with_duty(
        "IRB 승인서 또는 면제 확인서를 제출해야 합니다.",
        "An ethics approval or exemption has to be submitted.",
    ))
}

/// A duty that only an express no refuses.
pub(super) struct Willing {
    pub(super) modifier: Modifier,
    pub(super) said: Option<bool>,
    pub(super) what: (&'static str, &'static str),
    pub(super) refused: (&'static str, &'static str),
    pub(super) change: Change,
    pub(super) duty: (&'static str, &'static str),
}

pub(super) fn willing(case: &Case<'_>, duty: Willing) -> Option<Spoken> {
    if !case.has(duty.modifier) {
        return None;
    }
    let facts = Facts::of(duty.modifier, yes_no(duty.said, duty.what.0, duty.what.1));
    let spoken = if duty.said == Some(false) {
        facts.deny(duty.refused.0, duty.refused.1, duty.change)
    } else {
        facts.pass(
            "이용할 때 지켜야 할 의무입니다.",
            "It is a duty to be fulfilled.",
        )
    };
    Some(spoken.with_duty(duty.duty.0, duty.duty.1))
}

pub(super) fn collaboration(case: &Case<'_>) -> Option<Spoken> {
    willing(
        case,
        Willing {
            modifier: Modifier::Col,
            said: case.asker.willing_to_collaborate,
            what: ("공동연구 의사", "willing to collaborate"),
            refused: (
                "공동연구가 필요하지만 요청자가 원하지 않습니다.",
                "Collaboration is required, and the asker does not want it.",
            ),
            change: Change::Collaborate,
            duty: (
                "병원 연구자와 공동연구를 해야 합니다.",
                "The study is done in collaboration with the hospital's researchers.",
            ),
        },
    )
}

pub(super) fn publication(case: &Case<'_>) -> Option<Spoken> {
    willing(
        case,
        Willing {
            modifier: Modifier::Pub,
            said: case.asker.willing_to_publish,
            what: ("결과 공개 의사", "willing to publish"),
            refused: (
                "결과 공개가 필요하지만 요청자가 원하지 않습니다.",
                "Publication is required, and the asker does not want it.",
            ),
            change: Change::Publish,
            duty: (
                "연구 결과를 공개해야 합니다.",
                "The results have to be published.",
            ),
        },
    )
}

pub(super) fn return_of_results(case: &Case<'_>) -> Option<Spoken> {
    willing(
        case,
        Willing {
            modifier: Modifier::Rtn,
            said: case.asker.willing_to_return_results,
            what: ("결과 반환 의사", "willing to return results"),
            refused: (
                "결과 반환이 필요하지만 요청자가 원하지 않습니다.",
                "Results have to be returned, and the asker does not want it.",
            ),
            change: Change::ReturnResults,
            duty: (
                "산출 데이터와 결과를 병원에 반환해야 합니다.",
                "Derived data and results are returned to the hospital.",
            ),
        },
    )
}

pub(super) fn clinical_care(case: &Case<'_>) -> Option<Spoken> {
    let care = case.asker.clinical_care;
    let permitted = case.has(Modifier::Cc);
    if care == Some(false) && !permitted {
        return None;
    }
    let mut facts = Facts::of(
        Modifier::Cc,
        yes_no(care, "임상 진료 이용", "use in clinical care"),
    );
    if permitted {
        return Some(facts.pass(
            "임상 진료에 이용할 수 있습니다.",
            "The data may be used in clinical care.",
        ));
    }
    facts.offer = say(
        "임상 진료 이용: 명시 없음",
        "use in clinical care: not stated",
    );
    Some(if care == Some(true) {
        facts.ask_hospital(
            "임상 진료에 이용할 수 있는지 명시되어 있지 않습니다.",
            "The offer does not say that the data may be used in clinical care.",
        )
    } else {
        facts.ask(
            "임상 진료에 이용하려는지 알 수 없습니다.",
            "It is not known whether the data are for clinical care.",
            "임상 진료 이용 여부를",
            "whether the data are for clinical care is",
        )
    })
}
