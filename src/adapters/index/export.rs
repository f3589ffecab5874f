//! Exports ordered: what, for which case, by whom, under which leaf.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    audit::LeafSeq,
    camera::CameraId,
    instant::{Interval, UtcInstant},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    pub id: Uuid,
    pub case_reference: String,
    pub cameras: Vec<CameraId>,
    pub asked: Interval,
    pub purpose: String,
    /// `staff:<uuid>` or `local:<uid>`.
    pub by_whom: String,
    pub leaf: LeafSeq,
    pub estimate_bytes: u64,
    pub created: UtcInstant,
}

pub fn add(transaction: &Transaction<'_>, row: &ExportRow) -> Result<(), CatalogueError> {
    let cameras = serde_json::to_string(&row.cameras).map_err(|error| CatalogueError::Refused(error.into()))?;
    transaction
        .prepare_cached(
            "INSERT INTO export (id, case_reference, cameras, from_utc_ns, to_utc_ns, purpose, by_whom, leaf_seq, estimate_bytes, created_utc_ns)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            row.id.as_bytes(),
            row.case_reference,
            cameras,
            row.asked.from().unix_nanos(),
            row.asked.to().unix_nanos(),
            row.purpose,
            row.by_whom,
            row.leaf.0,
            row.estimate_bytes,
            row.created.unix_nanos(),
        ])?;
    Ok(())
}

pub fn by_id(connection: &Connection, id: Uuid) -> Result<Option<ExportRow>, CatalogueError> {
    connection
        .prepare_cached(
            "SELECT id, case_reference, cameras, from_utc_ns, to_utc_ns, purpose, by_whom, leaf_seq, estimate_bytes, created_utc_ns
             FROM export WHERE id = ?1",
        )?
        .query_row([id.as_bytes()], parse)
        .optional()?
        .transpose()
}

/// Newest first, at most a thousand.
pub fn list(connection: &Connection) -> Result<Vec<ExportRow>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, case_reference, cameras, from_utc_ns, to_utc_ns, purpose, by_whom, leaf_seq, estimate_bytes, created_utc_ns
         FROM export ORDER BY created_utc_ns DESC LIMIT 1000",
    )?;
    let rows = statement.query_map([], parse)?;
    rows.map(|row| row?).collect()
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<ExportRow, CatalogueError>> {
    let cameras: String = row.get(2)?;
    let asked = Interval::new(UtcInstant::from_unix_nanos(row.get(3)?), UtcInstant::from_unix_nanos(row.get(4)?));
    let (Ok(cameras), Ok(asked)) = (serde_json::from_str(&cameras), asked) else {
        return Ok(Err(CatalogueError::Impossible { what: "export" }));
    };
    Ok(Ok(ExportRow {
        id: Uuid::from_bytes(row.get(0)?),
        case_reference: row.get(1)?,
        cameras,
        asked,
        purpose: row.get(5)?,
        by_whom: row.get(6)?,
        leaf: LeafSeq(row.get(7)?),
        estimate_bytes: row.get(8)?,
        created: UtcInstant::from_unix_nanos(row.get(9)?),
    }))
}
