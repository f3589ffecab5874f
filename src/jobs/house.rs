//! The opened store with everything a job or a door may use.
//!
//! Refuses to open what another process uses, what other keys made, or what a newer Holdfast wrote,
//! and says each in a sentence with the next step. Making a store can be repeated: what is there
//! stays. Next: `record`, `footage`, `disclose`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    adopt::{self, Adopted},
    backup,
    reconcile::{self, Healed, ReconcileError},
    record::{live::LiveHub, status::StatusBoard},
    settle_keys::{self, SettleError},
};
use crate::{
    adapters::{
        clock,
        index::{Catalogue, CatalogueError, audit, store},
        vault::{
            CATALOGUE_FILE, StoreLock, Vault, VaultError,
            ballast::Ballast,
            custody::{Custody, CustodyError, EpochPlace, MasterPlace, Signers},
            mark::LogMark,
            slots::SlotFile,
        },
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, checkpoint::Checkpoint, witness},
        camera::{CameraId, connection::ConnectionState},
        instant::ClockReading,
        keys::generation::Mismatch,
        recording::segment::KeyEpoch,
    },
    jobs::{
        case::Office,
        keeping::{self, Keeping, Policy},
        record::leaf,
        redact::underway::Underway,
        witness::Witnesses,
    },
    problem::{Kind, Problem},
};

/// Where a store and its keys are.
#[derive(Clone, Debug)]
pub struct StorePlace<'a> {
    pub data: &'a Path,
    pub keys: &'a Path,
    pub master: &'a MasterPlace,
    pub epochs: &'a EpochPlace,
}

/// Shared by all jobs and doors.
pub struct House {
    pub catalogue: Arc<Catalogue>,
    pub vault: Arc<Vault>,
    pub live: Arc<LiveHub>,
    pub status: Arc<StatusBoard>,
    pub started: ClockReading,
    pub open_count: u64,
    pub healed: Healed,
    pub keeping: Keeping,
    pub mark: LogMark,
    pub witnesses: Witnesses,
    pub redacting: Arc<Underway>,
    office: Office,
}

impl House {
    /// Makes the store and its keys where they are missing.
    pub fn create(place: &StorePlace<'_>) -> Result<(), Problem> {
        std::fs::create_dir_all(place.data)
            .map_err(|source| told(HouseError::Vault(VaultError::Io { path: place.data.to_owned(), source }), place))?;
        create(place).map_err(|error| told(error, place))
    }

    /// Opens the store, alone, heals it, and counts the opening.
    pub fn open(place: &StorePlace<'_>, cameras: &[(CameraId, ConnectionState)]) -> Result<Self, Problem> {
        open(place, cameras).map_err(|error| told(error, place))
    }

    /// The house under the site's own policy, with its reserve set aside.
    pub fn under(mut self, policy: Policy) -> Result<Self, Problem> {
        self.keeping.ballast.keep(policy.reserve_bytes).map_err(|error| {
            let next = "Check the disk and the folder's permissions.";
            Problem::new(Kind::Fault, "reserve", "No room could be set aside on the store's disk.", next).because(error)
        })?;
        let last = self.catalogue.read(|connection| keeping::last_reading_of_boot(connection, self.vault.boot_id()))?;
        self.catalogue.write(|transaction| keeping::take_at_its_word(transaction, policy.trust))?;
        self.keeping = Keeping::new(policy, Arc::clone(&self.keeping.ballast), last);
        Ok(self)
    }

    /// The house with those who are shown its log.
    #[must_use]
    pub fn witnessed_by(self, witnesses: Witnesses) -> Self {
        Self { witnesses, ..self }
    }

    /// The house with the office that answers requests.
    #[must_use]
    pub fn answered_by(self, office: Office) -> Self {
        Self { office, ..self }
    }

    pub const fn office(&self) -> &Office {
        &self.office
    }

    /// Goes on with an older catalogue: enters the footage that it knows nothing of, and heals the
    /// store. The next opening will not refuse it any more.
    pub fn adopt(place: &StorePlace<'_>, actor: &Actor, reason: &Reason) -> Result<Adopted, Problem> {
        adopt(place, actor, reason).map_err(|error| told(error, place))
    }

    pub fn signers(&self) -> &Signers {
        self.vault.signers()
    }
}

