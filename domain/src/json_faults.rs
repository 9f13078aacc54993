//! What a JSON reader says, in Korean and plain English.

use crate::message;
use crate::scheduling::MOST_SLOTS;
use crate::text::Message;
use serde_json::error::Category;

/// What is said of a text that is no JSON.
const SYNTAX: [(&str, &str, &str); 14] = [
    (
        "expected value",
        "값이 있어야 합니다",
        "a value is expected",
    ),
    ("trailing comma", "쉼표가 남습니다", "a comma too many"),
    (
        "trailing characters",
        "뒤에 글이 더 있습니다",
        "more text than one document",
    ),
    (
        "key must be a string",
        "이름은 따옴표로 묶어야 합니다",
        "a name must be in quotation marks",
    ),
    ("expected `:`", "`:`가 있어야 합니다", "`:` is expected"),
    (
        "expected `,` or `]`",
        "`,` 또는 `]`가 있어야 합니다",
        "`,` or `]` is expected",
    ),
    (
        "expected `,` or `}`",
        "`,` 또는 `}`가 있어야 합니다",
        "`,` or `}` is expected",
    ),
    (
        "invalid escape",
        "`\\` 뒤의 글자가 맞지 않습니다",
        "a wrong letter after `\\`",
    ),
    ("invalid number", "수가 아닙니다", "no number"),
    (
        "number out of range",
        "수가 너무 큽니다",
        "too large a number",
    ),
    (
        "control character (\\u0000-\\u001F) found while parsing a string",
        "글 속에 줄바꿈이나 제어 문자가 그대로 있습니다",
        "a line break or control character within a text",
    ),
    (
        "invalid unicode code point",
        "유니코드 문자가 아닙니다",
        "no character of Unicode",
    ),
    (
        "lone leading surrogate in hex escape",
        "유니코드 문자가 반만 있습니다",
        "half a character of Unicode",
    ),
    (
        "recursion limit exceeded",
        "너무 깊이 겹칩니다",
        "nested too deeply",
    ),
];

/// Forms of values, as the reader names them.
const FORMS: [(&str, &str, &str); 14] = [
    ("u8", "0 이상의 정수", "a whole number, 0 or more"),
    ("u16", "0 이상의 정수", "a whole number, 0 or more"),
    ("u32", "0 이상의 정수", "a whole number, 0 or more"),
    ("u64", "0 이상의 정수", "a whole number, 0 or more"),
    ("usize", "0 이상의 정수", "a whole number, 0 or more"),
    ("i64", "정수", "a whole number"),
    ("a slot", "슬롯", "a slot"),
    ("f64", "수", "a number"),
    ("a boolean", "true 또는 false", "true or false"),
    ("a string", "글", "a text"),
    ("a sequence", "목록", "a list"),
    (
        "a formatted date string",
        "날짜 `YYYY-MM-DD`",
        "a date `YYYY-MM-DD`",
    ),
    ("a map", "객체 `{…}`", "an object `{…}`"),
    ("option", "값 또는 null", "a value or null"),
];

/// The largest number of a form.
fn most(form: &str) -> Option<u64> {
    Some(match form {
        "u8" => u8::MAX.into(),
        "u16" => u16::MAX.into(),
        "u32" => u32::MAX.into(),
        "u64" | "usize" => u64::MAX,
        "i64" => i64::MAX.unsigned_abs(),
        "a slot" => u64::try_from(MOST_SLOTS - 1).unwrap_or(u64::MAX),
        _ => return None,
    })
}

/// What a value is, as the reader begins to say it.
const FOUND: [(&str, &str, &str); 9] = [
    ("integer ", "", ""),
    ("floating point ", "", ""),
    ("boolean ", "", ""),
    ("string ", "글 ", "the text "),
    ("null", "null", "null"),
    ("unit value", "null", "null"),
    ("sequence", "목록", "a list"),
    ("map", "객체", "an object"),
    ("number ", "", ""),
];

