//! Footage opened in an emergency: by whom, why, and who has looked at it.
//!
//! Opening takes one's own password and app again. Refuses the command line as one person: an opening is
//! somebody's. Next: `jobs::emergency`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State as AxumState},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reason;
use crate::{
    domain::{
        identity::{Permission, emergency::EmergencyId},
        instant::UtcInstant,
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, LookAtEmergency, OpenEmergency, Permit},
        confirm::Confirmation,
    },
    jobs::emergency,
};

#[derive(Serialize, ToSchema)]
pub struct EmergencyAnswer {
    id: String,
    by: String,
    #[schema(value_type = String)]
    opened: UtcInstant,
    #[schema(value_type = String)]
    until: UtcInstant,
    /// Absent once erased from the log.
    reason: Option<String>,
    #[schema(value_type = Option<String>)]
    looked_at: Option<UtcInstant>,
    note: Option<String>,
}

/// Every opening, the last first.
#[utoipa::path(get, path = "/api/v1/emergencies", responses((status = 200, body = [EmergencyAnswer]), (status = 403, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, _permit: Permit<LookAtEmergency>) -> Result<Json<Vec<EmergencyAnswer>>, Refusal> {
    let house = Arc::clone(&doors.house);
    let (rows, people) = blocking(move || emergency::list(&house)).await?;
    let answers = rows.into_iter().map(|row| EmergencyAnswer {
        id: row.id.0.to_string(),
        by: people.of_account(row.user),
        opened: row.opening.opened,
        until: row.opening.until,
        reason: row.reason,
        looked_at: row.looked_at,
        note: row.note,
    });
    Ok(Json(answers.collect()))
}

#[derive(Deserialize, ToSchema)]
pub struct EmergencyAsked {
    /// What has happened, in three words at least.
    reason: String,
    #[serde(flatten)]
    confirmation: Confirmation,
}

#[derive(Serialize, ToSchema)]
pub struct EmergencyOpened {
    id: String,
    #[schema(value_type = String)]
    until: UtcInstant,
}

/// Opens footage to oneself for a short time. The data protection officer is told.
#[utoipa::path(post, path = "/api/v1/emergencies", request_body = EmergencyAsked,
    responses((status = 201, body = EmergencyOpened), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn open(
    AxumState(doors): AxumState<State>,
    permit: Permit<OpenEmergency>,
    Json(asked): Json<EmergencyAsked>,
) -> Result<(StatusCode, Json<EmergencyOpened>), Refusal> {
    let reason = reason(&asked.reason)?;
    let by = asked.confirmation.check_account(&doors, &permit.caller, Permission::OpenEmergency).await?;
    let (house, seconds) = (Arc::clone(&doors.house), doors.emergency_seconds);
    let (id, opening) = blocking(move || emergency::open(&house, &by, &reason, seconds)).await?;
    Ok((StatusCode::CREATED, Json(EmergencyOpened { id: id.0.to_string(), until: opening.until })))
}

#[derive(Deserialize, ToSchema)]
pub struct LookAsked {
    /// What was found.
    note: String,
    /// At the box's own command line, whose account it is: an opening is not looked at by nobody.
    #[serde(flatten)]
    confirmation: Confirmation,
}

/// Marks an opening as looked at, with a note; whoever opened it may open another then.
#[utoipa::path(post, path = "/api/v1/emergencies/{emergency}/look", params(("emergency" = String, Path)), request_body = LookAsked,
    responses((status = 204, description = "Done"), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn look(
    AxumState(doors): AxumState<State>,
    permit: Permit<LookAtEmergency>,
    Path(id): Path<Uuid>,
    Json(asked): Json<LookAsked>,
) -> Result<StatusCode, Refusal> {
    let note = reason(&asked.note)?;
    let by = match permit.caller {
        Caller::Browser(signed_in) => signed_in.user,
        local @ Caller::Local(_) => asked.confirmation.check_account(&doors, &local, Permission::LookAtEmergency).await?,
    };
    let house = Arc::clone(&doors.house);
    blocking(move || emergency::look(&house, &by, EmergencyId(id), &note)).await?;
    Ok(StatusCode::NO_CONTENT)
}
