//! Areas of a picture while they are measured and predicted: fractions of pixels, unlike a plan's boxes.
//!
//! Next: `kalman` predicts them, `association` compares them.

use serde::{Deserialize, Serialize};

/// A rectangle in pixels, edges included as they are measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Area {
    pub fn from_size(left: f32, top: f32, width: f32, height: f32) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// In square pixels.
    pub fn size(&self) -> f32 {
        self.width() * self.height()
    }

    pub fn centre(&self) -> (f32, f32) {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The smallest area that holds both.
    #[must_use]
    pub fn around(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Shared size, in square pixels.
    pub fn shared(&self, other: &Self) -> f32 {
        self.common(other).size()
    }

    /// Intersection over union, 0 to 1.
    pub fn iou(&self, other: &Self) -> f32 {
        let shared = self.shared(other);
        let all = self.size() + other.size() - shared;
        if all > 0.0 { shared / all } else { 0.0 }
    }

    /// Farther out on every side by these shares of width and height.
    #[must_use]
    pub fn grown(&self, wide: f32, high: f32) -> Self {
        let (wide, high) = (self.width() * wide, self.height() * high);
        Self { left: self.left - wide, top: self.top - high, right: self.right + wide, bottom: self.bottom + high }
    }

    /// Where it would be on the straight way to `other`: 0 here, 1 there.
    #[must_use]
    pub fn towards(&self, other: &Self, share: f32) -> Self {
        let way = |a: f32, b: f32| a + (b - a) * share;
        Self {
            left: way(self.left, other.left),
            top: way(self.top, other.top),
            right: way(self.right, other.right),
            bottom: way(self.bottom, other.bottom),
        }
    }
}

/// What the detector takes something for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DetectionKind {
    Person,
    Vehicle,
}

/// What a detector saw in one frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    pub area: Area,
    /// 0 to 1.
    pub score: f32,
    pub kind: DetectionKind,
}
