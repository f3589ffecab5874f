//! Fragments of any codec into fragments of H.264 on the same time line, one picture out for each
//! picture in, for browsers that can't play what the camera sends.
//!
//! Never recorded: the camera's own bitstream is. Exported only as a working copy beside it, with a caption
//! in the pictures. Each picture leaves as a fragment
//! of its own, so that live pictures don't wait for company.

use std::{
    collections::BTreeMap,
    io::{stdin, stdout},
    sync::Arc,
};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::{AppSink, AppSinkCallbacks, AppSrc};
use parking_lot::Mutex;

use super::{TaskError, format, stills::Running};
use crate::{
    adapters::video::wire::{self, Caption, StreamPiece},
    domain::{
        instant::UtcInstant,
        recording::{
            access_unit::{CodecParameters, Dependence},
            fragment,
            index::Sample,
        },
    },
};

/// Superfast keeps up with 1080p on a small box; CRF needs no clock to steer by.
const ENCODER: &str = "x264enc tune=zerolatency speed-preset=superfast pass=quant quantizer=24 key-int-max=30 bframes=0 threads=2 \
                       ! video/x-h264,profile=high,stream-format=avc,alignment=au";
/// The pictures in the pipeline at once, at most: a reader that is slow slows the encoder down.
const INPUT_BUFFERS_MAX: u64 = 8;

pub fn run() -> Result<(), TaskError> {
    let mut input = stdin().lock();
    let mut line: Option<Line> = None;
    while let Some(piece) = wire::read(&mut input)? {
        match piece {
            StreamPiece::Init { init, caption, .. } => {
                if let Some(before) = line.take() {
                    before.finish()?;
                }
                line = Some(Line::start(&fragment::parse_init_segment(&init)?, caption)?);
            }
            StreamPiece::Fragment(bytes) => line.as_mut().ok_or("a fragment before its init segment")?.push(&bytes)?,
        }
    }
    line.map_or(Ok(()), Line::finish)
}

/// Where a picture lies on the time line.
#[derive(Clone, Copy)]
struct Place {
    ticks: i64,
    duration_ticks: u32,
}

/// The places of the pictures under way, by the nanosecond they carry through the pipeline.
type Places = Arc<Mutex<BTreeMap<u64, Place>>>;

/// Letters on a dark ground along the lower edge, out of the way of what is seen.
const OVERLAY: &str = "textoverlay name=said valignment=bottom halignment=left shaded-background=true wrap-mode=none \
                       auto-resize=true font-desc=\"Sans 12\" ! ";

/// Has each picture say when it was taken, just before it is drawn on.
fn write_times(said: &gst::Element, caption: Caption, places: Places) -> Result<(), TaskError> {
    let entrance = said.static_pad("video_sink").ok_or("no way into the caption")?;
    let zone = jiff::tz::TimeZone::get(&caption.time_zone)?;
    // What somebody named a camera is text, not markup.
    let name = caption.name.replace('&', "+").replace(['<', '>'], " ");
    let weak = said.downgrade();
    entrance.add_probe(gst::PadProbeType::BUFFER, move |_, probed| {
        let nanos = probed.buffer().and_then(|buffer| buffer.pts()).map(gst::ClockTime::nseconds);
        let place = nanos.and_then(|nanos| places.lock().range(..=nanos).next_back().map(|(_, place)| *place));
        if let (Some(said), Some(place)) = (weak.upgrade(), place) {
            let at = UtcInstant::from_media_ticks(place.ticks).to_timestamp().to_zoned_datetime(zone.clone());
            said.set_property("text", format!("{name}  {}", at.strftime("%Y-%m-%d %H:%M:%S.%3f %Z")));
        }
        gst::PadProbeReturn::Ok
    });
    Ok(())
}

/// One pipeline, for as long as the parameters stay the same.
struct Line {
    running: Running,
    input: AppSrc,
    places: Places,
    base_ticks: Option<i64>,
}

