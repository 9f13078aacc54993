//! DUO's rows about the purpose: permissions, methods, genetic studies, profit, ancestry.

use super::facts::{Said, condition_list, say, yes_no};
use super::near_miss::Change;
use super::rules::{Case, Facts, Spoken};
use super::{Modifier, Permission};
use crate::demand::DuoPurpose;
use crate::organisation::LegalForm;
use crate::terminology::ConditionCode;

/// Conditions of the study that the consent does not cover.
fn uncovered(case: &Case<'_>) -> Vec<ConditionCode> {
    case.asker
        .conditions
        .iter()
        .filter(|studied| !covered(case, studied))
        .cloned()
        .collect()
}

/// Whether all that a code names is, or descends from, a permitted condition; several may cover a range together.
fn covered(case: &Case<'_>, studied: &ConditionCode) -> bool {
    let permitted = &case.policy.permission_conditions;
    let by_one = |studied: &ConditionCode| {
        permitted
            .iter()
            .any(|permitted| case.terminology.consent_covers(permitted, studied))
    };
    by_one(studied)
        || permitted.len() > 1
            && studied.is_range()
            && categories(studied)
                // Categories such as C7A are few, and only the tree knows which; one with two digits may be KCD's own.
                .filter(|c| {
                    c.as_str().ends_with(|sign: char| sign.is_ascii_digit())
                        || case.terminology.knows(c)
                })
                .all(|category| by_one(&category))
}

/// Every category that could stand between the ends of a code, in order.
fn categories(code: &ConditionCode) -> impl Iterator<Item = ConditionCode> {
    let (first, last) = code.categories();
    let (first, last) = (first.to_owned(), last.to_owned());
    ('A'..='Z')
        .flat_map(|letter| ('0'..='9').map(move |digit| format!("{letter}{digit}")))
        .flat_map(|start| {
            ('0'..='9')
                .chain('A'..='Z')
                .map(move |sign| format!("{start}{sign}"))
        })
        .skip_while(move |category| *category < first)
        .take_while(move |category| *category <= last)
        .filter_map(|category| category.parse().ok())
}

/// The change that brings a study within a disease-specific permission: its covered part, else the permitted diseases.
fn study_within(case: &Case<'_>) -> Change {
    let outside = uncovered(case);
    let inside: Vec<_> = case
        .asker
        .conditions
        .iter()
        .filter(|code| !outside.contains(code))
        .cloned()
        .collect();
    Change::StudyOnly(if inside.is_empty() {
        case.policy.permission_conditions.clone()
    } else {
        inside
    })
}

pub(super) fn permission(case: &Case<'_>) -> Option<Spoken> {
    use DuoPurpose::{Ds, Gru, Hmb, Poa};
    let Some(permission) = case.policy.permission else {
        let facts = Facts {
            rule: "unstated",
            offer: Said::Permission,
            asker: Said::Purpose,
        };
        return Some(facts.ask_hospital(
            "허용 목적이 명시되어 있지 않습니다.",
            "The offer does not say for what purpose the data may be used.",
        ));
    };
    let facts = Facts {
        rule: permission.code(),
        offer: Said::Permission,
        asker: Said::Purpose,
    };
    let fits = |facts: Facts| {
        facts.pass(
            "연구 목적이 허용 범위 안에 있습니다.",
            "The research purpose is within the permission.",
        )
    };
    let too_broad = |facts: Facts, change| {
        facts.deny(
            "연구 목적이 허용 범위를 벗어납니다.",
            "The research purpose is outside the permission.",
            change,
        )
    };
    if permission == Permission::Nres {
        return Some(facts.pass(
            "이용 목적에 제한이 없습니다.",
            "There is no restriction of the purpose.",
        ));
    }
    let Some(purpose) = case.asker.duo_purpose else {
        return Some(facts.ask(
            "요청자의 연구 목적을 알 수 없습니다.",
            "The research purpose is not known.",
            "연구 목적을",
            "the research purpose is",
        ));
    };
    Some(match (permission, purpose) {
        (Permission::Gru | Permission::Nres, _) | (Permission::Poa, Poa) => fits(facts),
        (Permission::Hmb, Hmb | Ds) => fits(facts),
        (Permission::Hmb, Gru | Poa) => too_broad(facts, Change::Purpose(Hmb)),
        (Permission::Poa, Gru | Hmb | Ds) => too_broad(facts, Change::Purpose(Poa)),
        (Permission::Ds, Gru | Hmb | Poa) => too_broad(facts, study_within(case)),
        (Permission::Ds, Ds) => {
            if case.policy.permission_conditions.is_empty() {
                facts.ask_hospital(
                    "어떤 질환의 연구가 허용되는지 명시되어 있지 않습니다.",
                    "The offer does not say which diseases may be studied.",
                )
            } else if case.asker.conditions.is_empty() {
                facts.ask(
                    "연구 질환을 알 수 없습니다.",
                    "The diseases studied are not known.",
                    "연구 질환의 코드를",
                    "the codes of the diseases studied are",
                )
            } else {
                let outside = uncovered(case);
                if outside.is_empty() {
                    fits(facts)
                } else {
                    let list = condition_list(&outside, case.terminology);
                    facts.deny(
                        format!("동의 범위에 속하지 않는 연구 질환이 있습니다: {}.", list.ko),
                        format!("The consent does not cover {}.", list.en),
                        study_within(case),
                    )
                }
            }
        }
    })
}

