//! The vault: sealed segment files, the slots with their keys, and the custody of the secrets.
//!
//! The only room that sees a footage key or writes footage to disk, and it writes nothing but
//! ciphertext. Refuses a folder that another process uses or that other keys made. Next: `writer`
//! makes segments, `reader` opens them; `jobs::record` and `jobs::footage` call.

pub mod ballast;
pub mod custody;
pub mod locker;
pub mod mark;
pub mod reader;
pub mod slots;
mod stray;
pub mod writer;

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use parking_lot::Mutex;
use rustix::fs::{FlockOperation, flock};
use uuid::Uuid;

use self::{
    custody::{Custody, CustodyError, Signers},
    slots::{SlotFile, Slots},
};
use crate::{
    adapters::index::expiry::Expired,
    domain::{
        camera::CameraId,
        instant::UtcInstant,
        recording::{
            seal::SealError,
            segment::{KeyEpoch, NotASegment, SegmentId},
        },
    },
};

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    /// Whatever the disk gave as its reason, it is not told twice: a second sync would seem to succeed.
    #[error("{path} could not be made durable: {source}")]
    NotSynced { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Custody(#[from] CustodyError),
    #[error("another Holdfast is using {0}")]
    InUse(PathBuf),
    #[error("{path} is no segment: {source}")]
    NotASegment { path: PathBuf, source: NotASegment },
    #[error("segment {segment}: {source}")]
    Seal { segment: SegmentId, source: SealError },
    #[error("segment {0} has no key any more")]
    KeyGone(SegmentId),
    #[error("segment {0} is said to be sealed, but its end is missing or damaged")]
    EndMissing(SegmentId),
    #[error("segment {segment} has no fragment {fragment}")]
    NoFragment { segment: SegmentId, fragment: usize },
    #[error("segment {0} does not hold what was logged when it was sealed")]
    NotWhatWasLogged(SegmentId),
    #[error("a fragment could not be built: {0}")]
    Box(#[from] crate::domain::recording::fragment::BoxError),
}

impl VaultError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    fn seal(segment: SegmentId) -> impl FnOnce(SealError) -> Self {
        move |source| Self::Seal { segment, source }
    }

    /// Whether the disk has no room left, as opposed to failing.
    pub fn is_no_space(&self) -> bool {
        matches!(self, Self::Io { source, .. } | Self::NotSynced { source, .. } if matches!(source.raw_os_error(), Some(libc::ENOSPC | libc::EDQUOT)))
    }
}

/// Names inside the data folder.
pub const RECOVERY_FILE: &str = "recovery.json";
pub const CATALOGUE_FILE: &str = "catalogue.db";
pub const SOCKET_FILE: &str = "holdfast.sock";
const LOCK_FILE: &str = "holdfast.lock";
const SEGMENTS_FOLDER: &str = "segments";
const QUARANTINE_FOLDER: &str = "quarantine";
const DAY_NANOS: i64 = 86_400 * 1_000_000_000;

/// Proof that this process alone uses a data folder. Let go by the kernel, whatever happens to us.
pub struct StoreLock {
    _file: File,
    folder: PathBuf,
}

impl StoreLock {
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes the folder, or says who can't be two.
    pub fn take(folder: &Path) -> Result<Self, VaultError> {
        let path = folder.join(LOCK_FILE);
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(VaultError::io(&path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _file: file, folder: folder.to_owned() }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(VaultError::InUse(folder.to_owned())),
            Err(error) => Err(VaultError::io(&path)(error.into())),
        }
    }
}

/// Files that are unlinked at once: where the file system tells the disk of each (`discard`), an unlink waits for it.
const UNLINKERS: usize = 8;
/// So few that a thread of their own would cost more; one thread's calls can also be struck one after the other in tests.
const UNLINKED_ALONE: usize = 32;

/// Files of expired segments that are gone from their folders, by folder; whether the disk knows is
/// certain only once [`Vault::settle`] has said so.
#[derive(Default)]
pub struct Removed {
    by_folder: BTreeMap<PathBuf, Vec<Expired>>,
    stuck: Option<VaultError>,
}

/// What became of the files of expired segments; the keys are gone in any case.
pub struct Settled {
    pub gone: Vec<Expired>,
    /// Why a file is still there, or not surely gone, if one is.
    pub stuck: Option<VaultError>,
}

/// The open vault.
pub struct Vault {
    folder: PathBuf,
    site: Uuid,
    slots: Slots,
    custody: Custody,
    /// Held by whoever changes the generation of keys.
    turn: Mutex<()>,
    signers: Signers,
    boot_id: Uuid,
    _lock: StoreLock,
}

impl Vault {
    /// Makes the folders; what is there already stays.
    pub fn create(folder: &Path) -> Result<(), VaultError> {
        for sub in [SEGMENTS_FOLDER, QUARANTINE_FOLDER] {
            let path = folder.join(sub);
            fs::create_dir_all(&path).map_err(VaultError::io(&path))?;
        }
        Ok(())
    }

    /// Whether a vault was made in this folder, whatever state it is in.
    pub fn is_made_in(folder: &Path) -> bool {
        folder.join(SEGMENTS_FOLDER).exists()
    }

    /// Opens with the keys in `custody`, whose epoch `in_force` the catalogue names.
    pub fn open(lock: StoreLock, site: Uuid, custody: Custody, in_force: KeyEpoch) -> Result<Self, VaultError> {
        let slots = Slots::new(SlotFile::open(&lock.folder, site, custody.wrapping_key(site, in_force)?)?)?;
        let signers = custody.signers(site);
        Ok(Self { folder: lock.folder.clone(), site, slots, custody, turn: Mutex::new(()), signers, boot_id: boot_id(), _lock: lock })
    }

    pub const fn site(&self) -> Uuid {
        self.site
    }

    /// The epoch in force.
    pub fn epoch(&self) -> KeyEpoch {
        self.slots.epoch()
    }

    pub const fn slots(&self) -> &Slots {
        &self.slots
    }

    pub const fn custody(&self) -> &Custody {
        &self.custody
    }

    pub const fn signers(&self) -> &Signers {
        &self.signers
    }

    /// The slot file in force. Read it only while holding the turn: it is removed with its generation.
    pub fn slot_file(&self) -> PathBuf {
        SlotFile::path_of(&self.folder, self.epoch())
    }

    /// The folder `name` of sealed files beside the footage, under a key of its own.
    pub fn locker(&self, name: &'static str) -> Result<locker::Locker, VaultError> {
        locker::Locker::new(self.folder.join(name), self.custody.locker_key(self.site, name))
    }

    pub const fn boot_id(&self) -> Uuid {
        self.boot_id
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn segment_path(&self, camera: &CameraId, start: UtcInstant, segment: SegmentId) -> PathBuf {
        segment_path_in(&self.folder, camera, start, segment)
    }

    /// The folders that segment files are in, camera by camera, day by day.
    pub fn days(&self) -> Result<Vec<PathBuf>, VaultError> {
        days_in(&self.folder)
    }

    /// Every file of one of the [`days`](Self::days), by the id of its segment. Names that aren't ours
    /// come back as they are.
    pub fn files_of(&self, day: &Path) -> Result<Vec<(Option<SegmentId>, PathBuf)>, VaultError> {
        let id = |file: &PathBuf| Uuid::parse_str(file.file_name()?.to_str()?.strip_suffix(".seg")?).ok().map(SegmentId);
        Ok(entries(day)?.into_iter().map(|file| (id(&file), file)).collect())
    }

    /// Destroys the keys of what has expired, then unlinks its files. A file that can't be removed holds up
    /// no other, and its key is gone all the same. Can be repeated.
    pub fn destroy(&self, expired: Vec<Expired>, removed: &mut Removed) -> Result<(), VaultError> {
        self.slots.kill(expired.iter().map(|expired| (expired.row().slot, expired.row().id)))?;
        let part = expired.len().div_ceil(UNLINKERS).max(UNLINKED_ALONE);
        let (own, others) = expired.split_at(part.min(expired.len()));
        let outcomes = std::thread::scope(|scope| {
            let unlinking: Vec<_> = others.chunks(part).map(|part| scope.spawn(|| self.unlink(part))).collect();
            let mut outcomes = self.unlink(own);
            for part in unlinking {
                outcomes.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            outcomes
        });
        for (one, (folder, outcome)) in expired.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => removed.by_folder.entry(folder).or_default().push(one),
                Err(error) => removed.stuck = Some(error),
            }
        }
        Ok(())
    }

    /// The folder that each file is in, and whether it has left it.
    fn unlink(&self, expired: &[Expired]) -> Vec<(PathBuf, Result<(), VaultError>)> {
        let unlinked = expired.iter().map(|one| {
            let path = self.segment_path(&one.row().camera, one.row().start, one.row().id);
            let outcome = match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(VaultError::io(&path)(error)),
                _ => Ok(()),
            };
            (path.parent().unwrap_or(&path).to_owned(), outcome)
        });
        unlinked.collect()
    }

    /// Makes sure of what was unlinked, each folder once however many files left it. Folders of days left
    /// empty go too, but for those so near `now` that recording may still use them.
    pub fn settle(&self, removed: Removed, now: UtcInstant) -> Settled {
        let mut settled = Settled { gone: Vec::new(), stuck: removed.stuck };
        for (folder, gone) in removed.by_folder {
            let past = gone.iter().all(|one| now.nanos_since(one.row().start) > 2 * DAY_NANOS);
            // One that still holds footage can't be removed.
            let emptied = past && fs::remove_dir(&folder).is_ok();
            let changed = if emptied { folder.parent().unwrap_or(&folder) } else { &folder };
            match if changed.is_dir() { sync_folder(changed) } else { Ok(()) } {
                Ok(()) => settled.gone.extend(gone),
                Err(error) => settled.stuck = Some(error),
            }
        }
        settled
    }

    /// Room left on the disk for us, bytes.
    pub fn free_bytes(&self) -> Result<u64, VaultError> {
        let stat = rustix::fs::statvfs(&self.folder).map_err(|error| VaultError::io(&self.folder)(error.into()))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    /// Where a file that no row accounts for can go without taking another's place.
    pub fn place_aside(&self, file: &Path) -> PathBuf {
        let folder = self.folder.join(QUARANTINE_FOLDER);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let numbered = (2u32..).map(|number| format!("{name}.{number}"));
        std::iter::once(name.to_string()).chain(numbered).map(|name| folder.join(name)).find(|path| !path.exists()).unwrap_or_default()
    }

    /// Moves a file there. Nothing is deleted on suspicion.
    pub fn set_aside(&self, file: &Path, place: &Path) -> Result<(), VaultError> {
        fs::rename(file, place).map_err(VaultError::io(file))?;
        for folder in [place, file].into_iter().filter_map(Path::parent) {
            sync_folder(folder)?;
        }
        Ok(())
    }
}

/// `segments/<camera>/<UTC day>/<segment>.seg`
pub fn segment_path_in(data: &Path, camera: &CameraId, start: UtcInstant, segment: SegmentId) -> PathBuf {
    let day = start.to_timestamp().strftime("%Y%m%d").to_string();
    data.join(SEGMENTS_FOLDER).join(camera.as_str()).join(day).join(format!("{segment}.seg"))
}

/// The folders of days in a data folder, of every camera.
pub fn days_in(data: &Path) -> Result<Vec<PathBuf>, VaultError> {
    let mut days = Vec::new();
    for camera in entries(&data.join(SEGMENTS_FOLDER))? {
        days.extend(entries(&camera)?);
    }
    Ok(days)
}

/// Puts a small file in its place whole or not at all, private to its owner. On the disk when this returns.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), VaultError> {
    let part = path.with_extension("new");
    let _ = fs::remove_file(&part);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(VaultError::io(&part))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(VaultError::io(&part))?;
    fs::rename(&part, path).map_err(VaultError::io(path))?;
    sync_folder(path.parent().unwrap_or(path))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, VaultError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let listed = fs::read_dir(folder).map_err(VaultError::io(folder))?;
    let mut paths: Vec<PathBuf> =
        listed.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(VaultError::io(folder))?;
    paths.sort();
    Ok(paths)
}

pub(crate) fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(VaultError::io(folder))
}

fn boot_id() -> Uuid {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().and_then(|text| text.trim().parse().ok()).unwrap_or_default()
}
