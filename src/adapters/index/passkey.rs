//! Which passkeys an account has.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{actor::UserId, instant::UtcInstant};

/// A passkey as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    pub credential: Vec<u8>,
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// Public key and counter, as the adapter writes them.
    pub stored: String,
    pub added: UtcInstant,
    pub used: Option<UtcInstant>,
}

const COLUMNS: &str = "credential, user, name, stored, added_utc_ns, used_utc_ns";

fn parse(row: &Row<'_>) -> rusqlite::Result<PasskeyRow> {
    Ok(PasskeyRow {
        credential: row.get(0)?,
        user: UserId(Uuid::from_bytes(row.get(1)?)),
        name: row.get(2)?,
        stored: row.get(3)?,
        added: UtcInstant::from_unix_nanos(row.get(4)?),
        used: row.get::<_, Option<i64>>(5)?.map(UtcInstant::from_unix_nanos),
    })
}

/// An account's, oldest first.
pub fn of_user(connection: &Connection, user: UserId) -> Result<Vec<PasskeyRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM passkey WHERE user = ?1 ORDER BY added_utc_ns, credential");
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([user.0.as_bytes()], parse)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn by_credential(connection: &Connection, credential: &[u8]) -> Result<Option<PasskeyRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM passkey WHERE credential = ?1");
    Ok(connection.prepare_cached(sql)?.query_row([credential], parse).optional()?)
}

/// Whether a passkey was added: none is anybody else's already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    Yes,
    Known,
}

pub fn add(transaction: &Transaction<'_>, row: &PasskeyRow) -> Result<Joined, CatalogueError> {
    let added = transaction
        .prepare_cached(
            "INSERT INTO passkey (credential, user, name, stored, added_utc_ns) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (credential) DO NOTHING",
        )?
        .execute(params![row.credential, row.user.0.as_bytes(), row.name, row.stored, row.added.unix_nanos()])?;
    Ok(if added == 1 { Joined::Yes } else { Joined::Known })
}

/// Notes a use, with the counter as it is now. False once it was removed.
pub fn touch(transaction: &Transaction<'_>, credential: &[u8], stored: &str, now: UtcInstant) -> Result<Touched, CatalogueError> {
    let touched = transaction
        .prepare_cached("UPDATE passkey SET stored = ?2, used_utc_ns = ?3 WHERE credential = ?1")?
        .execute(params![credential, stored, now.unix_nanos()])?;
    Ok(if touched == 1 { Touched::Yes } else { Touched::Gone })
}

/// Whether a passkey that was used is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    Yes,
    Gone,
}

/// Takes one passkey off an account; how many went: one or none.
pub fn remove(transaction: &Transaction<'_>, user: UserId, credential: &[u8]) -> Result<usize, CatalogueError> {
    Ok(transaction
        .prepare_cached("DELETE FROM passkey WHERE user = ?1 AND credential = ?2")?
        .execute(params![user.0.as_bytes(), credential])?)
}

/// Takes all passkeys off an account; how many went.
pub fn remove_all(transaction: &Transaction<'_>, user: UserId) -> Result<usize, CatalogueError> {
    Ok(transaction.prepare_cached("DELETE FROM passkey WHERE user = ?1")?.execute([user.0.as_bytes()])?)
}
