//! Facts about the store as a whole: its ids, the last clock reading, how often it was opened.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{camera::CameraId, instant::UtcInstant, recording::segment::KeyEpoch, retention::clock::ClockStanding};

/// A named fact. The names are the columns of a one-row table, in effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// 16 bytes, made at `init`; bound into every key.
    SiteUuid,
    /// i64 big-endian, nanoseconds: the newest UTC this store has seen.
    LastSeenUtc,
    /// u64 big-endian: how many times the store was opened for recording.
    OpenCount,
    /// SHA-256 of the one-time set-up code; `used` afterwards.
    SetupCode,
    /// i64 big-endian, nanoseconds: when expiry last ran to its end.
    LastExpiry,
    /// One byte: the next run of expiry may take more than usual, because people have agreed.
    BrakeLifted,
    /// One byte: a [`ClockStanding`].
    ClockDoubted,
    /// Boot id (16) and boot-time clock (i64 big-endian) that belong to `LastSeenUtc`.
    LastSeenBoot,
    /// u32 big-endian: the epoch of keys in force. Absent: the first.
    KeyEpoch,
    /// u32 big-endian: the newest epoch whose destruction the log tells of. Absent: none.
    EpochDestroyed,
    /// i64 big-endian, nanoseconds UTC: when the keys last changed.
    KeysRotatedUtc,
    /// Leaves (u64 big-endian) that the witness file reached, and when it was written (i64 big-endian,
    /// nanoseconds UTC).
    WitnessFile,
}

impl Fact {
    const fn name(self) -> &'static str {
        match self {
            Self::SiteUuid => "site_uuid",
            Self::LastSeenUtc => "last_seen_utc_ns",
            Self::OpenCount => "open_count",
            Self::SetupCode => "setup_code",
            Self::LastExpiry => "last_expiry_utc_ns",
            Self::BrakeLifted => "brake_lifted",
            Self::ClockDoubted => "clock_doubted",
            Self::LastSeenBoot => "last_seen_boot",
            Self::KeyEpoch => "key_epoch",
            Self::EpochDestroyed => "epoch_destroyed",
            Self::KeysRotatedUtc => "keys_rotated_utc_ns",
            Self::WitnessFile => "witness_file",
        }
    }
}

pub fn fact(connection: &Connection, fact: Fact) -> Result<Option<Vec<u8>>, CatalogueError> {
    Ok(connection.prepare_cached("SELECT value FROM store_fact WHERE name = ?1")?.query_row([fact.name()], |row| row.get(0)).optional()?)
}

pub fn set_fact(transaction: &Transaction<'_>, fact: Fact, value: &[u8]) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO store_fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")?
        .execute(params![fact.name(), value])?;
    Ok(())
}

pub fn site_uuid(connection: &Connection) -> Result<Option<Uuid>, CatalogueError> {
    fact(connection, Fact::SiteUuid)?
        .map(|bytes| Uuid::from_slice(&bytes).map_err(|_| CatalogueError::Impossible { what: "site id" }))
        .transpose()
}

/// The epoch of keys in force.
pub fn key_epoch(connection: &Connection) -> Result<KeyEpoch, CatalogueError> {
    Ok(epoch(connection, Fact::KeyEpoch)?.unwrap_or(KeyEpoch(1)))
}

/// The newest epoch whose destruction the log tells of.
pub fn epoch_destroyed(connection: &Connection) -> Result<Option<KeyEpoch>, CatalogueError> {
    epoch(connection, Fact::EpochDestroyed)
}

fn epoch(connection: &Connection, name: Fact) -> Result<Option<KeyEpoch>, CatalogueError> {
    let number = |bytes: Vec<u8>| bytes.try_into().map(u32::from_be_bytes).map_err(|_| CatalogueError::Impossible { what: "key epoch" });
    Ok(fact(connection, name)?.map(number).transpose()?.map(KeyEpoch))
}

/// The newest instant that was trusted.
pub fn last_seen(connection: &Connection) -> Result<Option<UtcInstant>, CatalogueError> {
    let bytes = fact(connection, Fact::LastSeenUtc)?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes).map(UtcInstant::from_unix_nanos))
}

pub fn clock_standing(connection: &Connection) -> Result<ClockStanding, CatalogueError> {
    Ok(match fact(connection, Fact::ClockDoubted)?.as_deref() {
        None | Some([0]) => ClockStanding::Believed,
        Some([2]) => ClockStanding::Unconfirmed,
        Some(_) => ClockStanding::Doubted,
    })
}

pub fn set_clock_standing(transaction: &Transaction<'_>, standing: ClockStanding) -> Result<(), CatalogueError> {
    let byte = match standing {
        ClockStanding::Believed => 0,
        ClockStanding::Doubted => 1,
        ClockStanding::Unconfirmed => 2,
    };
    set_fact(transaction, Fact::ClockDoubted, &[byte])
}

/// One more opening; returns the new count.
pub fn count_opening(transaction: &Transaction<'_>) -> Result<u64, CatalogueError> {
    let before = match fact(transaction, Fact::OpenCount)? {
        None => 0,
        Some(bytes) => u64::from_be_bytes(bytes.try_into().map_err(|_| CatalogueError::Impossible { what: "open count" })?),
    };
    let now = before + 1;
    set_fact(transaction, Fact::OpenCount, &now.to_be_bytes())?;
    Ok(now)
}

/// The camera's number, given out on first sight.
pub fn camera_number(transaction: &Transaction<'_>, id: &CameraId, seen: UtcInstant) -> Result<i64, CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO camera (id, first_seen_utc_ns) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")?
        .execute(params![id.as_str(), seen.unix_nanos()])?;
    Ok(transaction.prepare_cached("SELECT number FROM camera WHERE id = ?1")?.query_row([id.as_str()], |row| row.get(0))?)
}

/// Every camera that was ever seen.
pub fn cameras(connection: &Connection) -> Result<Vec<CameraId>, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT id FROM camera ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut cameras = Vec::new();
    while let Some(row) = rows.next()? {
        cameras.push(super::retention::camera_id(&row.get::<_, String>(0)?)?);
    }
    Ok(cameras)
}
