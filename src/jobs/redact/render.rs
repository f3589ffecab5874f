//! Films under way: rendered and checked by workers, then sealed; how far each has come.
//!
//! ```text
//! leaf of the intent ─► worker renders ─► worker checks ─► sealed ─► row + leaf of the outcome
//! ```
//!
//! One film of a redaction at a time. A worker that dies takes its film with it and the redaction says so;
//! recording goes on. Giving up ends the workers. Forgotten at restart, and begun again by whoever wants it.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    clip, entry, film_name, locker, not_sealed, plate_name,
    underway::{Making, Stage, Ticket, Underway},
};
use crate::{
    adapters::{
        clock,
        index::{
            audit,
            redaction::{self, RedactionRow},
        },
        picture,
        video::{
            MediaWorkers, VideoError,
            redaction::{self as worker, CheckedFilm, ClipPiece, Painting, RedactError, RedactFailure, StillForm, StillView, StillsCall},
        },
    },
    domain::{
        actor::Actor,
        audit::{Action, Outcome},
        redaction::{
            FrameIndex, Plan,
            reviewed::{Rendered, Sum},
        },
    },
    jobs::house::House,
    problem::{Kind, Problem},
};

/// Begins to make the film of a redaction as it stands.
pub fn begin(house: &Arc<House>, media: &MediaWorkers, actor: &Actor, row: RedactionRow, seen: u32) -> Result<(), Problem> {
    if seen != row.revision {
        return Err(super::changed_since());
    }
    let plan = Sum::of(row.record.plan.to_json().as_bytes());
    let leaf = entry(actor.clone(), Action::RedactionRender, row.id, Outcome::Intent, json!({"plan": plan, "revision": seen}));
    let underway = Arc::clone(&house.redacting);
    let ticket = super::enter(house, row.id, Stage::Rendering, &leaf)?;
    let (house, media, actor) = (Arc::clone(house), media.clone(), actor.clone());
    let task = tokio::spawn(async move {
        let outcome = make(&house, &media, &row, ticket, &Arc::downgrade(&house.redacting)).await;
        let ended = tokio::task::spawn_blocking(move || conclude(&house, actor, &row, ticket, plan, outcome)).await;
        if let Err(error) = ended {
            tracing::error!(%error, "a film's end could not be written down");
        }
    });
    underway.is_done_by(ticket, task.abort_handle());
    Ok(())
}

async fn make(
    house: &Arc<House>,
    media: &MediaWorkers,
    row: &RedactionRow,
    ticket: Ticket,
    underway: &Weak<Underway>,
) -> Result<CheckedFilm, Problem> {
    let plate = plate(house, row)?;
    let clip = clip::whole(house, row)?;
    let underway = underway.clone();
    let progress = move |stage, frames| {
        let stage = match stage {
            worker::Stage::Rendering => Stage::Rendering,
            worker::Stage::Checking => Stage::Checking,
        };
        if let Some(underway) = underway.upgrade() {
            underway.note(ticket, Making::Underway { stage, frames });
        }
    };
    media.render(&row.record.plan, plate, clip, progress).await.map_err(told)
}

/// The pixels of the approved plate.
fn plate(house: &House, row: &RedactionRow) -> Result<Option<Bytes>, Problem> {
    if row.record.plan.approved_plate().is_none() {
        return Ok(None);
    }
    let plate = locker(house)?.get(plate_name(row.id)).map_err(not_sealed)?;
    Ok(plate.map(|plate| Bytes::copy_from_slice(&plate)))
}

/// The plate that a plan names, approved or not, as JPEG for whoever is to approve it.
pub fn plate_shown(house: &House, row: &RedactionRow) -> Result<Vec<u8>, Problem> {
    let (clip, named) = (row.record.plan.clip(), row.record.plan.parts().plate.as_ref());
    let rgb = locker(house)?.get(plate_name(row.id)).map_err(not_sealed)?;
    let rgb = rgb.filter(|rgb| named.is_some_and(|named| named.sha256 == Sum::of(rgb).to_hex())).ok_or_else(|| {
        let next = "Have people looked for: that makes one, where the scene stays the same.";
        Problem::new(Kind::NotFound, "no_plate", "There is no picture of the empty scene.", next)
    })?;
    picture::jpeg(clip.width_px, clip.height_px, &rgb).map_err(not_sealed)
}

/// Keeps a picture of the empty scene for a redaction, as RGB row by row: shown only once a person has
/// approved its checksum in the plan.
pub fn keep_plate(house: &House, id: Uuid, rgb: &[u8]) -> Result<Sum, Problem> {
    locker(house)?.put(plate_name(id), rgb).map_err(not_sealed)?;
    Ok(Sum::of(rgb))
}

