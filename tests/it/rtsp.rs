//! A camera's access units arrive as the camera has them, and its end is noticed.
//!
//! Truth is a bare Annex B file split here by start codes, not by the code under test. Next: `rtsp_refusals`.

use std::{path::Path, time::Duration};

use gstreamer::prelude::*;
use holdfast::{
    adapters::{
        clock,
        rtsp::{CameraSource, SourceEvent, SourceLost},
    },
    demo::cameras::frame_number::FrameNumber,
    domain::{
        camera::Transport,
        recording::{
            access_unit::{AccessUnit, Dependence, VideoCodec},
            nal_unit::NalUnits,
        },
    },
};

use crate::cameras::Cameras;

pub const LIMIT: Duration = Duration::from_secs(20);

/// Encodes a bare stream of `frames` pictures with GStreamer.
pub fn encode(encoder: &str, frames: u32, to: &Path) {
    gstreamer::init().unwrap();
    let chain = format!(
        "videotestsrc pattern=ball num-buffers={frames} ! video/x-raw,width=320,height=240,framerate=25/1 ! {encoder} ! filesink location={}",
        to.display()
    );
    let pipeline = gstreamer::parse::launch(&chain).unwrap();
    pipeline.set_state(gstreamer::State::Playing).unwrap();
    let bus = pipeline.bus().unwrap();
    let end = bus.timed_pop_filtered(gstreamer::ClockTime::from_seconds(60), &[gstreamer::MessageType::Eos, gstreamer::MessageType::Error]);
    assert_eq!(end.unwrap().type_(), gstreamer::MessageType::Eos);
    pipeline.set_state(gstreamer::State::Null).unwrap();
}

pub const H264: &str = "x264enc bframes=0 key-int-max=10 tune=zerolatency ! video/x-h264,profile=main,stream-format=byte-stream";
pub const H265: &str = "x265enc key-int-max=10 tune=zerolatency log-level=error ! video/x-h265,stream-format=byte-stream";
const H265_OPEN_GOP: &str = "x265enc key-int-max=10 log-level=error option-string=open-gop=1:bframes=3:min-keyint=10:scenecut=0 \
                             ! video/x-h265,stream-format=byte-stream";

/// NAL units between start codes (ITU-T H.264 annex B).
pub fn split_annex_b(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut units = vec![];
    let mut begin = None;
    let mut at = 0;
    while at + 3 <= stream.len() {
        if stream[at..at + 3] == [0, 0, 1] {
            if let Some(begin) = begin {
                units.push(without_trailing_zeros(&stream[begin..at]));
            }
            begin = Some(at + 3);
            at += 3;
        } else {
            at += 1;
        }
    }
    units.extend(begin.map(|begin| without_trailing_zeros(&stream[begin..])));
    units
}

fn without_trailing_zeros(unit: &[u8]) -> Vec<u8> {
    let end = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    unit[..end].to_vec()
}

pub fn nal_type(codec: VideoCodec, unit: &[u8]) -> u8 {
    match codec {
        VideoCodec::H264 => unit[0] & 0x1f,
        VideoCodec::H265 => unit[0] >> 1 & 0x3f,
    }
}

pub fn is_parameter_set(codec: VideoCodec, unit: &[u8]) -> bool {
    match codec {
        VideoCodec::H264 => matches!(nal_type(codec, unit), 7 | 8),
        VideoCodec::H265 => matches!(nal_type(codec, unit), 32..=34),
    }
}

async fn next_access_unit(source: &mut CameraSource) -> AccessUnit {
    loop {
        if let SourceEvent::AccessUnit(unit) = source.next_within(LIMIT).await.expect("the camera plays") {
            return unit;
        }
    }
}

pub async fn access_units(source: &mut CameraSource, count: usize) -> Vec<AccessUnit> {
    let mut units = vec![];
    while units.len() < count {
        units.push(next_access_unit(source).await);
    }
    units
}

