//! Erasing personal values from the audit log.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State as AxumState},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::{actor::Reason, audit::LeafSeq},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{ErasePersonal, Permit},
    },
    jobs::erase::{self, Erased},
    problem::{Kind, Problem},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureAsked {
    /// One field of the leaf; all without it.
    field: Option<String>,
    reason: String,
}

/// Erases personal values of a leaf. The tree still verifies; what was erased can't be had back.
#[utoipa::path(post, path = "/api/v1/audit/{seq}/erase", params(("seq" = u64, Path)), request_body = ErasureAsked,
    responses((status = 200, body = serde_json::Value), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn erase(
    AxumState(doors): AxumState<State>,
    permit: Permit<ErasePersonal>,
    Path(seq): Path<u64>,
    Json(asked): Json<ErasureAsked>,
) -> Result<Json<Erased>, Refusal> {
    let reason = Reason::new(&asked.reason).map_err(|why| {
        Problem::new(Kind::BadInput, "reason", format!("The reason won't do: {why}."), "Say who asked for the erasure, by case reference.")
    })?;
    let house = Arc::clone(&doors.house);
    let actor = permit.caller.actor();
    Ok(Json(blocking(move || erase::erase(&house, actor, LeafSeq(seq), asked.field.as_deref(), &reason)).await?))
}
