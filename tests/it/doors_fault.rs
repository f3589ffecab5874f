//! A store that is broken, foreign, full or taken: each is told in a sentence with the next step, and
//! once the fault is undone everything is as it was.

use std::{
    fs::{self, OpenOptions},
    net::TcpListener,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use holdfast::{adapters::clock, domain::camera::Transport};
use rusqlite::Connection;
use serde_json::Value;

use crate::{
    appliance::{Appliance, wait_until},
    cameras::Cameras,
    doors::assert_told,
    export::{export, wait_for_footage},
    small_disk::SmallDisk,
};

const SOON: Duration = Duration::from_secs(30);

/// A stopped appliance with a few seconds of footage.
fn recorded() -> Appliance {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "5s");
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    wait_for_footage(&appliance, "gate", clock::now().utc.plus_seconds(3));
    appliance.stop();
    appliance
}

/// The list of segments, after reading every one whole and the audit log with it.
pub fn everything(appliance: &Appliance) -> Value {
    let checked = appliance.json(&["segment", "check", "--json"]);
    assert_eq!(checked["ok"], true, "{checked}");
    let verdict = appliance.json(&["audit", "verify", "--json"]);
    assert_eq!(verdict["ok"], true, "{verdict}");
    let segments = appliance.json(&["segment", "list", "--json"]);
    assert!(!segments.as_array().unwrap().is_empty());
    segments
}

/// How many of the newest leaves are of this action.
pub fn logged(appliance: &Appliance, action: &str) -> usize {
    let leaves = appliance.json(&["audit", "show", "--json"]);
    leaves.as_array().unwrap().iter().filter(|leaf| leaf["action"] == action).count()
}

fn export_something(appliance: &Appliance) -> Output {
    let (now, out) = (clock::now().utc, appliance.folder.path().join("out"));
    let output = export(appliance, &["gate"], now.plus_seconds(-60), now, &out);
    assert!(!out.exists(), "nothing is left of an export that couldn't be");
    output
}

/// The catalogue as one file, without the log of WAL mode beside it.
pub fn settle(catalogue: &Path) {
    let connection = Connection::open(catalogue).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    connection.close().unwrap();
}

/// What SQLite keeps beside a catalogue is gone, too: the file stands for itself.
pub fn put_catalogue(catalogue: &Path, bytes: &[u8]) {
    for beside in ["db-wal", "db-shm"] {
        let _ = fs::remove_file(catalogue.with_extension(beside));
    }
    fs::write(catalogue, bytes).unwrap();
}

#[test]
fn keys_and_stores_that_do_not_belong_together_are_told_apart_and_nothing_is_lost() {
    let appliance = recorded();
    let before = everything(&appliance);
    let other = Appliance::new(&[], "60s");
    let sound = fs::read_to_string(appliance.config()).unwrap();
    let at = |appliance: &Appliance| appliance.folder.path().display().to_string();
    let (data, keys) = (format!("{}/data", at(&appliance)), format!("{}/keys", at(&appliance)));
    let cases = [
        ("no store", sound.replace(&data, &format!("{}/nothing", at(&appliance))), &["There is no Holdfast store", "holdfast init"][..]),
        ("another box's keys", sound.replace(&keys, &format!("{}/keys", at(&other))), &["made with other keys", "matching pair"]),
        ("another box's store", sound.replace(&data, &format!("{}/data", at(&other))), &["made with other keys", "matching pair"]),
        ("no keys", sound.replace(&keys, &format!("{}/no-keys", at(&appliance))), &["master.key is missing", "Don't make a new key"]),
    ];
    for (what, config, words) in cases {
        fs::write(appliance.config(), &config).unwrap();
        println!("{what}");
        assert_told(&export_something(&appliance), 2, words);
        assert_told(&appliance.cli(&["status"]), 2, words);
        assert!(String::from_utf8_lossy(&appliance.cli(&["run"]).stderr).contains(words[0]), "{what}");
        fs::write(appliance.config(), &sound).unwrap();
        assert_eq!(everything(&appliance), before, "{what}");
    }
    assert!(other.cli(&["status"]).status.success(), "the other box is as it was, too");
}

