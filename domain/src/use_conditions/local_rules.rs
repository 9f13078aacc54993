//! The table's local rows: closed environment, export, transfer abroad, inside researcher, commercial use, data that
//! cannot be pseudonymised.

use super::facts::{Said, accepts_closed, say, yes_no};
use super::near_miss::Change;
use super::restrict_rules::{Willing, willing};
use super::rules::{Case, Facts, Spoken};
use super::{Modifier, Unpseudonymisable};
use crate::catalogue::{AccessMode, Country, DataCategory, DataKind};

fn closed_needed(modifier: Modifier, case: &Case<'_>) -> Option<Spoken> {
    if !case.has(modifier) {
        return None;
    }
    let facts = Facts::of(modifier, Said::AccessModes);
    Some(match accepts_closed(case.asker) {
        Some(true) => facts.pass(
            "폐쇄분석환경을 받아들입니다.",
            "The asker accepts a closed environment.",
        ),
        Some(false) => facts.deny(
            "데이터는 폐쇄분석환경을 벗어날 수 없는데 요청자는 반출만 받아들입니다.",
            "The data stay in a closed environment, and the asker accepts export only.",
            Change::AcceptClosed,
        ),
        None => facts.ask(
            "폐쇄분석환경을 받아들이는지 알 수 없습니다.",
            "It is not known whether the asker accepts a closed environment.",
            "받아들일 수 있는 접근 방식을",
            "the acceptable ways of access are",
        ),
    })
}

pub(super) fn safe_room(case: &Case<'_>) -> Option<Spoken> {
    closed_needed(Modifier::SafeRoom, case)
}

pub(super) fn no_export(case: &Case<'_>) -> Option<Spoken> {
    closed_needed(Modifier::NoExport, case)
}

/// Whether anybody views or processes abroad; viewing from abroad is a transfer.
fn abroad(case: &Case<'_>) -> Option<bool> {
    let korea = Country::korea();
    let asker = case.asker;
    let mut all = asker
        .viewer_countries
        .iter()
        .chain(&asker.processing_countries);
    if all.any(|country| *country != korea) {
        Some(true)
    } else if asker.viewer_countries.is_empty() || asker.processing_countries.is_empty() {
        None
    } else {
        Some(false)
    }
}

pub(super) fn cross_border(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::CrossBorder) {
        return None;
    }
    let parent = yes_no(
        case.asker.foreign_parent,
        "해외 모기업",
        "foreign parent company",
    );
    let facts = Facts::of(Modifier::CrossBorder, Said::Places.and(", ", parent));
    Some(match (abroad(case), case.asker.foreign_parent) {
        (Some(true), _) => facts.deny(
            "국외 이전이 금지되어 있습니다. 국외 열람도 이전에 해당합니다.",
            "Transfer abroad is forbidden; viewing from abroad is a transfer.",
            Change::OnlyIn(vec![Country::korea()]),
        ),
        (None, _) => facts.ask(
            "어디에서 열람하고 처리하는지 알 수 없습니다.",
            "It is not known where the data would be viewed and processed.",
            "열람·처리 국가를",
            "the countries of viewing and processing are",
        ),
        (Some(false), Some(false)) => facts.pass(
            "국내에서만 열람·처리합니다.",
            "The data are viewed and processed in Korea only.",
        ),
        (Some(false), Some(true)) => facts.ask_hospital(
            "모기업이 해외에 있어 국외 이전 여부를 확인해야 합니다.",
            "The parent company sits abroad; whether data reach it has to be settled.",
        ),
        (Some(false), None) => facts.ask(
            "해외 모기업이 있는지 알 수 없습니다.",
            "It is not known whether the parent company sits abroad.",
            "해외 모기업 여부를",
            "whether the parent company sits abroad is",
        ),
    })
}

pub(super) fn inside_researcher(case: &Case<'_>) -> Option<Spoken> {
    willing(
        case,
        Willing {
            modifier: Modifier::InsideResearcher,
            said: case.asker.willing_to_collaborate,
            what: ("원내 연구자와 공동연구 의사", "willing to collaborate"),
            refused: (
                "원내 연구자 참여가 필요하지만 요청자가 원하지 않습니다.",
                "A researcher of the hospital must take part, and the asker does not want it.",
            ),
            change: Change::Collaborate,
            duty: (
                "원내 연구자가 연구에 참여해야 합니다.",
                "A researcher of the hospital takes part in the study.",
            ),
        },
    )
}

/// Commercial use has to be permitted expressly; it is never inferred from the absence of a ban.
pub(super) fn commercial(case: &Case<'_>) -> Option<Spoken> {
    let commercial = case.asker.commercial;
    if commercial == Some(false) || case.has(Modifier::Ncu) || case.has(Modifier::Npuncu) {
        return None;
    }
    let mut facts = Facts::of(
        Modifier::CommercialOk,
        yes_no(commercial, "상업적 이용", "commercial use"),
    );
    if case.has(Modifier::CommercialOk) {
        return Some(facts.pass(
            "상업적 이용이 명시적으로 허용되어 있습니다.",
            "Commercial use is permitted expressly.",
        ));
    }
    facts.offer = say("상업적 이용: 명시 없음", "commercial use: not stated");
    Some(if commercial == Some(true) {
        facts.ask_hospital(
            "상업적 이용이 허용되는지 명시되어 있지 않습니다.",
            "The offer does not say that commercial use is permitted.",
        )
    } else {
        facts.ask(
            "상업적 이용인지 알 수 없고, 허용 여부도 명시되어 있지 않습니다.",
            "Neither whether the use is commercial nor whether that is permitted is stated.",
            "상업적 이용 여부를",
            "whether the use is commercial is",
        )
    })
}

