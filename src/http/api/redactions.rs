//! Redactions of a case: begun, listed, shown, and saved as people draw.
//!
//! Whoever may not see a case learns from no answer whether it has one. Next: `redaction_proposals` finds people,
//! `redaction_films` shows pictures and makes the film.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{FromRef, FromRequestParts, Path, State as AxumState},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{cases::KnownCase, known_cameras, range};
use crate::{
    adapters::index::redaction::RedactionRow,
    domain::{
        camera::CameraId,
        identity::Permission,
        instant::UtcInstant,
        redaction::{Mode, Plan, turn::Turn},
        retention::consent::Person,
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::Caller,
    },
    jobs::{
        house::House,
        redact::{
            self, Beginning,
            underway::{Making, Stage},
        },
        staff::{self, People},
    },
    problem::{Kind, Problem},
};

/// A redaction of a case that the caller may work on, named in the path as `{redaction}`.
pub struct KnownRedaction {
    pub caller: Caller,
    pub row: RedactionRow,
    /// What else the path names.
    pub path: HashMap<String, String>,
}

impl<S: Send + Sync> FromRequestParts<S> for KnownRedaction
where
    State: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let KnownCase { caller, case } = KnownCase::from_request_parts(parts, state).await?;
        may_redact(&caller)?;
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, state).await.map_err(|_| redact::unknown())?;
        let id: Uuid = path.get("redaction").and_then(|text| text.parse().ok()).ok_or_else(redact::unknown)?;
        let house = Arc::clone(&State::from_ref(state).house);
        let row = blocking(move || redact::find(&house, &case, id)).await?;
        Ok(Self { caller, row, path })
    }
}

/// Whoever redacts sees everybody in the picture.
fn may_redact(caller: &Caller) -> Result<(), Problem> {
    caller.require(Permission::SeeFootage)?;
    caller.require(Permission::DecideCase)
}

