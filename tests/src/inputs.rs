//! Input types of the schema: a path that an error names must lead through what a client wrote.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use std::collections::HashMap;
use std::sync::LazyLock;

type Fields = HashMap<String, String>;

/// Fields of every input type, with the types that they take.
static INPUTS: LazyLock<HashMap<String, Fields>> = LazyLock::new(|| {
    let document = parse_schema(matchday_api::graphql::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| {
        let TypeSystemDefinition::Type(typ) = definition else {
            return None;
        };
        let TypeKind::InputObject(input) = typ.node.kind else {
            return None;
        };
        let fields = input.fields.into_iter().map(|field| {
            let typ = inmost(&field.node.ty.node).to_owned();
            (field.node.name.node.to_string(), typ)
        });
        Some((typ.node.name.node.to_string(), fields.collect()))
    });
    types.collect()
});

fn inmost(typ: &Type) -> &str {
    match &typ.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => inmost(inner),
    }
}

/// Whether a path names a field of an input type, or of the `content` in it; numbers are places in a list.
pub(crate) fn has(typ: &str, path: &[&str]) -> bool {
    let Some((name, rest)) = path.split_first() else {
        return true;
    };
    if name.bytes().all(|b| b.is_ascii_digit()) {
        return has(typ, rest);
    }
    let Some(fields) = INPUTS.get(typ) else {
        return false;
    };
    match (fields.get(*name), fields.get("content")) {
        (Some(to), _) => has(to, rest),
        (None, Some(content)) => has(content, path),
        (None, None) => false,
    }
}

#[test]
fn paths_are_told_from_other_names() {
    assert!(has(
        "CreateMatchingDayInput",
        &["registrationWindow", "closesAt"]
    ));
    assert!(!has(
        "CreateMatchingDayInput",
        &["registration", "closesAt"]
    ));
    assert!(has(
        "CreateOfferInput",
        &["usePolicies", "0", "geographicCountries", "1"]
    ));
    assert!(!has("CreateOfferInput", &["title", "ko", "more"]));
}
