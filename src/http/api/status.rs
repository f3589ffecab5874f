//! How the box stands: cameras, storage, clock, keys.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState};
use serde::Serialize;
use utoipa::ToSchema;

use super::retention::{TooSmallAnswer, too_small};
use crate::{
    adapters::clock,
    domain::{
        actor::PurposeKind,
        camera::{CameraId, connection::ConnectionState},
        instant::{Synchronised, UtcInstant},
        keys::claim::{Claim, claim},
        recording::{access_unit::VideoCodec, fragment},
    },
    http::{
        CameraFacts, State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Permit, SeeStatus},
    },
    jobs::{
        case::read::{self, CaseTally},
        emergency::{self, EmergencyTally},
        expire,
        hold::{self, HoldTally},
        house::House,
        mail::{self, MailTally},
        policy,
        record::status::CameraStatus,
        restriction, retain,
        storage::{self, Storage},
        witness::{self, WitnessStands},
    },
    problem::Problem,
};

#[derive(Serialize, ToSchema)]
pub struct StatusAnswer {
    version: &'static str,
    uptime_s: i64,
    clock: ClockAnswer,
    cameras: Vec<CameraStatusAnswer>,
    storage: StorageAnswer,
    keys: KeysAnswer,
    expiry: ExpiryAnswer,
    holds: HoldTally,
    retention: RetentionStands,
    /// Requests that are open; nothing is silently overdue.
    cases: CaseTally,
    bank_holidays: BankHolidaysAnswer,
    /// Who else keeps checkpoints of the audit log.
    witnesses: Vec<WitnessStands>,
    policy: PolicyStands,
    mail: MailStands,
    /// Footage opened in an emergency; nothing stays unlooked at.
    emergencies: EmergencyTally,
}

/// Whether those who see footage know the rules.
#[derive(Serialize, ToSchema)]
struct PolicyStands {
    configured: bool,
    /// Accounts whose role sees footage, and that are not shown any until they acknowledge.
    not_clear: usize,
}

/// Whether people are told by mail, and whether that arrives.
#[derive(Serialize, ToSchema)]
struct MailStands {
    configured: bool,
    #[serde(flatten)]
    tally: MailTally,
}

#[derive(Serialize, ToSchema)]
struct ExpiryAnswer {
    /// When it last ran to its end.
    #[schema(value_type = Option<String>)]
    last_run: Option<UtcInstant>,
    /// Why nothing is allowed to go just now.
    refused: Option<String>,
    /// Segments that should have gone more than a day ago: there must be none.
    overdue: usize,
}

#[derive(Serialize, ToSchema)]
struct RetentionStands {
    /// Cameras whose reason for keeping footage should have been looked at again.
    reviews_overdue: usize,
    /// Cameras that the disk can't keep for as long as is promised.
    disk_too_small: Vec<TooSmallAnswer>,
}

/// How keeping and forgetting stand.
fn keeping(house: &House) -> Result<(ExpiryAnswer, HoldTally, RetentionStands), Problem> {
    let now = clock::now().utc;
    let expiry =
        ExpiryAnswer { last_run: expire::last_run(house)?, refused: house.keeping.refusal(), overdue: expire::overdue(house, now)? };
    let disk_too_small = too_small(&storage::promise(house)?);
    Ok((expiry, hold::tally(house, now)?, RetentionStands { reviews_overdue: retain::reviews_overdue(house, now)?.len(), disk_too_small }))
}

/// How far the days that deadlines roll over are known.
#[derive(Serialize, ToSchema)]
struct BankHolidaysAnswer {
    /// The last day of which it is known, `YYYY-MM-DD`.
    known_until: String,
    /// Within half a year of its end: a newer table is to be named in `[requests]`.
    renew: bool,
}

#[derive(Serialize, ToSchema)]
struct ClockAnswer {
    synchronised: bool,
}

#[derive(Serialize, ToSchema)]
struct KeysAnswer {
    epoch: u32,
    custody: &'static str,
    claim: ClaimAnswer,
}

/// What may be said of footage that expired.
#[derive(Serialize, ToSchema)]
struct ClaimAnswer {
    /// A: a TPM. B: blocks overwritten in place.
    tier: &'static str,
    sentence: &'static str,
}

#[derive(Serialize, ToSchema)]
struct StorageAnswer {
    free_bytes: u64,
    used_bytes: u64,
    #[schema(value_type = Option<String>)]
    oldest: Option<UtcInstant>,
    /// At the present rate; absent while nothing is written.
    days_to_full: Option<f64>,
}

#[derive(Serialize, ToSchema)]
struct CameraStatusAnswer {
    #[schema(value_type = String)]
    id: CameraId,
    /// recording, connecting, stalled, refused or off.
    #[schema(value_type = String)]
    state: ConnectionState,
    #[schema(value_type = String)]
    since: UtcInstant,
    #[schema(value_type = Option<String>)]
    last_frame: Option<UtcInstant>,
    /// Pictures a second.
    fps: f32,
    /// Bits a second.
    bitrate: u64,
    codec: Option<&'static str>,
    /// What is wrong, in a sentence.
    error: Option<String>,
}

fn codec_name(status: &CameraStatus) -> Option<&'static str> {
    status.parameters.as_ref().map(|parameters| match parameters.codec {
        VideoCodec::H264 => "h264",
        VideoCodec::H265 => "h265",
    })
}

