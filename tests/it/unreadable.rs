//! A disk that can't read one segment any more, at the worst time: while a crash is healed.

use std::{process::Command, time::Duration};

use holdfast::{adapters::clock, domain::camera::Transport};
use serde_json::Value;

use crate::{appliance::Appliance, cameras::Cameras, doors_fault::logged, export::wait_for_footage, traced, vault::walk};

const SOON: Duration = Duration::from_secs(30);

/// The segments of a camera.
fn segments<'a>(list: &'a Value, camera: &str) -> Vec<&'a Value> {
    list.as_array().unwrap().iter().filter(|segment| segment["camera"] == camera).collect()
}

/// The `nth` read of the open segment fails; what the store says afterwards.
fn heal_while_a_read_fails(nth: usize) -> Option<(Appliance, Value)> {
    if !traced::permitted() {
        return None;
    }
    let film = |path| format!("path={path},scene=320x240@15,seconds=4,kbps=300,codec=h264");
    let cameras = Cameras::start(&[&film("gate"), &film("yard")], &["--numbered"]);
    let (gate, yard) = (cameras.access("gate", None, Transport::Tcp), cameras.access("yard", None, Transport::Tcp));
    let mut appliance = Appliance::new(&[("gate", &gate), ("yard", &yard)], "60s");
    appliance.start();
    for camera in ["gate", "yard"] {
        appliance.wait_for_state(camera, "recording", SOON);
        wait_for_footage(&appliance, camera, clock::now().utc.plus_seconds(5));
    }
    appliance.kill();
    let files = walk(&appliance.data().join("segments/gate"));
    let [file] = files.as_slice() else { panic!("one segment: {files:?}") };
    let healed = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=pread64", "-P"])
        .arg(file)
        .arg("-e")
        .arg(format!("inject=pread64:error=EIO:when={nth}"))
        .args([env!("CARGO_BIN_EXE_holdfast"), "--config"])
        .arg(appliance.config())
        .args(["segment", "list", "--json"])
        .output()
        .unwrap();
    assert!(healed.status.success(), "the store opens: {}", String::from_utf8_lossy(&healed.stderr));
    let list: Value = serde_json::from_slice(&healed.stdout).unwrap();
    assert_eq!(walk(&appliance.data().join("segments/gate")), files, "its file stays where it is");
    let [yard] = segments(&list, "yard")[..] else { panic!("{list}") };
    assert!(yard["state"] == "torn" && yard["frames"].as_u64().unwrap() >= 45, "the other camera's is healed as ever: {yard}");
    assert_eq!(logged(&appliance, "segment.unreadable"), 1);
    assert_eq!(logged(&appliance, "tamper.alarm"), 0, "nobody is accused");
    // What could be read is what was vouched for, and it still can.
    let checked = appliance.json(&["segment", "check", "--camera", "yard", "--json"]);
    assert_eq!(checked["ok"], true, "{checked}");
    Some((appliance, list))
}

#[test]
fn a_segment_is_kept_as_far_as_the_disk_can_read_it() {
    let Some((appliance, list)) = heal_while_a_read_fails(12) else { return };
    let [gate] = segments(&list, "gate")[..] else { panic!("{list}") };
    assert!(gate["state"] == "torn" && gate["frames"].as_u64().unwrap() > 0, "{gate}");
    let checked = appliance.json(&["segment", "check", "--json"]);
    assert_eq!(checked["ok"], true, "{checked}");
}

#[test]
fn a_segment_of_which_nothing_can_be_read_is_kept_and_told() {
    let Some((_appliance, list)) = heal_while_a_read_fails(1) else { return };
    let [gate] = segments(&list, "gate")[..] else { panic!("{list}") };
    assert!(gate["state"] == "torn" && gate["frames"] == 0, "{gate}");
}
