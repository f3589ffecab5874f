//! People found in a redaction's clip by a worker, and plans made of that.
//!
//! What was seen is kept in memory alone, for the last few clips, and forgotten at restart: looks that tell two
//! passers-by apart are nothing to store. Without the detector's model it says so; hiding doesn't depend on it.
//! Next: whoever draws goes on from the plan.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    changed_since, clip, entry, put, render,
    underway::{Making, Stage, Ticket},
};
use crate::{
    adapters::{
        clock,
        index::{audit, redaction::RedactionRow},
        video::{
            MediaWorkers,
            redaction::{ClipPiece, LookedThrough, PIECES_AHEAD},
        },
        vision::models::PERSON,
    },
    domain::{
        actor::Actor,
        audit::{Action, Outcome},
        redaction::{
            Plan, edit,
            mask::BackgroundPlate,
            reviewed::Sum,
            tracking::follow::{Followed, follow},
        },
        retention::consent::Person,
    },
    jobs::{
        house::House,
        propose::{self, Click, Proposed},
        retain,
    },
    problem::{Kind, Problem},
};

/// The longest clip that is looked through, frames: what is seen of it is in memory meanwhile.
const FRAMES_MAX: u32 = 15_000;

/// What proposals are asked for.
pub struct Asked {
    /// The revision that was seen.
    pub seen: u32,
    /// Where whose copy it is was pointed at; several points are one person.
    pub clicks: Vec<Click>,
}

/// Begins to look for people with the model in `models`, unless that was done, and to make a plan of what was seen.
pub fn begin(
    house: &Arc<House>,
    media: &MediaWorkers,
    models: Option<&Path>,
    actor: &Actor,
    row: RedactionRow,
    asked: Asked,
) -> Result<(), Problem> {
    if asked.seen != row.revision {
        return Err(changed_since());
    }
    let model = if house.redacting.followed(row.id).is_some() { Bytes::new() } else { model(models)? };
    if row.record.plan.frame_count() > FRAMES_MAX {
        let sentence = format!("The clip has more than {FRAMES_MAX} pictures, too many to be looked through at once.");
        return Err(Problem::new(Kind::Conflict, "clip_long", sentence, "Draw by hand, or redact it in shorter parts."));
    }
    let leaf = entry(actor.clone(), Action::RedactionAnalyse, row.id, Outcome::Intent, json!({"camera": row.camera}));
    let underway = Arc::clone(&house.redacting);
    let ticket = super::enter(house, row.id, Stage::Looking, &leaf)?;
    let (house, media, actor) = (Arc::clone(house), media.clone(), actor.clone());
    let task = tokio::spawn(async move {
        let followed = match house.redacting.followed(row.id) {
            Some(followed) => Ok((followed, None)),
            None => look(&house, &media, &row, ticket, model).await,
        };
        let ended = tokio::task::spawn_blocking(move || conclude(&house, actor, &row, ticket, followed, &asked.clicks)).await;
        if let Err(error) = ended {
            tracing::error!(%error, "the end of a search for people could not be written down");
        }
    });
    underway.is_done_by(ticket, task.abort_handle());
    Ok(())
}

fn model(models: Option<&Path>) -> Result<Bytes, Problem> {
    let Some(folder) = models else {
        let sentence = "People can't be looked for: no person detector is configured.";
        let next =
            "Draw by hand; everything stays hidden until you do. An administrator can install one: see [redaction] in the configuration.";
        return Err(Problem::new(Kind::Conflict, "no_detector", sentence, next));
    };
    let model = PERSON.load(folder).map_err(|error| {
        let next = "Draw by hand; everything stays hidden until you do. An administrator can install it: \u{201c}make models\u{201d}.";
        Problem::new(Kind::Conflict, "no_detector", format!("People can't be looked for: {error}."), next)
    })?;
    Ok(model.into())
}

