//! Each annotated person in turn as the subject: proposals as they come, and with a reviewer who answers
//! the doubts from the truth.
//!
//! The reviewer clicks once, where the person stands most alone; each answer to a doubt counts as a
//! keyframe. Refuses to count the click. Next: `jobs::redaction_report`.

use std::collections::BTreeMap;

use super::{
    Truth,
    exposure::{Exposure, HEAD_LEAK_MAX, exposure, head, shown_px},
    truth::Window,
};
use crate::domain::{
    instant::UtcInstant,
    redaction::{
        FrameIndex, Mode, Plan,
        plan::{ClipFacts, NotAPlan},
        region::revealed,
        tracking::{
            Area, Observation,
            follow::Followed,
            proposal::{Proposal, Subject, propose},
        },
    },
};

/// A piece is a person when it fits their boxes this well (intersection over union), on average.
const SAME_IOU: f32 = 0.4;
/// Answers that a reviewer gives at most for one subject.
const ANSWERS_MAX: u32 = 20;

/// One person in one window as the subject.
#[derive(Clone, Debug)]
pub struct Trial {
    pub window: Window,
    pub subject: u32,
    pub untouched: Vec<Exposure>,
    pub reviewed: Vec<Exposure>,
    pub keyframes: u32,
}

/// What mask-others leaves open without a human.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leak {
    pub heads: u32,
    pub heads_leaked: u32,
    /// The mean share of the picture that is masked.
    pub masked_share: f32,
}

/// The click: the frame in which the person is most alone, the nearest to the middle of those.
pub fn click(truth: &Truth, path: &BTreeMap<u32, Area>, id: u32) -> Option<(u32, f32, f32)> {
    let middle = path.keys().nth(path.len() / 2)?;
    let crowd = |frame: &u32, area: &Area| -> f32 {
        let others = truth.frames[frame].iter().filter(|(other, _)| **other != id);
        others.map(|(_, other)| other.grown(0.3, 0.1).shared(area) / area.size().max(1.0)).sum()
    };
    let best = path.iter().min_by(|(a, one), (b, two)| {
        let key = |frame: &u32, area: &Area| (crowd(frame, area), frame.abs_diff(*middle));
        let ((a_crowd, a_far), (b_crowd, b_far)) = (key(a, one), key(b, two));
        a_crowd.total_cmp(&b_crowd).then(a_far.cmp(&b_far))
    })?;
    let (x, y) = best.1.centre();
    Some((*best.0, x, y))
}

pub fn trials(clip: &ClipFacts, followed: &Followed, truth: &Truth, at: UtcInstant) -> Result<Vec<Trial>, NotAPlan> {
    let mut trials = Vec::new();
    for window in truth.windows() {
        for subject in truth.people(window) {
            let path = truth.path(window, subject);
            let Some((frame, x, y)) = click(truth, &path, subject) else { continue };
            let mut chosen = Subject::default();
            chosen.pieces.extend(followed.piece_at(frame, x, y));
            let proposal = propose(clip.clone(), followed, Mode::DefaultDeny, &chosen, at)?;
            let exposed = |plan: &Plan| path.keys().filter_map(|frame| exposure(plan, truth, *frame, subject)).collect();
            let untouched = exposed(&proposal.plan);
            let (reviewed, keyframes) = review(clip, followed, &path, chosen, proposal, at)?;
            trials.push(Trial { window, subject, untouched, reviewed: exposed(&reviewed), keyframes });
        }
    }
    Ok(trials)
}

/// Whether a piece is the person; None where the truth doesn't say.
fn is_them(followed: &Followed, piece: usize, path: &BTreeMap<u32, Area>) -> Option<bool> {
    let piece = followed.pieces.get(piece)?;
    let points = followed.trails[piece.trail].points.range(piece.first..=piece.last);
    let fits: Vec<f32> = points.filter_map(|(frame, point)| Some(point.area.iou(path.get(frame)?))).collect();
    (!fits.is_empty()).then(|| fits.iter().sum::<f32>() / fits.len() as f32 >= SAME_IOU)
}

