//! What stands still through a clip: places that stay hidden, places a person has revealed, and the
//! picture of the empty scene that may stand behind everybody.
//!
//! A mask may be anybody's proposal; a reveal and a plate's approval are a person's word. Next: `plan`.

use serde::{Deserialize, Serialize};

use super::{pixel::PixelBox, track::Author};
use crate::domain::{instant::UtcInstant, retention::consent::Person};

/// A rectangle hidden in every frame: a window, a screen, a keypad.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaticMask {
    #[serde(rename = "box")]
    pub area: PixelBox,
    pub author: Author,
    pub drawn_at: UtcInstant,
}

/// A rectangle shown in every frame as far as nobody else is in it: the camera's burnt-in time, a door.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaticReveal {
    #[serde(rename = "box")]
    pub area: PixelBox,
    pub by: Person,
    pub drawn_at: UtcInstant,
}

/// A person's word on something, with when it was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    pub by: Person,
    pub at: UtcInstant,
}

/// A still of the scene without people, made from the clip. Nothing of it is shown before a person has
/// looked at it: whoever stood still for the whole clip is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackgroundPlate {
    /// Of the picture's pixels as RGB, row by row, in lower-case hexadecimal.
    pub sha256: String,
    pub approved: Option<Approval>,
}
