//! The exported schema is the one of the code.

#[test]
fn schema_graphql_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql");
    let kept = std::fs::read_to_string(path).unwrap();
    let current = matchday_api::graphql::sdl();
    assert!(
        kept == current,
        "schema.graphql is out of date: cargo run -- schema > schema.graphql"
    );
}
