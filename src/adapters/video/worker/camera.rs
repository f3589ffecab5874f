//! A camera that retina can't speak to: RTSP inside TLS (`rtsps://`), and MJPEG, which has no place
//! in an MP4 and is encoded to H.264 on the way in.
//!
//! H.264 and H.265 go through untouched. A certificate must be one that the machine trusts. Ends
//! when the camera does, or with one refusal. Next: [`crate::adapters::video::camera`] hears it.

use std::{
    io::{stdin, stdout},
    sync::Arc,
};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::{AppSink, AppSinkCallbacks};
use parking_lot::Mutex;

use super::{TaskError, format, stills::Running};
use crate::{
    adapters::video::wire::{self, CameraCall, CameraNews, CameraRefusal, OverUdp},
    domain::recording::{
        access_unit::CodecParameters,
        fragment,
        nal_unit::{NalUnitRole, NalUnits},
    },
};

/// Near to what the camera sent; a key frame at least every fifty pictures.
const ENCODER: &str = "x264enc tune=zerolatency speed-preset=veryfast pass=quant quantizer=21 key-int-max=50 bframes=0 threads=2 \
                       ! video/x-h264,profile=high,stream-format=avc,alignment=au";
/// How long packets are waited for that overtook each other, milliseconds.
const LATENCY_MILLIS: u32 = 100;

pub fn run() -> Result<(), TaskError> {
    let call: CameraCall = wire::read(stdin().lock())?.ok_or("no call")?;
    // Nothing else is sent: the end of input means that nobody listens any more.
    std::thread::spawn(|| {
        let _ = wire::read::<CameraCall>(stdin().lock());
        std::process::exit(0);
    });
    let running = Running(gst::Pipeline::new());
    let source = source(&call)?;
    running.0.add(&source)?;
    let found = Arc::new(Mutex::new(Found::Nothing));
    connect(&running.0, &source, &found);
    let refusal = match running.0.set_state(gst::State::Playing) {
        Ok(_) => until_it_ends(&running.0, &found),
        Err(_) => Some(CameraRefusal::Unreachable),
    };
    if let Some(refusal) = refusal {
        wire::write(stdout().lock(), &CameraNews::Refused(refusal))?;
    }
    Ok(())
}

fn source(call: &CameraCall) -> Result<gst::Element, TaskError> {
    let protocols = match (call.url.scheme(), call.over_udp) {
        ("rtsps", _) => "tcp+tls",
        (_, OverUdp::Yes) => "udp",
        (_, OverUdp::No) => "tcp",
    };
    let mut source = gst::ElementFactory::make("rtspsrc")
        .property("location", call.url.as_str())
        .property_from_str("protocols", protocols)
        .property("latency", LATENCY_MILLIS)
        .property("user-agent", "Holdfast");
    if let Some(username) = &call.username {
        source = source.property("user-id", username).property("user-pw", call.password.as_deref().unwrap_or_default());
    }
    Ok(source.build()?)
}

/// What of the camera's streams is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    /// Only streams that can't be recorded.
    Unusable,
    Video,
}

fn connect(pipeline: &gst::Pipeline, source: &gst::Element, found: &Arc<Mutex<Found>>) {
    let (weak, found) = (pipeline.downgrade(), Arc::clone(found));
    source.connect_pad_added(move |_, pad| {
        let Some(pipeline) = weak.upgrade() else { return };
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let text = |name: &str| caps.structure(0).and_then(|structure| structure.get::<String>(name).ok()).unwrap_or_default();
        let mut found = found.lock();
        let chain = match (text("media").as_str(), text("encoding-name").as_str(), *found) {
            ("video", "JPEG", Found::Nothing) => format!("rtpjpegdepay ! jpegdec ! videoconvert ! video/x-raw,format=I420 ! {ENCODER}"),
            ("video", "H264", Found::Nothing) => "rtph264depay ! h264parse ! video/x-h264,stream-format=avc,alignment=au".to_owned(),
            ("video", "H265", Found::Nothing) => "rtph265depay ! h265parse ! video/x-h265,stream-format=hvc1,alignment=au".to_owned(),
            _ => String::new(),
        };
        let taken = !chain.is_empty();
        *found = match (*found, taken) {
            (Found::Nothing, false) => Found::Unusable,
            (_, true) => Found::Video,
            (before, false) => before,
        };
        let branch = if taken { format!("{chain} ! appsink name=units sync=false max-buffers=64") } else { "fakesink sync=false".into() };
        if let Err(error) = attach(&pipeline, pad, &branch) {
            gst::element_error!(pipeline, gst::CoreError::Failed, ("{error}"));
        }
    });
}

