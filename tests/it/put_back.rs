//! An older catalogue put back beside newer footage: nothing is killed on its word, and the footage can
//! be entered again from its own files.

use std::{fs, time::Duration};

use holdfast::{
    adapters::clock,
    domain::{
        actor::{Actor, Reason},
        camera::Transport,
    },
    jobs::{adopt::Adopted, audit, house::House},
};
use serde_json::Value;

use crate::{
    appliance::Appliance,
    cameras::Cameras,
    doors::assert_told,
    doors_fault::{everything, logged, put_catalogue, settle},
    export::wait_for_footage,
    keys::store::expire,
    vault::{FRAGMENTS, Store, reads_back, record, walk},
};

const SOON: Duration = Duration::from_secs(30);

fn record_on(appliance: &mut Appliance) {
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    wait_for_footage(appliance, "gate", clock::now().utc.plus_seconds(7));
    appliance.stop();
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
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
    let words = ["older than the one that was used last", "segment adopt", "Nothing was changed"];
    for command in [&["status"][..], &["segment", "list"], &["init"], &["run"]] {
        println!("{command:?}");
        assert_told(&appliance.cli(command), 2, &words);
    }
    assert!(fs::read(appliance.data().join("keys.1")).unwrap() == keys, "no key was killed");
    assert_eq!(walk(&appliance.data().join("segments")), files, "no file was moved");
    put_catalogue(&catalogue, &newer);
    assert_eq!(everything(&appliance), newest, "the newest catalogue fits as before");

    // The keys are of another generation by now, and there is a hold that the older catalogue won't know.
    assert!(appliance.cli(&["keys", "rotate"]).status.success());
    let (from, to) = (&facts(&newest)[0][2], &facts(&newest)[0][3]);
    let held = ["hold", "place", "--camera", "gate", "--from", text(from), "--to", text(to), "--reason", "a theft", "--case", "7"];
    assert!(appliance.cli(&held).status.success());
    settle(&catalogue);
    put_catalogue(&catalogue, &older);
    assert_told(&appliance.cli(&["status"]), 2, &words);
    assert_told(&appliance.cli(&["segment", "adopt", "--reason", " "]), 2, &["reason"]);
    assert_eq!(appliance.json(&["segment", "adopt", "--reason", "the disk was replaced", "--json"])["adopted"], lost);
    assert_eq!(facts(&everything(&appliance)), facts(&newest), "every segment is there again, whole");
    assert_eq!(appliance.json(&["segment", "adopt", "--reason", "once more", "--json"])["adopted"], 0);
    assert_eq!(logged(&appliance, "segment.adopt"), 2 + lost, "that it is an older one, the act, and each segment");

    record_on(&mut appliance);
    assert!(facts(&everything(&appliance)).len() > facts(&newest).len(), "recording goes on");
}

#[test]
fn an_older_catalogue_is_noticed_by_the_log_alone_and_kills_no_other_segments_key() {
    let store = Store::new();
    let house = store.open();
    let first = record(&house, 1, Some(()));
    audit::checkpoint_now(&house).unwrap();
    drop(house);
    let catalogue = store.folder.path().join("catalogue.db");
    settle(&catalogue);
    let older = fs::read(&catalogue).unwrap();
    let house = store.open();
    // Expired since, and its slot used by another segment.
    expire(&house, &first);
    fs::remove_file(house.vault.segment_path(&first.camera, first.start, first.id)).unwrap();
    let second = record(&house, 2, Some(()));
    assert_eq!(second.slot, first.slot);
    drop(house);
    settle(&catalogue);
    put_catalogue(&catalogue, &older);
    let place = store.place();
    let refused = House::open(&place, &[]).err().unwrap();
    assert_eq!(refused.code, "catalogue_rolled_back");
    let (operator, reason) = (Actor::LocalOperator { uid: 0 }, Reason::new("the disk was replaced").unwrap());
    assert_eq!(House::adopt(&place, &operator, &reason).unwrap(), Adopted { segments: 1, older: true });
    let house = store.open();
    // By the older catalogue's word the first is still there, and goes once more.
    expire(&house, &first);
    assert_eq!(reads_back(&house, &second, 2).unwrap(), FRAGMENTS);
    assert_ne!(house.vault.slots().reserve(), second.slot, "nor is its slot used again");
    drop(house);
    assert_eq!(House::adopt(&place, &operator, &reason).unwrap(), Adopted { segments: 0, older: false });

    // Nothing newer lies beside it, and still the log tells.
    settle(&catalogue);
    let older = fs::read(&catalogue).unwrap();
    let house = store.open();
    audit::checkpoint_now(&house).unwrap();
    drop(house);
    settle(&catalogue);
    put_catalogue(&catalogue, &older);
    assert_eq!(House::open(&place, &[]).err().unwrap().code, "catalogue_rolled_back");
    assert_eq!(House::adopt(&place, &operator, &reason).unwrap(), Adopted { segments: 0, older: true });
    store.open();
}
