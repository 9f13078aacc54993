//! A conversation with a mail server.
//!
//! lettre's own transport keeps one kind of error for the whole conversation and parks a connection
//! whose future was dropped half-way, so that the next mail would read the answers meant for the last
//! one. Here a connection that did not finish is never used again, and a failure says whether the
//! server may have taken the mail.

use super::transport::{MailConfigError, SendError};
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

/// From the first packet to the server's invitation to send the text.
const BEFORE_TEXT: Duration = Duration::from_secs(60);
/// From the text to the server's receipt: servers filter here, and a mail cut off here may come twice.
const TEXT: Duration = Duration::from_secs(120);
/// For a server to pick up the telephone.
const CONNECT: Duration = Duration::from_secs(10);
/// Servers hang up on the idle; most wait a minute at least.
const IDLE: Duration = Duration::from_secs(30);
/// Idle connections kept.
const SPARE: usize = 4;

/// The longest that one mail can take.
pub(super) const LONGEST: Duration = Duration::from_secs(BEFORE_TEXT.as_secs() + TEXT.as_secs());

enum Security {
    Plain,
    Opportunistic(TlsParameters),
    StartTls(TlsParameters),
    Tls(TlsParameters),
}

/// A mail server and the connections to it.
pub(super) struct Smtp {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    pub(super) fn from_url(url: &Url) -> Result<Self, MailConfigError> {
        let host = match url.host() {
            // The parser leaves hosts of schemes it does not know as they are, numbers included.
            Some(Host::Domain(host)) if !host.is_empty() => host.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            _ => return Err(MailConfigError::Host),
        };
        let (mut tls, mut authority) = (None, None);
        for (key, value) in url.query_pairs() {
            match (&*key, &*value) {
                ("ca", path) if authority.is_none() => authority = Some(certificate(path)?),
                ("tls", "required") if tls.is_none() => tls = Some(true),
                ("tls", "opportunistic") if tls.is_none() => tls = Some(false),
                // A mistyped option must not mean an unprotected connection.
                _ => return Err(MailConfigError::Option(key.into_owned())),
            }
        }
        let parameters = || {
            let mut builder = TlsParameters::builder(host.clone());
            if let Some(certificate) = authority.clone() {
                builder = builder.add_root_certificate(certificate);
            }
            builder.build().map_err(|_| MailConfigError::Host)
        };
        let (security, port) = match (url.scheme(), tls) {
            ("smtps", None) => (Security::Tls(parameters()?), 465),
            ("smtps", Some(_)) => return Err(MailConfigError::Option("tls".into())),
            (_, Some(true)) => (Security::StartTls(parameters()?), 587),
            (_, Some(false)) => (Security::Opportunistic(parameters()?), 587),
            (_, None) if authority.is_some() => return Err(MailConfigError::Option("ca".into())),
            (_, None) => (Security::Plain, 25),
        };
        let credentials = credentials(url)?;
        let guarded = matches!(security, Security::Tls(_) | Security::StartTls(_));
        if credentials.is_some() && !guarded && !is_loopback(&host) {
            return Err(MailConfigError::UnprotectedPassword);
        }
        let name = url.path().trim_matches('/');
        let hello = if name.is_empty() {
            ClientId::default()
        } else if name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
        {
            ClientId::Domain(name.to_owned())
        } else {
            return Err(MailConfigError::Option("EHLO name".into()));
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            security,
            credentials,
            hello,
            idle: Mutex::default(),
        })
    }

    /// Whether the server answers, and lets us in.
    pub(super) async fn check(&self) -> Result<(), SendError> {
        let probe = async {
            let mut connection = self.connect().await?;
            connection.command(Noop).await.map_err(refused)?;
            self.keep(connection);
            Ok(())
        };
        timeout(BEFORE_TEXT, probe)
            .await
            .unwrap_or_else(|_| Err(slow()))
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mut connection = timeout(BEFORE_TEXT, self.ready(message))
            .await
            .unwrap_or_else(|_| Err(slow()))?;
        let unknown = |reason: String| SendError::Unknown { reason };
        match timeout(TEXT, connection.message(&message.formatted())).await {
            Ok(Ok(_)) => {
                self.keep(connection);
                Ok(())
            }
            Ok(Err(error)) if error.status().is_some() => {
                self.keep(connection);
                Err(refused(error))
            }
            // The full stop may have arrived, and only the receipt been lost.
            Ok(Err(error)) => Err(unknown(error.to_string())),
            Err(_) => Err(unknown("no receipt in time".into())),
        }
    }

    /// A connection on which the server has said that it will take the text.
    async fn ready(&self, message: &Message) -> Result<AsyncSmtpConnection, SendError> {
        if let Some(mut spare) = self.spare() {
            match self.envelope(&mut spare, message).await {
                Ok(()) => return Ok(spare),
                // 421: the server was about to hang up.
                Err(error) if error.status().is_some_and(|code| u16::from(code) != 421) => {
                    self.reset(spare).await;
                    return Err(refused(error));
                }
                Err(_) => {}
            }
        }
        let mut connection = self.connect().await?;
        match self.envelope(&mut connection, message).await {
            Ok(()) => Ok(connection),
            Err(error) => {
                if error.status().is_some() {
                    self.reset(connection).await;
                }
                Err(refused(error))
            }
        }
    }

    async fn envelope(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<(), Error> {
        let envelope = message.envelope();
        let from = Mail::new(envelope.from().cloned(), Vec::new());
        connection.command(from).await?;
        for to in envelope.to() {
            connection
                .command(Rcpt::new(to.clone(), Vec::new()))
                .await?;
        }
        connection.command(Data).await?;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let server = (self.host.as_str(), self.port);
        let connected = if let Security::Tls(parameters) = &self.security {
            let parameters = Some(parameters.clone());
            AsyncSmtpConnection::connect_tokio1(
                server,
                Some(CONNECT),
                &self.hello,
                parameters,
                None,
            )
            .await
        } else {
            // A socket of our own, as lettre's waits with the full stop for the receipt of the text
            // (Nagle's algorithm): 40 ms a mail.
            let socket = open(server).await.map_err(|error| SendError::Transient {
                code: None,
                reason: error.to_string(),
            })?;
            AsyncSmtpConnection::connect_with_transport(Box::new(socket), &self.hello).await
        };
        let mut connection = connected.map_err(unreachable)?;
        let upgrade = match &self.security {
            Security::StartTls(parameters) => Some(parameters),
            Security::Opportunistic(parameters) if connection.can_starttls() => Some(parameters),
            _ => None,
        };
        if let Some(parameters) = upgrade {
            connection
                .starttls(parameters.clone(), &self.hello)
                .await
                .map_err(unreachable)?;
        }
        if let Some(credentials) = &self.credentials {
            connection
                .auth(DEFAULT_MECHANISMS, credentials)
                .await
                .map_err(unreachable)?;
        }
        Ok(connection)
    }

    fn spare(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        idle.pop().map(|(connection, _)| connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < SPARE && !connection.has_broken() {
            idle.push((connection, Instant::now()));
        }
    }

    async fn reset(&self, mut connection: AsyncSmtpConnection) {
        if connection.command(Rset).await.is_ok() {
            self.keep(connection);
        }
    }

    /// Hangs up.
    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for (mut connection, _) in idle {
            let _ = timeout(Duration::from_secs(1), connection.quit()).await;
        }
    }
}

