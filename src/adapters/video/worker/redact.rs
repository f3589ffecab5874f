//! A clip into a redacted film, into stills, or into the facts of it; and a redacted film against its plan.
//!
//! All that decodes does so behind closed doors. Pictures are told from each other by their time alone, so
//! that one that failed to decode shifts no other: it is hidden whole, as is one of another size. Refuses a
//! clip that its plan is not for. Next: [`crate::adapters::video::redaction`] hears it.

use std::io::{stdin, stdout};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder, codecs::png::PngEncoder, imageops};
use sha2::{Digest, Sha256};

use super::{
    TaskError,
    clip::{self, Clip, Shown},
    film::Film,
    look, sandbox,
};
use crate::{
    adapters::video::wire::{self, LookCall, Painting, RedactCall, RedactFailure, RedactNews, StillForm, StillView, StillsCall},
    domain::redaction::{
        FrameIndex, Plan,
        picture::Picture,
        region::{self, Reveal},
    },
};

/// Frames between two words on how far it has come.
pub const PROGRESS_FRAMES: u32 = 10;
/// How far a picture's time may be from its frame's, ticks: it went through nanoseconds and back.
const TICKS_OFF_MAX: i64 = 2;
/// Processor time for anything, and for each frame on top.
const CPU_SECONDS: u64 = 120;
const CPU_SECONDS_A_FRAME: u64 = 1;
const CPU_SECONDS_A_LOOK: u64 = 10;
const CPU_SECONDS_WITHOUT_PLAN: u64 = 3_600;
const JPEG_QUALITY: u8 = 85;

pub fn run() -> Result<(), TaskError> {
    for element in clip::ELEMENTS {
        // An element that is missing is missed when a clip needs it.
        if let Some(factory) = gst::ElementFactory::find(element) {
            let _ = factory.load();
            let _ = factory.create().build();
        }
    }
    let Some(call) = wire::read::<RedactCall>(stdin().lock())? else { return Ok(()) };
    let painter = match &call {
        RedactCall::Render(painting) | RedactCall::Check(painting) | RedactCall::Stills(StillsCall { painting, .. }) => {
            Some(Painter::of(painting))
        }
        RedactCall::Look(LookCall { plan, .. }) => Some(Painter::of(&Painting { plan: plan.clone(), plate: None })),
        RedactCall::Survey | RedactCall::Doors => None,
    }
    .transpose();
    // Of our own making, so built while there is still room: the clip comes when the doors are closed.
    let detector = match (&call, &painter) {
        (RedactCall::Look(call), Ok(Some(painter))) => Some(look::detector(&call.model, painter.plan.clip())),
        _ => None,
    };
    sandbox::close(cpu_seconds(&call, painter.as_ref().ok().and_then(Option::as_ref)))?;
    tell(&RedactNews::Ready)?;
    let outcome = match (call, painter, detector) {
        (_, Err(failure), _) | (_, _, Some(Err(failure))) => Err(failure.into()),
        (RedactCall::Doors, ..) => return tell(&RedactNews::Doors(sandbox::doors())),
        (RedactCall::Survey, ..) => survey(),
        (RedactCall::Render(_), Ok(Some(painter)), _) => render(&painter),
        (RedactCall::Check(_), Ok(Some(painter)), _) => check(&painter),
        (RedactCall::Stills(call), Ok(Some(painter)), _) => stills(&painter, &call),
        (RedactCall::Look(_), Ok(Some(painter)), Some(Ok(detector))) => look::look(&painter, &detector),
        (_, Ok(_), _) => Err("a call without a plan".into()),
    };
    match outcome {
        Ok(undecoded) => tell(&RedactNews::Done { undecoded }),
        Err(error) => match error.downcast::<RedactFailure>() {
            Ok(failure) => tell(&RedactNews::Failed(*failure)),
            Err(error) => Err(error),
        },
    }
}

fn cpu_seconds(call: &RedactCall, painter: Option<&Painter>) -> u64 {
    let a_frame = if matches!(call, RedactCall::Look(_)) { CPU_SECONDS_A_LOOK } else { CPU_SECONDS_A_FRAME };
    painter.map_or(CPU_SECONDS_WITHOUT_PLAN, |painter| CPU_SECONDS + a_frame * u64::from(painter.plan.frame_count()))
}