/// The box as a whole.
#[utoipa::path(get, path = "/api/v1/status", responses((status = 200, body = StatusAnswer), (status = 401, body = ProblemBody)))]
pub async fn status(AxumState(doors): AxumState<State>, permit: Permit<SeeStatus>) -> Result<Json<StatusAnswer>, Refusal> {
    let mut all = answer(&doors).await?;
    all.cameras.retain(|camera| permit.caller.sees(&doors, &camera.id));
    all.retention.disk_too_small.retain(|short| permit.caller.sees(&doors, &short.camera));
    Ok(Json(all))
}

/// What the box says of itself.
pub async fn answer(doors: &State) -> Result<StatusAnswer, Problem> {
    let (house, in_force) = (Arc::clone(&doors.house), doors.policy.as_ref().map(|policy| policy.version));
    let (measured, (expiry, holds, retention), witnesses, cases, (not_clear, emergencies, mail)) = blocking(move || {
        let cases = read::tally(&house, clock::now().utc)?;
        let not_clear = policy::readers(&house, in_force)?.into_iter().filter(|reader| !reader.standing.is_clear()).count();
        let people = (not_clear, emergency::tally(&house)?, mail::tally(&house)?);
        Ok::<_, Problem>((storage::measure(&house)?, keeping(&house)?, witness::stand(&house)?, cases, people))
    })
    .await?;
    let (now, Storage { free_bytes, used_bytes, oldest, days_to_full }) = measured;
    let Claim { tier, sentence } = claim(doors.house.vault.custody().kind());
    let cameras = doors.house.status.all().into_iter().map(|(id, status)| CameraStatusAnswer {
        id,
        state: status.state,
        since: status.since,
        last_frame: status.last_frame,
        fps: (status.fps * 10.0).round() / 10.0,
        bitrate: status.bitrate as u64,
        codec: codec_name(&status),
        error: status.error,
    });
    let (office, today) = (doors.house.office(), doors.house.office().day(now.utc));
    let bank_holidays =
        BankHolidaysAnswer { known_until: office.calendar.last_known().to_string(), renew: office.calendar.ends_soon(today) };
    Ok(StatusAnswer {
        version: env!("CARGO_PKG_VERSION"),
        uptime_s: (now.boottime_nanos - doors.house.started.boottime_nanos) / 1_000_000_000,
        clock: ClockAnswer { synchronised: now.synchronised == Synchronised::Yes },
        cameras: cameras.collect(),
        storage: StorageAnswer { free_bytes, used_bytes, oldest, days_to_full },
        keys: KeysAnswer { epoch: doors.house.vault.epoch().0, custody: doors.site.custody, claim: ClaimAnswer { tier, sentence } },
        expiry,
        holds,
        retention,
        cases,
        bank_holidays,
        witnesses,
        policy: PolicyStands { configured: in_force.is_some(), not_clear },
        mail: MailStands { configured: doors.is_mailing, tally: mail },
        emergencies,
    })
}

#[derive(Serialize, ToSchema)]
pub struct CameraAnswer {
    #[schema(value_type = String)]
    id: CameraId,
    name: String,
    place: String,
    purpose: String,
    /// Retention period, seconds.
    keep_s: i64,
    #[schema(value_type = String)]
    state: ConnectionState,
    #[schema(value_type = String)]
    since: UtcInstant,
    #[schema(value_type = Option<String>)]
    last_frame: Option<UtcInstant>,
    codec: Option<&'static str>,
    /// Absent until the camera has sent its parameters.
    mime: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    fps: Option<f32>,
    error: Option<String>,
    /// Whether the live picture is restricted: shown for a legal claim only.
    restricted: bool,
}

/// The cameras, in the order of the configuration.
#[utoipa::path(get, path = "/api/v1/cameras", responses((status = 200, body = [CameraAnswer]), (status = 401, body = ProblemBody)))]
pub async fn cameras(AxumState(doors): AxumState<State>, permit: Permit<SeeStatus>) -> Result<Json<Vec<CameraAnswer>>, Refusal> {
    let state = Arc::clone(&doors);
    let restricted: Vec<CameraId> = blocking(move || {
        let barred = |camera: &CameraFacts| match restriction::is_live_barred(&state.house, &camera.id, PurposeKind::PatrolReview) {
            Ok(barred) => barred.then(|| Ok(camera.id.clone())),
            Err(error) => Some(Err(error)),
        };
        state.cameras.iter().filter_map(barred).collect::<Result<_, _>>()
    })
    .await?;
    let answers = doors.cameras.iter().filter(|camera| permit.caller.sees(&doors, &camera.id)).filter_map(|camera| {
        let status = doors.house.status.camera(&camera.id)?;
        let parameters = status.parameters.as_deref();
        Some(CameraAnswer {
            id: camera.id.clone(),
            name: camera.name.clone(),
            place: camera.place.clone(),
            purpose: camera.purpose.clone(),
            keep_s: camera.keep_seconds,
            state: status.state,
            since: status.since,
            last_frame: status.last_frame,
            codec: codec_name(&status),
            mime: parameters.map(fragment::mime),
            width: parameters.map(|parameters| parameters.width_px),
            height: parameters.map(|parameters| parameters.height_px),
            fps: (status.fps > 0.0).then_some((status.fps * 10.0).round() / 10.0),
            error: status.error.clone(),
            restricted: restricted.contains(&camera.id),
        })
    });
    Ok(Json(answers.collect()))
}
