//! Who keeps the secrets: MASTER, the epoch secrets, and everything derived from them.
//!
//! MASTER comes from a file outside the data folder or from a systemd credential; an epoch secret
//! from one of two places that take turns, blocks overwritten in place or indices of a TPM. From
//! both: the key that wraps the segments' keys. From MASTER alone: the signing keys, so that a
//! restored MASTER restores the signer, and the TPM's authorisation. Refuses secrets of the wrong
//! length, readable by others, or from another box. An epoch secret is read when a key is derived
//! from it and wiped again. Next: `slots`.

pub(super) mod blocks;
mod epoch;
mod master;
pub mod recovery;
mod tpm;
mod wrapping;

use std::path::{Path, PathBuf};

use uuid::Uuid;

pub(super) use self::wrapping::NONCE_LEN;
use self::{blocks::EpochBlocks, epoch::EpochStore, tpm::TpmIndices};
pub use self::{
    epoch::EpochSecret,
    master::{MasterPlace, Signers},
    wrapping::{WRAPPED_LEN, WrappingKey},
};
use crate::domain::{
    keys::{
        claim::CustodyKind,
        generation::{Held, Place},
    },
    recording::segment::KeyEpoch,
};

/// Where epoch secrets are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EpochPlace {
    /// Two blocks in the keys folder.
    KeysFolder,
    /// Two NV indices of the TPM behind a TCTI string (TCG TSS 2.0), `device:/dev/tpmrm0`.
    Tpm { tcti: String },
}

