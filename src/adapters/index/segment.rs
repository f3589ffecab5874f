//! Segment rows: opened before the first record, sealed with the last, never resurrected.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    camera::CameraId,
    instant::{Interval, Synchronised, UtcInstant},
    recording::{
        access_unit::VideoCodec,
        segment::{KeyEpoch, KeySlot, SegmentId, SegmentState},
    },
};

/// A segment as the catalogue knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentRow {
    pub id: SegmentId,
    pub camera: CameraId,
    pub state: SegmentState,
    pub start: UtcInstant,
    /// None while open.
    pub end: Option<UtcInstant>,
    pub bytes: u64,
    pub frames: u64,
    pub fragments: u64,
    /// Records known to have reached the disk.
    pub durable_records: u64,
    pub epoch: KeyEpoch,
    pub slot: KeySlot,
    pub key_commitment: [u8; 32],
    pub fragment_root: Option<[u8; 32]>,
    pub clock: Synchronised,
    pub camera_clock_offset_nanos: Option<i64>,
    pub codec: VideoCodec,
    pub width_px: u32,
    pub height_px: u32,
    pub activity_peak: Option<u8>,
}

/// What closing a segment adds to its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    pub end: UtcInstant,
    pub bytes: u64,
    pub frames: u64,
    pub fragments: u64,
    pub records: u64,
    pub fragment_root: [u8; 32],
    pub camera_clock_offset_nanos: Option<i64>,
    pub activity_peak: Option<u8>,
}

/// Inserts an `open` row; the camera is given a number if it has none.
pub fn open(transaction: &Transaction<'_>, row: &SegmentRow) -> Result<(), CatalogueError> {
    let camera = super::store::camera_number(transaction, &row.camera, row.start)?;
    let counted_from = super::expiry::is_undated(transaction, row.start, row.clock)?.then_some(super::expiry::NOT_YET_KNOWN);
    transaction
        .prepare_cached(
            "INSERT INTO segment (id, camera, state, start_utc_ns, key_epoch, key_slot, key_commitment, clock_synchronised, codec, width_px, height_px,
               counted_from_ns)
             VALUES (?1, ?2, 'open', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            row.id.0.as_bytes(),
            camera,
            row.start.unix_nanos(),
            row.epoch.0,
            row.slot.0,
            row.key_commitment,
            row.clock == Synchronised::Yes,
            codec_name(row.codec),
            row.width_px,
            row.height_px,
            counted_from,
        ])?;
    Ok(())
}

/// Turns an open row into `to` (sealed or torn). False when the row was not open any more.
pub fn close(transaction: &Transaction<'_>, id: SegmentId, to: SegmentState, closing: &Closing) -> Result<Closed, CatalogueError> {
    let changed = transaction
        .prepare_cached(
            "UPDATE segment SET state = ?2, end_utc_ns = max(?3, start_utc_ns), bytes = ?4, frames = ?5, fragments = ?6, durable_records = ?7,
             fragment_root = ?8, camera_clock_offset_ns = ?9, activity_peak = ?10 WHERE id = ?1 AND state = 'open'",
        )?
        .execute(params![
            id.0.as_bytes(),
            to.name(),
            closing.end.unix_nanos(),
            closing.bytes,
            closing.frames,
            closing.fragments,
            closing.records,
            closing.fragment_root,
            closing.camera_clock_offset_nanos,
            closing.activity_peak,
        ])?;
    Ok(if changed == 1 { Closed::Now } else { Closed::Before })
}

/// Whether a closing found the row still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    Now,
    Before,
}

/// Forgets an open segment of which nothing readable is left.
pub fn forget_open(transaction: &Transaction<'_>, id: SegmentId) -> Result<(), CatalogueError> {
    transaction.prepare_cached("DELETE FROM segment WHERE id = ?1 AND state = 'open'")?.execute([id.0.as_bytes()])?;
    Ok(())
}

/// Notes that the first `records` records are on the disk, for each open segment named.
pub fn note_durable(transaction: &Transaction<'_>, marks: &[(SegmentId, u64)]) -> Result<(), CatalogueError> {
    let mut statement =
        transaction.prepare_cached("UPDATE segment SET durable_records = max(durable_records, ?2) WHERE id = ?1 AND state = 'open'")?;
    for (id, records) in marks {
        statement.execute(params![id.0.as_bytes(), records])?;
    }
    Ok(())
}

const COLUMNS: &str = "s.id, c.id, s.state, s.start_utc_ns, s.end_utc_ns, s.bytes, s.frames, s.fragments, s.durable_records, s.key_epoch,
    s.key_slot, s.key_commitment, s.fragment_root, s.clock_synchronised, s.camera_clock_offset_ns, s.codec, s.width_px, s.height_px, s.activity_peak";

