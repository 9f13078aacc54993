//! The generated matrix: every field and mutation of the schema × every role × own and other tenant's object.
//!
//! `decisions.txt` says who may see or do what. The test reads the schema, so a field, mutation or subscription that
//! nobody decided fails it; then it tries every cell over HTTP, in a world in which every field has something to show.

mod cells;
mod decisions;
pub mod schema;
pub mod world;

use decisions::Decisions;
use matchday_tests::{TestDatabase, on_both};
use schema::Schema;
use world::World;

on_both!(everybody_sees_and_does_what_was_decided, matrix);

async fn matrix(database: TestDatabase) {
    let decisions = Decisions::read(include_str!("decisions.txt"));
    let schema = Schema::read(&matchday_api::graphql::sdl());
    let undecided = decisions.undecided(&schema);
    assert!(undecided.is_empty(), "nobody decided: {undecided:#?}");
    let stale = decisions.stale(&schema);
    assert!(
        stale.is_empty(),
        "decided, but not in the schema: {stale:#?}"
    );

    let world = World::build(&database).await;
    let mut report = cells::Report::default();
    cells::fields(&world, &schema, &decisions, &mut report).await;
    cells::lists(&world, &decisions, &mut report).await;
    cells::subscriptions(&world, &schema, &decisions, &mut report).await;
    cells::mutations(&world, &decisions, &mut report).await;
    report.never_seen(&decisions);
    println!("{}", report.size(&decisions, &schema));
    assert!(
        report.wrong.is_empty(),
        "{} cells differ from what was decided:\n{}",
        report.wrong.len(),
        report.wrong.join("\n")
    );
}
