//! Who is signed in, and what for they look at footage.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reason;
use crate::{
    domain::{
        actor::{Purpose, PurposeKind},
        identity::Role,
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, Permit, SeeFootage},
    },
    jobs::viewing,
    problem::Problem,
};

#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    user: SessionUser,
    site: SessionSite,
    csrf: String,
    /// A purpose is stated anew for each page load; none is carried over.
    view: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SessionUser {
    id: String,
    name: String,
    #[schema(value_type = String)]
    role: Role,
}

#[derive(Serialize, ToSchema)]
struct SessionSite {
    name: String,
    time_zone: String,
}

/// The session of this cookie.
#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = SessionAnswer), (status = 401, body = ProblemBody)))]
pub async fn session(AxumState(doors): AxumState<State>, caller: Caller) -> Json<SessionAnswer> {
    let (user, csrf) = match &caller {
        Caller::Browser(signed_in) => {
            let user = SessionUser { id: signed_in.user.id.0.to_string(), name: signed_in.user.name.clone(), role: signed_in.user.role };
            (user, signed_in.csrf.clone())
        }
        Caller::Local(peer) => {
            (SessionUser { id: format!("local:{}", peer.uid), name: "local operator".into(), role: Role::Administrator }, String::new())
        }
    };
    let site = SessionSite { name: doors.site.name.clone(), time_zone: doors.site.time_zone.clone() };
    Json(SessionAnswer { user, site, csrf, view: None })
}

#[derive(Deserialize, ToSchema)]
pub struct PurposeAsked {
    /// patrol_review, incident, case, camera_check or legal_claim.
    #[schema(value_type = String)]
    kind: PurposeKind,
    reason: String,
}

impl PurposeAsked {
    /// A purpose with a reason that says something.
    pub fn checked(self) -> Result<Purpose, Problem> {
        Ok(Purpose { kind: self.kind, reason: reason(&self.reason)? })
    }
}

#[derive(Deserialize, ToSchema)]
pub struct ViewAsked {
    purpose: PurposeAsked,
}

#[derive(Serialize, ToSchema)]
pub struct ViewOpened {
    id: String,
}

/// States a purpose for looking at footage. The id goes into the `view` parameter of every look.
#[utoipa::path(post, path = "/api/v1/views", request_body = ViewAsked,
    responses((status = 201, body = ViewOpened), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn open_view(
    AxumState(doors): AxumState<State>,
    permit: Permit<SeeFootage>,
    Json(asked): Json<ViewAsked>,
) -> Result<(StatusCode, Json<ViewOpened>), Refusal> {
    let purpose = asked.purpose.checked()?;
    let house = Arc::clone(&doors.house);
    let caller = permit.caller;
    let id = blocking(move || viewing::open(&house, caller.actor(), &caller.holder(), &purpose)).await?;
    Ok((StatusCode::CREATED, Json(ViewOpened { id: id.to_string() })))
}
