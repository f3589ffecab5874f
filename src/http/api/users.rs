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

use super::{known_cameras, policy::StandingAnswer};
use crate::{
    adapters::index::user::{self, UserRow},
    domain::{
        actor::{Actor, UserId},
        identity::{
            Permission, Role,
            scope::{Limits, Scope},
        },
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, ManageUsers, Permit},
        confirm::Confirmation,
    },
    jobs::{
        house::House,
        passkey, policy, second_factor,
        staff::{self, NewUser},
    },
    problem::{Kind, Problem},
};

/// An account and how it stands to the policy.
#[derive(Serialize)]
pub struct UserAnswer {
    #[serde(flatten)]
    user: UserRow,
    /// Absent where the role sees no footage.
    policy: Option<StandingAnswer>,
}

/// All accounts, by name.
#[utoipa::path(get, path = "/api/v1/users", responses((status = 200, body = serde_json::Value), (status = 403, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, _permit: Permit<ManageUsers>) -> Result<Json<Vec<UserAnswer>>, Refusal> {
    let (house, in_force) = (Arc::clone(&doors.house), doors.policy.as_ref().map(|policy| policy.version));
    let (users, readers) =
        blocking(move || Ok::<_, Problem>((house.catalogue.read(user::list)?, policy::readers(&house, in_force)?))).await?;
    let policy = |user: &UserRow| readers.iter().find(|reader| reader.id == user.id).map(|reader| reader.standing.into());
    Ok(Json(users.into_iter().map(|user| UserAnswer { policy: policy(&user), user }).collect()))
}

#[derive(Deserialize, ToSchema)]
pub struct UserAsked {
    name: String,
    #[schema(value_type = String)]
    role: Role,
    password: String,
    /// Of whoever adds the account.
    #[serde(default)]
    confirmation: Confirmation,
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
    let confirmed = asked.confirmation.check(&doors, &permit.caller, Permission::ManageUsers).await?;
    let new = NewUser { name: asked.name, role: asked.role, password: asked.password };
    let id = staff::add(&doors.house, &doors.passwords, confirmed.actor(), new).await?;
    Ok((StatusCode::CREATED, Json(UserAdded { id: id.0.to_string() })))
}

