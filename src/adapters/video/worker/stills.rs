//! Key frames into JPEG pictures: one decoded access unit at a time, each by a pipeline of its own,
//! so that nothing of one picture can linger into the next.

use std::io::{stdin, stdout};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::{AppSink, AppSrc};
use gstreamer_video::{VideoFrameRef, VideoInfo};
use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};

use super::{TaskError, format};
use crate::{
    adapters::video::wire::{self, StillMade, StillWanted},
    domain::recording::fragment::parse_init_segment,
};

const JPEG_QUALITY: u8 = 80;
const DECODE_LIMIT: gst::ClockTime = gst::ClockTime::from_seconds(10);
/// Neither a panorama nor a strip may ask for an absurd width.
const WIDTH_PX_MAX: u32 = 4096;

pub fn run() -> Result<(), TaskError> {
    let (mut input, mut output) = (stdin().lock(), stdout().lock());
    while let Some(wanted) = wire::read::<StillWanted>(&mut input)? {
        let made = jpeg(&wanted).map_or(StillMade::Undecodable, StillMade::Jpeg);
        wire::write(&mut output, &made)?;
    }
    Ok(())
}

fn jpeg(wanted: &StillWanted) -> Result<Bytes, TaskError> {
    let parameters = parse_init_segment(&wanted.init)?;
    let height_px = u32::from(wanted.height_px).min(parameters.height_px).max(1);
    let width_px = (parameters.width_px * height_px / parameters.height_px.max(1)).clamp(1, WIDTH_PX_MAX);
    let pipeline = gst::parse::launch(&format!(
        "appsrc name=in format=time ! {} ! videoconvertscale ! video/x-raw,format=RGB,width={width_px},height={height_px},pixel-aspect-ratio=1/1 \
         ! appsink name=out sync=false",
        format::decoder(parameters.codec)
    ))?
    .downcast::<gst::Pipeline>()
    .map_err(|_| "not a pipeline")?;
    let running = Running(pipeline);
    let input = running.0.by_name("in").and_then(|element| element.downcast::<AppSrc>().ok()).ok_or("no input")?;
    let output = running.0.by_name("out").and_then(|element| element.downcast::<AppSink>().ok()).ok_or("no output")?;
    input.set_caps(Some(&format::caps(&parameters)?));
    running.0.set_state(gst::State::Playing)?;
    let mut buffer = gst::Buffer::from_slice(wanted.access_unit.clone());
    if let Some(buffer) = buffer.get_mut() {
        buffer.set_pts(gst::ClockTime::ZERO);
    }
    input.push_buffer(buffer)?;
    input.end_of_stream()?;
    let sample = output.try_pull_sample(DECODE_LIMIT).ok_or("no picture came out")?;
    let (Some(buffer), Some(caps)) = (sample.buffer(), sample.caps()) else { return Err("an empty picture".into()) };
    let info = VideoInfo::from_caps(caps)?;
    let frame = VideoFrameRef::from_buffer_ref_readable(buffer, &info)?;
    let stride = usize::try_from(info.stride()[0])?;
    let row_bytes = width_px as usize * 3;
    let pixels: Vec<u8> = frame.plane_data(0)?.chunks(stride).take(height_px as usize).flat_map(|row| &row[..row_bytes]).copied().collect();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY).encode(&pixels, width_px, height_px, ExtendedColorType::Rgb8)?;
    Ok(jpeg.into())
}

/// Stops its pipeline however it is left.
pub struct Running(pub gst::Pipeline);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.set_state(gst::State::Null);
    }
}
