//! Working copies: H.264 for those who can't play the master, every picture of it, with the time in it; and
//! never to be taken for the master.

use std::{path::Path, process::Command, time::Duration};

use holdfast::{
    adapters::clock,
    domain::{camera::Transport, export::manifest::Manifest, recording::access_unit::VideoCodec},
};
use tempfile::TempDir;

use crate::{appliance::Appliance, cameras::Cameras, export::wait_for_footage};

const SOON: Duration = Duration::from_secs(60);
const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// One picture in grey, a byte a pixel.
fn picture(file: &Path, number: u64) -> Vec<u8> {
    let wanted = format!("select=eq(n\\,{number})");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args(["-vf", &wanted, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"])
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), WIDTH * HEIGHT, "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Mean difference of two pictures in some rows.
fn difference(one: &[u8], other: &[u8], rows: std::ops::Range<usize>) -> f64 {
    let inside = rows.start * WIDTH..rows.end * WIDTH;
    let count = inside.len() as f64;
    one[inside.clone()].iter().zip(&other[inside]).map(|(one, other)| f64::from(one.abs_diff(*other))).sum::<f64>() / count
}

#[test]
fn a_working_copy_shows_every_picture_of_its_master_with_the_time_in_it() {
    const GATE: &str = "path=gate,scene=320x240@15,seconds=4,kbps=600,codec=h264";
    const YARD: &str = "path=yard,scene=320x240@15,seconds=4,kbps=600,codec=h265";
    let cameras = Cameras::start(&[GATE, YARD], &[]);
    let access = |path| cameras.access(path, None, Transport::Tcp);
    let mut appliance = Appliance::new(&[("gate", &access("gate")), ("yard", &access("yard"))], "5s");
    appliance.start();
    for camera in ["gate", "yard"] {
        appliance.wait_for_state(camera, "recording", SOON);
    }
    let from = clock::now().utc;
    let to = from.plus_seconds(3);
    for camera in ["gate", "yard"] {
        wait_for_footage(&appliance, camera, to.plus_seconds(3));
    }
    let folder = TempDir::new().unwrap();
    let (from, to) = (from.to_string(), to.to_string());
    for (which, codecs) in [("h265", vec![VideoCodec::H265]), ("all", vec![VideoCodec::H264, VideoCodec::H265])] {
        let out = folder.path().join(which);
        let arguments =
            ["export", "--case", "C 1", "--camera", "gate", "--camera", "yard", "--from", &from, "--to", &to, "--working", which];
        let done = appliance.cli(&[&arguments[..], &["--out", &out.display().to_string()]].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let manifest = Manifest::parse(&std::fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
        let copied: Vec<_> = manifest.clips.iter().filter(|clip| !clip.working.is_empty()).collect();
        assert_eq!(copied.iter().map(|clip| clip.codec).collect::<Vec<_>>(), codecs);
        for clip in copied {
            let [copy] = clip.working.as_slice() else { panic!("{:?}", clip.working) };
            let stem = clip.file.trim_start_matches("master/").trim_end_matches(".mp4");
            assert_eq!(copy.file, format!("working/{stem}-WORKING-1.mp4"));
            assert_eq!((copy.frames, copy.start, copy.end), (clip.frames, clip.start, clip.end), "{}", copy.file);
            let file = out.join(&copy.file);
            let probe = Command::new("ffprobe")
                .args(["-v", "error", "-count_packets", "-show_entries", "stream=codec_name,nb_read_packets", "-of", "csv=p=0"])
                .arg(&file)
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&probe.stdout).trim(), format!("h264,{}", clip.frames));
            // The same picture, but for the line along its lower edge.
            let (master, working) = (picture(&out.join(&clip.file), 20), picture(&file, 20));
            let (above, below) = (difference(&master, &working, 0..180), difference(&master, &working, 198..220));
            println!("{}: differs by {above:.1} above and {below:.1} below", copy.file);
            assert!(above < 6.0 && below > 3.0 * above && below > 8.0, "{}: {above:.1} above, {below:.1} below", copy.file);
        }
        let verified = appliance.cli(&["verify", &out.display().to_string()]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    }
}