/// What our own readers say of a value, before the value itself.
const VALUES: [(&str, &str, &str); 4] = [
    (
        "unknown country",
        "나라 코드(ISO 3166-1 대문자 두 글자, 예: KR)가 아닙니다",
        "no code of a country (two capitals of ISO 3166-1, as KR)",
    ),
    (
        "unknown data kind",
        "알 수 없는 데이터 종류입니다(예: imaging.ct)",
        "unknown kind of data (one is imaging.ct)",
    ),
    (
        "not a KCD/ICD-10 code",
        "KCD/ICD-10 코드나 범위(예: C34, C34.1, C00-C97)가 아닙니다",
        "no code or range of KCD/ICD-10 (as C34, C34.1, C00-C97)",
    ),
    (
        "not a month",
        "1900년에서 2200년 사이의 `YYYY-MM` 형식인 달이 아닙니다",
        "no month `YYYY-MM` between 1900 and 2200",
    ),
];

/// What the reader of dates says.
const DATES: [&str; 6] = [
    "input is out of range",
    "no possible date and time matching input",
    "input is not enough for unique date and time",
    "input contains invalid characters",
    "premature end of input",
    "trailing input",
];

/// Longer lists of what is possible are not told.
const MOST_TOLD: usize = 12;

/// The reason of an error, without its line.
pub fn told(error: &serde_json::Error) -> Message {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    match error.classify() {
        Category::Eof => Message::new("파일이 중간에서 끝납니다", "the file ends in the middle"),
        Category::Data => data(said),
        Category::Syntax if said == "number out of range" => Message::new(
            "수가 너무 큽니다. 약 1.8e308까지 읽습니다",
            "the number is too large; numbers are read up to about 1.8e308",
        ),
        Category::Syntax | Category::Io => {
            let known = SYNTAX.iter().find(|(as_is, ..)| said == *as_is);
            let (ko, en) = known.map_or((said, said), |(_, ko, en)| (*ko, *en));
            message!("JSON이 아닙니다: {ko}", "no JSON: {en}")
        }
    }
}

/// What is said of JSON that is not of the form.
fn data(said: &str) -> Message {
    let quoted = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("missing field") {
        return message!("`{quoted}` 항목이 없습니다", "missing field `{quoted}`");
    }
    if said.starts_with("duplicate field") {
        return message!(
            "`{quoted}` 항목이 두 번 있습니다",
            "duplicate field `{quoted}`"
        );
    }
    if let Some((_, expected)) = said
        .strip_prefix("unknown variant")
        .and_then(|rest| rest.split_once(", expected "))
    {
        let one_of = expected.trim_start_matches("one of ");
        if one_of.split(", ").count() > MOST_TOLD {
            return message!("알 수 없는 값 `{quoted}`", "unknown value `{quoted}`");
        }
        return message!(
            "알 수 없는 값 `{quoted}`. 가능한 값: {one_of}",
            "unknown value `{quoted}`, expected {expected}"
        );
    }
    if said.starts_with("unknown field") {
        return message!("알 수 없는 항목 `{quoted}`", "unknown field `{quoted}`");
    }
    if DATES.contains(&said) {
        return Message::new(
            "날짜 `YYYY-MM-DD`가 아닙니다",
            "no date of the form `YYYY-MM-DD`",
        );
    }
    if let Some((_, ko, en)) = VALUES.iter().find(|(as_is, ..)| said.starts_with(as_is)) {
        return match quoted {
            "" => Message::new(*ko, *en),
            quoted => message!("{ko}: `{quoted}`", "{en}: `{quoted}`"),
        };
    }
    if let Some((_, found)) = said.split_once(" is true or false, not ") {
        return message!(
            "`{quoted}`은(는) true 또는 false여야 하나 {found}입니다",
            "`{quoted}` is true or false, not {found}"
        );
    }
    if said.contains("is a list of diseases") {
        return message!(
            "`{quoted}`은(는) 질환 식별자나 그 목록이어야 합니다",
            "`{quoted}` is not an identifier of a disease or a list of them"
        );
    }
    let Some((found, expected)) = said
        .strip_prefix("invalid type: ")
        .or_else(|| said.strip_prefix("invalid value: "))
        .and_then(|rest| rest.rsplit_once(", expected "))
    else {
        return message!("형식에 맞지 않습니다: {said}", "{said}");
    };
    if let (Some(number), Some(most)) = (whole(found), most(expected))
        && !fits(number, most)
    {
        return message!(
            "`{number}`은(는) 너무 큽니다. {most}까지입니다",
            "`{number}` is too large, at most {most}"
        );
    }
    let (found, expected) = (found_value(found), form(expected));
    Message::new(
        format!("{}이(가) 있으나 {}이어야 합니다", found.ko, expected.ko),
        format!("{} is not {}", found.en, expected.en),
    )
}

