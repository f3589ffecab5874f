//! `/metrics`: the box in figures, on a loopback listener of its own and on the socket.
//!
//! Never on the staff's listener, which a proxy shows to the network. Next: `jobs::metrics`.

use std::sync::Arc;

use axum::{
    Router,
    extract::State as AxumState,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    State,
    answer::{Refusal, blocking},
};
use crate::jobs::metrics;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

async fn show(AxumState(doors): AxumState<State>) -> Result<Response, Refusal> {
    let house = Arc::clone(&doors.house);
    let text = blocking(move || metrics::text(&house)).await?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}

/// Serves the figures and nothing else.
pub fn router(doors: State) -> Router {
    Router::new().route("/metrics", get(show)).with_state(doors)
}
