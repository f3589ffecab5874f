//! The plan of a redaction: all that decides which pixels of one clip are shown, and who said so.
//!
//! Version 1. Written down, equal plans are equal bytes, and a small change is a small difference. Refuses
//! what points beyond its clip, two tracks of one name, and margins under which a mask would fit too tight.
//! Next: `region` answers from it frame by frame.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    doubt::{Doubt, DoubtReason},
    mask::{BackgroundPlate, StaticMask, StaticReveal},
    pixel::{EDGE_PX_MAX, FrameIndex, FrameSpan},
    track::{Role, Track, TrackId},
};
use crate::domain::retention::consent::Person;

/// The version that is written.
pub const VERSION: u32 = 1;
/// The longest clip, in frames: two hours at 25 a second.
pub const FRAMES_MAX: usize = 180_000;
/// By how much everybody else's box is grown at least, in per cent of it on each side (measured: see
/// decision 50).
pub const OTHERS_PERCENT_MIN: u16 = 15;

/// What is shown where nothing is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing but the subject and what was revealed.
    DefaultDeny,
    /// Everything but people, faces and vehicles.
    MaskOthers,
}

/// The clip that a plan is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipFacts {
    pub width_px: u32,
    pub height_px: u32,
    /// When each frame is shown, in 90 kHz ticks after the first.
    pub frame_ticks: Vec<u64>,
    /// SHA-256 of the encoded clip, in lower-case hexadecimal, where the plan is bound to one.
    pub source_sha256: Option<String>,
}

/// How far boxes are grown before anything is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Margins {
    /// The subject's, in per cent of the box on each side.
    pub subject_percent: u16,
    /// The subject's, in pixels on each side on top of it: what the grid's edges take away again.
    pub subject_px: u16,
    /// Everybody else's, in per cent of the box on each side.
    pub others_percent: u16,
}

impl Default for Margins {
    fn default() -> Self {
        Self { subject_percent: 10, subject_px: 8, others_percent: OTHERS_PERCENT_MIN }
    }
}

/// A plan as it is written down; [`Plan`] is one that holds together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanParts {
    pub version: u32,
    pub clip: ClipFacts,
    pub mode: Mode,
    pub margins: Margins,
    pub tracks: Vec<Track>,
    /// Hidden in every frame.
    pub masks: Vec<StaticMask>,
    /// Shown in every frame, as far as nobody else is there.
    pub reveals: Vec<StaticReveal>,
    pub plate: Option<BackgroundPlate>,
    pub doubts: Vec<Doubt>,
}

/// A plan that holds together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PlanParts", into = "PlanParts")]
pub struct Plan(PlanParts);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPlan {
    #[error("this plan has version {0}, and only 1 is known")]
    Version(u32),
    #[error("the clip's picture needs 1 to 8192 pixels each way")]
    PictureSize,
    #[error("the clip needs 1 to 180000 frames, the first at 0, each later than the one before")]
    FrameTimes,
    #[error("two tracks are called {0}")]
    TrackTwice(u32),
    #[error("a track or a doubt ends at frame {0}, beyond the clip")]
    BeyondClip(u32),
    #[error("masks of others are grown by 15 to 200 per cent, the subject by at most 200 per cent and 64 pixels")]
    Margins,
    #[error("a checksum needs 64 digits in lower-case hexadecimal")]
    Checksum,
    #[error("this is no plan: {0}")]
    Form(String),
}

impl TryFrom<PlanParts> for Plan {
    type Error = NotAPlan;

