//! Tracks: one person or thing through a clip, as boxes at keyframes with straight lines between.
//!
//! A track is present in spans, each with keyframes of its own, so that nothing is ever interpolated over
//! an absence. Refuses a span without a keyframe, keyframes out of order or beyond their span, and spans
//! that overlap. Next: `plan` holds them, `region` asks where they are.

use serde::{Deserialize, Serialize};

use super::pixel::{Edges, FrameIndex, FrameSpan, PixelBox};
use crate::domain::{instant::UtcInstant, retention::consent::Person};

/// Who drew something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "author", rename_all = "snake_case", deny_unknown_fields)]
pub enum Author {
    /// The detector, and how sure it was, in thousandths.
    Detector {
        confidence_permille: u16,
    },
    Person {
        person: Person,
    },
}

impl Author {
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Person { person } => Some(person),
            Self::Detector { .. } => None,
        }
    }
}

/// Unique within a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrackId(pub u32);

/// What a track means for what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person whose copy this is.
    Subject,
    ThirdParty,
    /// Nobody has said yet: hidden like a third party.
    Undecided,
}

/// What is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    Person,
    Face,
    Vehicle,
    /// Something that moves and that no detector knows.
    Motion,
}

/// A box at a frame, with who drew it and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyframe {
    pub frame: FrameIndex,
    #[serde(rename = "box")]
    pub area: PixelBox,
    pub author: Author,
    pub drawn_at: UtcInstant,
}

/// A stretch through which a track is present, with at least one keyframe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PresenceForm")]
pub struct Presence {
    frames: FrameSpan,
    keyframes: Vec<Keyframe>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PresenceForm {
    frames: FrameSpan,
    keyframes: Vec<Keyframe>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATrack {
    #[error("a stretch of a track needs at least one keyframe")]
    NoKeyframe,
    #[error("a keyframe lies outside its stretch, or two stand on one frame or out of order")]
    KeyframeMisplaced,
    #[error("a track needs at least one stretch")]
    NoPresence,
    #[error("stretches of a track overlap or stand out of order")]
    PresenceMisplaced,
}

impl Presence {
    pub fn new(frames: FrameSpan, keyframes: Vec<Keyframe>) -> Result<Self, NotATrack> {
        if keyframes.is_empty() {
            return Err(NotATrack::NoKeyframe);
        }
        let inside = keyframes.iter().all(|keyframe| frames.holds(keyframe.frame));
        if inside && keyframes.is_sorted_by(|a, b| a.frame < b.frame) {
            Ok(Self { frames, keyframes })
        } else {
            Err(NotATrack::KeyframeMisplaced)
        }
    }

    pub const fn frames(&self) -> FrameSpan {
        self.frames
    }

    pub fn keyframes(&self) -> &[Keyframe] {
        &self.keyframes
    }

    /// Where it is at `frame`: between two keyframes on the straight line, before the first and after
    /// the last where that one is.
    fn at(&self, frame: FrameIndex) -> Option<Edges> {
        if !self.frames.holds(frame) {
            return None;
        }
        let after = self.keyframes.partition_point(|keyframe| keyframe.frame <= frame);
        let before = after.checked_sub(1).and_then(|at| self.keyframes.get(at));
        match (before, self.keyframes.get(after)) {
            (Some(before), Some(after)) => Some(before.area.towards(&after.area, frame.0 - before.frame.0, after.frame.0 - before.frame.0)),
            (Some(only), None) | (None, Some(only)) => Some(only.area.edges()),
            (None, None) => None,
        }
    }
}

impl TryFrom<PresenceForm> for Presence {
    type Error = NotATrack;
    fn try_from(form: PresenceForm) -> Result<Self, NotATrack> {
        Self::new(form.frames, form.keyframes)
    }
}

/// One person or thing through a clip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TrackForm")]
pub struct Track {
    id: TrackId,
    kind: TrackKind,
    role: Role,
    presences: Vec<Presence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrackForm {
    id: TrackId,
    kind: TrackKind,
    role: Role,
    presences: Vec<Presence>,
}

impl Track {
    pub fn new(id: TrackId, kind: TrackKind, role: Role, presences: Vec<Presence>) -> Result<Self, NotATrack> {
        if presences.is_empty() {
            return Err(NotATrack::NoPresence);
        }
        if presences.is_sorted_by(|a, b| a.frames.last() < b.frames.first()) {
            Ok(Self { id, kind, role, presences })
        } else {
            Err(NotATrack::PresenceMisplaced)
        }
    }

    pub const fn id(&self) -> TrackId {
        self.id
    }

    pub const fn kind(&self) -> TrackKind {
        self.kind
    }

    pub const fn role(&self) -> Role {
        self.role
    }

    #[must_use]
    pub fn named(self, id: TrackId) -> Self {
        Self { id, ..self }
    }

    #[must_use]
    pub fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    pub fn presences(&self) -> &[Presence] {
        &self.presences
    }

    /// Where it is at `frame`, if it is there.
    pub fn at(&self, frame: FrameIndex) -> Option<Edges> {
        let next = self.presences.partition_point(|presence| presence.frames.last() < frame);
        self.presences.get(next)?.at(frame)
    }

    pub(super) fn last_frame(&self) -> FrameIndex {
        self.presences.last().map_or(FrameIndex(0), |presence| presence.frames.last())
    }

    pub(super) fn people(&self) -> impl Iterator<Item = &Person> {
        self.presences.iter().flat_map(|presence| &presence.keyframes).filter_map(|keyframe| keyframe.author.person())
    }
}

impl TryFrom<TrackForm> for Track {
    type Error = NotATrack;
    fn try_from(form: TrackForm) -> Result<Self, NotATrack> {
        Self::new(form.id, form.kind, form.role, form.presences)
    }
}
