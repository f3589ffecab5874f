//! An older catalogue put back beside newer footage: nothing is killed on its word, and the footage can
//! be entered again from its own files.

use std::{fs, time::Duration};

use holdfast::{adapters::clock, domain::camera::Transport};
use serde_json::Value;

use crate::{
    appliance::Appliance,
    cameras::Cameras,
    doors::assert_told,
    doors_fault::{everything, logged, put_catalogue, settle},
    export::wait_for_footage,
    vault::walk,
};

const SOON: Duration = Duration::from_secs(30);

fn record_on(appliance: &mut Appliance) {
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    wait_for_footage(appliance, "gate", clock::now().utc.plus_seconds(7));
    appliance.stop();
}

/// What a segment is, whenever it was entered.
fn facts(segments: &Value) -> Vec<Value> {
    let fields = ["id", "camera", "start", "end", "state", "bytes", "frames"];
    let facts = |segment: &Value| fields.iter().map(|field| segment[field].clone()).collect();
    segments.as_array().unwrap().iter().map(facts).collect()
}

#[test]
fn an_older_catalogue_beside_newer_footage_is_refused_and_the_footage_can_be_entered_again() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "5s");
    record_on(&mut appliance);
    let catalogue = appliance.data().join("catalogue.db");
    settle(&catalogue);
    let older = fs::read(&catalogue).unwrap();
    let known = facts(&everything(&appliance)).len();
    record_on(&mut appliance);
    let newest = everything(&appliance);
    let lost = facts(&newest).len() - known;
    assert!(lost >= 1, "more was recorded: {newest}");
    settle(&catalogue);
    let newer = fs::read(&catalogue).unwrap();
    let keys = fs::read(appliance.data().join("keys.1")).unwrap();
    let files = walk(&appliance.data().join("segments"));

    put_catalogue(&catalogue, &older);
    let words = ["older than the footage beside it", &format!("nothing of {lost} of the segments"), "segment adopt", "Nothing was changed"];
    for command in [&["status"][..], &["segment", "list"], &["init"], &["run"]] {
        println!("{command:?}");
        assert_told(&appliance.cli(command), 2, &words);
    }
    assert!(fs::read(appliance.data().join("keys.1")).unwrap() == keys, "no key was killed");
    assert_eq!(walk(&appliance.data().join("segments")), files, "no file was moved");
    put_catalogue(&catalogue, &newer);
    assert_eq!(everything(&appliance), newest, "the newest catalogue fits as before");

    put_catalogue(&catalogue, &older);
    assert_told(&appliance.cli(&["segment", "adopt", "--reason", " "]), 2, &["reason"]);
    assert_eq!(appliance.json(&["segment", "adopt", "--reason", "the disk was replaced", "--json"])["adopted"], lost);
    assert_eq!(facts(&everything(&appliance)), facts(&newest), "every segment is there again, whole");
    assert_eq!(appliance.json(&["segment", "adopt", "--reason", "once more", "--json"])["adopted"], 0);
    assert_eq!(logged(&appliance, "segment.adopt"), 1 + lost, "the act, and each segment");

    record_on(&mut appliance);
    assert!(facts(&everything(&appliance)).len() > facts(&newest).len(), "recording goes on");
}
