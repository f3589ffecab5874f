//! Makes one generation of keys out of whatever a rotation left, at whatever step it ended.
//!
//! Run when the store is opened, before each rotation, and to finish one. What the next generation
//! left is undone, the previous one is destroyed and its destruction written down, in this order:
//! write-ahead log emptied, secret overwritten, leaf, slot file removed. Every step can be repeated.
//! No secret goes before the catalogue has said on the disk which one stays.
//! Refuses keys and catalogue of different moments, and touches nothing before the keys are known to
//! be this store's. Next: `rotate_keys`.

use std::{path::Path, time::Duration};

use serde_json::json;
use uuid::Uuid;

use crate::{
    adapters::{
        clock,
        index::{Catalogue, CatalogueError, LogEmptied, audit, store},
        vault::{
            VaultError,
            custody::{Custody, CustodyError},
            slots::{self, SlotFile},
        },
    },
    domain::{
        audit::{Action, Outcome, checkpoint::Checkpoint},
        keys::generation::{self, Mismatch, Place, Remains, Settlement},
        recording::segment::KeyEpoch,
    },
    jobs::record::leaf,
};

#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// An older catalogue or older keys were put back.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Custody(#[from] CustodyError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

/// How the keys stand now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub in_force: KeyEpoch,
    /// The next generation, if a rotation to it was undone.
    pub undone: Option<KeyEpoch>,
    /// The previous generation, if somebody still reads the catalogue as it was then: it is destroyed
    /// when this runs again.
    pub pending: Option<KeyEpoch>,
}

/// How often emptying the write-ahead log is tried, and how long between: ten seconds with the waits.
const EMPTY_LOG_TRIES: u32 = 50;
const EMPTY_LOG_PAUSE: Duration = Duration::from_millis(100);

/// Settles the keys. Only for whoever holds the store's lock, and the turn once the vault is open.
pub fn settle(folder: &Path, site: Uuid, custody: &Custody, catalogue: &Catalogue) -> Result<Settled, SettleError> {
    let (in_force, recorded) = catalogue.read(|connection| Ok((store::key_epoch(connection)?, store::epoch_destroyed(connection)?)))?;
    let Settlement { remains, to_record, .. } = match generation::settle(in_force, recorded, &custody.held()?) {
        Ok(settlement) => settlement,
        Err(mismatch) if signed_by_us(site, custody, catalogue)? => return Err(mismatch.into()),
        Err(_) => return Err(CustodyError::OtherBox.into()),
    };
    SlotFile::open(folder, site, custody.wrapping_key(site, in_force)?)?;
    let strays = slots::strays(folder, in_force)?;
    let next = KeyEpoch(in_force.0 + 1);
    let undone = (remains == Remains::NeverUsed(next) || strays.iter().any(|(epoch, _)| *epoch > in_force)).then_some(next);
    if matches!(remains, Remains::NeverUsed(_) | Remains::Scraps) {
        // A change to the next epoch whose commit failed may lie in the write-ahead log yet, for the next
        // start to find. This commit buries it; on a disk that has failed it is refused, and so is the wipe.
        catalogue.write(|transaction| store::set_fact(transaction, store::Fact::KeyEpoch, &in_force.0.to_be_bytes()))?;
        custody.wipe(Place::of(in_force).other())?;
    }
    if let Some(epoch) = undone {
        let details = json!({"from": in_force.0, "to": epoch.0, "custody": custody.kind().name()});
        let mut entry = leaf::by_job(Action::KeysRotate, "rotate", object(epoch), details);
        entry.outcome = Outcome::Failed;
        catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry).map(drop))?;
    }
    if let Remains::Previous(previous) = remains {
        if empty_log(catalogue)? == LogEmptied::NotYet {
            return Ok(Settled { in_force, undone, pending: Some(previous) });
        }
        custody.wipe(Place::of(previous))?;
    }
    if let Some(epoch) = to_record {
        let details = json!({"epoch": epoch.0, "custody": custody.kind().name()});
        let entry = leaf::by_job(Action::KeysDestroyed, "rotate", object(epoch), details);
        catalogue.write(|transaction| {
            if store::epoch_destroyed(transaction)?.is_none_or(|recorded| recorded < epoch) {
                audit::append(transaction, &clock::now(), &entry)?;
                store::set_fact(transaction, store::Fact::EpochDestroyed, &epoch.0.to_be_bytes())?;
            }
            Ok(())
        })?;
    }
    slots::remove(folder, &strays)?;
    Ok(Settled { in_force, undone, pending: None })
}

/// The generation of the keys, where the catalogue was saved before they came to it; None where
/// nothing speaks against the catalogue's own.
pub fn newer_generation(custody: &Custody, catalogue: &Catalogue) -> Result<Option<KeyEpoch>, SettleError> {
    let (in_force, recorded) = catalogue.read(|connection| Ok((store::key_epoch(connection)?, store::epoch_destroyed(connection)?)))?;
    match generation::settle(in_force, recorded, &custody.held()?) {
        Err(Mismatch::CatalogueRolledBack { keys, .. }) => Ok(Some(keys)),
        Ok(_) => Ok(None),
        Err(mismatch) => Err(mismatch.into()),
    }
}

/// How the log names a generation.
pub fn object(epoch: KeyEpoch) -> String {
    format!("epoch/{}", epoch.0)
}

fn empty_log(catalogue: &Catalogue) -> Result<LogEmptied, CatalogueError> {
    for _ in 1..EMPTY_LOG_TRIES {
        if catalogue.empty_log()? == LogEmptied::Wholly {
            return Ok(LogEmptied::Wholly);
        }
        std::thread::sleep(EMPTY_LOG_PAUSE);
    }
    catalogue.empty_log()
}

/// Whether MASTER is the one this catalogue's log was signed with; a log never signed says nothing
/// against it.
fn signed_by_us(site: Uuid, custody: &Custody, catalogue: &Catalogue) -> Result<bool, CatalogueError> {
    let key = custody.signers(site).audit_ed25519.verifying_key();
    let latest = catalogue.read(audit::latest_checkpoint)?;
    Ok(latest.is_none_or(|(_, note)| Checkpoint::verify(&note, &key).is_ok()))
}
