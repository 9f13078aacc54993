//! What touches the world: the store, the outbox, mail and calendars, files to import, identity providers, the
//! announcement of changes.
//!
//! Types of the database and mail libraries never leave this crate.

mod entity;
pub mod evaluation;
pub mod import;
pub mod mail;
mod migration;
pub mod oidc;
pub mod pubsub;
pub mod store;
