//! Tries every cell over HTTP and compares it with what was decided.

use super::decisions::{Attempt, Block, Decisions};
use super::schema::Schema;
use super::world::{Actor, World};
use matchday_tests::Socket;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Codes that say "you may not", or hide that there is anything.
const REFUSALS: [&str; 4] = ["FORBIDDEN", "NOT_FOUND", "UNAUTHENTICATED", "NOT_VERIFIED"];

/// Codes of an input that never reached the decision: a fault of `decisions.txt`.
const UNREAD: [&str; 5] = [
    "REQUIRED",
    "TOO_LONG",
    "INVALID",
    "UNKNOWN_CODE",
    "VALIDATION",
];

/// What came of it.
#[derive(Default)]
pub struct Report {
    pub wrong: Vec<String>,
    cells: usize,
    actors: usize,
    /// Fields, and whether anybody saw something there in any sample.
    seen: BTreeMap<String, bool>,
}

impl Report {
    fn cell(&mut self, what: &str, actor: &Actor, wanted: bool, is: bool, told: &str) {
        self.cells += 1;
        if wanted != is {
            let (wanted, is) = (
                if wanted { "may" } else { "may not" },
                if is { "does" } else { "does not" },
            );
            self.wrong
                .push(format!("{what}: {} {wanted}, but {is} {told}", actor.label));
        }
    }

    /// A field in which nobody saw anything proves nothing.
    pub fn never_seen(&mut self, decisions: &Decisions) {
        for (field, seen) in &self.seen {
            let excused = decisions.unseen.keys().any(|unseen| unseen == field);
            if !seen && !excused {
                self.wrong
                    .push(format!("{field}: nobody saw anything in it"));
            }
            if *seen && excused {
                self.wrong
                    .push(format!("{field}: said to be unseen, but somebody saw it"));
            }
        }
    }

    /// The size of the matrix.
    pub fn size(&self, decisions: &Decisions, schema: &Schema) -> String {
        let decided: BTreeSet<_> = decisions
            .blocks
            .iter()
            .flat_map(|block| block.fields.keys().map(move |field| (&block.typ, field)))
            .collect();
        format!(
            "permission matrix: {} cells; {} actors; {} fields of {} object types, {} mutations, {} subscriptions; {} samples",
            self.cells,
            self.actors,
            decided.len(),
            decided
                .iter()
                .map(|(typ, _)| typ)
                .collect::<BTreeSet<_>>()
                .len(),
            schema.types["Mutation"].len(),
            schema.types["Subscription"].len(),
            decisions.blocks.len(),
        )
    }
}

/// Puts ids in the place of `$names`.
fn filled(text: &str, world: &World, actor: &Actor) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        filled.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(rest.len());
        let name = &rest[..end];
        let id = actor.own.get(name).or_else(|| world.ids.get(name));
        filled.push_str(&format!(
            "\"{}\"",
            id.unwrap_or_else(|| panic!("no sample {name}"))
        ));
        rest = &rest[end..];
    }
    filled + rest
}

/// Whether there is anything in a value.
fn holds(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => fields.values().any(holds),
        _ => true,
    }
}

/// The value of an alias, wherever in the answer it is.
fn find<'a>(value: &'a Value, alias: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => fields
            .get(alias)
            .or_else(|| fields.values().find_map(|inner| find(inner, alias))),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, alias)),
        _ => None,
    }
}

/// The query of a field of a sample.
fn field_query(schema: &Schema, decisions: &Decisions, block: &Block, field: &str) -> String {
    let typ = &schema.types[&block.typ][field].typ;
    let key = format!("{}.{field}", block.typ);
    let arguments = decisions.arguments.get(&key).map_or("", String::as_str);
    format!("{field}{arguments} {}", schema.selection(typ))
}

/// Every field of every sample × every actor.
pub async fn fields(world: &World, schema: &Schema, decisions: &Decisions, report: &mut Report) {
    report.actors = world.actors.len();
    for block in &decisions.blocks {
        let all = world
            .actors
            .iter()
            .map(|actor| values(world, schema, decisions, block, actor));
        let all = futures_util::future::join_all(all).await;
        for (actor, values) in world.actors.iter().zip(all) {
            for (field, class) in &block.fields {
                let what = format!("{}.{field}@{}", block.typ, block.sample);
                let is = holds(&values[field]);
                let wanted = decisions.includes(class, &actor.label);
                let field = format!("{}.{field}", block.typ);
                // What no sample shows is told once, by `never_seen`.
                let unseen = decisions.unseen.contains_key(&field);
                *report.seen.entry(field).or_default() |= is;
                report.cell(&what, actor, wanted && !unseen, is, "see it");
            }
        }
    }
}

