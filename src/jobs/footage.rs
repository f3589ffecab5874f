//! Playing what was recorded: the time line of a day, a stream of fragments, a single key frame.
//!
//! Fragments leave as they were sealed; nothing is muxed again. A stream begins at the key frame at
//! or before the asked instant. Restricted footage stays out of all of them unless a legal claim is the
//! purpose; about who else may look nothing is refused here: doors ask for a view first and log it.
//! Blocking: doors call from blocking threads. Next: `http::api` streams it.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use super::house::House;
use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError, gap, hold,
            segment::{self, SegmentRow},
        },
        vault::{VaultError, reader::SegmentReader},
    },
    domain::{
        actor::PurposeKind,
        camera::CameraId,
        instant::{Interval, UtcInstant},
        recording::{
            access_unit::{CodecParameters, Dependence},
            fragment::{self, BoxError, Piece},
            gap::Gap,
            index::Sample,
        },
        retention::hold::{Hold, HoldId, HoldKind},
    },
    jobs::restriction::Barred,
};

/// Segments this close to each other are one stretch on the time line: a quarter of a second.
const JOIN_NANOS: i64 = 250_000_000;
/// Up to this length the activity strip is by the second, above by the segment.
const FINE_ACTIVITY_NANOS: i64 = 2 * 3600 * 1_000_000_000;

#[derive(Debug, thiserror::Error)]
pub enum FootageError {
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Box(#[from] BoxError),
}

/// What there is of a camera in a stretch of time.
#[derive(Clone, Debug, Serialize)]
pub struct TimeLine {
    /// What may be played for any purpose.
    pub recorded: Vec<Interval>,
    /// Recorded as well, but restricted: for a legal claim only.
    pub restricted: Vec<Interval>,
    /// What holds and restrictions keep, recorded or not.
    pub held: Vec<HeldStretch>,
    pub gaps: Vec<Gap>,
    /// Nothing of what is restricted.
    pub activity: Activity,
}

/// A stretch that somebody has asked to be kept.
#[derive(Clone, Debug, Serialize)]
pub struct HeldStretch {
    pub hold: HoldId,
    pub kind: HoldKind,
    pub from: UtcInstant,
    pub to: UtcInstant,
}

/// Movement in buckets of equal length; None where nothing was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Activity {
    pub from: UtcInstant,
    pub bucket_s: i64,
    pub values: Vec<Option<u8>>,
}

impl Activity {
    /// Leaves no trace of movement in a stretch, nor in the buckets it begins and ends in.
    fn forget(&mut self, stretch: &Interval) {
        for (bucket, value) in self.values.iter_mut().enumerate() {
            let start = self.from.plus_seconds(self.bucket_s.saturating_mul(bucket as i64));
            if start < stretch.to() && stretch.from() < start.plus_seconds(self.bucket_s) {
                *value = None;
            }
        }
    }
}

/// The time line of `camera` within `asked`.
pub fn time_line(house: &House, camera: &CameraId, asked: &Interval) -> Result<TimeLine, FootageError> {
    let (segments, mut gaps, holds) = house.catalogue.read(|connection| {
        let (segments, gaps) = (segment::overlapping(connection, camera, asked)?, gap::overlapping(connection, camera, asked)?);
        Ok((segments, gaps, hold::keeping(connection)?))
    })?;
    let held = held_within(&holds, camera, asked);
    let barred: Vec<Interval> =
        held.iter().filter(|held| held.kind == HoldKind::Restriction).filter_map(|held| Interval::new(held.from, held.to).ok()).collect();
    let status = house.status.camera(camera);
    let newest = status.as_ref().and_then(|status| status.last_frame);
    let (mut recorded, mut restricted) = (Vec::new(), Vec::new());
    for row in &segments {
        let Ok(stretch) = Interval::new(row.start, end_of(row, newest)) else { continue };
        let Some(stretch) = stretch.intersection(asked) else { continue };
        let hidden: Vec<Interval> = barred.iter().filter_map(|barred| stretch.intersection(barred)).collect();
        without(&stretch, &hidden).into_iter().for_each(|open| join(&mut recorded, open, &barred));
        hidden.into_iter().for_each(|hidden| join(&mut restricted, hidden, &[]));
    }
    // The gap that is still running isn't in the catalogue yet.
    if let Some((since, cause)) = status.and_then(|status| status.missing_since)
        && let Ok(running) = Interval::new(since, clock::now().utc)
        && let Some(interval) = running.intersection(asked)
    {
        gaps.push(Gap { interval, cause });
    }
    let mut activity = activity(house, &segments, asked)?;
    barred.iter().for_each(|barred| activity.forget(barred));
    Ok(TimeLine { recorded, restricted, held, gaps, activity })
}

