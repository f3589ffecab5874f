//! A clip's pictures one after the other: of a film that GStreamer can read, or of a folder of stills.
//!
//! Sound and subtitles are never touched. Refuses a picture of another size than the first, and more
//! frames than a plan can hold. Next: `analysis`.

use std::path::{Path, PathBuf};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::AppSink;
use gstreamer_video::{VideoFrameExt, VideoFrameRef, VideoInfo};

use crate::domain::redaction::plan::FRAMES_MAX;

#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    #[error("there is no clip and no folder of stills there")]
    NotThere,
    #[error("the clip can't be decoded")]
    Undecodable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the clip changes its picture size")]
    SizeChanges,
    #[error("the clip has more than {FRAMES_MAX} pictures")]
    TooLong,
    #[error("the clip has no picture")]
    Empty,
}

/// One picture, RGB row by row.
pub struct Frame {
    pub width_px: usize,
    pub height_px: usize,
    pub rgb: Vec<u8>,
    /// When it is shown, 90 kHz ticks after the first.
    pub ticks: u64,
}

/// Stills have no times: ten a second.
const STILL_TICKS: u64 = 9_000;
const STILL_ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];
/// For the next picture of a clip on a busy machine.
const PICTURE_LIMIT: gst::ClockTime = gst::ClockTime::from_seconds(60);

pub struct ClipReader {
    source: Source,
    size_px: Option<(usize, usize)>,
    read: usize,
    last_ticks: Option<u64>,
    first_time: Option<gst::ClockTime>,
}

enum Source {
    Film { pipeline: gst::Pipeline, pictures: AppSink },
    Stills(std::vec::IntoIter<PathBuf>),
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Self::Film { pipeline, .. } = self {
            let _ = pipeline.set_state(gst::State::Null);
        }
    }
}

fn undecodable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ClipError {
    ClipError::Undecodable(cause.into())
}

impl ClipReader {
    pub fn open(path: &Path) -> Result<Self, ClipError> {
        let source = if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(undecodable)?;
            let mut stills: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_still(path)).collect();
            stills.sort();
            Source::Stills(stills.into_iter())
        } else if path.is_file() {
            film(path)?
        } else {
            return Err(ClipError::NotThere);
        };
        Ok(Self { source, size_px: None, read: 0, last_ticks: None, first_time: None })
    }

    /// The next picture; `None` at the end.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, ClipError> {
        let picture = match &mut self.source {
            Source::Stills(stills) => match stills.next() {
                Some(path) => {
                    let still = image::open(&path).map_err(undecodable)?.into_rgb8();
                    let (width_px, height_px) = (still.width() as usize, still.height() as usize);
                    Some((width_px, height_px, still.into_raw(), self.read as u64 * STILL_TICKS))
                }
                None => None,
            },
            Source::Film { pipeline, pictures } => match pictures.try_pull_sample(PICTURE_LIMIT) {
                Some(sample) => {
                    let (width_px, height_px, rgb) = pixels(&sample)?;
                    let shown = sample.buffer().and_then(gst::BufferRef::pts).unwrap_or_default();
                    let first = *self.first_time.get_or_insert(shown);
                    let ticks = shown.saturating_sub(first).nseconds() * 9 / 100_000;
                    Some((width_px, height_px, rgb, ticks))
                }
                None => {
                    ended_well(pipeline, pictures)?;
                    None
                }
            },
        };
        let Some((width_px, height_px, rgb, ticks)) = picture else {
            return if self.read == 0 { Err(ClipError::Empty) } else { Ok(None) };
        };
        if *self.size_px.get_or_insert((width_px, height_px)) != (width_px, height_px) {
            return Err(ClipError::SizeChanges);
        }
        if self.read == FRAMES_MAX {
            return Err(ClipError::TooLong);
        }
        self.read += 1;
        // Times that stand still or run backwards are moved on by a tick: frames keep their order.
        let ticks = self.last_ticks.map_or(0, |last| ticks.max(last + 1));
        self.last_ticks = Some(ticks);
        Ok(Some(Frame { width_px, height_px, rgb, ticks }))
    }
}

fn is_still(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| STILL_ENDINGS.iter().any(|known| ending == *known))
}

fn film(path: &Path) -> Result<Source, ClipError> {
    gst::init().map_err(undecodable)?;
    let description =
        "filesrc name=file ! decodebin ! videoconvert ! video/x-raw,format=RGB ! appsink name=pictures sync=false max-buffers=2";
    let pipeline = gst::parse::launch(description).map_err(undecodable)?;
    let pipeline = pipeline.downcast::<gst::Pipeline>().map_err(|_| undecodable("not a pipeline"))?;
    pipeline.by_name("file").ok_or_else(|| undecodable("no source"))?.set_property("location", path);
    let pictures = pipeline.by_name("pictures").and_then(|sink| sink.downcast::<AppSink>().ok()).ok_or_else(|| undecodable("no sink"))?;
    pipeline.set_state(gst::State::Playing).map_err(undecodable)?;
    Ok(Source::Film { pipeline, pictures })
}

fn pixels(sample: &gst::Sample) -> Result<(usize, usize, Vec<u8>), ClipError> {
    let (caps, buffer) = (sample.caps(), sample.buffer());
    let (Some(caps), Some(buffer)) = (caps, buffer) else { return Err(undecodable("a sample without a picture")) };
    let info = VideoInfo::from_caps(caps).map_err(undecodable)?;
    let frame = VideoFrameRef::from_buffer_ref_readable(buffer, &info).map_err(undecodable)?;
    let (wide, high) = (info.width() as usize, info.height() as usize);
    let stride = usize::try_from(frame.plane_stride().first().copied().unwrap_or(0)).map_err(undecodable)?;
    let plane = frame.plane_data(0).map_err(undecodable)?;
    let mut rgb = Vec::with_capacity(wide * high * 3);
    for row in plane.chunks(stride.max(1)).take(high) {
        rgb.extend_from_slice(row.get(..wide * 3).ok_or_else(|| undecodable("a row that is too short"))?);
    }
    Ok((wide, high, rgb))
}

/// No more pictures: at the end of the film, or because something is wrong with it.
fn ended_well(pipeline: &gst::Pipeline, pictures: &AppSink) -> Result<(), ClipError> {
    let bus = pipeline.bus().ok_or_else(|| undecodable("no bus"))?;
    while let Some(message) = bus.pop() {
        if let gst::MessageView::Error(error) = message.view() {
            return Err(undecodable(error.error()));
        }
    }
    if pictures.is_eos() { Ok(()) } else { Err(undecodable("no picture in time")) }
}
