//! What the final record of a segment says: where each fragment lies and what is in it.
//!
//! Enough to seek, and to write a progressive MP4 in one pass, without opening the fragments.
//! Next: `seal` encrypts it as the last record.

use serde::{Deserialize, Serialize};

use super::access_unit::Dependence;

/// One access unit inside a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub size_bytes: u32,
    /// Decode-time distance to the next sample, 90 kHz ticks.
    pub duration_ticks: u32,
    /// Presentation minus decode time, 90 kHz ticks.
    pub composition_offset_ticks: i32,
    pub dependence: Dependence,
}

/// One fragment: `moof` + `mdat` (ISO/IEC 23000-19), at most about half a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragmentEntry {
    /// Index of its first record in the segment file.
    pub first_record: u64,
    pub records: u32,
    /// Where that first record begins in the file, in bytes.
    pub file_offset: u64,
    /// Length of `moof` + `mdat`, decrypted.
    pub bytes: u32,
    /// Where the first sample's bytes begin inside the fragment.
    pub payload_offset: u32,
    /// Decode time of the first sample: 90 kHz ticks since the Unix epoch (`tfdt`).
    pub start_ticks: i64,
    pub samples: Vec<Sample>,
    /// SHA-256 of the fragment's bytes: a leaf of the segment's Merkle tree.
    pub hash: FragmentHash,
}

impl FragmentEntry {
    /// Whether a player can begin here.
    pub fn starts_with_key_frame(&self) -> bool {
        self.samples.first().is_some_and(|sample| sample.dependence == Dependence::RandomAccess)
    }

    /// Decode time just past the last sample, 90 kHz ticks since the epoch.
    pub fn end_ticks(&self) -> i64 {
        self.start_ticks + self.samples.iter().map(|sample| i64::from(sample.duration_ticks)).sum::<i64>()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FragmentHash(pub [u8; 32]);

/// The whole final record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentIndex {
    pub fragments: Vec<FragmentEntry>,
    /// Movement a second, 0 to 255, from the sizes of dependent frames against their running median.
    pub activity: Vec<u8>,
    /// Camera clock minus ours at the last RTCP sender report, nanoseconds.
    pub camera_clock_offset_nanos: Option<i64>,
}
