//! The access unit: one coded picture as the camera sent it, and the parameters to decode it.
//!
//! The bytes are never changed from here to an export. Parameter sets travel in the sample entry,
//! not in the samples (ISO/IEC 14496-15 section 5.4.2.1, `avc1` and `hvc1`). Next: `fragment`.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::instant::ClockReading;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VideoCodec {
    H264,
    H265,
}

/// Everything a decoder needs before the first picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecParameters {
    pub codec: VideoCodec,
    /// As in a MIME `codecs` parameter (RFC 6381): `avc1.4d401f`, `hvc1.1.6.L93.B0`.
    pub rfc6381: String,
    pub width_px: u32,
    pub height_px: u32,
    /// The whole `avc1` or `hvc1` box, parameter sets inside (ISO/IEC 14496-15).
    pub sample_entry: Bytes,
}

/// Whether decoding can begin here (IDR in H.264; IRAP, NAL types 16 to 21, in H.265).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependence {
    /// A key frame: needs no earlier picture.
    RandomAccess,
    /// Needs earlier pictures.
    Dependent,
}

/// One coded picture.
#[derive(Clone, Debug)]
pub struct AccessUnit {
    /// NAL units, each behind a 4-byte big-endian length; parameter sets left out.
    pub data: Bytes,
    /// Presentation time on the camera's own RTP clock, 90 kHz ticks, already unwrapped past 2^32.
    pub rtp_ticks: i64,
    /// When its last packet reached us.
    pub received: ClockReading,
    pub dependence: Dependence,
    /// RTP packets lost just before it; not 0 means that pictures may be missing or damaged.
    pub lost_packets: u16,
    /// In force from this access unit on. The same `Arc` as before when nothing changed.
    pub parameters: Arc<CodecParameters>,
}
