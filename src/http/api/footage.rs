//! Recorded footage: the time line, streams, stills, the list of segments.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Query, State as AxumState},
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

use super::{instant, known_cameras, range};
use crate::{
    adapters::{
        clock,
        index::{
            hold,
            segment::{self, SegmentRow},
        },
    },
    domain::{
        camera::CameraId,
        instant::{Interval, UtcInstant},
        recording::{
            fragment::Piece,
            segment::{SegmentId, SegmentState},
        },
        retention::hold::Hold,
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, KnownCamera, OpenViewing, Permit, SeeFootage},
    },
    jobs::{
        check,
        footage::{self, Detail, Hid, Media, Still},
        restriction::restricted,
        viewing::{Look, log_look},
    },
    problem::{Kind, Problem},
};

#[derive(Deserialize, IntoParams)]
pub struct Range {
    /// RFC 3339 with zone.
    pub from: String,
    pub to: String,
}

/// What was recorded in a stretch of time, what of it is held or restricted, where the gaps are, and
/// how much moved.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/timeline", params(("id" = String, Path), Range),
    responses((status = 200, description = "recorded, restricted, held, gaps, activity", body = serde_json::Value), (status = 404, body = ProblemBody)))]
pub async fn timeline(
    AxumState(doors): AxumState<State>,
    _permit: Permit<SeeFootage>,
    KnownCamera(camera): KnownCamera,
    Query(asked): Query<Range>,
) -> Result<Json<serde_json::Value>, Refusal> {
    let asked = range(&asked.from, &asked.to)?;
    let house = Arc::clone(&doors.house);
    let line = blocking(move || footage::time_line(&house, &camera.id, &asked)).await?;
    let pair = |interval: &Interval| serde_json::json!({"from": interval.from(), "to": interval.to()});
    let gaps = line.gaps.iter().map(|gap| serde_json::json!({"from": gap.interval.from(), "to": gap.interval.to(), "cause": gap.cause}));
    Ok(Json(serde_json::json!({
        "recorded": line.recorded.iter().map(pair).collect::<Vec<_>>(),
        "restricted": line.restricted.iter().map(pair).collect::<Vec<_>>(),
        "held": line.held,
        "gaps": gaps.collect::<Vec<_>>(),
        "activity": line.activity,
    })))
}

#[derive(Deserialize, IntoParams)]
pub struct MediaAsked {
    from: String,
    to: String,
    /// The id of a stated purpose.
    #[allow(dead_code, reason = "read by the extractor; described here")]
    view: Option<String>,
    /// `all` (every picture) or `key` (key frames only, for fast playing).
    frames: Option<String>,
    /// `native` or `h264` (converted on the fly).
    codec: Option<String>,
}

pub fn nothing_recorded() -> Problem {
    Problem::new(
        Kind::NotFound,
        "nothing_recorded",
        "Nothing was recorded in this stretch of time.",
        "Look at the time line for what there is, and why something is missing.",
    )
}

