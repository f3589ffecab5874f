//! SIGKILL before each system call of a rotation that changes something: one generation is left, and
//! every live segment opens.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Stdio},
};

use holdfast::adapters::vault::custody::EpochPlace;
use tempfile::TempDir;

use super::store::{Kept, Tier, all_but_the_second_live, copy_folder, expire, one_generation_is_left, open, place, rotated};
use crate::vault::record;

/// One run of the driver on a copy of a store, under strace.
struct Driven {
    folder: TempDir,
    keys: TempDir,
}

const BEGINS: &str = "/rotation-begins-now";

impl Driven {
    fn run(from: &Kept, expression: &[&str], log: &Path) -> Self {
        let driven = Self { folder: TempDir::new().unwrap(), keys: TempDir::new().unwrap() };
        copy_folder(from.folder.path(), driven.folder.path());
        copy_folder(from.keys.path(), driven.keys.path());
        Command::new("strace")
            .args(["-f", "-qq", "-o"])
            .arg(log)
            .args(expression)
            .arg(std::env::current_exe().unwrap())
            .args(["keys::crash::rotation_driver", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env("HOLDFAST_DRIVEN_DATA", driven.folder.path())
            .env("HOLDFAST_DRIVEN_KEYS", driven.keys.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("strace is installed (make test-deps)");
        driven
    }
}

/// Not a test: the process that the kill test kills.
#[test]
#[ignore = "run by keys::crash::a_kill_at_any_step_of_a_rotation_leaves_one_generation"]
fn rotation_driver() {
    let (Some(data), Some(keys)) = (std::env::var_os("HOLDFAST_DRIVEN_DATA"), std::env::var_os("HOLDFAST_DRIVEN_KEYS")) else { return };
    let house = open(&place(Path::new(&data), Path::new(&keys), &EpochPlace::KeysFolder)).unwrap();
    let _ = fs::File::open(BEGINS);
    rotated(&house);
}

#[test]
fn a_kill_at_any_step_of_a_rotation_leaves_one_generation() {
    const CALLS: [&str; 6] = ["pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate"];
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    let rows: Vec<_> = (1..=4).map(|film| record(&house, film, Some(()))).collect();
    rotated(&house);
    expire(&house, &rows[1]);
    drop(house);
    // Once undisturbed: how many calls of each kind a start takes, and how many a rotation.
    let log = kept.keys.path().join("strace");
    Driven::run(&kept, &["-e", &format!("trace={},openat", CALLS.join(","))], &log);
    let log_text = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    let begins = log_text.lines().find(|line| line.contains(BEGINS)).expect("the driver began");
    let thread = begins.split_whitespace().next().unwrap();
    let (mut started, mut begun): (BTreeMap<&str, u32>, _) = (BTreeMap::new(), false);
    let mut steps = Vec::new();
    for line in log_text.lines().filter(|line| line.split_whitespace().next() == Some(thread)) {
        begun |= line.contains(BEGINS);
        let Some(call) = CALLS.iter().find(|call| line.contains(&format!("{call}("))) else { continue };
        let count = started.entry(call).or_default();
        *count += 1;
        if begun {
            steps.push((*call, *count));
        }
    }
    let kinds: BTreeSet<_> = steps.iter().map(|(call, _)| *call).collect();
    assert!(kinds.len() == CALLS.len() && steps.len() > 30, "{steps:?}");
    let (mut undone, mut finished) = (0, 0);
    for (call, nth) in &steps {
        let inject = format!("inject={call}:signal=KILL:when={nth}");
        let driven = Driven::run(&kept, &["-e", &format!("trace={call}"), "-e", &inject], &log);
        assert!(fs::read_to_string(&log).unwrap().contains("killed by SIGKILL"), "{call} {nth} was never reached");
        let at = place(driven.folder.path(), driven.keys.path(), &EpochPlace::KeysFolder);
        let house = open(&at).unwrap_or_else(|problem| panic!("{call} {nth}: {problem:?}"));
        let epoch = house.vault.epoch().0;
        if epoch == 2 {
            undone += 1
        } else {
            finished += 1
        }
        one_generation_is_left(&house, epoch);
        all_but_the_second_live(&house, &rows, &format!("{call} {nth}"));
        // And it goes on as if nothing had been.
        let outcome = rotated(&house);
        assert_eq!((outcome.from, outcome.rewrapped, outcome.destroyed), (epoch, 3, true), "{call} {nth}");
    }
    println!("{} kills: {undone} rotations undone, {finished} finished", steps.len());
    assert!(undone > 5 && finished > 5, "{undone} undone, {finished} finished");
}
