//! Recording beside ffmpeg: the same simulated cameras (real RTSP over TCP, one server process), first
//! recorded by the release daemon as it is shipped, then by one `ffmpeg -c copy -f segment` a
//! camera, as people do it.
//!
//! How to read it: CPU is seconds spent in the recorder's processes, kernel included, over the
//! window in which everything records; time passed doesn't count, so other work on the machine
//! disturbs little. Each recorder cuts every camera's file once within the window. "Files" is what
//! lies on the disk when the recorder has ended, against the bytes of the pictures in it; "to the
//! disk" is what the kernel was made to write, the same pages counted as often as they were made
//! durable: ffmpeg leaves them to the kernel (up to 30 s), Holdfast syncs every second and encrypts.
//! A picture is lost when its number, which the server stamps, is missing between the first and the
//! last of its camera. Where "pictures a second" isn't 15, the server could not keep up and the run
//! says little: take fewer cameras.
//!
//! `HOLDFAST_BENCH_SECONDS` (30) and `HOLDFAST_BENCH_CAMERAS` (the most of any run) make it shorter;
//! `HOLDFAST_BENCH_DIR` says on which disk to record.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on has nothing to tell")]

#[path = "ground/budget.rs"]
mod budget;
#[path = "ground/clip.rs"]
mod clip;
#[path = "ground/process.rs"]
mod process;
#[path = "ground/recorder.rs"]
mod recorder;
#[path = "ground/table.rs"]
mod table;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use holdfast::{demo::cameras::frame_number::FrameNumber, domain::recording::access_unit::VideoCodec};
use rustix::process::Signal;

use self::{
    process::Memory,
    recorder::{Cameras, FRAMES_PER_SECOND, Kept, Recorder, folder, wait_until},
    table::Table,
};

fn main() {
    if !budget::asked_for() {
        return;
    }
    let seconds = budget::number("HOLDFAST_BENCH_SECONDS").unwrap_or(30).max(5);
    let most = budget::number("HOLDFAST_BENCH_CAMERAS").unwrap_or(32).max(1);
    for (cameras, kilobits_per_second) in [(32, 4000), (16, 2000)] {
        side_by_side(cameras.min(most), kilobits_per_second, seconds);
    }
}

/// What a recorder used and kept.
struct Outcome {
    cpu_seconds: f64,
    memory: Memory,
    written_bytes: u64,
    file_bytes: u64,
    kept: Kept,
}

fn side_by_side(cameras: u32, kilobits_per_second: u32, seconds: u32) {
    let clip = clip::of(kilobits_per_second);
    let server = Cameras::start(cameras, &clip);
    let holdfast = by_holdfast(&server, seconds);
    let ffmpeg = by_ffmpeg(&server, seconds);
    drop(server);

    let mut table = Table::new(&["", "Holdfast", "ffmpeg", "ratio", "goal"]);
    let camera_minutes = f64::from(cameras) * f64::from(seconds) / 60.0;
    let mut row = |name: &str, value: &dyn Fn(&Outcome) -> f64, show: &dyn Fn(f64) -> String, goal: &str| {
        let (ours, theirs) = (value(&holdfast), value(&ffmpeg));
        table.row(&[name.to_owned(), show(ours), show(theirs), ratio(ours, theirs), goal.to_owned()]);
    };
    let mib = |bytes: f64| format!("{:.0} MiB", bytes / f64::from(1 << 20));
    row("CPU-s a camera-minute", &|of| of.cpu_seconds / camera_minutes, &|value| format!("{value:.3}"), "≤0.2×");
    row("share of a core, all cameras", &|of| of.cpu_seconds / f64::from(seconds), &|value| format!("{:.1} %", value * 100.0), "");
    row("memory, peak RSS", &|of| of.memory.peak_rss as f64, &mib, "≤150 MiB");
    row("memory, shared pages once (PSS)", &|of| of.memory.pss as f64, &mib, "");
    let overhead = |of: &Outcome| of.file_bytes as f64 / of.kept.picture_bytes as f64 - 1.0;
    row("files, above the pictures in them", &overhead, &|value| format!("{:.2} %", value * 100.0), "≤0.5 %");
    let written = |of: &Outcome| of.written_bytes as f64 / of.kept.picture_bytes as f64;
    row("to the disk, of the bytes received", &written, &|value| format!("{value:.2}×"), "");
    let whole = |value: f64| format!("{value:.0}");
    row("pictures kept", &|of| of.kept.pictures as f64, &whole, "");
    row("pictures lost", &|of| of.kept.lost as f64, &whole, "0");
    let rate = |of: &Outcome| of.kept.picture_bytes as f64 * 8e-6 / of.kept.camera_seconds;
    row("Mb/s a camera, as received", &rate, &|value| format!("{value:.2}"), "");
    table.print(&format!(
        "Recording {cameras} cameras, 1080p at {} pictures a second, {:.1} Mb/s each, window of {seconds} s",
        FRAMES_PER_SECOND,
        f64::from(kilobits_per_second) / 1000.0
    ));
}

