//! What may expire, what has, and whose files are still to be removed.

use rusqlite::{Connection, Row, Transaction, params};
use uuid::Uuid;

use super::{
    CatalogueError,
    retention::camera_id,
    segment::{self, SegmentRow},
    store,
};
use crate::domain::{
    camera::CameraId,
    instant::{Interval, Synchronised, UtcInstant},
    recording::segment::{KeySlot, SegmentId},
    retention::{clock::ClockStanding, expiry::Stored, proof::RowSays},
};

/// `counted_from_ns` of a segment recorded under a clock in doubt: nobody knows yet when that was.
pub(super) const NOT_YET_KNOWN: i64 = i64::MAX;
/// A segment's start may lie this much before the moment of opening it.
const BEHIND_NANOS: i64 = 60 * 1_000_000_000;

/// Whether footage that starts at `start` is recorded under a clock that may be wrong: it is in doubt,
/// nobody has confirmed it since the machine was started, or the store has seen a later time.
pub(super) fn is_undated(connection: &Connection, start: UtcInstant, clock: Synchronised) -> Result<bool, CatalogueError> {
    Ok(!store::clock_standing(connection)?.is_sure(clock)
        || store::last_seen(connection)?.is_some_and(|last_seen| last_seen.nanos_since(start) > BEHIND_NANOS))
}

/// The clock is in doubt from now on, and so is the date of what was recorded since it was believed last.
pub fn doubt_clock(transaction: &Transaction<'_>) -> Result<(), CatalogueError> {
    store::set_clock_standing(transaction, ClockStanding::Doubted)?;
    let since = store::last_seen(transaction)?.map_or(i64::MIN, UtcInstant::unix_nanos);
    transaction
        .prepare_cached(
            "UPDATE segment SET counted_from_ns = 9223372036854775807 WHERE start_utc_ns > ?1 AND counted_from_ns IS NULL AND state <> 'expired'",
        )?
        .execute([since])?;
    Ok(())
}

/// The clock is believed again: what was recorded while it was in doubt counts from here, so that none
/// of it goes early.
pub fn believe_clock(transaction: &Transaction<'_>, now: UtcInstant) -> Result<(), CatalogueError> {
    store::set_clock_standing(transaction, ClockStanding::Believed)?;
    transaction
        .prepare_cached(
            "UPDATE segment SET counted_from_ns = ?1 WHERE counted_from_ns = 9223372036854775807 AND state IN ('sealed', 'torn')",
        )?
        .execute([now.unix_nanos()])?;
    Ok(())
}

/// Whether there are segments that [`believe_clock`] will date.
pub fn any_undated(connection: &Connection) -> Result<bool, CatalogueError> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM segment WHERE counted_from_ns = 9223372036854775807 AND state IN ('sealed', 'torn'))",
        )?
        .query_row([], |row| row.get(0))?)
}

/// Closed segments of a camera recorded in `recorded` whose recording ended by `ended_by`, oldest first.
pub fn ended_by(
    connection: &Connection,
    camera: &CameraId,
    recorded: &Interval,
    ended_by: UtcInstant,
    limit: u32,
) -> Result<Vec<Stored>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, start_utc_ns, end_utc_ns, counted_from_ns FROM segment
         WHERE camera = (SELECT number FROM camera WHERE id = ?1) AND start_utc_ns >= ?2 AND start_utc_ns < ?3 AND start_utc_ns <= ?4
           AND max(end_utc_ns, coalesce(counted_from_ns, end_utc_ns)) <= ?4 AND state IN ('sealed', 'torn')
         ORDER BY start_utc_ns LIMIT ?5",
    )?;
    let mut rows = statement.query(params![
        camera.as_str(),
        recorded.from().unix_nanos(),
        recorded.to().unix_nanos(),
        ended_by.unix_nanos(),
        limit
    ])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(stored(camera.clone(), Uuid::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?)?);
    }
    Ok(found)
}

/// The oldest closed segments of all cameras that no hold keeps, recorded before `before`.
pub fn oldest_unheld(connection: &Connection, before: UtcInstant, limit: u32) -> Result<Vec<Stored>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT s.id, s.start_utc_ns, s.end_utc_ns, s.counted_from_ns, c.id FROM segment s JOIN camera c ON c.number = s.camera
         WHERE s.state IN ('sealed', 'torn') AND max(s.end_utc_ns, coalesce(s.counted_from_ns, s.end_utc_ns)) <= ?1 AND NOT EXISTS (
           SELECT 1 FROM hold_camera hc JOIN hold h ON h.id = hc.hold
           WHERE hc.camera = s.camera AND h.state <> 'released' AND h.from_utc_ns <= s.end_utc_ns
             AND (h.to_utc_ns IS NULL OR h.to_utc_ns >= s.start_utc_ns))
         ORDER BY s.start_utc_ns LIMIT ?2",
    )?;
    let mut rows = statement.query(params![before.unix_nanos(), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let camera = camera_id(&row.get::<_, String>(4)?)?;
        found.push(stored(camera, Uuid::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?)?);
    }
    Ok(found)
}

fn stored(camera: CameraId, id: Uuid, start_nanos: i64, end_nanos: i64, counted_from: Option<i64>) -> Result<Stored, CatalogueError> {
    let start = UtcInstant::from_unix_nanos(start_nanos);
    // A torn segment may hold a single picture of unknown length.
    let end = UtcInstant::from_unix_nanos(end_nanos.max(start_nanos.saturating_add(1)));
    let recorded = Interval::new(start, end).map_err(|_| CatalogueError::Impossible { what: "segment" })?;
    Ok(Stored { segment: SegmentId(id), camera, recorded, counted_from: counted_from.map(UtcInstant::from_unix_nanos) })
}

