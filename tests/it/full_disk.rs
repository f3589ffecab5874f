//! A real daemon on a disk that fills up, on one that fails, and on one that comes back.
//!
//! The full disk is a small tmpfs, which root may mount; the failing one is `strace` in the threads
//! that sync. Where either is not permitted the test says so and is skipped.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use holdfast::{
    adapters::index::gap,
    domain::{
        camera::{CameraId, Transport},
        instant::UtcInstant,
        recording::{gap::GapCause, segment::SegmentState},
    },
    jobs::{audit, check, house::House},
};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    appliance::{Appliance, id, wait_until},
    cameras::Cameras,
    film::whole,
    recorded::{pictures, rows},
    small_disk::SmallDisk,
    traced,
};

const SOON: Duration = Duration::from_secs(20);
const CAMERA: &str = "path=cam,scene=320x240@15,codec=h264";

fn error_of(appliance: &Appliance) -> String {
    appliance.camera_status("cam").and_then(|camera| camera["error"].as_str().map(str::to_owned)).unwrap_or_default()
}

fn still_runs(appliance: &mut Appliance) -> bool {
    appliance.daemon().is_some_and(|daemon| daemon.try_wait().unwrap().is_none())
}

/// Every picture that is missing lies in a gap; the causes of the gaps, in order.
pub fn causes_of_gaps(house: &House, camera: &CameraId) -> Vec<GapCause> {
    let gaps = house.catalogue.read(|c| gap::overlapping(c, camera, &whole())).unwrap();
    let kept = pictures(house, camera).concat();
    for pair in kept.windows(2).filter(|pair| pair[1].number != pair[0].number + 1) {
        let covered: i64 =
            gaps.iter().map(|gap| gap.interval.to().min(pair[1].sent).nanos_since(gap.interval.from().max(pair[0].sent)).max(0)).sum();
        let missing = pair[1].sent.nanos_since(pair[0].sent);
        assert!(missing - covered < 300_000_000, "{missing} ns are missing, but gaps say only {covered}: {gaps:?}");
    }
    gaps.iter().map(|gap| gap.cause).collect()
}

pub fn is_sound(house: &House) {
    assert_eq!(house.catalogue.integrity().unwrap(), "ok");
    assert_eq!(house.healed.alarms, 0, "{:?}", house.healed);
    assert!(audit::verify(house).unwrap().ok);
    let checked = check::segments(house, None, &whole()).unwrap();
    assert!(checked.ok, "{:?}", checked.damaged);
}

