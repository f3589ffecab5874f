//! The recovery passphrase: made and shown once, typed again when the master key is gone.
//!
//! Holds no secret longer than it takes to print or use it. A new passphrase takes the place of the
//! one before, which opens nothing but older backups from then on. Next: `adapters::vault::custody`.

use std::path::Path;

use super::house::{House, StorePlace};
use crate::{
    adapters::{
        clock,
        index::audit,
        secret,
        vault::{
            RECOVERY_FILE,
            custody::{
                CustodyError,
                recovery::{self, Recovered, RecoveryCopy},
            },
            write_whole,
        },
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
    },
    problem::{Kind, Problem},
};

/// Wraps MASTER under a new passphrase and returns it, this once. The log says that it was made.
pub fn make(house: &House, place: &StorePlace<'_>, actor: &Actor) -> Result<String, Problem> {
    let passphrase = secret::code()?;
    let fault = |error: CustodyError| {
        Problem::new(Kind::Fault, "recovery_not_made", "The recovery passphrase could not be made.", "The log says why; try again.")
            .because(error)
    };
    let copy = recovery::wrap(place.keys, place.master, &passphrase).map_err(fault)?;
    let entry = Entry {
        actor: actor.clone(),
        action: Action::RecoveryMake,
        object: house.vault.site().to_string(),
        outcome: Outcome::Done,
        basis: None,
        details: serde_json::Map::new(),
        personal: Vec::new(),
    };
    house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry).map(drop))?;
    write_whole(&place.data.join(RECOVERY_FILE), copy.to_text().as_bytes()).map_err(|error| {
        Problem::new(Kind::Fault, "recovery_not_kept", "The recovery copy could not be written.", "Check the store's disk, then try again.")
            .because(error)
    })?;
    Ok(passphrase)
}

/// Brings MASTER back into the keys folder from a recovery copy.
pub fn recover(keys: &Path, copy: &[u8], typed: &str) -> Result<(), Problem> {
    let copy = RecoveryCopy::parse(copy).ok_or_else(|| {
        let next = "Name a backup, or the recovery.json of the store's data folder.";
        Problem::new(Kind::BadInput, "not_a_recovery_copy", "That is no recovery copy of a master key.", next)
    })?;
    let at = keys.display();
    match recovery::recover(keys, &copy, &secret::normalise_code(typed)) {
        Ok(Recovered::Written) => Ok(()),
        Ok(Recovered::WrongPassphrase) => Err(Problem::new(
            Kind::BadInput,
            "wrong_passphrase",
            "The passphrase doesn't open this copy of the master key.",
            "Type it as it was printed; a passphrase made later has taken the place of an earlier one.",
        )),
        Ok(Recovered::ThereAlready) => Err(Problem::new(
            Kind::Conflict,
            "master_there",
            format!("There is a master key in {at} already."),
            "If it is the wrong one, move it aside. It was not touched.",
        )),
        Err(error) => Err(Problem::new(
            Kind::Fault,
            "master_not_written",
            format!("The master key could not be written to {at}."),
            "Check the folder and who may write there.",
        )
        .because(error)),
    }
}
