//! GraphQL over HTTP: one operation a request, posted as JSON.

use super::caller::{Caller, credential, language};
use super::operation::{Params, Refused, is_request_error, is_unavailable};
use super::refusal::told;
use super::{Backend, Edge, Refusal, multipart};
use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, ServerError, Value};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use matchday_domain::text::{Language, Message};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a body that is refused which are still read, so that its sender gets to read the answer.
const MOST_DISCARDED: usize = 128 << 20;

/// How long that may take.
const DISCARD_FOR: Duration = Duration::from_secs(5);

/// What ran, for the log.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    pub kind: OperationType,
    pub name: Option<String>,
}

/// The two media types of an answer. They differ in how a document that did not run is told: the older one says
/// 200 to everything that is well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Json,
    GraphqlResponse,
}

/// `POST /graphql`.
pub(super) async fn handle<E: Executor, B: Backend>(
    State(edge): State<Arc<Edge<E, B>>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let caller = Caller::of(&parts, &edge.settings.http);
    match answer(&edge, &parts, body, &caller).await {
        Ok(response) => response,
        Err(refusal) => refusal.respond(caller.language),
    }
}

/// Any other method on the same path.
pub(super) async fn only_post(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    discard(body).await;
    let language = language(&parts.headers);
    Refusal::Method("POST").respond(language)
}

async fn answer<E: Executor, B: Backend>(
    edge: &Arc<Edge<E, B>>,
    parts: &Parts,
    body: Body,
    caller: &Caller,
) -> Result<Response, Refusal> {
    let most = edge.settings.limits.body_bytes;
    let announced = announced(&parts.headers);
    let large = announced.is_some_and(|n| n > most);
    let media = match (large, is_json(&parts.headers), accepted(&parts.headers)) {
        (false, true, Some(media)) => media,
        (large, json, _) => {
            discard(body).await;
            return Err(match (large, json) {
                (true, _) => Refusal::TooLarge(most),
                (_, false) => Refusal::MediaType,
                _ => Refusal::NotAcceptable,
            });
        }
    };
    let limit = edge.settings.http.request_timeout();
    let read = read(body, announced.unwrap_or_default(), most);
    let body = tokio::time::timeout(limit, read)
        .await
        .map_err(|_| Refusal::TooSlow)??;
    let params = Params::read(&body)?;
    drop(body);
    let operation = match params.admit(edge, caller.language) {
        Ok(operation) => operation,
        Err(Refused::Request(refusal)) => return Err(refusal),
        Err(refused) => return Ok(refused_document(media, &refused.errors(caller.language))),
    };
    if operation.kind == OperationType::Subscription && multipart::is_wanted(&parts.headers) {
        let credential = credential(&parts.headers, &edge.settings.http)?;
        return multipart::answer(edge, operation, caller, credential).await;
    }
    if operation.kind == OperationType::Subscription {
        let message = Message::new(
            "구독은 /graphql/ws의 WebSocket으로, 또는 여기서 subscriptionSpec 1.0의 multipart/mixed로 실행됩니다.",
            "Subscriptions run over a WebSocket at /graphql/ws, or here as multipart/mixed with subscriptionSpec 1.0.",
        );
        let error = told(&message, "SUBSCRIPTION_NEEDS_SOCKET", caller.language);
        return Ok(refused_document(media, &[error]));
    }
    let credential = credential(&parts.headers, &edge.settings.http)?;
    let identity = edge
        .identify(caller, credential.as_ref(), Some(&operation))
        .await?;
    let ran = Ran {
        kind: operation.kind,
        name: operation.name.clone(),
    };
    let result = edge.run(operation, &identity, caller).await?;

    let mut response = if is_request_error(&result) {
        refused_document(media, &result.errors)
    } else if is_unavailable(&result) {
        let body = Answer {
            data: Some(&Value::Null),
            errors: &result.errors,
            extensions: &result.extensions,
        };
        let mut response = body.respond(media, StatusCode::SERVICE_UNAVAILABLE);
        let soon = HeaderValue::from_static("1");
        response.headers_mut().insert(header::RETRY_AFTER, soon);
        response
    } else {
        let body = Answer {
            data: Some(&result.data),
            errors: &result.errors,
            extensions: &result.extensions,
        };
        body.respond(media, StatusCode::OK)
    };
    response.headers_mut().extend(result.http_headers);
    response.extensions_mut().insert(ran);
    Ok(response)
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl Answer<'_> {
    fn respond(&self, media: Media, status: StatusCode) -> Response {
        let Ok(body) = serde_json::to_vec(self) else {
            return Refusal::Internal.respond(Language::default());
        };
        let media = HeaderValue::from_static(match media {
            Media::Json => "application/json; charset=utf-8",
            Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        });
        (status, [(header::CONTENT_TYPE, media)], body).into_response()
    }
}

