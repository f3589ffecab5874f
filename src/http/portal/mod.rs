//! The public's door: a listener and a router of its own, from which neither the staff's side nor
//! footage can be reached.
//!
//! Works without JavaScript, sets one cookie, and logs neither addresses nor what was written. Refuses
//! what another site sends in somebody's name. The one way to footage is `download`: a released copy, by
//! link and code. Next: `notice` shows, `apply` asks, `visit` follows, `guard` stands before all.

mod apply;
mod cookie;
mod download;
mod form;
mod guard;
mod notice;
mod page;
mod status;
pub mod visit;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State as AxumState},
    http::{HeaderMap, StatusCode},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::sync::Semaphore;

use self::visit::Visits;

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
    pub visits: Visits,
    /// Papers taken in at once, so that a flood of them can't take the recorder's memory.
    pub uploads: Semaphore,
    pub carriage: Carriage,
}

/// A paper in the form that carries it, and room to read on past one that is too large, so that its
/// sender is told so instead of being cut off.
const PAPER_BODY_BYTES_MAX: usize = 32 << 20;
/// Papers taken in at once.
pub const UPLOADS_AT_ONCE: usize = 4;

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
        .route("/apply/{errand}/send", post(apply::send))
        .route("/apply/{errand}/save", post(apply::save))
        .route("/apply/{errand}/{question}", get(apply::question).post(apply::answer))
        .route("/return", get(apply::return_page).post(apply::come_back))
        .route("/status", get(visit::door).post(visit::enter))
        .route("/status/request", get(visit::request))
        .route("/status/answer", post(visit::answer))
        .route("/status/papers", post(visit::send_paper).layer(DefaultBodyLimit::max(PAPER_BODY_BYTES_MAX)))
        .route("/status/withdraw", get(visit::withdraw_page).post(visit::withdraw))
        .route("/status/leave", post(visit::leave))
        .route("/download/{token}", get(download::link).post(download::open))
        .route("/download/{token}/files", get(download::files))
        .route("/download/{token}/files/{number}", get(download::file))
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
