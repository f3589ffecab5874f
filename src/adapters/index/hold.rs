//! Holds and restrictions, as rows.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

use super::{CatalogueError, retention::camera_id, store};
use crate::domain::{
    actor::Reason,
    camera::CameraId,
    instant::{Interval, UtcInstant},
    retention::{
        consent::Person,
        hold::{HeldSpan, Hold, HoldId, HoldKind, HoldState, PlacedBy},
    },
};

/// Places a hold. It keeps from the moment the transaction is committed.
pub fn add(transaction: &Transaction<'_>, hold: &Hold) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached(
            "INSERT INTO hold (id, kind, from_utc_ns, to_utc_ns, reason, case_reference, requester, review_by_utc_ns, placed_utc_ns, placed_by, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'in_force')",
        )?
        .execute(params![
            hold.id.0.as_bytes(),
            hold.kind.name(),
            hold.span.from().unix_nanos(),
            hold.span.to().map(UtcInstant::unix_nanos),
            hold.reason.as_str(),
            hold.case_reference,
            hold.requester,
            hold.review_by.unix_nanos(),
            hold.placed.unix_nanos(),
            hold.placed_by.as_str(),
        ])?;
    let mut of_camera = transaction.prepare_cached("INSERT INTO hold_camera (camera, hold) VALUES (?1, ?2)")?;
    for camera in &hold.cameras {
        let number = store::camera_number(transaction, camera, hold.placed)?;
        of_camera.execute(params![number, hold.id.0.as_bytes()])?;
    }
    Ok(())
}

/// Writes down how a hold stands.
pub fn set_state(transaction: &Transaction<'_>, id: HoldId, state: &HoldState) -> Result<(), CatalogueError> {
    let (first, second, at) = match state {
        HoldState::InForce => (None, None, None),
        HoldState::AwaitingSecond { first, at } => (Some(first), None, Some(at)),
        HoldState::Releasing { first, second, until } => (Some(first), Some(second), Some(until)),
        HoldState::Released { at } => {
            // Who released it stays on record.
            transaction
                .prepare_cached("UPDATE hold SET state = 'released', state_utc_ns = ?2 WHERE id = ?1")?
                .execute(params![id.0.as_bytes(), at.unix_nanos()])?;
            return Ok(());
        }
    };
    transaction.prepare_cached("UPDATE hold SET state = ?2, first_by = ?3, second_by = ?4, state_utc_ns = ?5 WHERE id = ?1")?.execute(
        params![id.0.as_bytes(), state.name(), first.map(Person::as_str), second.map(Person::as_str), at.map(|at| at.unix_nanos())],
    )?;
    Ok(())
}

const COLUMNS: &str =
    "h.id, h.kind, h.from_utc_ns, h.to_utc_ns, h.reason, h.case_reference, h.requester, h.review_by_utc_ns, h.placed_utc_ns,
    h.placed_by, h.state, h.first_by, h.second_by, h.state_utc_ns,
    (SELECT group_concat(c.id) FROM hold_camera hc JOIN camera c ON c.number = hc.camera WHERE hc.hold = h.id)";

/// Holds that keep something, oldest first.
pub fn keeping(connection: &Connection) -> Result<Vec<Hold>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM hold h WHERE h.state <> 'released' ORDER BY h.placed_utc_ns, h.id");
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], parse)?;
    rows.map(|row| row?).collect()
}

/// All holds there ever were, newest first, at most a thousand released ones.
pub fn list(connection: &Connection) -> Result<Vec<Hold>, CatalogueError> {
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " FROM hold h ORDER BY h.state = 'released', h.placed_utc_ns DESC, h.id LIMIT 1000 + (SELECT count(*) FROM hold WHERE state <> 'released')"
    );
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], parse)?;
    rows.map(|row| row?).collect()
}

pub fn by_id(connection: &Connection, id: HoldId) -> Result<Option<Hold>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM hold h WHERE h.id = ?1");
    connection.prepare_cached(sql)?.query_row([id.0.as_bytes()], parse).optional()?.transpose()
}

/// Spans of a camera within `asked` that no one may look at, but for a legal claim.
pub fn restricted(connection: &Connection, camera: &CameraId, asked: &Interval) -> Result<Vec<HeldSpan>, CatalogueError> {
    let holds = keeping(connection)?;
    Ok(holds.into_iter().filter(|hold| hold.kind == HoldKind::Restriction && hold.keeps(camera, asked)).map(|hold| hold.span).collect())
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<Hold, CatalogueError>> {
    let person = |column: usize| -> rusqlite::Result<Option<Person>> {
        Ok(row.get::<_, Option<String>>(column)?.and_then(|text| Person::from_stored(&text)))
    };
    let at = row.get::<_, Option<i64>>(13)?.map(UtcInstant::from_unix_nanos);
    let state = match (row.get::<_, String>(10)?.as_str(), person(11)?, person(12)?, at) {
        ("in_force", ..) => Some(HoldState::InForce),
        ("awaiting_second", Some(first), _, Some(at)) => Some(HoldState::AwaitingSecond { first, at }),
        ("releasing", Some(first), Some(second), Some(until)) => Some(HoldState::Releasing { first, second, until }),
        ("released", _, _, Some(at)) => Some(HoldState::Released { at }),
        _ => None,
    };
    let span = HeldSpan::new(UtcInstant::from_unix_nanos(row.get(2)?), row.get::<_, Option<i64>>(3)?.map(UtcInstant::from_unix_nanos));
    let kind = HoldKind::from_name(&row.get::<_, String>(1)?);
    let cameras: String = row.get(14)?;
    let cameras = cameras.split(',').map(camera_id).collect::<Result<Vec<_>, _>>();
    let reason = Reason::new(&row.get::<_, String>(4)?);
    let (Some(state), Ok(span), Some(kind), Ok(mut cameras), Ok(reason), Some(placed_by)) =
        (state, span, kind, cameras, reason, PlacedBy::from_stored(&row.get::<_, String>(9)?))
    else {
        return Ok(Err(CatalogueError::Impossible { what: "hold" }));
    };
    cameras.sort();
    Ok(Ok(Hold {
        id: HoldId(Uuid::from_bytes(row.get(0)?)),
        kind,
        cameras,
        span,
        reason,
        case_reference: row.get(5)?,
        requester: row.get(6)?,
        review_by: UtcInstant::from_unix_nanos(row.get(7)?),
        placed: UtcInstant::from_unix_nanos(row.get(8)?),
        placed_by,
        state,
    }))
}

/// What was found when a hold's footage was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    pub hold: HoldId,
    pub at: UtcInstant,
    pub ok: bool,
    /// JSON.
    pub report: String,
}

pub fn add_check(transaction: &Transaction<'_>, check: &CheckRow) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO hold_check (hold, at_utc_ns, ok, report) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![check.hold.0.as_bytes(), check.at.unix_nanos(), check.ok, check.report])?;
    Ok(())
}

/// The newest check of a hold.
pub fn last_check(connection: &Connection, hold: HoldId) -> Result<Option<CheckRow>, CatalogueError> {
    Ok(connection
        .prepare_cached("SELECT at_utc_ns, ok, report FROM hold_check WHERE hold = ?1 ORDER BY at_utc_ns DESC LIMIT 1")?
        .query_row([hold.0.as_bytes()], |row| {
            Ok(CheckRow { hold, at: UtcInstant::from_unix_nanos(row.get(0)?), ok: row.get(1)?, report: row.get(2)? })
        })
        .optional()?)
}
