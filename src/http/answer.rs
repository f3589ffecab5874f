//! From a `Problem` to an answer: problem+json (RFC 9457) for the API, a page for people.
//!
//! The private cause goes to the log here and nowhere else.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Serialize;

use crate::problem::Problem;

const PROBLEM_JSON: &str = "application/problem+json";

/// RFC 9457, with our stable code.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// `about:blank`: the code says which problem it is.
    pub r#type: &'static str,
    /// What happened, to what.
    pub title: String,
    pub status: u16,
    /// What to do next.
    pub detail: String,
    pub code: &'static str,
}

/// A `Problem` on its way out of the API.
#[derive(Debug)]
pub struct Refusal(pub Problem);

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

fn log(problem: &Problem) -> StatusCode {
    let status = StatusCode::from_u16(problem.kind.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::error!(code = problem.code, cause = ?problem.cause, "request failed");
    } else {
        tracing::debug!(code = problem.code, cause = ?problem.cause, "request refused");
    }
    status
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = log(&self.0);
        let Problem { code, sentence, next_step, .. } = self.0;
        problem_json(status, code, sentence, next_step)
    }
}

fn problem_json(status: StatusCode, code: &'static str, title: String, detail: String) -> Response {
    let body = ProblemBody { r#type: "about:blank", title, status: status.as_u16(), detail, code };
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(PROBLEM_JSON));
    response
}

/// The framework's own refusals (a body that is no JSON, a method nobody answers) in the same form.
/// Its words stay behind: they may repeat what was sent.
pub fn in_our_form(response: Response) -> Response {
    let has_form = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == PROBLEM_JSON.as_bytes());
    let status = match response.status() {
        // Ours means by 422 that a check found something.
        StatusCode::UNPROCESSABLE_ENTITY if !has_form => StatusCode::BAD_REQUEST,
        status => status,
    };
    if has_form || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (code, title, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method", "This address doesn't answer that method.", "Use one of those that /api/v1/openapi.json describes.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The request's body is too large.", "Send less at once."),
        _ => ("form", "The request is not in the form that this address takes.", "Compare it with /api/v1/openapi.json."),
    };
    let mut answer = problem_json(status, code, title.into(), detail.into());
    // Whatever else was said (which methods there are, for one) stays.
    for (name, value) in response.headers() {
        if !matches!(*name, header::CONTENT_LENGTH | header::CONTENT_TYPE) {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}

/// A `Problem` as a page.
pub fn page(problem: Problem) -> Response {
    let status = log(&problem);
    let html = super::staff::page::message(&problem.sentence, &problem.next_step);
    (status, Html(html)).into_response()
}

/// Runs blocking work (the catalogue, the vault) away from the tasks that serve.
pub async fn blocking<T: Send + 'static, E: Into<Problem> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await?.map_err(Into::into)
}
