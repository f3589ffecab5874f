//! Whether the box lives and can work: for monitors, without a login and without detail.

use axum::{extract::State as AxumState, http::StatusCode};

use crate::{
    adapters::index::user,
    http::{State, answer::blocking},
};

/// The process answers.
#[utoipa::path(get, path = "/healthz", security(()), responses((status = 200, description = "It lives", body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The store answers, too.
#[utoipa::path(get, path = "/readyz", security(()), responses((status = 200, description = "It works", body = String), (status = 503, description = "The store does not answer")))]
pub async fn readyz(AxumState(doors): AxumState<State>) -> (StatusCode, &'static str) {
    let catalogue = std::sync::Arc::clone(&doors.house.catalogue);
    match blocking(move || catalogue.read(user::count)).await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}
