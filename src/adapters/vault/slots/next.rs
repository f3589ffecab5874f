//! The change of generation: every surviving key wrapped anew under the next epoch, in the same slot.
//!
//! ```text
//! NextGeneration ─ copy ─► Copied ─ catch up ─► CaughtUp ─ switch ─► in force
//!   recording goes on        named, secret stored     slots stand still
//! ```
//!
//! Nearly all the work is done while recording goes on; then, with the slots held still, what was
//! stored or killed meanwhile is done again. The caller commits the new epoch between catching up
//! and switching. Dropped at any point before, nothing has changed; what is left on the disk is for
//! `jobs::settle_keys`. Refuses two at a time.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use parking_lot::{MutexGuard, RwLockWriteGuard};

use super::{
    Slots,
    file::{SLOT_LEN, SLOTS_A_BLOCK, SlotBytes, SlotFile, filled},
};
use crate::{
    adapters::vault::{
        Vault, VaultError,
        custody::{Custody, CustodyError, EpochSecret, NONCE_LEN},
    },
    domain::recording::segment::{KeyEpoch, KeySlot, SegmentId},
};

/// Proof that nobody else changes the generation.
pub struct Turn<'v> {
    _alone: MutexGuard<'v, ()>,
}

/// Stops the noting of changed slots, whatever way the rotation ends.
struct Noting<'v>(&'v Slots);

impl Drop for Noting<'_> {
    fn drop(&mut self) {
        self.0.since.lock().touched = None;
    }
}

/// A generation begun: its file is empty, its secret nowhere but in memory.
pub struct NextGeneration<'v> {
    folder: &'v Path,
    custody: &'v Custody,
    slots: &'v Slots,
    noting: Noting<'v>,
    from: Arc<SlotFile>,
    file: SlotFile,
    secret: EpochSecret,
}

impl Vault {
    /// Asks for the right to change the generation; None while another holds it.
    pub fn take_turn(&self) -> Option<Turn<'_>> {
        self.turn.try_lock().map(|alone| Turn { _alone: alone })
    }

    /// Begins the next generation.
    pub fn next_generation<'v>(&'v self, _turn: &Turn<'v>) -> Result<NextGeneration<'v>, VaultError> {
        let from = self.slots.present();
        let secret = EpochSecret::draw(KeyEpoch(from.epoch().0 + 1))?;
        let file = SlotFile::begin(&self.folder, self.site, self.custody.wrapping_key_from(&secret, self.site))?;
        self.slots.since.lock().touched = Some(BTreeSet::new());
        let noting = Noting(&self.slots);
        Ok(NextGeneration { folder: &self.folder, custody: &self.custody, slots: &self.slots, noting, from, file, secret })
    }
}

/// What came of each key.
#[derive(Default)]
struct Carried {
    /// By slot: whether the new file holds its key.
    alive: Vec<bool>,
    /// Live by the catalogue, but their slots didn't open.
    without_key: BTreeSet<KeySlot>,
}

impl Carried {
    fn alive(&mut self, slot: KeySlot) {
        let at = slot.0 as usize;
        if at >= self.alive.len() {
            self.alive.resize(at + 1, false);
        }
        self.alive[at] = true;
    }

    fn forget(&mut self, slot: KeySlot) {
        if let Some(alive) = self.alive.get_mut(slot.0 as usize) {
            *alive = false;
        }
        self.without_key.remove(&slot);
    }
}

impl<'v> NextGeneration<'v> {
    pub fn epoch(&self) -> KeyEpoch {
        self.file.epoch()
    }