#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    #[error("{path} could not be {what}: {source}")]
    Io { path: PathBuf, what: &'static str, source: std::io::Error },
    #[error("{0} is missing")]
    Missing(PathBuf),
    #[error("{0} is not a key of Holdfast's (wrong length or damaged)")]
    NotAKey(PathBuf),
    #[error("{0} can be read by others than its owner")]
    TooOpen(PathBuf),
    #[error("the keys belong to another box or another store")]
    OtherBox,
    #[error("the secret of epoch {} is not held here", .0.0)]
    NotHeld(KeyEpoch),
    /// What was stored didn't read back: the place is not to be trusted.
    #[error("the secret of epoch {} did not read back as it was stored", .0.0)]
    NotAsStored(KeyEpoch),
    /// What was wiped is still there.
    #[error("an epoch secret could not be wiped")]
    NotWiped,
    #[error("the TPM ({tcti}) failed while {what}: {source}")]
    Tpm { tcti: String, what: &'static str, source: tss_esapi::Error },
    #[error("\u{201c}{0}\u{201d} names no TPM")]
    NotATpm(String),
    /// The indices are there, but MASTER doesn't open them.
    #[error("the TPM ({tcti}) holds the epoch secrets of another store")]
    TpmOfAnotherStore { tcti: String },
    #[error("the TPM ({tcti}) holds no epoch secrets")]
    TpmEmpty { tcti: String },
    #[error("the machine's random generator failed")]
    Random,
}

fn io(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> CustodyError {
    let path = path.to_owned();
    move |source| CustodyError::Io { path, what, source }
}

/// The keeper of this box's secrets. Holds MASTER in memory, wiped when dropped. No `Debug`, no
/// `Clone`.
pub struct Custody {
    master: master::Master,
    epochs: EpochStore,
    kind: CustodyKind,
}

impl Custody {
    /// Makes MASTER and the first epoch secret where there are none; leaves those that are.
    pub fn create(dir: &Path, master: &MasterPlace, epochs: &EpochPlace) -> Result<(), CustodyError> {
        std::fs::create_dir_all(dir).map_err(io(dir, "created"))?;
        if *master == MasterPlace::File {
            master::create(dir)?;
        }
        Self::create_epochs(dir, master, epochs, KeyEpoch(1))
    }

    /// Makes the places of epoch secrets where there are none, with a secret of `first` in them.
    pub fn create_epochs(dir: &Path, master: &MasterPlace, epochs: &EpochPlace, first: KeyEpoch) -> Result<(), CustodyError> {
        let first = EpochSecret::draw(first)?;
        match epochs {
            EpochPlace::KeysFolder => EpochBlocks::new(dir).create(&first)?,
            EpochPlace::Tpm { tcti } => TpmIndices::new(tcti, &master::Master::open(dir, master)?)?.create(&first)?,
        }
        sync_folder(dir)
    }

    pub fn open(dir: &Path, master_place: &MasterPlace, epochs: &EpochPlace) -> Result<Self, CustodyError> {
        let master = master::Master::open(dir, master_place)?;
        let (epochs, kind) = match (epochs, master_place) {
            (EpochPlace::KeysFolder, MasterPlace::File) => (EpochStore::Blocks(EpochBlocks::new(dir)), CustodyKind::File),
            (EpochPlace::KeysFolder, MasterPlace::Credential { .. }) => {
                (EpochStore::Blocks(EpochBlocks::new(dir)), CustodyKind::Credential)
            }
            (EpochPlace::Tpm { tcti }, _) => {
                let indices = TpmIndices::new(tcti, &master)?;
                let make = indices.make()?;
                (EpochStore::Tpm(indices), CustodyKind::Tpm(make))
            }
        };
        Ok(Self { master, epochs, kind })
    }

    pub const fn kind(&self) -> CustodyKind {
        self.kind
    }

    /// What the two places hold.
    pub fn held(&self) -> Result<Held, CustodyError> {
        self.epochs.held()
    }

    /// KEKₙ of an epoch whose secret is held.
    pub fn wrapping_key(&self, site: Uuid, epoch: KeyEpoch) -> Result<WrappingKey, CustodyError> {
        Ok(self.wrapping_key_from(&self.epochs.read(epoch)?.ok_or(CustodyError::NotHeld(epoch))?, site))
    }

    /// KEKₙ from a secret at hand.
    pub(super) fn wrapping_key_from(&self, secret: &EpochSecret, site: Uuid) -> WrappingKey {
        WrappingKey::derive(&self.master, secret, site)
    }

    /// Puts a secret into its place, over what was there, and reads it back.
    pub(super) fn store(&self, secret: &EpochSecret) -> Result<(), CustodyError> {
        self.epochs.store(secret)
    }

    /// Overwrites a place with zeros: what was in it opens nothing any more. Repeatable.
    pub fn wipe(&self, place: Place) -> Result<(), CustodyError> {
        self.epochs.wipe(place)
    }

    /// Wraps the keys of the sealed files of one folder.
    pub(super) fn locker_key(&self, site: Uuid, folder: &str) -> zeroize::Zeroizing<[u8; 32]> {
        master::expand(self.master.expose(), &[b"locker", site.as_bytes(), folder.as_bytes()])
    }

    /// Draws the secret of `epoch` and stores it, where neither place holds one.
    pub fn begin(&self, epoch: KeyEpoch) -> Result<(), CustodyError> {
        self.store(&EpochSecret::draw(epoch)?)
    }

    /// The signing keys that the MASTER at `place` makes for a site.
    pub fn signers_of(dir: &Path, place: &MasterPlace, site: Uuid) -> Result<Signers, CustodyError> {
        Ok(master::Master::open(dir, place)?.signers(site))
    }

    /// The key of a sealed file of a backup, bound to what the backup says of itself.
    pub fn backup_key(&self, binding: &[u8; 32], file: &str) -> zeroize::Zeroizing<[u8; 32]> {
        master::expand(self.master.expose(), &[b"backup", binding, file.as_bytes()])
    }

    /// The box's signing keys.
    pub fn signers(&self, site: Uuid) -> Signers {
        self.master.signers(site)
    }
}

fn sync_folder(dir: &Path) -> Result<(), CustodyError> {
    std::fs::File::open(dir).and_then(|folder| folder.sync_all()).map_err(io(dir, "synced"))
}