/// Nothing ran, so there is no `data`.
fn refused_document(media: Media, errors: &[ServerError]) -> Response {
    let body = Answer {
        errors,
        data: None,
        extensions: &BTreeMap::new(),
    };
    let status = match media {
        Media::Json => StatusCode::OK,
        Media::GraphqlResponse => StatusCode::BAD_REQUEST,
    };
    body.respond(media, status)
}

/// `application/json` in UTF-8, not compressed. Pages of other origins cannot send it without asking first.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(one), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(one) = one.to_str() else {
        return false;
    };
    let mut parts = one.split(';').map(str::trim);
    let is_type = parts
        .next()
        .is_some_and(|t| t.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    });
    let is_plain = headers
        .get(header::CONTENT_ENCODING)
        .is_none_or(|e| e.as_bytes().eq_ignore_ascii_case(b"identity"));
    is_type && is_utf8 && is_plain
}

/// The answer's media type that the caller likes best; at equal quality the newer, if it is named.
fn accepted(headers: &HeaderMap) -> Option<Media> {
    let accept: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .collect();
    if accept.is_empty() {
        return Some(Media::Json);
    }
    let mut best: Option<(f32, u8, Media)> = None;
    for range in accept {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let (rank, media) = match name.as_str() {
            "application/graphql-response+json" => (2, Media::GraphqlResponse),
            "application/json" => (1, Media::Json),
            "application/*" | "*/*" => (0, Media::Json),
            _ => continue,
        };
        let quality = parts
            .find_map(|p| p.strip_prefix("q="))
            .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        if quality > 0.0 && best.is_none_or(|(q, r, _)| (quality, rank) > (q, r)) {
            best = Some((quality, rank, media));
        }
    }
    best.map(|(_, _, media)| media)
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

async fn read(mut body: Body, announced: usize, limit: usize) -> Result<Bytes, Refusal> {
    let mut bytes = Vec::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::Malformed("The body broke off."))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit {
            drop(bytes);
            discard(body).await;
            return Err(Refusal::TooLarge(limit));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

/// Reads a refused body away: a connection that is closed with bytes unread is reset, and the answer lost with it.
async fn discard(mut body: Body) {
    let mut left = MOST_DISCARDED;
    let all = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
    };
    // Slow senders get no more patience than that.
    let _ = tokio::time::timeout(DISCARD_FOR, all).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_callers_taste_decides_between_the_two_media_types() {
        const NEW: &str = "application/graphql-response+json";
        for (accept, media) in [
            ("", Some(Media::Json)),
            ("*/*", Some(Media::Json)),
            (NEW, Some(Media::GraphqlResponse)),
            (
                "application/json, application/graphql-response+json",
                Some(Media::GraphqlResponse),
            ),
            (
                "application/graphql-response+json;q=0.5, application/json",
                Some(Media::Json),
            ),
            (
                "application/graphql-response+json;q=0, */*;q=0.1",
                Some(Media::Json),
            ),
            (
                "multipart/mixed;deferSpec=20220824, application/json",
                Some(Media::Json),
            ),
            ("text/html", None),
        ] {
            assert_eq!(accepted(&with(header::ACCEPT, accept)), media, "{accept}");
        }
    }

    #[test]
    fn only_plain_json_in_utf8_is_read() {
        for (value, good) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=latin1", false),
            ("application/jsonp", false),
            ("text/plain", false),
            ("text/plain; application/json", false),
        ] {
            assert_eq!(is_json(&with(header::CONTENT_TYPE, value)), good, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
        let mut zipped = with(header::CONTENT_TYPE, "application/json");
        zipped.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(!is_json(&zipped));
    }
}
