//! The forms a setting may have: in a TOML file typed, in the environment and on the command line as text.

use ipnet::IpNet;
use std::fmt;
use std::net::SocketAddr;

/// A value as its source holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// From the environment, a flag or a secret's file: typed by its key.
    Untyped(String),
    /// A TOML string.
    Text(String),
    /// A TOML integer.
    Integer(i64),
    /// A TOML boolean.
    Boolean(bool),
    /// A TOML array.
    List(Vec<Raw>),
    /// A TOML value of a type that no key has.
    Other(&'static str),
}

/// What a value should have been, in Korean and English: what stands before "이어야 합니다" and behind "must be".
pub type Wanted = (&'static str, &'static str);

/// A type that a key may have.
pub trait Setting: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// What it should have been.
    fn read(raw: &Raw) -> Result<Self, Wanted>;

    /// Writes it as TOML.
    fn to_toml(&self) -> String;
}

const TEXT: Wanted = ("글", "a text");

fn text(raw: &Raw, wanted: Wanted) -> Result<&str, Wanted> {
    match raw {
        Raw::Untyped(s) | Raw::Text(s) => Ok(s),
        _ => Err(wanted),
    }
}

fn quote(s: &str) -> String {
    toml::Value::String(s.to_owned()).to_string()
}

impl Setting for String {
    fn read(raw: &Raw) -> Result<Self, Wanted> {
        text(raw, TEXT).map(str::to_owned)
    }

    fn to_toml(&self) -> String {
        quote(self)
    }
}

impl Setting for bool {
    fn read(raw: &Raw) -> Result<Self, Wanted> {
        match raw {
            Raw::Boolean(b) => Ok(*b),
            Raw::Untyped(s) if s == "true" || s == "1" => Ok(true),
            Raw::Untyped(s) if s == "false" || s == "0" => Ok(false),
            _ => Err(("true 또는 false", "true or false")),
        }
    }

    fn to_toml(&self) -> String {
        self.to_string()
    }
}

macro_rules! whole_numbers {
    ($($ty:ty),*) => {$(
        impl Setting for $ty {
            fn read(raw: &Raw) -> Result<Self, Wanted> {
                const WANTED: Wanted = ("0 이상의 정수", "a whole number that is not negative");
                match raw {
                    Raw::Integer(n) => Self::try_from(*n).map_err(|_| WANTED),
                    Raw::Untyped(s) => s.trim().replace('_', "").parse().map_err(|_| WANTED),
                    _ => Err(WANTED),
                }
            }

            fn to_toml(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

whole_numbers!(u32, u64, usize);

impl Setting for SocketAddr {
    fn read(raw: &Raw) -> Result<Self, Wanted> {
        const WANTED: Wanted = (
            "127.0.0.1:8080이나 [::1]:8080 같은 주소와 포트",
            "an address and a port, as 127.0.0.1:8080 or [::1]:8080",
        );
        text(raw, WANTED)?.trim().parse().map_err(|_| WANTED)
    }

    fn to_toml(&self) -> String {
        quote(&self.to_string())
    }
}

impl Setting for IpNet {
    fn read(raw: &Raw) -> Result<Self, Wanted> {
        const WANTED: Wanted = (
            "10.0.0.0/8 같은 네트워크 또는 주소",
            "networks as 10.0.0.0/8, or addresses",
        );
        let s = text(raw, WANTED)?.trim();
        s.parse()
            .or_else(|_| s.parse::<std::net::IpAddr>().map(Self::from))
            .map_err(|_| WANTED)
    }

    fn to_toml(&self) -> String {
        quote(&self.to_string())
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn read(raw: &Raw) -> Result<Self, Wanted> {
        match raw {
            Raw::List(items) => items.iter().map(T::read).collect(),
            Raw::Untyped(s) => s
                .split(',')
                .map(str::trim)
                .filter(|s| !s.is_empty())
                .map(|s| T::read(&Raw::Untyped(s.to_owned())))
                .collect(),
            _ => Err(("목록", "a list")),
        }
    }

    fn to_toml(&self) -> String {
        let items: Vec<_> = self.iter().map(T::to_toml).collect();
        format!("[{}]", items.join(", "))
    }
}

/// Where a service is, perhaps with a password in it: shown without.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// A URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The URL with its password, for the one who connects.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return f.write_str(&self.0);
        };
        // Passwords may hold `@`, `/` or `?` where people forget to encode them: the last `@` ends them. The query
        // may carry one too (`?password=…`), so nothing of it is shown either.
        let (credentials, rest) = match rest.rsplit_once('@') {
            Some((credentials, rest)) => (Some(credentials), rest),
            None => (None, rest),
        };
        write!(f, "{scheme}://")?;
        if let Some(credentials) = credentials {
            let user = credentials.split(':').next().unwrap_or_default();
            write!(f, "{user}:***@")?;
        }
        match rest.split_once('?') {
            Some((place, _)) => write!(f, "{place}?***"),
            None => f.write_str(rest),
        }
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Setting for ServiceUrl {
    fn read(raw: &Raw) -> Result<Self, Wanted> {
        text(raw, ("URL", "a URL")).map(|s| Self(s.trim().to_owned()))
    }

    fn to_toml(&self) -> String {
        quote(&self.to_string())
    }
}

/// A secret; empty if there is none. Never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for the one who uses it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "***" })
    }
}

impl Setting for Secret {
    fn read(raw: &Raw) -> Result<Self, Wanted> {
        text(raw, TEXT).map(|s| Self(s.trim().to_owned()))
    }

    fn to_toml(&self) -> String {
        quote(if self.0.is_empty() { "" } else { "***" })
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl Setting for LogFormat {
    fn read(raw: &Raw) -> Result<Self, Wanted> {
        const WANTED: Wanted = ("text 또는 json", "text or json");
        match text(raw, WANTED)? {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(WANTED),
        }
    }

    fn to_toml(&self) -> String {
        quote(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}