fn held_within(holds: &[Hold], camera: &CameraId, asked: &Interval) -> Vec<HeldStretch> {
    let of_camera = holds.iter().filter(|hold| hold.cameras.binary_search(camera).is_ok());
    of_camera
        .filter_map(|hold| {
            let span = Interval::new(hold.span.from(), hold.span.to().unwrap_or(UtcInstant::FAR_FUTURE)).ok()?;
            let within = span.intersection(asked)?;
            Some(HeldStretch { hold: hold.id, kind: hold.kind, from: within.from(), to: within.to() })
        })
        .collect()
}

/// Lengthens the last stretch where the next follows closely, with nothing of `apart` in between.
fn join(stretches: &mut Vec<Interval>, next: Interval, apart: &[Interval]) {
    let is_apart =
        |last: &Interval| Interval::new(last.to(), next.from()).is_ok_and(|hole| apart.iter().any(|apart| apart.overlaps(&hole)));
    match stretches.last_mut() {
        Some(last) if next.from().nanos_since(last.to()) <= JOIN_NANOS && !is_apart(last) => {
            if let Ok(joined) = Interval::new(last.from(), last.to().max(next.to())) {
                *last = joined;
            }
        }
        _ => stretches.push(next),
    }
}

/// What is left of a stretch, in order, once the hidden parts are taken out.
fn without(stretch: &Interval, hidden: &[Interval]) -> Vec<Interval> {
    let mut left = vec![*stretch];
    for hidden in hidden {
        left = left
            .iter()
            .flat_map(|part| [(part.from(), part.to().min(hidden.from())), (part.from().max(hidden.to()), part.to())])
            .filter_map(|(from, to)| Interval::new(from, to).ok())
            .collect();
    }
    left
}

/// An open segment reaches to the newest picture.
fn end_of(row: &SegmentRow, newest: Option<UtcInstant>) -> UtcInstant {
    row.end.or(newest).unwrap_or(row.start)
}

fn activity(house: &House, segments: &[SegmentRow], asked: &Interval) -> Result<Activity, FootageError> {
    let fine = asked.nanos() <= FINE_ACTIVITY_NANOS;
    let bucket_s = if fine { 1 } else { 60 };
    let from = UtcInstant::from_unix_seconds(asked.from().unix_nanos().div_euclid(bucket_s * 1_000_000_000) * bucket_s);
    let buckets = (asked.to().nanos_since(from) / (bucket_s * 1_000_000_000) + 1).clamp(0, 100_000) as usize;
    let mut values: Vec<Option<u8>> = vec![None; buckets];
    let mut put = |at: UtcInstant, value: u8| {
        let bucket = usize::try_from(at.nanos_since(from) / (bucket_s * 1_000_000_000));
        if let Ok(bucket) = bucket
            && let Some(slot) = values.get_mut(bucket)
        {
            *slot = Some(slot.unwrap_or(0).max(value));
        }
    };
    for row in segments {
        if fine && row.end.is_some() {
            // A segment that can't be opened any more has no strip; playing it will say why.
            if let Ok(reader) = house.vault.open_segment(row) {
                for (second, value) in reader.index().activity.iter().enumerate() {
                    put(row.start.plus_seconds(second as i64), *value);
                }
            }
        } else if let (Some(peak), Some(end)) = (row.activity_peak, row.end) {
            let seconds = end.nanos_since(row.start) / 1_000_000_000;
            for at in (0..=seconds).step_by(60) {
                put(row.start.plus_seconds(at), peak);
            }
        }
    }
    Ok(Activity { from, bucket_s, values })
}

