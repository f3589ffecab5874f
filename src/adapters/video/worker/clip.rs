//! A clip as pictures, one by one in the order of showing: recorded fragments, an AVI or MP4 file, or a
//! folder of stills.
//!
//! Each picture comes with its time after the plan's first frame. What can't be decoded doesn't come, and a
//! damaged picture comes without pixels. Refuses other containers and codecs. Next: `redact` asks for them.

use std::{
    io::stdin,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::{AppSink, AppSrc, AppSrcCallbacks, AppStreamType};
use gstreamer_video::{VideoFrameExt, VideoFrameRef, VideoInfo};
use parking_lot::Mutex;

use super::{TaskError, format, stills::Running};
use crate::{
    adapters::video::wire::{self, ClipPiece, RedactFailure},
    domain::{
        recording::{
            access_unit::{CodecParameters, Dependence},
            fragment,
        },
        redaction::picture::{Picture, PlaneRows},
    },
};

/// The largest file taken in, bytes: it is held in memory.
const FILE_BYTES_MAX: usize = 768 << 20;
const INPUT_BUFFERS_MAX: u64 = 8;
const PATIENCE: gst::ClockTime = gst::ClockTime::from_mseconds(100);
/// Where the first access unit is put, so that pictures shown before it have room.
const LEAD_TICKS: i64 = 900_000;
/// Every frame of a folder lasts a tenth of a second, unless its plan says otherwise.
pub const STILL_TICKS: i64 = 9_000;
const SINK: &str = "videoconvert ! video/x-raw,format=I420 ! appsink name=out sync=false max-buffers=3";

/// What old AVI files hold.
const MSMPEG4: &str = "avdec_msmpeg4 output-corrupt=false";

/// All that a clip's decoders and demuxers come from; loaded before the doors close.
pub const ELEMENTS: [&str; 15] = [
    "appsrc",
    "appsink",
    "h264parse",
    "h265parse",
    "avdec_h264",
    "avdec_h265",
    "avdec_mpeg4",
    "avdec_msmpeg4",
    "mpeg4videoparse",
    "avdec_mjpeg",
    "avidemux",
    "qtdemux",
    "videoconvert",
    "x264enc",
    "capsfilter",
];

/// One picture as it is shown.
pub struct Shown {
    /// 90 kHz ticks after the plan's first frame; negative before it.
    pub ticks: i64,
    pub size_px: (u32, u32),
    /// None where it came out damaged.
    pub picture: Option<Picture>,
}

/// A clip that is being read from standard input.
pub enum Clip {
    Stream(Stream),
    Stills { next: Option<Bytes>, at: i64 },
    Empty,
}

impl Clip {
    /// Takes the first piece, which says what it is.
    pub fn open() -> Result<Self, TaskError> {
        match wire::read(stdin().lock())? {
            Some(ClipPiece::Init { origin_ticks, init }) => Ok(Self::Stream(Stream::of_fragments(origin_ticks, &init)?)),
            Some(ClipPiece::File(bytes)) => Ok(Self::Stream(Stream::of_file(whole_file(bytes)?)?)),
            Some(ClipPiece::Picture(bytes)) => Ok(Self::Stills { next: Some(bytes), at: 0 }),
            Some(ClipPiece::End) | None => Ok(Self::Empty),
            Some(ClipPiece::Fragment(_)) => Err("a fragment before its init segment".into()),
        }
    }

    /// The next picture; None at the end.
    pub fn next(&mut self) -> Result<Option<Shown>, TaskError> {
        match self {
            Self::Empty => Ok(None),
            Self::Stream(stream) => stream.next(),
            Self::Stills { next, at } => {
                let Some(bytes) = next.take() else { return Ok(None) };
                let ticks = *at * STILL_TICKS;
                *at += 1;
                *next = match wire::read(stdin().lock())? {
                    Some(ClipPiece::Picture(bytes)) => Some(bytes),
                    _ => None,
                };
                Ok(Some(still(&bytes).map_or(Shown { ticks, size_px: (0, 0), picture: None }, |(size_px, picture)| Shown {
                    ticks,
                    size_px,
                    picture: Some(picture),
                })))
            }
        }
    }

    /// Lets go of it once all of it has been read from standard input, so that something else can follow.
    pub fn finish(mut self) -> Result<(), TaskError> {
        match &mut self {
            Self::Empty => {}
            Self::Stream(stream) => stream.finish(),
            Self::Stills { next, .. } => {
                while next.is_some() {
                    *next = match wire::read(stdin().lock())? {
                        Some(ClipPiece::Picture(bytes)) => Some(bytes),
                        _ => None,
                    };
                }
            }
        }
        Ok(())
    }
}

fn still(bytes: &[u8]) -> Option<((u32, u32), Picture)> {
    let rgb = image::load_from_memory(bytes).ok()?.to_rgb8();
    let (width_px, height_px) = rgb.dimensions();
    Some(((width_px, height_px), Picture::of_rgb(width_px, height_px, &rgb)?))
}

fn whole_file(first: Bytes) -> Result<Vec<u8>, TaskError> {
    let mut whole = first.to_vec();
    while let Some(ClipPiece::File(bytes)) = wire::read(stdin().lock())? {
        if whole.len() + bytes.len() > FILE_BYTES_MAX {
            return Err(RedactFailure::TooLarge.into());
        }
        whole.extend_from_slice(&bytes);
    }
    Ok(whole)
}

/// A pipeline that decodes.
pub struct Stream {
    running: Running,
    output: AppSink,
    /// At the end, or after an error, which is told but once.
    has_ended: bool,
    /// Reads access units until the clip's end.
    feeder: Option<std::thread::JoinHandle<()>>,
    /// What is taken off a picture's time, once it is known.
    origin: Origin,
}

enum Origin {
    /// Of fragments: the ticks of the first access unit, known when it has gone in, and of the plan's start.
    Footage { base: Arc<OnceLock<i64>>, origin_ticks: i64 },
    /// Of a file: the first picture's.
    First(Option<i64>),
}

impl Stream {
    fn of_fragments(origin_ticks: i64, init: &Bytes) -> Result<Self, TaskError> {
        let parameters = fragment::parse_init_segment(init)?;
        let running = launch(&format!(
            "appsrc name=in format=time block=true max-buffers={INPUT_BUFFERS_MAX} ! {} output-corrupt=false ! {SINK}",
            format::decoder(parameters.codec)
        ))?;
        let input = source(&running)?;
        input.set_caps(Some(&format::caps(&parameters)?));
        let base = Arc::new(OnceLock::new());
        let output = sink(&running)?;
        running.0.set_state(gst::State::Playing)?;
        let origin = Origin::Footage { base: Arc::clone(&base), origin_ticks };
        let feeder = std::thread::spawn(move || {
            // A piece that can't be read ends the clip early, and what is missing stays hidden.
            let _ = feed(&input, parameters, &base);
            let _ = input.end_of_stream();
        });
        Ok(Self { running, output, has_ended: false, feeder: Some(feeder), origin })
    }

    fn of_file(whole: Vec<u8>) -> Result<Self, TaskError> {
        let demuxer = match (whole.get(..4), whole.get(4..8), whole.get(8..12)) {
            (Some(b"RIFF"), _, Some(b"AVI ")) => "avidemux",
            (_, Some(b"ftyp" | b"moov" | b"mdat"), _) => "qtdemux",
            _ => return Err(RedactFailure::UnknownForm.into()),
        };
        let running = launch(&format!("appsrc name=in stream-type=random-access format=bytes ! {demuxer} name=demux"))?;
        let input = source(&running)?;
        serve(&input, whole);
        let demux = running.0.by_name("demux").ok_or("no demuxer")?;
        let pipeline = running.0.downgrade();
        let branch = Arc::new(Mutex::new(None::<AppSink>));
        let (sender, receiver) = std::sync::mpsc::channel();
        let told = sender.clone();
        demux.connect_pad_added(move |_, pad| {
            let Some(pipeline) = pipeline.upgrade() else { return };
            let mut taken = branch.lock();
            let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
            let found = decoder(&caps).filter(|_| taken.is_none());
            let description = found.map_or_else(|| "fakesink sync=false".to_owned(), |decoder| format!("{decoder} ! {SINK}"));
            let sink = attach(&pipeline, pad, &description);
            if let Ok(Some(sink)) = sink {
                *taken = Some(sink.clone());
                let _ = told.send(Some(sink));
            }
        });
        demux.connect_no_more_pads(move |_| {
            let _ = sender.send(None);
        });
        running.0.set_state(gst::State::Playing)?;
        let bus = running.0.bus().ok_or("no bus")?;
        loop {
            match receiver.recv_timeout(std::time::Duration::from_millis(100)) {
                Ok(Some(output)) => return Ok(Self { running, output, has_ended: false, feeder: None, origin: Origin::First(None) }),
                Ok(None) => return Err(RedactFailure::UnknownForm.into()),
                Err(_) if has_ended(&bus) => return Err(RedactFailure::UnknownForm.into()),
                Err(_) => {}
            }
        }
    }

    /// Stops decoding, and reads what is left.
    fn finish(&mut self) {
        let _ = self.running.0.set_state(gst::State::Null);
        if let Some(feeder) = self.feeder.take() {
            let _ = feeder.join();
        }
    }

    fn next(&mut self) -> Result<Option<Shown>, TaskError> {
        let bus = self.running.0.bus().ok_or("no bus")?;
        let sample = loop {
            if let Some(sample) = self.output.try_pull_sample(PATIENCE) {
                break sample;
            }
            self.has_ended = self.has_ended || self.output.is_eos() || has_ended(&bus);
            if self.has_ended {
                // What was decoded before an error still comes out.
                match self.output.try_pull_sample(gst::ClockTime::ZERO) {
                    Some(sample) => break sample,
                    None => return Ok(None),
                }
            }
        };
        let (Some(buffer), Some(caps)) = (sample.buffer(), sample.caps()) else { return Err("an empty picture".into()) };
        let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>());
        let nanos = buffer.pts().map(|pts| segment.and_then(|segment| segment.to_running_time(pts)).unwrap_or(pts));
        let nanos = nanos.ok_or("a picture without a time")?.nseconds();
        let at = i64::try_from((u128::from(nanos) * 9 + 50_000) / 100_000)?;
        let ticks = match &mut self.origin {
            Origin::Footage { base, origin_ticks } => at - LEAD_TICKS + base.get().ok_or("a picture that nobody sent")? - *origin_ticks,
            Origin::First(first) => at - *first.get_or_insert(at),
        };
        let info = VideoInfo::from_caps(caps)?;
        let size_px = (info.width(), info.height());
        let picture = if buffer.flags().contains(gst::BufferFlags::CORRUPTED) { None } else { picture(buffer, &info) };
        Ok(Some(Shown { ticks, size_px, picture }))
    }
}

