//! The redactions of a case that a second person stands behind: what a redacted copy is made of.
//!
//! Refuses by leaving out whatever was changed since it was watched, has an open doubt, or has only its own
//! author's word. Next: `release` sends them under exports of their own.

use rusqlite::Connection;

use super::release::Piece;
use crate::{
    adapters::index::{
        CatalogueError,
        redaction::{self, RedactionRow},
    },
    domain::{redaction::reviewed::ReviewedRedaction, request::case::CaseReference},
    problem::{Kind, Problem},
};

/// Those of a case, oldest first.
pub(super) fn of_case(connection: &Connection, case: CaseReference) -> Result<Vec<RedactionRow>, CatalogueError> {
    let mut rows = redaction::of_case(connection, case)?;
    rows.retain(|row| ReviewedRedaction::of(&row.record).is_ok());
    Ok(rows)
}

/// Whether any of these is another now than when it was read.
pub(super) fn are_others<'r>(connection: &Connection, films: impl Iterator<Item = &'r RedactionRow>) -> Result<bool, CatalogueError> {
    for film in films {
        let now = redaction::by_id(connection, film.id)?;
        let same = |now: &RedactionRow| (now.revision, &now.record.reviewed) == (film.revision, &film.record.reviewed);
        if !now.as_ref().is_some_and(same) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The stretch that a redaction shows.
pub(super) fn piece(row: &RedactionRow) -> Piece {
    Piece { cameras: vec![row.camera.clone()], range: row.range }
}

/// Told where there is none.
pub(super) fn none() -> Problem {
    Problem::new(
        Kind::Conflict,
        "no_redaction",
        "No redaction of this case has been watched and approved by a second person.",
        "Make one, have another person approve its film, then prepare the copy.",
    )
}
