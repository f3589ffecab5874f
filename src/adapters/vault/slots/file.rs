//! One slot file `keys.<epoch>`: one wrapped key a segment, in fixed 64-byte slots.
//!
//! ```text
//! header (64) = "HFSLOTS1" ‖ site (16) ‖ epoch u32 ‖ 0 u32 ‖ check (32)
//! slot   (64) = nonce (12) ‖ wrapped key (32) ‖ tag (16) ‖ 1 u32      all zero when free or killed
//! ```
//!
//! Refuses a file made under other keys. Next: `next` makes a file for another epoch out of this one.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use crate::{
    adapters::vault::{
        VaultError,
        custody::{CustodyError, WRAPPED_LEN, WrappingKey, blocks::overwrite_in_place},
    },
    domain::recording::{
        seal::SegmentKey,
        segment::{KeyEpoch, KeySlot, SegmentId},
    },
};

const MAGIC: [u8; 8] = *b"HFSLOTS1";
pub(super) const SLOT_LEN: usize = 64;
const LIVE: u32 = 1;
/// Slots read or written at a time.
pub(super) const SLOTS_A_BLOCK: u32 = 4096;

/// A slot's bytes.
pub(super) type SlotBytes = [u8; SLOT_LEN];

/// The slot file of one epoch, open.
pub struct SlotFile {
    path: PathBuf,
    file: File,
    wrapping: WrappingKey,
}

/// Slots that hold nothing, and how many there are in all.
#[derive(Default)]
pub(super) struct FreeSlots {
    /// Slots below `end` that hold nothing.
    pub holes: BTreeSet<u32>,
    pub end: u32,
}

impl SlotFile {
    pub fn path_of(folder: &Path, epoch: KeyEpoch) -> PathBuf {
        folder.join(format!("keys.{}", epoch.0))
    }

    /// Where a slot file is made before it has its name.
    pub fn unfinished_path_of(folder: &Path, epoch: KeyEpoch) -> PathBuf {
        folder.join(format!("keys.{}.new", epoch.0))
    }

    /// Makes an empty slot file unless there is one.
    pub fn create(folder: &Path, site: Uuid, wrapping: WrappingKey) -> Result<(), VaultError> {
        if Self::path_of(folder, wrapping.epoch()).exists() {
            return Ok(());
        }
        Self::begin(folder, site, wrapping)?.put_in_place(folder)
    }

