//! What the jobs that keep and forget share: the site's policy, the watch over the clock, and what
//! held expiry up the last time.
//!
//! Next: `expire` asks here whether the clock can be believed.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    adapters::{
        clock,
        index::{CatalogueError, store},
        vault::ballast::Ballast,
    },
    domain::{
        instant::{ClockReading, Synchronised, UtcInstant},
        retention::clock::{ClockDoubt, ClockTrust, ClockWatch, TrustedNow},
    },
    jobs::house::House,
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
    /// Why expiry did not run the last time, in words; None when it did.
    refusal: Mutex<Option<String>>,
}

impl Keeping {
    pub fn new(policy: Policy, ballast: Arc<Ballast>, last_of_this_boot: Option<ClockReading>) -> Self {
        Self { policy, ballast, watch: Mutex::new(ClockWatch::since(last_of_this_boot)), refusal: Mutex::default() }
    }

    pub fn refusal(&self) -> Option<String> {
        self.refusal.lock().clone()
    }

    /// Notes a refusal or that there is none; tells whether that is news.
    pub fn note_refusal(&self, refusal: Option<String>) -> bool {
        let mut last = self.refusal.lock();
        let news = *last != refusal;
        *last = refusal;
        news
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
    let judged = {
        let mut watch = house.keeping.watch.lock();
        watch.observe(reading);
        watch.judge(&reading, last_seen, house.keeping.policy.trust)
    };
    if judged.is_ok() && last_seen.is_none_or(|last_seen| reading.utc.nanos_since(last_seen) > NOTED_EVERY_NANOS) {
        let mut boot = house.vault.boot_id().as_bytes().to_vec();
        boot.extend(reading.boottime_nanos.to_be_bytes());
        house.catalogue.write(|transaction| {
            store::set_fact(transaction, store::Fact::LastSeenUtc, &reading.utc.unix_nanos().to_be_bytes())?;
            store::set_fact(transaction, store::Fact::LastSeenBoot, &boot)
        })?;
    }
    Ok(judged)
}

/// The newest instant the store has trusted.
pub fn last_seen(house: &House) -> Result<Option<UtcInstant>, CatalogueError> {
    house.catalogue.read(last_seen_of)
}

fn last_seen_of(connection: &rusqlite::Connection) -> Result<Option<UtcInstant>, CatalogueError> {
    let bytes = store::fact(connection, store::Fact::LastSeenUtc)?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes).map(UtcInstant::from_unix_nanos))
}

/// The reading behind [`last_seen`], if the machine has not been started again since: a jump while
/// Holdfast was not running shows against it.
pub fn last_reading_of_boot(connection: &rusqlite::Connection, boot_id: uuid::Uuid) -> Result<Option<ClockReading>, CatalogueError> {
    let (Some(utc), Some(boot)) = (last_seen_of(connection)?, store::fact(connection, store::Fact::LastSeenBoot)?) else {
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

/// The clock as it is now, for acts of people: recorded, never forgotten by.
pub fn now() -> UtcInstant {
    clock::now().utc
}
