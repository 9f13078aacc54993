//! One entity per table. Domain types are made of them in `store`; they never leave this crate.
#![allow(missing_docs)] // columns are explained where the table is made

pub(crate) mod arrangement;
pub(crate) mod calendar_feed;
pub(crate) mod change_log;
pub(crate) mod consortium;
pub(crate) mod consortium_member;
pub(crate) mod delegate;
pub(crate) mod demand;
pub(crate) mod demand_exclusion;
pub(crate) mod demand_offer_match;
pub(crate) mod demand_version;
pub(crate) mod event_weights;
pub(crate) mod idempotency;
pub(crate) mod invitation;
pub(crate) mod match_floor;
pub(crate) mod matching_day;
pub(crate) mod meeting;
pub(crate) mod meeting_delegate;
pub(crate) mod meeting_request;
pub(crate) mod membership;
pub(crate) mod offer;
pub(crate) mod offer_version;
pub(crate) mod organisation;
pub(crate) mod outbox;
pub(crate) mod person;
pub(crate) mod registration;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod suggestion_shown;
pub(crate) mod terminology_source;
pub(crate) mod text_model;
