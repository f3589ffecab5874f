//! `holdfast camera add|remove`: the configuration file keeps its comments, its order, its mode and
//! its owner; nothing unusable is ever written; the log knows before and after.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
};

use holdfast::{
    adapters::clock,
    domain::camera::{CameraId, Transport},
    settings::{
        Settings,
        edit::{self, NewCamera},
    },
};
use proptest::{prelude::*, test_runner::Config};
use serde_json::Value;

use crate::{
    appliance::Appliance,
    cameras::Cameras,
    doors::{assert_told, nobody},
    export::{export, wait_for_footage},
};

const ADD: [&str; 8] = ["camera", "add", "--id", "yard", "--place", "Bin yard", "--purpose", "Fly-tipping"];
const URL: [&str; 2] = ["--url", "rtsp://192.0.2.7/stream1"];

/// Action, actor and outcome of the log's leaves about cameras, oldest first.
fn noted(appliance: &Appliance) -> Vec<(String, String, String)> {
    let leaves = appliance.json(&["audit", "show", "--limit", "1000", "--json"]);
    let text = |leaf: &Value, key: &str| leaf[key].as_str().unwrap().to_owned();
    let about_cameras = |leaf: &&Value| text(leaf, "action").starts_with("camera.");
    let noted = |leaf: &Value| (text(leaf, "action"), text(leaf, "object"), text(leaf, "outcome"));
    leaves.as_array().unwrap().iter().filter(about_cameras).map(noted).collect()
}

fn pair(action: &str, object: &str, last: &str) -> Vec<(String, String, String)> {
    ["intent", last].map(|outcome| (action.to_owned(), object.to_owned(), outcome.to_owned())).to_vec()
}

#[test]
fn a_camera_is_added_and_removed_and_the_rest_of_the_file_stays_as_it_was() {
    let appliance = Appliance::new(&[("gate", &nobody())], "60s");
    let config = appliance.config();
    let password = appliance.folder.path().join("yard.password");
    fs::write(&password, "hunter2\n").unwrap();
    let before = ["# our estate\n", &fs::read_to_string(&config).unwrap(), "# the gate looks at the street\n\n# the end\n"].concat();
    fs::write(&config, &before).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o640)).unwrap();
    let is_root = rustix::process::getuid().is_root();
    if is_root {
        chown(&config, Some(4242), Some(4343)).unwrap();
    }
    let password_file = password.display().to_string();
    let optional = ["--name", "Bins", "--username", "viewer", "--password-file", &password_file, "--transport", "udp", "--keep", "7d"];
    let added = appliance.cli(&[&ADD[..], &URL, &optional].concat());
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    assert!(String::from_utf8_lossy(&added.stdout).contains("next start"));

    let after = fs::read_to_string(&config).unwrap();
    let mut rest = after.as_str();
    for line in before.lines() {
        rest = rest.split_once(line).unwrap_or_else(|| panic!("lost or moved: {line}\n{after}")).1;
    }
    assert!(!after.contains("hunter2"), "the password stays in its own file");
    let settings = appliance.settings();
    let yard = &settings.cameras[1];
    assert_eq!((yard.id.as_str(), yard.name.as_str(), yard.place.as_str()), ("yard", "Bins", "Bin yard"));
    assert_eq!((yard.purpose.as_str(), yard.url.as_str(), yard.username.as_deref()), ("Fly-tipping", URL[1], Some("viewer")));
    assert_eq!((yard.transport, yard.keep.get(), yard.password.is_some()), (Transport::Udp, 7 * 86_400, true));
    let data = fs::metadata(&config).unwrap();
    assert_eq!(data.mode() & 0o7777, 0o640);
    if is_root {
        assert_eq!((data.uid(), data.gid()), (4242, 4343));
    }
    let left: Vec<_> = fs::read_dir(appliance.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".new")), "{left:?}");

    let removed = appliance.cli(&["camera", "remove", "yard", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&removed.stdout).unwrap()["takes_effect"], "next_start");
    assert_eq!(fs::read_to_string(&config).unwrap(), before, "as if it had never been");
    assert_eq!(noted(&appliance), [pair("camera.add", "camera/yard", "done"), pair("camera.remove", "camera/yard", "done")].concat());
    assert!(!appliance.json(&["audit", "show", "--limit", "100", "--json"]).to_string().contains("192.0.2.7"), "no address in the log");
    assert_eq!(appliance.json(&["audit", "verify", "--json"])["ok"], true);
}

