//! Rotation: a new generation of keys for what lives on, and the end of the old one for what doesn't.
//!
//! ```text
//! keys.<n+1> written ─► EPOCHₙ₊₁ stored, read back ─► catalogue: epoch n+1, leaf keys.rotate
//!   ─► write-ahead log emptied ─► EPOCHₙ overwritten ─► leaf keys.destroyed ─► keys.<n> removed
//! ```
//!
//! A crash at any arrow leaves every live segment readable, and [`super::settle_keys`] finishes or
//! undoes the rest. Recording goes on meanwhile. Refuses to begin while another rotation runs or the
//! generation before the present one still awaits its end. Next: `adapters::vault::slots`.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use tokio::sync::watch;

use super::settle_keys::{self, SettleError, Settled, object};
use crate::{
    adapters::{
        clock,
        index::{CatalogueError, audit, segment, store},
        vault::{
            VaultError,
            slots::{CaughtUp, Turn},
        },
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        instant::UtcInstant,
        recording::segment::KeyEpoch,
    },
    jobs::house::House,
    problem::{Kind, Problem},
};

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Rotated {
    pub from: u32,
    pub to: u32,
    /// Keys of live segments, wrapped anew.
    pub rewrapped: u64,
    /// Whether the old generation is gone already; if not, it goes as soon as nobody reads the
    /// catalogue as it was before.
    pub destroyed: bool,
    /// How the secrets are kept: file, credential or tpm2.
    pub custody: &'static str,
}

#[derive(Debug, thiserror::Error)]
enum RotateError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

/// Rotates the keys now.
pub fn rotate(house: &House, actor: Actor) -> Result<Rotated, Problem> {
    let turn = house.vault.take_turn().ok_or_else(|| {
        Problem::new(Kind::Conflict, "keys_rotating", "The keys are being rotated already.", "Wait a moment; nothing else is needed.")
    })?;
    let Settled { in_force: from, pending, .. } = settle(house).map_err(not_begun)?;
    if pending.is_some() {
        return Err(Problem::new(
            Kind::Unavailable,
            "keys_in_use",
            "The generation before the present one is not destroyed yet: somebody still reads the catalogue as it was then.",
            "Try again in a minute, when a long check or report has ended.",
        ));
    }
    let to = KeyEpoch(from.0 + 1);
    let custody = house.vault.custody().kind().name();
    let entry = |outcome, rewrapped: Option<u64>| {
        let mut details =
            serde_json::Map::from_iter([("from".into(), from.0.into()), ("to".into(), to.0.into()), ("custody".into(), custody.into())]);
        details.extend(rewrapped.map(|rewrapped| ("rewrapped".to_owned(), rewrapped.into())));
        Entry { actor: actor.clone(), action: Action::KeysRotate, object: object(to), outcome, basis: None, details, personal: Vec::new() }
    };
    house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry(Outcome::Intent, None)))?;
    let changed = change(house, &turn, |rewrapped| entry(Outcome::Done, Some(rewrapped)));
    let rewrapped = match changed {
        Ok(rewrapped) => rewrapped,
        Err(error) => {
            match settle(house) {
                Ok(Settled { undone: None, .. }) => {
                    house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry(Outcome::Failed, None)))?;
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "what a failed rotation of keys left could not be undone; the next start does it"),
            }
            return Err(failed(error));
        }
    };
    let Settled { pending, .. } = settle(house).map_err(|error| {
        Problem::new(
            Kind::Fault,
            "epoch_not_destroyed",
            format!("The keys were rotated to generation {}, but generation {} could not be destroyed.", to.0, from.0),
            "It is tried again every minute and at the next start; the log says what stood in the way.",
        )
        .because(error)
    })?;
    tracing::info!(from = from.0, to = to.0, rewrapped, destroyed = pending.is_none(), "keys rotated");
    Ok(Rotated { from: from.0, to: to.0, rewrapped, destroyed: pending.is_none(), custody })
}

fn settle(house: &House) -> Result<Settled, SettleError> {
    settle_keys::settle(house.vault.folder(), house.vault.site(), house.vault.custody(), &house.catalogue)
}

