#![allow(clippy::unwrap_used)]

use super::*;
use async_graphql::parser::parse_query;
use async_graphql::{Value, value};
use std::time::Instant;

fn code(document: &str) -> &'static str {
    code_with(document, Value::Null, false)
}

fn code_with(document: &str, variables: Value, development: bool) -> &'static str {
    let limits = Limits::default();
    if let Err(excess) = check_text(document, &limits) {
        return excess.code;
    }
    let document = parse_query(document).unwrap();
    let variables = Variables::from_value(variables);
    let shape = Shape::default();
    check(&document, &variables, &limits, &shape, development).map_or_else(|e| e.code, |_| "ok")
}

#[test]
fn what_is_counted_as_written_is_bounded() {
    let many = |n: usize, f: &dyn Fn(usize) -> String| -> String {
        (0..n).map(f).collect::<Vec<_>>().join(" ")
    };
    let aliases = |n| format!("{{ q {{ {} }} }}", many(n, &|i| format!("a{i}: b")));
    assert_eq!(code(&aliases(30)), "ok");
    assert_eq!(code(&aliases(31)), "TOO_MANY_ALIASES");
    let repeated = |n| format!("{{ q {{ {} }} }}", "a ".repeat(n));
    assert_eq!(code(&repeated(201)), "ok");
    assert_eq!(code(&repeated(202)), "TOO_MANY_REPEATED_FIELDS");
    let directives = |n| format!("{{ a {} }}", many(n, &|i| format!("@x{i}")));
    assert_eq!(code(&directives(20)), "ok");
    assert_eq!(code(&directives(21)), "TOO_MANY_DIRECTIVES");
    let root = |n| format!("{{ {} }}", many(n, &|i| format!("a{i}")));
    assert_eq!(code(&root(10)), "ok");
    assert_eq!(code(&root(11)), "TOO_MANY_ROOT_FIELDS");
    assert_eq!(code(&root(2_000)), "TOO_MANY_TOKENS");
    assert_eq!(code(&" ".repeat(65_537)), "DOCUMENT_TOO_LONG");
    assert_eq!(code(&"{a".repeat(50)), "TOO_DEEP");
    assert_eq!(code("{ __schema { x } }"), "INTROSPECTION_DISABLED");
    assert_eq!(code("{ __type(name: \"A\") { name } }"), "ok");
    assert_eq!(code("subscription { a b }"), "SINGLE_FIELD_SUBSCRIPTION");
    for twice in ["a @x @x", "...F @x @x", "... @x @x { a }", "__typename @x"] {
        let expected = "GRAPHQL_VALIDATION_FAILED";
        assert_eq!(code(&format!("{{ {twice} }}")), expected, "{twice}");
    }
    assert_eq!(
        code("{ __typename @skip(if: true) @include(if: true) }"),
        "ok"
    );
}

#[test]
fn depth_is_measured_through_fragments() {
    let deep = |n: usize| format!("{}a{}", "a{".repeat(n - 1), "}".repeat(n - 1));
    assert_eq!(code(&format!("{{ {} }}", deep(12))), "ok");
    assert_eq!(code(&format!("{{ {} }}", deep(13))), "TOO_DEEP");
    let split = format!(
        "{{ {} }} fragment F on T {{ {} }}",
        "a{a{a{...F}}}",
        deep(10)
    );
    assert_eq!(code(&split), "TOO_DEEP");
    let schema = format!("{{ __schema {{ {} }} }}", deep(16));
    assert_eq!(code_with(&schema, Value::Null, true), "ok");
}

#[test]
fn fragments_that_double_or_circle_are_refused_at_once() {
    let chain = |n: usize, spread: &dyn Fn(usize) -> String| {
        let mut document = String::from("query { ...F0 }");
        for i in 0..n {
            document += &format!(" fragment F{i} on Query {{ {} }}", spread(i + 1));
        }
        document + &format!(" fragment F{n} on Query {{ a }}")
    };
    let doubling = chain(24, &|i| format!("...F{i} ...F{i}"));
    let begun = Instant::now();
    assert_eq!(code(&doubling), "TOO_MANY_FIELDS");
    assert!(begun.elapsed().as_millis() < 100, "{:?}", begun.elapsed());
    assert_eq!(code(&chain(40, &|i| format!("...F{i}"))), "TOO_DEEP");
    let circle = "{ ...A } fragment A on Q { ...B } fragment B on Q { ...A }";
    assert_eq!(code(circle), "CYCLIC_FRAGMENTS");
    assert_eq!(
        code("{ a } fragment A on Q { a { ...A } }"),
        "CYCLIC_FRAGMENTS"
    );
    assert_eq!(code("{ ...Nowhere }"), "ok");
}

