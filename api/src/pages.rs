//! The few addresses that are not GraphQL: the link of a sign-in mail, and live calendars.

use crate::app::App;
use crate::app::identity::Proof;
use crate::http::SESSION_COOKIE;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use matchday_domain::text::Language;
use serde::Deserialize;

#[derive(Clone)]
struct Pages {
    app: App,
    secure: bool,
}

/// The routes; over `https` cookies are for `https` only.
pub fn routes(app: App, secure: bool) -> Router {
    Router::new()
        .route("/calendar/{file}", get(calendar))
        .route("/sign-in", get(ask).post(sign_in))
        .with_state(Pages { app, secure })
}

/// The live calendar behind an unguessable address; what is unknown or revoked is just not there.
async fn calendar(State(pages): State<Pages>, Path(file): Path<String>) -> Response {
    let Some(token) = file.strip_suffix(".ics") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match pages.app.calendar(token).await {
        Ok(Some(text)) => {
            let headers = [
                (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (header::CACHE_CONTROL, "private, no-store"),
            ];
            (headers, text).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a calendar cannot be read"
            );
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

fn language(headers: &HeaderMap) -> Language {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    wanted.map(Language::preferred).unwrap_or_default()
}

/// Asks before it signs in: mail scanners follow links, and would use the token up.
async fn ask(headers: HeaderMap, Query(Token { token }): Query<Token>) -> Response {
    // Only what our tokens are made of gets into the page.
    if token.is_empty()
        || !token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let (title, button) = match language(&headers) {
        Language::Ko => ("매치데이 로그인", "로그인"),
        Language::En => ("Sign in to Matchday", "Sign in"),
    };
    let page = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <h1>{title}</h1><form method=post action=/sign-in><input type=hidden name=token value=\"{token}\">\
         <button>{button}</button></form>"
    );
    (
        [
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Html(page),
    )
        .into_response()
}

/// Opens a session and keeps it in a cookie that scripts cannot read.
async fn sign_in(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(Token { token }): Form<Token>,
) -> Response {
    match pages
        .app
        .sign_in(Proof::Link(token), language(&headers))
        .await
    {
        Ok(opened) => {
            let secure = if pages.secure { "; Secure" } else { "" };
            let cookie = format!(
                "{SESSION_COOKIE}={}; HttpOnly; SameSite=Lax; Path=/{secure}",
                opened.token
            );
            ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        Err(crate::app::AppError::Refused(problems)) => {
            let said = problems
                .first()
                .map(|problem| problem.message.get(language(&headers)).to_owned());
            (StatusCode::FORBIDDEN, said.unwrap_or_default()).into_response()
        }
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "nobody can be signed in"
            );
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