#[derive(Debug, thiserror::Error)]
enum HouseError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Custody(#[from] CustodyError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Reconcile(#[from] ReconcileError),
    #[error(transparent)]
    Settle(SettleError),
    #[error("no store was made here yet")]
    NoStore,
    /// Its disk isn't mounted, or it is lost: another must not be made in its place unasked.
    #[error("the keys belong to a store that isn't here")]
    StoreElsewhere,
    #[error("the bank holidays that the program carries can't be read")]
    Calendar,
    #[error("the catalogue lacks the store's id")]
    NoSite,
    #[error("{0} is missing or empty, but there are segments beside it")]
    CatalogueLost(PathBuf),
    #[error("the log had {} leaves when it was signed last; this one is not its continuation", .0.size)]
    LogRolledBack(Checkpoint),
}

/// Opens or makes the catalogue. A new one beside old segments would make strangers of them all.
fn catalogue_of(place: &StorePlace<'_>) -> Result<Catalogue, HouseError> {
    let path = place.data.join(CATALOGUE_FILE);
    let is_empty = std::fs::metadata(&path).map_or(true, |data| data.len() == 0);
    if is_empty && Vault::is_made_in(place.data) {
        return Err(HouseError::CatalogueLost(path));
    }
    Ok(Catalogue::open(&path)?)
}

impl From<SettleError> for HouseError {
    /// What another step could have met as well is told in that step's words.
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Vault(error) => Self::Vault(error),
            SettleError::Custody(error) => Self::Custody(error),
            SettleError::Catalogue(error) => Self::Catalogue(error),
            mismatch @ SettleError::Mismatch(_) => Self::Settle(mismatch),
        }
    }
}

/// An empty folder is no store; where the keys have a log's mark beside them, there was one.
fn refuse_empty_place(place: &StorePlace<'_>) -> Result<(), HouseError> {
    let is_empty = !place.data.join(CATALOGUE_FILE).exists() && !Vault::is_made_in(place.data);
    if is_empty && LogMark::beside(place.keys).read()?.is_some() { Err(HouseError::StoreElsewhere) } else { Ok(()) }
}

fn create(place: &StorePlace<'_>) -> Result<(), HouseError> {
    refuse_empty_place(place)?;
    let _lock = StoreLock::take(place.data)?;
    Custody::create(place.keys, place.master, place.epochs)?;
    let catalogue = catalogue_of(place)?;
    let site = match catalogue.read(store::site_uuid)? {
        Some(site) => site,
        None => {
            let mut random = [0; 16];
            getrandom::fill(&mut random).map_err(|_| CustodyError::Random)?;
            let site = uuid::Builder::from_random_bytes(random).into_uuid();
            catalogue.write(|transaction| {
                store::set_fact(transaction, store::Fact::SiteUuid, site.as_bytes())?;
                store::set_fact(transaction, store::Fact::KeysRotatedUtc, &clock::now().utc.unix_nanos().to_be_bytes())
            })?;
            site
        }
    };
    Vault::create(place.data)?;
    let in_force = catalogue.read(store::key_epoch)?;
    // Later generations are made by rotation, never here.
    if in_force == KeyEpoch(1) && !SlotFile::path_of(place.data, in_force).exists() {
        let custody = Custody::open(place.keys, place.master, place.epochs)?;
        SlotFile::create(place.data, site, custody.wrapping_key(site, in_force)?)?;
    }
    Ok(())
}

/// A store whose catalogue and secrets are there, but not yet compared.
struct Found {
    lock: StoreLock,
    ballast: Arc<Ballast>,
    catalogue: Catalogue,
    site: Uuid,
    custody: Custody,
}

fn find(place: &StorePlace<'_>) -> Result<Found, HouseError> {
    refuse_empty_place(place)?;
    if !place.data.join(CATALOGUE_FILE).exists() && !Vault::is_made_in(place.data) {
        return Err(HouseError::NoStore);
    }
    let lock = StoreLock::take(place.data)?;
    backup::sweep(place.data).map_err(VaultError::io(place.data))?;
    let ballast = Arc::new(Ballast::open(place.data)?);
    ballast.relieve()?;
    let relieved = Arc::clone(&ballast);
    let catalogue = catalogue_of(place)?.with_relief(move || {
        if let Err(error) = relieved.relieve() {
            tracing::error!(%error, "the reserve could not give room");
        }
    });
    let site: Uuid = catalogue.read(store::site_uuid)?.ok_or(HouseError::NoSite)?;
    let custody = Custody::open(place.keys, place.master, place.epochs)?;
    Ok(Found { lock, ballast, catalogue, site, custody })
}

