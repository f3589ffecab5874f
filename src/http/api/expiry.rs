//! What goes when and why, and a run of it now.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State as AxumState},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    adapters::clock,
    domain::{
        camera::CameraId,
        identity::Permission,
        instant::UtcInstant,
        recording::segment::SegmentId,
        retention::{expiry::PlannedExpiry, hold::HoldId},
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{ManageRetention, Permit, SeeStatus},
        confirm::Confirmation,
    },
    jobs::expire::{self, Acknowledged, PLAN_LINES, Ran},
};

#[derive(Deserialize, IntoParams)]
pub struct PlanAsked {
    /// Lines at most; 10,000 unless told.
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct PlanLine {
    #[schema(value_type = String)]
    segment: SegmentId,
    #[schema(value_type = String)]
    camera: CameraId,
    #[schema(value_type = String)]
    start: UtcInstant,
    #[schema(value_type = String)]
    end: UtcInstant,
    #[schema(value_type = String)]
    due: UtcInstant,
    /// Why then.
    reason: String,
    /// Holds and restrictions that keep it all the same.
    #[schema(value_type = Vec<String>)]
    blocked_by: Vec<HoldId>,
}

impl From<PlannedExpiry> for PlanLine {
    fn from(line: PlannedExpiry) -> Self {
        Self {
            segment: line.stored.segment,
            camera: line.stored.camera,
            start: line.stored.recorded.from(),
            end: line.stored.recorded.to(),
            due: line.due,
            reason: format!("kept for {}", line.period),
            blocked_by: line.blocked_by,
        }
    }
}

/// The next segments to go, the earliest first, and what keeps them.
#[utoipa::path(get, path = "/api/v1/expiry/plan", params(PlanAsked), responses((status = 200, body = [PlanLine]), (status = 403, body = ProblemBody)))]
pub async fn plan(
    AxumState(doors): AxumState<State>,
    permit: Permit<SeeStatus>,
    Query(asked): Query<PlanAsked>,
) -> Result<Json<Vec<PlanLine>>, Refusal> {
    let house = Arc::clone(&doors.house);
    let limit = asked.limit.unwrap_or(PLAN_LINES).min(100 * PLAN_LINES);
    let lines = blocking(move || expire::plan(&house, limit)).await?;
    let seen = lines.into_iter().filter(|line| permit.caller.sees(&doors, &line.stored.camera));
    Ok(Json(seen.map(Into::into).collect()))
}

/// Runs expiry now. Nothing goes before its time by it.
#[utoipa::path(post, path = "/api/v1/expiry/run", responses((status = 200, body = Ran), (status = 403, body = ProblemBody)))]
pub async fn run(AxumState(doors): AxumState<State>, _permit: Permit<ManageRetention>) -> Result<Json<Ran>, Refusal> {
    let house = Arc::clone(&doors.house);
    Ok(Json(blocking(move || expire::run(&house, clock::now())).await?))
}

#[derive(Deserialize, ToSchema)]
pub struct Acknowledgement {
    /// `clock`: it jumped, and is right. `volume`: unusually much is due, and should go.
    #[schema(value_type = String)]
    what: Acknowledged,
    #[serde(flatten)]
    confirmation: Confirmation,
}

/// Lets expiry go on after a person has looked at what held it up. Needs the password again.
#[utoipa::path(post, path = "/api/v1/expiry/acknowledge", request_body = Acknowledgement,
    responses((status = 204, description = "Expiry goes on"), (status = 403, body = ProblemBody)))]
pub async fn acknowledge(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageRetention>,
    Json(asked): Json<Acknowledgement>,
) -> Result<StatusCode, Refusal> {
    let confirmed = asked.confirmation.check(&doors, &permit.caller, Permission::ManageRetention).await?;
    let house = Arc::clone(&doors.house);
    blocking(move || expire::acknowledge(&house, confirmed.actor(), asked.what, clock::now())).await?;
    Ok(StatusCode::NO_CONTENT)
}