#[test]
fn a_catalogue_that_is_damaged_foreign_or_too_new_is_told_and_nothing_is_lost() {
    let appliance = recorded();
    let before = everything(&appliance);
    let catalogue = appliance.data().join("catalogue.db");
    settle(&catalogue);
    let sound = fs::read(&catalogue).unwrap();
    let foreign = appliance.folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE tune (name TEXT)").unwrap();
    let overwritten = |from: usize, to: usize, with: u8| {
        let mut bytes = sound.clone();
        bytes[from..to].fill(with);
        bytes
    };
    let with_schema = |version: u32| {
        let mut bytes = sound.clone();
        // The header's `user_version` (SQLite file format, section 1.3).
        bytes[60..64].copy_from_slice(&version.to_be_bytes());
        bytes
    };
    let all = sound.len();
    let cases: [(&str, Vec<u8>, i32, &[&str]); 8] = [
        ("its first page", overwritten(100, 4096, 0xff), 3, &["is damaged", "backup"]),
        ("all but its first page", overwritten(4096, all, 0xff), 3, &["is damaged", "backup"]),
        ("zeros after its first page", overwritten(4096, all, 0), 3, &["is damaged", "backup"]),
        ("its end", sound[..all / 2].to_vec(), 3, &["is damaged", "backup"]),
        ("its name", overwritten(0, 16, b'x'), 3, &["is not a Holdfast catalogue", "backup"]),
        ("nothing in it", Vec::new(), 3, &["is missing or empty", "backup"]),
        ("another program's", fs::read(&foreign).unwrap(), 3, &["is not a Holdfast catalogue", "store.data"]),
        ("a newer Holdfast's", with_schema(99), 2, &["written by a newer Holdfast (schema 99", "Install that version"]),
    ];
    for (what, bytes, code, words) in cases {
        println!("{what}");
        put_catalogue(&catalogue, &bytes);
        assert_told(&export_something(&appliance), code, words);
        // Nobody makes a new store over it.
        assert_told(&appliance.cli(&["init"]), code, words);
        put_catalogue(&catalogue, &sound);
        assert_eq!(everything(&appliance), before, "{what}");
    }
    // Where only some pages are, whatever needs them says so, and the rest goes on.
    let root: usize = Connection::open(&catalogue)
        .unwrap()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_user_2'", [], |row| row.get(0))
        .unwrap();
    put_catalogue(&catalogue, &overwritten((root - 1) * 4096, root * 4096, 0xff));
    assert_told(&appliance.cli(&["user", "list"]), 3, &["The catalogue is damaged.", "backup"]);
    assert!(appliance.cli(&["segment", "list"]).status.success());
    put_catalogue(&catalogue, &sound);
    assert_eq!(everything(&appliance), before);
    // Gone altogether: neither opening nor making a store takes the footage for a stranger's.
    fs::rename(&catalogue, appliance.folder.path().join("aside")).unwrap();
    assert_told(&appliance.cli(&["init"]), 3, &["is missing or empty", "backup"]);
    assert_told(&appliance.cli(&["status"]), 3, &["is missing or empty", "backup"]);
    put_catalogue(&catalogue, &sound);
    assert_eq!(everything(&appliance), before);
}

#[test]
fn a_second_daemon_or_a_taken_port_is_told_and_the_first_goes_on() {
    let mut appliance = recorded();
    let before = everything(&appliance);
    let taken = TcpListener::bind(&appliance.listen).unwrap();
    let told = appliance.cli(&["run"]);
    let text = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(told.status.code(), Some(2), "{text}");
    assert!(text.contains("can't be listened on") && text.contains("web.staff.listen"), "{text}");
    drop(taken);
    assert_eq!(everything(&appliance), before);

    appliance.start();
    let second = appliance.cli(&["run"]);
    let text = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(2), "{text}");
    assert!(text.contains("Another Holdfast is using") && text.contains("systemctl stop"), "{text}");
    assert!(appliance.answers(), "the first still answers");
    assert_eq!(appliance.json(&["segment", "check", "--json"])["ok"], true);
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy_all(&path, &target);
        } else if path.is_file() {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_full_disk_at_the_start_is_told_and_nothing_is_lost() {
    let mut appliance = recorded();
    let before = everything(&appliance);
    let Some(disk) = SmallDisk::new(8 << 10) else { return };
    fs::remove_file(appliance.data().join("reserve.ballast")).unwrap();
    copy_all(&appliance.data(), disk.path());
    let sound = fs::read_to_string(appliance.config()).unwrap();
    fs::write(appliance.config(), sound.replace(&appliance.data().display().to_string(), &disk.path().display().to_string())).unwrap();
    // Full before there was any reserve.
    let filler: PathBuf = disk.fill();
    for command in ["status", "run", "init"] {
        let told = appliance.cli(&[command]);
        let text = String::from_utf8_lossy(&told.stderr).into_owned();
        assert_eq!(told.status.code(), Some(3), "{command}: {text}");
        assert!(text.contains("is full") && text.contains("Free some space"), "{command}: {text}");
    }
    fs::remove_file(filler).unwrap();
    assert_eq!(everything(&appliance), before);

    // Killed while it runs, full at the next start: the reserve that was set aside is room enough to heal what the crash left.
    let command = appliance.daemon_command();
    appliance.start_as(&command);
    let socket = disk.path().join("holdfast.sock");
    wait_until(SOON, "the daemon answers", || std::os::unix::net::UnixStream::connect(&socket).is_ok());
    appliance.kill();
    let filler = disk.fill();
    assert_eq!(everything(&appliance), before, "on a full disk");
    fs::remove_file(filler).unwrap();
    assert_eq!(everything(&appliance), before);
}

#[test]
fn a_changed_segment_is_a_finding_that_names_it() {
    let appliance = recorded();
    let segments = everything(&appliance);
    let id = segments[0]["id"].as_str().unwrap();
    let file =
        crate::vault::walk(&appliance.data().join("segments")).into_iter().find(|path| path.display().to_string().contains(id)).unwrap();
    let length = fs::metadata(&file).unwrap().len();
    let open = OpenOptions::new().read(true).write(true).open(&file).unwrap();
    let mut byte = [0];
    open.read_exact_at(&mut byte, length / 2).unwrap();
    open.write_all_at(&[byte[0] ^ 1], length / 2).unwrap();
    let found = appliance.cli(&["segment", "check", "--json"]);
    assert_eq!(found.status.code(), Some(1));
    let checked: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!((checked["ok"].clone(), checked["damaged"][0]["segment"].clone()), (false.into(), id.into()), "{checked}");
    open.write_all_at(&byte, length / 2).unwrap();
    assert_eq!(everything(&appliance), segments);
}