fn picture(buffer: &gst::BufferRef, info: &VideoInfo) -> Option<Picture> {
    let frame = VideoFrameRef::from_buffer_ref_readable(buffer, info).ok()?;
    let plane = |number: u32| {
        let stride = usize::try_from(*frame.plane_stride().get(number as usize)?).ok()?;
        Some(PlaneRows { bytes: frame.plane_data(number).ok()?, stride })
    };
    Picture::of_planes(info.width(), info.height(), [plane(0)?, plane(1)?, plane(2)?])
}

/// Access units from standard input into the decoder, until the clip's end.
fn feed(input: &AppSrc, mut parameters: CodecParameters, base: &OnceLock<i64>) -> Result<(), TaskError> {
    let mut takes_more = true;
    loop {
        match wire::read(stdin().lock())? {
            Some(ClipPiece::Fragment(bytes)) if takes_more => takes_more = feed_fragment(input, &bytes, base)?,
            Some(ClipPiece::Init { init, .. }) if takes_more => {
                let next = fragment::parse_init_segment(&init)?;
                // Another codec would need another decoder: what comes then stays hidden.
                takes_more = next.codec == parameters.codec;
                if takes_more {
                    parameters = next;
                    input.set_caps(Some(&format::caps(&parameters)?));
                }
            }
            Some(ClipPiece::End) | None => return Ok(()),
            // Read on, so that whoever sends doesn't wait.
            Some(_) => {}
        }
    }
}

