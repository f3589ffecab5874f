//! Doubts: stretches in which the software doesn't know who is who, or that a person must see first.
//!
//! Until a person has answered a doubt, every frame of it is hidden whole. Next: `region` obeys, the editor
//! walks from one to the next.

use serde::{Deserialize, Serialize};

use super::{
    mask::Approval,
    pixel::{FrameIndex, FrameSpan},
    track::TrackId,
};

/// Why a stretch is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoubtReason {
    /// Tracks come so near to each other that they may have changed places.
    Crossing,
    /// A track is lost, or a new one begins in the middle of the picture.
    Lost,
    /// Something moves and no track explains it.
    Motion,
    /// The detector is not sure of what it saw.
    Faint,
    /// The picture is another from one frame to the next.
    Cut,
    /// The light changed all over.
    Light,
    /// The camera was moved.
    CameraMoved,
    /// A frame could not be decoded, or has another size.
    Undecoded,
    /// The detector failed on it, or there is none.
    NotAnalysed,
    /// Shown but for masks: a person must have seen it.
    Flagged,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    pub frames: FrameSpan,
    pub why: DoubtReason,
    /// The tracks concerned, where it is known.
    pub tracks: Vec<TrackId>,
    /// The person who looked and settled it.
    pub resolved: Option<Approval>,
}

impl Doubt {
    pub(super) fn hides(&self, frame: FrameIndex) -> bool {
        self.resolved.is_none() && self.frames.holds(frame)
    }

    /// What they are put in order by, so that equal lists are written equally.
    pub(super) fn order(&self) -> (FrameSpan, DoubtReason, &[TrackId], Option<&Approval>) {
        (self.frames, self.why, &self.tracks, self.resolved.as_ref())
    }
}
