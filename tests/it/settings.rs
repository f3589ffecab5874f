//! The configuration as people get it wrong: each mistake is named with its place and its mend.

use std::path::Path;

use holdfast::settings::{Custody, Settings, SettingsRefused};
use proptest::prelude::*;

const CAMERA: &str = "[[camera]]\nid = \"gate\"\nurl = \"rtsp://192.0.2.1/s\"\nplace = \"gate\"\npurpose = \"crime\"\n";

const WITNESS: &str = "witness.example/w1+eb762cc2+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

fn refused(text: &str) -> SettingsRefused {
    Settings::from_text(text, "holdfast.toml", None).expect_err("should have been refused")
}

#[test]
fn the_sample_is_right_but_for_its_password_file_and_names_every_key() {
    let sample = include_str!("../../config/holdfast.toml");
    let without = sample.replace("password_file = ", "password = ");
    let settings = Settings::from_text(&without, "holdfast.toml", None).unwrap();
    assert_eq!((settings.cameras.len(), settings.recording.segment.get(), settings.retention.default.get()), (1, 60, 31 * 86_400));
    // An empty file is told which keys each section knows: all of them stand in the sample.
    for section in
        ["store", "keys", "recording", "retention", "audit", "web.staff", "web.portal", "site", "requests", "notice", "policy", "redaction"]
    {
        let told = refused(&format!("[{section}]\nqqqqqqqqqqqqqqq = 1\n")).to_string();
        let line = told.lines().find(|line| line.contains("qqqq")).unwrap();
        let keys = line.split("Known here are ").nth(1).unwrap().trim_end_matches('.');
        for key in keys.split(", ") {
            let is_there = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{key} ="));
            assert!(sample.lines().any(is_there), "{section}.{key} is not in the sample");
        }
    }
}

#[test]
fn what_is_not_said_has_a_sound_default() {
    let settings = Settings::from_text(&format!("[store]\ndata = \"/srv/h\"\n{CAMERA}"), "f", None).unwrap();
    assert_eq!(settings.web.staff.listen.to_string(), "127.0.0.1:8443");
    assert_eq!(settings.site.time_zone, "Europe/London");
    assert_eq!(settings.keys.dir, Path::new("/var/lib/holdfast-keys"));
    assert_eq!((settings.keys.custody, settings.keys.rotate.get()), (Custody::File, 86_400));
    assert_eq!(settings.cameras[0].keep.get(), 31 * 86_400);
}