#[test]
fn a_full_disk_stops_recording_and_nothing_else_and_recording_goes_on_by_itself() {
    let cameras = Cameras::start(&[CAMERA], &["--numbered"]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", None, Transport::Tcp))], "5s");
    let Some(disk) = SmallDisk::of(&appliance, 48 << 10) else { return };
    appliance.start();
    appliance.wait_for_state("cam", "recording", SOON);
    wait_until(SOON, "a segment is sealed", || {
        appliance.json(&["segment", "list", "--json"]).as_array().is_some_and(|list| list.iter().any(|one| one["state"] == "sealed"))
    });
    disk.fill_but(1 << 20);
    wait_until(SOON, "status says that the disk is full", || error_of(&appliance).contains("disk is full"));
    // The reserve gives the catalogue its room: whoever looks can still do so, and is logged.
    for _ in 0..5 {
        let shown = appliance.cli(&["audit", "show", "--json"]);
        assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
        assert!(error_of(&appliance).contains("disk is full"), "it stays on show while it lasts");
    }
    // Somebody else takes the last byte of the reserve, too: acts that have to be logged are refused, with words.
    let mut refused = None;
    wait_until(SOON, "the catalogue has no room either", || {
        disk.fill_but(0);
        let shown = appliance.cli(&["audit", "show", "--json"]);
        refused = Some(String::from_utf8_lossy(&shown.stderr).into_owned());
        !shown.status.success()
    });
    assert!(refused.as_ref().is_some_and(|words| words.contains("disk is full")), "{refused:?}");
    assert!(error_of(&appliance).contains("disk is full"));
    assert!(still_runs(&mut appliance));
    disk.free();
    let freed = Instant::now();
    wait_until(Duration::from_secs(5), "recording goes on", || error_of(&appliance).is_empty());
    let resumed = freed.elapsed();
    assert!(still_runs(&mut appliance), "it was never restarted");
    // Full while it stops: in order all the same, and what can't be opened says why.
    disk.fill_but(0);
    let stopping = Instant::now();
    appliance.stop();
    let stopped = stopping.elapsed();
    // Full while it starts: it does so in the room of its reserve, and says why nothing is recorded.
    disk.fill_but(0);
    appliance.start();
    wait_until(SOON, "status says so after the start", || error_of(&appliance).contains("disk is full"));
    disk.free();
    wait_until(Duration::from_secs(10), "recording goes on after the start", || error_of(&appliance).is_empty());
    appliance.stop();
    let house = appliance.house();
    is_sound(&house);
    assert!(rows(&house, &id("cam")).len() >= 2, "one before, one after");
    let causes = causes_of_gaps(&house, &id("cam"));
    assert_eq!(causes, [GapCause::Storage, GapCause::Restart, GapCause::Storage]);
    println!(
        "recording again {resumed:?} after space returned, stopped in {stopped:?} while full, {} segments",
        rows(&house, &id("cam")).len()
    );
    drop(house);
    // The store is on the small disk: the daemon's things go first.
    drop(appliance);
    drop(disk);
}

/// `strace` in one thread of the daemon, which makes its next call of a kind fail.
struct Attached {
    strace: Child,
    log: PathBuf,
}

impl Attached {
    fn fail(appliance: &mut Appliance, thread: &str, call: &str) -> Self {
        let log = appliance.folder.path().join("calls");
        let daemon = appliance.daemon().unwrap().id();
        let tasks = fs::read_dir(format!("/proc/{daemon}/task")).unwrap().map(|task| task.unwrap().path());
        let task = tasks.filter(|task| fs::read_to_string(task.join("comm")).unwrap().trim() == thread).last().expect("the thread runs");
        let strace = Command::new("strace")
            .args(["-qq", "-y", "-s", "0", "-e", "trace=fsync,fdatasync", "-e", &format!("inject={call}:error=EIO:when=1"), "-o"])
            .arg(&log)
            .arg("-p")
            .arg(task.file_name().unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let attached = Self { strace, log };
        wait_until(SOON, "a call has failed", || attached.calls().contains("(INJECTED)"));
        attached
    }

    fn calls(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        // Asked to, it lets the daemon go on.
        let _ = kill_process(Pid::from_child(&self.strace), Signal::INT);
        let _ = self.strace.wait();
    }
}

/// A box that records one camera.
fn recording() -> (Cameras, Appliance) {
    let cameras = Cameras::start(&[CAMERA], &["--numbered"]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", None, Transport::Tcp))], "60s");
    appliance.start();
    appliance.wait_for_state("cam", "recording", SOON);
    (cameras, appliance)
}

#[test]
fn a_segment_that_cannot_be_synced_is_given_up_and_never_synced_again() {
    if !traced::permitted() {
        return;
    }
    let (_cameras, mut appliance) = recording();
    let attached = Attached::fail(&mut appliance, "segment-sync", "fdatasync");
    let failed = Instant::now();
    wait_until(SOON, "status says that the disk failed", || error_of(&appliance).contains("disk failed"));
    wait_until(SOON, "the next segment is written", || error_of(&appliance).is_empty());
    let recovered = failed.elapsed();
    let calls = attached.calls();
    drop(attached);
    appliance.stop();
    let injected: Vec<&str> = calls.lines().filter(|line| line.contains("(INJECTED)")).collect();
    let [one] = injected.as_slice() else { panic!("{injected:?}") };
    let given_up = one.split_once('<').unwrap().1.split_once(".seg>").expect("it was a segment").0.to_owned();
    assert_eq!(calls.lines().filter(|line| line.contains(&given_up)).filter(|line| !line.contains("= 0")).count(), 1);
    let after = calls.split_once("(INJECTED)").unwrap().1;
    assert!(!after.contains(&given_up), "synced again: {calls}");
    let house = appliance.house();
    is_sound(&house);
    let segments = rows(&house, &id("cam"));
    let states: Vec<SegmentState> = segments.iter().map(|row| row.state).collect();
    assert_eq!(states, [SegmentState::Torn, SegmentState::Sealed]);
    assert!(given_up.ends_with(&segments[0].id.to_string()));
    assert_eq!(causes_of_gaps(&house, &id("cam")), [GapCause::Storage]);
    let gap: i64 = segments[1].start.nanos_since(segments[0].end.unwrap_or(UtcInstant::FAR_FUTURE));
    println!("a new file {recovered:?} after the failure, {} ms missing between the two", gap / 1_000_000);
    assert!(gap < 3_000_000_000, "{gap} ns: more than a group of pictures and a second");
}

#[test]
fn a_disk_that_fails_under_the_catalogue_ends_the_daemon_and_a_restart_heals() {
    if !traced::permitted() {
        return;
    }
    let (_cameras, mut appliance) = recording();
    let attached = Attached::fail(&mut appliance, "segment-sync", "fsync");
    assert!(attached.calls().contains("catalogue.db"), "{}", attached.calls());
    let failed = Instant::now();
    let mut code = None;
    wait_until(Duration::from_secs(12), "the daemon ends", || {
        code = appliance.daemon().unwrap().try_wait().unwrap();
        code.is_some()
    });
    let ended = failed.elapsed();
    drop(attached);
    assert_eq!(code.and_then(|status| status.code()), Some(3));
    appliance.kill();
    appliance.start();
    appliance.wait_for_state("cam", "recording", SOON);
    appliance.stop();
    let house = appliance.house();
    is_sound(&house);
    assert_eq!(causes_of_gaps(&house, &id("cam")), [GapCause::Restart]);
    println!("ended {ended:?} after the failure");
}
