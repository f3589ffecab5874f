//! Looking whether what is held can be read, on demand.

use axum::{
    Json,
    extract::{Path, State as AxumState},
};
use uuid::Uuid;

use crate::{
    domain::retention::hold::HoldId,
    http::{
        State,
        answer::{ProblemBody, Refusal},
        caller::{Permit, SeeFootage},
    },
    jobs::hold_check::{self, HoldReport},
};

/// Opens, hashes and decodes everything the hold keeps. Takes as long as that takes.
#[utoipa::path(post, path = "/api/v1/holds/{id}/check", params(("id" = String, Path)),
    responses((status = 200, body = serde_json::Value), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn check(
    AxumState(doors): AxumState<State>,
    permit: Permit<SeeFootage>,
    Path(id): Path<Uuid>,
) -> Result<Json<HoldReport>, Refusal> {
    Ok(Json(hold_check::check(&doors.house, &doors.media, permit.caller.actor(), HoldId(id)).await?))
}
