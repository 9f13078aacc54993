//! End-to-end tests: a module a capability, everything over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)] // a test that cannot go on must stop here

mod arrangement;
mod arrangement_rules;
mod bad_input;
mod cost;
mod edge;
mod evaluation;
mod event_weights;
mod identity;
mod import;
mod lanes;
mod library_traps;
mod main_path;
mod matching_reports;
mod permission;
mod plan;
mod privacy;
mod rearrangement;
mod replicas;
mod schema;
mod statements;
mod suggested_codes;
mod terminology;
