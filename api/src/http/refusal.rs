//! Why the edge does not answer a request, as HTTP and as GraphQL say it.

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use matchday_domain::text::{Language, Message};

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a GraphQL request; the sentence says what is missing.
    #[error("{0}")]
    Malformed(&'static str),
    /// The credential is not, or no longer, good.
    #[error("the credential is not good")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("not allowed")]
    Forbidden,
    /// Nothing is there.
    #[error("nothing is here")]
    NotFound,
    /// The path knows other methods.
    #[error("the method is not allowed; use {0}")]
    Method(&'static str),
    /// None of the media types that the caller accepts is offered.
    #[error("answers are application/graphql-response+json or application/json")]
    NotAcceptable,
    /// The body is not JSON.
    #[error("the body must be application/json in UTF-8")]
    MediaType,
    /// The body has too many bytes.
    #[error("the body may have {0} bytes")]
    TooLarge(usize),
    /// The body did not arrive in time.
    #[error("the body took too long")]
    TooSlow,
    /// Too many requests.
    #[error("too many requests")]
    RateLimited {
        /// Seconds after which it is worth trying again.
        retry_after_s: u32,
    },
    /// The document is none of those that the operator knows.
    #[error("not a trusted document")]
    Untrusted,
    /// A part that is needed does not answer; worth trying again.
    #[error("temporarily unavailable")]
    Unavailable,
    /// The answer took too long.
    #[error("timed out")]
    TimedOut,
    /// A fault of the service.
    #[error("internal error")]
    Internal,
}

impl Refusal {
    /// What programs branch on: `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "BAD_REQUEST",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Method(_) => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::MediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::TooLarge(_) => "PAYLOAD_TOO_LARGE",
            Self::TooSlow => "REQUEST_TIMEOUT",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Untrusted => "DOCUMENT_NOT_TRUSTED",
            Self::Unavailable => "UNAVAILABLE",
            Self::TimedOut => "TIMED_OUT",
            Self::Internal => "INTERNAL",
        }
    }

    /// The status of an HTTP answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) | Self::Untrusted => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The sentence for people.
    pub fn message(&self) -> Message {
        match self {
            Self::Malformed(what) => Message::new(format!("잘못된 요청입니다: {what}"), *what),
            Self::Unauthenticated => Message::new(
                "로그인이 만료되었거나 올바르지 않습니다. 다시 로그인하십시오.",
                "The sign-in is not, or no longer, valid; sign in again.",
            ),
            Self::Forbidden => Message::new("권한이 없습니다.", "This is not allowed."),
            Self::NotFound => Message::new("해당 주소에는 아무것도 없습니다.", "Nothing is here."),
            Self::Method(allowed) => Message::new(
                format!("이 주소는 {allowed} 요청만 받습니다."),
                format!("This address takes {allowed} requests only."),
            ),
            Self::NotAcceptable => Message::new(
                "응답은 application/graphql-response+json 또는 application/json입니다.",
                "Answers are application/graphql-response+json or application/json.",
            ),
            Self::MediaType => Message::new(
                "본문은 UTF-8 application/json이어야 합니다.",
                "The body must be application/json in UTF-8.",
            ),
            Self::TooLarge(max) => Message::new(
                format!("본문은 최대 {max}바이트입니다."),
                format!("The body may have {max} bytes at most."),
            ),
            Self::TooSlow => Message::new(
                "본문이 제시간에 도착하지 않았습니다.",
                "The body did not arrive in time.",
            ),
            Self::RateLimited { retry_after_s } => Message::new(
                format!("요청이 너무 많습니다. {retry_after_s}초 후 다시 시도하십시오."),
                format!("Too many requests; try again in {retry_after_s} s."),
            ),
            Self::Untrusted => Message::new(
                "이 서비스는 등록된 문서만 실행합니다.",
                "Only documents that the operator has registered run here.",
            ),
            Self::Unavailable => Message::new(
                "일시적으로 처리할 수 없습니다. 잠시 후 다시 시도하십시오.",
                "Temporarily unavailable; try again in a moment.",
            ),
            Self::TimedOut => Message::new(
                "처리 시간이 초과되었습니다. 더 작게 나누어 요청하십시오.",
                "It took too long; ask for less at a time.",
            ),
            Self::Internal => Message::new(
                "서비스에 오류가 발생했습니다.",
                "Something went wrong on our side.",
            ),
        }
    }

    /// As an error of a GraphQL answer.
    pub fn to_error(&self, language: Language) -> ServerError {
        let mut error = told(&self.message(), self.code(), language);
        if let (Self::RateLimited { retry_after_s }, Some(extensions)) =
            (self, &mut error.extensions)
        {
            extensions.set("retryAfterSeconds", *retry_after_s);
        }
        error
    }

    /// As an HTTP answer with a GraphQL error as its body.
    pub fn respond(&self, language: Language) -> Response {
        let body = serde_json::json!({ "errors": [self.to_error(language)] });
        let mut response = (self.status(), Json(body)).into_response();
        let extra = match self {
            Self::Method(allowed) => Some((header::ALLOW, HeaderValue::from_static(allowed))),
            Self::Unauthenticated => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
            }
            Self::RateLimited { retry_after_s } => {
                Some((header::RETRY_AFTER, HeaderValue::from(*retry_after_s)))
            }
            Self::Unavailable => Some((header::RETRY_AFTER, HeaderValue::from_static("1"))),
            _ => None,
        };
        response.headers_mut().extend(extra);
        response
    }
}

/// An error with a code and its sentence in the caller's language; both languages stand beside it.
pub(super) fn told(message: &Message, code: &str, language: Language) -> ServerError {
    let mut error = ServerError::new(String::new(), None);
    say(&mut error, message, code, language);
    error
}

/// Gives an error its code and its sentence.
pub(super) fn say(error: &mut ServerError, message: &Message, code: &str, language: Language) {
    message.get(language).clone_into(&mut error.message);
    set_code(error, code);
    if let Some(extensions) = &mut error.extensions {
        extensions.set("messageKo", message.ko.as_str());
        extensions.set("messageEn", message.en.as_str());
    }
}

/// Where an error has both languages beside it, it speaks that of the caller.
pub(super) fn speak(error: &mut ServerError, language: Language) {
    let name = language.pick("messageKo", "messageEn");
    let said = error.extensions.as_ref().and_then(|e| e.get(name));
    if let Some(Value::String(said)) = said {
        said.clone_into(&mut error.message);
    }
}

/// An error with a code whose sentence is for programs.
pub(super) fn coded(message: impl Into<String>, code: &str) -> ServerError {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, code);
    error
}

/// Gives an error its code.
fn set_code(error: &mut ServerError, code: &str) {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code);
}
