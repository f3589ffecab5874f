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

/// What became of the files of expired segments; the keys are gone in any case.
pub struct Destroyed<'e> {
    pub gone: Vec<&'e Expired>,
    /// Why a file is still there, if one is.
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

    /// `segments/<camera>/<UTC day>/<segment>.seg`
    pub fn segment_path(&self, camera: &CameraId, start: UtcInstant, segment: SegmentId) -> PathBuf {
        let day = start.to_timestamp().strftime("%Y%m%d").to_string();
        self.folder.join(SEGMENTS_FOLDER).join(camera.as_str()).join(day).join(format!("{segment}.seg"))
    }

    /// The folders that segment files are in, camera by camera, day by day.
    pub fn days(&self) -> Result<Vec<PathBuf>, VaultError> {
        let mut days = Vec::new();
        for camera in entries(&self.folder.join(SEGMENTS_FOLDER))? {
            days.extend(entries(&camera)?);
        }
        Ok(days)
    }

    /// Every file of one of the [`days`](Self::days), by the id of its segment. Names that aren't ours
    /// come back as they are.
    pub fn files_of(&self, day: &Path) -> Result<Vec<(Option<SegmentId>, PathBuf)>, VaultError> {
        let id = |file: &PathBuf| Uuid::parse_str(file.file_name()?.to_str()?.strip_suffix(".seg")?).ok().map(SegmentId);
        Ok(entries(day)?.into_iter().map(|file| (id(&file), file)).collect())
    }

    /// Destroys what has expired: keys first, then the files, then the folders of days left empty but
    /// for those so near `now` that recording may still use them. A file that can't be removed holds up
    /// no other, and its key is gone all the same. Can be repeated.
    pub fn destroy<'e>(&self, expired: &'e [Expired], now: UtcInstant) -> Result<Destroyed<'e>, VaultError> {
        self.slots.kill(expired.iter().map(|expired| (expired.row().slot, expired.row().id)))?;
        let mut by_folder: BTreeMap<PathBuf, Vec<(&Expired, PathBuf)>> = BTreeMap::new();
        for one in expired {
            let path = self.segment_path(&one.row().camera, one.row().start, one.row().id);
            by_folder.entry(path.parent().unwrap_or(&path).to_owned()).or_default().push((one, path));
        }
        let mut destroyed = Destroyed { gone: Vec::with_capacity(expired.len()), stuck: None };
        for (folder, files) in by_folder {
            let removed = files.into_iter().filter_map(|(one, path)| match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    destroyed.stuck = Some(VaultError::io(&path)(error));
                    None
                }
                _ => Some(one),
            });
            let removed: Vec<&Expired> = removed.collect();
            let past = removed.iter().all(|one| now.nanos_since(one.row().start) > 2 * DAY_NANOS);
            // One that still holds footage can't be removed.
            let emptied = past && fs::remove_dir(&folder).is_ok();
            let changed = if emptied { folder.parent().unwrap_or(&folder) } else { &folder };
            match if changed.is_dir() { sync_folder(changed) } else { Ok(()) } {
                Ok(()) => destroyed.gone.extend(removed),
                Err(error) => destroyed.stuck = Some(error),
            }
        }
        Ok(destroyed)
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
