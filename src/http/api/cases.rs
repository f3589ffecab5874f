//! Cases: listed by what is due, taken in by staff, shown to those who work on them.
//!
//! Whoever may not see cases learns from no answer whether one exists. Next: `case_steps` moves one on.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{FromRef, FromRequestParts, Path, Query, State as AxumState},
    http::{StatusCode, request::Parts},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{instant, known_cameras, range};
use crate::{
    adapters::{
        clock,
        index::{
            case::EventRow,
            mail::{Ending, MailRow, Topic},
        },
        secret,
    },
    domain::{
        camera::CameraId,
        instant::UtcInstant,
        request::{
            case::{Application, AskedRange, Case, CaseReference, Channel, Requester},
            kind::{RequestKind, Route},
            police_form::PoliceForm,
            state::State as CaseState,
        },
        retention::{consent::Person, hold::HoldId},
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, Permit, ReceiveRequest, SeeCases},
    },
    jobs::{
        case::{
            self,
            deadline::Deadline,
            read::{self, Which},
            receive,
        },
        mail,
        staff::{self, People},
    },
    problem::{Kind, Problem},
};

/// A case that the caller may see, named in the path as `{case}`: handlers get it or are never called.
pub struct KnownCase {
    pub caller: Caller,
    pub case: Case,
}

impl<S: Send + Sync> FromRequestParts<S> for KnownCase
where
    State: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        // The role first: its refusal is the same whether the case exists or not.
        let Permit { caller, .. } = Permit::<SeeCases>::from_request_parts(parts, state).await?;
        let doors = State::from_ref(state);
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, state).await.map_err(|_| case::unknown())?;
        let reference = path.get("case").and_then(|text| CaseReference::parse(text).ok()).ok_or_else(case::unknown)?;
        let house = Arc::clone(&doors.house);
        let case =
            blocking(move || read::find(&house, reference)).await?.filter(|case| sees(&caller, &doors, case)).ok_or_else(case::unknown)?;
        Ok(Self { caller, case })
    }
}

/// Whether the caller may know of a case: of every camera it asks for. One that names none asks for all.
fn sees(caller: &Caller, doors: &State, case: &Case) -> bool {
    let names_all = || case.asked.iter().all(|asked| !asked.cameras.is_empty());
    let sees_named = || caller.sees_all(doors, case.asked.iter().flat_map(|asked| &asked.cameras));
    caller.require_whole_site().is_ok() || (names_all() && sees_named())
}

#[derive(Serialize, ToSchema)]
pub struct CaseLine {
    #[schema(value_type = String)]
    reference: CaseReference,
    #[schema(value_type = String)]
    kind: RequestKind,
    #[schema(value_type = String)]
    channel: Channel,
    #[schema(value_type = String)]
    route: Route,
    /// The state's name, like `searching`.
    state: &'static str,
    /// The same in words.
    stands: &'static str,
    /// Absent once the personal data was erased.
    requester: Option<String>,
    #[schema(value_type = String)]
    received: Date,
    /// To the end of this day; a projection while something is out.
    #[schema(value_type = String)]
    due: Date,
    #[schema(value_type = String)]
    work_to: Date,
    #[schema(value_type = Option<String>)]
    extension_notice_last_day: Option<Date>,
    /// not_started, running, paused or overdue; absent once answered.
    #[schema(value_type = Option<String>)]
    clock: Option<crate::domain::request::due::ClockState>,
    days_left: i32,
    overdue: bool,
    due_soon: bool,
    /// Footage went out on word of mouth, and the police form has not come.
    form_owed: bool,
    /// How often it has changed: say which you saw when you move it.
    version: u32,
}

impl CaseLine {
    pub fn of(case: &Case, deadline: &Deadline, doors: &State) -> Self {
        Self {
            reference: case.reference,
            kind: case.kind,
            channel: case.channel,
            route: case.kind.route(doors.house.office().organisation),
            state: case.state.name(),
            stands: case.state.title(),
            requester: case.requester.as_ref().map(|requester| requester.name.clone()),
            received: case.dates.received,
            due: deadline.due,
            work_to: deadline.work_to,
            extension_notice_last_day: deadline.extension_notice_last_day,
            clock: deadline.stands,
            days_left: deadline.days_left,
            overdue: deadline.is_overdue(),
            due_soon: deadline.is_soon(),
            form_owed: read::owes_form(case),
            version: case.version,
        }
    }
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    all: Option<String>,
}

