//! Moving a case on: plain steps, the decision, another person's approval, release and closing.
//!
//! What lets something out or go asks for the password again. Next: `jobs::case`.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState, http::StatusCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    cases::{CaseLine, KnownCase},
    exports::ExportAnswer,
    known_cameras, range, reason,
};
use crate::{
    adapters::clock,
    domain::{
        actor::Actor,
        identity::Permission,
        request::{
            case::Case,
            decision::Verdict,
            handover::Handover,
            identity_check::IdentityCheck,
            police_form::PoliceForm,
            search_record::{NotASearch, SearchRecord, Searched},
            state::{Copied, CopyContent, Event, LetterDigest, NotACopy},
        },
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::Caller,
        confirm::Confirmation,
    },
    jobs::case::{
        advance::{self, Step},
        deadline,
        release::{self, Piece, Releasing},
    },
    problem::{Kind, Problem},
};

/// A step that needs no second person and no password.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum StepName {
    AskIdentity,
    AskAuthority,
    AskFee,
    Supplied,
    Begin { identity: IdentityCheck },
    AskClarification,
    Clarified,
    NoReply,
    Found { search: Searched },
    NothingFound { search: Searched },
    WriteLetter { sha256: LetterDigest },
    BeginRedaction,
    Prepare { content: CopyContent },
    Fail,
    SendBack,
    HandOver { handover: Handover },
    Extend,
    Withdraw,
}

#[derive(Deserialize, ToSchema)]
pub struct StepOrder {
    /// `event` with what belongs to it: ask_identity, ask_authority, ask_fee, supplied, begin (identity),
    /// ask_clarification, clarified, no_reply, found or nothing_found (search), write_letter (sha256),
    /// begin_redaction, prepare (content), fail, send_back, hand_over (handover: medium, to), extend, withdraw.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    step: StepName,
    reason: String,
    /// The day on which it truly was; today unless told.
    #[schema(value_type = Option<String>)]
    on: Option<Date>,
    /// The version of the case that was seen.
    version: Option<u32>,
}

impl StepName {
    fn checked(self, case: &Case) -> Result<Event, Problem> {
        Ok(match self {
            Self::AskIdentity => Event::AskIdentity,
            Self::AskAuthority => Event::AskAuthority,
            Self::AskFee => Event::AskFee,
            Self::Supplied => Event::Supplied,
            Self::Begin { identity } => Event::Begin(identity),
            Self::AskClarification => Event::AskClarification,
            Self::Clarified => Event::Clarified,
            Self::NoReply => Event::NoReply,
            Self::Found { search } => Event::Found(searched(search)?),
            Self::NothingFound { search } => Event::NothingFound(searched(search)?),
            Self::WriteLetter { sha256 } => Event::WriteLetter(sha256),
            Self::BeginRedaction => Event::BeginRedaction,
            Self::Prepare { content } => Event::Prepare(Copied::new(case.kind, content).map_err(not_a_copy)?),
            Self::Fail => Event::Fail,
            Self::SendBack => Event::SendBack,
            Self::HandOver { handover } => Event::HandOver(handover),
            Self::Extend => Event::Extend,
            Self::Withdraw => Event::Withdraw,
        })
    }
}

fn searched(searched: Searched) -> Result<SearchRecord, Problem> {
    SearchRecord::try_from(searched).map_err(|why| {
        let next = match why {
            NotASearch::NoCamera => "Name the cameras.",
            NotASearch::NoWindow => "Name the times, from and to.",
            NotASearch::Backward => "Swap the two or correct one.",
        };
        Problem::new(Kind::BadInput, "search", "The search record says too little.", next).because(why)
    })
}

fn not_a_copy(why: NotACopy) -> Problem {
    let (sentence, next) = match why {
        NotACopy::OthersInIt => {
            ("A copy for the person in the picture shows nobody else.", "Have it redacted, or state that only the requester is in it.")
        }
        NotACopy::NotOriginal => ("The police and other third parties get the original.", "Prepare the original."),
    };
    Problem::new(Kind::Conflict, "copy", sentence, next).because(why)
}

/// Moves one step on and answers with the case as it stands then.
async fn step(doors: State, actor: Actor, case: Case, step: Step) -> Result<Json<CaseLine>, Refusal> {
    let house = Arc::clone(&doors.house);
    let moved = blocking(move || advance::advance(&house, actor, case.reference, &step, clock::now())).await?;
    Ok(Json(line(&moved, &doors)))
}

fn line(case: &Case, doors: &State) -> CaseLine {
    let office = doors.house.office();
    CaseLine::of(case, &deadline::of(case, office, office.day(clock::now().utc)), doors)
}

fn may_decide(caller: &Caller) -> Result<(), Problem> {
    caller.require(Permission::DecideCase)
}

