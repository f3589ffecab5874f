//! Papers that show who asks: taken in sealed, shown to those who check, destroyed once the check is over.
//!
//! ```text
//! add ─► row + leaf ─► sealed file     show ─► leaf ─► bytes     settled ─► key overwritten, file gone ─► row + leaf
//! ```
//!
//! A kill between row and file leaves a paper that can't be shown, and is destroyed with the others.
//! Refuses what isn't asked for. Next: `http::portal::papers` and `http::api::case_papers`.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{entry, follow::APPLICANT, unknown};
use crate::{
    adapters::{
        clock,
        index::{
            audit, case,
            identity_paper::{self, PaperRow},
        },
        picture, secret,
        vault::locker::{Locker, LockerError, LockerName},
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        instant::ClockReading,
        request::{
            case::CaseReference,
            identity_paper::{NotAPaper, PAPERS_MAX, Paper},
            progress::{Asks, progress},
        },
    },
    jobs::{audit as log, house::House},
    problem::{Kind, Problem},
};

const FOLDER: &str = "papers";
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// Why a paper was not taken.
#[derive(Debug)]
pub enum NotTaken {
    /// Send another.
    Paper(NotAPaper),
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for NotTaken {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

fn locker(house: &House) -> Result<Locker, Problem> {
    Ok(house.vault.locker(FOLDER).map_err(LockerError::from)?)
}

fn name(id: Uuid) -> LockerName {
    LockerName(Sha256::new().chain_update(b"holdfast/paper").chain_update(id.as_bytes()).finalize().into())
}

/// A leaf about a paper; its id names nobody.
fn leaf(actor: Actor, action: Action, row: &PaperRow, outcome: Outcome) -> Entry {
    let details = json!({"paper": row.id, "content": row.content.name(), "bytes": row.bytes});
    Entry { outcome, ..entry(actor, action, row.case, details) }
}

/// Keeps what a requester sent, if it was asked for.
pub fn add(house: &House, reference: CaseReference, bytes: &[u8], at: ClockReading) -> Result<(), NotTaken> {
    let paper = Paper::check(bytes, picture::measure).map_err(NotTaken::Paper)?;
    let id = secret::random_uuid().map_err(Problem::from)?;
    let row = PaperRow { id, case: reference, content: paper.content(), bytes: paper.bytes().len() as u64, came: at.utc };
    let outcome = house.catalogue.write(|transaction| {
        let Some(found) = case::by_reference(transaction, reference)? else { return Ok(Err(unknown())) };
        if !matches!(progress(&found.state).asks, Asks::Identity | Asks::Authority) {
            return Ok(Err(not_asked()));
        }
        if identity_paper::kept(transaction, reference)?.len() >= PAPERS_MAX {
            return Ok(Err(enough()));
        }
        identity_paper::add(transaction, &row)?;
        audit::append(transaction, &at, &leaf(APPLICANT, Action::IdentityPaperReceive, &row, Outcome::Intent))?;
        Ok(Ok(()))
    })?;
    outcome?;
    if let Err(error) = locker(house).and_then(|locker| Ok(locker.put(name(id), paper.bytes())?)) {
        house.catalogue.write(|transaction| {
            identity_paper::set_deleted(transaction, id, at.utc)?;
            audit::append(transaction, &at, &leaf(APPLICANT, Action::IdentityPaperReceive, &row, Outcome::Failed))
        })?;
        return Err(error.into());
    }
    // Whoever checked may have settled it meanwhile: what they destroyed must not come back.
    if house.catalogue.read(|connection| identity_paper::by_id(connection, reference, id))?.is_none() {
        locker(house)?.destroy(name(id))?;
        return Err(not_asked().into());
    }
    log::sign_act(house);
    Ok(())
}

/// Papers of a case that are still here.
pub fn list(house: &House, reference: CaseReference) -> Result<Vec<PaperRow>, Problem> {
    Ok(house.catalogue.read(|connection| identity_paper::kept(connection, reference))?)
}

/// One paper for whoever checks it. That it was looked at is logged first.
pub fn show(
    house: &House,
    actor: Actor,
    reference: CaseReference,
    id: Uuid,
    at: ClockReading,
) -> Result<(PaperRow, Zeroizing<Vec<u8>>), Problem> {
    let row = house.catalogue.read(|connection| identity_paper::by_id(connection, reference, id))?.ok_or_else(no_paper)?;
    house.catalogue.write(|transaction| audit::append(transaction, &at, &leaf(actor, Action::IdentityPaperRead, &row, Outcome::Done)))?;
    let plain = locker(house)?.get(name(id))?.ok_or_else(no_paper)?;
    Ok((row, plain))
}

/// Destroys what is kept of checks that are over. What fails is tried again by the sweep.
pub fn destroy_settled(house: &House, at: ClockReading) {
    if let Err(problem) = destroy(house, at) {
        tracing::error!(?problem, "papers whose check is over could not be destroyed; it is tried again");
    }
}

fn destroy(house: &House, at: ClockReading) -> Result<(), Problem> {
    let settled = house.catalogue.read(identity_paper::settled)?;
    if settled.is_empty() {
        return Ok(());
    }
    let locker = locker(house)?;
    for row in settled {
        locker.destroy(name(row.id))?;
        house.catalogue.write(|transaction| {
            identity_paper::set_deleted(transaction, row.id, at.utc)?;
            audit::append(transaction, &at, &leaf(Actor::Job("papers"), Action::IdentityPaperDelete, &row, Outcome::Done))
        })?;
    }
    Ok(())
}

/// Destroys what an ended process left, at once and then again, until `stop` turns true.
pub async fn keep_destroying(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    loop {
        let sweeping = Arc::clone(&house);
        if let Err(error) = tokio::task::spawn_blocking(move || destroy_settled(&sweeping, clock::now())).await {
            tracing::error!(%error, "destroying papers was interrupted");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

fn no_paper() -> Problem {
    Problem::new(Kind::NotFound, "paper_unknown", "There is no such paper.", "It may have been destroyed since its check was over.")
}

fn not_asked() -> Problem {
    Problem::new(Kind::Conflict, "nothing_asked", "No papers are asked for at present.", "Look at your request: it says what happens next.")
}

fn enough() -> Problem {
    let sentence = format!("We have {PAPERS_MAX} papers from you already.");
    Problem::new(Kind::Conflict, "papers_enough", sentence, "Tell us that you have sent all; if we need more, we ask.")
}
