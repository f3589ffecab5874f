//! The provider's policy: its text, how one stands to it, who else does.
//!
//! Refuses the box's own command line, which has no account to acknowledge for. Next: `jobs::policy`.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{
        actor::UserId,
        identity::{
            Role,
            policy::{PolicyVersion, Standing},
        },
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, Permit, SeeReaders, SignedIn},
    },
    jobs::policy::{self, Said},
    problem::{Kind, Problem},
};

/// How somebody stands to the policy.
#[derive(Clone, Serialize, ToSchema)]
pub struct StandingAnswer {
    /// not_asked, fresh, due_at, due, new_text, never or training_too_old.
    state: &'static str,
    /// The day it ends or ended on, YYYY-MM-DD.
    day: Option<String>,
    /// Whether footage may be shown.
    clear: bool,
}

impl From<Standing> for StandingAnswer {
    fn from(standing: Standing) -> Self {
        Self { state: standing.name(), day: standing.day().map(|day| day.to_string()), clear: standing.is_clear() }
    }
}

#[derive(Serialize, ToSchema)]
pub struct PolicyAnswer {
    /// SHA-256 of the text; absent where none is configured.
    version: Option<String>,
    text: Option<String>,
    standing: StandingAnswer,
}

/// The policy in force, and how the caller stands to it.
#[utoipa::path(get, path = "/api/v1/policy", responses((status = 200, body = PolicyAnswer), (status = 401, body = ProblemBody)))]
pub async fn show(AxumState(doors): AxumState<State>, caller: Caller) -> Json<PolicyAnswer> {
    let standing = match &caller {
        Caller::Browser(SignedIn { standing, .. }) => *standing,
        Caller::Local(_) => Standing::NotAsked,
    };
    let policy = doors.policy.as_ref();
    Json(PolicyAnswer {
        version: policy.map(|policy| policy.version.to_string()),
        text: policy.map(|policy| policy.text.clone()),
        standing: standing.into(),
    })
}

#[derive(Deserialize, ToSchema)]
pub struct AcknowledgementAsked {
    /// The version that was read.
    version: String,
    /// The day of the last training, YYYY-MM-DD.
    trained: String,
}

/// Acknowledges the policy for one's own account.
#[utoipa::path(post, path = "/api/v1/policy/acknowledgement", request_body = AcknowledgementAsked,
    responses((status = 204, description = "Done"), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn acknowledge(
    AxumState(doors): AxumState<State>,
    caller: Caller,
    Json(asked): Json<AcknowledgementAsked>,
) -> Result<StatusCode, Refusal> {
    let user = own_account(&caller)?.user.id;
    let Some(in_force) = doors.policy.as_ref().map(|policy| policy.version) else {
        return Err(Problem::new(
            Kind::NotFound,
            "no_policy",
            "No CCTV policy is configured.",
            "Nothing has to be acknowledged. An administrator can name one in the configuration.",
        )
        .into());
    };
    let mut read = [0; 32];
    let known = hex::decode_to_slice(&asked.version, &mut read).is_ok();
    let trained = asked.trained.parse();
    let (true, Ok(trained)) = (known, trained) else {
        return Err(Problem::new(
            Kind::BadInput,
            "acknowledgement",
            "The version or the training date can\u{2019}t be read.",
            "Reload the page; give the date as a day, month and year.",
        )
        .into());
    };
    let house = Arc::clone(&doors.house);
    let said = Said { read: PolicyVersion(read), trained };
    blocking(move || policy::acknowledge(&house, caller.actor(), user, in_force, &said)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The session, if somebody with an account asks.
pub fn own_account(caller: &Caller) -> Result<&SignedIn, Problem> {
    match caller {
        Caller::Browser(signed_in) => Ok(signed_in),
        Caller::Local(_) => {
            Err(Problem::new(Kind::Forbidden, "no_account", "The box\u{2019}s own command line has no account.", "Sign in with a browser."))
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ReaderAnswer {
    id: String,
    name: String,
    #[schema(value_type = String)]
    role: Role,
    standing: StandingAnswer,
}

/// Who sees footage, and whether they have acknowledged the policy.
#[utoipa::path(get, path = "/api/v1/policy/readers", responses((status = 200, body = [ReaderAnswer]), (status = 403, body = ProblemBody)))]
pub async fn readers(AxumState(doors): AxumState<State>, _permit: Permit<SeeReaders>) -> Result<Json<Vec<ReaderAnswer>>, Refusal> {
    let (house, in_force) = (Arc::clone(&doors.house), doors.policy.as_ref().map(|policy| policy.version));
    let readers = blocking(move || policy::readers(&house, in_force)).await?;
    let answer = |reader: policy::Reader| {
        let UserId(id) = reader.id;
        ReaderAnswer { id: id.to_string(), name: reader.name, role: reader.role, standing: reader.standing.into() }
    };
    Ok(Json(readers.into_iter().map(answer).collect()))
}
