//! What the daemon and a media worker say to each other: one length-prefixed message after the other.
//!
//! Both ends are the same program, so the form is nobody's contract. A message larger than
//! [`MESSAGE_BYTES_MAX`] ends the conversation. Next: `process` speaks for the daemon, `worker` for
//! the child.

use std::io::{self, Read, Write};

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

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
    Init { init: Bytes, mime: String },
    Fragment(Bytes),
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