/// Answers doubts that lie within the truth, one after the other.
fn review(
    clip: &ClipFacts,
    followed: &Followed,
    path: &BTreeMap<u32, Area>,
    mut chosen: Subject,
    mut proposal: Proposal,
    at: UtcInstant,
) -> Result<(Plan, u32), NotAPlan> {
    let mut keyframes = 0;
    let mut passed = Vec::new();
    while keyframes < ANSWERS_MAX {
        let next = proposal.questions.iter().find(|question| {
            let asked = (question.about, question.candidates.clone());
            !passed.contains(&asked) && question.candidates.iter().any(|piece| is_them(followed, *piece, path).is_some())
        });
        let Some(question) = next.cloned() else { break };
        passed.push((question.about, question.candidates.clone()));
        // Nobody can draw what is hidden behind somebody: the meeting itself stays as it is.
        let apart = question.candidates.iter().filter(|piece| followed.pieces[**piece].within.is_none());
        chosen.pieces.extend(apart.filter(|piece| is_them(followed, **piece, path) == Some(true)));
        chosen.settled.extend(question.about);
        keyframes += 1;
        proposal = propose(clip.clone(), followed, Mode::DefaultDeny, &chosen, at)?;
    }
    Ok((proposal.plan, keyframes))
}

/// How many heads stay open where `plan` shows all but its masks; its doubts, which hide whole frames, are
/// left out of it.
pub fn leak(plan: &Plan, truth: &Truth) -> Result<Leak, NotAPlan> {
    let mut parts = plan.parts().clone();
    parts.doubts.clear();
    let plan = Plan::try_from(parts)?;
    let mut leak = Leak::default();
    for (frame, people) in &truth.frames {
        let reveal = revealed(&plan, FrameIndex(*frame));
        let all = f32::from(u16::try_from(reveal.width_px()).unwrap_or(u16::MAX)) * reveal.height_px() as f32;
        leak.masked_share += 1.0 - reveal.shown_px() as f32 / all;
        for person in people.values() {
            let (head_px, shown) = shown_px(&reveal, &head(person), |_, _| true);
            leak.heads += u32::from(head_px > 0.0);
            leak.heads_leaked += u32::from(head_px > 0.0 && shown / head_px > HEAD_LEAK_MAX);
        }
    }
    leak.masked_share /= truth.frames.len().max(1) as f32;
    Ok(leak)
}

/// The score from which a detector alone is believed, in the figure beside ours.
const ALONE_SCORE: f32 = 0.3;
/// Every so many pixels each way the masked share is looked at.
const GRID_PX: u32 = 4;

/// The same for a detector's boxes as they are, without motion, tracking or hold.
pub fn leak_of_detector_alone(clip: &ClipFacts, observations: &[Observation], truth: &Truth) -> Leak {
    let mut leak = Leak::default();
    for (frame, people) in &truth.frames {
        let Some(seen) = observations.get(*frame as usize) else { continue };
        let sure = seen.sightings.iter().map(|sighting| sighting.detection).filter(|detection| detection.score >= ALONE_SCORE);
        let boxes: Vec<Area> = sure.map(|detection| detection.area).collect();
        let holds = |x: f32, y: f32| boxes.iter().any(|area| area.left <= x && x < area.right && area.top <= y && y < area.bottom);
        let columns = clip.width_px.div_ceil(GRID_PX);
        let points = (0..columns * clip.height_px.div_ceil(GRID_PX)).map(|at| (at % columns * GRID_PX, at / columns * GRID_PX));
        let (mut all, mut masked) = (0.0, 0.0);
        for (x, y) in points {
            all += 1.0;
            masked += f32::from(u8::from(holds(x as f32, y as f32)));
        }
        leak.masked_share += masked / all;
        for person in people.values() {
            let (all, shown) = open_px(clip, &head(person), &holds);
            leak.heads += u32::from(all > 0.0);
            leak.heads_leaked += u32::from(all > 0.0 && shown / all > HEAD_LEAK_MAX);
        }
    }
    leak.masked_share /= truth.frames.len().max(1) as f32;
    leak
}

/// Pixels of `area` within the picture, and how many `hidden` doesn't hold.
fn open_px(clip: &ClipFacts, area: &Area, hidden: &dyn Fn(f32, f32) -> bool) -> (f32, f32) {
    let clip_to = |at: f32, edge: u32| at.round().clamp(0.0, edge as f32) as u32;
    let (mut all, mut open) = (0.0, 0.0);
    for y in clip_to(area.top, clip.height_px)..clip_to(area.bottom, clip.height_px) {
        for x in clip_to(area.left, clip.width_px)..clip_to(area.right, clip.width_px) {
            all += 1.0;
            open += f32::from(u8::from(!hidden(x as f32, y as f32)));
        }
    }
    (all, open)
}