pub fn tell(news: &RedactNews) -> Result<(), TaskError> {
    Ok(wire::write(stdout().lock(), news)?)
}

/// A plan with what it paints.
pub struct Painter {
    pub plan: Plan,
    plate: Option<Picture>,
}

/// Which frame a picture is.
pub enum Place {
    At(u32),
    /// Before the plan's first frame or after its last.
    Outside,
}

impl Painter {
    fn of(painting: &Painting) -> Result<Self, RedactFailure> {
        let plan = Plan::from_json(&painting.plan).map_err(|error| RedactFailure::Plan(error.to_string()))?;
        let plate = match (plan.approved_plate(), &painting.plate) {
            (Some(approved), Some(rgb)) if approved.sha256 == hex::encode(Sha256::digest(rgb)) => {
                let clip = plan.clip();
                Some(Picture::of_rgb(clip.width_px, clip.height_px, rgb).ok_or(RedactFailure::OtherPlate)?)
            }
            (None, _) => None,
            (Some(_), _) => return Err(RedactFailure::OtherPlate),
        };
        Ok(Self { plan, plate })
    }

    pub fn place(&self, ticks: i64) -> Result<Place, RedactFailure> {
        let times = &self.plan.clip().frame_ticks;
        let time = |at: usize| times.get(at).and_then(|ticks| i64::try_from(*ticks).ok());
        let last = time(times.len() - 1).unwrap_or(0);
        if ticks < -TICKS_OFF_MAX || ticks > last + TICKS_OFF_MAX {
            return Ok(Place::Outside);
        }
        let from = times.partition_point(|time| i64::try_from(*time).is_ok_and(|time| time < ticks - TICKS_OFF_MAX));
        let near = (from..).map_while(|at| Some((at, (time(at)? - ticks).abs()))).take_while(|(_, off)| *off <= TICKS_OFF_MAX);
        let found = near.min_by_key(|(_, off)| *off).and_then(|(at, _)| u32::try_from(at).ok());
        found.map(Place::At).ok_or(RedactFailure::OtherClip)
    }

    fn reveal(&self, frame: u32) -> Reveal {
        region::revealed(&self.plan, FrameIndex(frame))
    }

    /// The pixels of a picture that was decoded whole and has the plan's size.
    fn usable<'s>(&self, shown: &'s Shown) -> Option<&'s Picture> {
        let clip = self.plan.clip();
        shown.picture.as_ref().filter(|_| shown.size_px == (clip.width_px, clip.height_px))
    }

    /// A frame as it may be seen; without its own picture, hidden whole.
    fn paint(&self, frame: u32, shown: Option<&Shown>) -> Picture {
        let clip = self.plan.clip();
        match shown.and_then(|shown| self.usable(shown)) {
            Some(picture) => Picture::redacted(Some(picture), self.plate.as_ref(), &self.reveal(frame)),
            None => Picture::fill(clip.width_px, clip.height_px),
        }
    }
}

fn survey() -> Result<u32, TaskError> {
    let mut clip = Clip::open()?;
    let mut size_px = None;
    let mut frame_ticks: Vec<u64> = Vec::new();
    let mut undecoded = 0;
    while let Some(shown) = clip.next()? {
        let Ok(ticks) = u64::try_from(shown.ticks) else { continue };
        if frame_ticks.last().is_none_or(|last| *last < ticks) {
            frame_ticks.push(ticks);
            undecoded += u32::from(shown.picture.is_none());
        }
        size_px = size_px.or_else(|| shown.picture.is_some().then_some(shown.size_px));
    }
    clip.finish()?;
    let (width_px, height_px) = size_px.ok_or(RedactFailure::NothingDecoded)?;
    tell(&RedactNews::Surveyed { width_px, height_px, frame_ticks })?;
    Ok(undecoded)
}

