//! Reads `decisions.txt`: classes of actors, and what each class may see and do.

use super::schema::Schema;
use std::collections::{BTreeMap, BTreeSet};

/// Fields of one sample object.
pub struct Block {
    /// The object type.
    pub typ: String,
    /// Which sample of the world.
    pub sample: String,
    /// The query around the fields; `%` is where they go.
    pub around: String,
    /// Field → class that sees it.
    pub fields: BTreeMap<String, String>,
}

/// Who finds which samples in a list.
pub struct ListBlock {
    /// The query.
    pub query: String,
    /// Sample → class that finds it.
    pub samples: BTreeMap<String, String>,
}

/// A mutation or subscription that is tried.
pub struct Attempt {
    pub name: String,
    /// Its arguments, in the query language, with `$sample` for ids.
    pub arguments: String,
    pub class: String,
}

#[derive(Default)]
pub struct Decisions {
    classes: BTreeMap<String, Vec<String>>,
    pub blocks: Vec<Block>,
    pub lists: Vec<ListBlock>,
    pub mutations: Vec<Attempt>,
    pub subscriptions: Vec<Attempt>,
    /// Types whose fields are seen by whoever sees the field that holds them.
    parts: BTreeMap<String, BTreeSet<String>>,
    /// Arguments for fields that need some.
    pub arguments: BTreeMap<String, String>,
    /// Fields that no sample shows, with the reason.
    pub unseen: BTreeMap<String, String>,
}

enum Section {
    Top,
    Block,
    List,
    Mutations,
    Subscriptions,
}