/// One segment by id.
pub fn by_id(connection: &Connection, id: SegmentId) -> Result<Option<SegmentRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM segment s JOIN camera c ON c.number = s.camera WHERE s.id = ?1");
    connection.prepare_cached(sql)?.query_row([id.0.as_bytes()], parse).optional()?.transpose()
}

/// Segments not expired that overlap `within` (an open one reaches to the far future), oldest first.
pub fn overlapping(connection: &Connection, camera: &CameraId, within: &Interval) -> Result<Vec<SegmentRow>, CatalogueError> {
    // A segment's length is bounded, so the index narrows the scan to starts not much before `from`.
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " FROM segment s JOIN camera c ON c.number = s.camera
         WHERE s.camera = (SELECT number FROM camera WHERE id = ?1) AND s.start_utc_ns < ?3 AND s.start_utc_ns >= ?4
           AND (s.end_utc_ns IS NULL OR s.end_utc_ns > ?2) AND s.state <> 'expired'
         ORDER BY s.start_utc_ns, s.id"
    );
    let earliest_start = within.from().plus_seconds(-LONGEST_SEGMENT_SECONDS).unix_nanos();
    let mut statement = connection.prepare_cached(sql)?;
    let rows =
        statement.query_map(params![camera.as_str(), within.from().unix_nanos(), within.to().unix_nanos(), earliest_start], parse)?;
    collect(rows)
}

/// No segment lasts longer than this; the cutter closes it whatever the camera sends.
pub const LONGEST_SEGMENT_SECONDS: i64 = 3600;

/// Every open segment: after a crash, those to heal.
pub fn open_ones(connection: &Connection) -> Result<Vec<SegmentRow>, CatalogueError> {
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " FROM segment s JOIN camera c ON c.number = s.camera WHERE s.state = 'open' ORDER BY s.id"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], parse)?;
    collect(rows)
}

/// Shows every segment that hasn't expired, by camera and time.
pub fn each_kept(connection: &Connection, mut show: impl FnMut(SegmentRow) -> Result<(), CatalogueError>) -> Result<(), CatalogueError> {
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " FROM segment s JOIN camera c ON c.number = s.camera WHERE s.state <> 'expired' ORDER BY c.id, s.start_utc_ns"
    );
    let mut statement = connection.prepare_cached(sql)?;
    for row in statement.query_map([], parse)? {
        show(row??)?;
    }
    Ok(())
}

/// Forgets segments that were being recorded when the catalogue was copied: their files are not here,
/// and no leaf tells of them yet. How many there were.
pub fn forget_all_open(transaction: &Transaction<'_>) -> Result<usize, CatalogueError> {
    Ok(transaction.prepare_cached("DELETE FROM segment WHERE state = 'open'")?.execute([])?)
}

/// Expired segments whose file may still be there; `expiry` hands them out.
pub(super) fn garbage(connection: &Connection, after: Option<SegmentId>, limit: u32) -> Result<Vec<SegmentRow>, CatalogueError> {
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " FROM segment s JOIN camera c ON c.number = s.camera WHERE s.state = 'expired' AND s.file_gone = 0 AND s.id > ?1 ORDER BY s.id LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let rows = statement.query_map(params![after.as_bytes(), limit], parse)?;
    collect(rows)
}

