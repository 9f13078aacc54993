//! The schema as the matrix needs it: object types with their fields, and what a field leads to.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use std::collections::BTreeMap;

/// What a field gives.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name of its type, without lists and non-null marks.
    pub typ: String,
    /// Arguments that must be given.
    pub required: Vec<String>,
}

/// Object types and their fields.
pub struct Schema {
    pub types: BTreeMap<String, BTreeMap<String, Field>>,
    /// Object types that implement `Node`.
    pub nodes: Vec<String>,
}

fn base(typ: &Type) -> String {
    match &typ.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => base(inner),
    }
}

impl Schema {
    /// Reads the schema definition language.
    pub fn read(sdl: &str) -> Self {
        let document = parse_schema(sdl).unwrap();
        let (mut types, mut nodes) = (BTreeMap::new(), Vec::new());
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node.to_string();
            let (fields, implements) = match definition.node.kind {
                TypeKind::Object(object) => (object.fields, object.implements),
                TypeKind::Interface(interface) => (interface.fields, Vec::new()),
                _ => continue,
            };
            if implements.iter().any(|parent| parent.node == "Node") {
                nodes.push(name.clone());
            }
            let fields = fields.into_iter().map(|field| {
                let required = field.node.arguments.iter().filter(|argument| {
                    !argument.node.ty.node.nullable && argument.node.default_value.is_none()
                });
                let required = required.map(|argument| argument.node.name.node.to_string());
                let read = Field {
                    typ: base(&field.node.ty.node),
                    required: required.collect(),
                };
                (field.node.name.node.to_string(), read)
            });
            types.insert(name, fields.collect());
        }
        Self { types, nodes }
    }

    /// Whether a type only wraps what other fields give: connections, edges, payloads, the page, the interface.
    pub fn wraps(&self, typ: &str) -> bool {
        typ == "PageInfo"
            || typ == "Node"
            || ["Connection", "Edge", "Payload"]
                .iter()
                .any(|end| typ.ends_with(end))
    }

    /// A selection that shows whether a value of a type holds anything; empty for leaves.
    pub fn selection(&self, typ: &str) -> String {
        let Some(fields) = self.types.get(typ) else {
            return String::new();
        };
        if typ.ends_with("Connection") {
            return "{ edges { cursor } }".to_owned();
        }
        if self.nodes.iter().any(|node| node == typ) || typ == "Node" {
            return "{ id }".to_owned();
        }
        let leaves = fields
            .iter()
            .filter(|(_, field)| !self.types.contains_key(&field.typ) && field.required.is_empty());
        let leaves: Vec<_> = leaves.map(|(name, _)| name.as_str()).collect();
        if !leaves.is_empty() {
            return format!("{{ {} }}", leaves.join(" "));
        }
        let inner = fields.iter().find(|(_, field)| field.required.is_empty());
        let (name, field) = inner.expect("a type without a field that can be asked for plainly");
        format!("{{ {name} {} }}", self.selection(&field.typ))
    }
}
