//! The exported schema is the one of the code, and says what everything in it is.

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

#[test]
fn everything_in_it_is_described() {
    let sdl = matchday_api::graphql::sdl();
    let (mut inside, mut described, mut told) = (false, 0, false);
    let mut silent = Vec::new();
    for line in sdl.lines().take_while(|line| *line != "schema {") {
        let text = line.trim();
        if text == "\"\"\"" {
            inside = !inside;
            told = true;
        } else if !inside && !text.is_empty() && !text.starts_with(['}', ')']) {
            // The library leaves out what a connection is: that is Relay's.
            if told {
                described += 1;
            } else if !text.ends_with("Connection {") {
                silent.push(text);
            }
            told = false;
        }
    }
    assert!(silent.is_empty(), "without a description: {silent:#?}");
    assert!(described > 1_000, "only {described} descriptions are read");
}
