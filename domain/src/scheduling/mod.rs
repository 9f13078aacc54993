//! Arrangement.
