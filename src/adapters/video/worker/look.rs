//! A clip looked through for people, behind closed doors: what was seen in each frame goes to the daemon.
//!
//! The clip comes twice, since the empty scene must be known first. A frame that can't be decoded, or has another
//! size than the plan's, is not looked at and not spoken of. Next: [`crate::domain::redaction::tracking`].

use super::{
    TaskError,
    clip::{Clip, Shown},
    redact::{PROGRESS_FRAMES, Painter, Place, tell},
};
use crate::{
    adapters::{
        video::wire::{MESSAGE_BYTES_MAX, RedactFailure, RedactNews},
        vision::{analysis::FirstLook, clip::Frame, detector::Detector},
    },
    domain::redaction::plan::ClipFacts,
};

/// The detector for a clip's pictures.
pub fn detector(model: &[u8], clip: &ClipFacts) -> Result<Detector, RedactFailure> {
    Detector::of_clip(model, clip.width_px as usize, clip.height_px as usize).map_err(|_| RedactFailure::Detector)
}

pub fn look(painter: &Painter, detector: &Detector) -> Result<u32, TaskError> {
    let mut first = FirstLook::default();
    each_frame(painter, |number, frame| {
        first.frame(frame);
        if number.is_multiple_of(PROGRESS_FRAMES) { tell(&RedactNews::Progress { frames: 0 }) } else { Ok(()) }
    })?;
    let (mut second, plate) = first.again(Some(detector));
    if let Some(plate) = plate.filter(|plate| plate.len() < MESSAGE_BYTES_MAX / 8 * 7) {
        tell(&RedactNews::Plate(plate.into()))?;
    }
    let seen = each_frame(painter, |number, frame| tell(&RedactNews::Seen { frame: number, observation: second.frame(frame) }))?;
    if seen == 0 {
        return Err(RedactFailure::NothingDecoded.into());
    }
    Ok(painter.plan.frame_count().saturating_sub(seen))
}

/// Those that can be looked at, in order, each once; how many they were.
fn each_frame(painter: &Painter, mut each: impl FnMut(u32, &Frame) -> Result<(), TaskError>) -> Result<u32, TaskError> {
    let facts = painter.plan.clip();
    let size_px = (facts.width_px, facts.height_px);
    let mut clip = Clip::open()?;
    let (mut next, mut seen) = (0, 0);
    while let Some(shown) = clip.next()? {
        let Shown { ticks, picture: Some(picture), .. } = &shown else { continue };
        let Place::At(number) = painter.place(*ticks)? else { continue };
        if number < next || shown.size_px != size_px {
            continue;
        }
        let ticks = facts.frame_ticks.get(number as usize).copied().unwrap_or_default();
        let (width_px, height_px) = size_px;
        let rgb = picture.to_rgb(width_px, height_px);
        each(number, &Frame { width_px: width_px as usize, height_px: height_px as usize, rgb, ticks })?;
        (next, seen) = (number + 1, seen + 1);
    }
    clip.finish()?;
    Ok(seen)
}
