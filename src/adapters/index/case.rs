//! Cases, as rows: what came in, what happened to it, what is held for it.
//!
//! Events are only added. Names and words stand in columns of their own, which can be emptied and
//! never filled again. Next: `disclosure` has what went out.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    instant::{Interval, UtcInstant},
    request::{
        case::{Application, AskedRange, Case, CaseReference, Channel, ClockDates, Requester},
        kind::RequestKind,
        police_form::PoliceForm,
        state::State,
    },
    retention::hold::HoldId,
};

/// What is erased with the person.
#[derive(Serialize, Deserialize)]
struct Personal {
    requester: Requester,
    words: String,
    form: Option<PoliceForm>,
}

/// What is new about a case besides the application.
pub struct Entered<'a> {
    pub at: UtcInstant,
    /// `staff:<uuid>`, `local:<uid>` or `job:<name>`.
    pub by_whom: &'a str,
    pub code_hash: [u8; 32],
    pub dates: &'a ClockDates,
}

/// Writes a case down; the box's own count goes on by one.
pub fn add(transaction: &Transaction<'_>, application: &Application, entered: &Entered<'_>) -> Result<CaseReference, CatalogueError> {
    let personal = Personal { requester: application.requester.clone(), words: application.words.clone(), form: application.form.clone() };
    let state = State::Received;
    let year = entered.dates.received.year();
    transaction
        .prepare_cached(
            "INSERT INTO request_case (year, submission, kind, channel, received_utc_ns, entered_utc_ns, entered_by, code_hash, person, state,
               state_facts, dates)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            year,
            application.submission.as_bytes(),
            application.kind.name(),
            application.channel.name(),
            application.received_at.unix_nanos(),
            entered.at.unix_nanos(),
            entered.by_whom,
            entered.code_hash,
            json(&personal)?,
            state.name(),
            json(&state)?,
            json(entered.dates)?,
        ])?;
    let number = u32::try_from(transaction.last_insert_rowid()).map_err(|_| CatalogueError::Impossible { what: "case number" })?;
    let sought = application.sought.trim();
    if !sought.is_empty() {
        transaction.prepare_cached("INSERT INTO sought (request, words) VALUES (?1, ?2)")?.execute(params![number, sought])?;
    }
    let mut ranges = transaction.prepare_cached(
        "INSERT INTO request_range (request, number, place, cameras, from_utc_ns, to_utc_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (at, range) in (0i64..).zip(&application.asked) {
        let (from, to) = (range.interval.from().unix_nanos(), range.interval.to().unix_nanos());
        ranges.execute(params![number, at, range.place, json(&range.cameras)?, from, to])?;
    }
    Ok(CaseReference::new(year, number))
}

fn json(value: &impl Serialize) -> Result<String, CatalogueError> {
    serde_json::to_string(value).map_err(|error| CatalogueError::Refused(error.into()))
}

/// Ties a hold to its case: it isn't let go before the case is closed.
pub fn add_hold(transaction: &Transaction<'_>, reference: CaseReference, hold: HoldId) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("INSERT INTO request_hold (hold, request) VALUES (?1, ?2)")?
        .execute(params![hold.0.as_bytes(), reference.number()])?;
    Ok(())
}

/// The case that a hold waits for, if that is still open.
pub fn open_case_of(connection: &Connection, hold: HoldId) -> Result<Option<CaseReference>, CatalogueError> {
    Ok(connection
        .prepare_cached(
            "SELECT rc.year, rc.number FROM request_hold rh JOIN request_case rc ON rc.number = rh.request WHERE rh.hold = ?1 AND rc.state <> 'closed'",
        )?
        .query_row([hold.0.as_bytes()], |row| Ok(CaseReference::new(row.get(0)?, row.get(1)?)))
        .optional()?)
}

const COLUMNS: &str = "number, year, kind, channel, received_utc_ns, person, state_facts, dates, version";

pub fn by_reference(connection: &Connection, reference: CaseReference) -> Result<Option<Case>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM request_case WHERE number = ?1 AND year = ?2");
    let found = connection.prepare_cached(sql)?.query_row(params![reference.number(), reference.year()], parse).optional()?;
    found.map(|case| whole(connection, case?)).transpose()
}