/// Which pictures a stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    EveryFrame,
    /// Key frames only, each lasting until the next: for fast playing.
    KeyFramesOnly,
}

/// A stream of footage being read. Yields nothing when nothing was recorded.
pub struct Media {
    house: Arc<House>,
    rows: std::vec::IntoIter<SegmentRow>,
    from_ticks: i64,
    to_ticks: i64,
    detail: Detail,
    purpose: PurposeKind,
    hid: Hid,
    current: Option<Playing>,
    last_init: Bytes,
    sequence_number: u32,
}

/// Whether a stream left something out because it is restricted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hid {
    Nothing,
    Restricted,
}

struct Playing {
    reader: SegmentReader,
    /// Fragments still to be sent, the next one first.
    fragments: std::vec::IntoIter<usize>,
    announced: bool,
}

/// Opens a stream of `asked`, beginning at the key frame at or before its start. What is restricted is
/// left out, unless a legal claim is the purpose.
pub fn media(house: &Arc<House>, camera: &CameraId, asked: &Interval, detail: Detail, purpose: PurposeKind) -> Result<Media, FootageError> {
    let rows = house.catalogue.read(|connection| segment::overlapping(connection, camera, asked))?;
    Ok(Media {
        house: Arc::clone(house),
        rows: rows.into_iter(),
        from_ticks: asked.from().media_ticks(),
        to_ticks: asked.to().media_ticks(),
        detail,
        purpose,
        hid: Hid::Nothing,
        current: None,
        last_init: Bytes::new(),
        sequence_number: 0,
    })
}

impl Media {
    /// Whether something was left out so far.
    pub const fn hid(&self) -> Hid {
        self.hid
    }

    /// The next piece; None at the end.
    pub fn next_chunk(&mut self) -> Option<Result<Piece, FootageError>> {
        loop {
            let Some(playing) = &mut self.current else {
                let row = self.rows.next()?;
                match self.open(&row) {
                    Ok(playing) => self.current = Some(playing),
                    // One damaged segment must not end the film; `segment check` and exports name it.
                    Err(error) => tracing::error!(segment = %row.id, %error, "segment skipped while playing"),
                }
                continue;
            };
            if !playing.announced {
                playing.announced = true;
                let init = playing.reader.init();
                if !init.is_empty() && init != self.last_init && !playing.fragments.as_slice().is_empty() {
                    self.last_init = init.clone();
                    let mime = playing.reader.parameters().map(|parameters| fragment::mime(&parameters));
                    return Some(mime.map(|mime| Piece::Init { init, mime }).map_err(FootageError::from));
                }
            }
            let Some(number) = playing.fragments.next() else {
                self.current = None;
                continue;
            };
            let whole = playing.reader.fragment(number).map_err(FootageError::from);
            if self.detail == Detail::EveryFrame {
                return Some(whole.map(Piece::Fragment));
            }
            let index = playing.reader.index();
            let next_key = playing.fragments.as_slice().first().map(|next| index.fragments[*next].start_ticks);
            let end = next_key.or_else(|| index.fragments.last().map(|last| last.end_ticks()));
            self.sequence_number += 1;
            return Some(whole.and_then(|bytes| key_frame_only(&bytes, self.sequence_number, end)).map(Piece::Fragment));
        }
    }

    fn open(&mut self, row: &SegmentRow) -> Result<Playing, FootageError> {
        // Asked anew for each segment: a restriction counts from the moment it is placed.
        let reach =
            Interval::new(row.start, end_of(row, None).max(UtcInstant::from_media_ticks(self.to_ticks)).max(row.start.plus_nanos(1)));
        let barred = match reach {
            Ok(reach) => Barred::of(&self.house, &row.camera, &reach, self.purpose)?,
            Err(_) => return Err(CatalogueError::Impossible { what: "segment" }.into()),
        };
        let reader = self.house.vault.open_segment(row)?;
        let fragments = &reader.index().fragments;
        let first =
            fragments.iter().rposition(|fragment| fragment.start_ticks <= self.from_ticks && fragment.starts_with_key_frame()).unwrap_or(0);
        let mut wanted = Vec::new();
        let mut after_hidden = false;
        for (number, fragment) in fragments.iter().enumerate().skip(first).take_while(|(_, fragment)| fragment.start_ticks < self.to_ticks)
        {
            if barred.hides_ticks(fragment.start_ticks, fragment.end_ticks()) {
                (after_hidden, self.hid) = (true, Hid::Restricted);
                continue;
            }
            // What needs a hidden picture to be decoded stays out with it.
            after_hidden &= !fragment.starts_with_key_frame();
            if !after_hidden && (self.detail == Detail::EveryFrame || fragment.starts_with_key_frame()) {
                wanted.push(number);
            }
        }
        Ok(Playing { reader, fragments: wanted.into_iter(), announced: false })
    }
}

