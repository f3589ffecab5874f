//! Whether what is held is there and can be read: looked at when a hold is placed, every day, and
//! once more when two people have agreed to let it go.
//!
//! ```text
//! hold ─► seconds expected and covered ─► each segment: opened, hashed, decoded ─► report, leaf
//! ```
//!
//! A hold is let go only after the look that follows the second person's word, so that what it
//! preserved is on record; a look that finds damage does not stop the release, for keeping longer
//! mends nothing, but the leaf says it. Decoding is done in a child at the lowest priority. Next:
//! `hold` ends releases.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::json;
use tokio::{sync::watch, task::spawn_blocking};

use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError, audit, expiry, gap,
            hold::{self, CheckRow},
            segment::{self, SegmentRow},
        },
        vault::{VaultError, reader::SegmentReader},
        video::{MediaWorkers, SegmentDecoder, VideoError},
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        camera::CameraId,
        instant::{Interval, UtcInstant},
        recording::gap::GapCause,
        retention::{
            coverage::coverage,
            hold::{Hold, HoldId},
        },
    },
    jobs::{check::Damage, hold as holds, hold::Stretch, house::House},
    problem::Problem,
};

/// What a look at a hold found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldReport {
    pub hold: HoldId,
    pub at: UtcInstant,
    /// Every segment reads and decodes, and nothing is missing without a recorded cause.
    pub ok: bool,
    pub segments: u64,
    /// Held up to the last closed segment, less the gaps and what had gone before; all cameras together.
    pub seconds_expected: u64,
    pub seconds_covered: u64,
    /// Pictures decoded.
    pub frames: u64,
    pub damaged: Vec<Damage>,
    /// Not recorded, for a recorded cause.
    pub gaps: Vec<HeldGap>,
    /// Not there, and nothing says why.
    pub missing: Vec<Stretch>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldGap {
    pub camera: CameraId,
    pub start: UtcInstant,
    pub end: UtcInstant,
    pub cause: GapCause,
}

