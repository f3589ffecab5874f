//! A clip looked through, frame by frame: what the detector saw, what moves, what follows on what.
//!
//! Needs the clip twice: for the background, then for everything else. A frame whose inference fails is
//! said to be not analysed, which hides it. Next: `domain::redaction::tracking` ties it together.

use std::{iter::Peekable, vec::IntoIter};

use super::{
    background::{Background, Half, Sampling},
    clip::{ClipError, ClipReader, Frame},
    detector::{Detector, Picture},
    plate::PlateSamples,
};
use crate::domain::redaction::tracking::{Area, Colours, Detection, MotionCells, Observation, Scene, Sighting};

/// What goes into a histogram of what isn't moving: little, for it is most likely the ground.
const STILL_WEIGHT: f32 = 0.08;

/// A clip as it was seen.
pub struct Seen {
    pub width_px: u32,
    pub height_px: u32,
    /// When each frame is shown, 90 kHz ticks after the first.
    pub frame_ticks: Vec<u64>,
    pub observations: Vec<Observation>,
}

/// Of a frame that nothing can be said of.
pub const fn not_analysed() -> Observation {
    Observation { scene: Scene::NotAnalysed, sightings: Vec::new(), motion: MotionCells { columns: 0, bits: Vec::new() } }
}

/// The first time through: what each scene looks like without anybody.
#[derive(Default)]
pub struct FirstLook {
    sampling: Sampling,
    plate: PlateSamples,
}

impl FirstLook {
    pub fn frame(&mut self, frame: &Frame) {
        self.sampling.frame(Half::of(frame.width_px, frame.height_px, &frame.rgb));
        self.plate.frame(&frame.rgb);
    }

    /// The second time through, over the same frames; and the empty scene as RGB, where the clip has but one.
    pub fn again(self, detector: Option<&Detector>) -> (SecondLook<'_>, Option<Vec<u8>>) {
        let backgrounds = self.sampling.backgrounds();
        let plate = if backgrounds.len() == 1 { self.plate.median() } else { None };
        (SecondLook { detector, backgrounds: backgrounds.into_iter().peekable(), background: None, frames: 0 }, plate)
    }
}

/// The second time through.
pub struct SecondLook<'d> {
    detector: Option<&'d Detector>,
    backgrounds: Peekable<IntoIter<(u32, Half)>>,
    background: Option<Background>,
    frames: u32,
}

impl SecondLook<'_> {
    pub fn frame(&mut self, frame: &Frame) -> Observation {
        let number = self.frames;
        self.frames += 1;
        let half = Half::of(frame.width_px, frame.height_px, &frame.rgb);
        let mut begins = false;
        if let Some((_, empty)) = self.backgrounds.next_if(|(first, _)| *first <= number) {
            begins = self.background.is_some();
            self.background = Some(Background::new(empty));
        }
        let Some(background) = self.background.as_mut() else { return not_analysed() };
        let difference = background.frame(half);
        let mut scene = if begins { Scene::Cut } else { difference.scene };
        let picture = Picture { width_px: frame.width_px, height_px: frame.height_px, rgb: &frame.rgb };
        let found = self.detector.map(|detector| detector.detect(&picture));
        let sightings = match found {
            Some(Ok(found)) => found.into_iter().map(|detection| sighting(detection, background, &frame.rgb, frame.width_px)).collect(),
            Some(Err(_)) | None => {
                scene = Scene::NotAnalysed;
                Vec::new()
            }
        };
        Observation { scene, sightings, motion: difference.cells }
    }
}

/// Looks through the clip that `open` opens, twice. `told` hears how many frames are done.
pub fn analyse(
    open: &dyn Fn() -> Result<ClipReader, ClipError>,
    detector: Option<&Detector>,
    told: &mut dyn FnMut(usize),
) -> Result<Seen, ClipError> {
    let mut first = FirstLook::default();
    let mut reader = open()?;
    while let Some(frame) = reader.next_frame()? {
        first.frame(&frame);
    }
    let (mut second, _) = first.again(detector);
    let mut reader = open()?;
    let mut seen = Seen { width_px: 0, height_px: 0, frame_ticks: Vec::new(), observations: Vec::new() };
    while let Some(frame) = reader.next_frame()? {
        if seen.observations.is_empty() {
            (seen.width_px, seen.height_px) = (frame.width_px as u32, frame.height_px as u32);
        }
        seen.frame_ticks.push(frame.ticks);
        seen.observations.push(second.frame(&frame));
        told(seen.observations.len());
    }
    Ok(seen)
}

fn sighting(detection: Detection, background: &Background, rgb: &[u8], width_px: usize) -> Sighting {
    // The middle of the box: its corners are mostly ground.
    let Area { left, right, .. } = detection.area;
    let narrow = Area { left: left + (right - left) * 0.15, right: right - (right - left) * 0.15, ..detection.area };
    let mut colours = Colours::default();
    let half_wide = width_px / 2;
    background.pixels(&narrow, |at, different, height| {
        let source = ((at / half_wide * 2) * width_px + at % half_wide * 2) * 3;
        if let Some(&[red, green, blue]) = rgb.get(source..source + 3) {
            colours.count([red, green, blue], height, if different { 1.0 } else { STILL_WEIGHT });
        }
    });
    Sighting { moving: background.moving(&detection.area), detection, appearance: colours.appearance() }
}
