//! What the jobs that keep and forget share: the site's policy, the watch over the clock, and what
//! held expiry up the last time.
//!
//! Next: `expire` asks here whether the clock can be believed.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    adapters::{
        index::{CatalogueError, expiry, store},
        vault::{Vault, ballast::Ballast},
    },
    domain::{
        instant::{ClockReading, Synchronised, UtcInstant},
        retention::clock::{ClockDoubt, ClockStanding, ClockTrust, ClockWatch, TrustedNow},
    },
    jobs::house::House,
    problem::{Kind, Problem},
};

/// What to do when the disk is full and nothing is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Stop recording and say so. Nothing is forgotten before its time.
    Stop,
    /// Forget the oldest footage that no hold keeps and that is older than `floor_seconds`.
    Overwrite { floor_seconds: i64 },
}

/// The site's decisions on keeping and forgetting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub trust: ClockTrust,
    pub when_full: WhenFull,
    /// Room kept free for everything but recording, bytes.
    pub reserve_bytes: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { trust: ClockTrust::Synchronised, when_full: WhenFull::Stop, reserve_bytes: 0 }
    }
}

/// Part of the house.
pub struct Keeping {
    pub policy: Policy,
    pub ballast: Arc<Ballast>,
    watch: Mutex<ClockWatch>,
    /// Why expiry did not run the last time; None when it did.
    refusal: Mutex<Option<Refusal>>,
    /// Held by whoever expires: a slot killed by two may be another segment's by the second time.
    pub(super) expiring: Mutex<()>,
}

/// What holds expiry up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    NotSynchronised,
    Behind,
    Jumped,
    TooMuchAtOnce,
}

impl From<&ClockDoubt> for Hindrance {
    fn from(doubt: &ClockDoubt) -> Self {
        match doubt {
            ClockDoubt::NotSynchronised => Self::NotSynchronised,
            ClockDoubt::Behind { .. } => Self::Behind,
            ClockDoubt::Jumped { .. } => Self::Jumped,
        }
    }
}

/// A hindrance, and the words for it as things stood last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub hindrance: Hindrance,
    pub why: String,
}

impl Keeping {
    pub fn new(policy: Policy, ballast: Arc<Ballast>, last_of_this_boot: Option<ClockReading>) -> Self {
        Self {
            policy,
            ballast,
            watch: Mutex::new(ClockWatch::since(last_of_this_boot)),
            refusal: Mutex::default(),
            expiring: Mutex::default(),
        }
    }

    /// Why expiry did not run the last time, in words.
    pub fn refusal(&self) -> Option<String> {
        self.refusal.lock().as_ref().map(|refusal| refusal.why.clone())
    }

    /// Notes a refusal or that there is none.
    pub fn note_refusal(&self, refusal: Option<Refusal>) {
        *self.refusal.lock() = refusal;
    }

    /// Whether this hindrance is another than the last time's. Other words for the same one are no news:
    /// they hold the time.
    pub fn is_news(&self, refusal: &Refusal) -> bool {
        self.refusal.lock().as_ref().map(|last| last.hindrance) != Some(refusal.hindrance)
    }

    /// Somebody has looked at the clock and says that it is right.
    pub fn acknowledge_clock(&self) {
        self.watch.lock().acknowledge();
    }
}

/// How often the newest instant is written down: a clock that goes back by more shows.
const NOTED_EVERY_NANOS: i64 = 30_000_000_000;

/// Whether `reading` can be forgotten by; if so, it becomes the newest instant this store has seen.
pub fn trusted_now(house: &House, reading: ClockReading) -> Result<Result<TrustedNow, ClockDoubt>, CatalogueError> {
    let last_seen = last_seen(house)?;
    let (judged, consistent) = {
        let mut watch = house.keeping.watch.lock();
        watch.observe(reading);
        (watch.judge(&reading, last_seen, house.keeping.policy.trust), watch.judge(&reading, last_seen, ClockTrust::System).is_ok())
    };
    let (standing, undated) =
        house.catalogue.read(|connection| Ok((store::clock_standing(connection)?, expiry::any_undated(connection)?)))?;
    if !consistent && standing != ClockStanding::Doubted {
        house.catalogue.write(expiry::doubt_clock)?;
    }
    if judged.is_ok() && last_seen.is_none_or(|last_seen| reading.utc.nanos_since(last_seen) > NOTED_EVERY_NANOS) {
        house.catalogue.write(|transaction| note_seen(transaction, &house.vault, &reading))?;
    }
    if judged.is_ok() && (standing != ClockStanding::Believed || undated) {
        house.catalogue.write(|transaction| expiry::believe_clock(transaction, reading.utc))?;
    }
    Ok(judged)
}