impl Iterator for Media {
    type Item = Result<Piece, FootageError>;
    fn next(&mut self) -> Option<Self::Item> {
        self.next_chunk()
    }
}

fn key_frame_only(bytes: &Bytes, sequence_number: u32, end_ticks: Option<i64>) -> Result<Bytes, FootageError> {
    let parsed = fragment::parse_fragment(bytes)?;
    let (sample, data) = first_sample(bytes, &parsed)?;
    let duration_ticks =
        end_ticks.and_then(|end| u32::try_from(end - parsed.start_ticks).ok()).filter(|ticks| *ticks > 0).unwrap_or(sample.duration_ticks);
    let alone = fragment::fragment(sequence_number, parsed.start_ticks, &[(Sample { duration_ticks, ..sample }, data)])?;
    Ok(alone.bytes.into())
}

fn first_sample(bytes: &Bytes, parsed: &fragment::ParsedFragment) -> Result<(Sample, Bytes), FootageError> {
    let sample = *parsed.samples.first().ok_or(BoxError::Shape("no sample"))?;
    let start = parsed.payload_offset as usize;
    let end = start + sample.size_bytes as usize;
    if end > bytes.len() {
        return Err(BoxError::Shape("sample reaches past its fragment").into());
    }
    Ok((sample, bytes.slice(start..end)))
}

/// A key frame on its own, for a still.
#[derive(Clone, Debug)]
pub struct KeyFrame {
    pub at: UtcInstant,
    pub parameters: CodecParameters,
    pub access_unit: Bytes,
}

/// What there is at an instant.
#[derive(Clone, Debug)]
pub enum Still {
    Found(KeyFrame),
    NothingRecorded,
    Restricted,
}

/// The key frame at or before `at`, no more than a minute and a segment earlier.
pub fn key_frame(house: &House, camera: &CameraId, at: UtcInstant, purpose: PurposeKind) -> Result<Still, FootageError> {
    let Ok(reach) = Interval::new(at.plus_seconds(-60), at.plus_nanos(1)) else { return Ok(Still::NothingRecorded) };
    let around = Interval::new(at.plus_seconds(-60 - segment::LONGEST_SEGMENT_SECONDS), reach.to()).unwrap_or(reach);
    let barred = Barred::of(house, camera, &around, purpose)?;
    if barred.hides_ticks(at.media_ticks(), at.media_ticks()) {
        return Ok(Still::Restricted);
    }
    let rows = house.catalogue.read(|connection| segment::overlapping(connection, camera, &reach))?;
    let at_ticks = at.media_ticks();
    for row in rows.iter().rev() {
        let reader = house.vault.open_segment(row)?;
        let fragments = &reader.index().fragments;
        let found = fragments.iter().rposition(|fragment| fragment.start_ticks <= at_ticks && fragment.starts_with_key_frame());
        if let Some(number) = found {
            if barred.hides_ticks(fragments[number].start_ticks, fragments[number].end_ticks()) {
                return Ok(Still::Restricted);
            }
            let bytes = reader.fragment(number)?;
            let parsed = fragment::parse_fragment(&bytes)?;
            let (sample, access_unit) = first_sample(&bytes, &parsed)?;
            debug_assert_eq!(sample.dependence, Dependence::RandomAccess);
            let at = UtcInstant::from_media_ticks(parsed.start_ticks);
            return Ok(Still::Found(KeyFrame { at, parameters: reader.parameters()?, access_unit }));
        }
    }
    Ok(Still::NothingRecorded)
}
