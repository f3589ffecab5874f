//! Room set aside on the store's disk, so that a full disk stops recording and nothing else.
//!
//! A file of the reserve's size. When the disk is full it is made smaller, and signing in, holds, the
//! audit log and expiry go on in the room it gave; recording waits until it is whole again. Holds
//! nothing but zeros. Next: `jobs::pressure`.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use parking_lot::Mutex;
use rustix::fs::{FallocateFlags, fallocate};

use super::VaultError;

const FILE: &str = "reserve.ballast";
/// Below this much free room the ballast gives.
const LOW_BYTES: u64 = 2 << 20;
/// How much it gives at a time.
const STEP_BYTES: u64 = 4 << 20;
/// The reserve is at most this share of the disk.
const DISK_SHARE: u64 = 10;

/// Below this share of the disk, within bounds, room is short.
const SHORT_SHARE: u64 = 20;
const SHORT_BYTES_MAX: u64 = 256 << 20;

/// The reserve of an open store.
pub struct Ballast {
    path: PathBuf,
    file: Mutex<File>,
    disk_bytes: u64,
    wanted_bytes: AtomicU64,
    whole: AtomicBool,
}

impl Ballast {
    /// Opens what an earlier run has set aside in `folder`. It takes no room yet: a store on a full disk
    /// needs what is there to open at all.
    pub fn open(folder: &Path) -> Result<Self, VaultError> {
        let path = folder.join(FILE);
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(VaultError::io(&path))?;
        let stat = rustix::fs::fstatvfs(&file).map_err(|error| VaultError::io(&path)(error.into()))?;
        let disk_bytes = stat.f_blocks.saturating_mul(stat.f_frsize);
        let wanted_bytes = file.metadata().map_err(VaultError::io(&path))?.len();
        Ok(Self { path, file: Mutex::new(file), disk_bytes, wanted_bytes: AtomicU64::new(wanted_bytes), whole: AtomicBool::new(true) })
    }

    /// Sets `reserve_bytes` aside from now on, or as much as the disk has; at most a tenth of it.
    pub fn keep(&self, reserve_bytes: u64) -> Result<(), VaultError> {
        self.wanted_bytes.store(reserve_bytes.min(self.disk_bytes / DISK_SHARE), Ordering::Release);
        self.refill().map(drop)
    }

    /// Whether so little is left that whoever may overwrite should: some seconds before recording
    /// would have to stop.
    pub fn is_short(&self) -> Result<bool, VaultError> {
        let short_bytes = (self.disk_bytes / SHORT_SHARE).clamp(4 * LOW_BYTES, SHORT_BYTES_MAX);
        Ok(free_bytes(&self.file.lock()).map_err(VaultError::io(&self.path))? < short_bytes)
    }

    /// Whether recording may take what is free.
    pub fn is_whole(&self) -> bool {
        self.whole.load(Ordering::Acquire)
    }

    /// Gives some room when hardly any is left. Cheap when there is enough.
    pub fn relieve(&self) -> Result<(), VaultError> {
        let file = self.file.lock();
        if free_bytes(&file).map_err(VaultError::io(&self.path))? >= LOW_BYTES {
            return Ok(());
        }
        self.whole.store(self.wanted_bytes.load(Ordering::Acquire) == 0, Ordering::Release);
        let length = file.metadata().map_err(VaultError::io(&self.path))?.len();
        file.set_len(length.saturating_sub(STEP_BYTES)).map_err(VaultError::io(&self.path))
    }

    /// Takes the room back once there is some to spare; whether the reserve is whole then.
    pub fn refill(&self) -> Result<bool, VaultError> {
        let file = self.file.lock();
        let wanted_bytes = self.wanted_bytes.load(Ordering::Acquire);
        let metadata = file.metadata().map_err(VaultError::io(&self.path))?;
        let (length, allocated) = (metadata.len(), metadata.blocks() * 512);
        if length > wanted_bytes {
            file.set_len(wanted_bytes).map_err(VaultError::io(&self.path))?;
        }
        let whole = allocated >= wanted_bytes && length >= wanted_bytes;
        let missing_bytes = wanted_bytes.saturating_sub(allocated);
        if !whole && free_bytes(&file).map_err(VaultError::io(&self.path))? > missing_bytes + 2 * LOW_BYTES {
            match fallocate(&*file, FallocateFlags::empty(), 0, wanted_bytes) {
                Ok(()) => {
                    self.whole.store(true, Ordering::Release);
                    return Ok(true);
                }
                Err(rustix::io::Errno::NOSPC) => {}
                // A file system that can't set room aside: go without, as before.
                Err(rustix::io::Errno::OPNOTSUPP) => {
                    self.whole.store(true, Ordering::Release);
                    return Ok(true);
                }
                Err(error) => return Err(VaultError::io(&self.path)(error.into())),
            }
        }
        self.whole.store(whole, Ordering::Release);
        Ok(whole)
    }
}

fn free_bytes(file: &File) -> std::io::Result<u64> {
    let stat = rustix::fs::fstatvfs(file)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
