//! A store of 64 MiB that real cameras fill: by the site's policy the oldest goes or recording stops,
//! held footage stays, and people can go on working in the room of the reserve.
//!
//! The disk is a small tmpfs, which root may mount; where that is not permitted the tests say so and are
//! skipped.

use std::{
    fs,
    io::Write,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use holdfast::{
    adapters::index::{gap, segment},
    domain::{
        camera::Transport,
        instant::UtcInstant,
        recording::{gap::GapCause, segment::SegmentState},
    },
    jobs::{audit, check, house::House},
};
use serde_json::{Value, json};

use crate::{
    appliance::{Appliance, id, wait_until},
    browser::{request, send_form},
    cameras::Cameras,
    film::whole,
    keeping_store::{Left, left},
    recorded::rows,
    small_disk::SmallDisk,
};

const SOON: Duration = Duration::from_secs(60);
const CAMERAS: [&str; 2] = ["gate", "yard"];
const DISK_KIBIBYTES: u32 = 64 << 10;
/// Less room than this is short on such a disk, and overwriting begins.
const SHORT_BYTES: u64 = 8 << 20;
/// What the cameras need for one segment each, and some.
const SEGMENTS_BYTES: u64 = (2 * 7) << 20;

/// A box with two cameras of a megabyte a second, on a small disk that goes with it.
struct FullStore {
    appliance: Appliance,
    disk: SmallDisk,
    approver: String,
    _cameras: Cameras,
}

impl FullStore {
    /// None, with a printed word, where no disk can be mounted.
    fn start(when_full: &str) -> Option<Self> {
        let scenes = CAMERAS.map(|camera| format!("path={camera},scene=640x480@15,codec=h264,kbps=8000"));
        let cameras = Cameras::start(&scenes.each_ref().map(String::as_str), &["--numbered"]);
        let accesses = CAMERAS.map(|camera| cameras.access(camera, None, Transport::Tcp));
        let named: Vec<_> = CAMERAS.into_iter().zip(&accesses).collect();
        let mut appliance = Appliance::new(&named, "5s");
        let mut config = fs::OpenOptions::new().append(true).open(appliance.config()).unwrap();
        writeln!(config, "[clock]\ntrust = \"system\"\n[retention]\nfloor = \"5s\"\nwhen_full = \"{when_full}\"").unwrap();
        let disk = SmallDisk::of(&appliance, DISK_KIBIBYTES)?;
        appliance.start();
        let added = appliance.json(&["user", "add", "approver", "--role", "approver", "--json"]);
        let approver = text(&added["password"]).to_owned();
        Some(Self { appliance, disk, approver, _cameras: cameras })
    }

    fn segments(&self, state: &str) -> Vec<Value> {
        let all = self.appliance.json(&["segment", "list", "--json"]);
        all.as_array().unwrap().iter().filter(|segment| segment["state"] == state).cloned().collect()
    }

    /// Holds the segment, and its neighbours, which end and begin where it does.
    fn hold(&self, segment: &Value) -> Value {
        let (from, to) = (text(&segment["start"]), text(&segment["end"]));
        self.appliance.json(&[
            "hold",
            "place",
            "--camera",
            text(&segment["camera"]),
            "--from",
            from,
            "--to",
            to,
            "--reason",
            "Burglary reported",
            "--case",
            "CR-64",
            "--json",
        ])
    }

    /// What `status` complains of, camera by camera.
    fn alarms(&self) -> Vec<String> {
        let status = self.appliance.json(&["status", "--json"]);
        status["cameras"].as_array().unwrap().iter().filter_map(|camera| camera["error"].as_str().map(str::to_owned)).collect()
    }

    fn is_full(&self) -> bool {
        let alarms = self.alarms();
        alarms.len() == CAMERAS.len() && alarms.iter().all(|alarm| alarm.contains("disk is full"))
    }

    fn free_bytes(&self) -> u64 {
        let stat = rustix::fs::statvfs(self.disk.path()).unwrap();
        stat.f_bavail * stat.f_frsize
    }

    /// The second person, with a password on standard input.
    fn approve(&self, arguments: &[&str]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .arg("--config")
            .arg(self.appliance.config())
            .args(arguments)
            .args(["--user", "approver", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(self.approver.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Signs in with a browser, says why, and plays a segment; its bytes as they come.
    fn play(&self, segment: &Value) -> Result<usize, String> {
        let listen = &self.appliance.listen;
        let signed_in = send_form(listen, "/login", None, &[("name", "approver"), ("password", &self.approver)]);
        let cookie = signed_in.cookie().filter(|_| signed_in.status == 303).ok_or_else(|| signed_in.text())?;
        let session = request(listen, "GET", "/api/v1/session", &[("Cookie", &cookie)], "").json();
        let headers = [("Cookie", cookie.as_str()), ("X-CSRF-Token", text(&session["csrf"])), ("Content-Type", "application/json")];
        let purpose = json!({"purpose": {"kind": "incident", "reason": "as a test"}});
        let opened = request(listen, "POST", "/api/v1/views", &headers, &purpose.to_string());
        let view = opened.json()["id"].as_str().map(str::to_owned).ok_or_else(|| opened.text())?;
        let (camera, from, to) = (text(&segment["camera"]), text(&segment["start"]), text(&segment["end"]));
        let path = format!("/api/v1/cameras/{camera}/media?from={from}&to={to}&view={view}");
        let played = request(listen, "GET", &path, &[("Cookie", &cookie)], "");
        if played.status == 200 { Ok(played.body.len()) } else { Err(played.text()) }
    }

    /// Stops in order and looks into what is left.
    fn stopped(&mut self) -> House {
        self.appliance.stop();
        let house = self.appliance.house();
        assert_eq!(house.catalogue.integrity().unwrap(), "ok");
        assert_eq!(house.healed.alarms, 0, "{:?}", house.healed);
        assert!(audit::verify(&house).unwrap().ok);
        let checked = check::segments(&house, None, &whole()).unwrap();
        assert!(checked.ok, "{:?}", checked.damaged);
        house
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn at(value: &Value) -> UtcInstant {
    UtcInstant::parse_rfc3339(text(value)).unwrap()
}

/// Causes of all gaps of all cameras.
fn gaps(house: &House) -> Vec<GapCause> {
    let of = |camera: &str| house.catalogue.read(|c| gap::overlapping(c, &id(camera), &whole())).unwrap();
    CAMERAS.iter().flat_map(|camera| of(camera)).map(|gap| gap.cause).collect()
}

/// As the catalogue has them now, what the answers named.
fn of_house(house: &House, named: &[Value]) -> Vec<segment::SegmentRow> {
    let all: Vec<_> = CAMERAS.iter().flat_map(|camera| rows(house, &id(camera))).collect();
    named.iter().map(|segment| all.iter().find(|row| row.id.to_string() == text(&segment["id"])).expect("rows stay").clone()).collect()
}

#[test]
fn under_overwrite_the_oldest_that_nobody_holds_goes_before_recording_has_to_stop() {
    let Some(mut store) = FullStore::start("overwrite") else { return };
    wait_until(SOON, "each camera has a sealed segment", || {
        let sealed = store.segments("sealed");
        CAMERAS.iter().all(|camera| sealed.iter().any(|segment| segment["camera"] == *camera))
    });
    let first = store.segments("sealed").remove(0);
    let receipt = store.hold(&first);
    assert_eq!(receipt["already_gone"], json!([]));
    let held: Vec<Value> = store.segments("sealed").into_iter().filter(|segment| segment["held"] == true).collect();
    assert!(!held.is_empty());

    let mut free_at_most = 0;
    wait_until(5 * SOON, "half as much has gone as the disk holds", || {
        let status = store.appliance.json(&["status", "--json"]);
        assert!(status["cameras"].as_array().unwrap().iter().all(|camera| camera["error"].is_null()), "recording never stops: {status}");
        let free = status["storage"]["free_bytes"].as_u64().unwrap();
        let (gone, there): (Vec<Value>, Vec<Value>) = store
            .appliance
            .json(&["segment", "list", "--json"])
            .as_array()
            .unwrap()
            .iter()
            .cloned()
            .partition(|one| one["state"] == "expired");
        if let Some(newest_gone) = gone.iter().map(|segment| at(&segment["start"])).max() {
            free_at_most = free_at_most.max(free);
            assert!(free < SHORT_BYTES + SEGMENTS_BYTES, "no more goes than is needed: {free} bytes are free");
            assert!(gone.iter().all(|segment| segment["held"] == false), "{gone:?}");
            let mut unheld = there.iter().filter(|segment| segment["held"] == false);
            assert!(unheld.all(|segment| at(&segment["start"]) >= newest_gone), "the oldest goes first");
        }
        gone.iter().filter_map(|segment| segment["bytes"].as_u64()).sum::<u64>() > u64::from(DISK_KIBIBYTES) << 9
    });
    let played = store.play(&first).unwrap();
    assert!(played as u64 > first["bytes"].as_u64().unwrap() * 9 / 10, "{played} bytes of {first}");

    let log = store.appliance.json(&["audit", "show", "--limit", "500", "--json"]);
    let expiries: Vec<&Value> = log.as_array().unwrap().iter().filter(|leaf| leaf["action"] == "segment.expire").collect();
    assert!(!expiries.is_empty() && expiries.iter().all(|leaf| leaf["details"]["ground"] == "disk_full"), "{:?}", expiries.first());
    let gone = store.segments("expired");
    let house = store.stopped();
    assert!(!gaps(&house).contains(&GapCause::Storage), "{:?}", gaps(&house));
    assert!(of_house(&house, &held).iter().all(|row| left(&house, row) == Left::KEPT));
    assert!(of_house(&house, &gone).iter().all(|row| left(&house, row) == Left::GONE));
    println!("{} segments overwritten, {} held, {:.1} MiB free at most", gone.len(), held.len(), free_at_most as f64 / (1 << 20) as f64);
}

#[test]
fn under_stop_recording_waits_with_an_alarm_and_people_hold_look_and_forget_meanwhile() {
    let Some(mut store) = FullStore::start("stop") else { return };
    wait_until(SOON, "each camera has a sealed segment", || {
        let sealed = store.segments("sealed");
        CAMERAS.iter().all(|camera| sealed.iter().any(|segment| segment["camera"] == *camera))
    });
    let first = store.segments("sealed").remove(0);
    store.hold(&first);
    wait_until(5 * SOON, "status says of each camera that the disk is full", || store.is_full());
    // Somebody takes what the reserve has given so far; it gives the rest.
    store.disk.fill_but(0);
    wait_until(SOON, "the reserve gives", || store.free_bytes() > 0);
    assert!(store.is_full(), "the alarm stays while it lasts");
    assert!(store.segments("expired").is_empty(), "nothing goes before its time");

    // Signing in, looking, holding, and the log go on.
    let played = store.play(&first).unwrap();
    assert!(played as u64 > first["bytes"].as_u64().unwrap() * 9 / 10, "{played} bytes of {first}");
    let sealed = store.segments("sealed");
    let yard: Vec<&Value> = sealed.iter().filter(|segment| segment["camera"] == "yard").collect();
    let receipt = store.hold(yard[1]);
    assert!(receipt["covered"].as_array().is_some_and(|covered| !covered.is_empty()), "{receipt}");
    let log = store.appliance.json(&["audit", "show", "--limit", "50", "--json"]);
    let logged: Vec<&str> = log.as_array().unwrap().iter().map(|leaf| text(&leaf["action"])).collect();
    for action in ["session.login", "view.open", "hold.place"] {
        assert!(logged.contains(&action), "{action} is not in {logged:?}");
    }
    assert_eq!(store.appliance.json(&["audit", "verify", "--json"])["ok"], true);
    let ran = store.appliance.json(&["expire", "run", "--json"]);
    assert_eq!((&ran["refused"], &ran["expired"]), (&json!(null), &json!(0)), "nothing is due");
    assert!(store.is_full());

    // So does forgetting: two people delete all that is not held, and recording goes on by itself.
    let held: Vec<Value> = store.segments("sealed").into_iter().filter(|segment| segment["held"] == true).collect();
    let (from, to) = (text(&first["start"]), text(&sealed.last().unwrap()["end"]));
    let order = ["delete", "ask", "--camera", "gate", "--camera", "yard", "--from", from, "--to", to];
    let asked = store.appliance.json(&[&order[..], &["--reason", "Erasure request upheld", "--case", "DSR-64", "--json"]].concat());
    let granted = store.approve(&["delete", "grant", text(&asked["id"])]);
    assert!(granted.status.success(), "{}", String::from_utf8_lossy(&granted.stderr));
    wait_until(SOON, "what nobody holds goes", || {
        store.appliance.json(&["expire", "run", "--json"]);
        !store.segments("expired").is_empty()
    });
    let forgotten = Instant::now();
    wait_until(SOON, "recording goes on after footage was forgotten", || store.alarms().is_empty());
    let after_expiry = forgotten.elapsed();

    // The same when somebody else fills the disk and makes room again.
    store.disk.fill_but(0);
    wait_until(SOON, "the disk is full again", || store.is_full());
    store.disk.free();
    let freed = Instant::now();
    wait_until(SOON, "recording goes on after space returned", || store.alarms().is_empty());
    let after_space = freed.elapsed();

    let gone = store.segments("expired");
    let house = store.stopped();
    assert!(held.len() >= 2 && of_house(&house, &held).iter().all(|row| left(&house, row) == Left::KEPT));
    assert!(of_house(&house, &gone).iter().all(|row| left(&house, row) == Left::GONE));
    let causes = gaps(&house);
    assert!(!causes.is_empty() && causes.iter().all(|cause| *cause == GapCause::Storage), "{causes:?}");
    let newest = CAMERAS.iter().flat_map(|camera| rows(&house, &id(camera))).filter(|row| row.state == SegmentState::Sealed).count();
    println!("recording again {after_expiry:?} after expiry, {after_space:?} after space returned; {newest} segments");
}
