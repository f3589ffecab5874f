//! Where to look for what a case asks for. Next: `jobs::case::search_help`.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::KnownCase;
use crate::{
    adapters::clock,
    domain::{
        camera::CameraId,
        instant::UtcInstant,
        request::search_help::{Placed, Why},
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
    },
    jobs::case::search_help::{self, Stretch, Suggested},
};

#[derive(Serialize, ToSchema)]
pub struct SearchHelp {
    /// As it was asked for.
    place: String,
    #[schema(value_type = String)]
    asked_from: UtcInstant,
    #[schema(value_type = String)]
    asked_to: UtcInstant,
    /// The time to look through: an hour more at either end.
    #[schema(value_type = String)]
    from: UtcInstant,
    #[schema(value_type = String)]
    to: UtcInstant,
    /// Those to look at first at the top.
    cameras: Vec<SearchCamera>,
}

#[derive(Serialize, ToSchema)]
struct SearchCamera {
    #[schema(value_type = String)]
    camera: CameraId,
    name: String,
    place: String,
    /// named, near or rest.
    why: &'static str,
    /// Near: the words that its place shares with the place asked for.
    words: Vec<String>,
    /// How much of the time it has recorded, seconds.
    recorded_s: i64,
}

/// Where to look for each stretch that a case asks for: cameras, times, and what was recorded then.
#[utoipa::path(get, path = "/api/v1/cases/{case}/search-help", params(("case" = String, Path)),
    responses((status = 200, body = [SearchHelp]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn show(AxumState(doors): AxumState<State>, KnownCase { caller, case }: KnownCase) -> Result<Json<Vec<SearchHelp>>, Refusal> {
    let seen = doors.cameras.iter().filter(|camera| caller.sees(&doors, &camera.id));
    let placed: Vec<Placed> =
        seen.map(|camera| Placed { id: camera.id.clone(), name: camera.name.clone(), place: camera.place.clone() }).collect();
    let house = Arc::clone(&doors.house);
    let stretches = blocking(move || search_help::help(&house, &case, &placed, clock::now().utc)).await?;
    Ok(Json(stretches.into_iter().map(answer).collect()))
}

fn answer(stretch: Stretch) -> SearchHelp {
    let camera = |Suggested { camera, why, recorded_s }: Suggested| {
        let Placed { id, name, place } = camera;
        let (why, words) = match why {
            Why::Named => ("named", Vec::new()),
            Why::Near(words) => ("near", words),
            Why::Rest => ("rest", Vec::new()),
        };
        SearchCamera { camera: id, name, place, why, words, recorded_s }
    };
    SearchHelp {
        place: stretch.asked.place,
        asked_from: stretch.asked.interval.from(),
        asked_to: stretch.asked.interval.to(),
        from: stretch.window.from(),
        to: stretch.window.to(),
        cameras: stretch.cameras.into_iter().map(camera).collect(),
    }
}
