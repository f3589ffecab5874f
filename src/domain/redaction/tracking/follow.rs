//! Everybody through a whole clip: trails of each stretch without a cut, where they met, cut into pieces
//! within which a name can be trusted, and what is to be hidden beside them.
//!
//! Next: `proposal` makes a plan of it for one subject.

use super::{
    Area, MOTION_CELL_PX, Observation, Scene,
    encounter::{self, Break, Story, Tie},
    trail::{FAINT, Point, SURE, Tracker, Trail},
};
use crate::domain::redaction::doubt::DoubtReason;

/// Frames hidden before and after what makes a picture doubtful as a whole.
const SCENE_MARGIN: u32 = 1;
/// From here on something faint is believed: which share of it isn't background.
const MOVING_MIN: f32 = 0.2;
/// A sighting of nobody known is believed unless this share of it lies on somebody known.
const COVERED_SHARE: f32 = 0.7;
/// A faint sighting that holds this much of somebody known is a loose box around them.
const LOOSE_SHARE: f32 = 0.7;
/// Cells of a moving thing that nobody explains.
const THING_CELLS_MIN: usize = 3;
/// How far beyond a trail's area its own shadow and limbs go, as a share.
const OWN_REACH: f32 = 0.12;

/// Frames of one trail within which its name can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub trail: usize,
    pub first: u32,
    pub last: u32,
    /// The meeting that this piece lies in.
    pub within: Option<usize>,
}

/// Frames that are hidden whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    pub first: u32,
    pub last: u32,
    pub why: DoubtReason,
}

/// Something seen that belongs to no trail.
#[derive(Clone, Copy, Debug)]
pub struct Stray {
    pub frame: u32,
    pub area: Area,
    pub score: f32,
    pub moving: bool,
}

#[derive(Debug, Default)]
pub struct Followed {
    pub frames: u32,
    pub trails: Vec<Trail>,
    pub breaks: Vec<Break>,
    pub ties: Vec<Tie>,
    pub pieces: Vec<Piece>,
    pub hidden: Vec<Hidden>,
    pub strays: Vec<Stray>,
}

pub fn follow(observations: &[Observation]) -> Followed {
    let mut followed = Followed { frames: observations.len() as u32, ..Followed::default() };
    let mut tracker = Tracker::default();
    for (frame, seen) in observations.iter().enumerate() {
        if matches!(seen.scene, Scene::Cut | Scene::Moved) {
            followed.end_stretch(std::mem::take(&mut tracker));
        }
        tracker.frame(frame as u32, &seen.sightings);
        if let Some(why) = whole_frame(seen.scene) {
            followed.hide(frame as u32, why);
        }
    }
    followed.end_stretch(tracker);
    followed.cut_into_pieces();
    followed.strays = strays(&followed.trails, observations);
    followed
}

const fn whole_frame(scene: Scene) -> Option<DoubtReason> {
    match scene {
        Scene::Steady => None,
        Scene::Cut => Some(DoubtReason::Cut),
        Scene::Light => Some(DoubtReason::Light),
        Scene::Moved => Some(DoubtReason::CameraMoved),
        Scene::NotAnalysed => Some(DoubtReason::NotAnalysed),
    }
}

impl Followed {
    fn end_stretch(&mut self, tracker: Tracker) {
        let trails = tracker.finish();
        let Story { breaks, ties } = encounter::story(&trails);
        let offset = self.trails.len();
        self.breaks.extend(breaks.into_iter().map(|gap| Break { trails: gap.trails.iter().map(|at| at + offset).collect(), ..gap }));
        self.ties.extend(ties.into_iter().map(|tie| Tie { from: tie.from + offset, to: tie.to + offset, ..tie }));
        self.trails.extend(trails);
    }

    fn hide(&mut self, frame: u32, why: DoubtReason) {
        let (first, last) = (frame.saturating_sub(SCENE_MARGIN), (frame + SCENE_MARGIN).min(self.frames - 1));
        match self.hidden.last_mut().filter(|hidden| hidden.why == why && hidden.last + 1 >= first) {
            Some(hidden) => hidden.last = last,
            None => self.hidden.push(Hidden { first, last, why }),
        }
    }

    fn cut_into_pieces(&mut self) {
        for (trail, points) in self.trails.iter().enumerate() {
            let (mut from, end) = (points.first(), points.last());
            let breaks = self.breaks.iter().enumerate().filter(|(_, gap)| gap.trails.contains(&trail));
            for (number, gap) in breaks {
                if gap.last < from {
                    continue;
                }
                let first = gap.first.max(from);
                if first > from {
                    self.pieces.push(Piece { trail, first: from, last: first - 1, within: None });
                }
                self.pieces.push(Piece { trail, first, last: gap.last.min(end), within: Some(number) });
                from = gap.last.min(end) + 1;
            }
            if from <= end {
                self.pieces.push(Piece { trail, first: from, last: end, within: None });
            }
        }
    }

