//! A camera as Holdfast knows it: its id, place and purpose, and how its connection stands.
//!
//! Refuses ids that could not stand in a URL or a file name. Next: `connection` decides when to
//! call again; `recording` takes what the camera sends.

pub mod connection;
pub mod register;

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name a camera has in configuration, URLs and the command line: 1 to 32 of `a-z 0-9 -`,
/// beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CameraId(String);

impl CameraId {
    pub fn new(text: &str) -> Result<Self, NotACameraId> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-');
        if fits { Ok(Self(text.to_owned())) } else { Err(NotACameraId(text.to_owned())) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CameraId {
    type Error = NotACameraId;
    fn try_from(text: String) -> Result<Self, NotACameraId> {
        Self::new(&text)
    }
}

impl From<CameraId> for String {
    fn from(id: CameraId) -> Self {
        id.0
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\u{201c}{0}\u{201d} cannot be a camera id; use 1 to 32 lower-case letters, digits and hyphens, like \u{201c}gate-2\u{201d}")]
pub struct NotACameraId(pub String);

/// How the camera's packets travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Interleaved in the RTSP connection (RFC 2326 section 10.12): nothing is lost on the way.
    #[default]
    Tcp,
    /// In datagrams of their own: a lost packet leaves a hole, which is recorded as such.
    Udp,
}

impl Transport {
    pub const ALL: [Self; 2] = [Self::Tcp, Self::Udp];

    /// The configuration's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transport| transport.name() == name)
    }
}
