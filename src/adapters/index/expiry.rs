//! What may expire, what has, and whose files are still to be removed.

use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

use super::{
    CatalogueError,
    retention::camera_id,
    segment::{self, SegmentRow},
};
use crate::domain::{
    camera::CameraId,
    instant::{Interval, UtcInstant},
    recording::segment::{KeySlot, SegmentId},
    retention::expiry::Stored,
};

/// Closed segments of a camera recorded in `recorded` whose recording ended by `ended_by`, oldest first.
pub fn ended_by(
    connection: &Connection,
    camera: &CameraId,
    recorded: &Interval,
    ended_by: UtcInstant,
    limit: u32,
) -> Result<Vec<Stored>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, start_utc_ns, end_utc_ns FROM segment
         WHERE camera = (SELECT number FROM camera WHERE id = ?1) AND start_utc_ns >= ?2 AND start_utc_ns < ?3 AND end_utc_ns <= ?4
           AND state IN ('sealed', 'torn')
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
        found.push(stored(camera.clone(), Uuid::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?)?);
    }
    Ok(found)
}

/// The oldest closed segments of all cameras that no hold keeps, recorded before `before`.
pub fn oldest_unheld(connection: &Connection, before: UtcInstant, limit: u32) -> Result<Vec<Stored>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT s.id, s.start_utc_ns, s.end_utc_ns, c.id FROM segment s JOIN camera c ON c.number = s.camera
         WHERE s.state IN ('sealed', 'torn') AND s.end_utc_ns <= ?1 AND NOT EXISTS (
           SELECT 1 FROM hold_camera hc JOIN hold h ON h.id = hc.hold
           WHERE hc.camera = s.camera AND h.state <> 'released' AND h.from_utc_ns <= s.end_utc_ns
             AND (h.to_utc_ns IS NULL OR h.to_utc_ns >= s.start_utc_ns))
         ORDER BY s.start_utc_ns LIMIT ?2",
    )?;
    let mut rows = statement.query(params![before.unix_nanos(), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let camera = camera_id(&row.get::<_, String>(3)?)?;
        found.push(stored(camera, Uuid::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?)?);
    }
    Ok(found)
}

fn stored(camera: CameraId, id: Uuid, start_nanos: i64, end_nanos: i64) -> Result<Stored, CatalogueError> {
    let start = UtcInstant::from_unix_nanos(start_nanos);
    // A torn segment may hold a single picture of unknown length.
    let end = UtcInstant::from_unix_nanos(end_nanos.max(start_nanos.saturating_add(1)));
    let recorded = Interval::new(start, end).map_err(|_| CatalogueError::Impossible { what: "segment" })?;
    Ok(Stored { segment: SegmentId(id), camera, recorded })
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

/// Expired segments whose file may still be there.
pub fn garbage(connection: &Connection, limit: u32) -> Result<Vec<Expired>, CatalogueError> {
    Ok(segment::garbage(connection, limit)?.into_iter().map(Expired).collect())
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
        if let Ok(interval) = Interval::new(UtcInstant::from_unix_nanos(row.get(0)?), UtcInstant::from_unix_nanos(row.get(1)?)) {
            gone.push(interval);
        }
    }
    Ok(gone)
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
