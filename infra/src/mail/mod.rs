//! Mail and calendars: a notice becomes a message, a message goes out.
//!
//! [`render`] writes the mail of a [`Notice`](matchday_domain::notice::Notice) from the templates and,
//! for invitations, adds the calendar part that [`ics`] writes. [`Mailer`] hands it to a mail server, a
//! folder or memory, and says of a failure what the worker must know: whether another try can help, and
//! whether the mail may have gone out all the same.

pub mod ics;
mod render;
mod smtp;
mod texts;
mod transport;
mod words;

pub use ics::FeedEntry;
pub use lettre::Message;
pub use render::{RenderError, Sender, render};
pub use transport::{MailConfigError, Mailer, Memory, SendError};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
