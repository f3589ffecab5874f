//! What witnesses have said of the log's checkpoints, and how far the witness file reached.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{
    CatalogueError,
    store::{self, Fact},
};
use crate::domain::instant::UtcInstant;

/// The newest word of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCosignature {
    /// Leaves of the checkpoint.
    pub size: u64,
    pub line: String,
    /// The checkpoint it is about.
    pub note: String,
    pub at: UtcInstant,
}

/// Keeps a cosignature; the first of a checkpoint stays.
pub fn keep(transaction: &Transaction<'_>, size: u64, witness: &str, line: &str, at: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO audit_cosignature (size, witness, line, at_utc_ns) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?
        .execute(params![size, witness, line, at.unix_nanos()])?;
    Ok(())
}

/// The longest checkpoint this witness has cosigned, as far as we know.
pub fn newest(connection: &Connection, witness: &str) -> Result<Option<KeptCosignature>, CatalogueError> {
    let kept = |row: &rusqlite::Row<'_>| {
        Ok(KeptCosignature { size: row.get(0)?, line: row.get(1)?, at: UtcInstant::from_unix_nanos(row.get(2)?), note: row.get(3)? })
    };
    let mut statement = connection.prepare_cached(
        "SELECT size, line, audit_cosignature.at_utc_ns, note FROM audit_cosignature JOIN audit_checkpoint USING (size)
         WHERE witness = ?1 ORDER BY size DESC LIMIT 1",
    )?;
    Ok(statement.query_row([witness], kept).optional()?)
}

/// How many leaves the witness file held when it was last written, and when that was.
pub fn file_reached(connection: &Connection) -> Result<Option<(u64, UtcInstant)>, CatalogueError> {
    let Some(bytes) = store::fact(connection, Fact::WitnessFile)? else { return Ok(None) };
    let impossible = || CatalogueError::Impossible { what: "memory of the witness file" };
    let (size, at) = bytes.split_first_chunk::<8>().ok_or_else(impossible)?;
    let at = at.try_into().map_err(|_| impossible())?;
    Ok(Some((u64::from_be_bytes(*size), UtcInstant::from_unix_nanos(i64::from_be_bytes(at)))))
}

pub fn note_file_reached(transaction: &Transaction<'_>, size: u64, at: UtcInstant) -> Result<(), CatalogueError> {
    store::set_fact(transaction, Fact::WitnessFile, &[size.to_be_bytes(), at.unix_nanos().to_be_bytes()].concat())
}
