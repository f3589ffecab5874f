//! The command line as its users meet it: exit codes, the sentence with the next step, JSON that
//! other tools read, and what systemd is told. The real program, a real store.
//!
//! Next: `doors_fault` breaks the store, `doors_api` knocks at the network's side.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use holdfast::{
    adapters::{clock, rtsp::CameraAccess},
    domain::camera::Transport,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::{
    appliance::{Appliance, wait_until},
    browser::request,
    cameras::Cameras,
    export::{exported, wait_for_footage},
};

const SOON: Duration = Duration::from_secs(30);

/// A camera that nobody answers for.
pub fn nobody() -> CameraAccess {
    CameraAccess { url: "rtsp://127.0.0.1:9/x".parse().unwrap(), username: None, password: None, transport: Transport::Tcp }
}

/// The output has this exit code, says all of `words` on standard error, and nothing on standard output.
#[track_caller]
pub fn assert_told(output: &Output, code: i32, words: &[&str]) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    for word in words {
        assert!(told.contains(word), "lacks \u{201c}{word}\u{201d}:\n{told}");
    }
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

#[test]
fn words_that_do_not_fit_are_refused_with_the_next_step() {
    let appliance = Appliance::new(&[("gate", &nobody())], "60s");
    let out = appliance.folder.path().join("out").display().to_string();
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    let export =
        |camera, from, to| ["export", "--case", "C1", "--out", &out, "--camera", camera, "--from", from, "--to", to].map(str::to_owned);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let cases: &[(Vec<String>, &[&str])] = &[
        (words(&["camera", "test", "nosuch"]), &["There is no such camera.", "list of cameras"]),
        (words(&["segment", "list", "--camera", "nosuch"]), &["There is no such camera.", "list of cameras"]),
        (export("nosuch", early, late).to_vec(), &["There is no such camera.", "list of cameras"]),
        (words(&["segment", "list", "--from", late, "--to", early]), &["ends before it starts", "Swap"]),
        (export("gate", late, early).to_vec(), &["not after its start", "Swap"]),
        (export("gate", early, late).to_vec(), &["None of these cameras recorded anything", "time line"]),
        (words(&["user", "disable", "nobody"]), &["There is no such user.", "user list"]),
        (words(&["audit", "prove", "99999"]), &["no such leaf", "audit show"]),
        (words(&["verify", "/nowhere"]), &["/nowhere is not an export", "SHA256SUMS"]),
    ];
    for (arguments, expected) in cases {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_told(&appliance.cli(&arguments), 2, expected);
        let as_json = appliance.cli(&[&arguments[..], &["--json"]].concat());
        assert_eq!(as_json.status.code(), Some(2));
        let told: Value = serde_json::from_slice(&as_json.stderr).unwrap();
        assert!(told["code"].is_string() && told["title"].is_string() && told["detail"].is_string(), "{told}");
        assert!(expected.iter().all(|word| told.to_string().contains(word)), "{told}");
    }
    assert!(!Path::new(&out).exists(), "a refused export leaves no folder");
    for (arguments, words) in [
        (&["user", "add", "Eve", "--role", "boss"][..], &["boss", "viewer, reviewer"][..]),
        (&[&export("gate", early, late).each_ref().map(String::as_str)[..], &["--purpose", "fun"]].concat(), &["fun", "patrol_review"]),
        (&["segment", "check", "--to", "2026-10-25T01:30"], &["zone"]),
    ] {
        assert_told(&appliance.cli(arguments), 2, words);
    }
    // Refused by the argument's own type.
    for arguments in [&["segment", "list", "--from", "2026-01-01T00:00:00"][..], &["segment", "list", "--to", "yesterday"]] {
        assert_told(&appliance.cli(arguments), 2, &["zone"]);
    }
}

#[test]
fn a_configuration_that_cannot_be_used_is_named_with_its_place() {
    let appliance = Appliance::new(&[], "60s");
    let sound = fs::read_to_string(appliance.config()).unwrap();
    let broken = sound.replace("segment =", "segmnt =");
    let line = broken.lines().position(|line| line.contains("segmnt")).unwrap() + 1;
    fs::write(appliance.config(), broken).unwrap();
    let place = format!("holdfast.toml:{line}:1:");
    for command in ["status", "run", "init", "check"] {
        assert_told(&appliance.cli(&[command]), 2, &[&place, "segmnt", "Did you mean segment?"]);
    }
    fs::write(appliance.config(), sound).unwrap();
    let missing = Command::new(env!("CARGO_BIN_EXE_holdfast")).args(["--config", "/nowhere/holdfast.toml", "status"]).output().unwrap();
    assert_told(&missing, 2, &["/nowhere/holdfast.toml:1:1: The configuration file doesn't exist.", "--config"]);
}

/// What a JSON value is, in a word.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Each field is there and of one of the kinds named, `text|null` for example.
#[track_caller]
fn assert_fields(value: &Value, fields: &[(&str, &str)]) {
    for (field, kinds) in fields {
        let found = value.get(field).unwrap_or_else(|| panic!("{field} is missing in {value}"));
        assert!(kinds.split('|').any(|allowed| allowed == kind(found)), "{field} is a {}, not {kinds}: {value}", kind(found));
    }
}

