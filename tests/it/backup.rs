//! Backups of a real box, read back with other eyes, damaged, interrupted, restored and tried.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use holdfast::{adapters::clock, domain::camera::Transport};
use serde_json::Value;

use crate::{
    appliance::{Appliance, wait_until},
    cameras::Cameras,
    doors::assert_told,
    doors_fault::{everything, logged},
    export::wait_for_footage,
    keys::copy_folder,
    traced::{self, Blow, Ended, How},
};

const SOON: Duration = Duration::from_secs(30);
const WHY: [&str; 2] = ["--reason", "the disk was replaced"];

/// A backup, whatever it is called.
fn backed_up(appliance: &Appliance, folder: &Path) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    let made = appliance.json(&["backup", "--to", folder.to_str().unwrap(), "--json"]);
    PathBuf::from(made["backup"].as_str().unwrap_or_else(|| panic!("{made}")))
}

fn drill(appliance: &Appliance, backup: &Path) -> Value {
    appliance.json(&["restore", "--drill", "--from", backup.to_str().unwrap(), "--json"])
}

fn restore(appliance: &Appliance, backup: &Path) -> Output {
    appliance.cli(&[&["restore", "--from", backup.to_str().unwrap()][..], &WHY].concat())
}

/// Moves the data folder out of the way; returns where it is now.
fn set_aside(appliance: &Appliance, name: &str) -> PathBuf {
    let aside = appliance.folder.path().join(name);
    fs::rename(appliance.data(), &aside).unwrap();
    aside
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Runs a command with a line on its standard input.
fn typed(appliance: &Appliance, arguments: &[&str], line: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .arg("--config")
        .arg(appliance.config())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_running_box_is_backed_up_and_goes_on_from_the_backup_in_another_folder() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "5s");
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    let started = clock::now().utc;
    wait_for_footage(&appliance, "gate", started.plus_seconds(7));
    let (from, to) = (started.to_string(), started.plus_seconds(2).to_string());
    let hold = ["hold", "place", "--camera", "gate", "--from", &from, "--to", &to, "--reason", "a theft", "--case", "7"];
    assert!(appliance.cli(&hold).status.success());
    let shelf = appliance.folder.path().join("shelf");
    let backup = backed_up(&appliance, &shelf);
    assert_eq!(logged(&appliance, "backup.make"), 2, "the intent and the outcome");
    wait_for_footage(&appliance, "gate", clock::now().utc.plus_seconds(6));
    appliance.stop();
    let before = everything(&appliance);
    let left: Vec<_> = fs::read_dir(appliance.data()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("backup-")), "{left:?}");

    let told = drill(&appliance, &backup);
    assert_eq!((&told["master"], &told["not_openable"]), (&"fits".into(), &Value::Array(Vec::new())), "{told}");
    assert!(
        told["segments"].as_u64().unwrap() >= 2 && told["openable"] == told["segments"] && told["files_here"] == told["segments"],
        "{told}"
    );
    assert_told(&restore(&appliance, &backup), 2, &["There is a store in", "never written over"]);
    assert_eq!(everything(&appliance), before, "nothing was touched");

    let (old, new) = (set_aside(&appliance, "old"), appliance.data());
    let restored = restore(&appliance, &backup);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    assert_eq!(appliance.json(&["audit", "verify", "--json"])["ok"], true);
    assert_eq!(appliance.json(&["hold", "list", "--json"]).as_array().unwrap().len(), 1);
    assert_eq!(logged(&appliance, "store.restore"), 1);

    // The footage survived on its disk, with the keys of what was recorded since.
    fs::remove_dir_all(new.join("segments")).unwrap();
    fs::rename(old.join("segments"), new.join("segments")).unwrap();
    fs::copy(old.join("keys.1"), new.join("keys.1")).unwrap();
    assert_told(&appliance.cli(&["status"]), 2, &["segment adopt"]);
    assert!(appliance.cli(&[&["segment", "adopt"][..], &WHY].concat()).status.success());
    let ids = |segments: &Value| segments.as_array().unwrap().iter().map(|segment| segment["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&everything(&appliance)), ids(&before), "every segment opens again");

    // A day later, as it were: the generation of the backup is destroyed.
    assert!(appliance.cli(&["keys", "rotate"]).status.success());
    let told = drill(&appliance, &backup);
    assert_eq!((told["openable"].as_u64(), &told["epochs_held"]), (Some(0), &serde_json::json!([2])), "{told}");
    assert_eq!(told["not_openable"][0]["why"], "generation_gone", "{told}");
    assert_eq!(told["not_openable"][0]["segments"], told["segments"]);
    set_aside(&appliance, "second");
    assert!(restore(&appliance, &backup).status.success());
    let status = appliance.json(&["status", "--json"]);
    assert_eq!(status["keys"]["epoch"], 2, "{status}");
    assert_eq!(appliance.json(&["segment", "check", "--json"])["ok"], false, "its footage is gone, and that is told");
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
}

impl Appliance {
    fn with_secrets() -> Self {
        let appliance = Self::new(&[], "60s");
        let mut text = fs::read_to_string(appliance.config()).unwrap();
        text.push_str("[[camera]]\nid = \"gate\"\nplace = \"bench\"\npurpose = \"testing\"\nurl = \"rtsp://127.0.0.1:9/x\"\nusername = \"u\"\npassword = \"hunter-two-and-more\"\n");
        fs::write(appliance.config(), text).unwrap();
        let added = typed(&appliance, &["user", "add", "Persephone Quill", "--role", "viewer"], "correct horse battery\n");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        appliance
    }
}

#[test]
fn a_changed_byte_in_any_file_of_a_backup_is_refused_by_its_name_and_no_secret_is_readable_in_it() {
    let appliance = Appliance::with_secrets();
    assert!(appliance.cli(&["init", "--recovery"]).status.success());
    let backup = backed_up(&appliance, &appliance.folder.path().join("shelf"));
    let sound = fs::read(&backup).unwrap();
    let keys = appliance.folder.path().join("keys");
    let epoch = fs::read(keys.join("epoch.block")).unwrap();
    let secrets = [fs::read(keys.join("master.key")).unwrap(), epoch[12..44].to_vec(), b"hunter-two".to_vec(), b"Persephone".to_vec()];
    for secret in secrets {
        assert!(!contains(&sound, &secret), "{secret:02x?}");
    }
    let mut archive = zip::ZipArchive::new(fs::File::open(&backup).unwrap()).unwrap();
    let files: Vec<(String, usize, usize)> = (0..archive.len())
        .map(|number| {
            let entry = archive.by_index(number).unwrap();
            (entry.name().unwrap().into_owned(), entry.data_start().unwrap() as usize, entry.size() as usize)
        })
        .collect();
    assert_eq!(files.len(), 5, "{files:?}");
    let bent = appliance.folder.path().join("bent.backup");
    for (name, start, length) in files {
        for at in [start, start + length / 2, start + length - 1] {
            let mut bytes = sound.clone();
            bytes[at] ^= 1;
            fs::write(&bent, bytes).unwrap();
            println!("{name}, byte {}", at - start);
            for arguments in [vec!["restore", "--drill"], [&["restore"][..], &WHY].concat()] {
                assert_told(
                    &appliance.cli(&[&arguments[..], &["--from", bent.to_str().unwrap()]].concat()),
                    1,
                    &[&name, "not as it was written"],
                );
            }
        }
    }
    for (what, bytes) in [("cut short", &sound[..sound.len() - 1]), ("another file", &b"no backup"[..])] {
        fs::write(&bent, bytes).unwrap();
        println!("{what}");
        assert_told(&appliance.cli(&["restore", "--drill", "--from", bent.to_str().unwrap()]), 2, &["is no backup"]);
    }
    let again = appliance.cli(&["backup", "--to", backup.to_str().unwrap()]);
    assert_told(&again, 2, &["is there already"]);
    assert!(fs::read(&backup).unwrap() == sound);
}

#[test]
fn a_backup_killed_at_any_moment_leaves_nothing_that_could_be_taken_for_one() {
    if !traced::permitted() {
        return;
    }
    let appliance = Appliance::with_secrets();
    let shelf = appliance.folder.path().join("shelf");
    fs::create_dir(&shelf).unwrap();
    let target = shelf.join("a.backup");
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.arg("--config").arg(appliance.config()).args(["backup", "--to"]).arg(&target);
    let undisturbed = traced::run(&mut command, None, SOON);
    assert!(matches!(undisturbed.ended, Ended::Exit(0)), "{}", undisturbed.stderr);
    let calls = traced::changes(&undisturbed.calls, &shelf);
    let mut killed = 0;
    for (call, nths) in calls {
        for nth in nths {
            let _ = fs::remove_file(&target);
            let run = traced::run(&mut command, Some(&Blow { call, nth, how: How::Kill }), SOON);
            if matches!(run.ended, Ended::Killed) {
                killed += 1;
                // Killed before the last sync of the folder it may have its name; then it is whole.
                if target.exists() {
                    assert_eq!(drill(&appliance, &target)["segments"], 0, "{call} {nth}");
                }
            }
        }
    }
    assert!(killed >= 4, "only {killed} moments were struck");
    let _ = fs::remove_file(&target);
    backed_up(&appliance, &shelf);
    let left: Vec<_> = fs::read_dir(appliance.data()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("backup-")), "the next start cleans up: {left:?}");
}

