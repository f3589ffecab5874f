//! R11 of the security paper: a disk that takes half a second longer for each write and each sync.
//!
//! `strace` holds up the daemon's disk calls; where it may not, the test says so and is skipped.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::Duration,
};

use holdfast::domain::{camera::Transport, recording::gap::GapCause};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    appliance::{Appliance, id, wait_until},
    cameras::Cameras,
    full_disk::{causes_of_gaps, is_sound},
    traced,
};

const CAMERAS: [&str; 8] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];
const LONG: Duration = Duration::from_secs(240);
const RSS_BYTES_MAX: u64 = 300 << 20;

/// Every write and sync of the daemon takes half a second longer, until this is dropped.
struct Slowed(Child);

impl Slowed {
    fn of(appliance: &mut Appliance) -> Self {
        let daemon = appliance.daemon().unwrap().id();
        let strace = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,fsync,fdatasync"])
            .args(["-e", "inject=pwrite64,fsync,fdatasync:delay_enter=500000", "-p", &daemon.to_string()])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(strace)
    }
}

impl Drop for Slowed {
    fn drop(&mut self) {
        // Asked to, it lets the daemon go on.
        let _ = kill_process(Pid::from_child(&self.0), Signal::INT);
        let _ = self.0.wait();
    }
}

fn peak_rss_bytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

#[test]
fn a_disk_that_takes_half_a_second_a_write_costs_whole_groups_of_pictures_and_no_memory() {
    if !traced::permitted() {
        return;
    }
    let films = CAMERAS.map(|path| format!("path={path},scene=1280x720@15,seconds=4,kbps=4000,codec=h264"));
    let cameras = Cameras::start(&films.each_ref().map(String::as_str), &["--numbered"]);
    let accesses = CAMERAS.map(|path| (path, cameras.access(path, None, Transport::Tcp)));
    let mut appliance = Appliance::new(&accesses.each_ref().map(|(path, access)| (*path, access)), "10s");
    appliance.start();
    for camera in CAMERAS {
        appliance.wait_for_state(camera, "recording", LONG);
    }
    let error = |appliance: &Appliance, camera: &str| {
        appliance.camera_status(camera).and_then(|status| status["error"].as_str().map(str::to_owned)).unwrap_or_default()
    };
    let slowed = Slowed::of(&mut appliance);
    wait_until(LONG, "status says that the disk can't keep up", || {
        CAMERAS.iter().filter(|camera| error(&appliance, camera).contains("can't keep up")).count() >= CAMERAS.len() / 2
    });
    drop(slowed);
    wait_until(LONG, "every camera is recorded as before, by itself", || {
        CAMERAS.iter().all(|camera| appliance.camera_state(camera) == "recording" && error(&appliance, camera).is_empty())
    });
    let sealed = |appliance: &Appliance| {
        let all = appliance.json(&["segment", "list", "--json"]);
        all.as_array().unwrap().iter().filter(|segment| segment["state"] == "sealed").count()
    };
    let before = sealed(&appliance);
    wait_until(LONG, "what waited is on the disk, and more", || sealed(&appliance) >= before + 2 * CAMERAS.len());
    let peak = peak_rss_bytes(appliance.daemon().unwrap().id());
    assert!(peak <= RSS_BYTES_MAX, "{} MiB", peak >> 20);
    appliance.kill();
    let house = appliance.house();
    is_sound(&house);
    // Whatever is missing lies in a gap that says why.
    let mut overloaded = 0;
    for camera in CAMERAS {
        let causes = causes_of_gaps(&house, &id(camera));
        assert!(causes.iter().all(|cause| *cause == GapCause::Overload), "{camera}: {causes:?}");
        overloaded += causes.len();
    }
    assert!(overloaded >= CAMERAS.len() / 2, "{overloaded}");
    println!("{overloaded} gaps, at most {} MiB", peak >> 20);
}
