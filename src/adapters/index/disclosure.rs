//! The disclosure register, as rows: what went out, to whom, on which ground, by whose approval. Only
//! added to.

use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{instant::UtcInstant, request::case::CaseReference, retention::consent::Person};

#[derive(Clone, PartialEq, Eq)]
pub struct DisclosureRow {
    pub case: CaseReference,
    pub at: UtcInstant,
    pub recipient: String,
    pub organisation: String,
    /// What is given out of what was asked, and on which ground.
    pub ground: String,
    /// The purpose of the camera, the person in it, or what compels it.
    pub basis: String,
    /// original, redacted or only_requester.
    pub content: String,
    pub exports: Vec<Uuid>,
    pub decided_by: Person,
    pub checked_by: Person,
    pub approved_by: Person,
    pub released_by: Person,
}

pub fn add(transaction: &Transaction<'_>, row: &DisclosureRow) -> Result<(), CatalogueError> {
    let exports = serde_json::to_string(&row.exports).map_err(|error| CatalogueError::Refused(error.into()))?;
    transaction
        .prepare_cached(
            "INSERT INTO disclosure (request, at_utc_ns, recipient, organisation, ground, basis, content, exports, decided_by, checked_by,
               approved_by, released_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            row.case.number(),
            row.at.unix_nanos(),
            row.recipient,
            row.organisation,
            row.ground,
            row.basis,
            row.content,
            exports,
            row.decided_by.as_str(),
            row.checked_by.as_str(),
            row.approved_by.as_str(),
            row.released_by.as_str(),
        ])?;
    Ok(())
}

/// The whole register, newest first.
pub fn list(connection: &Connection) -> Result<Vec<DisclosureRow>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT rc.year, rc.number, d.at_utc_ns, d.recipient, d.organisation, d.ground, d.basis, d.content, d.exports, d.decided_by,
           d.checked_by, d.approved_by, d.released_by
         FROM disclosure d JOIN request_case rc ON rc.number = d.request ORDER BY d.number DESC",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let person = |column: usize| -> Result<Person, CatalogueError> {
            Person::from_stored(&row.get::<_, String>(column)?).ok_or(CatalogueError::Impossible { what: "person" })
        };
        found.push(DisclosureRow {
            case: CaseReference::new(row.get(0)?, row.get(1)?),
            at: UtcInstant::from_unix_nanos(row.get(2)?),
            recipient: row.get(3)?,
            organisation: row.get(4)?,
            ground: row.get(5)?,
            basis: row.get(6)?,
            content: row.get(7)?,
            exports: serde_json::from_str(&row.get::<_, String>(8)?).map_err(|_| CatalogueError::Impossible { what: "disclosure" })?,
            decided_by: person(9)?,
            checked_by: person(10)?,
            approved_by: person(11)?,
            released_by: person(12)?,
        });
    }
    Ok(found)
}