#[test]
fn the_recovery_passphrase_brings_the_master_key_back_when_the_keys_folder_is_lost() {
    let mut appliance = Appliance::with_secrets();
    let made = appliance.json(&["init", "--recovery", "--json"]);
    let passphrase = made["recovery_passphrase"].as_str().unwrap().to_owned();
    assert_eq!(appliance.json(&["init", "--json"])["recovery_passphrase"], Value::Null, "it is shown once");
    let backup = backed_up(&appliance, &appliance.folder.path().join("shelf"));
    let signer = |appliance: &Appliance| appliance.cli(&["audit", "prove", "0"]).stdout;
    assert!(!signer(&appliance).is_empty());
    let keys = appliance.folder.path().join("keys");
    let master = fs::read(keys.join("master.key")).unwrap();
    let kept = appliance.folder.path().join("kept");
    copy_folder(&keys, &kept);
    assert!(!contains(&fs::read(appliance.data().join("recovery.json")).unwrap(), passphrase.as_bytes()));

    fs::remove_dir_all(&keys).unwrap();
    set_aside(&appliance, "old");
    let from = backup.to_str().unwrap();
    let told = drill(&appliance, &backup);
    assert_eq!((&told["master"], &told["recovery_copy"]), (&"missing".into(), &true.into()), "{told}");
    assert_told(&restore(&appliance, &backup), 2, &["master.key is missing", "holdfast recover"]);
    assert_told(&typed(&appliance, &["recover", "--from", from], "ABCDE-FGHJK\n"), 2, &["doesn't open"]);
    assert!(!keys.join("master.key").exists());
    // As a person types it.
    let line = passphrase.to_lowercase().replace('-', " ") + "\n";
    let recovered = typed(&appliance, &["recover", "--from", from], &line);
    assert!(recovered.status.success(), "{}", String::from_utf8_lossy(&recovered.stderr));
    assert!(fs::read(keys.join("master.key")).unwrap() == master);
    assert_told(&typed(&appliance, &["recover", "--from", from], &line), 2, &["already"]);
    let config = appliance.folder.path().join("restored.toml");
    let arguments = [&["restore", "--from", from, "--config-out", config.to_str().unwrap(), "--json"][..], &WHY].concat();
    let restored = appliance.json(&arguments);
    assert_eq!(restored["restored"]["keys_open"], false, "the epoch secrets went with the folder: {restored}");
    assert!(fs::read_to_string(&config).unwrap().contains("hunter-two-and-more"));
    assert_eq!(appliance.json(&["audit", "verify", "--json"])["ok"], true, "the same signer goes on");
    appliance.start();
    wait_until(SOON, "the camera is tried", || !appliance.camera_state("gate").is_empty());
    appliance.stop();

    // Another store's master key is not taken for this one's.
    let other = Appliance::new(&[], "60s");
    assert_told(&restore(&other, &backup), 2, &["There is a store in"]);
    set_aside(&other, "aside");
    assert_told(&restore(&other, &backup), 2, &["is not the one of the store", "holdfast recover"]);
    assert!(!other.data().join("catalogue.db").exists());
}

#[test]
fn an_empty_mount_point_is_not_taken_for_a_new_box() {
    let appliance = Appliance::with_secrets();
    let before = appliance.json(&["user", "list", "--json"]);
    let disk = set_aside(&appliance, "disk");
    fs::create_dir(appliance.data()).unwrap();
    for command in ["run", "init", "status"] {
        println!("{command}");
        let told = appliance.cli(&[command]);
        assert_told(&told, 2, &["belong to one: its disk is not mounted", "findmnt", "holdfast restore", "Nothing was changed"]);
    }
    assert_eq!(fs::read_dir(appliance.data()).unwrap().count(), 0, "nothing is written into it");
    fs::remove_dir(appliance.data()).unwrap();
    fs::rename(disk, appliance.data()).unwrap();
    assert_eq!(appliance.json(&["user", "list", "--json"]), before);
}
