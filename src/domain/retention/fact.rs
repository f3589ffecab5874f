//! What the log says about keeping and forgetting, read back from its leaves as values.
//!
//! Leaves are the only source: whoever proves something from them needs no table. A leaf that lacks
//! what its action must say is no fact but an [`UnreadableFact`]. Leaves of earlier versions say less
//! about a segment's recording; that is allowed. Next: `proof` replays facts.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::hold::{HeldSpan, HoldId, HoldKind};
use crate::domain::{
    audit::{Action, Leaf, Outcome},
    camera::CameraId,
    instant::UtcInstant,
    recording::segment::{KeyEpoch, SegmentId},
};

/// Something that happened, as a leaf tells it. Its times are cut to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A segment was closed, whole or torn.
    Recorded {
        segment: SegmentId,
        recording: Option<Recording>,
    },
    Expired {
        segment: SegmentId,
        recording: Recording,
        epoch: KeyEpoch,
        key_commitment: [u8; 32],
    },
    HoldPlaced {
        hold: HoldId,
        kind: HoldKind,
        cameras: Vec<CameraId>,
        span: HeldSpan,
    },
    HoldReleased {
        hold: HoldId,
    },
    /// This generation of keys is gone, and every one before it.
    KeysDestroyed {
        epoch: KeyEpoch,
    },
}

/// A stretch of one camera. A torn segment may start and end in the same millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    pub camera: CameraId,
    pub start: UtcInstant,
    pub end: UtcInstant,
}

/// A leaf that doesn't say what its action must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("leaf {seq} lacks \u{201c}{field}\u{201d}")]
pub struct UnreadableFact {
    pub seq: u64,
    pub field: &'static str,
}

impl Fact {
    /// None for a leaf about something else, or about an act that was refused or failed.
    pub fn of(leaf: &Leaf) -> Result<Option<Self>, UnreadableFact> {
        let lacking = |field| move || UnreadableFact { seq: leaf.seq, field };
        if leaf.outcome != Outcome::Done {
            return Ok(None);
        }
        let details = &leaf.details;
        let fact = if is(leaf, Action::SegmentSeal) || is(leaf, Action::SegmentTorn) {
            Self::Recorded { segment: segment(leaf).ok_or_else(lacking("object"))?, recording: recording(details) }
        } else if is(leaf, Action::SegmentExpire) {
            Self::Expired {
                segment: segment(leaf).ok_or_else(lacking("object"))?,
                recording: recording(details).ok_or_else(lacking("camera, start, end"))?,
                epoch: epoch(details).ok_or_else(lacking("epoch"))?,
                key_commitment: commitment(details).ok_or_else(lacking("key_commitment"))?,
            }
        } else if is(leaf, Action::HoldPlace) {
            Self::HoldPlaced {
                hold: hold(leaf).ok_or_else(lacking("object"))?,
                kind: text(details, "kind").and_then(HoldKind::from_name).ok_or_else(lacking("kind"))?,
                cameras: cameras(details).ok_or_else(lacking("cameras"))?,
                span: span(details).ok_or_else(lacking("from, to"))?,
            }
        } else if is(leaf, Action::HoldReleased) {
            Self::HoldReleased { hold: hold(leaf).ok_or_else(lacking("object"))? }
        } else if is(leaf, Action::KeysDestroyed) {
            Self::KeysDestroyed { epoch: epoch(details).ok_or_else(lacking("epoch"))? }
        } else {
            return Ok(None);
        };
        Ok(Some(fact))
    }
}

fn is(leaf: &Leaf, action: Action) -> bool {
    leaf.action == action.name()
}

fn segment(leaf: &Leaf) -> Option<SegmentId> {
    Uuid::parse_str(&leaf.object).ok().map(SegmentId)
}

fn hold(leaf: &Leaf) -> Option<HoldId> {
    leaf.object.strip_prefix("hold/").and_then(|id| Uuid::parse_str(id).ok()).map(HoldId)
}

fn text<'d>(details: &'d Map<String, Value>, field: &str) -> Option<&'d str> {
    details.get(field)?.as_str()
}

fn instant(details: &Map<String, Value>, field: &str) -> Option<UtcInstant> {
    text(details, field).and_then(|text| UtcInstant::parse_rfc3339(text).ok())
}

fn recording(details: &Map<String, Value>) -> Option<Recording> {
    let camera = text(details, "camera").and_then(|id| CameraId::new(id).ok())?;
    Some(Recording { camera, start: instant(details, "start")?, end: instant(details, "end")? })
}

fn cameras(details: &Map<String, Value>) -> Option<Vec<CameraId>> {
    let listed = details.get("cameras")?.as_array()?;
    listed.iter().map(|id| id.as_str().and_then(|id| CameraId::new(id).ok())).collect()
}

fn span(details: &Map<String, Value>) -> Option<HeldSpan> {
    let from = instant(details, "from")?;
    let to = if text(details, "to")? == "open" { None } else { Some(instant(details, "to")?) };
    // Both are cut to the millisecond: a shorter span may have become empty.
    HeldSpan::new(from, to.map(|to| to.max(from.plus_nanos(1)))).ok()
}

fn epoch(details: &Map<String, Value>) -> Option<KeyEpoch> {
    details.get("epoch")?.as_u64().and_then(|epoch| u32::try_from(epoch).ok()).map(KeyEpoch)
}

fn commitment(details: &Map<String, Value>) -> Option<[u8; 32]> {
    let mut commitment = [0; 32];
    hex::decode_to_slice(text(details, "key_commitment")?, &mut commitment).ok()?;
    Some(commitment)
}