/// Measures the processes over the window, then stops them and reads the rest of their books.
fn measure(recorders: &mut [Child], seconds: u32, signal: Signal) -> (f64, Memory, u64) {
    let ids: Vec<u32> = recorders.iter().map(Child::id).collect();
    let cpu = || ids.iter().map(|id| process::cpu_seconds(*id)).sum::<f64>();
    let before = cpu();
    thread::sleep(Duration::from_secs(u64::from(seconds)));
    let cpu_seconds = cpu() - before;
    let mut memory = Memory::default();
    for own in ids.iter().map(|id| process::memory(*id)) {
        memory.peak_rss += own.peak_rss;
        memory.pss += own.pss;
    }
    for id in &ids {
        process::stop(*id, signal);
    }
    let written = ids.iter().map(|id| process::written_bytes(*id)).sum();
    for recorder in recorders {
        let _ = recorder.wait();
    }
    (cpu_seconds, memory, written)
}

fn by_holdfast(cameras: &Cameras, seconds: u32) -> Outcome {
    let (recorder, daemon) = Recorder::start(cameras, seconds.clamp(5, 60), "");
    let (cpu_seconds, memory, written_bytes) = measure(&mut [daemon], seconds, Signal::TERM);
    let file_bytes = bytes_below(&recorder.folder.path().join("data").join("segments"));
    Outcome { cpu_seconds, memory, written_bytes, file_bytes, kept: recorder.kept() }
}

fn by_ffmpeg(cameras: &Cameras, seconds: u32) -> Outcome {
    let folder = folder();
    let start = |url: &str, own: &Path| {
        Command::new("ffmpeg")
            .args(["-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url, "-an", "-c", "copy"])
            .args(["-f", "segment", "-segment_time", &seconds.clamp(5, 60).to_string(), "-segment_format", "mp4"])
            .args(["-segment_format_options", "movflags=frag_keyframe+empty_moov+default_base_moof"])
            .arg(own.join("%05d.mp4"))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ffmpeg runs")
    };
    let folders: Vec<PathBuf> = (0..cameras.urls.len()).map(|number| folder.path().join(format!("c{number}"))).collect();
    folders.iter().for_each(|own| fs::create_dir(own).expect("a folder can be made"));
    let mut recorders: Vec<Child> = cameras.urls.iter().zip(&folders).map(|(url, own)| start(url, own)).collect();
    wait_until("all of ffmpeg record", || {
        for ((recorder, url), own) in recorders.iter_mut().zip(&cameras.urls).zip(&folders) {
            // Where it is told of no stream, because the recorder before has only just left, ffmpeg gives up.
            if recorder.try_wait().expect("our child").is_some() {
                *recorder = start(url, own);
            }
        }
        folders.iter().all(|own| bytes_below(own) > 100_000)
    });
    let (cpu_seconds, memory, written_bytes) = measure(&mut recorders, seconds, Signal::INT);

    let mut kept = Kept::default();
    for (number, own) in folders.iter().enumerate() {
        let mut files: Vec<PathBuf> = fs::read_dir(own).expect("readable").map(|entry| entry.expect("readable").path()).collect();
        files.sort();
        let (mut numbers, mut picture_bytes) = (Vec::new(), 0);
        for file in &files {
            read_mp4(file, &mut numbers, &mut picture_bytes);
        }
        kept.add_camera(number, &numbers, picture_bytes);
    }
    Outcome { cpu_seconds, memory, written_bytes, file_bytes: bytes_below(folder.path()), kept }
}

/// The numbers and bytes of the pictures in one of ffmpeg's files: whole, then by place and size.
fn read_mp4(file: &Path, numbers: &mut Vec<u64>, picture_bytes: &mut u64) {
    let listed = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v", "-show_entries", "packet=pos,size", "-of", "json"])
        .arg(file)
        .output()
        .expect("ffprobe runs");
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let bytes = fs::read(file).expect("readable");
    for packet in listed["packets"].as_array().expect("packets") {
        let field = |name: &str| packet[name].as_str().and_then(|text| text.parse::<usize>().ok()).expect("a number");
        let (place, size) = (field("pos"), field("size"));
        let unit = &bytes[place..place + size];
        numbers.push(FrameNumber::find(VideoCodec::H264, unit).expect("the picture is numbered").number);
        *picture_bytes += size as u64;
    }
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable"));
    entries
        .map(|entry| {
            let data = entry.metadata().expect("readable");
            if data.is_dir() { bytes_below(&entry.path()) } else { data.len() }
        })
        .sum()
}

/// A quotient to two digits after the point that matter.
fn ratio(of: f64, to: f64) -> String {
    if to > 0.0 { format!("{:.2}×", of / to) } else { "-".to_owned() }
}
