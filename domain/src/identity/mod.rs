//! How people and programs come in: sessions, API keys, invitations of colleagues, an organisation's identity provider.
//!
//! What they may do once they are in is decided in [`crate::policy`].

mod api_key;
mod client;
mod colleague;
mod provider;

pub use api_key::{ApiKey, ApiKeyPlan, KEY_PREFIX, MAX_KEY_DAYS, MAX_KEYS, Scope};
pub use client::Client;
pub use colleague::{
    ColleagueInvitation, INVITATION_DAYS, InvitationAnswer, InvitationState, MAX_INVITATIONS,
};
pub use provider::{
    Claims, DomainState, IdentityProvider, MAX_DOMAINS, MailDomain, ProviderPlan, mail_domain,
};