/// Takes a step: asks, answers, searches, prepares, sends back.
#[utoipa::path(post, path = "/api/v1/cases/{case}/steps", params(("case" = String, Path)), request_body = StepOrder,
    responses((status = 200, body = CaseLine), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn take(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Json(order): Json<StepOrder>,
) -> Result<Json<CaseLine>, Refusal> {
    may_decide(&caller)?;
    let (reason, on, seen) = (reason(&order.reason)?, order.on, order.version);
    let event = order.step.checked(&case)?;
    step(doors, caller.actor(), case, Step { event, reason, on, seen }).await
}

/// Puts the police form on record.
#[utoipa::path(post, path = "/api/v1/cases/{case}/form", params(("case" = String, Path)), request_body = serde_json::Value,
    responses((status = 200, body = CaseLine), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn form(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Json(form): Json<PoliceForm>,
) -> Result<Json<CaseLine>, Refusal> {
    may_decide(&caller)?;
    let house = Arc::clone(&doors.house);
    let changed = blocking(move || advance::add_form(&house, caller.actor(), case.reference, &form, clock::now())).await?;
    Ok(Json(line(&changed, &doors)))
}

#[derive(Deserialize, ToSchema)]
pub struct DecisionOrder {
    /// `verdict` with what it must say: release (extent, basis, others), refuse (ground), nothing_held
    /// (why) or grant.
    #[schema(value_type = Object)]
    decision: Verdict,
    reason: String,
    version: Option<u32>,
}

/// Decides; another person has to approve it.
#[utoipa::path(post, path = "/api/v1/cases/{case}/decision", params(("case" = String, Path)), request_body = DecisionOrder,
    responses((status = 200, body = CaseLine), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn decide(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Json(order): Json<DecisionOrder>,
) -> Result<Json<CaseLine>, Refusal> {
    may_decide(&caller)?;
    let (words, house, reference) = (reason(&order.reason)?, Arc::clone(&doors.house), case.reference);
    let decided = words.clone();
    let event = blocking(move || advance::decide(&house, reference, order.decision, decided)).await?;
    step(doors, caller.actor(), case, Step { event, reason: words, on: None, seen: order.version }).await
}

/// What a second person says to.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Approved {
    /// The copy was looked through and may go on.
    Check,
    /// The decision, with its letter or its checked copy.
    Decision,
}

#[derive(Deserialize, ToSchema)]
pub struct ApprovalOrder {
    /// check or decision.
    what: Approved,
    reason: String,
    version: Option<u32>,
    #[serde(flatten)]
    confirmation: Confirmation,
}

/// Another person passes the copy or approves the decision. Needs the password again.
#[utoipa::path(post, path = "/api/v1/cases/{case}/approval", params(("case" = String, Path)), request_body = ApprovalOrder,
    responses((status = 200, body = CaseLine), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn approve(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Json(order): Json<ApprovalOrder>,
) -> Result<Json<CaseLine>, Refusal> {
    let (event, permission) = match order.what {
        Approved::Check => (Event::Pass, Permission::DecideCase),
        Approved::Decision => (Event::Approve, Permission::ApproveCase),
    };
    let reason = reason(&order.reason)?;
    let confirmed = order.confirmation.check(&doors, &caller, permission).await?;
    step(doors, confirmed.actor(), case, Step { event, reason, on: None, seen: order.version }).await
}

#[derive(Deserialize, ToSchema)]
pub struct ReleaseOrder {
    reason: String,
    version: Option<u32>,
    /// What goes out; what was asked for unless told.
    #[serde(default)]
    pieces: Vec<PieceOrder>,
    #[serde(flatten)]
    confirmation: Confirmation,
}

#[derive(Deserialize, ToSchema)]
struct PieceOrder {
    cameras: Vec<String>,
    from: String,
    to: String,
}

#[derive(Serialize, ToSchema)]
pub struct Released {
    case: CaseLine,
    exports: Vec<ExportAnswer>,
}

/// Releases an approved case: its bundles can be fetched then, and the register has it. Needs the
/// password again.
#[utoipa::path(post, path = "/api/v1/cases/{case}/release", params(("case" = String, Path)), request_body = ReleaseOrder,
    responses((status = 201, body = Released), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn release(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Json(order): Json<ReleaseOrder>,
) -> Result<(StatusCode, Json<Released>), Refusal> {
    let reason = reason(&order.reason)?;
    let mut pieces = Vec::new();
    for piece in order.pieces {
        pieces.push(Piece { cameras: known_cameras(&doors, &caller, &piece.cameras).await?, range: range(&piece.from, &piece.to)? });
    }
    let confirmed = order.confirmation.check(&doors, &caller, Permission::DecideCase).await?;
    let house = Arc::clone(&doors.house);
    let releasing = Releasing { actor: confirmed.actor(), reason, seen: order.version, pieces };
    let (moved, exports) = blocking(move || release::release(&house, case.reference, releasing, clock::now())).await?;
    let answer = Released { case: line(&moved, &doors), exports: exports.into_iter().map(Into::into).collect() };
    Ok((StatusCode::CREATED, Json(answer)))
}

#[derive(Deserialize, ToSchema)]
pub struct CloseOrder {
    reason: String,
    version: Option<u32>,
    #[serde(flatten)]
    confirmation: Confirmation,
}

/// Closes an answered case and asks for the release of what it held; a second person still has to
/// agree. Needs the password again.
#[utoipa::path(post, path = "/api/v1/cases/{case}/close", params(("case" = String, Path)), request_body = CloseOrder,
    responses((status = 200, body = CaseLine), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn close(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Json(order): Json<CloseOrder>,
) -> Result<Json<CaseLine>, Refusal> {
    let reason = reason(&order.reason)?;
    let confirmed = order.confirmation.check(&doors, &caller, Permission::ReleaseHold).await?;
    step(doors, confirmed.actor(), case, Step { event: Event::Close, reason, on: None, seen: order.version }).await
}
