//! Who read which text of the policy, and when they were trained. Only the last of each person counts.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::CatalogueError;
use crate::domain::{
    actor::UserId,
    identity::policy::{Acknowledgement, PolicyVersion},
    instant::UtcInstant,
};

pub fn add(transaction: &Transaction<'_>, user: UserId, given: &Acknowledgement, now: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached(
            "INSERT INTO acknowledgement (user, at_utc_ns, policy, given, trained) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (user, at_utc_ns) DO NOTHING",
        )?
        .execute(params![user.0.as_bytes(), now.unix_nanos(), given.version.0, given.given.to_string(), given.trained.to_string()])?;
    Ok(())
}

/// What somebody gave last.
pub fn last(connection: &Connection, user: UserId) -> Result<Option<Acknowledgement>, CatalogueError> {
    connection
        .prepare_cached("SELECT policy, given, trained FROM acknowledgement WHERE user = ?1 ORDER BY at_utc_ns DESC LIMIT 1")?
        .query_row([user.0.as_bytes()], parse)
        .optional()?
        .transpose()
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<Acknowledgement, CatalogueError>> {
    let (version, given, trained): ([u8; 32], String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let day = |text: &str| text.parse::<Date>().map_err(|_| CatalogueError::Impossible { what: "day" });
    Ok(day(&given).and_then(|given| Ok(Acknowledgement { version: PolicyVersion(version), given, trained: day(&trained)? })))
}
