//! A plan for one subject, from everybody that was followed through a clip.
//!
//! The subject is shown as far as their name is sure; where it isn't, a doubt stands, and what comes after
//! is hidden until a person has said who it is. Everybody else, and everything unexplained, is a mask.
//! Refuses to guess. Next: `plan`, the editor, the renderer.

use std::collections::BTreeSet;

use super::{
    Area,
    encounter::BreakReason,
    follow::{Followed, Piece, Stray},
    trail::SURE,
};
use crate::domain::{
    instant::UtcInstant,
    redaction::{
        Author, FrameIndex, FrameSpan, Mode, PixelBox, Plan, PlanParts,
        doubt::{Doubt, DoubtReason},
        plan::{ClipFacts, Margins, NotAPlan, VERSION},
        track::{Keyframe, Presence, Role, Track, TrackId, TrackKind},
    },
};

/// Frames that a mask stays before and after what it was made for.
const HOLD_FRAMES: u32 = 3;
/// Everybody else is grown by this much: at 15 a head came out by a hair (see decision 56).
const OTHERS_PERCENT: u16 = 20;
/// Below this a sighting of nobody known is left out of a default-deny plan.
const GHOST_SCORE: f32 = 0.25;
/// Between two keyframes a straight line may be this far off, in pixels.
const LINE_OFF_PX: f32 = 1.5;
/// Somebody unseen for longer is not shown meanwhile.
const UNSEEN_SHOWN_MAX: u32 = 5;

/// Who the plan is for, and what a person has said so far.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// Pieces that are the subject, as places in [`Followed::pieces`].
    pub pieces: BTreeSet<usize>,
    /// Breaks that a person has settled.
    pub settled: BTreeSet<usize>,
}

/// A plan, and which pieces each open doubt asks about.
pub struct Proposal {
    pub plan: Plan,
    pub questions: Vec<Question>,
}

/// What a reviewer is asked: which of these comes after, or came before.
#[derive(Clone, Debug)]
pub struct Question {
    /// None where a trail ended and another may be the same.
    pub about: Option<usize>,
    pub candidates: Vec<usize>,
}

pub fn propose(clip: ClipFacts, followed: &Followed, mode: Mode, subject: &Subject, at: UtcInstant) -> Result<Proposal, NotAPlan> {
    let subjects = sure_pieces(followed, subject);
    let mut parts = PlanParts {
        version: VERSION,
        clip,
        mode,
        margins: Margins { others_percent: OTHERS_PERCENT, ..Margins::default() },
        tracks: Vec::new(),
        masks: Vec::new(),
        reveals: Vec::new(),
        plate: None,
        doubts: Vec::new(),
    };
    for (number, piece) in followed.pieces.iter().enumerate() {
        let role = if subjects.contains(&number) { Role::Subject } else { Role::Undecided };
        parts.tracks.extend(track(followed, number, piece, role, at));
    }
    lanes(followed, mode, &mut parts.tracks, at);
    let mut questions = Vec::new();
    for hidden in &followed.hidden {
        parts.doubts.extend(doubt(hidden.first, hidden.last, hidden.why, Vec::new()));
    }
    for (about, candidates, first, last, why) in open(followed, &subjects, subject) {
        let tracks = candidates.iter().map(|at| TrackId(*at as u32)).collect();
        if let Some(doubt) = doubt(first, last.min(followed.frames.saturating_sub(1)), why, tracks) {
            parts.doubts.push(doubt);
            questions.push(Question { about, candidates });
        }
    }
    Ok(Proposal { plan: Plan::try_from(parts)?, questions })
}

fn doubt(first: u32, last: u32, why: DoubtReason, tracks: Vec<TrackId>) -> Option<Doubt> {
    let frames = FrameSpan::new(FrameIndex(first), FrameIndex(last)).ok()?;
    Some(Doubt { frames, why, tracks, resolved: None })
}

