//! The footage of a redaction: its facts, and its pieces on their way to a worker.
//!
//! Read as it was sealed; what is restricted stays out, and a stretch with a restricted part is refused.
//! Blocking, away from the tasks that serve. Next: `render`.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::{
    adapters::{
        index::redaction::RedactionRow,
        video::redaction::{ClipPiece, PIECES_AHEAD},
    },
    domain::{
        actor::PurposeKind,
        camera::CameraId,
        instant::{Interval, UtcInstant},
        recording::fragment::{self, Piece},
        redaction::{FrameIndex, plan::ClipFacts},
    },
    jobs::{
        footage::{self, Detail, Hid},
        house::House,
        restriction::restricted,
    },
    problem::{Kind, Problem},
};

/// What there is of a stretch.
pub struct Surveyed {
    pub facts: ClipFacts,
    /// When the first frame is shown, 90 kHz ticks since the epoch.
    pub origin_ticks: i64,
}

/// Reads a stretch once: how large its pictures are, when each is shown, and its checksum.
pub fn survey(house: &Arc<House>, camera: &CameraId, range: &Interval) -> Result<Surveyed, Problem> {
    let mut media = footage::media(house, camera, range, Detail::EveryFrame, PurposeKind::Case)?;
    let (from, to) = (range.from().media_ticks(), range.to().media_ticks());
    let mut sum = Sha256::new();
    let mut size_px = None;
    let mut shown = Vec::new();
    while let Some(piece) = media.next_chunk() {
        match piece? {
            Piece::Init { init, .. } => {
                sum.update(&init);
                let parameters = fragment::parse_init_segment(&init).map_err(footage::FootageError::from)?;
                size_px.get_or_insert((parameters.width_px, parameters.height_px));
            }
            Piece::Fragment(bytes) => {
                sum.update(&bytes);
                let parsed = fragment::parse_fragment(&bytes).map_err(footage::FootageError::from)?;
                let mut at = parsed.start_ticks;
                for sample in &parsed.samples {
                    shown.push(at + i64::from(sample.composition_offset_ticks));
                    at += i64::from(sample.duration_ticks);
                }
            }
        }
    }
    if media.hid() == Hid::Restricted {
        return Err(restricted());
    }
    shown.retain(|ticks| (from..to).contains(ticks));
    shown.sort_unstable();
    shown.dedup();
    let (Some((width_px, height_px)), Some(origin_ticks)) = (size_px, shown.first().copied()) else {
        let next = "Look at the time line for what there is, and why something is missing.";
        return Err(Problem::new(Kind::NotFound, "nothing_recorded", "Nothing was recorded in this stretch.", next));
    };
    let frame_ticks = shown.iter().map(|ticks| u64::try_from(ticks - origin_ticks).unwrap_or_default()).collect();
    let facts = ClipFacts { width_px, height_px, frame_ticks, source_sha256: Some(hex::encode(sum.finalize())) };
    Ok(Surveyed { facts, origin_ticks })
}

/// The whole clip of a redaction.
pub fn whole(house: &Arc<House>, row: &RedactionRow) -> Result<mpsc::Receiver<ClipPiece>, Problem> {
    pieces(house, row, row.range)
}

/// Only what is needed to see `frame`.
pub fn around(house: &Arc<House>, row: &RedactionRow, frame: FrameIndex) -> Result<mpsc::Receiver<ClipPiece>, Problem> {
    between(house, row, frame, frame)
}

/// Only what is needed to see the frames from `first` to `last`.
pub fn between(house: &Arc<House>, row: &RedactionRow, first: FrameIndex, last: FrameIndex) -> Result<mpsc::Receiver<ClipPiece>, Problem> {
    let at = |frame: FrameIndex| {
        let ticks = row.record.plan.clip().frame_ticks.get(frame.0 as usize).copied().and_then(|ticks| i64::try_from(ticks).ok());
        ticks.map(|ticks| UtcInstant::from_media_ticks(row.origin_ticks + ticks)).ok_or_else(no_frame)
    };
    // Pictures may be stored after some that are shown later: a second more holds them all.
    let range = Interval::new(at(first)?, at(last)?.plus_seconds(1)).map_err(|_| no_frame())?;
    pieces(house, row, range)
}

pub fn no_frame() -> Problem {
    Problem::new(Kind::NotFound, "frame_unknown", "The clip has no such frame.", "Ask for a frame of the clip.")
}

fn pieces(house: &Arc<House>, row: &RedactionRow, range: Interval) -> Result<mpsc::Receiver<ClipPiece>, Problem> {
    let mut media = footage::media(house, &row.camera, &range, Detail::EveryFrame, PurposeKind::Case)?;
    let origin_ticks = row.origin_ticks;
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        while let Some(piece) = media.next_chunk() {
            let piece = match piece {
                Ok(Piece::Init { init, .. }) => ClipPiece::Init { origin_ticks, init },
                Ok(Piece::Fragment(bytes)) => ClipPiece::Fragment(bytes),
                Err(error) => {
                    tracing::error!(%error, "a fragment is missing from a redaction");
                    continue;
                }
            };
            if sender.blocking_send(piece).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}