#[derive(Serialize, ToSchema)]
pub struct RedactionAnswer {
    id: String,
    case: String,
    #[schema(value_type = String)]
    camera: CameraId,
    #[schema(value_type = String)]
    from: UtcInstant,
    #[schema(value_type = String)]
    to: UtcInstant,
    /// When the first frame is shown.
    #[schema(value_type = String)]
    first_frame: UtcInstant,
    #[schema(value_type = String)]
    created: UtcInstant,
    /// default_deny or mask_others.
    #[schema(value_type = String)]
    mode: Mode,
    width_px: u32,
    height_px: u32,
    frames: u32,
    doubts_open: usize,
    /// How often the plan was saved: say which you saw when you save or render.
    revision: u32,
    /// draft, rendering (or looking for people: `making` says which), failed, rendered or reviewed.
    stands: &'static str,
    /// Whether the clip has been looked through for people since the box was started.
    analysed: bool,
    /// What has to be said about the last proposals.
    notice: Option<String>,
    making: Option<MakingAnswer>,
    failure: Option<FailureAnswer>,
    /// The film of the plan as it stands.
    film: Option<FilmAnswer>,
    reviewed: Option<ReviewAnswer>,
    /// Whose turn it is with the film.
    turn: Option<TurnAnswer>,
    /// Whether the caller had a hand in it, and so can't be its second person.
    worked_on: bool,
    /// Why it can't be approved or released yet, in words; absent once it can be released.
    missing: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct MakingAnswer {
    /// looking (for people), rendering, checking or sealing.
    stage: &'static str,
    frames: u32,
    of_frames: u32,
}

#[derive(Serialize, ToSchema)]
struct FailureAnswer {
    title: String,
    detail: String,
}

#[derive(Serialize, ToSchema)]
struct FilmAnswer {
    sha256: String,
    bytes: u64,
    #[schema(value_type = String)]
    at: UtcInstant,
    /// Frames that could not be decoded and are hidden whole.
    undecoded: u32,
}

#[derive(Serialize, ToSchema)]
struct ReviewAnswer {
    by: String,
    #[schema(value_type = String)]
    at: UtcInstant,
}

#[derive(Serialize, ToSchema)]
struct TurnAnswer {
    /// asked or sent_back.
    turn: &'static str,
    by: String,
    #[schema(value_type = String)]
    at: UtcInstant,
    /// Why it was sent back.
    reason: Option<String>,
}

impl TurnAnswer {
    fn of(turn: &Turn, people: &People) -> Self {
        match turn {
            Turn::Asked { by, at, .. } => Self { turn: "asked", by: people.name(by), at: *at, reason: None },
            Turn::SentBack { by, at, reason, .. } => {
                Self { turn: "sent_back", by: people.name(by), at: *at, reason: Some(reason.as_str().to_owned()) }
            }
        }
    }
}

impl RedactionAnswer {
    fn of(row: &RedactionRow, making: Option<Making>, analysed: bool, people: &People, caller: Option<&Person>) -> Self {
        let notice = if let Some(Making::Told { sentence }) = &making { Some(sentence.clone()) } else { None };
        let plan = &row.record.plan;
        let current = row.record.current().ok();
        let reviewed = crate::domain::redaction::reviewed::ReviewedRedaction::of(&row.record);
        let (making, failure) = match making {
            Some(Making::Underway { stage, frames }) => {
                let stage = match stage {
                    Stage::Looking => "looking",
                    Stage::Rendering => "rendering",
                    Stage::Checking => "checking",
                    Stage::Sealing => "sealing",
                };
                (Some(MakingAnswer { stage, frames, of_frames: plan.frame_count() }), None)
            }
            Some(Making::Failed { sentence, next_step }) => (None, Some(FailureAnswer { title: sentence, detail: next_step })),
            Some(Making::Told { .. }) | None => (None, None),
        };
        let stands = match (&making, &failure, current, &reviewed) {
            (Some(_), ..) => "rendering",
            (_, Some(_), ..) => "failed",
            (.., Ok(_)) => "reviewed",
            (_, _, Some(_), _) => "rendered",
            _ => "draft",
        };
        Self {
            id: row.id.to_string(),
            case: row.case.to_string(),
            camera: row.camera.clone(),
            from: row.range.from(),
            to: row.range.to(),
            first_frame: UtcInstant::from_media_ticks(row.origin_ticks),
            created: row.created,
            mode: plan.mode(),
            width_px: plan.clip().width_px,
            height_px: plan.clip().height_px,
            frames: plan.frame_count(),
            doubts_open: plan.open_doubts().count(),
            revision: row.revision,
            stands,
            analysed,
            notice,
            making,
            failure,
            film: current.map(|film| FilmAnswer {
                sha256: film.film.to_hex(),
                bytes: film.film_bytes,
                at: film.at,
                undecoded: film.undecoded,
            }),
            turn: row.turn.as_ref().filter(|turn| turn.stands(&row.record)).map(|turn| TurnAnswer::of(turn, people)),
            // Whoever has no name here is nobody's second person either.
            worked_on: caller.is_none_or(|caller| row.record.is_worked_on_by(caller)),
            missing: reviewed.as_ref().err().map(|why| redact::told(*why).to_string()),
            reviewed: reviewed
                .ok()
                .and(row.record.reviewed.as_ref())
                .map(|review| ReviewAnswer { by: people.name(&review.approval.by), at: review.approval.at }),
        }
    }
}

/// A redaction as it stands, with what is being done to it. What is under way is asked first: a work that has ended by
/// then has left its outcome in the row.
fn as_it_stands(
    house: &House,
    row: &RedactionRow,
    people: &People,
    caller: Option<&Person>,
) -> Result<(RedactionAnswer, RedactionRow), Problem> {
    let making = house.redacting.of(row.id);
    let row = redact::again(house, row)?;
    Ok((RedactionAnswer::of(&row, making, house.redacting.followed(row.id).is_some(), people, caller), row))
}

pub(super) async fn answer(doors: &State, caller: &Caller, row: RedactionRow) -> Result<RedactionAnswer, Problem> {
    let (house, person) = (Arc::clone(&doors.house), Person::of(&caller.actor()));
    blocking(move || Ok::<_, Problem>(as_it_stands(&house, &row, &staff::people(&house)?, person.as_ref())?.0)).await
}

#[derive(Deserialize, ToSchema)]
pub struct RedactionOrder {
    camera: String,
    from: String,
    to: String,
    /// default_deny (all hidden but the subject) or mask_others (all shown but people).
    #[schema(value_type = String)]
    mode: Mode,
}

/// Begins a redaction of a stretch that was asked for. All of it is hidden until somebody draws.
#[utoipa::path(post, path = "/api/v1/cases/{case}/redactions", params(("case" = String, Path)), request_body = RedactionOrder,
    responses((status = 201, body = RedactionAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn begin(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Json(order): Json<RedactionOrder>,
) -> Result<(StatusCode, Json<RedactionAnswer>), Refusal> {
    may_redact(&caller)?;
    let camera = known_cameras(&doors, &caller, &[order.camera]).await?.pop().ok_or_else(crate::http::caller::camera_unknown)?;
    let beginning = Beginning { camera, range: range(&order.from, &order.to)?, mode: order.mode };
    let (house, actor) = (Arc::clone(&doors.house), caller.actor());
    let row = blocking(move || redact::begin(&house, actor, &case, beginning)).await?;
    Ok((StatusCode::CREATED, Json(answer(&doors, &caller, row).await?)))
}

/// The redactions of a case, oldest first.
#[utoipa::path(get, path = "/api/v1/cases/{case}/redactions", params(("case" = String, Path)),
    responses((status = 200, body = [RedactionAnswer]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn list(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
) -> Result<Json<Vec<RedactionAnswer>>, Refusal> {
    let (house, person) = (Arc::clone(&doors.house), Person::of(&caller.actor()));
    let answers = blocking(move || {
        let people = staff::people(&house)?;
        let rows = redact::list(&house, &case)?;
        rows.iter().map(|row| Ok(as_it_stands(&house, row, &people, person.as_ref())?.0)).collect::<Result<Vec<_>, Problem>>()
    })
    .await?;
    Ok(Json(answers))
}

#[derive(Serialize, ToSchema)]
pub struct RedactionShown {
    #[serde(flatten)]
    redaction: RedactionAnswer,
    /// The plan, version 1: clip, mode, margins, tracks, masks, reveals, plate, doubts.
    #[schema(value_type = Object)]
    plan: Plan,
    /// As the plan names the caller.
    me: Option<String>,
}

/// One redaction with its plan.
#[utoipa::path(get, path = "/api/v1/cases/{case}/redactions/{redaction}", params(("case" = String, Path), ("redaction" = String, Path)),
    responses((status = 200, body = RedactionShown), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn show(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
) -> Result<Json<RedactionShown>, Refusal> {
    let person = Person::of(&caller.actor());
    let me = person.clone().map(String::from);
    let house = Arc::clone(&doors.house);
    let (redaction, row) = blocking(move || as_it_stands(&house, &row, &staff::people(&house)?, person.as_ref())).await?;
    Ok(Json(RedactionShown { redaction, plan: row.record.plan, me }))
}

#[derive(Deserialize, ToSchema)]
pub struct PlanOrder {
    /// The revision it was drawn on.
    revision: u32,
    #[schema(value_type = Object)]
    plan: serde_json::Value,
}

#[derive(Serialize, ToSchema)]
pub struct PlanSaved {
    revision: u32,
    doubts_open: usize,
}

/// Saves the plan as drawn. Refused with 409 if somebody saved since the revision that was seen.
#[utoipa::path(put, path = "/api/v1/cases/{case}/redactions/{redaction}/plan", params(("case" = String, Path), ("redaction" = String, Path)),
    request_body = PlanOrder,
    responses((status = 200, body = PlanSaved), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn save(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
    Json(order): Json<PlanOrder>,
) -> Result<Json<PlanSaved>, Refusal> {
    let plan: Plan = serde_json::from_value(order.plan).map_err(|why| {
        let next = "Compare it with the plan that was read.";
        Problem::new(Kind::BadInput, "plan", format!("This is no plan: {why}."), next)
    })?;
    let house = Arc::clone(&doors.house);
    let doubts_open = plan.open_doubts().count();
    let revision = blocking(move || redact::save(&house, caller.actor(), &row, order.revision, &plan)).await?;
    Ok(Json(PlanSaved { revision, doubts_open }))
}
