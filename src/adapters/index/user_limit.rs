//! To which cameras and places an account is limited.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction, params};

use super::{CatalogueError, retention::camera_id};
use crate::domain::{
    actor::UserId,
    identity::scope::{Limits, Scope},
};

/// An account's scope: the whole site unless rows limit it.
pub fn scope(connection: &Connection, user: UserId) -> Result<Scope, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT kind, value FROM user_limit WHERE user = ?1")?;
    let mut rows = statement.query([user.0.as_bytes()])?;
    let (mut limits, mut limited) = (Limits { cameras: BTreeSet::new(), places: BTreeSet::new() }, false);
    while let Some(row) = rows.next()? {
        limited = true;
        let (kind, value): (String, String) = (row.get(0)?, row.get(1)?);
        match kind.as_str() {
            "camera" => drop(limits.cameras.insert(camera_id(&value)?)),
            "place" => drop(limits.places.insert(value)),
            _ => {}
        }
    }
    Ok(if limited { Scope::Limited(limits) } else { Scope::WholeSite })
}

/// Gives an account another scope.
pub fn set(transaction: &Transaction<'_>, user: UserId, scope: &Scope) -> Result<(), CatalogueError> {
    transaction.prepare_cached("DELETE FROM user_limit WHERE user = ?1")?.execute([user.0.as_bytes()])?;
    let Scope::Limited(limits) = scope else { return Ok(()) };
    let mut add = transaction.prepare_cached("INSERT INTO user_limit (user, kind, value) VALUES (?1, ?2, ?3)")?;
    // Cameras and places may all go one day: the account must not see everything then.
    add.execute(params![user.0.as_bytes(), "nothing", ""])?;
    for camera in &limits.cameras {
        add.execute(params![user.0.as_bytes(), "camera", camera.as_str()])?;
    }
    for place in &limits.places {
        add.execute(params![user.0.as_bytes(), "place", place])?;
    }
    Ok(())
}
