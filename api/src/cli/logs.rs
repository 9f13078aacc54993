//! Logs on standard error.

use crate::config::{Log, LogFormat};
use tracing_subscriber::EnvFilter;

/// Starts logging; a second call changes nothing.
pub(super) fn start(log: &Log) {
    // The filter was checked with the configuration.
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would tell what it cannot write on the same closed standard error, and panic.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => subscriber.try_init().ok(),
        LogFormat::Json => subscriber.json().try_init().ok(),
    };
}
