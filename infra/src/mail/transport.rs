//! Where mails go: a mail server, a folder or memory.

use super::smtp::{self, Smtp};
use lettre::Message;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use url::Url;
use uuid::Uuid;

/// Hands mails over. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Mailer(Arc<Backend>);

#[derive(Debug)]
enum Backend {
    Smtp(Smtp),
    Files(PathBuf),
    Memory(Memory),
}

/// What is wrong with the address of the mail backend. Never repeats the address: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailConfigError {
    /// Not an address at all.
    #[error(
        "not an address: write smtps://user:password@host, smtp://host, file:folder or memory:"
    )]
    Malformed,
    /// An unknown scheme.
    #[error("unknown kind of mail backend `{0}`: there are smtps, smtp, file and memory")]
    Scheme(String),
    /// No host, or none that a certificate could name.
    #[error("the mail server's name is missing or wrong")]
    Host,
    /// A user without a password, a password without a user, or wrong percent-encoding.
    #[error("the mail server's user and password must both be there, percent-encoded")]
    Credentials,
    /// A password would travel in the clear.
    #[error("a password needs smtps:// or ?tls=required")]
    UnprotectedPassword,
    /// An option that does not exist, or has no such value.
    #[error("unknown option or value: `{0}`")]
    Option(String),
    /// The file with the certificate authority is missing or not PEM.
    #[error("cannot read a certificate from `{0}`")]
    Authority(String),
    /// `file:` without a folder.
    #[error("the folder is missing: write file:folder")]
    Folder,
}

/// Why a mail did not go out. The reason may quote the server, and so an address: not for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It did not go out; another try later may succeed.
    #[error("not sent, may work later: {reason}")]
    Transient {
        /// The server's reply code, if it gave one.
        code: Option<u16>,
        /// What happened.
        reason: String,
    },
    /// It did not go out and never will.
    #[error("not sent, will not work: {reason}")]
    Permanent {
        /// The server's reply code, if it gave one.
        code: Option<u16>,
        /// What happened.
        reason: String,
    },
    /// It may have gone out: try again with the same Message-ID, so that a duplicate is harmless.
    #[error("perhaps sent: {reason}")]
    Unknown {
        /// What happened.
        reason: String,
    },
}

impl SendError {
    /// Whether another try makes sense.
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Self::Permanent { .. })
    }

    /// The server's reply code, if it gave one.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Transient { code, .. } | Self::Permanent { code, .. } => *code,
            Self::Unknown { .. } => None,
        }
    }
}

impl Mailer {
    /// The longest that [`send`](Self::send) can take: a lease on a mail must be longer.
    pub const LONGEST_SEND: Duration = smtp::LONGEST;

    /// A backend from its address.
    ///
    /// | address | backend |
    /// |---|---|
    /// | `smtps://user:password@host:465` | mail server over TLS |
    /// | `smtp://user:password@host:587?tls=required` | mail server with STARTTLS, or not at all |
    /// | `smtp://host:587?tls=opportunistic` | with STARTTLS where the server has it |
    /// | `smtp://host:25` | in the clear, for a server on this machine |
    /// | `file:folder` | one `.eml` file per mail, in the order of sending |
    /// | `memory:` | kept until the process ends, for tests |
    ///
    /// Over TLS, `ca=file.pem` names a certificate authority to trust besides the public ones, for a
    /// mail server inside an organisation's own network.
    /// User and password are percent-encoded. A path (`smtps://host/name`) is the name for EHLO.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn from_url(address: &str) -> Result<Self, MailConfigError> {
        let (scheme, rest) = address.split_once(':').ok_or(MailConfigError::Malformed)?;
        let backend = match scheme {
            "smtp" | "smtps" => {
                let url = Url::parse(address).map_err(|_| MailConfigError::Malformed)?;
                Backend::Smtp(Smtp::from_url(&url)?)
            }
            "file" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" => return Err(MailConfigError::Folder),
                folder => Backend::Files(folder.into()),
            },
            "memory" => Backend::Memory(Memory::default()),
            other => return Err(MailConfigError::Scheme(other.chars().take(20).collect())),
        };
        Ok(Self(Arc::new(backend)))
    }

    /// A backend that keeps mails in memory, and the view on them.
    pub fn memory() -> (Self, Memory) {
        let memory = Memory::default();
        (Self(Arc::new(Backend::Memory(memory.clone()))), memory)
    }

    /// Hands one mail over; when it returns `Ok`, the backend answers for it.
    ///
    /// May be dropped half-way; the mail has then perhaps gone out.
    ///
    /// # Errors
    /// See [`SendError`].
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        match &*self.0 {
            Backend::Smtp(server) => server.send(message).await,
            Backend::Files(folder) => write(folder, &message.formatted()).await,
            Backend::Memory(memory) => memory.take(message),
        }
    }

    /// Whether mails could be handed over now.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), SendError> {
        match &*self.0 {
            Backend::Smtp(server) => server.check().await,
            Backend::Files(folder) => {
                let probe = folder.join(format!(".check-{}", Uuid::now_v7()));
                let tried = async {
                    tokio::fs::create_dir_all(folder).await?;
                    tokio::fs::write(&probe, b"").await?;
                    tokio::fs::remove_file(&probe).await
                };
                tried.await.map_err(disk)
            }
            Backend::Memory(_) => Ok(()),
        }
    }

    /// Ends the conversations that are still open.
    pub async fn close(&self) {
        if let Backend::Smtp(server) = &*self.0 {
            server.close().await;
        }
    }
}

/// One file per mail. It appears whole, under a name that sorts by time.
async fn write(folder: &Path, mail: &[u8]) -> Result<(), SendError> {
    let id = Uuid::now_v7();
    let (part, whole) = (
        folder.join(format!(".{id}.part")),
        folder.join(format!("{id}.eml")),
    );
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        let mut file = tokio::fs::File::create(&part).await?;
        file.write_all(mail).await?;
        file.sync_all().await?;
        tokio::fs::rename(&part, &whole).await
    };
    written.await.map_err(disk)
}

fn disk(error: std::io::Error) -> SendError {
    SendError::Transient {
        code: None,
        reason: error.to_string(),
    }
}

/// The mails of a memory backend. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<Message>,
    failures: VecDeque<SendError>,
}

impl Memory {
    /// What was sent, in order.
    pub fn sent(&self) -> Vec<Message> {
        self.lock().mails.clone()
    }

    /// Lets the next tries fail, one after the other; after an unknown outcome the mail is there.
    pub fn fail_next(&self, errors: impl IntoIterator<Item = SendError>) {
        self.lock().failures.extend(errors);
    }

    fn take(&self, message: &Message) -> Result<(), SendError> {
        let mut kept = self.lock();
        let failure = kept.failures.pop_front();
        if matches!(failure, None | Some(SendError::Unknown { .. })) {
            kept.mails.push(message.clone());
        }
        failure.map_or(Ok(()), Err)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
