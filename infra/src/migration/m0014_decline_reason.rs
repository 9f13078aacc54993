//! Who declines a request may say why.

super::step!("ALTER TABLE meeting_request ADD COLUMN decline_reason text");
