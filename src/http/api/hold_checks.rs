//! Looking whether what is held can be read, on demand.

use axum::{Json, extract::State as AxumState};

use super::holds::KnownHold;
use crate::{
    http::{
        State,
        answer::{ProblemBody, Refusal},
        caller::SeeFootage,
    },
    jobs::hold_check::{self, HoldReport},
};

/// Opens, hashes and decodes everything the hold keeps. Takes as long as that takes.
#[utoipa::path(post, path = "/api/v1/holds/{id}/check", params(("id" = String, Path)),
    responses((status = 200, body = serde_json::Value), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn check(
    AxumState(doors): AxumState<State>,
    KnownHold { caller, held, .. }: KnownHold<SeeFootage>,
) -> Result<Json<HoldReport>, Refusal> {
    Ok(Json(hold_check::check(&doors.house, &doors.media, caller.actor(), held.id).await?))
}
