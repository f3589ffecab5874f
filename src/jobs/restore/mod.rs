//! A store out of a backup: the catalogue with its log, holds and accounts goes on in a new data folder.
//!
//! ```text
//! checked ─► MASTER fits ─► no store here ─► keys of a generation ─► catalogue beside its place:
//!   leaf store.restore, sessions ended, log signed ─► put in place ─► mark beside the keys
//! ```
//!
//! Until the catalogue has its name there is no store, and all can be repeated. Whoever restores says
//! why, and that is the acknowledgement that an older catalogue asks for. Refuses a folder that holds a
//! store, another store's MASTER, and a backup with one byte changed. Brings no footage and no epoch
//! secret: a generation that isn't held any more is followed by the next. Next: `drill` tells first.

pub mod drill;

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::Serialize;

pub use self::drill::Drilled;
use super::{house::StorePlace, settle_keys};
use crate::{
    adapters::{
        backup::{Backup, BackupError},
        clock,
        index::{Catalogue, CatalogueError, audit, segment, store, user},
        vault::{
            CATALOGUE_FILE, RECOVERY_FILE, StoreLock, Vault, VaultError,
            custody::{Custody, CustodyError},
            mark::LogMark,
            slots::SlotFile,
            sync_folder,
        },
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Entry, Outcome},
        backup::{CATALOGUE, CONFIGURATION, Head, RECOVERY, SLOTS},
        keys::generation::{Contents, Place},
        recording::segment::KeyEpoch,
    },
    problem::{Kind, Problem},
};

/// The catalogue on its way: no store yet.
const PART: &str = "catalogue.restoring";

#[derive(Debug, thiserror::Error)]
pub(super) enum RestoreError {
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Custody(#[from] CustodyError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("there is a store already")]
    StoreThere,
    #[error("the master key is another store's")]
    OtherMaster,
    #[error("the keys held here are older than the backup: of generation {}, not {}", held.0, backup.0)]
    KeysOlder { held: KeyEpoch, backup: KeyEpoch },
    #[error("the catalogue in the backup is of another store than its manifest says")]
    NotWhatItSays,
}

/// What came of a restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The generation in force now.
    pub key_epoch: u32,
    /// Whether the footage of the backup's time can be opened, if its files are put back.
    pub keys_open: bool,
    /// Segments the catalogue knows that were being recorded as the backup was made, and are forgotten.
    pub unfinished: usize,
}

/// Opens a backup and reads it whole; refuses one that isn't as it was written.
pub fn open(path: &Path) -> Result<Backup, Problem> {
    let opened = Backup::open(path).and_then(|mut backup| {
        backup.check()?;
        Ok(backup)
    });
    opened.map_err(|error| told(error.into(), path, None))
}

/// Tells what a backup would bring back to this place.
pub fn rehearse(backup: &mut Backup, place: &StorePlace<'_>) -> Result<Drilled, Problem> {
    drill::drill(backup, place).map_err(|error| told(error, backup.path(), Some(place)))
}

/// Makes the store at this place out of the backup.
pub fn restore(backup: &mut Backup, place: &StorePlace<'_>, actor: &Actor, reason: &Reason) -> Result<Restored, Problem> {
    put_back(backup, place, actor, reason).map_err(|error| told(error, backup.path(), Some(place)))
}

/// The configuration as it was; MASTER must be here.
pub fn configuration(backup: &mut Backup, place: &StorePlace<'_>) -> Result<Vec<u8>, Problem> {
    let unsealed = Custody::open(place.keys, place.master, place.epochs).map_err(RestoreError::from).and_then(|custody| {
        let mut text = Vec::new();
        let key = custody.backup_key(&backup.head().binding().map_err(BackupError::from)?, CONFIGURATION);
        backup.unseal(CONFIGURATION, &key, &mut text)?;
        Ok(text)
    });
    unsealed.map_err(|error| told(error, backup.path(), Some(place)))
}

