//! Where trails met, and whether each came out of it as who went in.
//!
//! Two bodies that never hid each other keep their names. Where one was out of sight, looks and motion on
//! both sides are compared for both readings, kept and swapped; only a clear difference is believed.
//! Everything else is a break: nobody's name goes across it until a person says so. Next: `proposal`.

use super::{
    Appearance, Area,
    trail::{Point, Trail},
};

/// Areas are near each other when one holds this share of the other.
const NEAR_SHARE: f32 = 0.12;
/// Frames apart that two meetings of the same two may be and still are one.
const MEETING_GAP: u32 = 6;
/// Frames before and after that looks are taken from.
const LOOK_FRAMES: u32 = 14;
/// By how much the other reading must be worse.
const CLEAR: f32 = 0.16;
/// How alike somebody must be who comes into sight again after `LOST_FRAMES` or more.
const ALIKE: f32 = 0.33;
const LOST_FRAMES: u32 = 4;
/// Frames and body heights that a trail's end may lie before another's beginning, to be tied to it.
const TIE_FRAMES: u32 = 30;
const TIE_HEIGHTS: f32 = 0.9;
/// How far two may cover each other (intersection over union) while both are seen, without a question.
const OPEN_IOU: f32 = 0.3;

/// Why a trail is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakReason {
    Crossing,
    Lost,
}

/// Frames over which names don't go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    pub first: u32,
    pub last: u32,
    pub why: BreakReason,
    /// Places in the list of trails.
    pub trails: Vec<usize>,
}

/// A trail's end that is taken for another's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tie {
    pub from: usize,
    pub to: usize,
    pub sure: bool,
}

/// What is known and what is not of who is who.
#[derive(Clone, Debug, Default)]
pub struct Story {
    pub breaks: Vec<Break>,
    pub ties: Vec<Tie>,
}

/// Looks at all trails of a stretch without a cut.
pub fn story(trails: &[Trail]) -> Story {
    let mut story = Story::default();
    for (at, one) in trails.iter().enumerate() {
        story.breaks.extend(losses(one).filter_map(|(first, last)| lost(trails, at, first, last)));
        for (other, two) in trails.iter().enumerate().skip(at + 1) {
            for (first, last) in meetings(one, two) {
                if !clear(one, two, first, last) {
                    story.breaks.push(Break { first, last, why: BreakReason::Crossing, trails: vec![at, other] });
                }
            }
        }
    }
    story.ties = ties(trails);
    story.breaks.sort_by_key(|gap| (gap.first, gap.last));
    story
}

fn near(one: &Area, two: &Area) -> bool {
    one.shared(two) > NEAR_SHARE * one.size().min(two.size())
}

/// The stretches over which one of two that are near each other hides the other, or is out of sight.
fn meetings(one: &Trail, two: &Trail) -> Vec<(u32, u32)> {
    let mut meetings: Vec<(u32, u32)> = Vec::new();
    for (frame, point) in &one.points {
        let Some(other) = two.points.get(frame) else { continue };
        let open = point.sighting.is_some() && other.sighting.is_some() && point.area.iou(&other.area) < OPEN_IOU;
        if open || !near(&point.area, &other.area) {
            continue;
        }
        match meetings.last_mut() {
            Some((_, last)) if *frame <= *last + MEETING_GAP => *last = *frame,
            _ => meetings.push((*frame, *frame)),
        }
    }
    meetings
}

/// The stretches over which a trail was out of sight.
fn losses(trail: &Trail) -> impl Iterator<Item = (u32, u32)> + '_ {
    let seen: Vec<u32> = trail.points.iter().filter(|(_, point)| point.sighting.is_some()).map(|(frame, _)| *frame).collect();
    let pairs: Vec<(u32, u32)> = seen.windows(2).map(|pair| (pair[0] + 1, pair[1] - 1)).collect();
    pairs.into_iter().filter(|(first, last)| first <= last && last - first + 1 >= LOST_FRAMES)
}

