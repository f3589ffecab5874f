//! Where a clip's pictures come from, provable without the box: `records/provenance.json` and two files
//! a clip.
//!
//! ```text
//! clip's bytes ─┐
//! heads         ┴► SHA-256 of each fragment ─► range proof ─► root in the leaf that sealed the segment
//!   ─► inclusion in the checkpoint signed next ─► consistency with the newest ─► the log's key
//! ```
//!
//! A fragment is a head (`moof` and the header of `mdat`, in the clip's `.heads`) and its pictures (in
//! the MP4, one after the other). Its time stands in the head, so a changed time shows as well.
//! Refuses records that leave anything open. Next: `jobs::disclose` writes them, `jobs::verify` and the
//! bundle's own `verify.py` check them.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;
use mp4_atom::{DecodeMaybe, Moof};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::manifest::Clip;
use crate::domain::{
    audit::{
        Action, Leaf,
        checkpoint::{BadCheckpoint, Checkpoint},
        cosignature::WitnessKey,
        range,
        tree::{self, Hash},
    },
    instant::UtcInstant,
    recording::segment::SegmentId,
};

/// 32 bytes as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HexHash(pub Hash);

impl From<HexHash> for String {
    fn from(hash: HexHash) -> Self {
        hex::encode(hash.0)
    }
}

impl TryFrom<String> for HexHash {
    type Error = hex::FromHexError;
    fn try_from(text: String) -> Result<Self, hex::FromHexError> {
        let mut hash = Hash::default();
        hex::decode_to_slice(&text, &mut hash)?;
        Ok(Self(hash))
    }
}

pub fn hex_all(hashes: Vec<Hash>) -> Vec<HexHash> {
    hashes.into_iter().map(HexHash).collect()
}

fn bare(hashes: &[HexHash]) -> Vec<Hash> {
    hashes.iter().map(|hash| hash.0).collect()
}

/// `records/provenance.json`: what the log and its witnesses signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// `holdfast-provenance`.
    pub kind: String,
    pub version: u32,
    /// Base64 of the log's Ed25519 public key.
    pub log_key: String,
    /// The checkpoint that all others lead to: a signed note.
    pub newest: String,
    /// Verifier keys of the witnesses that the recorder was set up with.
    pub witnesses: Vec<String>,
    /// In order of size.
    pub checkpoints: Vec<Signed>,
    pub clips: Vec<ClipFiles>,
}

/// A checkpoint that followed a segment's sealing, or that a witness had seen by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    pub size: u64,
    /// When the recorder says it signed it; only a witness's word below is somebody else's.
    pub at: UtcInstant,
    pub note: String,
    /// RFC 9162 proof that the newest checkpoint's log begins with this one's.
    pub consistency: Vec<HexHash>,
    /// C2SP tlog-cosignature lines.
    pub cosignatures: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipFiles {
    pub clip: String,
    pub heads: String,
    pub segments: String,
}

/// A clip's own file of segments, in the order of its pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipSegments {
    pub clip: String,
    pub segments: Vec<SegmentRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentRecord {
    pub segment: SegmentId,
    /// Fragments it has in all; the first that is in the clip.
    pub of: u64,
    pub first: u64,
    /// SHA-256 of each fragment that is in the clip.
    pub fragments: Vec<HexHash>,
    /// Roots of the subtrees around them, left to right.
    pub around: Vec<HexHash>,
    /// None while it was still being recorded: nothing had been logged of it yet.
    pub sealed: Option<Sealed>,
}

/// The leaf that holds a segment's root, and its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Canonical JSON, as it was hashed.
    pub leaf: String,
    pub seq: u64,
    /// Size of the checkpoint that `path` leads to.
    pub checkpoint: u64,
    pub path: Vec<HexHash>,
}

/// What was not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    #[error("{0} is not in the form it was written in")]
    Form(&'static str),
    #[error("the log is another than the manifest names")]
    AnotherLog,
    #[error("checkpoint {size}: {why}")]
    Checkpoint { size: u64, why: BadCheckpoint },
    #[error("checkpoint {0} is not of the same log as the newest")]
    Inconsistent(u64),
    #[error("checkpoint {0} carries a word that no known witness gave")]
    Cosignature(u64),
    #[error("fragment {fragment} of segment {segment} is not what was recorded")]
    Fragment { segment: SegmentId, fragment: u64 },
    #[error("the clip holds other pictures than its records speak of")]
    Length,
    #[error("pictures are missing before segment {0}")]
    Missing(SegmentId),
    #[error("the fragments of segment {0} don't lead to what the log says of it")]
    Root(SegmentId),
    #[error("the leaf of segment {0} is not in the log")]
    NotIncluded(SegmentId),
    #[error("the manifest gives another time than the pictures were recorded at")]
    Time,
}

