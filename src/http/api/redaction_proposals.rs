//! People found in a redaction's clip, and plans proposed for whoever was pointed at.
//!
//! Next: `jobs::redact::look`.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::redactions::{KnownRedaction, RedactionAnswer, answer};
use crate::{
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
    },
    jobs::{propose::Click, redact::look},
};

#[derive(Deserialize, ToSchema)]
pub struct ProposalsOrder {
    /// The revision that was seen.
    revision: u32,
    /// Where whose copy it is was pointed at.
    click: Option<Pointed>,
    /// The same person in other frames.
    #[serde(default)]
    clicks: Vec<Pointed>,
}

#[derive(Deserialize, ToSchema)]
pub struct Pointed {
    /// From 0.
    frame: u32,
    /// Pixels of the clip.
    x: f32,
    y: f32,
}

/// Looks for people in the clip and saves a plan for whoever was pointed at; the redaction says how far it has come.
/// What people drew or settled stays. Refused in a sentence where no person detector is installed: then everything
/// stays hidden until somebody draws.
#[utoipa::path(post, path = "/api/v1/cases/{case}/redactions/{redaction}/proposals", params(("case" = String, Path), ("redaction" = String, Path)),
    request_body = ProposalsOrder,
    responses((status = 202, body = RedactionAnswer), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn propose(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
    Json(order): Json<ProposalsOrder>,
) -> Result<(StatusCode, Json<RedactionAnswer>), Refusal> {
    let pointed = order.click.iter().chain(&order.clicks);
    let clicks = pointed.map(|at| Click { frame: at.frame, x_px: at.x, y_px: at.y }).collect();
    let asked = look::Asked { seen: order.revision, clicks };
    let (all, known, actor) = (Arc::clone(&doors), row.clone(), caller.actor());
    blocking(move || look::begin(&all.house, &all.media, all.models.as_deref(), &actor, known, asked)).await?;
    Ok((StatusCode::ACCEPTED, Json(answer(&doors, &caller, row).await?)))
}