/// The subject's pieces, and those that surely go on from them.
fn sure_pieces(followed: &Followed, subject: &Subject) -> BTreeSet<usize> {
    let mut sure = subject.pieces.clone();
    let mut waiting: Vec<usize> = sure.iter().copied().collect();
    while let Some(at) = waiting.pop() {
        let Some(piece) = followed.pieces.get(at) else { continue };
        let ties = followed.ties.iter().filter(|tie| tie.sure);
        let next = ties.filter_map(|tie| {
            let forward = tie.from == piece.trail && piece.last == followed.trails[tie.from].last();
            let backward = tie.to == piece.trail && piece.first == followed.trails[tie.to].first();
            let other = |trail: usize, frame: u32| {
                followed.pieces.iter().position(|piece| piece.trail == trail && (piece.first..=piece.last).contains(&frame))
            };
            match (forward, backward) {
                (true, _) => other(tie.to, followed.trails[tie.to].first()),
                (_, true) => other(tie.from, followed.trails[tie.from].last()),
                _ => None,
            }
        });
        for next in next {
            if followed.pieces[next].within.is_none() && sure.insert(next) {
                waiting.push(next);
            }
        }
    }
    sure
}

type Open = (Option<usize>, Vec<usize>, u32, u32, DoubtReason);

/// The questions at the ends of what is sure.
fn open(followed: &Followed, subjects: &BTreeSet<usize>, subject: &Subject) -> Vec<Open> {
    let mut open: Vec<Open> = Vec::new();
    let concerned: BTreeSet<usize> = subjects.iter().filter_map(|at| Some(followed.pieces.get(*at)?.trail)).collect();
    for (number, gap) in followed.breaks.iter().enumerate() {
        let beside = subjects.iter().any(|at| {
            let piece = &followed.pieces[*at];
            gap.trails.contains(&piece.trail) && (piece.last + 1 == gap.first || piece.first == gap.last + 1)
        });
        if !beside || subject.settled.contains(&number) || !gap.trails.iter().any(|trail| concerned.contains(trail)) {
            continue;
        }
        let why = match gap.why {
            BreakReason::Crossing => DoubtReason::Crossing,
            BreakReason::Lost => DoubtReason::Lost,
        };
        let around = |piece: &Piece| gap.trails.contains(&piece.trail) && piece.last + 1 >= gap.first && piece.first <= gap.last + 1;
        let candidates = followed.pieces.iter().enumerate().filter(|(_, piece)| around(piece)).map(|(at, _)| at).collect();
        open.push((Some(number), candidates, gap.first, gap.last, why));
    }
    for tie in followed.ties.iter().filter(|tie| !tie.sure) {
        let (end, start) = (followed.trails[tie.from].last(), followed.trails[tie.to].first());
        let of = |trail: usize, frame: u32| {
            followed.pieces.iter().position(|piece| piece.trail == trail && (piece.first..=piece.last).contains(&frame))
        };
        let (Some(before), Some(after)) = (of(tie.from, end), of(tie.to, start)) else { continue };
        if subjects.contains(&before) != subjects.contains(&after) {
            open.push((None, vec![before, after], end.min(start - 1), start.max(end + 1), DoubtReason::Lost));
        }
    }
    open
}

/// A piece as a track. Others are held a little beyond what was seen of them; the subject is not, and is
/// absent where out of sight for long.
fn track(followed: &Followed, number: usize, piece: &Piece, role: Role, at: UtcInstant) -> Option<Track> {
    let trail = &followed.trails[piece.trail];
    let smooth = |frame: u32| {
        let around: Vec<Area> = trail.points.range(frame.saturating_sub(2)..=frame + 2).map(|(_, point)| point.area).collect();
        let mut mean = Area { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 };
        for area in &around {
            let share = 1.0 / around.len() as f32;
            mean.left += area.left * share;
            mean.top += area.top * share;
            mean.right += area.right * share;
            mean.bottom += area.bottom * share;
        }
        mean
    };
    let mut stretches: Vec<Vec<(u32, Area, f32)>> = vec![Vec::new()];
    for (frame, point) in trail.points.range(piece.first..=piece.last) {
        let far = || {
            let before = trail.points.range(..frame).rev().find(|(_, point)| point.sighting.is_some()).map_or(*frame, |(at, _)| *at);
            let after = trail.points.range(frame..).find(|(_, point)| point.sighting.is_some()).map_or(*frame, |(at, _)| *at);
            after - before > UNSEEN_SHOWN_MAX + 1
        };
        if role == Role::Subject && point.sighting.is_none() && far() {
            stretches.push(Vec::new());
            continue;
        }
        if let Some(stretch) = stretches.last_mut() {
            stretch.push((*frame, smooth(*frame), point.score));
        }
    }
    let held = |frame: u32, edge: u32, other: u32| if role != Role::Subject && frame == edge { other } else { frame };
    let presences = stretches.iter().filter_map(|stretch| {
        let ((first, ..), (last, ..)) = (stretch.first()?, stretch.last()?);
        let first = held(*first, trail.first(), first.saturating_sub(HOLD_FRAMES));
        let last = held(*last, trail.last(), (last + HOLD_FRAMES).min(followed.frames - 1));
        presence(first, last, stretch, at)
    });
    Track::new(TrackId(number as u32), TrackKind::Person, role, presences.collect()).ok()
}