/// Puts the next generation in force. An error means that the present one still is.
fn change(house: &House, turn: &Turn<'_>, leaf: impl FnOnce(u64) -> Entry) -> Result<u64, RotateError> {
    let next = house.vault.next_generation(turn)?;
    let to = next.epoch();
    let live = house.catalogue.read(segment::keys_in_use)?;
    let copied = next.copy(live)?;
    let mut ready: Option<CaughtUp<'_>> = None;
    let committed = house.catalogue.write(|transaction| {
        let caught_up = copied.catch_up().map_err(|error| CatalogueError::Refused(Box::new(error)))?;
        let now = clock::now();
        store::set_fact(transaction, store::Fact::KeyEpoch, &to.0.to_be_bytes())?;
        store::set_fact(transaction, store::Fact::KeysRotatedUtc, &now.utc.unix_nanos().to_be_bytes())?;
        audit::append(transaction, &now, &leaf(caught_up.rewrapped()))?;
        ready = Some(caught_up);
        Ok(())
    });
    let in_force = match &committed {
        Ok(()) => true,
        // A commit that failed late may have reached the disk all the same: the catalogue knows.
        Err(_) => ready.is_some() && house.catalogue.read(store::key_epoch).is_ok_and(|epoch| epoch == to),
    };
    match ready {
        Some(caught_up) if in_force => {
            let (rewrapped, without_key) = (caught_up.rewrapped(), caught_up.without_key());
            caught_up.switch();
            if without_key > 0 {
                tracing::warn!(without_key, "segments that should live had no key any more");
            }
            Ok(rewrapped)
        }
        _ => Err(committed.err().unwrap_or(CatalogueError::Impossible { what: "rotation" }).into()),
    }
}

fn not_begun(error: SettleError) -> Problem {
    Problem::new(
        Kind::Fault,
        "keys_not_settled",
        "The keys could not be rotated: what an earlier rotation left could not be put right.",
        "Nothing was changed. The log says what stood in the way; check the disk and, with keys.custody = \"tpm2\", the TPM.",
    )
    .because(error)
}

fn failed(error: RotateError) -> Problem {
    let full = match &error {
        RotateError::Vault(error) => error.is_no_space(),
        RotateError::Catalogue(error) => error.is_no_space(),
    };
    let (kind, code, next) = if full {
        (Kind::Unavailable, "disk_full", "The disk is full: free some space, then try again. Recording goes on with the present keys.")
    } else {
        (Kind::Fault, "keys_not_rotated", "Recording goes on with the present keys. The log says what stood in the way; then try again.")
    };
    Problem::new(kind, code, "The keys could not be rotated.", next).because(error)
}

/// How often is looked whether the keys are due.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Rotates whenever the present generation is `every` seconds old, whatever restarts lay between,
/// and finishes what is pending, until `stop` turns true.
pub async fn keep_rotating(house: Arc<House>, every_seconds: i64, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let rotating = Arc::clone(&house);
        match tokio::task::spawn_blocking(move || rotate_if_due(&rotating, every_seconds)).await {
            Ok(Ok(_)) => {}
            Ok(Err(problem)) => tracing::error!(?problem, "the keys could not be rotated"),
            Err(error) => tracing::error!(%error, "rotating the keys was interrupted"),
        }
    }
}

/// One look of [`keep_rotating`]: None when nothing was due.
pub fn rotate_if_due(house: &House, every_seconds: i64) -> Result<Option<Rotated>, Problem> {
    let changed = house.catalogue.read(|connection| store::fact(connection, store::Fact::KeysRotatedUtc))?;
    let changed = changed.and_then(|bytes| bytes.try_into().ok()).map(|bytes| UtcInstant::from_unix_nanos(i64::from_be_bytes(bytes)));
    let age_nanos = changed.map(|changed| clock::now().utc.nanos_since(changed));
    // A change in the future means that the clock went back: better a rotation too many.
    if age_nanos.is_none_or(|age| age < 0 || age >= every_seconds.saturating_mul(1_000_000_000)) {
        return rotate(house, Actor::Job("rotate")).map(Some);
    }
    if let Some(_turn) = house.vault.take_turn() {
        settle(house).map_err(not_begun)?;
    }
    Ok(None)
}
