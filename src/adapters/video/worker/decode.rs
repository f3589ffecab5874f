//! Segments decoded and thrown away: does what is kept still make pictures, and how many?
//!
//! At the lowest priority, so that recording never waits for it. Counts the pictures shown from the
//! first key frame on; what an open group shows before it leans on another segment. Refuses nothing:
//! a stream that can't be decoded is an answer.

use std::{
    io::{stdin, stdout},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::{AppSink, AppSinkCallbacks, AppSrc};

use super::{TaskError, format, stills::Running};
use crate::{
    adapters::video::wire::{self, DecodePiece, Decoded},
    domain::recording::{access_unit::Dependence, fragment},
};

const LOWEST_PRIORITY: i32 = 19;
const INPUT_BUFFERS_MAX: u64 = 8;
/// For what is still in the decoder when the last fragment has gone in.
const DRAIN_LIMIT: gst::ClockTime = gst::ClockTime::from_seconds(60);

pub fn run() -> Result<(), TaskError> {
    rustix::process::nice(LOWEST_PRIORITY)?;
    let mut input = stdin().lock();
    let mut line: Option<Line> = None;
    while let Some(piece) = wire::read(&mut input)? {
        match piece {
            DecodePiece::Init(init) => line = Some(Line::start(&init)?),
            DecodePiece::Fragment(bytes) => line.as_mut().ok_or("a fragment before its init segment")?.push(&bytes)?,
            DecodePiece::End => wire::write(stdout().lock(), &line.take().ok_or("an end without a start")?.finish()?)?,
        }
    }
    Ok(())
}

/// One segment's way through a decoder.
struct Line {
    running: Running,
    input: AppSrc,
    pictures: Arc<AtomicU64>,
    expected: u64,
    /// Where the first key frame is shown, ticks.
    from_ticks: Option<i64>,
}

impl Line {
    fn start(init: &Bytes) -> Result<Self, TaskError> {
        let parameters = fragment::parse_init_segment(init)?;
        let pipeline = gst::parse::launch(&format!(
            "appsrc name=in format=time block=true max-buffers={INPUT_BUFFERS_MAX} ! {} ! appsink name=out sync=false max-buffers=2",
            format::decoder(parameters.codec)
        ))?
        .downcast::<gst::Pipeline>()
        .map_err(|_| "not a pipeline")?;
        let input = pipeline.by_name("in").and_then(|element| element.downcast::<AppSrc>().ok()).ok_or("no input")?;
        let output = pipeline.by_name("out").and_then(|element| element.downcast::<AppSink>().ok()).ok_or("no output")?;
        input.set_caps(Some(&format::caps(&parameters)?));
        let pictures = Arc::new(AtomicU64::new(0));
        let counting = Arc::clone(&pictures);
        let take = move |sink: &AppSink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let shown = sample.buffer().and_then(gst::BufferRef::pts);
            if shown.is_some_and(|shown| shown >= ORIGIN) {
                counting.fetch_add(1, Ordering::Relaxed);
            }
            Ok(gst::FlowSuccess::Ok)
        };
        output.set_callbacks(AppSinkCallbacks::builder().new_sample(take).build());
        pipeline.set_state(gst::State::Playing)?;
        Ok(Self { running: Running(pipeline), input, pictures, expected: 0, from_ticks: None })
    }

    fn push(&mut self, bytes: &Bytes) -> Result<(), TaskError> {
        let parsed = fragment::parse_fragment(bytes)?;
        let mut decode_ticks = parsed.start_ticks;
        let mut at = parsed.payload_offset as usize;
        for sample in &parsed.samples {
            let data = bytes.slice(at..at + sample.size_bytes as usize);
            let ticks = decode_ticks + i64::from(sample.composition_offset_ticks);
            if sample.dependence == Dependence::RandomAccess {
                self.from_ticks.get_or_insert(ticks);
            }
            if let Some(from_ticks) = self.from_ticks {
                self.expected += u64::from(ticks >= from_ticks);
                self.push_picture(data, ticks - from_ticks, sample.dependence);
            }
            decode_ticks += i64::from(sample.duration_ticks);
            at += sample.size_bytes as usize;
        }
        Ok(())
    }

    /// A picture, so many ticks after the first key frame. A decoder that has given up takes no more:
    /// the count tells.
    fn push_picture(&self, data: Bytes, ticks: i64, dependence: Dependence) {
        let nanos = i64::try_from(ORIGIN.nseconds()).unwrap_or_default().saturating_add(ticks.saturating_mul(100_000) / 9);
        let mut buffer = gst::Buffer::from_slice(data);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(gst::ClockTime::from_nseconds(u64::try_from(nanos).unwrap_or_default()));
            if dependence == Dependence::Dependent {
                buffer.set_flags(gst::BufferFlags::DELTA_UNIT);
            }
        }
        let _ = self.input.push_buffer(buffer);
    }

    fn finish(self) -> Result<Decoded, TaskError> {
        let _ = self.input.end_of_stream();
        let bus = self.running.0.bus().ok_or("no bus")?;
        let ended = bus.timed_pop_filtered(DRAIN_LIMIT, &[gst::MessageType::Eos, gst::MessageType::Error]);
        let drained = matches!(ended.as_deref().map(gst::MessageRef::type_), Some(gst::MessageType::Eos));
        Ok(Decoded { expected: self.expected, pictures: self.pictures.load(Ordering::Relaxed), drained })
    }
}

/// Where the first key frame is put, so that what is shown before it has room.
const ORIGIN: gst::ClockTime = gst::ClockTime::from_seconds(10);