/// Disables an account and ends its sessions.
#[utoipa::path(post, path = "/api/v1/users/{user}/disable", params(("user" = String, Path)), request_body = Confirmation,
    responses((status = 204, description = "Done"), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn disable(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Path(user): Path<Uuid>,
    Json(confirmation): Json<Confirmation>,
) -> Result<StatusCode, Refusal> {
    let confirmed = confirmation.check(&doors, &permit.caller, Permission::ManageUsers).await?;
    let house = Arc::clone(&doors.house);
    blocking(move || staff::disable(&house, confirmed.actor(), UserId(user))).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
pub struct LimitAsked {
    /// Everything, whatever else is named.
    #[serde(default)]
    whole_site: bool,
    #[serde(default)]
    cameras: Vec<String>,
    /// As in the configuration: every camera there, those added later too.
    #[serde(default)]
    places: Vec<String>,
    #[serde(default)]
    confirmation: Confirmation,
}

/// Limits a viewer or reviewer to some cameras and places. What lies outside is not there for them.
#[utoipa::path(post, path = "/api/v1/users/{user}/limit", params(("user" = String, Path)), request_body = LimitAsked,
    responses((status = 204, description = "Done"), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn limit(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Path(user): Path<Uuid>,
    Json(asked): Json<LimitAsked>,
) -> Result<StatusCode, Refusal> {
    let confirmed = asked.confirmation.check(&doors, &permit.caller, Permission::ManageUsers).await?;
    let scope = if asked.whole_site { Scope::WholeSite } else { limits(&doors, &permit.caller, &asked.cameras, asked.places).await? };
    let house = Arc::clone(&doors.house);
    blocking(move || staff::limit(&house, confirmed.actor(), UserId(user), &scope)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Limits that name something, and only what there is.
pub async fn limits(doors: &State, caller: &Caller, cameras: &[String], places: Vec<String>) -> Result<Scope, Problem> {
    let cameras = known_cameras(doors, caller, cameras).await?;
    if let Some(place) = places.iter().find(|place| !doors.cameras.iter().any(|camera| camera.place == **place)) {
        let sentence = format!("There is no camera at \u{201c}{place}\u{201d}.");
        return Err(Problem::new(Kind::NotFound, "place_unknown", sentence, "Write the place as the configuration has it."));
    }
    if cameras.is_empty() && places.is_empty() {
        let next = "Name cameras or places, or say that it is the whole site.";
        return Err(Problem::new(Kind::BadInput, "limit_to_nothing", "A limit to nothing was asked for.", next));
    }
    Ok(Scope::Limited(Limits { cameras: cameras.into_iter().collect(), places: places.into_iter().collect() }))
}

/// Takes the authenticator app off an account, whose phone was lost, and ends its sessions.
#[utoipa::path(post, path = "/api/v1/users/{user}/remove-app", params(("user" = String, Path)), request_body = Confirmation,
    responses((status = 204, description = "Done"), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn remove_app(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Path(user): Path<Uuid>,
    Json(confirmation): Json<Confirmation>,
) -> Result<StatusCode, Refusal> {
    take_off(&doors, &permit.caller, UserId(user), confirmation, second_factor::remove).await
}

/// Takes all passkeys off an account whose devices were lost, and ends its sessions.
#[utoipa::path(post, path = "/api/v1/users/{user}/remove-passkeys", params(("user" = String, Path)), request_body = Confirmation,
    responses((status = 204, description = "Done"), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn remove_passkeys(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Path(user): Path<Uuid>,
    Json(confirmation): Json<Confirmation>,
) -> Result<StatusCode, Refusal> {
    take_off(&doors, &permit.caller, UserId(user), confirmation, passkey::remove_all).await
}

/// Takes a way of signing in off somebody else's account.
async fn take_off(
    doors: &State,
    caller: &Caller,
    user: UserId,
    confirmation: Confirmation,
    remove: TakeOff,
) -> Result<StatusCode, Refusal> {
    let confirmed = confirmation.check(doors, caller, Permission::ManageUsers).await?;
    refuse_own_app(caller, user)?;
    let house = Arc::clone(&doors.house);
    blocking(move || remove(&house, confirmed.actor(), user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What takes a way of signing in off an account.
pub type TakeOff = fn(&House, Actor, UserId) -> Result<(), Problem>;

/// Nobody takes off their own app, or all their passkeys: an open session would be enough to lose it (ASVS 5.0, 6.4.3).
pub fn refuse_own_app(caller: &Caller, user: UserId) -> Result<(), Problem> {
    match caller {
        Caller::Browser(signed_in) if signed_in.user.id == user => Err(Problem::new(
            Kind::Forbidden,
            "own_app",
            "Nobody takes their own authenticator app or all their passkeys off.",
            "Ask another administrator, or do it at the box itself: \u{201c}holdfast user remove-app\u{201d}, \u{201c}remove-passkeys\u{201d}.",
        )),
        _ => Ok(()),
    }
}

#[derive(Serialize, ToSchema)]
pub struct PasswordIssued {
    name: String,
    /// Shown this once.
    password: String,
}

/// Gives an account a new password and ends its sessions.
#[utoipa::path(post, path = "/api/v1/users/{user}/reset", params(("user" = String, Path)), request_body = Confirmation,
    responses((status = 200, body = PasswordIssued), (status = 404, body = ProblemBody)))]
pub async fn reset(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageUsers>,
    Path(user): Path<Uuid>,
    Json(confirmation): Json<Confirmation>,
) -> Result<Json<PasswordIssued>, Refusal> {
    let confirmed = confirmation.check(&doors, &permit.caller, Permission::ManageUsers).await?;
    let (row, password) = staff::reset(&doors.house, &doors.passwords, confirmed.actor(), UserId(user)).await?;
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
