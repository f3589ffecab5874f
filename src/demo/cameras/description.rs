//! One simulated camera, as written on the command line: `path=gate,scene=1280x720@15,user=a,password=b`.
//!
//! Parsed once into checked values; an unknown word, a missing path or half a sign-in is refused
//! with the word named. Next: `clip` for the footage, `server` for the rest.

use std::{collections::BTreeMap, path::PathBuf, str::FromStr};

use crate::domain::{camera::Transport, recording::access_unit::VideoCodec};

#[derive(Clone, PartialEq, Eq)]
pub struct CameraDescription {
    /// Mount path without the leading slash.
    pub path: String,
    pub footage: Footage,
    /// `None`: as the file has it, H.264 where the file has none of the three.
    pub codec: Option<Codec>,
    pub login: Login,
    /// The only way its packets travel; `None`: as the listener asks.
    pub over: Option<Transport>,
}

impl std::fmt::Debug for CameraDescription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CameraDescription").field("path", &self.path).field("footage", &self.footage).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Footage {
    File(PathBuf),
    Scene(SceneShape),
}

/// A drawn estate scene, encoded once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SceneShape {
    pub width_px: u32,
    pub height_px: u32,
    pub frames_per_second: u32,
    pub seconds: u32,
    pub kilobits_per_second: u32,
    pub gop: GopStructure,
}

/// How pictures refer to each other across key frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GopStructure {
    /// As cameras do: no B-frames, every key frame an IDR.
    Closed,
    /// B-frames that reach over the key frame: CRA in H.265, so retina marks only the first.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    H264,
    H265,
    Mjpeg,
}

impl Codec {
    pub const fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::H265 => "h265",
            Self::Mjpeg => "mjpeg",
        }
    }

    /// What Holdfast calls it; `None` for what it does not record untouched.
    pub const fn recorded_as(self) -> Option<VideoCodec> {
        match self {
            Self::H264 => Some(VideoCodec::H264),
            Self::H265 => Some(VideoCodec::H265),
            Self::Mjpeg => None,
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    Nobody,
    Basic { user: String, password: String },
    Digest { user: String, password: String },
}

/// What is wrong with a camera's description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; write a camera like path=gate,scene=1280x720@15,codec=h264,user=viewer,password=word")]
pub struct BadDescription(String);

impl FromStr for CameraDescription {
    type Err = BadDescription;

    fn from_str(text: &str) -> Result<Self, BadDescription> {
        let mut words = BTreeMap::new();
        for pair in text.split(',') {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| BadDescription(format!("\u{201c}{pair}\u{201d} has no \u{201c}=\u{201d}")))?;
            if words.insert(key.trim(), value.trim()).is_some() {
                return Err(BadDescription(format!("{key} is given twice")));
            }
        }
        let path = words.remove("path").filter(|path| !path.is_empty()).ok_or_else(|| BadDescription("path is missing".to_owned()))?;
        let camera = Self {
            path: path.trim_start_matches('/').to_owned(),
            footage: footage(&mut words)?,
            codec: words.remove("codec").map(codec).transpose()?,
            login: login(&mut words)?,
            over: words.remove("over").map(transport).transpose()?,
        };
        match words.keys().next() {
            None => Ok(camera),
            Some(unknown) => Err(BadDescription(format!("{unknown} means nothing here"))),
        }
    }
}

fn footage(words: &mut BTreeMap<&str, &str>) -> Result<Footage, BadDescription> {
    match (words.remove("file"), words.remove("scene")) {
        (Some(file), None) => Ok(Footage::File(PathBuf::from(file))),
        (None, Some(scene)) => {
            let refused = || BadDescription(format!("scene={scene} is not WIDTHxHEIGHT@FPS"));
            let (size, fps) = scene.split_once('@').ok_or_else(refused)?;
            let (width, height) = size.split_once('x').ok_or_else(refused)?;
            // 4:2:0 pictures have even sides; the limits keep a slip of the finger from filling memory.
            let side = |text: &str| text.parse().ok().filter(|side| (64..=4096).contains(side) && side % 2 == 0).ok_or_else(refused);
            let gop = match words.remove("gop") {
                None | Some("closed") => GopStructure::Closed,
                Some("open") => GopStructure::Open,
                Some(other) => return Err(BadDescription(format!("gop={other} is neither closed nor open"))),
            };
            Ok(Footage::Scene(SceneShape {
                width_px: side(width)?,
                height_px: side(height)?,
                frames_per_second: fps.parse().ok().filter(|fps| (1..=120).contains(fps)).ok_or_else(refused)?,
                seconds: number(words, "seconds", 1..=600)?.unwrap_or(10),
                kilobits_per_second: number(words, "kbps", 50..=50_000)?.unwrap_or(2000),
                gop,
            }))
        }
        _ => Err(BadDescription("exactly one of file and scene is needed".to_owned())),
    }
}

fn number(words: &mut BTreeMap<&str, &str>, key: &str, allowed: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, BadDescription> {
    let Some(text) = words.remove(key) else { return Ok(None) };
    let value = text.parse().ok().filter(|value| allowed.contains(value));
    value.map(Some).ok_or_else(|| BadDescription(format!("{key}={text} is not a number from {} to {}", allowed.start(), allowed.end())))
}

fn codec(name: &str) -> Result<Codec, BadDescription> {
    [Codec::H264, Codec::H265, Codec::Mjpeg]
        .into_iter()
        .find(|codec| codec.name() == name)
        .ok_or_else(|| BadDescription(format!("codec={name} is none of h264, h265 and mjpeg")))
}

fn transport(name: &str) -> Result<Transport, BadDescription> {
    Transport::from_name(name).ok_or_else(|| BadDescription(format!("over={name} is neither tcp nor udp")))
}

fn login(words: &mut BTreeMap<&str, &str>) -> Result<Login, BadDescription> {
    let (user, password, auth) = (words.remove("user"), words.remove("password"), words.remove("auth"));
    match (user, password, auth) {
        (None, None, None) => Ok(Login::Nobody),
        (Some(user), Some(password), None | Some("digest")) => Ok(Login::Digest { user: user.to_owned(), password: password.to_owned() }),
        (Some(user), Some(password), Some("basic")) => Ok(Login::Basic { user: user.to_owned(), password: password.to_owned() }),
        (Some(_), Some(_), Some(other)) => Err(BadDescription(format!("auth={other} is neither digest nor basic"))),
        _ => Err(BadDescription("user and password go together".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_description_is_read() {
        let camera: CameraDescription =
            "path=/gate,scene=1280x720@15,codec=h265,seconds=4,kbps=900,user=a,password=b,auth=basic".parse().unwrap();
        assert_eq!(camera.path, "gate");
        assert!(camera.login == Login::Basic { user: "a".into(), password: "b".into() });
        let Footage::Scene(scene) = camera.footage else { panic!("a scene") };
        assert_eq!((scene.width_px, scene.frames_per_second, scene.seconds, scene.kilobits_per_second), (1280, 15, 4, 900));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("scene=64x64@5", "path"),
            ("path=a,scene=63x64@5", "63x64"),
            ("path=a,file=x,scene=64x64@5", "exactly one"),
            ("path=a,file=x,colour=red", "colour"),
            ("path=a,file=x,user=u", "go together"),
            ("path=a,file=x,codec=vp9", "vp9"),
        ] {
            let refused = text.parse::<CameraDescription>().unwrap_err().to_string();
            assert!(refused.contains(named), "{text}: {refused}");
        }
    }
}