#[test]
fn pages_multiply_what_is_inside_them() {
    let pages =
        |a, b| format!("{{ a(first: {a}) {{ edges {{ node {{ b(last: {b}) {{ x }} }} }} }} }}");
    assert_eq!(code(&pages(100, 100)), "ok");
    assert_eq!(code(&pages(101, 1)), "PAGE_TOO_LARGE");
    assert_eq!(code(&pages(1_000_000, 1)), "PAGE_TOO_LARGE");
    let three = "{ a(first: 100) { b(first: 100) { c(first: 3) { x } } } }";
    assert_eq!(code(three), "TOO_COSTLY");
    let variable = "query($n: Int = 100) { a(first: $n) { b(first: $n) { c(first: $n) { x } } } }";
    assert_eq!(code(variable), "TOO_COSTLY");
    assert_eq!(code_with(variable, value!({ "n": 2 }), false), "ok");
    assert_eq!(
        code_with(variable, value!({ "n": 1e300 }), false),
        "PAGE_TOO_LARGE"
    );
    // Pages that name no number count as the default one, also through a fragment.
    let page = |inner: &str| format!("a {{ ...on A {{ edges {{ node {{ {inner} }} }} }} }}");
    assert_eq!(code(&format!("{{ {} }}", page(&page("x")))), "ok");
    let four = format!("{{ {} }}", page(&page(&page(&page("x")))));
    assert_eq!(code(&four), "TOO_COSTLY");
}

#[test]
fn lists_that_no_page_bounds_count_as_some_elements() {
    let shape = Shape::of(
        "schema { query: Q } type Q { a: A } interface I { many: [A!] }
         type A implements I { a: A many: [A!] tags: [String!] nodes(ids: [ID!]!): [I]! }",
    )
    .unwrap();
    let limits = Limits {
        list_size: 7,
        ..Limits::default()
    };
    let cost = |document: &str, variables: Value| {
        weigh(document, &Variables::from_value(variables), &limits, &shape)
    };
    let none = || value!({});
    assert_eq!(cost("{ a { a { tags } } }", none()), Ok(3));
    assert_eq!(cost("{ a { many { tags } } }", none()), Ok(1 + 1 + 7));
    // Through fragments, with and without a condition, and through interfaces.
    assert_eq!(
        cost(
            "{ a { ... { ...F } } } fragment F on A { many { a { a } } }",
            none()
        ),
        Ok(16)
    );
    assert_eq!(cost("{ a { ... on I { many { tags } } } }", none()), Ok(9));
    let nodes = "query($ids: [ID!]!) { a { nodes(ids: $ids) { many { tags } } } }";
    assert_eq!(cost(nodes, value!({ "ids": ["x", "y"] })), Ok(2 + 2 * 8));
    assert_eq!(
        cost(
            nodes,
            value!({ "ids": (0..101).map(Value::from).collect::<Vec<_>>() })
        ),
        Err("PAGE_TOO_LARGE")
    );
    let deep = format!(
        "{{ a {{ {} tags {} }} }}",
        "many { ".repeat(6),
        "} ".repeat(6)
    );
    assert_eq!(cost(&deep, none()), Err("TOO_COSTLY"));
}

#[test]
fn what_is_left_out_weighs_as_its_default() {
    let shape = Shape::of(&crate::graphql::sdl()).unwrap();
    let limits = Limits::default();
    let cost = |document: &str| weigh(document, &Variables::default(), &limits, &shape);
    let preview = |first: &str| {
        cost(&format!(
            r#"{{ node(id: "x") {{ ... on MatchingDay {{ previewMatchingWeights(weights: {{ text: 30 }} {first}) {{
                swappedPairs changes {{ demand {{ title {{ local }} }}
                changes {{ oldRank newRank offer {{ title {{ local }} }} }} }} }} }} }} }}"#
        ))
    };
    let default = preview("").unwrap();
    for first in ["first: 20", "first: 10"] {
        assert_eq!(preview(first), Ok(default), "{first}");
    }
    // More of them than a list counts as weigh more.
    assert!(preview("first: 100").unwrap() > 4 * default);
    let terms = |first: &str| {
        cost(&format!(
            "{{ searchTerms(words: \"CT\" {first}) {{ code }} }}"
        ))
    };
    assert_eq!(terms(""), terms("first: 20"));
    assert!(terms("").unwrap() > terms("first: 3").unwrap());
}

#[test]
fn the_main_path_is_within_the_limits() {
    let shape = Shape::of(&crate::graphql::sdl()).unwrap();
    let readme = include_str!("../../../../README.md");
    let block = readme.split("```graphql").nth(1).unwrap();
    let lines = block.split("```").next().unwrap().lines();
    let mut operations: Vec<String> = Vec::new();
    for line in lines.filter(|line| !line.starts_with('#')) {
        if line.starts_with("query") || line.starts_with("mutation") {
            operations.push(String::new());
        }
        if let Some(operation) = operations.last_mut() {
            *operation += line;
            operation.push('\n');
        }
    }
    assert_eq!(operations.len(), 5);
    for operation in operations {
        let cost = weigh(
            &operation,
            &Variables::default(),
            &Limits::default(),
            &shape,
        );
        assert!(cost.is_ok(), "{operation}: {cost:?}");
    }
}
