//! What a backup says of itself: which store it was made of, when, and every file with its hash.
//!
//! ```text
//! backup (zip, stored) = catalogue.sealed ‖ slots.sealed ‖ configuration.sealed ‖ recovery.json? ‖ manifest.json
//! ```
//!
//! Holds no footage, no epoch secret and no MASTER; what is sealed opens with MASTER alone, and only
//! beside this very [`Head`], which the keys are derived over. Refuses a manifest in any but its
//! canonical form (RFC 8785). Next: `adapters::backup` writes and reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::instant::UtcInstant;

/// The only form there is so far.
pub const FORMAT: &str = "holdfast-backup-1";
/// The manifest's name; it comes last.
pub const MANIFEST: &str = "manifest.json";
/// The catalogue, with the audit log in it.
pub const CATALOGUE: &str = "catalogue.sealed";
/// The wrapped keys of the generation in force.
pub const SLOTS: &str = "slots.sealed";
/// The configuration file as it was.
pub const CONFIGURATION: &str = "configuration.sealed";
/// MASTER under the recovery passphrase, where one was made.
pub const RECOVERY: &str = "recovery.json";

/// What was backed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`FORMAT`].
    pub format: String,
    /// Version of the program that made it.
    pub program: String,
    /// Schema of the catalogue.
    pub schema: i64,
    /// The store's id.
    pub site: Uuid,
    pub made: UtcInstant,
    /// The generation of keys that the slots are wrapped under.
    pub key_epoch: u32,
    /// Leaves in the audit log.
    pub leaves: u64,
    /// Hex Ed25519 key that the log's checkpoints verify under: tells whether a MASTER is this store's.
    pub audit_key: String,
    /// Hex, 32 random bytes: no two backups share a key.
    pub salt: String,
}

impl Head {
    /// What the keys of sealed files are bound to.
    pub fn binding(&self) -> Result<[u8; 32], NotAManifest> {
        Ok(Sha256::digest(serde_json_canonicalizer::to_vec(self).map_err(|_| NotAManifest)?).into())
    }
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFacts {
    pub bytes: u64,
    /// Hex.
    pub sha256: String,
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub files: BTreeMap<String, FileFacts>,
    pub head: Head,
}

impl Manifest {
    pub fn canonical(&self) -> Result<String, NotAManifest> {
        serde_json_canonicalizer::to_string(self).map_err(|_| NotAManifest)
    }

    /// Reads a manifest back, refusing any form but the one it was written in.
    pub fn parse(text: &str) -> Result<Self, NotAManifest> {
        let manifest: Self = serde_json::from_str(text).map_err(|_| NotAManifest)?;
        if manifest.canonical()? == text { Ok(manifest) } else { Err(NotAManifest) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the manifest is not in the form it was written in")]
pub struct NotAManifest;
