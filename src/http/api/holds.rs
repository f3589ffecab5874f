//! Holds and restrictions: placed by one, released by two people who give their passwords again.

use std::{marker::PhantomData, sync::Arc};

use axum::{
    Json,
    extract::{FromRef, FromRequestParts, Path, State as AxumState},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{instant, known_cameras, reason};
use crate::{
    adapters::clock,
    domain::{
        camera::CameraId,
        identity::Permission,
        instant::UtcInstant,
        retention::{
            consent::Person,
            hold::{HeldSpan, Hold, HoldAsked, HoldId, HoldKind, HoldState, PlacedBy},
        },
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, Permit, PlaceHold, ReleaseHold, SeeStatus, Wanted},
        confirm::Confirmation,
    },
    jobs::{
        hold::{self, Checked, Receipt},
        staff::{self, People},
    },
    problem::{Kind, Problem},
};

#[derive(Deserialize, ToSchema)]
pub struct HoldOrder {
    /// `hold`, or `restriction`: kept and not shown either.
    #[serde(default = "a_hold")]
    #[schema(value_type = String)]
    kind: HoldKind,
    cameras: Vec<String>,
    from: String,
    /// A time, or `open`.
    to: String,
    reason: String,
    /// The case it is for, in the provider's own numbering.
    case: String,
    /// Who wants it kept.
    requester: String,
    /// When somebody looks at it again, at most 90 days ahead; 30 unless told.
    review_by: Option<String>,
}

const fn a_hold() -> HoldKind {
    HoldKind::Hold
}

const REVIEW_SECONDS: i64 = 30 * 86_400;

#[derive(Serialize, ToSchema)]
pub struct HoldAnswer {
    #[schema(value_type = String)]
    id: HoldId,
    /// hold or restriction.
    #[schema(value_type = String)]
    kind: HoldKind,
    #[schema(value_type = Vec<String>)]
    cameras: Vec<CameraId>,
    #[schema(value_type = String)]
    from: UtcInstant,
    /// Absent when open-ended.
    #[schema(value_type = Option<String>)]
    to: Option<UtcInstant>,
    reason: String,
    case: String,
    requester: String,
    #[schema(value_type = String)]
    review_by: UtcInstant,
    review_overdue: bool,
    #[schema(value_type = String)]
    placed: UtcInstant,
    placed_by: String,
    /// In words: `in force`, `awaiting second person`, `releasing at …`, `released`.
    state: String,
    /// in_force, awaiting_second, releasing or released.
    stage: &'static str,
    /// Asked at, releasing until, or released at.
    #[schema(value_type = Option<String>)]
    stage_at: Option<UtcInstant>,
    /// Who asked for the release.
    first: Option<PersonAnswer>,
    /// Who agreed.
    second: Option<PersonAnswer>,
    /// Whether what it keeps was found readable; absent before the first check.
    last_check: Option<CheckAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct PersonAnswer {
    /// `staff:<uuid>` or `local:<uid>`.
    #[schema(value_type = String)]
    id: Person,
    name: String,
}

impl PersonAnswer {
    pub fn of(person: &Person, people: &People) -> Self {
        Self { id: person.clone(), name: people.name(person) }
    }
}

#[derive(Serialize, ToSchema)]
struct CheckAnswer {
    #[schema(value_type = String)]
    at: UtcInstant,
    ok: bool,
    /// Segments read, seconds expected and covered, what is damaged.
    report: serde_json::Value,
}

fn placer(by: &PlacedBy, people: &People) -> String {
    match by {
        PlacedBy::Person(person) => people.name(person),
        PlacedBy::Receipt => "the box, when the request came in".to_owned(),
    }
}

impl HoldAnswer {
    fn of(held: Hold, check: Option<Checked>, people: &People, now: UtcInstant) -> Self {
        let (first, second, stage_at) = match &held.state {
            HoldState::InForce => (None, None, None),
            HoldState::AwaitingSecond { first, at } => (Some(first), None, Some(*at)),
            HoldState::Releasing { first, second, until } => (Some(first), Some(second), Some(*until)),
            HoldState::Released { at } => (None, None, Some(*at)),
        };
        let person = |person: &Person| PersonAnswer::of(person, people);
        Self {
            first: first.map(person),
            second: second.map(person),
            stage_at,
            state: held.state.to_string(),
            stage: held.state.name(),
            review_overdue: held.is_review_overdue(now),
            placed_by: placer(&held.placed_by, people),
            id: held.id,
            kind: held.kind,
            from: held.span.from(),
            to: held.span.to(),
            cameras: held.cameras,
            reason: held.reason.into(),
            case: held.case_reference,
            requester: held.requester,
            review_by: held.review_by,
            placed: held.placed,
            last_check: check.map(|check| CheckAnswer { at: check.at, ok: check.ok, report: check.report }),
        }
    }
}

/// A hold that the caller may know of and do `W` with, named in the path: handlers get it or are never called.
pub struct KnownHold<W> {
    pub caller: Caller,
    pub held: Hold,
    pub check: Option<Checked>,
    wanted: PhantomData<W>,
}

impl<S: Send + Sync, W: Wanted> FromRequestParts<S> for KnownHold<W>
where
    State: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        // The role first: its refusal is the same whether the hold exists or not.
        let Permit { caller, .. } = Permit::<W>::from_request_parts(parts, state).await?;
        let doors = State::from_ref(state);
        let Path(id) = Path::<Uuid>::from_request_parts(parts, state).await.map_err(|_| hold::unknown())?;
        let house = Arc::clone(&doors.house);
        let (held, check) = blocking(move || hold::checked(&house, HoldId(id))).await?;
        if !caller.sees_all(&doors, &held.cameras) {
            return Err(hold::unknown().into());
        }
        Ok(Self { caller, held, check, wanted: PhantomData })
    }
}