impl Line {
    fn start(parameters: &CodecParameters, caption: Option<Caption>) -> Result<Self, TaskError> {
        let overlay = if caption.is_some() { OVERLAY } else { "" };
        let pipeline = gst::parse::launch(&format!(
            "appsrc name=in format=time block=true max-buffers={INPUT_BUFFERS_MAX} ! {} ! videoconvert ! video/x-raw,format=I420 ! {overlay}{ENCODER} \
             ! appsink name=out sync=false max-buffers=4",
            format::decoder(parameters.codec)
        ))?
        .downcast::<gst::Pipeline>()
        .map_err(|_| "not a pipeline")?;
        let input = pipeline.by_name("in").and_then(|element| element.downcast::<AppSrc>().ok()).ok_or("no input")?;
        let output = pipeline.by_name("out").and_then(|element| element.downcast::<AppSink>().ok()).ok_or("no output")?;
        input.set_caps(Some(&format::caps(parameters)?));
        let places = Places::default();
        if let Some(caption) = caption {
            let said = pipeline.by_name("said").ok_or("no caption")?;
            write_times(&said, caption, Arc::clone(&places))?;
        }
        let mut leaving = Leaving { places: Arc::clone(&places), told: None, sequence_number: 0 };
        let take = move |sink: &AppSink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            leaving.leave(&sample).map_err(|_| gst::FlowError::Error)?;
            Ok(gst::FlowSuccess::Ok)
        };
        output.set_callbacks(AppSinkCallbacks::builder().new_sample(take).build());
        pipeline.set_state(gst::State::Playing)?;
        Ok(Self { running: Running(pipeline), input, places, base_ticks: None })
    }

    fn push(&mut self, bytes: &Bytes) -> Result<(), TaskError> {
        let parsed = fragment::parse_fragment(bytes)?;
        let mut decode_ticks = parsed.start_ticks;
        let mut at = parsed.payload_offset as usize;
        for sample in &parsed.samples {
            let data = bytes.slice(at..at + sample.size_bytes as usize);
            let ticks = decode_ticks + i64::from(sample.composition_offset_ticks);
            // Room below for pictures shown before the first one decoded.
            let base = *self.base_ticks.get_or_insert(ticks - 90_000);
            let nanos = u64::try_from(ticks - base).unwrap_or_default() * 100_000 / 9;
            self.places.lock().insert(nanos, Place { ticks, duration_ticks: sample.duration_ticks });
            let mut buffer = gst::Buffer::from_slice(data);
            if let Some(buffer) = buffer.get_mut() {
                buffer.set_pts(gst::ClockTime::from_nseconds(nanos));
                if sample.dependence == Dependence::Dependent {
                    buffer.set_flags(gst::BufferFlags::DELTA_UNIT);
                }
            }
            self.input.push_buffer(buffer)?;
            decode_ticks += i64::from(sample.duration_ticks);
            at += sample.size_bytes as usize;
        }
        Ok(())
    }

    /// Lets everything under way out.
    fn finish(self) -> Result<(), TaskError> {
        self.input.end_of_stream()?;
        let bus = self.running.0.bus().ok_or("no bus")?;
        let ended = bus.timed_pop_filtered(gst::ClockTime::from_seconds(10), &[gst::MessageType::Eos, gst::MessageType::Error]);
        match ended.as_deref().map(gst::MessageRef::type_) {
            Some(gst::MessageType::Eos) => Ok(()),
            _ => Err("the stream could not be converted to its end".into()),
        }
    }
}

/// What comes out of the encoder goes to the daemon.
struct Leaving {
    places: Places,
    told: Option<CodecParameters>,
    sequence_number: u32,
}

impl Leaving {
    fn leave(&mut self, sample: &gst::Sample) -> Result<(), TaskError> {
        let (Some(buffer), Some(caps)) = (sample.buffer(), sample.caps()) else { return Err("an empty sample".into()) };
        let parameters = format::parameters(caps)?;
        if self.told.as_ref() != Some(&parameters) {
            let init = fragment::init_segment(&parameters)?;
            wire::write(stdout().lock(), &StreamPiece::Init { init, mime: fragment::mime(&parameters), caption: None })?;
            self.told = Some(parameters);
        }
        let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>()).ok_or("no segment")?;
        let nanos = buffer.pts().and_then(|pts| segment.to_running_time(pts)).ok_or("a picture without a time")?.nseconds();
        let Some(place) = self.take_place(nanos) else { return Err("a picture that nobody sent".into()) };
        let data = Bytes::copy_from_slice(&buffer.map_readable()?);
        let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        let entry = Sample {
            size_bytes: u32::try_from(data.len())?,
            duration_ticks: place.duration_ticks,
            composition_offset_ticks: 0,
            dependence: if key { Dependence::RandomAccess } else { Dependence::Dependent },
        };
        let made = fragment::fragment(self.sequence_number, place.ticks, &[(entry, data)])?;
        self.sequence_number = self.sequence_number.wrapping_add(1);
        wire::write(stdout().lock(), &StreamPiece::Fragment(made.bytes.into()))?;
        Ok(())
    }

    /// The place of a picture, and of those before it: they were not decodable and never come.
    fn take_place(&self, nanos: u64) -> Option<Place> {
        let mut places = self.places.lock();
        let later = places.split_off(&(nanos + 1));
        let found = places.pop_last().map(|(_, place)| place);
        *places = later;
        found
    }
}
