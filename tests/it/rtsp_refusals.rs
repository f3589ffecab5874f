//! A camera that cannot be recorded is refused with the reason, and no reason holds a secret.
//!
//! Simulated cameras where they can be had; servers of a few lines where a camera must misbehave.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
};

use holdfast::{
    adapters::rtsp::{CameraAccess, CameraSource, ConnectError, SourceLost},
    domain::{
        camera::{
            Transport,
            connection::{Event, Refusal},
        },
        recording::access_unit::VideoCodec,
    },
};

use crate::{
    cameras::Cameras,
    rtsp::{H264, LIMIT, access_units, encode, nal_type, split_annex_b, until_lost},
};

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
async fn a_camera_that_knows_only_udp_is_recorded_over_udp_and_refused_over_tcp() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@25,seconds=1,kbps=300,over=udp"], &[]);
    let mut source = CameraSource::connect(&cameras.access("gate", None, Transport::Udp)).await.unwrap();
    access_units(&mut source, 5).await;
    let refused = refusal(&cameras.access("gate", None, Transport::Tcp)).await;
    assert!(matches!(refused, ConnectError::TransportRefused { .. }), "{refused:?}");
}
