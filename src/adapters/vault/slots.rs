//! The slot file `keys.<epoch>`: one wrapped key a segment, in fixed 64-byte slots.
//!
//! ```text
//! header (64) = "HFSLOTS1" ‖ site (16) ‖ epoch u32 ‖ 0 u32 ‖ check (32)
//! slot   (64) = nonce (12) ‖ wrapped key (32) ‖ tag (16) ‖ 1 u32      all zero when free or killed
//! ```
//!
//! Never in SQLite: what a database deletes stays on the disk (measured). Refuses a file made under
//! other keys. Next: `writer` takes a slot, `reader` opens one.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use parking_lot::Mutex;
use uuid::Uuid;

use super::{
    VaultError,
    custody::{CustodyError, WRAPPED_LEN, WrappingKey, overwrite_in_place},
};
use crate::domain::recording::{
    seal::SegmentKey,
    segment::{KeyEpoch, KeySlot, SegmentId},
};

const MAGIC: [u8; 8] = *b"HFSLOTS1";
const SLOT_LEN: usize = 64;
const LIVE: u32 = 1;

/// The open slot file of the present epoch.
pub struct SlotFile {
    path: PathBuf,
    file: File,
    site: Uuid,
    wrapping: WrappingKey,
    free: Mutex<FreeSlots>,
}

struct FreeSlots {
    /// Slots below `end` that hold nothing.
    holes: BTreeSet<u32>,
    end: u32,
}

impl SlotFile {
    pub fn path_of(folder: &Path, epoch: KeyEpoch) -> PathBuf {
        folder.join(format!("keys.{}", epoch.0))
    }

    /// Makes an empty slot file unless there is one.
    pub fn create(folder: &Path, site: Uuid, wrapping: &WrappingKey) -> Result<(), VaultError> {
        let path = Self::path_of(folder, wrapping.epoch());
        if path.exists() {
            return Ok(());
        }
        let part = path.with_extension("new");
        let _ = std::fs::remove_file(&part);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(VaultError::io(&part))?;
        file.write_all_at(&header(site, wrapping), 0).and_then(|()| file.sync_all()).map_err(VaultError::io(&part))?;
        std::fs::rename(&part, &path).map_err(VaultError::io(&path))?;
        super::sync_folder(folder)
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
        let free = Mutex::new(find_free(&file, &path)?);
        Ok(Self { path, file, site, wrapping, free })
    }

    pub const fn epoch(&self) -> KeyEpoch {
        self.wrapping.epoch()
    }

    pub const fn site(&self) -> Uuid {
        self.site
    }

    /// Sets a slot aside for a new segment; [`store`](Self::store) fills it.
    pub fn reserve(&self) -> KeySlot {
        let mut free = self.free.lock();
        if let Some(hole) = free.holes.pop_first() {
            return KeySlot(hole);
        }
        let slot = free.end;
        free.end += 1;
        KeySlot(slot)
    }

    /// Wraps the key into its slot. On the disk when this returns.
    pub fn store(&self, slot: KeySlot, segment: SegmentId, key: &SegmentKey) -> Result<(), VaultError> {
        let wrapped = self.wrapping.wrap(key, segment, slot)?;
        let mut bytes = [0; SLOT_LEN];
        bytes[..WRAPPED_LEN].copy_from_slice(&wrapped);
        bytes[WRAPPED_LEN..].copy_from_slice(&LIVE.to_be_bytes());
        overwrite_in_place(&self.file, offset_of(slot), &bytes).map_err(VaultError::io(&self.path))
    }

    /// The key of a segment, if its slot still opens.
    pub fn key(&self, slot: KeySlot, segment: SegmentId) -> Result<Option<SegmentKey>, VaultError> {
        let mut bytes = [0; SLOT_LEN];
        match self.file.read_exact_at(&mut bytes, offset_of(slot)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(VaultError::io(&self.path)(error)),
        }
        let mut wrapped = [0; WRAPPED_LEN];
        wrapped.copy_from_slice(&bytes[..WRAPPED_LEN]);
        Ok(self.wrapping.unwrap(&wrapped, segment, slot))
    }

    /// Overwrites slots with zeros; the keys in them are gone once the epoch is. They are not used
    /// again before they are [given back](Self::give_back): whoever kills may have to do it twice.
    pub fn kill(&self, slots: impl IntoIterator<Item = KeySlot>) -> Result<(), VaultError> {
        let mut killed = 0;
        for slot in slots {
            self.file.write_all_at(&[0; SLOT_LEN], offset_of(slot)).map_err(VaultError::io(&self.path))?;
            killed += 1;
        }
        if killed > 0 {
            self.file.sync_data().map_err(VaultError::io(&self.path))?;
        }
        Ok(())
    }

    /// Lets killed slots be used again. Only once nothing in the catalogue can lead to killing them
    /// another time: by then another segment's key may be in them.
    pub fn give_back(&self, slots: impl IntoIterator<Item = KeySlot>) {
        self.free.lock().holes.extend(slots.into_iter().map(|slot| slot.0));
    }

    /// Slots that hold a key: after a crash, those without a segment are killed.
    pub fn live(&self) -> Vec<KeySlot> {
        let free = self.free.lock();
        (0..free.end).filter(|slot| !free.holes.contains(slot)).map(KeySlot).collect()
    }
}

fn header(site: Uuid, wrapping: &WrappingKey) -> [u8; SLOT_LEN] {
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

fn find_free(file: &File, path: &Path) -> Result<FreeSlots, VaultError> {
    let length = file.metadata().map_err(VaultError::io(path))?.len();
    let end = u32::try_from((length / SLOT_LEN as u64).saturating_sub(1)).map_err(|_| VaultError::Custody(CustodyError::OtherBox))?;
    let mut holes = BTreeSet::new();
    let mut block = vec![0; SLOT_LEN * 4096];
    let mut slot = 0;
    while slot < end {
        let count = (end - slot).min(4096) as usize;
        file.read_exact_at(&mut block[..count * SLOT_LEN], offset_of(KeySlot(slot))).map_err(VaultError::io(path))?;
        for (nth, bytes) in block[..count * SLOT_LEN].chunks_exact(SLOT_LEN).enumerate() {
            if bytes[WRAPPED_LEN..] != LIVE.to_be_bytes() {
                holes.insert(slot + nth as u32);
            }
        }
        slot += count as u32;
    }
    Ok(FreeSlots { holes, end })
}
