//! How long footage is kept, why, and whether the disk can keep what is promised.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State as AxumState},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{holds::PersonAnswer, known_cameras};
use crate::{
    adapters::clock,
    domain::{
        camera::CameraId,
        identity::Permission,
        instant::UtcInstant,
        retention::{
            consent::Consent,
            fill::Reach,
            period::{Rule, SINCE_EVER},
        },
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{ManageRetention, Permit, SeeStatus},
        confirm::Confirmation,
    },
    jobs::{
        house::House,
        retain::{self, CameraRetention, WouldGo},
        staff::{self, People},
        storage::{self, Promise},
    },
    problem::Problem,
};

#[derive(Serialize, ToSchema)]
pub struct RetentionAnswer {
    cameras: Vec<CameraRetentionAnswer>,
    disk: DiskAnswer,
}

#[derive(Serialize, ToSchema)]
struct CameraRetentionAnswer {
    #[schema(value_type = String)]
    camera: CameraId,
    period_s: i64,
    /// In words.
    period: String,
    reason: Option<String>,
    #[schema(value_type = Option<String>)]
    review_by: Option<UtcInstant>,
    review_overdue: bool,
    /// Longer periods that footage recorded earlier was promised.
    older_rules: Vec<RuleAnswer>,
    /// Present while older footage has a longer period than the present one.
    shortening: Option<ShorteningAnswer>,
}

#[derive(Serialize, ToSchema)]
struct RuleAnswer {
    /// Absent for footage of any age.
    #[schema(value_type = Option<String>)]
    recorded_from: Option<UtcInstant>,
    #[schema(value_type = Option<String>)]
    recorded_until: Option<UtcInstant>,
    period_s: i64,
    period: String,
}

#[derive(Serialize, ToSchema)]
struct ShorteningAnswer {
    /// `not asked for`, `awaiting second person` or `effective at …`.
    state: String,
    first: Option<PersonAnswer>,
    second: Option<PersonAnswer>,
    #[schema(value_type = Option<String>)]
    effective: Option<UtcInstant>,
    would_go: WouldGo,
}

#[derive(Serialize, ToSchema)]
struct DiskAnswer {
    /// What footage may take: used and free.
    capacity_bytes: u64,
    /// What the cameras write, measured over the last day.
    bytes_a_day: u64,
    /// What is in use once every period has passed.
    needed_bytes: u64,
    /// How long the disk lasts; absent when it keeps everything that is promised.
    lasts_s: Option<i64>,
    /// Cameras whose period is longer than that.
    too_small: Vec<TooSmallAnswer>,
    /// All of that in a sentence.
    sentence: String,
}

#[derive(Serialize, ToSchema)]
pub struct TooSmallAnswer {
    #[schema(value_type = String)]
    pub camera: CameraId,
    lasts_days: f64,
    promised_days: f64,
}

fn days(seconds: i64) -> f64 {
    (seconds as f64 / 8640.0).round() / 10.0
}

/// The cameras that can't be kept for as long as is promised.
pub fn too_small(promise: &Promise) -> Vec<TooSmallAnswer> {
    let Reach::Short { lasts_seconds, cameras, .. } = &promise.reach else { return Vec::new() };
    let answer = cameras.iter().map(|short| TooSmallAnswer {
        camera: short.camera.clone(),
        lasts_days: days(*lasts_seconds),
        promised_days: days(short.promised.seconds()),
    });
    answer.collect()
}

impl DiskAnswer {
    fn of(promise: &Promise) -> Self {
        let too_small = too_small(promise);
        let longest = too_small.iter().map(|camera| camera.promised_days).fold(0.0, f64::max);
        let (needed_bytes, lasts_s, sentence) = match &promise.reach {
            Reach::Enough { needed_bytes } if promise.bytes_a_day == 0 => {
                (*needed_bytes, None, "Nothing has been measured yet.".to_owned())
            }
            Reach::Enough { needed_bytes } => (*needed_bytes, None, "The disk keeps everything that is promised.".to_owned()),
            Reach::Short { needed_bytes, lasts_seconds, .. } => {
                let sentence = format!("The disk lasts {} days, promised are {longest}.", days(*lasts_seconds));
                (*needed_bytes, Some(*lasts_seconds), sentence)
            }
        };
        Self { capacity_bytes: promise.capacity_bytes, bytes_a_day: promise.bytes_a_day, needed_bytes, lasts_s, too_small, sentence }
    }
}

