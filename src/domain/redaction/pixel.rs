//! Frames and pixels of a clip: which one, where in it, how far between two.
//!
//! Counts from 0, at the top left. Refuses a box without an area and a span that runs backwards.
//! Next: `track` and `mask` are made of them.

use serde::{Deserialize, Serialize};

/// The widest and highest picture there is here, in pixels.
pub const EDGE_PX_MAX: u32 = 8_192;

/// A frame of a clip in the order of showing; the first is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FrameIndex(pub u32);

/// Frames from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "FrameSpanForm", deny_unknown_fields)]
pub struct FrameSpan {
    first: FrameIndex,
    last: FrameIndex,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameSpanForm {
    first: FrameIndex,
    last: FrameIndex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a span of frames ends before it begins")]
pub struct SpanBackwards;

impl FrameSpan {
    pub fn new(first: FrameIndex, last: FrameIndex) -> Result<Self, SpanBackwards> {
        if first <= last { Ok(Self { first, last }) } else { Err(SpanBackwards) }
    }

    pub const fn first(&self) -> FrameIndex {
        self.first
    }

    pub const fn last(&self) -> FrameIndex {
        self.last
    }

    pub fn holds(&self, frame: FrameIndex) -> bool {
        self.first <= frame && frame <= self.last
    }
}

impl TryFrom<FrameSpanForm> for FrameSpan {
    type Error = SpanBackwards;
    fn try_from(form: FrameSpanForm) -> Result<Self, SpanBackwards> {
        Self::new(form.first, form.last)
    }
}

/// A rectangle in pixels of the clip. It may reach beyond the picture's edges, as somebody who walks out does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "PixelBoxForm", deny_unknown_fields)]
pub struct PixelBox {
    left: i32,
    top: i32,
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PixelBoxForm {
    left: i32,
    top: i32,
    width: u32,
    height: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a box needs a width and a height, and lies within 16384 pixels of the picture")]
pub struct NotABox;

/// The farthest that an edge lies from the picture's corner, and the longest edge.
const REACH_PX_MAX: u32 = 2 * EDGE_PX_MAX;

impl PixelBox {
    pub fn new(left: i32, top: i32, width: u32, height: u32) -> Result<Self, NotABox> {
        let near = |at: i32| at.unsigned_abs() <= REACH_PX_MAX;
        let long = |edge: u32| (1..=REACH_PX_MAX).contains(&edge);
        if near(left) && near(top) && long(width) && long(height) { Ok(Self { left, top, width, height }) } else { Err(NotABox) }
    }

    pub const fn left(&self) -> i32 {
        self.left
    }

    pub const fn top(&self) -> i32 {
        self.top
    }

    pub const fn width(&self) -> u32 {
        self.width
    }

    pub const fn height(&self) -> u32 {
        self.height
    }

    pub(super) fn edges(&self) -> Edges {
        let (left, top) = (i64::from(self.left), i64::from(self.top));
        Edges { left, top, right: left + i64::from(self.width), bottom: top + i64::from(self.height) }
    }

    /// The box `step` of `steps` on the way to `other`, rounded outwards.
    pub(super) fn towards(&self, other: &Self, step: u32, steps: u32) -> Edges {
        let (from, to) = (self.edges(), other.edges());
        let steps = i64::from(steps.max(1));
        let step = i64::from(step);
        let way = |from: i64, to: i64| from * (steps - step) + to * step;
        let down = |from, to| way(from, to).div_euclid(steps);
        let up = |from, to| -(-way(from, to)).div_euclid(steps);
        Edges {
            left: down(from.left, to.left),
            top: down(from.top, to.top),
            right: up(from.right, to.right),
            bottom: up(from.bottom, to.bottom),
        }
    }
}

impl TryFrom<PixelBoxForm> for PixelBox {
    type Error = NotABox;
    fn try_from(form: PixelBoxForm) -> Result<Self, NotABox> {
        Self::new(form.left, form.top, form.width, form.height)
    }
}

/// A rectangle while it is reckoned with: pixels from `left` up to but not including `right`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edges {
    pub left: i64,
    pub top: i64,
    pub right: i64,
    pub bottom: i64,
}

impl Edges {
    /// Farther out on every side by `percent` of its width or height, rounded up, and by `px` more.
    #[must_use]
    pub fn grown(self, percent: u16, px: u16) -> Self {
        let by = |edge: i64| -(-(edge * i64::from(percent))).div_euclid(100) + i64::from(px);
        let (wide, high) = (by(self.right - self.left), by(self.bottom - self.top));
        Self { left: self.left - wide, top: self.top - high, right: self.right + wide, bottom: self.bottom + high }
    }

    pub const fn holds(&self, x: i64, y: i64) -> bool {
        self.left <= x && x < self.right && self.top <= y && y < self.bottom
    }
}
