//! A stretch as a camera's recording gives it: parameters, then fragments of coded pictures.

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::AppSink;
use holdfast::{
    adapters::video::redaction::ClipPiece,
    domain::recording::{
        access_unit::{CodecParameters, Dependence, VideoCodec},
        fragment,
        index::Sample,
    },
};
use mp4_atom::{Atom, Avc1, Avcc, Codec, Encode, Hvc1, Hvcc, Visual};

/// When the first picture is shown, 90 kHz ticks since the epoch.
pub const ORIGIN_TICKS: i64 = 1_790_000_000 * 90_000;
/// Ten pictures a second.
pub const PICTURE_TICKS: u32 = 9_000;
/// By how many pictures showing lags behind decoding, so that none is shown before it is decoded.
const LAG_PICTURES: i64 = 3;
const PICTURES_A_FRAGMENT: usize = 6;

/// Bright noise of one size in one codec.
#[derive(Clone, Copy, Debug)]
pub struct Shot {
    pub codec: VideoCodec,
    pub size_px: (u32, u32),
    pub pictures: u32,
}

/// The shots one after the other, and when each picture is shown after the first.
pub fn recorded(shots: &[Shot]) -> (Vec<ClipPiece>, Vec<u64>) {
    let (mut pieces, mut shown) = (Vec::new(), 0_i64);
    for shot in shots {
        let (parameters, samples) = coded(shot, ORIGIN_TICKS + shown * i64::from(PICTURE_TICKS));
        pieces.push(ClipPiece::Init { origin_ticks: ORIGIN_TICKS, init: fragment::init_segment(&parameters).unwrap() });
        for (number, group) in samples.chunks(PICTURES_A_FRAGMENT).enumerate() {
            let start = group[0].0;
            let units: Vec<(Sample, Bytes)> = group.iter().map(|(_, sample, data)| (*sample, data.clone())).collect();
            let made = fragment::fragment(u32::try_from(number).unwrap(), start, &units).unwrap();
            pieces.push(ClipPiece::Fragment(made.bytes.into()));
        }
        shown += i64::from(shot.pictures);
    }
    let frame_ticks = (0..u64::try_from(shown).unwrap()).map(|frame| frame * u64::from(PICTURE_TICKS)).collect();
    (pieces, frame_ticks)
}

/// When each is decoded, and what it is.
fn coded(shot: &Shot, from_ticks: i64) -> (CodecParameters, Vec<(i64, Sample, Bytes)>) {
    gst::init().unwrap();
    let (width, height) = shot.size_px;
    let encoder = match shot.codec {
        VideoCodec::H264 => "x264enc key-int-max=8 bframes=2 ! h264parse ! video/x-h264,stream-format=avc,alignment=au",
        VideoCodec::H265 => "x265enc key-int-max=8 speed-preset=ultrafast ! h265parse ! video/x-h265,stream-format=hvc1,alignment=au",
    };
    let chain = format!(
        "videotestsrc pattern=snow num-buffers={} ! video/x-raw,format=I420,width={width},height={height},framerate=10/1 ! \
         videobalance brightness=0.3 ! {encoder} ! appsink name=out sync=false",
        shot.pictures
    );
    let pipeline = gst::parse::launch(&chain).unwrap().downcast::<gst::Pipeline>().unwrap();
    let sink = pipeline.by_name("out").unwrap().downcast::<AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let (mut parameters, mut samples, mut first) = (None, Vec::new(), None);
    while let Ok(sample) = sink.pull_sample() {
        parameters.get_or_insert_with(|| parameters_of(sample.caps().unwrap(), shot));
        let buffer = sample.buffer().unwrap();
        let pts = buffer.pts().unwrap();
        let since_first = i64::try_from((pts - *first.get_or_insert(pts)).nseconds() * 9 / 100_000).unwrap();
        let data = Bytes::copy_from_slice(&buffer.map_readable().unwrap());
        let decoded = (i64::try_from(samples.len()).unwrap() - LAG_PICTURES) * i64::from(PICTURE_TICKS);
        let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
        let entry = Sample {
            size_bytes: u32::try_from(data.len()).unwrap(),
            duration_ticks: PICTURE_TICKS,
            composition_offset_ticks: i32::try_from(since_first - decoded).unwrap(),
            dependence: if key { Dependence::RandomAccess } else { Dependence::Dependent },
        };
        samples.push((from_ticks + decoded, entry, data));
    }
    pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!(samples.len(), shot.pictures as usize);
    (parameters.unwrap(), samples)
}

fn parameters_of(caps: &gst::CapsRef, shot: &Shot) -> CodecParameters {
    let codec_data = caps.structure(0).unwrap().get::<gst::Buffer>("codec_data").unwrap();
    let codec_data = codec_data.map_readable().unwrap();
    let (width_px, height_px) = shot.size_px;
    let visual = Visual { width: u16::try_from(width_px).unwrap(), height: u16::try_from(height_px).unwrap(), ..Visual::default() };
    let entry = match shot.codec {
        VideoCodec::H264 => Codec::Avc1(Avc1 { visual, avcc: Avcc::decode_body(&mut codec_data.as_slice()).unwrap(), ..Avc1::default() }),
        VideoCodec::H265 => Codec::Hvc1(Hvc1 { visual, hvcc: Hvcc::decode_body(&mut codec_data.as_slice()).unwrap(), ..Hvc1::default() }),
    };
    let mut sample_entry = Vec::new();
    entry.encode(&mut sample_entry).unwrap();
    let sample_entry = Bytes::from(sample_entry);
    let rough = CodecParameters { codec: shot.codec, rfc6381: String::new(), width_px, height_px, sample_entry };
    fragment::parse_init_segment(&fragment::init_segment(&rough).unwrap()).unwrap()
}