/// `kind` is what the file is called in errors.
pub fn parse<T: DeserializeOwned>(text: &str, kind: &'static str) -> Result<T, Unproven> {
    serde_json::from_str(text).map_err(|_| Unproven::Form(kind))
}

/// A log whose checkpoints have been checked: roots by size, and when a witness first saw each.
#[derive(Debug)]
pub struct CheckedLog {
    roots: BTreeMap<u64, Hash>,
    seen: BTreeMap<u64, UtcInstant>,
}

impl Provenance {
    /// Checks every signature and that all checkpoints are of one log: `origin`, and the key whose
    /// SHA-256 the manifest names.
    pub fn check(&self, origin: &str, key_fingerprint: &str) -> Result<CheckedLog, Unproven> {
        if self.kind != KIND || self.version != 1 {
            return Err(Unproven::Form("provenance.json"));
        }
        let key = STANDARD.decode(&self.log_key).ok().and_then(|key| <[u8; 32]>::try_from(key).ok());
        let key = key.and_then(|key| VerifyingKey::from_bytes(&key).ok()).ok_or(Unproven::Form("the log's key"))?;
        if fingerprint(&key) != key_fingerprint {
            return Err(Unproven::AnotherLog);
        }
        let read = |note: &str, size| {
            let checkpoint = Checkpoint::verify(note, &key).map_err(|why| Unproven::Checkpoint { size, why })?;
            if checkpoint.origin == origin { Ok(checkpoint) } else { Err(Unproven::AnotherLog) }
        };
        let newest = read(&self.newest, 0)?;
        let witnesses: Vec<WitnessKey> = self
            .witnesses
            .iter()
            .map(|key| WitnessKey::parse(key).map_err(|_| Unproven::Form("a witness's key")))
            .collect::<Result<_, _>>()?;
        let mut checked = CheckedLog { roots: BTreeMap::new(), seen: BTreeMap::new() };
        for signed in &self.checkpoints {
            let size = signed.size;
            let checkpoint = read(&signed.note, size)?;
            let path = bare(&signed.consistency);
            if checkpoint.size != size || !tree::verify_consistency(size, newest.size, &path, &checkpoint.root, &newest.root) {
                return Err(Unproven::Inconsistent(size));
            }
            checked.roots.insert(size, checkpoint.root);
            for line in &signed.cosignatures {
                let word = witnesses.iter().find_map(|witness| witness.find(line, &checkpoint).ok()).ok_or(Unproven::Cosignature(size))?;
                checked.seen.entry(size).and_modify(|at| *at = word.at.min(*at)).or_insert(word.at);
            }
        }
        Ok(checked)
    }
}

pub const KIND: &str = "holdfast-provenance";

/// SHA-256 of a log's public key, hex.
pub fn fingerprint(key: &VerifyingKey) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

/// The head of a fragment, and how many bytes of the clip follow it.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub bytes: &'a [u8],
    pub pictures: u64,
    start_ticks: i64,
}

/// Splits a clip's `.heads`.
pub fn heads(mut bytes: &[u8]) -> Result<Vec<Head<'_>>, Unproven> {
    const MDAT_HEADER: usize = 8;
    let no = || Unproven::Form("the clip's heads");
    let mut heads = Vec::new();
    while !bytes.is_empty() {
        let mut rest = bytes;
        let moof = Moof::decode_maybe(&mut rest).ok().flatten().ok_or_else(no)?;
        let ticks = moof.traf.first().and_then(|traf| traf.tfdt.as_ref()).ok_or_else(no)?.base_media_decode_time;
        let (mdat, after) = rest.split_first_chunk::<MDAT_HEADER>().ok_or_else(no)?;
        let length = u64::from(u32::from_be_bytes([mdat[0], mdat[1], mdat[2], mdat[3]]));
        let pictures = length.checked_sub(MDAT_HEADER as u64).filter(|_| mdat[4..] == *b"mdat").ok_or_else(no)?;
        heads.push(Head { bytes: &bytes[..bytes.len() - after.len()], pictures, start_ticks: i64::try_from(ticks).map_err(|_| no())? });
        bytes = after;
    }
    Ok(heads)
}

