//! Who is signed in, and what for they look at footage.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{policy::StandingAnswer, reason};
use crate::{
    domain::{
        actor::{Purpose, PurposeKind},
        identity::{Permission, Role, policy::Standing},
        instant::UtcInstant,
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, Permit, SeeFootage},
    },
    jobs::{emergency, viewing},
    problem::Problem,
};

#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    user: SessionUser,
    site: SessionSite,
    csrf: String,
    /// A purpose is stated anew for each page load; none is carried over.
    view: Option<String>,
    /// Whether the provider's policy was acknowledged lately enough.
    policy: StandingAnswer,
    /// Until when footage is open in an emergency.
    #[schema(value_type = Option<String>)]
    emergency: Option<UtcInstant>,
    /// Openings that the data protection officer has not looked at yet; 0 for everybody else.
    emergencies_to_look_at: u64,
}

#[derive(Serialize, ToSchema)]
struct SessionUser {
    id: String,
    name: String,
    #[schema(value_type = String)]
    role: Role,
    /// Whether acts that ask for the password ask for a code of the authenticator app too.
    has_second_factor: bool,
    /// Acts that ask for the password take a passkey instead.
    has_passkey: bool,
}

#[derive(Serialize, ToSchema)]
struct SessionSite {
    name: String,
    time_zone: String,
}

/// The session of this cookie.
#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = SessionAnswer), (status = 401, body = ProblemBody)))]
pub async fn session(AxumState(doors): AxumState<State>, caller: Caller) -> Result<Json<SessionAnswer>, Refusal> {
    let house = Arc::clone(&doors.house);
    let tally = blocking(move || emergency::tally(&house)).await?;
    let emergencies_to_look_at = if caller.require(Permission::LookAtEmergency).is_ok() { tally.not_looked_at } else { 0 };
    let (standing, emergency) = match &caller {
        Caller::Browser(signed_in) => (signed_in.standing, signed_in.emergency),
        Caller::Local(_) => (Standing::NotAsked, None),
    };
    let (user, csrf) = match &caller {
        Caller::Browser(signed_in) => {
            let user = SessionUser {
                id: signed_in.user.id.0.to_string(),
                name: signed_in.user.name.clone(),
                role: signed_in.user.role,
                has_second_factor: signed_in.user.has_second_factor,
                has_passkey: signed_in.user.has_passkey,
            };
            (user, signed_in.csrf.clone())
        }
        Caller::Local(peer) => (
            SessionUser {
                id: format!("local:{}", peer.uid),
                name: "local operator".into(),
                role: Role::Administrator,
                has_second_factor: false,
                has_passkey: false,
            },
            String::new(),
        ),
    };
    let site = SessionSite { name: doors.site.name.clone(), time_zone: doors.site.time_zone.clone() };
    Ok(Json(SessionAnswer { user, site, csrf, view: None, policy: standing.into(), emergency, emergencies_to_look_at }))
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