/// Who is where, and the empty scene where there is one.
async fn look(
    house: &Arc<House>,
    media: &MediaWorkers,
    row: &RedactionRow,
    ticket: Ticket,
    model: Bytes,
) -> Result<(Arc<Followed>, Option<Bytes>), Problem> {
    let (first, again) = (clip::whole(house, row)?, clip::whole(house, row)?);
    let underway = Arc::downgrade(&house.redacting);
    let progress = move |frames| {
        if let Some(underway) = underway.upgrade() {
            underway.note(ticket, Making::Underway { stage: Stage::Looking, frames });
        }
    };
    let plan = Plan::empty(row.record.plan.clip().clone(), row.record.plan.mode()).map_err(super::not_a_plan)?;
    let LookedThrough { seen, plate } = media.look(&plan, model, twice(first, again), progress).await.map_err(render::told)?;
    let followed = tokio::task::spawn_blocking(move || follow(&seen)).await.map_err(|error| {
        let next = "Try again. If it stays so, the log says why.";
        Problem::new(Kind::Fault, "not_followed", "People could not be followed through the clip.", next).because(error)
    })?;
    Ok((Arc::new(followed), plate))
}

/// One clip, its end, and the clip once more.
fn twice(mut first: mpsc::Receiver<ClipPiece>, mut again: mpsc::Receiver<ClipPiece>) -> mpsc::Receiver<ClipPiece> {
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    tokio::spawn(async move {
        while let Some(piece) = first.recv().await {
            if sender.send(piece).await.is_err() {
                return;
            }
        }
        if sender.send(ClipPiece::End).await.is_err() {
            return;
        }
        while let Some(piece) = again.recv().await {
            if sender.send(piece).await.is_err() {
                return;
            }
        }
    });
    receiver
}

fn conclude(
    house: &House,
    actor: Actor,
    row: &RedactionRow,
    ticket: Ticket,
    looked: Result<(Arc<Followed>, Option<Bytes>), Problem>,
    clicks: &[Click],
) {
    if !house.redacting.may_seal(ticket) {
        return;
    }
    let planned = looked.and_then(|(followed, plate)| {
        house.redacting.keep_followed(row.id, Arc::clone(&followed));
        let plate = match plate {
            // One that a plan names already stays: somebody may have approved it.
            Some(rgb) if row.record.plan.parts().plate.is_none() => Some(render::keep_plate(house, row.id, &rgb)?),
            _ => None,
        };
        propose(house, actor.clone(), row, &followed, plate, clicks)
    });
    let (outcome, details, making) = match planned {
        Ok(Proposed { plan, notice }) => {
            let details = json!({"tracks": plan.tracks().len()});
            (Outcome::Done, details, notice.map(|sentence| Making::Told { sentence }))
        }
        Err(problem) => {
            tracing::warn!(redaction = %row.id, ?problem, "no plan was proposed");
            let making = Making::Failed { sentence: problem.sentence, next_step: problem.next_step };
            (Outcome::Failed, json!({"why": problem.code}), Some(making))
        }
    };
    let leaf = entry(actor, Action::RedactionAnalyse, row.id, outcome, details);
    if let Err(error) = house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &leaf)) {
        tracing::error!(%error, "the end of a search for people could not be logged");
    }
    match making {
        None => house.redacting.forget(ticket),
        Some(making) => house.redacting.note(ticket, making),
    }
}

/// Makes a plan for whoever was clicked on, and saves it beside what people drew.
fn propose(
    house: &House,
    actor: Actor,
    row: &RedactionRow,
    followed: &Followed,
    plate: Option<Sum>,
    clicks: &[Click],
) -> Result<Proposed, Problem> {
    let person = Person::of(&actor).ok_or_else(retain::nobody)?;
    let before = &row.record.plan;
    let Proposed { plan, notice } = propose::plan_of(before.clip().clone(), followed, before.mode(), clicks)?;
    let plate = plate.map(|sum| BackgroundPlate { sha256: sum.to_hex(), approved: None });
    let plan = edit::with_proposals(before, &plan, plate).map_err(super::not_a_plan)?;
    put(house, actor, row, &plan, &person, json!({"proposed": true}))?;
    Ok(Proposed { plan, notice })
}