/// The log's mark, if the catalogue is older than it. One that our key didn't sign tells nothing.
fn newer_mark(found: &Found, mark: &LogMark) -> Result<Option<Checkpoint>, HouseError> {
    let key = found.custody.signers(found.site).audit_ed25519.verifying_key();
    let Some(seen) = mark.read()?.and_then(|note| Checkpoint::verify(&note, &key).ok()) else { return Ok(None) };
    let contradiction = found.catalogue.read(|connection| {
        let size = audit::size(connection)?;
        witness::confront(&seen, size, |size| audit::root_at(connection, size))
    })?;
    Ok(contradiction.map(|_| seen))
}

fn unlock(place: &StorePlace<'_>, found: Found) -> Result<(Vault, Catalogue, Arc<Ballast>), HouseError> {
    let Found { lock, ballast, catalogue, site, custody } = found;
    let settled = settle_keys::settle(place.data, site, &custody, &catalogue)?;
    Ok((Vault::open(lock, site, custody, settled.in_force)?, catalogue, ballast))
}

fn adopt(place: &StorePlace<'_>, actor: &Actor, reason: &Reason) -> Result<Adopted, HouseError> {
    let mark = LogMark::beside(place.keys);
    let found = find(place)?;
    let is_older = newer_mark(&found, &mark)?.is_some();
    let generation = settle_keys::newer_generation(&found.custody, &found.catalogue)?;
    if is_older || generation.is_some() {
        adopt::acknowledge(&found.catalogue, actor, reason, generation)?;
    }
    let (vault, catalogue, _) = unlock(place, found)?;
    let segments = adopt::adopt(&vault, &catalogue, actor, reason)?;
    reconcile::reconcile(&vault, &catalogue)?;
    let signers = vault.signers();
    let note = catalogue.write(|transaction| audit::checkpoint(transaction, vault.site(), &signers.audit_ed25519, &clock::now()))?;
    mark.keep(&note)?;
    Ok(Adopted { segments, older: is_older || generation.is_some() || segments > 0 })
}

fn open(place: &StorePlace<'_>, cameras: &[(CameraId, ConnectionState)]) -> Result<House, HouseError> {
    let started = clock::now();
    let mark = LogMark::beside(place.keys);
    let found = find(place)?;
    // Before anything is compared or healed by the word of a catalogue that isn't the newest.
    if let Some(seen) = newer_mark(&found, &mark)? {
        return Err(HouseError::LogRolledBack(seen));
    }
    let (vault, catalogue, ballast) = unlock(place, found)?;
    let site = vault.site();
    let healed = reconcile::reconcile(&vault, &catalogue)?;
    let open_count = catalogue.write(|transaction| {
        let count = store::count_opening(transaction)?;
        let details = serde_json::json!({"open_count": count, "healed": &healed, "boot": vault.boot_id()});
        audit::append(transaction, &started, &leaf::by_job(Action::HouseStart, "run", site.to_string(), details))?;
        keeping::start_unconfirmed(transaction, vault.boot_id())?;
        Ok(count)
    })?;
    let last = catalogue.read(|connection| keeping::last_reading_of_boot(connection, vault.boot_id()))?;
    Ok(House {
        keeping: Keeping::new(Policy::default(), ballast, last),
        witnesses: Witnesses::default(),
        redacting: Arc::default(),
        office: Office::of_nowhere().map_err(|_| HouseError::Calendar)?,
        live: Arc::new(LiveHub::new(cameras.iter().map(|(id, _)| id.clone()))),
        status: Arc::new(StatusBoard::new(cameras.iter().cloned(), started.utc)),
        catalogue: Arc::new(catalogue),
        vault: Arc::new(vault),
        started,
        open_count,
        healed,
        mark,
    })
}

/// What to do about an older catalogue, however it was noticed.
const OLDER_CATALOGUE: &str = "Put the newest catalogue back, with its keys.* files. If there is none, \u{201c}holdfast segment adopt\u{201d} goes on with \
    this one and enters newer footage again; holds, accounts and log entries made since are lost. Nothing was changed.";

