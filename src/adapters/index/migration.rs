//! From any saved schema to the present one. A step, once released, never changes.
//!
//! Refuses a file with more steps than this program knows. `tests/it/catalogue.rs` opens a saved
//! file of each version.

use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use super::CatalogueError;

const STEPS: &[M<'static>] = &[
    M::up(concat!(include_str!("schema/store.sql"), include_str!("schema/audit.sql"), include_str!("schema/identity.sql"))),
    M::up(concat!(include_str!("schema/retention.sql"), include_str!("schema/witness.sql"))),
    M::up(include_str!("schema/request.sql")),
    M::up(include_str!("schema/portal.sql")),
    M::up(include_str!("schema/redaction.sql")),
    M::up(concat!(include_str!("schema/staff.sql"), include_str!("schema/redaction_turn.sql"))),
    M::up(include_str!("schema/policy.sql")),
    M::up(concat!(include_str!("schema/mail.sql"), include_str!("schema/passkey.sql"), include_str!("schema/sought.sql"))),
];

/// The schema this program writes; the file's `user_version`.
pub const PRESENT_SCHEMA: i64 = STEPS.len() as i64;

pub(super) fn bring_up(connection: &mut Connection, path: &Path) -> Result<(), CatalogueError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > PRESENT_SCHEMA {
        return Err(CatalogueError::Newer { path: path.to_owned(), found, known: PRESENT_SCHEMA });
    }
    Migrations::from_slice(STEPS).to_latest(connection)?;
    Ok(())
}