fn render(painter: &Painter) -> Result<u32, TaskError> {
    let mut clip = Clip::open()?;
    let (width_px, height_px) = Picture::fill(painter.plan.clip().width_px, painter.plan.clip().height_px).size_px();
    let film = Film::start(width_px, height_px)?;
    let times = &painter.plan.clip().frame_ticks;
    let (mut next, mut undecoded) = (0, 0);
    let mut seen_any = false;
    let push = |frame: u32, picture: Picture| -> Result<(), TaskError> {
        film.push(&picture, times.get(frame as usize).copied().unwrap_or_default())?;
        if (frame + 1).is_multiple_of(PROGRESS_FRAMES) { tell(&RedactNews::Progress { frames: frame + 1 }) } else { Ok(()) }
    };
    while let Some(shown) = clip.next()? {
        let Place::At(frame) = painter.place(shown.ticks)? else { continue };
        let is_usable = painter.usable(&shown).is_some();
        seen_any |= is_usable;
        undecoded += u32::from(frame >= next && !is_usable);
        while next < frame {
            push(next, painter.paint(next, None))?;
            next += 1;
            undecoded += 1;
        }
        // The same time again is the same frame, which has gone.
        if next == frame {
            push(frame, painter.paint(frame, Some(&shown)))?;
            next += 1;
        }
    }
    clip.finish()?;
    if !seen_any {
        return Err(RedactFailure::NothingDecoded.into());
    }
    while next < painter.plan.frame_count() {
        push(next, painter.paint(next, None))?;
        next += 1;
        undecoded += 1;
    }
    film.finish()?;
    Ok(undecoded)
}

fn check(painter: &Painter) -> Result<u32, TaskError> {
    let mut clip = Clip::open()?;
    let mut next = 0;
    while let Some(shown) = clip.next()? {
        let (Place::At(frame), Some(picture)) = (painter.place(shown.ticks)?, shown.picture) else {
            return Err(RedactFailure::FrameMissing.into());
        };
        if frame != next {
            return Err(RedactFailure::FrameMissing.into());
        }
        let reveal = painter.reveal(frame);
        picture.keeps(painter.plate.as_ref(), &reveal).map_err(|leak| RedactFailure::Leak { frame, x: leak.x, y: leak.y })?;
        next += 1;
        if next.is_multiple_of(PROGRESS_FRAMES) {
            tell(&RedactNews::Progress { frames: next })?;
        }
    }
    if next == painter.plan.frame_count() { Ok(0) } else { Err(RedactFailure::FrameMissing.into()) }
}

fn stills(painter: &Painter, call: &StillsCall) -> Result<u32, TaskError> {
    let mut wanted = call.frames.clone();
    wanted.sort_unstable();
    wanted.dedup();
    let mut clip = Clip::open()?;
    while let Some(shown) = clip.next()? {
        let Place::At(frame) = painter.place(shown.ticks)? else { continue };
        let Ok(at) = wanted.binary_search(&frame) else { continue };
        let (picture, size_px) = match (call.view, &shown.picture) {
            (StillView::Source, Some(picture)) => (picture.clone(), shown.size_px),
            _ => (painter.paint(frame, Some(&shown)), (painter.plan.clip().width_px, painter.plan.clip().height_px)),
        };
        tell(&RedactNews::Still { frame, image: image_of(&picture, size_px, call)? })?;
        wanted.remove(at);
        if wanted.is_empty() {
            break;
        }
    }
    Ok(u32::try_from(wanted.len())?)
}

fn image_of(picture: &Picture, (width_px, height_px): (u32, u32), call: &StillsCall) -> Result<Bytes, TaskError> {
    let whole = RgbImage::from_raw(width_px, height_px, picture.to_rgb(width_px, height_px)).ok_or("a picture of another size")?;
    let whole = match call.height_px {
        0 => whole,
        height if height >= height_px => whole,
        height => imageops::thumbnail(&whole, (width_px * height / height_px).max(1), height),
    };
    let (width_px, height_px) = whole.dimensions();
    let mut bytes = Vec::new();
    match call.form {
        StillForm::Jpeg => JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode_image(&DynamicImage::ImageRgb8(whole))?,
        StillForm::Png => PngEncoder::new(&mut bytes).write_image(&whole, width_px, height_px, ExtendedColorType::Rgb8)?,
    }
    Ok(bytes.into())
}
