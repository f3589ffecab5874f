//! A bundle for whoever helps from far away: no footage, no secret, no name of a person.

use std::sync::Arc;

use axum::{
    extract::State as AxumState,
    http::header,
    response::{IntoResponse, Response},
};

use super::status;
use crate::{
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{ManageKeys, Permit},
        streamed,
    },
    jobs::support,
};

/// Versions, settings, status, figures and alarms.
#[utoipa::path(get, path = "/api/v1/support-bundle",
    responses((status = 200, description = "Zip archive, stored", content_type = "application/zip"), (status = 403, body = ProblemBody)))]
pub async fn fetch(AxumState(doors): AxumState<State>, _permit: Permit<ManageKeys>) -> Result<Response, Refusal> {
    let status = serde_json::to_value(status::answer(&doors).await?).unwrap_or_default();
    let (house, config) = (Arc::clone(&doors.house), doors.config.clone());
    let files = blocking(move || support::gather(&house, &config, &status)).await?;
    let body = streamed::body(move |to| support::write(&files, to).map_err(support::not_sent));
    Ok(([(header::CONTENT_TYPE, "application/zip")], body).into_response())
}
