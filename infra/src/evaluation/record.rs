//! A record of a set: a flat JSON object, in which null is not said.
//!
//! A table says for each field of our own by which key the record has it. It builds the value, and names the record's key
//! where the value is at fault.

use super::{Unusable, document, of};
use matchday_domain::json_faults;
use matchday_domain::message;
use matchday_domain::text::Message;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// A record as it is written.
pub(super) type Record = Map<String, Value>;

/// A field of ours, `outer.inner` where it is within another, and the key of the record.
pub(super) type Table = [(&'static str, &'static str)];

/// Reads every record of a list. No two have the same id.
///
/// # Errors
/// Not a list of objects with ids, an id twice, what `one` says, or there is no record.
pub(super) fn records<T>(
    values: &[Value],
    one: impl Fn(&str, &Record) -> Result<T, Message>,
) -> Result<Vec<T>, Unusable> {
    let mut ids = HashSet::new();
    let read = values.iter().enumerate().map(|(i, value)| {
        let place = format!("[{i}]");
        let at = |name: &str, reason: &Message| Unusable::whole(of(name, reason));
        let record = value
            .as_object()
            .ok_or_else(|| at(&place, &expected("객체 `{…}`가", "an object `{…}`", value)))?;
        let id = id(record, "id").map_err(|reason| at(&place, &reason))?;
        if !ids.insert(id.clone()) {
            let reason = Message::new("id가 두 번 있습니다", "the id is there twice");
            return Err(at(&id, &reason));
        }
        one(&id, record).map_err(|reason| at(&id, &reason))
    });
    super::not_empty(read.collect::<Result<_, _>>()?)
}

/// The elements of a document that is a list.
///
/// # Errors
/// It is no JSON, or no list; `hint` is said of an object.
pub(super) fn elements(bytes: &[u8], hint: &Message) -> Result<Vec<Value>, Unusable> {
    match document(bytes)? {
        Value::Array(values) => Ok(values),
        Value::Object(_) => {
            let Message { ko, en } = hint;
            let told = expected("목록 `[…]`이", "a list `[…]`", &Value::Object(Map::new()));
            Err(Unusable::whole(Message::new(told.ko + ko, told.en + en)))
        }
        found => Err(Unusable::whole(expected(
            "목록 `[…]`이",
            "a list `[…]`",
            &found,
        ))),
    }
}

/// What is expected, in Korean with its particle, and what was found.
pub(super) fn expected(ko: &str, en: &str, found: &Value) -> Message {
    let Message { ko: here, en: is } = form(found);
    message!(
        "{ko} 있어야 하는데 {here}이(가) 있습니다",
        "{en} is expected, but here is {is}"
    )
}

/// What a value is.
fn form(value: &Value) -> Message {
    let (ko, en) = match value {
        Value::Null => ("null", "null"),
        Value::Bool(_) => ("true 또는 false", "true or false"),
        Value::Number(_) => ("수", "a number"),
        Value::String(_) => ("글", "a text"),
        Value::Array(_) => ("목록 `[…]`", "a list `[…]`"),
        Value::Object(_) => ("객체 `{…}`", "an object `{…}`"),
    };
    Message::new(ko, en)
}

/// A name: a text that is not empty, or a whole number.
pub(super) fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// The name that a record has by a key.
pub(super) fn id(record: &Record, key: &str) -> Result<String, Message> {
    match record.get(key) {
        None | Some(Value::Null) => Err(message!("`{key}`가 없습니다", "no `{key}`")),
        Some(value) => name(value).ok_or_else(|| {
            message!(
                "{key}: 글이나 정수인 이름이 아닙니다",
                "{key}: not a name, which is a text or a whole number"
            )
        }),
    }
}

/// A part of a record that has to be an object.
pub(super) fn part<'a>(record: &'a Record, key: &str) -> Result<&'a Record, Message> {
    match record.get(key) {
        None => Err(message!("`{key}` 항목이 없습니다", "missing field `{key}`")),
        Some(Value::Object(part)) => Ok(part),
        Some(other) => Err(of(key, &expected("객체 `{…}`가", "an object `{…}`", other))),
    }
}

