//! Stated purposes: footage is served under one, to the session or socket that stated it.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{actor::PurposeKind, instant::UtcInstant};

/// A purpose lasts as long as a working day; then it is asked again.
const LIFE_SECONDS: i64 = 12 * 3600;

/// Whose a purpose is: nobody else can use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// `staff:<uuid>` or `local:<uid>`.
    pub name: String,
    /// Hash of the session's token; None at the local socket.
    pub session: Option<[u8; 32]>,
}

pub fn open(transaction: &Transaction<'_>, id: Uuid, holder: &Holder, purpose: PurposeKind, now: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO viewing (id, holder, session, purpose, opened_utc_ns) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![id.as_bytes(), holder.name, holder.session, purpose_name(purpose), now.unix_nanos()])?;
    Ok(())
}

/// The purpose of a viewing, if it is this holder's and still in force.
pub fn purpose(connection: &Connection, id: Uuid, holder: &Holder, now: UtcInstant) -> Result<Option<PurposeKind>, CatalogueError> {
    let found: Option<String> = connection
        .prepare_cached("SELECT purpose FROM viewing WHERE id = ?1 AND holder = ?2 AND session IS ?3 AND opened_utc_ns > ?4")?
        .query_row(params![id.as_bytes(), holder.name, holder.session, now.plus_seconds(-LIFE_SECONDS).unix_nanos()], |row| row.get(0))
        .optional()?;
    found.map(|name| purpose_from_name(&name).ok_or(CatalogueError::Impossible { what: "purpose" })).transpose()
}

pub const fn purpose_name(kind: PurposeKind) -> &'static str {
    match kind {
        PurposeKind::PatrolReview => "patrol_review",
        PurposeKind::Incident => "incident",
        PurposeKind::Case => "case",
        PurposeKind::CameraCheck => "camera_check",
        PurposeKind::LegalClaim => "legal_claim",
    }
}

pub fn purpose_from_name(name: &str) -> Option<PurposeKind> {
    [PurposeKind::PatrolReview, PurposeKind::Incident, PurposeKind::Case, PurposeKind::CameraCheck, PurposeKind::LegalClaim]
        .into_iter()
        .find(|kind| purpose_name(*kind) == name)
}
