//! Whatever document the service accepts, its answer holds no more fields than the limiter promised before it ran.

use crate::permission::schema::Schema;
use crate::permission::world::World;
use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{QueryPathSegment, Request, ServerResult, Variables};
use matchday_api::config::Limits;
use matchday_api::graphql;
use matchday_api::http::{Shape, weigh};
use matchday_tests::TestDatabase;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Documents that are tried.
const DOCUMENTS: usize = 900;

/// Counts the fields that are resolved, also those that no answer holds because one beside them failed.
#[derive(Clone, Default)]
struct Resolved(Arc<AtomicU64>);

impl ExtensionFactory for Resolved {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for Resolved {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<async_graphql::Value>> {
        if matches!(info.path_node.segment, QueryPathSegment::Name(_)) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        next.run(ctx, info).await
    }
}

/// Choices that make a document, used one after the other.
struct Choices<'a> {
    numbers: &'a [u8],
    used: usize,
    /// Fragments so far, as definitions.
    fragments: Vec<String>,
}

impl Choices<'_> {
    fn below(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.used).copied().unwrap_or(0);
        self.used += 1;
        usize::from(number) % n.max(1)
    }

    fn done(&self) -> bool {
        self.used >= self.numbers.len()
    }
}

/// Arguments that a field takes; none if some must be given that this test does not know.
fn arguments(
    schema: &Schema,
    typ: &str,
    field: &str,
    world: &World,
    choices: &mut Choices<'_>,
) -> Option<String> {
    let found = &schema.types[typ][field];
    let pages = found.typ.ends_with("Connection");
    let ids = || {
        ["offer", "demand", "day", "meeting", "arrangement"].map(|sample| world.ids[sample].clone())
    };
    match (found.required.as_slice(), pages) {
        ([], true) => Some(match choices.below(4) {
            0 => String::new(),
            1 => format!("(last: {})", choices.below(6)),
            2 => "(first: $n)".to_owned(),
            _ => format!("(first: {})", choices.below(6)),
        }),
        ([], false) => Some(String::new()),
        ([one], _) if one == "id" => Some(format!("(id: {:?})", ids()[choices.below(5)])),
        ([one], _) if one == "ids" => Some(format!("(ids: {:?})", ids())),
        ([one], _) if one == "words" => Some("(words: \"CT\")".to_owned()),
        _ => None,
    }
}

/// A selection set of a type, some levels deep.
fn selection(
    schema: &Schema,
    typ: &str,
    world: &World,
    depth: usize,
    choices: &mut Choices<'_>,
) -> String {
    let fields: Vec<_> = schema.types[typ].keys().cloned().collect();
    let mut set = String::from("{ __typename ");
    for _ in 0..=choices.below(4) {
        let field = &fields[choices.below(fields.len())];
        let Some(arguments) = arguments(schema, typ, field, world, choices) else {
            continue;
        };
        let to = schema.types[typ][field].typ.clone();
        let inner = match schema.types.contains_key(&to) {
            true if depth == 0 || choices.done() => continue,
            true if to == "Node" => {
                let node = &schema.nodes[choices.below(schema.nodes.len())];
                format!(
                    "{{ id ... on {node} {} }}",
                    selection(schema, node, world, depth - 1, choices)
                )
            }
            true => selection(schema, &to, world, depth - 1, choices),
            false => String::new(),
        };
        // The same field twice with other arguments would be refused: every one has a name of its own.
        let alias = choices.used;
        let plain = format!("f{alias}: {field}{arguments} {inner} ");
        set += &match choices.below(5) {
            0 => format!("... on {typ} @include(if: true) {{ {plain} }} "),
            1 => {
                let name = format!("F{}", choices.fragments.len());
                choices
                    .fragments
                    .push(format!("fragment {name} on {typ} {{ {plain} }} "));
                format!("...{name} ").repeat(1 + choices.below(3))
            }
            _ => plain,
        };
    }
    set + "}"
}

