//! Makes clips: drawn scenes and foreign files into H.264, H.265 or MJPEG, as a camera encodes.
//!
//! A key frame every two seconds and no B-frames, unless an open GOP is asked for. Slow (it encodes),
//! so `clip` keeps what it makes. Next: `clip` loads the result.

use std::path::Path;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::AppSrc;

use super::{Codec, GopStructure, SceneShape, SimulatorError, scene::Scene};

/// Runs a pipeline until it has nothing more to do.
pub fn run_to_end(pipeline: &gst::Pipeline) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let outcome = pipeline.set_state(gst::State::Playing).map_err(Into::into).and_then(|_| {
        let bus = pipeline.bus().ok_or("the pipeline has no bus")?;
        for message in bus.iter_timed(gst::ClockTime::NONE) {
            match message.view() {
                gst::MessageView::Eos(_) => return Ok(()),
                gst::MessageView::Error(error) => return Err(error.error().into()),
                _ => {}
            }
        }
        Err("the pipeline fell silent".into())
    });
    let _ = pipeline.set_state(gst::State::Null);
    outcome
}

/// A drawn scene into a file.
pub fn scene(shape: &SceneShape, codec: Codec, to: &Path) -> Result<(), SimulatorError> {
    let key_distance = shape.frames_per_second * 2;
    let chain = format!(
        "appsrc name=drawn format=time block=true max-buffers=4 ! {}",
        encoder(codec, shape.kilobits_per_second, key_distance, shape.gop)
    );
    let pipeline = pipeline(&chain, to)?;
    let refused = || gst::glib::bool_error!("the drawing has no way into the pipeline");
    let drawn = pipeline.by_name("drawn").and_then(|element| element.downcast::<AppSrc>().ok()).ok_or_else(refused)?;
    let caps = gst::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", shape.width_px as i32)
        .field("height", shape.height_px as i32)
        .field("framerate", gst::Fraction::new(shape.frames_per_second as i32, 1))
        .field("colorimetry", "bt709")
        .build();
    drawn.set_caps(Some(&caps));
    let shape = *shape;
    // Ends on its own: a pipeline that fails refuses the next frame.
    let drawing = std::thread::spawn(move || {
        let mut scene = Scene::new(shape);
        for index in 0..u64::from(shape.frames_per_second * shape.seconds) {
            let mut buffer = gst::Buffer::from_mut_slice(scene.frame(index));
            let nanos = |frame: u64| gst::ClockTime::from_nseconds(frame * 1_000_000_000 / u64::from(shape.frames_per_second));
            if let Some(buffer) = buffer.get_mut() {
                buffer.set_pts(nanos(index));
                buffer.set_duration(nanos(index + 1) - nanos(index));
            }
            if drawn.push_buffer(buffer).is_err() {
                return;
            }
        }
        let _ = drawn.end_of_stream();
    });
    let outcome = run_to_end(&pipeline);
    let _ = drawing.join();
    outcome.map_err(|cause| SimulatorError::Media { file: "the drawn scene".to_owned(), cause })
}

/// Any file that can be decoded into a file that a camera could have sent.
pub fn transcode(from: &Path, codec: Codec, to: &Path) -> Result<(), SimulatorError> {
    let chain = format!("filesrc name=from ! decodebin ! videoconvert ! {}", encoder(codec, 2000, 25, GopStructure::Closed));
    let pipeline = pipeline(&chain, to)?;
    if let Some(source) = pipeline.by_name("from") {
        source.set_property("location", from);
    }
    run_to_end(&pipeline).map_err(|cause| SimulatorError::Media { file: from.display().to_string(), cause })
}

fn pipeline(chain: &str, to: &Path) -> Result<gst::Pipeline, SimulatorError> {
    let made = gst::parse::launch(&format!("{chain} ! matroskamux ! filesink name=to"))?;
    let pipeline = made.downcast::<gst::Pipeline>().map_err(|_| gst::glib::bool_error!("not a pipeline"))?;
    if let Some(sink) = pipeline.by_name("to") {
        sink.set_property("location", to);
    }
    Ok(pipeline)
}

fn encoder(codec: Codec, kilobits_per_second: u32, key_distance: u32, gop: GopStructure) -> String {
    match (codec, gop) {
        (Codec::H264, GopStructure::Closed) => format!(
            "x264enc bitrate={kilobits_per_second} key-int-max={key_distance} bframes=0 speed-preset=veryfast tune=zerolatency sliced-threads=false \
             ! video/x-h264,profile=main ! h264parse"
        ),
        (Codec::H264, GopStructure::Open) => format!(
            "x264enc bitrate={kilobits_per_second} key-int-max={key_distance} bframes=2 b-adapt=false speed-preset=veryfast \
             option-string=open-gop=1 ! video/x-h264,profile=main ! h264parse"
        ),
        (Codec::H265, GopStructure::Closed) => format!(
            "x265enc bitrate={kilobits_per_second} key-int-max={key_distance} speed-preset=superfast tune=zerolatency log-level=error \
             option-string=open-gop=0:bframes=0 ! h265parse"
        ),
        (Codec::H265, GopStructure::Open) => format!(
            "x265enc bitrate={kilobits_per_second} key-int-max={key_distance} speed-preset=superfast log-level=error \
             option-string=open-gop=1:bframes=3:scenecut=0 ! h265parse"
        ),
        (Codec::Mjpeg, _) => "jpegenc quality=70 ! jpegparse".to_owned(),
    }
}
