//! What the limits must know of the schema: which fields are lists of objects, and where a field leads.

use async_graphql::Value as ConstValue;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition,
};
use std::collections::{HashMap, HashSet};

/// The lists of a schema; the empty one knows of none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    types: HashMap<String, HashMap<String, Leads>>,
    pages: HashSet<String>,
    roots: [Option<String>; 3],
}

/// Where a field leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leads {
    /// The type.
    pub to: String,
    /// Whether to many objects of it that no page bounds.
    pub many: bool,
    /// How many elements it asks for where the document names no `first`; none if it takes none or has no default.
    pub first: Option<u64>,
}

impl Shape {
    /// Reads a schema in the definition language.
    ///
    /// # Errors
    /// It is none; in the parser's words.
    pub fn of(sdl: &str) -> Result<Self, String> {
        let document = parse_schema(sdl).map_err(|error| error.to_string())?;
        let mut shape = Self::default();
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Type(typ) => {
                    let fields = match &typ.node.kind {
                        TypeKind::Object(object) => &object.fields,
                        TypeKind::Interface(interface) => &interface.fields,
                        _ => continue,
                    };
                    let fields = fields.iter().map(|field| &field.node);
                    // Its edges are counted by `first` and `last` of the field that leads to the page.
                    let is_page = fields.clone().any(|field| field.name.node == "pageInfo");
                    if is_page {
                        shape.pages.insert(typ.node.name.node.to_string());
                    }
                    let fields = fields.map(|field| {
                        let leads = Leads {
                            to: inmost(&field.ty.node).to_owned(),
                            many: is_list(&field.ty.node) && !is_page,
                            first: first(field),
                        };
                        (name(field), leads)
                    });
                    shape
                        .types
                        .insert(typ.node.name.node.to_string(), fields.collect());
                }
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    shape.roots = [schema.query, schema.mutation, schema.subscription]
                        .map(|root| root.map(|name| name.node.to_string()));
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(shape)
    }

    /// The type at the top of an operation.
    pub(super) fn root(&self, kind: OperationType) -> Option<&str> {
        self.roots[kind as usize].as_deref()
    }

    /// Whether a type is a page of a list: `first` of the field that leads to it counts its edges.
    pub(super) fn is_page(&self, typ: &str) -> bool {
        self.pages.contains(typ)
    }

    /// Where a field of a type leads.
    pub(super) fn field(&self, typ: Option<&str>, field: &str) -> Option<&Leads> {
        self.types.get(typ?)?.get(field)
    }
}

/// The default of the argument `first`.
fn first(field: &FieldDefinition) -> Option<u64> {
    let mut arguments = field.arguments.iter().map(|argument| &argument.node);
    let first = arguments.find(|argument| argument.name.node == "first")?;
    match &first.default_value.as_ref()?.node {
        ConstValue::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn name(field: &FieldDefinition) -> String {
    field.name.node.to_string()
}

fn is_list(typ: &Type) -> bool {
    matches!(typ.base, BaseType::List(_))
}

fn inmost(typ: &Type) -> &str {
    match &typ.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => inmost(inner),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_told_from_pages() {
        let shape = Shape::of(&crate::graphql::sdl()).unwrap();
        let root = shape.root(OperationType::Query);
        let lead = |typ, field| {
            let leads = shape.field(typ, field).unwrap();
            (leads.to.as_str(), leads.many)
        };
        assert_eq!(lead(root, "offers"), ("OfferConnection", false));
        assert_eq!(lead(Some("OfferConnection"), "edges"), ("OfferEdge", false));
        assert_eq!(lead(Some("MatchingDay"), "timetable"), ("Meeting", true));
        assert!(shape.is_page("OfferConnection") && !shape.is_page("MatchingWeightsPreview"));
        let default = |typ, field| shape.field(typ, field).unwrap().first;
        assert_eq!(default(root, "searchTerms"), Some(20));
        assert_eq!(default(root, "offers"), None);
        assert_eq!(lead(root, "nodes"), ("Node", true));
        assert_eq!(
            shape.root(OperationType::Subscription),
            Some("Subscription")
        );
        assert!(shape.field(root, "nowhere").is_none());
        assert!(Shape::of("type {").is_err());
    }
}
