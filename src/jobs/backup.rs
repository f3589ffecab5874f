//! Makes a backup: the catalogue as of one moment, the wrapped keys, the configuration. The box goes on.
//!
//! ```text
//! leaf backup.make (intent) ─► copy of the catalogue ─► copy of the slots ─► sealed while it is sent ─► leaf (done)
//! ```
//!
//! The catalogue is copied first: a key stored since is nobody's, one killed since is gone. The keys
//! stand still meanwhile. Leaves out, on purpose: footage, MASTER, epoch secrets, and what is sealed in
//! lockers, whose keys are there to be destroyed. Next: `adapters::backup`; `restore` reads it.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    sync::Arc,
};

use tempfile::NamedTempFile;

use super::house::House;
use crate::{
    adapters::{
        backup::{BackupError, BackupWriter},
        clock,
        index::{CatalogueError, audit, migration},
        vault::{RECOVERY_FILE, VaultError},
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        backup::{CATALOGUE, CONFIGURATION, FORMAT, Head, RECOVERY, SLOTS},
        instant::UtcInstant,
    },
    problem::{Kind, Problem},
};

/// Copies on their way into a backup are called so; start-up removes those a crash left.
const PART_PREFIX: &str = "backup-";
const PART_SUFFIX: &str = ".part";

#[derive(Debug, thiserror::Error)]
enum MakeError {
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the machine's random generator failed")]
    Random,
}

/// A backup whose parts are copied, ready to be sent.
pub struct Prepared {
    house: Arc<House>,
    actor: Actor,
    head: Head,
    catalogue: NamedTempFile,
    slots: NamedTempFile,
    configuration: Vec<u8>,
    recovery: Option<Vec<u8>>,
}

/// Copies catalogue and slots as they stand now. Logged before, and once it was sent.
pub fn prepare(house: Arc<House>, actor: Actor, config: &Path) -> Result<Prepared, Problem> {
    let configuration = fs::read(config).map_err(|error| {
        let sentence = format!("The configuration {} can't be read, and a backup without it is not whole.", config.display());
        Problem::new(Kind::Fault, "config_unreadable", sentence, "See that the user Holdfast runs as may read it.").because(error)
    })?;
    let copied = copy(&house, &actor);
    let (head, catalogue, slots) = match copied {
        Ok(Some(copied)) => copied,
        Ok(None) => {
            return Err(Problem::new(
                Kind::Conflict,
                "keys_rotating",
                "The keys are being rotated, or another backup is being made.",
                "Try again in a minute.",
            ));
        }
        Err(error) => return Err(not_made(error)),
    };
    let recovery = fs::read(house.vault.folder().join(RECOVERY_FILE)).ok();
    Ok(Prepared { house, actor, head, catalogue, slots, configuration, recovery })
}

/// None while the keys don't stand still.
fn copy(house: &House, actor: &Actor) -> Result<Option<(Head, NamedTempFile, NamedTempFile)>, MakeError> {
    let Some(_still) = house.vault.take_turn() else { return Ok(None) };
    let made = clock::now();
    house.catalogue.write(|transaction| audit::append(transaction, &made, &entry(house, actor, Outcome::Intent)).map(drop))?;
    let part = || tempfile::Builder::new().prefix(PART_PREFIX).suffix(PART_SUFFIX).tempfile_in(house.vault.folder());
    let (catalogue, mut slots) = (part()?, part()?);
    house.catalogue.copy_to(catalogue.path())?;
    std::io::copy(&mut File::open(house.vault.slot_file())?, &mut slots)?;
    slots.flush()?;
    Ok(Some((head(house, made.utc)?, catalogue, slots)))
}

fn head(house: &House, made: UtcInstant) -> Result<Head, MakeError> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(|_| MakeError::Random)?;
    Ok(Head {
        format: FORMAT.into(),
        program: env!("CARGO_PKG_VERSION").into(),
        schema: migration::PRESENT_SCHEMA,
        site: house.vault.site(),
        made,
        key_epoch: house.vault.epoch().0,
        leaves: house.catalogue.read(audit::size)?,
        audit_key: hex::encode(house.signers().audit_ed25519.verifying_key().as_bytes()),
        salt: hex::encode(salt),
    })
}

fn entry(house: &House, actor: &Actor, outcome: Outcome) -> Entry {
    Entry {
        actor: actor.clone(),
        action: Action::BackupMake,
        object: house.vault.site().to_string(),
        outcome,
        basis: None,
        details: serde_json::Map::from_iter([("key_epoch".to_owned(), house.vault.epoch().0.into())]),
        personal: Vec::new(),
    }
}

impl Prepared {
    /// Writes the whole backup.
    pub fn write(self, to: impl Write) -> Result<(), Problem> {
        let (house, actor) = (Arc::clone(&self.house), self.actor.clone());
        let written = self.write_files(to);
        let outcome = if written.is_ok() { Outcome::Done } else { Outcome::Failed };
        house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry(&house, &actor, outcome)).map(drop))?;
        written.map_err(not_made)
    }

    fn write_files(self, to: impl Write) -> Result<(), MakeError> {
        let binding = self.head.binding().map_err(BackupError::from)?;
        let key = |file| self.house.vault.custody().backup_key(&binding, file);
        let mut backup = BackupWriter::new(to);
        for (name, copy) in [(CATALOGUE, &self.catalogue), (SLOTS, &self.slots)] {
            let copy = copy.reopen()?;
            backup.seal(name, &key(name), copy.metadata()?.len(), copy)?;
        }
        backup.seal(CONFIGURATION, &key(CONFIGURATION), self.configuration.len() as u64, self.configuration.as_slice())?;
        if let Some(recovery) = &self.recovery {
            backup.add(RECOVERY, recovery)?;
        }
        Ok(backup.finish(self.head)?)
    }
}

/// Removes copies that a crash left, with what SQLite keeps beside them. Only for whoever holds the store's lock.
pub fn sweep(data: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(data)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(PART_PREFIX) && name.contains(PART_SUFFIX) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn not_made(error: MakeError) -> Problem {
    let full = match &error {
        MakeError::Catalogue(error) => error.is_no_space(),
        MakeError::Io(error) => matches!(error.raw_os_error(), Some(libc::ENOSPC | libc::EDQUOT)),
        _ => false,
    };
    if full {
        let sentence = "The store's disk is too full for a backup: a copy of the catalogue is made there first.";
        return Problem::new(Kind::Unavailable, "disk_full", sentence, "Free some space, then try again.").because(error);
    }
    Problem::new(Kind::Fault, "backup_not_made", "The backup could not be made.", "The log says why; check the disk.").because(error)
}
