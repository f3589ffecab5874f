//! `index.html`: the bundle's clips side by side in any browser, by one clock, with nothing installed and
//! no network.
//!
//! One file with everything in it; its policy lets nothing run but its own script and nothing be read
//! but the clips beside it. Next: `jobs::disclose` puts it into the bundle.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    document::escaped,
    manifest::{Clip, Manifest},
};
use crate::domain::{camera::CameraId, instant::UtcInstant, recording::access_unit::VideoCodec};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

#[derive(Serialize)]
struct Shown<'m> {
    zone: &'m str,
    cameras: Vec<ShownCamera<'m>>,
}

#[derive(Serialize)]
struct ShownCamera<'m> {
    name: &'m str,
    place: &'m str,
    clips: Vec<ShownClip<'m>>,
    gaps: Vec<ShownGap>,
}

/// Times are milliseconds since 1970, as the page's clock counts.
#[derive(Serialize)]
struct ShownClip<'m> {
    exhibit: &'m str,
    /// What the page plays.
    play: &'m str,
    codec: &'static str,
    start: i64,
    end: i64,
    frames: u64,
}

#[derive(Serialize)]
struct ShownGap {
    start: i64,
    end: i64,
    cause: String,
}

pub fn write(manifest: &Manifest) -> String {
    let mut cameras: Vec<&CameraId> = Vec::new();
    for clip in &manifest.clips {
        if !cameras.contains(&&clip.camera) {
            cameras.push(&clip.camera);
        }
    }
    let shown = Shown { zone: &manifest.site.time_zone, cameras: cameras.into_iter().filter_map(|id| camera(manifest, id)).collect() };
    // Inside a script element, only "</" could end the data.
    let data = serde_json::to_string(&shown).unwrap_or_default().replace('<', "\\u003c");
    let policy = format!(
        "default-src 'none'; media-src 'self' file:; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash_of(STYLE),
        hash_of(SCRIPT)
    );
    let title = format!("CCTV footage of case {}", manifest.case);
    let about = format!("{}: {} to {}.", manifest.site.name, manifest.asked.from_local, manifest.asked.to_local);
    let parts = [
        ("@POLICY@", policy),
        ("@TITLE@", escaped(&title)),
        ("@ABOUT@", escaped(&about)),
        ("@STYLE@", STYLE.to_owned()),
        ("@DATA@", data),
        ("@SCRIPT@", SCRIPT.to_owned()),
    ];
    fill(PAGE, &parts)
}

/// Puts each part in its place, once: what a part holds is never looked at again.
fn fill(mut page: &str, parts: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(page.len() + parts.iter().map(|(_, part)| part.len()).sum::<usize>());
    while let Some((place, mark, part)) =
        parts.iter().filter_map(|(mark, part)| Some((page.find(mark)?, *mark, part))).min_by_key(|(place, ..)| *place)
    {
        filled.push_str(&page[..place]);
        filled.push_str(part);
        page = &page[place + mark.len()..];
    }
    filled + page
}

fn camera<'m>(manifest: &'m Manifest, id: &CameraId) -> Option<ShownCamera<'m>> {
    let clips: Vec<&Clip> = manifest.clips.iter().filter(|clip| clip.camera == *id).collect();
    let first = clips.first()?;
    let gaps = manifest.gaps.iter().filter(|gap| gap.camera == *id).map(|gap| ShownGap {
        start: gap.from.unix_millis(),
        end: gap.to.unix_millis(),
        cause: gap.cause.map_or("no cause was recorded".to_owned(), |cause| cause.name().replace('_', " ")),
    });
    Some(ShownCamera {
        name: &first.camera_name,
        place: &first.camera_place,
        gaps: gaps.collect(),
        clips: clips.into_iter().flat_map(shown).collect(),
    })
}

/// The master, or the parts of its working copy where browsers don't show the master.
fn shown(clip: &Clip) -> Vec<ShownClip<'_>> {
    let exhibit = clip.exhibit.as_deref().unwrap_or_default();
    let one = |play, codec, start: UtcInstant, end: UtcInstant, frames| ShownClip {
        exhibit,
        play,
        codec,
        start: start.unix_millis(),
        end: end.unix_millis(),
        frames,
    };
    match clip.codec {
        VideoCodec::H265 if !clip.working.is_empty() => {
            clip.working.iter().map(|part| one(&part.file, "H.264", part.start, part.end, part.frames)).collect()
        }
        VideoCodec::H265 => vec![one(&clip.file, "H.265", clip.start, clip.end, clip.frames)],
        VideoCodec::H264 => vec![one(&clip.file, "H.264", clip.start, clip.end, clip.frames)],
    }
}

/// As a policy names a script or style.
fn hash_of(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_part_holds_is_not_filled_again() {
        assert_eq!(fill("a @B@ c @D@", &[("@B@", "@D@".into()), ("@D@", "x".into())]), "a @D@ c x");
    }
}
