//! What a document may ask, checked before the library validates it.
//!
//! The library walks a fragment as often as it is spread, so a document of 800 bytes that doubles a fragment
//! twenty times keeps it busy for seconds. Here every fragment is weighed once and its weight remembered.

mod scale;

use super::shape::Shape;
use crate::config::Limits;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Pos, Variables};
use matchday_domain::text::Message;
use scale::Scale;
use std::collections::HashSet;

/// Brackets inside one another before the parser is even asked: it recurses for every one.
pub(super) const NESTING: usize = 48;

/// Why a document is refused: a code for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excess {
    pub code: &'static str,
    pub limit: Option<u64>,
    pub message: Message,
    pub at: Option<Pos>,
}

impl Excess {
    fn rule(code: &'static str, ko: &str, en: &str) -> Self {
        Self {
            code,
            limit: None,
            message: Message::new(ko, en),
            at: None,
        }
    }

    fn over(code: &'static str, limit: u64, ko: &str, en: &str) -> Self {
        Self {
            limit: Some(limit),
            ..Self::rule(
                code,
                &format!("{ko} (최대 {limit})"),
                &format!("{en} (at most {limit})"),
            )
        }
    }

    fn at(mut self, at: Pos) -> Self {
        self.at = Some(at);
        self
    }
}

/// Checks what can be seen without parsing: bytes, tokens, nesting.
///
/// # Errors
/// The first limit that is exceeded.
pub(super) fn check_text(document: &str, limits: &Limits) -> Result<(), Excess> {
    at_most(
        "DOCUMENT_TOO_LONG",
        document.len(),
        limits.document_bytes,
        ("문서가 너무 깁니다", "The document has too many bytes"),
    )?;
    let scan = super::lexer::scan(document);
    at_most(
        "TOO_MANY_TOKENS",
        scan.tokens,
        limits.tokens,
        (
            "문서의 토큰이 너무 많습니다",
            "The document has too many tokens",
        ),
    )?;
    at_most(
        "TOO_DEEP",
        scan.nesting,
        NESTING,
        (
            "괄호가 너무 깊이 중첩되었습니다",
            "Brackets are nested too deep",
        ),
    )
}

/// What a document may cost at most, as the edge judges it before it runs: fields that the answer may hold.
///
/// # Errors
/// The code of the limit that it exceeds, or of the parser.
pub fn weigh(
    document: &str,
    variables: &Variables,
    limits: &Limits,
    shape: &Shape,
) -> Result<u64, &'static str> {
    check_text(document, limits).map_err(|excess| excess.code)?;
    let document = parse_query(document).map_err(|_| "GRAPHQL_PARSE_FAILED")?;
    check(&document, variables, limits, shape, false).map_err(|excess| excess.code)
}

/// Weighs a whole document: every operation of it, since the library validates them all. The cost of the dearest.
///
/// # Errors
/// The first limit that is exceeded.
pub(super) fn check(
    document: &ExecutableDocument,
    variables: &Variables,
    limits: &Limits,
    shape: &Shape,
    development: bool,
) -> Result<u64, Excess> {
    let mut count = Count::default();
    for (_, operation) in document.operations.iter() {
        count.directives += operation.node.directives.len();
        for variable in &operation.node.variable_definitions {
            count.directives += variable.node.directives.len();
        }
        count.set(&operation.node.selection_set.node, development)?;
    }
    for fragment in document.fragments.values() {
        count.directives += fragment.node.directives.len();
        count.set(&fragment.node.selection_set.node, development)?;
    }
    count.check(limits)?;

    let mut scale = Scale::new(document, variables, None, limits, shape);
    for fragment in document.fragments.keys() {
        scale.fragment(fragment)?;
    }
    let mut cost = 0;
    for (_, operation) in document.operations.iter() {
        let mut scale = Scale::new(document, variables, Some(&operation.node), limits, shape);
        let root = shape.root(operation.node.ty);
        let weight = scale.set(&operation.node.selection_set.node, root)?;
        cost = cost.max(weight.cost);
        let at = |e: Excess| e.at(operation.pos);
        at_most(
            "TOO_DEEP",
            weight.depth,
            limits.depth,
            (
                "필드가 너무 깊이 중첩되었습니다",
                "Fields are nested too deep",
            ),
        )
        .map_err(at)?;
        at_most(
            "TOO_MANY_ROOT_FIELDS",
            usize::try_from(weight.top).unwrap_or(usize::MAX),
            limits.root_fields,
            (
                "최상위 필드가 너무 많습니다",
                "The operation has too many fields at its top",
            ),
        )
        .map_err(at)?;
        if operation.node.ty == OperationType::Subscription {
            one_field(&operation.node.selection_set.node).map_err(at)?;
        }
    }
    Ok(cost)
}

