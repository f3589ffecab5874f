//! The keys of all segments: which slots are free, and the slot file of the generation in force.
//!
//! A slot keeps its number through every generation. Storing, killing and reading go to the file in
//! force; while the next one is being copied, what is stored and killed is noted, so that nothing gets
//! lost on the way. Never in SQLite: what a database deletes stays on the disk (measured). Next:
//! `writer` takes a slot, `reader` opens one, `next` makes a generation.

mod file;
mod next;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use parking_lot::{Mutex, RwLock};

use self::file::{FreeSlots, SLOT_LEN};
pub use self::{
    file::{SlotFile, remove, strays},
    next::{CaughtUp, Copied, NextGeneration, Turn},
};
use super::VaultError;
use crate::domain::recording::{
    seal::SegmentKey,
    segment::{KeyEpoch, KeySlot, SegmentId},
};

/// All slots of the open vault.
pub struct Slots {
    /// Taken alone only for the moment in which another file comes in force.
    present: RwLock<Arc<SlotFile>>,
    /// Shared by whoever changes a slot, taken alone by the change of generation.
    gate: RwLock<()>,
    free: Mutex<FreeSlots>,
    since: Mutex<Since>,
}

/// What happened to slots since the generation in force began.
#[derive(Default)]
struct Since {
    /// Keys stored whose rows a rotation hasn't seen yet: they may not be committed.
    stored: BTreeMap<KeySlot, SegmentId>,
    /// Slots changed while the next generation is being copied; None while none is.
    touched: Option<BTreeSet<KeySlot>>,
}

impl Since {
    fn touch(&mut self, slot: KeySlot) {
        if let Some(touched) = &mut self.touched {
            touched.insert(slot);
        }
    }
}

impl Slots {
    pub(super) fn new(file: SlotFile) -> Result<Self, VaultError> {
        let free = Mutex::new(file.find_free()?);
        Ok(Self { present: RwLock::new(Arc::new(file)), gate: RwLock::new(()), free, since: Mutex::default() })
    }

    fn present(&self) -> Arc<SlotFile> {
        Arc::clone(&self.present.read())
    }

    pub fn epoch(&self) -> KeyEpoch {
        self.present.read().epoch()
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
        let _shared = self.gate.read();
        self.present().store(slot, segment, key)?;
        let mut since = self.since.lock();
        since.stored.insert(slot, segment);
        since.touch(slot);
        Ok(())
    }

    /// The key of a segment, if its slot still opens.
    pub fn key(&self, slot: KeySlot, segment: SegmentId) -> Result<Option<SegmentKey>, VaultError> {
        self.present().key(slot, segment)
    }

    /// Overwrites the keys of these segments with zeros; they are gone once the epoch is. A slot that
    /// holds another segment's key by now is left alone: an older catalogue may name it. Slots are not
    /// used again before they are [given back](Self::give_back): whoever kills may have to do it twice.
    pub fn kill(&self, keys: impl IntoIterator<Item = (KeySlot, SegmentId)>) -> Result<(), VaultError> {
        let _shared = self.gate.read();
        let file = self.present();
        let mut slots = Vec::new();
        for (slot, segment) in keys {
            if file.key(slot, segment)?.is_some() {
                slots.push(slot);
            }
        }
        self.overwrite(&file, &slots)
    }

    /// Overwrites slots that no segment names, whatever is in them. Only at start-up, when nothing is
    /// about to be named.
    pub fn kill_nobodys(&self, slots: &[KeySlot]) -> Result<(), VaultError> {
        let _shared = self.gate.read();
        self.overwrite(&self.present(), slots)
    }

    fn overwrite(&self, file: &SlotFile, slots: &[KeySlot]) -> Result<(), VaultError> {
        if slots.is_empty() {
            return Ok(());
        }
        {
            // Noted first: should a write fail, the next generation is spared these keys all the same.
            let mut since = self.since.lock();
            for slot in slots {
                since.stored.remove(slot);
                since.touch(*slot);
            }
        }
        for slot in slots {
            file.put(*slot, &[0; SLOT_LEN])?;
        }
        file.sync()
    }

    /// Lets killed slots be used again, if they are empty indeed. Only once nothing in the catalogue can
    /// lead to killing them another time: by then another segment's key may be in them.
    pub fn give_back(&self, slots: impl IntoIterator<Item = KeySlot>) {
        let file = self.present();
        // One that can't be read is spared until the next start.
        let empty = slots.into_iter().filter(|slot| file.is_empty(*slot).unwrap_or(false)).map(|slot| slot.0);
        self.free.lock().holes.extend(empty);
    }

    /// Slots that hold a key: after a crash, those without a segment are killed.
    pub fn live(&self) -> Vec<KeySlot> {
        let free = self.free.lock();
        (0..free.end).filter(|slot| !free.holes.contains(slot)).map(KeySlot).collect()
    }
}
