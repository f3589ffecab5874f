//! Gap rows: stretches without recording, with their cause.

use rusqlite::{Connection, Transaction, params};

use super::CatalogueError;
use crate::domain::{
    camera::CameraId,
    instant::{Interval, UtcInstant},
    recording::gap::{Gap, GapCause},
};

/// Records a gap of a camera that [`super::store::camera_number`] knows.
pub fn add(transaction: &Transaction<'_>, camera: &CameraId, gap: &Gap) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO gap (camera, from_utc_ns, to_utc_ns, cause) SELECT number, ?2, ?3, ?4 FROM camera WHERE id = ?1")?
        .execute(params![camera.as_str(), gap.interval.from().unix_nanos(), gap.interval.to().unix_nanos(), gap.cause.name()])?;
    Ok(())
}

/// A camera's gaps of one cause, together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapTotal {
    pub camera: CameraId,
    pub cause: GapCause,
    pub gaps: u64,
    pub nanos: i64,
}

/// All gaps that ended, by camera and cause.
pub fn totals(connection: &Connection) -> Result<Vec<GapTotal>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT c.id, g.cause, count(*), sum(g.to_utc_ns - g.from_utc_ns) FROM gap g JOIN camera c ON c.number = g.camera GROUP BY c.id, g.cause",
    )?;
    let mut rows = statement.query([])?;
    let mut totals = Vec::new();
    while let Some(row) = rows.next()? {
        let impossible = || CatalogueError::Impossible { what: "gap" };
        totals.push(GapTotal {
            camera: CameraId::new(&row.get::<_, String>(0)?).map_err(|_| impossible())?,
            cause: GapCause::from_name(&row.get::<_, String>(1)?).ok_or_else(impossible)?,
            gaps: row.get(2)?,
            nanos: row.get(3)?,
        });
    }
    Ok(totals)
}

/// Gaps that overlap `within`, oldest first.
pub fn overlapping(connection: &Connection, camera: &CameraId, within: &Interval) -> Result<Vec<Gap>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT g.from_utc_ns, g.to_utc_ns, g.cause FROM gap g JOIN camera c ON c.number = g.camera
         WHERE c.id = ?1 AND g.to_utc_ns > ?2 AND g.from_utc_ns < ?3 ORDER BY g.from_utc_ns",
    )?;
    let mut rows = statement.query(params![camera.as_str(), within.from().unix_nanos(), within.to().unix_nanos()])?;
    let mut gaps = Vec::new();
    while let Some(row) = rows.next()? {
        let interval = Interval::new(UtcInstant::from_unix_nanos(row.get(0)?), UtcInstant::from_unix_nanos(row.get(1)?))
            .map_err(|_| CatalogueError::Impossible { what: "gap" })?;
        let cause = GapCause::from_name(&row.get::<_, String>(2)?).ok_or(CatalogueError::Impossible { what: "gap cause" })?;
        gaps.push(Gap { interval, cause });
    }
    Ok(gaps)
}
