//! What an operator can set, and where a value came from.
//!
//! One table in this file names every key with its meaning and default; the types, the merge of the layers
//! (defaults < TOML file < environment < flags), the example file and the list of environment variables all come
//! from it, so none of them can forget a key. `layer` reads one source, `value` knows the forms a value may have.

mod check;
mod layer;
mod value;

pub use layer::{Layer, Origin, Problem, Problems};
pub use value::{LogFormat, Secret, ServiceUrl, Setting};

use ipnet::IpNet;
use layer::Merged;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// A key as the example file and the reference show it.
#[derive(Debug, Clone)]
pub struct Key {
    /// The table of the file: `http`.
    pub section: &'static str,
    /// The name inside the table: `listen`.
    pub name: &'static str,
    /// What it means, one line each.
    pub doc: &'static [&'static str],
    /// Its value as TOML.
    pub value: String,
    /// Whether `<name>_file` may name a file that holds the value.
    pub secret: bool,
}

impl Key {
    /// `http.listen`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// `MATCHDAY_HTTP_LISTEN`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}_{}", self.section, self.name).to_ascii_uppercase()
    }
}

/// What every environment variable of the service begins with.
pub const PREFIX: &str = "MATCHDAY_";

/// The variable that names the configuration file; not a key itself.
pub const FILE_VARIABLE: &str = "MATCHDAY_CONFIG";

