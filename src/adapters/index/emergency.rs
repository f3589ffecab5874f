//! Footage that somebody opened in an emergency, and who looked at that.

use const_format::concatcp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    actor::UserId,
    audit::LeafSeq,
    identity::emergency::{EmergencyId, Looked, Opening},
    instant::UtcInstant,
};

/// An opening as it stands on record. Reason and note come from beside the leaves: None once erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmergencyRow {
    pub id: EmergencyId,
    pub user: UserId,
    pub opening: Opening,
    pub reason: Option<String>,
    pub looked_at: Option<UtcInstant>,
    pub note: Option<String>,
}

const SELECT: &str = "SELECT e.id, e.user, e.opened_utc_ns, e.until_utc_ns, e.looked_utc_ns,
    (SELECT value FROM audit_personal p WHERE p.seq = e.leaf_seq AND p.field = 'reason'),
    (SELECT value FROM audit_personal p WHERE p.seq = e.looked_seq AND p.field = 'note') FROM emergency e ";

pub fn add(transaction: &Transaction<'_>, id: EmergencyId, user: UserId, opening: &Opening, leaf: LeafSeq) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO emergency (id, user, opened_utc_ns, until_utc_ns, leaf_seq) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![id.0.as_bytes(), user.0.as_bytes(), opening.opened.unix_nanos(), opening.until.unix_nanos(), leaf.0])?;
    Ok(())
}

/// What somebody opened last.
pub fn last(connection: &Connection, user: UserId) -> Result<Option<Opening>, CatalogueError> {
    let found = connection
        .prepare_cached(concatcp!(SELECT, "WHERE e.user = ?1 ORDER BY e.opened_utc_ns DESC LIMIT 1"))?
        .query_row([user.0.as_bytes()], parse)
        .optional()?;
    Ok(found.map(|row| row.opening))
}

/// All of them, the last first.
pub fn list(connection: &Connection) -> Result<Vec<EmergencyRow>, CatalogueError> {
    let mut statement = connection.prepare_cached(concatcp!(SELECT, "ORDER BY e.opened_utc_ns DESC"))?;
    let rows = statement.query_map([], parse)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many nobody has looked at, and how many are open at `now`.
pub fn count(connection: &Connection, now: UtcInstant) -> Result<(u64, u64), CatalogueError> {
    Ok(connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE looked_utc_ns IS NULL), count(*) FILTER (WHERE opened_utc_ns <= ?1 AND until_utc_ns > ?1)
             FROM emergency",
        )?
        .query_row([now.unix_nanos()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Whether one waits to be looked at; None if there is no such.
pub fn looked(connection: &Connection, id: EmergencyId) -> Result<Option<Looked>, CatalogueError> {
    let found = connection.prepare_cached(concatcp!(SELECT, "WHERE e.id = ?1"))?.query_row([id.0.as_bytes()], parse).optional()?;
    Ok(found.map(|row| row.opening.looked))
}

/// Somebody has looked at it; their note stands beside `leaf`.
pub fn look(transaction: &Transaction<'_>, id: EmergencyId, by: UserId, leaf: LeafSeq, now: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE emergency SET looked_utc_ns = ?2, looked_by = ?3, looked_seq = ?4 WHERE id = ?1")?
        .execute(params![id.0.as_bytes(), now.unix_nanos(), by.0.as_bytes(), leaf.0])?;
    Ok(())
}

fn parse(row: &Row<'_>) -> rusqlite::Result<EmergencyRow> {
    let looked_at: Option<i64> = row.get(4)?;
    let opening = Opening {
        opened: UtcInstant::from_unix_nanos(row.get(2)?),
        until: UtcInstant::from_unix_nanos(row.get(3)?),
        looked: if looked_at.is_some() { Looked::Yes } else { Looked::NotYet },
    };
    Ok(EmergencyRow {
        id: EmergencyId(Uuid::from_bytes(row.get(0)?)),
        user: UserId(Uuid::from_bytes(row.get(1)?)),
        opening,
        reason: row.get(5)?,
        looked_at: looked_at.map(UtcInstant::from_unix_nanos),
        note: row.get(6)?,
    })
}
