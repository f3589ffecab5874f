//! A redacted film on its way between two people: asked to be reviewed, sent back. Approval is beside them.
//!
//! Both name the film that was watched; another one is refused. Next: `jobs::redact::turns`.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    reason,
    redactions::{KnownRedaction, RedactionAnswer, answer},
};
use crate::{
    domain::redaction::reviewed::Sum,
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
    },
    jobs::redact::turns,
};

#[derive(Deserialize, ToSchema)]
pub struct ReviewOrder {
    /// SHA-256 of the film that was watched.
    #[schema(value_type = String)]
    film: Sum,
}

/// Asks for a second person to watch the film.
#[utoipa::path(post, path = "/api/v1/cases/{case}/redactions/{redaction}/review", params(("case" = String, Path), ("redaction" = String, Path)),
    request_body = ReviewOrder,
    responses((status = 200, body = RedactionAnswer), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn ask(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
    Json(order): Json<ReviewOrder>,
) -> Result<Json<RedactionAnswer>, Refusal> {
    let (house, actor) = (Arc::clone(&doors.house), caller.actor());
    let row = blocking(move || turns::ask(&house, actor, row, order.film)).await?;
    Ok(Json(answer(&doors, &caller, row).await?))
}

#[derive(Deserialize, ToSchema)]
pub struct ReturnOrder {
    /// SHA-256 of the film that was watched.
    #[schema(value_type = String)]
    film: Sum,
    /// What shows, when and where: whoever drew it reads this.
    reason: String,
}

/// Sends a film back that was asked about.
#[utoipa::path(post, path = "/api/v1/cases/{case}/redactions/{redaction}/return", params(("case" = String, Path), ("redaction" = String, Path)),
    request_body = ReturnOrder,
    responses((status = 200, body = RedactionAnswer), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn send_back(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
    Json(order): Json<ReturnOrder>,
) -> Result<Json<RedactionAnswer>, Refusal> {
    let reason = reason(&order.reason)?;
    let (house, actor) = (Arc::clone(&doors.house), caller.actor());
    let row = blocking(move || turns::send_back(&house, actor, row, order.film, reason)).await?;
    Ok(Json(answer(&doors, &caller, row).await?))
}