/// How a clip stands to the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proven {
    pub fragments: u64,
    /// Of segments not sealed when the bundle was made.
    pub not_logged_yet: u64,
    /// Of them a witness had seen the log.
    pub witnessed: u64,
    /// Longest time from a segment's end until its root was logged, nanoseconds.
    pub logged_within_nanos: i64,
}

/// Stretches this close are one; the same as in `cut`, nanoseconds.
const JOIN_NANOS: i64 = 200_000_000;

impl ClipSegments {
    /// Checks a clip whose fragments have these hashes, in order.
    pub fn check(&self, clip: &Clip, heads: &[Head<'_>], hashes: &[Hash], log: &CheckedLog) -> Result<Proven, Unproven> {
        let first = heads.first().ok_or(Unproven::Length)?;
        // The manifest's times are cut to milliseconds.
        if clip.start.nanos_since(UtcInstant::from_media_ticks(first.start_ticks)).abs() > 2_000_000 {
            return Err(Unproven::Time);
        }
        let (mut proven, mut rest) = (Proven::default(), hashes);
        let mut before: Option<(&SegmentRecord, Option<UtcInstant>)> = None;
        for record in &self.segments {
            let own = rest.split_off(..record.fragments.len()).filter(|own| !own.is_empty()).ok_or(Unproven::Length)?;
            if let Some(wrong) = own.iter().zip(&record.fragments).position(|(found, told)| *found != told.0) {
                return Err(Unproven::Fragment { segment: record.segment, fragment: record.first + wrong as u64 });
            }
            proven.fragments += own.len() as u64;
            let sealed = match &record.sealed {
                None => {
                    proven.not_logged_yet += own.len() as u64;
                    None
                }
                Some(sealed) => Some(record.check(sealed, own, clip, log)?),
            };
            let whole_before = before.is_none_or(|(before, end)| {
                let reached = before.first + before.fragments.len() as u64 == before.of;
                let touch = end.zip(sealed.as_ref()).is_none_or(|(end, sealed)| sealed.start.nanos_since(end).abs() <= JOIN_NANOS);
                reached && record.first == 0 && touch
            });
            if !whole_before {
                return Err(Unproven::Missing(record.segment));
            }
            before = Some((record, sealed.as_ref().map(|sealed| sealed.end)));
            if let Some(sealed) = sealed {
                proven.logged_within_nanos = proven.logged_within_nanos.max(sealed.logged.nanos_since(sealed.end));
                proven.witnessed += if sealed.witnessed { own.len() as u64 } else { 0 };
            }
        }
        if rest.is_empty() && heads.len() == hashes.len() { Ok(proven) } else { Err(Unproven::Length) }
    }
}

struct Logged {
    start: UtcInstant,
    end: UtcInstant,
    logged: UtcInstant,
    witnessed: bool,
}

impl SegmentRecord {
    fn check(&self, sealed: &Sealed, own: &[Hash], clip: &Clip, log: &CheckedLog) -> Result<Logged, Unproven> {
        let leaves: Vec<Hash> = own.iter().map(|hash| tree::leaf_hash(hash)).collect();
        let root = range::root(&leaves, self.first, self.of, &bare(&self.around)).ok_or(Unproven::Root(self.segment))?;
        let leaf = Leaf::parse(&sealed.leaf).map_err(|_| Unproven::Form("a leaf"))?;
        let told = |name: &str| leaf.details.get(name).and_then(|value| value.as_str());
        let says_so = told("fragment_root") == Some(hex::encode(root).as_str())
            && told("camera") == Some(clip.camera.as_str())
            && leaf.details.get("fragments").and_then(serde_json::Value::as_u64) == Some(self.of)
            && leaf.object == self.segment.to_string()
            && leaf.seq == sealed.seq
            && [Action::SegmentSeal.name(), Action::SegmentTorn.name()].contains(&leaf.action.as_str());
        if !says_so {
            return Err(Unproven::Root(self.segment));
        }
        let signed = log.roots.get(&sealed.checkpoint).ok_or(Unproven::NotIncluded(self.segment))?;
        let hash = tree::leaf_hash(sealed.leaf.as_bytes());
        if !tree::verify_inclusion(&hash, sealed.seq, sealed.checkpoint, &bare(&sealed.path), signed) {
            return Err(Unproven::NotIncluded(self.segment));
        }
        let time = |name| told(name).and_then(|text| UtcInstant::parse_rfc3339(text).ok()).ok_or(Unproven::Form("a leaf"));
        let witnessed = log.seen.range(sealed.checkpoint..).next().is_some();
        Ok(Logged { start: time("start")?, end: time("end")?, logged: leaf.utc, witnessed })
    }
}