/// What an actor sees of a sample: all at once while nothing is refused, else field by field, for a refusal may take its
/// neighbours along.
async fn values(
    world: &World,
    schema: &Schema,
    decisions: &Decisions,
    block: &Block,
    actor: &Actor,
) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    let names: Vec<_> = block.fields.keys().collect();
    for some in names.chunks(25) {
        let queries = some
            .iter()
            .map(|field| field_query(schema, decisions, block, field));
        let queries: Vec<_> = queries.collect();
        let answer = ask(world, actor, block, &queries.join(" ")).await;
        let whole = answer["errors"].is_null();
        for (field, query) in some.iter().zip(&queries) {
            let alone;
            let answer = if whole {
                &answer
            } else {
                alone = ask(world, actor, block, query).await;
                checked(block, field, &alone);
                &alone
            };
            let value = find(&answer["data"], field).cloned().unwrap_or_default();
            values.insert((*field).clone(), value);
        }
    }
    values
}

async fn ask(world: &World, actor: &Actor, block: &Block, inner: &str) -> Value {
    let query = filled(&block.around.replace('%', inner), world, actor);
    world
        .server
        .post(actor.user.as_ref(), &query, json!({}))
        .await
}

/// An error must be a refusal, not a fault of the query.
fn checked(block: &Block, field: &str, answer: &Value) {
    for error in answer["errors"].as_array().into_iter().flatten() {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        assert!(REFUSALS.contains(&code), "{}.{field}: {error:#}", block.typ);
    }
}

/// Every list × every sample × every actor.
pub async fn lists(world: &World, decisions: &Decisions, report: &mut Report) {
    for list in &decisions.lists {
        for actor in &world.actors {
            let query = filled(&list.query, world, actor);
            let answer = world
                .server
                .post(actor.user.as_ref(), &query, json!({}))
                .await;
            let all = answer["data"].to_string();
            for (sample, class) in &list.samples {
                let is = all.contains(&format!("\"{}\"", world.ids[sample]));
                let wanted = decisions.includes(class, &actor.label);
                report.cell(
                    &format!("{} → {sample}", list.query),
                    actor,
                    wanted,
                    is,
                    "find it",
                );
            }
        }
    }
}

/// Every subscription × every actor: whether it opens.
pub async fn subscriptions(
    world: &World,
    schema: &Schema,
    decisions: &Decisions,
    report: &mut Report,
) {
    for Attempt {
        name,
        arguments,
        class,
    } in &decisions.subscriptions
    {
        let typ = &schema.types["Subscription"][name].typ;
        let query = format!(
            "subscription {{ {name}{arguments} {} }}",
            schema.selection(typ)
        );
        let tries = world.actors.iter().map(|actor| async {
            let query = filled(&query, world, actor);
            Socket::refusal(&world.server, actor.user.as_ref(), &query).await
        });
        let refusals = futures_util::future::join_all(tries).await;
        for (actor, refusal) in world.actors.iter().zip(refusals) {
            let wanted = decisions.includes(class, &actor.label);
            let told = format!("open it ({refusal:?})");
            if let Some(code) = &refusal {
                assert!(REFUSALS.contains(&code.as_str()), "{name}: {code}");
            }
            report.cell(name, actor, wanted, refusal.is_none(), &told);
        }
    }
}

/// Every mutation × every actor. Versions are stale and windows closed, so that what is permitted changes little.
pub async fn mutations(world: &World, decisions: &Decisions, report: &mut Report) {
    for Attempt {
        name,
        arguments,
        class,
    } in &decisions.mutations
    {
        for actor in &world.actors {
            let mutation = format!(
                "mutation {{ {name}{arguments} {{ userErrors {{ code path messageEn }} }} }}"
            );
            let mutation = filled(&mutation, world, actor);
            let answer = world
                .server
                .post(actor.user.as_ref(), &mutation, json!({}))
                .await;
            let asked = &answer["data"][name]["userErrors"][0];
            let raised = &answer["errors"][0];
            let code = asked["code"]
                .as_str()
                .or_else(|| raised["extensions"]["code"].as_str());
            let is = match code {
                None => {
                    assert!(raised.is_null(), "{mutation}\n{answer:#}");
                    true
                }
                Some(code) => {
                    // What cannot be undone is tried with a proof that is wrong: it is read after the permission.
                    let read =
                        !UNREAD.contains(&code) || ["signIn", "eraseMe"].contains(&name.as_str());
                    assert!(read, "{mutation}\n{answer:#}");
                    !REFUSALS.contains(&code)
                }
            };
            let wanted = decisions.includes(class, &actor.label);
            let told = format!("do it ({})", code.unwrap_or("done"));
            report.cell(&format!("{name}{arguments}"), actor, wanted, is, &told);
        }
    }
}