/// Footage as a stream of fragmented MP4 whose time line is UTC.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/media", params(("id" = String, Path), MediaAsked),
    responses((status = 200, description = "Fragmented MP4", content_type = "video/mp4"), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn media(
    AxumState(doors): AxumState<State>,
    viewing: OpenViewing,
    KnownCamera(camera): KnownCamera,
    Query(asked): Query<MediaAsked>,
) -> Result<Response, Refusal> {
    let interval = range(&asked.from, &asked.to)?;
    let detail = match asked.frames.as_deref() {
        None | Some("all") => Detail::EveryFrame,
        Some("key") => Detail::KeyFramesOnly,
        Some(_) => return Err(unknown_choice("frames", "all or key").into()),
    };
    let convert = match asked.codec.as_deref() {
        None | Some("native") => false,
        Some("h264") => true,
        Some(_) => return Err(unknown_choice("codec", "native or h264").into()),
    };
    let state = Arc::clone(&doors);
    let (id, until) = (camera.id.clone(), viewing.caller.sees_until());
    let first = blocking(move || {
        let mut media = footage::media(&state.house, &id, &interval, detail, viewing.purpose)?;
        // Look for the first piece before logging a look at nothing.
        let Some(first) = media.next_chunk() else {
            return Err(if media.hid() == Hid::Restricted { restricted() } else { nothing_recorded() });
        };
        let first = first?;
        log_look(&state.house, &state.seen_stills, viewing.caller.actor(), viewing.id, viewing.purpose, &id, Look::Play(interval))?;
        Ok::<_, Problem>((first, media))
    })
    .await?;
    let (first, media) = first;
    let pieces = read_ahead(first, media, until);
    let pieces = if convert { super::live::converted(&doors, pieces)? } else { pieces };
    stream(pieces).await.map_err(Refusal)
}

fn unknown_choice(field: &str, choices: &str) -> Problem {
    Problem::new(Kind::BadInput, "unknown_choice", format!("{field} has a value that isn't known."), format!("Use {choices}."))
}

/// Pieces that wait to be sent, at most: about eight seconds of fragments.
const READ_AHEAD: usize = 16;

/// Reads and decrypts on a blocking thread, as fast as the other end takes it, and not beyond `until`.
fn read_ahead(first: Piece, media: Media, until: Option<UtcInstant>) -> mpsc::Receiver<Piece> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    tokio::task::spawn_blocking(move || {
        let rest = media.filter_map(|piece| piece.inspect_err(|error| tracing::error!(%error, "fragment skipped while playing")).ok());
        for piece in std::iter::once(first).chain(rest) {
            let is_over = until.is_some_and(|until| until <= clock::now().utc);
            if is_over || sender.blocking_send(piece).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The body: init and fragments one after the other. Ends where the kind of codec changes, since a
/// player needs another source buffer there; it asks again from that point.
async fn stream(mut pieces: mpsc::Receiver<Piece>) -> Result<Response, Problem> {
    let Some(Piece::Init { init, mime }) = pieces.recv().await else { return Err(nothing_recorded()) };
    let kind = mime.split('.').next().unwrap_or_default().to_owned();
    let rest = tokio_stream::StreamExt::map_while(ReceiverStream::new(pieces), move |piece| match piece {
        Piece::Init { mime, .. } if mime.split('.').next() != Some(kind.as_str()) => None,
        Piece::Init { init, .. } => Some(init),
        Piece::Fragment(bytes) => Some(bytes),
    });
    let body = tokio_stream::StreamExt::chain(tokio_stream::once(init), rest);
    let body = Body::from_stream(tokio_stream::StreamExt::map(body, Ok::<Bytes, std::convert::Infallible>));
    Ok(([(header::CONTENT_TYPE, mime)], body).into_response())
}

#[derive(Deserialize, IntoParams)]
pub struct FrameAsked {
    at: String,
    #[allow(dead_code, reason = "read by the extractor; described here")]
    view: Option<String>,
    /// Pixels, 48 to 1080; the width follows. 120 unless told.
    height: Option<u16>,
}

/// The key frame at or before an instant, as a JPEG.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/frame", params(("id" = String, Path), FrameAsked),
    responses((status = 200, description = "JPEG; X-Holdfast-Frame-Time says when it was taken", content_type = "image/jpeg"), (status = 404, body = ProblemBody)))]
pub async fn frame(
    AxumState(doors): AxumState<State>,
    viewing: OpenViewing,
    KnownCamera(camera): KnownCamera,
    Query(asked): Query<FrameAsked>,
) -> Result<Response, Refusal> {
    let at = instant(&asked.at)?;
    let height_px = asked.height.unwrap_or(120).clamp(48, 1080);
    let state = Arc::clone(&doors);
    let found = blocking(move || {
        let found = match footage::key_frame(&state.house, &camera.id, at, viewing.purpose)? {
            Still::Found(found) => found,
            Still::NothingRecorded => return Err(nothing_recorded()),
            Still::Restricted => return Err(restricted()),
        };
        let look = Look::Still(found.at);
        log_look(&state.house, &state.seen_stills, viewing.caller.actor(), viewing.id, viewing.purpose, &camera.id, look)?;
        Ok::<_, Problem>(found)
    })
    .await?;
    let jpeg = doors.media.jpeg(&found.parameters, found.access_unit, height_px).await.map_err(super::live::told)?;
    let headers = [
        (header::CONTENT_TYPE.as_str(), "image/jpeg".to_owned()),
        ("x-holdfast-frame-time", found.at.to_string()),
        (header::CACHE_CONTROL.as_str(), "private, max-age=600".to_owned()),
    ];
    Ok((headers, jpeg).into_response())
}

#[derive(Deserialize, IntoParams)]
pub struct SegmentsAsked {
    camera: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct SegmentAnswer {
    #[schema(value_type = String)]
    id: SegmentId,
    #[schema(value_type = String)]
    camera: CameraId,
    #[schema(value_type = String)]
    start: UtcInstant,
    /// Absent while open.
    #[schema(value_type = Option<String>)]
    end: Option<UtcInstant>,
    /// open, sealed, torn or expired.
    #[schema(value_type = String)]
    state: SegmentState,
    bytes: u64,
    frames: u64,
    /// Whether a hold or restriction keeps it from expiring.
    held: bool,
}

const SEGMENTS_MAX: u32 = 100_000;

impl SegmentsAsked {
    fn within(&self) -> Result<Interval, Problem> {
        let from = self.from.as_deref().map_or(Ok(UtcInstant::from_unix_seconds(0)), instant)?;
        let to = self.to.as_deref().map_or(Ok(UtcInstant::FAR_FUTURE), instant)?;
        Interval::new(from, to)
            .map_err(|_| Problem::new(Kind::BadInput, "range", "The range ends before it starts.", "Swap the two or correct one."))
    }

    async fn camera(&self, doors: &State, caller: &Caller) -> Result<Option<CameraId>, Problem> {
        Ok(known_cameras(doors, caller, self.camera.as_slice()).await?.pop())
    }
}

/// Whether a hold or restriction keeps a segment; an open one reaches to now.
fn is_kept(row: &SegmentRow, holds: &[Hold], now: UtcInstant) -> bool {
    let end = row.end.unwrap_or(now).max(row.start.plus_nanos(1));
    Interval::new(row.start, end).is_ok_and(|recorded| holds.iter().any(|hold| hold.keeps(&row.camera, &recorded)))
}

/// Segments, oldest first.
#[utoipa::path(get, path = "/api/v1/segments", params(SegmentsAsked), responses((status = 200, body = [SegmentAnswer]), (status = 400, body = ProblemBody)))]
pub async fn segments(
    AxumState(doors): AxumState<State>,
    permit: Permit<SeeFootage>,
    Query(asked): Query<SegmentsAsked>,
) -> Result<Json<Vec<SegmentAnswer>>, Refusal> {
    let (within, camera) = (asked.within()?, asked.camera(&doors, &permit.caller).await?);
    let house = Arc::clone(&doors.house);
    let (rows, holds) = blocking(move || {
        house
            .catalogue
            .read(|connection| Ok((segment::list(connection, camera.as_ref(), &within, SEGMENTS_MAX)?, hold::keeping(connection)?)))
    })
    .await?;
    let now = clock::now().utc;
    let seen = rows.into_iter().filter(|row| permit.caller.sees(&doors, &row.camera));
    let answer = seen.map(|row| SegmentAnswer {
        held: row.state != SegmentState::Expired && is_kept(&row, &holds, now),
        id: row.id,
        camera: row.camera,
        start: row.start,
        end: row.end,
        state: row.state,
        bytes: row.bytes,
        frames: row.frames,
    });
    Ok(Json(answer.collect()))
}

/// Reads segments whole and compares them with what was logged when they were sealed.
#[utoipa::path(get, path = "/api/v1/segments/check", params(SegmentsAsked), responses((status = 200, body = serde_json::Value), (status = 400, body = ProblemBody)))]
pub async fn check(
    AxumState(doors): AxumState<State>,
    permit: Permit<SeeFootage>,
    Query(asked): Query<SegmentsAsked>,
) -> Result<Json<check::SegmentsChecked>, Refusal> {
    let (within, camera) = (asked.within()?, asked.camera(&doors, &permit.caller).await?);
    if camera.is_none() {
        permit.caller.require_whole_site()?;
    }
    let house = Arc::clone(&doors.house);
    Ok(Json(blocking(move || check::segments(&house, camera.as_ref(), &within)).await?))
}