fn feed_fragment(input: &AppSrc, bytes: &Bytes, base: &OnceLock<i64>) -> Result<bool, TaskError> {
    let parsed = fragment::parse_fragment(bytes)?;
    let mut decode_ticks = parsed.start_ticks;
    let mut at = parsed.payload_offset as usize;
    for sample in &parsed.samples {
        let data = bytes.slice(at..at + sample.size_bytes as usize);
        let shown = decode_ticks + i64::from(sample.composition_offset_ticks);
        let ticks = shown - base.get_or_init(|| shown) + LEAD_TICKS;
        let mut buffer = gst::Buffer::from_slice(data);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(gst::ClockTime::from_nseconds(u64::try_from(ticks).unwrap_or_default() * 100_000 / 9));
            if sample.dependence == Dependence::Dependent {
                buffer.set_flags(gst::BufferFlags::DELTA_UNIT);
            }
        }
        if input.push_buffer(buffer).is_err() {
            return Ok(false);
        }
        decode_ticks += i64::from(sample.duration_ticks);
        at += sample.size_bytes as usize;
    }
    Ok(true)
}

/// Answers a demuxer's questions for parts of a file.
fn serve(input: &AppSrc, whole: Vec<u8>) {
    input.set_size(i64::try_from(whole.len()).unwrap_or(i64::MAX));
    let whole = Bytes::from(whole);
    let at = Arc::new(Mutex::new(0_usize));
    let sought = Arc::clone(&at);
    let give = move |input: &AppSrc, length: u32| {
        let mut at = at.lock();
        let end = (*at + (length as usize).max(1)).min(whole.len());
        if *at >= end {
            let _ = input.end_of_stream();
            return;
        }
        let mut buffer = gst::Buffer::from_slice(whole.slice(*at..end));
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_offset(*at as u64);
        }
        *at = end;
        drop(at);
        let _ = input.push_buffer(buffer);
    };
    let seek = move |_: &AppSrc, offset: u64| {
        *sought.lock() = usize::try_from(offset).unwrap_or(usize::MAX);
        true
    };
    input.set_stream_type(AppStreamType::RandomAccess);
    input.set_callbacks(AppSrcCallbacks::builder().need_data(give).seek_data(seek).build());
}