pub(super) fn no_methods(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Nmds) {
        return None;
    }
    let methods = case.asker.methods_development;
    let facts = Facts::of(
        Modifier::Nmds,
        yes_no(methods, "방법론·AI 개발", "methods or AI development"),
    );
    Some(match methods {
        Some(false) => facts.pass(
            "방법론·AI 개발이 아닙니다.",
            "No methods or AI are developed.",
        ),
        None => facts.ask(
            "방법론·AI 개발 여부를 명시적으로 확인해야 합니다.",
            "Whether methods or AI are developed has to be stated explicitly.",
            "방법론·AI 개발 여부를",
            "whether methods or AI are developed is",
        ),
        // Within the disease of a disease-specific permission, methods for that disease are allowed.
        Some(true) if case.policy.permission == Some(Permission::Ds) => {
            if case.asker.conditions.is_empty() || case.policy.permission_conditions.is_empty() {
                facts.ask(
                    "방법론 개발이 허용 질환 안에 있는지 알 수 없습니다.",
                    "It is not known whether the methods stay within the permitted disease.",
                    "연구 질환의 코드를",
                    "the codes of the diseases studied are",
                )
            } else if uncovered(case).is_empty() {
                facts.pass(
                    "허용 질환 안에서의 방법론 개발입니다.",
                    "Methods are developed within the permitted disease.",
                )
            } else {
                facts.deny(
                    "허용 질환 밖에서는 방법론·AI 개발에 이용할 수 없습니다.",
                    "Outside the permitted disease no methods or AI may be developed.",
                    study_within(case),
                )
            }
        }
        Some(true) => facts.deny(
            "방법론·AI 개발에는 이용할 수 없습니다.",
            "The data may not be used to develop methods or AI.",
            Change::NoMethods,
        ),
    })
}

pub(super) fn genetic_only(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Gso) {
        return None;
    }
    let uses = case.asker.uses_genotype;
    let facts = Facts::of(
        Modifier::Gso,
        yes_no(uses, "유전형 데이터 이용", "uses genotype data"),
    );
    Some(match uses {
        Some(true) => facts.pass("유전 연구입니다.", "It is a genetic study."),
        Some(false) => facts.deny(
            "유전 연구에만 이용할 수 있습니다.",
            "The data may be used for genetic studies only.",
            Change::UseGenotype,
        ),
        None => facts.ask(
            "유전형 데이터를 이용하는지 알 수 없습니다.",
            "It is not known whether genotype data are used.",
            "유전형 데이터 이용 여부를",
            "whether genotype data are used is",
        ),
    })
}

fn legal_form_fact(case: &Case<'_>) -> Said {
    case.asker.legal_form.map_or_else(
        || say("법인 성격: 밝히지 않음", "legal form: not stated"),
        |form| form.names().into(),
    )
}

fn commercial_fact(case: &Case<'_>) -> Said {
    yes_no(case.asker.commercial, "상업적 이용", "commercial use")
}

pub(super) fn not_for_profit(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Npu) {
        return None;
    }
    let facts = Facts::of(Modifier::Npu, legal_form_fact(case));
    Some(match case.asker.legal_form {
        Some(LegalForm::NotForProfit) => {
            facts.pass("비영리 기관입니다.", "The asker is not for profit.")
        }
        Some(LegalForm::ForProfit) => facts.deny(
            "비영리 기관만 이용할 수 있습니다.",
            "Only not-for-profit organisations may use the data.",
            Change::NotForProfit,
        ),
        None => facts.ask(
            "비영리 기관인지 알 수 없습니다.",
            "It is not known whether the asker is for profit.",
            "법인 성격을",
            "the legal form is",
        ),
    })
}