/// Whether somebody out of sight came back as another, with nobody known near.
fn lost(trails: &[Trail], at: usize, first: u32, last: u32) -> Option<Break> {
    let trail = &trails[at];
    let (before, after) = (looks(trail, first.checked_sub(1)?, Side::Before), looks(trail, last + 1, Side::After));
    let alike = match (before, after) {
        (Some(before), Some(after)) => before.distance(&after) <= ALIKE,
        _ => false,
    };
    (!alike).then(|| Break { first, last, why: BreakReason::Lost, trails: vec![at] })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

fn side(trail: &Trail, frame: u32, side: Side) -> impl Iterator<Item = (&u32, &Point)> {
    let range = match side {
        Side::Before => frame.saturating_sub(LOOK_FRAMES)..=frame,
        Side::After => frame..=frame + LOOK_FRAMES,
    };
    trail.points.range(range).filter(|(_, point)| point.sighting.is_some())
}

fn looks(trail: &Trail, frame: u32, which: Side) -> Option<Appearance> {
    Appearance::mean(side(trail, frame, which).filter_map(|(_, point)| point.appearance.as_ref()))
}

/// Pixels a frame, over the frames on one side.
fn velocity(trail: &Trail, frame: u32, which: Side) -> Option<(f32, f32)> {
    let seen: Vec<_> = side(trail, frame, which).collect();
    let ((from, start), (to, end)) = (seen.first()?, seen.last()?);
    let frames = **to as f32 - **from as f32;
    if frames < 3.0 {
        return None;
    }
    let ((x, y), (to_x, to_y)) = (start.area.centre(), end.area.centre());
    Some(((to_x - x) / frames, (to_y - y) / frames))
}

/// Whether two that met are surely still who they were.
fn clear(one: &Trail, two: &Trail, first: u32, last: u32) -> bool {
    let Some(before) = first.checked_sub(1) else { return false };
    let after = last + 1;
    // One that only comes or goes here is compared by `ties`; the other then has nobody to swap with but it.
    let sides = |trail: &Trail| (looks(trail, before, Side::Before), looks(trail, after, Side::After));
    let ((one_before, one_after), (two_before, two_after)) = (sides(one), sides(two));
    match (one_before, one_after, two_before, two_after) {
        (Some(a), Some(b), Some(c), Some(d)) => {
            let unlike = (a.distance(&d) + c.distance(&b)) - (a.distance(&b) + c.distance(&d));
            unlike / 2.0 + 0.5 * otherwise(one, two, before, after) > CLEAR
        }
        // One of them was there before and after, the other on one side only.
        (Some(a), Some(b), Some(c), None) => c.distance(&b) - a.distance(&b) > CLEAR,
        (Some(a), Some(b), None, Some(d)) => a.distance(&d) - a.distance(&b) > CLEAR,
        (Some(a), None, Some(c), Some(d)) => a.distance(&d) - c.distance(&d) > CLEAR,
        (None, Some(b), Some(c), Some(d)) => c.distance(&b) - c.distance(&d) > CLEAR,
        _ => false,
    }
}

/// How much worse the motion of two fits when they have changed places, in body heights over some frames.
fn otherwise(one: &Trail, two: &Trail, before: u32, after: u32) -> f32 {
    let go = |trail| Some((velocity(trail, before, Side::Before)?, velocity(trail, after, Side::After)?));
    let (Some((a, b)), Some((c, d))) = (go(one), go(two)) else { return 0.0 };
    let high = one.points.values().next().map_or(1.0, |point| point.area.height().max(1.0));
    let turn = |from: (f32, f32), to: (f32, f32)| (from.0 - to.0).hypot(from.1 - to.1) / high * 10.0;
    ((turn(a, d) + turn(c, b)) - (turn(a, b) + turn(c, d))).clamp(-1.0, 1.0) / 2.0
}

/// Ends and beginnings that fit together.
fn ties(trails: &[Trail]) -> Vec<Tie> {
    let mut ties: Vec<Tie> = Vec::new();
    for (from, ended) in trails.iter().enumerate() {
        let mut fitting: Vec<(f32, usize)> =
            trails.iter().enumerate().filter(|(to, _)| *to != from).filter_map(|(to, begun)| Some((fit(ended, begun)?, to))).collect();
        fitting.sort_by(|a, b| a.0.total_cmp(&b.0));
        let Some((best, to)) = fitting.first().copied() else { continue };
        let alone = fitting.get(1).is_none_or(|(next, _)| next - best > CLEAR);
        // Others that end here as well may be who begins there.
        let rival = trails
            .iter()
            .enumerate()
            .any(|(other, trail)| other != from && fit(trail, &trails[to]).is_some_and(|other| other - best < CLEAR));
        ties.push(Tie { from, to, sure: alone && !rival && best <= ALIKE });
    }
    ties
}

/// How unlike the end of one is to the beginning of another; None where they are too far apart.
fn fit(ended: &Trail, begun: &Trail) -> Option<f32> {
    let (end, start) = (ended.last(), begun.first());
    if start <= end || start - end > TIE_FRAMES {
        return None;
    }
    let (here, there) = (ended.points.get(&end)?.area, begun.points.get(&start)?.area);
    let (dx, dy) = velocity(ended, end, Side::Before).unwrap_or_default();
    let frames = (start - end) as f32;
    let ((x, y), (to_x, to_y)) = (here.centre(), there.centre());
    let far = (x + dx * frames - to_x).hypot(y + dy * frames - to_y) / here.height().max(1.0);
    if far > TIE_HEIGHTS {
        return None;
    }
    Some(looks(ended, end, Side::Before)?.distance(&looks(begun, start, Side::After)?) + 0.1 * far)
}