fn put_back(backup: &mut Backup, place: &StorePlace<'_>, actor: &Actor, reason: &Reason) -> Result<Restored, RestoreError> {
    let head = backup.head().clone();
    fs::create_dir_all(place.data)?;
    let lock = StoreLock::take(place.data)?;
    if place.data.join(CATALOGUE_FILE).exists() || holds_footage(place.data)? {
        return Err(RestoreError::StoreThere);
    }
    let saved = KeyEpoch(head.key_epoch);
    let next = KeyEpoch(saved.0 + 1);
    // Refused before anything is made: a new generation must not be born beside another store's MASTER.
    if !fits_master(place, &head)? {
        return Err(RestoreError::OtherMaster);
    }
    Custody::create_epochs(place.keys, place.master, place.epochs, next)?;
    let custody = Custody::open(place.keys, place.master, place.epochs)?;
    let in_force = match held(&custody)? {
        epochs if epochs.contains(&saved) => saved,
        epochs => match epochs.last() {
            Some(newest) if *newest < saved => return Err(RestoreError::KeysOlder { held: *newest, backup: saved }),
            Some(newest) => *newest,
            // Places that were wiped, or never written.
            None => custody.begin(next).map(|()| next)?,
        },
    };
    clear_part(place.data)?;
    let Unsealed { catalogue, slots } = unseal(backup, &custody, place.data)?;
    if in_force != saved {
        fs::remove_file(&slots)?;
        SlotFile::create(place.data, head.site, custody.wrapping_key(head.site, in_force)?)?;
    } else {
        File::open(&slots)?.sync_all()?;
    }
    if let Some(recovery) = backup.plain(RECOVERY)? {
        crate::adapters::vault::write_whole(&place.data.join(RECOVERY_FILE), &recovery)?;
    }
    Vault::create(place.data)?;
    let signers = custody.signers(head.site);
    let (unfinished, note) = catalogue.write(|transaction| {
        let unfinished = segment::forget_all_open(transaction)?;
        user::end_all_sessions(transaction)?;
        store::set_fact(transaction, store::Fact::KeyEpoch, &in_force.0.to_be_bytes())?;
        audit::append(transaction, &clock::now(), &leaf(&head, in_force, unfinished, actor, reason))?;
        Ok((unfinished, audit::checkpoint(transaction, head.site, &signers.audit_ed25519, &clock::now())?))
    })?;
    // The last connection's end leaves one file that stands for itself.
    drop(catalogue);
    File::open(place.data.join(PART))?.sync_all()?;
    fs::rename(place.data.join(PART), place.data.join(CATALOGUE_FILE))?;
    sync_folder(place.data)?;
    LogMark::beside(place.keys).keep(&note)?;
    drop(lock);
    Ok(Restored { key_epoch: in_force.0, keys_open: in_force == saved, unfinished })
}

fn leaf(head: &Head, in_force: KeyEpoch, unfinished: usize, actor: &Actor, reason: &Reason) -> Entry {
    let details = serde_json::json!({
        "made": head.made, "leaves": head.leaves, "key_epoch_saved": head.key_epoch, "key_epoch": in_force.0, "unfinished": unfinished,
    });
    Entry {
        actor: actor.clone(),
        action: Action::StoreRestore,
        object: settle_keys::object(in_force),
        outcome: Outcome::Done,
        basis: None,
        details: if let serde_json::Value::Object(map) = details { map } else { serde_json::Map::new() },
        personal: vec![("reason", reason.as_str().to_owned())],
    }
}

