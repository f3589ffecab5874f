//! A process under `strace`, which counts its system calls and makes one of them fail or kill it.
//!
//! `strace` counts each thread's own calls: what is struck had better do its work in one.
//! Refuses to wait for ever: a process that hangs is ended with everything it started.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::process::{CommandExt, ExitStatusExt},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

/// The calls that change what is on the disk.
pub const CHANGING: [&str; 10] =
    ["fsync", "fdatasync", "rename", "renameat2", "unlink", "unlinkat", "mkdir", "ftruncate", "write", "pwrite64"];
/// Of these, those that there are too many of to try each in an ordinary run.
pub const MANY: [&str; 2] = ["write", "pwrite64"];

/// What befalls the `nth` call (from 1) of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blow {
    pub call: &'static str,
    pub nth: usize,
    pub how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// SIGKILL before it does anything.
    Kill,
    /// It fails with this error, by its name.
    Fail(&'static str),
}

/// How a process ended.
#[derive(Debug)]
pub enum Ended {
    Killed,
    Exit(i32),
    Hung,
}

pub struct Traced {
    pub ended: Ended,
    pub stdout: String,
    pub stderr: String,
    /// The trace, a call a line, with the paths of descriptors.
    pub calls: String,
}

/// Whether this machine lets us trace; says why not.
pub fn permitted() -> bool {
    let tried = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).stderr(Stdio::null()).status();
    let permitted = tried.is_ok_and(|status| status.success());
    if !permitted {
        println!("Skipped: strace is missing or may not trace here (ptrace is not permitted).");
    }
    permitted
}

/// Runs `command` to its end, at most `limit`.
pub fn run(command: &mut Command, blow: Option<&Blow>, limit: Duration) -> Traced {
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("calls");
    let mut strace = Command::new("strace");
    // Not --seccomp-bpf: with it, strace 6.1 delivers no signal.
    strace.args(["-f", "-qq", "-y", "-s", "0", "-o"]).arg(&log);
    strace.arg("-e").arg(format!("trace={}", CHANGING.join(",")));
    if let Some(Blow { call, nth, how }) = blow {
        let how = match how {
            How::Kill => "signal=KILL".to_owned(),
            How::Fail(error) => format!("error={error}"),
        };
        strace.arg("-e").arg(format!("inject={call}:{how}:when={nth}"));
    }
    strace.arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        strace.env(name, value.unwrap_or_default());
    }
    let (out, err) = (scratch.path().join("out"), scratch.path().join("err"));
    let mut child = strace
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break match (status.signal(), status.code()) {
                (Some(_), _) => Ended::Killed,
                (None, code) => Ended::Exit(code.unwrap_or(-1)),
            };
        }
        if started.elapsed() > limit {
            let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
            let _ = child.wait();
            break Ended::Hung;
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    Traced { ended, stdout: text(&out), stderr: text(&err), calls: text(&log) }
}

/// Which calls, by kind and number, changed something within `folder`.
pub fn changes(calls: &str, folder: &Path) -> BTreeMap<&'static str, BTreeSet<usize>> {
    let folder = folder.to_string_lossy();
    let mut made: BTreeMap<(&'static str, &str), usize> = BTreeMap::new();
    let mut changes: BTreeMap<&'static str, BTreeSet<usize>> = BTreeMap::new();
    for line in calls.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else { continue };
        let name = call.trim_start().split('(').next().unwrap_or_default();
        let Some(known) = CHANGING.into_iter().find(|known| *known == name) else { continue };
        let nth = made.entry((known, thread)).or_default();
        *nth += 1;
        if call.contains(&*folder) {
            changes.entry(known).or_default().insert(*nth);
        }
    }
    changes
}

/// Files that were synced again after a sync had failed, although nothing had been written to them
/// in between (Linux reports the error once and forgets the pages), and segments synced again at all.
/// The catalogue is left out: SQLite rolls back and writes the frames anew.
pub fn syncs_retried(calls: &str) -> Vec<String> {
    let mut failed: BTreeMap<&str, bool> = BTreeMap::new();
    let mut retried = Vec::new();
    for line in calls.lines() {
        let Some((name, path)) = call_and_path(line) else { continue };
        match name {
            "fsync" | "fdatasync" => {
                if let Some(written_since) = failed.get(path)
                    && (path.ends_with(".seg") || !written_since)
                {
                    retried.push(path.to_owned());
                }
                let ours = Path::new(path).extension().is_some() && !path.contains("/catalogue.db");
                if ours && line.contains("(INJECTED)") {
                    failed.insert(path, false);
                }
            }
            "write" | "pwrite64" => {
                if let Some(written_since) = failed.get_mut(path) {
                    *written_since = true;
                }
            }
            _ => {}
        }
    }
    retried
}

/// `123 fsync(4</store/x>) = 0` → `fsync`, `/store/x`
fn call_and_path(line: &str) -> Option<(&str, &str)> {
    let (_, call) = line.split_once(char::is_whitespace)?;
    let (name, rest) = call.trim_start().split_once('(')?;
    let path = rest.split_once('<')?.1.split_once('>')?.0;
    Some((name, path))
}
