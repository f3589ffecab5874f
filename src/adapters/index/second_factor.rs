//! Which accounts have an authenticator app, and which of its codes are used up.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::CatalogueError;
use crate::domain::{actor::UserId, instant::UtcInstant};

/// Since when an account's app counts; None without one.
pub fn since(connection: &Connection, user: UserId) -> Result<Option<UtcInstant>, CatalogueError> {
    let since = connection
        .prepare_cached("SELECT since_utc_ns FROM second_factor WHERE user = ?1")?
        .query_row([user.0.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(since.map(UtcInstant::from_unix_nanos))
}

/// What became of an app or a code that was to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Yes,
    /// There is an app already, or the code was used up.
    No,
}

/// From now on the account's app counts; the code that showed it is used up.
pub fn add(transaction: &Transaction<'_>, user: UserId, step: u64, now: UtcInstant) -> Result<Counted, CatalogueError> {
    let added = transaction
        .prepare_cached("INSERT INTO second_factor (user, since_utc_ns, last_step) VALUES (?1, ?2, ?3) ON CONFLICT (user) DO NOTHING")?
        .execute(params![user.0.as_bytes(), now.unix_nanos(), step])?;
    Ok(if added == 1 { Counted::Yes } else { Counted::No })
}

/// Uses up the code of `step` and every earlier one.
pub fn use_up(transaction: &Transaction<'_>, user: UserId, step: u64) -> Result<Counted, CatalogueError> {
    let used = transaction
        .prepare_cached("UPDATE second_factor SET last_step = ?2 WHERE user = ?1 AND last_step < ?2")?
        .execute(params![user.0.as_bytes(), step])?;
    Ok(if used == 1 { Counted::Yes } else { Counted::No })
}

/// The account has no app any more.
pub fn remove(transaction: &Transaction<'_>, user: UserId) -> Result<Counted, CatalogueError> {
    let removed = transaction.prepare_cached("DELETE FROM second_factor WHERE user = ?1")?.execute([user.0.as_bytes()])?;
    Ok(if removed == 1 { Counted::Yes } else { Counted::No })
}