/// The generations whose secrets are held, oldest first.
fn held(custody: &Custody) -> Result<Vec<KeyEpoch>, CustodyError> {
    let held = match custody.held() {
        Ok(held) => held,
        Err(CustodyError::Missing(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut epochs: Vec<KeyEpoch> = Place::BOTH
        .into_iter()
        .filter_map(|place| match held.at(place) {
            Contents::Secret(epoch) => Some(epoch),
            Contents::Blank | Contents::Unreadable => None,
        })
        .collect();
    epochs.sort_unstable();
    Ok(epochs)
}

/// Whether MASTER is the one that signs this store's log.
fn fits(custody: &Custody, head: &Head) -> bool {
    hex::encode(custody.signers(head.site).audit_ed25519.verifying_key().as_bytes()) == head.audit_key
}

fn fits_master(place: &StorePlace<'_>, head: &Head) -> Result<bool, CustodyError> {
    let signers = Custody::signers_of(place.keys, place.master, head.site)?;
    Ok(hex::encode(signers.audit_ed25519.verifying_key().as_bytes()) == head.audit_key)
}

fn holds_footage(data: &Path) -> Result<bool, RestoreError> {
    Ok(Vault::is_made_in(data)
        && crate::adapters::vault::days_in(data)?.iter().any(|day| fs::read_dir(day).is_ok_and(|mut day| day.next().is_some())))
}

/// What a crash in an earlier try left.
fn clear_part(data: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(data)? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PART) || name.starts_with("keys.")) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

struct Unsealed {
    catalogue: Catalogue,
    slots: PathBuf,
}

/// Unseals catalogue and slots into a folder, and opens the catalogue, brought up to the present schema.
fn unseal(backup: &mut Backup, custody: &Custody, folder: &Path) -> Result<Unsealed, RestoreError> {
    let head = backup.head().clone();
    let binding = head.binding().map_err(BackupError::from)?;
    let (part, slots) = (folder.join(PART), SlotFile::path_of(folder, KeyEpoch(head.key_epoch)));
    for (name, path) in [(CATALOGUE, &part), (SLOTS, &slots)] {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        backup.unseal(name, &custody.backup_key(&binding, name), &mut file)?;
    }
    let catalogue = Catalogue::open(&part)?;
    let is_sound = catalogue.integrity()? == "ok" && catalogue.read(store::site_uuid)? == Some(head.site);
    if is_sound { Ok(Unsealed { catalogue, slots }) } else { Err(RestoreError::NotWhatItSays) }
}

fn told(error: RestoreError, backup: &Path, place: Option<&StorePlace<'_>>) -> Problem {
    let backup = backup.display();
    let (data, keys) = place.map_or_else(Default::default, |place| (place.data.display().to_string(), place.keys.display().to_string()));
    let (kind, code, sentence, next) = match &error {
        RestoreError::Backup(BackupError::NotABackup(_)) => (
            Kind::BadInput,
            "not_a_backup",
            format!("{backup} is no backup of Holdfast's, or was cut short."),
            "Name a file that \u{201c}holdfast backup\u{201d} wrote; if it is one, use an older copy.".to_owned(),
        ),
        RestoreError::Backup(BackupError::Newer(form)) => (
            Kind::BadInput,
            "backup_newer",
            format!("{backup} is of form {form}, which this Holdfast doesn't know."),
            "Install the version that wrote it, or a later one.".to_owned(),
        ),
        RestoreError::Backup(
            BackupError::Damaged { file } | BackupError::Missing { file } | BackupError::Stranger { file } | BackupError::WrongKey { file },
        ) => (
            Kind::Finding,
            "backup_damaged",
            format!("The backup {backup} is not as it was written: {error}.", error = error_of(&error, file)),
            "Use another copy of it, or an older backup. Nothing was changed.".to_owned(),
        ),
        RestoreError::StoreThere => (
            Kind::Conflict,
            "store_exists",
            format!("There is a store in {data} already."),
            "Name a new folder as store.data in the configuration. A store with recordings is never written over.".to_owned(),
        ),
        RestoreError::OtherMaster => (
            Kind::BadInput,
            "store_of_another_box",
            format!("The master key in {keys} is not the one of the store in {backup}."),
            "Point keys.dir at that store's keys, or move this key aside and bring the right one back: \u{201c}holdfast recover\u{201d}."
                .to_owned(),
        ),
        RestoreError::Custody(CustodyError::Missing(path)) => (
            Kind::BadInput,
            "key_missing",
            format!("The key {} is missing, and without it the backup opens nothing.", path.display()),
            "Put your copy of it back, or bring it back by the recovery passphrase: \u{201c}holdfast recover\u{201d}.".to_owned(),
        ),
        RestoreError::KeysOlder { held, backup: saved } => (
            Kind::BadInput,
            "keys_rolled_back",
            format!("The keys in {keys} are older than {backup}: they are of generation {}, it is of generation {}.", held.0, saved.0),
            "Put the newest keys back. If they are lost, move epoch.block and epoch-b.block aside; then a new generation is begun."
                .to_owned(),
        ),
        RestoreError::Vault(VaultError::InUse(_)) => (
            Kind::Conflict,
            "store_in_use",
            format!("Another Holdfast is using {data}."),
            "Stop it first: systemctl stop holdfast.".to_owned(),
        ),
        RestoreError::Catalogue(CatalogueError::Newer { found, known, .. }) => (
            Kind::BadInput,
            "catalogue_newer",
            format!("{backup} was written by a newer Holdfast (schema {found}; this one knows {known})."),
            "Install that version, then restore. Nothing was changed.".to_owned(),
        ),
        _ => (
            Kind::Fault,
            "not_restored",
            format!("{backup} could not be restored."),
            "The log says why; check the disk and who may write there. It can be tried again.".to_owned(),
        ),
    };
    Problem::new(kind, code, sentence, next).because(error)
}

fn error_of(error: &RestoreError, file: &str) -> String {
    match error {
        RestoreError::Backup(BackupError::Missing { .. }) => format!("{file} is missing"),
        RestoreError::Backup(BackupError::Stranger { .. }) => format!("{file} doesn't belong in it"),
        RestoreError::Backup(BackupError::WrongKey { .. }) => format!("{file} doesn't open"),
        _ => format!("{file} was damaged or changed"),
    }
}
