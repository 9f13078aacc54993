//! The few addresses that are not GraphQL: the links of mails, the way over an identity provider, and live calendars.

use crate::app::identity::{OpenedSession, Proof};
use crate::app::provider_sign_in::Return;
use crate::app::{self, App, AppError, Outcome};
use crate::config::Http;
use crate::http::{Caller, SESSION_COOKIE};
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use matchday_domain::id::OrganisationId;
use matchday_domain::identity::{Client, InvitationState};
use matchday_domain::problem::Problem;
use matchday_domain::text::Language;
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

/// Keeps what binds a sign-in at a provider to the browser that began it.
const SIGN_IN_COOKIE: &str = "matchday_sign_in";

/// Where that cookie is sent.
const SIGN_IN_PATH: &str = "/sign-in/provider";

#[derive(Clone)]
struct Pages {
    app: App,
    http: Arc<Http>,
}

/// The routes; over `https` cookies are for `https` only.
pub fn routes(app: App, http: Http) -> Router {
    let http = Arc::new(http);
    Router::new()
        .route("/calendar/{file}", get(calendar))
        .route("/sign-in", get(ask).post(sign_in))
        .route("/sign-in/provider/{organisation}", get(go_to_provider))
        .route("/sign-in/provider/callback", get(back_from_provider))
        .route("/invitation", get(show_invitation).post(answer_invitation))
        .with_state(Pages { app, http })
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

/// Whether it is made of what our tokens are made of: nothing else gets into a page.
fn is_token(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !text.is_empty() && text.len() <= 100 && text.bytes().all(plain)
}

fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

/// A page with a heading, and perhaps a form below it; both are HTML already.
fn page(title: &str, below: &str) -> Response {
    let page = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <h1>{title}</h1>{below}"
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

/// Asks before it signs in: mail scanners follow links, and would use the token up.
async fn ask(headers: HeaderMap, Query(Token { token }): Query<Token>) -> Response {
    if !is_token(&token) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let (title, button) = match language(&headers) {
        Language::Ko => ("매치데이 로그인", "로그인"),
        Language::En => ("Sign in to Matchday", "Sign in"),
    };
    let form = format!(
        "<form method=post action=/sign-in><input type=hidden name=token value=\"{token}\">\
         <button>{button}</button></form>"
    );
    page(title, &form)
}

impl Pages {
    /// Somebody who wants to sign in, and with what.
    fn caller(&self, parts: &Parts, operation: &str) -> (app::Caller, Client) {
        let from = Caller::of(parts, &self.http);
        let client = Client::of(from.address, from.user_agent.as_deref());
        let caller = app::Caller {
            language: from.language,
            trace: self.app.trace(from.address).of(operation),
            ..app::Caller::default()
        };
        (caller, client)
    }

    fn cookie(&self, name: &str, value: &str, rest: &str) -> String {
        let secure = if self.http.is_https() { "; Secure" } else { "" };
        format!("{name}={value}; HttpOnly; SameSite=Lax; {rest}{secure}")
    }

    /// Keeps a session in a cookie that scripts cannot read.
    fn opened(&self, opened: Outcome<OpenedSession>, language: Language) -> Response {
        match opened {
            Ok(opened) => {
                let cookie = self.cookie(SESSION_COOKIE, &opened.token, "Path=/");
                ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
            }
            Err(error) => refused(error, language),
        }
    }
}

fn refused(error: AppError, language: Language) -> Response {
    match error {
        AppError::Refused(problems) => {
            let said = problems
                .first()
                .map(|problem| problem.message.get(language));
            let said = said.unwrap_or_default().to_owned();
            (StatusCode::FORBIDDEN, said).into_response()
        }
        error => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a page cannot be served"
            );
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Opens a session.
async fn sign_in(
    State(pages): State<Pages>,
    parts: Parts,
    Form(Token { token }): Form<Token>,
) -> Response {
    let (caller, client) = pages.caller(&parts, "signIn");
    let opened = pages.app.sign_in(Proof::Link(token), &caller, client);
    pages.opened(opened.await, caller.language)
}

/// Sends a browser to its organisation's identity provider.
async fn go_to_provider(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Path(organisation): Path<Uuid>,
) -> Response {
    let organisation = OrganisationId(organisation);
    match pages.app.begin_provider_sign_in(organisation).await {
        Ok(begun) => {
            let rest = format!("Path={SIGN_IN_PATH}; Max-Age=600");
            let cookie = pages.cookie(SIGN_IN_COOKIE, &begun.browser, &rest);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&begun.url)).into_response()
        }
        Err(error) => refused(error, language(&headers)),
    }
}

#[derive(Deserialize)]
struct Back {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
}

/// Takes a browser back from the provider.
async fn back_from_provider(
    State(pages): State<Pages>,
    parts: Parts,
    Query(back): Query<Back>,
) -> Response {
    let (caller, client) = pages.caller(&parts, "providerSignIn");
    let language = caller.language;
    let browser = cookie(&parts.headers, SIGN_IN_COOKIE);
    // Without a code the provider says why not: whoever cancelled knows.
    let (Some(browser), Some(state), Some(code)) = (browser, back.state, back.code) else {
        return refused(Problem::unauthenticated().into(), language);
    };
    let back = Return {
        browser,
        state,
        code,
        issuer: back.iss,
    };
    let opened = pages
        .app
        .finish_provider_sign_in(back, &caller, client)
        .await;
    let mut response = pages.opened(opened, language);
    let gone = pages.cookie(
        SIGN_IN_COOKIE,
        "",
        &format!("Path={SIGN_IN_PATH}; Max-Age=0"),
    );
    if let Ok(gone) = gone.parse() {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Shows what somebody is invited to, and asks.
async fn show_invitation(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(Token { token }): Query<Token>,
) -> Response {
    let language = language(&headers);
    if !is_token(&token) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let (invitation, organisation) = match pages.app.invitation_behind(&token).await {
        Ok(found) => found,
        Err(error) => return refused(error, language),
    };
    let name = escaped(organisation.profile.name.get(language).unwrap_or_default());
    let role = invitation.role.label();
    let role = role.get(language);
    let state = invitation.state(pages.app.now());
    if state != InvitationState::Pending {
        return page(&name, &format!("<p>{}</p>", state.label().get(language)));
    }
    let (title, accept, decline) = match language {
        Language::Ko => (format!("{name} 구성원 초대 ({role})"), "수락", "거절"),
        Language::En => (
            format!("Invitation to {name} ({role})"),
            "Accept",
            "Decline",
        ),
    };
    let form = format!(
        "<form method=post action=/invitation><input type=hidden name=token value=\"{token}\">\
         <button name=answer value=accept>{accept}</button> \
         <button name=answer value=decline>{decline}</button></form>"
    );
    page(&title, &form)
}

#[derive(Deserialize)]
struct Answer {
    token: String,
    answer: String,
}

async fn answer_invitation(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(Answer { token, answer }): Form<Answer>,
) -> Response {
    let language = language(&headers);
    let accept = match answer.as_str() {
        "accept" => true,
        "decline" => false,
        _ => return StatusCode::BAD_REQUEST.into_response(),
    };
    match pages.app.answer_colleague_invitation(&token, accept).await {
        Ok(answered) => page(answered.answer.label().get(language), ""),
        Err(error) => refused(error, language),
    }
}