#[track_caller]
fn assert_contract(status: &Value, segments: &Value) {
    assert_fields(
        status,
        &[("version", "text"), ("uptime_s", "number"), ("clock", "object"), ("cameras", "list"), ("storage", "object"), ("keys", "object")],
    );
    assert_fields(&status["clock"], &[("synchronised", "flag")]);
    assert_fields(
        &status["storage"],
        &[("free_bytes", "number"), ("used_bytes", "number"), ("oldest", "text|null"), ("days_to_full", "number|null")],
    );
    assert_fields(&status["keys"], &[("epoch", "number"), ("custody", "text")]);
    for camera in status["cameras"].as_array().unwrap() {
        assert_fields(
            camera,
            &[
                ("id", "text"),
                ("state", "text"),
                ("since", "text"),
                ("last_frame", "text|null"),
                ("fps", "number"),
                ("bitrate", "number"),
                ("codec", "text|null"),
                ("error", "text|null"),
            ],
        );
    }
    for segment in segments.as_array().unwrap() {
        assert_fields(
            segment,
            &[
                ("id", "text"),
                ("camera", "text"),
                ("start", "text"),
                ("end", "text|null"),
                ("state", "text"),
                ("bytes", "number"),
                ("frames", "number"),
                ("held", "flag"),
            ],
        );
        let state = segment["state"].as_str().unwrap();
        assert!(["open", "sealed", "torn", "expired"].contains(&state), "{state}");
        assert_eq!(state == "open", segment["end"].is_null(), "{segment}");
    }
}

#[test]
fn facts_in_json_keep_their_contract_and_are_the_same_with_and_without_a_daemon() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp)), ("dead", &nobody())], "5s");
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    let started = clock::now().utc;
    wait_for_footage(&appliance, "gate", started.plus_seconds(8));
    let (status, segments) = (appliance.json(&["status", "--json"]), appliance.json(&["segment", "list", "--json"]));
    assert_contract(&status, &segments);
    let states: Vec<&str> = segments.as_array().unwrap().iter().map(|segment| segment["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"sealed") && states.contains(&"open"), "{states:?}");
    let of = |id: &str| status["cameras"].as_array().unwrap().iter().find(|camera| camera["id"] == id).unwrap().clone();
    assert_eq!((of("gate")["state"].clone(), of("gate")["codec"].clone()), ("recording".into(), "h264".into()));
    assert!(of("gate")["fps"].as_f64().unwrap() > 5.0 && of("gate")["bitrate"].as_u64().unwrap() > 1000, "{}", of("gate"));
    assert!(of("dead")["error"].is_string() && of("dead")["last_frame"].is_null(), "{}", of("dead"));
    appliance.stop();
    drop(cameras);

    let folder = tempfile::tempdir().unwrap();
    let answers = |appliance: &Appliance, out: &str| {
        let status = appliance.json(&["status", "--json"]);
        let segments = appliance.json(&["segment", "list", "--json"]);
        assert_contract(&status, &segments);
        let manifest = exported(appliance, &["gate"], started, started.plus_seconds(6), &folder.path().join(out));
        (
            [
                segments,
                appliance.json(&["segment", "list", "--json", "--camera", "gate", "--from", &started.to_string()]),
                appliance.json(&["segment", "check", "--json"]),
                appliance.json(&["user", "list", "--json"]),
                appliance.json(&["audit", "verify", "--json"])["ok"].clone(),
                status["keys"].clone(),
                status["storage"]["oldest"].clone(),
            ],
            (manifest.clips, manifest.gaps, manifest.signer.p256),
        )
    };
    let without = answers(&appliance, "without");
    appliance.start();
    let with = answers(&appliance, "with");
    assert_eq!(without, with);
    assert!(!without.1.0.is_empty());
}

/// What arrives at the notification socket within `limit`; None when nothing does.
fn told(socket: &UnixDatagram, limit: Duration) -> Option<String> {
    socket.set_read_timeout(Some(limit)).unwrap();
    let mut bytes = [0; 1024];
    let length = socket.recv(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes[..length]).into_owned())
}

#[test]
fn systemd_hears_ready_when_the_doors_answer_and_stopping_at_the_signal() {
    let mut appliance = Appliance::new(&[("gate", &nobody())], "60s");
    let socket_path = appliance.folder.path().join("notify");
    let socket = UnixDatagram::bind(&socket_path).unwrap();
    let mut command = vec!["/usr/bin/env".to_owned(), format!("NOTIFY_SOCKET={}", socket_path.display())];
    command.extend(appliance.daemon_command());
    // Somebody looks into the store: the daemon waits, and must not say that it is ready.
    let house = appliance.house();
    appliance.start_as(&command);
    assert_eq!(told(&socket, Duration::from_millis(1500)), None, "ready without its store");
    drop(house);
    let ready = told(&socket, Duration::from_secs(10)).expect("a word within ten seconds");
    assert!(ready.lines().any(|line| line == "READY=1"), "{ready}");
    // At once, without waiting: that is what the word means.
    let readyz = request(&appliance.listen, "GET", "/readyz", &[], "");
    assert_eq!((readyz.status, readyz.text().as_str()), (200, "ready\n"));
    assert_eq!(appliance.json(&["status", "--json"])["cameras"][0]["id"], "gate");
    let daemon = Pid::from_raw(appliance.daemon_id().unwrap()).unwrap();
    kill_process(daemon, Signal::TERM).unwrap();
    let stopping = told(&socket, Duration::from_secs(5)).expect("a word within five seconds");
    assert!(stopping.lines().any(|line| line == "STOPPING=1"), "{stopping}");
    wait_until(Duration::from_secs(12), "the daemon stopped", || !appliance.answers());
}
