//! What leaves the box is what the camera sent: every NAL unit, at its time, and every gap by name.
//!
//! Truth is the file the camera plays, split by start codes, or the number and time in each picture;
//! the exported MP4 is read by ffprobe, not by the code under test. Next: `export_bundle`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use holdfast::{
    adapters::clock,
    demo::cameras::frame_number::FrameNumber,
    domain::{
        camera::Transport,
        export::manifest::{Clip, Manifest, MissingStretch},
        instant::UtcInstant,
        recording::{access_unit::VideoCodec, gap::GapCause},
    },
};

use crate::{
    appliance::{Appliance, wait_until},
    cameras::Cameras,
    rtsp::{H264, H265, encode, is_parameter_set, split_annex_b},
};

const SOON: Duration = Duration::from_secs(30);
/// Key frames of the numbered cameras are this far apart.
const KEY_DISTANCE_NANOS: i64 = 2_000_000_000;

/// Waits until pictures of the camera have arrived up to `at`.
pub fn wait_for_footage(appliance: &Appliance, camera: &str, at: UtcInstant) {
    wait_until(SOON, &format!("{camera} has pictures of {at}"), || {
        let last = appliance.camera_status(camera).and_then(|status| status["last_frame"].as_str().map(str::to_owned));
        last.and_then(|text| UtcInstant::parse_rfc3339(&text).ok()).is_some_and(|last| last >= at)
    });
}

/// Runs `holdfast export` for some cameras.
pub fn export(appliance: &Appliance, cameras: &[&str], from: UtcInstant, to: UtcInstant, out: &Path) -> Output {
    let (from, to, out) = (from.to_string(), to.to_string(), out.display().to_string());
    let mut arguments = vec!["export", "--case", "CCTV-2026-014", "--from", &from, "--to", &to, "--out", &out];
    arguments.extend(cameras.iter().flat_map(|camera| ["--camera", camera]));
    appliance.cli(&arguments)
}

pub fn exported(appliance: &Appliance, cameras: &[&str], from: UtcInstant, to: UtcInstant, out: &Path) -> Manifest {
    let output = export(appliance, cameras, from, to, out);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Manifest::parse(&std::fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap()
}

/// One access unit of an MP4, as ffprobe finds it.
struct Packet {
    access_unit: Vec<u8>,
    /// Since the clip's first picture, nanoseconds.
    elapsed_nanos: i64,
    is_key_frame: bool,
}

fn packets(file: &Path) -> Vec<Packet> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v", "-show_entries", "packet=pos,size,pts,flags:stream=time_base", "-of", "json"])
        .arg(file)
        .output()
        .expect("ffprobe is there: make test-deps");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["streams"][0]["time_base"], "1/90000");
    let bytes = std::fs::read(file).unwrap();
    let number = |value: &serde_json::Value| value.as_str().unwrap().parse::<usize>().unwrap();
    let packet = |packet: &serde_json::Value| Packet {
        access_unit: bytes[number(&packet["pos"])..][..number(&packet["size"])].to_vec(),
        elapsed_nanos: packet["pts"].as_i64().unwrap() * 1_000_000_000 / 90_000,
        is_key_frame: packet["flags"].as_str().unwrap().starts_with('K'),
    };
    told["packets"].as_array().unwrap().iter().map(packet).collect()
}

