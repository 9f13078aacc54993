//! What every answer carries and every request leaves behind: security headers, CORS, a line in the log.

use super::caller::language;
use super::graphql::Ran;
use super::{Refusal, Settings, rates};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use matchday_domain::text::Language;
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;
use tracing::Instrument;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Set unless the handler chose otherwise: a page that people look at allows itself what it needs.
const SECURITY: [(HeaderName, HeaderValue); 7] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Closes a router: a JSON answer where nothing matches, a rate for every address, a time limit and a log line for
/// every request, security headers on every answer, CORS for the listed origins, and no panic that takes a connection with it.
pub fn finish(router: Router, settings: &Settings) -> Router {
    let shared = Arc::new(settings.clone());
    let router = router
        .fallback(nothing_here)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(shared.clone(), rates::admit))
        .layer(middleware::from_fn_with_state(shared.clone(), watch));
    let router = match cors(settings) {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router.layer(middleware::from_fn_with_state(shared, secure))
}

fn cors(settings: &Settings) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = settings
        .http
        .allowed_origins
        .iter()
        .filter_map(|o| o.parse().ok())
        .collect();
    // No credentials: pages elsewhere send tokens, never the session cookie.
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::POST])
            .allow_headers([
                header::ACCEPT,
                header::ACCEPT_LANGUAGE,
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
            ])
            .expose_headers([REQUEST_ID, header::RETRY_AFTER])
            .max_age(Duration::from_secs(3_600))
    })
}

async fn nothing_here(request: Request) -> Response {
    let language = language(request.headers());
    Refusal::NotFound.respond(language)
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Refusal::Internal.respond(Language::default())
}

async fn secure(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.entry(name).or_insert(value);
    }
    if settings.http.is_https() {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// One line a request, without personal data: the path as the router knows it, never what was asked for.
async fn watch(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str)
        .to_owned();
    let language = language(request.headers());
    let span = tracing::info_span!("request", %id);
    let begun = Instant::now();
    // Handlers have their own, shorter limits; this one is for those that forget.
    let limit = settings.http.request_timeout() + Duration::from_secs(10);
    let mut response = match tokio::time::timeout(limit, next.run(request))
        .instrument(span.clone())
        .await
    {
        Ok(response) => response,
        Err(_) => Refusal::TimedOut.respond(language),
    };
    let ran = response.extensions_mut().remove::<Ran>();
    let (kind, operation) = ran.map_or((None, None), |r| (Some(r.kind.to_string()), r.name));
    let status = response.status().as_u16();
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        tracing::info!(%method, route, status, ms, kind, operation, "answered");
    });
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