#[test]
fn what_cannot_be_used_is_refused_and_the_file_stays_as_it_was() {
    let appliance = Appliance::new(&[("gate", &nobody())], "60s");
    let before = fs::read_to_string(appliance.config()).unwrap();
    let gate = ["camera", "add", "--id", "gate", "--place", "x", "--purpose", "y"];
    let with = |more: &[&'static str]| [&ADD[..], &URL, more].concat();
    let cases: [(Vec<&str>, &[&str]); 8] = [
        ([&gate[..], &URL].concat(), &["There is a camera \u{201c}gate\u{201d}", "another id"]),
        ([&ADD[..], &["--url", "http://192.0.2.7/"]].concat(), &["http://", "rtsp://", "Nothing was changed."]),
        ([&ADD[..], &["--url", "rtsp://admin:hunter2@192.0.2.7/"]].concat(), &["user name or password", "Nothing was changed."]),
        (with(&["--keep", "400d"]), &["ceiling (90d)", "Nothing was changed."]),
        (with(&["--password-file", "/nowhere/x"]), &["/nowhere/x can't be read", "Nothing was changed."]),
        (with(&["--transport", "tpc"]), &["tcp or udp"]),
        (vec!["camera", "remove", "nosuch"], &["There is no camera \u{201c}nosuch\u{201d}", "camera list"]),
        (vec!["camera", "remove", "No Such"], &["lower-case"]),
    ];
    for (arguments, words) in cases {
        let output = appliance.cli(&arguments);
        assert_told(&output, 2, words);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2"), "a password is repeated");
        assert_eq!(fs::read_to_string(appliance.config()).unwrap(), before, "{arguments:?}");
    }
    assert_eq!(noted(&appliance), [], "what was refused was never begun");
    // Something stands where the new file would be written: the intent and its failure are known.
    let in_the_way = appliance.folder.path().join(".holdfast.toml.new");
    fs::create_dir(&in_the_way).unwrap();
    assert_told(&appliance.cli(&with(&[])), 3, &["could not be written", "Nothing was changed"]);
    assert_eq!(fs::read_to_string(appliance.config()).unwrap(), before);
    assert_eq!(noted(&appliance), pair("camera.add", "camera/yard", "failed"));
}

#[test]
fn a_running_box_knows_of_the_change_takes_it_up_at_its_next_start_and_keeps_the_footage() {
    let cameras = Cameras::start(
        &["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264", "path=yard,scene=320x240@15,seconds=4,kbps=300,codec=h264"],
        &["--numbered"],
    );
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "5s");
    appliance.start();
    let url = cameras.access("yard", None, Transport::Tcp).url.to_string();
    assert!(appliance.cli(&[&ADD[..], &["--url", &url]].concat()).status.success());
    assert_eq!(noted(&appliance), pair("camera.add", "camera/yard", "done"));
    assert_eq!(appliance.json(&["camera", "list", "--json"]).as_array().unwrap().len(), 1, "not yet");
    appliance.stop();
    appliance.start();
    appliance.wait_for_state("yard", "recording", std::time::Duration::from_secs(30));
    wait_for_footage(&appliance, "yard", clock::now().utc.plus_seconds(2));
    let removed = appliance.cli(&["camera", "remove", "yard"]);
    assert!(String::from_utf8_lossy(&removed.stdout).contains("footage stays until its retention period ends"));
    appliance.stop();
    assert_eq!(noted(&appliance)[2..], pair("camera.remove", "camera/yard", "done"));
    assert_eq!(appliance.settings().cameras.len(), 1);
    let checked = appliance.json(&["segment", "check", "--json"]);
    assert_eq!(checked["ok"], true, "{checked}");
    let kept = appliance.json(&["segment", "list", "--camera", "yard", "--json"]);
    let kept = kept.as_array().unwrap_or_else(|| panic!("{kept}"));
    assert!(!kept.is_empty() && kept.iter().all(|segment| segment["camera"] == "yard"), "{kept:?}");
    let (now, out) = (clock::now().utc, appliance.folder.path().join("yard"));
    let handed_out = export(&appliance, &["yard"], now.plus_seconds(-120), now, &out);
    assert!(handed_out.status.success(), "{}", String::from_utf8_lossy(&handed_out.stderr));
    assert!(appliance.cli(&["verify", &out.display().to_string()]).status.success());
}

fn any_camera() -> impl Strategy<Value = NewCamera> {
    let text = "[ -~é\u{201c}\n]{0,20}[a-z]";
    let optional = || prop::option::of(text);
    (text, text, optional(), optional(), any::<bool>()).prop_map(|(place, purpose, name, username, udp)| NewCamera {
        id: CameraId::new("new").unwrap(),
        url: "rtsp://192.0.2.9/x".into(),
        place,
        purpose,
        name,
        username,
        password_file: None,
        transport: udp.then_some(Transport::Udp),
        keep: None,
    })
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]
    /// Whatever the words, they come back as they were given, every line stays, and taking the
    /// camera out again leaves the file it was.
    #[test]
    fn any_words_survive_and_removing_is_the_reverse_of_adding(
        camera in any_camera(),
        comments in prop::collection::vec("(# [a-z =\\[\\]]{0,20}\n|\n)", 5),
        others in 0usize..3,
    ) {
        let mut text = format!("{}[store] # here\ndata = \"/srv/h\"\n{}", comments[0], comments[1]);
        for number in 0..others {
            text.push_str(&format!("[[camera]]\nid = \"c{number}\" # the id\n{}url = \"rtsp://192.0.2.1/s\"\nplace = 'x'\npurpose = \"p\"\n{}", comments[2], comments[3]));
        }
        text.push_str(&format!("[site]\nname = \"A\"\n{}", comments[4]));
        let added = edit::with_camera(&text, &camera).unwrap();
        let settings = Settings::from_text(&added, "f", None).unwrap();
        let new = settings.cameras.last().unwrap();
        prop_assert_eq!((&new.place, &new.purpose, &new.username), (&camera.place, &camera.purpose, &camera.username));
        let name = camera.name.clone().unwrap_or_else(|| "new".into());
        prop_assert_eq!(&new.name, &name);
        prop_assert_eq!(settings.cameras.len(), others + 1);
        prop_assert!(edit::with_camera(&added, &camera).is_err());
        prop_assert_eq!(edit::without_camera(&added, &camera.id).unwrap(), text);
    }
}
