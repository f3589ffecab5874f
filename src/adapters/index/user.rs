//! Staff accounts and their sessions.

use const_format::concatcp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    actor::UserId,
    identity::{Role, SESSION_IDLE_SECONDS, SESSION_LIFE_SECONDS, UserName},
    instant::UtcInstant,
};

/// What [`parse`] reads, of `user u`.
const COLUMNS: &str = "u.id, u.name, u.role, u.disabled, u.created_utc_ns, EXISTS (SELECT 1 FROM second_factor f WHERE f.user = u.id), EXISTS (SELECT 1 FROM passkey p WHERE p.user = u.id)";

/// An account, without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserRow {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub standing: Standing,
    pub created: UtcInstant,
    /// Whether signing in takes a code of an authenticator app as well.
    pub has_second_factor: bool,
    /// Whether it has a passkey: then the password alone lets nobody in.
    pub has_passkey: bool,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    Disabled,
}

/// Adds an account. False when the name is taken.
pub fn add(
    transaction: &Transaction<'_>,
    id: UserId,
    name: &UserName,
    role: Role,
    password_hash: &str,
    now: UtcInstant,
) -> Result<Added, CatalogueError> {
    let added = transaction
        .prepare_cached(
            "INSERT INTO user (id, name, role, password_hash, created_utc_ns) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO NOTHING",
        )?
        .execute(params![id.0.as_bytes(), name.as_str(), role.name(), password_hash, now.unix_nanos()])?;
    Ok(if added == 1 { Added::New } else { Added::NameTaken })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    New,
    NameTaken,
}

pub fn count(connection: &Connection) -> Result<u64, CatalogueError> {
    Ok(connection.prepare_cached("SELECT count(*) FROM user")?.query_row([], |row| row.get(0))?)
}

pub fn list(connection: &Connection) -> Result<Vec<UserRow>, CatalogueError> {
    let mut statement = connection.prepare_cached(concatcp!("SELECT ", COLUMNS, " FROM user u ORDER BY u.name"))?;
    let rows = statement.query_map([], parse)?;
    rows.map(|row| row?).collect()
}

pub fn by_id(connection: &Connection, id: UserId) -> Result<Option<UserRow>, CatalogueError> {
    connection
        .prepare_cached(concatcp!("SELECT ", COLUMNS, " FROM user u WHERE u.id = ?1"))?
        .query_row([id.0.as_bytes()], parse)
        .optional()?
        .transpose()
}

/// The account and password hash behind a name, if it may sign in.
pub fn credentials(connection: &Connection, name: &str) -> Result<Option<(UserRow, String)>, CatalogueError> {
    connection
        .prepare_cached(concatcp!("SELECT ", COLUMNS, ", u.password_hash FROM user u WHERE u.name = ?1 AND u.disabled = 0"))?
        .query_row([name], |row| Ok((parse(row)?, row.get(7)?)))
        .optional()?
        .map(|(user, hash)| Ok((user?, hash)))
        .transpose()
}

/// Disables an account and ends its sessions at once.
pub fn disable(transaction: &Transaction<'_>, id: UserId) -> Result<(), CatalogueError> {
    transaction.prepare_cached("UPDATE user SET disabled = 1 WHERE id = ?1")?.execute([id.0.as_bytes()])?;
    end_sessions(transaction, id)
}

/// Sets a new password, allows the account again, and ends its sessions.
pub fn set_password(transaction: &Transaction<'_>, id: UserId, password_hash: &str) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE user SET password_hash = ?2, disabled = 0 WHERE id = ?1")?
        .execute(params![id.0.as_bytes(), password_hash])?;
    end_sessions(transaction, id)
}

/// Ends every session of an account.
pub fn end_sessions(transaction: &Transaction<'_>, id: UserId) -> Result<(), CatalogueError> {
    transaction.prepare_cached("DELETE FROM session WHERE user = ?1")?.execute([id.0.as_bytes()])?;
    Ok(())
}

/// Begins a session; the token itself is known to the browser only.
pub fn begin_session(transaction: &Transaction<'_>, token_hash: &[u8; 32], user: UserId, now: UtcInstant) -> Result<(), CatalogueError> {
    let stale = now.plus_seconds(-SESSION_LIFE_SECONDS).unix_nanos();
    transaction.prepare_cached("DELETE FROM session WHERE created_utc_ns < ?1")?.execute([stale])?;
    transaction
        .prepare_cached("INSERT INTO session (token_hash, user, created_utc_ns, last_used_utc_ns) VALUES (?1, ?2, ?3, ?3)")?
        .execute(params![token_hash, user.0.as_bytes(), now.unix_nanos()])?;
    Ok(())
}

pub fn end_all_sessions(transaction: &Transaction<'_>) -> Result<(), CatalogueError> {
    transaction.prepare_cached("DELETE FROM session")?.execute([])?;
    Ok(())
}

pub fn end_session(transaction: &Transaction<'_>, token_hash: &[u8; 32]) -> Result<(), CatalogueError> {
    transaction.prepare_cached("DELETE FROM session WHERE token_hash = ?1")?.execute([token_hash])?;
    Ok(())
}

/// A session in force: whose it is and when it was last noted as used.
pub fn session(connection: &Connection, token_hash: &[u8; 32], now: UtcInstant) -> Result<Option<(UserRow, UtcInstant)>, CatalogueError> {
    connection
        .prepare_cached(concatcp!(
            "SELECT ",
            COLUMNS,
            ", s.last_used_utc_ns FROM session s JOIN user u ON u.id = s.user
             WHERE s.token_hash = ?1 AND u.disabled = 0 AND s.created_utc_ns > ?2 AND s.last_used_utc_ns > ?3 AND s.created_utc_ns <= ?4"
        ))?
        .query_row(
            params![
                token_hash,
                now.plus_seconds(-SESSION_LIFE_SECONDS).unix_nanos(),
                now.plus_seconds(-SESSION_IDLE_SECONDS).unix_nanos(),
                // A clock that went back must not make sessions live longer.
                now.plus_seconds(60).unix_nanos(),
            ],
            |row| Ok((parse(row)?, UtcInstant::from_unix_nanos(row.get(7)?))),
        )
        .optional()?
        .map(|(user, used)| Ok((user?, used)))
        .transpose()
}

/// Notes that a session was used.
pub fn touch_session(transaction: &Transaction<'_>, token_hash: &[u8; 32], now: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE session SET last_used_utc_ns = ?2 WHERE token_hash = ?1")?
        .execute(params![token_hash, now.unix_nanos()])?;
    Ok(())
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<UserRow, CatalogueError>> {
    let role: String = row.get(2)?;
    let Some(role) = Role::from_name(&role) else { return Ok(Err(CatalogueError::Impossible { what: "role" })) };
    Ok(Ok(UserRow {
        id: UserId(Uuid::from_bytes(row.get(0)?)),
        name: row.get(1)?,
        role,
        standing: if row.get(3)? { Standing::Disabled } else { Standing::Active },
        created: UtcInstant::from_unix_nanos(row.get(4)?),
        has_second_factor: row.get(5)?,
        has_passkey: row.get(6)?,
    }))
}