fn told(error: HouseError, place: &StorePlace<'_>) -> Problem {
    let data = place.data.display();
    let keys = place.keys.display();
    let (kind, code, sentence, next) = match &error {
        HouseError::NoStore | HouseError::NoSite => (
            Kind::BadInput,
            "store_missing",
            format!("There is no Holdfast store in {data}."),
            "Run \u{201c}holdfast init\u{201d}, or correct store.data in the configuration.".to_owned(),
        ),
        HouseError::StoreElsewhere => (
            Kind::Conflict,
            "store_elsewhere",
            format!("There is no Holdfast store in {data}, but the keys in {keys} belong to one: its disk is not mounted, or it is lost."),
            format!(
                "Mount the disk (findmnt {data} shows what is there). If it is lost, \u{201c}holdfast restore\u{201d} goes on from a backup; \
                 \u{201c}holdfast init\u{201d} makes a new store only after {keys} was moved aside. Nothing was changed."
            ),
        ),
        HouseError::Vault(VaultError::InUse(_)) => (
            Kind::Conflict,
            "store_in_use",
            format!("Another Holdfast is using {data}."),
            "Stop it first (systemctl stop holdfast), or let it do the work: the command line talks to it by itself.".to_owned(),
        ),
        HouseError::Settle(SettleError::Mismatch(Mismatch::CatalogueRolledBack { catalogue, keys })) => (
            Kind::BadInput,
            "catalogue_rolled_back",
            format!(
                "The catalogue in {data} is older than the keys: it is of key generation {}, they are of generation {}.",
                catalogue.0, keys.0
            ),
            OLDER_CATALOGUE.to_owned(),
        ),
        HouseError::LogRolledBack(seen) => (
            Kind::Conflict,
            "catalogue_rolled_back",
            format!(
                "The catalogue in {data} is older than the one that was used last: its log does not go on from the {} entries that were signed then.",
                seen.size
            ),
            OLDER_CATALOGUE.to_owned(),
        ),
        HouseError::Settle(SettleError::Mismatch(Mismatch::KeysRolledBack { catalogue, keys })) => (
            Kind::BadInput,
            "keys_rolled_back",
            format!("The keys are older than the store in {data}: they are of generation {}, it is of generation {}.", keys.0, catalogue.0),
            "Put the newest keys back. Secrets of key generations are never part of a backup: without the present one the footage can't be \
             opened. Nothing was changed."
                .to_owned(),
        ),
        HouseError::Settle(SettleError::Mismatch(Mismatch::NoSecret { catalogue })) => (
            Kind::Fault,
            "epoch_secret_gone",
            format!("The secret of key generation {} is gone, so the store in {data} can't be opened.", catalogue.0),
            "Check the disk with the keys, or the TPM. Secrets of key generations are never part of a backup. Nothing was changed.".to_owned(),
        ),
        HouseError::Custody(CustodyError::NotATpm(tcti)) => (
            Kind::BadInput,
            "tpm_unknown",
            format!("keys.tpm is \u{201c}{tcti}\u{201d}, which names no TPM."),
            "Write it like device:/dev/tpmrm0.".to_owned(),
        ),
        HouseError::Custody(CustodyError::TpmEmpty { tcti }) => (
            Kind::BadInput,
            "tpm_empty",
            format!("The TPM at {tcti} holds no secrets of this store, so the store in {data} can't be opened."),
            "If the TPM was cleared or changed, the footage is gone for good. If keys.custody was changed, change it back.".to_owned(),
        ),
        HouseError::Custody(CustodyError::TpmOfAnotherStore { tcti }) => (
            Kind::BadInput,
            "tpm_of_another_store",
            format!("The TPM at {tcti} holds the secrets of another store, made with another master key."),
            "Restore this store's master key. If the other store is given up for good, free the TPM: tpm2_nvundefine 0x1804846, \
             tpm2_nvundefine 0x1804847."
                .to_owned(),
        ),
        HouseError::Custody(CustodyError::Tpm { tcti, .. }) => (
            Kind::Fault,
            "tpm_failed",
            format!("The TPM at {tcti} could not be used, so the store in {data} can't be opened."),
            "See that it is switched on in the firmware and that the user Holdfast runs as may use it (group tss). The log says more.".to_owned(),
        ),
        HouseError::Vault(VaultError::Custody(CustodyError::OtherBox))
        | HouseError::Custody(CustodyError::OtherBox | CustodyError::NotHeld(_)) => (
            Kind::BadInput,
            "store_of_another_box",
            format!("The store in {data} was made with other keys than those in {keys}: it belongs to another box."),
            "Point store.data and keys.dir at a matching pair. Nothing was changed.".to_owned(),
        ),
        HouseError::Custody(CustodyError::Missing(path)) => (
            Kind::BadInput,
            "key_missing",
            format!("The key {} is missing, so the store in {data} can't be opened.", path.display()),
            "Restore the key or correct keys.dir. Don't make a new key: it would not open this store.".to_owned(),
        ),
        HouseError::Custody(CustodyError::TooOpen(path)) => (
            Kind::BadInput,
            "key_readable_by_others",
            format!("The key {} can be read by other users of this machine.", path.display()),
            format!("Run: chmod 600 {}", path.display()) + ".",
        ),
        HouseError::Custody(CustodyError::NotAKey(path)) => (
            Kind::BadInput,
            "key_damaged",
            format!("{} is not a key of Holdfast's, or is damaged.", path.display()),
            "Restore it from your copy. Don't make a new key: it would not open this store.".to_owned(),
        ),
        HouseError::Catalogue(CatalogueError::NotOurs(path)) => (
            Kind::Fault,
            "catalogue_not_ours",
            format!("{} is not a Holdfast catalogue.", path.display()),
            "Restore it from a backup, or correct store.data. The footage files were not touched.".to_owned(),
        ),
        HouseError::CatalogueLost(path) => (
            Kind::Fault,
            "catalogue_lost",
            format!("The catalogue {} is missing or empty, but there is footage beside it.", path.display()),
            "Check that the disk is whole, then restore the catalogue from a backup. The footage files were not touched.".to_owned(),
        ),
        HouseError::Reconcile(ReconcileError::FootageWithoutRow { files, first }) => (
            Kind::Conflict,
            "catalogue_rolled_back",
            format!(
                "The catalogue in {data} is older than the footage beside it: it knows nothing of {files} of the segments there, {} the first.",
                first.display()
            ),
            OLDER_CATALOGUE.to_owned(),
        ),
        _ if is_damage(&error) => (
            Kind::Fault,
            "catalogue_damaged",
            format!("The catalogue {} is damaged.", place.data.join(CATALOGUE_FILE).display()),
            "Keep a copy of the folder, check the disk, then restore the catalogue from a backup. The footage files were not touched."
                .to_owned(),
        ),
        HouseError::Catalogue(CatalogueError::Newer { path, found, known }) => (
            Kind::BadInput,
            "catalogue_newer",
            format!("{} was written by a newer Holdfast (schema {found}; this one knows {known}).", path.display()),
            "Install that version again. Nothing was changed.".to_owned(),
        ),
        _ if is_no_space(&error) => (
            Kind::Fault,
            "disk_full",
            format!("The disk under {data} is full, so the store can't be opened."),
            "Free some space (a few MiB are enough to start), then start again. Nothing was lost.".to_owned(),
        ),
        _ => (
            Kind::Fault,
            "store_not_opened",
            format!("The store in {data} could not be opened."),
            "The log says why; check the disk and the folder's permissions.".to_owned(),
        ),
    };
    Problem::new(kind, code, sentence, next).because(error)
}

fn is_damage(error: &HouseError) -> bool {
    match error {
        HouseError::Catalogue(error) | HouseError::Reconcile(ReconcileError::Catalogue(error)) => error.is_damage(),
        _ => false,
    }
}

fn is_no_space(error: &HouseError) -> bool {
    match error {
        HouseError::Vault(error) => error.is_no_space(),
        HouseError::Custody(CustodyError::Io { source, .. }) => source.raw_os_error() == Some(libc::ENOSPC),
        HouseError::Catalogue(error) => error.is_no_space(),
        HouseError::Reconcile(ReconcileError::Vault(error)) => error.is_no_space(),
        HouseError::Reconcile(ReconcileError::Catalogue(error)) => error.is_no_space(),
        _ => false,
    }
}
