//! A backup, sent while it is made. Sealed under the master key: whoever fetches it can't read it.

use std::sync::Arc;

use axum::{
    extract::State as AxumState,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{ManageKeys, Permit},
        streamed,
    },
    jobs::backup,
};

/// Catalogue, key slots and configuration, sealed. Neither footage nor secrets of key generations.
#[utoipa::path(get, path = "/api/v1/backup",
    responses((status = 200, description = "Zip archive, stored", content_type = "application/zip"), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn fetch(AxumState(doors): AxumState<State>, permit: Permit<ManageKeys>) -> Result<Response, Refusal> {
    let (house, config) = (Arc::clone(&doors.house), doors.config.clone());
    let prepared = blocking(move || backup::prepare(house, permit.caller.actor(), &config)).await?;
    Ok(([(header::CONTENT_TYPE, "application/zip")], streamed::body(move |to| prepared.write(to))).into_response())
}
