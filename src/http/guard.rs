//! What every request passes: where a change may come from, and the headers every answer carries.
//!
//! A request that changes something and comes from a browser must be same-origin (Sec-Fetch-Site,
//! Origin) and carry the session's CSRF token, in a header or in the form itself (pages check
//! theirs). Requests over the unix socket have no browser behind them.

use axum::{
    extract::{Request, State as AxumState},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use subtle::ConstantTimeEq;

use super::{
    State,
    answer::{Refusal, in_our_form},
    caller::{Caller, LocalPeer, identify},
};
use crate::problem::{Kind, Problem};

const CSRF_HEADER: &str = "x-csrf-token";

/// The most a request body may hold, bytes.
pub const BODY_BYTES_MAX: usize = 1 << 20;

pub async fn guard(AxumState(doors): AxumState<State>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let is_api = parts.uri.path().starts_with("/api/");
    let mut response = match check(&doors, &parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => Refusal(problem).into_response(),
    };
    if is_api {
        response = in_our_form(response);
    }
    add_headers(&mut response, CONTENT_POLICY);
    response
}

/// Adds what every answer carries, the public's too, and what its pages may load; a header that is there stays.
pub(super) fn add_headers(response: &mut Response, content_policy: &'static str) {
    let headers = response.headers_mut();
    for (name, value) in std::iter::once(("content-security-policy", content_policy)).chain(HEADERS) {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
}

const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
                              connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("cache-control", "no-store"),
];

async fn check(doors: &State, parts: &Parts) -> Result<(), Problem> {
    let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let upgrades = parts.headers.contains_key(header::UPGRADE);
    if parts.extensions.get::<LocalPeer>().is_some() || !(changes || upgrades) {
        return Ok(());
    }
    if !same_origin(&parts.headers) {
        return Err(Problem::new(
            Kind::Forbidden,
            "cross_origin",
            "Another site tried to act in your name.",
            "Open Holdfast itself and try again there.",
        ));
    }
    if !changes || !parts.uri.path().starts_with("/api/") {
        return Ok(());
    }
    let sent = parts.headers.get(CSRF_HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
    match identify(parts, doors).await? {
        // Without a session the handler answers 401 by itself.
        None | Some(Caller::Local(_)) => Ok(()),
        Some(Caller::Browser(signed_in)) if bool::from(signed_in.csrf.as_bytes().ct_eq(sent)) => Ok(()),
        Some(Caller::Browser(_)) => Err(csrf_missing()),
    }
}

pub fn csrf_missing() -> Problem {
    Problem::new(Kind::Forbidden, "csrf", "The request did not come from a page of this session.", "Reload the page, then try again.")
}

/// Browsers of today say where a request comes from; older ones send an Origin with a change.
pub(super) fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let origin_is_ours = |origin: &str| {
        let host = text("host").unwrap_or_default();
        origin.split_once("://").is_some_and(|(_, from)| !host.is_empty() && from.eq_ignore_ascii_case(host))
    };
    match (text("sec-fetch-site"), text("origin")) {
        // Under no-referrer a form's Origin is "null" even from our own page; the site header tells.
        (Some(site), origin) => {
            matches!(site, "same-origin" | "none") && origin.is_none_or(|origin| origin == "null" || origin_is_ours(origin))
        }
        (None, Some(origin)) => origin_is_ours(origin),
        // No browser sends a change without either.
        (None, None) => true,
    }
}
