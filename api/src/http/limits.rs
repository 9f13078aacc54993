//! What a document may ask, checked before the library validates it.
//!
//! The library walks a fragment as often as it is spread, so a document of 800 bytes that doubles a fragment
//! twenty times keeps it busy for seconds. Here every fragment is weighed once and its weight remembered.

use crate::config::Limits;
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Value, Variables};
use matchday_domain::text::Message;
use std::collections::{HashMap, HashSet};

/// Brackets inside one another before the parser is even asked: it recurses for every one.
pub(super) const NESTING: usize = 48;

/// Fragments inside one another; the library stops at the same number.
const FRAGMENT_NESTING: usize = 32;

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

/// Weighs a whole document: every operation of it, since the library validates them all.
///
/// # Errors
/// The first limit that is exceeded.
pub(super) fn check(
    document: &ExecutableDocument,
    variables: &Variables,
    limits: &Limits,
    development: bool,
) -> Result<(), Excess> {
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

    let mut scale = Scale::new(document, variables, None, limits);
    for fragment in document.fragments.keys() {
        scale.fragment(fragment)?;
    }
    for (_, operation) in document.operations.iter() {
        let mut scale = Scale::new(document, variables, Some(&operation.node), limits);
        let weight = scale.set(&operation.node.selection_set.node)?;
        let root = |e: Excess| e.at(operation.pos);
        at_most(
            "TOO_DEEP",
            weight.depth,
            limits.depth,
            (
                "필드가 너무 깊이 중첩되었습니다",
                "Fields are nested too deep",
            ),
        )
        .map_err(root)?;
        at_most(
            "TOO_MANY_ROOT_FIELDS",
            usize::try_from(weight.top).unwrap_or(usize::MAX),
            limits.root_fields,
            (
                "최상위 필드가 너무 많습니다",
                "The operation has too many fields at its top",
            ),
        )
        .map_err(root)?;
        if operation.node.ty == OperationType::Subscription {
            one_field(&operation.node.selection_set.node).map_err(root)?;
        }
    }
    Ok(())
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

fn is_introspection(name: &str) -> bool {
    name == "__schema" || name == "__type"
}

/// What a selection set weighs when all fragments are written out.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    /// Fields.
    fields: u64,
    /// Fields at its own level.
    top: u64,
    /// Fields inside one another.
    depth: usize,
    /// Fields that the answer may hold, pages counted with their elements.
    cost: u64,
    /// Whether it reaches into a page (`edges`, `nodes`).
    page: bool,
}

/// Weighs selection sets, each fragment once.
struct Scale<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    operation: Option<&'a OperationDefinition>,
    limits: &'a Limits,
    /// `None` while the fragment is being weighed: met then, it contains itself.
    fragments: HashMap<&'a Name, Option<Weight>>,
    nesting: usize,
}

impl<'a> Scale<'a> {
    fn new(
        document: &'a ExecutableDocument,
        variables: &'a Variables,
        operation: Option<&'a OperationDefinition>,
        limits: &'a Limits,
    ) -> Self {
        Self {
            document,
            variables,
            operation,
            limits,
            fragments: HashMap::new(),
            nesting: 0,
        }
    }

    fn set(&mut self, set: &'a SelectionSet) -> Result<Weight, Excess> {
        let mut sum = Weight::default();
        for item in &set.items {
            let weight = match &item.node {
                Selection::Field(field) => self.field(&field.node),
                Selection::InlineFragment(inner) => self.set(&inner.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            }
            .map_err(|excess| match excess.at {
                None => excess.at(item.pos),
                Some(_) => excess,
            })?;
            sum.fields = sum.fields.saturating_add(weight.fields);
            sum.top = sum.top.saturating_add(weight.top);
            sum.cost = sum.cost.saturating_add(weight.cost);
            sum.depth = sum.depth.max(weight.depth);
            sum.page |= weight.page;
            self.bound(&sum).map_err(|excess| excess.at(item.pos))?;
        }
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field) -> Result<Weight, Excess> {
        let name = field.name.node.as_str();
        let inner = self.set(&field.selection_set.node)?;
        let times = match self.elements(field)? {
            Some(elements) => elements,
            None if inner.page => u64::try_from(self.limits.default_page_size).unwrap_or(1),
            None => 1,
        };
        Ok(Weight {
            fields: inner.fields.saturating_add(1),
            top: 1,
            // Tools ask for the schema deeper than any data lies; it is answered in development only.
            depth: if is_introspection(name) {
                1
            } else {
                inner.depth + 1
            },
            cost: inner.cost.saturating_mul(times).saturating_add(1),
            page: name == "edges" || name == "nodes",
        })
    }

    fn fragment(&mut self, name: &'a Name) -> Result<Weight, Excess> {
        match self.fragments.get(name) {
            Some(Some(weight)) => return Ok(*weight),
            Some(None) => {
                return Err(Excess::rule(
                    "CYCLIC_FRAGMENTS",
                    "조각이 자기 자신을 포함합니다.",
                    "A fragment contains itself.",
                ));
            }
            None => {}
        }
        // An unknown fragment weighs nothing: validation names it.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Weight::default());
        };
        self.nesting += 1;
        at_most(
            "TOO_DEEP",
            self.nesting,
            FRAGMENT_NESTING,
            (
                "조각이 너무 깊이 중첩되었습니다",
                "Fragments are nested too deep",
            ),
        )?;
        self.fragments.insert(name, None);
        let weight = self.set(&fragment.node.selection_set.node)?;
        self.fragments.insert(name, Some(weight));
        self.nesting -= 1;
        Ok(weight)
    }

    /// The number of elements that `first` or `last` names, at least one.
    fn elements(&self, field: &Field) -> Result<Option<u64>, Excess> {
        let mut most = None;
        for argument in ["first", "last"] {
            let Some(value) = field.get_argument(argument) else {
                continue;
            };
            let value = value
                .node
                .clone()
                .into_const_with(|name| self.variable(&name).ok_or(()));
            let Ok(Value::Number(number)) = value else {
                continue;
            };
            let elements = match (number.as_u64(), number.as_f64()) {
                (Some(elements), _) => elements,
                (None, Some(wide)) if wide > 0.0 => u64::MAX,
                _ => 0,
            };
            let limit = u64::try_from(self.limits.page_size).unwrap_or(u64::MAX);
            if elements > limit {
                return Err(Excess::over(
                    "PAGE_TOO_LARGE",
                    limit,
                    "페이지가 너무 큽니다",
                    "The page is too large",
                ));
            }
            most = most.max(Some(elements.max(1)));
        }
        Ok(most)
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        self.variables.get(name).cloned().or_else(|| {
            let mut definitions = self.operation?.variable_definitions.iter();
            let definition = definitions.find(|d| d.node.name.node == *name)?;
            definition.node.default_value().cloned()
        })
    }

    fn bound(&self, weight: &Weight) -> Result<(), Excess> {
        at_most(
            "TOO_MANY_FIELDS",
            usize::try_from(weight.fields).unwrap_or(usize::MAX),
            self.limits.expanded_fields,
            (
                "조각을 펼친 필드가 너무 많습니다",
                "With its fragments written out the document has too many fields",
            ),
        )?;
        if weight.cost > self.limits.cost {
            return Err(Excess::over(
                "TOO_COSTLY",
                self.limits.cost,
                "응답이 너무 커질 수 있습니다. 페이지를 줄이십시오",
                "The answer could become too large; ask for smaller pages",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