    /// Checks, and puts lists in order.
    fn try_from(mut parts: PlanParts) -> Result<Self, NotAPlan> {
        if parts.version != VERSION {
            return Err(NotAPlan::Version(parts.version));
        }
        let clip = &parts.clip;
        if ![clip.width_px, clip.height_px].iter().all(|edge| (1..=EDGE_PX_MAX).contains(edge)) {
            return Err(NotAPlan::PictureSize);
        }
        let ticks = &clip.frame_ticks;
        if ticks.first() != Some(&0) || ticks.len() > FRAMES_MAX || !ticks.is_sorted_by(|a, b| a < b) {
            return Err(NotAPlan::FrameTimes);
        }
        let Margins { subject_percent, subject_px, others_percent } = parts.margins;
        if subject_percent > 200 || subject_px > 64 || !(OTHERS_PERCENT_MIN..=200).contains(&others_percent) {
            return Err(NotAPlan::Margins);
        }
        let plate = parts.plate.as_ref().map(|plate| &plate.sha256);
        if ![clip.source_sha256.as_ref(), plate].into_iter().flatten().all(|sum| is_sha256(sum)) {
            return Err(NotAPlan::Checksum);
        }
        let ends = parts.tracks.iter().map(Track::last_frame).chain(parts.doubts.iter().map(|doubt| doubt.frames.last()));
        if let Some(end) = ends.max().filter(|end| end.0 as usize >= ticks.len()) {
            return Err(NotAPlan::BeyondClip(end.0));
        }
        parts.tracks.sort_by_key(Track::id);
        if let Some(pair) = parts.tracks.windows(2).find(|pair| pair[0].id() == pair[1].id()) {
            return Err(NotAPlan::TrackTwice(pair[0].id().0));
        }
        parts.masks.sort();
        parts.reveals.sort();
        parts.doubts.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(Self(parts))
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

impl From<Plan> for PlanParts {
    fn from(plan: Plan) -> Self {
        plan.0
    }
}

impl Plan {
    /// Nothing drawn yet: in default-deny, nothing shown.
    pub fn empty(clip: ClipFacts, mode: Mode) -> Result<Self, NotAPlan> {
        Self::try_from(PlanParts {
            version: VERSION,
            clip,
            mode,
            margins: Margins::default(),
            tracks: Vec::new(),
            masks: Vec::new(),
            reveals: Vec::new(),
            plate: None,
            doubts: Vec::new(),
        })
    }

    /// Nothing drawn yet, and nothing shown: where all would be shown but what is drawn, it is in doubt from end to end.
    pub fn begun(clip: ClipFacts, mode: Mode) -> Result<Self, NotAPlan> {
        let mut parts = Self::empty(clip, mode)?.0;
        if mode == Mode::MaskOthers {
            let last = u32::try_from(parts.clip.frame_ticks.len() - 1).unwrap_or(u32::MAX);
            let frames = FrameSpan::new(FrameIndex(0), FrameIndex(last)).map_err(|_| NotAPlan::FrameTimes)?;
            parts.doubts.push(Doubt { frames, why: DoubtReason::Flagged, tracks: Vec::new(), resolved: None });
        }
        Self::try_from(parts)
    }

    pub fn from_json(text: &str) -> Result<Self, NotAPlan> {
        serde_json::from_str(text).map_err(|error| NotAPlan::Form(error.to_string()))
    }

    /// The bytes that stand for this plan, one value a line; equal plans give equal bytes.
    pub fn to_json(&self) -> String {
        // Plain structs and lists have no way to fail.
        let mut text = serde_json::to_string_pretty(&self.0).unwrap_or_default();
        text.push('\n');
        text
    }

    pub const fn parts(&self) -> &PlanParts {
        &self.0
    }

    pub const fn clip(&self) -> &ClipFacts {
        &self.0.clip
    }

    pub const fn mode(&self) -> Mode {
        self.0.mode
    }

    pub fn tracks(&self) -> &[Track] {
        &self.0.tracks
    }

    pub fn track(&self, id: TrackId) -> Option<&Track> {
        self.0.tracks.iter().find(|track| track.id() == id)
    }

    pub fn frame_count(&self) -> u32 {
        u32::try_from(self.0.clip.frame_ticks.len()).unwrap_or(u32::MAX)
    }

    pub fn frames(&self) -> impl Iterator<Item = FrameIndex> + use<> {
        (0..self.frame_count()).map(FrameIndex)
    }

    /// The background plate, once a person has approved it.
    pub fn approved_plate(&self) -> Option<&BackgroundPlate> {
        self.0.plate.as_ref().filter(|plate| plate.approved.is_some())
    }

    /// Doubts that nobody has settled yet.
    pub fn open_doubts(&self) -> impl Iterator<Item = &Doubt> {
        self.0.doubts.iter().filter(|doubt| doubt.resolved.is_none())
    }

    pub fn has_subject(&self) -> bool {
        self.0.tracks.iter().any(|track| track.role() == Role::Subject)
    }

    /// Everybody whose word or drawing is in it.
    pub fn people(&self) -> BTreeSet<&Person> {
        let parts = &self.0;
        let drawn = parts.tracks.iter().flat_map(Track::people);
        let masked = parts.masks.iter().filter_map(|mask| mask.author.person());
        let revealed = parts.reveals.iter().map(|reveal| &reveal.by);
        let resolved = parts.doubts.iter().filter_map(|doubt| doubt.resolved.as_ref());
        let approved = parts.plate.iter().filter_map(|plate| plate.approved.as_ref());
        drawn.chain(masked).chain(revealed).chain(resolved.chain(approved).map(|approval| &approval.by)).collect()
    }
}
