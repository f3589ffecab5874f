//! The child's side: one task on standard input and output, and nothing else.
//!
//! Before the first byte of footage the process gives up what it will not need: it can gain no
//! privileges, leaves no core dump, and dies with the daemon. A task ends when its input closes.
//! Next: `stills`, `transcode`, `decode`, `camera`, `redact`.

mod camera;
mod clip;
mod decode;
mod film;
mod format;
mod look;
mod redact;
mod sandbox;
mod stills;
mod transcode;

use gstreamer as gst;
use rustix::process::{Resource, Rlimit, Signal};

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Task {
    /// Key frames into JPEG.
    Stills,
    /// Fragments into H.264 fragments.
    Transcode,
    /// Segments into the number of their pictures.
    Decode,
    /// A camera that retina can't speak to into access units.
    Camera,
    /// A clip into a redacted film, behind closed doors.
    Redact,
}

/// Why a task ended before its input did. Goes nowhere but into the exit code: standard error is
/// closed, and what a hostile stream provokes is no news.
pub type TaskError = Box<dyn std::error::Error + Send + Sync>;

pub fn run(task: Task) -> Result<(), TaskError> {
    confine()?;
    gst::init()?;
    match task {
        Task::Stills => stills::run(),
        Task::Transcode => transcode::run(),
        Task::Decode => decode::run(),
        Task::Camera => camera::run(),
        Task::Redact => redact::run(),
    }
}

/// Room for a few 4K pictures, not for a stream that makes a decoder ask for ever more.
const MEMORY_BYTES_MAX: u64 = 4 << 30;

fn confine() -> rustix::io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)?;
    rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    rustix::process::setrlimit(Resource::As, Rlimit { current: Some(MEMORY_BYTES_MAX), maximum: Some(MEMORY_BYTES_MAX) })
}