impl CameraRetentionAnswer {
    fn of(house: &House, kept: CameraRetention, people: &People, now: UtcInstant) -> Result<Self, Problem> {
        let shortening = if kept.book.has_longer_past() {
            let would_go = retain::would_go(house, &kept, now)?;
            Some(ShorteningAnswer::of(kept.shortening.as_ref(), people, would_go))
        } else {
            None
        };
        let present = kept.book.present();
        Ok(Self {
            camera: kept.camera,
            period_s: present.seconds(),
            period: present.to_string(),
            review_by: kept.why.as_ref().map(|why| why.review_by),
            review_overdue: kept.why.as_ref().is_some_and(|why| why.review_by <= now),
            reason: kept.why.map(|why| why.reason),
            older_rules: older(kept.book.rules()),
            shortening,
        })
    }
}

fn older(rules: &[Rule]) -> Vec<RuleAnswer> {
    let ended = rules.iter().zip(rules.iter().skip(1));
    let answer = ended.map(|(rule, next)| RuleAnswer {
        recorded_from: (rule.applies_from != SINCE_EVER).then_some(rule.applies_from),
        recorded_until: Some(next.applies_from),
        period_s: rule.period.seconds(),
        period: rule.period.to_string(),
    });
    answer.collect()
}

impl ShorteningAnswer {
    fn of(consent: Option<&Consent>, people: &People, would_go: WouldGo) -> Self {
        let person = |person| PersonAnswer::of(person, people);
        let (first, second, effective) = match consent {
            None => (None, None, None),
            Some(Consent::Asked { first, .. }) => (Some(person(first)), None, None),
            Some(Consent::Granted { first, second, effective }) => (Some(person(first)), Some(person(second)), Some(*effective)),
        };
        Self { state: consent.map_or_else(|| "not asked for".to_owned(), words), first, second, effective, would_go }
    }
}

fn words(consent: &Consent) -> String {
    match consent {
        Consent::Asked { .. } => "awaiting second person".to_owned(),
        Consent::Granted { effective, .. } => format!("effective at {effective}"),
    }
}

/// Every camera's period with its reason, and whether the disk can keep what is promised.
#[utoipa::path(get, path = "/api/v1/retention", responses((status = 200, body = RetentionAnswer), (status = 403, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, permit: Permit<SeeStatus>) -> Result<Json<RetentionAnswer>, Refusal> {
    let house = Arc::clone(&doors.house);
    let at = Arc::clone(&doors);
    let answer = blocking(move || {
        let (now, people) = (clock::now().utc, staff::people(&house)?);
        let seen = retain::list(&house)?.into_iter().filter(|kept| permit.caller.sees(&at, &kept.camera));
        let cameras = seen.map(|kept| CameraRetentionAnswer::of(&house, kept, &people, now));
        let cameras = cameras.collect::<Result<_, _>>()?;
        let mut promise = storage::promise(&house)?;
        promise.reach = promise.reach.for_those(|camera| permit.caller.sees(&at, camera));
        Ok::<_, Problem>(RetentionAnswer { cameras, disk: DiskAnswer::of(&promise) })
    });
    Ok(Json(answer.await?))
}

#[derive(Serialize, ToSchema)]
pub struct ShorteningStands {
    #[schema(value_type = String)]
    camera: CameraId,
    /// `awaiting second person` or `effective at …`.
    state: String,
    #[schema(value_type = Option<String>)]
    effective: Option<UtcInstant>,
}

/// Asks that a camera's shorter period counts for older footage too, or agrees to it; it does so 24
/// hours after that. Needs the password again.
#[utoipa::path(post, path = "/api/v1/retention/{camera}/shorten", params(("camera" = String, Path)), request_body = Confirmation,
    responses((status = 200, body = ShorteningStands), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn shorten(
    AxumState(doors): AxumState<State>,
    permit: Permit<ManageRetention>,
    Path(camera): Path<String>,
    Json(confirmation): Json<Confirmation>,
) -> Result<Json<ShorteningStands>, Refusal> {
    let confirmed = confirmation.check(&doors, &permit.caller, Permission::ManageRetention).await?;
    let camera = known_cameras(&doors, &permit.caller, &[camera]).await?.swap_remove(0);
    let house = Arc::clone(&doors.house);
    let asked = camera.clone();
    let consent = blocking(move || retain::shorten(&house, confirmed.actor(), &asked, clock::now())).await?;
    let effective = match &consent {
        Consent::Asked { .. } => None,
        Consent::Granted { effective, .. } => Some(*effective),
    };
    Ok(Json(ShorteningStands { camera, state: words(&consent), effective }))
}
