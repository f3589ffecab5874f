//! What is handed to people far away and to monitors: enough to help, and nothing about anybody.

use std::{fs, io::Read, net::TcpListener, process::Command, time::Duration};

use holdfast::{adapters::clock, domain::camera::Transport};

use crate::{
    appliance::{Appliance, wait_until},
    browser::request,
    cameras::Cameras,
    export::wait_for_footage,
};

const SOON: Duration = Duration::from_secs(30);

/// Everything that must not get out, put in where people put it.
const PRIVATE: [&str; 11] = [
    "hunter-two-and-more",
    "Persephone",
    "Mary Lamb",
    "07700 900123",
    "Ottoline",
    "stairwell of number four",
    "dpo@quill.example",
    "a row about a bicycle",
    "# the old password was",
    "C-77-LAMB",
    "wicked-path",
];

fn with_private_words(appliance: &Appliance) {
    let text = fs::read_to_string(appliance.config()).unwrap().replace("[site]\n", "[site]\ncontact = \"dpo@quill.example\"\n");
    let added = "[notice]\ndata_protection_officer = \"Ottoline\"\n# the old password was swordfish\n[[camera]]\nid = \"stairs\"\n\
        place = \"stairwell of number four\"\npurpose = \"testing\"\nurl = \"rtsp://127.0.0.1:9/wicked-path\"\nusername = \"u\"\npassword = \"hunter-two-and-more\"\n";
    fs::write(appliance.config(), text + added).unwrap();
    let mut user = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    user.arg("--config").arg(appliance.config()).args(["user", "add", "Persephone", "--role", "viewer"]);
    assert!(user.stdin(std::process::Stdio::null()).output().unwrap().status.success());
    let (from, to) = ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
    let receive = ["case", "receive", "--kind", "subject_access", "--channel", "phone", "--name", "Mary Lamb", "--contact", "07700 900123"];
    let received = appliance.cli(&[&receive[..], &["--camera", "stairs", "--from", from, "--to", to]].concat());
    assert!(received.status.success(), "{}", String::from_utf8_lossy(&received.stderr));
    let hold =
        ["hold", "place", "--camera", "stairs", "--from", from, "--to", to, "--reason", "a row about a bicycle", "--case", "C-77-LAMB"];
    assert!(appliance.cli(&hold).status.success());
}

#[test]
fn a_support_bundle_helps_and_tells_nothing_about_anybody() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "5s");
    with_private_words(&appliance);
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    let to = appliance.folder.path().join("support.zip");
    let made = appliance.cli(&["support-bundle", "--to", to.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut archive = zip::ZipArchive::new(fs::File::open(&to).unwrap()).unwrap();
    let mut texts = std::collections::BTreeMap::new();
    for number in 0..archive.len() {
        let mut entry = archive.by_index(number).unwrap();
        let (name, mut text) = (entry.name().unwrap().into_owned(), String::new());
        entry.read_to_string(&mut text).unwrap();
        for word in PRIVATE {
            assert!(!text.contains(word), "{name} tells \u{201c}{word}\u{201d}:\n{text}");
        }
        texts.insert(name, text);
    }
    let keys = fs::read(appliance.folder.path().join("keys/master.key")).unwrap();
    assert!(!texts.values().any(|text| text.contains(&hex::encode(&keys))));
    for (file, word) in [
        ("about.json", env!("CARGO_PKG_VERSION")),
        ("status.json", "\"state\": \"recording\""),
        ("settings.toml", "password = \"(left out)\""),
        ("catalogue.json", "\"user viewer\": 1"),
        ("alarms.json", "house.start"),
        ("metrics.txt", "holdfast_holds_in_force 2"),
    ] {
        let text = texts.get(file).unwrap_or_else(|| panic!("{file} is missing"));
        assert!(text.contains(word), "{file} lacks {word}:\n{text}");
    }
}

#[test]
fn figures_are_read_on_loopback_and_nowhere_else_and_agree_with_the_box() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "5s");
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let text = fs::read_to_string(appliance.config()).unwrap();
    fs::write(appliance.config(), text.replace("[recording]", &format!("[web.metrics]\nlisten = \"{listen}\"\n[recording]"))).unwrap();
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    let figure = |name: &str| {
        let answer = request(&listen, "GET", "/metrics", &[], "");
        assert_eq!(answer.status, 200);
        let text = answer.text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name} is missing:\n{text}"));
        line.trim().parse::<f64>().unwrap()
    };
    assert_eq!(figure("holdfast_camera_recording{camera=\"gate\"}"), 1.0);
    let before = figure("holdfast_camera_frames_total{camera=\"gate\"}");
    wait_for_footage(&appliance, "gate", clock::now().utc.plus_seconds(2));
    let came = figure("holdfast_camera_frames_total{camera=\"gate\"}") - before;
    assert!((15.0..60.0).contains(&came), "{came} pictures in two seconds of fifteen");
    assert!(figure("holdfast_camera_received_bytes_total{camera=\"gate\"}") > 10_000.0);
    assert!(figure("holdfast_disk_free_bytes") > 0.0);
    for none in ["holdfast_expiry_overdue_segments", "holdfast_holds_in_force", "holdfast_requests_overdue", "holdfast_requests_open"] {
        assert_eq!(figure(none), 0.0, "{none}");
    }
    cameras.freeze();
    wait_until(SOON, "the camera is missed", || appliance.camera_state("gate") != "recording");
    assert_eq!(figure("holdfast_camera_recording{camera=\"gate\"}"), 0.0);
    cameras.thaw();
    appliance.wait_for_state("gate", "recording", Duration::from_secs(60));
    let gap = "{camera=\"gate\",cause=\"stall\"}";
    wait_until(SOON, "the gap is told", || request(&listen, "GET", "/metrics", &[], "").text().contains(gap));
    assert_eq!(figure(&["holdfast_gaps_total", gap].concat()), 1.0);
    assert!(figure(&["holdfast_gap_seconds_total", gap].concat()) > 5.0);
    let staff = request(&appliance.listen, "GET", "/metrics", &[], "");
    assert!(staff.status == 404 || staff.status == 401, "the staff's listener shows no figures: {}", staff.status);
    assert_eq!(request(&listen, "GET", "/api/v1/status", &[], "").status, 404, "and the other nothing but them");
}