/// Open cases, what is due first at the top; closed ones too with `all=yes`.
#[utoipa::path(get, path = "/api/v1/cases", params(("all" = Option<String>, Query, description = "yes: closed ones too")),
    responses((status = 200, body = [CaseLine]), (status = 403, body = ProblemBody)))]
pub async fn list(
    AxumState(doors): AxumState<State>,
    permit: Permit<SeeCases>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<CaseLine>>, Refusal> {
    let which = match wanted.all.as_deref() {
        None => Which::Open,
        Some("yes") => Which::All,
        Some(_) => {
            return Err(
                Problem::new(Kind::BadInput, "all", "\u{201c}all\u{201d} can only be yes.", "Write all=yes, or leave it out.").into()
            );
        }
    };
    let house = Arc::clone(&doors.house);
    let cases = blocking(move || read::list(&house, which, clock::now().utc)).await?;
    let seen = cases.iter().filter(|(case, _)| sees(&permit.caller, &doors, case));
    Ok(Json(seen.map(|(case, deadline)| CaseLine::of(case, deadline, &doors)).collect()))
}

#[derive(Deserialize, ToSchema)]
pub struct RequestOrder {
    /// Made once by whoever fills in the form: the same again is the same request.
    #[schema(value_type = Option<String>)]
    submission: Option<uuid::Uuid>,
    /// subject_access, police, court_order, other_statutory, police_urgent, legal_proceedings,
    /// objection, restriction, erasure, complaint, information or media.
    #[schema(value_type = String)]
    kind: RequestKind,
    /// email, phone, post, in_person or social_media.
    #[schema(value_type = String)]
    channel: Channel,
    /// When it truly came; now unless told.
    received: Option<String>,
    #[schema(value_type = Object)]
    requester: Requester,
    #[serde(default)]
    asked: Vec<AskedOrder>,
    /// In the requester's own words.
    #[serde(default)]
    words: String,
    /// What helps to find them in the footage; deleted when the case is closed.
    #[serde(default)]
    sought: String,
    /// What the police form says, field by field.
    #[schema(value_type = Option<Object>)]
    form: Option<PoliceForm>,
}

#[derive(Deserialize, ToSchema)]
struct AskedOrder {
    #[serde(default)]
    place: String,
    /// Where none is named, every camera is kept.
    #[serde(default)]
    cameras: Vec<String>,
    from: String,
    to: String,
}

#[derive(Serialize, ToSchema)]
pub struct RequestReceipt {
    #[schema(value_type = String)]
    reference: CaseReference,
    /// For the requester, to follow the case with; shown once. Absent when the request had been taken
    /// in before and has been worked on since.
    code: Option<String>,
    #[schema(value_type = String)]
    due: Date,
    days_left: i32,
    #[schema(value_type = Vec<String>)]
    holds: Vec<HoldId>,
}

/// Takes a request in by any member of staff. What it asks for is kept from now on.
#[utoipa::path(post, path = "/api/v1/cases", request_body = RequestOrder,
    responses((status = 201, body = RequestReceipt), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn receive(
    AxumState(doors): AxumState<State>,
    permit: Permit<ReceiveRequest>,
    Json(order): Json<RequestOrder>,
) -> Result<(StatusCode, Json<RequestReceipt>), Refusal> {
    let mut asked = Vec::new();
    for stretch in order.asked {
        let cameras = known_cameras(&doors, &permit.caller, &stretch.cameras).await?;
        asked.push(AskedRange { place: stretch.place, cameras, interval: range(&stretch.from, &stretch.to)? });
    }
    let submission = order.submission.map_or_else(secret::random_uuid, Ok).map_err(Problem::from)?;
    let application = Application {
        submission,
        kind: order.kind,
        channel: order.channel,
        received_at: order.received.as_deref().map_or_else(|| Ok(clock::now().utc), instant)?,
        requester: order.requester,
        asked,
        words: order.words,
        sought: order.sought,
        form: order.form,
    };
    let house = Arc::clone(&doors.house);
    let receipt = blocking(move || receive::receive(&house, application, permit.caller.actor())).await?;
    let answer = RequestReceipt {
        reference: receipt.reference,
        code: receipt.code.map(|code| code.reveal().to_owned()),
        due: receipt.due.due,
        days_left: receipt.due.days_left,
        holds: receipt.holds,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

#[derive(Serialize, ToSchema)]
pub struct CaseShown {
    #[serde(flatten)]
    line: CaseLine,
    /// Who did what, as far as it has come.
    #[schema(value_type = Object)]
    facts: CaseState,
    #[schema(value_type = Option<Object>)]
    person: Option<Requester>,
    words: Option<String>,
    /// What helps to find them; absent once the case is closed.
    sought: Option<String>,
    #[schema(value_type = Option<Object>)]
    form: Option<PoliceForm>,
    asked: Vec<AskedAnswer>,
    #[schema(value_type = Vec<String>)]
    holds: Vec<HoldId>,
    events: Vec<EventAnswer>,
    /// What they were told by mail: that there is news, never what.
    told: Vec<ToldAnswer>,
}

#[derive(Serialize, ToSchema)]
struct AskedAnswer {
    place: String,
    #[schema(value_type = Vec<String>)]
    cameras: Vec<CameraId>,
    #[schema(value_type = String)]
    from: UtcInstant,
    #[schema(value_type = String)]
    to: UtcInstant,
}

/// A mail to whoever asked.
#[derive(Serialize, ToSchema)]
struct ToldAnswer {
    /// received, asked, later or answered.
    news: &'static str,
    #[schema(value_type = String)]
    queued: UtcInstant,
    /// sent, no_address, refused or given_up; absent while it waits.
    ending: Option<&'static str>,
    #[schema(value_type = Option<String>)]
    ended: Option<UtcInstant>,
}

impl ToldAnswer {
    fn of(row: &MailRow) -> Option<Self> {
        let Topic::Case(_, news) = row.topic else { return None };
        let (ending, ended) = row.ended.unzip();
        Some(Self { news: news.name(), queued: row.queued, ending: ending.map(Ending::name), ended })
    }
}

#[derive(Serialize, ToSchema)]
struct EventAnswer {
    #[schema(value_type = String)]
    at: UtcInstant,
    #[schema(value_type = String)]
    on: Date,
    by: String,
    event: String,
    state: String,
    /// Reason, search, decision; absent once erased.
    record: Option<serde_json::Value>,
}

impl EventAnswer {
    fn of(row: EventRow, people: &People) -> Self {
        let by = Person::from_stored(&row.by_whom).map_or_else(|| "the box, by its own door".to_owned(), |person| people.name(&person));
        Self { at: row.at, on: row.on, by, event: row.event, state: row.state, record: row.record }
    }
}

/// One case with its history. That it was looked at is logged.
#[utoipa::path(get, path = "/api/v1/cases/{case}", params(("case" = String, Path)),
    responses((status = 200, body = CaseShown), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn show(AxumState(doors): AxumState<State>, KnownCase { caller, case }: KnownCase) -> Result<Json<CaseShown>, Refusal> {
    let house = Arc::clone(&doors.house);
    let ((deadline, events), told, people, case) = blocking(move || {
        let shown = read::show(&house, caller.actor(), &case, clock::now())?;
        Ok::<_, Problem>((shown, mail::of_case(&house, case.reference)?, staff::people(&house)?, case))
    })
    .await?;
    let line = CaseLine::of(&case, &deadline, &doors);
    let asked = case.asked.into_iter().map(|range| AskedAnswer {
        place: range.place,
        cameras: range.cameras,
        from: range.interval.from(),
        to: range.interval.to(),
    });
    Ok(Json(CaseShown {
        line,
        facts: case.state,
        person: case.requester,
        words: case.words,
        sought: case.sought,
        form: case.form,
        asked: asked.collect(),
        holds: case.holds,
        events: events.into_iter().map(|event| EventAnswer::of(event, &people)).collect(),
        told: told.iter().filter_map(ToldAnswer::of).collect(),
    }))
}
