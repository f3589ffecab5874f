//! Decides where fragments and segments begin and end, and where there is a gap.
//!
//! Pure: access units in, [`Cut`]s out, in the order in which they must be carried out. A segment
//! begins at a key frame; it ends at the first key frame after its length is up, when the
//! parameters change, or when the time line breaks. Nothing is dropped but what can't be decoded:
//! the pictures before the first key frame. Next: `jobs::record` carries the cuts out.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    access_unit::{AccessUnit, CodecParameters, Dependence},
    activity::ActivityMeter,
    fragment::SAMPLES_MAX,
    gap::{Gap, GapCause},
    index::Sample,
    time_line::{Continuity, TimeLine},
};
use crate::domain::instant::{ClockReading, Interval, MEDIA_TICKS_PER_SECOND, UtcInstant};

/// How long a fragment may be: also the most that dies with the process, so kept well under the
/// promised second.
pub const FRAGMENT_TICKS: i64 = MEDIA_TICKS_PER_SECOND / 2;
/// A fragment this large is closed whatever its length.
const FRAGMENT_BYTES_MAX: usize = 4 << 20;
/// A segment without any key frame is cut here all the same.
const SEGMENT_TICKS_MAX: i64 = 3600 * MEDIA_TICKS_PER_SECOND;
/// What a picture is taken to last when nothing followed it yet: a fifteenth of a second.
const NOMINAL_DURATION_TICKS: u32 = 6000;

/// One thing to carry out.
#[derive(Debug)]
pub enum Cut {
    /// Begin a segment.
    Open { parameters: Arc<CodecParameters>, start_ticks: i64, reading: ClockReading },
    /// Add a fragment to it.
    Fragment { start_ticks: i64, access_units: Vec<(Sample, Bytes)> },
    /// Seal it.
    Close { end_ticks: i64, activity: Vec<u8> },
    /// Write down that nothing was recorded.
    Gap(Gap),
}

/// A picture with its place on the time line, for whoever watches live. Its duration is a guess.
#[derive(Clone, Debug)]
pub struct PlacedUnit {
    pub decode_ticks: i64,
    pub sample: Sample,
    pub data: Bytes,
    pub parameters: Arc<CodecParameters>,
}

/// One camera's cutter. Lives as long as the camera is configured.
#[derive(Debug)]
pub struct Cutter {
    segment_ticks: i64,
    line: TimeLine,
    meter: ActivityMeter,
    open: Option<OpenSegment>,
    /// Since when, and why, nothing is being recorded.
    missing_since: Option<(UtcInstant, GapCause)>,
    /// Dependent pictures are of no use until the next key frame.
    waits_for_key_frame: bool,
}

#[derive(Debug)]
struct OpenSegment {
    parameters: Arc<CodecParameters>,
    start_ticks: i64,
    pending: Vec<Pending>,
    pending_bytes: usize,
    last_duration_ticks: u32,
    /// Decode time of the last access unit, pending or flushed.
    last_decode_ticks: Option<i64>,
}

#[derive(Debug)]
struct Pending {
    decode_ticks: i64,
    presentation_ticks: i64,
    dependence: Dependence,
    data: Bytes,
}

impl Cutter {
    /// `missing_since` is the end of the last recording before this start, if there is one.
    pub fn new(segment_seconds: i64, missing_since: Option<(UtcInstant, GapCause)>) -> Self {
        Self {
            segment_ticks: segment_seconds * MEDIA_TICKS_PER_SECOND,
            line: TimeLine::default(),
            meter: ActivityMeter::default(),
            open: None,
            missing_since,
            waits_for_key_frame: true,
        }
    }

    /// Since when nothing is being recorded, and why; None while a segment is open.
    pub fn missing_since(&self) -> Option<(UtcInstant, GapCause)> {
        self.missing_since
    }

