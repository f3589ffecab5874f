//! Cameras that fail, each in its own way: the others lose no picture, and `status` says what is wrong.

use std::{
    io::{Read, Write},
    net::TcpListener,
    time::Duration,
};

use holdfast::{
    adapters::{index::gap, rtsp::CameraAccess},
    domain::{
        camera::Transport,
        instant::{Interval, UtcInstant},
        recording::gap::GapCause,
    },
};

use crate::{
    appliance::{Appliance, id, wait_until},
    cameras::Cameras,
    recorded::{access_units, pictures, rows},
};

const SOON: Duration = Duration::from_secs(15);

fn ever() -> Interval {
    Interval::new(UtcInstant::from_unix_seconds(0), UtcInstant::FAR_FUTURE).unwrap()
}

/// A server that answers anything with nonsense.
fn rubbish() -> CameraAccess {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(&[0x80, 0xff, 0x13, 0x37].repeat(2000));
        }
    });
    CameraAccess { url: format!("rtsp://127.0.0.1:{port}/x").parse().unwrap(), username: None, password: None, transport: Transport::Tcp }
}

#[test]
fn a_failing_camera_is_named_and_the_others_lose_nothing() {
    let steady = Cameras::start(
        &[
            "path=steady,scene=320x240@15,codec=h264",
            "path=locked,scene=320x240@15,codec=h264,user=u,password=p",
            "path=jpeg,scene=320x240@5,codec=mjpeg",
        ],
        &["--numbered"],
    );
    let mortal = Cameras::start(&["path=mortal,scene=320x240@15,codec=h264"], &["--numbered"]);
    let frozen = Cameras::start(&["path=frozen,scene=320x240@15,codec=h264"], &["--numbered"]);
    let accesses = [
        ("steady", steady.access("steady", None, Transport::Tcp)),
        ("locked", steady.access("locked", Some(("u", "wrong")), Transport::Tcp)),
        ("absent", steady.access("steady", None, Transport::Tcp)),
        ("mortal", mortal.access("mortal", None, Transport::Tcp)),
        ("frozen", frozen.access("frozen", None, Transport::Tcp)),
        ("rubbish", rubbish()),
    ];
    let mut accesses = accesses.map(|(id, access)| (id, access));
    accesses[2].1.url.set_path("/no-such-stream");
    let pairs: Vec<_> = accesses.iter().map(|(id, access)| (*id, access)).collect();
    let mut appliance = Appliance::new(&pairs, "5s");
    appliance.start();
    for camera in ["steady", "mortal", "frozen"] {
        appliance.wait_for_state(camera, "recording", SOON);
    }
    for (camera, words) in [("locked", "password"), ("absent", "no stream"), ("rubbish", "does not speak RTSP")] {
        appliance.wait_for_state(camera, "refused", SOON);
        let error = appliance.camera_status(camera).unwrap()["error"].as_str().unwrap_or_default().to_owned();
        assert!(error.contains(words), "{camera}: {error}");
        assert!(!error.contains("wrong"), "{camera}: the password is repeated");
    }
    mortal.kill();
    appliance.wait_for_state("mortal", "connecting", SOON);
    assert!(appliance.camera_status("mortal").unwrap()["error"].is_string(), "a lost camera says so");
    frozen.freeze();
    appliance.wait_for_state("frozen", "stalled", Duration::from_secs(20));
    frozen.thaw();
    appliance.wait_for_state("frozen", "recording", Duration::from_secs(30));
    appliance.stop();

    let house = appliance.house();
    let numbers: Vec<u64> = pictures(&house, &id("steady")).concat().iter().map(|picture| picture.number).collect();
    assert!(numbers.len() > 100, "only {} pictures", numbers.len());
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "the steady camera lost pictures");
    let gaps = house.catalogue.read(|c| gap::overlapping(c, &id("frozen"), &ever())).unwrap();
    assert_eq!(gaps.iter().map(|gap| gap.cause).collect::<Vec<_>>(), [GapCause::Stall], "{gaps:?}");
    assert!(gaps[0].interval.nanos() > 9_000_000_000, "{gaps:?}");
}

#[test]
fn a_camera_that_comes_back_with_another_picture_size_gets_another_segment() {
    let small = Cameras::start(&["path=cam,scene=320x240@15,codec=h264"], &["--numbered"]);
    let access = small.access("cam", None, Transport::Tcp);
    let mut appliance = Appliance::new(&[("cam", &access)], "60s");
    appliance.start();
    appliance.wait_for_state("cam", "recording", SOON);
    let port = access.url.port().unwrap();
    drop(small);
    appliance.wait_for_state("cam", "connecting", SOON);
    let listen = format!("127.0.0.1:{port}");
    let _large = Cameras::start(&["path=cam,scene=640x480@15,codec=h264"], &["--numbered", "--listen", &listen]);
    appliance.wait_for_state("cam", "recording", Duration::from_secs(40));
    appliance.stop();
    let house = appliance.house();
    let sizes: Vec<u32> = rows(&house, &id("cam")).iter().map(|row| row.width_px).collect();
    assert_eq!(sizes, [320, 640]);
    let gaps = house.catalogue.read(|c| gap::overlapping(c, &id("cam"), &ever())).unwrap();
    assert_eq!(gaps.iter().map(|gap| gap.cause).collect::<Vec<_>>(), [GapCause::CameraLost]);
}

#[test]
fn nothing_a_camera_sent_can_be_found_in_the_data_folder() {
    let cameras = Cameras::start(&["path=cam,scene=320x240@15,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", None, Transport::Tcp))], "5s");
    appliance.start();
    wait_until(Duration::from_secs(30), "a segment is sealed", || {
        appliance.json(&["segment", "list", "--json"]).as_array().is_some_and(|list| list.iter().any(|s| s["state"] == "sealed"))
    });
    let files = |appliance: &Appliance| crate::vault::walk(&appliance.data()).into_iter().filter(|path| path.is_file()).collect::<Vec<_>>();
    let contents: Vec<Vec<u8>> = files(&appliance).iter().map(|path| std::fs::read(path).unwrap()).collect();
    appliance.stop();
    let house = appliance.house();
    let sealed = rows(&house, &id("cam"));
    let units: Vec<Vec<u8>> = access_units(&house, &sealed[0]);
    let parameters = house.vault.open_segment(&sealed[0]).unwrap().parameters().unwrap().sample_entry;
    let mut searched = 0;
    for content in &contents {
        for unit in units.iter().step_by(7) {
            // A stretch from the middle of the picture's own bytes.
            let needle = &unit[unit.len() / 2..unit.len() / 2 + 16];
            assert!(!content.windows(16).any(|window| window == needle), "a picture's bytes are on the disk");
            searched += 1;
        }
        let sets = &parameters[parameters.len() - 32..parameters.len() - 16];
        assert!(!content.windows(16).any(|window| window == sets), "parameter sets are on the disk");
    }
    assert!(searched > 30, "{searched}");
}
