//! Weighs selection sets: what they hold when all fragments are written out, each fragment weighed once.

use super::{Excess, at_most};
use crate::config::Limits;
use crate::http::shape::Shape;
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Value, Variables};
use std::collections::HashMap;

/// Fragments inside one another; the library stops at the same number.
const FRAGMENT_NESTING: usize = 32;

fn size(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn is_introspection(name: &str) -> bool {
    name == "__schema" || name == "__type"
}

/// What a selection set weighs when all fragments are written out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weight {
    /// Fields.
    fields: u64,
    /// Fields at its own level.
    pub top: u64,
    /// Fields inside one another.
    pub depth: usize,
    /// Fields that the answer may hold, pages and lists counted with their elements.
    pub cost: u64,
    /// Whether it reaches into a page (`edges`, `nodes`).
    page: bool,
}

/// Weighs selection sets, each fragment once.
pub(super) struct Scale<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    operation: Option<&'a OperationDefinition>,
    limits: &'a Limits,
    shape: &'a Shape,
    /// `None` while the fragment is being weighed: met then, it contains itself.
    fragments: HashMap<&'a Name, Option<Weight>>,
    nesting: usize,
}

impl<'a> Scale<'a> {
    pub(super) fn new(
        document: &'a ExecutableDocument,
        variables: &'a Variables,
        operation: Option<&'a OperationDefinition>,
        limits: &'a Limits,
        shape: &'a Shape,
    ) -> Self {
        Self {
            document,
            variables,
            operation,
            limits,
            shape,
            fragments: HashMap::new(),
            nesting: 0,
        }
    }

    /// Weighs a set; `on` is the type it selects from, if that is known.
    pub(super) fn set(
        &mut self,
        set: &'a SelectionSet,
        on: Option<&'a str>,
    ) -> Result<Weight, Excess> {
        let mut sum = Weight::default();
        for item in &set.items {
            let weight = match &item.node {
                Selection::Field(field) => self.field(&field.node, on),
                Selection::InlineFragment(inner) => {
                    let condition = inner.node.type_condition.as_ref();
                    let on = condition.map_or(on, |c| Some(c.node.on.node.as_str()));
                    self.set(&inner.node.selection_set.node, on)
                }
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

    fn field(&mut self, field: &'a Field, on: Option<&'a str>) -> Result<Weight, Excess> {
        let name = field.name.node.as_str();
        let leads = self.shape.field(on, name);
        let to = leads.map(|leads| leads.to.as_str());
        let inner = self.set(&field.selection_set.node, to)?;
        let many = leads.is_some_and(|leads| leads.many);
        let default = leads.and_then(|leads| leads.first);
        let times = match self.elements(field)?.or(default) {
            // It bounds lists inside one object, each of which counts as some elements already.
            Some(elements)
                if leads.is_some() && !many && !to.is_some_and(|to| self.shape.is_page(to)) =>
            {
                elements.div_ceil(size(self.limits.list_size).max(1))
            }
            Some(elements) => elements,
            None if many => size(self.limits.list_size),
            None if inner.page => size(self.limits.default_page_size),
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
            // `nodes(ids:)` at the top is no page.
            page: name == "edges" || (name == "nodes" && field.get_argument("ids").is_none()),
        })
    }

    pub(super) fn fragment(&mut self, name: &'a Name) -> Result<Weight, Excess> {
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
        let on = fragment.node.type_condition.node.on.node.as_str();
        let weight = self.set(&fragment.node.selection_set.node, Some(on))?;
        self.fragments.insert(name, Some(weight));
        self.nesting -= 1;
        Ok(weight)
    }

    /// The number of elements that `first`, `last` or the list `ids` names, at least one.
    fn elements(&self, field: &Field) -> Result<Option<u64>, Excess> {
        let mut most = None;
        for argument in ["first", "last", "ids"] {
            let Some(value) = field.get_argument(argument) else {
                continue;
            };
            let value = value
                .node
                .clone()
                .into_const_with(|name| self.variable(&name).ok_or(()));
            let elements = match value {
                Ok(Value::Number(number)) => match (number.as_u64(), number.as_f64()) {
                    (Some(elements), _) => elements,
                    (None, Some(wide)) if wide > 0.0 => u64::MAX,
                    _ => 0,
                },
                Ok(Value::List(ids)) => size(ids.len()),
                _ => continue,
            };
            let limit = size(self.limits.page_size);
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
