//! What a JSON reader says, in Korean and plain English.

use crate::message;
use crate::scheduling::MOST_SLOTS;
use crate::text::Message;
use serde_json::error::Category;

/// What is said of a text that is no JSON.
const SYNTAX: [(&str, &str, &str); 10] = [
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
        "recursion limit exceeded",
        "너무 깊이 겹칩니다",
        "nested too deeply",
    ),
];

/// Forms of values, as the reader names them.
const FORMS: [(&str, &str, &str); 13] = [
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
        return message!(
            "알 수 없는 값 `{quoted}`. 가능한 값: {one_of}",
            "unknown value `{quoted}`, expected {expected}"
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
