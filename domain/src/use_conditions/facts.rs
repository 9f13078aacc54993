//! Facts of both sides, put into words.

use super::Asker;
use crate::catalogue::{AccessMode, Country};
use crate::demand::DuoPurpose;
use crate::terminology::{ConditionCode, Terminology};
use crate::text::Message;

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

/// `ko` and `en` of one sentence.
pub(super) fn say(ko: impl Into<String>, en: impl Into<String>) -> Message {
    Message::new(ko, en)
}

/// Not said.
pub(super) fn unsaid() -> Message {
    say("밝히지 않음", "not stated")
}

/// Conditions with their codes.
pub(super) fn condition_list(codes: &[ConditionCode], terminology: &Terminology) -> Message {
    if codes.is_empty() {
        return unsaid();
    }
    let labels: Vec<_> = codes
        .iter()
        .map(|code| (terminology.label(code), code))
        .collect();
    let named = |label: &str, code: &ConditionCode, space: &str| {
        if label.contains(code.as_str()) {
            label.to_owned()
        } else {
            format!("{label}{space}({code})")
        }
    };
    let ko = labels.iter().map(|(l, c)| named(&l.ko, c, "")).collect();
    let en = labels.iter().map(|(l, c)| named(&l.en, c, " ")).collect();
    say(
        joined(ko, |n| format!(" 외 {n}건")),
        joined(en, |n| format!(" and {n} more")),
    )
}

/// What an asker studies, and what for.
pub(super) fn purpose_fact(asker: &Asker, terminology: &Terminology) -> Message {
    let Some(purpose) = asker.duo_purpose else {
        return say("연구 목적: 밝히지 않음", "research purpose: not stated");
    };
    let label = purpose.label();
    if purpose == DuoPurpose::Ds {
        let list = condition_list(&asker.conditions, terminology);
        say(
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
pub(super) fn yes_no(value: Option<bool>, what_ko: &str, what_en: &str) -> Message {
    match value {
        Some(true) => say(format!("{what_ko}: 예"), format!("{what_en}: yes")),
        Some(false) => say(format!("{what_ko}: 아니요"), format!("{what_en}: no")),
        None => say(
            format!("{what_ko}: 밝히지 않음"),
            format!("{what_en}: not stated"),
        ),
    }
}

/// Names as written, or nothing.
pub(super) fn names(list: &[String]) -> Message {
    if list.is_empty() {
        return unsaid();
    }
    say(
        joined(list.to_vec(), |n| format!(" 외 {n}건")),
        joined(list.to_vec(), |n| format!(" and {n} more")),
    )
}

/// The ways of access an asker accepts.
pub(super) fn accepted(asker: &Asker) -> Message {
    if asker.access_modes.is_empty() {
        return unsaid();
    }
    let labels: Vec<_> = asker.access_modes.iter().map(|m| m.label()).collect();
    say(
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
pub(super) fn places(asker: &Asker) -> Message {
    let list = |countries: &[Country], none: &str| {
        if countries.is_empty() {
            none.to_owned()
        } else {
            country_list(countries)
        }
    };
    say(
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
