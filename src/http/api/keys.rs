//! The keys: a new generation now, rather than when it is due.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState};

use crate::{
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{ManageKeys, Permit},
    },
    jobs::rotate_keys::{self, Rotated},
};

/// Makes a new generation of keys and destroys the old one: what has expired is gone for good.
#[utoipa::path(post, path = "/api/v1/keys/rotate",
    responses((status = 200, body = Rotated), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn rotate(AxumState(doors): AxumState<State>, permit: Permit<ManageKeys>) -> Result<Json<Rotated>, Refusal> {
    let house = Arc::clone(&doors.house);
    Ok(Json(blocking(move || rotate_keys::rotate(&house, permit.caller.actor())).await?))
}