/// A whole number of 0 or more, as it is written; what does not fit into an integer is found as a floating point.
fn whole(found: &str) -> Option<&str> {
    let number = |kind| found.strip_prefix(kind)?.split('`').nth(1);
    number("integer ").or_else(|| number("floating point "))
}

/// Whether a number is not above a limit, or no whole number.
fn fits(number: &str, most: u64) -> bool {
    match number.parse::<u64>() {
        Ok(number) => number <= most,
        // Beyond all integers.
        Err(_) => !number.parse::<f64>().is_ok_and(|number| number >= 1.8e19),
    }
}

fn form(name: &str) -> Message {
    let known = FORMS.iter().find(|(as_is, ..)| name == *as_is);
    match known {
        Some((_, ko, en)) => Message::new(*ko, *en),
        None if name.starts_with("struct ") => Message::new("객체 `{…}`", "an object `{…}`"),
        None => Message::new(name, name),
    }
}

fn found_value(said: &str) -> Message {
    let known = FOUND.iter().find_map(|(as_is, ko, en)| {
        let rest = said.strip_prefix(as_is)?;
        Some(message!("{ko}{rest}", "{en}{rest}"))
    });
    known.unwrap_or_else(|| Message::new(said, said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Country, DataKind};
    use crate::terminology::ConditionCode;
    use crate::time::Month;
    use crate::use_conditions::duos::DuosUse;
    use crate::use_conditions::{Modifier, Permission, UsePolicy};
    use chrono::NaiveDate;

    fn of<T: serde::de::DeserializeOwned>(json: &str) -> Message {
        let read = serde_json::from_str::<T>(json);
        told(&read.err().unwrap_or_else(|| panic!("{json}")))
    }

    #[test]
    fn every_reason_is_in_both_languages_and_names_no_type() {
        for (message, en) in [
            (of::<Modifier>("\"XYZ\""), "unknown value `XYZ`"),
            (
                of::<Permission>("\"XYZ\""),
                "unknown value `XYZ`, expected one of `NRES`",
            ),
            (of::<Country>("\"korea\""), "two capitals of ISO 3166-1"),
            (of::<DataKind>("\"scan\""), "unknown kind of data"),
            (of::<ConditionCode>("\"lung\""), "KCD/ICD-10"),
            (of::<Month>("\"2020\""), "no month `YYYY-MM`"),
            (of::<NaiveDate>("\"2020-13-01\""), "no date"),
            (of::<NaiveDate>("\"soon\""), "no date"),
            (of::<NaiveDate>("\"2020-01-01x\""), "no date"),
            (of::<NaiveDate>("7"), "`7` is not a date"),
            (
                of::<UsePolicy>("{\"permision\":1}"),
                "unknown field `permision`",
            ),
            (
                of::<DuosUse>("{\"HMB\":1}"),
                "`HMB` is true or false, not 1",
            ),
            (of::<DuosUse>("{\"DS\":1}"), "`DS` is not an identifier"),
            (of::<String>("\"\u{1}\""), "control character"),
        ] {
            assert!(message.en.contains(en), "{message:?}");
            assert!(message.ko.chars().any(|c| ('가'..='힣').contains(&c)));
            for word in ["Modifier", "형식에 맞지 않습니다", " input"] {
                assert!(!message.ko.contains(word), "{message:?}");
            }
        }
    }
}
