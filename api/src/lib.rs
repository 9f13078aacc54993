//! The one binary's parts: configuration, life cycle and HTTP.

pub mod config;
pub mod http;
pub mod lifecycle;
