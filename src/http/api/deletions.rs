//! Footage that goes before its time: asked for by one person, granted by another.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State as AxumState},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{holds::PersonAnswer, known_cameras, range, reason};
use crate::{
    adapters::{clock, index::deletion::DeletionRow},
    domain::{camera::CameraId, identity::Permission, instant::UtcInstant, retention::consent::Consent},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{ManageRetention, Permit, SeeStatus},
        confirm::Confirmation,
    },
    jobs::{
        deletion::{self, DeletionAsked},
        staff::{self, People},
    },
    problem::Problem,
};

#[derive(Deserialize, ToSchema)]
pub struct DeletionOrder {
    cameras: Vec<String>,
    from: String,
    to: String,
    reason: String,
    /// The case it is for, in the provider's own numbering.
    case: String,
}

#[derive(Serialize, ToSchema)]
pub struct DeletionAnswer {
    id: String,
    #[schema(value_type = Vec<String>)]
    cameras: Vec<CameraId>,
    #[schema(value_type = String)]
    from: UtcInstant,
    #[schema(value_type = String)]
    to: UtcInstant,
    reason: String,
    case: String,
    /// `awaiting second person`, `granted` (what no hold keeps goes with the next run) or `done`.
    state: &'static str,
    first: PersonAnswer,
    second: Option<PersonAnswer>,
    #[schema(value_type = Option<String>)]
    done: Option<UtcInstant>,
}

impl DeletionAnswer {
    fn of(row: DeletionRow, people: &People) -> Self {
        let (first, second) = match &row.consent {
            Consent::Asked { first, .. } => (first, None),
            Consent::Granted { first, second, .. } => (first, Some(second)),
        };
        let state = match (&row.consent, row.done) {
            (Consent::Asked { .. }, _) => "awaiting second person",
            (Consent::Granted { .. }, None) => "granted",
            (Consent::Granted { .. }, Some(_)) => "done",
        };
        Self {
            first: PersonAnswer::of(first, people),
            second: second.map(|second| PersonAnswer::of(second, people)),
            id: row.id.to_string(),
            cameras: row.cameras,
            from: row.range.from(),
            to: row.range.to(),
            reason: row.reason,
            case: row.case_reference,
            state,
            done: row.done,
        }
    }
}

/// Early deletions, newest first.
#[utoipa::path(get, path = "/api/v1/deletions", responses((status = 200, body = [DeletionAnswer]), (status = 403, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, permit: Permit<SeeStatus>) -> Result<Json<Vec<DeletionAnswer>>, Refusal> {
    let house = Arc::clone(&doors.house);
    let (rows, people) = blocking(move || Ok::<_, Problem>((deletion::list(&house)?, staff::people(&house)?))).await?;
    let seen = rows.into_iter().filter(|row| permit.caller.sees_all(&doors, &row.cameras));
    Ok(Json(seen.map(|row| DeletionAnswer::of(row, &people)).collect()))
}

/// Asks that a range goes before its time. Nothing goes until another person agrees.
#[utoipa::path(post, path = "/api/v1/deletions", request_body = DeletionOrder,
    responses((status = 201, body = DeletionAnswer), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn ask(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageRetention>,
    Json(order): Json<DeletionOrder>,
) -> Result<(StatusCode, Json<DeletionAnswer>), Refusal> {
    let asked = DeletionAsked {
        cameras: known_cameras(&doors, &permit.caller, &order.cameras).await?,
        range: range(&order.from, &order.to)?,
        reason: reason(&order.reason)?,
        case_reference: order.case,
    };
    let house = Arc::clone(&doors.house);
    let answer = blocking(move || {
        let row = deletion::ask(&house, permit.caller.actor(), asked, clock::now())?;
        Ok::<_, Problem>(DeletionAnswer::of(row, &staff::people(&house)?))
    });
    Ok((StatusCode::CREATED, Json(answer.await?)))
}

/// Agrees to an early deletion as the second person. Needs the password again.
#[utoipa::path(post, path = "/api/v1/deletions/{deletion}/grant", params(("deletion" = String, Path)), request_body = Confirmation,
    responses((status = 200, body = DeletionAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn grant(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageRetention>,
    Path(id): Path<Uuid>,
    Json(confirmation): Json<Confirmation>,
) -> Result<Json<DeletionAnswer>, Refusal> {
    let confirmed = confirmation.check(&doors, &permit.caller, Permission::ManageRetention).await?;
    let house = Arc::clone(&doors.house);
    let answer = blocking(move || {
        let row = deletion::grant(&house, confirmed.actor(), id, clock::now())?;
        Ok::<_, Problem>(DeletionAnswer::of(row, &staff::people(&house)?))
    });
    Ok(Json(answer.await?))
}
