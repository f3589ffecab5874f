//! Papers that show who asks, as rows: which there are, and when each was destroyed. The papers
//! themselves lie sealed in the vault's locker.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    instant::UtcInstant,
    request::{case::CaseReference, identity_paper::PaperContent},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperRow {
    pub id: Uuid,
    pub case: CaseReference,
    pub content: PaperContent,
    pub bytes: u64,
    pub came: UtcInstant,
}

pub fn add(transaction: &Transaction<'_>, row: &PaperRow) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO identity_paper (id, request, content, bytes, came_utc_ns) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![row.id.as_bytes(), row.case.number(), row.content.name(), row.bytes, row.came.unix_nanos()])?;
    Ok(())
}

/// Papers of a case that are still here, oldest first.
pub fn kept(connection: &Connection, case: CaseReference) -> Result<Vec<PaperRow>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT p.id, rc.year, rc.number, p.content, p.bytes, p.came_utc_ns FROM identity_paper p JOIN request_case rc ON rc.number = p.request
         WHERE p.request = ?1 AND rc.year = ?2 AND p.deleted_utc_ns IS NULL ORDER BY p.came_utc_ns, p.id",
    )?;
    let rows = statement.query_map(params![case.number(), case.year()], parse)?;
    rows.map(|row| row?).collect()
}

/// Papers that are still here though the check they came for is over.
pub fn settled(connection: &Connection) -> Result<Vec<PaperRow>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT p.id, rc.year, rc.number, p.content, p.bytes, p.came_utc_ns FROM identity_paper p JOIN request_case rc ON rc.number = p.request
         WHERE p.deleted_utc_ns IS NULL AND rc.state NOT IN ('received', 'identity_pending', 'authority_pending', 'fee_pending')",
    )?;
    let rows = statement.query_map([], parse)?;
    rows.map(|row| row?).collect()
}

/// One that is still here.
pub fn by_id(connection: &Connection, case: CaseReference, id: Uuid) -> Result<Option<PaperRow>, CatalogueError> {
    connection
        .prepare_cached(
            "SELECT p.id, rc.year, rc.number, p.content, p.bytes, p.came_utc_ns FROM identity_paper p JOIN request_case rc ON rc.number = p.request
             WHERE p.id = ?1 AND p.request = ?2 AND rc.year = ?3 AND p.deleted_utc_ns IS NULL",
        )?
        .query_row(params![id.as_bytes(), case.number(), case.year()], parse)
        .optional()?
        .transpose()
}

/// Notes that key and file are gone.
pub fn set_deleted(transaction: &Transaction<'_>, id: Uuid, at: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE identity_paper SET deleted_utc_ns = ?2 WHERE id = ?1 AND deleted_utc_ns IS NULL")?
        .execute(params![id.as_bytes(), at.unix_nanos()])?;
    Ok(())
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<PaperRow, CatalogueError>> {
    let Some(content) = PaperContent::from_name(&row.get::<_, String>(3)?) else {
        return Ok(Err(CatalogueError::Impossible { what: "identity paper" }));
    };
    Ok(Ok(PaperRow {
        id: Uuid::from_bytes(row.get(0)?),
        case: CaseReference::new(row.get(1)?, row.get(2)?),
        content,
        bytes: row.get(4)?,
        came: UtcInstant::from_unix_nanos(row.get(5)?),
    }))
}