/// Seals the film, or says why there is none.
fn conclude(house: &House, actor: Actor, row: &RedactionRow, ticket: Ticket, plan: Sum, outcome: Result<CheckedFilm, Problem>) {
    if !house.redacting.may_seal(ticket) {
        return;
    }
    let sealed = outcome.and_then(|film| seal(house, actor.clone(), row, plan, &film));
    match sealed {
        Ok(()) => house.redacting.forget(ticket),
        Err(problem) => {
            tracing::warn!(redaction = %row.id, ?problem, "a film could not be made");
            let leaf = entry(actor, Action::RedactionRender, row.id, Outcome::Failed, json!({"plan": plan, "why": problem.code}));
            if let Err(error) = house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &leaf)) {
                tracing::error!(%error, "a failed film could not be logged");
            }
            house.redacting.note(ticket, Making::Failed { sentence: problem.sentence, next_step: problem.next_step });
        }
    }
}

fn seal(house: &House, actor: Actor, row: &RedactionRow, plan: Sum, film: &CheckedFilm) -> Result<(), Problem> {
    let at = clock::now();
    let rendered =
        Rendered { plan, film: Sum::of(film.bytes()), film_bytes: film.bytes().len() as u64, at: at.utc, undecoded: film.undecoded() };
    locker(house)?.put(film_name(row.id), film.bytes()).map_err(not_sealed)?;
    let details = json!({"plan": plan, "film": rendered.film, "bytes": rendered.film_bytes, "undecoded": rendered.undecoded});
    let leaf = entry(actor, Action::RedactionRender, row.id, Outcome::Done, details);
    house.catalogue.write(|transaction| {
        redaction::set_rendered(transaction, row.id, &rendered)?;
        audit::append(transaction, &at, &leaf)
    })?;
    Ok(())
}

/// Which frames, and how they are wanted.
#[derive(Clone, Debug)]
pub struct StillsAsked {
    pub frames: Vec<FrameIndex>,
    pub view: StillView,
    pub form: StillForm,
    /// At most this high, pixels; 0 for as high as it is.
    pub height_px: u32,
}

/// Frames as pictures, decoded in a worker from `pieces`; those that can't be decoded are left out.
pub async fn stills(
    house: &Arc<House>,
    media: &MediaWorkers,
    row: &RedactionRow,
    pieces: mpsc::Receiver<ClipPiece>,
    asked: StillsAsked,
) -> Result<Vec<(u32, Bytes)>, Problem> {
    let StillsAsked { frames, view, form, height_px } = asked;
    let (plan, plate) = match view {
        // The plan only tells frames from each other: nothing is painted.
        StillView::Source => (Plan::empty(row.record.plan.clip().clone(), row.record.plan.mode()).map_err(super::not_a_plan)?, None),
        StillView::Redacted => (row.record.plan.clone(), plate(house, row)?),
    };
    let painting = Painting { plan: plan.to_json(), plate };
    let frames = frames.into_iter().map(|frame| frame.0).collect();
    media.stills(StillsCall { painting, frames, view, form, height_px }, pieces).await.map_err(told)
}

/// Told of a frame that has no picture.
pub fn undecoded() -> Problem {
    let next = "It is hidden whole in the film. Look at the frames beside it.";
    Problem::new(Kind::Finding, "frame_undecoded", "This frame could not be decoded.", next)
}

/// What became of a film, as a person is told.
pub fn told(error: RedactError) -> Problem {
    let (kind, code, sentence, next) = match &error {
        RedactError::Worker(VideoError::Busy) => {
            (Kind::Unavailable, "workers_busy", "Other films are being made.".to_owned(), "Try again in a minute.")
        }
        RedactError::Worker(VideoError::TimedOut) => (
            Kind::Finding,
            "clip_hangs",
            "The clip could not be decoded: the worker hung on it and was ended.".to_owned(),
            "Choose a shorter stretch, or leave out where it hangs. Recording was not touched.",
        ),
        RedactError::Worker(_) | RedactError::Ended(_) => (
            Kind::Finding,
            "clip_breaks",
            "The clip could not be decoded: the worker ended on it.".to_owned(),
            "Choose a shorter stretch, or leave out where it breaks. Recording was not touched.",
        ),
        RedactError::Refused(RedactFailure::Leak { frame, .. }) => (
            Kind::Finding,
            "film_leaks",
            format!("Frame {frame} of the film shows something that the plan hides, so the film was thrown away."),
            "Render it again; if it stays so, hide more around that frame.",
        ),
        RedactError::Refused(RedactFailure::NothingDecoded) => (
            Kind::Finding,
            "nothing_decoded",
            "Not one picture of the clip could be decoded.".to_owned(),
            "Check the camera's footage for that time.",
        ),
        RedactError::OtherSource | RedactError::Refused(RedactFailure::OtherClip) => (
            Kind::Conflict,
            "other_clip",
            "The footage is not the one that the plan was made for.".to_owned(),
            "Some of it may have expired or been restricted since: begin the redaction anew.",
        ),
        RedactError::FilmTooLarge => {
            (Kind::Finding, "film_large", "The film would be larger than 1 GiB.".to_owned(), "Redact it in parts.")
        }
        RedactError::Refused(_) | RedactError::NotAFilm | RedactError::NotBare(_) => {
            (Kind::Fault, "film_not_made", "The film could not be made.".to_owned(), "Render it again. If it stays so, the log says why.")
        }
    };
    Problem::new(kind, code, sentence, next).because(error)
}
