//! The systemd unit: it parses, it is as closed as it was measured to be, and it starts a command
//! that the program knows.
//!
//! Where `systemd-analyze` is missing the checks say so and pass; CI runs on Debian, which has it.

use std::{
    fs,
    process::{Command, Output},
};

const UNIT: &str = "systemd/holdfast.service";
/// The most exposure `systemd-analyze security` may find, in tenths: measured 1.4 with systemd 252.
const EXPOSURE_TENTHS_MAX: &str = "14";

fn exec_start(unit: &str) -> Vec<String> {
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("the unit starts something");
    command.split_whitespace().map(str::to_owned).collect()
}

/// Runs `systemd-analyze`; None where there is none.
fn analyze(arguments: &[&str]) -> Option<Output> {
    match Command::new("systemd-analyze").args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: there is no systemd-analyze here");
            None
        }
        Err(error) => panic!("systemd-analyze: {error}"),
    }
}

/// What `systemd-analyze verify` has to say about a unit, with the program where the test has it.
fn verdict(unit: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("holdfast.service");
    fs::write(&file, unit.replace(&exec_start(unit)[0], env!("CARGO_BIN_EXE_holdfast"))).unwrap();
    let said = analyze(&["verify", "--man=no", file.to_str().unwrap()])?;
    // Other units of the machine are not ours to judge.
    let ours = |line: &&str| line.contains("holdfast");
    let words = String::from_utf8_lossy(&said.stderr).lines().filter(ours).collect::<Vec<_>>().join("\n");
    if said.status.success() { Some(words) } else { Some(format!("{}: {words}", said.status)) }
}

#[test]
fn systemd_understands_the_unit() {
    let unit = super::text_of(UNIT);
    let Some(words) = verdict(&unit) else { return };
    assert_eq!(words, "");
    let wrong = verdict(&unit.replace("NoNewPrivileges=", "NoNewPrivilege=")).unwrap();
    assert!(wrong.contains("NoNewPrivilege"), "a misspelt key goes unnoticed: {wrong}");
}

#[test]
fn the_unit_stays_closed() {
    let threshold = ["--threshold=", EXPOSURE_TENTHS_MAX].concat();
    let path = super::root().join(UNIT);
    let Some(said) = analyze(&["security", "--offline=true", &threshold, "--no-pager", path.to_str().unwrap()]) else { return };
    let table = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success(), "{table}\n{}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn the_unit_starts_a_command_that_exists() {
    let knows = |command: &[String]| {
        let asked = Command::new(env!("CARGO_BIN_EXE_holdfast")).args(&command[1..]).arg("--help").output().unwrap();
        asked.status.success()
    };
    let command = exec_start(&super::text_of(UNIT));
    assert!(command[0].ends_with("/holdfast"), "{command:?}");
    assert!(knows(&command), "the program doesn't know {command:?}");
    assert!(!knows(&[command, vec!["--no-such-thing".into()]].concat()), "anything would do");
}