    /// The piece of whoever is at this place: the nearest middle of those that hold it.
    pub fn piece_at(&self, frame: u32, x: f32, y: f32) -> Option<usize> {
        let there = self.pieces.iter().enumerate().filter(|(_, piece)| (piece.first..=piece.last).contains(&frame));
        let far = there.filter_map(|(at, piece)| {
            let area = self.trails[piece.trail].points.get(&frame)?.area;
            let (to_x, to_y) = area.centre();
            let holds = area.left <= x && x <= area.right && area.top <= y && y <= area.bottom;
            holds.then(|| (at, (x - to_x).hypot(y - to_y)))
        });
        far.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
    }
}

/// Sightings and moving things that no trail explains.
fn strays(trails: &[Trail], observations: &[Observation]) -> Vec<Stray> {
    let mut strays = Vec::new();
    for (frame, seen) in observations.iter().enumerate() {
        let frame = frame as u32;
        let points: Vec<_> = trails.iter().filter_map(|trail| trail.points.get(&frame)).collect();
        let mut explained: Vec<Area> = points.iter().map(|point| point.area).collect();
        for (number, sighting) in seen.sightings.iter().enumerate() {
            let (area, score) = (sighting.detection.area, sighting.detection.score);
            let tied = points.iter().any(|point| point.sighting == Some(number));
            let twice = points.iter().any(|point| {
                let own = point.area.grown(OWN_REACH, OWN_REACH);
                let loose = score < SURE && area.shared(&point.area) > LOOSE_SHARE * point.area.size();
                point.area.iou(&area) > 0.45 || own.shared(&area) > 0.8 * area.size() || loose
            });
            // What is faint and keeps still is furniture; whoever keeps still is seen better than faintly.
            let believable = score >= SURE || score >= FAINT && sighting.moving >= MOVING_MIN;
            if believable && !tied && !twice && covered(&area, &points) < COVERED_SHARE {
                explained.push(area);
                strays.push(Stray { frame, area, score, moving: false });
            }
        }
        strays.extend(things(seen, &explained).into_iter().map(|area| Stray { frame, area, score: 0.0, moving: true }));
    }
    strays
}

/// The share of `area` that lies on somebody known, by a grid of points.
fn covered(area: &Area, points: &[&Point]) -> f32 {
    let steps = (0..36_u8).map(|at| (f32::from(at % 6) + 0.5, f32::from(at / 6) + 0.5));
    let on = steps.filter(|(across, down)| {
        let (x, y) = (area.left + area.width() * across / 6.0, area.top + area.height() * down / 6.0);
        points.iter().any(|point| {
            let own = point.area.grown(OWN_REACH, OWN_REACH);
            own.left <= x && x <= own.right && own.top <= y && y <= own.bottom
        })
    });
    on.count() as f32 / 36.0
}

/// Heaps of moving cells that reach beyond everybody known.
fn things(seen: &Observation, explained: &[Area]) -> Vec<Area> {
    let half = MOTION_CELL_PX as f32 / 2.0;
    let within = |area: &Area, cell: &Area| {
        let (x, y) = (cell.left + half, cell.top + half);
        area.left <= x && x <= area.right && area.top <= y && y <= area.bottom
    };
    let reach: Vec<Area> = explained.iter().map(|area| area.grown(OWN_REACH, OWN_REACH)).collect();
    let mut cells: Vec<Area> = seen.motion.areas().filter(|cell| !explained.iter().any(|area| within(area, cell))).collect();
    let mut things = Vec::new();
    while let Some(start) = cells.pop() {
        let mut heap = vec![start];
        let mut at = 0;
        while let Some(here) = heap.get(at).copied() {
            at += 1;
            let beside = |cell: &Area| (cell.left - here.left).abs() < half * 3.0 && (cell.top - here.top).abs() < half * 3.0;
            let (joined, rest): (Vec<_>, Vec<_>) = cells.into_iter().partition(beside);
            cells = rest;
            heap.extend(joined);
        }
        let beyond: Vec<Area> = heap.into_iter().filter(|cell| !reach.iter().any(|area| within(area, cell))).collect();
        if beyond.len() >= THING_CELLS_MIN {
            things.extend(beyond.into_iter().reduce(|all, cell| all.around(&cell)));
        }
    }
    things
}
