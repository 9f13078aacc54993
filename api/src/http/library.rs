//! What the library says of a document, with a code and in both languages, and without the values it was given.

use super::refusal::say;
use async_graphql::{ServerError, Value};
use matchday_domain::text::{Language, Message};

/// Characters of a sentence of the library that are passed on.
const MOST_CHARACTERS: usize = 300;

/// The library checks these itself, by their kind alone.
const BUILT_IN: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// Words an error of the library anew: `INVALID` with the field where a value is not what its type wants, else that the
/// document does not fit.
pub(super) fn reword(error: &mut ServerError, language: Language) {
    if let Some((field, typ)) = no_value(&error.message) {
        let message = match &field {
            Some(field) => Message::new(
                format!("{field}: 올바른 {typ} 값이 아닙니다."),
                format!("{field}: not a valid {typ}."),
            ),
            None => Message::new(
                format!("올바른 {typ} 값이 아닌 인자가 있습니다."),
                format!("An argument holds what is not a valid {typ}."),
            ),
        };
        let names = field.map(|field| Value::List(field.split('.').map(Value::from).collect()));
        say(error, &message, "INVALID", language);
        if let (Some(names), Some(extensions)) = (names, &mut error.extensions) {
            extensions.set("field", names);
        }
        return;
    }
    let said: String = error.message.chars().take(MOST_CHARACTERS).collect();
    let (code, ko) = if error.path.is_empty() {
        ("GRAPHQL_VALIDATION_FAILED", "요청이 스키마에 맞지 않습니다")
    } else {
        ("BAD_USER_INPUT", "잘못된 요청입니다")
    };
    say(
        error,
        &Message::new(format!("{ko}: {said}"), said),
        code,
        language,
    );
}

/// The field and the type of a value that is none of the type: validation names both, what reads arguments the type only.
fn no_value(said: &str) -> Option<(Option<String>, String)> {
    let quoted = |text: &str| text.split('"').next().map(str::to_owned);
    if let Some(said) = said.strip_prefix("Invalid value for argument \"") {
        let (field, expected) = said.split_once("\", expected type \"")?;
        let typ = quoted(expected)?;
        return (!BUILT_IN.contains(&typ.as_str())).then(|| (Some(field.to_owned()), typ));
    }
    let said = said
        .strip_prefix("Failed to parse \"")
        .or_else(|| said.strip_prefix("Expected input type \""))?;
    Some((None, quoted(said)?))
}
