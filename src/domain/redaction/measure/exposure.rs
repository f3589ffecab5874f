//! What one frame shows of whom.
//!
//! Next: `trial` adds frames up.

use super::Truth;
use crate::domain::redaction::{FrameIndex, Plan, region::Reveal, region::revealed, tracking::Area};

/// The part of a box, from its top, that is taken for the head.
const HEAD_SHARE: f32 = 0.3;
/// Of a third party's head, more than this share shown is exposure (default-deny).
pub const HEAD_SHOWN_MAX: f32 = 0.05;
/// The same where all is shown but masks.
pub const HEAD_LEAK_MAX: f32 = 0.1;
/// From here on a subject counts as shown in a frame, of what of their box no other box covers.
pub const SHOWN_MIN: f32 = 0.5;

/// One frame, for one subject.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exposure {
    pub frame: u32,
    /// Of the subject's box, in pixels.
    pub own_px: f32,
    pub own_shown_px: f32,
    /// Of what of it lies in nobody else's box.
    pub free_px: f32,
    pub free_shown_px: f32,
    /// Third parties, and how many of their heads are exposed.
    pub others: u32,
    pub heads_exposed: u32,
    /// Something is shown, and more of another person than of the subject.
    pub wrong_person: bool,
}

impl Exposure {
    pub fn shown(&self) -> bool {
        let free = self.free_px > 0.1 * self.own_px;
        let share = if free { self.free_shown_px / self.free_px } else { self.own_shown_px / self.own_px.max(1.0) };
        share >= SHOWN_MIN
    }
}

/// The head of a person's box.
pub fn head(area: &Area) -> Area {
    Area { bottom: area.top + area.height() * HEAD_SHARE, ..*area }
}

/// Pixels of `area` within the picture, and how many of them are shown and pass `counts`.
pub fn shown_px(reveal: &Reveal, area: &Area, counts: impl Fn(u32, u32) -> bool) -> (f32, f32) {
    let clip = |at: f32, edge: u32| at.round().clamp(0.0, edge as f32) as u32;
    let (mut all, mut shown) = (0.0, 0.0);
    for y in clip(area.top, reveal.height_px())..clip(area.bottom, reveal.height_px()) {
        for x in clip(area.left, reveal.width_px())..clip(area.right, reveal.width_px()) {
            if counts(x, y) {
                all += 1.0;
                shown += f32::from(u8::from(reveal.shows(x, y)));
            }
        }
    }
    (all, shown)
}

/// What `plan` shows of everybody in `frame`, with `subject` as the subject.
pub fn exposure(plan: &Plan, truth: &Truth, frame: u32, subject: u32) -> Option<Exposure> {
    let people = truth.frames.get(&frame)?;
    let own = people.get(&subject)?;
    let reveal = revealed(plan, FrameIndex(frame));
    let others: Vec<&Area> = people.iter().filter(|(id, _)| **id != subject).map(|(_, area)| area).collect();
    let anybody = |_: u32, _: u32| true;
    let nobody_else = |x: u32, y: u32| {
        let (x, y) = (x as f32, y as f32);
        !others.iter().any(|area| area.left <= x && x < area.right && area.top <= y && y < area.bottom)
    };
    let (own_px, own_shown_px) = shown_px(&reveal, own, anybody);
    let (free_px, free_shown_px) = shown_px(&reveal, own, nobody_else);
    let mut heads_exposed = 0;
    let mut wrong_person = false;
    for other in &others {
        let (head_px, head_shown) = shown_px(&reveal, &head(other), anybody);
        heads_exposed += u32::from(head_px > 0.0 && head_shown / head_px > HEAD_SHOWN_MAX);
        wrong_person |= shown_px(&reveal, other, anybody).1 > own_shown_px;
    }
    let others = others.len() as u32;
    Some(Exposure { frame, own_px, own_shown_px, free_px, free_shown_px, others, heads_exposed, wrong_person })
}