async fn open(server: (&str, u16)) -> std::io::Result<TcpStream> {
    let socket = timeout(CONNECT, TcpStream::connect(server)).await??;
    socket.set_nodelay(true)?;
    Ok(socket)
}

fn certificate(path: &str) -> Result<Certificate, MailConfigError> {
    let wrong = || MailConfigError::Authority(path.to_owned());
    let pem = std::fs::read(path).map_err(|_| wrong())?;
    Certificate::from_pem(&pem).map_err(|_| wrong())
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailConfigError> {
    let decode = |s: &str| {
        percent_encoding::percent_decode_str(s)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| MailConfigError::Credentials)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(MailConfigError::Credentials),
        (user, Some(password)) => Ok(Some(Credentials::new(decode(user)?, decode(password)?))),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The server, or the way to it, is not in order: that says nothing about the mail, so it waits.
fn unreachable(error: Error) -> SendError {
    SendError::Transient {
        code: error.status().map(u16::from),
        reason: error.to_string(),
    }
}

/// The server answered this mail with a refusal, or broke off before it had the text.
fn refused(error: Error) -> SendError {
    let reason = error.to_string();
    match error.status().map(u16::from) {
        // "Authentication required" and its kin tell of our configuration, not of the mail.
        Some(code) if error.is_permanent() && !matches!(code, 530 | 534 | 535 | 538) => {
            SendError::Permanent {
                code: Some(code),
                reason,
            }
        }
        code => SendError::Transient { code, reason },
    }
}

fn slow() -> SendError {
    SendError::Transient {
        code: None,
        reason: "the mail server did not answer in time".into(),
    }
}
