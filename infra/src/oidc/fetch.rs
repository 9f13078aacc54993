//! One HTTP request to a provider: within seconds, within a size, to where the address really points, and no further.

use super::ProviderError;
use super::address::Reach;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// How long a provider may take, from the name's resolution to the last byte.
const TIME: Duration = Duration::from_secs(5);

/// Bytes of an answer; key sets are a few thousand.
const BYTES: usize = 256 * 1024;

/// Asks providers.
pub(super) struct Fetcher {
    pub(super) reach: Reach,
    tls: TlsConnector,
}

fn away(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::Away(error.to_string())
}

fn unusable(what: impl Into<String>) -> ProviderError {
    ProviderError::Answer(what.into())
}

impl Fetcher {
    pub(super) fn new(reach: Reach) -> Self {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        #[allow(clippy::expect_used)] // ring offers cipher suites for both versions
        let config = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            reach,
            tls: TlsConnector::from(Arc::new(config)),
        }
    }

    /// Gets a JSON object.
    pub(super) async fn get<T: DeserializeOwned>(&self, url: &Url) -> Result<T, ProviderError> {
        self.json(url, Method::GET, String::new(), None).await
    }

    /// Posts a form for a JSON object.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        url: &Url,
        form: String,
        authorization: Option<String>,
    ) -> Result<T, ProviderError> {
        self.json(url, Method::POST, form, authorization).await
    }

    async fn json<T: DeserializeOwned>(
        &self,
        url: &Url,
        method: Method,
        form: String,
        authorization: Option<String>,
    ) -> Result<T, ProviderError> {
        let mut request = Request::builder()
            .method(&method)
            .uri(&url[url::Position::BeforePath..])
            .header(
                header::HOST,
                &url[url::Position::BeforeHost..url::Position::AfterPort],
            )
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, "matchday");
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(value) = authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        let request = request
            .body(Full::new(Bytes::from(form)))
            .map_err(|_| ProviderError::Address("it cannot be asked for"))?;
        let body = tokio::time::timeout(TIME, self.send(url, request))
            .await
            .map_err(|_| away("it takes too long"))??;
        // What the reader says about bad input quotes it: it stays here.
        serde_json::from_slice(&body).map_err(|_| unusable("not the JSON that is expected"))
    }

    async fn send(&self, url: &Url, request: Request<Full<Bytes>>) -> Result<Bytes, ProviderError> {
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses: Vec<SocketAddr> = match url.host() {
            Some(Host::Domain(name)) => {
                let found = tokio::net::lookup_host((name, port)).await;
                found.map_err(away)?.collect()
            }
            Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
            Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
            None => Vec::new(),
        };
        // The addresses that are judged are the ones that are connected to: a name cannot change its mind in between.
        if !addresses.iter().all(|at| self.reach.includes(at.ip())) {
            return Err(ProviderError::Address("it lies in a private network"));
        }
        let stream = TcpStream::connect(&addresses[..]).await.map_err(away)?;
        if url.scheme() == "http" {
            return exchange(stream, request).await;
        }
        let name = url.host_str().unwrap_or_default();
        let name = ServerName::try_from(name.trim_matches(['[', ']']).to_owned()).map_err(away)?;
        let stream = self.tls.connect(name, stream).await.map_err(away)?;
        exchange(stream, request).await
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Bytes, ProviderError> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(away)?;
    // Ends with this request, whatever becomes of it.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender.send_request(request).await.map_err(away)?;
    let status = response.status();
    // Redirects are not followed: they are answers like any other that is not 200.
    if status != hyper::StatusCode::OK {
        return Err(unusable(format!("status {}", status.as_u16())));
    }
    let body = Limited::new(response.into_body(), BYTES).collect().await;
    Ok(body
        .map_err(|_| unusable("too large or cut off"))?
        .to_bytes())
}
