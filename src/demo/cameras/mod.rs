//! `holdfast demo-cameras`: RTSP cameras that play a clip for ever, as real ones would be heard.
//!
//! Each camera is one mount path with its own sign-in, serving access units byte for byte as they
//! lie in the file, over TCP or UDP, at the clip's frame rate, whether anybody listens or not.
//! Refuses a camera description with an unknown word. Next: [`clip`] loads or makes the footage,
//! `pacing` sends each unit when it is due, `server` speaks RTSP, [`frame_number`] numbers them.

pub mod clip;
mod description;
mod encode;
pub mod frame_number;
mod pacing;
mod scene;
mod server;

use std::{
    io::{Read, Write},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    thread,
};

use gstreamer as gst;
use gstreamer_rtsp_server::gst::glib;

pub use self::description::{CameraDescription, Codec, Footage, GopStructure, Login, SceneShape};
use crate::problem::{Kind, Problem};

/// Whether each access unit carries its number and the time it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    Numbered,
    Untouched,
}

/// Arguments of `holdfast demo-cameras`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Address to listen on; port 0 takes a free one. Cameras with digest, basic and no sign-in
    /// listen on ports of their own, counting up from this one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// One camera: path=NAME and either file=CLIP or scene=WIDTHxHEIGHT@FPS; also codec=h264|h265|mjpeg,
    /// seconds=N, kbps=N, gop=closed|open, over=tcp|udp, user=NAME, password=WORD, auth=digest|basic.
    #[arg(long = "camera", required = true)]
    pub cameras: Vec<CameraDescription>,
    /// Put the frame's number and the time of sending into each access unit (an SEI unit).
    #[arg(long)]
    pub numbered: bool,
    /// Folder for clips that had to be made.
    #[arg(long)]
    pub cache: Option<PathBuf>,
    /// End when standard input closes, so that no camera outlives the test that started it.
    #[arg(long)]
    pub until_stdin_closes: bool,
}

/// Serves until killed. Prints one JSON line per camera, `{"path","url","codec"}`, once all can be
/// reached.
pub fn run(arguments: &Arguments) -> Result<(), Problem> {
    start(arguments).map_err(problem)
}

fn start(arguments: &Arguments) -> Result<(), SimulatorError> {
    gst::init()?;
    let cache = arguments.cache.clone().unwrap_or_else(|| std::env::temp_dir().join("holdfast-demo-clips"));
    let numbering = if arguments.numbered { Numbering::Numbered } else { Numbering::Untouched };
    let mut clips: Vec<(&Footage, Option<Codec>, Arc<clip::Clip>)> = vec![];
    let mut ready = vec![];
    for camera in &arguments.cameras {
        // Cameras that show the same clip share its bytes.
        let known = clips.iter().find(|(footage, codec, _)| *footage == &camera.footage && *codec == camera.codec);
        let clip = match known {
            Some((.., clip)) => Arc::clone(clip),
            None => {
                let clip = Arc::new(clip::Clip::prepare(&camera.footage, camera.codec, &cache)?);
                clips.push((&camera.footage, camera.codec, Arc::clone(&clip)));
                clip
            }
        };
        ready.push((camera, clip));
    }
    let tracks: Vec<_> = ready.iter().map(|(_, clip)| Arc::new(pacing::Track::new(Arc::clone(clip), numbering))).collect();
    let cameras: Vec<_> = ready.iter().map(|(camera, _)| *camera).zip(tracks.iter().cloned()).collect();
    let servers = server::listen(arguments.listen, &cameras)?;
    thread::spawn(move || pacing::run(&tracks));

    let main_loop = glib::MainLoop::new(None, false);
    let mut out = std::io::stdout().lock();
    for (url, (camera, track)) in servers.urls().iter().zip(&cameras) {
        let line = serde_json::json!({ "path": camera.path, "url": url, "codec": track.clip().codec.name() });
        writeln!(out, "{line}").map_err(SimulatorError::Output)?;
    }
    out.flush().map_err(SimulatorError::Output)?;
    drop(out);
    if arguments.until_stdin_closes {
        let main_loop = main_loop.clone();
        thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut vec![]);
            main_loop.quit();
        });
    }
    main_loop.run();
    Ok(())
}

/// Why the cameras cannot play.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    #[error("GStreamer cannot start")]
    Init(#[from] glib::Error),
    #[error("a GStreamer element is missing or misused")]
    Element(#[from] glib::BoolError),
    #[error("{file} cannot be played")]
    Media {
        file: String,
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the clip folder {folder} cannot be written")]
    Cache {
        folder: String,
        #[source]
        cause: std::io::Error,
    },
    #[error("two cameras give the user {user} different passwords")]
    TwoPasswords { user: String },
    #[error("nobody can listen on {address}")]
    Listen { address: SocketAddr },
    #[error("standard output is closed")]
    Output(#[source] std::io::Error),
}

fn problem(error: SimulatorError) -> Problem {
    let sentence = format!("The simulated cameras do not run: {error}.");
    let (kind, next_step) = match &error {
        SimulatorError::Init(_) | SimulatorError::Element(_) => {
            (Kind::Fault, "Install gstreamer1.0-plugins-base, -good, -bad and -ugly, then try again.")
        }
        SimulatorError::Media { .. } => (Kind::BadInput, "Name a file with a video that ffprobe can read."),
        SimulatorError::Cache { .. } => (Kind::Fault, "Name a folder that can be written with --cache."),
        SimulatorError::TwoPasswords { .. } => (Kind::BadInput, "Give each user one password."),
        SimulatorError::Listen { .. } => (Kind::Unavailable, "Choose another port with --listen, or 0 for a free one."),
        SimulatorError::Output(_) => (Kind::Fault, "Keep standard output open."),
    };
    Problem::new(kind, "demo_cameras", sentence, next_step).because(error)
}