    /// Takes one access unit. None when it was dropped for want of a key frame before it.
    pub fn push(&mut self, unit: AccessUnit, cuts: &mut Vec<Cut>) -> Option<PlacedUnit> {
        let (mut presentation_ticks, continuity) = self.line.place(unit.rtp_ticks, &unit.received);
        match continuity {
            Continuity::Continues => {}
            Continuity::Jumps => self.interrupt(GapCause::CameraLost, cuts),
            Continuity::ClockStepped => self.interrupt(GapCause::ClockStep, cuts),
        }
        let is_key = unit.dependence == Dependence::RandomAccess;
        if self.ends_segment(&unit, presentation_ticks) {
            let moved = if is_key { self.line.correct() } else { 0 };
            presentation_ticks += moved;
            let boundary = self.open.as_ref().map_or(presentation_ticks, |open| open.decode_ticks_of(presentation_ticks));
            self.close(boundary, cuts);
        }
        if self.open.is_none() {
            if !is_key && self.waits_for_key_frame {
                return None;
            }
            self.open(&unit, presentation_ticks, cuts);
        }
        self.add(unit, presentation_ticks, cuts)
    }

    /// Stops recording for `cause`: what is pending is written, the segment is closed. The gap is
    /// written when recording goes on and its end is known. A gap already running keeps its cause.
    pub fn interrupt(&mut self, cause: GapCause, cuts: &mut Vec<Cut>) {
        if let Some(open) = &self.open {
            let end = open.end_ticks();
            self.close(end, cuts);
            self.missing_since = Some((UtcInstant::from_media_ticks(end), cause));
        }
        self.waits_for_key_frame = true;
    }

    fn ends_segment(&self, unit: &AccessUnit, presentation_ticks: i64) -> bool {
        self.open.as_ref().is_some_and(|open| {
            let length = presentation_ticks - open.start_ticks;
            let changed = !Arc::ptr_eq(&open.parameters, &unit.parameters) && open.parameters != unit.parameters;
            let is_key = unit.dependence == Dependence::RandomAccess;
            (is_key && (changed || length >= self.segment_ticks)) || length >= SEGMENT_TICKS_MAX
        })
    }

    fn open(&mut self, unit: &AccessUnit, start_ticks: i64, cuts: &mut Vec<Cut>) {
        self.waits_for_key_frame = false;
        if let Some((since, cause)) = self.missing_since.take()
            && let Ok(interval) = Interval::new(since, UtcInstant::from_media_ticks(start_ticks))
        {
            cuts.push(Cut::Gap(Gap { interval, cause }));
        }
        let parameters = Arc::clone(&unit.parameters);
        cuts.push(Cut::Open { parameters: Arc::clone(&parameters), start_ticks, reading: unit.received });
        let last_duration_ticks = NOMINAL_DURATION_TICKS;
        self.open = Some(OpenSegment {
            parameters,
            start_ticks,
            pending: Vec::new(),
            pending_bytes: 0,
            last_duration_ticks,
            last_decode_ticks: None,
        });
    }

    fn add(&mut self, unit: AccessUnit, presentation_ticks: i64, cuts: &mut Vec<Cut>) -> Option<PlacedUnit> {
        let open = self.open.as_mut()?;
        let decode_ticks = open.decode_ticks_of(presentation_ticks);
        if unit.lost_packets > 0 {
            let from = UtcInstant::from_media_ticks(decode_ticks - i64::from(open.last_duration_ticks));
            if let Ok(interval) = Interval::new(from, UtcInstant::from_media_ticks(decode_ticks)) {
                cuts.push(Cut::Gap(Gap { interval, cause: GapCause::PacketLoss }));
            }
        }
        let fragment_is_full = open.pending.first().is_some_and(|first| {
            unit.dependence == Dependence::RandomAccess
                || decode_ticks - first.decode_ticks >= FRAGMENT_TICKS
                || open.pending_bytes + unit.data.len() > FRAGMENT_BYTES_MAX
                || open.pending.len() >= SAMPLES_MAX
        });
        if fragment_is_full {
            cuts.push(open.flush(decode_ticks));
        }
        self.meter.count(decode_ticks, unit.data.len() as u32, unit.dependence);
        let placed = PlacedUnit {
            decode_ticks,
            sample: Sample {
                size_bytes: unit.data.len() as u32,
                duration_ticks: open.last_duration_ticks,
                composition_offset_ticks: offset_ticks(presentation_ticks, decode_ticks),
                dependence: unit.dependence,
            },
            data: unit.data.clone(),
            parameters: Arc::clone(&open.parameters),
        };
        if let Some(before) = open.pending.last() {
            open.last_duration_ticks = duration_ticks(before.decode_ticks, decode_ticks);
        }
        open.last_decode_ticks = Some(decode_ticks);
        open.pending_bytes += unit.data.len();
        open.pending.push(Pending { decode_ticks, presentation_ticks, dependence: unit.dependence, data: unit.data });
        Some(placed)
    }

