//! Two hundred people at the portal while 16 cameras record, beside Python's `http.server` handing out
//! the same pages as files to the same visitors, on the same machine, the recorder going on meanwhile.
//!
//! How to read it: a visitor has one connection, reads the notice, begins an application and answers its
//! first questions, each answer sealed and synced to disk before the next page comes; between two pages
//! they think for a second and a half on average (people take longer, so this is a crowd of many hundreds).
//! Times are of whole answers, as the visitor sees them. The goal is 300 ms at most for 99 of 100, and no
//! picture lost. The peer answers forms as well, with a file: it asks, keeps and seals nothing.
//!
//! `HOLDFAST_BENCH_SECONDS` (30), `HOLDFAST_BENCH_CAMERAS` (16) and `HOLDFAST_BENCH_VISITORS` (200) make
//! it shorter.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on has nothing to tell")]

#[path = "ground/budget.rs"]
mod budget;
#[path = "ground/clip.rs"]
mod clip;
#[path = "ground/recorder.rs"]
mod recorder;
#[path = "ground/table.rs"]
mod table;
#[path = "ground/visitor.rs"]
mod visitor;

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use self::{
    recorder::{Cameras, FRAMES_PER_SECOND, Recorder, folder, free_address, wait_until},
    table::Table,
    visitor::{Page, crowd},
};

const GOAL: Duration = Duration::from_millis(300);

/// What a visitor does. Where a form leads is where the next page is.
const PORTAL: &[Page] = &[
    Page::Get("/"),
    Page::Get("/assets/portal.css"),
    Page::Get("/privacy"),
    Page::Get("/apply/footage-of-me"),
    Page::Post("/apply/footage-of-me", &[]),
    Page::Onward,
    Page::Post("/apply/footage-of-me/for-whom", &[("for", "me")]),
    Page::Onward,
    Page::Post("/apply/footage-of-me/name", &[("name", "A Visitor")]),
    Page::Onward,
    Page::Post("/apply/footage-of-me/contact", &[("email", "visitor@tenant.example"), ("phone", ""), ("post", "")]),
    Page::Onward,
    Page::Post("/apply/footage-of-me/place", &[("places", "c0")]),
    Page::Onward,
];

fn main() {
    if !budget::asked_for() {
        return;
    }
    let window = Duration::from_secs(budget::number("HOLDFAST_BENCH_SECONDS").unwrap_or(30).max(5).into());
    let cameras = budget::number("HOLDFAST_BENCH_CAMERAS").unwrap_or(16).max(1);
    let visitors = budget::number("HOLDFAST_BENCH_VISITORS").unwrap_or(200).max(1);

    let portal = free_address();
    let server = Cameras::start(cameras, &clip::of(2000));
    let (recorder, mut daemon) = Recorder::start(&server, 60, &format!("[web.portal]\nlisten = \"{portal}\"\n"));
    let ours = crowd(&portal, PORTAL, visitors, window);
    let pages = folder();
    let peer = Peer::start(&portal, pages.path());
    let theirs = crowd(&peer.address, &peer.pages, visitors, window);
    drop(peer);
    kill_process(Pid::from_raw(daemon.id() as i32).expect("a process"), Signal::TERM).expect("our child");
    daemon.wait().expect("our child");
    let kept = recorder.kept();

    let millis = |took: Duration| format!("{:.1} ms", took.as_secs_f64() * 1000.0);
    let mut table = Table::new(&["", "Holdfast", "http.server", "ratio", "goal"]);
    for (name, of_100, goal) in [("half of the pages within", 50, ""), ("99 of 100 within", 99, "≤300 ms"), ("all within", 100, "")] {
        let (own, other) = (ours.within(of_100), theirs.within(of_100));
        table.row(&[name.into(), millis(own), millis(other), format!("{:.2}×", own.as_secs_f64() / other.as_secs_f64()), goal.into()]);
    }
    let rate = |pages: usize| format!("{:.0}", pages as f64 / window.as_secs_f64());
    table.row(&["pages a second".into(), rate(ours.pages()), rate(theirs.pages()), String::new(), String::new()]);
    table.row(&["refused or broken off".into(), ours.failed.to_string(), theirs.failed.to_string(), String::new(), "0".into()]);
    let minutes = kept.camera_seconds / f64::from(cameras) / 60.0;
    table.row(&[format!("pictures lost in {minutes:.1} minutes"), kept.lost.to_string(), String::new(), String::new(), "0".into()]);
    table.print(&format!(
        "{visitors} visitors for {} s, {cameras} cameras of {:.1} Mb/s at {FRAMES_PER_SECOND} pictures a second ({} kept in {})",
        window.as_secs(),
        kept.picture_bytes as f64 * 8e-6 / kept.camera_seconds,
        kept.pictures,
        recorder.folder.path().parent().unwrap_or(Path::new("/")).display(),
    ));
    if ours.within(99) > GOAL || ours.failed > 0 || kept.lost > 0 {
        std::process::exit(1);
    }
}

/// Python's own server over copies of the portal's pages.
struct Peer {
    server: Child,
    address: String,
    pages: Vec<Page>,
}

impl Peer {
    fn start(portal: &str, folder: &Path) -> Self {
        let copied = ["/", "/assets/portal.css", "/privacy", "/apply/footage-of-me"];
        for (number, path) in copied.iter().enumerate() {
            fs::write(folder.join(format!("{number}.html")), visitor::fetched(portal, path)).expect("the page can be kept");
        }
        let address = free_address();
        let port = address.rsplit(':').next().expect("a port");
        let server = Command::new("python3")
            .args(["-m", "http.server", "--protocol", "HTTP/1.1", "--bind", "127.0.0.1", "--directory"])
            .arg(folder)
            .arg(port)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 runs");
        wait_until("the peer answers", || std::net::TcpStream::connect(&address).is_ok());
        let pages = vec![Page::Get("/0.html"), Page::Get("/1.html"), Page::Get("/2.html"), Page::Get("/3.html")];
        Self { server, address, pages }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