/// Every NAL unit received is the file's next one, over the seam of the loop too.
async fn assert_byte_identity(encoder: &str, codec: VideoCodec, name: &str) {
    const FRAMES: usize = 30;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    encode(encoder, FRAMES as u32, &file);
    let (parameter_sets, sent): (Vec<_>, Vec<_>) =
        split_annex_b(&std::fs::read(&file).unwrap()).into_iter().partition(|unit| is_parameter_set(codec, unit));
    let file = file.display();
    let digest = format!("path=digest,file={file},user=viewer,password=word");
    let basic = format!("path=basic,file={file},user=viewer,password=word,auth=basic");
    let cameras = Cameras::start(&[&digest, &basic], &[]);

    for (path, transport) in [("digest", Transport::Tcp), ("digest", Transport::Udp), ("basic", Transport::Tcp), ("basic", Transport::Udp)]
    {
        let access = cameras.access(path, Some(("viewer", "word")), transport);
        let mut source = CameraSource::connect(&access).await.expect("the password is right");
        let units = access_units(&mut source, FRAMES + 5).await;
        assert!(units.iter().all(|unit| unit.lost_packets == 0), "nothing is lost on loopback");
        let received: Vec<&[u8]> = units.iter().flat_map(|unit| NalUnits::of(&unit.data)).collect();
        let begins = (0..sent.len()).find(|&at| received.iter().zip(sent.iter().cycle().skip(at)).all(|(got, sent)| *got == &sent[..]));
        assert!(begins.is_some(), "{codec:?} {path} {transport:?}: not the units of the file in their order");
        assert!(received.len() > sent.len(), "a whole loop was compared");

        let entry = &units[0].parameters.sample_entry;
        for parameter_set in &parameter_sets {
            assert!(entry.windows(parameter_set.len()).any(|part| part == &parameter_set[..]), "a parameter set is missing");
        }
        assert_eq!((units[0].parameters.width_px, units[0].parameters.height_px), (320, 240));
        assert!(units.windows(2).all(|pair| std::sync::Arc::ptr_eq(&pair[0].parameters, &pair[1].parameters)), "nothing changed");
        let frame_ticks = 90_000 / 25;
        let steps: Vec<_> = units.windows(2).map(|pair| pair[1].rtp_ticks - pair[0].rtp_ticks).collect();
        assert!(steps.iter().all(|step| (step - frame_ticks).abs() <= 1), "steady timestamps: {steps:?}");
        let key_frames = units.iter().filter(|unit| unit.dependence == Dependence::RandomAccess).count();
        assert!((3..=5).contains(&key_frames), "one key frame in ten: {key_frames}");
    }
}

#[tokio::test]
async fn h264_arrives_byte_for_byte_over_tcp_and_udp_with_digest_and_basic() {
    assert_byte_identity(H264, VideoCodec::H264, "clip.h264").await;
}

#[tokio::test]
async fn h265_arrives_byte_for_byte_over_tcp_and_udp_with_digest_and_basic() {
    assert_byte_identity(H265, VideoCodec::H265, "clip.h265").await;
}

#[tokio::test]
async fn every_key_frame_of_an_open_gop_stream_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("open.h265");
    encode(H265_OPEN_GOP, 40, &file);
    let types: Vec<_> = split_annex_b(&std::fs::read(&file).unwrap()).iter().map(|unit| nal_type(VideoCodec::H265, unit)).collect();
    let irap_in_file = types.iter().filter(|kind| (16..=21).contains(*kind)).count();
    assert!(types.contains(&21), "the clip has CRA pictures: {types:?}");

    let cameras = Cameras::start(&[&format!("path=open,file={}", file.display())], &[]);
    let mut source = CameraSource::connect(&cameras.access("open", None, Transport::Tcp)).await.unwrap();
    let loop_of_it = access_units(&mut source, 40).await;
    let marked = loop_of_it.iter().filter(|unit| unit.dependence == Dependence::RandomAccess).count();
    assert_eq!(marked, irap_in_file);
}

