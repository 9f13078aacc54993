//! Words of the HDR UK Gateway in ours. A word that is not clear maps to nothing.

use chrono::{Datelike, NaiveDate};
use matchday_domain::catalogue::{CostModel, LeadTime, RefreshFrequency, Standard};
use matchday_domain::time::Month;

/// A value, unless it says that there is none.
pub(super) fn said(value: &str) -> Option<&str> {
    const NOTHING: &[&str] = &[
        "",
        "in progress",
        "not available",
        "not applicable",
        "not specified",
        "not known",
        "tbc",
        "tbd",
        "n/a",
        "none",
    ];
    let value = value.trim().trim_matches('\u{a0}');
    let lower = value.to_lowercase();
    let nothing = NOTHING.contains(&lower.as_str()) || lower.starts_with("please contact");
    (!nothing).then_some(value)
}

/// Text without tags.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match after.split_once('>') {
            Some((_, after)) if tag => rest = after,
            _ => {
                plain.push('<');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters, cut at a word.
pub(super) fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let cut: String = text.chars().take(max - 1).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", &cut[..end])
}

/// `2007-01-01`, `2007-01`, `2007`, `3/31/15` (American), with or without a time.
pub(super) fn month(value: &str) -> Option<Month> {
    let value = value.trim();
    let day = value.get(..10).unwrap_or(value);
    let date = NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(value, "%m/%d/%Y").and_then(two_digits_are_no_year))
        .or_else(|_| NaiveDate::parse_from_str(value, "%m/%d/%y"))
        .ok();
    let year = || {
        value
            .parse::<i32>()
            .ok()
            .and_then(|year| Month::new(year, 1))
    };
    date.and_then(Month::of)
        .or_else(|| value.parse().ok())
        .or_else(year)
}

fn two_digits_are_no_year(date: NaiveDate) -> chrono::ParseResult<NaiveDate> {
    if date.year() > 1_000 {
        Ok(date)
    } else {
        NaiveDate::parse_from_str("", "%Y")
    }
}

/// `0-150`, `18-85`, `>18`, `<5`.
pub(super) fn ages(value: &str) -> (Option<i64>, Option<i64>) {
    let number = |text: &str| {
        text.trim()
            .parse::<i64>()
            .ok()
            .filter(|age| (0..=150).contains(age))
    };
    if let Some(above) = value.strip_prefix('>') {
        return (number(above), None);
    }
    if let Some(below) = value.strip_prefix('<') {
        return (None, number(below));
    }
    match value
        .split_once('-')
        .map(|(min, max)| (number(min), number(max)))
    {
        Some((Some(min), Some(max))) if min <= max => (Some(min), Some(max)),
        _ => (None, None),
    }
}

pub(super) fn refresh(value: &str) -> Option<RefreshFrequency> {
    Some(match value.to_lowercase().as_str() {
        "static" | "discontinued" => RefreshFrequency::None,
        "daily" | "continuous" => RefreshFrequency::Daily,
        "weekly" => RefreshFrequency::Weekly,
        "monthly" | "1 month cycle" => RefreshFrequency::Monthly,
        "quarterly" => RefreshFrequency::Quarterly,
        "biannual" => RefreshFrequency::Biannual,
        "annual" | "annually" | "yearly" => RefreshFrequency::Yearly,
        "irregular" => RefreshFrequency::Irregular,
        _ => return None,
    })
}

pub(super) fn lead_time(value: &str) -> Option<LeadTime> {
    Some(match value.to_lowercase().as_str() {
        "<1 week" | "less than 1 week" => LeadTime::UnderOneWeek,
        "1-2 weeks" => LeadTime::OneToTwoWeeks,
        "2-4 weeks" => LeadTime::TwoToFourWeeks,
        "1-2 months" => LeadTime::OneToTwoMonths,
        "2-6 months" => LeadTime::TwoToSixMonths,
        ">6 months" | "more than 6 months" => LeadTime::OverSixMonths,
        "variable" => LeadTime::Varies,
        _ => return None,
    })
}

/// Only an unmistakable "free"; a page of conditions is no price.
pub(super) fn cost(value: &str) -> Option<CostModel> {
    let value = value.to_lowercase();
    matches!(
        value.trim_end_matches('.'),
        "free" | "free of charge" | "no cost" | "no charge"
    )
    .then_some(CostModel::Free)
}

/// A standard without its version stays without; FHIR without its profile is none of ours.
pub(super) fn standards<'a>(values: impl Iterator<Item = &'a str>) -> Vec<Standard> {
    let mut standards = Vec::new();
    for value in values {
        let standard = match value.trim().to_uppercase().as_str() {
            "OMOP" => Standard::OmopCdm,
            "DICOM" => Standard::Dicom,
            "CDISC" => Standard::CdiscSdtm,
            "I2B2" => Standard::I2b2,
            "LOCAL"
            | "NHS DATA DICTIONARY"
            | "NHS SCOTLAND DATA DICTIONARY"
            | "NHS WALES DATA DICTIONARY" => Standard::Local,
            _ => continue,
        };
        if !standards.contains(&standard) {
            standards.push(standard);
        }
    }
    standards
}

/// Words between commas, without what says nothing, each once and not too long.
pub(super) fn words<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in values.filter_map(said) {
        let word = shorten(&plain(word), 200);
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words.truncate(500);
    words
}