/// Holds and restrictions, those in force first.
#[utoipa::path(get, path = "/api/v1/holds", responses((status = 200, body = [HoldAnswer]), (status = 403, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, permit: Permit<SeeStatus>) -> Result<Json<Vec<HoldAnswer>>, Refusal> {
    let house = Arc::clone(&doors.house);
    let (holds, people) = blocking(move || Ok::<_, Problem>((hold::list_checked(&house)?, staff::people(&house)?))).await?;
    let now = clock::now().utc;
    let seen = holds.into_iter().filter(|(held, _)| permit.caller.sees_all(&doors, &held.cameras));
    Ok(Json(seen.map(|(held, check)| HoldAnswer::of(held, check, &people, now)).collect()))
}

/// Places a hold or restriction. It counts once this is answered; the receipt tells what it covers and
/// what had already gone.
#[utoipa::path(post, path = "/api/v1/holds", request_body = HoldOrder,
    responses((status = 201, body = Receipt), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn place(
    AxumState(doors): AxumState<State>,
    permit: Permit<PlaceHold>,
    Json(order): Json<HoldOrder>,
) -> Result<(StatusCode, Json<Receipt>), Refusal> {
    let to = if order.to == "open" { None } else { Some(instant(&order.to)?) };
    let span = HeldSpan::new(instant(&order.from)?, to).map_err(|why| {
        let sentence = format!("The hold ends at {}, not after its start {}.", why.to, why.from);
        Problem::new(Kind::BadInput, "range", sentence, "Swap the two or correct one.")
    })?;
    let review_by = order.review_by.as_deref().map_or_else(|| Ok(clock::now().utc.plus_seconds(REVIEW_SECONDS)), instant)?;
    let asked = HoldAsked {
        kind: order.kind,
        cameras: known_cameras(&doors, &permit.caller, &order.cameras).await?,
        span,
        reason: reason(&order.reason)?,
        case_reference: order.case,
        requester: order.requester,
        review_by,
    };
    let house = Arc::clone(&doors.house);
    let receipt = blocking(move || hold::place(&house, permit.caller.actor(), asked, clock::now())).await?;
    Ok((StatusCode::CREATED, Json(receipt)))
}

#[derive(Serialize, ToSchema)]
pub struct HoldShown {
    #[serde(flatten)]
    hold: HoldAnswer,
    /// As things are now.
    receipt: Receipt,
}

/// One hold, with what it covers now and what was found when that was last checked.
#[utoipa::path(get, path = "/api/v1/holds/{hold}", params(("hold" = String, Path)),
    responses((status = 200, body = HoldShown), (status = 404, body = ProblemBody)))]
pub async fn show(
    AxumState(doors): AxumState<State>,
    KnownHold { held, check, .. }: KnownHold<SeeStatus>,
) -> Result<Json<HoldShown>, Refusal> {
    let house = Arc::clone(&doors.house);
    let shown = blocking(move || {
        let now = clock::now().utc;
        let receipt = hold::receipt_at(&house, &held, now)?;
        Ok::<_, Problem>(HoldShown { hold: HoldAnswer::of(held, check, &staff::people(&house)?, now), receipt })
    });
    Ok(Json(shown.await?))
}

#[derive(Serialize, ToSchema)]
pub struct HoldStands {
    #[schema(value_type = String)]
    id: HoldId,
    /// `in force`, `awaiting second person`, `releasing at …` or `released`.
    state: String,
}

impl From<Hold> for HoldStands {
    fn from(held: Hold) -> Self {
        Self { id: held.id, state: held.state.to_string() }
    }
}

/// Asks for the release of a hold, or agrees to it as the second person. It lets go 72 hours after
/// that. Needs the password again.
#[utoipa::path(post, path = "/api/v1/holds/{hold}/release", params(("hold" = String, Path)), request_body = Confirmation,
    responses((status = 200, body = HoldStands), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn release(
    AxumState(doors): AxumState<State>,
    KnownHold { caller, held, .. }: KnownHold<ReleaseHold>,
    Json(confirmation): Json<Confirmation>,
) -> Result<Json<HoldStands>, Refusal> {
    let confirmed = confirmation.check(&doors, &caller, Permission::ReleaseHold).await?;
    let house = Arc::clone(&doors.house);
    Ok(Json(blocking(move || hold::release(&house, confirmed.actor(), held.id, clock::now())).await?.into()))
}

/// Takes back a release that has not happened yet; footage stays. Needs the password again.
#[utoipa::path(post, path = "/api/v1/holds/{hold}/withdraw", params(("hold" = String, Path)), request_body = Confirmation,
    responses((status = 200, body = HoldStands), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn withdraw(
    AxumState(doors): AxumState<State>,
    KnownHold { caller, held, .. }: KnownHold<PlaceHold>,
    Json(confirmation): Json<Confirmation>,
) -> Result<Json<HoldStands>, Refusal> {
    let confirmed = confirmation.check(&doors, &caller, Permission::PlaceHold).await?;
    let house = Arc::clone(&doors.house);
    Ok(Json(blocking(move || hold::withdraw(&house, confirmed.actor(), held.id, clock::now())).await?.into()))
}
