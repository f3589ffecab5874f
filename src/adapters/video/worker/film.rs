//! A redacted film as it is encoded: pictures in, coded pictures to the daemon.
//!
//! Refuses to go on where the encoder gives up. Next: [`crate::adapters::video::redaction`] puts the film
//! together.

use std::{io::stdout, sync::mpsc, time::Duration};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::{AppSink, AppSinkCallbacks, AppSrc};

use super::{TaskError, clip, format, stills::Running};
use crate::{
    adapters::video::wire::{self, RedactFailure, RedactNews},
    domain::{recording::fragment, redaction::picture::Picture},
};

/// Near to what was recorded; a key frame at least every two seconds at 25 a second, and no picture that
/// waits for a later one, so that no edit list is needed.
const ENCODER: &str = "x264enc tune=zerolatency speed-preset=veryfast pass=quant quantizer=21 key-int-max=50 bframes=0 threads=2 \
                       ! video/x-h264,profile=high,stream-format=avc,alignment=au";
const INPUT_BUFFERS_MAX: u64 = 4;
/// How often the end is waited for: a minute in all.
const PATIENCES_MAX: u32 = 600;
const PATIENCE: Duration = Duration::from_millis(100);

/// The encoder; what comes out of it goes to the daemon.
pub struct Film {
    running: Running,
    input: AppSrc,
    /// Hears once all has left.
    ended: mpsc::Receiver<()>,
}

impl Film {
    pub fn start(width_px: u32, height_px: u32) -> Result<Self, TaskError> {
        let running = clip::launch(&format!(
            "appsrc name=in format=time block=true max-buffers={INPUT_BUFFERS_MAX} ! {ENCODER} ! appsink name=out sync=false max-buffers=4"
        ))?;
        let input = clip::source(&running)?;
        input.set_caps(Some(
            &gst::Caps::builder("video/x-raw")
                .field("format", "I420")
                .field("width", i32::try_from(width_px)?)
                .field("height", i32::try_from(height_px)?)
                .field("framerate", gst::Fraction::new(25, 1))
                .build(),
        ));
        let mut told = false;
        let take = move |sink: &AppSink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            leave(&sample, &mut told).map_err(|_| gst::FlowError::Error)?;
            Ok(gst::FlowSuccess::Ok)
        };
        let (tell_end, ended) = mpsc::channel();
        let end = move |_: &AppSink| {
            let _ = tell_end.send(());
        };
        clip::sink(&running)?.set_callbacks(AppSinkCallbacks::builder().new_sample(take).eos(end).build());
        running.0.set_state(gst::State::Playing)?;
        Ok(Self { running, input, ended })
    }

    pub fn push(&self, picture: &Picture, ticks: u64) -> Result<(), TaskError> {
        let (width_px, height_px) = picture.size_px();
        let info = gstreamer_video::VideoInfo::builder(gstreamer_video::VideoFormat::I420, width_px, height_px).build()?;
        let mut bytes = vec![0; info.size()];
        let halves = [(width_px, height_px), (width_px / 2, height_px / 2), (width_px / 2, height_px / 2)];
        for ((plane, rows), (wide, high)) in picture.planes().into_iter().enumerate().zip(halves) {
            let (offset, stride) = (info.offset()[plane], usize::try_from(info.stride()[plane])?);
            for y in 0..high as usize {
                let row = &rows[y * wide as usize..(y + 1) * wide as usize];
                bytes[offset + y * stride..][..wide as usize].copy_from_slice(row);
            }
        }
        let mut buffer = gst::Buffer::from_slice(bytes);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(gst::ClockTime::from_nseconds(ticks * 100_000 / 9));
        }
        self.input.push_buffer(buffer).map_err(|why| self.given_up(why))?;
        Ok(())
    }

    pub fn finish(self) -> Result<(), TaskError> {
        self.input.end_of_stream().map_err(|why| self.given_up(why))?;
        for _ in 0..PATIENCES_MAX {
            if self.ended.recv_timeout(PATIENCE).is_ok() {
                return Ok(());
            }
            if let Some(message) = self.running.0.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]))
                && let gst::MessageView::Error(error) = message.view()
            {
                return Err(RedactFailure::Encoder(told(error)).into());
            }
        }
        Err(RedactFailure::Encoder("it never came to an end".into()).into())
    }

    /// Why it takes no more.
    fn given_up(&self, why: gst::FlowError) -> RedactFailure {
        let message = self.running.0.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        match message.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(error)) => RedactFailure::Encoder(told(error)),
            _ => RedactFailure::Encoder(why.to_string()),
        }
    }
}

fn told(error: &gst::message::Error) -> String {
    format!("{} ({})", error.error(), error.debug().unwrap_or_default())
}

fn leave(sample: &gst::Sample, told: &mut bool) -> Result<(), TaskError> {
    let (Some(buffer), Some(caps)) = (sample.buffer(), sample.caps()) else { return Err("an empty sample".into()) };
    if !*told {
        wire::write(stdout().lock(), &RedactNews::Parameters(fragment::init_segment(&format::parameters(caps)?)?))?;
        *told = true;
    }
    let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>()).ok_or("no segment")?;
    let nanos = buffer.pts().and_then(|pts| segment.to_running_time(pts)).ok_or("a picture without a time")?.nseconds();
    let ticks = u64::try_from((u128::from(nanos) * 9 + 50_000) / 100_000)?;
    let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
    let data = Bytes::copy_from_slice(&buffer.map_readable()?);
    Ok(wire::write(stdout().lock(), &RedactNews::Unit { ticks, key, data })?)
}
