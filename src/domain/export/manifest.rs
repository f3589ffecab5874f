//! `manifest.json`: what the bundle holds, where it came from, what is missing and why. Version 1 is read
//! as it was; version 2 is written, and names the log that the clips are proved to have been in.
//!
//! Canonical JSON (RFC 8785), so that the same export gives the same bytes. Names of staff are not
//! in it: the operator stands as the audit log names them.

use serde::{Deserialize, Serialize};

use crate::domain::{
    camera::CameraId,
    instant::UtcInstant,
    recording::{access_unit::VideoCodec, gap::GapCause, segment::SegmentId},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `holdfast-export`.
    pub kind: String,
    pub version: u32,
    /// The program that wrote it.
    pub made_by: String,
    pub export: String,
    pub case: String,
    pub purpose: String,
    pub created: UtcInstant,
    /// As the audit log names them: `staff:<id>` or `local:<uid>`.
    pub operator: String,
    /// The audit leaf that orders this export, proved in audit-proof.txt.
    pub audit_leaf: u64,
    pub site: Site,
    pub asked: Asked,
    pub clips: Vec<Clip>,
    pub gaps: Vec<MissingStretch>,
    pub signer: SignerFingerprints,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub name: String,
    pub controller: String,
    pub id: String,
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    pub cameras: Vec<CameraId>,
    pub from: UtcInstant,
    pub to: UtcInstant,
    /// The same two in the site's own time, with the zone's abbreviation.
    pub from_local: String,
    pub to_local: String,
}

/// One MP4: access units as the camera sent them, without a break.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
    pub camera: CameraId,
    pub camera_name: String,
    pub camera_place: String,
    pub codec: VideoCodec,
    pub width_px: u32,
    pub height_px: u32,
    /// Of the first picture.
    pub start: UtcInstant,
    /// Where the last picture ends.
    pub end: UtcInstant,
    pub start_local: String,
    pub frames: u64,
    /// Always true here: never decoded, never encoded again.
    pub original: bool,
    /// True only when the box's clock was synchronised for all of it.
    pub clock_synchronised: bool,
    /// Camera clock minus the box's, milliseconds, as its sender reports had it; None unknown.
    pub camera_clock_offset_ms: Option<i64>,
    pub segments: Vec<Source>,
    /// Exhibit reference, when the first one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhibit: Option<String>,
    /// The parts of a copy for looking at, when one was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub working: Vec<Derived>,
}

/// Made from a clip, and never to be taken for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
    pub start: UtcInstant,
    pub end: UtcInstant,
    pub frames: u64,
}

/// A recorded segment the clip was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub id: SegmentId,
    pub key_commitment: String,
    /// Merkle root over its fragments, as logged when it was sealed; None while it is open.
    pub fragment_root: Option<String>,
    pub fragments: u64,
}

/// Asked for, but not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingStretch {
    pub camera: CameraId,
    pub from: UtcInstant,
    pub to: UtcInstant,
    /// None when no cause was recorded.
    pub cause: Option<GapCause>,
}

/// SHA-256 over each public key, hex: to be compared with what the controller publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerFingerprints {
    pub ed25519: String,
    pub p256: String,
    /// Of the audit log's key. From version 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

impl Manifest {
    pub fn canonical(&self) -> Result<String, NotAManifest> {
        serde_json_canonicalizer::to_string(self).map(|text| text + "\n").map_err(|_| NotAManifest)
    }

    pub fn parse(text: &str) -> Result<Self, NotAManifest> {
        let manifest: Self = serde_json::from_str(text).map_err(|_| NotAManifest)?;
        let version = if manifest.signer.log.is_some() { 2 } else { 1 };
        let ours = manifest.kind == "holdfast-export" && manifest.version == version;
        if ours && manifest.canonical()? == text { Ok(manifest) } else { Err(NotAManifest) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("manifest.json is not a manifest of this version in canonical form")]
pub struct NotAManifest;