#[test]
fn every_mistake_is_named_with_its_place_and_its_mend() {
    let store = "[store]\ndata = \"/srv/h\"\n";
    let cases: &[(&str, String, &str)] = &[
        (
            "a misspelt key",
            format!("{store}[recording]\nsegmnt = \"60s\"\n"),
            "holdfast.toml:4:1: [recording] has no key \u{201c}segmnt\u{201d}. Did you mean segment?",
        ),
        (
            "a misspelt section",
            format!("{store}[recordng]\n"),
            "holdfast.toml:3:2: There is no section \u{201c}recordng\u{201d}. Did you mean recording?",
        ),
        ("no store", String::new(), "holdfast.toml:1:1: store.data is missing. Write data = \"/var/lib/holdfast\"."),
        (
            "a number for a duration",
            format!("{store}[recording]\nsegment = 60\n"),
            "holdfast.toml:4:11: recording.segment is a integer, but it is a text. Write segment = \"…\" with quotation marks.",
        ),
        (
            "a duration without unit",
            format!("{store}[retention]\ndefault = \"31\"\n"),
            "holdfast.toml:4:11: \u{201c}31\u{201d} is not a duration. Write a number with s, m, h or d: 90s, 5m, 24h, 31d.",
        ),
        (
            "keys inside the store",
            format!("{store}[keys]\ndir = \"/srv/h/keys\"\n"),
            "holdfast.toml:4:7: keys.dir and store.data lie inside one another, so a copy of the footage would carry its keys. Use two separate folders.",
        ),
        (
            "plain HTTP for the network",
            format!("{store}[web.staff]\nlisten = \"0.0.0.0:80\"\n"),
            "holdfast.toml:4:10: 0.0.0.0:80 can be reached from the network, but tls is \u{201c}off\u{201d}. Listen on 127.0.0.1:80 and put a TLS proxy in front.",
        ),
        (
            "an unknown zone",
            format!("{store}[site]\ntime_zone = \"Europe/Londn\"\n"),
            "holdfast.toml:4:13: There is no time zone \u{201c}Europe/Londn\u{201d}. Write it like \"Europe/London\".",
        ),
        (
            "a password in the address",
            format!("{store}{}", CAMERA.replace("192", "admin:hunter2@192")),
            "holdfast.toml:5:7: camera.url holds a user name or password. Write them as username = \"…\" and password = \"…\" (or password_file), without them in the address.",
        ),
        (
            "a web address",
            format!("{store}{}", CAMERA.replace("rtsp:", "http:")),
            "holdfast.toml:5:7: camera.url begins with http://, which isn't a camera's address. Begin it with rtsp:// or rtsps:// and a host.",
        ),
        (
            "one id twice",
            format!("{store}{CAMERA}{CAMERA}"),
            "holdfast.toml:9:6: Two cameras have the id \u{201c}gate\u{201d}. Give each camera an id of its own.",
        ),
        (
            "a transport nobody has",
            format!("{store}{CAMERA}transport = \"tpc\"\n"),
            "holdfast.toml:8:13: camera.transport can't be \u{201c}tpc\u{201d}. Write one of \"tcp\", \"udp\".",
        ),
        (
            "no purpose",
            format!("{store}{}", CAMERA.replace("purpose = \"crime\"\n", "")),
            "camera.purpose is missing. Write purpose = \"Preventing and investigating crime at the entrance\".",
        ),
        (
            "kept too long",
            format!("{store}{CAMERA}keep = \"400d\"\n"),
            "holdfast.toml:8:8: camera.keep (400d) is not between the site's floor (1d) and ceiling (90d). Correct it, or move the bound in [retention] with a reason.",
        ),
        ("a blank reason", format!("{store}[retention]\nreason = \" \"\n"), "holdfast.toml:4:10: retention.reason is blank."),
        (
            "a custody nobody has",
            format!("{store}[keys]\ncustody = \"tpm\"\n"),
            "holdfast.toml:4:11: keys.custody can't be \u{201c}tpm\u{201d}. Write one of \"file\", \"credential\", \"tpm2\".",
        ),
        (
            "a TPM without a way to it",
            format!("{store}[keys]\ncustody = \"tpm2\"\ntpm = \"tpmrm0\"\n"),
            "holdfast.toml:5:7: keys.tpm is \u{201c}tpmrm0\u{201d}, which names no TPM. Write tpm = \"device:/dev/tpmrm0\".",
        ),
        (
            "keys that grow old",
            format!("{store}[keys]\nrotate = \"31d\"\n"),
            "holdfast.toml:4:10: keys.rotate is 31d; keys are rotated every 1h to 7d. Write \"24h\": then what expired is gone for good within a day.",
        ),
        (
            "a witness inside the store",
            format!("{store}[audit]\nwitness_file = \"/srv/h/seen\"\n"),
            "holdfast.toml:4:16: audit.witness_file lies inside store.data, so an old copy put back would take the witness back as well.",
        ),
        (
            "a witness on the internet",
            format!("{store}[audit]\nwitness_url = \"http://203.0.113.7\"\nwitness_key = \"{WITNESS}\"\n"),
            "holdfast.toml:4:15: audit.witness_url is not an address of this machine or the local network, and the way there would be plain HTTP.",
        ),
        (
            "a witness by name",
            format!("{store}[audit]\nwitness_url = \"https://witness.example\"\nwitness_key = \"{WITNESS}\"\n"),
            "begins with https://; this version asks witnesses over plain HTTP only. Let a TLS proxy on this machine lead",
        ),
        (
            "a witness that nobody can be told from",
            format!("{store}[audit]\nwitness_url = \"http://127.0.0.1:7380\"\n"),
            "holdfast.toml:4:15: audit.witness_url is there, but not audit.witness_key",
        ),
        (
            "a witness's key with a slip",
            format!("{store}[audit]\nwitness_url = \"http://127.0.0.1:7380\"\nwitness_key = \"{}\"\n", WITNESS.replace("w1", "w2")),
            "holdfast.toml:5:15: audit.witness_key is not the key of a witness: its id belongs to another name or key.",
        ),
        (
            "a missing password file",
            format!("{store}{CAMERA}password_file = \"/nowhere/x\"\n"),
            "holdfast.toml:8:17: The password file /nowhere/x can't be read: No such file or directory (os error 2). Correct the path, or let the user Holdfast runs as read it.",
        ),
        (
            "bank holidays that aren't there",
            format!("{store}{CAMERA}[requests]\nbank_holidays = \"/nowhere/x.json\"\n"),
            "holdfast.toml:9:17: requests.bank_holidays can't be read: No such file or directory (os error 2). Save https://www.gov.uk/bank-holidays.json and name that file, or leave the key out.",
        ),
        (
            "something else than bank holidays",
            format!("{store}{CAMERA}[requests]\nbank_holidays = \"{}/Cargo.toml\"\n", env!("CARGO_MANIFEST_DIR")),
            "holdfast.toml:9:17: requests.bank_holidays can't be used: it is not JSON in the format of gov.uk's bank-holidays.json",
        ),
        (
            "single brackets",
            format!("{store}{}", CAMERA.replace("[[camera]]", "[camera]")),
            "Write [[camera]] with double brackets, once for each.",
        ),
        ("no TOML", format!("{store}this is = = wrong\n"), "holdfast.toml:3:"),
    ];
    for (what, text, expected) in cases {
        let told = refused(text).to_string();
        assert!(told.contains(expected), "{what}:\n{told}\nlacks\n{expected}");
        assert!(!told.contains("hunter2"), "{what}: a password was repeated");
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let told = refused("[store]\ndata = \"relative\"\n[recording]\nsegment = \"1s\"\n[nonsense]\n");
    let lines: Vec<usize> = told.findings.iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [2, 4, 5], "{told}");
}

#[test]
fn a_missing_file_says_so_and_what_to_do() {
    let told = Settings::load(Path::new("/nowhere/holdfast.toml")).unwrap_err().to_string();
    assert!(told.contains("doesn't exist") && told.contains("--config"), "{told}");
}

#[test]
fn passwords_are_never_shown() {
    let text = format!("[store]\ndata = \"/srv/h\"\n{CAMERA}username = \"u\"\npassword = \"hunter2\"\n");
    let settings = Settings::from_text(&text, "f", None).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,300}") {
        let _ = Settings::from_text(&text, "f", None);
    }

    #[test]
    fn no_damaged_sample_makes_it_panic(at: prop::sample::Index, with in "[\\[\\]\"=a-z0-9\n{}']{0,3}") {
        let sample = include_str!("../../config/holdfast.toml");
        let at = at.index(sample.len());
        let at = (0..=at).rev().find(|at| sample.is_char_boundary(*at)).unwrap_or(0);
        let _ = Settings::from_text(&[&sample[..at], &with, &sample[at..]].concat(), "f", None);
    }
}