fn attach(pipeline: &gst::Pipeline, pad: &gst::Pad, branch: &str) -> Result<(), TaskError> {
    let bin = gst::parse::bin_from_description(branch, true)?;
    if let Some(sink) = bin.by_name("units").and_then(|sink| sink.downcast::<AppSink>().ok()) {
        let mut told: Option<CodecParameters> = None;
        let take = move |sink: &AppSink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            tell(&sample, &mut told).map_err(|_| gst::FlowError::Error)?;
            Ok(gst::FlowSuccess::Ok)
        };
        sink.set_callbacks(AppSinkCallbacks::builder().new_sample(take).build());
    }
    pipeline.add(&bin)?;
    bin.sync_state_with_parent()?;
    pad.link(&bin.static_pad("sink").ok_or("no way in")?)?;
    Ok(())
}

fn tell(sample: &gst::Sample, told: &mut Option<CodecParameters>) -> Result<(), TaskError> {
    let (Some(buffer), Some(caps)) = (sample.buffer(), sample.caps()) else { return Err("an empty sample".into()) };
    let parameters = format::parameters(caps)?;
    let codec = parameters.codec;
    if told.as_ref() != Some(&parameters) {
        wire::write(stdout().lock(), &CameraNews::Parameters(fragment::init_segment(&parameters)?))?;
        *told = Some(parameters);
    }
    let mapped = buffer.map_readable()?;
    let mut data = Vec::with_capacity(mapped.len());
    // As with retina, parameter sets travel in the sample entry.
    for unit in NalUnits::of(&mapped).filter(|unit| NalUnitRole::of(codec, unit) != NalUnitRole::ParameterSet) {
        data.extend_from_slice(&u32::try_from(unit.len())?.to_be_bytes());
        data.extend_from_slice(unit);
    }
    let nanos = buffer.pts().ok_or("a picture without a time")?.nseconds();
    let rtp_ticks = i64::try_from(u128::from(nanos) * 9 / 100_000)?;
    wire::write(stdout().lock(), &CameraNews::AccessUnit { rtp_ticks, data: Bytes::from(data) })?;
    Ok(())
}

/// Waits for the end; what the camera refused, if that was the end.
fn until_it_ends(pipeline: &gst::Pipeline, found: &Mutex<Found>) -> Option<CameraRefusal> {
    let bus = pipeline.bus()?;
    for message in bus.iter_timed(gst::ClockTime::NONE) {
        match message.view() {
            gst::MessageView::Eos(_) => return None,
            gst::MessageView::Error(error) => return Some(refusal(&error.error())),
            // rtspsrc has shown all streams of the camera once it has no more pads to add.
            gst::MessageView::StateChanged(_) if *found.lock() == Found::Unusable => return Some(CameraRefusal::UnsupportedCodec),
            _ => {}
        }
    }
    None
}

fn refusal(error: &gst::glib::Error) -> CameraRefusal {
    if let Some(kind) = error.kind::<gst::ResourceError>() {
        let text = error.message();
        return match kind {
            gst::ResourceError::NotAuthorized => CameraRefusal::WrongPassword,
            gst::ResourceError::NotFound => CameraRefusal::StreamUnknown,
            _ if text.contains("TLS") || text.contains("certificate") => CameraRefusal::Untrusted,
            gst::ResourceError::OpenRead | gst::ResourceError::OpenReadWrite | gst::ResourceError::OpenWrite => CameraRefusal::Unreachable,
            _ => CameraRefusal::Protocol,
        };
    }
    CameraRefusal::Protocol
}
