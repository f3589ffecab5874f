//! Accounts, for administrators and the command line.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State as AxumState},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    adapters::index::user::{self, UserRow},
    domain::{actor::UserId, identity::Role},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, ManageUsers, Permit},
    },
    jobs::staff::{self, NewUser},
    problem::{Kind, Problem},
};

/// All accounts, by name.
#[utoipa::path(get, path = "/api/v1/users", responses((status = 200, body = serde_json::Value), (status = 403, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, _permit: Permit<ManageUsers>) -> Result<Json<Vec<UserRow>>, Refusal> {
    let catalogue = Arc::clone(&doors.house.catalogue);
    Ok(Json(blocking(move || catalogue.read(user::list)).await?))
}

#[derive(Deserialize, ToSchema)]
pub struct UserAsked {
    name: String,
    #[schema(value_type = String)]
    role: Role,
    password: String,
}

#[derive(Serialize, ToSchema)]
pub struct UserAdded {
    id: String,
}

/// Adds an account.
#[utoipa::path(post, path = "/api/v1/users", request_body = UserAsked,
    responses((status = 201, body = UserAdded), (status = 400, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn add(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Json(asked): Json<UserAsked>,
) -> Result<(StatusCode, Json<UserAdded>), Refusal> {
    let new = NewUser { name: asked.name, role: asked.role, password: asked.password };
    let id = staff::add(&doors.house, &doors.passwords, permit.caller.actor(), new).await?;
    Ok((StatusCode::CREATED, Json(UserAdded { id: id.0.to_string() })))
}

/// Disables an account and ends its sessions.
#[utoipa::path(post, path = "/api/v1/users/{user}/disable", params(("user" = String, Path)),
    responses((status = 204, description = "Done"), (status = 404, body = ProblemBody)))]
pub async fn disable(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Path(user): Path<Uuid>,
) -> Result<StatusCode, Refusal> {
    let house = Arc::clone(&doors.house);
    blocking(move || staff::disable(&house, permit.caller.actor(), UserId(user))).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct PasswordIssued {
    name: String,
    /// Shown this once.
    password: String,
}

/// Gives an account a new password and ends its sessions.
#[utoipa::path(post, path = "/api/v1/users/{user}/reset", params(("user" = String, Path)),
    responses((status = 200, body = PasswordIssued), (status = 404, body = ProblemBody)))]
pub async fn reset(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Path(user): Path<Uuid>,
) -> Result<Json<PasswordIssued>, Refusal> {
    let (row, password) = staff::reset(&doors.house, &doors.passwords, permit.caller.actor(), UserId(user)).await?;
    Ok(Json(PasswordIssued { name: row.name, password }))
}

#[derive(Serialize, ToSchema)]
pub struct SetupCode {
    /// Good once; absent when the box has been set up already.
    code: Option<String>,
}

/// A new one-time set-up code while there are no users: at the box's own command line only.
#[utoipa::path(post, path = "/api/v1/setup-code", responses((status = 200, body = SetupCode), (status = 403, body = ProblemBody)))]
pub async fn setup_code(AxumState(doors): AxumState<State>, permit: Permit<ManageUsers>) -> Result<Json<SetupCode>, Refusal> {
    local_only(permit.caller)?;
    let house = Arc::clone(&doors.house);
    Ok(Json(SetupCode { code: blocking(move || staff::new_setup_code(&house)).await? }))
}

/// The caller, if it is the box's own command line.
pub fn local_only(caller: Caller) -> Result<Caller, Problem> {
    match caller {
        Caller::Local(_) => Ok(caller),
        Caller::Browser(_) => Err(Problem::new(
            Kind::Forbidden,
            "local_only",
            "This is done at the box itself.",
            "Use the command line there: \u{201c}holdfast help\u{201d} lists what it can do.",
        )),
    }
}