/// Makes `reading` the newest instant this store has seen.
pub(super) fn note_seen(transaction: &rusqlite::Transaction<'_>, vault: &Vault, reading: &ClockReading) -> Result<(), CatalogueError> {
    let mut boot = vault.boot_id().as_bytes().to_vec();
    boot.extend(reading.boottime_nanos.to_be_bytes());
    store::set_fact(transaction, store::Fact::LastSeenUtc, &reading.utc.unix_nanos().to_be_bytes())?;
    store::set_fact(transaction, store::Fact::LastSeenBoot, &boot)
}

/// Why a time that people set going can't be counted from `at`. A clock that no source holds any more
/// will do, as long as it was believed since the machine was started, has not jumped and is not behind.
pub(super) fn not_countable(house: &House, at: &ClockReading) -> Result<Option<Problem>, CatalogueError> {
    let mut watch = house.keeping.watch.lock().clone();
    watch.observe(*at);
    let (standing, last_seen) =
        house.catalogue.read(|connection| Ok((store::clock_standing(connection)?, store::last_seen(connection)?)))?;
    let doubt = watch.judge(at, last_seen, standing.counts_by(house.keeping.policy.trust)).err();
    Ok(doubt.map(|doubt| {
        let next = "Set the clock right, or wait until its time source has; then agree again.";
        Problem::new(Kind::Conflict, "clock_in_doubt", "The waiting time can't begin while the clock is in doubt.", next).because(doubt)
    }))
}

/// The instant that periods are counted from which people set going: not before what the store has
/// seen, so that a clock that is behind makes none of them shorter.
pub(super) fn not_before_seen(connection: &rusqlite::Connection, at: &ClockReading) -> Result<UtcInstant, CatalogueError> {
    Ok(store::last_seen(connection)?.map_or(at.utc, |last_seen| last_seen.max(at.utc)))
}

/// The newest instant the store has trusted.
pub fn last_seen(house: &House) -> Result<Option<UtcInstant>, CatalogueError> {
    house.catalogue.read(store::last_seen)
}

/// A machine that was started anew has a clock that nobody has confirmed.
pub(super) fn start_unconfirmed(transaction: &rusqlite::Transaction<'_>, boot_id: uuid::Uuid) -> Result<(), CatalogueError> {
    if last_reading_of_boot(transaction, boot_id)?.is_none() && store::clock_standing(transaction)? == ClockStanding::Believed {
        store::set_clock_standing(transaction, ClockStanding::Unconfirmed)?;
    }
    Ok(())
}

/// Where the site trusts the machine's own clock, nobody else need confirm it.
pub(super) fn take_at_its_word(transaction: &rusqlite::Transaction<'_>, trust: ClockTrust) -> Result<(), CatalogueError> {
    if trust == ClockTrust::System && store::clock_standing(transaction)? == ClockStanding::Unconfirmed {
        store::set_clock_standing(transaction, ClockStanding::Believed)?;
    }
    Ok(())
}

/// The reading behind [`last_seen`], if the machine has not been started again since: a jump while
/// Holdfast was not running shows against it.
pub fn last_reading_of_boot(connection: &rusqlite::Connection, boot_id: uuid::Uuid) -> Result<Option<ClockReading>, CatalogueError> {
    let (Some(utc), Some(boot)) = (store::last_seen(connection)?, store::fact(connection, store::Fact::LastSeenBoot)?) else {
        return Ok(None);
    };
    let Some((id, boottime)) = boot.split_at_checked(16) else { return Ok(None) };
    let boottime: Option<[u8; 8]> = boottime.try_into().ok();
    let of_this_boot = id == boot_id.as_bytes();
    Ok(boottime.filter(|_| of_this_boot).map(|boottime| ClockReading {
        utc,
        boottime_nanos: i64::from_be_bytes(boottime),
        synchronised: Synchronised::No,
    }))
}
