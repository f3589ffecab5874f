//! `/api/v1`: every route with its description, from one list, so that what is served and what is
//! described can't differ.

pub mod audit;
pub mod backup;
pub mod camera_register;
pub mod case_copies;
pub mod case_delivery;
pub mod case_letters;
pub mod case_papers;
pub mod case_search_help;
pub mod case_steps;
pub mod cases;
pub mod configuration;
pub mod deletions;
pub mod disclosures;
pub mod emergencies;
pub mod erasures;
pub mod expiry;
pub mod exports;
pub mod footage;
pub mod health;
pub mod hls;
pub mod hold_checks;
pub mod holds;
pub mod keys;
pub mod live;
pub mod policy;
pub mod redaction_films;
pub mod redaction_frames;
pub mod redaction_proposals;
pub mod redaction_turns;
pub mod redactions;
pub mod register;
pub mod retention;
pub mod session;
pub mod status;
pub mod support;
pub mod users;

use std::sync::{Arc, LazyLock};

use axum::{Json, Router, extract::DefaultBodyLimit};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use super::{
    State,
    answer::blocking,
    caller::{Caller, camera_unknown},
};
use crate::{
    domain::{
        actor::Reason,
        camera::CameraId,
        instant::{Interval, UtcInstant},
    },
    jobs::retain,
    problem::{Kind, Problem},
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Holdfast", description = "The staff API of a Holdfast box. Times are RFC 3339 with zone. Refusals are application/problem+json (RFC 9457). Changes from a browser need the header X-CSRF-Token with the session's token."),
    security(("session" = [])),
    modifiers(&SessionCookie)
)]
struct Description;

struct SessionCookie;

impl Modify for SessionCookie {
    fn modify(&self, openapi: &mut openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("holdfast"))));
    }
}

/// A plan of an hour with a keyframe in each frame, bytes.
const PLAN_BYTES_MAX: usize = 32 << 20;

static DESCRIPTION: LazyLock<openapi::OpenApi> = LazyLock::new(|| list().into_openapi());

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
async fn describe() -> Json<&'static openapi::OpenApi> {
    Json(&DESCRIPTION)
}

/// The API's routes and their description.
pub fn router() -> (Router<State>, openapi::OpenApi) {
    list().split_for_parts()
}

fn list() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(describe))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(session::session))
        .routes(routes!(session::open_view))
        .routes(routes!(status::status))
        .routes(routes!(status::cameras))
        .routes(routes!(camera_register::register))
        .routes(routes!(policy::show))
        .routes(routes!(policy::acknowledge))
        .routes(routes!(policy::readers))
        .routes(routes!(emergencies::list, emergencies::open))
        .routes(routes!(emergencies::look))
        .routes(routes!(footage::timeline))
        .routes(routes!(footage::media))
        .routes(routes!(footage::frame))
        .routes(routes!(footage::segments))
        .routes(routes!(footage::check))
        .routes(routes!(live::live))
        .routes(routes!(hls::playlist))
        .routes(routes!(hls::init))
        .routes(routes!(hls::fragment))
        .routes(routes!(exports::list, exports::create))
        .routes(routes!(exports::bundle))
        .routes(routes!(holds::list, holds::place))
        .routes(routes!(holds::show))
        .routes(routes!(holds::release))
        .routes(routes!(holds::withdraw))
        .routes(routes!(cases::list, cases::receive))
        .routes(routes!(cases::show))
        .routes(routes!(case_steps::take))
        .routes(routes!(case_steps::form))
        .routes(routes!(case_steps::decide))
        .routes(routes!(case_steps::approve))
        .routes(routes!(case_steps::release))
        .routes(routes!(case_steps::close))
        .routes(routes!(case_letters::list))
        .routes(routes!(case_letters::draft))
        .routes(routes!(case_papers::list))
        .routes(routes!(case_papers::show))
        .routes(routes!(case_search_help::show))
        .routes(routes!(case_copies::list))
        .routes(routes!(case_copies::fetch))
        .routes(routes!(case_delivery::show, case_delivery::offer, case_delivery::revoke))
        .routes(routes!(redactions::list, redactions::begin))
        .routes(routes!(redactions::show))
        .routes(routes!(redactions::save).layer(DefaultBodyLimit::max(PLAN_BYTES_MAX)))
        .routes(routes!(redaction_proposals::propose))
        .routes(routes!(redaction_films::frame))
        .routes(routes!(redaction_films::plate))
        .routes(routes!(redaction_films::render_film, redaction_films::cancel))
        .routes(routes!(redaction_films::film))
        .routes(routes!(redaction_films::approve))
        .routes(routes!(redaction_frames::frames))
        .routes(routes!(redaction_turns::ask))
        .routes(routes!(redaction_turns::send_back))
        .routes(routes!(disclosures::list))
        .routes(routes!(disclosures::csv))
        .routes(routes!(disclosures::pdf))
        .routes(routes!(register::year))
        .routes(routes!(expiry::plan))
        .routes(routes!(expiry::run))
        .routes(routes!(expiry::acknowledge))
        .routes(routes!(retention::list))
        .routes(routes!(retention::shorten))
        .routes(routes!(deletions::list, deletions::ask))
        .routes(routes!(deletions::grant))
        .routes(routes!(hold_checks::check))
        .routes(routes!(audit::leaves))
        .routes(routes!(audit::verify))
        .routes(routes!(audit::verify_expiry))
        .routes(routes!(audit::report))
        .routes(routes!(audit::prove))
        .routes(routes!(keys::rotate))
        .routes(routes!(backup::fetch))
        .routes(routes!(support::fetch))
        .routes(routes!(erasures::erase))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::disable))
        .routes(routes!(users::reset))
        .routes(routes!(users::remove_app))
        .routes(routes!(users::remove_passkeys))
        .routes(routes!(users::limit))
        .routes(routes!(users::setup_code))
        .routes(routes!(configuration::note))
}

/// Cameras of the configuration, and those that were once in it and have footage left.
pub async fn known_cameras(doors: &State, caller: &Caller, ids: &[String]) -> Result<Vec<CameraId>, Problem> {
    let house = Arc::clone(&doors.house);
    let once = blocking(move || retain::list(&house)).await?;
    let known = |id: &CameraId| caller.sees(doors, id) && (doors.camera(id).is_some() || once.iter().any(|kept| kept.camera == *id));
    ids.iter().map(|id| CameraId::new(id).ok().filter(known).ok_or_else(camera_unknown)).collect()
}

/// A reason from a text.
pub fn reason(text: &str) -> Result<Reason, Problem> {
    Reason::new(text).map_err(|why| {
        Problem::new(
            Kind::BadInput,
            "reason",
            format!("The reason has {} characters; it needs 3 to 500, on one line.", why.length),
            "Say what was reported, or name the case.",
        )
    })
}

/// A range from two texts.
pub fn range(from: &str, to: &str) -> Result<Interval, Problem> {
    let interval = Interval::new(instant(from)?, instant(to)?).map_err(|why| {
        Problem::new(
            Kind::BadInput,
            "range",
            format!("The range ends at {}, not after its start {}.", why.to, why.from),
            "Swap the two or correct one.",
        )
    })?;
    Ok(interval)
}

/// An instant from a text.
pub fn instant(text: &str) -> Result<UtcInstant, Problem> {
    UtcInstant::parse_rfc3339(text).map_err(|_| {
        Problem::new(
            Kind::BadInput,
            "time",
            "A time is not in a form with date, time and zone.",
            "Write it like 2026-10-25T01:30:00+01:00 or 2026-10-25T00:30:00Z.",
        )
    })
}
