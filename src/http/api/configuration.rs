//! Changes to the configuration file. The command line makes them, since a running box may not write
//! there; the box's own log hears of each before and after.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::users::local_only;
use crate::{
    domain::{audit::Outcome, camera::CameraId},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{ManageUsers, Permit},
    },
    jobs::configure::{self, Change},
};

#[derive(Deserialize, ToSchema)]
pub struct ChangeNoted {
    /// camera_add or camera_remove.
    #[schema(value_type = String)]
    change: Change,
    #[schema(value_type = String)]
    camera: CameraId,
    /// intent, then done, refused or failed.
    #[schema(value_type = String)]
    outcome: Outcome,
}

/// Writes down that the configuration is about to be changed, or how that went: at the box's own
/// command line only.
#[utoipa::path(post, path = "/api/v1/configuration-changes", request_body = ChangeNoted,
    responses((status = 204, description = "Written down"), (status = 403, body = ProblemBody)))]
pub async fn note(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Json(noted): Json<ChangeNoted>,
) -> Result<StatusCode, Refusal> {
    let caller = local_only(permit.caller)?;
    let house = Arc::clone(&doors.house);
    blocking(move || configure::note(&house, caller.actor(), noted.change, &noted.camera, noted.outcome)).await?;
    Ok(StatusCode::NO_CONTENT)
}