/// The case that a request was written down as before.
pub fn by_submission(connection: &Connection, submission: Uuid) -> Result<Option<Case>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM request_case WHERE submission = ?1");
    let found = connection.prepare_cached(sql)?.query_row([submission.as_bytes()], parse).optional()?;
    found.map(|case| whole(connection, case?)).transpose()
}

/// What is stored of the code that the requester follows the case with.
pub fn code_hash(connection: &Connection, reference: CaseReference) -> Result<Option<[u8; 32]>, CatalogueError> {
    Ok(connection
        .prepare_cached("SELECT code_hash FROM request_case WHERE number = ?1 AND year = ?2")?
        .query_row(params![reference.number(), reference.year()], |row| row.get(0))
        .optional()?)
}

pub fn set_code(transaction: &Transaction<'_>, reference: CaseReference, code_hash: [u8; 32]) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE request_case SET code_hash = ?2 WHERE number = ?1")?
        .execute(params![reference.number(), code_hash])?;
    Ok(())
}

/// Cases that are not closed, oldest first.
pub fn open(connection: &Connection) -> Result<Vec<Case>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM request_case WHERE state <> 'closed' ORDER BY number");
    collect(connection, sql)
}

/// All cases, newest first, at most a thousand closed ones beside the open.
pub fn list(connection: &Connection) -> Result<Vec<Case>, CatalogueError> {
    let sql = const_format::concatcp!(
        "SELECT ",
        COLUMNS,
        " FROM request_case ORDER BY state = 'closed', number DESC LIMIT 1000 + (SELECT count(*) FROM request_case WHERE state <> 'closed')"
    );
    collect(connection, sql)
}

/// All cases that were received in a year, closed or not.
pub fn of_year(connection: &Connection, year: i16) -> Result<Vec<Case>, CatalogueError> {
    let sql = const_format::concatcp!("SELECT ", COLUMNS, " FROM request_case WHERE year = ?1 ORDER BY number");
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([year], parse)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(|case| whole(connection, case?)).collect()
}

