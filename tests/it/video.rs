//! What the media workers make of real footage: pictures that can be seen, a time line that holds,
//! and cameras that only they can speak to.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use holdfast::{
    adapters::video::{MediaWorkers, VideoError, Workplace},
    domain::{
        actor::PurposeKind,
        camera::Transport,
        instant::{Interval, UtcInstant},
        recording::{
            access_unit::{CodecParameters, Dependence, VideoCodec},
            fragment::{Piece, parse_fragment, parse_init_segment},
        },
    },
    jobs::{
        footage::{self, Detail},
        house::House,
    },
};
use tempfile::TempDir;

use crate::{
    appliance::{Appliance, id, wait_until},
    cameras::Cameras,
    recorded::{access_units, rows},
};

const SOON: Duration = Duration::from_secs(30);

/// A store with two sealed segments of one camera at least.
fn recorded(camera: &str) -> (Appliance, Arc<House>) {
    let cameras = Cameras::start(&[camera], &["--numbered"]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", None, Transport::Tcp))], "5s");
    appliance.start();
    wait_until(SOON, "a segment is sealed", || {
        appliance.json(&["segment", "list", "--json"]).as_array().is_some_and(|list| list.iter().any(|s| s["state"] == "sealed"))
    });
    appliance.stop();
    let house = Arc::new(appliance.house());
    (appliance, house)
}

fn workers() -> (TempDir, MediaWorkers) {
    let scratch = TempDir::new().unwrap();
    let workplace = Workplace { program: env!("CARGO_BIN_EXE_holdfast").into(), scratch: scratch.path().join("workers") };
    (scratch, MediaWorkers::new(workplace))
}

fn ever() -> Interval {
    Interval::new(UtcInstant::from_unix_seconds(0), UtcInstant::FAR_FUTURE).unwrap()
}

fn first_key_frame(house: &House) -> (CodecParameters, Vec<u8>) {
    let row = &rows(house, &id("cam"))[0];
    (house.vault.open_segment(row).unwrap().parameters().unwrap(), access_units(house, row).remove(0))
}

#[tokio::test]
async fn a_key_frame_becomes_a_picture_of_the_scene() {
    for camera in ["path=cam,scene=320x240@15,codec=h264", "path=cam,scene=320x240@15,codec=h265"] {
        let (_appliance, house) = recorded(camera);
        let (parameters, key_frame) = first_key_frame(&house);
        let (_scratch, workers) = workers();
        let jpeg = workers.jpeg(&parameters, key_frame.into(), 120).await.unwrap();
        let picture = image::load_from_memory(&jpeg).unwrap().into_rgb8();
        assert_eq!((picture.width(), picture.height()), (160, 120), "{camera}");
        let colours: BTreeSet<[u8; 3]> = picture.pixels().map(|pixel| pixel.0).collect();
        assert!(colours.len() > 50, "{camera}: a flat picture of {} colours", colours.len());
    }
}

#[tokio::test]
async fn damaged_pictures_are_refused_and_the_next_is_made_all_the_same() {
    let (_appliance, house) = recorded("path=cam,scene=320x240@15,codec=h264");
    let (parameters, key_frame) = first_key_frame(&house);
    let (_scratch, workers) = workers();
    let nonsense = vec![0xff; 500];
    let refused = workers.jpeg(&parameters, nonsense.into(), 120).await;
    assert!(matches!(refused, Err(VideoError::Undecodable)), "{refused:?}");
    assert!(workers.jpeg(&parameters, key_frame.into(), 120).await.is_ok());
}

#[tokio::test]
async fn every_picture_is_converted_and_keeps_its_place_on_the_time_line() {
    // Closed groups, and open ones with pictures out of order.
    for camera in ["path=cam,scene=320x240@15,codec=h265", "path=cam,scene=320x240@15,codec=h265,gop=open"] {
        let (_appliance, house) = recorded(camera);
        let pieces: Vec<Piece> = footage::media(&house, &id("cam"), &ever(), Detail::EveryFrame, PurposeKind::PatrolReview)
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        // What is shown before the first key frame leans on pictures from before the recording.
        let mut sent = presentation_ticks(&pieces);
        let from = sent.iter().position(|&ticks| ticks == first_key_frame_ticks(&pieces)).expect("a key frame");
        sent.drain(..from);
        assert!(sent.len() > 60, "{camera}: {} pictures", sent.len());
        let (_scratch, workers) = workers();
        let (mut input, mut output) = workers.transcode().unwrap();
        let feeding = tokio::spawn(async move {
            for piece in pieces {
                input.send(piece).await.unwrap();
            }
        });
        let mut converted = Vec::new();
        while let Some(piece) = tokio::time::timeout(SOON, output.next()).await.expect("in time") {
            converted.push(piece.unwrap());
        }
        feeding.await.unwrap();
        let Some(Piece::Init { init, mime }) = converted.first() else { panic!("no init segment first") };
        assert_eq!(parse_init_segment(init).unwrap().codec, VideoCodec::H264);
        assert!(mime.contains("avc1."), "{mime}");
        let came = presentation_ticks(&converted);
        assert_eq!(came, sent, "{camera}");
    }
}

/// When the picture that decoding starts with is shown.
fn first_key_frame_ticks(pieces: &[Piece]) -> i64 {
    let first = pieces.iter().find_map(|piece| if let Piece::Fragment(bytes) = piece { Some(bytes) } else { None });
    let parsed = parse_fragment(first.expect("a fragment")).unwrap();
    assert_eq!(parsed.samples[0].dependence, Dependence::RandomAccess);
    parsed.start_ticks + i64::from(parsed.samples[0].composition_offset_ticks)
}

/// When each picture is shown, sorted.
fn presentation_ticks(pieces: &[Piece]) -> Vec<i64> {
    let mut shown = Vec::new();
    for piece in pieces {
        let Piece::Fragment(bytes) = piece else { continue };
        let parsed = parse_fragment(bytes).unwrap();
        let mut decode_ticks = parsed.start_ticks;
        for sample in parsed.samples {
            shown.push(decode_ticks + i64::from(sample.composition_offset_ticks));
            decode_ticks += i64::from(sample.duration_ticks);
        }
    }
    shown.sort_unstable();
    shown
}

#[test]
fn a_camera_that_sends_mjpeg_is_recorded_as_h264() {
    let cameras = Cameras::start(&["path=cam,scene=320x240@10,codec=mjpeg,user=u,password=p"], &[]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", Some(("u", "p")), Transport::Tcp))], "5s");
    appliance.start();
    appliance.wait_for_state("cam", "recording", SOON);
    wait_until(SOON, "a segment is sealed", || {
        appliance.json(&["segment", "list", "--json"]).as_array().is_some_and(|list| list.iter().any(|s| s["state"] == "sealed"))
    });
    cameras.kill();
    appliance.wait_for_state("cam", "connecting", SOON);
    appliance.stop();
    let house = appliance.house();
    let rows = rows(&house, &id("cam"));
    assert_eq!((rows[0].codec, rows[0].width_px), (VideoCodec::H264, 320));
    let pictures: usize = rows.iter().map(|row| access_units(&house, row).len()).sum();
    assert!(pictures >= 50, "{pictures} pictures in five seconds of ten a second");
}

#[test]
fn an_mjpeg_camera_that_refuses_the_password_says_so() {
    let cameras = Cameras::start(&["path=cam,scene=320x240@10,codec=mjpeg,user=u,password=p"], &[]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", Some(("u", "other")), Transport::Tcp))], "5s");
    appliance.start();
    appliance.wait_for_state("cam", "refused", SOON);
    assert!(appliance.camera_status("cam").unwrap()["error"].as_str().unwrap().contains("password"));
}
