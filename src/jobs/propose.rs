//! Proposals for a clip's redaction: everybody found and followed, and a plan for whoever was clicked on.
//!
//! Without the detector's model the plan is empty and in doubt from end to end: everything is hidden and a
//! reviewer draws by hand. Refuses to propose anything out of a damaged model. Next: the editor.

use std::path::Path;

use crate::{
    adapters::{
        clock,
        vision::{
            analysis::{self, Seen},
            clip::{ClipError, ClipReader},
            detector::Detector,
            models::{ModelError, PERSON},
        },
    },
    domain::redaction::{
        FrameIndex, FrameSpan, Mode, Plan,
        doubt::{Doubt, DoubtReason},
        plan::{ClipFacts, NotAPlan},
        tracking::{
            follow::{Followed, follow},
            proposal::{Subject, propose},
        },
    },
    problem::{Kind, Problem},
};

/// Where somebody was clicked on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Click {
    /// From 0.
    pub frame: u32,
    pub x_px: f32,
    pub y_px: f32,
}

/// A clip looked through.
pub struct Looked {
    pub clip: ClipFacts,
    pub seen: Seen,
    /// Why there is no detector, in one sentence.
    pub without_detector: Option<String>,
}

/// A plan, and what has to be said about it.
pub struct Proposed {
    pub plan: Plan,
    pub notice: Option<String>,
}

/// Looks through a clip, with the detector if its model is in `models`.
pub fn look(clip: &Path, models: Option<&Path>, told: &mut dyn FnMut(usize)) -> Result<Looked, Problem> {
    let open = || ClipReader::open(clip);
    let first = open().and_then(|mut reader| reader.next_frame()).map_err(unreadable)?.ok_or_else(|| unreadable(ClipError::Empty))?;
    let (detector, without_detector) = match detector(models, first.width_px, first.height_px) {
        Ok(detector) => (Some(detector), None),
        Err(error) => (None, Some(sentence(&error))),
    };
    let seen = analysis::analyse(&open, detector.as_ref(), told).map_err(unreadable)?;
    let clip = ClipFacts { width_px: seen.width_px, height_px: seen.height_px, frame_ticks: seen.frame_ticks.clone(), source_sha256: None };
    Ok(Looked { clip, seen, without_detector })
}

fn detector(models: Option<&Path>, width_px: usize, height_px: usize) -> Result<Detector, ModelError> {
    let folder = models.ok_or_else(|| ModelError::Absent(PERSON.file.into()))?;
    Detector::of_clip(&PERSON.load(folder)?, width_px, height_px).map_err(|error| ModelError::Unusable(error.into()))
}

fn sentence(error: &ModelError) -> String {
    format!("Nobody was looked for, because {error}. Everything is hidden until a reviewer draws; \u{201c}make models\u{201d} installs it.")
}

/// A plan for whoever was clicked on.
pub fn plan(looked: &Looked, mode: Mode, click: Option<Click>) -> Result<Proposed, Problem> {
    if looked.without_detector.is_some() {
        let plan = unlooked(looked.clip.clone(), mode).map_err(|error| unplannable(&error))?;
        return Ok(Proposed { plan, notice: looked.without_detector.clone() });
    }
    let followed = follow(&looked.seen.observations);
    plan_of(looked.clip.clone(), &followed, mode, click.as_slice())
}

/// A plan for whoever was clicked on, of everybody who was followed; several clicks are one person.
pub fn plan_of(clip: ClipFacts, followed: &Followed, mode: Mode, clicks: &[Click]) -> Result<Proposed, Problem> {
    let (subject, notice) = chosen(followed, clicks);
    let proposal = propose(clip, followed, mode, &subject, clock::now().utc).map_err(|error| unplannable(&error))?;
    Ok(Proposed { plan: proposal.plan, notice })
}

fn chosen(followed: &Followed, clicks: &[Click]) -> (Subject, Option<String>) {
    let mut subject = Subject::default();
    let mut notice = None;
    for Click { frame, x_px, y_px } in clicks {
        match followed.piece_at(*frame, *x_px, *y_px) {
            Some(piece) => {
                subject.pieces.insert(piece);
            }
            None => notice = Some(format!("Nobody was found at {x_px}, {y_px} in frame {frame}; draw them by hand.")),
        }
    }
    (subject, notice)
}

/// Nothing shown, the whole clip in doubt.
fn unlooked(clip: ClipFacts, mode: Mode) -> Result<Plan, NotAPlan> {
    let last = u32::try_from(clip.frame_ticks.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let mut parts = Plan::empty(clip, mode)?.parts().clone();
    let frames = FrameSpan::new(FrameIndex(0), FrameIndex(last));
    parts.doubts.extend(frames.ok().map(|frames| Doubt { frames, why: DoubtReason::NotAnalysed, tracks: Vec::new(), resolved: None }));
    Plan::try_from(parts)
}

fn unreadable(error: ClipError) -> Problem {
    Problem::new(
        Kind::BadInput,
        "clip_unreadable",
        format!("The clip can't be used: {error}."),
        "Name a film that plays from start to end, or a folder of JPEG or PNG stills of one size.",
    )
    .because(error)
}

fn unplannable(error: &NotAPlan) -> Problem {
    Problem::new(Kind::BadInput, "clip_unplannable", format!("No plan can be made for this clip: {error}."), "Cut the clip shorter.")
}
