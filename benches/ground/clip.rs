//! The film that every simulated camera of a bench sends: 1080p at 15 pictures a second, H.264, a
//! key frame every two seconds, at a bit rate that is really used.
//!
//! Made once by ffmpeg and kept in a folder for temporary files. From real footage where it lies
//! beside the repository (`../shared/footage`), else from a drawn test picture; noise fills the rate
//! up, as a camera's sensor does.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

const SECONDS: u32 = 20;
const FOOTAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/footage/intel-car-detection.mp4");

/// The clip of this bit rate, made if need be.
pub fn of(kilobits_per_second: u32) -> PathBuf {
    let folder = std::env::temp_dir().join("holdfast-bench-clips");
    std::fs::create_dir_all(&folder).expect("the folder for clips can be made");
    let source = if Path::new(FOOTAGE).exists() { "footage" } else { "drawn" };
    let clip = folder.join(format!("1080p15-{kilobits_per_second}k-{source}.mp4"));
    if !clip.exists() {
        let half = clip.with_extension("half.mp4");
        make(source == "footage", kilobits_per_second, &half);
        std::fs::rename(&half, &clip).expect("the clip can be named");
    }
    clip
}

fn make(from_footage: bool, kilobits_per_second: u32, to: &Path) {
    eprintln!("making a clip of {kilobits_per_second} kb/s …");
    let rate = format!("{kilobits_per_second}k");
    let source: &[&str] =
        if from_footage { &["-stream_loop", "-1", "-i", FOOTAGE] } else { &["-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=15"] };
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(source)
        .args(["-t", &SECONDS.to_string(), "-an", "-vf", "scale=1920:1080,fps=15,noise=alls=14:allf=t,format=yuv420p"])
        .args(["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-bf", "0", "-g", "30", "-sc_threshold", "0"])
        .args(["-b:v", &rate, "-minrate", &rate, "-maxrate", &rate, "-bufsize", &rate])
        .arg(to)
        .status()
        .expect("ffmpeg runs");
    assert!(made.success(), "ffmpeg made no clip");
}
