//! The segment: a minute of one camera in one sealed file, its id, its states and its header.
//!
//! Refuses headers of another format, version or length. Next: `seal` makes and opens records.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{
    camera::CameraId,
    instant::{Synchronised, UtcInstant},
};

/// A segment's id: UUIDv7 (RFC 9562), so that ids sort by creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SegmentId(pub Uuid);

impl std::fmt::Display for SegmentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

/// Where a segment stands.
///
/// ```text
/// open ──► sealed ──► expired
///   └────► torn ─────────▲      (the process died; readable to its last valid record)
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentState {
    Open,
    Sealed,
    Torn,
    Expired,
}

impl SegmentState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sealed => "sealed",
            Self::Torn => "torn",
            Self::Expired => "expired",
        }
    }

    /// Closed and still there: what can be held, checked and expired.
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Sealed | Self::Torn)
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Sealed, Self::Torn, Self::Expired].into_iter().find(|state| state.name() == name)
    }
}

/// Number of a wrapped key in the slot file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeySlot(pub u32);

/// Generation of the key that wraps the segments' keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct KeyEpoch(pub u32);

/// The 16 bytes that stand for a camera in headers: SHA-256 over site and id, cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CameraKey(pub [u8; 16]);

impl CameraKey {
    pub fn of(site: Uuid, camera: &CameraId) -> Self {
        let digest = Sha256::new().chain_update(b"holdfst1/camera").chain_update(site).chain_update(camera.as_str()).finalize();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        Self(key)
    }
}

/// Everything the header says. All of it is bound into the segment's keys: change one bit and the
/// key commitment no longer matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    pub site: Uuid,
    pub camera: CameraKey,
    pub segment: SegmentId,
    /// The kernel's boot id: tells which boot `start_boottime_nanos` counts from.
    pub boot_id: Uuid,
    /// How many times the store had been opened for recording.
    pub open_count: u64,
    pub start: UtcInstant,
    pub start_boottime_nanos: i64,
    pub clock: Synchronised,
    pub epoch: KeyEpoch,
    pub slot: KeySlot,
    /// SHA-256 of the init segment (record 0).
    pub codec_hash: [u8; 32],
    pub salt: [u8; 32],
}

pub const MAGIC: [u8; 8] = *b"HOLDFST1";
const VERSION: u16 = 1;
/// AES-256-GCM with HKDF-SHA-256.
const SUITE: u16 = 1;
/// The largest plaintext a record may carry, bytes.
pub const RECORD_PLAINTEXT_MAX: usize = 65_536;
/// Where the salt ends: the part of the header that is hashed into the keys.
pub(super) const BOUND_LEN: usize = 8 + 2 + 2 + 4 + 16 + 16 + 1 + 16 + 16 + 8 + 8 + 8 + 1 + 4 + 4 + 32 + 32;
/// The header's place in the file, zero-padded: one block, so a torn header is all or nothing on most disks.
pub const HEADER_LEN: usize = 4096;

impl SegmentHeader {
    /// The bytes before the key commitment, big-endian, in the order of the format's document.
    pub(super) fn bound_bytes(&self) -> [u8; BOUND_LEN] {
        let mut out = [0; BOUND_LEN];
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            out[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(&MAGIC);
        put(&VERSION.to_be_bytes());
        put(&SUITE.to_be_bytes());
        put(&(RECORD_PLAINTEXT_MAX as u32).to_be_bytes());
        put(self.site.as_bytes());
        put(&self.camera.0);
        put(&[0]); // stream: only the main stream so far
        put(self.segment.0.as_bytes());
        put(self.boot_id.as_bytes());
        put(&self.open_count.to_be_bytes());
        put(&self.start.unix_nanos().to_be_bytes());
        put(&self.start_boottime_nanos.to_be_bytes());
        put(&[match self.clock {
            Synchronised::Yes => 1,
            Synchronised::No => 0,
        }]);
        put(&self.epoch.0.to_be_bytes());
        put(&self.slot.0.to_be_bytes());
        put(&self.codec_hash);
        put(&self.salt);
        out
    }

    /// The whole first block of a file.
    pub fn to_block(&self, key_commitment: &[u8; 32]) -> [u8; HEADER_LEN] {
        let mut block = [0; HEADER_LEN];
        block[..BOUND_LEN].copy_from_slice(&self.bound_bytes());
        block[BOUND_LEN..BOUND_LEN + 32].copy_from_slice(key_commitment);
        block
    }

    /// Reads a first block. What it says is only believed once [`super::seal::Opener`] has checked
    /// the commitment it returns.
    pub fn from_block(block: &[u8]) -> Result<(Self, [u8; 32]), NotASegment> {
        let block: &[u8; HEADER_LEN] = block.get(..HEADER_LEN).and_then(|b| b.try_into().ok()).ok_or(NotASegment::Short)?;
        let mut at = 0;
        let mut take = |length: usize| {
            let bytes = &block[at..at + length];
            at += length;
            bytes
        };
        if take(8) != MAGIC {
            return Err(NotASegment::Magic);
        }
        if take(2) != VERSION.to_be_bytes() || take(2) != SUITE.to_be_bytes() || take(4) != (RECORD_PLAINTEXT_MAX as u32).to_be_bytes() {
            return Err(NotASegment::Version);
        }
        let site = uuid(take(16));
        let camera = CameraKey(array(take(16)));
        let stream = take(1)[0];
        let segment = SegmentId(uuid(take(16)));
        let boot_id = uuid(take(16));
        let open_count = u64::from_be_bytes(array(take(8)));
        let start = UtcInstant::from_unix_nanos(i64::from_be_bytes(array(take(8))));
        let start_boottime_nanos = i64::from_be_bytes(array(take(8)));
        let clock = match take(1)[0] {
            1 => Synchronised::Yes,
            0 => Synchronised::No,
            _ => return Err(NotASegment::Field),
        };
        let epoch = KeyEpoch(u32::from_be_bytes(array(take(4))));
        let slot = KeySlot(u32::from_be_bytes(array(take(4))));
        let codec_hash = array(take(32));
        let salt = array(take(32));
        let commitment = array(take(32));
        if stream != 0 || block[BOUND_LEN + 32..].iter().any(|byte| *byte != 0) {
            return Err(NotASegment::Field);
        }
        let header = Self { site, camera, segment, boot_id, open_count, start, start_boottime_nanos, clock, epoch, slot, codec_hash, salt };
        Ok((header, commitment))
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(bytes);
    out
}

fn uuid(bytes: &[u8]) -> Uuid {
    Uuid::from_bytes(array(bytes))
}

/// A file that isn't a segment of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASegment {
    #[error("the file is shorter than a segment header")]
    Short,
    #[error("the file does not begin with HOLDFST1")]
    Magic,
    #[error("the file is of another version or cipher suite")]
    Version,
    #[error("the header holds a value that no Holdfast writes")]
    Field,
}