    fn close(&mut self, end_ticks: i64, cuts: &mut Vec<Cut>) {
        let Some(mut open) = self.open.take() else { return };
        if !open.pending.is_empty() {
            cuts.push(open.flush(end_ticks));
        }
        cuts.push(Cut::Close { end_ticks, activity: self.meter.take() });
    }
}

impl OpenSegment {
    /// Decode time follows presentation time, but never stands still: pictures out of order (B
    /// frames) get the next free tick and a negative composition offset.
    fn decode_ticks_of(&self, presentation_ticks: i64) -> i64 {
        self.last_decode_ticks.map_or(presentation_ticks.max(self.start_ticks), |last| presentation_ticks.max(last + 1))
    }

    fn end_ticks(&self) -> i64 {
        self.last_decode_ticks.map_or(self.start_ticks, |last| last + i64::from(self.last_duration_ticks))
    }

    fn flush(&mut self, end_ticks: i64) -> Cut {
        let pending = std::mem::take(&mut self.pending);
        self.pending_bytes = 0;
        let start_ticks = pending.first().map_or(end_ticks, |first| first.decode_ticks);
        let ends: Vec<i64> = pending.iter().skip(1).map(|next| next.decode_ticks).chain([end_ticks]).collect();
        let access_units = pending
            .into_iter()
            .zip(ends)
            .map(|(unit, end)| {
                let duration = duration_ticks(unit.decode_ticks, end);
                self.last_duration_ticks = duration;
                let sample = Sample {
                    size_bytes: unit.data.len() as u32,
                    duration_ticks: duration,
                    composition_offset_ticks: offset_ticks(unit.presentation_ticks, unit.decode_ticks),
                    dependence: unit.dependence,
                };
                (sample, unit.data)
            })
            .collect();
        Cut::Fragment { start_ticks, access_units }
    }
}

fn duration_ticks(from: i64, to: i64) -> u32 {
    u32::try_from((to - from).max(1)).unwrap_or(u32::MAX)
}