/// Whether a kind of data may hold what cannot be pseudonymised; `None` for a category that may or may not.
fn holds(kind: DataKind, what: Unpseudonymisable) -> Option<bool> {
    match what {
        Unpseudonymisable::Genome => Some(kind.category() == DataCategory::Omics),
        Unpseudonymisable::FreeText => Some(kind.category() == DataCategory::Text),
        Unpseudonymisable::Voice if kind.category() != DataCategory::Biosignal => Some(false),
        Unpseudonymisable::Voice if kind.is_category() => None,
        Unpseudonymisable::Voice => Some(kind.code() == "biosignal.voice"),
    }
}

pub(super) fn not_pseudonymisable(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::NoPseudonymise) {
        return None;
    }
    // A code without its types is about all of them.
    let types = if case.policy.not_pseudonymisable.is_empty() {
        Unpseudonymisable::ALL
    } else {
        &case.policy.not_pseudonymisable
    };
    let answers: Vec<_> = case
        .asker
        .data_kinds
        .iter()
        .flat_map(|kind| types.iter().map(|what| holds(*kind, *what)))
        .collect();
    let asked = if answers.contains(&Some(true)) {
        Some(true)
    } else if answers.is_empty() || answers.contains(&None) {
        None
    } else {
        return None;
    };
    let mut facts = Facts::of(Modifier::NoPseudonymise, Said::AccessModes);
    let list = |of: fn((&'static str, &'static str)) -> &'static str| {
        let names: Vec<_> = types.iter().map(|what| of(what.names())).collect();
        names.join(", ")
    };
    facts.offer = facts
        .offer
        .and(": ", say(list(|names| names.0), list(|names| names.1)));
    Some(match (accepts_closed(case.asker), asked) {
        (Some(true), _) => facts
            .pass(
                "폐쇄분석환경 안에서 이용할 수 있습니다.",
                "The data can be used inside a closed environment.",
            )
            .with_duty(
                "가명처리할 수 없는 데이터는 폐쇄분석환경 안에서만 이용해야 합니다.",
                "Data that cannot be pseudonymised are used inside a closed environment only.",
            ),
        (Some(false), Some(true)) => facts.deny(
            "가명처리할 수 없는 데이터는 반출할 수 없습니다.",
            "Data that cannot be pseudonymised may not be exported.",
            Change::AcceptClosed,
        ),
        (Some(false), _) => facts.ask(
            "가명처리할 수 없는 데이터를 요청하는지 알 수 없습니다.",
            "It is not known whether data that cannot be pseudonymised are asked for.",
            "필요한 데이터 종류를",
            "the kinds of data needed are",
        ),
        (None, _) => facts.ask(
            "폐쇄분석환경을 받아들이는지 알 수 없습니다.",
            "It is not known whether the asker accepts a closed environment.",
            "받아들일 수 있는 접근 방식을",
            "the acceptable ways of access are",
        ),
    })
}

/// The scope of a consent is in its text, which no code tells: the hospital has to look.
pub(super) fn consent_scope(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::ConsentScope) {
        return None;
    }
    Some(
        Facts::of(Modifier::ConsentScope, Said::Purpose).ask_hospital(
            "이용 목적이 동의 범위 안에 있는지 병원이 확인해야 합니다.",
            "The hospital has to check that the use is within the scope of the consent.",
        ),
    )
}

/// Export wanted, not offered, and not forbidden either.
pub(super) fn export_unlisted(case: &Case<'_>) -> Option<Spoken> {
    let speaks = accepts_closed(case.asker) == Some(false)
        && !case.has(Modifier::SafeRoom)
        && !case.has(Modifier::NoExport)
        && !case.offer.access_modes.contains(&AccessMode::Export);
    if !speaks {
        return None;
    }
    let facts = Facts {
        rule: "export-unlisted",
        offer: say("반출: 명시 없음", "export: not listed"),
        asker: Said::AccessModes,
    };
    Some(facts.ask_hospital(
        "요청자는 반출만 받아들이는데 제공 방식에 반출이 없습니다.",
        "The asker accepts export only, and export is not among the ways of access offered.",
    ))
}

/// Nothing said about countries, while the asker is abroad or does not say where.
pub(super) fn cross_border_unstated(case: &Case<'_>) -> Option<Spoken> {
    if case.has(Modifier::CrossBorder) || case.has(Modifier::Gs) {
        return None;
    }
    let facts = Facts {
        rule: "cross-border-unstated",
        offer: say("국외 이전: 명시 없음", "transfer abroad: not stated"),
        asker: Said::Places,
    };
    match abroad(case) {
        Some(false) => None,
        Some(true) => Some(facts.ask_hospital(
            "국외에서 열람하거나 처리하는데 허용 여부가 명시되어 있지 않습니다.",
            "The data would be viewed or processed abroad, and the offer does not say whether that is allowed.",
        )),
        None => Some(facts.ask(
            "어디에서 열람하고 처리하는지 알 수 없습니다.",
            "It is not known where the data would be viewed and processed.",
            "열람·처리 국가를",
            "the countries of viewing and processing are",
        )),
    }
}
