//! What the kernel says of processes: CPU time, memory, bytes written. The rule for CPU is seconds
//! spent, not time passed: the machine may have other work.

use std::fs;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// `USER_HZ` in /proc, on every machine Linux tells us of (proc(5)).
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU seconds of a process with all its threads, the ended ones included, and its ended children.
/// Counted by the kernel to the hundredth (proc(5), `stat` fields 14 to 17).
pub fn cpu_seconds(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("the process runs");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks as f64 / TICKS_PER_SECOND
}

/// Bytes the process had the kernel write to disks (proc(5), `io`).
pub fn written_bytes(process: u32) -> u64 {
    field(&format!("/proc/{process}/io"), "write_bytes:")
}

/// Memory, bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// The most that was ever resident, shared pages counted whole (`VmHWM`).
    pub peak_rss: u64,
    /// Resident now, shared pages counted by their share.
    pub pss: u64,
}

pub fn memory(process: u32) -> Memory {
    Memory {
        peak_rss: field(&format!("/proc/{process}/status"), "VmHWM:") * 1024,
        pss: field(&format!("/proc/{process}/smaps_rollup"), "Pss:") * 1024,
    }
}

fn field(file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Sends a signal and waits for the end without reaping, so that the books can still be read.
pub fn stop(process: u32, signal: Signal) {
    let id = Pid::from_raw(process as i32).expect("a process id");
    kill_process(id, signal).expect("the process is ours");
    waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).expect("the process is our child");
}