fn offset_ticks(presentation: i64, decode: i64) -> i32 {
    i32::try_from(presentation - decode).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{instant::Synchronised, recording::access_unit::VideoCodec};
    use proptest::prelude::*;

    fn parameters(width_px: u32) -> Arc<CodecParameters> {
        Arc::new(CodecParameters {
            codec: VideoCodec::H264,
            rfc6381: "avc1.4d401f".into(),
            width_px,
            height_px: 576,
            sample_entry: Bytes::from_static(b"entry"),
        })
    }

    fn unit(frame: i64, key: bool, parameters: &Arc<CodecParameters>) -> AccessUnit {
        let nanos = frame * 100_000_000;
        AccessUnit {
            data: Bytes::from(frame.to_be_bytes().to_vec()),
            rtp_ticks: frame * 9000,
            received: ClockReading {
                utc: UtcInstant::from_unix_seconds(1_790_000_000).plus_nanos(nanos),
                boottime_nanos: nanos,
                synchronised: Synchronised::Yes,
            },
            dependence: if key { Dependence::RandomAccess } else { Dependence::Dependent },
            lost_packets: 0,
            parameters: Arc::clone(parameters),
        }
    }

    /// Replays cuts and checks the grammar: open, fragments that touch, close; returns frame numbers.
    fn replay(cuts: &[Cut]) -> Vec<i64> {
        let mut frames = Vec::new();
        let mut at: Option<i64> = None;
        for cut in cuts {
            match cut {
                Cut::Open { start_ticks, .. } => assert_eq!(at.replace(*start_ticks), None, "opened twice"),
                Cut::Fragment { start_ticks, access_units } => {
                    assert_eq!(Some(*start_ticks), at, "fragments touch");
                    assert!(!access_units.is_empty());
                    let length: i64 = access_units.iter().map(|(sample, _)| i64::from(sample.duration_ticks)).sum();
                    at = Some(start_ticks + length);
                    frames.extend(access_units.iter().map(|(_, data)| i64::from_be_bytes(data.as_ref().try_into().unwrap())));
                }
                Cut::Close { end_ticks, .. } => assert_eq!(at.take(), Some(*end_ticks), "the end is where the last picture ends"),
                Cut::Gap(_) => {}
            }
        }
        frames
    }

    #[test]
    fn another_resolution_starts_another_segment() {
        let (small, large) = (parameters(768), parameters(1920));
        let mut cutter = Cutter::new(60, None);
        let mut cuts = Vec::new();
        for frame in 0..20 {
            cutter.push(unit(frame, frame % 10 == 0, if frame < 10 { &small } else { &large }), &mut cuts);
        }
        cutter.interrupt(GapCause::CameraLost, &mut cuts);
        let widths: Vec<u32> =
            cuts.iter().filter_map(|cut| if let Cut::Open { parameters, .. } = cut { Some(parameters.width_px) } else { None }).collect();
        assert_eq!(widths, [768, 1920]);
        assert_eq!(replay(&cuts), (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn a_gap_is_written_from_the_last_picture_to_the_next_recorded_one() {
        let parameters = parameters(768);
        let mut cutter = Cutter::new(60, None);
        let mut cuts = Vec::new();
        for frame in (0..15).chain(65..75) {
            if frame == 65 {
                cutter.interrupt(GapCause::Stall, &mut cuts);
            }
            cutter.push(unit(frame, frame % 10 == 0, &parameters), &mut cuts);
        }
        let gaps: Vec<Gap> = cuts.iter().filter_map(|cut| if let Cut::Gap(gap) = cut { Some(*gap) } else { None }).collect();
        let start = UtcInstant::from_unix_seconds(1_790_000_000);
        assert_eq!(
            gaps,
            [Gap { interval: Interval::new(start.plus_millis(1500), start.plus_millis(7000)).unwrap(), cause: GapCause::Stall }]
        );
    }

    proptest! {
        /// Every picture from the first key frame on is cut exactly once, in order, whatever the
        /// group lengths, segment length and interruptions; after an interruption only the
        /// pictures up to the next key frame are missing.
        #[test]
        fn nothing_is_lost_and_nothing_twice(
            keys in prop::collection::vec(1usize..40, 3..30),
            segment_seconds in 1i64..8,
            interruptions in prop::collection::btree_set(0i64..400, 0..4),
        ) {
            let parameters = parameters(768);
            let mut key_frames = std::collections::BTreeSet::new();
            let mut total = 0;
            for length in keys { key_frames.insert(total as i64); total += length; }
            let mut cutter = Cutter::new(segment_seconds, None);
            let mut cuts = Vec::new();
            let mut expected = Vec::new();
            let mut waiting = false;
            for frame in 0..total as i64 {
                if interruptions.contains(&frame) { cutter.interrupt(GapCause::Stall, &mut cuts); waiting = true; }
                let key = key_frames.contains(&frame);
                waiting &= !key;
                if !waiting { expected.push(frame); }
                cutter.push(unit(frame, key, &parameters), &mut cuts);
            }
            cutter.interrupt(GapCause::Restart, &mut cuts);
            prop_assert_eq!(replay(&cuts), expected);
            for cut in &cuts {
                if let Cut::Fragment { access_units, .. } = cut {
                    let length: i64 = access_units.iter().map(|(sample, _)| i64::from(sample.duration_ticks)).sum();
                    prop_assert!(length <= FRAGMENT_TICKS + 9000, "a fragment of {} ticks", length);
                }
            }
        }
    }
}