/// Fields of an answer, and the longest list in it.
fn held(value: &Value) -> (u64, usize) {
    match value {
        Value::Object(fields) => fields
            .values()
            .map(held)
            .fold((0, 0), |(n, longest), (more, long)| {
                (n + 1 + more, longest.max(long))
            }),
        Value::Array(items) => items
            .iter()
            .map(held)
            .fold((0, items.len()), |(n, longest), (more, long)| {
                (n + more, longest.max(long))
            }),
        _ => (0, 0),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_costs_more_than_was_promised() {
    let database = TestDatabase::sqlite();
    let world = World::build(&database).await;
    let sdl = graphql::sdl();
    let (schema, shape, limits) = (
        Schema::read(&sdl),
        Shape::of(&sdl).unwrap(),
        Limits::default(),
    );
    let variables = Variables::from_json(json!({ "n": 3 }));
    let organiser = world
        .actors
        .iter()
        .find(|actor| actor.label == "organiser.own.member")
        .unwrap();
    let (app, resolved) = (&world.server.service.app, Resolved::default());
    let counted = graphql::builder()
        .data(app.clone())
        .data(limits.clone())
        .extension(resolved.clone())
        .finish();
    let token = organiser.user.as_ref().map(|user| user.token.as_str());
    let caller = app.caller(token, None).await.unwrap();
    assert!(caller.actor.is_some());
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let numbers = proptest::collection::vec(any::<u8>(), 20..160);
    let (mut answered, mut dearest, mut refused, mut most) = (0, (0, 0), 0, 0);
    for _ in 0..DOCUMENTS {
        let numbers = numbers.new_tree(&mut runner).unwrap().current();
        let mut choices = Choices {
            numbers: &numbers,
            used: 0,
            fragments: Vec::new(),
        };
        let set = selection(&schema, "Query", &world, 5, &mut choices);
        let body = format!("{set} {}", choices.fragments.concat());
        let head = if body.contains("$n") {
            "query($n: Int)"
        } else {
            "query"
        };
        let document = format!("{head} {body}");
        let Ok(promised) = weigh(&document, &variables, &limits, &shape) else {
            refused += 1;
            continue;
        };
        let answer = world
            .server
            .post(organiser.user.as_ref(), &document, json!({ "n": 3 }))
            .await;
        // A document that is refused after all, or breaks something, tells nothing of its cost.
        for error in answer["errors"].as_array().into_iter().flatten() {
            let code = error["extensions"]["code"].as_str().unwrap_or("none");
            let broken = ["none", "INTERNAL", "GRAPHQL_VALIDATION_FAILED"].contains(&code);
            assert!(!broken, "{document}\n{error:#}");
        }
        let (fields, longest) = held(&answer["data"]);
        // Lists that take no `first` are promised to be no longer than this.
        assert!(
            longest <= limits.list_size.max(limits.default_page_size),
            "{document}"
        );
        assert!(
            fields <= promised,
            "{fields} fields, {promised} promised: {document}\n{answer:#}"
        );
        resolved.0.store(0, Ordering::Relaxed);
        let request = Request::new(&document).variables(variables.clone());
        let request = graphql::request_data(app, caller.clone(), request);
        counted.execute(request).await;
        let spent = resolved.0.load(Ordering::Relaxed);
        assert!(
            spent <= promised,
            "{spent} fields resolved, {promised} promised: {document}"
        );
        most = most.max(spent);
        answered += usize::from(fields > 1);
        dearest = dearest.max((fields, promised));
    }
    println!(
        "{answered} answered, {refused} refused; the dearest: {dearest:?} (fields, promised); at most {most} resolved"
    );
    assert!(answered > DOCUMENTS / 2, "{answered} answered");
    assert!(dearest.0 > 50, "{dearest:?}");
    assert!(most > 50, "at most {most} fields were resolved");
}