    /// An empty file that hasn't its name yet; over whatever an earlier try left.
    pub(super) fn begin(folder: &Path, site: Uuid, wrapping: WrappingKey) -> Result<Self, VaultError> {
        let path = Self::unfinished_path_of(folder, wrapping.epoch());
        let _ = std::fs::remove_file(&path);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path).map_err(VaultError::io(&path))?;
        file.write_all_at(&header(site, &wrapping), 0).map_err(VaultError::io(&path))?;
        Ok(Self { path, file, wrapping })
    }

    /// Syncs it and gives it its name, durably.
    pub(super) fn put_in_place(&mut self, folder: &Path) -> Result<(), VaultError> {
        self.file.sync_all().map_err(VaultError::io(&self.path))?;
        let path = Self::path_of(folder, self.epoch());
        std::fs::rename(&self.path, &path).map_err(VaultError::io(&path))?;
        self.path = path;
        crate::adapters::vault::sync_folder(folder)
    }

    pub fn open(folder: &Path, site: Uuid, wrapping: WrappingKey) -> Result<Self, VaultError> {
        let path = Self::path_of(folder, wrapping.epoch());
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                VaultError::Custody(CustodyError::OtherBox)
            } else {
                VaultError::io(&path)(error)
            }
        })?;
        let mut found = [0; SLOT_LEN];
        file.read_exact_at(&mut found, 0).map_err(VaultError::io(&path))?;
        if found != header(site, &wrapping) {
            return Err(VaultError::Custody(CustodyError::OtherBox));
        }
        Ok(Self { path, file, wrapping })
    }

    pub const fn epoch(&self) -> KeyEpoch {
        self.wrapping.epoch()
    }

    pub(super) const fn wrapping(&self) -> &WrappingKey {
        &self.wrapping
    }

    /// Wraps the key into its slot. On the disk when this returns.
    pub(super) fn store(&self, slot: KeySlot, segment: SegmentId, key: &SegmentKey) -> Result<(), VaultError> {
        let bytes = filled(&self.wrapping.wrap(key, segment, slot)?);
        overwrite_in_place(&self.file, offset_of(slot), &bytes).map_err(VaultError::io(&self.path))
    }

    /// The key of a segment, if its slot still opens.
    pub fn key(&self, slot: KeySlot, segment: SegmentId) -> Result<Option<SegmentKey>, VaultError> {
        let mut bytes = [0; SLOT_LEN];
        match self.file.read_exact_at(&mut bytes, offset_of(slot)) {
            Ok(()) => Ok(self.open_slot(&bytes, slot, segment)),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(VaultError::io(&self.path)(error)),
        }
    }

    /// Whether a slot holds nothing.
    pub(super) fn is_empty(&self, slot: KeySlot) -> Result<bool, VaultError> {
        let mut bytes = [0; SLOT_LEN];
        match self.file.read_exact_at(&mut bytes, offset_of(slot)) {
            Ok(()) => Ok(bytes[WRAPPED_LEN..] != LIVE.to_be_bytes()),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(true),
            Err(error) => Err(VaultError::io(&self.path)(error)),
        }
    }

    pub(super) fn open_slot(&self, bytes: &SlotBytes, slot: KeySlot, segment: SegmentId) -> Option<SegmentKey> {
        let mut wrapped = [0; WRAPPED_LEN];
        wrapped.copy_from_slice(&bytes[..WRAPPED_LEN]);
        self.wrapping.unwrap(&wrapped, segment, slot)
    }

    /// Puts bytes into a slot; [`sync`](Self::sync) makes them durable.
    pub(super) fn put(&self, slot: KeySlot, bytes: &[u8]) -> Result<(), VaultError> {
        self.file.write_all_at(bytes, offset_of(slot)).map_err(VaultError::io(&self.path))
    }

    pub(super) fn sync(&self) -> Result<(), VaultError> {
        self.file.sync_data().map_err(VaultError::io(&self.path))
    }

    /// Slots the file has room for.
    pub(super) fn length_slots(&self) -> Result<u32, VaultError> {
        let length = self.file.metadata().map_err(VaultError::io(&self.path))?.len();
        u32::try_from((length / SLOT_LEN as u64).saturating_sub(1)).map_err(|_| VaultError::Custody(CustodyError::OtherBox))
    }

    /// Reads the slots from `first` on that fill `block`.
    pub(super) fn read_block(&self, first: KeySlot, block: &mut [u8]) -> Result<(), VaultError> {
        self.file.read_exact_at(block, offset_of(first)).map_err(VaultError::io(&self.path))
    }

    pub(super) fn find_free(&self) -> Result<FreeSlots, VaultError> {
        let end = self.length_slots()?;
        let mut holes = BTreeSet::new();
        let mut block = vec![0; SLOT_LEN * SLOTS_A_BLOCK as usize];
        let mut slot = 0;
        while slot < end {
            let count = (end - slot).min(SLOTS_A_BLOCK) as usize;
            self.read_block(KeySlot(slot), &mut block[..count * SLOT_LEN])?;
            for (nth, bytes) in block[..count * SLOT_LEN].chunks_exact(SLOT_LEN).enumerate() {
                if bytes[WRAPPED_LEN..] != LIVE.to_be_bytes() {
                    holes.insert(slot + nth as u32);
                }
            }
            slot += count as u32;
        }
        Ok(FreeSlots { holes, end })
    }
}

/// A wrapped key as a slot holds it.
pub(super) fn filled(wrapped: &[u8; WRAPPED_LEN]) -> SlotBytes {
    let mut bytes = [0; SLOT_LEN];
    bytes[..WRAPPED_LEN].copy_from_slice(wrapped);
    bytes[WRAPPED_LEN..].copy_from_slice(&LIVE.to_be_bytes());
    bytes
}

fn header(site: Uuid, wrapping: &WrappingKey) -> SlotBytes {
    let mut out = [0; SLOT_LEN];
    out[..8].copy_from_slice(&MAGIC);
    out[8..24].copy_from_slice(site.as_bytes());
    out[24..28].copy_from_slice(&wrapping.epoch().0.to_be_bytes());
    out[32..].copy_from_slice(wrapping.check());
    out
}

const fn offset_of(slot: KeySlot) -> u64 {
    (slot.0 as u64 + 1) * SLOT_LEN as u64
}

/// Slot files, finished or not, of every epoch but the one in force.
pub fn strays(folder: &Path, in_force: KeyEpoch) -> Result<Vec<(KeyEpoch, PathBuf)>, VaultError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(VaultError::io(folder))? {
        let path = entry.map_err(VaultError::io(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix("keys.").map(|rest| rest.strip_suffix(".new").unwrap_or(rest));
        let Some(epoch) = number.and_then(|number| number.parse().ok()).map(KeyEpoch) else { continue };
        if path != SlotFile::path_of(folder, in_force) {
            found.push((epoch, path));
        }
    }
    Ok(found)
}

/// Removes slot files, durably.
pub fn remove(folder: &Path, files: &[(KeyEpoch, PathBuf)]) -> Result<(), VaultError> {
    if files.is_empty() {
        return Ok(());
    }
    for (_, path) in files {
        std::fs::remove_file(path).map_err(VaultError::io(path))?;
    }
    crate::adapters::vault::sync_folder(folder)
}
