//! Redactions, as rows: the plan as it stands, what was rendered from it, whose word is on it.
//!
//! A save counts only on top of the revision that was seen. Next: `jobs::redact` decides.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    camera::CameraId,
    instant::{Interval, UtcInstant},
    redaction::{
        Plan,
        reviewed::{OnRecord, Rendered, Review},
        turn::Turn,
    },
    request::case::CaseReference,
    retention::consent::Person,
};

#[derive(Clone, Debug)]
pub struct RedactionRow {
    pub id: Uuid,
    pub case: CaseReference,
    pub camera: CameraId,
    pub range: Interval,
    /// When the plan's first frame is shown, 90 kHz ticks since the epoch.
    pub origin_ticks: i64,
    pub created: UtcInstant,
    pub revision: u32,
    pub record: OnRecord,
    /// The last one noted; it may no longer stand.
    pub turn: Option<Turn>,
}

/// Whether a save was made on top of what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    As {
        revision: u32,
    },
    /// Somebody else saved since, or made or reviewed a film.
    ChangedSince,
}

pub fn add(transaction: &Transaction<'_>, row: &RedactionRow) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached(
            "INSERT INTO redaction (id, request, camera, from_utc_ns, to_utc_ns, origin_ticks, created_utc_ns, plan, saved_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            row.id.as_bytes(),
            row.case.number(),
            row.camera.as_str(),
            row.range.from().unix_nanos(),
            row.range.to().unix_nanos(),
            row.origin_ticks,
            row.created.unix_nanos(),
            row.record.plan.to_json(),
            json(&row.record.saved_by)?,
        ])?;
    Ok(())
}

/// Saves a plan over `seen`. What was rendered from an earlier one stands beside it until it is made anew.
pub fn save(transaction: &Transaction<'_>, row: &RedactionRow, plan: &Plan, by: &Person) -> Result<Saved, CatalogueError> {
    let mut saved_by = row.record.saved_by.clone();
    if !saved_by.contains(by) {
        saved_by.push(by.clone());
    }
    let changed = transaction
        .prepare_cached("UPDATE redaction SET plan = ?3, saved_by = ?4, revision = revision + 1 WHERE id = ?1 AND revision = ?2")?
        .execute(params![row.id.as_bytes(), row.revision, plan.to_json(), json(&saved_by)?])?;
    Ok(if changed == 1 { Saved::As { revision: row.revision + 1 } } else { Saved::ChangedSince })
}

/// Notes a film; a word on an earlier one goes.
pub fn set_rendered(transaction: &Transaction<'_>, id: Uuid, rendered: &Rendered) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE redaction SET rendered = ?2, reviewed = NULL WHERE id = ?1")?
        .execute(params![id.as_bytes(), json(rendered)?])?;
    Ok(())
}

pub fn set_reviewed(transaction: &Transaction<'_>, id: Uuid, review: &Review) -> Result<(), CatalogueError> {
    transaction.prepare_cached("UPDATE redaction SET reviewed = ?2 WHERE id = ?1")?.execute(params![id.as_bytes(), json(review)?])?;
    Ok(())
}

/// Notes whose turn it is with a film.
pub fn set_turn(transaction: &Transaction<'_>, id: Uuid, turn: &Turn) -> Result<(), CatalogueError> {
    transaction.prepare_cached("UPDATE redaction SET turn = ?2 WHERE id = ?1")?.execute(params![id.as_bytes(), json(turn)?])?;
    Ok(())
}

/// Notes under which export a film goes out.
pub fn add_export(transaction: &Transaction<'_>, export: Uuid, redaction: Uuid) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO redaction_export (export, redaction) VALUES (?1, ?2)")?
        .execute(params![export.as_bytes(), redaction.as_bytes()])?;
    Ok(())
}

/// Whether its film has gone out under an export.
pub fn is_released(connection: &Connection, id: Uuid) -> Result<bool, CatalogueError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM redaction_export WHERE redaction = ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get(0))?)
}

const COLUMNS: &str = "r.id, rc.year, rc.number, r.camera, r.from_utc_ns, r.to_utc_ns, r.origin_ticks, r.created_utc_ns, r.revision, r.plan, \
                       r.saved_by, r.rendered, r.reviewed, r.turn FROM redaction r JOIN request_case rc ON rc.number = r.request";

pub fn by_id(connection: &Connection, id: Uuid) -> Result<Option<RedactionRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " WHERE r.id = ?1");
    connection.prepare_cached(sql)?.query_row([id.as_bytes()], parse).optional()?.transpose()
}

/// Those of a case, oldest first.
pub fn of_case(connection: &Connection, case: CaseReference) -> Result<Vec<RedactionRow>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " WHERE r.request = ?1 ORDER BY r.created_utc_ns, r.id");
    connection.prepare_cached(sql)?.query_map([case.number()], parse)?.map(|row| row?).collect()
}

/// Those whose films go out under an export, by time; none for an export of the original.
pub fn of_export(connection: &Connection, export: Uuid) -> Result<Vec<RedactionRow>, CatalogueError> {
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " JOIN redaction_export e ON e.redaction = r.id WHERE e.export = ?1 ORDER BY r.from_utc_ns, r.id"
    );
    connection.prepare_cached(sql)?.query_map([export.as_bytes()], parse)?.map(|row| row?).collect()
}

fn json(value: &impl Serialize) -> Result<String, CatalogueError> {
    serde_json::to_string(value).map_err(|error| CatalogueError::Refused(error.into()))
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<RedactionRow, CatalogueError>> {
    let id = Uuid::from_bytes(row.get(0)?);
    let case = CaseReference::new(row.get(1)?, row.get(2)?);
    let camera: String = row.get(3)?;
    let range = Interval::new(UtcInstant::from_unix_nanos(row.get(4)?), UtcInstant::from_unix_nanos(row.get(5)?));
    let (origin_ticks, created, revision) = (row.get(6)?, UtcInstant::from_unix_nanos(row.get(7)?), row.get(8)?);
    let (plan, saved_by): (String, String) = (row.get(9)?, row.get(10)?);
    let (rendered, reviewed): (Option<String>, Option<String>) = (row.get(11)?, row.get(12)?);
    let turn: Option<String> = row.get(13)?;
    let (Ok(camera), Ok(range), Ok(plan), Ok(saved_by), Ok(rendered), Ok(reviewed), Ok(turn)) = (
        CameraId::new(&camera),
        range,
        Plan::from_json(&plan),
        serde_json::from_str(&saved_by),
        optional::<Rendered>(rendered),
        optional::<Review>(reviewed),
        optional::<Turn>(turn),
    ) else {
        return Ok(Err(CatalogueError::Impossible { what: "redaction" }));
    };
    let record = OnRecord { plan, saved_by, rendered, reviewed };
    Ok(Ok(RedactionRow { id, case, camera, range, origin_ticks, created, revision, record, turn }))
}

fn optional<T: DeserializeOwned>(text: Option<String>) -> Result<Option<T>, serde_json::Error> {
    text.as_deref().map(serde_json::from_str).transpose()
}
