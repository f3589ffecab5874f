//! Ranges that go before their time, as rows: asked for by one person, granted by another.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::{CatalogueError, retention::camera_id, store};
use crate::domain::{
    camera::CameraId,
    instant::{Interval, UtcInstant},
    retention::consent::{Consent, Person},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionRow {
    pub id: Uuid,
    pub cameras: Vec<CameraId>,
    pub range: Interval,
    pub reason: String,
    pub case_reference: String,
    pub consent: Consent,
    /// Once everything in it that no hold keeps has gone.
    pub done: Option<UtcInstant>,
}

pub fn add(transaction: &Transaction<'_>, row: &DeletionRow, first: &Person, now: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached(
            "INSERT INTO early_deletion (id, from_utc_ns, to_utc_ns, reason, case_reference, first_by, asked_utc_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            row.id.as_bytes(),
            row.range.from().unix_nanos(),
            row.range.to().unix_nanos(),
            row.reason,
            row.case_reference,
            first.as_str(),
            now.unix_nanos()
        ])?;
    let mut of_camera = transaction.prepare_cached("INSERT INTO early_deletion_camera (deletion, camera) VALUES (?1, ?2)")?;
    for camera in &row.cameras {
        of_camera.execute(params![row.id.as_bytes(), store::camera_number(transaction, camera, now)?])?;
    }
    Ok(())
}

pub fn grant(transaction: &Transaction<'_>, id: Uuid, second: &Person, at: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE early_deletion SET second_by = ?2, granted_utc_ns = ?3 WHERE id = ?1 AND second_by IS NULL")?
        .execute(params![id.as_bytes(), second.as_str(), at.unix_nanos()])?;
    Ok(())
}

pub fn done(transaction: &Transaction<'_>, id: Uuid, at: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE early_deletion SET done_utc_ns = ?2 WHERE id = ?1 AND done_utc_ns IS NULL")?
        .execute(params![id.as_bytes(), at.unix_nanos()])?;
    Ok(())
}

const COLUMNS: &str =
    "d.id, d.from_utc_ns, d.to_utc_ns, d.reason, d.case_reference, d.first_by, d.asked_utc_ns, d.second_by, d.granted_utc_ns, d.done_utc_ns,
    (SELECT group_concat(c.id) FROM early_deletion_camera dc JOIN camera c ON c.number = dc.camera WHERE dc.deletion = d.id)";

/// Those granted that are not done, the first granted first.
pub fn pending(connection: &Connection) -> Result<Vec<DeletionRow>, CatalogueError> {
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " FROM early_deletion d WHERE d.second_by IS NOT NULL AND d.done_utc_ns IS NULL ORDER BY d.granted_utc_ns, d.id"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], parse)?;
    rows.map(|row| row?).collect()
}

pub fn by_id(connection: &Connection, id: Uuid) -> Result<Option<DeletionRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM early_deletion d WHERE d.id = ?1");
    connection.prepare_cached(sql)?.query_row([id.as_bytes()], parse).optional()?.transpose()
}

/// All, newest first, at most a thousand.
pub fn list(connection: &Connection) -> Result<Vec<DeletionRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM early_deletion d ORDER BY d.asked_utc_ns DESC LIMIT 1000");
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], parse)?;
    rows.map(|row| row?).collect()
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<DeletionRow, CatalogueError>> {
    let at =
        |column: usize| -> rusqlite::Result<Option<UtcInstant>> { Ok(row.get::<_, Option<i64>>(column)?.map(UtcInstant::from_unix_nanos)) };
    let person = |column: usize| -> rusqlite::Result<Option<Person>> {
        Ok(row.get::<_, Option<String>>(column)?.and_then(|text| Person::from_stored(&text)))
    };
    let range = Interval::new(UtcInstant::from_unix_nanos(row.get(1)?), UtcInstant::from_unix_nanos(row.get(2)?));
    let cameras = row.get::<_, String>(10)?.split(',').map(camera_id).collect::<Result<Vec<_>, _>>();
    let consent = match (person(5)?, at(6)?, person(7)?, at(8)?) {
        (Some(first), _, Some(second), Some(effective)) => Some(Consent::Granted { first, second, effective }),
        (Some(first), Some(at), None, None) => Some(Consent::Asked { first, at }),
        _ => None,
    };
    let (Ok(range), Ok(cameras), Some(consent)) = (range, cameras, consent) else {
        return Ok(Err(CatalogueError::Impossible { what: "early deletion" }));
    };
    Ok(Ok(DeletionRow {
        id: Uuid::from_bytes(row.get(0)?),
        cameras,
        range,
        reason: row.get(3)?,
        case_reference: row.get(4)?,
        consent,
        done: at(9)?,
    }))
}
