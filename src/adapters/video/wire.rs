//! What the daemon and a media worker say to each other: one length-prefixed message after the other.
//!
//! Both ends are the same program, so the form is nobody's contract. A message larger than
//! [`MESSAGE_BYTES_MAX`] ends the conversation. Next: `process` speaks for the daemon, `worker` for
//! the child.

use std::io::{self, Read, Write};

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

use crate::domain::redaction::tracking::Observation;

/// An access unit of a 4K key frame is a few MiB; a decoded picture never travels.
pub const MESSAGE_BYTES_MAX: usize = 32 << 20;

/// From the daemon to a worker of the task `stills`.
#[derive(Serialize, Deserialize)]
pub struct StillWanted {
    /// The init segment that the access unit belongs to.
    pub init: Bytes,
    pub access_unit: Bytes,
    pub height_px: u16,
}

/// Its answer.
#[derive(Serialize, Deserialize)]
pub enum StillMade {
    Jpeg(Bytes),
    Undecodable,
}

/// Both ways with a worker of the task `transcode`: fragments in, fragments out.
#[derive(Serialize, Deserialize)]
pub enum StreamPiece {
    Init { init: Bytes, mime: String, caption: Option<Caption> },
    Fragment(Bytes),
}

/// What a working copy shows in its pictures: a name, and the time in this zone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Caption {
    pub name: String,
    pub time_zone: String,
}

/// To a worker of the task `decode`: one segment after the other.
#[derive(Serialize, Deserialize)]
pub enum DecodePiece {
    Init(Bytes),
    Fragment(Bytes),
    /// The segment is over; the answer is a [`Decoded`].
    End,
}

/// What came of decoding a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decoded {
    /// Pictures that should come out: all shown from the first key frame on.
    pub expected: u64,
    /// Pictures that did.
    pub pictures: u64,
    /// Whether the decoder reached the end of the stream.
    pub drained: bool,
}

/// To a worker of the task `camera`: where to connect. Travels over the pipe alone, never on a
/// command line.
#[derive(Serialize, Deserialize)]
pub struct CameraCall {
    pub url: Url,
    pub username: Option<String>,
    pub password: Option<String>,
    pub over_udp: OverUdp,
}

#[derive(Clone, Copy, Serialize, Deserialize, PartialEq, Eq)]
pub enum OverUdp {
    Yes,
    No,
}

/// From a worker of the task `camera`.
#[derive(Serialize, Deserialize)]
pub enum CameraNews {
    /// Parameters in force from here on, as an init segment.
    Parameters(Bytes),
    AccessUnit {
        rtp_ticks: i64,
        data: Bytes,
    },
    Refused(CameraRefusal),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub enum CameraRefusal {
    Unreachable,
    WrongPassword,
    StreamUnknown,
    /// The camera's certificate is not one that this machine trusts.
    Untrusted,
    UnsupportedCodec,
    Protocol,
}

/// First to a worker of the task `redact`: what to do with the clip that follows as [`ClipPiece`]s.
#[derive(Serialize, Deserialize)]
pub enum RedactCall {
    /// Say how large its pictures are and when each is shown.
    Survey,
    /// Make the redacted film.
    Render(Painting),
    /// Look at a redacted film, which follows as a file, and say whether it keeps its plan.
    Check(Painting),
    /// Single frames as they are or as they would be shown.
    Stills(StillsCall),
    /// Find people. The clip follows twice.
    Look(LookCall),
    /// Try every door of the sandbox.
    Doors,
}

/// A plan and what it paints with.
#[derive(Clone, Serialize, Deserialize)]
pub struct Painting {
    /// The plan as JSON.
    pub plan: String,
    /// The background plate's pixels as RGB, row by row.
    pub plate: Option<Bytes>,
}

#[derive(Serialize, Deserialize)]
pub struct LookCall {
    /// A plan as JSON, for its clip's frames.
    pub plan: String,
    /// The detector's file.
    pub model: Bytes,
}

#[derive(Serialize, Deserialize)]
pub struct StillsCall {
    pub painting: Painting,
    /// Frames of the clip; the answer has them in this order of showing.
    pub frames: Vec<u32>,
    pub view: StillView,
    pub form: StillForm,
    /// At most this high; the width follows.
    pub height_px: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StillView {
    /// The clip's own pixels, for the reviewer's eyes.
    Source,
    /// As the plan shows it.
    Redacted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StillForm {
    Jpeg,
    Png,
}

/// To a worker of the task `redact`: the clip, in one of three forms.
#[derive(Clone, Serialize, Deserialize)]
pub enum ClipPiece {
    /// Recorded footage: the time that the plan's first frame is shown at, and an init segment.
    Init {
        origin_ticks: i64,
        init: Bytes,
    },
    Fragment(Bytes),
    /// A part of a file: AVI or MP4.
    File(Bytes),
    /// One picture file of a folder, in order.
    Picture(Bytes),
    End,
}

/// From a worker of the task `redact`.
#[derive(Serialize, Deserialize)]
pub enum RedactNews {
    /// The doors are closed; the clip may come.
    Ready,
    Surveyed {
        width_px: u32,
        height_px: u32,
        frame_ticks: Vec<u64>,
    },
    /// Frames finished so far.
    Progress {
        frames: u32,
    },
    Parameters(Bytes),
    /// A coded picture of the redacted film.
    Unit {
        ticks: u64,
        key: bool,
        data: Bytes,
    },
    Still {
        frame: u32,
        image: Bytes,
    },
    /// The empty scene as RGB, row by row, where there is one.
    Plate(Bytes),
    /// What was seen in a frame.
    Seen {
        frame: u32,
        observation: Observation,
    },
    /// All is done; of so many frames nothing could be decoded, and they are hidden whole.
    Done {
        undecoded: u32,
    },
    Failed(RedactFailure),
    /// What was tried from inside, and whether it went through.
    Doors(Vec<(String, bool)>),
}

/// Why a worker gives up on a clip, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum RedactFailure {
    #[error("the clip is neither AVI nor MP4 nor a folder of pictures that can be read")]
    UnknownForm,
    #[error("not one picture of the clip could be decoded")]
    NothingDecoded,
    #[error("the clip is larger than the worker takes in one piece")]
    TooLarge,
    #[error("the plan is for another clip: a picture is shown at a time that the plan has no frame for")]
    OtherClip,
    #[error("the plan cannot be read: {0}")]
    Plan(String),
    #[error("the background plate is not the one that was approved")]
    OtherPlate,
    #[error("something hidden shows in frame {frame} at {x}, {y}")]
    Leak { frame: u32, x: u32, y: u32 },
    #[error("the film has not one picture for each frame of its plan")]
    FrameMissing,
    #[error("the encoder gave up: {0}")]
    Encoder(String),
    #[error("the person detector can't be started")]
    Detector,
}

pub fn encode(message: &impl Serialize) -> io::Result<Bytes> {
    postcard::to_stdvec(message).map(Bytes::from).map_err(io::Error::other)
}

pub fn decode<M: DeserializeOwned>(bytes: &[u8]) -> io::Result<M> {
    postcard::from_bytes(bytes).map_err(io::Error::other)
}

/// The next message; `None` when the other end has closed.
pub fn read<M: DeserializeOwned>(mut from: impl Read) -> io::Result<Option<M>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        outcome => outcome?,
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > MESSAGE_BYTES_MAX {
        return Err(io::Error::other("a message larger than any of ours"));
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    decode(&body).map(Some)
}

pub fn write(mut to: impl Write, message: &impl Serialize) -> io::Result<()> {
    let body = encode(message)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(&body)?;
    to.flush()
}