fn presence(first: u32, last: u32, points: &[(u32, Area, f32)], at: UtcInstant) -> Option<Presence> {
    let keyframes = thinned(points).into_iter().filter_map(|(frame, area, score)| {
        let author = Author::Detector { confidence_permille: (score * 1000.0).clamp(0.0, 1000.0) as u16 };
        Some(Keyframe { frame: FrameIndex(frame), area: pixel_box(&area)?, author, drawn_at: at })
    });
    Presence::new(FrameSpan::new(FrameIndex(first), FrameIndex(last)).ok()?, keyframes.collect()).ok()
}

fn pixel_box(area: &Area) -> Option<PixelBox> {
    let (left, top) = (area.left.floor(), area.top.floor());
    let (wide, high) = ((area.right.ceil() - left).max(1.0), (area.bottom.ceil() - top).max(1.0));
    PixelBox::new(left as i32, top as i32, wide as u32, high as u32).ok()
}

/// The points without those that lie on the straight line between their neighbours.
fn thinned(points: &[(u32, Area, f32)]) -> Vec<(u32, Area, f32)> {
    let mut kept: Vec<(u32, Area, f32)> = Vec::new();
    let mut from = 0;
    for (at, point) in points.iter().enumerate() {
        let Some(last) = kept.last() else {
            kept.push(*point);
            continue;
        };
        let straight = points[from + 1..at].iter().all(|between| {
            let line = last.1.towards(&point.1, (between.0 - last.0) as f32 / (point.0 - last.0) as f32);
            let off = |a: f32, b: f32| (a - b).abs() <= LINE_OFF_PX;
            let b = &between.1;
            off(line.left, b.left) && off(line.top, b.top) && off(line.right, b.right) && off(line.bottom, b.bottom)
        });
        if !straight {
            kept.push(points[at - 1]);
            from = at - 1;
        }
    }
    if let Some(last) = points.last().filter(|last| kept.last().is_some_and(|kept| kept.0 < last.0)) {
        kept.push(*last);
    }
    kept
}

/// Everything that belongs to no trail, held, packed into as few tracks as may be.
fn lanes(followed: &Followed, mode: Mode, tracks: &mut Vec<Track>, at: UtcInstant) {
    // Where all is hidden but the subject, a faint ghost would only hide the subject.
    let least = match mode {
        Mode::DefaultDeny => GHOST_SCORE,
        Mode::MaskOthers => 0.0,
    };
    for (kind, moving) in [(TrackKind::Person, false), (TrackKind::Motion, true)] {
        let mut lanes: Vec<Vec<Presence>> = Vec::new();
        for Stray { frame, area, score, .. } in
            followed.strays.iter().filter(|stray| stray.moving == moving && (moving || stray.score >= least))
        {
            let hold = if *score >= SURE || mode == Mode::MaskOthers { HOLD_FRAMES } else { 1 };
            let (first, last) = (frame.saturating_sub(hold), (frame + hold).min(followed.frames - 1));
            let Some(presence) = presence(first, last, &[(*frame, *area, *score)], at) else { continue };
            let free = lanes.iter_mut().find(|lane| lane.last().is_none_or(|before| before.frames().last().0 < first));
            match free {
                Some(lane) => lane.push(presence),
                None => lanes.push(vec![presence]),
            }
        }
        for lane in lanes {
            let id = tracks.iter().map(|track| track.id().0 + 1).max().unwrap_or(0).max(followed.pieces.len() as u32);
            tracks.extend(Track::new(TrackId(id), kind, Role::ThirdParty, lane));
        }
    }
}