fn collect(connection: &Connection, sql: &'static str) -> Result<Vec<Case>, CatalogueError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], parse)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(|case| whole(connection, case?)).collect()
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<Case, CatalogueError>> {
    let person: Option<String> = row.get(5)?;
    let kind = RequestKind::from_name(&row.get::<_, String>(2)?);
    let channel = Channel::from_name(&row.get::<_, String>(3)?);
    let state = serde_json::from_str(&row.get::<_, String>(6)?);
    let dates = serde_json::from_str(&row.get::<_, String>(7)?);
    let personal: Result<Option<Personal>, _> = person.as_deref().map(serde_json::from_str).transpose();
    let (Some(kind), Some(channel), Ok(state), Ok(dates), Ok(personal)) = (kind, channel, state, dates, personal) else {
        return Ok(Err(CatalogueError::Impossible { what: "case" }));
    };
    let (requester, words, form) = personal.map_or((None, None, None), |person| (Some(person.requester), Some(person.words), person.form));
    Ok(Ok(Case {
        reference: CaseReference::new(row.get(1)?, row.get(0)?),
        kind,
        channel,
        received_at: UtcInstant::from_unix_nanos(row.get(4)?),
        requester,
        words,
        sought: None,
        form,
        asked: Vec::new(),
        holds: Vec::new(),
        state,
        dates,
        version: row.get(8)?,
    }))
}

/// The case with what helps to find somebody, its ranges and holds.
fn whole(connection: &Connection, mut case: Case) -> Result<Case, CatalogueError> {
    let mut sought = connection.prepare_cached("SELECT words FROM sought WHERE request = ?1")?;
    case.sought = sought.query_row([case.reference.number()], |row| row.get(0)).optional()?;
    let mut statement =
        connection.prepare_cached("SELECT place, cameras, from_utc_ns, to_utc_ns FROM request_range WHERE request = ?1 ORDER BY number")?;
    let mut rows = statement.query([case.reference.number()])?;
    while let Some(row) = rows.next()? {
        let cameras = serde_json::from_str(&row.get::<_, String>(1)?);
        let interval = Interval::new(UtcInstant::from_unix_nanos(row.get(2)?), UtcInstant::from_unix_nanos(row.get(3)?));
        let (Ok(cameras), Ok(interval)) = (cameras, interval) else { return Err(CatalogueError::Impossible { what: "asked range" }) };
        case.asked.push(AskedRange { place: row.get(0)?, cameras, interval });
    }
    let mut statement = connection.prepare_cached("SELECT hold FROM request_hold WHERE request = ?1 ORDER BY hold")?;
    let holds = statement.query_map([case.reference.number()], |row| Ok(HoldId(Uuid::from_bytes(row.get(0)?))))?;
    case.holds = holds.collect::<Result<_, _>>()?;
    Ok(case)
}

/// Writes down where a case stands now, if it is still as it was seen.
pub fn set_state(transaction: &Transaction<'_>, case: &Case, state: &State, dates: &ClockDates) -> Result<Moved, CatalogueError> {
    let changed = transaction
        .prepare_cached(
            "UPDATE request_case SET state = ?3, state_facts = ?4, dates = ?5, version = version + 1 WHERE number = ?1 AND version = ?2",
        )?
        .execute(params![case.reference.number(), case.version, state.name(), json(state)?, json(dates)?])?;
    Ok(if changed == 1 { Moved::Now } else { Moved::SinceSeen })
}

/// Adds the police form that came later, or a better one.
pub fn set_form(transaction: &Transaction<'_>, case: &Case, form: &PoliceForm) -> Result<(), CatalogueError> {
    let (Some(requester), Some(words)) = (&case.requester, &case.words) else {
        return Err(CatalogueError::Impossible { what: "form of an erased case" });
    };
    let personal = Personal { requester: requester.clone(), words: words.clone(), form: Some(form.clone()) };
    transaction
        .prepare_cached("UPDATE request_case SET person = ?2 WHERE number = ?1")?
        .execute(params![case.reference.number(), json(&personal)?])?;
    Ok(())
}

/// Whether a case was still as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    Now,
    SinceSeen,
}

/// An event in the books.
#[derive(Clone, PartialEq)]
pub struct EventRow {
    pub at: UtcInstant,
    pub on: jiff::civil::Date,
    pub by_whom: String,
    pub event: String,
    /// The state that it led to.
    pub state: String,
    /// JSON; None once erased.
    pub record: Option<serde_json::Value>,
}

pub fn add_event(transaction: &Transaction<'_>, reference: CaseReference, event: &EventRow) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached(
            "INSERT INTO request_event (request, number, at_utc_ns, on_day, by_whom, event, state, record)
             VALUES (?1, (SELECT count(*) FROM request_event WHERE request = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            reference.number(),
            event.at.unix_nanos(),
            event.on.to_string(),
            event.by_whom,
            event.event,
            event.state,
            event.record.as_ref().map(ToString::to_string),
        ])?;
    Ok(())
}

/// What happened to a case, in order.
pub fn events(connection: &Connection, reference: CaseReference) -> Result<Vec<EventRow>, CatalogueError> {
    let mut statement = connection
        .prepare_cached("SELECT at_utc_ns, on_day, by_whom, event, state, record FROM request_event WHERE request = ?1 ORDER BY number")?;
    let mut rows = statement.query([reference.number()])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let impossible = |_| CatalogueError::Impossible { what: "case event" };
        let record: Option<String> = row.get(5)?;
        events.push(EventRow {
            at: UtcInstant::from_unix_nanos(row.get(0)?),
            on: row.get::<_, String>(1)?.parse().map_err(|_| CatalogueError::Impossible { what: "case event" })?,
            by_whom: row.get(2)?,
            event: row.get(3)?,
            state: row.get(4)?,
            record: record.as_deref().map(serde_json::from_str).transpose().map_err(impossible)?,
        });
    }
    Ok(events)
}