/// The fields at the top of an operation whose document was checked, fragments written out.
pub(super) fn root_fields(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> Vec<String> {
    let mut names = Vec::new();
    let mut sets = vec![&operation.selection_set.node];
    while let Some(set) = sets.pop() {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => names.push(field.node.name.node.to_string()),
                Selection::InlineFragment(inner) => sets.push(&inner.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.node.fragment_name.node);
                    sets.extend(fragment.map(|fragment| &fragment.node.selection_set.node));
                }
            }
        }
    }
    names
}

fn at_most(
    code: &'static str,
    value: usize,
    limit: usize,
    (ko, en): (&str, &str),
) -> Result<(), Excess> {
    if value <= limit {
        return Ok(());
    }
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    Err(Excess::over(code, limit, ko, en))
}

/// The library runs every field of a subscription and none of its fragments; the specification wants one field.
fn one_field(set: &SelectionSet) -> Result<(), Excess> {
    match set.items.as_slice() {
        [only] if matches!(only.node, Selection::Field(_)) => Ok(()),
        _ => Err(Excess::rule(
            "SINGLE_FIELD_SUBSCRIPTION",
            "구독은 최상위에 필드 하나만 있어야 합니다.",
            "A subscription selects exactly one field at its top, without a fragment around it.",
        )),
    }
}

/// What is counted as written, each once.
#[derive(Default)]
struct Count {
    aliases: usize,
    directives: usize,
    repeated: usize,
}

impl Count {
    fn set(&mut self, set: &SelectionSet, development: bool) -> Result<(), Excess> {
        let mut seen = HashSet::new();
        for item in &set.items {
            let directives = item.node.directives();
            self.directives += directives.len();
            let mut names = HashSet::new();
            if let Some(again) = directives
                .iter()
                .find(|d| !names.insert(d.node.name.node.as_str()))
            {
                // None of ours is repeatable.
                return Err(Excess::rule(
                    "GRAPHQL_VALIDATION_FAILED",
                    "같은 지시어가 한 곳에 두 번 있습니다.",
                    "A directive stands twice in one place.",
                )
                .at(again.pos));
            }
            match &item.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    // `__type` may be asked: introspection is off in the executor too, and no type is known then.
                    if !development && name == "__schema" {
                        return Err(Excess::rule(
                            "INTROSPECTION_DISABLED",
                            "스키마 조회는 꺼져 있습니다. 공개된 schema.graphql을 사용하십시오.",
                            "Introspection is off here; the schema is published as schema.graphql.",
                        )
                        .at(field.pos));
                    }
                    // The library looks at no directive of this one field.
                    if name == "__typename"
                        && let Some(unknown) = directives
                            .iter()
                            .find(|d| !matches!(d.node.name.node.as_str(), "skip" | "include"))
                    {
                        return Err(Excess::rule(
                            "GRAPHQL_VALIDATION_FAILED",
                            "여기에는 skip과 include 지시어만 쓸 수 있습니다.",
                            "Only the directives skip and include may stand here.",
                        )
                        .at(unknown.pos));
                    }
                    self.aliases += usize::from(field.node.alias.is_some());
                    let key = field.node.response_key().node.as_str();
                    self.repeated += usize::from(!seen.insert(key));
                    self.set(&field.node.selection_set.node, development)?;
                }
                Selection::InlineFragment(inner) => {
                    self.set(&inner.node.selection_set.node, development)?;
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    fn check(&self, limits: &Limits) -> Result<(), Excess> {
        at_most(
            "TOO_MANY_ALIASES",
            self.aliases,
            limits.aliases,
            ("별칭이 너무 많습니다", "The document has too many aliases"),
        )?;
        at_most(
            "TOO_MANY_DIRECTIVES",
            self.directives,
            limits.directives,
            (
                "지시어가 너무 많습니다",
                "The document has too many directives",
            ),
        )?;
        at_most(
            "TOO_MANY_REPEATED_FIELDS",
            self.repeated,
            limits.repeated_fields,
            (
                "반복된 필드가 너무 많습니다",
                "The document repeats too many fields",
            ),
        )
    }
}

#[cfg(test)]
mod tests;
