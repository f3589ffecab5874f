//! A clip in memory: its access units as they lie in the file, ready to be sent for ever.
//!
//! H.264 and H.265 in any container GStreamer can open, or bare, are taken as they are; anything
//! else it can decode is encoded once and kept in the cache folder, as are drawn scenes. Refuses a
//! file without a picture. Next: `pacing` sends the units.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::{AppSink, AppSinkCallbacks};
use parking_lot::Mutex;

use super::{Codec, Footage, SimulatorError, encode};

/// Everything a camera sends, in sending order.
pub struct Clip {
    pub codec: Codec,
    /// Units with 4-byte NAL lengths (`avc`, `hvc1`), or whole JPEG pictures.
    pub units: Vec<ClipUnit>,
    /// Numerator and denominator of frames a second.
    pub frame_rate: (u32, u32),
    /// As GStreamer needs them in front of a payloader, the first parameter sets inside. Later ones
    /// travel in the units.
    pub caps: gst::Caps,
}

pub struct ClipUnit {
    pub data: Bytes,
    /// How many frames after its sending it is shown: not 0 only in clips with B-frames.
    pub presentation_delay_frames: u32,
}

impl Clip {
    /// Loads a clip, making it first where needed. GStreamer must be initialised.
    pub fn prepare(footage: &Footage, codec: Option<Codec>, cache: &Path) -> Result<Self, SimulatorError> {
        match footage {
            Footage::File(file) => match Self::load(file)? {
                Some(clip) if codec.is_none_or(|codec| codec == clip.codec) => Ok(clip),
                _ => {
                    let codec = codec.unwrap_or(Codec::H264);
                    let made = Self::cached(cache, &name_of(file, codec), |to| encode::transcode(file, codec, to))?;
                    Self::must_load(&made)
                }
            },
            Footage::Scene(shape) => {
                let codec = codec.unwrap_or(Codec::H264);
                let name = format!("scene-{:08x}", crc32c::crc32c(format!("2 {shape:?} {codec:?}").as_bytes()));
                let made = Self::cached(cache, &name, |to| encode::scene(shape, codec, to))?;
                Self::must_load(&made)
            }
        }
    }

    /// The clip in a file; `None` when its video is in another codec.
    pub fn load(file: &Path) -> Result<Option<Self>, SimulatorError> {
        let refused = |cause: Box<dyn std::error::Error + Send + Sync>| SimulatorError::Media { file: file.display().to_string(), cause };
        let collected = Arc::new(Mutex::new(Collected::default()));
        let pipeline = reading_pipeline(file, &collected)?;
        let outcome = encode::run_to_end(&pipeline);
        let collected = std::mem::take(&mut *collected.lock());
        outcome.map_err(refused)?;
        let Some(codec) = collected.codec else { return Ok(None) };
        let caps = collected.caps.ok_or_else(|| refused("no picture in it".into()))?;
        Ok(Some(Self { codec, units: in_sending_order(collected.units), frame_rate: frame_rate(&caps), caps }))
    }

    fn must_load(file: &Path) -> Result<Self, SimulatorError> {
        let unplayable = || SimulatorError::Media { file: file.display().to_string(), cause: "no usable video in it".into() };
        Self::load(file)?.ok_or_else(unplayable)
    }

    /// Makes the clip beside its place and renames it, so that two processes never see half of one.
    fn cached(cache: &Path, name: &str, make: impl FnOnce(&Path) -> Result<(), SimulatorError>) -> Result<PathBuf, SimulatorError> {
        let place = cache.join(format!("{name}.mkv"));
        if place.exists() {
            return Ok(place);
        }
        let refused = |cause| SimulatorError::Cache { folder: cache.display().to_string(), cause };
        fs::create_dir_all(cache).map_err(refused)?;
        let half = tempfile::Builder::new().prefix(".making-").suffix(".mkv").tempfile_in(cache).map_err(refused)?;
        make(half.path())?;
        half.persist(&place).map_err(|error| refused(error.error))?;
        Ok(place)
    }

    /// The time from one frame to the next, nanoseconds.
    pub fn frame_nanos(&self) -> i64 {
        let (numerator, denominator) = self.frame_rate;
        1_000_000_000 * i64::from(denominator) / i64::from(numerator)
    }
}

#[derive(Default)]
struct Collected {
    codec: Option<Codec>,
    caps: Option<gst::Caps>,
    units: Vec<CollectedUnit>,
}

struct CollectedUnit {
    data: Bytes,
    presentation: Option<gst::ClockTime>,
}