/// NAL units behind 4-byte lengths (ISO/IEC 14496-15).
fn split_lengths(mut access_unit: &[u8]) -> Vec<&[u8]> {
    let mut units = Vec::new();
    while let Some((length, rest)) = access_unit.split_first_chunk::<4>() {
        let (unit, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        units.push(unit);
        access_unit = rest;
    }
    units
}

/// Decodes a clip whole with ffmpeg; what it complains about is the answer.
fn complaints(file: &Path) -> String {
    let output = Command::new("ffmpeg").args(["-v", "error", "-xerror", "-i"]).arg(file).args(["-f", "null", "-"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { told } else { format!("{}: {told}", output.status) }
}

struct Source {
    codec: VideoCodec,
    file: PathBuf,
    parameter_sets: Vec<Vec<u8>>,
    sent: Vec<Vec<u8>>,
}

fn source(folder: &Path, codec: VideoCodec, encoder: &str) -> Source {
    let file = folder.join(format!("{codec:?}.bare"));
    encode(encoder, 150, &file);
    let (parameter_sets, sent) = split_annex_b(&std::fs::read(&file).unwrap()).into_iter().partition(|unit| is_parameter_set(codec, unit));
    Source { codec, file, parameter_sets, sent }
}

#[test]
fn exported_access_units_are_the_cameras_own_over_tcp_and_udp_with_digest() {
    let folder = tempfile::tempdir().unwrap();
    let sources = [source(folder.path(), VideoCodec::H264, H264), source(folder.path(), VideoCodec::H265, H265)];
    let described: Vec<String> =
        sources.iter().map(|source| format!("path={:?},file={},user=viewer,password=word", source.codec, source.file.display())).collect();
    let cameras = Cameras::start(&described.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    let access = |path: &str, transport| cameras.access(path, Some(("viewer", "word")), transport);
    let accesses = [
        ("h264-tcp", access("H264", Transport::Tcp)),
        ("h264-udp", access("H264", Transport::Udp)),
        ("h265-tcp", access("H265", Transport::Tcp)),
        ("h265-udp", access("H265", Transport::Udp)),
    ];
    let pairs: Vec<_> = accesses.iter().map(|(id, access)| (*id, access)).collect();
    let ids: Vec<&str> = accesses.iter().map(|(id, _)| *id).collect();
    let mut appliance = Appliance::new(&pairs, "5s");
    appliance.start();
    let started = clock::now().utc;
    // Longer than the file, and over the seam between two segments.
    for id in &ids {
        appliance.wait_for_state(id, "recording", SOON);
    }
    let until = clock::now().utc.plus_seconds(8);
    for id in &ids {
        wait_for_footage(&appliance, id, until.plus_seconds(1));
    }
    let out = folder.path().join("bundle");
    let manifest = exported(&appliance, &ids, started, until, &out);

    assert_eq!(manifest.clips.iter().map(|clip| clip.camera.as_str()).collect::<Vec<_>>(), ids, "{:?}", manifest.gaps);
    for clip in &manifest.clips {
        let source = sources.iter().find(|source| source.codec == clip.codec).unwrap();
        let file = out.join(&clip.file);
        let packets = packets(&file);
        assert_eq!(packets.len() as u64, clip.frames);
        assert!(packets.len() > 150, "{}: a whole loop and more: {}", clip.file, packets.len());
        assert!(clip.segments.len() > 1, "{}: over the seam of two segments", clip.file);
        let received: Vec<&[u8]> = packets.iter().flat_map(|packet| split_lengths(&packet.access_unit)).collect();
        let sent = &source.sent;
        let begins = (0..sent.len()).find(|&at| received.iter().zip(sent.iter().cycle().skip(at)).all(|(got, sent)| *got == &sent[..]));
        assert!(begins.is_some(), "{}: not the units of the file in their order", clip.file);
        let head = std::fs::read(&file).unwrap();
        for parameter_set in &source.parameter_sets {
            assert!(head.windows(parameter_set.len()).any(|part| part == &parameter_set[..]), "{}: a parameter set is missing", clip.file);
        }
        assert_eq!((clip.width_px, clip.height_px, clip.original), (320, 240, true));
        assert_eq!(complaints(&file), "", "{}", clip.file);
    }
}

/// Numbered pictures of a clip: contiguous, and each at the time the camera sent it.
fn assert_numbers_and_times(out: &Path, clip: &Clip) -> Vec<FrameNumber> {
    let packets = packets(&out.join(&clip.file));
    assert_eq!(packets.len() as u64, clip.frames);
    assert!(packets[0].is_key_frame, "{} begins with a key frame", clip.file);
    let stamps: Vec<FrameNumber> =
        packets.iter().map(|packet| FrameNumber::find(clip.codec, &packet.access_unit).expect("every picture is numbered")).collect();
    assert!(stamps.windows(2).all(|pair| pair[1].number == pair[0].number + 1), "{}: a picture is missing", clip.file);
    for (packet, stamp) in packets.iter().zip(&stamps) {
        let off = clip.start.plus_nanos(packet.elapsed_nanos).nanos_since(stamp.sent);
        assert!(off.abs() < 1_000_000_000, "{}: picture {} is {off} ns off", clip.file, stamp.number);
    }
    stamps
}

#[test]
fn clips_are_cut_outward_at_key_frames_tell_true_times_and_end_at_a_gap() {
    const CAMERA: &str = "path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264";
    let folder = tempfile::tempdir().unwrap();
    let cameras = Cameras::start(&[CAMERA], &["--numbered"]);
    let access = cameras.access("gate", None, Transport::Tcp);
    let mut appliance = Appliance::new(&[("gate", &access)], "5s");
    // In whole milliseconds, as everything is written.
    let asked_from = UtcInstant::parse_rfc3339(&clock::now().utc.to_string()).unwrap();
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    wait_for_footage(&appliance, "gate", clock::now().utc.plus_seconds(6));
    cameras.kill();
    let killed = clock::now().utc;
    appliance.wait_for_state("gate", "connecting", SOON);
    drop(cameras);
    let listen = format!("127.0.0.1:{}", access.url.port().unwrap());
    let _again = Cameras::start(&[CAMERA], &["--numbered", "--listen", &listen]);
    let back = clock::now().utc;
    appliance.wait_for_state("gate", "recording", SOON);
    let asked_to = clock::now().utc.plus_seconds(3);
    wait_for_footage(&appliance, "gate", asked_to.plus_seconds(4));

    let out = folder.path().join("whole");
    let manifest = exported(&appliance, &["gate"], asked_from, asked_to, &out);
    let [before, after] = manifest.clips.as_slice() else { panic!("{:?}", manifest.clips) };
    let stamps = [assert_numbers_and_times(&out, before), assert_numbers_and_times(&out, after)];
    assert!(stamps[0].last().unwrap().sent < killed && back < stamps[1][0].sent, "each clip is of one run of the camera");
    // Before the first picture nothing was recorded, and nobody knows why; then the camera was lost.
    let gaps: Vec<(UtcInstant, UtcInstant, Option<GapCause>)> =
        manifest.gaps.iter().map(|MissingStretch { from, to, cause, .. }| (*from, *to, *cause)).collect();
    assert_eq!(gaps[0], (asked_from, before.start, None));
    assert_eq!(gaps[1..], [(before.end, after.start, Some(GapCause::CameraLost))]);
    assert!(asked_to <= after.end && after.end.nanos_since(asked_to) <= KEY_DISTANCE_NANOS + 500_000_000, "ends at the next key frame");
    let readme = std::fs::read_to_string(out.join("README.txt")).unwrap();
    assert!(readme.contains("(camera_lost)"), "the reader is told of the gap:\n{readme}");

    // Inside the first clip: outward to the key frames on either side, and no further.
    let (from, to) = (before.start.plus_millis(2_500), before.start.plus_millis(3_100));
    let out = folder.path().join("part");
    let manifest = exported(&appliance, &["gate"], from, to, &out);
    let [clip] = manifest.clips.as_slice() else { panic!("{:?}", manifest.clips) };
    assert_eq!(manifest.gaps, []);
    let part = assert_numbers_and_times(&out, clip);
    let near = |at: UtcInstant, millis: i64| at.nanos_since(before.start.plus_millis(millis)).abs() < 100_000_000;
    assert!(near(clip.start, 2_000) && near(clip.end, 4_000), "{} to {} of a recording from {}", clip.start, clip.end, before.start);
    assert_eq!(part.len(), 30, "one group of pictures, two seconds at 15 a second");
}