/// Every segment there is a row of, in the order of ids, with its key slot unless it has expired.
pub fn ids_and_slots(connection: &Connection) -> Result<Vec<(SegmentId, Option<KeySlot>)>, CatalogueError> {
    let mut statement =
        connection.prepare_cached("SELECT id, CASE state WHEN 'expired' THEN NULL ELSE key_slot END FROM segment ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        let slot: Option<u32> = row.get(1)?;
        Ok((SegmentId(Uuid::from_bytes(row.get(0)?)), slot.map(KeySlot)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Slots and segments whose keys must live on.
pub fn keys_in_use(connection: &Connection) -> Result<Vec<(KeySlot, SegmentId)>, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT key_slot, id FROM segment WHERE state <> 'expired'")?;
    let keys = statement.query_map([], |row| Ok((KeySlot(row.get(0)?), SegmentId(Uuid::from_bytes(row.get(1)?)))))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Segments, newest last, for lists: of one camera or all, within an interval.
pub fn list(connection: &Connection, camera: Option<&CameraId>, within: &Interval, limit: u32) -> Result<Vec<SegmentRow>, CatalogueError> {
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " FROM segment s JOIN camera c ON c.number = s.camera
         WHERE (?1 IS NULL OR c.id = ?1) AND s.start_utc_ns < ?3 AND (s.end_utc_ns IS NULL OR s.end_utc_ns > ?2)
         ORDER BY s.start_utc_ns, s.id LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let rows =
        statement.query_map(params![camera.map(CameraId::as_str), within.from().unix_nanos(), within.to().unix_nanos(), limit], parse)?;
    collect(rows)
}

/// What is stored in all: bytes of files, and the oldest start still there.
pub fn totals(connection: &Connection) -> Result<(u64, Option<UtcInstant>), CatalogueError> {
    Ok(connection
        .prepare_cached("SELECT coalesce(sum(bytes), 0), min(start_utc_ns) FROM segment WHERE state <> 'expired'")?
        .query_row([], |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(UtcInstant::from_unix_nanos))))?)
}

/// What a camera recorded since an instant and closed: bytes, and nanoseconds of recording.
pub fn written_since(connection: &Connection, camera: &CameraId, since: UtcInstant) -> Result<(u64, i64), CatalogueError> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(sum(bytes), 0), coalesce(sum(end_utc_ns - start_utc_ns), 0) FROM segment
             WHERE camera = (SELECT number FROM camera WHERE id = ?1) AND start_utc_ns >= ?2 AND end_utc_ns IS NOT NULL",
        )?
        .query_row(params![camera.as_str(), since.unix_nanos()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Start of the oldest segment of a camera, expired ones included.
pub fn first_start(connection: &Connection, camera: &CameraId) -> Result<Option<UtcInstant>, CatalogueError> {
    let nanos: Option<i64> = connection
        .prepare_cached("SELECT min(start_utc_ns) FROM segment WHERE camera = (SELECT number FROM camera WHERE id = ?1)")?
        .query_row([camera.as_str()], |row| row.get(0))?;
    Ok(nanos.map(UtcInstant::from_unix_nanos))
}

/// End of the newest closed segment of a camera: where a restart's gap begins.
pub fn last_end(connection: &Connection, camera: &CameraId) -> Result<Option<UtcInstant>, CatalogueError> {
    let nanos: Option<i64> = connection
        .prepare_cached(
            "SELECT s.end_utc_ns FROM segment s WHERE s.camera = (SELECT number FROM camera WHERE id = ?1) AND s.end_utc_ns IS NOT NULL
             ORDER BY s.start_utc_ns DESC LIMIT 1",
        )?
        .query_row([camera.as_str()], |row| row.get(0))
        .optional()?;
    Ok(nanos.map(UtcInstant::from_unix_nanos))
}

/// Start of the newest segment of a camera, open ones included, that was not recorded under a clock in
/// doubt: such a one may be dated years ahead.
pub fn last_start(connection: &Connection, camera: &CameraId) -> Result<Option<UtcInstant>, CatalogueError> {
    let nanos: Option<i64> = connection
        .prepare_cached(
            "SELECT max(start_utc_ns) FROM segment WHERE camera = (SELECT number FROM camera WHERE id = ?1) AND counted_from_ns IS NULL",
        )?
        .query_row([camera.as_str()], |row| row.get(0))?;
    Ok(nanos.map(UtcInstant::from_unix_nanos))
}

fn collect(rows: impl Iterator<Item = rusqlite::Result<Result<SegmentRow, CatalogueError>>>) -> Result<Vec<SegmentRow>, CatalogueError> {
    rows.map(|row| row?).collect()
}

const fn codec_name(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::H264 => "h264",
        VideoCodec::H265 => "h265",
    }
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<SegmentRow, CatalogueError>> {
    let camera: String = row.get(1)?;
    let state: String = row.get(2)?;
    let codec: String = row.get(15)?;
    let (Ok(camera), Some(state)) = (CameraId::new(&camera), SegmentState::from_name(&state)) else {
        return Ok(Err(CatalogueError::Impossible { what: "segment" }));
    };
    Ok(Ok(SegmentRow {
        id: SegmentId(Uuid::from_bytes(row.get(0)?)),
        camera,
        state,
        start: UtcInstant::from_unix_nanos(row.get(3)?),
        end: row.get::<_, Option<i64>>(4)?.map(UtcInstant::from_unix_nanos),
        bytes: row.get(5)?,
        frames: row.get(6)?,
        fragments: row.get(7)?,
        durable_records: row.get(8)?,
        epoch: KeyEpoch(row.get(9)?),
        slot: KeySlot(row.get(10)?),
        key_commitment: row.get(11)?,
        fragment_root: row.get(12)?,
        clock: if row.get(13)? { Synchronised::Yes } else { Synchronised::No },
        camera_clock_offset_nanos: row.get(14)?,
        codec: if codec == "h264" { VideoCodec::H264 } else { VideoCodec::H265 },
        width_px: row.get(16)?,
        height_px: row.get(17)?,
        activity_peak: row.get(18)?,
    }))
}
