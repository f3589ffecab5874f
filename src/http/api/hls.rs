//! The same footage as HLS with CMAF (RFC 8216 and its second edition), for players that want it.

use std::fmt::Write;

use axum::{
    body::Bytes,
    extract::{Path, Query, State as AxumState},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{footage::nothing_recorded, range};
use crate::{
    adapters::{
        index::segment,
        vault::{VaultError, reader::SegmentReader},
    },
    domain::{
        actor::PurposeKind,
        camera::CameraId,
        instant::{Interval, MEDIA_TICKS_PER_SECOND, UtcInstant},
        recording::segment::SegmentId,
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{KnownCamera, OpenViewing},
    },
    jobs::{
        footage::Hid,
        restriction::{Barred, restricted},
        viewing::{Look, log_look},
    },
    problem::Problem,
};

#[derive(Deserialize, IntoParams)]
pub struct PlaylistAsked {
    from: String,
    to: String,
    #[allow(dead_code, reason = "read by the extractor; described here")]
    view: Option<String>,
}

/// A playlist of a stretch of footage.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/hls/index.m3u8", params(("id" = String, Path), PlaylistAsked),
    responses((status = 200, description = "HLS playlist", content_type = "application/vnd.apple.mpegurl"), (status = 404, body = ProblemBody)))]
pub async fn playlist(
    AxumState(doors): AxumState<State>,
    viewing: OpenViewing,
    KnownCamera(camera): KnownCamera,
    Query(asked): Query<PlaylistAsked>,
) -> Result<Response, Refusal> {
    let asked = range(&asked.from, &asked.to)?;
    let text = blocking(move || {
        let house = &doors.house;
        let rows = house.catalogue.read(|connection| segment::overlapping(connection, &camera.id, &asked))?;
        let (from, to) = (asked.from().media_ticks(), asked.to().media_ticks());
        let mut text =
            String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        let mut entries = 0;
        // A minute more on either side: fragments reach over the ends of what was asked.
        let reach = Interval::new(asked.from().plus_seconds(-60), asked.to().plus_seconds(60)).unwrap_or(asked);
        let barred = Barred::of(house, &camera.id, &reach, viewing.purpose)?;
        let mut hid = Hid::Nothing;
        for row in &rows {
            let Ok(reader) = house.vault.open_segment(row) else { continue };
            let mut first = true;
            for (number, fragment) in reader.index().fragments.iter().enumerate() {
                if fragment.end_ticks() <= from || fragment.start_ticks >= to {
                    continue;
                }
                if barred.hides_ticks(fragment.start_ticks, fragment.end_ticks()) {
                    // What comes after it begins a stretch of its own, at a key frame.
                    (first, hid) = (true, Hid::Restricted);
                    continue;
                }
                if first && hid == Hid::Restricted && !fragment.starts_with_key_frame() {
                    continue;
                }
                if first {
                    first = false;
                    if entries > 0 {
                        text.push_str("#EXT-X-DISCONTINUITY\n");
                    }
                    let _ = writeln!(text, "#EXT-X-MAP:URI=\"{}/init.mp4?view={}\"", row.id, viewing.id);
                    let _ = writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{}", UtcInstant::from_media_ticks(fragment.start_ticks));
                }
                let seconds = (fragment.end_ticks() - fragment.start_ticks) as f64 / MEDIA_TICKS_PER_SECOND as f64;
                let _ = writeln!(text, "#EXTINF:{seconds:.5},\n{}/{number}.m4s?view={}", row.id, viewing.id);
                entries += 1;
            }
        }
        if entries == 0 {
            return Err(if hid == Hid::Restricted { restricted() } else { nothing_recorded() });
        }
        text.push_str("#EXT-X-ENDLIST\n");
        log_look(house, &doors.seen_stills, viewing.caller.actor(), viewing.id, viewing.purpose, &camera.id, Look::Play(asked))?;
        Ok::<_, Problem>(text)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/vnd.apple.mpegurl")], text).into_response())
}

#[derive(Deserialize)]
pub struct Place {
    segment: Uuid,
    #[serde(default)]
    file: String,
}

/// Opens a segment of this very camera; another camera's id leads nowhere.
fn open(doors: &State, camera: &CameraId, segment: Uuid) -> Result<SegmentReader, Problem> {
    let row = doors.house.catalogue.read(|connection| segment::by_id(connection, SegmentId(segment)))?;
    let row = row.filter(|row| row.camera == *camera).ok_or_else(nothing_recorded)?;
    doors.house.vault.open_segment(&row).map_err(unreadable)
}

fn is_barred(doors: &State, camera: &CameraId, start_ticks: i64, end_ticks: i64, purpose: PurposeKind) -> Result<bool, Problem> {
    let (start, end) = (UtcInstant::from_media_ticks(start_ticks), UtcInstant::from_media_ticks(end_ticks.max(start_ticks + 1)));
    let Ok(piece) = Interval::new(start, end) else { return Ok(true) };
    Ok(Barred::of(&doors.house, camera, &piece, purpose)?.hides(&piece))
}

fn unreadable(error: VaultError) -> Problem {
    match error {
        VaultError::NoFragment { .. } => nothing_recorded(),
        other => crate::jobs::footage::FootageError::from(other).into(),
    }
}

/// A segment's init.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/hls/{segment}/init.mp4", params(("id" = String, Path), ("segment" = String, Path), ("view" = String, Query)),
    responses((status = 200, description = "Init segment", content_type = "video/mp4"), (status = 404, body = ProblemBody)))]
pub async fn init(
    AxumState(doors): AxumState<State>,
    _viewing: OpenViewing,
    KnownCamera(camera): KnownCamera,
    Path(place): Path<Place>,
) -> Result<Response, Refusal> {
    let init = blocking(move || open(&doors, &camera.id, place.segment).map(|reader| reader.init())).await?;
    Ok(mp4(init))
}

/// A fragment. Its look was logged with the playlist; one asked for without it is logged now.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/hls/{segment}/{file}", params(("id" = String, Path), ("segment" = String, Path), ("file" = String, Path, description = "fragment number and .m4s"), ("view" = String, Query)),
    responses((status = 200, description = "Media segment", content_type = "video/mp4"), (status = 404, body = ProblemBody)))]
pub async fn fragment(
    AxumState(doors): AxumState<State>,
    viewing: OpenViewing,
    KnownCamera(camera): KnownCamera,
    Path(place): Path<Place>,
) -> Result<Response, Refusal> {
    let number: usize = place.file.strip_suffix(".m4s").and_then(|number| number.parse().ok()).ok_or_else(nothing_recorded)?;
    let bytes = blocking(move || {
        let reader = open(&doors, &camera.id, place.segment)?;
        let entry = reader.index().fragments.get(number).ok_or_else(nothing_recorded)?;
        if is_barred(&doors, &camera.id, entry.start_ticks, entry.end_ticks(), viewing.purpose)? {
            return Err(restricted());
        }
        let bytes = reader.fragment(number).map_err(unreadable)?;
        let look = Look::Still(reader.header().start);
        log_look(&doors.house, &doors.seen_stills, viewing.caller.actor(), viewing.id, viewing.purpose, &camera.id, look)?;
        Ok::<_, Problem>(bytes)
    })
    .await?;
    Ok(mp4(bytes))
}

fn mp4(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "video/mp4"), (header::CACHE_CONTROL, "private, max-age=600")], bytes).into_response()
}
