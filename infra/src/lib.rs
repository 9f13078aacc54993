//! What touches the world: the store, the outbox and its worker, mail, calendars, files to import.

pub mod mail;
