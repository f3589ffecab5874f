//! Simulated cameras with numbered pictures, the release daemon that records them, and what it kept.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use holdfast::{
    adapters::index::segment,
    daemon,
    demo::cameras::frame_number::FrameNumber,
    domain::{
        instant::{Interval, UtcInstant},
        recording::access_unit::VideoCodec,
    },
    settings::Settings,
};
use tempfile::TempDir;

/// As the clip has them.
pub const FRAMES_PER_SECOND: u32 = 15;

/// What is in the files.
#[derive(Default)]
pub struct Kept {
    pub picture_bytes: u64,
    pub pictures: u64,
    pub lost: u64,
    /// Of all cameras together.
    pub camera_seconds: f64,
}

impl Kept {
    pub fn add_camera(&mut self, camera: usize, numbers: &[u64], picture_bytes: u64) {
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { panic!("a camera was not recorded at all") };
        for pair in numbers.windows(2).filter(|pair| pair[1] != pair[0] + 1) {
            eprintln!("c{camera} goes from picture {} to {} (first {first}, last {last})", pair[0], pair[1]);
        }
        let sent = last - first + 1;
        self.picture_bytes += picture_bytes;
        self.pictures += numbers.len() as u64;
        self.lost += sent - numbers.len() as u64;
        self.camera_seconds += sent as f64 / f64::from(FRAMES_PER_SECOND);
    }
}

/// Simulated cameras in a process of their own, which ends with us.
pub struct Cameras {
    server: Child,
    pub urls: Vec<String>,
}

impl Cameras {
    pub fn start(count: u32, clip: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command.args(["demo-cameras", "--until-stdin-closes", "--numbered"]);
        for number in 0..count {
            command.args(["--camera", &format!("path=c{number},file={},over=tcp", clip.display())]);
        }
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary runs");
        let lines = BufReader::new(server.stdout.take().expect("piped")).lines();
        let url = |line: String| serde_json::from_str::<serde_json::Value>(&line).expect("JSON")["url"].as_str().expect("a URL").to_owned();
        let urls: Vec<String> = lines.take(count as usize).map(|line| url(line.expect("readable"))).collect();
        assert_eq!(urls.len(), count as usize, "the cameras did not start");
        Self { server, urls }
    }
}

impl Drop for Cameras {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where to record.
pub fn folder() -> TempDir {
    match std::env::var_os("HOLDFAST_BENCH_DIR") {
        Some(disk) => TempDir::new_in(disk),
        None => TempDir::new(),
    }
    .expect("a folder to record into")
}

/// An address nobody listens at.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").to_string()
}

/// A running recorder in a folder of its own.
pub struct Recorder {
    pub folder: TempDir,
    config: PathBuf,
}

impl Recorder {
    /// Records every camera of `cameras`; `more` is what else its configuration says.
    pub fn start(cameras: &Cameras, segment_seconds: u32, more: &str) -> (Self, Child) {
        let folder = folder();
        let at = folder.path().display();
        let mut text = format!(
            "[store]\ndata = \"{at}/data\"\n[keys]\ndir = \"{at}/keys\"\n[web.staff]\nlisten = \"{}\"\n[recording]\nsegment = \"{segment_seconds}s\"\n{more}[site]\nname = \"Bench\"\n",
            free_address()
        );
        for (number, url) in cameras.urls.iter().enumerate() {
            text.push_str(&format!("[[camera]]\nid = \"c{number}\"\nplace = \"bench\"\npurpose = \"measuring\"\nurl = \"{url}\"\n"));
        }
        let config = folder.path().join("holdfast.toml");
        fs::write(&config, text).expect("the configuration can be written");
        let recorder = Self { folder, config };
        assert!(recorder.cli(&["init"]).stdout(Stdio::null()).status().expect("the binary runs").success(), "no store was made");
        let daemon = recorder.cli(&["run"]).spawn().expect("the binary runs");
        wait_until("all cameras record", || {
            let status = recorder.cli(&["status", "--json"]).output().expect("the binary runs");
            String::from_utf8_lossy(&status.stdout).matches("\"recording\"").count() == cameras.urls.len()
        });
        (recorder, daemon)
    }

    fn cli(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command.arg("--config").arg(&self.config).args(arguments).stdin(Stdio::null()).env("HOLDFAST_LOG", "warn");
        command
    }

    /// What it kept, once its daemon has ended.
    pub fn kept(&self) -> Kept {
        let house = daemon::open_house(&Settings::load(&self.config).expect("the configuration is good")).expect("the store opens");
        let ever = Interval::new(UtcInstant::from_unix_seconds(0), UtcInstant::FAR_FUTURE).expect("forward");
        let mut kept = Kept::default();
        for (number, (camera, _)) in house.status.all().into_iter().enumerate() {
            let rows = house.catalogue.read(|connection| segment::list(connection, Some(&camera), &ever, u32::MAX)).expect("readable");
            let (mut numbers, mut picture_bytes) = (Vec::new(), 0);
            for row in &rows {
                let reader = house.vault.open_segment(row).expect("the segment opens");
                for (fragment, entry) in reader.index().fragments.iter().enumerate() {
                    let bytes = reader.fragment(fragment).expect("the fragment opens");
                    let mut at = entry.payload_offset as usize;
                    for sample in &entry.samples {
                        let unit = &bytes[at..at + sample.size_bytes as usize];
                        numbers.push(FrameNumber::find(VideoCodec::H264, unit).expect("the picture is numbered").number);
                        at += unit.len();
                        picture_bytes += unit.len() as u64;
                    }
                }
            }
            kept.add_camera(number, &numbers, picture_bytes);
        }
        kept
    }
}

/// Waits two minutes at most.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(120), "not within two minutes: {what}");
        thread::sleep(Duration::from_millis(200));
    }
}
