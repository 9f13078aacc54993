//! Facts of both sides, put into words.

use super::rules::Case;
use super::{Asker, Permission};
use crate::catalogue::{AccessMode, Country};
use crate::demand::DuoPurpose;
use crate::terminology::{ConditionCode, Terminology};
use crate::text::Message;
use std::borrow::Cow;

/// Longer lists are cut, with the number of the rest.
const SHOWN: usize = 5;

fn joined(mut parts: Vec<String>, more: impl Fn(usize) -> String) -> String {
    let rest = parts.len().saturating_sub(SHOWN);
    parts.truncate(SHOWN);
    let mut list = parts.join(", ");
    if rest > 0 {
        list.push_str(&more(rest));
    }
    list
}

/// What may be told: nothing is put together before.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// In Korean and in English.
    Words(Cow<'static, str>, Cow<'static, str>),
    /// A yes, a no or nothing, and to what.
    Answer(Option<bool>, &'static str, &'static str),
    /// That something has to be stated.
    OnceStated(&'static str, &'static str),
    /// Two of them, with what stands between.
    Both(Box<(Said, Said)>, &'static str),
    /// What the policy permits.
    Permission,
    /// What the asker studies, and what for.
    Purpose,
    /// Where the asker views and processes.
    Places,
    /// The ways of access that the asker accepts.
    AccessModes,
}

impl Said {
    /// To be told of this case.
    pub(super) fn told(&self, case: &Case<'_>) -> Message {
        match self {
            Self::Words(ko, en) => Message::new(&**ko, &**en),
            Self::Answer(Some(true), ko, en) => {
                Message::new(format!("{ko}: 예"), format!("{en}: yes"))
            }
            Self::Answer(Some(false), ko, en) => {
                Message::new(format!("{ko}: 아니요"), format!("{en}: no"))
            }
            Self::Answer(None, ko, en) => {
                Message::new(format!("{ko}: 밝히지 않음"), format!("{en}: not stated"))
            }
            Self::OnceStated(ko, en) => Message::new(
                format!("{ko} 밝히면 판단할 수 있습니다."),
                format!("It can be decided once {en} stated."),
            ),
            Self::Both(both, between) => {
                let (one, other) = (both.0.told(case), both.1.told(case));
                Message::new(
                    format!("{}{between}{}", one.ko, other.ko),
                    format!("{}{between}{}", one.en, other.en),
                )
            }
            Self::Permission => permission_fact(case),
            Self::Purpose => purpose_fact(case.asker, case.terminology),
            Self::Places => places(case.asker),
            Self::AccessModes => accepted(case.asker),
        }
    }

    /// This and another one behind it.
    pub(super) fn and(self, between: &'static str, other: Self) -> Self {
        Self::Both(Box::new((self, other)), between)
    }
}

impl From<(&'static str, &'static str)> for Said {
    fn from((ko, en): (&'static str, &'static str)) -> Self {
        say(ko, en)
    }
}

/// `ko` and `en` of one sentence.
pub(super) fn say(ko: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Said {
    Said::Words(ko.into(), en.into())
}

const UNSAID: (&str, &str) = ("밝히지 않음", "not stated");

/// Not said, in words.
pub(super) fn nothing_said() -> Message {
    Message::new(UNSAID.0, UNSAID.1)
}

/// Not said.
pub(super) fn unsaid() -> Said {
    UNSAID.into()
}

/// Conditions with their codes.
pub(super) fn condition_list(codes: &[ConditionCode], terminology: &Terminology) -> Message {
    if codes.is_empty() {
        return nothing_said();
    }
    let (ko, en) = codes
        .iter()
        .map(|code| terminology.label_with_code(code))
        .map(|label| (label.ko, label.en))
        .unzip();
    Message::new(
        joined(ko, |n| format!(" 외 {n}건")),
        joined(en, |n| format!(" and {n} more")),
    )
}

/// What a policy permits.
fn permission_fact(case: &Case<'_>) -> Message {
    let Some(permission) = case.policy.permission else {
        return nothing_said();
    };
    let label = permission.label();
    if permission != Permission::Ds {
        return label;
    }
    let list = condition_list(&case.policy.permission_conditions, case.terminology);
    Message::new(
        format!("{}: {}", label.ko, list.ko),
        format!("{}: {}", label.en, list.en),
    )
}

/// What an asker studies, and what for.
pub(super) fn purpose_fact(asker: &Asker, terminology: &Terminology) -> Message {
    let Some(purpose) = asker.duo_purpose else {
        return Message::new("연구 목적: 밝히지 않음", "research purpose: not stated");
    };
    let label = purpose.label();
    if purpose == DuoPurpose::Ds {
        let list = condition_list(&asker.conditions, terminology);
        Message::new(
            format!("{}: {}", label.ko, list.ko),
            format!("{}: {}", label.en, list.en),
        )
    } else {
        label
    }
}

/// Country codes.
pub(super) fn country_list(countries: &[Country]) -> String {
    let mut codes: Vec<_> = countries.iter().map(|c| c.code().to_owned()).collect();
    codes.sort_unstable();
    codes.dedup();
    joined(codes, |n| format!(" +{n}"))
}

/// A yes, a no or nothing.
pub(super) fn yes_no(value: Option<bool>, what_ko: &'static str, what_en: &'static str) -> Said {
    Said::Answer(value, what_ko, what_en)
}

/// Names as written, or nothing.
pub(super) fn names(list: &[String]) -> Said {
    if list.is_empty() {
        return unsaid();
    }
    say(
        joined(list.to_vec(), |n| format!(" 외 {n}건")),
        joined(list.to_vec(), |n| format!(" and {n} more")),
    )
}

/// The ways of access an asker accepts.
fn accepted(asker: &Asker) -> Message {
    if asker.access_modes.is_empty() {
        return nothing_said();
    }
    let labels: Vec<_> = asker.access_modes.iter().map(|m| m.label()).collect();
    Message::new(
        labels
            .iter()
            .map(|l| l.ko.clone())
            .collect::<Vec<_>>()
            .join(", "),
        labels
            .iter()
            .map(|l| l.en.clone())
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// Where an asker views and processes.
fn places(asker: &Asker) -> Message {
    let list = |countries: &[Country], none: &str| {
        if countries.is_empty() {
            none.to_owned()
        } else {
            country_list(countries)
        }
    };
    Message::new(
        format!(
            "열람 {}, 처리 {}",
            list(&asker.viewer_countries, "밝히지 않음"),
            list(&asker.processing_countries, "밝히지 않음")
        ),
        format!(
            "viewing in {}, processing in {}",
            list(&asker.viewer_countries, "(not stated)"),
            list(&asker.processing_countries, "(not stated)")
        ),
    )
}

/// Whether the asker accepts a closed environment, on site or remote.
pub(super) fn accepts_closed(asker: &Asker) -> Option<bool> {
    if asker.access_modes.is_empty() {
        None
    } else {
        Some(
            asker
                .access_modes
                .iter()
                .any(|mode| matches!(mode, AccessMode::ClosedOnsite | AccessMode::ClosedRemote)),
        )
    }
}