pub(super) fn non_commercial(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Ncu) {
        return None;
    }
    let facts = Facts::of(Modifier::Ncu, commercial_fact(case));
    Some(match case.asker.commercial {
        Some(false) => facts.pass("비상업적 이용입니다.", "The use is non-commercial."),
        Some(true) => facts.deny(
            "상업적으로 이용할 수 없습니다.",
            "The data may not be used commercially.",
            Change::NonCommercial,
        ),
        None => facts.ask(
            "상업적 이용인지 알 수 없습니다.",
            "It is not known whether the use is commercial.",
            "상업적 이용 여부를",
            "whether the use is commercial is",
        ),
    })
}

pub(super) fn not_for_profit_non_commercial(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Npuncu) {
        return None;
    }
    let facts = Facts::of(
        Modifier::Npuncu,
        legal_form_fact(case).and(", ", commercial_fact(case)),
    );
    let profit = case.asker.legal_form.map(|f| f == LegalForm::ForProfit);
    let change = match (profit, case.asker.commercial) {
        (Some(false), Some(false)) => {
            return Some(facts.pass(
                "비영리 기관의 비상업적 이용입니다.",
                "A not-for-profit organisation uses the data non-commercially.",
            ));
        }
        (Some(true), Some(true)) => Change::NotForProfitNonCommercial,
        (Some(true), _) => Change::NotForProfit,
        (_, Some(true)) => Change::NonCommercial,
        (None, _) | (_, None) => {
            return Some(facts.ask(
                "비영리 기관의 비상업적 이용인지 알 수 없습니다.",
                "It is not known whether this is non-commercial use by a not-for-profit organisation.",
                "법인 성격과 상업적 이용 여부를",
                "the legal form and whether the use is commercial are",
            ));
        }
    };
    Some(facts.deny(
        "비영리 기관의 비상업적 이용만 허용됩니다.",
        "Only not-for-profit organisations may use the data, non-commercially.",
        change,
    ))
}

/// Whether the asker does ancestry research; the purpose alone can say yes.
fn ancestry(case: &Case<'_>) -> Option<bool> {
    if case.asker.duo_purpose == Some(DuoPurpose::Poa) {
        Some(true)
    } else {
        case.asker.ancestry_research
    }
}

pub(super) fn no_ancestry(case: &Case<'_>) -> Option<Spoken> {
    if !case.has(Modifier::Npoa) {
        return None;
    }
    let facts = Facts::of(
        Modifier::Npoa,
        yes_no(ancestry(case), "인구 기원·조상 연구", "ancestry research"),
    );
    Some(match ancestry(case) {
        Some(false) => facts.pass("조상 연구가 아닙니다.", "It is not ancestry research."),
        Some(true) => facts.deny(
            "인구 기원·조상 연구에 이용할 수 없습니다.",
            "The data may not be used for ancestry research.",
            Change::NoAncestry,
        ),
        None => facts.ask(
            "인구 기원·조상 연구인지 알 수 없습니다.",
            "It is not known whether this is ancestry research.",
            "인구 기원·조상 연구 여부를",
            "whether it is ancestry research is",
        ),
    })
}

/// DUO defines HMB, and so DS within it, as excluding ancestry research, even beside another purpose.
pub(super) fn health_excludes_ancestry(case: &Case<'_>) -> Option<Spoken> {
    let permission = case
        .policy
        .permission
        .filter(|p| matches!(p, Permission::Hmb | Permission::Ds))?;
    // Said already by NPOA, or by the permission itself.
    if case.has(Modifier::Npoa)
        || case.asker.ancestry_research != Some(true)
        || case.asker.duo_purpose == Some(DuoPurpose::Poa)
    {
        return None;
    }
    let facts = Facts {
        rule: permission.code(),
        offer: permission.names().into(),
        asker: yes_no(Some(true), "인구 기원·조상 연구", "ancestry research"),
    };
    Some(facts.deny(
        "보건·의료 연구 동의에는 인구 기원·조상 연구가 포함되지 않습니다.",
        "A permission for health research does not include ancestry research.",
        Change::NoAncestry,
    ))
}
