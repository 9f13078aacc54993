//! Puts the service together from its configuration: store, worker, announcements, HTTP.

use crate::app::worker::{Worker, WorkerSettings};
use crate::app::{App, AppError, Caller, OsRandomness, Randomness, Settings};
use crate::config::Config;
use crate::graphql;
use crate::http::{self, Backend, Credential, Refusal, Shape, Strict, Trusted, TrustedError};
use crate::lifecycle::{self, Shutdown, TlsError};
use crate::output::io_message;
use crate::pages;
use async_graphql::Request;
use matchday_domain::invitation::Party;
use matchday_domain::organisation::EmailAddress;
use matchday_domain::privacy::Prefixes;
use matchday_domain::text::Message;
use matchday_domain::text::Text;
use matchday_domain::time::{Clock, SystemClock};
use matchday_infra::mail::{MailConfigError, Mailer, Sender};
use matchday_infra::oidc::SecretKey;
use matchday_infra::pubsub::Hub;
use matchday_infra::store::{Store, StoreConfig, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the database cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The folder of the SQLite file or of the mails.
    #[error("{0}: {1}")]
    Folder(String, #[source] std::io::Error),
    /// The mail address.
    #[error("mail.url: {0}")]
    Mail(#[from] MailConfigError),
    /// The sender's address.
    #[error("mail.from is not an e-mail address")]
    From,
    /// The schema is behind.
    #[error("{0} migration(s) are pending: run `matchday migrate` first")]
    Pending(usize),
    /// The address to listen on.
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, #[source] std::io::Error),
    /// Certificate or key.
    #[error("http.tls_certificate_file, http.tls_key_file: {0}")]
    Tls(#[from] TlsError),
    /// The trusted documents.
    #[error("http.trusted_documents_file: {0}")]
    Trusted(#[from] TrustedError),
}

impl StartError {
    /// The sentence; the cause behind it is told as it is.
    pub fn message(&self) -> Message {
        let ko = match self {
            Self::Store(error) => format!("데이터베이스를 쓸 수 없습니다: {error}"),
            Self::Folder(folder, error) => format!("{folder}: {}", io_message(error).ko),
            Self::Mail(error) => format!("mail.url이 맞지 않습니다: {error}"),
            Self::From => "mail.from이 메일 주소가 아닙니다".to_owned(),
            Self::Pending(pending) => format!(
                "실행되지 않은 마이그레이션이 {pending}건 있습니다. 먼저 `matchday migrate`를 실행하십시오"
            ),
            Self::Listen(address, error) => {
                format!(
                    "{address}에서 접속을 받을 수 없습니다: {}",
                    io_message(error).ko
                )
            }
            Self::Tls(error) => {
                format!("http.tls_certificate_file, http.tls_key_file을 쓸 수 없습니다: {error}")
            }
            Self::Trusted(error) => {
                format!("http.trusted_documents_file을 쓸 수 없습니다: {error}")
            }
        };
        Message::new(ko, self.to_string())
    }
}

/// The service, ready to serve or to work.
pub struct Service {
    /// The configuration.
    pub config: Config,
    /// Use cases.
    pub app: App,
    /// What takes jobs from the outbox.
    pub worker: Worker,
    tls: Option<TlsAcceptor>,
    trusted: Trusted,
}

impl Service {
    /// Opens the database and puts the service together. With `migrate`, brings the schema up to date; without, a
    /// schema that is behind is an error.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn open(config: Config, migrate: bool) -> Result<Self, StartError> {
        Self::open_with(
            config,
            migrate,
            Arc::new(SystemClock),
            Arc::new(OsRandomness),
        )
        .await
    }

    /// The same with another clock and other randomness.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn open_with(
        config: Config,
        migrate: bool,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, StartError> {
        let address: EmailAddress = config.mail.from.parse().map_err(|_| StartError::From)?;
        let sender = Sender {
            address,
            name: Text::new(Some(&config.mail.from_name), Some(&config.mail.from_name)),
        };
        let mailer = Mailer::from_url(config.mail.url.expose())?;
        let http = &config.http;
        let tls = if http.speaks_tls() {
            let (certificate, key) = (&http.tls_certificate_file, &http.tls_key_file);
            Some(lifecycle::acceptor(certificate.as_ref(), key.as_ref())?)
        } else {
            None
        };
        let trusted = match http.trusted_documents_file.as_str() {
            "" => Trusted::default(),
            file => Trusted::read(file.as_ref(), http.trusted_documents_only)?,
        };
        let store = open_store(&config).await?;
        if migrate {
            store.migrate().await?;
        } else {
            match store.pending_migrations().await? {
                0 => {}
                pending => return Err(StartError::Pending(pending)),
            }
        }
        let settings = Settings {
            public_url: config.http.public_url.clone(),
            code_minutes: config.sign_in.code_minutes.into(),
            code_attempts: i32::try_from(config.sign_in.code_attempts).unwrap_or(i32::MAX),
            session_days: config.sign_in.session_days.into(),
            secret_key: SecretKey::from_base64(config.sign_in.secret_key.expose()),
            token_audience: config.sign_in.token_audience.clone(),
            development: config.http.development,
            sender: Party {
                address: sender.address.clone(),
                name: config.mail.from_name.clone(),
            },
            prefixes: Prefixes {
                v4: config.privacy.ipv4_prefix_bits,
                v6: config.privacy.ipv6_prefix_bits,
            },
            access_log_years: config.privacy.access_log_years,
        };
        let app = App::new(store, clock, randomness, Hub::default(), settings);
        app.refresh_terminology().await?;
        let work = WorkerSettings {
            poll: Duration::from_millis(config.worker.poll_ms),
            lease: Duration::from_secs(config.worker.lease_s),
            max_attempts: i32::try_from(config.worker.max_attempts).unwrap_or(i32::MAX),
        };
        let worker = Worker::new(app.clone(), mailer, sender, work);
        Ok(Self {
            config,
            app,
            worker,
            tls,
            trusted,
        })
    }

    /// Follows the change log and takes jobs from the outbox until the shutdown.
    pub fn start_work(&self, shutdown: &Shutdown) {
        self.start_announcing(shutdown);
        let (worker, stop) = (self.worker.clone(), shutdown.token());
        shutdown.spawn(worker.run(stop));
    }

    /// Follows the change log and the terminology until the shutdown.
    pub fn start_announcing(&self, shutdown: &Shutdown) {
        let poll = Duration::from_millis(self.config.worker.poll_ms);
        shutdown.spawn(self.app.hub().clone().follow(
            self.app.store().clone(),
            poll,
            shutdown.token(),
        ));
        let following = self.app.clone().follow_terminology(poll, shutdown.token());
        shutdown.spawn(following);
    }

    /// Listens where the configuration says.
    ///
    /// # Errors
    /// The address is taken or not ours.
    pub async fn listen(&self) -> Result<TcpListener, StartError> {
        let address = self.config.http.listen;
        TcpListener::bind(address)
            .await
            .map_err(|error| StartError::Listen(address, error))
    }

    /// Serves until the shutdown; tells whether everything ended by itself.
    pub async fn serve(&self, listener: TcpListener, shutdown: &Shutdown) -> bool {
        let mut settings =
            http::Settings::new(self.config.http.clone(), self.config.limits.clone());
        settings.trusted = self.trusted.clone();
        match Shape::of(&graphql::sdl()) {
            Ok(shape) => settings.shape = Arc::new(shape),
            Err(error) => tracing::error!(error, "the schema cannot be read: lists count once"),
        }
        let development = self.config.http.development;
        let schema = graphql::schema(self.app.clone(), self.config.limits.clone(), development);
        let edge = Edge {
            app: self.app.clone(),
        };
        let pages = pages::routes(self.app.clone(), self.config.http.clone());
        let schema = graphql::Recorded::new(schema, self.app.clone());
        let routes = http::routes(schema, edge, settings.clone(), shutdown.clone()).merge(pages);
        let router = http::finish(routes, &settings);
        let tls = self.tls.clone();
        lifecycle::serve(listener, tls, router, &self.config.http, shutdown).await
    }
}

/// Opens the database; makes the folder of an SQLite file.
///
/// # Errors
/// The folder cannot be made, or the database cannot be reached.
pub async fn open_store(config: &Config) -> Result<Store, StartError> {
    let url = config.database.url.expose();
    if let Some(path) = url
        .strip_prefix("sqlite:")
        .map(|path| path.trim_start_matches("//"))
    {
        let file = std::path::Path::new(path.split('?').next().unwrap_or_default());
        if let Some(folder) = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder)
                .map_err(|error| StartError::Folder(folder.display().to_string(), error))?;
        }
    }
    let store = StoreConfig {
        url: url.to_owned(),
        max_connections: config.database.max_connections,
        acquire_timeout: Duration::from_millis(config.database.acquire_timeout_ms),
    };
    Ok(Store::connect(&store).await?)
}

/// Mutations by which one signs in.
const SIGN_INS: [&str; 3] = ["answerInvitation", "requestSignIn", "signIn"];

/// Mutations that write to others, or bring much in at a time.
const MASS_ACTIONS: [&str; 5] = [
    "importOffers",
    "inviteColleague",
    "registerOrganisation",
    "sendMeetingRequest",
    "withdrawMeetingRequest",
];

/// What the edge asks of the application.
#[derive(Clone)]
struct Edge {
    app: App,
}

impl Backend for Edge {
    type Identity = Caller;

    async fn identify(
        &self,
        caller: &http::Caller,
        credential: Option<&Credential>,
    ) -> Result<Caller, Refusal> {
        let token = credential.map(Credential::token);
        let found = self
            .app
            .caller(token, Some(caller.language))
            .await
            .map_err(|error| match error {
                AppError::Store(error) if error.is_transient() => Refusal::Unavailable,
                AppError::Away => Refusal::Unavailable,
                error => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "a caller cannot be identified"
                    );
                    Refusal::Internal
                }
            })?;
        if credential.is_some() && found.actor.is_none() {
            return Err(Refusal::Unauthenticated);
        }
        let trace = self.app.trace(caller.address);
        Ok(Caller { trace, ..found })
    }

    fn account(&self, identity: &Caller) -> Option<Uuid> {
        identity.actor.as_ref().map(|actor| actor.person.0)
    }

    fn strict(&self, mutation: &str) -> Option<Strict> {
        if SIGN_INS.contains(&mutation) {
            Some(Strict::SignIn)
        } else if MASS_ACTIONS.contains(&mutation) {
            Some(Strict::MassAction)
        } else {
            None
        }
    }

    fn prepare(&self, request: Request, identity: &Caller) -> Request {
        graphql::request_data(&self.app, identity.clone(), request)
    }

    async fn ready(&self) -> bool {
        self.app.store().ping().await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rated_strictly_is_in_the_schema() {
        let sdl = graphql::sdl();
        let mutations = sdl.split("type Mutation {").nth(1);
        let mutations = mutations.and_then(|rest| rest.split("\n}").next());
        for name in SIGN_INS.iter().chain(&MASS_ACTIONS) {
            let known = mutations.is_some_and(|all| all.contains(&format!("\n\t{name}(")));
            assert!(known, "{name}");
        }
    }
}