impl Decisions {
    /// Reads the file; a line that it cannot read stops the test.
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        let mut section = Section::Top;
        for line in text.lines() {
            let (indented, line) = (line.starts_with(' '), line.trim());
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if indented {
                read.entry(&section, line);
                continue;
            }
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            section = match word {
                "class" => {
                    let (name, patterns) = rest.split_once('=').expect(line);
                    let patterns = patterns.split_whitespace().map(str::to_owned).collect();
                    read.classes.insert(name.trim().to_owned(), patterns);
                    Section::Top
                }
                "object" => {
                    let (head, around) = rest.split_once(": ").expect(line);
                    let (typ, sample) = head.split_once('@').expect(line);
                    read.blocks.push(Block {
                        typ: typ.to_owned(),
                        sample: sample.to_owned(),
                        around: around.to_owned(),
                        fields: BTreeMap::new(),
                    });
                    Section::Block
                }
                "list" => {
                    read.lists.push(ListBlock {
                        query: rest.to_owned(),
                        samples: BTreeMap::new(),
                    });
                    Section::List
                }
                "part" => {
                    let (typ, fields) = rest.split_once(':').expect(line);
                    let fields = fields.split_whitespace().map(str::to_owned).collect();
                    read.parts.insert(typ.to_owned(), fields);
                    Section::Top
                }
                "arguments" => {
                    let (field, arguments) = rest.split_once(' ').expect(line);
                    read.arguments
                        .insert(field.to_owned(), arguments.trim().to_owned());
                    Section::Top
                }
                "unseen" => {
                    let (field, reason) = rest.split_once(' ').expect(line);
                    read.unseen.insert(field.to_owned(), reason.to_owned());
                    Section::Top
                }
                "mutations" => Section::Mutations,
                "subscriptions" => Section::Subscriptions,
                _ => panic!("decisions.txt: {line}"),
            };
        }
        read
    }

    fn entry(&mut self, section: &Section, line: &str) {
        let (class, rest) = line.split_once(": ").expect(line);
        let name = class.split('/').next().unwrap();
        assert!(self.classes.contains_key(name), "no class {name}: {line}");
        let persons;
        let class = if matches!(section, Section::Mutations) && !class.contains('/') {
            persons = format!("{class}/persons");
            &persons
        } else {
            class
        };
        match section {
            Section::Block => {
                let block = self.blocks.last_mut().expect(line);
                for field in rest.split_whitespace() {
                    let twice = block.fields.insert(field.to_owned(), class.to_owned());
                    assert!(twice.is_none(), "{}.{field} is decided twice", block.typ);
                }
            }
            Section::List => {
                let list = self.lists.last_mut().expect(line);
                for sample in rest.split_whitespace() {
                    list.samples.insert(sample.to_owned(), class.to_owned());
                }
            }
            Section::Mutations | Section::Subscriptions => {
                let (name, arguments) = rest.split_once(' ').unwrap_or((rest, ""));
                let attempt = Attempt {
                    name: name.to_owned(),
                    arguments: arguments.trim().to_owned(),
                    class: class.to_owned(),
                };
                if matches!(section, Section::Mutations) {
                    self.mutations.push(attempt);
                } else {
                    self.subscriptions.push(attempt);
                }
            }
            Section::Top => panic!("decisions.txt: {line}"),
        }
    }

    /// Whether an actor is of a class. A key is what its creator is, an administrator, unless the class is of `/persons`
    /// only, or of keys with one scope.
    pub fn includes(&self, class: &str, actor: &str) -> bool {
        let (class, programs) = class.split_once('/').unwrap_or((class, "keys"));
        let segments: Vec<_> = actor.split('.').collect();
        if let [kind, tenant, "key", scope] = segments[..] {
            return (programs == "keys" || programs == scope)
                && self.fits(class, &[kind, tenant, "administrator"]);
        }
        self.fits(class, &segments)
    }

    /// Whether one of the patterns of a class fits, `*` standing for any one segment.
    fn fits(&self, class: &str, actor: &[&str]) -> bool {
        self.classes[class].iter().any(|pattern| {
            if let Some(other) = pattern.strip_prefix('@') {
                return self.fits(other, actor);
            }
            let pattern: Vec<_> = pattern.split('.').collect();
            pattern.len() == actor.len()
                && pattern
                    .iter()
                    .zip(actor)
                    .all(|(wanted, is)| *wanted == "*" || wanted == is)
        })
    }

    /// What is in the schema and in no block.
    pub fn undecided(&self, schema: &Schema) -> Vec<String> {
        let mut undecided = Vec::new();
        for (typ, fields) in &schema.types {
            if schema.wraps(typ) {
                continue;
            }
            for field in fields.keys() {
                let decided = match typ.as_str() {
                    "Mutation" => self.mutations.iter().any(|tried| tried.name == *field),
                    "Subscription" => self.subscriptions.iter().any(|tried| tried.name == *field),
                    _ => {
                        let part = self.parts.get(typ).is_some_and(|part| part.contains(field));
                        let mut blocks = self.blocks.iter().filter(|block| block.typ == *typ);
                        part || blocks.next().is_some_and(|first| {
                            first.fields.contains_key(field)
                                && blocks.all(|block| block.fields.contains_key(field))
                        })
                    }
                };
                if !decided {
                    undecided.push(format!("{typ}.{field}"));
                }
            }
        }
        undecided
    }

    /// What is decided and no longer in the schema.
    pub fn stale(&self, schema: &Schema) -> Vec<String> {
        let known = |typ: &str, field: &str| {
            schema
                .types
                .get(typ)
                .is_some_and(|fields| fields.contains_key(field))
        };
        let mut stale = Vec::new();
        let blocks = self
            .blocks
            .iter()
            .map(|block| (&block.typ, block.fields.keys().collect::<Vec<_>>()));
        let parts = self
            .parts
            .iter()
            .map(|(typ, fields)| (typ, fields.iter().collect::<Vec<_>>()));
        for (typ, fields) in blocks.chain(parts) {
            stale.extend(
                fields
                    .into_iter()
                    .filter(|field| !known(typ, field))
                    .map(|field| format!("{typ}.{field}")),
            );
        }
        let attempts = [
            ("Mutation", &self.mutations),
            ("Subscription", &self.subscriptions),
        ];
        for (typ, tried) in attempts {
            stale.extend(
                tried
                    .iter()
                    .filter(|tried| !known(typ, &tried.name))
                    .map(|tried| format!("{typ}.{}", tried.name)),
            );
        }
        stale
    }
}