/// The decoder for what a demuxer offers.
fn decoder(caps: &gst::Caps) -> Option<&'static str> {
    let structure = caps.structure(0)?;
    let version = structure.get::<i32>("mpegversion").unwrap_or_default();
    match structure.name().as_str() {
        "video/x-h264" => Some("h264parse ! avdec_h264 max-threads=1 output-corrupt=false"),
        "video/x-h265" => Some("h265parse ! avdec_h265 max-threads=1 output-corrupt=false"),
        "video/mpeg" if version == 4 => Some("mpeg4videoparse ! avdec_mpeg4 max-threads=1 output-corrupt=false"),
        "video/x-divx" if structure.get::<i32>("divxversion") == Ok(3) => Some(MSMPEG4),
        "video/x-msmpeg" => Some(MSMPEG4),
        "video/x-xvid" | "video/x-divx" => Some("avdec_mpeg4 max-threads=1 output-corrupt=false"),
        "image/jpeg" => Some("avdec_mjpeg output-corrupt=false"),
        _ => None,
    }
}

fn attach(pipeline: &gst::Pipeline, pad: &gst::Pad, description: &str) -> Result<Option<AppSink>, TaskError> {
    let bin = gst::parse::bin_from_description(description, true)?;
    pipeline.add(&bin)?;
    bin.sync_state_with_parent()?;
    pad.link(&bin.static_pad("sink").ok_or("no way in")?)?;
    Ok(bin.by_name("out").and_then(|sink| sink.downcast::<AppSink>().ok()))
}

fn has_ended(bus: &gst::Bus) -> bool {
    bus.pop_filtered(&[gst::MessageType::Error, gst::MessageType::Eos]).is_some()
}

pub fn launch(description: &str) -> Result<Running, TaskError> {
    Ok(Running(gst::parse::launch(description)?.downcast::<gst::Pipeline>().map_err(|_| "not a pipeline")?))
}

pub fn source(running: &Running) -> Result<AppSrc, TaskError> {
    Ok(running.0.by_name("in").and_then(|element| element.downcast::<AppSrc>().ok()).ok_or("no input")?)
}

pub fn sink(running: &Running) -> Result<AppSink, TaskError> {
    Ok(running.0.by_name("out").and_then(|element| element.downcast::<AppSink>().ok()).ok_or("no output")?)
}
