//! A camera's access units arrive as the camera has them, or the operator is told why not.
//!
//! Truth is a bare Annex B file split here by start codes, not by the code under test.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    time::Duration,
};

use gstreamer::prelude::*;
use holdfast::{
    adapters::{
        clock,
        rtsp::{CameraAccess, CameraSource, ConnectError, SourceEvent, SourceLost},
    },
    demo::cameras::frame_number::FrameNumber,
    domain::{
        camera::{
            Transport,
            connection::{Event, Refusal},
        },
        recording::{
            access_unit::{AccessUnit, Dependence, VideoCodec},
            nal_unit::NalUnits,
        },
    },
};

use crate::cameras::Cameras;

const LIMIT: Duration = Duration::from_secs(20);

/// Encodes a bare stream of `frames` pictures with GStreamer.
fn encode(encoder: &str, frames: u32, to: &Path) {
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

const H264: &str = "x264enc bframes=0 key-int-max=10 tune=zerolatency ! video/x-h264,profile=main,stream-format=byte-stream";
const H265: &str = "x265enc key-int-max=10 tune=zerolatency log-level=error ! video/x-h265,stream-format=byte-stream";
const H265_OPEN_GOP: &str = "x265enc key-int-max=10 log-level=error option-string=open-gop=1:bframes=3:min-keyint=10:scenecut=0 \
                             ! video/x-h265,stream-format=byte-stream";

/// NAL units between start codes (ITU-T H.264 annex B).
fn split_annex_b(stream: &[u8]) -> Vec<Vec<u8>> {
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

fn nal_type(codec: VideoCodec, unit: &[u8]) -> u8 {
    match codec {
        VideoCodec::H264 => unit[0] & 0x1f,
        VideoCodec::H265 => unit[0] >> 1 & 0x3f,
    }
}

fn is_parameter_set(codec: VideoCodec, unit: &[u8]) -> bool {
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

async fn access_units(source: &mut CameraSource, count: usize) -> Vec<AccessUnit> {
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
async fn a_camera_that_knows_only_udp_is_recorded_over_udp_and_refused_over_tcp() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@25,seconds=1,kbps=300,over=udp"], &[]);
    let mut source = CameraSource::connect(&cameras.access("gate", None, Transport::Udp)).await.unwrap();
    access_units(&mut source, 5).await;
    let refused = refusal(&cameras.access("gate", None, Transport::Tcp)).await;
    assert!(matches!(refused, ConnectError::TransportRefused { .. }), "{refused:?}");
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

/// The refusal of a camera that must not connect.
async fn refusal(access: &CameraAccess) -> ConnectError {
    match CameraSource::connect(access).await {
        Ok(_) => panic!("connected"),
        Err(refused) => refused,
    }
}

#[tokio::test]
async fn a_wrong_password_or_none_is_told_apart_from_everything_else_and_not_repeated() {
    let scene = "scene=320x240@25,seconds=1,kbps=300";
    let cameras = Cameras::start(
        &[&format!("path=digest,{scene},user=viewer,password=word"), &format!("path=basic,{scene},user=viewer,password=word,auth=basic")],
        &[],
    );
    for path in ["digest", "basic"] {
        for login in [Some(("viewer", "sesame-open")), Some(("stranger-known", "word")), None] {
            let refused = refusal(&cameras.access(path, login, Transport::Tcp)).await;
            assert!(matches!(refused, ConnectError::WrongPassword { .. }), "{path} {refused:?}");
            assert_eq!(refused.event(), Event::Refused(Refusal::WrongPassword));
            let told = format!("{refused} {refused:?}");
            assert!(!told.contains("sesame") && !told.contains("stranger"), "{told}");
        }
        let mut lost = cameras.access(path, Some(("viewer", "word")), Transport::Tcp);
        lost.url.set_path("/nowhere");
        let refused = refusal(&lost).await;
        assert!(matches!(refused, ConnectError::StreamUnknown { .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn mjpeg_is_refused_by_its_name() {
    let cameras = Cameras::start(&["path=old,scene=320x240@5,seconds=1,codec=mjpeg"], &[]);
    let refused = refusal(&cameras.access("old", None, Transport::Tcp)).await;
    assert!(matches!(&refused, ConnectError::UnsupportedCodec { found } if found == "MJPEG"), "{refused:?}");
}

/// A server that answers whatever it is asked with `answer`, then closes.
fn answering(answer: &'static [u8]) -> CameraAccess {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 2048]);
        let _ = stream.write_all(answer);
    });
    at_port(port)
}

fn at_port(port: u16) -> CameraAccess {
    let url = format!("rtsp://127.0.0.1:{port}/secret-path").parse().unwrap();
    CameraAccess { url, username: Some("viewer".into()), password: Some("sesame".to_owned().into()), transport: Transport::Tcp }
}

#[tokio::test]
async fn what_does_not_speak_rtsp_is_called_so() {
    for rubbish in
        [&b"SSH-2.0-OpenSSH_9.2p1\r\n"[..], b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", &[0xff, 0, 17, 9, b'\n', 3]]
    {
        let refused = refusal(&answering(rubbish)).await;
        assert!(matches!(refused, ConnectError::NotRtsp { .. }), "{:?}: {refused:?}", String::from_utf8_lossy(rubbish));
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}

#[tokio::test]
async fn a_camera_that_hangs_up_while_answering_counts_as_lost_not_as_refusing() {
    let refused = refusal(&answering(b"")).await;
    assert!(matches!(refused, ConnectError::BrokeOff { .. }), "{refused:?}");
    assert_eq!(refused.event(), Event::Lost);
}

/// A camera that does all the right things up to PLAY, then sends `packets` on the video channel.
fn camera_sending(packets: Vec<Vec<u8>>) -> CameraAccess {
    const SDP: &str =
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:v\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut stream = stream;
        let mut playing = false;
        while let Some(Ok(request)) = lines.next() {
            let headers: Vec<_> = lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let sequence = headers.into_iter().find(|line| line.starts_with("CSeq"));
            let rest = match request.split(' ').next() {
                Some("DESCRIBE") => format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{SDP}", SDP.len()),
                Some("SETUP") => "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1\r\n\r\n".to_owned(),
                Some("PLAY") => {
                    playing = true;
                    "Session: 1\r\nRTP-Info: url=v;seq=1;rtptime=0\r\n\r\n".to_owned()
                }
                _ => "\r\n".to_owned(),
            };
            let _ = write!(stream, "RTSP/1.0 200 OK\r\n{}\r\n{rest}", sequence.unwrap_or_default());
            if std::mem::take(&mut playing) {
                for packet in &packets {
                    let [high, low] = (packet.len() as u16).to_be_bytes();
                    let _ = stream.write_all(&[&[b'$', 0, high, low], &packet[..]].concat());
                }
            }
        }
    });
    at_port(port)
}

/// An RTP packet (RFC 3550 section 5.1): version 2, payload type 96, marker set, source 1.
fn rtp_at(sequence: u8, ticks: u16, payload: &[u8]) -> Vec<u8> {
    let [high, low] = ticks.to_be_bytes();
    [&[0x80, 0x80 | 96, 0, sequence, 0, 0, high, low, 0, 0, 0, 1], payload].concat()
}

fn rtp(sequence: u8, payload: &[u8]) -> Vec<u8> {
    rtp_at(sequence, 0, payload)
}

#[tokio::test]
async fn packets_that_got_lost_are_counted_on_the_access_unit_after_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("short.h264");
    encode(H264, 3, &file);
    let units = split_annex_b(&std::fs::read(&file).unwrap());
    let of_type = |wanted| units.iter().filter(move |unit| nal_type(VideoCodec::H264, unit) == wanted);
    let one = |wanted| &of_type(wanted).next().expect("in every stream")[..];
    let later: Vec<_> = of_type(1).collect();
    // Sequence numbers 5 and 6 never come.
    let packets = vec![rtp(1, one(7)), rtp(2, one(8)), rtp(3, one(5)), rtp_at(4, 3600, later[0]), rtp_at(7, 7200, later[1])];
    let mut source = CameraSource::connect(&camera_sending(packets)).await.unwrap();
    let lost: Vec<_> = access_units(&mut source, 3).await.iter().map(|unit| unit.lost_packets).collect();
    assert_eq!(lost, [0, 0, 2]);
}

#[tokio::test]
async fn a_camera_that_sends_nonsense_for_video_is_given_up_with_an_error() {
    let end_of_a_fragment_that_never_began = vec![rtp(1, &[0x7c, 0x45, 1])];
    let unit_of_no_known_type = vec![rtp(1, &[0x7f, 1, 2])];
    let parameter_sets_cut_short = vec![rtp(1, &[0x67, 0x42]), rtp(2, &[0x68]), rtp(3, &[0x65, 0x88])];
    for packets in [end_of_a_fragment_that_never_began, unit_of_no_known_type, parameter_sets_cut_short] {
        let mut source = CameraSource::connect(&camera_sending(packets.clone())).await.expect("it plays");
        let lost = until_lost(&mut source, LIMIT).await;
        assert!(matches!(lost, SourceLost::Broken(_)), "{packets:?} {lost:?}");
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    // Bound, so that no other test gets the port, but not listening.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = refusal(&at_port(port)).await;
    assert!(matches!(refused, ConnectError::Unreachable { .. }), "{refused:?}");
    assert_eq!(refused.event(), Event::Lost);
}

/// The clock is paused: ten seconds pass as soon as nothing else can happen.
#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = refusal(&at_port(listener.local_addr().unwrap().port())).await;
    assert!(matches!(refused, ConnectError::TimedOut { .. }), "{refused:?}");
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

async fn until_lost(source: &mut CameraSource, limit: Duration) -> SourceLost {
    loop {
        if let Err(lost) = source.next_within(limit).await {
            return lost;
        }
    }
}