/// How often the loop asks which hold is due.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks at each hold when its time has come, one after the other, until `stop` turns true.
pub async fn keep_checking(house: Arc<House>, media: MediaWorkers, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let asking = Arc::clone(&house);
        let due = match spawn_blocking(move || next_due(&asking)).await {
            Ok(Ok(due)) => due,
            Ok(Err(error)) => {
                tracing::error!(%error, "holds could not be looked up");
                continue;
            }
            Err(_) => return,
        };
        let Some(id) = due else { continue };
        tokio::select! {
            outcome = check(&house, &media, Actor::Job("hold_check"), id) => match outcome {
                Ok(report) if report.ok => tracing::info!(hold = %id, segments = report.segments, "what is held can be read"),
                Ok(report) => tracing::error!(
                    hold = %id, damaged = report.damaged.len(), missing = report.missing.len(), "what is held is NOT all there and readable"
                ),
                Err(problem) => tracing::error!(hold = %id, ?problem, "a hold could not be checked; it is tried again"),
            },
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// The hold whose check is due the longest; one never looked at comes first.
fn next_due(house: &House) -> Result<Option<HoldId>, CatalogueError> {
    let now = clock::now().utc;
    house.catalogue.read(|connection| {
        let mut due = Vec::new();
        for held in hold::keeping(connection)? {
            let last = hold::last_check(connection, held.id)?.map(|check| check.at);
            if held.is_check_due(last, now) && !(last.is_none() && is_only_begun(connection, &held)?) {
                due.push((last, held.id));
            }
        }
        due.sort();
        Ok(due.first().map(|(_, id)| *id))
    })
}

/// Whether all that it keeps so far is still being recorded: it is looked at once a segment of it is closed.
fn is_only_begun(connection: &rusqlite::Connection, held: &Hold) -> Result<bool, CatalogueError> {
    let mut is_being_recorded = false;
    for camera in &held.cameras {
        for row in segment::overlapping(connection, camera, &reach(held)?)? {
            if row.state.is_kept() {
                return Ok(false);
            }
            is_being_recorded = true;
        }
    }
    Ok(is_being_recorded)
}

/// From where to where it keeps.
fn reach(held: &Hold) -> Result<Interval, CatalogueError> {
    let to = held.span.to().unwrap_or(UtcInstant::FAR_FUTURE);
    Interval::new(held.span.from(), to).map_err(|_| CatalogueError::Impossible { what: "hold" })
}

/// Opens, hashes and decodes everything a hold keeps; the report is kept and logged.
pub async fn check(house: &Arc<House>, media: &MediaWorkers, actor: Actor, id: HoldId) -> Result<HoldReport, Problem> {
    let seeing = Arc::clone(house);
    let (mut report, rows) = spawn_blocking(move || survey(&seeing, id)).await??;
    let mut decoder = None;
    for row in rows {
        match read(house, media, &mut decoder, &row).await? {
            Ok(frames) => report.frames += frames,
            Err(what) => {
                decoder = None;
                report.damaged.push(Damage { segment: row.id, camera: row.camera, what });
            }
        }
    }
    report.ok &= report.damaged.is_empty();
    let writing = Arc::clone(house);
    spawn_blocking(move || write_down(&writing, actor, report)).await?
}

/// What there should be and what the catalogue says there is, before anything is opened.
fn survey(house: &House, id: HoldId) -> Result<(HoldReport, Vec<SegmentRow>), Problem> {
    let at = clock::now().utc;
    let surveyed = house.catalogue.read_at_once(|connection| {
        let Some(held) = hold::by_id(connection, id)? else { return Ok(None) };
        let mut report = HoldReport {
            hold: id,
            at,
            ok: true,
            segments: 0,
            seconds_expected: 0,
            seconds_covered: 0,
            frames: 0,
            damaged: Vec::new(),
            gaps: Vec::new(),
            missing: Vec::new(),
        };
        let (mut rows, mut expected_nanos, mut covered_nanos) = (Vec::new(), 0, 0);
        for camera in &held.cameras {
            let (expected, covered) = survey_camera(connection, &held, camera, &mut report, &mut rows)?;
            expected_nanos += expected;
            covered_nanos += covered;
        }
        report.segments = rows.len() as u64;
        (report.seconds_expected, report.seconds_covered) = (seconds(expected_nanos), seconds(covered_nanos));
        // A hold on the past that keeps nothing at all is worth a second look, whatever explains it.
        report.ok = report.missing.is_empty() && (report.segments > 0 || held.span.from() > held.placed);
        Ok(Some((report, rows)))
    })?;
    surveyed.ok_or_else(holds::unknown)
}

const fn seconds(nanos: i64) -> u64 {
    nanos.unsigned_abs().saturating_add(500_000_000) / 1_000_000_000
}

/// Adds a camera's segments, gaps and missing stretches; returns nanoseconds expected and covered.
/// Expected is what lies in the hold from the camera's first recording, or the placing of the hold if
/// that came first, up to the last closed segment: what is being recorded now is looked at next time.
fn survey_camera(
    connection: &rusqlite::Connection,
    held: &Hold,
    camera: &CameraId,
    report: &mut HoldReport,
    rows: &mut Vec<SegmentRow>,
) -> Result<(i64, i64), CatalogueError> {
    let within = reach(held)?;
    let closed: Vec<SegmentRow> =
        segment::overlapping(connection, camera, &within)?.into_iter().filter(|row| row.state.is_kept()).collect();
    let first = segment::first_start(connection, camera)?.map_or(held.placed, |first| first.min(held.placed));
    let last = segment::last_end(connection, camera)?.unwrap_or(first);
    let Some(window) = Interval::new(within.from().max(first), within.to().min(last)).ok() else {
        rows.extend(closed);
        return Ok((0, 0));
    };
    let gaps = gap::overlapping(connection, camera, &window)?;
    let mut explained = expiry::gone_within(connection, camera, &window)?;
    explained.extend(gaps.iter().map(|gap| gap.interval));
    let recorded: Vec<Interval> = closed.iter().filter_map(|row| Interval::new(row.start, row.end?).ok()).collect();
    let found = coverage(&window, &recorded, &explained);
    let missing = found.missing.iter().map(|stretch| Stretch { camera: camera.clone(), start: stretch.from(), end: stretch.to() });
    report.missing.extend(missing);
    let held_gap = |gap: &crate::domain::recording::gap::Gap| HeldGap {
        camera: camera.clone(),
        start: gap.interval.from(),
        end: gap.interval.to(),
        cause: gap.cause,
    };
    report.gaps.extend(gaps.iter().map(held_gap));
    rows.extend(closed);
    Ok((found.expected_nanos, found.covered_nanos))
}

/// Reads one segment whole. The inner error says what is wrong with it.
async fn read(
    house: &Arc<House>,
    media: &MediaWorkers,
    decoder: &mut Option<SegmentDecoder>,
    row: &SegmentRow,
) -> Result<Result<u64, String>, Problem> {
    let (opening, of) = (Arc::clone(house), row.clone());
    let opened = spawn_blocking(move || {
        let reader = opening.vault.open_segment(&of)?;
        reader.check(&of)?;
        Ok::<_, VaultError>(reader)
    });
    let reader = match opened.await? {
        Ok(reader) => Arc::new(reader),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let decoder = match decoder {
        Some(decoder) => decoder,
        None => match media.decoder() {
            Ok(started) => decoder.insert(started),
            Err(error) => return Ok(Err(format!("it could not be decoded: {error}"))),
        },
    };
    match decode(decoder, &reader).await {
        Ok(decoded) if !decoded.drained => {
            Ok(Err(format!("the decoder gave up after {} of {} pictures", decoded.pictures, decoded.expected)))
        }
        Ok(decoded) if decoded.expected == 0 => Ok(Err("there is no key frame in it, so nothing can be shown".into())),
        Ok(decoded) if decoded.pictures < decoded.expected => {
            Ok(Err(format!("only {} of {} pictures can be decoded", decoded.pictures, decoded.expected)))
        }
        Ok(decoded) => Ok(Ok(decoded.pictures)),
        Err(DecodeError::Vault(error)) => Ok(Err(error.to_string())),
        Err(DecodeError::Video(error)) => Ok(Err(format!("it could not be decoded: {error}"))),
        Err(DecodeError::Interrupted(error)) => Err(error.into()),
    }
}

#[derive(Debug, thiserror::Error)]
enum DecodeError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Video(#[from] VideoError),
    #[error(transparent)]
    Interrupted(#[from] tokio::task::JoinError),
}

async fn decode(decoder: &mut SegmentDecoder, reader: &Arc<SegmentReader>) -> Result<crate::adapters::video::Decoded, DecodeError> {
    decoder.start(reader.init()).await?;
    for number in 0..reader.index().fragments.len() {
        let reading = Arc::clone(reader);
        let fragment = spawn_blocking(move || reading.fragment(number)).await??;
        decoder.push(fragment).await?;
    }
    Ok(decoder.finish().await?)
}

fn write_down(house: &House, actor: Actor, report: HoldReport) -> Result<HoldReport, Problem> {
    let kept = serde_json::to_string(&report).map_err(|error| CatalogueError::Refused(error.into()))?;
    let check = CheckRow { hold: report.hold, at: report.at, ok: report.ok, report: kept };
    let damaged: Vec<_> = report.damaged.iter().map(|damage| damage.segment).collect();
    let details = json!({
        "ok": report.ok, "segments": report.segments, "seconds_expected": report.seconds_expected,
        "seconds_covered": report.seconds_covered, "frames": report.frames, "damaged": damaged,
    });
    let details = if let serde_json::Value::Object(map) = details { map } else { serde_json::Map::new() };
    let entry = Entry {
        actor,
        action: Action::HoldCheck,
        object: format!("hold/{}", report.hold),
        outcome: Outcome::Done,
        basis: None,
        details,
        personal: Vec::new(),
    };
    house.catalogue.write(|transaction| {
        hold::add_check(transaction, &check)?;
        audit::append(transaction, &clock::now(), &entry)
    })?;
    Ok(report)
}