macro_rules! settings {
    ($(
        $(#[doc = $section_doc:literal])*
        $section:ident: $Section:ident {
            $($(#[doc = $doc:literal])* $($secret:literal)? $key:ident: $ty:ty = $default:expr;)*
        }
    )*) => {
        /// Every setting, resolved.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Config { $($(#[doc = $section_doc])* pub $section: $Section,)* }

        $(
            $(#[doc = $section_doc])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct $Section { $($(#[doc = $doc])* pub $key: $ty,)* }

            impl Default for $Section {
                fn default() -> Self {
                    Self { $($key: $default,)* }
                }
            }
        )*

        impl Default for Config {
            fn default() -> Self {
                Self { $($section: $Section::default(),)* }
            }
        }

        impl Config {
            /// Every key with its present value.
            pub fn keys(&self) -> Vec<Key> {
                vec![$($(Key {
                    section: stringify!($section),
                    name: stringify!($key),
                    doc: &[$($doc),*],
                    value: self.$section.$key.to_toml(),
                    secret: [$($secret,)? ""][0] == "secret",
                },)*)*]
            }

            fn sections() -> Vec<(&'static str, &'static [&'static str])> {
                vec![$((stringify!($section), &[$($section_doc),*] as &[&str]),)*]
            }

            fn resolve(merged: &mut Merged) -> Self {
                Self {
                    $($section: $Section {
                        $($key: merged.take(concat!(stringify!($section), ".", stringify!($key)), || $default),)*
                    },)*
                }
            }
        }
    };
}

settings! {
    /// Where the data lives.
    database: Database {
        /// `sqlite:<file>?mode=rwc`, or `postgres://user:password@host/name`.
        "secret" url: ServiceUrl = ServiceUrl::new("sqlite:matchday-data/matchday.sqlite?mode=rwc");
        /// Connections kept at most (1 to 1000). SQLite writes through one of them at a time.
        max_connections: u32 = 10;
        /// Milliseconds a request waits for a connection, and on SQLite then for another writer, before it is told to
        /// come back.
        acquire_timeout_ms: u64 = 2_000;
    }

    /// The network side.
    http: Http {
        /// The address and port to listen on.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
        /// The address users see, without a path: links in mails, and the one origin whose pages may open sockets.
        /// Not set: `http://`, or `https://` with a certificate, and the listen address.
        public_url: String = "http://127.0.0.1:8080".to_owned();
        /// A PEM file with the certificate of this host and those between it and the root: the service then speaks TLS
        /// itself. Not set: a proxy does that.
        tls_certificate_file: String = String::new();
        /// A PEM file with the private key of the certificate.
        tls_key_file: String = String::new();
        /// Networks of the proxies in front, as `10.0.0.0/8`; only they may say who the client is.
        trusted_proxies: Vec<IpNet> = Vec::new();
        /// The header in which a trusted proxy names the client; the right-most untrusted address counts.
        client_address_header: String = "x-forwarded-for".to_owned();
        /// Other origins whose pages may call the service, as `https://portal.example.kr`. They send tokens, not cookies.
        allowed_origins: Vec<String> = Vec::new();
        /// For development only: introspection, suggestions in errors, the explorer at `/explorer`.
        development: bool = false;
        /// A JSON file, an object of SHA-256 and document: clients may then send the hash alone (`documentId`, or
        /// `extensions.persistedQuery.sha256Hash`).
        trusted_documents_file: String = String::new();
        /// Whether no other documents run.
        trusted_documents_only: bool = false;
        /// Seconds a request may take (1 to 600).
        request_timeout_s: u64 = 30;
        /// Seconds a client may take to send the head of a request, idle time of a kept connection included.
        header_timeout_s: u64 = 15;
        /// Seconds a client may leave what is sent to it unread before its connection is cut.
        write_timeout_s: u64 = 20;
        /// Connections open at the same time; further ones wait to be accepted.
        max_connections: usize = 12_000;
        /// Seconds after a stop signal during which running requests may finish; a second signal cuts at once.
        shutdown_grace_s: u64 = 25;
    }

    /// What one client may ask, at a time and a minute. `serviceLimits` of the API shows them. Rates hold for each
    /// process that serves.
    limits: Limits {
        /// Bytes of a request's body.
        body_bytes: usize = 1_048_576;
        /// Bytes of a GraphQL document.
        document_bytes: usize = 65_536;
        /// Tokens of a document.
        tokens: usize = 2_000;
        /// Fields inside one another, fragments included.
        depth: usize = 12;
        /// Aliases of a document.
        aliases: usize = 30;
        /// Directives of a document.
        directives: usize = 20;
        /// Fields that repeat a name beside them.
        repeated_fields: usize = 200;
        /// Fields at the top of an operation.
        root_fields: usize = 10;
        /// Fields after all fragments are written out.
        expanded_fields: usize = 5_000;
        /// Elements of one page (`first`, `last`).
        page_size: usize = 100;
        /// Elements of a page that names no number, where its cost is estimated.
        default_page_size: usize = 20;
        /// Elements of a list that is no page, where its cost is estimated.
        list_size: usize = 20;
        /// Fields an answer may hold at most, each counted as often as the pages around it have elements.
        cost: u64 = 20_000;
        /// Bytes of one WebSocket message.
        frame_bytes: usize = 65_536;
        /// Operations running on one socket.
        subscriptions_per_socket: usize = 50;
        /// Sockets of one user.
        sockets_per_user: usize = 20;
        /// Sockets from one address on which nobody is signed in.
        anonymous_sockets_per_address: usize = 50;
        /// Messages on one socket a minute, all at once or spread, as with all rates here.
        socket_messages: u32 = 1_200;
        /// Requests from one address a minute, those over sockets included; an IPv6 network of 64 bits is one address.
        requests_per_address: u32 = 3_000;
        /// Sign-ins from one address a minute, codes that are asked for included.
        sign_ins_per_address: u32 = 30;
        /// Operations of one user a minute.
        operations_per_user: u32 = 1_200;
        /// Meeting requests, invitations and imports of one user a minute: what reaches many others.
        mass_actions_per_user: u32 = 60;
    }

    /// Outgoing mail.
    mail: Mail {
        /// `file:<folder>` writes each mail into a file; `smtp://user:password@host:587` or `smtps://…:465` sends it.
        "secret" url: ServiceUrl = ServiceUrl::new("file:matchday-data/mails");
        /// The sender's address; invitations carry it as their organiser.
        from: String = "matchday@matchday.example".to_owned();
        /// The sender's name.
        from_name: String = "Matchday".to_owned();
    }

    /// Signing in by mail, and at the identity providers of organisations.
    sign_in: SignIn {
        /// Minutes a code is good for (1 to 60).
        code_minutes: u32 = 10;
        /// Wrong guesses after which a code is void (1 to 20).
        code_attempts: u32 = 5;
        /// Days a session lasts (1 to 365).
        session_days: u32 = 30;
        /// Encrypts the client secrets of identity providers: 32 random bytes in Base64, as `openssl rand -base64 32`
        /// writes them. Not set: organisations use public clients with PKCE, and client secrets are refused.
        "secret" secret_key: Secret = Secret::default();
        /// The audience (`aud`) of access tokens that identity providers issue for this service. Not set: the address
        /// users see.
        token_audience: String = "http://127.0.0.1:8080".to_owned();
    }

    /// What is kept about whom.
    privacy: Privacy {
        /// Years the access log is kept (1 to 30); above 50,000 persons at least two, whatever is set here.
        access_log_years: u32 = 2;
        /// Bits of an IPv4 address that the access log keeps (8 to 32).
        ipv4_prefix_bits: u32 = 24;
        /// Bits of an IPv6 address that the access log keeps (16 to 128).
        ipv6_prefix_bits: u32 = 48;
    }

    /// The worker that sends mail and computes matches.
    worker: Worker {
        /// Milliseconds between looks for new work.
        poll_ms: u64 = 500;
        /// Seconds after which a job whose worker went silent is taken over (190 to 3600: longer than a mail may take).
        lease_s: u64 = 240;
        /// Attempts after which a job is given up and shown to the organiser (1 to 100).
        max_attempts: u32 = 12;
    }

    /// Logs, on standard error.
    log: Log {
        /// `text` or `json`.
        format: LogFormat = LogFormat::Text;
        /// What to log, as `info` or `info,matchday_api=debug`.
        filter: String = "info".to_owned();
    }
}

impl Config {
    /// Reads all layers: what the verb presets, the file (if any), the environment and the flags; presets and flags
    /// are pairs of a key and its value.
    ///
    /// `file` is what the command line says; without it the variable `MATCHDAY_CONFIG` may name one.
    ///
    /// # Errors
    /// Everything that is wrong, each with where it came from.
    pub fn load(
        presets: impl IntoIterator<Item = (String, String)>,
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let environment: Vec<_> = environment.into_iter().collect();
        let named = environment
            .iter()
            .find(|(name, value)| name == FILE_VARIABLE && !value.is_empty());
        let file = file.or_else(|| named.map(|(_, path)| Path::new(path)));
        let mut layers = vec![Layer::flags(presets)];
        layers.extend(file.map(Layer::file));
        layers.push(Layer::environment(environment));
        layers.push(Layer::flags(flags));
        Self::merge(layers)
    }

    /// The defaults, overlaid by `layers`; later ones win.
    ///
    /// # Errors
    /// Everything that is wrong, each with where it came from.
    pub fn merge(layers: Vec<Layer>) -> Result<Self, Problems> {
        let mut merged = Merged::new(layers);
        let mut config = Self::resolve(&mut merged);
        if merged.origin("http.public_url").is_none() {
            let scheme = if config.http.speaks_tls() {
                "https"
            } else {
                "http"
            };
            config.http.public_url = format!("{scheme}://{}", config.http.listen);
        }
        let trimmed = config.http.public_url.trim_end_matches('/').len();
        config.http.public_url.truncate(trimmed);
        if merged.origin("sign_in.token_audience").is_none() {
            config.sign_in.token_audience = config.http.public_url.clone();
        }
        config.check(&mut merged);
        merged.finish(config)
    }

    /// The documented example file: every key, commented out at its default.
    pub fn example() -> String {
        let keys = Self::default().keys();
        let mut out = String::from(
            "# Matchday's settings. What is commented out shows the default.\n\
             # Order of precedence: command line, environment, this file, defaults.\n",
        );
        for (section, doc) in Self::sections() {
            out.push('\n');
            for line in doc {
                out.push_str(&format!("#{line}\n"));
            }
            out.push_str(&format!("[{section}]\n"));
            for key in keys.iter().filter(|k| k.section == section) {
                out.push('\n');
                for line in key.doc {
                    out.push_str(&format!("#{line}\n"));
                }
                let file = if key.secret {
                    format!("; `{}_file` may name a file that holds it", key.name)
                } else {
                    String::new()
                };
                out.push_str(&format!("# Environment: {}{file}.\n", key.variable()));
                out.push_str(&format!("#{} = {}\n", key.name, key.value));
            }
        }
        out
    }
}

impl Http {
    /// How long a request may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s)
    }

    /// Whether the service speaks TLS itself.
    pub fn speaks_tls(&self) -> bool {
        !self.tls_certificate_file.is_empty()
    }

    /// Whether users reach the service over TLS: cookies are then `Secure`, and browsers are told to stay with it.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests;
