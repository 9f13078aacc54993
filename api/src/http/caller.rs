//! What a request says about who sends it: a credential, a language, an address, an origin.

use super::Refusal;
use crate::config::Http;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use matchday_domain::text::Language;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The cookie that holds the token of a browser's session.
pub const SESSION_COOKIE: &str = "matchday_session";

/// Who asks, as far as the request says it. A piece of every GraphQL request's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The language to answer in.
    pub language: Language,
    /// The client's address; a proxy's word counts only if the proxy is trusted.
    pub address: Option<IpAddr>,
    /// The program that asks, shortened to 200 characters.
    pub user_agent: Option<String>,
}

/// What proves who asks; never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// The token of an `Authorization: Bearer …` header, or of a socket's connection parameters.
    Bearer(String),
    /// The token of the session cookie.
    Cookie(String),
}

impl Credential {
    /// The token itself.
    pub fn token(&self) -> &str {
        match self {
            Self::Bearer(token) | Self::Cookie(token) => token,
        }
    }

    /// The token of an `Authorization` value.
    ///
    /// # Errors
    /// Another scheme, or no token.
    pub fn bearer(value: &str) -> Result<Self, Refusal> {
        let (scheme, token) = value
            .trim()
            .split_once(' ')
            .ok_or(Refusal::Unauthenticated)?;
        let token = token.trim();
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            return Err(Refusal::Unauthenticated);
        }
        Ok(Self::Bearer(token.to_owned()))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bearer(_) => "Bearer(***)",
            Self::Cookie(_) => "Cookie(***)",
        })
    }
}

impl Caller {
    /// Reads a request's head.
    pub fn of(parts: &Parts, http: &Http) -> Self {
        let headers = &parts.headers;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Self {
            language: language(headers),
            address: peer.map(|ConnectInfo(peer)| address(peer.ip(), headers, http)),
            user_agent: text(headers, header::USER_AGENT).map(|s| s.chars().take(200).collect()),
        }
    }
}

/// The language to answer in.
pub(super) fn language(headers: &HeaderMap) -> Language {
    text(headers, header::ACCEPT_LANGUAGE)
        .map(Language::preferred)
        .unwrap_or_default()
}

/// The credential of a request, if it carries one.
///
/// A cookie counts only where the request does not come from a page of another origin.
///
/// # Errors
/// An `Authorization` header that is no bearer token.
pub fn credential(headers: &HeaderMap, http: &Http) -> Result<Option<Credential>, Refusal> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let value = value.to_str().map_err(|_| Refusal::Unauthenticated)?;
        return Credential::bearer(value).map(Some);
    }
    if matches!(origin(headers, http), Origin::Foreign | Origin::Listed) {
        return Ok(None);
    }
    let cookie = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == SESSION_COOKIE && !value.is_empty());
    Ok(cookie.map(|(_, token)| Credential::Cookie(token.to_owned())))
}

/// Where the page lies that sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The request does not come from a page.
    None,
    /// One of our own.
    Own,
    /// One that the configuration lists.
    Listed,
    /// Any other.
    Foreign,
}

/// Judges the `Origin` header.
pub(super) fn origin(headers: &HeaderMap, http: &Http) -> Origin {
    let Some(value) = headers.get(header::ORIGIN) else {
        return Origin::None;
    };
    let Ok(value) = value.to_str() else {
        return Origin::Foreign;
    };
    if value.eq_ignore_ascii_case(&http.public_url) || is_this_machine(value, headers) {
        return Origin::Own;
    }
    if http
        .allowed_origins
        .iter()
        .any(|o| o.eq_ignore_ascii_case(value))
    {
        return Origin::Listed;
    }
    Origin::Foreign
}

/// Whether a page that this machine served to itself calls back: `localhost` and `127.0.0.1` are both typed.
fn is_this_machine(origin: &str, headers: &HeaderMap) -> bool {
    let Some(authority) = origin
        .parse::<Uri>()
        .ok()
        .and_then(|uri| uri.authority().cloned())
    else {
        return false;
    };
    let is_loopback = match authority.host().trim_matches(['[', ']']) {
        "localhost" => true,
        host => host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
    };
    is_loopback && text(headers, header::HOST) == Some(authority.as_str())
}