    /// Wraps the keys of `live` segments anew, gives the file its name, and stores the new epoch's
    /// secret: each on the disk before the next. `live` was read after this generation began.
    pub fn copy(mut self, mut live: Vec<(KeySlot, SegmentId)>) -> Result<Copied<'v>, VaultError> {
        live.sort_unstable();
        let seen: Vec<KeySlot> = live.iter().map(|(slot, _)| *slot).collect();
        // Keys whose rows were not committed when `live` was read.
        let stored = self.slots.since.lock().stored.clone();
        live.retain(|(slot, _)| !stored.contains_key(slot));
        live.extend(stored);
        live.sort_unstable();
        let mut carried = Carried::default();
        let mut rest = live.into_iter().peekable();
        let end = self.from.length_slots()?;
        let (mut old, mut new) = (vec![0; SLOT_LEN * SLOTS_A_BLOCK as usize], vec![0; SLOT_LEN * SLOTS_A_BLOCK as usize]);
        let mut nonces = vec![0; NONCE_LEN * SLOTS_A_BLOCK as usize];
        for first in (0..end).step_by(SLOTS_A_BLOCK as usize) {
            let count = (end - first).min(SLOTS_A_BLOCK);
            let (old, new) = (&mut old[..count as usize * SLOT_LEN], &mut new[..count as usize * SLOT_LEN]);
            self.from.read_block(KeySlot(first), old)?;
            new.fill(0);
            getrandom::fill(&mut nonces).map_err(|_| CustodyError::Random)?;
            let mut nonces = nonces.chunks_exact(NONCE_LEN);
            while let Some((slot, segment)) = rest.next_if(|(slot, _)| slot.0 < first + count) {
                let at = (slot.0 - first) as usize * SLOT_LEN;
                let Ok(bytes) = SlotBytes::try_from(&old[at..at + SLOT_LEN]) else { continue };
                let mut nonce = [0; NONCE_LEN];
                nonce.copy_from_slice(nonces.next().ok_or(CustodyError::Random)?);
                match self.from.open_slot(&bytes, slot, segment) {
                    Some(key) => {
                        let wrapped = self.file.wrapping().wrap_under(nonce, &key, segment, slot)?;
                        new[at..at + SLOT_LEN].copy_from_slice(&filled(&wrapped));
                        carried.alive(slot);
                    }
                    None => drop(carried.without_key.insert(slot)),
                }
            }
            self.file.put(KeySlot(first), new)?;
        }
        carried.without_key.extend(rest.map(|(slot, _)| slot));
        self.file.put_in_place(self.folder)?;
        self.custody.store(&self.secret)?;
        let Self { slots, noting, from, file, .. } = self;
        Ok(Copied { slots, noting, from, file, seen, carried })
    }
}

/// A generation whose file and secret are on the disk, but for what changed meanwhile.
pub struct Copied<'v> {
    slots: &'v Slots,
    noting: Noting<'v>,
    from: Arc<SlotFile>,
    file: SlotFile,
    /// Slots whose rows are known to be committed, sorted.
    seen: Vec<KeySlot>,
    carried: Carried,
}

impl<'v> Copied<'v> {
    /// Holds the slots still and does again what was stored or killed since the copy began. Cheap,
    /// and meant to run inside the catalogue's transaction that puts the epoch in force.
    pub fn catch_up(self) -> Result<CaughtUp<'v>, VaultError> {
        let Self { slots, noting, from, file, seen, mut carried } = self;
        let still = slots.gate.write();
        {
            let since = slots.since.lock();
            for slot in since.touched.iter().flatten() {
                carried.forget(*slot);
                let Some(segment) = since.stored.get(slot).copied() else {
                    file.put(*slot, &[0; SLOT_LEN])?;
                    continue;
                };
                match from.key(*slot, segment)? {
                    Some(key) => {
                        file.put(*slot, &filled(&file.wrapping().wrap(&key, segment, *slot)?))?;
                        carried.alive(*slot);
                    }
                    None => drop(carried.without_key.insert(*slot)),
                }
            }
        }
        file.sync()?;
        Ok(CaughtUp { slots, noting, still, file, seen, carried })
    }
}

/// A generation that is complete, with the slots held still until it is in force or given up.
pub struct CaughtUp<'v> {
    slots: &'v Slots,
    noting: Noting<'v>,
    still: RwLockWriteGuard<'v, ()>,
    file: SlotFile,
    /// Slots whose rows are known to be committed, sorted.
    seen: Vec<KeySlot>,
    carried: Carried,
}

impl CaughtUp<'_> {
    /// Keys wrapped anew.
    pub fn rewrapped(&self) -> u64 {
        self.carried.alive.iter().filter(|alive| **alive).count() as u64
    }

    /// Live segments whose keys were gone already.
    pub fn without_key(&self) -> u64 {
        self.carried.without_key.len() as u64
    }

    /// Puts the generation in force for everything that follows.
    pub fn switch(self) {
        let Self { slots, noting, still, file, seen, .. } = self;
        *slots.present.write() = Arc::new(file);
        {
            let mut since = slots.since.lock();
            let touched = since.touched.take().unwrap_or_default();
            since.stored.retain(|slot, _| touched.contains(slot) || seen.binary_search(slot).is_err());
        }
        drop(noting);
        drop(still);
    }
}
