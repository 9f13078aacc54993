//! What end-to-end tests stand on: a real server on a real socket, a real database, a real SMTP conversation.
//!
//! SQLite always; PostgreSQL too where its programs are on the PATH, in a temporary cluster that ends with the tests.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)] // a test that cannot go on must stop here

pub mod clock;
pub mod database;
mod inputs;
pub mod postgres;
pub mod provider;
pub mod server;
pub mod smtp;
pub mod socket;

pub use clock::FixedClock;
pub use database::TestDatabase;
pub use provider::IdProvider;
pub use server::{TestServer, User};
pub use smtp::SmtpServer;
pub use socket::Socket;

/// Runs an async test on each database: `on_both!(name, |database| async { … })`.
#[macro_export]
macro_rules! on_both {
    ($name:ident, $test:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $test($crate::TestDatabase::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(database) = $crate::TestDatabase::postgres() {
                    $test(database).await;
                }
            }
        }
    };
}