fn address(peer: IpAddr, headers: &HeaderMap, http: &Http) -> IpAddr {
    let trusted = |ip: IpAddr| http.trusted_proxies.iter().any(|net| net.contains(&ip));
    let peer = peer.to_canonical();
    if !trusted(peer) {
        return peer;
    }
    let named: Vec<IpAddr> = headers
        .get_all(http.client_address_header.as_str())
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        // What cannot be read ends the chain: everything left of it may be made up.
        .map(|s| s.trim().parse::<IpAddr>().ok())
        .rev()
        .map_while(|ip| ip.map(|ip| ip.to_canonical()))
        .collect();
    named
        .iter()
        .copied()
        .find(|ip| !trusted(*ip))
        .or(named.last().copied())
        .unwrap_or(peer)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use axum::http::Request;

    fn parts(peer: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        let peer: IpAddr = peer.parse().unwrap();
        parts
            .extensions
            .insert(ConnectInfo(SocketAddr::from((peer, 1))));
        parts
    }

    fn behind_proxy() -> Http {
        Http {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            allowed_origins: vec!["https://portal.example.kr".to_owned()],
            public_url: "https://matchday.example.kr".to_owned(),
            ..Http::default()
        }
    }

    #[test]
    fn only_trusted_proxies_name_the_client() {
        let http = behind_proxy();
        let seen = |peer, forwarded| {
            let parts = parts(peer, &[("x-forwarded-for", forwarded)]);
            Caller::of(&parts, &http).address.unwrap().to_string()
        };
        assert_eq!(seen("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(
            seen("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.9.9.9"),
            "198.51.100.7"
        );
        assert_eq!(seen("10.0.0.1", "6.6.6.6, nonsense, 10.9.9.9"), "10.9.9.9");
        assert_eq!(seen("::ffff:10.0.0.1", "2001:db8::1"), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", ""), "10.0.0.1");
    }

    #[test]
    fn a_bearer_token_counts_before_a_cookie_and_a_foreign_page_sends_none() {
        let http = behind_proxy();
        let cookie = ("cookie", "a=b; matchday_session=t1; c=d");
        let found =
            |headers: &[(&str, &str)]| credential(&parts("127.0.0.1", headers).headers, &http);
        let bearer = Some(Credential::Bearer("t2".to_owned()));
        assert_eq!(found(&[cookie, ("authorization", "bearer t2")]), Ok(bearer));
        assert_eq!(
            found(&[cookie]),
            Ok(Some(Credential::Cookie("t1".to_owned())))
        );
        assert!(
            found(&[cookie, ("origin", "https://matchday.example.kr")])
                .unwrap()
                .is_some()
        );
        for foreign in ["https://evil.example", "null", "https://portal.example.kr"] {
            assert_eq!(found(&[cookie, ("origin", foreign)]), Ok(None), "{foreign}");
        }
        assert_eq!(
            found(&[("authorization", "Basic eA==")]),
            Err(Refusal::Unauthenticated)
        );
        assert_eq!(format!("{:?}", found(&[cookie])), "Ok(Some(Cookie(***)))");
    }

    #[test]
    fn origins_are_own_listed_or_foreign() {
        let http = behind_proxy();
        let judged = |origin_value: &str, host: &str| {
            let parts = parts("127.0.0.1", &[("origin", origin_value), ("host", host)]);
            origin(&parts.headers, &http)
        };
        assert_eq!(judged("https://matchday.example.kr", "x"), Origin::Own);
        assert_eq!(judged("https://portal.example.kr", "x"), Origin::Listed);
        assert_eq!(judged("http://localhost:1", "localhost:1"), Origin::Own);
        assert_eq!(judged("http://localhost:1", "localhost:2"), Origin::Foreign);
        // A name that an attacker lets point to this machine is not this machine.
        assert_eq!(
            judged("http://evil.example", "evil.example"),
            Origin::Foreign
        );
    }
}