/// A segment whose row says that it has expired: the only key to destroying its key and file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired(SegmentRow);

impl Expired {
    pub const fn row(&self) -> &SegmentRow {
        &self.0
    }
}

/// What became of a segment that was to expire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its row says so once the transaction is committed; its key and file come next.
    Expired(Box<Expired>),
    /// A hold came first.
    Held,
    /// It was not there any more, or not closed.
    NotThere,
}

/// Expires one segment within the caller's transaction, unless a hold keeps it. The check and the
/// change are one transaction, so a hold placed at the same time is either before or after, never
/// in between.
pub fn expire(transaction: &Transaction<'_>, id: SegmentId, now: UtcInstant) -> Result<Outcome, CatalogueError> {
    let Some(row) = segment::by_id(transaction, id)?.filter(|row| row.state.is_kept()) else { return Ok(Outcome::NotThere) };
    let changed = transaction
        .prepare_cached(
            "UPDATE segment SET state = 'expired', expired_utc_ns = ?2 WHERE id = ?1 AND state IN ('sealed', 'torn') AND NOT EXISTS (
               SELECT 1 FROM hold_camera hc JOIN hold h ON h.id = hc.hold
               WHERE hc.camera = segment.camera AND h.state <> 'released' AND h.from_utc_ns <= segment.end_utc_ns
                 AND (h.to_utc_ns IS NULL OR h.to_utc_ns >= segment.start_utc_ns))",
        )?
        .execute(params![id.0.as_bytes(), now.unix_nanos()])?;
    Ok(if changed == 1 { Outcome::Expired(Box::new(Expired(row))) } else { Outcome::Held })
}

/// Expired segments behind `after` whose file may still be there, at most `limit`.
pub fn garbage(connection: &Connection, after: Option<SegmentId>, limit: u32) -> Result<Vec<Expired>, CatalogueError> {
    Ok(segment::garbage(connection, after, limit)?.into_iter().map(Expired).collect())
}

/// Notes that the files of these expired segments are gone.
pub fn file_gone(transaction: &Transaction<'_>, ids: &[SegmentId]) -> Result<(), CatalogueError> {
    let mut statement = transaction.prepare_cached("UPDATE segment SET file_gone = 1 WHERE id = ?1 AND state = 'expired'")?;
    for id in ids {
        statement.execute([id.0.as_bytes()])?;
    }
    Ok(())
}

/// Expired segments of a camera that overlap `within`: what a hold came too late for.
pub fn gone_within(connection: &Connection, camera: &CameraId, within: &Interval) -> Result<Vec<Interval>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT start_utc_ns, end_utc_ns FROM segment
         WHERE camera = (SELECT number FROM camera WHERE id = ?1) AND state = 'expired' AND start_utc_ns < ?3 AND end_utc_ns > ?2
         ORDER BY start_utc_ns",
    )?;
    let mut rows = statement.query(params![camera.as_str(), within.from().unix_nanos(), within.to().unix_nanos()])?;
    let mut gone: Vec<Interval> = Vec::new();
    while let Some(row) = rows.next()? {
        let start = UtcInstant::from_unix_nanos(row.get(0)?);
        // A single picture of unknown length is gone as well.
        let end = UtcInstant::from_unix_nanos(row.get(1)?).max(start.plus_nanos(1));
        if let Ok(interval) = Interval::new(start, end) {
            gone.push(interval);
        }
    }
    Ok(gone)
}

/// A closed or expired segment, with where its key is or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPlace {
    pub segment: SegmentId,
    pub row: RowSays,
    pub slot: KeySlot,
    pub key_commitment: [u8; 32],
}

/// Shows `each` every segment that was ever closed.
pub fn each_closed<E: From<CatalogueError>>(connection: &Connection, mut each: impl FnMut(KeyPlace) -> Result<(), E>) -> Result<(), E> {
    let sqlite = |error: rusqlite::Error| E::from(CatalogueError::from(error));
    let mut statement = connection
        .prepare_cached("SELECT id, state = 'expired', key_slot, key_commitment FROM segment WHERE state <> 'open'")
        .map_err(sqlite)?;
    let mut rows = statement.query([]).map_err(sqlite)?;
    while let Some(row) = rows.next().map_err(sqlite)? {
        each(key_place(row).map_err(sqlite)?)?;
    }
    Ok(())
}

fn key_place(row: &Row<'_>) -> rusqlite::Result<KeyPlace> {
    Ok(KeyPlace {
        segment: SegmentId(Uuid::from_bytes(row.get(0)?)),
        row: if row.get(1)? { RowSays::Expired } else { RowSays::Live },
        slot: KeySlot(row.get(2)?),
        key_commitment: row.get(3)?,
    })
}

/// Live segments as (id, slot): the survivors of a change of keys.
pub fn survivors(connection: &Connection) -> Result<Vec<(SegmentId, KeySlot)>, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT id, key_slot FROM segment WHERE state <> 'expired'")?;
    let rows = statement.query_map([], |row| Ok((SegmentId(Uuid::from_bytes(row.get(0)?)), KeySlot(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Cameras with closed footage.
pub fn cameras_with_footage(connection: &Connection) -> Result<u64, CatalogueError> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM camera c WHERE EXISTS (SELECT 1 FROM segment s WHERE s.camera = c.number AND s.state IN ('sealed', 'torn'))")?
        .query_row([], |row| row.get(0))?)
}
