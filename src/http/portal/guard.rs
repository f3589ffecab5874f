//! What every request of the public passes: where a change may come from, and the headers of every
//! answer. Says in the log which page was asked for and how it went; no address, no name, no answer.

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use crate::http::guard::{add_headers, same_origin};

pub async fn guard(matched: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let method = request.method().clone();
    let mut response = if changes && !same_origin(request.headers()) {
        (StatusCode::FORBIDDEN, Html(super::page::foreign())).into_response()
    } else {
        next.run(request).await
    };
    // The pattern, never the path: that may hold what somebody typed.
    let page = matched.as_ref().map_or("elsewhere", MatchedPath::as_str);
    tracing::info!(%method, page, status = response.status().as_u16(), "portal");
    add_headers(&mut response, CONTENT_POLICY);
    response
}

/// No script: a page has nothing to run.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
