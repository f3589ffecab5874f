//! The public's door: a listener and a router of its own, from which neither the staff's side nor
//! footage can be reached.
//!
//! Works without JavaScript, sets one cookie, and logs neither addresses nor what was written. Refuses
//! what another site sends in somebody's name. Next: `notice` shows, `apply` asks, `guard` stands
//! before both.

mod apply;
mod form;
mod guard;
mod notice;
mod page;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State as AxumState},
    http::{HeaderMap, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{Carriage, assets, guard::BODY_BYTES_MAX, staff::login::LoginGate};
use crate::{
    domain::notice::Facts,
    jobs::{intake::Desk, notice::Version},
};

/// What the public's pages can reach: no catalogue, no segments, no keys of theirs.
pub struct PortalDoors {
    pub facts: Facts,
    /// The present one last; there is always one.
    pub versions: Vec<Version>,
    pub time_zone: String,
    pub desk: Desk,
    pub tries: LoginGate,
    pub carriage: Carriage,
}

type State = Arc<PortalDoors>;

/// Everything the portal's listener serves.
pub fn router(doors: PortalDoors) -> Router {
    let doors = Arc::new(doors);
    Router::new()
        .route("/", get(notice::start))
        .route("/privacy", get(notice::plain))
        .route("/privacy/history", get(notice::history))
        .route("/privacy/version/{number}", get(notice::version))
        .route("/privacy/{language}", get(notice::in_language))
        .route("/privacy/{language}/large-print", get(notice::large_print))
        .route("/signs", get(notice::signs))
        .route("/signs/{camera}/{language}", get(notice::sign))
        .route("/apply/{errand}", get(apply::begin_page).post(apply::begin))
        .route("/apply/{errand}/check", get(apply::check_page))
        .route("/apply/{errand}/send", axum::routing::post(apply::send))
        .route("/apply/{errand}/save", axum::routing::post(apply::save))
        .route("/apply/{errand}/{question}", get(apply::question).post(apply::answer))
        .route("/return", get(apply::return_page).post(apply::come_back))
        .route("/assets/{name}", get(asset))
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn(guard::guard))
        .with_state(doors)
}

/// The portal's own style and nothing else that the program carries.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match name.as_str() {
        "portal.css" | "icon.svg" => assets::built(&name, &headers),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn nothing_here(AxumState(doors): AxumState<State>) -> Response {
    page::not_found(&doors.facts)
}