/// A value of ours from a value of the record; `named` turns our path into the record's.
pub(super) fn typed<T: DeserializeOwned>(
    value: Value,
    named: impl Fn(&str) -> String,
) -> Result<T, Message> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "" } else { path.as_str() };
        let reason = json_faults::told(error.inner());
        match named(path) {
            field if field.is_empty() => reason,
            field => of(&field, &reason),
        }
    })
}

/// A list by a key; what is absent or null is empty.
pub(super) fn list<T: DeserializeOwned>(record: &Record, key: &str) -> Result<Vec<T>, Message> {
    match record.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(value) => typed(value.clone(), |path| format!("{key}{path}")),
    }
}

/// A value of ours by a table.
pub(super) fn composed<T: DeserializeOwned>(record: &Record, table: &Table) -> Result<T, Message> {
    let mut made = Map::new();
    for (ours, key) in table {
        let value = record.get(*key).filter(|value| !value.is_null());
        match (ours.split_once('.'), value) {
            // What has parts is there though none of them is said.
            (Some((outer, inner)), value) => {
                let outer = made.entry(outer).or_insert_with(|| json!({}));
                if let Some(value) = value {
                    outer[inner] = value.clone();
                }
            }
            (None, Some(value)) => drop(made.insert((*ours).to_owned(), value.clone())),
            (None, None) => {}
        }
    }
    typed(Value::Object(made), |path| {
        let written = table.iter().find_map(|(ours, key)| {
            let rest = path.strip_prefix(ours)?;
            let ends = rest.is_empty() || rest.starts_with(['.', '[']);
            ends.then(|| format!("{key}{rest}"))
        });
        written.unwrap_or_else(|| path.to_owned())
    })
}

/// Refuses a key that differs from a known one by a letter, by case or by separators: a slip that would go unnoticed.
/// Any other key that is not known is somebody's own.
pub(super) fn check_keys<'a>(
    record: &Record,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Message> {
    let plain = |key: &str| {
        let letters = key.chars().filter(|c| c.is_alphanumeric());
        letters.collect::<String>().to_lowercase()
    };
    for key in record.keys() {
        if known.clone().any(|known| known == key) {
            continue;
        }
        let mut known = known.clone();
        let meant = known.find(|known| strsim::osa_distance(&plain(known), &plain(key)) <= 1);
        if let Some(meant) = meant {
            return Err(message!(
                "{key}: 알 수 없는 항목입니다. `{meant}`의 오타입니까?",
                "{key}: unknown field; is `{meant}` meant?"
            ));
        }
    }
    Ok(())
}

/// Refuses what cannot be meant: numbers below 0, spans that end before they begin. Only the known keys are looked at.
pub(super) fn check_values<'a>(
    record: &Record,
    known: impl Iterator<Item = &'a str>,
) -> Result<(), Message> {
    for key in known {
        if let Some(path) = record.get(key).and_then(|value| negative(value, key)) {
            return Err(message!("{path}: 음수입니다", "{path}: a negative number"));
        }
    }
    let ages = ["age_min", "age_max"].map(|key| record.get(key).and_then(Value::as_i64));
    // Months of the form YYYY-MM sort as texts.
    let months = ["period_start", "period_end"].map(|key| record.get(key).and_then(Value::as_str));
    let inverted = [
        (
            "age_max",
            "age_min",
            matches!(ages, [Some(min), Some(max)] if min > max),
        ),
        (
            "period_end",
            "period_start",
            matches!(months, [Some(start), Some(end)] if start > end),
        ),
    ];
    match inverted.iter().find(|(.., inverted)| *inverted) {
        Some((key, before, _)) => Err(message!(
            "{key}: `{before}`보다 앞섭니다",
            "{key}: before `{before}`"
        )),
        None => Ok(()),
    }
}

/// The path of the first number below 0.
fn negative(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Number(number) => (number.as_f64()? < 0.0).then(|| path.to_owned()),
        Value::Array(values) => (values.iter().enumerate())
            .find_map(|(i, value)| negative(value, &format!("{path}[{i}]"))),
        Value::Object(fields) => {
            (fields.iter()).find_map(|(key, value)| negative(value, &format!("{path}.{key}")))
        }
        _ => None,
    }
}