fn name_of(file: &Path, codec: Codec) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = fs::metadata(file).map(|data| data.len()).unwrap_or_default();
    format!("{stem}-{:08x}-{}", crc32c::crc32c(format!("{} {bytes}", file.display()).as_bytes()), codec.name())
}

/// File into memory: the first video stream that cameras could send, everything else ignored.
fn reading_pipeline(file: &Path, collected: &Arc<Mutex<Collected>>) -> Result<gst::Pipeline, SimulatorError> {
    let pipeline = gst::Pipeline::new();
    let source = gst::ElementFactory::make("filesrc").property("location", file).build()?;
    let parse = gst::ElementFactory::make("parsebin").build()?;
    pipeline.add_many([&source, &parse])?;
    source.link(&parse)?;
    let (weak, collected) = (pipeline.downgrade(), Arc::clone(collected));
    parse.connect_pad_added(move |_, pad| {
        let Some(pipeline) = weak.upgrade() else { return };
        if let Err(error) = take_stream(&pipeline, pad, &collected) {
            gst::element_error!(pipeline, gst::CoreError::Failed, ("{error}"));
        }
    });
    Ok(pipeline)
}

fn take_stream(pipeline: &gst::Pipeline, pad: &gst::Pad, collected: &Arc<Mutex<Collected>>) -> Result<(), SimulatorError> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    let name = caps.structure(0).map(|structure| structure.name().as_str()).unwrap_or_default();
    let wanted = match name {
        "video/x-h264" => Some((Codec::H264, "h264parse ! video/x-h264,stream-format=avc,alignment=au")),
        "video/x-h265" => Some((Codec::H265, "h265parse ! video/x-h265,stream-format=hvc1,alignment=au")),
        "image/jpeg" => Some((Codec::Mjpeg, "jpegparse")),
        _ => None,
    };
    let taken = collected.lock().codec.is_some();
    let branch = match wanted {
        Some((_, chain)) if !taken => format!("{chain} ! appsink name=units sync=false max-buffers=64"),
        _ => "fakesink sync=false async=false".to_owned(),
    };
    let bin = gst::parse::bin_from_description(&branch, true)?;
    if let (Some((codec, _)), Some(sink)) = (wanted, bin.by_name("units").and_then(|sink| sink.downcast::<AppSink>().ok())) {
        let collected = Arc::clone(collected);
        collected.lock().codec = Some(codec);
        let take = move |sink: &AppSink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let buffer = sample.buffer().ok_or(gst::FlowError::Error)?;
            let data = buffer.map_readable().map_err(|_| gst::FlowError::Error)?;
            let mut collected = collected.lock();
            collected.caps = collected.caps.take().or_else(|| sample.caps_owned());
            collected.units.push(CollectedUnit { data: Bytes::copy_from_slice(&data), presentation: buffer.pts() });
            Ok(gst::FlowSuccess::Ok)
        };
        sink.set_callbacks(AppSinkCallbacks::builder().new_sample(take).build());
    }
    pipeline.add(&bin)?;
    bin.sync_state_with_parent()?;
    if let Some(sink) = bin.static_pad("sink") {
        pad.link(&sink).map_err(|_| gst::glib::bool_error!("a stream of the file cannot be linked"))?;
    }
    Ok(())
}

fn frame_rate(caps: &gst::Caps) -> (u32, u32) {
    let told = caps.structure(0).and_then(|structure| structure.get::<gst::Fraction>("framerate").ok());
    match told.map(|rate| (u32::try_from(rate.numer()), u32::try_from(rate.denom()))) {
        Some((Ok(numerator), Ok(denominator))) if numerator > 0 && denominator > 0 => (numerator, denominator),
        _ => (25, 1),
    }
}

/// How far each unit is shown behind its sending, from the order of presentation times. Files
/// without times (bare streams) are shown as sent.
fn in_sending_order(units: Vec<CollectedUnit>) -> Vec<ClipUnit> {
    let times: Option<Vec<_>> = units.iter().map(|unit| unit.presentation).collect();
    let mut ranks: Vec<i64> = (0..units.len() as i64).collect();
    if let Some(times) = times {
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.sort_by_key(|&index| times[index]);
        for (rank, index) in order.into_iter().enumerate() {
            ranks[index] = rank as i64;
        }
    }
    let shifts: Vec<i64> = ranks.iter().enumerate().map(|(index, rank)| rank - index as i64).collect();
    let earliest = shifts.iter().copied().min().unwrap_or_default();
    units
        .into_iter()
        .zip(shifts)
        .map(|(unit, shift)| ClipUnit { data: unit.data, presentation_delay_frames: u32::try_from(shift - earliest).unwrap_or_default() })
        .collect()
}