#[tokio::test]
async fn frames_are_numbered_without_a_hole_and_stamped_with_the_time_of_sending() {
    for codec in ["h264", "h265"] {
        let camera = format!("path=gate,scene=320x240@25,seconds=1,kbps=300,codec={codec}");
        let cameras = Cameras::start(&[&camera], &["--numbered"]);
        let mut source = CameraSource::connect(&cameras.access("gate", None, Transport::Tcp)).await.unwrap();
        let mut last = None;
        for unit in access_units(&mut source, 60).await {
            let stamp = FrameNumber::find(unit.parameters.codec, &unit.data).expect("a number in every access unit");
            assert!(last.is_none_or(|last| stamp.number == last + 1), "{last:?} then {}", stamp.number);
            let underway = unit.received.utc.nanos_since(stamp.sent);
            assert!((0..5_000_000_000).contains(&underway), "{underway} ns from camera to us");
            last = Some(stamp.number);
        }
    }
}

#[tokio::test]
async fn the_cameras_clock_is_measured_from_sender_reports() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@25,seconds=1,kbps=300"], &[]);
    let mut source = CameraSource::connect(&cameras.access("gate", None, Transport::Tcp)).await.unwrap();
    let offset = loop {
        if let SourceEvent::CameraClock { offset_nanos } = source.next_within(LIMIT).await.unwrap() {
            break offset_nanos;
        }
    };
    assert!(offset.abs() < 1_000_000_000, "the camera runs on our own clock: {offset} ns");
}

#[tokio::test]
async fn when_the_picture_changes_its_size_so_do_the_parameters_from_that_frame_on() {
    let folder = tempfile::tempdir().unwrap();
    let (small, large, both) = (folder.path().join("small"), folder.path().join("large"), folder.path().join("both.h264"));
    encode(H264, 15, &small);
    encode(&format!("videoscale ! video/x-raw,width=640,height=480 ! {H264}"), 15, &large);
    std::fs::write(&both, [std::fs::read(&small).unwrap(), std::fs::read(&large).unwrap()].concat()).unwrap();

    let cameras = Cameras::start(&[&format!("path=both,file={}", both.display())], &[]);
    let mut source = CameraSource::connect(&cameras.access("both", None, Transport::Tcp)).await.unwrap();
    let units = access_units(&mut source, 60).await;
    let changes: Vec<_> = units.windows(2).filter(|pair| pair[0].parameters != pair[1].parameters).collect();
    assert!(changes.len() >= 3, "twice in every loop: {}", changes.len());
    for pair in changes {
        assert_eq!(pair[1].dependence, Dependence::RandomAccess, "new parameters begin at a key frame");
        assert_eq!(pair[0].parameters.width_px + pair[1].parameters.width_px, 320 + 640);
    }
}

#[tokio::test]
async fn a_killed_camera_is_closed_and_a_frozen_one_silent() {
    for transport in [Transport::Tcp, Transport::Udp] {
        let cameras = Cameras::start(&["path=gate,scene=320x240@25,seconds=1,kbps=300"], &[]);
        let mut source = CameraSource::connect(&cameras.access("gate", None, transport)).await.unwrap();
        access_units(&mut source, 5).await;

        cameras.freeze();
        let frozen_at = clock::now();
        let lost = until_lost(&mut source, Duration::from_millis(500)).await;
        assert!(matches!(lost, SourceLost::Silent { .. }), "{transport:?} {lost:?}");
        assert!(clock::now().boottime_nanos - frozen_at.boottime_nanos >= 500_000_000, "not before the limit");
        cameras.thaw();
        access_units(&mut source, 5).await;

        cameras.kill();
        let lost = until_lost(&mut source, LIMIT).await;
        assert!(matches!(lost, SourceLost::Closed), "{transport:?} {lost:?}");
    }
}

pub async fn until_lost(source: &mut CameraSource, limit: Duration) -> SourceLost {
    loop {
        if let Err(lost) = source.next_within(limit).await {
            return lost;
        }
    }
}
