//! Links by which released copies are fetched, as rows. Tokens and codes stand here as digests only.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    instant::UtcInstant,
    request::{case::CaseReference, delivery::Link},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    pub id: Uuid,
    pub case: CaseReference,
    /// SHA-256 of the link's token and of its code.
    pub token_hash: [u8; 32],
    pub code_hash: [u8; 32],
    pub offered: UtcInstant,
    pub offered_by: String,
    pub link: Link,
}

const COLUMNS: &str =
    "d.id, rc.year, rc.number, d.token_hash, d.code_hash, d.offered_utc_ns, d.offered_by, d.expires_utc_ns, d.wrong_codes,
  d.downloads, d.revoked_utc_ns FROM delivery d JOIN request_case rc ON rc.number = d.request";

pub fn add(transaction: &Transaction<'_>, row: &DeliveryRow) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached(
            "INSERT INTO delivery (id, request, token_hash, code_hash, offered_utc_ns, offered_by, expires_utc_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            row.id.as_bytes(),
            row.case.number(),
            row.token_hash,
            row.code_hash,
            row.offered.unix_nanos(),
            row.offered_by,
            row.link.expires.unix_nanos(),
        ])?;
    Ok(())
}

pub fn by_token(connection: &Connection, token_hash: &[u8; 32]) -> Result<Option<DeliveryRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " WHERE d.token_hash = ?1");
    Ok(connection.prepare_cached(sql)?.query_row([token_hash], parse).optional()?)
}

/// The newest one of a case.
pub fn newest(connection: &Connection, case: CaseReference) -> Result<Option<DeliveryRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " WHERE d.request = ?1 AND rc.year = ?2 ORDER BY d.offered_utc_ns DESC LIMIT 1");
    Ok(connection.prepare_cached(sql)?.query_row(params![case.number(), case.year()], parse).optional()?)
}

/// Takes back every link of a case; how many were in force.
pub fn revoke(transaction: &Transaction<'_>, case: CaseReference, at: UtcInstant) -> Result<usize, CatalogueError> {
    Ok(transaction
        .prepare_cached("UPDATE delivery SET revoked_utc_ns = ?2 WHERE request = ?1 AND revoked_utc_ns IS NULL")?
        .execute(params![case.number(), at.unix_nanos()])?)
}

pub fn count_wrong_code(transaction: &Transaction<'_>, id: Uuid) -> Result<(), CatalogueError> {
    transaction.prepare_cached("UPDATE delivery SET wrong_codes = wrong_codes + 1 WHERE id = ?1")?.execute([id.as_bytes()])?;
    Ok(())
}

/// Begins a download: counted here, once, however many pieces it is fetched in.
pub fn begin_download(transaction: &Transaction<'_>, id: Uuid, token_hash: &[u8; 32], at: UtcInstant) -> Result<(), CatalogueError> {
    transaction.prepare_cached("UPDATE delivery SET downloads = downloads + 1 WHERE id = ?1")?.execute([id.as_bytes()])?;
    transaction
        .prepare_cached("INSERT INTO delivery_download (token_hash, delivery, begun_utc_ns) VALUES (?1, ?2, ?3)")?
        .execute(params![token_hash, id.as_bytes(), at.unix_nanos()])?;
    Ok(())
}

/// Whether this download was begun at that link.
pub fn is_begun(connection: &Connection, id: Uuid, token_hash: &[u8; 32]) -> Result<bool, CatalogueError> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM delivery_download WHERE token_hash = ?1 AND delivery = ?2)")?
        .query_row(params![token_hash, id.as_bytes()], |row| row.get(0))?)
}

fn parse(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    let revoked: Option<i64> = row.get(10)?;
    Ok(DeliveryRow {
        id: Uuid::from_bytes(row.get(0)?),
        case: CaseReference::new(row.get(1)?, row.get(2)?),
        token_hash: row.get(3)?,
        code_hash: row.get(4)?,
        offered: UtcInstant::from_unix_nanos(row.get(5)?),
        offered_by: row.get(6)?,
        link: Link {
            expires: UtcInstant::from_unix_nanos(row.get(7)?),
            wrong_codes: row.get(8)?,
            downloads: row.get(9)?,
            revoked: revoked.map(UtcInstant::from_unix_nanos),
        },
    })
}
