//! A page to try queries on, in development only. It loads GraphiQL from a public CDN.

use super::{GRAPHQL_PATH, SOCKET_PATH};
use async_graphql::http::{Credentials, GraphiQLSource};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect};

/// Where it is.
pub(super) const PATH: &str = "/explorer";

/// Without it a visitor would face an empty editor.
const QUERY: &str = "# Ctrl-Enter runs it; the book icon on the left shows what can be asked.\\n\
                     query Hello {\\n  __typename\\n}\\n";

/// What the page may do: the CDN's scripts and styles, and requests to us.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' https://esm.sh blob: data:; \
                      style-src 'unsafe-inline' https://esm.sh; font-src https://esm.sh data:; \
                      img-src data:; connect-src 'self' https://esm.sh; worker-src blob: https://esm.sh; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /explorer`.
pub(super) async fn page() -> impl IntoResponse {
    let page = GraphiQLSource::build()
        .endpoint(GRAPHQL_PATH)
        .subscription_endpoint(SOCKET_PATH)
        .credentials(Credentials::SameOrigin)
        .title("Matchday")
        .finish();
    // The library's page has no setting for the first query.
    let page = page.replace(
        "defaultEditorToolsVisibility: true",
        &format!("defaultEditorToolsVisibility: true, defaultQuery: '{QUERY}'"),
    );
    let policy: (HeaderName, _) = (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    ([policy], Html(page))
}

/// `GET /`: somebody looks what is here.
pub(super) async fn redirect() -> Redirect {
    Redirect::temporary(PATH)
}
