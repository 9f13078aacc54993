//! The one binary's parts: command line, configuration, use cases, GraphQL and HTTP.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod eval;
pub mod graphql;
pub mod http;
pub mod lifecycle;
mod pages;
mod progress;
pub mod server;
