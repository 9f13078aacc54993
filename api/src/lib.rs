//! The one binary's parts: command line, configuration, use cases, GraphQL and HTTP.
// A reader may close standard output or error at any time: `output` alone writes there.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod eval;
pub mod graphql;
pub mod http;
pub mod lifecycle;
mod output;
mod pages;
mod progress;
pub mod server;
